"""What an invoice adds to daily sales and to receipts.

    sales_of(invoice)                               # the daily sales that a B2C invoice or credit note adds to
    receipt_of(invoice, Decimal("120.00"), day)     # a payment, split by VAT rate; None where it is not reported

Sources: DGFiP external specifications v3.2, annex 6 v1.10 and annex 7 (G1.57, G1.68, G6.23, G6.27), general file §3.7;
CGI art. 269-2, 297 A.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from einvoice.codes import INVOICE_TYPES
from einvoice.france.ereporting.books import EURO, GOODS, MARGIN, SERVICES, UNTAXED, Books, Paid, Receipt, Sale
from einvoice.france.ereporting.entries import (
    UNTAXED_CATEGORIES,
    Entry,
    entry_of,
    is_of_a_margin,
    parts_of,
    unwritable,
)
from einvoice.france.ereporting.known import Known, known_of, rate_on
from einvoice.france.ereporting.report import PaidPart
from einvoice.france.payments import NOTHING, left_by_rate, prepaid_by_rate, shared_by, sign
from einvoice.france.treatment import REPORTED, treatment, vat_is_due_on_payment
from einvoice.model import Invoice, VatBreakdown

_CATEGORIES = {"goods": GOODS, "services": SERVICES}


def sales_of(
    invoice: Invoice, *, margin: tuple[VatBreakdown, ...] = (), known: Known | None = None
) -> tuple[Sale, ...]:
    """The sales of an invoice to a customer who is not a taxable person; negative for a credit note.

    `margin` is wanted for the margin scheme, whose invoice does not tell it; `known` is whatever else the books know.
    Raises `Unwritable` for an invoice without date or margin, with French VAT in another currency that is nowhere told
    in euros, or of which nobody says what it sells.
    """
    return sales_of_entry(entry_of(invoice, known), margin)


def sales_of_entry(entry: Entry, margin: tuple[VatBreakdown, ...] = ()) -> tuple[Sale, ...]:
    """As `sales_of`, of an invoice that was completed by the books."""
    invoice, margin = entry.invoice, entry.known.margin or margin
    if invoice.issue_date is None:
        raise unwritable("EI-FRR-30", invoice, "issue_date")
    groups: dict[str, list[VatBreakdown]] = {}
    for category, part in _parts(entry, entry.taxes):
        groups.setdefault(category, []).append(part)
    if MARGIN in groups:
        if not margin:
            raise unwritable("EI-FRR-31", invoice, "vat_breakdown")
        groups[MARGIN] = list(margin)
    return tuple(
        Sale(
            day=invoice.issue_date,
            category_code=category,
            rates=tuple(_signed(part, sign(invoice)) for part in parts),
            currency_code=invoice.currency_code or EURO,
            count=max(sign(invoice), 0),
        )
        for category, parts in groups.items()
    )


def receipt_of(
    invoice: Invoice, amount: Decimal, day: date, before: Decimal = NOTHING, *, known: Known | None = None
) -> Receipt | None:
    """A payment of an invoice, as e-reporting wants it; None where it wants none.

    `amount` was received on `day`, `before` is all that was received before: in euros, VAT included. `known` is what
    the invoice itself does not say of the sale. Payments are reported where French VAT falls due on them: of a mixed
    invoice the services only, of an exchanged invoice never, for status 212 tells them.
    """
    paid = Paid(number=invoice.number or "", day=day, amount=amount)
    return receipt_of_entry(entry_of(invoice, known), paid, before)


def paid_entry(books: Books, paid: Paid) -> Entry:
    """The invoice that was paid. Raises `Unwritable` where it is not in the books."""
    invoice = next((each for each in books.invoices if each.number == paid.number), None)
    if invoice is None:
        raise unwritable("EI-FRR-34", Invoice(number=paid.number), "payments")
    return entry_in_books(books, invoice)


def entry_in_books(books: Books, invoice: Invoice) -> Entry:
    """One of the invoices of the books, with all that these know of it."""
    known = known_of(invoice, books.known)
    rate = rate_on(books.exchange_rates, invoice.currency_code, invoice.issue_date)
    return entry_of(invoice, known, rate=rate, prepaid=prepaid_by_rate(invoice, books.invoices))


def in_order(books: Books) -> tuple[tuple[Paid, Decimal], ...]:
    """The payments of invoices by day, each with what was received of the same invoice before."""
    received: dict[str, Decimal] = {}
    found: list[tuple[Paid, Decimal]] = []
    for paid in sorted(books.payments, key=lambda each: each.day):
        before = received.get(paid.number, NOTHING)
        found.append((paid, before))
        received[paid.number] = before + paid.amount
    return tuple(found)


def receipt_of_entry(entry: Entry, paid: Paid, before: Decimal) -> Receipt | None:
    """As `receipt_of`, of an invoice that was completed by the books."""
    invoice = entry.invoice
    about = treatment(invoice)
    wanted = about in REPORTED and entry.french_vat
    if not wanted or not vat_is_due_on_payment(invoice):
        return None
    told = tuple(part for part in paid.by_rate if part.rate)
    parts = told if paid.by_rate else _split(entry, paid.amount, before)
    if not parts:
        return None
    named = about == "B2BINT"
    return Receipt(
        day=paid.day,
        parts=parts,
        number=invoice.number if named else None,
        issue_date=invoice.issue_date if named else None,
    )


def _split(entry: Entry, amount: Decimal, before: Decimal) -> tuple[PaidPart, ...]:
    """What of a payment is of services, or of a prepayment, by rate: in proportion to what each still bears."""
    prepayment = entry.invoice.type_code in INVOICE_TYPES["prepayment"]
    weights: dict[tuple[bool, Decimal], Decimal] = {}
    taxes = tuple(group.tax_amount or NOTHING for group in entry.invoice.vat_breakdown)
    for category, part in _parts(entry, taxes):
        due = category == SERVICES or (prepayment and category == GOODS)
        key = (due and bool(part.tax_amount), part.rate or Decimal(0))
        weights[key] = weights.get(key, NOTHING) + (part.taxable_amount or NOTHING) + (part.tax_amount or NOTHING)
    left = left_by_rate(weights, entry.prepaid, lambda key: key[1])
    shared = shared_by(left, amount, before)
    return tuple(PaidPart(rate=rate, amount=part) for (due, rate), part in shared.items() if due)


def _parts(entry: Entry, taxes: tuple[Decimal, ...]) -> list[tuple[str, VatBreakdown]]:
    """The VAT groups as parts of a category of sales (TT-81), with these amounts of VAT."""
    parts: list[tuple[str, VatBreakdown]] = []
    for group, tax in zip(entry.invoice.vat_breakdown, taxes, strict=True):
        taxable, rate = group.taxable_amount or NOTHING, group.rate or Decimal(0)
        if is_of_a_margin(group):
            parts.append((MARGIN, _part(rate, taxable, tax)))
        elif group.category_code in UNTAXED_CATEGORIES or not entry.french_vat:
            parts.append((UNTAXED, _part(Decimal(0), taxable, NOTHING)))  # VAT of another country is not declared
        else:
            for nature, amounts in parts_of(entry, group, tax).items():
                parts.append((_CATEGORIES[nature], _part(rate, *amounts)))
    return parts


def _part(rate: Decimal, taxable: Decimal, tax: Decimal) -> VatBreakdown:
    return VatBreakdown(rate=rate, taxable_amount=taxable, tax_amount=tax)


def _signed(part: VatBreakdown, direction: int) -> VatBreakdown:
    return _part(
        part.rate or Decimal(0), direction * (part.taxable_amount or NOTHING), direction * (part.tax_amount or NOTHING)
    )
