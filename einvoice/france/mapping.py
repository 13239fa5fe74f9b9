"""From what a seller writes to what the tax office reads: corrections that flux 1 and flux 10 share.

    mapped(invoice).type_code        # "381" for a consolidated credit note (262)

The tax office's lists are shorter than those of an invoice. Everything here keeps the meaning and changes the spelling;
the list of XP Z12-012 (BR-FR-MAP) is not public as a whole, and this is what is known of it.

Sources: XP Z12-012, BR-FR-MAP-06, 14, 18 and 29; DGFiP external specifications v3.2, annexes 1, 6 and 7 (G1.01, G1.44,
G1.47).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from einvoice.draft.parties import MONACO, country_of
from einvoice.draft.reform import takes_part
from einvoice.model import Invoice, Line, Note, Party, VatBreakdown

MAX_TEXT = 1024  # BT-22, BT-120
SHORT_NUMBER = 20  # characters of BT-1 and BT-25 that the portal takes,
SHORT_NUMBERS_UNTIL = date(2026, 12, 31)  # on its first version

_TYPES = {"262": "381"}
_TAX_POINTS = {"35": "3"}  # BT-8: delivery is told as the invoice date
_FRANCHISE = "VATEX-FR-FRANCHISE"
_NOT_BILLED = ("GROUP", "INFORMATION")  # what they say is in the lines below them


def mapped(invoice: Invoice) -> Invoice:
    """The invoice with the values that the tax office wants; what it has no place for is still there."""
    return invoice.model_copy(
        update={
            "type_code": _TYPES.get(invoice.type_code or "", invoice.type_code),
            "tax_point_date_code": _TAX_POINTS.get(invoice.tax_point_date_code or "", invoice.tax_point_date_code),
            "notes": tuple(_note(note) for note in invoice.notes),
            "vat_breakdown": tuple(_group(group) for group in invoice.vat_breakdown),
        }
    )


def in_france(whole: Party | None, told: Party | None) -> Party | None:
    """A party as told, in country FR if it is domestic: Guadeloupe, Martinique and Réunion are France (MAP-14)."""
    if whole is None or told is None or told.postal_address is None or not takes_part(whole):
        return told
    if country_of(whole) == MONACO:
        return told
    return told.model_copy(update={"postal_address": told.postal_address.model_copy(update={"country_code": "FR"})})


def billed_lines(lines: tuple[Line, ...]) -> tuple[bool, ...]:
    """Which lines bill something themselves: not those that group or comment others."""
    return tuple(line.subtype_code not in _NOT_BILLED for line in lines)


def _note(note: Note) -> Note:
    text = note.text or ""
    return note if len(text) <= MAX_TEXT else note.model_copy(update={"text": text[:MAX_TEXT]})


def _group(group: VatBreakdown) -> VatBreakdown:
    """A seller without VAT (franchise en base) may have no VAT number, which category E would demand: Z (MAP-06)."""
    told, reason = group, group.exemption_reason or ""
    if len(reason) > MAX_TEXT:
        told = group.model_copy(update={"exemption_reason": reason[:MAX_TEXT]})
    if group.category_code == "O" and group.rate is None:
        return told.model_copy(update={"rate": Decimal(0)})  # BT-119 is 1..1 to the tax office (G6.08, G1.24)
    if group.category_code == "E" and group.exemption_reason_code == _FRANCHISE:
        return told.model_copy(update={"category_code": "Z", "rate": group.rate or Decimal(0)})
    return told
