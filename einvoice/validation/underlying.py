"""Which findings follow from one that is about no figure: a refused value, a code that is none, the VAT of a line.

    underlying(observations, invoice)      # the position of BR-S-08 -> that of BR-FR-16 at lines[1].vat_rate

A rate of 19 % on a line makes the taxable amount of 20 % wrong by the net amount of that line, and none makes a group
without rate and VAT; a price below zero makes the net amount of its line look wrong; what the schema refused of a
value, rules and reading say again in their words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from einvoice.model import Invoice
from einvoice.paths import Path
from einvoice.rulebook import Observation, Sentence

_CODE_LIST = re.compile(r"BR-CL-\d+")
_NO_ATTRIBUTE = "XSD-04"
_OTHER_CURRENCY = "EI-READ-04"
_OF_CURRENCY = frozenset({"BR-CO-15", "EI-READ-10"})  # what amounts in another currency bring
_LINE_AMOUNT = "EI-CALC-01"
_FACTORS = frozenset({"item_net_price", "item_gross_price", "item_price_base_quantity", "quantity"})
_VAT = frozenset({"vat_rate", "vat_category_code"})
_AMOUNTS = {"lines": "net_amount", "allowances": "amount", "charges": "amount"}
_NO_BREAKDOWN = "BR-CO-18"
_VAT_TOTAL = "BR-CO-14"
_VAT_SUM = frozenset({"BR-CO-15", "BR-FREXT-CO-15", "BR-FXEXT-CO-15"})  # a sum that lacks the total of VAT
_NO_GROUP = "EI-WHY-VAT-NO-GROUP"
_ABSENT = re.compile(r"BR-(?:FXEXT-|FREXT-)?([A-Z]{1,2})-01")  # a category that is not in the breakdown
_TAXABLE = re.compile(r"BR-(?:FXEXT-|FREXT-)?[A-Z]{1,2}-?08(?:b|ini|rev)?")
# What is said of a value that is not there, which another rule demands: an address, the currency of all amounts.
_OF_ABSENT = {
    "BR-FR-21_BT-49": "BR-FR-12_BT-49",
    "BR-FR-22_BT-34": "BR-FR-13_BT-34",
    "BR-CL-03": "BR-05",
    "BR-DEC-15": "BR-53",
    "BR-FR-CO-12_BT-5": "BR-53",
}
_OF_ABSENT_THERE = {  # likewise, of a value of the same line
    "BR-27": "BR-26",
    "BR-FREXT-BR-27": "BR-FREXT-BR-26",
    "UBL-SR-48": "BR-CO-04",
}
_CATEGORY = re.compile(r"BR-([A-Z]{1,2})-0[2-7]")  # on the VAT of a line, an allowance or a charge


def underlying(observations: Sequence[Observation], invoice: Invoice | None) -> dict[int, int]:
    """The positions of those that follow from another one, each with the position of that one."""
    seen = _Seen(observations, invoice)
    roots = ((number, seen.root(each)) for number, each in enumerate(observations))
    return {number: root for number, root in roots if root is not None and root != number}


def off_by(each: Observation) -> Decimal | None:
    """By how much a figure is off; None where it is no figure."""
    found, expected = (_decimal(each.facts.get(name)) for name in ("found", "expected"))
    return None if found is None or expected is None else found - expected


class _Seen:
    """What others may follow from, found by what they have in common with it: always the first that was seen."""

    def __init__(self, observations: Sequence[Observation], invoice: Invoice | None) -> None:
        self._values: dict[str, int] = {}  # by the place of a value that the schema refused, or that is no code
        self._currency: int | None = None  # an invoice currency that is none
        self._rules: dict[str, int] = {}
        self._lines: dict[tuple[str, str], int] = {}  # by the rule that demands a value, and the line that lacks it
        self._prices: dict[str, int] = {}  # by the line whose price or quantity is wrong
        self._categories: dict[str, int] = {}  # by the category of a line whose VAT is wrong
        self._nets: dict[Decimal, int] = {}  # by the amount that a line or several have in a wrong group
        self._taxes: dict[Decimal, int] = {}  # by the VAT of a group that is missing
        self._rateless: dict[str, int] = {}  # by the category of a line, an allowance or a charge that has no rate
        self._groups = invoice.vat_breakdown if invoice else ()
        self._without_vat = invoice is not None and (invoice.totals is None or invoice.totals.vat_amount is None)
        for number, each in enumerate(observations):
            self._rules.setdefault(each.rule, number)
            if each.rule in _OF_ABSENT_THERE.values():
                self._lines.setdefault((each.rule, _part(each)), number)
            if each.xpath and _is_value(each):
                self._values.setdefault(each.xpath, number)
                if each.field == "currency_code":
                    self._currency = self._values[each.xpath]
            if each.severity == "error" and (path := _path(each)).name in _FACTORS:
                self._prices.setdefault(str(path.parent), number)
        self._see_vat(observations, invoice)
        for number, each in enumerate(observations):
            if missing := _missing_group(each):
                net, rate = missing
                self._nets.setdefault(net, number)
                self._taxes.setdefault(round(net * rate / 100, 2), number)

    def _see_vat(self, observations: Sequence[Observation], invoice: Invoice | None) -> None:
        """The VAT of lines, allowances and charges, each with the amount that is in a wrong group because of it."""
        nets: dict[Path, tuple[int, Decimal]] = {}
        for number, each in enumerate(observations):
            if each.severity != "error":
                continue
            path = _path(each)
            if path.name not in _VAT or path.steps[0] not in _AMOUNTS:
                continue
            for category in filter(None, map(_CATEGORY.fullmatch, _names(each))):
                self._categories.setdefault(category[1], number)
            if invoice and path.name == "vat_rate" and path.get(invoice) is None:
                self._rateless.setdefault((path.parent / "vat_category_code").get(invoice), number)
            amount = (path.parent / _AMOUNTS[str(path.steps[0])]).get(invoice) if invoice else None
            if isinstance(amount, Decimal):
                nets.setdefault(path.parent, (number, amount))
        for number, amount in nets.values():
            self._nets.setdefault(abs(amount), number)
        if nets:
            together = sum((amount for _, amount in nets.values()), Decimal())
            self._nets.setdefault(abs(together), next(iter(nets.values()))[0])

    def root(self, each: Observation) -> int | None:
        """The position of what an observation follows from."""
        names = _names(each)
        off = off_by(each) if _is_of_group(*names) else None
        found = self._rules.get(_OF_ABSENT.get(each.rule, ""), self._values.get(each.xpath))
        if found is None and (demanded := _OF_ABSENT_THERE.get(each.rule)):
            found = self._lines.get((demanded, _part(each)))
        if found is None and self._rateless:
            found = self._without_rate(each)
        if found is None and each.rule == _LINE_AMOUNT:
            found = self._prices.get(str(_path(each).parent))
        if found is None and (missing := _missing_group(each)):
            found = self._nets.get(missing[0])
        if found is None and off:
            found = (self._taxes if _VAT_TOTAL in names else self._nets).get(abs(off))
        if each.rule == _OTHER_CURRENCY:
            found = self._currency
        if found is None and each.facts.get("expected") is None and _OF_CURRENCY.intersection(names):
            found = self._rules.get(_OTHER_CURRENCY)
        if found is None and self._without_vat and _VAT_SUM.intersection(names):
            found = self._rules.get(_NO_BREAKDOWN)
        absent = _category_absent(*names)
        return self._categories.get(absent, self._rules.get(_NO_BREAKDOWN)) if absent else found

    def _without_rate(self, each: Observation) -> int | None:
        """What has no rate, of a VAT group that has none because of it."""
        match _path(each).steps:
            case ("vat_breakdown", int(index), *_) if index < len(self._groups) and self._groups[index].rate is None:
                return self._rateless.get(self._groups[index].category_code or "")
        return None


@lru_cache(maxsize=1_024)  # as many rules say something, however many lines they say it of
def _is_of_group(*names: str) -> bool:
    """Whether rules are about a taxable amount, or about the sum of VAT."""
    return _VAT_TOTAL in names or any(map(_TAXABLE.fullmatch, names))


@lru_cache(maxsize=1_024)
def _category_absent(*names: str) -> str | None:
    found = next(filter(None, map(_ABSENT.fullmatch, names)), None)
    return found[1] if found else None


def _is_value(each: Observation) -> bool:
    """Whether it says that a value is none of its type, lacks its attribute, or is no code of its list."""
    refused = each.step == "xsd" and (each.facts.get("found") or each.wording == _NO_ATTRIBUTE)
    return bool(refused) or _is_of_code_list(*_names(each))


@lru_cache(maxsize=1_024)
def _is_of_code_list(*names: str) -> bool:
    return any(map(_CODE_LIST.fullmatch, names))


def _missing_group(each: Observation) -> tuple[Decimal, Decimal] | None:
    """The taxable amount and the rate of a group that the VAT breakdown has not."""
    reason = each.facts.get("reason")
    if not isinstance(reason, Sentence) or reason.id != _NO_GROUP:
        return None
    net, rate = _decimal(reason.facts["sum"]), _decimal(reason.facts["rate"])
    return None if net is None or rate is None else (abs(net), rate)


def _names(each: Observation) -> tuple[str, ...]:
    return each.rule, *each.equivalents


def _path(each: Observation) -> Path:
    try:
        return Path.parse(each.field)
    except ValueError:
        return Path()


def _part(each: Observation) -> str:
    """The line that it is about."""
    return str(Path(_path(each).steps[:2]))


def _decimal(fact: object) -> Decimal | None:
    try:
        number = Decimal(str(fact))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
