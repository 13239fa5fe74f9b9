"""What was received of an invoice, split by VAT rate: what status 212 must say, to the cent.

    split(invoice, Decimal("500.00"))                     # a first instalment
    split(invoice, Decimal("700.00"), before=Decimal("500.00"))   # ... and what followed
    split(invoice, Decimal("-700.00"), before=Decimal("1200.00"))  # the bank took it back

Each rate bears a payment in proportion to its total with VAT. Instalments are split so that they add up: after any of
them, each rate has received its share of all that was received so far, and a fully paid invoice has its very totals.

Source: DGFiP external specifications v3.2, rules P1.15 to P1.17; BR-FR-CDV-14.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from einvoice.codes import INVOICE_TYPES
from einvoice.draft.rounding import shared_out
from einvoice.model import Invoice

__all__ = ["sign", "split", "total_with_vat", "with_vat_by_rate"]

_NOTHING = Decimal("0.00")


def sign(invoice: Invoice) -> int:
    """-1 for a credit note, whose money goes back; 1 for any other invoice."""
    return -1 if invoice.type_code in INVOICE_TYPES["credit_note"] else 1


def with_vat_by_rate(invoice: Invoice) -> dict[Decimal, Decimal]:
    """The total with VAT of each rate, in the invoice currency; a category without rate counts as 0 %."""
    totals: dict[Decimal, Decimal] = {}
    for group in invoice.vat_breakdown:
        rate = group.rate if group.rate is not None else Decimal(0)
        amount = (group.taxable_amount or _NOTHING) + (group.tax_amount or _NOTHING)
        totals[rate] = totals.get(rate, _NOTHING) + amount
    return totals


def total_with_vat(invoice: Invoice) -> Decimal:
    """The sum over the rates: BT-112 of an invoice that adds up."""
    return sum(with_vat_by_rate(invoice).values(), _NOTHING)


def split(invoice: Invoice, amount: Decimal, before: Decimal = _NOTHING) -> Mapping[Decimal, Decimal]:
    """How an amount received is split by rate, given all that was received before; rates that get nothing are left out.

    Amounts are with VAT, in the invoice currency, and positive for money that comes in: of a credit note they are
    negative. Raises `ValueError` for an invoice without VAT breakdown.
    """
    totals = with_vat_by_rate(invoice)
    whole = sum(totals.values(), _NOTHING)
    if not whole:
        raise ValueError("the invoice has no VAT breakdown (BG-23) to split the payment by")
    was, now = (
        shared_out(sum_, [sum_ * total / whole for total in totals.values()]) for sum_ in (before, before + amount)
    )
    parts = {rate: after - earlier for rate, after, earlier in zip(totals, now, was, strict=True)}
    return {rate: part for rate, part in parts.items() if part}
