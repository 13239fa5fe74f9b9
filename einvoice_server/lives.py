"""The life of an invoice on this platform: statuses made, told to the parties, and owed to the portal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

import einvoice as ei
from einvoice.france import flux1, lifecycle
from einvoice_server import jobs
from einvoice_server.clock import from_legal, legal
from einvoice_server.duties import owe
from einvoice_server.files import SMALL, Recent
from einvoice_server.happenings import happened, new_flow
from einvoice_server.holdings import issuer_of, siren_of
from einvoice_server.platform import Platform
from einvoice_server.tables import invoice, message
from einvoice_server.tx import change, made_id, next_of
from einvoice_server.words import emitter_of

__all__ = ["flow_kind", "life_of", "pass_on", "remember", "said_in", "set_status", "settled", "tell"]


_TOLD = (
    select(message.c.sha)
    .where(message.c.object_id == bindparam("invoice"), message.c.object_type == "invoice", message.c.sha.is_not(None))
    .order_by(message.c.seq)
)


_SAID: Recent[Any] = Recent()


def said_in(platform: Platform, tx: Connection, sha: str) -> Any:
    """What a file says; the last ones are remembered, for an invoice and its first statuses come close together."""
    known = _SAID.get(sha)
    if known is None:
        data = platform.files.get(tx, sha)
        known = ei.parse(data)
        remember(sha, known, data)
    return known


def remember(sha: str, content: Any, data: bytes) -> None:
    """That is what a file says, as somebody knows who has read or written it; nobody keeps large ones in memory."""
    if len(data) <= SMALL:
        _SAID.keep(sha, content)


def life_of(platform: Platform, tx: Connection, row: Row[Any]) -> lifecycle.Lifecycle:
    """What is known of an invoice: it and all messages about it."""
    found = said_in(platform, tx, row.sha)
    life = lifecycle.Lifecycle(found if isinstance(found, ei.Invoice) else None)
    for each in tx.execute(_TOLD, {"invoice": row.id}):
        read = said_in(platform, tx, each.sha)
        if isinstance(read, lifecycle.LifecycleMessage):
            life = life.with_message(read)
    return life


def set_status(
    platform: Platform,
    tx: Connection,
    row: Row[Any],
    life: lifecycle.Lifecycle,
    code: str,
    *,
    at: int,
    what: dict[str, Any] | None = None,
    show: bool = True,
) -> lifecycle.Lifecycle:
    """Set a status of an invoice: tell its client, and note what the portal must know.

    Raises `Unwritable` where the status may not be told so.
    """
    made = lifecycle.status(_known(life), code, at=legal(at), received_at=legal(row.at), **(what or {}))
    return tell(platform, tx, row, life, made, lifecycle.write(made), ours=True, show=show)


def tell(
    platform: Platform,
    tx: Connection,
    row: Row[Any],
    life: lifecycle.Lifecycle,
    told: lifecycle.LifecycleMessage,
    data: bytes,
    *,
    ours: bool,
    show: bool = True,
) -> lifecycle.Lifecycle:
    """A message about an invoice, ours or another's, becomes an event and a flow of the client; ours may be duties."""
    after = life.with_message(told)
    event = next((each for each in reversed(after.events) if each.id == told.identifier), None)
    if event is None:
        return after
    sha = platform.files.put(tx, data)
    remember(sha, told, data)
    new = happened(
        platform,
        tx,
        row.client_id,
        "invoice",
        row.id,
        event.status_code,
        key=event.id,
        emitter=emitter_of(event.status_code, event.emitter),
        at=from_legal(event.timestamp),
        reason=event.reason,
        rejection=event.rejection_reasons,
        mandatory=event.is_mandatory,
        sha=sha,
    )
    if not new:
        return after
    if show:
        new_flow(
            platform,
            tx,
            row.client_id,
            flow_id=made_id("fl", row.client_id, row.id, event.id),
            name=f"{told.name or event.id}.xml",
            syntax="CDAR",
            kind=f"{flow_kind(life.invoice, row.direction)}LC",
            direction="In",
            sha=sha,
        )
    if ours:
        _owe(platform, tx, row, after, event)
    return after


def flow_kind(found: ei.Invoice | None, direction: str) -> str:
    """Customer's or supplier's invoice, from the client's place: a self-billed one goes the other way."""
    issued_by_seller = found is None or issuer_of(found) == siren_of(found.seller)
    return "CustomerInvoice" if (direction == "out") == issued_by_seller else "SupplierInvoice"


def pass_on(platform: Platform, tx: Connection, row: Row[Any], shas: Sequence[str], side: str) -> None:
    """Promise that the other platform is told: its client is the issuer or the receiver."""
    key = made_id("pass", row.id, *shas)
    jobs.add(tx, platform.now, "pass_on", key, peer=row.peer, side=side, shas=list(shas))


def _known(life: lifecycle.Lifecycle) -> ei.Invoice:
    if life.invoice is None:
        raise ei.Unrecognised("this is no invoice")
    return life.invoice


def _owe(platform: Platform, tx: Connection, row: Row[Any], life: lifecycle.Lifecycle, event: lifecycle.Event) -> None:
    """Note what the portal must be told of an event, and promise that it will be."""
    for owed in (each for each in life.duties if each.event.id == event.id):
        name, data = _content(platform, tx, life, owed)
        owe(
            platform,
            tx,
            row.client_id,
            row.id,
            owed.content,
            key=event.id,
            name=name,
            data=data,
            deadline=from_legal(owed.deadline),
            answer=None if data else name,
        )


def _content(platform: Platform, tx: Connection, life: lifecycle.Lifecycle, owed: lifecycle.Duty) -> tuple[str, bytes]:
    """What the portal is told: a name, and the file; or why there is none, and nothing."""
    if owed.content == "flux1":
        found = _known(life)
        try:
            return flux1.file_name(str(found.number), "base"), flux1.extract(found, "ubl")
        except ei.Unwritable as error:
            return str(error), b""
    settings = platform.settings
    sender = lifecycle.Platform(settings.matricule, settings.name, settings.application)
    told = next(each for each in life.messages if each.identifier == owed.event.id)
    number = next_of(tx, "ppf_copy")
    copy = lifecycle.ppf_copy(told, platform=sender, number=f"{number:019d}")
    return f"{copy.identifier}.xml", lifecycle.write(copy)


def settled(tx: Connection, invoice_id: str, status: str) -> None:
    """The invoice has come that far, in the seed's five words."""
    change(tx, invoice, invoice_id, status=status)
