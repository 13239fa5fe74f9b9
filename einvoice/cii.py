"""UN/CEFACT Cross Industry Invoice D22B, the XML of Factur-X, read and written by one table.

    invoice = cii.read(parse_xml(data))
    data = cii.write(invoice)

The rows are in schema order, so they can be checked line by line against the sources. What CII says in the VAT groups
is one attribute of the invoice: BT-7 in the first group, BT-8 in each (rules CII-SR-461, 462). BT-8 is the UNTDID 2005
code of the model, written as UNTDID 2475.

Sources: UN/CEFACT CII D22B; CEN/TS 16931-3-3 (EN 16931 in CII); Factur-X 1.0.8; XP Z12-012 annex A V1.4 (EXT-FR-FE).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from einvoice.binding import Codec, Fields, Grammar, Syntax, binary, binary_text, number
from einvoice.binding.codecs import (
    LATEST,
    SUM,
    WORDS,
    compact_date,
    compact_date_text,
    negative,
    spelled,
)
from einvoice.codes import plain_iban, plain_vatex
from einvoice.discounts import with_discounts
from einvoice.forms import of_cii
from einvoice.instalments import with_instalments
from einvoice.model import (
    Address,
    AdvancePayment,
    AdvanceVat,
    AllowanceCharge,
    Contact,
    Identifier,
    IncludedItem,
    Invoice,
    InvoiceReference,
    ItemAttribute,
    Line,
    Note,
    Party,
    PaymentDiscount,
    PaymentInstalment,
    PaymentMeans,
    SupportingDocument,
    VatBreakdown,
)
from einvoice.terms import nearest_number
from einvoice.xml import Element, Locations

# BT-8: UNTDID 2005 (in the model and in UBL) and UNTDID 2475 (in CII): invoice date, delivery, payment.
_POINT_CODES = {"3": "5", "35": "29", "432": "72"}
_POINT_CODES_READ = {cii: model for model, cii in _POINT_CODES.items()}
_IBAN = re.compile(r"\s*[A-Z]{2}\s*[0-9]{2}", re.IGNORECASE)


def read(root: Element, locations: Locations | None = None) -> Invoice:
    """The invoice that a Cross Industry Invoice says; what the model cannot hold is in `unread`.

    `locations` names the places of that document, where others have asked for some.
    """
    invoice, unread = with_instalments(*_syntax().read(of_cii(root), locations), compact_date)
    return with_discounts(invoice.model_copy(update={"unread": unread}) if unread else invoice)


def write(invoice: Invoice, *, incomplete: bool = False) -> bytes:
    """The CII document. Raises `Unwritable` where the CII schema demands what the invoice lacks.

    With `incomplete`, what there is is written all the same: to look at, not to send.
    """
    return _syntax().write(invoice, incomplete=incomplete)


def fields(root: Element) -> Fields:
    """The fields of a document's elements: `fields(root).at(xpath)` is `lines[2].net_amount`, numbered as by `read`."""
    return _syntax().fields(root)


def field_of(root: Element, place: str | Element) -> str | None:
    """The field that one XPath (document prefixes, positions) or element stands for, else the nearest around it.

    To place many findings of one document, ask `fields(root)` once.
    """
    return fields(root).at(place)


def xpath_of(path: str) -> str | None:
    """Where the schema has a field: `lines.net_amount` ends in `/ram:LineTotalAmount`. None where CII has no place."""
    return _syntax().xpath_of(path)


def _point_code(text: str) -> str:
    if text in _POINT_CODES:  # a code of the other list: kept, it would turn into a right one when written
        raise ValueError(text)
    return _POINT_CODES_READ.get(text, text)


def _point_code_text(code: str) -> str:
    return _POINT_CODES.get(code, code)


def _iban_text(account: str) -> str | None:
    return account if _IBAN.match(account) else None


_CODECS = {
    "str": Codec(empty=True),
    "Text": Codec(empty=True, free=True),
    "date": Codec(compact_date, compact_date_text, {"format": "102"}, safe=True),
    "Amount": number({"currencyID": "|{currency_code}"}),
    "UnitPrice": number({"currencyID": "|{currency_code}"}),
    "Quantity": number(),
    "Percentage": number(),
    "Rate": number(),
    "bytes": Codec(binary, binary_text, empty=True, safe=True),
    # chosen by name in the third column
    "point": Codec(_point_code, _point_code_text),
    "iban": Codec(spelled(plain_iban), _iban_text, choosy=True),
    "account": Codec(spelled(plain_iban), empty=True),
    "vatex": Codec(spelled(plain_vatex), empty=True),
    "words": WORDS,
    "latest": Codec(compact_date, compact_date_text, {"format": "102"}, safe=True, repeats=LATEST),
    "discount": replace(number({"currencyID": "|{currency_code}"}), repeats=SUM),
    "surcharge": replace(number({"currencyID": "|{currency_code}"}), load=negative, repeats=SUM),
    "currency": number({"currencyID": "{currency_code}"}),
    "accounting": number({"currencyID": "{vat_accounting_currency_code}"}),
}

_BASE = "urn:un:unece:uncefact:data:standard:"
NAMESPACES = {  # of a document of CII, by the prefixes that it is written with
    "rsm": f"{_BASE}CrossIndustryInvoice:100",
    "ram": f"{_BASE}ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_BASE}UnqualifiedDataType:100",
    "qdt": f"{_BASE}QualifiedDataType:100",
}
_LOCAL_ID = """
  value      .
"""
_ID = """
  value      .
  scheme_id  @schemeID
"""
_SHIP_TO = """
  delivery.location_identifier   {D}/ram:ShipToTradeParty/ram:ID                              LOCAL_ID
  delivery.location_identifier   {D}/ram:ShipToTradeParty/ram:GlobalID                        ID
  delivery.party_name            {D}/ram:ShipToTradeParty/ram:Name
  delivery.contact               {D}/ram:ShipToTradeParty/ram:DefinedTradeContact             CONTACT
  delivery.postal_address        {D}/ram:ShipToTradeParty/ram:PostalTradeAddress              ADDRESS
  delivery.electronic_address    {D}/ram:ShipToTradeParty/ram:URIUniversalCommunication/ram:URIID  ID
  =VA                            {D}/ram:ShipToTradeParty/ram:SpecifiedTaxRegistration[VA]/ram:ID/@schemeID
  delivery.vat_identifier        {D}/ram:ShipToTradeParty/ram:SpecifiedTaxRegistration[VA]/ram:ID
"""
_ADDRESS = """
  postal_zone             ram:PostcodeCode
  street_name             ram:LineOne
  additional_street_name  ram:LineTwo
  address_line_3          ram:LineThree
  city_name               ram:CityName
  country_code            ram:CountryID
  country_subdivision     ram:CountrySubDivisionName
"""
_CONTACT = """
  point             ram:PersonName
  department_name   ram:DepartmentName
  telephone_number  ram:TelephoneUniversalCommunication/ram:CompleteNumber
  email_address     ram:EmailURIUniversalCommunication/ram:URIID
  '|SMTP|EM'        ram:EmailURIUniversalCommunication/ram:URIID/@schemeID
"""
_PARTY = """
  identifiers*                   ram:ID                                                   LOCAL_ID
  identifiers*                   ram:GlobalID                                             ID
  name                           ram:Name
  role_code                      ram:RoleCode
  additional_legal_information   ram:Description
  legal_registration_identifier  ram:SpecifiedLegalOrganization/ram:ID                    ID
  trading_name                   ram:SpecifiedLegalOrganization/ram:TradingBusinessName
  contact                        ram:DefinedTradeContact                                  CONTACT
  postal_address                 ram:PostalTradeAddress                                   ADDRESS
  electronic_address             ram:URIUniversalCommunication/ram:URIID                  ID
  vat_identifier                 ram:SpecifiedTaxRegistration[VA]/ram:ID
  =VA                            ram:SpecifiedTaxRegistration[VA]/ram:ID/@schemeID
  tax_registration_identifier    ram:SpecifiedTaxRegistration[FC]/ram:ID
  =FC                            ram:SpecifiedTaxRegistration[FC]/ram:ID/@schemeID
"""
_NOTE = """
  content_code  ram:ContentCode
  text          ram:Content
  subject_code  ram:SubjectCode
"""
_PRECEDING = """
  reference       ram:IssuerAssignedID
  line_reference  ram:LineID
  type_code       ram:TypeCode
  issue_date      ram:FormattedIssueDateTime/qdt:DateTimeString
"""
_OBJECT = """
  value      ram:IssuerAssignedID
  =130       ram:TypeCode
  scheme_id  ram:ReferenceTypeCode
"""
_DOCUMENT = """
  reference          ram:IssuerAssignedID
  external_location  ram:URIID
  =916|              ram:TypeCode
  description        ram:Name
  attached_document  ram:AttachmentBinaryObject
  mime_code          ram:AttachmentBinaryObject/@mimeCode
  filename           ram:AttachmentBinaryObject/@filename
"""
_PAYMENT = """
  means_code                   ram:TypeCode
  means_text                   ram:Information
  card_account_number          ram:ApplicableTradeSettlementFinancialCard/ram:ID
  card_holder_name             ram:ApplicableTradeSettlementFinancialCard/ram:CardholderName
  debited_account_identifier   ram:PayerPartyDebtorFinancialAccount/ram:IBANID              account
  ?debited_account_identifier  ram:PayerPartyDebtorFinancialAccount/ram:ProprietaryID       account
  account_identifier           ram:PayeePartyCreditorFinancialAccount/ram:IBANID            iban
  account_name                 ram:PayeePartyCreditorFinancialAccount/ram:AccountName
  account_identifier+proprietary_account_identifier  ram:PayeePartyCreditorFinancialAccount/ram:ProprietaryID  account
  service_provider_identifier  ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID
"""
# One group of payment terms for each discount; its words are part of BT-20, which the group of the net payment holds.
_PAYMENT_DISCOUNT = """
  ?/payment_terms  ram:Description                                                              words
  due_date         ram:DueDateDateTime/udt:DateTimeString
  ?/mandate_reference_identifier  ram:DirectDebitMandateID
  =*               ram:ApplicableTradePaymentDiscountTerms
  base_date        ram:ApplicableTradePaymentDiscountTerms/ram:BasisDateTime/udt:DateTimeString
  period           ram:ApplicableTradePaymentDiscountTerms/ram:BasisPeriodMeasure
  period_unit_code  ram:ApplicableTradePaymentDiscountTerms/ram:BasisPeriodMeasure/@unitCode
  base_amount      ram:ApplicableTradePaymentDiscountTerms/ram:BasisAmount
  percentage       ram:ApplicableTradePaymentDiscountTerms/ram:CalculationPercent
  amount           ram:ApplicableTradePaymentDiscountTerms/ram:ActualDiscountAmount
"""
_INSTALMENT = """
  ?/payment_terms  ram:Description                                                              words
  due_date         ram:DueDateDateTime/udt:DateTimeString
  ?/mandate_reference_identifier  ram:DirectDebitMandateID
  =*               ram:PartialPaymentAmount
  amount           ram:PartialPaymentAmount
"""
_VAT = """
  tax_amount             ram:CalculatedAmount
  =VAT|                  ram:TypeCode
  exemption_reason       ram:ExemptionReason
  taxable_amount         ram:BasisAmount
  category_code          ram:CategoryCode
  exemption_reason_code  ram:ExemptionReasonCode                                            vatex
  ^tax_point_date        ram:TaxPointDate/udt:DateString
  /tax_point_date_code   ram:DueDateTypeCode                                                point
  rate                   ram:RateApplicablePercent
"""
_CHARGE_BODY = """
  percentage        ram:CalculationPercent
  base_amount       ram:BasisAmount
  amount            ram:ActualAmount
  non_vat_tax_code  ram:ReasonCode[tax]
  =5153             ram:ReasonCode[tax]/@listID
  reason_code       ram:ReasonCode[else]
  '|5189|7161'      ram:ReasonCode[else]/@listID
  reason            ram:Reason
  =VAT|                      ram:CategoryTradeTax[vat]/ram:TypeCode
  vat_exemption_reason       ram:CategoryTradeTax[vat]/ram:ExemptionReason
  vat_category_code          ram:CategoryTradeTax[vat]/ram:CategoryCode
  vat_exemption_reason_code  ram:CategoryTradeTax[vat]/ram:ExemptionReasonCode                vatex
  vat_rate                   ram:CategoryTradeTax[vat]/ram:RateApplicablePercent
"""
_ALLOWANCE = "\n  =false|0  ram:ChargeIndicator/udt:Indicator\n" + _CHARGE_BODY
_CHARGE = "\n  =true|1   ram:ChargeIndicator/udt:Indicator\n" + _CHARGE_BODY
_ATTRIBUTE = """
  code                ram:TypeCode
  name                ram:Description
  measured_value      ram:ValueMeasure
  measured_unit_code  ram:ValueMeasure/@unitCode
  value               ram:Value
"""
_CLASSIFICATION = """
  value              ram:ClassCode
  scheme_id          ram:ClassCode/@listID
  scheme_version_id  ram:ClassCode/@listVersionID
  name               ram:ClassName
"""
_ADVANCE_VAT = """
  tax_amount             ram:CalculatedAmount
  =VAT|                  ram:TypeCode
  exemption_reason       ram:ExemptionReason
  category_code          ram:CategoryCode
  exemption_reason_code  ram:ExemptionReasonCode                                            vatex
  rate                   ram:RateApplicablePercent
"""
_ADVANCE = """
  paid_amount!       ram:PaidAmount
  received_date      ram:FormattedReceivedDateTime/qdt:DateTimeString
  vat*               ram:IncludedTradeTax                                                   ADVANCE_VAT
  preceding_invoice  ram:InvoiceSpecifiedReferencedDocument                                 PRECEDING
"""
_INCLUDED = """
  identifier             ram:ID
  standard_identifiers*  ram:GlobalID                                                       ID
  sellers_identifier     ram:SellerAssignedID
  buyers_identifier      ram:BuyerAssignedID
  industry_identifier    ram:IndustryAssignedID
  name                   ram:Name
  description            ram:Description
  quantity               ram:UnitQuantity
  unit_code              ram:UnitQuantity/@unitCode
"""
# In the two tables below a letter in braces is short for a path: {A}greement, {D}elivery, {S}ettlement, {T}otals.
_LINE = """
  identifier                        ram:AssociatedDocumentLineDocument/ram:LineID
  parent_line_identifier            ram:AssociatedDocumentLineDocument/ram:ParentLineID
  subtype_code                      ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode
  notes*                            ram:AssociatedDocumentLineDocument/ram:IncludedNote       NOTE
  item_standard_identifier          ram:SpecifiedTradeProduct/ram:GlobalID                    ID
  item_sellers_identifier           ram:SpecifiedTradeProduct/ram:SellerAssignedID
  item_buyers_identifier            ram:SpecifiedTradeProduct/ram:BuyerAssignedID
  item_name                         ram:SpecifiedTradeProduct/ram:Name
  item_description                  ram:SpecifiedTradeProduct/ram:Description
  item_attributes*                  ram:SpecifiedTradeProduct/ram:ApplicableProductCharacteristic  ATTRIBUTE
  item_classification_identifiers*  ram:SpecifiedTradeProduct/ram:DesignatedProductClassification  CLASSIFICATION
  item_country_of_origin            ram:SpecifiedTradeProduct/ram:OriginTradeCountry/ram:ID
  included_items*                   ram:SpecifiedTradeProduct/ram:IncludedReferencedProduct   INCLUDED
  delivery_terms.code               {A}/ram:ApplicableTradeDeliveryTerms/ram:DeliveryTypeCode
  delivery_terms.location_name      {A}/ram:ApplicableTradeDeliveryTerms/ram:RelevantTradeLocation/ram:Name
  sales_order_reference             {A}/ram:SellerOrderReferencedDocument/ram:IssuerAssignedID
  sales_order_line_reference        {A}/ram:SellerOrderReferencedDocument/ram:LineID
  sales_order_date                  {A}/ram:SellerOrderReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString
  purchase_order_reference          {A}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID
  purchase_order_line_reference     {A}/ram:BuyerOrderReferencedDocument/ram:LineID
  purchase_order_date               {A}/ram:BuyerOrderReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString
  quotation_reference               {A}/ram:QuotationReferencedDocument/ram:IssuerAssignedID
  quotation_line_reference          {A}/ram:QuotationReferencedDocument/ram:LineID
  quotation_date                    {A}/ram:QuotationReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString
  item_gross_price!                 {A}/ram:GrossPriceProductTradePrice/ram:ChargeAmount
  ?item_price_base_quantity         {A}/ram:GrossPriceProductTradePrice/ram:BasisQuantity
  ?item_price_base_quantity_unit_code  {A}/ram:GrossPriceProductTradePrice/ram:BasisQuantity/@unitCode
  =false|0|                         {P}[discount]/{I}
  item_price_discount_percentage    {P}[discount]/ram:CalculationPercent
  item_price_discount_base_amount   {P}[discount]/ram:BasisAmount
  item_price_discount               {P}[discount]/ram:ActualAmount                            discount
  item_price_discount_reason_code   {P}[discount]/ram:ReasonCode
  item_price_discount_reason        {P}[discount]/ram:Reason                                  words
  =true|1                           {P}[surcharge]/{I}
  ?item_price_discount              {P}[surcharge]/ram:ActualAmount                           surcharge
  ?item_price_discount_reason_code  {P}[surcharge]/ram:ReasonCode
  ?item_price_discount_reason       {P}[surcharge]/ram:Reason                                 words
  item_net_price!                   {A}/ram:NetPriceProductTradePrice/ram:ChargeAmount
  item_price_base_quantity          {A}/ram:NetPriceProductTradePrice/ram:BasisQuantity
  item_price_base_quantity_unit_code  {A}/ram:NetPriceProductTradePrice/ram:BasisQuantity/@unitCode
  seller                            {A}/ram:ItemSellerTradeParty                              PARTY
  quantity                          {D}/ram:BilledQuantity
  unit_code                         {D}/ram:BilledQuantity/@unitCode
  charge_free_quantity              {D}/ram:ChargeFreeQuantity
  charge_free_quantity_unit_code    {D}/ram:ChargeFreeQuantity/@unitCode
  package_quantity                  {D}/ram:PackageQuantity
  package_quantity_unit_code        {D}/ram:PackageQuantity/@unitCode
  quantity_per_parent_line          {D}/ram:PerPackageUnitQuantity
{SHIP_TO}
  delivery.actual_delivery_date     {D}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString
  despatch_advice_reference         {D}/ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID
  despatch_advice_line_reference    {D}/ram:DespatchAdviceReferencedDocument/ram:LineID
  despatch_advice_date            {D}/ram:DespatchAdviceReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString
  receiving_advice_reference        {D}/ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID
  receiving_advice_line_reference   {D}/ram:ReceivingAdviceReferencedDocument/ram:LineID
  delivery_note_reference           {D}/ram:DeliveryNoteReferencedDocument/ram:IssuerAssignedID
  delivery_note_line_reference      {D}/ram:DeliveryNoteReferencedDocument/ram:LineID
  delivery_note_date              {D}/ram:DeliveryNoteReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString
  !                                 {S}
  =VAT|                             {S}/ram:ApplicableTradeTax[vat]/ram:TypeCode
  vat_exemption_reason              {S}/ram:ApplicableTradeTax[vat]/ram:ExemptionReason
  vat_category_code                 {S}/ram:ApplicableTradeTax[vat]/ram:CategoryCode
  vat_exemption_reason_code         {S}/ram:ApplicableTradeTax[vat]/ram:ExemptionReasonCode   vatex
  vat_point_date_code               {S}/ram:ApplicableTradeTax[vat]/ram:DueDateTypeCode       point
  vat_rate                          {S}/ram:ApplicableTradeTax[vat]/ram:RateApplicablePercent
  invoicing_period.start_date       {S}/ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString
  invoicing_period.end_date         {S}/ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString
  allowances*                       {S}/ram:SpecifiedTradeAllowanceCharge[allowance]          ALLOWANCE
  charges*                          {S}/ram:SpecifiedTradeAllowanceCharge[charge]             CHARGE
  net_amount                        {T}/ram:LineTotalAmount
  vat_amount                        {T}/ram:TaxTotalAmount[main]                              currency
  ={currency_code?}|                {T}/ram:TaxTotalAmount[main]/@currencyID
  vat_amount_in_accounting_currency  {T}/ram:TaxTotalAmount[accounting]                       accounting
  ={vat_accounting_currency_code}   {T}/ram:TaxTotalAmount[accounting]/@currencyID
  amount_with_vat                   {T}/ram:GrandTotalAmount
  preceding_invoices*               {S}/ram:InvoiceReferencedDocument                         PRECEDING
  object_identifiers*               {S}/ram:AdditionalReferencedDocument                      OBJECT
  buyer_accounting_reference        {S}/ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID
"""
_INVOICE = """
  !                              rsm:ExchangedDocumentContext
  business_process_type         rsm:ExchangedDocumentContext/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID
  specification_identifier       rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID
  !                              rsm:ExchangedDocument
  number                         rsm:ExchangedDocument/ram:ID
  document_name                  rsm:ExchangedDocument/ram:Name
  type_code                      rsm:ExchangedDocument/ram:TypeCode
  !                              rsm:ExchangedDocument/ram:IssueDateTime
  issue_date!                    rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString
  notes*                         rsm:ExchangedDocument/ram:IncludedNote                       NOTE
  lines*                         {H}/ram:IncludedSupplyChainTradeLineItem                     LINE
  !                              {A}
  buyer_reference                {A}/ram:BuyerReference
  seller                         {A}/ram:SellerTradeParty                                     PARTY
  buyer                          {A}/ram:BuyerTradeParty                                      PARTY
  seller_agent                   {A}/ram:SalesAgentTradeParty                                 PARTY
  seller_tax_representative      {A}/ram:SellerTaxRepresentativeTradeParty                    PARTY
  delivery_terms.code            {A}/ram:ApplicableTradeDeliveryTerms/ram:DeliveryTypeCode
  delivery_terms.location_name   {A}/ram:ApplicableTradeDeliveryTerms/ram:RelevantTradeLocation/ram:Name
  sales_order_reference          {A}/ram:SellerOrderReferencedDocument/ram:IssuerAssignedID
  sales_order_date               {A}/ram:SellerOrderReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString
  purchase_order_reference       {A}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID
  purchase_order_date            {A}/ram:BuyerOrderReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString
  contract_reference             {A}/ram:ContractReferencedDocument/ram:IssuerAssignedID
  contract_type_code             {A}/ram:ContractReferencedDocument/ram:ReferenceTypeCode
  contract_date                  {A}/ram:ContractReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString
  tender_or_lot_reference        {A}/ram:AdditionalReferencedDocument[tender]/ram:IssuerAssignedID
  =50                            {A}/ram:AdditionalReferencedDocument[tender]/ram:TypeCode
  invoice_object_identifier*     {A}/ram:AdditionalReferencedDocument[object]                 OBJECT
  supporting_documents*          {A}/ram:AdditionalReferencedDocument                         DOCUMENT
  buyer_agent                    {A}/ram:BuyerAgentTradeParty                                 PARTY
  project_reference              {A}/ram:SpecifiedProcuringProject/ram:ID
  'Project reference'            {A}/ram:SpecifiedProcuringProject/ram:Name
  !                              {D}
{SHIP_TO}
  delivery.actual_delivery_date  {D}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString
  despatch_advice_reference      {D}/ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID
  despatch_advice_date           {D}/ram:DespatchAdviceReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString
  receiving_advice_reference     {D}/ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID
  delivery_note_reference        {D}/ram:DeliveryNoteReferencedDocument/ram:IssuerAssignedID
  delivery_note_date             {D}/ram:DeliveryNoteReferencedDocument/ram:FormattedIssueDateTime/qdt:DateTimeString
  !                              {S}
  bank_assigned_creditor_identifier  {S}/ram:CreditorReferenceID
  remittance_information         {S}/ram:PaymentReference
  vat_accounting_currency_code   {S}/ram:TaxCurrencyCode
  currency_code                  {S}/ram:InvoiceCurrencyCode
  invoicer                       {S}/ram:InvoicerTradeParty                                   PARTY
  invoicee                       {S}/ram:InvoiceeTradeParty                                   PARTY
  payee                          {S}/ram:PayeeTradeParty                                      PARTY
  payer                          {S}/ram:PayerTradeParty                                      PARTY
  ={currency_code}               {X}/ram:SourceCurrencyCode
  ={vat_accounting_currency_code}  {X}/ram:TargetCurrencyCode
  exchange_rate.rate!            {X}/ram:ConversionRate
  exchange_rate.exchange_date    {X}/ram:ConversionRateDateTime/udt:DateTimeString
  payment_means*                 {S}/ram:SpecifiedTradeSettlementPaymentMeans                 PAYMENT
  vat_breakdown*                 {S}/ram:ApplicableTradeTax                                   VAT
  invoicing_period.start_date    {S}/ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString
  invoicing_period.end_date      {S}/ram:BillingSpecifiedPeriod/ram:EndDateTime/udt:DateTimeString
  allowances*                    {S}/ram:SpecifiedTradeAllowanceCharge[allowance]             ALLOWANCE
  charges*                       {S}/ram:SpecifiedTradeAllowanceCharge[charge]                CHARGE
  payment_discounts*             {S}/ram:SpecifiedTradePaymentTerms[discount]                 PAYMENT_DISCOUNT
  payment_instalments*           {S}/ram:SpecifiedTradePaymentTerms[part]                     INSTALMENT
  payment_terms                  {S}/ram:SpecifiedTradePaymentTerms[net]/ram:Description      words
  due_date                 {S}/ram:SpecifiedTradePaymentTerms[net]/ram:DueDateDateTime/udt:DateTimeString     latest
  mandate_reference_identifier   {S}/ram:SpecifiedTradePaymentTerms[net]/ram:DirectDebitMandateID
  totals.line_net_amount         {T}/ram:LineTotalAmount
  totals.charges_amount          {T}/ram:ChargeTotalAmount
  totals.allowances_amount       {T}/ram:AllowanceTotalAmount
  totals.amount_without_vat      {T}/ram:TaxBasisTotalAmount
  totals.vat_amount              {T}/ram:TaxTotalAmount[main]                                 currency
  ={currency_code?}|             {T}/ram:TaxTotalAmount[main]/@currencyID
  totals.vat_amount_in_accounting_currency  {T}/ram:TaxTotalAmount[accounting]                accounting
  ={vat_accounting_currency_code}  {T}/ram:TaxTotalAmount[accounting]/@currencyID
  totals.rounding_amount         {T}/ram:RoundingAmount
  totals.amount_with_vat         {T}/ram:GrandTotalAmount
  totals.paid_amount             {T}/ram:TotalPrepaidAmount
  totals.amount_due              {T}/ram:DuePayableAmount
  preceding_invoices*            {S}/ram:InvoiceReferencedDocument                            PRECEDING
  buyer_accounting_reference     {S}/ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID
  advance_payments*              {S}/ram:SpecifiedAdvancePayment                              ADVANCE
"""
_HEAD = "rsm:SupplyChainTradeTransaction"
_SHORT_HEADER = {
    "{SHIP_TO}\n": _SHIP_TO,
    "{H}": _HEAD,
    "{A}": f"{_HEAD}/ram:ApplicableHeaderTradeAgreement",
    "{D}": f"{_HEAD}/ram:ApplicableHeaderTradeDelivery",
    "{S}": f"{_HEAD}/ram:ApplicableHeaderTradeSettlement",
    "{T}": f"{_HEAD}/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementHeaderMonetarySummation",
    "{X}": f"{_HEAD}/ram:ApplicableHeaderTradeSettlement/ram:TaxApplicableTradeCurrencyExchange[vat]",
}
_SHORT_LINE = {
    "{SHIP_TO}\n": _SHIP_TO,
    "{A}": "ram:SpecifiedLineTradeAgreement",
    "{D}": "ram:SpecifiedLineTradeDelivery",
    "{S}": "ram:SpecifiedLineTradeSettlement",
    "{T}": "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation",
    "{I}": "ram:ChargeIndicator/udt:Indicator",
    "{P}": "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:AppliedTradeAllowanceCharge",
}


def _spelled_out(text: str, short: dict[str, str]) -> str:
    for sign, path in short.items():
        text = text.replace(sign, path)
    return text


@cache
def _syntax() -> Syntax[Invoice]:
    grammar = Grammar(
        {
            "INVOICE": (Invoice, _spelled_out(_INVOICE, _SHORT_HEADER)),
            "LINE": (Line, _spelled_out(_LINE, _SHORT_LINE)),
            "PARTY": (Party, _PARTY),
            "LOCAL_ID": (Identifier, _LOCAL_ID),
            "ID": (Identifier, _ID),
            "OBJECT": (Identifier, _OBJECT),
            "CLASSIFICATION": (Identifier, _CLASSIFICATION),
            "ADDRESS": (Address, _ADDRESS),
            "CONTACT": (Contact, _CONTACT),
            "NOTE": (Note, _NOTE),
            "PRECEDING": (InvoiceReference, _PRECEDING),
            "DOCUMENT": (SupportingDocument, _DOCUMENT),
            "PAYMENT": (PaymentMeans, _PAYMENT),
            "PAYMENT_DISCOUNT": (PaymentDiscount, _PAYMENT_DISCOUNT),
            "INSTALMENT": (PaymentInstalment, _INSTALMENT),
            "ADVANCE": (AdvancePayment, _ADVANCE),
            "ADVANCE_VAT": (AdvanceVat, _ADVANCE_VAT),
            "INCLUDED": (IncludedItem, _INCLUDED),
            "ALLOWANCE": (AllowanceCharge, _ALLOWANCE),
            "CHARGE": (AllowanceCharge, _CHARGE),
            "VAT": (VatBreakdown, _VAT),
            "ATTRIBUTE": (ItemAttribute, _ATTRIBUTE),
        },
        namespaces=NAMESPACES,
        codecs=_CODECS,
    )
    return Syntax("rsm:CrossIndustryInvoice", grammar, nearest_number)
