"""The worker: takes jobs, does them outside of any transaction, and writes what came of them in one with their end."""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from einvoice_server import arrivals, intake, jobs, mandate_life, turn, webhooks
from einvoice_server.envelopes import Document, post
from einvoice_server.errors import where_it_broke
from einvoice_server.happenings import happened
from einvoice_server.jobs import Apply, Job, Unreachable
from einvoice_server.lives import life_of, set_status, settled
from einvoice_server.platform import Platform
from einvoice_server.settings import PORTAL
from einvoice_server.tables import duty, flow, invoice
from einvoice_server.tx import change, made_id, one

__all__ = ["Worker", "run_all"]

_log = logging.getLogger("einvoice_server")
_BATCH, _CALLS = 16, 2  # two calls that wait for their answer end before somebody else may have them
_SECOND = 1_000_000

Outcome = Apply | Exception


class Worker:
    """A thread that does what is due; several may run, in one process or in many. `calls`: it calls webhooks only, or
    does all else, so that nothing waits for somebody's program that does not answer; `None`: everything.
    """

    def __init__(self, platform: Platform, *, calls: bool | None = None) -> None:
        self.platform, self._calls = platform, calls
        self.name = secrets.token_hex(6)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"worker-{platform.settings.matricule}", daemon=True)
        self.turns = turn.Turns(platform)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being done, and end."""
        self._stop.set()
        self.platform.wake.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self._calls:
                self._tried(
                    self.turns.take
                )  # what fails there, such as one client's reports, keeps no job from being done
            busy = self._tried(self.once)
            if busy is None:
                self._stop.wait(1)
            elif not busy:
                self.platform.wake.wait(0.25)
                self.platform.wake.clear()

    def _tried(self, work: Callable[[], bool | None]) -> bool | None:
        """What came of it; `None` where it failed: whatever it was, such as a full disk, the jobs are still there."""
        try:
            return bool(work())
        except Exception:  # noqa: BLE001
            # Only where, not what: an exception may quote an invoice, and logs hold none.
            _log.error("worker of platform %s: %s", self.platform.settings.matricule, where_it_broke())
            return None

    def once(self) -> bool:
        """Do the next jobs that are due. Whether there were any."""
        claimed = jobs.claim(self.platform, self.name, _CALLS if self._calls else _BATCH, calls=self._calls)
        if not claimed:
            return False
        outcomes = _HANDLERS[claimed[0].kind](self.platform, claimed)
        good = [
            (job, outcome) for job, outcome in zip(claimed, outcomes, strict=True) if not isinstance(outcome, Exception)
        ]
        try:
            self._finish(good)
        except Exception as error:  # noqa: BLE001 - one job must not keep the others of its batch from their end
            for job, outcome in good:
                self._finish_alone(job, outcome, error)
        bad = [(job, result) for job, result in zip(claimed, outcomes, strict=True) if isinstance(result, Exception)]
        if bad:
            with self.platform.db.write() as tx:
                for job, found in bad:
                    self._failed(tx, job, found)
        return True

    def _finish(self, good: Sequence[tuple[Job, Apply]]) -> None:
        if good:
            with self.platform.db.write() as tx:
                for _, apply in good:
                    apply(tx)
                jobs.done(tx, [job for job, _ in good], self.name)

    def _finish_alone(self, job: Job, apply: Apply, before: Exception) -> None:
        try:
            self._finish([(job, apply)])
        except jobs.LeaseLost:
            _log.info("job %s was done by another worker", job.id)
        except Exception as error:  # noqa: BLE001 - told with the job, which is tried again
            _log.warning("job %s: %s after %s", job.id, type(error).__name__, type(before).__name__)
            with self.platform.db.write() as tx:
                self._failed(tx, job, error)

    def _failed(self, tx: Connection, job: Job, error: Exception) -> None:
        if not isinstance(error, Unreachable):
            _log.warning("job %s failed: %s", job.id, type(error).__name__)
        jobs.failed(tx, job, self.name, error, self.platform.now)


def run_all(platform: Platform) -> None:
    """Take the turn of the clock, and do all that is due now: for tests, which want no threads."""
    worker = Worker(platform)
    worker.turns.take()
    while worker.once():
        pass


def _each(handle: Callable[[Platform, Connection, Job], Apply]) -> Callable[[Platform, Sequence[Job]], list[Outcome]]:
    """A handler of several jobs from one of one job, that may read."""

    def several(platform: Platform, claimed: Sequence[Job]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        with platform.db.read() as tx:
            for job in claimed:
                try:
                    outcomes.append(handle(platform, tx, job))
                except Exception as error:  # noqa: BLE001 - told with the job, which is tried again
                    outcomes.append(error)
        return outcomes

    return several


def _judge(platform: Platform, tx: Connection, job: Job) -> Apply:
    flow_id = job.content["flow"]
    judged = intake.judge(platform, platform.files.get(tx, job.content["sha"]), job.content["name"])

    def apply(tx: Connection) -> None:
        now = tx.execute(select(flow).where(flow.c.id == flow_id).with_for_update()).one()
        intake.apply(platform, tx, now, judged)

    return apply


def _by_peer(
    platform: Platform, found: Iterable[tuple[Job, str | None, Sequence[Document]]]
) -> dict[str, Exception | None]:
    """Send all documents, those of one receiver together. Returns what came of each job, by its id."""
    groups: dict[str | None, list[tuple[Job, Sequence[Document]]]] = {}
    for job, peer, documents in found:
        groups.setdefault(peer, []).append((job, documents))
    outcomes: dict[str, Exception | None] = {}
    for peer, members in groups.items():
        error: Exception | None = None
        try:
            deliver(platform, peer, [document for _, documents in members for document in documents])
        except Unreachable as unreachable:
            error = unreachable
        outcomes |= {job.id: error for job, _ in members}
    return outcomes


def deliver(platform: Platform, peer: str | None, documents: Sequence[Document]) -> None:
    """Documents to another platform, or to ourselves, where both sides are our clients. Raises `Unreachable`."""
    if peer is None:
        raise Unreachable("no platform is known")
    if peer == platform.settings.matricule:
        with platform.db.write() as tx:
            arrivals.accept(platform, tx, peer, documents)
    else:
        post(platform, peer, documents)


def _send(platform: Platform, claimed: Sequence[Job]) -> list[Outcome]:
    found: list[tuple[Job, str | None, list[Document]]] = []
    with platform.db.read() as tx:
        for job in claimed:
            row = one(tx, invoice, id=job.content["invoice"])
            document = Document(row.id, row.name, platform.files.get(tx, row.sha), {"side": "receiver"})
            found.append((job, row.peer, [document]))
    outcomes = _by_peer(platform, found)
    return [outcomes[job.id] or _sent(platform, job) for job in claimed]


def _sent(platform: Platform, job: Job) -> Apply:
    def apply(tx: Connection) -> None:
        row = one(tx, invoice, id=job.content["invoice"])
        set_status(platform, tx, row, life_of(platform, tx, row), "201", at=job.created)
        if row.status == "validated":
            settled(tx, row.id, "processed")

    return apply


def _pass_on(platform: Platform, claimed: Sequence[Job]) -> list[Outcome]:
    found: list[tuple[Job, str | None, list[Document]]] = []
    with platform.db.read() as tx:
        for job in claimed:
            about = {"side": job.content["side"], "status": True}
            documents = [
                Document(made_id("st", sha, job.content["side"]), f"{sha[:12]}.xml", platform.files.get(tx, sha), about)
                for sha in job.content["shas"]
            ]
            found.append((job, job.content["peer"], documents))
    outcomes = _by_peer(platform, found)
    return [outcomes[job.id] or _nothing for job in claimed]


def _nothing(_tx: Connection) -> None:
    """Nothing more is to be written."""


def _portal(platform: Platform, claimed: Sequence[Job]) -> list[Outcome]:
    documents: list[Document] = []
    rows: dict[str, Row[Any]] = {}
    with platform.db.read() as tx:
        for job in claimed:
            row = one(tx, duty, id=job.id.removeprefix("portal:"))
            rows[job.id] = row
            about = json.loads(row.answer) if row.kind == "directory" and row.answer else {}
            documents.append(Document(row.id, row.name, platform.files.get(tx, row.sha), {"kind": row.kind, **about}))
    try:
        answers = {each["id"]: each for each in post(platform, PORTAL, documents)["answers"]}
    except Unreachable as error:
        return [error for _ in claimed]
    return [_answered(platform, rows[job.id], answers.get(rows[job.id].id)) for job in claimed]


def _answered(platform: Platform, row: Row[Any], answer: dict[str, Any] | None) -> Outcome:
    """What the portal said becomes an event of its own; a mandate waits for it."""
    if answer is None:
        return Unreachable("the portal said nothing of it")
    kinds: dict[str, Any] = {
        "status": "lifecycle_status",
        "flux1": "regulatory_data",
        "report": "transaction_data",
        "directory": "directory_entry",
    }
    code, reason, told = answer["code"], answer.get("reason"), answer.get("message")

    def apply(tx: Connection) -> None:
        values = {"done": platform.now, "code": code, "answer": reason}
        change(tx, duty, row.id, **values)
        if not (row.kind == "status" and not answer["refused"]):  # the portal says nothing of a status that it takes
            happened(
                platform,
                tx,
                row.client_id,
                kinds[row.kind],
                row.object_id,
                code,
                key=row.id,
                emitter="PPF",
                reason=reason,
                rejection=answer.get("reasons", ()),
                sha=platform.files.put(tx, told.encode()) if told else None,
            )
        if row.kind == "directory":
            mandate_life.answered(platform, tx, row.object_id, refused=answer["refused"], reason=reason)

    return apply


_HANDLERS: dict[str, Callable[[Platform, Sequence[Job]], list[Outcome]]] = {
    "judge": _each(_judge),
    "send": _send,
    "pass_on": _pass_on,
    "receive": _each(arrivals.handled),
    "status": _each(arrivals.handled),
    "portal": _portal,
    "webhook": _each(webhooks.call),
}
