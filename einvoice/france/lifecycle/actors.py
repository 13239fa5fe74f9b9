"""Who sets a status and who is told of it: the roles of the exchange, found in the invoice.

A self-billed invoice is issued by the buyer and received by the seller; the money of a credit note flows from seller to
buyer. Platforms stay anonymous to each other.

Sources: XP Z12-012 annex B; BR-FR-CDV V1.4.0 (07, 08, 13, CL-02 to CL-04, CL-07); DGFiP annex 7 (G7.01, G7.17).
"""

from __future__ import annotations

from collections.abc import Iterator

from einvoice.codes import INVOICE_TYPES
from einvoice.draft.parties import french_party, siren_of
from einvoice.france.lifecycle.message import Actor
from einvoice.france.lifecycle.request import Request, fault
from einvoice.france.payments import sign
from einvoice.model import Identifier, Invoice, Party
from einvoice.rulebook import Observation

_SIREN = "0002"
_ROLE_CODES = {"seller": "SE", "buyer": "BY", "payee": "DL", "buyer_agent": "AB", "seller_agent": "SR"}  # UNTDID 3035


def setter_of(request: Request) -> Actor:
    """MDT-36 to 40: who sets the status."""
    return _actor(request.invoice, request.by, address=False)


def recipients(request: Request) -> tuple[Actor, ...]:
    """MDT-55 to 73: who is told."""
    return tuple(_actor(request.invoice, role, address=True) for role in _recipients(request))


def document_issuer(invoice: Invoice) -> Actor:
    """MDT-129 to 132: the seller, whoever made the invoice out (CL-07)."""
    return Actor(identifiers=_identifiers(invoice.seller), role_code="SE")


def actor(party: Party, role_code: str) -> Actor:
    """A party as messages name it."""
    return Actor(
        identifiers=_identifiers(party),
        name=party.name,
        role_code=role_code,
        electronic_address=_address(party),
    )


def party_faults(request: Request) -> Iterator[Observation]:
    """What the invoice does not tell of its parties, and a message must."""
    invoice = request.invoice
    named = [("seller", False), (_field(invoice, request.by), False)]
    named += [(_field(invoice, role), True) for role in _recipients(request)]
    seen: set[tuple[str, bool]] = set()
    for field, address in named:
        if field and (field, address) not in seen:
            seen.add((field, address))
            yield from _faults_of(invoice, field, address=address)


def _faults_of(invoice: Invoice, field: str, *, address: bool) -> Iterator[Observation]:
    party = getattr(invoice, field)
    if party is None:
        yield fault("EI-CDV-74", field, found=field)
    elif not address and not _identifiers(party):
        yield fault("EI-CDV-75", f"{field}.legal_registration_identifier", found=field)
    elif address and _address(party) is None:
        yield fault("EI-CDV-76", f"{field}.electronic_address", found=field)


def _recipients(request: Request) -> tuple[str, ...]:
    """What the receiving platform says to the issuer, it says to the receiver too; nobody writes to himself.

    That an invoice was factored in confidence (226), its issuer tells the factor, if the invoice names one, else the
    platform.
    """
    kind = request.kind
    if kind.sent_to == (request.by,):
        factor = request.invoice.payee
        return ("factor",) if factor and _address(factor) else ("platform",)
    if request.by == "receiving_platform" and kind.sent_to == ("issuer",):
        return ("issuer", "receiver")
    return kind.sent_to


def _field(invoice: Invoice, role: str) -> str:
    """Which party of the invoice has a role in the exchange; "" for a platform."""
    self_billed = invoice.type_code in INVOICE_TYPES["self_billed"]
    credit = sign(invoice) < 0
    if role == "agent":
        return "seller_agent" if invoice.seller_agent and not invoice.buyer_agent else "buyer_agent"
    return {
        "issuer": "buyer" if self_billed else "seller",
        "receiver": "seller" if self_billed else "buyer",
        "payer": "seller" if credit else "buyer",
        "payee": "buyer" if credit else "seller",
        "seller": "seller",
        "buyer": "buyer",
        "factor": "payee",
    }.get(role, "")


def _actor(invoice: Invoice, role: str, *, address: bool) -> Actor:
    field = _field(invoice, role)
    if not field:
        return Actor(role_code="WK")
    made = actor(getattr(invoice, field), _ROLE_CODES[field])
    return made if address else made.model_copy(update={"electronic_address": None})


def _identifiers(party: Party | None) -> tuple[Identifier, ...]:
    """The SIREN, or else the first identifier whose scheme is told: legal registration, then any other."""
    known = french_party(party)
    if known is None:
        return ()
    siren = siren_of(known)
    if siren is not None:
        return (Identifier(value=siren, scheme_id=_SIREN),)
    stated = [each for each in (known.legal_registration_identifier, *known.identifiers) if each is not None]
    return tuple(each for each in stated if each.scheme_id and each.value)[:1]


def _address(party: Party) -> Identifier | None:
    """The electronic address that the invoice tells; a SIREN alone is no address, though it might be one."""
    stated = party.electronic_address
    if stated is None or not stated.value:
        return None
    known = french_party(party)
    return known.electronic_address if known else stated
