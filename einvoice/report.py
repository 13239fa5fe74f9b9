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
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

if TYPE_CHECKING:
    from einvoice.model import Invoice

__all__ = [
    "WEIGHTS",
    "DocumentReport",
    "Finding",
    "Group",
    "Kind",
    "Report",
    "Severity",
    "Step",
    "SyntaxName",
    "Verdict",
    "worst",
]

Severity = Literal["error", "warning", "information"]
WEIGHTS: dict[Severity, int] = {"error": 0, "warning": 1, "information": 2}
_SURROGATES = re.compile("[\ud800-\udfff]")

Verdict = Literal["valid", "invalid", "not_run"]
Kind = Literal["invoice", "credit_note", "lifecycle", "ereport", "directory", "unknown"]
SyntaxName = Literal["ubl", "cii", "facturx", "cdar", "flux10", "annuaire", "unknown"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Finding(_Value):
    """One thing to say about a document, in the words of the person who must act on it.

    It stands at a `field` of the model (`lines[2].net_amount`, positions from 0), at an `xpath` and `line` of the XML
    (from 1), or at none. `found` and `expected` are texts as the document has them, amounts in `currency`.
    """

    rule: str = Field(description="the published id exactly; 'XSD'; or one of ours, EI-...")
    severity: Severity = Field(description="error, warning or information")
    step: str = Field(description="name of the step that found it")
    message: str = Field(description="in the language that was asked for; French unless asked otherwise")
    message_en: str = Field(description="the message in English")
    term: str | None = Field(default=None, description="the business term: BT-106")
    field: str | None = Field(default=None, description="totals.line_net_amount, of the Draft or the Invoice")
    xpath: str | None = Field(default=None, description="where it stands in the XML")
    line: int | None = Field(default=None, description="the line in the XML, from 1; of a PDF that of the XML inside")
    found: str | None = Field(default=None, description="the value that stands there, where two values differ")
    expected: str | None = Field(default=None, description="the value that should stand there")
    currency: str | None = Field(default=None, description="of found and expected, where these are amounts: EUR")
    hint: str | None = Field(default=None, description="what to do")
    source: str | None = Field(default=None, description="the standard or law that says so, with its section")
    equivalents: tuple[str, ...] = Field(
        default=(), description="of a rule of Factur-X: the rules of EN 16931 that say the same, such as BR-CO-15"
    )
    caused_by: str | None = Field(
        default=None, description="rule and field of the finding that this one follows from: mend that one first"
    )
    official: str | None = Field(default=None, description="of a published rule: the publisher's own text")


@dataclass(frozen=True, slots=True)
class Group:
    """One finding, or the same one in several places, and what follows from it."""

    same: tuple[Finding, ...]
    following: tuple[Finding, ...]


class Step(_Value):
    """One thing that was done to validate a document: with which rule set, version and digest, and how it ended."""

    name: str = Field(description="parse, container, xsd, profile, french, draft, ...")
    status: Literal["passed", "failed", "not_run"] = Field(description="passed, failed or not_run")
    ruleset: str | None = Field(default=None, description="id in the artefact catalogue")
    version: str | None = Field(default=None, description="version of the rule set or schema")
    newer: str | None = Field(default=None, description="a release in force that the catalogue knows and that is newer")
    sha256: str | None = Field(default=None, description="of the file that was used")
    engine: str | None = Field(default=None, description="compiled, saxon or both")
    rules: int | None = Field(default=None, description="checks in the rule set")
    fired: int | None = Field(default=None, description="contexts that a rule looked at")
    ms: float | None = Field(default=None, description="milliseconds that it took")
    reason: str | None = Field(default=None, description="why a step did not run")


def shown(name: str | None) -> str | None:
    """A file name that can be written down: bytes that are no UTF-8 reach Python as lone surrogates."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", name) if isinstance(name, str) else name


class DocumentReport(_Value):
    """The verdict on one document: what it is, what was done, and the findings, in the order in which to mend them."""

    source: Annotated[str | None, BeforeValidator(shown)] = Field(
        default=None, description="a file name, where there is one"
    )
    kind: Kind = Field(default="unknown", description="invoice, credit_note, lifecycle, ereport, directory or unknown")
    syntax: SyntaxName = Field(default="unknown", description="ubl, cii, facturx, cdar, flux10, annuaire or unknown")
    profile: str | None = Field(default=None, description="short name of the profile: en16931, extended-ctc-fr, ...")
    verdict: Verdict = Field(description="valid, invalid or not_run")
    steps: tuple[Step, ...] = Field(default=(), description="what was done, in order")
    findings: tuple[Finding, ...] = Field(default=(), description="what was found, in the order of the steps")

    @property
    def groups(self) -> tuple[Group, ...]:
        """The findings as a person reads them: the worst first, each once, consequences under their cause."""
        return _grouped(self.findings)


def _grouped(found_in: tuple[Finding, ...]) -> tuple[Group, ...]:
    """The findings of the document, each once; a group weighs as much as the worst that is in it.

    Of those that weigh the same, what the schema refused comes first, then what others follow from.
    """
    roots = {_key(each) for each in found_in if not each.caused_by}
    following: dict[str, list[Finding]] = {}
    for each in found_in:
        if each.caused_by in roots:
            following.setdefault(each.caused_by or "", []).append(each)
    heads = [each for each in found_in if each.caused_by not in roots]
    after = {id(each): following.get(_key(each), []) for each in heads}
    weights = {id(each): min(WEIGHTS[one.severity] for one in (each, *after[id(each)])) for each in heads}
    ranks = {id(each): 0 if each.rule == "XSD" else 1 if after[id(each)] else 2 for each in heads}
    heads.sort(key=lambda finding: (weights[id(finding)], ranks[id(finding)], finding.rule, finding.message))
    made = []
    for _, found in groupby(heads, key=lambda finding: (finding.severity, finding.rule, finding.message)):
        same = tuple(found)
        made.append(Group(same, tuple(each for head in same for each in after[id(head)])))
    return tuple(made)


def _key(finding: Finding) -> str:
    """How `caused_by` names a finding."""
    return f"{finding.rule} {finding.field or ''}".strip()


class Report(_Value):
    """The verdict on one or several documents: "valid", "invalid" or "not_run", never "valid" where a step did not run.

    The JSON form is a contract (`schemas/report.schema.json`); it leaves out `invoice`, which the report only carries.
    """

    __slots__ = ("_carried",)  # beside the fields: neither compared nor written nor sent to another process

    einvoice: str = Field(description="version of this library")
    report: Literal[1] = Field(default=1, description="version of this form")
    verdict: Verdict = Field(description="that of the worst document")
    documents: tuple[DocumentReport, ...] = Field(description="one entry for each document, in order")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings of all documents, in order."""
        return tuple(finding for document in self.documents for finding in document.findings)

    @property
    def invoice(self) -> Invoice | None:
        """The invoice that `validate` judged, as `parse` gives it, so that nobody reads it twice.

        None where the document is no invoice or could not be read, and in a report that was itself read from JSON.
        """
        return getattr(self, "_carried", None)

    def carrying(self, invoice: Invoice | None) -> Self:
        """This report, with the invoice that it is about."""
        object.__setattr__(self, "_carried", invoice)
        return self


def worst(verdicts: tuple[Verdict, ...]) -> Verdict:
    """The verdict on the whole: invalid if one is, else not_run if one is (or if there is none), else valid."""
    if "invalid" in verdicts:
        return "invalid"
    return "not_run" if "not_run" in verdicts or not verdicts else "valid"
