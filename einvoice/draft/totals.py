"""The document totals (BG-22), each computed from the figures that stand above it.

    lines - allowances + charges = without VAT;  + VAT = with VAT;  - paid + rounding = due

A total that the draft gives stands and is what the next one is computed from, so a wrong one is reported once, where
it is.

Source: EN 16931-1 BR-CO-10 to BR-CO-16; BT-111 = BT-110 x exchange rate (BT-167).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from einvoice.draft.content import DraftContent
from einvoice.draft.ledger import Figure, Ledger, because
from einvoice.draft.nesting import counted
from einvoice.draft.rounding import AMOUNT_DECIMALS, fitted, minor_unit, negative, rounded, rounded_to_multiple
from einvoice.draft.vat import Billed
from einvoice.model import AllowanceCharge, Totals, VatBreakdown

_ALREADY_PAID = frozenset({"B2", "S2", "M2"})  # BR-FR-CO-09


class Currencies(NamedTuple):
    """The invoice currency (BT-5), and the one in which its VAT is booked if that is another (BT-6)."""

    invoice: str | None
    accounting: str | None


def totals(
    draft: DraftContent, currencies: Currencies, billed: Billed, groups: tuple[VatBreakdown, ...], ledger: Ledger
) -> Totals | None:
    """All totals; None while nothing is billed and no total given."""
    if not (billed.lines or billed.allowances or billed.charges or draft.totals):
        return None
    said = _fitted(draft.totals or Totals())

    def settle(name: str, term: str, computed: Decimal | None, reason: str, **facts: object) -> Decimal | None:
        why = because(reason, sum=computed, **facts)
        return ledger.settle(Figure(f"totals.{name}", term), getattr(said, name), computed, why)

    lines = settle("line_net_amount", "BT-106", _lines(billed), "LINES")
    allowances = settle("allowances_amount", "BT-107", _sum(billed.allowances), "ALLOWANCES")
    charges = settle("charges_amount", "BT-108", _sum(billed.charges), "CHARGES")
    without_vat = settle(
        "amount_without_vat",
        "BT-109",
        _total(lines, negative(allowances), charges),
        "WITHOUT-VAT",
    )
    vat = settle("vat_amount", "BT-110", _vat(groups), "VAT-GROUPS")
    with_vat = settle("amount_with_vat", "BT-112", _total(without_vat, vat), "WITH-VAT")
    paid = said.paid_amount
    if paid is None and draft.business_process_type in _ALREADY_PAID:
        paid = with_vat
    elif paid is None and draft.advance_payments:
        paid = _added(each.paid_amount for each in draft.advance_payments if each.paid_amount is not None)
    rounding = said.rounding_amount
    if rounding is None and said.amount_due is None:
        rounding = _rounding(_total(with_vat, negative(paid)), currencies.invoice, draft.due_rounding)
    due = settle(
        "amount_due",
        "BT-115",
        _total(with_vat, negative(paid), rounding),
        "DUE",
    )
    rate = draft.exchange_rate.rate if draft.exchange_rate and len(set(currencies)) > 1 else None
    accounting = settle(
        "vat_amount_in_accounting_currency",
        "BT-111",
        None if vat is None or rate is None else rounded(vat * rate),
        "VAT-ACCOUNTING",
        rate=rate,
    )
    return Totals(
        line_net_amount=lines,
        allowances_amount=allowances,
        charges_amount=charges,
        amount_without_vat=without_vat,
        vat_amount=vat,
        vat_amount_in_accounting_currency=accounting,
        amount_with_vat=with_vat,
        paid_amount=paid,
        rounding_amount=rounding,
        amount_due=due,
    )


def _fitted(given: Totals) -> Totals:
    return Totals(**{name: fitted(value, AMOUNT_DECIMALS) for name, value in given if value is not None})


def _lines(billed: Billed) -> Decimal | None:
    nets = (placed.line.net_amount for placed in billed.lines if counted(placed))
    return _added(net for net in nets if net is not None) if billed.lines else None


def _sum(parts: tuple[AllowanceCharge, ...]) -> Decimal | None:
    return _added(part.amount for part in parts if part.amount is not None) if parts else None


def _vat(breakdown: tuple[VatBreakdown, ...]) -> Decimal | None:
    return _added(entry.tax_amount for entry in breakdown if entry.tax_amount is not None) if breakdown else None


def _total(first: Decimal | None, *others: Decimal | None) -> Decimal | None:
    """The first figure with the others added; None while the first is not known."""
    return None if first is None else _added((first, *(other for other in others if other is not None)))


def _added(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def _rounding(due: Decimal | None, currency: str | None, step: Decimal | None) -> Decimal | None:
    """What makes the amount due a multiple of the step, or of the currency's unit (BT-114); None if nothing does."""
    if due is None:
        return None
    if step is None or step <= 0:
        if minor_unit(currency) == AMOUNT_DECIMALS:
            return None
        step = Decimal(1)
    difference = rounded_to_multiple(due, step) - due
    return difference or None
