"""Who and what the French reform is about: the questions that drafts, duties, flux 1 and e-reports all ask.

    takes_part(party)                        # is a party domestic to the reform?
    is_public(party)                         # is it a public body, which is invoiced through Chorus Pro?
    is_outside_vat(groups)                   # wholly outside VAT, or exempt by the nature of the activity?
    treatment_of(seller, buyer, groups)      # "B2B", "B2BINT", "B2C", "B2CINT" or "OUTOFSCOPE"

Domestic are France with Guadeloupe, Martinique and Réunion. Guyane and Mayotte (CGI art. 294-1: no VAT there),
Saint-Barthélemy, Saint-Martin and Saint-Pierre-et-Miquelon are international, although their companies have a SIREN,
and so are the Pacific territories. A company in Monaco takes part if it has a SIREN.

Sources: CGI art. 289 bis, 290, 290 A, 294; DGFiP, questions and answers on the reform, as restated by software vendors
(territories; Monaco); external specifications v3.2, annex 7, G2.32; INSEE, SIRENE (SIREN of public bodies).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from einvoice.draft.content import Treatment
from einvoice.draft.parties import DOMESTIC, MONACO, country_of, is_french_party, siren_of
from einvoice.model import Party, VatBreakdown

_EXEMPT_ACTIVITY = "VATEX-FR-CGI261"  # art. 261 to 261 E: no invoice is demanded, so none is exchanged or reported
_PRIVATE_PERSON = "0226"  # ISO 6523
# State (11 to 19) and local government (2): INSEE gives 10 to companies. A number whose counter is all zeros was given
# to nobody: those stand in examples.
_PUBLIC_SIREN = re.compile(r"(1[1-9]|2)(?!0{7}\d)\d+\Z")
_PAYMENT_REQUEST = "S3"  # BT-23 of a subcontractor who asks a public buyer to be paid directly


TO_CONSUMERS = frozenset({"B2C", "B2CINT"})  # treatments of what private persons buy


def takes_part(party: Party | None) -> bool:
    """Whether a party is domestic to the reform; one without country is, by a SIREN."""
    return party is not None and is_french_party(party) and country_of(party) in (None, MONACO, *DOMESTIC)


def is_abroad(party: Party | None) -> bool:
    """Whether a party is known to be outside of what the reform counts as France."""
    if party is None or takes_part(party):
        return False
    return bool(country_of(party)) or not (party.vat_identifier or "FR").startswith("FR")


def is_company(party: Party | None) -> bool:
    """Whether a party has a number that private persons have not."""
    if party is None:
        return False
    numbers = [each for each in party.identifiers if each.scheme_id not in (None, _PRIVATE_PERSON)]
    return bool(party.legal_registration_identifier or party.vat_identifier or numbers)


def is_public(party: Party | None) -> bool:
    """Whether a party is a French public body, by its SIREN."""
    siren = siren_of(party) if party is not None else None
    return siren is not None and _PUBLIC_SIREN.match(siren) is not None


def is_outside_vat(groups: Sequence[VatBreakdown]) -> bool:
    """Whether all that is billed is outside VAT (O) or exempt by the nature of the activity (CGI art. 261 to 261 E)."""
    return bool(groups) and all(_is_outside(group) for group in groups)


def is_payment_request(process: str | None) -> bool:
    """Whether a business process (BT-23) is a payment request, which is no sale of its own."""
    return process == _PAYMENT_REQUEST


def is_outside_reform(seller: Party | None, buyer: Party | None, groups: Sequence[VatBreakdown]) -> bool:
    """Whether a sale in France is neither exchanged nor reported (G2.32); what is sold to public bodies always is."""
    return is_outside_vat(groups) and not (is_abroad(seller) or is_abroad(buyer) or is_public(buyer))


def treatment_of(seller: Party | None, buyer: Party | None, groups: Iterable[VatBreakdown]) -> Treatment:
    """How the reform treats a sale; a buyer with neither registration nor VAT number is a private person."""
    if is_outside_reform(seller, buyer, tuple(groups)):
        return "OUTOFSCOPE"
    abroad = is_abroad(seller) or is_abroad(buyer)
    if not is_company(buyer):
        return "B2CINT" if abroad else "B2C"
    return "B2BINT" if abroad else "B2B"


def _is_outside(group: VatBreakdown) -> bool:
    if group.category_code == "O":
        return True
    return group.category_code == "E" and (group.exemption_reason_code or "").startswith(_EXEMPT_ACTIVITY)
