"""What goes where on the page: the tables that say it, and the parts in reading order.

This is the one place that knows both the invoice and the page. To move a term, move its row; to add one, add a row and
a label in `data/labels.txt`. A term that no row names still appears, with its number, under "other information".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from einvoice.codes import CREDIT_NOTES
from einvoice.data import Language
from einvoice.model import Delivery, Invoice, Party
from einvoice.view.lines import DELIVERED, line_table
from einvoice.view.others import other_information
from einvoice.view.page import Beside, Block, Card, Cards, Entries, Entry, Page, Span, Table, spans_of
from einvoice.view.tables import simple_table, without_empty_columns
from einvoice.view.values import ADDRESS, Writer
from einvoice.view.words import label, meaning

SUMMARY = """
issue_date           {issue_date}
due_date             {due_date}
delivery_date        {delivery.actual_delivery_date}
invoicing_period     {invoicing_period}
!amount_due          {totals.amount_due}
"""
ORIGIN = """
preceding_invoice    preceding_invoices* {reference:strong}| · {issue_date}| · {type_code}| · [line_no] {line_reference}
"""
PARTY = """
trading_name         {trading_name}
@legal_registration  {legal_registration_identifier}
@identifier          identifiers* {.}
vat_identifier       {vat_identifier}
tax_registration     {tax_registration_identifier}
legal_information    {additional_legal_information}
electronic_address   {electronic_address}
contact              {contact.point}| · {contact.department_name}
telephone            {contact.telephone_number}
email                {contact.email_address}
role                 {role_code}
"""
REFERENCES = """
buyer_reference      {buyer_reference}
purchase_order       {purchase_order_reference}| · {purchase_order_date}
contract             {contract_reference}| · {contract_date}| · {contract_type_code}
project              {project_reference}
sales_order          {sales_order_reference}| · {sales_order_date}
despatch_advice      {despatch_advice_reference}| · {despatch_advice_date}
receiving_advice     {receiving_advice_reference}
delivery_note        {delivery_note_reference}| · {delivery_note_date}
tender               {tender_or_lot_reference}
object               {invoice_object_identifier}
accounting_reference {buyer_accounting_reference}
process              {business_process_type}
specification        {specification_identifier}
tax_point            {tax_point_date}| · {tax_point_date_code}
currency             {currency_code}
document_name        {document_name}
"""
DELIVERY = f"location {{delivery.location_identifier}}\n{DELIVERED}"
TOTALS = """
total_lines          {line_net_amount}
total_allowances     {allowances_amount}
total_charges        {charges_amount}
=total_net           {amount_without_vat}
total_vat            {vat_amount}
=total_gross         {amount_with_vat}
paid                 {paid_amount}
rounding             {rounding_amount}
!amount_due          {amount_due}
"""
VAT_CURRENCY = """
vat_currency         {vat_accounting_currency_code}
exchange_rate        {exchange_rate.rate}| · {exchange_rate.exchange_date}
total_vat_accounting {totals.vat_amount_in_accounting_currency}
"""
PAYMENT = """
means                {means_code}| · {means_text}
account              {account_identifier:strong}
bank_account         {proprietary_account_identifier}
bic                  {service_provider_identifier}
account_name         {account_name}
card                 {card_account_number}
card_holder          {card_holder_name}
debited_account      {debited_account_identifier}
"""
PAYMENT_TERMS = """
remittance           {remittance_information:strong}
mandate              {mandate_reference_identifier}
creditor             {bank_assigned_creditor_identifier}
terms                {payment_terms}
"""
DISCOUNT = """
discount             {percentage}| · {amount}| · [discount_base] {base_amount}
discount_until       {period}| {period_unit_code}| · {base_date}| · [until] {due_date}
"""
INSTALMENT = """
instalment           {due_date}| · {amount:strong}
"""
ADVANCE = """
advance              {paid_amount}| · {received_date}
advance_vat          vat* {tax_amount}| · {rate}| {category_code:code}| {exemption_reason}| {exemption_reason_code}
"""
ADVANCE_INVOICE = """
advance_invoice      {reference:strong}| · {issue_date}| · {type_code}| · [line_no] {line_reference}
"""
OTHER_PARTIES = (
    "payee",
    "seller_tax_representative",
    "payer",
    "invoicee",
    "invoicer",
    "seller_agent",
    "buyer_agent",
)
# The other tables (see `tables`): label and width of each column, and what its cells show.
ADJUSTMENTS = """
reason 0 {reason:strong}| {reason_code}| · {non_vat_tax_code} / {vat_exemption_reason}| {vat_exemption_reason_code}
base       >16  {base_amount}
percentage >9   {percentage}
vat        >10  {vat_rate}| {vat_category_code:code}
amount     >16  {amount:strong}
"""
VAT_BREAKDOWN = """
vat_rate   >10  {rate:strong}
vat_nature  0   {category_code} / {exemption_reason}| {exemption_reason_code}
vat_base   >25  {taxable_amount}
vat_amount >22  {tax_amount}
"""
ATTACHMENTS = """
document    0   {reference:strong} / {external_location}
description 28  {description}
file        24  {filename}
format      14  {mime_code}
size       >12  {attached_document}
"""
UNREAD = """
kind        14  {kind}| (+{more})
where       0   {xpath}| ([line] {line})
content     34  {text}
"""

BESIDE_TOTALS = 400  # characters of VAT and payment, which stand beside the totals where they are about as tall


def page_of(invoice: Invoice, language: Language) -> Page:
    """The page that shows all of this invoice in that language."""
    writer = Writer.of(invoice, language)
    credit = invoice.type_code in CREDIT_NOTES
    page = Page(
        language=language,
        title=meaning("invoice_type", invoice.type_code or "380", language) or meaning("invoice_type", "380", language),
        type_code=writer.spans(invoice, "", "{type_code:code}"),
        number=writer.spans(invoice, "", "{number}"),
        seller=writer.spans(invoice, "", "{seller.name}"),
        family="credit_note" if credit else "invoice",
        blocks=tuple(block for block in _blocks(invoice, writer, credit=credit) if _shows(block)),
    )
    rest = other_information(invoice, page, writer)
    return replace(page, blocks=(*page.blocks, rest)) if rest.rows else page


def _blocks(invoice: Invoice, writer: Writer, *, credit: bool) -> tuple[Block, ...]:
    """The parts of the page from top to bottom, empty ones too."""

    def entries(name: str, rows: str, path: str = "") -> Entries:
        if credit:
            rows = rows.replace("!amount_due ", "!amount_due_credit ").replace(
                "preceding_invoice ", "original_invoice "
            )
        part = getattr(invoice, path) if path else invoice
        return Entries(name, _title(name, writer), writer.entries(part, path, rows), path)

    totals = entries("totals", TOTALS, "totals")
    vat_currency = writer.entries(invoice, "", VAT_CURRENCY)
    vat = simple_table("vat_summary", VAT_BREAKDOWN, invoice.vat_breakdown, "vat_breakdown", writer)
    payment = _payment(invoice, writer)
    short = sum(len(span.text) for span in spans_of((vat, payment))) <= BESIDE_TOTALS
    return (
        entries("summary", SUMMARY),
        entries("origin", ORIGIN),
        Cards("parties", "", tuple(_party(invoice, role, writer) for role in ("seller", "buyer"))),
        _beside((entries("references", REFERENCES),), Cards("delivery", "", (_delivery(invoice, writer),))),
        line_table(invoice.lines, writer),
        _adjustments(invoice, writer),
        _beside((vat, payment) if short else (vat,), replace(totals, entries=totals.entries + vat_currency)),
        *(() if short else (payment,)),
        _notes(invoice, writer),
        Cards("other_parties", _title("parties", writer), _other_parties(invoice, writer)),
        without_empty_columns(
            simple_table("attachments", ATTACHMENTS, invoice.supporting_documents, "supporting_documents", writer)
        ),
        simple_table("unread", UNREAD, invoice.unread, "unread", writer),
    )


def _shows(block: Block) -> bool:
    """Whether a block has anything to show."""
    return any(spans_of(block))


def _beside(left: tuple[Block, ...], right: Block) -> Beside:
    return Beside(tuple(filter(_shows, left)), right if _shows(right) else None)


def _title(name: str, writer: Writer) -> str:
    return "" if name in {"summary", "origin"} else label(name, writer.language)


def _party(invoice: Invoice, role: str, writer: Writer) -> Card:
    party = getattr(invoice, role) or Party()
    address = [writer.spans(party.postal_address, f"{role}.postal_address", line) for line in ADDRESS]
    lines = (writer.spans(party, role, "{name:strong}"), *address)
    entries = writer.entries(party, role, PARTY)
    return Card(label(role, writer.language), tuple(filter(None, lines)), entries, role)


def _other_parties(invoice: Invoice, writer: Writer) -> tuple[Card, ...]:
    cards = (_party(invoice, role, writer) for role in OTHER_PARTIES)
    return tuple(card for card in cards if card.lines or card.entries)


def _delivery(invoice: Invoice, writer: Writer) -> Card:
    delivery = invoice.delivery or Delivery()
    address = [writer.spans(delivery.postal_address, "delivery.postal_address", line) for line in ADDRESS]
    lines = (writer.spans(delivery, "delivery", "{party_name:strong}"), *address)
    entries = writer.entries(invoice, "", DELIVERY)
    return Card(label("delivery", writer.language), tuple(filter(None, lines)), entries, "delivery")


def _payment(invoice: Invoice, writer: Writer) -> Entries:
    def of_each(name: str, rows: str) -> Iterator[Entry]:
        for index, each in enumerate(getattr(invoice, name)):
            yield from writer.entries(each, f"{name}[{index}]", rows)

    advances: list[Entry] = []
    for index, each in enumerate(invoice.advance_payments):
        place = f"advance_payments[{index}]"
        advances += writer.entries(each, place, ADVANCE)
        if each.preceding_invoice is not None:
            advances += writer.entries(each.preceding_invoice, f"{place}.preceding_invoice", ADVANCE_INVOICE)
    shown = (
        *of_each("payment_means", PAYMENT),
        *writer.entries(invoice, "", PAYMENT_TERMS),
        *of_each("payment_discounts", DISCOUNT),
        *of_each("payment_instalments", INSTALMENT),
        *advances,
    )
    return Entries("payment", label("payment", writer.language), shown, "payment_means")


def _notes(invoice: Invoice, writer: Writer) -> Entries:
    """Each note under the meaning of its subject: late payment penalties, discount, ..."""
    entries = []
    for index, note in enumerate(invoice.notes):
        words = meaning("note_subject", note.subject_code or "", writer.language) or label("note", writer.language)
        if value := writer.spans(note, f"notes[{index}]", "{text}| {content_code:code}| {subject_code:code}"):
            entries.append(Entry(words, value))
    return Entries("notes", label("notes", writer.language), tuple(entries), "notes")


def _adjustments(invoice: Invoice, writer: Writer) -> Table:
    """Allowances and charges of the document in one table, each row beginning with what it is."""
    allowances = simple_table("adjustments", ADJUSTMENTS, invoice.allowances, "allowances", writer)
    charges = simple_table("adjustments", ADJUSTMENTS, invoice.charges, "charges", writer)
    rows = []
    for kind, table in (("allowance", allowances), ("charge", charges)):
        begin = Span(f"{label(kind, writer.language)} ", look="muted")
        for row in table.rows:
            (first, *below), *cells = row.cells
            rows.append(replace(row, cells=(((begin, *first), *below), *cells)))
    return without_empty_columns(replace(allowances, rows=tuple(rows)))
