"""What a verdict looks like: findings, the steps that found them, and the documents they are about.

    report = einvoice.validate(data)
    report.verdict                      # "valid", "invalid" or "not_run"
    [finding.rule for finding in report.findings if finding.severity == "error"]

A verdict fails closed: a step that could not run makes the document `not_run` unless another step already found an
error.
The JSON form (version 1) is a contract; `schemas/report.schema.json` describes it.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

__all__ = ["DocumentReport", "Finding", "Kind", "Report", "Severity", "Step", "SyntaxName", "Verdict", "worst"]

Severity = Literal["error", "warning", "information"]
_SURROGATES = re.compile("[\ud800-\udfff]")

Verdict = Literal["valid", "invalid", "not_run"]
Kind = Literal["invoice", "credit_note", "lifecycle", "ereport", "directory", "unknown"]
SyntaxName = Literal["ubl", "cii", "facturx", "cdar", "flux10", "annuaire", "unknown"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(_Value):
    """One thing to say about a document, in the words of the person who must act on it."""

    rule: str  # the published id exactly; "XSD"; or one of ours, EI-...
    severity: Severity
    step: str  # Step.name
    message: str  # in the language that was asked for; French unless asked otherwise
    message_en: str
    term: str | None = None  # BT-106
    field: str | None = None  # totals.line_net_amount, of the Draft or the Invoice
    xpath: str | None = None
    line: int | None = None
    found: str | None = None
    expected: str | None = None
    hint: str | None = None
    source: str | None = None
    official: str | None = None  # of a published rule: the publisher's own text


class Step(_Value):
    """One thing that was done to validate a document."""

    name: str  # parse, container, xsd, profile, french, draft, ...
    status: Literal["passed", "failed", "not_run"]
    ruleset: str | None = None  # id in the artefact catalogue
    version: str | None = None
    sha256: str | None = None
    engine: str | None = None  # compiled, saxon or both
    rules: int | None = None  # checks in the rule set
    fired: int | None = None  # contexts that a rule looked at
    ms: float | None = None
    reason: str | None = None  # why a step did not run


def _shown(name: str | None) -> str | None:
    """A file name that can be written down: bytes that are no UTF-8 reach Python as lone surrogates."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", name) if isinstance(name, str) else name


class DocumentReport(_Value):
    """The verdict on one document."""

    source: Annotated[str | None, BeforeValidator(_shown)] = None  # a file name, where there is one
    kind: Kind = "unknown"
    syntax: SyntaxName = "unknown"
    profile: str | None = None
    verdict: Verdict
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()


class Report(_Value):
    """The verdict on one or several documents."""

    einvoice: str  # version of this library
    report: Literal[1] = Field(default=1, description="version of this form")
    verdict: Verdict
    documents: tuple[DocumentReport, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings of all documents, in order."""
        return tuple(finding for document in self.documents for finding in document.findings)


def worst(verdicts: tuple[Verdict, ...]) -> Verdict:
    """The verdict on the whole: invalid if one is, else not_run if one is (or if there is none), else valid."""
    if "invalid" in verdicts:
        return "invalid"
    return "not_run" if "not_run" in verdicts or not verdicts else "valid"
