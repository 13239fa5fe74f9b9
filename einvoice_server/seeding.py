"""Fictional sponsors, clients, settings and mandates: what a sandbox begins with. No number here belongs to anybody."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from einvoice_server.api.clients import ClientCreate, new_client
from einvoice_server.api.mandates import Entry, MandateCreate, new_mandates
from einvoice_server.auth import mint, written
from einvoice_server.clock import moment
from einvoice_server.platform import Platform
from einvoice_server.reports import periodicities
from einvoice_server.tables import client, mandate, sponsor, token, unit
from einvoice_server.tx import change, find

__all__ = ["COMPANIES", "Access", "ClientAccess", "is_ready", "seeded"]

_YEAR = 365 * 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Company:
    """A company that does not exist."""

    name: str
    siren: str
    siret: str
    regime: str


@dataclass(frozen=True, slots=True)
class ClientAccess:
    """A client of a platform."""

    client_id: str
    siren: str
    name: str


@dataclass(frozen=True, slots=True)
class Access:
    """What one needs to use a platform; shown once, for only hashes are kept."""

    sponsor_token: str
    client_id: str
    client_secret: str
    clients: tuple[ClientAccess, ...]


COMPANIES: dict[str, tuple[str, str, tuple[Company, ...]]] = {
    "0101": (
        "Éditeur Alpha (exemple)",
        "white",
        (
            Company("VENDEUR EXEMPLE", "100000009", "10000000900017", "real_normal_monthly"),
            Company("NÉGOCE EXEMPLE", "300000007", "30000000700017", "simplified"),
        ),
    ),
    "0102": (
        "Éditeur Bêta (exemple)",
        "grey",
        (
            Company("ACHETEUR EXEMPLE", "200000008", "20000000800017", "real_normal_quarterly"),
            Company("BOUTIQUE EXEMPLE", "400000006", "40000000600017", "franchise"),
        ),
    ),
}


def seeded(platform: Platform) -> Access:
    """The first sponsor of the platform with its clients, made if they are not there; and new tokens."""
    name, label, companies = COMPANIES[platform.settings.matricule]
    with platform.db.write() as tx:
        sponsor_id = f"sponsor_{platform.settings.matricule}"
        if find(tx, sponsor, id=sponsor_id) is None:
            tx.execute(insert(sponsor).values(id=sponsor_id, name=name, label=label))
            for each in companies:
                email = f"compta@{each.siren}.example"
                made = ClientCreate(organization_name=each.name, contact_email=email, external_ref=f"C-{each.siren}")
                client_id = new_client(platform, tx, sponsor_id, made)
                settings = periodicities(each.regime).model_dump_json()  # type: ignore[arg-type] # the table above
                change(tx, client, client_id, settings=settings)
                start = moment(platform.now - _YEAR).replace(hour=0, minute=0, second=0, microsecond=0)
                lines = [
                    Entry(siren=each.siren, name=each.name),
                    Entry(siren=each.siren, name=each.name, siret=each.siret),
                ]
                new_mandates(
                    platform, tx, client_id, [MandateCreate(start_date=start, directory_entry=entry) for entry in lines]
                )
        kept = [find(tx, client, sponsor_id=sponsor_id, external_ref=f"C-{each.siren}") for each in companies]
        clients = tuple(ClientAccess(row.id, row.external_ref[2:], row.name) for row in kept if row is not None)
        tx.execute(delete(token).where(token.c.sponsor_id == sponsor_id, token.c.kind.in_(("sponsor", "oauth"))))
        sponsor_token = written("pa", *mint(tx, "sponsor", sponsor_id))
        oauth_id, oauth_secret = mint(tx, "oauth", sponsor_id, clients[0].client_id)
    return Access(sponsor_token, oauth_id, oauth_secret, clients)


def is_ready(platform: Platform) -> bool:
    """Whether the mandates of the seed are in force, and the companies of all platforms are in the directory."""
    with platform.db.read() as tx:
        waiting = select(mandate.c.id).where(mandate.c.status.in_(("processing", "created"))).limit(1)
        known = tx.execute(select(unit.c.siren)).scalars().all()
        everybody = {each.siren for _, _, companies in COMPANIES.values() for each in companies}
        return everybody.issubset(known) and tx.execute(waiting).first() is None
