"""An e-report: what a company tells the tax office of sales, purchases and payments outside e-invoicing (flux 10).

    EReport(identifier="TX-2026-11-D1", type_code="IN", transactions=Transactions(sales=(DailySales(...),)))

One report is of one declarant in one role (seller or buyer), one period, and either transactions or payments. Its
invoices are `Invoice`s that say only what a report says. The TT numbers are those of the official table.

Source: DGFiP external specifications v3.2, annex 6 v1.10.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from einvoice.france.times import LegalTime
from einvoice.model import Identifier, Invoice, Period, Unread, VatBreakdown
from einvoice.values import Amount, Model, Percentage


class Declarant(Model):
    """Who sends the report (a platform, TT-7 to TT-11) or whose report it is (TT-12 to TT-16)."""

    identifier: Identifier | None = Field(
        default=None, description="0238 matricule of a platform, 0002 SIREN of a company"
    )
    name: str | None = Field(default=None, description="TT-10, TT-15: its name")
    role_code: str | None = Field(default=None, description="WK; SE for sales, BY for purchases")
    electronic_address: str | None = Field(default=None, description="TT-11: where it can be reached")


class DailySales(Model):
    """What was sold on one day to customers who are not taxable persons, in one currency and category (10.3)."""

    day: date | None = Field(default=None, description="TT-77: the day")
    currency_code: str | None = Field(default=None, description="TT-78: currency of the net amounts (ISO 4217)")
    tax_point_date_code: str | None = Field(default=None, description="TT-80: option for debits: code of the VAT date")
    category_code: str | None = Field(
        default=None, description="TT-81: TLB1 goods, TPS1 services, TNT1 not taxed in France, TMA1 margin"
    )
    amount_without_vat: Amount | None = Field(default=None, description="TT-82: amount without VAT")
    vat_amount: Amount | None = Field(default=None, description="TT-83: VAT, in euros")
    count: int | None = Field(default=None, description="TT-85: how many sales")
    rates: tuple[VatBreakdown, ...] = Field(default=(), description="TT-86 to TT-88: rate, taxable_amount, tax_amount")


class PaidPart(Model):
    """What was received at one VAT rate, VAT included (TT-93 to TT-95, TT-97 to TT-99)."""

    rate: Percentage | None = Field(default=None, description="TT-93, TT-97: VAT rate in per cent")
    currency_code: str | None = Field(default=None, description="TT-94, TT-98: currency (ISO 4217)")
    amount: Amount | None = Field(default=None, description="TT-95, TT-99: what was received, VAT included")


class InvoicePayment(Model):
    """A payment of one reported invoice (10.2)."""

    number: str | None = Field(default=None, description="TT-91: number of the invoice")
    issue_date: date | None = Field(default=None, description="TT-102: issue date of the invoice")
    day: date | None = Field(default=None, description="TT-92: the day of the payment")
    parts: tuple[PaidPart, ...] = Field(default=(), description="what was received at each VAT rate")


class DailyPayments(Model):
    """What was received on one day for sales to customers who are not taxable persons (10.4)."""

    day: date | None = Field(default=None, description="TT-96: the day of the payments")
    parts: tuple[PaidPart, ...] = Field(default=(), description="what was received at each VAT rate")


class Transactions(Model):
    """Invoices of international trade (10.1) and daily sales (10.3) of a period."""

    period: Period | None = Field(default=None, description="TT-17, TT-18: first and last day")
    invoices: tuple[Invoice, ...] = Field(default=(), description="TG-8: invoices of international trade (10.1)")
    sales: tuple[DailySales, ...] = Field(default=(), description="TG-31: daily sales (10.3)")


class Payments(Model):
    """Payments of reported invoices (10.2) and of daily sales (10.4) of a period."""

    period: Period | None = Field(default=None, description="TT-89, TT-90: first and last day")
    invoices: tuple[InvoicePayment, ...] = Field(default=(), description="TG-34: payments of reported invoices (10.2)")
    sales: tuple[DailyPayments, ...] = Field(default=(), description="TG-37: payments of daily sales (10.4)")


class EReport(Model):
    """A report. `unread` lists what its source said and this model could not hold."""

    identifier: str | None = Field(default=None, description="TT-1, unique for the declarant and the period")
    name: str | None = Field(default=None, description="TT-2: name of the report")
    issued_at: LegalTime | None = Field(default=None, description="TT-3: when it was made, French time")
    type_code: str | None = Field(
        default=None, description="TT-4: IN initial, RE replaces all that was sent for the period"
    )
    sender: Declarant | None = Field(default=None, description="TT-7 to TT-11: the platform that files")
    declarant: Declarant | None = Field(
        default=None, description="TT-12 to TT-16: whose report it is, and in which role"
    )
    transactions: Transactions | None = Field(
        default=None, description="invoices and sales; a report has either these or payments"
    )
    payments: Payments | None = Field(
        default=None, description="what was received; a report has either this or transactions"
    )

    unread: tuple[Unread, ...] = Field(default=(), description="what the source said and this model could not hold")
