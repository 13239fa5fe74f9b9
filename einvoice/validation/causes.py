"""A fault is named once, at its cause: what follows from it stands under it, or points at it.

    at_their_cause(observations)     # 21 rules that stumble over `False` become a note of the schema's finding

A value that the schema refused makes every rule stumble that looks at it: those rules said nothing of the invoice. A
missing attribute makes rules speak of a value that is there: they are right by their words, and the note says why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations, islice
from typing import Any

from einvoice.document import Document
from einvoice.rulebook import UNEVALUATED, Observation, Sentence, row
from einvoice.terms import nearest_number
from einvoice.xml import local_name

MISSING = "EI-READ-06"
_COMPUTED = ("EI-CALC-01", "EI-CALC-02")
_MOST_NOTES = 10  # missing attributes of one term, told beside what a rule says of it
_PLACE = re.compile(r"/[\w\[\]/@.:-]*")
# What CII may leave out by its schema, and is then no amount, date or VAT number to the rules (BR-CO-15, BR-S-02).
_NEEDED = {"TaxTotalAmount": "currencyID", "DateTimeString": "format", "ID": "schemeID"}
_TAX_NUMBERS = {
    "SellerTradeParty": "seller.vat_identifier",
    "BuyerTradeParty": "buyer.vat_identifier",
    "SellerTaxRepresentativeTradeParty": "seller_tax_representative.vat_identifier",
}


def missing_attributes(document: Document) -> Iterator[Observation]:
    """A warning for each amount of VAT without currency, date without format and tax number without scheme, in CII."""
    if document.syntax not in ("cii", "facturx"):
        return
    locations = document.detected.locations
    numbers = document.root.iterfind(".//{*}SpecifiedTaxRegistration/{*}ID")
    for element in chain(document.root.iter("{*}TaxTotalAmount", "{*}DateTimeString"), numbers):
        attribute = _NEEDED[local_name(element)]
        if element.get(attribute) is None and (element.text or "").strip():
            xpath = locations.of(element)
            party = next((local_name(each) for each in islice(element.iterancestors(), 1, 2)), "")
            number = _TAX_NUMBERS.get(party, "") if attribute == "schemeID" else ""
            field = number or document.field_at(xpath) or ""
            line: Any = element.sourceline
            yield Observation(
                MISSING,
                "warning",
                "read",
                {"attribute": attribute, "name": xpath.rpartition("/")[2], "found": (element.text or "").strip()},
                term=nearest_number(field) or "",
                field=field,
                xpath=xpath,
                line=line,
            )


def at_their_cause(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """The observations, less those that only follow from another, which then says so."""
    refused = _Refused([each for each in observations if each.step == "xsd" and each.xpath])
    missing = _by_term(each for each in observations if each.rule == MISSING)
    folded: dict[int, Counter[str]] = {}  # the cause -> the rules that stumbled over it, and how often
    kept = []
    for each in observations:
        cause = refused.stumbled_over(each)
        if cause is not None:
            folded.setdefault(id(cause), Counter())[each.rule] += 1 + each.more
        elif not refused.includes(each):
            kept.append(each)
    return tuple(_with_causes(_with_stumbled(each, folded.get(id(each))), missing) for each in kept)


class _Refused:
    """What the schema refused, found by its place and by its value: there may be a fault for each line."""

    def __init__(self, causes: Sequence[Observation]) -> None:
        self._all = not any(cause.more for cause in causes)  # whether all places are known
        self._lines = {cause.field.partition(".")[0] for cause in causes if cause.field.startswith("lines[")}
        self._causes = causes
        self._places: dict[str, int] = {}  # the first cause at each place
        self._values: dict[str, int] = {}  # and with each value
        for number, cause in enumerate(causes):
            self._places.setdefault(cause.xpath, number)
            if (value := cause.facts.get("found")) and isinstance(value, str):
                self._values.setdefault(value, number)

    def includes(self, each: Observation) -> bool:
        """Whether something does not compute because a part of its line was refused, and so was not read."""
        return each.rule in _COMPUTED and (not self._all or each.field.partition(".")[0] in self._lines)

    def stumbled_over(self, each: Observation) -> Observation | None:
        """The refused element that kept a rule from being evaluated.

        The reason names its place or, where it names none, quotes its value.
        """
        reason = each.facts.get("reason") if each.wording == UNEVALUATED else None
        if not isinstance(reason, str):
            return None
        if "/" in reason:
            found = [self._places[place] for place in _PLACE.findall(reason) if place in self._places]
        else:
            quotes = [at for at, character in enumerate(reason) if character == "'"]
            quoted = (reason[start + 1 : end] for start, end in combinations(quotes, 2))
            found = [self._values[value] for value in quoted if value in self._values]
        return self._causes[min(found)] if found else None


def _with_stumbled(each: Observation, rules: Counter[str] | None) -> Observation:
    if not rules:
        return each
    facts = {"count": str(rules.total()), "rules": ", ".join(rules)}
    return replace(each, notes=(*each.notes, Sentence("EI-FOLDED", facts)))


def _by_term(missing: Iterable[Observation]) -> dict[str | None, list[Sentence]]:
    """What a missing attribute explains, by the term of its element: of each term a few, as they are alike."""
    notes: dict[str | None, list[Sentence]] = {}
    for cause in missing:
        of_term = notes.setdefault(cause.term, [])
        if len(of_term) < _MOST_NOTES:
            of_term.append(Sentence("EI-READ-06-CAUSE", cause.facts))
    return notes


def _with_causes(each: Observation, missing: Mapping[str | None, list[Sentence]]) -> Observation:
    """What a published rule says of a term whose element lacks an attribute, with that said too."""
    if not each.official or not missing:
        return each
    known = row(each.rule)
    named = {each.term, *(known.terms if known else ()), *re.findall(r"\bBT-\d+", each.official)} - {"", None}
    causes = [note for term, notes in missing.items() if term in named for note in notes]
    return replace(each, notes=(*each.notes, *causes)) if causes else each
