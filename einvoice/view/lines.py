"""The table of the invoice lines: groups with their sub-lines, and under each name all that a line may say.

A group is told in two ways: UBL puts lines into lines (`sub_lines`), CII and the French extension name the parent
(`parent_line_identifier`). The view shows both as one tree. Sources: EN 16931-1 BG-25 to BG-32; XP Z12-012 annex A
(EXT-FR-FE-136 to 184).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from einvoice.model import Line
from einvoice.view.formatting import COLON
from einvoice.view.page import Cell, Column, Row, Span, Table
from einvoice.view.values import Writer
from einvoice.view.words import label

CHANGE = (  # an allowance or a charge: the amount, what it is a part of, why, and its VAT where it tells that
    "{amount}| · {percentage}| [of] {base_amount}| · {reason}| {reason_code}"
    "| · [vat] {vat_rate}| {vat_category_code:code}"
    "| · {vat_exemption_reason}| {vat_exemption_reason_code}| · {non_vat_tax_code}"
)
SELLER = (  # of this line, where an invoice has several
    "{seller.name}| · {seller.trading_name}| · {seller.legal_registration_identifier}| · {seller.identifiers}"
    "| · [vat_identifier] {seller.vat_identifier}| · [tax_registration] {seller.tax_registration_identifier}"
    "| · {seller.additional_legal_information}| · {seller.electronic_address}| · {seller.postal_address}"
    "| · {seller.contact.point}| · {seller.contact.department_name}| · {seller.contact.telephone_number}"
    "| · {seller.contact.email_address}| · {seller.role_code}"
)
DELIVERED = """\
contact              {delivery.contact.point}| · {delivery.contact.department_name}
telephone            {delivery.contact.telephone_number}
email                {delivery.contact.email_address}
electronic_address   {delivery.electronic_address}
vat_identifier       {delivery.vat_identifier}
incoterm             {delivery_terms.code}| · {delivery_terms.location_name}
"""  # to the invoice as to a line
DETAILS = (
    """
-                    {item_description}
seller_item          {item_sellers_identifier}
buyer_item           {item_buyers_identifier}
@standard_item       {item_standard_identifier}
classification       {item_classification_identifiers}
-                    item_attributes* {name:muted}| ({code})| : {value}| {measured_value}| {measured_unit_code}
origin               {item_country_of_origin}
included             included_items* {name:strong}| · {quantity}| {unit_code}| · {description}
-                    included_items* {identifier}| · {sellers_identifier}
-                    included_items* {buyers_identifier}| · {industry_identifier}
-                    included_items* {standard_identifiers}
packages             {package_quantity}| {package_quantity_unit_code}
free_of_charge       {charge_free_quantity}| {charge_free_quantity_unit_code}
note                 notes* {text}| {content_code:code}| {subject_code:code}
invoicing_period     {invoicing_period}
delivery_date        {delivery.actual_delivery_date}
delivered_to         {delivery.party_name}| · {delivery.location_identifier}| · {delivery.postal_address}
"""
    + DELIVERED
    + """\
purchase_order       {purchase_order_reference}| · {purchase_order_date}| · [line_no] {purchase_order_line_reference}
sales_order          {sales_order_reference}| · {sales_order_date}| · [line_no] {sales_order_line_reference}
quotation            {quotation_reference}| · {quotation_date}| · [line_no] {quotation_line_reference}
despatch_advice      {despatch_advice_reference}| · {despatch_advice_date}| · [line_no] {despatch_advice_line_reference}
receiving_advice     {receiving_advice_reference}| · [line_no] {receiving_advice_line_reference}
delivery_note        {delivery_note_reference}| · {delivery_note_date}| · [line_no] {delivery_note_line_reference}
preceding_invoice    preceding_invoices* {reference}| · {issue_date}| · {type_code}| · [line_no] {line_reference}
object               {object_identifiers}
accounting_reference {buyer_accounting_reference}
exemption            {vat_exemption_reason}| {vat_exemption_reason_code}
tax_point            {vat_point_date_code}
"""
    + f"allowance allowances* {CHANGE}\ncharge charges* {CHANGE}\nseller {SELLER}"
)
QUANTITY = ("{quantity}| {unit_code}", "{quantity_per_parent_line} [per_parent]")
PRICE = (
    "{item_net_price}",
    "[per] {item_price_base_quantity}| {item_price_base_quantity_unit_code}",
    "[gross_price] {item_gross_price}",
    "[price_discount] {item_price_discount_percentage}| {item_price_discount_base_amount}",
    "[price_discount] {item_price_discount}| {item_price_discount_reason}| {item_price_discount_reason_code}",
)
VAT = ("{vat_rate}| {vat_category_code:code}",)
AMOUNT = (
    "{net_amount:strong}",
    "[vat] {vat_amount}",
    "[vat] {vat_amount_in_accounting_currency}",
    "[including] {amount_with_vat}",
)
MEMBER_AMOUNT = ("{net_amount}", *AMOUNT[1:])  # part of the amount of its group
LOOKS: dict[str | None, Literal["", "group", "muted"]] = {"GROUP": "group", "INFORMATION": "muted"}


def line_table(lines: tuple[Line, ...], writer: Writer) -> Table:
    """The table of all lines, each group followed by its members."""
    columns = (
        Column(label("number", writer.language), 6),
        Column(label("item", writer.language), 0),
        Column(label("quantity", writer.language), 16, figures=True),
        Column(label("unit_price", writer.language), 14, figures=True),
        Column(label("vat", writer.language), 9, figures=True),
        Column(label("net_amount", writer.language), 15, figures=True),
    )
    rows = tuple(_row(line, path, level, writer) for line, path, level in in_groups(lines))
    return Table("lines", label("lines", writer.language), columns, rows)


def in_groups(lines: tuple[Line, ...]) -> Iterator[tuple[Line, str, int]]:
    """Each line once, with its path and depth: members follow their group, whatever the order in the file.

    A line whose parent does not exist, or that is its own ancestor, stands at the top: no line is ever left out.
    """
    positions = {line.identifier: index for index, line in reversed(list(enumerate(lines))) if line.identifier}
    members: dict[int, list[int]] = {}
    tops = []
    for index, line in enumerate(lines):
        parent = positions.get(line.parent_line_identifier) if line.parent_line_identifier else None
        if parent is None:
            tops.append(index)
        else:
            members.setdefault(parent, []).append(index)
    seen: set[int] = set()
    for top in (*tops, *range(len(lines))):  # whatever hangs in a circle comes last
        waiting = [(top, 0)]
        while waiting:
            index, level = waiting.pop()
            if index in seen:
                continue
            seen.add(index)
            yield lines[index], f"lines[{index}]", level
            yield from _below(lines[index], f"lines[{index}]", level)
            waiting += [(member, level + 1) for member in reversed(members.get(index, []))]


def _below(line: Line, path: str, level: int) -> Iterator[tuple[Line, str, int]]:
    """The sub-lines of a line, to any depth."""
    waiting = [(line, path, level)]
    while waiting:
        each, place, depth = waiting.pop()
        if each is not line:
            yield each, place, depth
        inner = [(sub, f"{place}.sub_lines[{index}]", depth + 1) for index, sub in enumerate(each.sub_lines)]
        waiting += reversed(inner)


def _row(line: Line, path: str, level: int, writer: Writer) -> Row:
    def cell(*templates: str) -> Cell:
        return tuple(spans for template in templates if (spans := writer.spans(line, path, template)))

    colon = COLON[writer.language]
    details = tuple(
        (Span(entry.label + colon, look="muted"), *entry.value) if entry.label else entry.value
        for entry in writer.entries(line, path, DETAILS)
    )
    ordinary = line.subtype_code == "DETAIL"  # hardly worth a word; a group or an information is
    name = cell("{item_name:strong}| {subtype_code:code}") if ordinary else cell("{item_name:strong}")
    place = cell(
        "[under] {parent_line_identifier}" if ordinary else "{subtype_code:muted}| · [under] {parent_line_identifier}"
    )
    amount = AMOUNT if level == 0 or line.subtype_code == "GROUP" else MEMBER_AMOUNT
    cells = (cell("{identifier}"), name + place + details, cell(*QUANTITY), cell(*PRICE), cell(*VAT), cell(*amount))
    return Row(cells, path, level, LOOKS.get(line.subtype_code, ""))
