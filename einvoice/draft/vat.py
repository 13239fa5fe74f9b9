"""The VAT breakdown: what is billed, by category, rate and exemption reason (BG-23).

EN 16931 has one group per category and rate, and only one for each category without VAT (BR-E-01, BR-AE-01, …): where
the lines of such a category give several reasons, the group carries them all. EXTENDED-CTC-FR (and Factur-X EXTENDED)
has one group per reason, and then wants the reason on each line and document allowance or charge too. The one
exception is reverse charge: the published UBL rules of EXTENDED-CTC-FR still allow a single AE group.

Source: EN 16931-1 BG-23, BR-S-08 to BR-O-10; XP Z12-012 annex A V1.4, BR-FREXT-x-01 and -08.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from einvoice.draft.content import changed
from einvoice.draft.exemptions import EXEMPT, exemption
from einvoice.draft.ledger import Figure, Ledger, because
from einvoice.draft.nesting import Placed, counted
from einvoice.draft.rounding import RATE_DECIMALS, fitted, short, vat_amount
from einvoice.model import AllowanceCharge, Line, VatBreakdown

VatBearing = Line | AllowanceCharge

_SEVERAL = " ; "  # between the reasons of a group that has several


class Reason(NamedTuple):
    """Why no VAT is charged."""

    code: str | None
    text: str | None


class Group(NamedTuple):
    """What the parts of a VAT group have in common. The reason is None where groups are not told apart by it."""

    category: str
    rate: Decimal | None
    reason: Reason | None = None

    @property
    def charged(self) -> Decimal | None:
        """The rate at which VAT is charged: nothing in an exempt category, whatever it says; None if not known."""
        return Decimal() if self.category in EXEMPT else self.rate


class _Found(NamedTuple):
    """A VAT group and its figures."""

    group: Group
    taxable: Decimal
    tax: Decimal | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Billed:
    """All that bears VAT: the lines (nested ones flattened), the document allowances and charges."""

    lines: tuple[Placed, ...]
    allowances: tuple[AllowanceCharge, ...]
    charges: tuple[AllowanceCharge, ...]

    def taxed(self) -> Iterator[tuple[VatBearing, Decimal]]:
        """Each part that enters the totals, with its amount; an allowance's is negative, an unknown one zero."""
        for placed in self.lines:
            if counted(placed):
                yield placed.line, placed.line.net_amount or Decimal()
        for allowance in self.allowances:
            yield allowance, -(allowance.amount or Decimal())
        for charge in self.charges:
            yield charge, charge.amount or Decimal()

    def changed(self, changes: Callable[[VatBearing], dict[str, object]]) -> Billed:
        """The same with some fields of each part replaced."""
        return Billed(
            tuple(placed.updated(**changes(placed.line)) for placed in self.lines),
            tuple(changed(part, changes(part)) for part in self.allowances),
            tuple(changed(part, changes(part)) for part in self.charges),
        )


def classified(part: VatBearing) -> dict[str, object]:
    """What a part's VAT terms imply: a rate above 0 is category S, a VATEX code has its category, E has the rate 0."""
    category, rate = part.vat_category_code, part.vat_rate
    if category is None:
        known = exemption(part.vat_exemption_reason_code, None)
        category = known.category if known else ("S" if rate else None)
    if rate is None and category in EXEMPT - {"O"}:  # BR-O-05: "not subject to VAT" has no rate
        rate = Decimal(0)
    return {"vat_category_code": category, "vat_rate": None if rate is None else fitted(rate, RATE_DECIMALS)}


def _reason(category: str | None, code: str | None, text: str | None, language: str) -> Reason | None:
    """The reason given, with the text of its code; where none is given, the only one that the category has."""
    known = exemption(code, None if text else category)
    if known:
        return Reason(code or known.code, text or (known.fr if language == "fr" else known.en))
    return Reason(code, text) if code or text else None


def with_reasons(billed: Billed, given: Sequence[VatBreakdown], language: str) -> Billed:
    """Each part with its exemption reason; one without takes the only reason its category has in this invoice."""
    stated: dict[str | None, set[Reason | None]] = {}

    def own(part: VatBearing) -> Reason | None:
        return _reason(part.vat_category_code, part.vat_exemption_reason_code, part.vat_exemption_reason, language)

    for part, _ in billed.taxed():
        stated.setdefault(part.vat_category_code, set()).update({own(part)} - {None})
    for entry in given:
        reason = _reason(entry.category_code, entry.exemption_reason_code, entry.exemption_reason, language)
        stated.setdefault(entry.category_code, set()).update({reason} - {None})

    def reasoned(part: VatBearing) -> dict[str, object]:
        category, reason = part.vat_category_code, own(part)
        if reason is None and category in EXEMPT and len(stated.get(category, ())) == 1:
            (reason,) = stated[category]
        code, text = reason or (None, None)
        return {"vat_exemption_reason_code": code, "vat_exemption_reason": text}

    return billed.changed(reasoned)


def without_reasons(billed: Billed) -> Billed:
    """The parts without their reasons, which EN 16931 has in the breakdown only."""
    return billed.changed(lambda _: {"vat_exemption_reason_code": None, "vat_exemption_reason": None})


def group_of(part: VatBearing, *, by_reason: bool) -> Group | None:
    """The VAT group of a part; None while its category is not known."""
    if part.vat_category_code is None:
        return None
    rate = None if part.vat_rate is None else short(part.vat_rate)
    if not by_reason or part.vat_category_code == "AE":
        return Group(part.vat_category_code, rate)
    return Group(part.vat_category_code, rate, Reason(part.vat_exemption_reason_code, part.vat_exemption_reason))


def grouped_amounts(billed: Billed, *, by_reason: bool) -> dict[Group, list[Decimal]]:
    """The signed amounts of each VAT group, groups in the order of their first part."""
    groups: dict[Group, list[Decimal]] = {}
    for part, amount in billed.taxed():
        group = group_of(part, by_reason=by_reason)
        if group:
            groups.setdefault(group, []).append(amount)
    return groups


def breakdown(
    billed: Billed,
    given: Sequence[VatBreakdown],
    taxes: Mapping[Group, Decimal | None],
    ledger: Ledger,
    *,
    by_reason: bool,
) -> tuple[VatBreakdown, ...]:
    """The VAT breakdown: the entries given, completed, then one for each group that none of them is about.

    `taxes` has the VAT of each group as the rounding policy computes it.
    """
    reasons = _reasons(billed, by_reason=by_reason)
    left = {
        group: _Found(group, sum(amounts, Decimal("0.00")), taxes[group], reasons[group])
        for group, amounts in grouped_amounts(billed, by_reason=by_reason).items()
    }
    entries = []
    for index, entry in enumerate(given):
        place = f"vat_breakdown[{index}]"
        group = next((group for group in left if _is_about(entry, group)), None)
        if group is None:
            _nothing_billed(entry, place, ledger)
            entries.append(entry)
        else:
            entries.append(_completed(entry, left.pop(group), place, ledger))
    return (*entries, *(_completed(VatBreakdown(), found, "vat_breakdown", ledger) for found in left.values()))


def _is_about(entry: VatBreakdown, group: Group) -> bool:
    if entry.category_code not in {None, group.category} or entry.rate not in {None, group.rate or Decimal()}:
        return False
    if group.reason is None:
        return True
    return entry.exemption_reason_code in {None, group.reason.code} and entry.exemption_reason in {
        None,
        group.reason.text,
    }


def _nothing_billed(entry: VatBreakdown, place: str, ledger: Ledger) -> None:
    if entry.taxable_amount is not None:
        reason = because("VAT-NOTHING", category=entry.category_code, rate=entry.rate)
        ledger.remark(Figure(f"{place}.taxable_amount", "BT-116"), entry.taxable_amount, reason)


def _reasons(billed: Billed, *, by_reason: bool) -> dict[Group, Reason]:
    """The reason that each group states: of one reason its code and text, of several all texts and no code."""
    found: dict[Group, dict[Reason, None]] = {}
    for part, _ in billed.taxed():
        group = group_of(part, by_reason=by_reason)
        if group:
            reason = Reason(part.vat_exemption_reason_code, part.vat_exemption_reason)
            found.setdefault(group, {}).update({reason: None} if any(reason) else {})
    return {group: _joined(list(reasons)) for group, reasons in found.items()}


def _joined(reasons: list[Reason]) -> Reason:
    if len(reasons) == 1:
        return reasons[0]
    codes = {reason.code for reason in reasons}
    texts = dict.fromkeys(reason.text or reason.code or "" for reason in reasons)
    return Reason(codes.pop() if len(codes) == 1 else None, _SEVERAL.join(texts) or None)


def _completed(entry: VatBreakdown, found: _Found, place: str, ledger: Ledger) -> VatBreakdown:
    group, total, tax, reason = found
    base = Figure(f"{place}.taxable_amount", "BT-116")
    taxable = ledger.settle(base, entry.taxable_amount, total, because("VAT-BASE", sum=total))
    if taxable is not None and taxable != total and group.charged is not None:
        tax = vat_amount(taxable, group.charged)
    why = because("VAT-AMOUNT", base=taxable, rate=group.charged, vat=tax)
    return entry.model_copy(
        update={
            "taxable_amount": taxable,
            "tax_amount": ledger.settle(Figure(f"{place}.tax_amount", "BT-117"), entry.tax_amount, tax, why),
            "category_code": group.category,
            "rate": group.rate if entry.rate is None else entry.rate,
            "exemption_reason_code": entry.exemption_reason_code or (None if entry.exemption_reason else reason.code),
            "exemption_reason": entry.exemption_reason or reason.text,
        }
    )
