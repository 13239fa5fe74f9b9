"""What a draft may say: the invoice's own fields, and a few that only a draft has.

A draft holds what a person or an ERP knows. Its fields are those of `einvoice.model.Invoice`, with the same names and
the same paths, so that a finding about `lines[2].net_amount` of the invoice is also about `lines[2].net_amount` of
the draft (a test holds the two lists equal). The draft-only fields say what no invoice can say but the arithmetic and
the French texts need: how to round, what is sold (goods or services), how the transaction is treated.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from einvoice.model import (
    AllowanceCharge,
    Delivery,
    DeliveryTerms,
    ExchangeRate,
    Identifier,
    InvoiceReference,
    Line,
    Model,
    Note,
    Party,
    PaymentMeans,
    Period,
    SupportingDocument,
    Totals,
    VatBreakdown,
)

__all__ = ["DRAFT_ONLY", "DraftContent", "DraftLine", "Nature", "Rounding", "Treatment"]

Nature = Literal["goods", "services", "mixed"]
Rounding = Literal["group", "line", "gross"]
Treatment = Literal["B2B", "B2BINT", "B2C", "B2CINT", "OUTOFSCOPE", "ARCHIVEONLY"]

DRAFT_ONLY = ("rounding", "due_rounding", "nature", "treatment", "vat_on_debits")


def _several(value: Any) -> Any:
    return value if value is None or isinstance(value, (list, tuple)) else (value,)


class DraftLine(Line):
    """An invoice line in a draft. It may hold its own sub-lines; `nature` says whether it sells goods or services."""

    nature: Nature | None = None
    sub_lines: tuple[DraftLine, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_invoice_line(cls, value: Any) -> Any:
        return dict(value) if isinstance(value, Line) and not isinstance(value, DraftLine) else value


class DraftContent(Model):
    """The fields of a draft, all optional. Their meaning is that of the invoice field with the same name."""

    model_config = ConfigDict(frozen=False, validate_assignment=True)

    # Only in a draft.
    rounding: Rounding = Field(
        default="group",
        description="where VAT is rounded: once per VAT group, or line by line; "
        "gross: the unit prices, allowances and charges given include VAT",
    )
    due_rounding: Decimal | None = Field(
        default=None, description="round the amount due to a multiple of this, such as 0.05; BT-114 says by how much"
    )
    nature: Nature | None = Field(
        default=None,
        description="what is sold, where the lines do not say it one by one; gives a French invoice its BT-23",
    )
    treatment: Treatment | None = Field(
        default=None, description="of a French transaction (note BAR); B2B between French parties unless given"
    )
    vat_on_debits: bool | None = Field(
        default=None, description="French option to owe VAT when the invoice is issued; null says nothing about it"
    )

    # As in einvoice.model.Invoice, in the same order.
    number: str | None = None
    issue_date: date | None = None
    type_code: str | None = None
    currency_code: str | None = None
    vat_accounting_currency_code: str | None = None
    tax_point_date: date | None = None
    tax_point_date_code: str | None = None
    due_date: date | None = None
    buyer_reference: str | None = None
    project_reference: str | None = None
    contract_reference: str | None = None
    contract_type_code: str | None = None
    contract_date: date | None = None
    purchase_order_reference: str | None = None
    purchase_order_date: date | None = None
    sales_order_reference: str | None = None
    receiving_advice_reference: str | None = None
    despatch_advice_reference: str | None = None
    despatch_advice_date: date | None = None
    tender_or_lot_reference: str | None = None
    invoice_object_identifier: Annotated[tuple[Identifier, ...], BeforeValidator(_several)] = ()
    buyer_accounting_reference: str | None = None
    payment_terms: str | None = None
    notes: Annotated[tuple[Note, ...], BeforeValidator(_several)] = ()
    business_process_type: str | None = None
    specification_identifier: str | None = None
    preceding_invoices: Annotated[tuple[InvoiceReference, ...], BeforeValidator(_several)] = ()

    seller: Party | None = None
    buyer: Party | None = None
    payee: Party | None = None
    seller_tax_representative: Party | None = None
    buyer_agent: Party | None = None
    payer: Party | None = None
    seller_agent: Party | None = None
    invoicee: Party | None = None
    invoicer: Party | None = None

    delivery: Delivery | None = None
    delivery_terms: DeliveryTerms | None = None
    invoicing_period: Period | None = None
    payment_means: Annotated[tuple[PaymentMeans, ...], BeforeValidator(_several)] = ()
    remittance_information: str | None = None
    mandate_reference_identifier: str | None = None
    bank_assigned_creditor_identifier: str | None = None
    allowances: tuple[AllowanceCharge, ...] = ()
    charges: tuple[AllowanceCharge, ...] = ()
    totals: Totals | None = None
    vat_breakdown: tuple[VatBreakdown, ...] = ()
    exchange_rate: ExchangeRate | None = None
    supporting_documents: tuple[SupportingDocument, ...] = ()
    lines: tuple[DraftLine, ...] = ()
