"""Clients: companies, or departments of companies, that use the sponsor's software; and their onboarding."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from typing import Annotated, Any, Literal

from fastapi import Body, Query
from pydantic import BaseModel, Field, StrictBool
from sqlalchemy import Connection, Row, delete, exists, insert, select

from einvoice_server import mandate_life
from einvoice_server.api.common import OURS, Here, Id, Name, Sponsor, known, router
from einvoice_server.auth import hashed
from einvoice_server.clock import iso
from einvoice_server.errors import Refused
from einvoice_server.holdings import designated
from einvoice_server.platform import Platform
from einvoice_server.tables import client, duty, invoice, mandate, onboarding, record
from einvoice_server.tx import change, find, insert_once, new_id, one

__all__ = ["clients", "link_of", "new_client", "play_step"]

clients = router("/clients", "Clients")
_LIFETIME = 7 * 24 * 3600 * 1_000_000
Status = Literal["active", "inactive", "pending", "suspended"]


class ClientCreate(BaseModel):
    """A client to be."""

    organization_name: Name = Field(min_length=1, max_length=255, examples=["ACHETEUR EXEMPLE"])
    contact_email: str = Field(max_length=255, examples=["compta@acheteur.example"])
    external_ref: str = Field(
        min_length=1, max_length=100, description="your own name for it, given once", examples=["C-42"]
    )


class ClientOut(BaseModel):
    """A client."""

    client_id: str
    organization_name: str
    contact_email: str
    external_ref: str
    sponsor_id: str
    status: Status
    created_at: dt.datetime
    updated_at: dt.datetime | None = None


class LinkRequest(BaseModel):
    """What a client is to do when it follows its link."""

    client_id: str = Field(json_schema_extra=OURS)
    include_kyc: StrictBool = False
    include_signature: StrictBool = False


class Link(BaseModel):
    """A link for one client, for a week."""

    url: str = Field(json_schema_extra=OURS)
    client_id: str
    expires_at: dt.datetime
    designated_platform: str = Field(
        description="who welcomes the client: its sponsor (white label) or the platform (grey label)",
        json_schema_extra=OURS,
    )


class LinkStatus(BaseModel):
    """How far a client has come."""

    client_id: str
    include_kyc: bool
    include_signature: bool
    kyc_completed: bool
    signature_completed: bool
    completed: bool
    expired: bool
    expires_at: dt.datetime


class StatusChange(BaseModel):
    """What a client is to be from now on."""

    status: Literal["active", "suspended", "inactive"]


def _out(row: Row[Any]) -> dict[str, Any]:
    return {
        "client_id": row.id,
        "organization_name": row.name,
        "contact_email": row.email,
        "external_ref": row.external_ref,
        "sponsor_id": row.sponsor_id,
        "status": row.status,
        "created_at": iso(row.created),
        "updated_at": iso(row.updated) if row.updated is not None else None,
    }


def _own(tx: Connection, sponsor_id: str, client_id: str) -> Row[Any]:
    return known(tx, client, "no such client", id=client_id, sponsor_id=sponsor_id)


@clients.get("", response_model=list[ClientOut] | ClientOut)
def list_clients(
    here: Here, sponsor: Sponsor, external_ref: Annotated[str | None, Query(max_length=100)] = None
) -> Any:
    """All clients; or, by `external_ref`, one."""
    wanted = select(client).where(client.c.sponsor_id == sponsor.sponsor_id).order_by(client.c.created)
    with here.db.read() as tx:
        if external_ref is None:
            return [_out(row) for row in tx.execute(wanted)]
        row = tx.execute(wanted.where(client.c.external_ref == external_ref)).one_or_none()
    if row is None:
        raise Refused(404, "no client of that reference")
    return _out(row)


@clients.post("", status_code=201, response_model=ClientOut)
def create_client(here: Here, sponsor: Sponsor, wanted: Annotated[ClientCreate, Body()]) -> Any:
    """A new client. 409 where you have one of that `external_ref`."""
    with here.db.write() as tx:
        client_id = new_client(here, tx, sponsor.sponsor_id, wanted)
        return _out(_own(tx, sponsor.sponsor_id, client_id))


def new_client(here: Platform, tx: Connection, sponsor_id: str, wanted: ClientCreate) -> str:
    """A client, pending until it has an active mandate."""
    client_id = new_id("client")
    made = insert_once(
        tx,
        client,
        id=client_id,
        sponsor_id=sponsor_id,
        external_ref=wanted.external_ref,
        name=wanted.organization_name,
        email=wanted.contact_email,
        status="pending",
        created=here.now,
        tick=0,
        next_number=1,
    )
    if not made:
        raise Refused(409, "you have a client of that external_ref")
    return client_id


@clients.post("/onboarding-link", status_code=201, response_model=Link)
def create_link(here: Here, sponsor: Sponsor, wanted: Annotated[LinkRequest, Body()]) -> Any:
    """A link that one client follows to be identified (KYC) and to sign its mandate; the last one made counts."""
    secret = secrets.token_urlsafe(24)
    link_id, now = new_id("link"), here.now
    with here.db.write() as tx:
        _own(tx, sponsor.sponsor_id, wanted.client_id)
        tx.execute(delete(onboarding).where(onboarding.c.client_id == wanted.client_id))
        values = {
            **wanted.model_dump(),
            "id": link_id,
            "hash": hashed(secret),
            "created": now,
            "expires": now + _LIFETIME,
        }
        tx.execute(insert(onboarding).values(**values))
        name = designated(here, tx, wanted.client_id)
    url = f"{here.settings.url}/onboarding/{link_id}/{secret}"
    expires = iso(now + _LIFETIME)
    return {"url": url, "client_id": wanted.client_id, "expires_at": expires, "designated_platform": name}


@clients.get("/onboarding-link/status", response_model=LinkStatus)
def link_status(
    here: Here, sponsor: Sponsor, client_id: Annotated[str, Query(max_length=80, json_schema_extra=OURS)]
) -> Any:
    """Whether the client has followed its link, and what it did there."""
    with here.db.read() as tx:
        _own(tx, sponsor.sponsor_id, client_id)
        row = find(tx, onboarding, client_id=client_id)
    if row is None:
        raise Refused(404, "this client has no link")
    return {
        "client_id": client_id,
        "include_kyc": row.include_kyc,
        "include_signature": row.include_signature,
        "kyc_completed": row.kyc_done is not None,
        "signature_completed": row.signed is not None,
        "completed": _complete(row),
        "expired": row.expires < here.now,
        "expires_at": iso(row.expires),
    }


@clients.get("/{client_id}", response_model=ClientOut)
def get_client(here: Here, sponsor: Sponsor, client_id: Id) -> Any:
    """One client."""
    with here.db.read() as tx:
        return _out(_own(tx, sponsor.sponsor_id, client_id))


@clients.put("/{client_id}/status", response_model=ClientOut, openapi_extra=OURS)
def change_status(here: Here, sponsor: Sponsor, client_id: Id, wanted: Annotated[StatusChange, Body()]) -> Any:
    """Suspend a client, which then sends nothing, or let it go on."""
    with here.db.write() as tx:
        _own(tx, sponsor.sponsor_id, client_id)
        change(tx, client, client_id, status=wanted.status, updated=here.now)
        return _out(_own(tx, sponsor.sponsor_id, client_id))


@clients.delete("/{client_id}", status_code=204)
def delete_client(here: Here, sponsor: Sponsor, client_id: Id) -> None:
    """Delete a client that has no mandate: delete these first. One that has invoices stays, for they are kept."""
    with here.db.write() as tx:
        _own(tx, sponsor.sponsor_id, client_id)
        for kept, why in (
            (mandate.c.client_id == client_id, "has mandates: delete these first"),
            (invoice.c.client_id == client_id, "has invoices, which are kept: make it inactive instead"),
            (record.c.client_id == client_id, "has told what is reported: make it inactive instead"),
            ((duty.c.client_id == client_id) & duty.c.done.is_(None), "is known to the portal in a moment: try again"),
        ):
            if tx.execute(select(exists().where(kept))).scalar():
                raise Refused(409, f"this client {why}")
        tx.execute(delete(onboarding).where(onboarding.c.client_id == client_id))
        tx.execute(delete(client).where(client.c.id == client_id))


def _complete(row: Row[Any]) -> bool:
    return (not row.include_kyc or row.kyc_done is not None) and (not row.include_signature or row.signed is not None)


def link_of(here: Platform, tx: Connection, link_id: str, secret: str) -> Row[Any]:
    """A link that is followed. Raises 404 for a wrong or old one."""
    row = find(tx, onboarding, id=link_id)
    if row is None or not hmac.compare_digest(row.hash, hashed(secret)) or row.expires < here.now:
        raise Refused(404, "this link is not known, or is no longer valid")
    return row


def play_step(here: Platform, tx: Connection, row: Row[Any], step: str) -> None:
    """The client was identified, or has signed: a sandbox plays both."""
    column = {"kyc": "kyc_done", "signature": "signed"}.get(step)
    if column is None:
        raise Refused(404, "no such step")
    change(tx, onboarding, row.id, **{column: here.now})
    if _complete(one(tx, onboarding, id=row.id)):
        mandate_life.identified(here, tx, row.client_id)
