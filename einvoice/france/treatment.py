"""How the reform treats an invoice, and whether the tax office must know of its payments.

    treatment(invoice)                  # "B2B": exchanged between platforms; "B2BINT", "B2C": reported; ...
    vat_is_due_on_payment(invoice)      # True: services without the option for debits, and prepayments

    is_exchanged(invoice)               # whether there is a flux 1

Everything else follows from these: whether there is a flux 1, which statuses the public portal is told, and which
e-report an invoice and its payments belong to.

Sources: XP Z12-012, BR-FR-20 (note BAR); CGI art. 269-2, 289 bis, 290 and 290 A; DGFiP external specifications v3.2,
general file §3.6 and §3.7, annex 7 (G1.02, G1.44, G2.32).
"""

from __future__ import annotations

from typing import cast

from einvoice.codes import INVOICE_TYPES, code_list
from einvoice.draft.content import Treatment
from einvoice.draft.reform import TO_CONSUMERS, is_outside_reform, is_payment_request, treatment_of
from einvoice.model import Invoice

__all__ = [
    "REPORTED",
    "has_flux1_process",
    "is_exchanged",
    "is_outside_the_reform",
    "treatment",
    "vat_is_due_on_payment",
]

REPORTED = frozenset({"B2BINT", *TO_CONSUMERS})  # treatments of what an e-report tells
_DEBITS = ("3", "35")  # BT-8: VAT falls due on the invoice date or on delivery
_MULTI_SELLER, _BIDIRECTIONAL = "8", "9"  # BT-23 that flux 1 does not take (G1.02)


def treatment(invoice: Invoice) -> Treatment:
    """How the reform treats an invoice: as its note BAR says, or else as its parties and its VAT tell.

    B2B is exchanged between platforms; B2BINT is reported one by one (flux 10.1); B2C and B2CINT are reported by the
    day (flux 10.3); OUTOFSCOPE and ARCHIVEONLY are neither. A buyer with neither registration nor VAT number is a
    private person. Of what is exempt by its nature, no note makes more than it is.
    """
    stated = next((note.text for note in invoice.notes if note.subject_code == "BAR"), None)
    if stated != "ARCHIVEONLY" and is_outside_the_reform(invoice):
        return "OUTOFSCOPE"
    if stated in code_list("treatment").codes:
        return cast(Treatment, stated)
    return treatment_of(invoice.seller, invoice.buyer, invoice.vat_breakdown)


def is_outside_the_reform(invoice: Invoice) -> bool:
    """Whether a sale in France is wholly outside VAT (O) or exempt by the nature of the activity (G2.32)."""
    return is_outside_reform(invoice.seller, invoice.buyer, invoice.vat_breakdown)


def has_flux1_process(process: str | None) -> bool:
    """Whether flux 1 takes a business process (BT-23): no payment request, multi-seller or bidirectional invoice."""
    return not is_payment_request(process) and (process or "")[1:] not in (_MULTI_SELLER, _BIDIRECTIONAL)


def is_exchanged(invoice: Invoice) -> bool:
    """Whether the public portal is told of an invoice and of its statuses: B2B, in a process that flux 1 takes."""
    return treatment(invoice) == "B2B" and has_flux1_process(invoice.business_process_type)


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
