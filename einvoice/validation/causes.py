"""A fault is named once, at its cause: what follows from it stands under it, or points at it.

    at_their_cause(observations)     # 21 rules that stumble over `False` become a note of the schema's finding

A value that the schema refused makes every rule stumble that looks at it: those rules said nothing of the invoice. A
missing attribute makes rules speak of a value that is there: they are right by their words, and the note says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from einvoice.document import Document
from einvoice.paths import Path
from einvoice.rulebook import Observation, Sentence, row
from einvoice.terms import nearest_term
from einvoice.xml import location

MISSING = "EI-READ-06"
_COMPUTED = ("EI-CALC-01", "EI-CALC-02")
_UNEVALUATED = "EI-STEP-08"  # the wording of a rule that could not be evaluated
# What CII may leave out by its schema, and is then neither an amount nor a date to the rules (BR-CO-15, BR-03).
_NEEDED = {"TaxTotalAmount": "currencyID", "DateTimeString": "format"}


def missing_attributes(document: Document) -> Iterator[Observation]:
    """A warning for each amount of VAT without its currency and each date without its format, in CII."""
    if document.syntax not in ("cii", "facturx"):
        return
    for element in document.root.iter("{*}TaxTotalAmount", "{*}DateTimeString"):
        attribute = _NEEDED[str(element.tag).rpartition("}")[2]]
        if element.get(attribute) is None and (element.text or "").strip():
            xpath = location(element)
            field = document.field_at(xpath) or ""
            term = nearest_term(Path.parse(field)) if field else None
            line: Any = element.sourceline
            yield Observation(
                MISSING,
                "warning",
                "read",
                {"attribute": attribute, "name": xpath.rpartition("/")[2], "found": (element.text or "").strip()},
                term=term.id if term else "",
                field=field,
                xpath=xpath,
                line=line,
            )


def at_their_cause(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """The observations, less those that only follow from another, which then says so."""
    refused = [each for each in observations if each.step == "xsd" and each.xpath]
    lines = {cause.field.partition(".")[0] for cause in refused if cause.field.startswith("lines[")}
    missing = [each for each in observations if each.rule == MISSING]
    folded: dict[int, list[str]] = {}  # the cause -> the rules that stumbled over it
    kept = []
    for each in observations:
        cause = _stumbled_over(each, refused)
        if cause is not None:
            folded.setdefault(id(cause), []).append(each.rule)
        elif not _follows(each, lines):
            kept.append(each)
    return tuple(_with_causes(_with_stumbled(each, folded.get(id(each), [])), missing) for each in kept)


def _stumbled_over(each: Observation, refused: Sequence[Observation]) -> Observation | None:
    """The refused element that kept a rule from being evaluated."""
    reason = each.facts.get("reason") if each.wording == _UNEVALUATED else None
    if not isinstance(reason, str):
        return None
    return next((cause for cause in refused if _names(reason, cause)), None)


def _names(reason: str, cause: Observation) -> bool:
    """Whether a reason is about the refused element: it names its place or, where it names none, quotes its value."""
    if "/" in reason:
        return re.search(rf"{re.escape(cause.xpath)}(?![\w\[/@.:-])", reason) is not None
    return bool(cause.facts.get("found")) and f"'{cause.facts['found']}'" in reason


def _follows(each: Observation, lines: set[str]) -> bool:
    """Whether something does not compute because a part of its line was refused, and so was not read."""
    return each.rule in _COMPUTED and each.field.partition(".")[0] in lines


def _with_stumbled(each: Observation, rules: list[str]) -> Observation:
    if not rules:
        return each
    facts = {"count": str(len(rules)), "rules": ", ".join(dict.fromkeys(rules))}
    return replace(each, notes=(*each.notes, Sentence("EI-FOLDED", facts)))


def _with_causes(each: Observation, missing: Sequence[Observation]) -> Observation:
    """What a published rule says of a term whose element lacks an attribute, with that said too."""
    if not each.official:
        return each
    known = row(each.rule)
    named = {each.term, *(known.terms if known else ()), *re.findall(r"\bBT-\d+", each.official)}
    causes = [Sentence("EI-READ-06-CAUSE", cause.facts) for cause in missing if cause.term in named - {"", None}]
    return replace(each, notes=(*each.notes, *causes)) if causes else each
