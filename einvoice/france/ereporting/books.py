"""What a company's books say, in the form that reports are made from: sales, receipts, and where an invoice belongs.

    treatment(invoice)              # "B2B": exchanged, not reported; "B2BINT": flux 10.1; "B2C": flux 10.3
    sales_of(invoice)               # the daily sales that a B2C invoice or credit note adds to
    receipt_of(invoice, Decimal("120.00"), day)   # a payment, split by VAT rate

A shop without invoices writes its own `Sale`s, one for each ticket or for each day.

Sources: DGFiP external specifications v3.2, annex 6 v1.10 and annex 7 (G1.57, G1.68, G6.23, G6.28), general file §3.7;
XP Z12-012 (note BAR).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from einvoice.codes import code_list
from einvoice.draft.content import Treatment
from einvoice.draft.french import TIME_UNITS, is_french_party
from einvoice.draft.rounding import shared_out
from einvoice.france.ereporting.report import PaidPart
from einvoice.france.lifecycle.amounts import sign, split
from einvoice.model import Invoice, Party, VatBreakdown

__all__ = ["GOODS", "MARGIN", "SERVICES", "UNTAXED", "Receipt", "Sale", "receipt_of", "sales_of", "treatment"]

GOODS, SERVICES, UNTAXED, MARGIN = "TLB1", "TPS1", "TNT1", "TMA1"  # TT-81

_MARGIN_REASONS = frozenset({"VATEX-EU-D", "VATEX-EU-F", "VATEX-EU-I", "VATEX-EU-J"})
_NOT_FRENCH_VAT = frozenset({"G", "K", "O"})  # export, intra-community, outside scope
_EURO = "EUR"
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Sale:
    """One or several sales of a day to customers who are not taxable persons.

    `rates` hold rate, taxable_amount and tax_amount; the taxable amount of margin sales is the margin without VAT. The
    VAT is in euros whatever the currency (G6.23). A return or a credit note has negative amounts.
    """

    day: date
    category_code: str
    rates: tuple[VatBreakdown, ...]
    currency_code: str = _EURO
    count: int = 1
    tax_point_date_code: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money received on a day, by VAT rate, VAT included, in euros. `invoice` is (number, issue date) of flux 10.2."""

    day: date
    parts: tuple[PaidPart, ...]
    invoice: tuple[str, date] | None = None


def treatment(invoice: Invoice) -> Treatment:
    """How the reform treats an invoice: as its note BAR says, or as its parties tell.

    B2B is exchanged between platforms; B2BINT is reported one by one (flux 10.1); B2C and B2CINT are reported by the
    day (flux 10.3); OUTOFSCOPE and ARCHIVEONLY are neither.
    """
    stated = next((note.text for note in invoice.notes if note.subject_code == "BAR"), None)
    if stated in code_list("treatment").codes:
        return cast(Treatment, stated)
    abroad = not (is_french_party(invoice.seller) and is_french_party(invoice.buyer))
    if not _is_company(invoice.buyer):
        return "B2CINT" if abroad else "B2C"
    if abroad:
        return "B2BINT"
    categories = {group.category_code for group in invoice.vat_breakdown}
    return "OUTOFSCOPE" if categories == {"O"} else "B2B"


def _is_company(party: Party | None) -> bool:
    return party is not None and bool(party.legal_registration_identifier or party.vat_identifier)


def sales_of(invoice: Invoice) -> tuple[Sale, ...]:
    """The sales of an invoice to a customer who is not a taxable person; negative for a credit note.

    Raises `ValueError` for an invoice without date, and for the margin scheme: the invoice does not tell the margin, so
    the books must (`Sale(day, MARGIN, ...)`).
    """
    if invoice.issue_date is None:
        raise ValueError("the invoice has no date (BT-2)")
    groups: dict[str, list[VatBreakdown]] = {}
    for group in invoice.vat_breakdown:
        if group.exemption_reason_code in _MARGIN_REASONS:
            raise ValueError(
                f"{group.exemption_reason_code} is the margin scheme: give the margin as a Sale of {MARGIN}"
            )
        for category, part in _by_category(invoice, group):
            groups.setdefault(category, []).append(part)
    return tuple(
        Sale(invoice.issue_date, category, tuple(parts), invoice.currency_code or _EURO, count=sign(invoice))
        for category, parts in groups.items()
    )


def _by_category(invoice: Invoice, group: VatBreakdown) -> list[tuple[str, VatBreakdown]]:
    """A VAT group as the parts that belong to goods and to services."""
    taxable = sign(invoice) * (group.taxable_amount or _NOTHING)
    tax = sign(invoice) * (group.tax_amount or _NOTHING) * _euros(invoice)
    if group.category_code in _NOT_FRENCH_VAT:
        return [(UNTAXED, _part(group, taxable, tax))]
    letter = (invoice.business_process_type or "")[:1]
    if letter != "M":
        return [(SERVICES if letter == "S" else GOODS, _part(group, taxable, tax))]
    nets = {GOODS: _NOTHING, SERVICES: _NOTHING}
    for line in invoice.lines:
        if (line.vat_category_code, line.vat_rate) == (group.category_code, group.rate):
            nets[SERVICES if line.unit_code in TIME_UNITS else GOODS] += line.net_amount or _NOTHING
    whole = sum(nets.values(), _NOTHING)
    if not whole:
        return [(GOODS, _part(group, taxable, tax))]
    taxables, taxes = (shared_out(sum_, [sum_ * net / whole for net in nets.values()]) for sum_ in (taxable, tax))
    return [
        (name, _part(group, *amounts)) for name, *amounts in zip(nets, taxables, taxes, strict=True) if any(amounts)
    ]


def _euros(invoice: Invoice) -> Decimal:
    """What one unit of the invoice currency is in euros, by the invoice's own VAT totals (BT-110, BT-111)."""
    totals = invoice.totals
    if invoice.currency_code in (None, _EURO) or totals is None or not totals.vat_amount:
        return Decimal(1)
    return (totals.vat_amount_in_accounting_currency or totals.vat_amount) / totals.vat_amount


def _part(group: VatBreakdown, taxable: Decimal, tax: Decimal) -> VatBreakdown:
    cent = Decimal("0.01")
    return VatBreakdown(rate=group.rate or Decimal(0), taxable_amount=taxable, tax_amount=tax.quantize(cent))


def receipt_of(invoice: Invoice, amount: Decimal, day: date, before: Decimal = _NOTHING) -> Receipt:
    """A payment of an invoice, split by rate; it names the invoice where that is reported by itself (flux 10.2)."""
    parts = tuple(PaidPart(rate=rate, amount=part) for rate, part in split(invoice, amount, before).items())
    known = (invoice.number, invoice.issue_date)
    reported = treatment(invoice) == "B2BINT" and known[0] is not None and known[1] is not None
    return Receipt(day, parts, cast(tuple[str, date], known) if reported else None)
