"""Drafts: partial, replaced as a whole, judged at any time, and made an invoice once."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import Body
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row, delete, select, update

import einvoice as ei
from einvoice_server import intake
from einvoice_server.api.common import OURS, Client, Here, Id, known, router
from einvoice_server.clock import iso, legal
from einvoice_server.errors import Refused, findings_detail
from einvoice_server.platform import Platform
from einvoice_server.reasons import of_flow
from einvoice_server.tables import client, draft
from einvoice_server.tx import change, insert_once, new_id

__all__ = ["drafts"]

drafts = router("/drafts", "Drafts")
Format = Literal["ubl", "cii", "facturx"]


class DraftData(BaseModel):
    """A draft to be judged, not kept."""

    invoice_data: ei.Draft


class DraftOut(BaseModel):
    """A draft that is kept, and what the library says of it now."""

    draft_id: str = Field(json_schema_extra=OURS)
    is_final: bool
    invoice_id: str | None = None
    created_at: dt.datetime
    updated_at: dt.datetime | None = None
    report: ei.Report


class Finalisation(BaseModel):
    """What the draft becomes."""

    target_format: Format = "ubl"
    number: str | None = Field(
        None, max_length=35, description="a number of your own series; else one of ours is given"
    )


class Finalised(BaseModel):
    """The invoice that the draft has become."""

    draft_id: str
    invoice_id: str
    number: str
    status: Literal["submitted"] = "submitted"
    target_format: Format
    report: ei.Report


_ATTEMPTS = 20  # to take the next number of a series that others take numbers of, too


@drafts.post("", status_code=201, response_model=DraftOut)
def create_draft(here: Here, caller: Client, content: Annotated[ei.Draft, Body()]) -> Any:
    """Keep a draft; it may be partial. What is still wrong with it is told."""
    draft_id = new_id("draft")
    with here.db.write() as tx:
        insert_once(tx, draft, id=draft_id, client_id=caller.client_id, content=_text(content), created=here.now)
        row = _own(tx, caller.client_id, draft_id)
        return _out(here, row)


@drafts.post("/validate-data")
def validate_data(here: Here, _caller: Client, given: Annotated[DraftData, Body()]) -> ei.Report:
    """Judge a draft without keeping it: findings at its fields, with what to do about them."""
    return _judged(here, given.invoice_data)


@drafts.get("/{draft_id}", response_model=ei.Draft, response_model_exclude_none=True)
def get_draft(here: Here, caller: Client, draft_id: Id) -> Any:
    """The draft itself."""
    with here.db.read() as tx:
        return ei.Draft.model_validate_json(_own(tx, caller.client_id, draft_id).content)


@drafts.put("/{draft_id}", response_model=DraftOut)
def replace_draft(here: Here, caller: Client, draft_id: Id, content: Annotated[ei.Draft, Body()]) -> Any:
    """Replace the whole draft; it is judged again."""
    with here.db.write() as tx:
        _open(tx, caller.client_id, draft_id)
        change(tx, draft, draft_id, content=_text(content), updated=here.now)
        return _out(here, _own(tx, caller.client_id, draft_id))


@drafts.delete("/{draft_id}", status_code=204)
def delete_draft(here: Here, caller: Client, draft_id: Id) -> None:
    """Delete a draft for good: its id is not used again."""
    with here.db.write() as tx:
        _open(tx, caller.client_id, draft_id)
        tx.execute(delete(draft).where(draft.c.id == draft_id))


@drafts.post("/{draft_id}/validate", response_model=Finalised, openapi_extra=OURS)
def finalise_draft(
    here: Here, caller: Client, draft_id: Id, wanted: Annotated[Finalisation | None, Body()] = None
) -> Any:
    """Make the draft an invoice: numbered, converted, sent. A faulty one stays a draft: 422 with the findings."""
    how = wanted or Finalisation()
    for _ in range(_ATTEMPTS):
        with here.db.read() as tx:
            row = _open(tx, caller.client_id, draft_id)
            next_number = tx.execute(select(client.c.next_number).where(client.c.id == caller.client_id)).scalar_one()
        content = ei.Draft.model_validate_json(row.content)
        series = how.number is None and content.number is None
        content.finalise(number=_number(here, content, next_number) if series else how.number)
        policy = ei.Policy(date=here.today)
        report = ei.validate(content, policy=policy)
        if report.verdict != "valid":
            raise Refused(
                422, findings_detail(report.findings) or [{"loc": ["body"], "msg": "not judged", "type": "not_run"}]
            )
        data = ei.build(content, how.target_format)
        name = f"{content.number}.{'pdf' if how.target_format == 'facturx' else 'xml'}"
        judged = intake.judge(here, data, name)
        with here.db.write() as tx:
            if row.content != _open(tx, caller.client_id, draft_id).content:
                continue  # replaced meanwhile
            if series and not _take_number(tx, caller.client_id, next_number):
                continue  # another draft took the number: numbers of a series have no gap
            it = intake.Submitted(name, data, judged.syntax)
            made = intake.store(here, tx, caller.client_id, it, judged)
            if made.ack == "Error":  # sent before, or of a company without mandate: it stays a draft
                raise Refused(409, of_flow(made)[-1]["en"])
            change(tx, draft, draft_id, invoice_id=made.id, content=_text(content), updated=here.now)
        here.wake.set()
        return {
            "draft_id": draft_id,
            "invoice_id": made.id,
            "number": content.number,
            "target_format": how.target_format,
            "report": report,
        }
    raise Refused(409, "the draft, or the series of numbers, changed meanwhile: try again")


def _judged(here: Platform, content: ei.Draft) -> ei.Report:
    """The library's report on a draft; one without number is judged whole, and learns that it gets one."""
    return ei.validate(content, policy=ei.Policy(date=here.today))


def _number(here: Platform, content: ei.Draft, number: int) -> str:
    """The number of an invoice in the series of its client: year of issue and count."""
    day = content.issue_date or legal(here.now).date()
    return f"{day.year}-{number:06d}"


def _take_number(tx: Connection, client_id: str, number: int) -> bool:
    taken = update(client).where(client.c.id == client_id, client.c.next_number == number)
    return tx.execute(taken.values(next_number=number + 1)).rowcount == 1


def _text(content: ei.Draft) -> str:
    return content.model_dump_json(exclude_unset=True)


def _out(here: Platform, row: Row[Any]) -> dict[str, Any]:
    return {
        "draft_id": row.id,
        "is_final": row.invoice_id is not None,
        "invoice_id": row.invoice_id,
        "created_at": iso(row.created),
        "updated_at": iso(row.updated) if row.updated is not None else None,
        "report": _judged(here, ei.Draft.model_validate_json(row.content)),
    }


def _own(tx: Connection, client_id: str, draft_id: str) -> Row[Any]:
    return known(tx, draft, "no such draft", id=draft_id, client_id=client_id)


def _open(tx: Connection, client_id: str, draft_id: str) -> Row[Any]:
    row = _own(tx, client_id, draft_id)
    if row.invoice_id is not None:
        raise Refused(409, f"this draft has become invoice {row.invoice_id} and no longer changes")
    return row
