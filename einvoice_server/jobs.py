"""Work that was promised: rows written with what caused them, claimed for a while, deleted with what came of them.

A worker that dies loses its claim when that runs out, and another does the work. What a job makes has ids from its
content, so that work done twice leaves the same as work done once.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from einvoice_server.platform import Platform
from einvoice_server.tables import job
from einvoice_server.tx import change, insert_later, write_now

__all__ = ["Apply", "Job", "LeaseLost", "Unreachable", "add", "claim", "done", "failed", "resume"]

_SECOND = 1_000_000
_LEASE = 30 * _SECOND
_LONGEST_WAIT = 300
_TRIES = 6  # of work that fails by itself; a receiver that cannot be reached is waited for
_PATIENCE = 7 * 24 * 3600 * _SECOND

# Invoices first, then what is told of them, then the portal, which has to know within a day.
PRIORITIES = {"receive": 0, "send": 1, "judge": 2, "pass_on": 3, "webhook": 4, "status": 5, "portal": 6}


Apply = Callable[[Connection], None]  # what came of a job, written in the transaction that ends it


class Unreachable(Exception):
    """The receiver does not answer, or not now: try again later."""


class LeaseLost(Exception):
    """Another worker has the job: what was made of it is thrown away."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work."""

    id: str
    kind: str
    content: dict[str, Any]
    created: int
    tries: int


def add(tx: Connection, now: int, kind: str, key: str, **content: Any) -> None:
    """Promise work. `key` says which: promised twice, it is done once."""
    insert_later(
        tx,
        job,
        id=f"{kind}:{key}",
        kind=kind,
        content=json.dumps(content),
        priority=PRIORITIES[kind],
        created=now,
        due=now,
        tries=0,
        claimed_until=0,
        parked=False,
    )


def claim(platform: Platform, worker: str, limit: int, *, calls: bool | None = None) -> list[Job]:
    """Jobs of one kind that are due and nobody's, now ours for a while. `calls`: those of webhooks, all but these, or
    any.
    """
    now = platform.now
    with platform.db.read() as tx:  # an idle worker disturbs no writer
        first = tx.execute(_waiting(now, calls=calls).limit(1)).first()
        if first is None:
            return []
    with platform.db.write() as tx:
        alike = _waiting(now, calls=calls).where(
            job.c.kind == first.kind
        )  # so that a batch is full, however mixed the queue is
        rows = tx.execute(alike.limit(limit).with_for_update(skip_locked=True)).all()
        ids = [row.id for row in rows]
        tx.execute(update(job).where(job.c.id.in_(ids)).values(claimed_until=now + _LEASE, claimed_by=worker))
    return [Job(row.id, row.kind, json.loads(row.content), row.created, row.tries) for row in rows]


def _waiting(now: int, *, calls: bool | None) -> Any:
    wanted = [job.c.parked.is_(False), job.c.due <= now, job.c.claimed_until < now]
    if calls is not None:
        wanted.append(job.c.kind == "webhook" if calls else job.c.kind != "webhook")
    return select(job).where(*wanted).order_by(job.c.priority, job.c.due)


def done(tx: Connection, these: Sequence[Job], worker: str) -> None:
    """The jobs are done, with this transaction. Raises `LeaseLost`."""
    ids = [each.id for each in these]
    write_now(tx)  # one that promises itself again ends with this
    if tx.execute(delete(job).where(job.c.id.in_(ids), job.c.claimed_by == worker)).rowcount != len(ids):
        raise LeaseLost(", ".join(ids))


def failed(tx: Connection, it: Job, worker: str, error: Exception, now: int) -> None:
    """The job is tried again later, a little longer each time; one that always fails is parked, for people to see."""
    wait = min(2**it.tries, _LONGEST_WAIT) * (1 + secrets.randbelow(1000) / 2000)
    hopeless = now - it.created > _PATIENCE if isinstance(error, Unreachable) else it.tries + 1 >= _TRIES
    values = {
        "tries": it.tries + 1,
        "due": now + int(wait * _SECOND),
        "claimed_until": 0,
        "parked": hopeless,
        "error": f"{type(error).__name__}: {error}"[:500],
    }
    tx.execute(update(job).where(job.c.id == it.id, job.c.claimed_by == worker).values(**values))


def resume(tx: Connection, now: int, job_id: str) -> None:
    """Try a parked job again."""
    change(tx, job, job_id, parked=False, tries=0, due=now, created=now)
