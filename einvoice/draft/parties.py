"""French parties: what their SIREN says of them.

    Party(vat_identifier="FR88100000009", …) → legal registration 0002:100000009, electronic address 0225:100000009

A party is French by its country (France, or an overseas territory that invoices as France) or, where it names none,
by a SIREN. The address 0225 of a whole company is its SIREN; who receives elsewhere (an establishment, a service)
says so.

Sources: XP Z12-012 annex A V1.4 (BR-FR-09 to -13, -21 to -23, -32, BR-FR-MAP-14); ISO 6523 (ICD 0002, 0009, 0231).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from einvoice.model import Identifier, Party

SIREN, SIRET, DIRECTORY, SINGLE_TAXABLE = "0002", "0009", "0225", "0231"

_FRENCH_COUNTRIES = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM"})
_FRENCH_VAT = re.compile(r"FR[0-9A-HJ-NP-Z]{2}(\d{9})\Z")


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
