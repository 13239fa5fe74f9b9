"""Findings of our own about French messages, worded in the one catalogue (`schematron/messages.tsv`).

    finding("EI-CDV-61", "error", "lifecycle", field="subject.details", found="TX_ERR", expected="TX_TVA_ERR, …")

`found` and `expected` are facts of the text too. The message is French; `in_language` swaps it.
"""

from __future__ import annotations

from collections.abc import Iterable

from einvoice.data import Language
from einvoice.report import Finding, Severity
from einvoice.rulebook import row
from einvoice.validation.findings import own_finding
from einvoice.validation.policy import Policy

_FRENCH = Policy(language="fr")


def finding(  # noqa: PLR0913 - each is one field of the finding
    rule: str,
    severity: Severity,
    step: str,
    *,
    field: str | None = None,
    found: object = None,
    expected: object = None,
    term: str | None = None,
    **facts: str,
) -> Finding:
    """A finding of the catalogue; `KeyError` for a rule that it does not have."""
    values = {"found": found, "expected": expected}
    shown = {key: str(value) for key, value in values.items() if value is not None}
    place = {"field": field, **shown} | ({"term": term} if term else {})
    return own_finding(rule, severity, step, _FRENCH, facts={**shown, **facts}, **place)


def in_language(findings: Iterable[Finding], language: Language) -> tuple[Finding, ...]:
    """The findings with message and hint in that language."""
    if language == "fr":
        return tuple(findings)
    return tuple(
        each.model_copy(update={"message": each.message_en, "hint": _hint_en(each) or None}) for each in findings
    )


def _hint_en(found: Finding) -> str:
    known = row(found.rule) or row(f"{found.rule}_{found.term}")
    return known.hint_en if known else ""
