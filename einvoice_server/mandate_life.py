"""The life of a mandate: asked for, registered in the directory, in force by the clock, over by the clock.

processing ── KYC is still to come ──> pending_kyc
    │  the directory has taken the line (or refuses: error)
    v
 created ── its start is reached ──> active ── its end is reached ──> expired
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, select, update

from einvoice.france import directory, directory_files, mandates
from einvoice_server.clock import iso, legal, micros
from einvoice_server.duties import owe
from einvoice_server.happenings import announce, happened
from einvoice_server.holdings import designated
from einvoice_server.platform import Platform
from einvoice_server.tables import client, mandate, onboarding
from einvoice_server.tx import change, find, insert_once, new_id, one

__all__ = ["answered", "by_the_clock", "created", "identified", "mandate_json"]

_DAY = 24 * 3600 * 1_000_000
_EVENTS = {"active": "mandate.activated", "expired": "mandate.expired", "error": "mandate.failed"}


def created(platform: Platform, tx: Connection, client_id: str, wanted: mandates.MandateCreate) -> str:
    """A mandate that was asked for, and its line of the directory."""
    now = platform.now
    mandate_id = new_id("mdt")
    insert_once(
        tx,
        mandate,
        id=mandate_id,
        client_id=client_id,
        siren=wanted.directory_entry.siren,
        status="processing",
        content=wanted.model_dump_json(exclude_none=True),
        smp_status="pending",
        created=now,
    )
    happened(platform, tx, client_id, "mandate", mandate_id, "CREATED", key="created", emitter="PDP")
    row = one(tx, mandate, id=mandate_id)
    announce(platform, tx, client_id, "mandate.created", mandate_id, mandate_json(platform, tx, row))
    open_link = select(onboarding.c.id).where(
        onboarding.c.client_id == client_id,
        (onboarding.c.include_kyc.is_(True) & onboarding.c.kyc_done.is_(None))
        | (onboarding.c.include_signature.is_(True) & onboarding.c.signed.is_(None)),
    )
    if tx.execute(open_link.limit(1)).first() is not None:
        _become(platform, tx, row, "pending_kyc")
    else:
        _register(platform, tx, row, wanted)
    return mandate_id


def identified(platform: Platform, tx: Connection, client_id: str) -> None:
    """The client is known and has signed: mandates that waited for it go on."""
    waiting = select(mandate).where(mandate.c.client_id == client_id, mandate.c.status == "pending_kyc")
    for row in tx.execute(waiting).all():
        _become(platform, tx, row, "processing")
        _register(platform, tx, row, mandates.MandateCreate.model_validate_json(row.content))


def answered(platform: Platform, tx: Connection, mandate_id: str, *, refused: bool, reason: str | None) -> None:
    """The directory has taken the mandate's line, or refused it."""
    row = find(tx, mandate, id=mandate_id)
    if row is None or row.status != "processing":
        return  # revoked meanwhile, or answered before
    if refused:
        _become(platform, tx, row, "error", error=reason, smp_status="error")
    else:
        _become(platform, tx, row, "created", smp_status="registered")
        by_the_clock(platform, tx)


def by_the_clock(platform: Platform, tx: Connection) -> None:
    """Mandates whose start or end was reached change."""
    now = platform.now
    for row in tx.execute(select(mandate).where(mandate.c.status.in_(("created", "active")))).all():
        wanted = mandates.MandateCreate.model_validate_json(row.content)
        ended = wanted.end_date is not None and micros(wanted.end_date) <= now
        if ended:
            _become(platform, tx, row, "expired")
        elif row.status == "created" and micros(wanted.start_date) <= now:
            _become(platform, tx, row, "active")


def mandate_json(platform: Platform, tx: Connection, row: Row[Any]) -> dict[str, Any]:
    """A mandate as the API gives it."""
    return {
        "id": row.id,
        "client_id": row.client_id,
        "status": row.status,
        "file_attachment": None,
        **json.loads(row.content),
        "created_at": iso(row.created),
        "updated_at": iso(row.updated) if row.updated is not None else None,
        "smp_recipient_status": row.smp_status,
        "error_cause": row.error,
        "designated_platform": designated(platform, tx, row.client_id),
    }


def _become(platform: Platform, tx: Connection, row: Row[Any], status: str, **changes: Any) -> None:
    now = platform.now
    change(tx, mandate, row.id, status=status, updated=now, **changes)
    code = {"active": "ACTIVATED"}.get(status, status.upper())
    reason = changes.get("error")
    happened(platform, tx, row.client_id, "mandate", row.id, code, key=f"{status}{now}", emitter="PDP", reason=reason)
    if status in ("active", "expired"):
        _follow(tx, row.client_id, now)
    if status in _EVENTS:
        changed = one(tx, mandate, id=row.id)
        announce(platform, tx, row.client_id, _EVENTS[status], f"{row.id}{status}", mandate_json(platform, tx, changed))


def _follow(tx: Connection, client_id: str, now: int) -> None:
    """A client is active while one of its mandates is, unless somebody suspended it."""
    active = select(mandate.c.id).where(mandate.c.client_id == client_id, mandate.c.status == "active").limit(1)
    status = "active" if tx.execute(active).first() is not None else "inactive"
    changed = update(client).where(client.c.id == client_id, client.c.status.not_in(("suspended", status)))
    tx.execute(changed.values(status=status, updated=now))


def _register(platform: Platform, tx: Connection, row: Row[Any], wanted: mandates.MandateCreate) -> None:
    """Ask the directory for the mandate's line (F13)."""
    entry = wanted.directory_entry
    end = legal(micros(wanted.end_date)).date() if wanted.end_date else None
    asked = directory.DirectoryLine(
        siren=entry.siren,
        siret=entry.siret,
        routing_identifier=entry.routing_identifier,
        routing_identifier_type="0224" if entry.routing_identifier else None,
        suffix=entry.suffix,
        nature="D",
        start_date=legal(micros(wanted.start_date)).date(),
        end_date=end,
        platform=platform.settings.matricule,
    )
    data = directory_files.write_update(directory_files.DirectoryUpdate(lines=(asked,)))
    # What F13 does not say and the portal learns from the register of companies, which a sandbox has not.
    about = {"siren": entry.siren, "name": entry.name, "nature": entry.establishment_nature or "Private"}
    owe(
        platform,
        tx,
        row.client_id,
        row.id,
        "directory",
        name=f"F13_{row.id}.xml",
        data=data,
        deadline=platform.now + _DAY,
        answer=json.dumps({"unit": about}),
    )
