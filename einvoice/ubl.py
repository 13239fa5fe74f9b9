"""UBL 2.1 Invoice and CreditNote, read and written by one table each.

    invoice = ubl.read(parse_xml(data))
    data = ubl.write(invoice)               # an Invoice, or a CreditNote where BT-3 says so

The rows are in schema order, so they can be checked line by line against the sources. How UBL says what it has no
element for: a note's subject code rides in its text (`#AAB#…`), the subtype and parent of a line in a BillingReference
that names the invoice itself, the creditor identifier (BT-90) among the seller's identifiers under the scheme SEPA.

Sources: OASIS UBL 2.1; CEN/TS 16931-3-2 (EN 16931 in UBL); XP Z12-012 annex A V1.4 (EXTENDED-CTC-FR, EXT-FR-FE terms).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from pydantic import BaseModel

from einvoice.binding import Codec, Fields, Grammar, Syntax, binary, binary_text, iso_date, number
from einvoice.binding.codecs import LATEST, SUM, WORDS, negative, spelled
from einvoice.codes import CREDIT_NOTES, plain_iban, plain_vatex
from einvoice.discounts import with_discounts
from einvoice.filled import filled
from einvoice.forms import of_ubl
from einvoice.instalments import with_instalments
from einvoice.model import (
    Address,
    AllowanceCharge,
    Contact,
    Identifier,
    Invoice,
    InvoiceReference,
    ItemAttribute,
    Line,
    Note,
    Party,
    PaymentInstalment,
    PaymentMeans,
    SupportingDocument,
    VatBreakdown,
)
from einvoice.terms import nearest_number
from einvoice.xml import Element, Locations

_CREDIT_NOTE = "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote"
_MARK = re.compile(r"#([A-Z]{3})#|##")
# The rules read these notes to the end of all notes joined: nothing without a code may follow (BR-FR-20, CO-14).
_READ_TO_THE_END = frozenset({"BAR", "TXD"})


def read(root: Element, locations: Locations | None = None) -> Invoice:
    """The invoice that a UBL Invoice or CreditNote says; what the model cannot hold is in `unread`.

    `locations` names the places of that document, where others have asked for some.
    """
    invoice, unread = _syntax(credit_note=root.tag == _CREDIT_NOTE).read(of_ubl(root), locations)
    invoice, unread = with_instalments(invoice, unread, iso_date)
    return with_discounts(invoice.model_copy(update={"unread": unread}) if unread else invoice)


def write(invoice: Invoice, *, incomplete: bool = False) -> bytes:
    """The UBL document. Raises `Unwritable` where the UBL schema demands what the invoice lacks.

    With `incomplete`, what there is is written all the same: to look at, not to send.
    """
    if any(note.subject_code in _READ_TO_THE_END for note in invoice.notes):
        notes = sorted(invoice.notes, key=lambda note: note.subject_code is not None)
        invoice = invoice.model_copy(update={"notes": tuple(notes)})
    return _syntax(credit_note=invoice.type_code in CREDIT_NOTES).write(invoice, incomplete=incomplete)


def fields(root: Element) -> Fields:
    """The fields of a document's elements: `fields(root).at(xpath)` is `lines[2].net_amount`, numbered as by `read`."""
    return _syntax(credit_note=root.tag == _CREDIT_NOTE).fields(root)


def field_of(root: Element, place: str | Element) -> str | None:
    """The field that one XPath (document prefixes, positions) or element stands for, else the nearest around it.

    To place many findings of one document, ask `fields(root)` once.
    """
    return fields(root).at(place)


def xpath_of(path: str, *, credit_note: bool = False) -> str | None:
    """Where the schema has a field: `lines.net_amount` is `/Invoice/cac:InvoiceLine/cbc:LineExtensionAmount`.

    None where UBL has no place for it.
    """
    return _syntax(credit_note=credit_note).xpath_of(path)


def _notes(text: str) -> tuple[Note, ...]:
    """`#PMT#text`, or several notes joined: `#PMT#text#AAB#text##text without code`."""
    if not _MARK.match(text.lstrip()):
        return (filled(Note, {"subject_code": None, "text": text, "content_code": None}, {"text"}),)
    marks = [*_MARK.finditer(text)]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    notes = []
    for mark, end in zip(marks, ends, strict=True):
        piece = text[mark.end() : end]
        if mark[1] == "BAR":  # a code word
            piece = piece.strip().removesuffix("#")  # some end it with the mark, so that nothing joins on to it
        said = piece if piece.strip() else None
        if mark[1] or said:
            values = {"subject_code": mark[1], "text": said, "content_code": None}
            notes.append(filled(Note, values, {"subject_code", "text"}))
    return tuple(notes)


def _note_text(note: Note) -> str:
    text = note.text or ""
    return f"#{note.subject_code}#{text}" if note.subject_code else text


_CODECS = {
    "str": Codec(empty=True),
    "Text": Codec(empty=True, free=True),
    "date": Codec(iso_date, str, safe=True),
    "Amount": number({"currencyID": "{currency_code?}"}),
    "UnitPrice": number({"currencyID": "{currency_code?}"}),
    "Quantity": number(),
    "Percentage": number(),
    "Rate": number(),
    "bytes": Codec(binary, binary_text, empty=True, safe=True),
    # chosen by name in the third column
    "accounting": number({"currencyID": "{vat_accounting_currency_code}"}),
    "account": Codec(spelled(plain_iban), empty=True),
    "vatex": Codec(spelled(plain_vatex), empty=True),
    "words": WORDS,
    "latest": Codec(iso_date, str, safe=True, repeats=LATEST),
    "discount": replace(number({"currencyID": "{currency_code?}"}), repeats=SUM),
    "surcharge": replace(number({"currencyID": "{currency_code?}"}), load=negative, repeats=SUM),
    "note": Codec(_notes, _note_text, several=True, free=True),
}

_ID = """
  value              .
  scheme_id          @schemeID
"""
_IDENTIFICATION = """
  value!             cbc:ID
  scheme_id          cbc:ID/@schemeID
"""
_ADDRESS = """
  street_name             cbc:StreetName
  additional_street_name  cbc:AdditionalStreetName
  city_name               cbc:CityName
  postal_zone             cbc:PostalZone
  country_subdivision     cbc:CountrySubentity
  address_line_3          cac:AddressLine/cbc:Line
  country_code            cac:Country/cbc:IdentificationCode
"""
_CONTACT = """
  point={department_name}  cbc:Name
  telephone_number         cbc:Telephone
  email_address            cbc:ElectronicMail
"""
_PARTY_HEAD = """
  electronic_address             cbc:EndpointID                                 ID
  role_code                      cbc:IndustryClassificationCode
"""
_PARTY_IDENTIFIERS = """
  identifiers*                   cac:PartyIdentification                        IDENTIFICATION
"""
_PARTY_BODY = """
  trading_name                   cac:PartyName/cbc:Name
  postal_address                 cac:PostalAddress                              ADDRESS
"""
_PARTY_TAX = """
  vat_identifier                 cac:PartyTaxScheme[VAT]/cbc:CompanyID
  =VAT                           cac:PartyTaxScheme[VAT]/cac:TaxScheme/cbc:ID
  tax_registration_identifier    cac:PartyTaxScheme[other]/cbc:CompanyID
  'TAX|FC|LOC|GST'               cac:PartyTaxScheme[other]/cac:TaxScheme/cbc:ID
"""
_PARTY_LEGAL = """
  name                           cac:PartyLegalEntity/cbc:RegistrationName
  legal_registration_identifier  cac:PartyLegalEntity/cbc:CompanyID             ID
  additional_legal_information   cac:PartyLegalEntity/cbc:CompanyLegalForm
  contact                        cac:Contact                                    CONTACT
"""
_PARTY = _PARTY_HEAD + _PARTY_IDENTIFIERS + _PARTY_BODY + _PARTY_TAX + _PARTY_LEGAL
_SEPA = """
  {}bank_assigned_creditor_identifier  cac:PartyIdentification[SEPA]/cbc:ID
  =SEPA                                cac:PartyIdentification[SEPA]/cbc:ID/@schemeID
"""
_SELLER = (
    _PARTY_HEAD
    + _SEPA.format("/")
    + _PARTY_IDENTIFIERS
    + _PARTY_BODY
    + _PARTY_TAX
    + _PARTY_LEGAL
    + """
  /seller_agent                  cac:AgentParty                                 PARTY
  /invoicer                      cac:ServiceProviderParty/cac:Party             PARTY
"""
)
_BUYER = (
    _PARTY
    + """
  /buyer_agent                   cac:AgentParty                                 PARTY
  /invoicee                      cac:ServiceProviderParty/cac:Party             PARTY
"""
)
# Of the payee and the tax representative, UBL says the name (BT-59, BT-62) where it says other parties' trading name.
_PAYEE = (
    _PARTY_HEAD
    + _SEPA.format("?/")
    + _PARTY_IDENTIFIERS
    + """
  name                           cac:PartyName/cbc:Name
  postal_address                 cac:PostalAddress                              ADDRESS
"""
    + _PARTY_TAX
    + """
  ?name                          cac:PartyLegalEntity/cbc:RegistrationName
  legal_registration_identifier  cac:PartyLegalEntity/cbc:CompanyID             ID
  additional_legal_information   cac:PartyLegalEntity/cbc:CompanyLegalForm
  contact                        cac:Contact                                    CONTACT
"""
)
_PRECEDING = """
  reference!      cac:InvoiceDocumentReference/cbc:ID
  issue_date      cac:InvoiceDocumentReference/cbc:IssueDate
  type_code       cac:InvoiceDocumentReference/cbc:DocumentTypeCode
  line_reference  cac:BillingReferenceLine/cbc:ID
"""
_OBJECT = """
  value!     cbc:ID
  scheme_id  cbc:ID/@schemeID
  =130       cbc:DocumentTypeCode
"""
_DOCUMENT = """
  reference!         cbc:ID
  description        cbc:DocumentDescription
  attached_document  cac:Attachment/cbc:EmbeddedDocumentBinaryObject
  mime_code!         cac:Attachment/cbc:EmbeddedDocumentBinaryObject/@mimeCode
  filename           cac:Attachment/cbc:EmbeddedDocumentBinaryObject/@filename
  external_location  cac:Attachment/cac:ExternalReference/cbc:URI
"""
_PAYMENT = """
  means_code!                      cbc:PaymentMeansCode
  means_text                       cbc:PaymentMeansCode/@name
  {}due_date                       cbc:PaymentDueDate                                             latest
  /remittance_information          cbc:PaymentID
  card_account_number!             cac:CardAccount/cbc:PrimaryAccountNumberID
  'NA|mapped-from-cii'             cac:CardAccount/cbc:NetworkID
  card_holder_name                 cac:CardAccount/cbc:HolderName
  account_identifier               cac:PayeeFinancialAccount/cbc:ID                               account
  account_name                     cac:PayeeFinancialAccount/cbc:Name
  service_provider_identifier      cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID
  ?service_provider_identifier cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cac:FinancialInstitution/cbc:ID
  ^mandate_reference_identifier    cac:PaymentMandate/cbc:ID
  ^payer                           cac:PaymentMandate/cac:PayerParty                         PARTY
  debited_account_identifier       cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID            account
"""
_INSTALMENT = """
  ?/payment_terms  cbc:Note                                                                       words
  =*               cbc:Amount
  amount           cbc:Amount
  due_date         cbc:PaymentDueDate
  ?due_date        cbc:InstallmentDueDate
"""
_CHARGE_HEAD = """
  reason_code   cbc:AllowanceChargeReasonCode[else]
  '|UNCL5189|UNCL7161|5189|7161'  cbc:AllowanceChargeReasonCode[else]/@listID
  reason        cbc:AllowanceChargeReason
  percentage    cbc:MultiplierFactorNumeric
  amount!       cbc:Amount
  base_amount   cbc:BaseAmount
"""
_NON_VAT_TAX = """
  non_vat_tax_code  cbc:AllowanceChargeReasonCode[tax]
  =5153             cbc:AllowanceChargeReasonCode[tax]/@listID
"""
_CHARGE_VAT = """
  vat_category_code          cac:TaxCategory[vat]/cbc:ID
  vat_rate                   cac:TaxCategory[vat]/cbc:Percent
  vat_exemption_reason_code  cac:TaxCategory[vat]/cbc:TaxExemptionReasonCode  vatex
  vat_exemption_reason       cac:TaxCategory[vat]/cbc:TaxExemptionReason
  =VAT|                      cac:TaxCategory[vat]/cac:TaxScheme/cbc:ID
"""
_ALLOWANCE = "\n  =false|0  cbc:ChargeIndicator\n" + _NON_VAT_TAX + _CHARGE_HEAD + _CHARGE_VAT
_CHARGE = "\n  =true|1   cbc:ChargeIndicator\n" + _NON_VAT_TAX + _CHARGE_HEAD + _CHARGE_VAT
_VAT = """
  taxable_amount         cbc:TaxableAmount
  tax_amount!            cbc:TaxAmount
  !                      cac:TaxCategory
  category_code          cac:TaxCategory/cbc:ID
  rate                   cac:TaxCategory/cbc:Percent
  exemption_reason_code  cac:TaxCategory/cbc:TaxExemptionReasonCode  vatex
  exemption_reason       cac:TaxCategory/cbc:TaxExemptionReason
  =VAT|                  cac:TaxCategory/cac:TaxScheme/cbc:ID
"""
_CLASSIFICATION = """
  value              cbc:ItemClassificationCode
  scheme_id          cbc:ItemClassificationCode/@listID
  scheme_version_id  cbc:ItemClassificationCode/@listVersionID
  name               cbc:ItemClassificationCode/@name
"""
_ATTRIBUTE = """
  name!={code}        cbc:Name
  code                cbc:NameCode
  value               cbc:Value
  measured_value      cbc:ValueQuantity
  measured_unit_code  cbc:ValueQuantity/@unitCode
"""

_LINE_REFERENCES = """
  identifier!                       cbc:ID
  notes*                            cbc:Note                                            note
  quantity                          cbc:InvoicedQuantity
  unit_code                         cbc:InvoicedQuantity/@unitCode
  net_amount{}                      cbc:LineExtensionAmount
  buyer_accounting_reference        cbc:AccountingCost
  invoicing_period.start_date       cac:InvoicePeriod/cbc:StartDate
  invoicing_period.end_date         cac:InvoicePeriod/cbc:EndDate
  vat_point_date_code               cac:InvoicePeriod/cbc:DescriptionCode
  purchase_order_line_reference=NA  cac:OrderLineReference/cbc:LineID
  sales_order_line_reference        cac:OrderLineReference/cbc:SalesOrderLineID
  purchase_order_reference=NA       cac:OrderLineReference/cac:OrderReference/cbc:ID
  sales_order_reference             cac:OrderLineReference/cac:OrderReference/cbc:SalesOrderID
  purchase_order_date               cac:OrderLineReference/cac:OrderReference/cbc:IssueDate
  despatch_advice_line_reference=NA  cac:DespatchLineReference/cbc:LineID
  despatch_advice_reference=NA      cac:DespatchLineReference/cac:DocumentReference/cbc:ID
  despatch_advice_date              cac:DespatchLineReference/cac:DocumentReference/cbc:IssueDate
  receiving_advice_line_reference=NA  cac:ReceiptLineReference/cbc:LineID
  receiving_advice_reference=NA     cac:ReceiptLineReference/cac:DocumentReference/cbc:ID
  ={{number}}                       cac:BillingReference[own]/cac:InvoiceDocumentReference/cbc:ID
  subtype_code                      cac:BillingReference[own]/cac:InvoiceDocumentReference/cbc:DocumentStatusCode
  parent_line_identifier            cac:BillingReference[own]/cac:BillingReferenceLine/cbc:ID
  preceding_invoices*               cac:BillingReference                                PRECEDING
  object_identifiers*               cac:DocumentReference                               OBJECT
  delivery.actual_delivery_date     cac:Delivery/cbc:ActualDeliveryDate
  delivery.location_identifier      cac:Delivery/cac:DeliveryLocation/cbc:ID            ID
  ?delivery.party_name              cac:Delivery/cac:DeliveryLocation/cbc:Name
  delivery.postal_address           cac:Delivery/cac:DeliveryLocation/cac:Address       ADDRESS
  delivery.party_name               cac:Delivery/cac:DeliveryParty/cac:PartyName/cbc:Name
"""
_LINE_CHARGES = """
  allowances*                       cac:AllowanceCharge[allowance]                      ALLOWANCE
  charges*                          cac:AllowanceCharge[charge]                         CHARGE
"""
_LINE_VAT = """
  vat_amount                        cac:TaxTotal[main]/cbc:TaxAmount
  ={currency_code?}|                cac:TaxTotal[main]/cbc:TaxAmount/@currencyID
  vat_amount_in_accounting_currency  cac:TaxTotal[accounting]/cbc:TaxAmount             accounting
  ={vat_accounting_currency_code}   cac:TaxTotal[accounting]/cbc:TaxAmount/@currencyID
"""
_LINE_ITEM = """
  !                                 cac:Item
  item_description                  cac:Item/cbc:Description
  quantity_per_parent_line          cac:Item/cbc:PackQuantity
  item_name                         cac:Item/cbc:Name
  item_buyers_identifier            cac:Item/cac:BuyersItemIdentification/cbc:ID
  item_sellers_identifier           cac:Item/cac:SellersItemIdentification/cbc:ID
  item_standard_identifier          cac:Item/cac:StandardItemIdentification/cbc:ID      ID
  item_country_of_origin            cac:Item/cac:OriginCountry/cbc:IdentificationCode
  item_classification_identifiers*  cac:Item/cac:CommodityClassification                CLASSIFICATION
  vat_category_code                 cac:Item/cac:ClassifiedTaxCategory[vat]/cbc:ID
  vat_rate                          cac:Item/cac:ClassifiedTaxCategory[vat]/cbc:Percent
  vat_exemption_reason_code         cac:Item/cac:ClassifiedTaxCategory[vat]/cbc:TaxExemptionReasonCode  vatex
  vat_exemption_reason              cac:Item/cac:ClassifiedTaxCategory[vat]/cbc:TaxExemptionReason
  =VAT|                             cac:Item/cac:ClassifiedTaxCategory[vat]/cac:TaxScheme/cbc:ID
  item_attributes*                  cac:Item/cac:AdditionalItemProperty                 ATTRIBUTE
  seller                            cac:Item/cac:ManufacturerParty                      PARTY
  item_net_price!                   cac:Price/cbc:PriceAmount
  item_price_base_quantity          cac:Price/cbc:BaseQuantity
  item_price_base_quantity_unit_code  cac:Price/cbc:BaseQuantity/@unitCode
  =false|0|                         cac:Price/cac:AllowanceCharge[discount]/cbc:ChargeIndicator
  item_price_discount_reason_code   cac:Price/cac:AllowanceCharge[discount]/cbc:AllowanceChargeReasonCode
  item_price_discount_reason        cac:Price/cac:AllowanceCharge[discount]/cbc:AllowanceChargeReason   words
  item_price_discount=0             cac:Price/cac:AllowanceCharge[discount]/cbc:Amount                  discount
  item_gross_price                  cac:Price/cac:AllowanceCharge[discount]/cbc:BaseAmount
  =true|1                           cac:Price/cac:AllowanceCharge[surcharge]/cbc:ChargeIndicator
  ?item_price_discount_reason_code  cac:Price/cac:AllowanceCharge[surcharge]/cbc:AllowanceChargeReasonCode
  ?item_price_discount_reason       cac:Price/cac:AllowanceCharge[surcharge]/cbc:AllowanceChargeReason  words
  ?item_price_discount              cac:Price/cac:AllowanceCharge[surcharge]/cbc:Amount                 surcharge
  ?item_gross_price                 cac:Price/cac:AllowanceCharge[surcharge]/cbc:BaseAmount
  delivery_terms.code               cac:DeliveryTerms/cbc:ID
  delivery_terms.location_name      cac:DeliveryTerms/cac:DeliveryLocation/cbc:Name
  sub_lines*                        cac:SubInvoiceLine                                  LINE
"""
_INVOICE_LINE = _LINE_REFERENCES.format("!") + _LINE_CHARGES + _LINE_VAT + _LINE_ITEM
_CREDIT_NOTE_LINE = _LINE_REFERENCES.format("") + _LINE_VAT + _LINE_CHARGES + _LINE_ITEM

_HEADER = """
  '|2.1|2.0|2.2|2.3|2.4'         cbc:UBLVersionID
  specification_identifier       cbc:CustomizationID
  business_process_type          cbc:ProfileID
  number!                        cbc:ID
  issue_date!                    cbc:IssueDate
"""
_INVOICE_HEADER = """
  due_date                       cbc:DueDate
  type_code                      cbc:InvoiceTypeCode
  document_name                  cbc:InvoiceTypeCode/@name
  notes*                         cbc:Note                                               note
  tax_point_date                 cbc:TaxPointDate
"""
_CREDIT_NOTE_HEADER = """
  tax_point_date                 cbc:TaxPointDate
  type_code                      cbc:CreditNoteTypeCode
  document_name                  cbc:CreditNoteTypeCode/@name
  notes*                         cbc:Note                                               note
"""
_REFERENCES = """
  currency_code                  cbc:DocumentCurrencyCode
  vat_accounting_currency_code   cbc:TaxCurrencyCode
  buyer_accounting_reference     cbc:AccountingCost
  buyer_reference                cbc:BuyerReference
  invoicing_period.start_date    cac:InvoicePeriod/cbc:StartDate
  invoicing_period.end_date      cac:InvoicePeriod/cbc:EndDate
  tax_point_date_code            cac:InvoicePeriod/cbc:DescriptionCode
  purchase_order_reference=NA    cac:OrderReference/cbc:ID
  sales_order_reference          cac:OrderReference/cbc:SalesOrderID
  purchase_order_date            cac:OrderReference/cbc:IssueDate
  preceding_invoices*            cac:BillingReference                                   PRECEDING
  despatch_advice_reference!     cac:DespatchDocumentReference/cbc:ID
  despatch_advice_date           cac:DespatchDocumentReference/cbc:IssueDate
  receiving_advice_reference     cac:ReceiptDocumentReference/cbc:ID
"""
_TENDER = """
  tender_or_lot_reference        cac:OriginatorDocumentReference/cbc:ID
"""
_CONTRACT = """
  contract_reference!            cac:ContractDocumentReference/cbc:ID
  contract_date                  cac:ContractDocumentReference/cbc:IssueDate
  contract_type_code             cac:ContractDocumentReference/cbc:DocumentType
"""
_DOCUMENTS = """
  invoice_object_identifier*     cac:AdditionalDocumentReference[object]                OBJECT
"""
_MORE_DOCUMENTS = """
  supporting_documents*          cac:AdditionalDocumentReference                        DOCUMENT
"""
_INVOICE_PROJECT = """
  project_reference              cac:ProjectReference/cbc:ID
"""
_CREDIT_NOTE_PROJECT = """
  project_reference              cac:AdditionalDocumentReference[project]/cbc:ID
  =50                            cac:AdditionalDocumentReference[project]/cbc:DocumentTypeCode
"""
_PARTIES = """
  !                              cac:AccountingSupplierParty
  seller                         cac:AccountingSupplierParty/cac:Party                  SELLER
  !                              cac:AccountingCustomerParty
  buyer                          cac:AccountingCustomerParty/cac:Party                  BUYER
  payee                          cac:PayeeParty                                         PAYEE
  seller_tax_representative      cac:TaxRepresentativeParty                             PAYEE
  delivery.actual_delivery_date  cac:Delivery/cbc:ActualDeliveryDate
  delivery.location_identifier   cac:Delivery/cac:DeliveryLocation/cbc:ID               ID
  delivery.postal_address        cac:Delivery/cac:DeliveryLocation/cac:Address          ADDRESS
  delivery.party_name            cac:Delivery/cac:DeliveryParty/cac:PartyName/cbc:Name
  delivery_terms.code            cac:DeliveryTerms/cbc:ID
  delivery_terms.location_name   cac:DeliveryTerms/cac:DeliveryLocation/cbc:Name
  payment_means*                 cac:PaymentMeans                                       PAYMENT
  ?payment_instalments*          cac:PaymentTerms[part]                                 INSTALMENT
  payment_terms                  cac:PaymentTerms/cbc:Note                              words
  ?due_date                      cac:PaymentTerms/cbc:PaymentDueDate                    latest
"""
_CHARGES = """
  allowances*                    cac:AllowanceCharge[allowance]                         ALLOWANCE
  charges*                       cac:AllowanceCharge[charge]                            CHARGE
"""
_EXCHANGE = """
  ={currency_code}               cac:TaxExchangeRate[vat]/cbc:SourceCurrencyCode
  ={vat_accounting_currency_code}  cac:TaxExchangeRate[vat]/cbc:TargetCurrencyCode
  exchange_rate.rate             cac:TaxExchangeRate[vat]/cbc:CalculationRate
  exchange_rate.exchange_date    cac:TaxExchangeRate[vat]/cbc:Date
"""
_TOTALS = """
  totals.vat_amount!             cac:TaxTotal[main]/cbc:TaxAmount
  ={currency_code?}|             cac:TaxTotal[main]/cbc:TaxAmount/@currencyID
  vat_breakdown*                 cac:TaxTotal[main]/cac:TaxSubtotal                     VAT
  totals.vat_amount_in_accounting_currency  cac:TaxTotal[accounting]/cbc:TaxAmount      accounting
  ={vat_accounting_currency_code}  cac:TaxTotal[accounting]/cbc:TaxAmount/@currencyID
  !                              cac:LegalMonetaryTotal
  totals.line_net_amount         cac:LegalMonetaryTotal/cbc:LineExtensionAmount
  totals.amount_without_vat      cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount
  totals.amount_with_vat         cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount
  totals.allowances_amount       cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount
  totals.charges_amount          cac:LegalMonetaryTotal/cbc:ChargeTotalAmount
  totals.paid_amount             cac:LegalMonetaryTotal/cbc:PrepaidAmount
  totals.rounding_amount         cac:LegalMonetaryTotal/cbc:PayableRoundingAmount
  totals.amount_due!             cac:LegalMonetaryTotal/cbc:PayableAmount
  lines*!                        cac:InvoiceLine                                        LINE
"""
_INVOICE = (
    _HEADER + _INVOICE_HEADER + _REFERENCES + _TENDER + _CONTRACT + _DOCUMENTS + _MORE_DOCUMENTS + _INVOICE_PROJECT
    + _PARTIES + _CHARGES + _EXCHANGE + _TOTALS
)  # fmt: skip
_CREDIT_NOTE_TABLE = (
    _HEADER + _CREDIT_NOTE_HEADER + _REFERENCES + _CONTRACT + _DOCUMENTS + _CREDIT_NOTE_PROJECT + _MORE_DOCUMENTS
    + _TENDER + _PARTIES + _EXCHANGE + _CHARGES + _TOTALS
)  # fmt: skip


@cache
def _syntax(*, credit_note: bool) -> Syntax[Invoice]:
    """The two documents differ in the order of their header, in three element names, and in where BT-9 stands."""
    root = "CreditNote" if credit_note else "Invoice"
    base = "urn:oasis:names:specification:ubl:schema:xsd:"
    tables: dict[str, tuple[type[BaseModel], str]] = {
        "INVOICE": (Invoice, _CREDIT_NOTE_TABLE if credit_note else _INVOICE),
        "LINE": (Line, _CREDIT_NOTE_LINE if credit_note else _INVOICE_LINE),
        "INSTALMENT": (PaymentInstalment, _INSTALMENT),
        "PAYMENT": (PaymentMeans, _PAYMENT.format("^" if credit_note else "?/")),
        "SELLER": (Party, _SELLER),
        "BUYER": (Party, _BUYER),
        "PAYEE": (Party, _PAYEE),
        "PARTY": (Party, _PARTY),
        "ID": (Identifier, _ID),
        "IDENTIFICATION": (Identifier, _IDENTIFICATION),
        "OBJECT": (Identifier, _OBJECT),
        "CLASSIFICATION": (Identifier, _CLASSIFICATION),
        "ADDRESS": (Address, _ADDRESS),
        "CONTACT": (Contact, _CONTACT),
        "PRECEDING": (InvoiceReference, _PRECEDING),
        "DOCUMENT": (SupportingDocument, _DOCUMENT),
        "ALLOWANCE": (AllowanceCharge, _ALLOWANCE),
        "CHARGE": (AllowanceCharge, _CHARGE),
        "VAT": (VatBreakdown, _VAT),
        "ATTRIBUTE": (ItemAttribute, _ATTRIBUTE),
    }
    rename = {
        "cac:InvoiceLine": "cac:CreditNoteLine",
        "cac:SubInvoiceLine": "cac:SubCreditNoteLine",
        "cbc:InvoicedQuantity": "cbc:CreditedQuantity",
    }
    grammar = Grammar(
        tables,
        namespaces={
            "": f"{base}{root}-2",
            "cac": f"{base}CommonAggregateComponents-2",
            "cbc": f"{base}CommonBasicComponents-2",
        },
        codecs=_CODECS,
        rename=rename if credit_note else {},
    )
    return Syntax(root, grammar, nearest_number)
