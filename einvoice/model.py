"""The invoice as EN 16931-1 means it: one model for every syntax and profile.

    Invoice(number="F2026-0001", seller=Party(name="Vendeur"), lines=(Line(item_name="Conseil"),))

Attribute names are the standard's business-term names in snake_case; the numbers (BT-27, BG-4, EXT-FR-FE-43) are
looked up in `einvoice.terms`. Every field is optional and nothing is refused for its content: an inbound invoice may be
wrong in any way, and its faults are findings, not exceptions. Values are exact: `Decimal` as written, never `float`.

Sources: EN 16931-1:2017 §6 (semantic model); XP Z12-012 annex A V1.4 (EXTENDED-CTC-FR, EXT-FR-FE terms).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from einvoice.values import (
    SEVERAL,
    Amount,
    Binary,
    Day,
    Model,
    Percentage,
    Quantity,
    Rate,
    Text,
    UnitPrice,
    or_text,
)

__all__ = [
    "Address",
    "AdvancePayment",
    "AdvanceVat",
    "AllowanceCharge",
    "Contact",
    "Delivery",
    "DeliveryTerms",
    "ExchangeRate",
    "Identifier",
    "IncludedItem",
    "Invoice",
    "InvoiceHead",
    "InvoiceReference",
    "ItemAttribute",
    "Line",
    "Note",
    "Party",
    "PaymentDiscount",
    "PaymentInstalment",
    "PaymentMeans",
    "Period",
    "SupportingDocument",
    "Totals",
    "Unread",
    "VatBreakdown",
]

Nature = Literal["goods", "services", "mixed"]


class Identifier(Model):
    """An identifier and its scheme (ISO 6523 ICD, EAS or UNTDID 7143). Plain text is one without scheme."""

    value: str | None = Field(default=None, description="the identifier itself")
    scheme_id: str | None = Field(
        default=None, description="its scheme: 0002 SIREN, 0009 SIRET (ISO 6523), EM (EAS), SRV (UNTDID 7143), …"
    )
    scheme_version_id: str | None = Field(default=None, description="version of the scheme, for classifications")
    name: Text | None = Field(default=None, description="what the identifier stands for in words, for classifications")

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"value": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return or_text(schema, handler)


class Address(Model):
    """A postal address (BG-5, BG-8, BG-12, BG-15 and those of the French parties)."""

    street_name: Text | None = None
    additional_street_name: Text | None = None
    address_line_3: Text | None = None
    city_name: Text | None = None
    postal_zone: str | None = None
    country_subdivision: Text | None = None
    country_code: str | None = None  # ISO 3166-1 alpha-2


class Contact(Model):
    """Whom to ask (BG-6, BG-9)."""

    point: Text | None = None
    department_name: Text | None = Field(default=None, description="department of the contact, beside its name")
    telephone_number: str | None = None
    email_address: str | None = None


class Party(Model):
    """A party to the invoice: seller, buyer, payee, tax representative, or one of the French agents."""

    name: Text | None = None
    trading_name: Text | None = None
    identifiers: Annotated[tuple[Identifier, ...], SEVERAL] = ()
    legal_registration_identifier: Identifier | None = None
    vat_identifier: str | None = None
    tax_registration_identifier: str | None = None
    additional_legal_information: Text | None = None
    electronic_address: Identifier | None = None
    postal_address: Address | None = None
    contact: Contact | None = None
    role_code: str | None = None  # UNTDID 3035


class Note(Model):
    """A free text and its subject (BG-1; at a line BT-127)."""

    subject_code: str | None = None  # UNTDID 4451
    text: Text | None = None
    content_code: str | None = Field(
        default=None, description="a code that both parties know, in place of the text or beside it; Factur-X EXTENDED"
    )

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return or_text(schema, handler)


class Period(Model):
    """Both days included (BG-14, BG-26)."""

    start_date: Day | None = None
    end_date: Day | None = None


class InvoiceReference(Model):
    """An earlier invoice (BG-3), or one of its lines when a line refers to it."""

    reference: str | None = None
    issue_date: Day | None = None
    type_code: str | None = Field(
        default=None,
        description='UNTDID 1001; "386" says that this was a prepayment invoice, which makes a French draft the final '
        "invoice after it (BT-23 B4, S4 or M4)",
    )
    line_reference: str | None = None


class Delivery(Model):
    """Where and when goods or services were delivered (BG-13, BG-15)."""

    party_name: Text | None = None
    location_identifier: Identifier | None = None
    actual_delivery_date: Day | None = None
    postal_address: Address | None = None
    contact: Contact | None = Field(default=None, description="whom to ask there; Factur-X EXTENDED")
    electronic_address: Identifier | None = Field(default=None, description="of the recipient; Factur-X EXTENDED")
    vat_identifier: str | None = Field(default=None, description="of the recipient; Factur-X EXTENDED")


class DeliveryTerms(Model):
    """Incoterms."""

    code: str | None = None
    location_name: Text | None = None


class PaymentMeans(Model):
    """How to pay: one means and, where it needs one, its account or card (BG-16 to BG-19)."""

    means_code: str | None = None  # UNTDID 4461
    means_text: Text | None = None
    account_identifier: str | None = None  # IBAN, or a national number
    proprietary_account_identifier: str | None = Field(
        default=None, description="the bank's own number of the account, beside its IBAN; CII only"
    )
    account_name: Text | None = None
    service_provider_identifier: str | None = None  # BIC
    card_account_number: str | None = None
    card_holder_name: Text | None = None
    debited_account_identifier: str | None = None


class AllowanceCharge(Model):
    """An allowance or a charge, of the document (BG-20, BG-21) or of a line (BG-27, BG-28)."""

    amount: Amount | None = None
    base_amount: Amount | None = None
    percentage: Percentage | None = None
    vat_category_code: str | None = None  # UNTDID 5305
    vat_rate: Percentage | None = None
    vat_exemption_reason: Text | None = None
    vat_exemption_reason_code: str | None = None  # VATEX
    reason: Text | None = None
    reason_code: str | None = None  # UNTDID 5189 (allowance) or 7161 (charge)
    non_vat_tax_code: str | None = None  # UNTDID 5153, when the charge is a tax other than VAT


class PaymentDiscount(Model):
    """A discount for paying early (Skonto, escompte). BT-20 says it in words; EN 16931 has no place for its parts.

    The last day is `due_date`, or `period` after `base_date` (the issue date unless given). Sources: Factur-X 1.09
    EXTENDED, ApplicableTradePaymentDiscountTerms; XRechnung 3.0, BR-DE-18.
    """

    percentage: Percentage | None = Field(default=None, description="2 means 2 %")
    period: Quantity | None = Field(default=None, description="how long it is offered, in `period_unit_code`")
    period_unit_code: str | None = Field(
        default=None, description="UN/ECE Recommendation 20: DAY, WEE, MON; days if absent"
    )
    base_date: Day | None = Field(default=None, description="when the period begins; the issue date unless given")
    due_date: Day | None = Field(default=None, description="the last day on which the discount may be taken")
    base_amount: Amount | None = Field(default=None, description="what it is taken off; the amount due unless given")
    amount: Amount | None = Field(default=None, description="the discount itself, with VAT")


class PaymentInstalment(Model):
    """A part of the amount due, with its own day; BT-9 is the last. EN 16931 has no place for it, BT-20 says it.

    Sources: Factur-X 1.09 EXTENDED, BT-X-275; UBL 2.1, PaymentTerms.
    """

    amount: Amount | None = Field(default=None, description="with VAT; absent where only a further due date is known")
    due_date: Day | None = Field(default=None, description="the day on which this part is due")


class AdvanceVat(Model):
    """The VAT of one category and rate in an advance payment (BG-X-46)."""

    tax_amount: Amount | None = None
    category_code: str | None = Field(default=None, description="UNTDID 5305")
    rate: Percentage | None = None
    exemption_reason: Text | None = None
    exemption_reason_code: str | None = Field(default=None, description="VATEX")


class AdvancePayment(Model):
    """Money that the seller had received before the invoice, and the VAT in it: part of the paid amount (BT-113).

    Source: Factur-X 1.09 EXTENDED, BG-X-45.
    """

    paid_amount: Amount | None = Field(default=None, description="with VAT")
    received_date: Day | None = None
    vat: tuple[AdvanceVat, ...] = Field(default=(), description="the VAT that the amount contains")
    preceding_invoice: InvoiceReference | None = Field(default=None, description="the prepayment invoice")


class IncludedItem(Model):
    """An article that the item of a line contains, such as one of a set. Source: Factur-X 1.09 EXTENDED, BG-X-1."""

    identifier: str | None = None
    standard_identifiers: Annotated[tuple[Identifier, ...], SEVERAL] = ()
    sellers_identifier: str | None = None
    buyers_identifier: str | None = None
    industry_identifier: str | None = None
    name: Text | None = None
    description: Text | None = None
    quantity: Quantity | None = None
    unit_code: str | None = Field(default=None, description="UN/ECE recommendation 20 with 21")


class Totals(Model):
    """The document totals (BG-22)."""

    line_net_amount: Amount | None = None
    allowances_amount: Amount | None = None
    charges_amount: Amount | None = None
    amount_without_vat: Amount | None = None
    vat_amount: Amount | None = None
    vat_amount_in_accounting_currency: Amount | None = None  # in vat_accounting_currency_code
    amount_with_vat: Amount | None = None
    paid_amount: Amount | None = None
    rounding_amount: Amount | None = None
    amount_due: Amount | None = None


class VatBreakdown(Model):
    """The VAT of one category, rate and exemption reason (BG-23)."""

    taxable_amount: Amount | None = None
    tax_amount: Amount | None = None
    category_code: str | None = None  # UNTDID 5305
    rate: Percentage | None = None
    exemption_reason: Text | None = None
    exemption_reason_code: str | None = None  # VATEX


class SupportingDocument(Model):
    """A document that supports the claims of the invoice, attached or elsewhere (BG-24)."""

    reference: str | None = None
    description: Text | None = None
    external_location: str | None = None
    attached_document: Binary | None = None
    mime_code: str | None = None
    filename: str | None = None


class ExchangeRate(Model):
    """From the invoice currency to the VAT accounting currency."""

    rate: Rate | None = Field(
        default=None,
        description="what 1 unit of the invoice currency is worth in the VAT accounting currency: 0.92 for an invoice "
        "in USD with its VAT in EUR; BT-111 = BT-110 x rate",
    )
    exchange_date: Day | None = None


class ItemAttribute(Model):
    """A property of the item (BG-32): a name or a code, and a value or a measure."""

    name: Text | None = None
    value: Text | None = None
    code: str | None = None
    measured_value: Quantity | None = None
    measured_unit_code: str | None = None


class Line(Model):
    """An invoice line (BG-25). A group of lines names its children by their `parent_line_identifier`."""

    identifier: str | None = None
    parent_line_identifier: str | None = None
    subtype_code: str | None = None  # GROUP, DETAIL or INFORMATION
    notes: Annotated[tuple[Note, ...], SEVERAL] = Field(default=(), description="BT-127 notes")
    object_identifiers: Annotated[tuple[Identifier, ...], SEVERAL] = ()
    quantity_per_parent_line: Quantity | None = None  # of a component, for one unit of its parent line
    quantity: Quantity | None = None
    unit_code: str | None = None  # UN/ECE recommendation 20 with 21
    charge_free_quantity: Quantity | None = Field(default=None, description="given in addition; Factur-X EXTENDED")
    charge_free_quantity_unit_code: str | None = None
    package_quantity: Quantity | None = Field(default=None, description="how many packages; Factur-X EXTENDED")
    package_quantity_unit_code: str | None = None
    net_amount: Amount | None = None
    purchase_order_reference: str | None = None
    purchase_order_date: Day | None = None
    purchase_order_line_reference: str | None = None
    sales_order_reference: str | None = None
    sales_order_line_reference: str | None = None
    sales_order_date: Day | None = None
    quotation_reference: str | None = None
    quotation_line_reference: str | None = None
    quotation_date: Day | None = None
    despatch_advice_reference: str | None = None
    despatch_advice_date: Day | None = None
    despatch_advice_line_reference: str | None = None
    receiving_advice_reference: str | None = None
    receiving_advice_line_reference: str | None = None
    delivery_note_reference: str | None = None
    delivery_note_line_reference: str | None = None
    delivery_note_date: Day | None = None
    preceding_invoices: Annotated[tuple[InvoiceReference, ...], SEVERAL] = ()
    buyer_accounting_reference: str | None = None
    invoicing_period: Period | None = None
    delivery: Delivery | None = None
    delivery_terms: DeliveryTerms | None = None
    allowances: tuple[AllowanceCharge, ...] = ()
    charges: tuple[AllowanceCharge, ...] = ()

    item_net_price: UnitPrice | None = None
    item_price_discount: UnitPrice | None = None
    item_price_discount_reason: Text | None = None
    item_price_discount_reason_code: str | None = None  # UNTDID 5189
    item_price_discount_percentage: Percentage | None = Field(default=None, description="Factur-X EXTENDED")
    item_price_discount_base_amount: UnitPrice | None = Field(default=None, description="Factur-X EXTENDED")
    item_gross_price: UnitPrice | None = None
    item_price_base_quantity: Quantity | None = None
    item_price_base_quantity_unit_code: str | None = None

    vat_category_code: str | None = None  # UNTDID 5305
    vat_rate: Percentage | None = None
    vat_exemption_reason: Text | None = None
    vat_exemption_reason_code: str | None = None
    vat_point_date_code: str | None = None
    vat_amount: Amount | None = None
    vat_amount_in_accounting_currency: Amount | None = None
    amount_with_vat: Amount | None = None

    item_name: Text | None = None
    item_description: Text | None = None
    item_sellers_identifier: str | None = None
    item_buyers_identifier: str | None = None
    item_standard_identifier: Identifier | None = None
    item_classification_identifiers: Annotated[tuple[Identifier, ...], SEVERAL] = ()
    item_country_of_origin: str | None = None
    item_attributes: tuple[ItemAttribute, ...] = ()
    included_items: tuple[IncludedItem, ...] = ()
    seller: Party | None = None  # of this line, in a multi-seller invoice
    nature: Nature | None = Field(
        default=None, description="what the line sells: no document says it, a draft and the books do"
    )

    sub_lines: tuple[Line, ...] = ()


class Unread(Model):
    """Something in the source document that the model does not hold as it stood there: never dropped in silence."""

    kind: str = Field(
        description="unknown, other, repeated, unparsable or empty; of what was read: partial (a time zone), respelled"
    )
    xpath: str = Field(description="where it stands in the XML")
    line: int | None = Field(default=None, description="the line in the XML, from 1")
    text: str | None = Field(default=None, description="what it says")
    more: int = Field(default=0, description="how many others of its name say the same, and are not listed")


class InvoiceHead(Model):
    """All of an invoice but its lines: what a draft and an invoice say in the same words."""

    number: str | None = None
    issue_date: Day | None = None
    type_code: str | None = None  # UNTDID 1001
    document_name: Text | None = Field(
        default=None, description="what the document calls itself; Factur-X EXTENDED, UBL"
    )
    currency_code: str | None = None  # ISO 4217
    vat_accounting_currency_code: str | None = None
    tax_point_date: Day | None = None
    tax_point_date_code: str | None = None  # UNTDID 2005: 3, 35 or 432, in every syntax
    due_date: Day | None = None
    buyer_reference: str | None = None
    project_reference: str | None = None
    contract_reference: str | None = None
    contract_type_code: str | None = None
    contract_date: Day | None = None
    purchase_order_reference: str | None = None
    purchase_order_date: Day | None = None
    sales_order_reference: str | None = None
    sales_order_date: Day | None = None
    receiving_advice_reference: str | None = None
    despatch_advice_reference: str | None = None
    despatch_advice_date: Day | None = None
    delivery_note_reference: str | None = None
    delivery_note_date: Day | None = None
    tender_or_lot_reference: str | None = None
    invoice_object_identifier: Annotated[tuple[Identifier, ...], SEVERAL] = ()
    buyer_accounting_reference: str | None = None
    payment_terms: Text | None = None
    payment_discounts: Annotated[tuple[PaymentDiscount, ...], SEVERAL] = Field(
        default=(), description="discounts for paying early; where the format has no place for them, BT-20 says them"
    )
    payment_instalments: Annotated[tuple[PaymentInstalment, ...], SEVERAL] = Field(
        default=(), description="parts of the amount due with their own days; BT-20 says them as the discounts"
    )
    notes: Annotated[tuple[Note, ...], SEVERAL] = ()
    business_process_type: str | None = None
    specification_identifier: str | None = None
    preceding_invoices: Annotated[tuple[InvoiceReference, ...], SEVERAL] = ()

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
    payment_means: Annotated[tuple[PaymentMeans, ...], SEVERAL] = ()
    remittance_information: Text | None = None
    mandate_reference_identifier: str | None = None
    bank_assigned_creditor_identifier: str | None = None
    advance_payments: Annotated[tuple[AdvancePayment, ...], SEVERAL] = Field(
        default=(), description="what was paid before, and the VAT in it; Factur-X EXTENDED"
    )
    allowances: tuple[AllowanceCharge, ...] = ()
    charges: tuple[AllowanceCharge, ...] = ()
    totals: Totals | None = None
    vat_breakdown: tuple[VatBreakdown, ...] = ()
    exchange_rate: ExchangeRate | None = Field(default=None, description="from the invoice currency to that of the VAT")
    supporting_documents: tuple[SupportingDocument, ...] = ()


class Invoice(InvoiceHead):
    """An invoice or credit note: the business terms of EN 16931, of EXTENDED-CTC-FR and of Factur-X EXTENDED.

    Amounts, prices and quantities are `Decimal`, in the currency of the invoice (BT-5) and without VAT unless a field
    says otherwise; rates are percent (20 is 20 %); days are `datetime.date`. It is frozen: `model_copy(update=…)`
    makes another. `unread` lists what its source said and this model could not hold.

    Source: EN 16931-1:2017 §6.3; XP Z12-012 annex A V1.4; Factur-X 1.09 EXTENDED.
    """

    lines: tuple[Line, ...] = ()

    unread: tuple[Unread, ...] = Field(default=(), description="what the source said and this model cannot hold")
