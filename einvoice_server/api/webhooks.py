"""Webhooks of a sponsor: one, with a secret that is shown once."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from typing import Annotated, Any

from fastapi import Body
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row, delete, select

from einvoice_server import jobs
from einvoice_server.api.common import OURS, Here, Sponsor, router
from einvoice_server.clock import iso
from einvoice_server.errors import Refused
from einvoice_server.happenings import EVENT_TYPES
from einvoice_server.tables import webhook
from einvoice_server.tx import insert_once, new_id
from einvoice_server.webhooks import check_url

__all__ = ["webhooks_group"]

webhooks_group = router("/webhooks", "Webhooks")


class WebhookCreate(BaseModel):
    """Where to call, and for what."""

    url: str = Field(min_length=1, max_length=500, examples=["https://erp.example/hooks/einvoice"])
    events: list[Annotated[str, Field(max_length=60)]] | None = Field(None, max_length=50, description="none: all")


class WebhookCreated(BaseModel):
    """A webhook, with its secret: the key of its signatures, in hexadecimal, shown this once."""

    webhook_id: str
    url: str
    secret: str
    events: list[str]
    created_at: dt.datetime
    message: str


class WebhookOut(BaseModel):
    """A webhook."""

    webhook_id: str
    url: str
    events: list[str]
    is_active: bool
    created_at: dt.datetime
    last_triggered_at: dt.datetime | None = None


class EventType(BaseModel):
    """An event, with an example of what is sent."""

    event_type: str
    description: str
    example_payload: dict[str, Any]


class EventTypes(BaseModel):
    """All events."""

    event_types: list[EventType]


class Queued(BaseModel):
    """A call that was promised."""

    event_id: str


@webhooks_group.post("", status_code=201, response_model=WebhookCreated)
def create_webhook(here: Here, sponsor: Sponsor, wanted: Annotated[WebhookCreate, Body()]) -> Any:
    """The sponsor's webhook. 409 where there is one."""
    unknown = [each for each in wanted.events or () if each not in EVENT_TYPES]
    if unknown:
        raise Refused(
            422, [{"loc": ["body", "events"], "msg": f"no such event: {', '.join(unknown)}", "type": "event"}]
        )
    check_url(here, wanted.url)
    secret, now = secrets.token_hex(32), here.now
    with here.db.write() as tx:
        if _of(tx, sponsor.sponsor_id) is not None:
            raise Refused(409, "you have a webhook: delete it first")
        hook_id = new_id("wh")
        events = wanted.events or list(EVENT_TYPES)
        values = {"sponsor_id": sponsor.sponsor_id, "url": wanted.url, "secret": secret, "events": json.dumps(events)}
        insert_once(tx, webhook, id=hook_id, created=now, **values)
    return {
        "webhook_id": hook_id,
        "url": wanted.url,
        "secret": secret,
        "events": events,
        "created_at": iso(now),
        "message": "keep the secret: it is not shown again",
    }


@webhooks_group.get("", response_model=WebhookOut)
def get_webhook(here: Here, sponsor: Sponsor) -> Any:
    """The sponsor's webhook, without its secret."""
    with here.db.read() as tx:
        row = _known(tx, sponsor.sponsor_id)
    return {
        "webhook_id": row.id,
        "url": row.url,
        "events": json.loads(row.events),
        "is_active": True,
        "created_at": iso(row.created),
        "last_triggered_at": iso(row.last) if row.last is not None else None,
    }


@webhooks_group.delete("", status_code=204, openapi_extra=OURS)
def delete_webhook(here: Here, sponsor: Sponsor) -> None:
    """Delete the webhook."""
    with here.db.write() as tx:
        tx.execute(delete(webhook).where(webhook.c.id == _known(tx, sponsor.sponsor_id).id))


@webhooks_group.post("/test", status_code=202, response_model=Queued, openapi_extra=OURS)
def test_webhook(here: Here, sponsor: Sponsor) -> Any:
    """Send `webhook.test`."""
    event_id = new_id("evt")
    body = {
        "event_id": event_id,
        "event_type": "webhook.test",
        "timestamp": iso(here.now),
        "sponsor_id": sponsor.sponsor_id,
        "data": {},
    }
    with here.db.write() as tx:
        hook = _known(tx, sponsor.sponsor_id)
        jobs.add(tx, here.now, "webhook", event_id, webhook=hook.id, body=json.dumps(body))
    here.wake.set()
    return {"event_id": event_id}


@webhooks_group.get("/event-types", response_model=EventTypes)
def event_types(sponsor: Sponsor) -> Any:
    """All events, each with an example."""
    return {
        "event_types": [
            {"event_type": name, "description": text, "example_payload": _example(sponsor.sponsor_id, name)}
            for name, text in EVENT_TYPES.items()
        ]
    }


def _example(sponsor_id: str, event_type: str) -> dict[str, Any]:
    about: dict[str, dict[str, Any]] = {
        "invoice": {"invoice_id": "fl_1", "number": "F2026-0001", "status": "validated"},
        "mandate": {"id": "mdt_1", "status": event_type.rpartition(".")[2]},
    }
    return {
        "event_id": "evt_1",
        "event_type": event_type,
        "timestamp": "2026-11-02T09:00:00.000000Z",
        "sponsor_id": sponsor_id,
        "client_id": "client_1",
        "data": about.get(event_type.partition(".")[0], {}),
    }


def _of(tx: Connection, sponsor_id: str) -> Row[Any] | None:
    wanted = (webhook.c.sponsor_id == sponsor_id, webhook.c.client_id.is_(None))
    return tx.execute(select(webhook).where(*wanted)).one_or_none()


def _known(tx: Connection, sponsor_id: str) -> Row[Any]:
    row = _of(tx, sponsor_id)
    if row is None:
        raise Refused(404, "you have no webhook")
    return row
