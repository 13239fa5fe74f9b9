"""What a client holds: mandates and the companies they name, and the mirror of the directory that routes invoices."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

import einvoice as ei
from einvoice.france import addresses, directory, mandates, uniqueness
from einvoice_server.clock import moment
from einvoice_server.platform import Platform
from einvoice_server.tables import client, line, mandate, sponsor
from einvoice_server.tx import one

__all__ = [
    "as_mandate",
    "client_for",
    "companies",
    "designated",
    "holds",
    "issuer_of",
    "key_of",
    "lines_of",
    "route",
    "siren_of",
]


def as_mandate(row: Row[Any]) -> mandates.Mandate:
    """A mandate as the library and the seed know it."""
    return mandates.Mandate.model_validate(
        {
            **json.loads(row.content),
            "id": row.id,
            "client_id": row.client_id,
            "status": row.status,
            "created_at": moment(row.created),
            "updated_at": moment(row.updated) if row.updated is not None else None,
        }
    )


def companies(tx: Connection, client_id: str) -> dict[str, str]:
    """SIREN and name of the companies that the client has a mandate of, the first one first."""
    rows = tx.execute(
        select(mandate)
        .where(mandate.c.client_id == client_id, mandate.c.status == "active")
        .order_by(mandate.c.created)
    )
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row.siren, json.loads(row.content)["directory_entry"]["name"])
    return found


def holds(tx: Connection, client_id: str, siren: str | None) -> bool:
    """Whether the client may act for that company."""
    return siren is not None and tx.execute(_HOLDS, {"client": client_id, "siren": siren}).first() is not None


_HOLDS = (
    select(mandate.c.id)
    .where(mandate.c.client_id == bindparam("client"), mandate.c.siren == bindparam("siren"))
    .where(mandate.c.status == "active")
    .limit(1)
)


def client_for(tx: Connection, invoice: ei.Invoice, now: int) -> str | None:
    """Which of our clients receives an invoice: whose mandate covers its address."""
    address = mandates.receiving_address(invoice)
    if address is None:
        return None
    rows = tx.execute(select(mandate).where(mandate.c.siren == address.siren, mandate.c.status == "active"))
    coverage = mandates.covering(tuple(as_mandate(row) for row in rows), invoice, moment(now))
    return coverage.mandate.client_id if coverage else None


def designated(platform: Platform, tx: Connection, client_id: str) -> str:
    """Whom a client designates as its platform: its sponsor, which has the white label, or us, behind a grey one."""
    who = one(tx, sponsor, id=one(tx, client, id=client_id).sponsor_id)
    return str(who.name) if who.label == "white" else platform.settings.name


def siren_of(party: Any) -> str | None:
    """The SIREN that a party of an invoice states, or else that of its address (BT-34, BT-49)."""
    if party is None:
        return None
    address = addresses.ElectronicAddress.of(party.electronic_address)
    return uniqueness.siren_of(party) or (address.siren if address else None)


def issuer_of(invoice: ei.Invoice) -> str | None:
    """The SIREN of who issues an invoice: the seller, or the buyer of one that is self-billed."""
    seller, buyer = siren_of(invoice.seller), siren_of(invoice.buyer)
    receiver = mandates.receiving_address(invoice)
    return buyer if receiver is not None and receiver.siren == seller != buyer else seller


def key_of(invoice: ei.Invoice) -> str:
    """Seller, number and year: what makes an invoice one and no other (G1.45)."""
    seller = siren_of(invoice.seller) or (invoice.seller.vat_identifier if invoice.seller else None) or ""
    return f"{seller}/{invoice.number}/{invoice.issue_date.year if invoice.issue_date else ''}"


def lines_of(tx: Connection, siren: str) -> tuple[directory.DirectoryLine, ...]:
    """What the directory, as we know it, has of a company."""
    rows = tx.execute(select(line.c.content).where(line.c.siren == siren).order_by(line.c.id))
    return tuple(directory.DirectoryLine.model_validate_json(row.content) for row in rows)


def route(tx: Connection, invoice: ei.Invoice, day: date) -> str | None:
    """The platform that receives an invoice on that day; `None` where none does."""
    address = mandates.receiving_address(invoice)
    if address is None:
        return None
    found = directory.reception(lines_of(tx, address.siren), address, day)
    return found.line.platform if found.reachable and found.line else None
