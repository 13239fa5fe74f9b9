"""The texts that a French invoice must carry, ready to use.

    PMT   flat fee of 40 EUR for recovery costs          code de commerce L. 441-10 II, D. 441-5
    PMD   penalties for late payment                     code de commerce L. 441-10 II
    AAB   discount for early payment, or its absence     code de commerce L. 441-9 I
    BAR   how the transaction is treated                 XP Z12-012, BR-FR-20

The first three are demanded on every invoice (BR-FR-05). The texts here state what the law itself provides when the
parties agreed nothing else: to a company by the code de commerce, to a public buyer by the code de la commande publique
(8 points instead of 10), to a consumer that it does not apply. A draft that carries a note with the same code keeps its
own. `late_payment_note("…")` and `early_payment_note("…")` make one with other terms.

Payment terms that speak of a discount (escompte, paiement anticipé, discount, early payment, Skonto) are themselves the
note AAB.

Sources: code de commerce L. 441-9, L. 441-10, D. 441-5; code de la commande publique L. 2192-13, R. 2192-31, D. 2192-35
(believed: read in secondary sources); XRechnung, BR-DE-18 (#SKONTO#); CGI annex II art. 242 nonies A (debits option);
XP Z12-012 annex A V1.4 (BR-FR-05, -06, -20, -31, -CO-14).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from einvoice.discounts import in_words, stated_in
from einvoice.draft.content import DraftContent
from einvoice.draft.parties import SINGLE_TAXABLE
from einvoice.draft.reform import TO_CONSUMERS, is_payment_request, is_public, takes_part, treatment_of
from einvoice.model import Note, PaymentDiscount, VatBreakdown

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
PUBLIC_RECOVERY_FEE = (
    "En cas de retard de paiement, une indemnité forfaitaire pour frais de recouvrement de 40 euros est due"
    " (articles L. 2192-13 et D. 2192-35 du code de la commande publique)."
)
PUBLIC_LATE_PAYMENT = (
    "En cas de retard de paiement, des intérêts moratoires courent de plein droit dès le jour suivant l'échéance, au"
    " taux d'intérêt appliqué par la Banque centrale européenne à ses opérations principales de refinancement les plus"
    " récentes, majoré de 8 points de pourcentage (articles L. 2192-13 et R. 2192-31 du code de la commande publique)."
)
EARLY_PAYMENT = "Pas d'escompte pour paiement anticipé."
VAT_ON_DEBITS = "Option pour le paiement de la taxe d'après les débits"
SINGLE_TAXABLE_PERSON = "MEMBRE_ASSUJETTI_UNIQUE"

_SPEAKS_OF_DISCOUNT = re.compile(
    r"escompte|\bdiscount|skonto|(?:paiement|règlement) anticipé|(?:early|prompt) payment", re.IGNORECASE
)


def recovery_fee_note() -> Note:
    """The note PMT: the fee is fixed by decree."""
    return Note(subject_code="PMT", text=RECOVERY_FEE)


def late_payment_note(rate: str = LEGAL_RATE) -> Note:
    """The note PMD. `rate` completes "des pénalités sont exigibles … au …": "taux de trois fois l'intérêt légal"."""
    return Note(subject_code="PMD", text=LATE_PAYMENT.format(rate=rate))


def early_payment_note(terms: str = EARLY_PAYMENT) -> Note:
    """The note AAB: the discount for early payment, as the `terms` say it, or that there is none."""
    return Note(subject_code="AAB", text=terms)


def early_payment_note_of(payment_terms: str | None, discounts: Sequence[PaymentDiscount] = ()) -> Note:
    """The note AAB: what the discounts or the payment terms (BT-20) say of one, else that there is none."""
    told = "; ".join(in_words(each, "fr") for each in discounts or stated_in(payment_terms))
    if not told and payment_terms and _SPEAKS_OF_DISCOUNT.search(payment_terms):
        told = " ".join(payment_terms.split())
    return early_payment_note(told) if told else early_payment_note()


def french_notes(draft: DraftContent, treatment: str | None) -> tuple[Note, ...]:
    """The draft's notes, then the mandatory ones that it lacks. Coded notes come last, which the UBL rules need."""
    codes = {note.subject_code for note in draft.notes}
    texts = {note.text for note in draft.notes}
    debits = (
        (Note(subject_code="AAI", text=VAT_ON_DEBITS),) if draft.vat_on_debits and VAT_ON_DEBITS not in texts else ()
    )
    offered = [*_late_payment(draft, treatment), early_payment_note_of(draft.payment_terms, draft.payment_discounts)]
    if draft.seller and any(identifier.scheme_id == SINGLE_TAXABLE for identifier in draft.seller.identifiers):
        offered.append(Note(subject_code="TXD", text=SINGLE_TAXABLE_PERSON))
    if treatment:
        offered.append(Note(subject_code="BAR", text=treatment))
    return (*draft.notes, *debits, *(note for note in offered if note.subject_code not in codes))


def _late_payment(draft: DraftContent, treatment: str | None) -> tuple[Note, Note]:
    """PMT and PMD, by who is to pay."""
    public = is_public(draft.buyer) if draft.public_buyer is None else draft.public_buyer
    if treatment in TO_CONSUMERS:
        fee, penalties = NO_RECOVERY_FEE, NO_LATE_PAYMENT
    elif public:
        fee, penalties = PUBLIC_RECOVERY_FEE, PUBLIC_LATE_PAYMENT
    else:
        return recovery_fee_note(), late_payment_note()
    return Note(subject_code="PMT", text=fee), Note(subject_code="PMD", text=penalties)


def treatment_for(draft: DraftContent, groups: Sequence[VatBreakdown], process: str | None) -> str | None:
    """The treatment to write (BAR): as the draft says, else where its parties and its VAT leave no doubt.

    A French buyer without number is taken for a company, which the rules then ask for its SIREN; whether a foreign one
    is private is for the draft to say. A payment request (S3) is no sale of its own, and says nothing.
    """
    if draft.treatment or draft.buyer is None or not takes_part(draft.seller) or is_payment_request(process):
        return draft.treatment
    found = treatment_of(draft.seller, draft.buyer, groups)
    return {"B2C": "B2B", "B2CINT": None}.get(found, found)
