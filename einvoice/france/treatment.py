"""How the reform treats an invoice, and whether the tax office must know of its payments.

    treatment(invoice)                  # "B2B": exchanged between platforms; "B2BINT", "B2C": reported; ...
    vat_is_due_on_payment(invoice)      # True: services without the option for debits, and prepayments

Everything else follows from these two: whether there is a flux 1, which statuses the public portal is told, and which
e-report an invoice and its payments belong to.

Sources: XP Z12-012, BR-FR-20 (note BAR); CGI art. 269-2, 289 bis, 290 and 290 A; DGFiP external specifications v3.2,
general file §3.6 and §3.7, annex 7 (G1.02, G1.44, G2.32).
"""

from __future__ import annotations

from typing import cast

from einvoice.codes import INVOICE_TYPES, code_list
from einvoice.draft.content import Treatment
from einvoice.draft.parties import is_french_party
from einvoice.model import Invoice, Party, VatBreakdown

__all__ = ["is_outside_the_reform", "treatment", "vat_is_due_on_payment"]

_EXEMPT_ACTIVITY = "VATEX-FR-CGI261"  # art. 261 to 261 E: no invoice is demanded, so none is exchanged or reported
_PRIVATE_PERSON = "0226"  # ISO 6523
_DEBITS = ("3", "35")  # BT-8: VAT falls due on the invoice date or on delivery


def treatment(invoice: Invoice) -> Treatment:
    """How the reform treats an invoice: as its note BAR says, or else as its parties and its VAT tell.

    B2B is exchanged between platforms; B2BINT is reported one by one (flux 10.1); B2C and B2CINT are reported by the
    day (flux 10.3); OUTOFSCOPE and ARCHIVEONLY are neither. A buyer with neither registration nor VAT number is a
    private person.
    """
    stated = next((note.text for note in invoice.notes if note.subject_code == "BAR"), None)
    if stated in code_list("treatment").codes:
        return cast(Treatment, stated)
    abroad = _is_abroad(invoice.seller) or _is_abroad(invoice.buyer)
    if is_outside_the_reform(invoice):
        return "OUTOFSCOPE"
    if not _is_company(invoice.buyer):
        return "B2CINT" if abroad else "B2C"
    return "B2BINT" if abroad else "B2B"


def is_outside_the_reform(invoice: Invoice) -> bool:
    """Whether a sale in France is wholly outside VAT (O) or exempt by the nature of the activity (G2.32)."""
    abroad = _is_abroad(invoice.seller) or _is_abroad(invoice.buyer)
    groups = invoice.vat_breakdown
    return bool(groups) and not abroad and all(_is_outside(group) for group in groups)


def vat_is_due_on_payment(invoice: Invoice) -> bool:
    """Whether French VAT on it falls due when it is paid: services without the option for debits, and prepayments.

    Where the invoice does not say what it bills (BT-23), services are assumed: to tell too much is the lesser fault.
    """
    process = invoice.business_process_type or "S"
    if process[1:] == "7" or not any(group.category_code == "S" for group in invoice.vat_breakdown):
        return False  # collected through e-reporting before; or no French VAT at all
    if invoice.type_code in INVOICE_TYPES["prepayment"]:
        return True
    return process[:1] in ("S", "M") and invoice.tax_point_date_code not in _DEBITS


def _is_outside(group: VatBreakdown) -> bool:
    if group.category_code == "O":
        return True
    return group.category_code == "E" and (group.exemption_reason_code or "").startswith(_EXEMPT_ACTIVITY)


def _is_company(party: Party | None) -> bool:
    if party is None:
        return False
    numbers = [each for each in party.identifiers if each.scheme_id not in (None, _PRIVATE_PERSON)]
    return bool(party.legal_registration_identifier or party.vat_identifier or numbers)


def _is_abroad(party: Party | None) -> bool:
    if party is None or is_french_party(party):
        return False
    stated = party.postal_address.country_code if party.postal_address else None
    return bool(stated) or not (party.vat_identifier or "FR").startswith("FR")
