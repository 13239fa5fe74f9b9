"""What a company's books say, in the form that e-reports are made from: invoices, daily sales, receipts, margins.

    Books(invoices=(...), sales=(Sale(day=..., category_code=GOODS, rates=(...)),))
    sales_of(invoice)                               # the daily sales that a B2C invoice or credit note adds to
    receipt_of(invoice, Decimal("120.00"), day)     # a payment, split by VAT rate; None where it is not reported

A shop without invoices writes its own `Sale`s, one for each ticket or for each day.

Sources: DGFiP external specifications v3.2, annex 6 v1.10 and annex 7 (G1.57, G1.68, G6.23, G6.27), general file §3.7;
CGI art. 269-2, 297 A.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from pydantic import Field

from einvoice.codes import INVOICE_TYPES, french_vat_rate
from einvoice.draft.french import TIME_UNITS
from einvoice.draft.rounding import rounded, shared_out
from einvoice.errors import Unwritable
from einvoice.france.ereporting.report import PaidPart
from einvoice.france.payments import NOTHING, shared_by, sign
from einvoice.france.treatment import treatment, vat_is_due_on_payment
from einvoice.model import Amount, Invoice, Model, VatBreakdown
from einvoice.rulebook import observation

GOODS, SERVICES, UNTAXED, MARGIN = "TLB1", "TPS1", "TNT1", "TMA1"  # TT-81

_MARGIN_REASONS = frozenset({"VATEX-EU-D", "VATEX-EU-F", "VATEX-EU-I", "VATEX-EU-J"})
_NOT_FRENCH_VAT = frozenset({"G", "K", "O"})  # export, intra-community, outside scope
_EURO = "EUR"


class Sale(Model):
    """One or several sales of a day to customers who are not taxable persons.

    `rates` hold rate, taxable_amount and tax_amount; the taxable amount of margin sales is the margin without VAT. The
    VAT is in euros whatever the currency (G6.23). A return or a credit note has negative amounts. TT-80 tells the
    option for debits; until mid 2027 the public portal refuses its codes 3, 5 and 432.
    """

    day: date
    category_code: str
    rates: tuple[VatBreakdown, ...]
    currency_code: str = _EURO
    count: int = 1
    tax_point_date_code: str | None = None


class Receipt(Model):
    """Money received on a day, by VAT rate, VAT included, in euros; negative when it went back.

    A payment of an international invoice names it (flux 10.2); without a number it is of daily sales (10.4).
    """

    day: date
    parts: tuple[PaidPart, ...]
    number: str | None = None
    issue_date: date | None = None


class Paid(Model):
    """Money received on a day for one of the invoices, VAT included, in euros; negative when it went back."""

    number: str
    day: date
    amount: Amount


class Books(Model):
    """What happened: invoices sent and received and what was paid of them, sales without invoice, and money for those.

    `margins` tells, by invoice number, what the invoice of a margin scheme does not: the margin without VAT and its
    VAT.
    """

    invoices: tuple[Invoice, ...] = ()
    sales: tuple[Sale, ...] = ()
    payments: tuple[Paid, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    margins: Mapping[str, tuple[VatBreakdown, ...]] = Field(default_factory=dict)


def sales_of(invoice: Invoice, *, margin: tuple[VatBreakdown, ...] = ()) -> tuple[Sale, ...]:
    """The sales of an invoice to a customer who is not a taxable person; negative for a credit note.

    `margin` is wanted for the margin scheme, whose invoice does not tell it. Raises `Unwritable` for an invoice without
    date or margin, or in another currency without its VAT in euros (BT-111).
    """
    if invoice.issue_date is None:
        raise _unwritable("EI-FRR-30", invoice, "issue_date")
    groups: dict[str, list[VatBreakdown]] = {}
    for category, part in _parts(invoice, _taxes_in_euros(invoice)):
        groups.setdefault(category, []).append(part)
    if MARGIN in groups:
        if not margin:
            raise _unwritable("EI-FRR-31", invoice, "vat_breakdown")
        groups[MARGIN] = list(margin)
    return tuple(
        Sale(
            day=invoice.issue_date,
            category_code=category,
            rates=tuple(_signed(part, sign(invoice)) for part in parts),
            currency_code=invoice.currency_code or _EURO,
            count=max(sign(invoice), 0),
        )
        for category, parts in groups.items()
    )


def receipt_of(invoice: Invoice, amount: Decimal, day: date, before: Decimal = NOTHING) -> Receipt | None:
    """A payment of an invoice, as e-reporting wants it; None where it wants none.

    Amounts are in euros, VAT included; `before` is all that was received before. Payments are reported where French VAT
    falls due on them: of a mixed invoice the services only, of an exchanged invoice never, for status 212 tells them.
    """
    about = treatment(invoice)
    if about not in ("B2BINT", "B2C", "B2CINT") or not vat_is_due_on_payment(invoice):
        return None
    prepaid = invoice.type_code in INVOICE_TYPES["prepayment"]
    weights: dict[tuple[bool, Decimal], Decimal] = {}
    for category, part in _parts(invoice, tuple(group.tax_amount or NOTHING for group in invoice.vat_breakdown)):
        due = category == SERVICES or (prepaid and category == GOODS)
        key = (due and bool(part.tax_amount), part.rate or Decimal(0))
        weights[key] = weights.get(key, NOTHING) + (part.taxable_amount or NOTHING) + (part.tax_amount or NOTHING)
    shared = shared_by(weights, amount, before)
    parts = tuple(PaidPart(rate=rate, amount=part) for (due, rate), part in shared.items() if due)
    if not parts:
        return None
    named = about == "B2BINT"
    return Receipt(
        day=day,
        parts=parts,
        number=invoice.number if named else None,
        issue_date=invoice.issue_date if named else None,
    )


def receipts_of(books: Books) -> tuple[Receipt, ...]:
    """All money received that e-reporting wants to know of: the receipts as they are, and the payments of invoices.

    Raises `Unwritable` for a payment of an invoice that is not in the books.
    """
    invoices = {invoice.number: invoice for invoice in books.invoices}
    before: dict[str, Decimal] = {}
    receipts = list(books.receipts)
    for paid in sorted(books.payments, key=lambda each: each.day):
        invoice = invoices.get(paid.number)
        if invoice is None:
            raise _unwritable("EI-FRR-34", Invoice(number=paid.number), "payments")
        receipt = receipt_of(invoice, paid.amount, paid.day, before.get(paid.number, NOTHING))
        before[paid.number] = before.get(paid.number, NOTHING) + paid.amount
        if receipt is not None:
            receipts.append(receipt)
    return tuple(receipts)


def _parts(invoice: Invoice, taxes: tuple[Decimal, ...]) -> list[tuple[str, VatBreakdown]]:
    """The VAT groups as parts of a category of sales (TT-81), with these amounts of VAT."""
    parts: list[tuple[str, VatBreakdown]] = []
    for group, tax in zip(invoice.vat_breakdown, taxes, strict=True):
        taxable, rate = group.taxable_amount or NOTHING, group.rate or Decimal(0)
        if group.exemption_reason_code in _MARGIN_REASONS:
            parts.append((MARGIN, _part(rate, taxable, tax)))
        elif group.category_code in _NOT_FRENCH_VAT or french_vat_rate(rate) is None:
            parts.append((UNTAXED, _part(Decimal(0), taxable, NOTHING)))  # VAT of another country is not declared
        else:
            parts.extend(_by_nature(invoice, group, tax))
    return parts


def _by_nature(invoice: Invoice, group: VatBreakdown, tax: Decimal) -> list[tuple[str, VatBreakdown]]:
    """A French VAT group as goods, services, or both: then by its lines, which bill time or something else."""
    taxable, rate = group.taxable_amount or NOTHING, group.rate or Decimal(0)
    letter = (invoice.business_process_type or "")[:1]
    nets = {GOODS: NOTHING, SERVICES: NOTHING}
    for line in invoice.lines if letter == "M" else ():
        if (line.vat_category_code, line.vat_rate) == (group.category_code, group.rate):
            nets[SERVICES if line.unit_code in TIME_UNITS else GOODS] += line.net_amount or NOTHING
    whole = sum(nets.values(), NOTHING)
    if not whole:
        return [(SERVICES if letter == "S" else GOODS, _part(rate, taxable, tax))]
    taxables, taxes = (shared_out(total, [total * net / whole for net in nets.values()]) for total in (taxable, tax))
    return [(name, _part(rate, *amounts)) for name, *amounts in zip(nets, taxables, taxes, strict=True) if any(amounts)]


def _taxes_in_euros(invoice: Invoice) -> tuple[Decimal, ...]:
    """The VAT of each group in euros; in another currency they share out the invoice's VAT in euros (BT-111)."""
    taxes = tuple(group.tax_amount or NOTHING for group in invoice.vat_breakdown)
    whole = sum(taxes, NOTHING)
    if invoice.currency_code in (None, _EURO) or not whole:
        return taxes
    euros = invoice.totals.vat_amount_in_accounting_currency if invoice.totals else None
    if euros is None or invoice.vat_accounting_currency_code != _EURO:
        raise _unwritable("EI-FRR-32", invoice, "totals.vat_amount_in_accounting_currency")
    return shared_out(rounded(euros), [euros * tax / whole for tax in taxes])


def _part(rate: Decimal, taxable: Decimal, tax: Decimal) -> VatBreakdown:
    return VatBreakdown(rate=rate, taxable_amount=taxable, tax_amount=tax)


def _signed(part: VatBreakdown, direction: int) -> VatBreakdown:
    return _part(
        part.rate or Decimal(0), direction * (part.taxable_amount or NOTHING), direction * (part.tax_amount or NOTHING)
    )


def _unwritable(rule: str, invoice: Invoice, field: str) -> Unwritable:
    found = observation(rule, "error", "ereport", field=field, found=invoice.number)
    return Unwritable(rule, {"found": invoice.number or ""}, (found,))
