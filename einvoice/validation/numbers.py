"""Check digits: what the official rules do not look at, and a mistyped number is most often found by.

    check_numbers(invoice)     # seller.vat_identifier: the key of this VAT number is 88, not 89

SIREN, SIRET and French VAT numbers of every party, and accounts that are written as an IBAN. All are warnings: no
published rule of invoices demands them, and the numbers are yet wrong.

Sources: identifiers.py (INSEE, CGI art. 286 ter, ISO 13616).
"""

from __future__ import annotations

from collections.abc import Iterator

from einvoice.identifiers import FRENCH_VAT, IBAN, SIREN, SIRET, Kind
from einvoice.model import Invoice, Party
from einvoice.rulebook import Observation
from einvoice.terms import nearest_term

_PARTIES = tuple(name for name, info in Invoice.model_fields.items() if "Party" in str(info.annotation))
_KINDS = {"0002": SIREN, "0009": SIRET}  # ISO 6523
_IBAN_LENGTH = 15  # the shortest


def check_numbers(invoice: Invoice) -> Iterator[Observation]:
    """A warning for each number whose check digits are wrong."""
    for name in _PARTIES:
        party = getattr(invoice, name)
        if party is not None:
            yield from _of_party(party, name)
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
    if (party.vat_identifier or "").upper().startswith("FR"):
        yield from _warning(FRENCH_VAT, party.vat_identifier, f"{place}.vat_identifier")


def _warning(kind: Kind, number: str | None, field: str) -> Iterator[Observation]:
    fault = kind.fault(number) if number else None
    if fault is None:
        return
    term = nearest_term(field)
    yield Observation(
        "EI-ID-01",
        "warning",
        "numbers",
        fault.said.facts,
        wording=fault.said.id,
        term=term.id if term else "",
        field=field,
    )
