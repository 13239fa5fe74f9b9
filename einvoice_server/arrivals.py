"""What other platforms send: kept first and answered, then looked at, delivered to a client, or sent back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

import einvoice as ei
from einvoice.france import lifecycle
from einvoice_server import intake, jobs
from einvoice_server.clock import legal
from einvoice_server.envelopes import Document
from einvoice_server.happenings import new_flow
from einvoice_server.holdings import client_for
from einvoice_server.jobs import Apply, Job
from einvoice_server.lives import flow_kind, life_of, pass_on, said_in, set_status, settled, tell
from einvoice_server.platform import Platform
from einvoice_server.reasons import of_report
from einvoice_server.tables import invoice
from einvoice_server.tx import made_id

__all__ = ["accept", "handled"]

_log = logging.getLogger("einvoice_server")


def accept(platform: Platform, tx: Connection, sender: str, documents: Sequence[Document]) -> None:
    """Keep what another platform sent, and promise to look at it."""
    for each in documents:
        sha = platform.files.put(tx, each.data)
        side = each.about.get("side", "receiver")
        kind = "status" if each.about.get("status") else "receive"
        what = {"sender": sender, "document": each.id, "sha": sha, "name": each.name, "side": side}
        jobs.add(tx, platform.now, kind, f"{sender}/{each.id}", **what)


def handled(platform: Platform, tx: Connection, job: Job) -> Apply:
    """A job that `accept` promised: what is to be written of a document that arrived."""
    data = platform.files.get(tx, job.content["sha"])
    if job.kind == "receive":
        judged = intake.judge(platform, data, job.content["name"], "receiving")
        if isinstance(judged.content, ei.Invoice):
            return lambda tx: _invoice(platform, tx, job, judged, judged.content)
    else:
        found = _message(platform, tx, job.content["sha"])
        if found is not None:
            return lambda tx: _status(platform, tx, job, found, data)
    _log.warning("platform %s sent what cannot be read as %s", job.content["sender"], job.kind)
    return lambda _: None


def _message(platform: Platform, tx: Connection, sha: str) -> lifecycle.LifecycleMessage | None:
    try:
        found = said_in(platform, tx, sha)
    except ei.EInvoiceError:
        return None
    return found if isinstance(found, lifecycle.LifecycleMessage) else None


def _invoice(platform: Platform, tx: Connection, job: Job, judged: intake.Judged, found: ei.Invoice) -> None:
    """An invoice from another platform: to the client whose mandate covers its address, or back with the reason."""
    sender, at = job.content["sender"], job.created
    client_id = client_for(tx, found, at)
    flow_id = made_id("fl", sender, job.content["document"])
    if client_id is None:
        _return(platform, tx, sender, found, at, "221", {"reasons": ("ROUTAGE_ERR",)})
        return
    if judged.report.verdict == "invalid":
        first = next(each.message for each in judged.report.findings if each.severity == "error")
        what = {"by": "receiving_platform", "reasons": ("REJ_SEMAN",), "comment": first}
        _return(platform, tx, sender, found, at, "213", what)
        return
    sha = job.content["sha"]
    kind, name = flow_kind(found, "in"), job.content["name"]
    row = _Arrived(flow_id, client_id, sha, name, at)
    made = intake.receive_invoice(platform, tx, row, judged, found, sender)
    if made is None:
        same = tx.execute(select(invoice.c.id).where(invoice.c.id == flow_id)).first()
        if same is None:
            _return(platform, tx, sender, found, at, "213", {"by": "receiving_platform", "reasons": ("DOUBLON",)})
        return
    profile = judged.report.profile or ""
    new_flow(
        platform,
        tx,
        client_id,
        flow_id=flow_id,
        name=name,
        syntax=judged.syntax,
        kind=kind,
        direction="In",
        sha=sha,
        profile={"extended-ctc-fr": "Extended-CTC-FR", "en16931": "CIUS"}.get(profile),
        rule="B2B",
        details=of_report(judged.report),
    )
    life = lifecycle.Lifecycle(found)
    shas = []
    for code in ("202", "203"):
        life = set_status(platform, tx, made, life, code, at=at, show=False)
        shas.append(platform.files.put(tx, lifecycle.write(life.messages[-1])))
    settled(tx, flow_id, "processed")
    pass_on(platform, tx, made, shas, "issuer")


@dataclass(frozen=True, slots=True)
class _Arrived:
    """What an invoice that arrived has in common with a flow that a client hands in."""

    id: str
    client_id: str
    sha: str
    name: str
    submitted: int


def _return(
    platform: Platform, tx: Connection, sender: str, found: ei.Invoice, at: int, code: str, what: dict[str, Any]
) -> None:
    """Tell the issuer's platform why its invoice was not taken; one that says too little for that is dropped."""
    try:
        told = lifecycle.status(found, code, at=legal(at), received_at=legal(at), **what)
    except ei.Unwritable as error:
        _log.warning("an invoice from platform %s cannot be answered: %s", sender, error)
        return
    sha = platform.files.put(tx, lifecycle.write(told))
    jobs.add(tx, platform.now, "pass_on", made_id("pass", sender, sha), peer=sender, side="issuer", shas=[sha])


def _status(platform: Platform, tx: Connection, job: Job, told: lifecycle.LifecycleMessage, data: bytes) -> None:
    direction = "out" if job.content["side"] == "issuer" else "in"
    row = intake.find_invoice(tx, told, invoice.c.direction == direction)
    if row is None:
        _log.warning("a status from platform %s is about no invoice here", job.content["sender"])
        return
    life = life_of(platform, tx, row)
    tell(platform, tx, row, life, told, data, ours=False)
    if direction == "out" and told.subject and told.subject.status_code in ("213", "221"):
        settled(tx, row.id, "rejected")
