"""What a person does not see in a finding: blanks around a value, an element that stands there twice, or is missing.

    said_plainly(observation)                 # "ram:GrandTotalAmount stands there 2 times, where one is expected"
    as_written(observations, document)        # BR-CL-14 of " FR", which looks like a code of the list

A rule compares characters, and stops where a value is not of its kind: it is right, and its words do not say why.

Sources: XML Schema part 2 §4.3.6 (white space); XPath 2.0 §2.3 (errors of expressions).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from einvoice.document import Document
from einvoice.rulebook import UNEVALUATED, Fact, Observation, Sentence

_PUBLISHED = ("profile", "french")
_VAT = "VAT"  # UNTDID 5153
_BLANK = "␣"  # a blank that can be seen
_LONGEST = 60  # what is longer is a text, which may well begin a line
_OF_VAT_TOTAL = re.compile(r"CO-15(_|$)")  # BR-CO-15 and its sisters in extensions
_DECIMALS = re.compile(r"DEC|DT-01")  # rules that count the characters of a number

# Why an expression could not be evaluated, as the compiled engine says it.
_REASONS = (
    (
        re.compile(r"(?P<count>\d+) nodes where one at most is expected: \S*?(?P<name>[^/\s,]+?)(\[\d+\])?(,|$)"),
        "NODES",
    ),
    (re.compile(r"(?P<count>\d+) (items|values) where (one at most|true or false) is expected"), "ITEMS"),
    (re.compile(r"'(?P<text>[^']*)' is not (a number|a decimal number|a whole number)\b"), "NUMBER"),
    (re.compile(r"'(?P<text>[^']*)' is not true or false\b"), "BOOLEAN"),
    (re.compile(r"'(?P<text>[^']*)' is not a date\b"), "DATE"),
)


def said_plainly(each: Observation) -> Observation:
    """The observation that a rule could not be evaluated, with the reason in words for people where we have them."""
    reason = each.facts.get("reason") if each.wording == UNEVALUATED else None
    if not isinstance(reason, str):
        return each
    for pattern, kind in _REASONS:
        if found := pattern.search(reason):
            facts: dict[str, Fact] = {name: text for name, text in found.groupdict().items() if text is not None}
            return replace(each, facts={**each.facts, "reason": Sentence(f"EI-UNEVALUATED-{kind}", facts)})
    return each


def as_written(observations: Iterable[Observation], document: Document) -> tuple[Observation, ...]:
    """The observations on an invoice, with what only its XML shows of the value that a published rule refuses."""
    untyped: Mapping[str, str] | None = None
    told = []
    for each in observations:
        if each.severity == "information" or each.step not in _PUBLISHED or not each.xpath:
            told.append(each)
            continue
        notes = [*_blanks(each, document), *_vat_twice(each, document)]
        if "vat" in each.field:
            untyped = _untyped_taxes(document) if untyped is None else untyped
            notes += [Sentence("EI-UNTYPED", {"name": untyped[part]}) for part in _parts(each.field) if part in untyped]
        told.append(replace(each, notes=(*each.notes, *notes)) if notes else each)
    return tuple(told)


def _blanks(each: Observation, document: Document) -> Iterator[Sentence]:
    """That there are blanks around the value."""
    element = document.element_at(each.xpath)
    text, name = element.text or "", each.xpath.rpartition("/@")[2]
    if name != each.xpath:
        text = element.get(name) or ""
    value = text.strip()  # also of a no-break space, which looks the same
    if value == text or not value or len(value) > _LONGEST or len(element):
        return
    if not _is_number(value) or _DECIMALS.search(each.rule):
        before, after = (len(text) - len(text.lstrip())), (len(text) - len(text.rstrip()))
        yield Sentence("EI-BLANKS", {"text": f"{_BLANK * before}{value}{_BLANK * after}"})


def _vat_twice(each: Observation, document: Document) -> Iterator[Sentence]:
    """That the total of VAT stands there more than once: then it is none to the rule, even if both say the same."""
    if not _OF_VAT_TOTAL.search(each.rule):
        return
    name = "{*}TaxTotal/{*}TaxAmount" if document.syntax == "ubl" else ".//{*}TaxTotalAmount"
    currency = document.invoice.currency_code
    count = sum(1 for element in document.root.iterfind(name) if element.get("currencyID") == currency)
    if count > 1:
        yield Sentence("EI-VAT-TWICE", {"count": str(count), "currency": currency or ""})


def _untyped_taxes(document: Document) -> dict[str, str]:
    """The parts of a CII invoice whose tax is not said to be VAT, by their fields: no rule takes it for VAT."""
    if document.syntax not in ("cii", "facturx"):
        return {}
    untyped = {}
    for element in document.root.iter("{*}ApplicableTradeTax", "{*}CategoryTradeTax"):
        kind = element.findtext("{*}TypeCode") or ""
        if kind != _VAT and kind.strip() in ("", _VAT):  # another tax is told by reading
            xpath = document.detected.locations.of(element)
            untyped[document.field_at(xpath) or ""] = xpath.rpartition("/")[2]
    return untyped


def _parts(field: str) -> Iterator[str]:
    """The field, and all that hold it: lines[0].vat_rate, lines[0]."""
    while field:
        yield field
        field = field.rpartition(".")[0]


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
