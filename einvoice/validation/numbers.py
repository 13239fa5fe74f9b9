"""Check digits: what the official rules do not look at, and a mistyped number is most often found by.

    check_numbers(invoice)     # seller.vat_identifier: the key of this VAT number is 88, not 89

SIREN, SIRET and French VAT numbers of every party, and accounts that are written as an IBAN; whether the numbers of a
party name one company, and a VAT number its country. All are warnings: no published rule that has run demands them, and
the numbers are yet wrong.

A member of a single taxable person has the VAT number of the group, which is that of another company.

Sources: identifiers.py (INSEE, CGI art. 286 ter, ISO 13616); DGFiP external specifications v3.2, annex 7, G1.76 and
G1.80 (single taxable person; SIRET in an address).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from einvoice.draft.parties import DIRECTORY, SINGLE_TAXABLE, siren_in
from einvoice.draft.parties import SIREN as SIREN_SCHEME
from einvoice.draft.parties import SIRET as SIRET_SCHEME
from einvoice.identifiers import FRENCH_VAT, IBAN, SIREN, SIRET, Kind
from einvoice.model import Invoice, Party
from einvoice.rulebook import Observation
from einvoice.terms import nearest_number

_PARTIES = tuple(name for name, info in Invoice.model_fields.items() if "Party" in str(info.annotation))
_KINDS = {SIREN_SCHEME: SIREN, SIRET_SCHEME: SIRET}
_LENGTHS = {SIREN_SCHEME: 9, SIRET_SCHEME: 14}
_IN_GROUP = "TXD"  # BT-21 of a note that the seller is a member of a single taxable person
_IBAN_LENGTH = 15  # the shortest
_OF_BR_CO_09 = ("seller", "buyer", "seller_tax_representative")
_COUNTRY = re.compile(r"[^\W_]{2}")  # whether it is one the rules know: UBL's takes a letter and a blank for one


def check_numbers(invoice: Invoice) -> Iterator[Observation]:
    """A warning for each number whose check digits are wrong."""
    in_group = any(note.subject_code == _IN_GROUP for note in invoice.notes)
    for name in _PARTIES:
        party = getattr(invoice, name)
        if party is not None:
            yield from _of_party(party, name)
            yield from _names_one_company(party, name, in_group=in_group and name == "seller")
    for index, means in enumerate(invoice.payment_means):
        account = (means.account_identifier or "").replace(" ", "")
        if account[:2].isalpha() and account[2:4].isdigit() and len(account) >= _IBAN_LENGTH:
            yield from _warning(IBAN, account, f"payment_means[{index}].account_identifier")


def _of_party(party: Party, place: str) -> Iterator[Observation]:
    legal = party.legal_registration_identifier
    if legal is not None and legal.scheme_id in _KINDS:
        yield from _warning(_KINDS[legal.scheme_id], legal.value, f"{place}.legal_registration_identifier.value")
    for index, each in enumerate(party.identifiers):
        if each.scheme_id in _KINDS:
            yield from _warning(_KINDS[each.scheme_id], each.value, f"{place}.identifiers[{index}].value")
    number, field = party.vat_identifier or "", f"{place}.vat_identifier"
    if number.upper().startswith("FR"):
        yield from _warning(FRENCH_VAT, number, field)
    elif number.strip() and place in _OF_BR_CO_09 and not _COUNTRY.match(number):
        term = nearest_number(field) or ""
        yield Observation("EI-ID-03", "warning", "numbers", {"found": number}, term=term, field=field)


def _names_one_company(party: Party, place: str, *, in_group: bool) -> Iterator[Observation]:
    """A warning where the numbers of a party are those of two companies: the first that differs.

    A number with a wrong key names no company: it is told as such.
    """
    if in_group or any(each.scheme_id == SINGLE_TAXABLE for each in party.identifiers):
        return
    told = list(_sirens(party))
    for own, siren in told[1:]:
        if siren != told[0][1] and SIREN.is_valid(siren) and SIREN.is_valid(told[0][1]):
            field = f"{place}.{own}"
            facts = {"found": siren, "expected": told[0][1], "other": f"{place}.{told[0][0]}"}
            term = nearest_number(field) or ""
            yield Observation("EI-ID-02", "warning", "numbers", facts, term=term, field=field)
            return


def _sirens(party: Party) -> Iterator[tuple[str, str]]:
    """Each SIREN that a party tells, with its field: registration, VAT number, establishments, electronic address."""
    legal, address = party.legal_registration_identifier, party.electronic_address
    numbers = [("legal_registration_identifier.value", legal)]
    numbers += [(f"identifiers[{index}].value", each) for index, each in enumerate(party.identifiers)]
    for field, each in numbers:
        length = _LENGTHS.get(each.scheme_id or "") if each else None
        digits = "".join((each.value or "").split()) if each else ""
        if length and len(digits) == length and digits.isdigit():
            yield field, digits[:9]
    if siren := siren_in(party.vat_identifier):
        yield "vat_identifier", siren
    if address is not None and address.scheme_id == DIRECTORY:
        for part in (address.value or "").split("_")[:2]:
            if len(part) in _LENGTHS.values() and part.isdigit():
                yield "electronic_address.value", part[:9]


def _warning(kind: Kind, number: str | None, field: str) -> Iterator[Observation]:
    fault = kind.fault(number) if number else None
    if fault is None:
        return
    said, term = fault.said, nearest_number(field) or ""
    yield Observation("EI-ID-01", "warning", "numbers", said.facts, wording=said.id, term=term, field=field)
