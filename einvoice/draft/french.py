"""What a French invoice must say besides its figures, filled in where the draft leaves it open.

A draft is French when its seller is (`einvoice.draft.parties`), or when it names EXTENDED-CTC-FR or a French business
process. Nothing here touches any other draft. The mandatory texts are in `einvoice.draft.mentions`.

**The nature of what is sold** gives the first letter of the business process (BT-23). It is what the draft says, for
all or for every line; a line billed by time is a service. Nothing else is inferred: the letter is a mention that the
law wants and the tax office reads, so where one line does not tell, BT-23 stays empty and the rules say so.

Sources: CGI annex II art. 242 nonies A; XP Z12-012 annex A V1.4 (BR-FR-08, -CO-07 to -09).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from einvoice.codes import INVOICE_TYPES
from einvoice.draft.content import DraftContent, DraftLine
from einvoice.draft.mentions import french_notes, treatment_for
from einvoice.draft.nesting import Placed, counted
from einvoice.draft.parties import french_party, is_french_party, reachable, tax_registered
from einvoice.model import Nature, Totals, VatBreakdown

# UN/ECE recommendation 20: second, minute, hour, day, week, month, year, working day. Who bills time bills a service.
TIME_UNITS = frozenset({"SEC", "MIN", "HUR", "DAY", "WEE", "MON", "ANN", "E49"})

_FRENCH_PROCESS = re.compile(r"[BSM][1-9]\Z")
_ON_ISSUE, _ON_PAYMENT = "3", "432"  # UNTDID 2005
_PREPAYMENTS, _CREDIT_NOTES = INVOICE_TYPES["prepayment"], INVOICE_TYPES["credit_note"]


def is_french(draft: DraftContent) -> bool:
    """Whether the French completions apply: see the text of this module."""
    if draft.specification_identifier and "urn.cpro.gouv.fr" in draft.specification_identifier:
        return True
    return bool(_FRENCH_PROCESS.match(draft.business_process_type or "")) or is_french_party(draft.seller)


def french_terms(
    draft: DraftContent, lines: Sequence[Placed], groups: Sequence[VatBreakdown], sums: Totals | None
) -> dict[str, object]:
    """What the draft of a French invoice leaves open and French law or XP Z12-012 answers, by invoice field."""
    process = business_process(draft, lines, sums.amount_with_vat if sums else None)
    already_paid = process in {"B2", "S2", "M2"}
    return {
        "business_process_type": process,
        "seller": tax_registered(french_party(draft.seller), (group.category_code for group in groups)),
        "buyer": reachable(draft.buyer),
        "notes": french_notes(draft, treatment_for(draft, groups, process)),
        # BR-FR-CO-09: what is paid already has the day of payment here, at the latest that of the invoice.
        "due_date": draft.due_date or (draft.issue_date if already_paid else None),
        "tax_point_date_code": draft.tax_point_date_code or _tax_point(draft, process),
    }


def _tax_point(draft: DraftContent, process: str | None) -> str | None:
    """When the VAT is due (BT-8), if the draft tells: on issue with the debits option, else on payment for services."""
    if draft.tax_point_date is not None or draft.vat_on_debits is None:
        return None
    if draft.vat_on_debits:
        return _ON_ISSUE
    return _ON_PAYMENT if (process or "").startswith("S") else None


def business_process(draft: DraftContent, lines: Sequence[Placed], amount_with_vat: Decimal | None) -> str | None:
    """The cadre de facturation (BT-23): letter by what is sold, digit by how it is paid; None if the nature is unknown.

    1 ordinary; 2 already paid in full; 4 final invoice after a prepayment invoice that BG-3 names with its type.
    Subcontracting, multi-seller and the like (3, 5 to 9) are for the draft to say.
    """
    if draft.business_process_type:
        return draft.business_process_type
    nature = nature_of(draft, [placed.line for placed in lines if counted(placed)])
    if nature is None:
        return None
    letter = {"goods": "B", "services": "S", "mixed": "M"}[nature]
    paid = draft.totals.paid_amount if draft.totals else None
    if draft.type_code not in _PREPAYMENTS | _CREDIT_NOTES and any(
        earlier.type_code in _PREPAYMENTS for earlier in draft.preceding_invoices
    ):
        return f"{letter}4"
    return f"{letter}2" if paid and paid == amount_with_vat else f"{letter}1"


def nature_of(draft: DraftContent, lines: Sequence[DraftLine]) -> Nature | None:
    """Goods, services or both: as the draft says, else as its lines say; a line billed by time is a service.

    None where a line says nothing: a guess would be a false mention.
    """
    if draft.nature:
        return draft.nature
    natures = {line.nature or ("services" if line.unit_code in TIME_UNITS else None) for line in lines}
    if not natures or None in natures:
        return None
    return natures.pop() if len(natures) == 1 else "mixed"
