"""Flux 10, the XML of e-reports, read and written by one table.

    report = flux10.read(parse_xml(data))
    data = flux10.write(report)

Its names are traps: `TaxSubTotal` in an invoice, `TaxSubtotal` in daily sales, `SubTotals` in payments; `TaxAmount` in
one and `TaxTotal` in the other; attributes `schemeId`, `qualifyingId`, `CurrencyCode`; the charge indicator is an
attribute. The VAT total of an invoice is in euros whatever its currency: it is BT-111 here.

Source: DGFiP external specifications v3.2, annex 6 v1.10, and the flux 10 schema.
"""

from __future__ import annotations

from functools import cache

from einvoice.binding import Codec, Grammar, Syntax, number
from einvoice.binding.codecs import compact_date, compact_date_text, compact_time, compact_time_text
from einvoice.binding.locating import Fields
from einvoice.france.ereporting.report import (
    DailyPayments,
    DailySales,
    Declarant,
    EReport,
    InvoicePayment,
    PaidPart,
    Payments,
    Transactions,
)
from einvoice.model import (
    Address,
    AllowanceCharge,
    Delivery,
    Identifier,
    Invoice,
    InvoiceReference,
    Line,
    Note,
    Party,
    Period,
    VatBreakdown,
)
from einvoice.xml import Element


def read(root: Element) -> EReport:
    """The report that a flux 10 document, by its `root` element, says; what the model cannot hold is in `unread`."""
    return _syntax().whole(root)


def write(report: EReport, *, incomplete: bool = False) -> bytes:
    """The flux 10 document. Raises `Unwritable` where the schema demands what the report lacks.

    With `incomplete`, what there is is written all the same: to look at, not to send.
    """
    return _syntax().write(report, incomplete=incomplete)


def fields(root: Element) -> Fields:
    """The fields of a document's elements: `fields(root).at(xpath)` is `transactions.sales[0].vat_amount`."""
    return _syntax().fields(root)


def _count(text: str) -> int:
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(text)
    return int(text)


_CODECS = {
    "str": Codec(),
    "Text": Codec(free=True),
    "int": Codec(_count, str),
    "date": Codec(compact_date, compact_date_text),
    "LegalTime": Codec(compact_time, compact_time_text),
    "Amount": number(),
    "UnitPrice": number(),
    "Quantity": number(),
    "Percentage": number(),
}

_REPORT = """
  identifier!    ReportDocument/Id
  name           ReportDocument/Name
  issued_at!     ReportDocument/IssueDateTime/DateTimeString
  type_code!     ReportDocument/TypeCode
  sender!        ReportDocument/Sender                          DECLARANT
  declarant!     ReportDocument/Issuer                          DECLARANT
  transactions   TransactionsReport                             TRANSACTIONS
  payments       PaymentsReport                                 PAYMENTS
"""
_DECLARANT = """
  identifier!         Id                                 ID
  name!               Name
  role_code!          RoleCode
  electronic_address  URIUniversalCommunication/URIID
"""
_ID = """
  value       .
  scheme_id!  @schemeId
"""
_TRANSACTIONS = """
  period!    ReportPeriod    PERIOD
  invoices*  Invoice         INVOICE
  sales*     Transactions    SALES
"""
_PERIOD = """
  start_date  StartDate
  end_date    EndDate
"""
_INVOICE = """
  number!                    ID
  issue_date!                IssueDate
  type_code!                 TypeCode
  currency_code!             CurrencyCode
  due_date                   DueDate
  tax_point_date_code        TaxDueDateTypeCode
  notes*                     IncludedNote                         NOTE
  business_process_type!     BusinessProcess/ID
  specification_identifier!  BusinessProcess/TypeID
  preceding_invoices*        ReferencedDocument                   REFERENCE
  seller!                    Seller                               PARTY
  buyer                      Buyer                                PARTY
  seller_tax_representative  SellerTaxRepresentative              REPRESENTATIVE
  delivery                   Delivery                             DELIVERY
  invoicing_period           InvoicePeriod                        PERIOD
  allowances*                AllowanceCharge[allowance]           ALLOWANCE
  charges*                   AllowanceCharge[charge]              CHARGE
  totals.amount_without_vat  MonetaryTotal/TaxExclusiveAmount
  totals.vat_amount_in_accounting_currency!  MonetaryTotal/TaxAmount
  vat_accounting_currency_code!              MonetaryTotal/TaxAmount/@CurrencyCode
  vat_breakdown*             TaxSubTotal                          VAT
  lines*                     Line                                 LINE
"""
_NOTE = """
  subject_code  Subject
  text          Content
"""
_REFERENCE = """
  reference   ID
  issue_date  IssueDate
"""
_PARTY = """
  legal_registration_identifier  CompanyId                            ID
  vat_identifier                 TaxRegistrationId
  'VAT'                          TaxRegistrationId/@qualifyingId
  postal_address.country_code    PostalAddress/CountryId
"""
_REPRESENTATIVE = """
  vat_identifier  TaxRegistrationId
  'VAT'           TaxRegistrationId/@schemeId
"""
_DELIVERY = """
  actual_delivery_date  Date
  postal_address        Location    LOCATION
"""
_LOCATION = """
  street_name             LineOne
  additional_street_name  LineTwo
  address_line_3          LineThree
  city_name               CityName
  postal_zone             PostalZone
  country_subdivision     CountrySubentity
  country_code            CountryId
"""
_ALLOWANCE = """
  =false|0           @ChargeIndicator
  amount             Amount
  vat_category_code  TaxCategoryCode
  vat_rate           TaxPercent
"""
_VAT = """
  taxable_amount!        TaxableAmount
  tax_amount!            TaxAmount
  category_code          TaxCategory/Code
  rate!                  TaxCategory/Percent
  exemption_reason       TaxCategory/TaxExemptionReason
  exemption_reason_code  TaxCategory/TaxExemptionReasonCode
"""
_LINE = """
  notes*                           Note                              LINE_NOTE
  quantity                         BilledQuantity
  unit_code                        BilledQuantity/@UnitCode
  preceding_invoices*              ReferencedDocument                REFERENCE
  delivery.party_name              Delivery/Name
  delivery.postal_address          Delivery/Location                 LOCATION
  invoicing_period                 InvoicePeriod                     PERIOD
  allowances*                      AllowanceCharge[allowance]        ALLOWANCE
  charges*                         AllowanceCharge[charge]           CHARGE
  item_net_price                   Price/PriceAmount
  item_price_discount              Price/AllowanceChargeAmount
  item_gross_price                 Price/AllowanceChargeBaseAmount
  item_name                        Product/Name
"""
_LINE_NOTE = """
  subject_code  Code
  text          Comment
"""
_SALES = """
  day!                 Date
  currency_code!       TransactionsCurrency
  tax_point_date_code  TaxDueDateTypeCode
  category_code!       CategoryCode
  amount_without_vat!  TaxExclusiveAmount
  vat_amount!          TaxTotal
  count                TransactionsCount
  rates*               TaxSubtotal             RATE
"""
_RATE = """
  rate!            TaxPercent
  taxable_amount!  TaxableAmount
  tax_amount!      TaxTotal
"""
_PAYMENTS = """
  period!    ReportPeriod    PERIOD
  invoices*  Invoice         INVOICE_PAYMENT
  sales*     Transactions    DAILY_PAYMENTS
"""
_INVOICE_PAYMENT = """
  number!      InvoiceID
  issue_date!  IssueDate
  day!         Payment/Date
  parts*       Payment/SubTotals    PART
"""
_DAILY_PAYMENTS = """
  day!    Payment/Date
  parts*  Payment/SubTotals    PART
"""
_PART = """
  rate!          TaxPercent
  currency_code  CurrencyCode
  amount!        Amount
"""


@cache
def _syntax() -> Syntax[EReport]:
    grammar = Grammar(
        {
            "REPORT": (EReport, _REPORT),
            "DECLARANT": (Declarant, _DECLARANT),
            "ID": (Identifier, _ID),
            "TRANSACTIONS": (Transactions, _TRANSACTIONS),
            "PERIOD": (Period, _PERIOD),
            "INVOICE": (Invoice, _INVOICE),
            "NOTE": (Note, _NOTE),
            "REFERENCE": (InvoiceReference, _REFERENCE),
            "PARTY": (Party, _PARTY),
            "REPRESENTATIVE": (Party, _REPRESENTATIVE),
            "DELIVERY": (Delivery, _DELIVERY),
            "LOCATION": (Address, _LOCATION),
            "ALLOWANCE": (AllowanceCharge, _ALLOWANCE),
            "CHARGE": (AllowanceCharge, _ALLOWANCE.replace("=false|0", "=true|1")),
            "VAT": (VatBreakdown, _VAT),
            "LINE": (Line, _LINE),
            "LINE_NOTE": (Note, _LINE_NOTE),
            "SALES": (DailySales, _SALES),
            "RATE": (VatBreakdown, _RATE),
            "PAYMENTS": (Payments, _PAYMENTS),
            "INVOICE_PAYMENT": (InvoicePayment, _INVOICE_PAYMENT),
            "DAILY_PAYMENTS": (DailyPayments, _DAILY_PAYMENTS),
            "PART": (PaidPart, _PART),
        },
        namespaces={"": ""},
        codecs=_CODECS,
        start="REPORT",
    )
    return Syntax("Report", grammar)
