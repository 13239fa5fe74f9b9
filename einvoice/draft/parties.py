"""French parties: what their SIREN says of them.

    Party(vat_identifier="FR88100000009", …) → legal registration 0002:100000009, electronic address 0225:100000009

A party is French by its country (France, or an overseas territory that invoices as France) or, where it names none,
by a SIREN; one in Monaco by a SIREN of INSEE. Whether it takes part in the reform is another question
(`einvoice.draft.reform`). The address 0225 of a whole company is its SIREN; who receives elsewhere (an establishment, a
service) says so.

A number is understood as people print it: "200 000 008", or a SIRET where the SIREN is expected. A foreign buyer can be
reached under its VAT number, where that is a scheme of electronic addresses, or by e-mail.

Sources: XP Z12-012 annex A V1.4 (BR-FR-09 to -13, -21 to -23, -32, BR-FR-MAP-14); ISO 6523 (ICD 0002, 0009, 0231); EAS
code list of the European Commission (schemes of VAT numbers).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from einvoice.model import Identifier, Party

SIREN, SIRET, DIRECTORY, SINGLE_TAXABLE, EMAIL = "0002", "0009", "0225", "0231", "EM"

# Where companies have a SIREN and French law says what an invoice mentions: ISO 3166-1 has codes for some of its parts.
# In the first, VAT is French VAT, and the reform counts them as France; the others are international to it.
DOMESTIC = frozenset({"FR", "GP", "MQ", "RE"})
FRENCH_COUNTRIES = DOMESTIC | {"GF", "YT", "BL", "MF", "PM"}
MONACO = "MC"
_OF_MONACO = "000"  # how the numbers begin that Monaco gives itself, in the place of a SIREN in a VAT number

_SCHEMES = """
    AD9922 AL9923 AT9914 BA9924 BE9925 BG9926 CH9927 CY9928 CZ9929 DE9930 EE9931 EL9933 ES9920 FI0213 GB9932 HR9934
    HU9910 IE9935 IT0211 LI9936 LT9937 LU9938 LV9939 ME9941 MK9942 MT9943 NL9944 PL9945 PT9946 RO9947 RS9948 SI9949
    SK9950 SM9951 TR9952
"""
# EAS, by the first two letters of the VAT number, which is the address as it stands
_VAT_SCHEMES = {each[:2]: each[2:] for each in _SCHEMES.split()}
_FRENCH_VAT = re.compile(r"FR[0-9A-HJ-NP-Z]{2}(\d{9})\Z")


def is_french_party(party: Party | None) -> bool:
    """Whether a party is established in France, by its country or, without one, by a SIREN."""
    if party is None:
        return False
    country = country_of(party)
    if country and country != MONACO:
        return country in FRENCH_COUNTRIES
    siren = siren_of(party)
    return siren is not None and not (country == MONACO and siren.startswith(_OF_MONACO))


def country_of(party: Party) -> str | None:
    """The country of the postal address."""
    return party.postal_address.country_code if party.postal_address else None


def siren_of(party: Party) -> str | None:
    """The SIREN that a party states: as such, at the head of a SIRET, or at the end of a French VAT number."""
    legal = party.legal_registration_identifier
    stated = [legal] if legal and legal.scheme_id in {SIREN, SIRET} else []
    stated += [identifier for identifier in party.identifiers if identifier.scheme_id in {SIREN, SIRET}]
    for identifier in stated:
        digits = _digits(identifier)
        if len(digits) == (9 if identifier.scheme_id == SIREN else 14):
            return digits[:9]
    return siren_in(party.vat_identifier)


def siren_in(vat_identifier: str | None) -> str | None:
    """The SIREN at the end of a French VAT number."""
    vat = _FRENCH_VAT.match((vat_identifier or "").replace(" ", ""))
    return vat[1] if vat else None


def french_party(party: Party | None) -> Party | None:
    """A French seller or buyer with its SIREN as legal registration and, as electronic address, its directory entry."""
    if party is None or not is_french_party(party):
        return party
    legal = party.legal_registration_identifier
    digits = _digits(legal) if legal and legal.scheme_id in {None, SIREN, SIRET} else ""
    siren = siren_of(party)
    if siren is None and len(digits) in (9, 14):
        siren = digits[:9]
    if siren is None:
        return party
    filled: dict[str, object] = {}
    if legal is None or digits[:9] == siren or (legal.scheme_id is None and legal.value is None):
        filled["legal_registration_identifier"] = Identifier(value=siren, scheme_id=SIREN)
    if len(digits) == 14 and not any(each.scheme_id == SIRET for each in party.identifiers):
        filled["identifiers"] = (*party.identifiers, Identifier(value=digits, scheme_id=SIRET))
    address = party.electronic_address
    if address is None or address.value is None:
        domestic = country_of(party) in (None, MONACO, *DOMESTIC)
        filled["electronic_address"] = Identifier(value=siren, scheme_id=DIRECTORY if domestic else SIREN)
    elif address.scheme_id is None and address.value.startswith(siren):
        filled["electronic_address"] = address.model_copy(update={"scheme_id": DIRECTORY})
    return party.model_copy(update=filled)


def _digits(identifier: Identifier) -> str:
    """The number without the blanks that people print in it; "" where it is more than digits."""
    digits = "".join((identifier.value or "").split())
    return digits if digits.isascii() and digits.isdigit() else ""


def reachable(party: Party | None) -> Party | None:
    """A party with an electronic address: a foreign one under its VAT number or, failing that, its e-mail address."""
    known = french_party(party)
    if known is None or is_french_party(known) or (known.electronic_address and known.electronic_address.value):
        return known
    vat = "".join((known.vat_identifier or "").split())
    scheme = _VAT_SCHEMES.get(vat[:2].upper())
    email = known.contact.email_address if known.contact else None
    if scheme is None and not email:
        return known
    address = Identifier(value=vat, scheme_id=scheme) if scheme else Identifier(value=email, scheme_id=EMAIL)
    return known.model_copy(update={"electronic_address": address})


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
