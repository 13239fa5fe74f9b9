"""Mandates: what a client lets its sponsor do, for one line of the directory each; and the directory itself."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import Body, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from sqlalchemy import Connection, Row, delete, select

from einvoice.france import addresses, mandates
from einvoice_server import mandate_life
from einvoice_server.api.common import OURS, Client, Here, Id, Moment, Name, Siren, known, router
from einvoice_server.errors import Refused, findings_detail
from einvoice_server.holdings import as_mandate, lines_of
from einvoice_server.platform import Platform
from einvoice_server.tables import mandate, unit
from einvoice_server.tx import find, one

__all__ = ["directory_group", "mandates_group", "new_mandates"]

mandates_group = router("/mandates", "Mandates")
directory_group = router("/directory", "Directory")


class Entry(BaseModel):
    """One line of the directory: the scope of a mandate, with what is known of who is behind it."""

    model_config = ConfigDict(extra="forbid")

    siren: str = Field(pattern=r"^[0-9]{9}$", examples=["200000008"])
    name: Name = Field(min_length=1, max_length=255, examples=["ACHETEUR EXEMPLE"])
    siret: str | None = Field(None, pattern=r"^[0-9]{14}$")
    suffix: str | None = Field(None, min_length=1, max_length=100)
    routing_identifier: str | None = Field(None, min_length=1, max_length=100)
    routing_identifier_type: Literal["0224", "0088", "0060", "Internal"] | None = None
    routing_code_label: str | None = Field(None, max_length=100)
    establishment_nature: Literal["Private", "Public"] | None = None
    legal_commitment_management: StrictBool | None = None
    administrative_status: str | None = Field(None, max_length=20)
    addressable: StrictBool | None = None
    address: str | dict[str, str] | None = None
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None


class MandateCreate(BaseModel):
    """A mandate that is asked for."""

    model_config = ConfigDict(extra="forbid")

    start_date: Moment = Field(examples=["2026-09-01T00:00:00Z"])
    end_date: Moment | None = None
    directory_entry: Entry


class MandateBatch(BaseModel):
    """Several mandates of one client: all or none."""

    mandates: list[MandateCreate] = Field(min_length=1, max_length=1000)


class MandateOut(BaseModel):
    """A mandate."""

    id: str
    client_id: str
    start_date: dt.datetime
    end_date: dt.datetime | None = None
    file_attachment: str | None = None
    status: mandates.MandateStatus
    directory_entry: Entry
    created_at: dt.datetime
    updated_at: dt.datetime | None = None
    smp_recipient_status: str | None = None
    error_cause: str | None = None
    designated_platform: str = Field(
        description="whom the client designates: its sponsor (white label) or the platform itself (grey label)",
        json_schema_extra=OURS,
    )


@mandates_group.get("", response_model=list[MandateOut])
def list_mandates(
    here: Here, caller: Client, status_filter: Annotated[mandates.MandateStatus | None, Query()] = None
) -> Any:
    """The client's mandates."""
    wanted = select(mandate).where(mandate.c.client_id == caller.client_id).order_by(mandate.c.created)
    with here.db.read() as tx:
        rows = tx.execute(wanted.where(mandate.c.status == status_filter) if status_filter else wanted).all()
        return [mandate_life.mandate_json(here, tx, row) for row in rows]


@mandates_group.post("", status_code=201, response_model=MandateOut)
def create_mandate(here: Here, caller: Client, wanted: Annotated[MandateCreate, Body()]) -> Any:
    """A mandate and its line of the directory; which identifiers are given decides its scope."""
    with here.db.write() as tx:
        return new_mandates(here, tx, caller.client_id, [wanted])[0]


@mandates_group.post("/batch", status_code=201, response_model=list[MandateOut])
def create_batch(here: Here, caller: Client, wanted: Annotated[MandateBatch, Body()]) -> Any:
    """Several mandates: if one fails, there is none."""
    with here.db.write() as tx:
        return new_mandates(here, tx, caller.client_id, wanted.mandates)


def new_mandates(
    here: Platform, tx: Connection, client_id: str, asked: Sequence[MandateCreate]
) -> list[dict[str, Any]]:
    """The mandates, or the reasons why none of them."""
    made = []
    for number, each in enumerate(asked):
        wanted = mandates.MandateCreate.model_validate(each.model_dump(exclude_none=True))
        place = ("body", "mandates", number) if len(asked) > 1 else ("body",)
        faults = findings_detail(mandates.check(wanted), place)
        if not faults and _is_taken(tx, client_id, wanted):
            said = f"there is a mandate for {wanted.scope} at that time"
            faults = [{"loc": [*place, "directory_entry"], "msg": said, "type": "mandate"}]
        if faults:
            raise Refused(422, faults)
        mandate_id = mandate_life.created(here, tx, client_id, wanted)
        made.append(mandate_life.mandate_json(here, tx, one(tx, mandate, id=mandate_id)))
    return made


def _is_taken(tx: Connection, client_id: str, wanted: mandates.MandateCreate) -> bool:
    """Whether there is a mandate for that line at that time: of two, who would receive?"""
    rows = tx.execute(select(mandate).where(mandate.c.siren == wanted.directory_entry.siren))
    new = mandates.Mandate.model_validate(
        {**wanted.model_dump(), "client_id": client_id, "status": "processing", "created_at": wanted.start_date}
    )
    return any(new in (pair.first, pair.second) for pair in mandates.overlaps((*map(as_mandate, rows), new)))


@mandates_group.get("/directory/{siren}", response_model=list[Entry])
def entries_of_siren(here: Here, caller: Client, siren: Siren) -> Any:
    """All lines that the client has mandates for in that company."""
    wanted = select(mandate.c.content).where(mandate.c.client_id == caller.client_id, mandate.c.siren == siren)
    with here.db.read() as tx:
        found = [json.loads(row.content)["directory_entry"] for row in tx.execute(wanted.order_by(mandate.c.created))]
    if not found:
        raise Refused(404, "no line of that company is yours")
    return found


@mandates_group.get("/{mandate_id}", response_model=MandateOut)
def get_mandate(here: Here, caller: Client, mandate_id: Id) -> Any:
    """One mandate."""
    with here.db.read() as tx:
        return mandate_life.mandate_json(here, tx, _own(tx, caller.client_id, mandate_id))


@mandates_group.delete("/{mandate_id}", status_code=204)
def revoke_mandate(here: Here, caller: Client, mandate_id: Id) -> None:
    """Revoke a mandate for good. Its line of the directory stays; what goes is the right to act for it."""
    with here.db.write() as tx:
        _own(tx, caller.client_id, mandate_id)
        tx.execute(delete(mandate).where(mandate.c.id == mandate_id))


def _own(tx: Connection, client_id: str, mandate_id: str) -> Row[Any]:
    return known(tx, mandate, "no such mandate", id=mandate_id, client_id=client_id)


@directory_group.get("/{siren}", response_model=Entry)
def directory_entry(here: Here, caller: Client, siren: Siren) -> Any:
    """What the directory says of a company: its own line, or else the first one."""
    _ = caller
    with here.db.read() as tx:
        lines = lines_of(tx, siren)
        known = find(tx, unit, siren=siren)
    if not lines and known is None:
        raise Refused(404, "the directory does not know this company")
    own = next((each for each in lines if each.address.grain == "siren"), lines[0] if lines else None)
    address = own.address if own else addresses.ElectronicAddress(siren=siren)
    return {
        "siren": siren,
        "name": (known.name if known else None) or siren,
        "siret": address.siret,
        "suffix": address.suffix,
        "routing_identifier": address.routing_identifier,
        "routing_identifier_type": "0224" if address.routing_identifier else None,
        "establishment_nature": known.nature if known else None,
        "addressable": any(each.accepts(here.today) for each in lines),
    }
