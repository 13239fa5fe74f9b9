"""What happened, told: events that clients poll, flows that they search, calls to their webhooks.

Each is written in the transaction of what caused it, under an id from its content: told twice, it stands once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from einvoice_server import jobs
from einvoice_server.clock import iso
from einvoice_server.platform import Platform
from einvoice_server.reasons import published
from einvoice_server.tables import client, flow, message, webhook
from einvoice_server.tx import change, insert_once, made_id, one, tick
from einvoice_server.words import ObjectType, word_of

__all__ = ["EVENT_TYPES", "acknowledged", "announce", "event_json", "flow_json", "happened", "new_flow"]

EVENT_TYPES: Mapping[str, str] = {
    "webhook.test": "Sent on demand, to see that the receiver works",
    "invoice.created": "An invoice was accepted and is on its way",
    "invoice.received": "An invoice for one of your clients arrived",
    "invoice.status_updated": "Something happened to an invoice",
    "mandate.created": "A mandate was asked for",
    "mandate.activated": "A mandate came into force",
    "mandate.expired": "A mandate ended",
    "mandate.failed": "The directory refused a mandate, or it says what cannot be",
}


def happened(
    platform: Platform,
    tx: Connection,
    client_id: str,
    object_type: ObjectType,
    object_id: str,
    code: str,
    *,
    key: str,
    emitter: str,
    at: int | None = None,
    reason: str | None = None,
    rejection: Sequence[str] = (),
    mandatory: bool = False,
    sha: str | None = None,
) -> bool:
    """Something happened to an object of a client. `key` tells it from all else. Whether that was news."""
    now = platform.now
    event_id = made_id("ev", client_id, object_type, object_id, code, key)
    new = insert_once(
        tx,
        message,
        id=event_id,
        client_id=client_id,
        object_type=object_type,
        object_id=object_id,
        code=code,
        emitter=emitter,
        at=at if at is not None else now,
        reason=reason,
        rejection=json.dumps(list(rejection)),
        mandatory=mandatory,
        sha=sha,
        seq=tick(tx, client_id, now),
    )
    if new and object_type == "invoice" and _hooks(tx, client_id):
        row = one(tx, message, id=event_id)
        announce(platform, tx, client_id, "invoice.status_updated", event_id, event_json(row))
    return new


def event_json(row: Row[Any]) -> dict[str, Any]:
    """An event as the API gives it: the seed's fields, then ours."""
    rejections = json.loads(row.rejection or "[]")
    return {
        "status_code": word_of(row.object_type, row.code),
        "timestamp": iso(row.at),
        "emitter": row.emitter,
        "reason": row.reason,
        "rejection_reason": ", ".join(rejections) or None,
        "is_mandatory": bool(row.mandatory),
        "id": row.id,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "code": row.code,
        "cursor": row.seq,
    }


def announce(
    platform: Platform, tx: Connection, client_id: str, event_type: str, key: str, data: Mapping[str, Any]
) -> None:
    """Promise a call to the sponsor's webhook, where it has one that wants such events."""
    for hook in _hooks(tx, client_id):
        if hook.client_id is not None:
            continue
        events = json.loads(hook.events) if hook.events else None
        if events is not None and event_type not in events:
            continue
        event_id = made_id("evt", hook.id, event_type, key)
        body = {
            "event_id": event_id,
            "event_type": event_type,
            "timestamp": iso(platform.now),
            "sponsor_id": hook.sponsor_id,
            "client_id": client_id,
            "data": data,
        }
        jobs.add(tx, platform.now, "webhook", event_id, webhook=hook.id, body=json.dumps(body))


def new_flow(
    platform: Platform,
    tx: Connection,
    client_id: str,
    *,
    flow_id: str,
    name: str,
    syntax: str,
    kind: str,
    direction: str,
    sha: str,
    profile: str | None = None,
    rule: str = "NotApplicable",
    rule_given: bool = False,
    ack: str = "Ok",
    details: Sequence[Mapping[str, str]] = (),
    tracking_id: str | None = None,
) -> bool:
    """A flow that the client finds from now on. Whether it was new."""
    at = tick(tx, client_id, platform.now)
    new = insert_once(
        tx,
        flow,
        id=flow_id,
        client_id=client_id,
        tracking_id=tracking_id,
        name=name[:255],
        syntax=syntax,
        profile=profile or "Undefined",
        type=kind,
        direction=direction,
        rule=rule,
        rule_given=rule_given,
        ack=ack,
        details=json.dumps(list(details)),
        sha=sha,
        submitted=at,
        updated=at,
    )
    if new:
        _call(platform, tx, client_id, flow_id)
    return new


def acknowledged(
    platform: Platform, tx: Connection, row: Row[Any], ack: str, details: Sequence[Mapping[str, str]], **changes: Any
) -> None:
    """The flow was judged: it appears anew, at the end of what its client searches."""
    at = tick(tx, row.client_id, platform.now)
    values = {"ack": ack, "details": json.dumps(list(details)), "updated": at, **changes}
    change(tx, flow, row.id, **values)
    _call(platform, tx, row.client_id, row.id)


def flow_json(row: Row[Any]) -> dict[str, Any]:
    """A flow as XP Z12-013 gives it."""
    acknowledgement: dict[str, Any] = {"status": row.ack}
    if details := published(row):
        acknowledgement["details"] = details
    found = {
        "flowId": row.id,
        "submittedAt": iso(row.submitted),
        "updatedAt": iso(row.updated),
        "name": row.name,
        "flowSyntax": row.syntax,
        "flowProfile": row.profile,
        "flowType": row.type,
        "flowDirection": row.direction,
        "processingRule": row.rule,
        "processingRuleSource": "Input" if row.rule_given else "Computed",
        "acknowledgement": acknowledgement,
    }
    return found | ({"trackingId": row.tracking_id} if row.tracking_id is not None else {})


def _call(platform: Platform, tx: Connection, client_id: str, flow_id: str) -> None:
    """Promise a call to each webhook of XP Z12-013 that the flow, as it is now, is for."""
    hooks = [hook for hook in _hooks(tx, client_id) if hook.client_id is not None]
    if not hooks:
        return
    row = one(tx, flow, id=flow_id)
    for hook in hooks:
        filters = json.loads(hook.events or "{}")
        if filters.get("flowTypes") and row.type not in filters["flowTypes"]:
            continue
        if filters.get("flowDirection", row.direction) != row.direction or filters.get("ackStatus", row.ack) != row.ack:
            continue
        key = made_id("evt", hook.id, flow_id, str(row.updated))
        jobs.add(tx, platform.now, "webhook", key, webhook=hook.id, body=json.dumps(flow_json(row)))


def _hooks(tx: Connection, client_id: str) -> Sequence[Row[Any]]:
    """The webhooks that a client's events may be for: its sponsor's, and its own."""
    known: dict[str, Sequence[Row[Any]]] = tx.info.setdefault("hooks", {})
    if client_id not in known:
        known[client_id] = tx.execute(_HOOKS, {"of": client_id}).all()
    return known[client_id]


_HOOKS = (  # made once: making a statement costs more than running it
    select(webhook)
    .join(client, client.c.sponsor_id == webhook.c.sponsor_id)
    .where(client.c.id == bindparam("of"), webhook.c.client_id.is_(None) | (webhook.c.client_id == bindparam("of")))
)
