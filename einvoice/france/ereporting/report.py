"""An e-report: what a company tells the tax office of sales, purchases and payments outside e-invoicing (flux 10).

    EReport(identifier="TX-2026-11-D1", type_code="IN", transactions=Transactions(sales=(DailySales(...),)))

One report is of one declarant in one role (seller or buyer), one period, and either transactions or payments. Its
invoices are `Invoice`s that say only what a report says. The TT numbers are those of the official table.

Source: DGFiP external specifications v3.2, annex 6 v1.10.
"""

from __future__ import annotations

from datetime import date

from einvoice.france.times import LegalTime
from einvoice.model import Amount, Identifier, Invoice, Model, Percentage, Period, Unread, VatBreakdown


class Declarant(Model):
    """Who sends the report (a platform, TT-7 to TT-11) or whose report it is (TT-12 to TT-16)."""

    identifier: Identifier | None = None  # 0238 matricule of a platform, 0002 SIREN of a company
    name: str | None = None
    role_code: str | None = None  # WK; SE for sales, BY for purchases
    electronic_address: str | None = None


class DailySales(Model):
    """What was sold on one day to customers who are not taxable persons, in one currency and category (10.3)."""

    day: date | None = None  # TT-77
    currency_code: str | None = None  # TT-78
    tax_point_date_code: str | None = None  # TT-80
    category_code: str | None = None  # TT-81: TLB1 goods, TPS1 services, TNT1 not taxed in France, TMA1 margin
    amount_without_vat: Amount | None = None  # TT-82
    vat_amount: Amount | None = None  # TT-83
    count: int | None = None  # TT-85: how many sales
    rates: tuple[VatBreakdown, ...] = ()  # TT-86 to TT-88: rate, taxable_amount, tax_amount


class PaidPart(Model):
    """What was received at one VAT rate, VAT included (TT-93 to TT-95, TT-97 to TT-99)."""

    rate: Percentage | None = None
    currency_code: str | None = None
    amount: Amount | None = None


class InvoicePayment(Model):
    """A payment of one reported invoice (10.2)."""

    number: str | None = None  # TT-91
    issue_date: date | None = None  # TT-102
    day: date | None = None  # TT-92
    parts: tuple[PaidPart, ...] = ()


class DailyPayments(Model):
    """What was received on one day for sales to customers who are not taxable persons (10.4)."""

    day: date | None = None  # TT-96
    parts: tuple[PaidPart, ...] = ()


class Transactions(Model):
    """Invoices of international trade (10.1) and daily sales (10.3) of a period."""

    period: Period | None = None  # TT-17, TT-18
    invoices: tuple[Invoice, ...] = ()
    sales: tuple[DailySales, ...] = ()


class Payments(Model):
    """Payments of reported invoices (10.2) and of daily sales (10.4) of a period."""

    period: Period | None = None  # TT-89, TT-90
    invoices: tuple[InvoicePayment, ...] = ()
    sales: tuple[DailyPayments, ...] = ()


class EReport(Model):
    """A report. `unread` lists what its source said and this model could not hold."""

    identifier: str | None = None  # TT-1, unique for the declarant and the period
    name: str | None = None  # TT-2
    issued_at: LegalTime | None = None  # TT-3
    type_code: str | None = None  # TT-4: IN initial, RE replaces all that was sent for the period
    sender: Declarant | None = None
    declarant: Declarant | None = None
    transactions: Transactions | None = None
    payments: Payments | None = None

    unread: tuple[Unread, ...] = ()
