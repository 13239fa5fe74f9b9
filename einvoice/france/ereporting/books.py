"""What a company's books say, in the form that e-reports are made from: invoices, daily sales, receipts, margins.

    Books(invoices=(...), sales=(Sale(day=..., category_code=GOODS, rates=(...)),))

A shop without invoices writes its own `Sale`s, one for each ticket or for each day. How an invoice becomes sales and
receipts is in `sales`.

Sources: DGFiP external specifications v3.2, annex 6 v1.10 and annex 7 (G1.57, G1.68, G6.23, G6.27).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import Field

from einvoice.france.ereporting.known import CurrencyRate, Known
from einvoice.france.ereporting.report import PaidPart
from einvoice.model import Invoice, VatBreakdown
from einvoice.values import Amount, Model

GOODS, SERVICES, UNTAXED, MARGIN = "TLB1", "TPS1", "TNT1", "TMA1"  # TT-81

EURO = "EUR"


class Sale(Model):
    """One or several sales of a day to customers who are not taxable persons.

    `rates` hold rate, taxable_amount and tax_amount; the taxable amount of margin sales is the margin without VAT. The
    VAT is in euros whatever the currency (G6.23). A return or a credit note has negative amounts.
    """

    day: date = Field(description="the day of the sales")
    category_code: str = Field(
        description="TLB1 goods, TPS1 services, TNT1 not subject to French VAT (distance sales, exports), TMA1 margin "
        "scheme"
    )
    rates: tuple[VatBreakdown, ...] = Field(
        description="for each VAT rate: rate, taxable_amount (without VAT; of margin sales the margin), tax_amount in "
        "euros; negative for what was given back"
    )
    currency_code: str = Field(default=EURO, description="currency of the amounts without VAT (ISO 4217)")
    count: int = Field(default=1, description="how many sales these are; 0 for a return")
    tax_point_date_code: str | None = Field(
        default=None,
        description="the option for debits (TT-80); until mid 2027 the public portal refuses its codes 3, 5 and 432",
    )


class Receipt(Model):
    """Money received on a day, by VAT rate, VAT included, in euros; negative when it went back.

    A payment of an international invoice names it (flux 10.2); without a number it is of daily sales (10.4).
    """

    day: date = Field(description="the day on which the money was received")
    parts: tuple[PaidPart, ...] = Field(description="for each VAT rate: rate, and amount with VAT in euros")
    number: str | None = Field(default=None, description="number of the international invoice that was paid")
    issue_date: date | None = Field(default=None, description="issue date of that invoice")


class Paid(Model):
    """Money received on a day for one of the invoices, VAT included, in euros; negative when it went back."""

    number: str = Field(description="number of the invoice, which is in the books")
    day: date = Field(description="the day on which the money was received")
    amount: Amount = Field(description="VAT included, in euros; negative when it went back")
    by_rate: tuple[PaidPart, ...] = Field(
        default=(), description="how the amount is split, where it was not meant for the whole invoice in proportion"
    )


class Books(Model):
    """What happened: invoices sent and received and what was paid of them, sales without invoice, and money for those.

    `known` tells what documents lack. `margins` tells, by invoice number, what the invoice of a margin scheme does not:
    the margin without VAT and its VAT.
    """

    invoices: tuple[Invoice, ...] = Field(default=(), description="invoices and credit notes, sent and received")
    sales: tuple[Sale, ...] = Field(default=(), description="sales without invoice, to private customers")
    payments: tuple[Paid, ...] = Field(default=(), description="what was received of the invoices")
    receipts: tuple[Receipt, ...] = Field(
        default=(), description="what was received of sales without invoice, where their VAT falls due on payment"
    )
    margins: Mapping[str, tuple[VatBreakdown, ...]] = Field(
        default_factory=dict, description="by invoice number, the margin without VAT and its VAT, by rate"
    )
    known: tuple[Known, ...] = Field(
        default=(), description="what is known of invoices that their documents do not say"
    )
    exchange_rates: tuple[CurrencyRate, ...] = Field(
        default=(), description="euros for 1 unit of a currency, for French VAT in a currency that tells none in euros"
    )
