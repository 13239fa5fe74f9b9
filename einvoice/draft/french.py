"""What a French invoice must say besides its figures, filled in where the draft leaves it open.

    PMT   flat fee of 40 EUR for recovery costs          code de commerce L. 441-10 II, D. 441-5
    PMD   penalties for late payment                     code de commerce L. 441-10 II
    AAB   discount for early payment, or its absence     code de commerce L. 441-9 I
    BAR   how the transaction is treated                 XP Z12-012, BR-FR-20

The first three are demanded on every invoice (BR-FR-05). The texts here state what the law itself provides when the
parties agreed nothing else; a draft that carries a note with the same code keeps its own. `late_payment_note("…")`
and `early_payment_note("…")` make one with other terms.

A draft is French when its seller is (country FR or an overseas territory that invoices as France, or a SIREN where no
country is given), or when it names EXTENDED-CTC-FR or a French business process. Nothing here touches any other draft.

Sources: code de commerce L. 441-9, L. 441-10, D. 441-5; CGI annex II art. 242 nonies A; XP Z12-012 annex A V1.4
(BR-FR-05, -08, -10 to -13, -20 to -22, -CO-09, -CO-12, -CO-14, BR-FR-MAP-14).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from einvoice.codes import INVOICE_TYPES
from einvoice.draft.content import DraftContent, DraftLine, Nature
from einvoice.draft.lines import Placed, counted
from einvoice.model import Identifier, Note, Party, Totals, VatBreakdown

__all__ = [
    "EARLY_PAYMENT",
    "EXTENDED_CTC_FR",
    "LATE_PAYMENT",
    "RECOVERY_FEE",
    "TIME_UNITS",
    "VAT_ON_DEBITS",
    "business_process",
    "early_payment_note",
    "french_notes",
    "french_party",
    "french_terms",
    "is_french",
    "late_payment_note",
    "nature_of",
    "recovery_fee_note",
    "siren_of",
]

EXTENDED_CTC_FR = "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr"

RECOVERY_FEE = (
    "En cas de retard de paiement, une indemnité forfaitaire pour frais de recouvrement de 40 euros est due"
    " (articles L. 441-10 et D. 441-5 du code de commerce)."
)
LATE_PAYMENT = (
    "En cas de retard de paiement, des pénalités sont exigibles dès le jour suivant la date de règlement, sans rappel,"
    " au {rate} (article L. 441-10 du code de commerce)."
)
LEGAL_RATE = (
    "taux d'intérêt appliqué par la Banque centrale européenne à son opération de refinancement la plus récente,"
    " majoré de 10 points de pourcentage"
)
EARLY_PAYMENT = "Pas d'escompte pour paiement anticipé."
VAT_ON_DEBITS = "Option pour le paiement de la taxe d'après les débits"
SINGLE_TAXABLE_PERSON = "MEMBRE_ASSUJETTI_UNIQUE"

SIREN, SIRET, DIRECTORY, SINGLE_TAXABLE = "0002", "0009", "0225", "0231"  # ISO 6523 ICD and EAS

# Overseas territories whose companies have a SIREN and invoice as France (BR-FR-MAP-14).
_FRENCH_COUNTRIES = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM"})
_FRENCH_PROCESS = re.compile(r"[BSM][1-9]\Z")
_FRENCH_VAT = re.compile(r"FR[0-9A-HJ-NP-Z]{2}(\d{9})\Z")

# UN/ECE recommendation 20: second, minute, hour, day, week, month, year, working day. Who bills time bills a service.
TIME_UNITS = frozenset({"SEC", "MIN", "HUR", "DAY", "WEE", "MON", "ANN", "E49"})

_ON_ISSUE, _ON_PAYMENT = "3", "432"  # UNTDID 2005

_PREPAYMENTS, _CREDIT_NOTES = INVOICE_TYPES["prepayment"], INVOICE_TYPES["credit_note"]


def recovery_fee_note() -> Note:
    """The note PMT: the fee is fixed by decree."""
    return Note(subject_code="PMT", text=RECOVERY_FEE)


def late_payment_note(rate: str = LEGAL_RATE) -> Note:
    """The note PMD. `rate` completes "des pénalités sont exigibles … au …": "taux de trois fois l'intérêt légal"."""
    return Note(subject_code="PMD", text=LATE_PAYMENT.format(rate=rate))


def early_payment_note(terms: str = EARLY_PAYMENT) -> Note:
    """The note AAB: the discount for early payment, or that there is none."""
    return Note(subject_code="AAB", text=terms)


def is_french(draft: DraftContent) -> bool:
    """Whether the French completions apply: see the module's text."""
    if draft.specification_identifier and "urn.cpro.gouv.fr" in draft.specification_identifier:
        return True
    return bool(_FRENCH_PROCESS.match(draft.business_process_type or "")) or is_french_party(draft.seller)


def is_french_party(party: Party | None) -> bool:
    """Whether a party is established in France, by its country or, without one, by a SIREN."""
    if party is None:
        return False
    country = party.postal_address.country_code if party.postal_address else None
    return country in _FRENCH_COUNTRIES if country else siren_of(party) is not None


def siren_of(party: Party) -> str | None:
    """The SIREN that a party states: as such, at the head of a SIRET, or at the end of a French VAT number."""
    legal = party.legal_registration_identifier
    stated = [legal] if legal and legal.scheme_id in {SIREN, SIRET} else []
    stated += [identifier for identifier in party.identifiers if identifier.scheme_id in {SIREN, SIRET}]
    for identifier in stated:
        digits = (identifier.value or "").replace(" ", "")
        if digits.isascii() and digits.isdigit() and len(digits) == (9 if identifier.scheme_id == SIREN else 14):
            return digits[:9]
    vat = _FRENCH_VAT.match((party.vat_identifier or "").replace(" ", ""))
    return vat[1] if vat else None


def french_party(party: Party | None) -> Party | None:
    """A French seller or buyer with its SIREN as legal registration and, as electronic address, its directory entry."""
    if party is None or not is_french_party(party):
        return party
    siren = siren_of(party)
    legal = party.legal_registration_identifier
    if siren is None and legal and legal.scheme_id is None and re.fullmatch(r"\d{9}", legal.value or ""):
        siren = legal.value
    if siren is None:
        return party
    filled: dict[str, Identifier] = {}
    if legal is None or (legal.scheme_id is None and legal.value in {None, siren}):
        filled["legal_registration_identifier"] = Identifier(value=siren, scheme_id=SIREN)
    address = party.electronic_address
    if address is None or address.value is None:
        filled["electronic_address"] = Identifier(value=siren, scheme_id=DIRECTORY)
    elif address.scheme_id is None and address.value.startswith(siren):
        filled["electronic_address"] = address.model_copy(update={"scheme_id": DIRECTORY})
    return party.model_copy(update=filled)


def french_terms(
    draft: DraftContent, lines: Sequence[Placed], groups: Sequence[VatBreakdown], sums: Totals | None
) -> dict[str, object]:
    """What the draft of a French invoice leaves open and French law or XP Z12-012 answers, by invoice field."""
    process = business_process(draft, lines, sums.amount_with_vat if sums else None)
    already_paid = process in {"B2", "S2", "M2"}
    return {
        "business_process_type": process,
        "seller": tax_registered(french_party(draft.seller), (group.category_code for group in groups)),
        "buyer": french_party(draft.buyer),
        "notes": french_notes(draft),
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


def tax_registered(seller: Party | None, categories: Iterable[str | None]) -> Party | None:
    """A seller without VAT number (franchise, exempt activity), registered under its SIREN.

    BR-E-02 wants BT-31 or BT-32 on an invoice with exempt lines. Who has no VAT number is known to the tax office by
    SIREN.
    """
    if (
        seller is None
        or seller.vat_identifier
        or seller.tax_registration_identifier
        or not {"E", "Z"} & set(categories)
    ):
        return seller
    return seller.model_copy(update={"tax_registration_identifier": siren_of(seller)})


def nature_of(draft: DraftContent, lines: Sequence[DraftLine]) -> Nature | None:
    """Goods, services or both: as the draft says, else as its lines say; a line billed by time is a service.

    Lines that say nothing leave it to the others. None where nothing says it: a guess would be a false mention.
    """
    if draft.nature:
        return draft.nature
    natures = {line.nature or ("services" if line.unit_code in TIME_UNITS else None) for line in lines} - {None}
    if len(natures) > 1:
        return "mixed"
    return next(iter(natures), None)


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


def french_notes(draft: DraftContent) -> tuple[Note, ...]:
    """The draft's notes, then the mandatory ones that it lacks. Coded notes come last, which the UBL rules need."""
    codes = {note.subject_code for note in draft.notes}
    texts = {note.text for note in draft.notes}
    debits = (
        (Note(subject_code="AAI", text=VAT_ON_DEBITS),) if draft.vat_on_debits and VAT_ON_DEBITS not in texts else ()
    )
    offered = [recovery_fee_note(), late_payment_note(), early_payment_note()]
    if draft.seller and any(identifier.scheme_id == SINGLE_TAXABLE for identifier in draft.seller.identifiers):
        offered.append(Note(subject_code="TXD", text=SINGLE_TAXABLE_PERSON))
    treatment = draft.treatment or _treatment(draft)
    if treatment:
        offered.append(Note(subject_code="BAR", text=treatment))
    return (*draft.notes, *debits, *(note for note in offered if note.subject_code not in codes))


def _treatment(draft: DraftContent) -> str | None:
    """B2B between French parties, B2BINT with a registered foreign buyer; a private buyer is for the draft to say."""
    if draft.buyer is None or not is_french_party(draft.seller):
        return None
    if is_french_party(draft.buyer):
        return "B2B"
    return "B2BINT" if draft.buyer.vat_identifier or draft.buyer.legal_registration_identifier else None
