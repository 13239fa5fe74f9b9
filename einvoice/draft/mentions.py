"""The texts that a French invoice must carry, ready to use.

    PMT   flat fee of 40 EUR for recovery costs          code de commerce L. 441-10 II, D. 441-5
    PMD   penalties for late payment                     code de commerce L. 441-10 II
    AAB   discount for early payment, or its absence     code de commerce L. 441-9 I
    BAR   how the transaction is treated                 XP Z12-012, BR-FR-20

The first three are demanded on every invoice (BR-FR-05). The texts here state what the law itself provides when the
parties agreed nothing else, and to a consumer that it does not apply; a draft that carries a note with the same code
keeps its own. `late_payment_note("…")` and `early_payment_note("…")` make one with other terms.

Sources: code de commerce L. 441-9, L. 441-10, D. 441-5; CGI annex II art. 242 nonies A (debits option); XP Z12-012
annex A V1.4 (BR-FR-05, -06, -20, -31, -CO-14).
"""

from __future__ import annotations

from einvoice.draft.content import DraftContent
from einvoice.draft.parties import SINGLE_TAXABLE, is_french_party
from einvoice.model import Note

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
# L. 441-10 is about professional buyers; BR-FR-05 wants the notes on a consumer's invoice too.
NO_RECOVERY_FEE = "Indemnité forfaitaire pour frais de recouvrement : sans objet (acheteur non professionnel)."
NO_LATE_PAYMENT = (
    "Pénalités de retard de l'article L. 441-10 du code de commerce : sans objet (acheteur non professionnel)."
)
EARLY_PAYMENT = "Pas d'escompte pour paiement anticipé."
VAT_ON_DEBITS = "Option pour le paiement de la taxe d'après les débits"
SINGLE_TAXABLE_PERSON = "MEMBRE_ASSUJETTI_UNIQUE"

_CONSUMER = frozenset({"B2C", "B2CINT"})


def recovery_fee_note() -> Note:
    """The note PMT: the fee is fixed by decree."""
    return Note(subject_code="PMT", text=RECOVERY_FEE)


def late_payment_note(rate: str = LEGAL_RATE) -> Note:
    """The note PMD. `rate` completes "des pénalités sont exigibles … au …": "taux de trois fois l'intérêt légal"."""
    return Note(subject_code="PMD", text=LATE_PAYMENT.format(rate=rate))


def early_payment_note(terms: str = EARLY_PAYMENT) -> Note:
    """The note AAB: the discount for early payment, or that there is none."""
    return Note(subject_code="AAB", text=terms)


def french_notes(draft: DraftContent) -> tuple[Note, ...]:
    """The draft's notes, then the mandatory ones that it lacks. Coded notes come last, which the UBL rules need."""
    codes = {note.subject_code for note in draft.notes}
    texts = {note.text for note in draft.notes}
    debits = (
        (Note(subject_code="AAI", text=VAT_ON_DEBITS),) if draft.vat_on_debits and VAT_ON_DEBITS not in texts else ()
    )
    treatment = draft.treatment or _treatment(draft)
    if treatment in _CONSUMER:
        offered = [Note(subject_code="PMT", text=NO_RECOVERY_FEE), Note(subject_code="PMD", text=NO_LATE_PAYMENT)]
    else:
        offered = [recovery_fee_note(), late_payment_note()]
    offered.append(early_payment_note())
    if draft.seller and any(identifier.scheme_id == SINGLE_TAXABLE for identifier in draft.seller.identifiers):
        offered.append(Note(subject_code="TXD", text=SINGLE_TAXABLE_PERSON))
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
