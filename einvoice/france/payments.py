"""What was received of an invoice, split by VAT rate: what status 212 and e-reports of payments must say, to the cent.

    split(invoice, Decimal("500.00"))                              # a first instalment
    split(invoice, Decimal("700.00"), before=Decimal("500.00"))    # ... and what followed
    split(invoice, Decimal("-700.00"), before=Decimal("1200.00"))  # the bank took it back

    split(final, paid, prepaid=prepaid_by_rate(final, (prepayment,)))   # what a prepayment took is paid already

Each rate bears a payment in proportion to its total with VAT, less what prepayment invoices took of it. Instalments add
up: after any of them, each rate has received its share of all that was received so far, a fully paid invoice has its
very totals, and no instalment takes a cent back from a rate (the cents are shared out by a method that never does,
Webster's).

Source: DGFiP external specifications v3.2, annex 7 (P1.15 to P1.17, G7.45); BR-FR-CDV-14.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TypeVar

from einvoice.codes import INVOICE_TYPES
from einvoice.draft.rounding import shared_out
from einvoice.errors import Mismatch
from einvoice.model import Invoice

__all__ = [
    "NOTHING",
    "left_by_rate",
    "names_a_prepayment",
    "owed",
    "prepaid_by_rate",
    "shared_by",
    "sign",
    "split",
    "total_with_vat",
    "with_vat_by_rate",
]

NOTHING = Decimal("0.00")
_PAID, _FINAL = "2", "4"  # second character of BT-23: paid when it was made out; final invoice after a prepayment

K = TypeVar("K")


def sign(invoice: Invoice) -> int:
    """-1 for a credit note, whose money goes back; 1 for any other invoice."""
    return -1 if invoice.type_code in INVOICE_TYPES["credit_note"] else 1


def with_vat_by_rate(invoice: Invoice) -> dict[Decimal, Decimal]:
    """The total with VAT of each rate, in the invoice currency; a category without rate counts as 0 %."""
    totals: dict[Decimal, Decimal] = {}
    for group in invoice.vat_breakdown:
        rate = group.rate if group.rate is not None else Decimal(0)
        amount = (group.taxable_amount or NOTHING) + (group.tax_amount or NOTHING)
        totals[rate] = totals.get(rate, NOTHING) + amount
    return totals


def total_with_vat(invoice: Invoice) -> Decimal:
    """The sum over the rates: BT-112 of an invoice that adds up."""
    return sum(with_vat_by_rate(invoice).values(), NOTHING)


def owed(invoice: Invoice) -> Decimal:
    """What is to be received on an invoice before any status tells a payment; negative for a credit note.

    Prepayments (BT-113) had invoices and statuses of their own, so they are taken off. An invoice that was paid before
    it was made out (BT-23: B2, S2, M2) is owed whole, until a status says that it was paid.
    """
    totals = invoice.totals
    whole = total_with_vat(invoice)
    if totals is not None:
        whole += totals.rounding_amount or NOTHING
        if (invoice.business_process_type or "")[1:] != _PAID:
            whole -= totals.paid_amount or NOTHING
    return sign(invoice) * whole


def split(
    invoice: Invoice,
    amount: Decimal,
    before: Decimal = NOTHING,
    prepaid: Mapping[Decimal, Decimal] | None = None,
) -> Mapping[Decimal, Decimal]:
    """How an amount received is split by rate, given all that was received before; rates that get nothing are left out.

    `prepaid` is what prepayment invoices took of each rate. Amounts are with VAT and positive for money that comes in:
    of a credit note they are negative. Raises `ValueError` for an invoice without VAT breakdown, or with one that sums
    to nothing.
    """
    left = left_by_rate(with_vat_by_rate(invoice), prepaid or {}, lambda rate: rate)
    return shared_by(left, amount, before)


def names_a_prepayment(invoice: Invoice) -> bool:
    """Whether it is a final invoice that takes a prepayment off as money paid (BT-113), not as a negative line."""
    paid = invoice.totals.paid_amount if invoice.totals else None
    digit = (invoice.business_process_type or "")[1:]
    kinds = {earlier.type_code for earlier in invoice.preceding_invoices}
    return bool(paid) and digit != _PAID and (digit == _FINAL or bool(kinds & INVOICE_TYPES["prepayment"]))


def prepaid_by_rate(final: Invoice, invoices: Iterable[Invoice]) -> dict[Decimal, Decimal]:
    """What the prepayment invoices that a final invoice names took of each VAT rate, VAT included, up to its BT-113.

    Empty where it takes nothing off as money paid, or none of those that it names is among the invoices.
    """
    if not names_a_prepayment(final) or final.totals is None:
        return {}
    named = {earlier.reference for earlier in final.preceding_invoices}
    taken: dict[Decimal, Decimal] = {}
    for invoice in invoices:
        if invoice.number in named and invoice.type_code in INVOICE_TYPES["prepayment"]:
            for rate, amount in with_vat_by_rate(invoice).items():
                taken[rate] = taken.get(rate, NOTHING) + sign(invoice) * amount
    whole = sum(taken.values(), NOTHING)
    paid = final.totals.paid_amount or NOTHING
    return taken if not whole or whole == paid else shared_by(taken, paid)


def left_by_rate(
    weights: Mapping[K, Decimal], prepaid: Mapping[Decimal, Decimal], rate_of: Callable[[K], Decimal]
) -> dict[K, Decimal]:
    """What is left of each part after what prepayments took of its VAT rate; all of it where nothing is left."""
    left = dict(weights)
    for rate, amount in prepaid.items():
        same = {key: weight for key, weight in weights.items() if rate_of(key) == rate}
        if sum(same.values(), NOTHING):
            for key, part in shared_by(same, amount).items():
                left[key] -= part
    return left if sum(left.values(), NOTHING) else dict(weights)


def shared_by(weights: Mapping[K, Decimal], amount: Decimal, before: Decimal = NOTHING) -> dict[K, Decimal]:
    """An amount shared out in proportion to weights, after an earlier one; parts of nothing are left out."""
    if not sum(weights.values(), NOTHING):
        raise Mismatch("EI-NO-PAYMENT-01")
    values = tuple(weights.values())
    was, now = _shares(values, before), _shares(values, before + amount)
    parts = {key: after - earlier for key, after, earlier in zip(weights, now, was, strict=True)}
    return {key: part for key, part in parts.items() if part}


def _shares(weights: Sequence[Decimal], total: Decimal) -> tuple[Decimal, ...]:
    """Whole cents in proportion to the weights, which add up to the total."""
    whole = sum(weights, NOTHING)
    if any(weight * whole < 0 for weight in weights):  # a rate with a negative total: rare, and no method is monotonous
        return shared_out(total, [total * weight / whole for weight in weights])
    cents = int((total * 100).to_integral_value(ROUND_HALF_UP))
    positive = [Fraction(abs(weight)) for weight in weights]
    sum_ = sum(positive)
    parts = [_nearest(abs(cents) * weight / sum_) for weight in positive]
    while (missing := abs(cents) - sum(parts)) != 0:
        step = 1 if missing > 0 else -1
        half = Fraction(step, 2)
        # Webster: the next cent goes to the greatest weight / (part + 1/2), and comes from the least / (part - 1/2);
        # of equal ones it goes to the first and comes from the last, so that a greater total takes nothing back.
        able = [index for index, weight in enumerate(positive) if weight and (step > 0 or parts[index])]
        chosen = max(able, key=lambda index: (step * positive[index] / (parts[index] + half), -step * index))
        parts[chosen] += step
    direction = -1 if cents < 0 else 1
    return tuple(Decimal(direction * part).scaleb(-2) for part in parts)


def _nearest(value: Fraction) -> int:
    """The nearest whole number, halves upwards."""
    return int(value + Fraction(1, 2))
