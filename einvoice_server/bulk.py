"""Bulk work through the library and any executor: an archive validated again, a month's reports of all clients.

    for found in revalidated(platform, executor=cluster.get_executor(), jobs=16):
        print(found.number, found.before, found.report.verdict)

    for client_id, filings in filings_of_all(platform, 2026, executor=processes):
        ...

Both read the database here and send only documents and books, so that a worker of a cluster needs nothing but the
library. At most some dozens of documents are held at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

import einvoice as ei
from einvoice.france import ereporting
from einvoice_server.platform import Platform
from einvoice_server.reports import reportings_for
from einvoice_server.tables import client, flow, invoice

__all__ = ["Revalidated", "filings_of_all", "revalidated"]

_AHEAD = 8  # clients whose books are at work or wait


@dataclass(frozen=True, slots=True)
class Revalidated:
    """An invoice of the archive, what was said of it when it came, and what is said today."""

    invoice_id: str
    number: str
    before: str  # the acknowledgement of its flow: Ok, Error, Pending
    report: ei.DocumentReport

    @property
    def changed(self) -> bool:
        """Whether the invoice would get another answer today."""
        return (self.before == "Ok") != (self.report.verdict == "valid")


def revalidated(
    platform: Platform, *, policy: ei.Policy | None = None, executor: Executor | None = None, jobs: int | None = None
) -> Iterator[Revalidated]:
    """Every invoice that the platform keeps, validated by the rules of today, in the order in which they came."""
    with platform.db.read() as tx:
        joined = invoice.outerjoin(flow, flow.c.id == invoice.c.id)
        wanted = select(invoice.c.id, invoice.c.number, invoice.c.sha, flow.c.ack).select_from(joined)
        rows = {row.id: row for row in tx.execute(wanted.order_by(invoice.c.at, invoice.c.id))}

    def documents() -> Iterator[tuple[str, bytes]]:
        for row in rows.values():
            with platform.db.read() as tx:
                data = platform.files.get(tx, row.sha)
            yield row.id, data

    for report in ei.validate_many(documents(), policy=policy, executor=executor, jobs=jobs):
        row = rows[report.source or ""]
        yield Revalidated(row.id, row.number or "", row.ack or "", report)


def filings_of_all(
    platform: Platform, year: int, *, executor: Executor | None = None
) -> Iterator[tuple[str, ereporting.Filings]]:
    """The e-reports of a year of every client that has settings, one company after the other."""
    with platform.db.read() as tx:
        clients = tx.execute(select(client).where(client.c.settings.is_not(None)).order_by(client.c.id)).all()
    if executor is not None:
        yield from _filings(platform, year, executor, clients)
        return
    with ThreadPoolExecutor(1) as own:
        yield from _filings(platform, year, own, clients)


def _filings(
    platform: Platform, year: int, executor: Executor, clients: Sequence[Row[Any]]
) -> Iterator[tuple[str, ereporting.Filings]]:
    running: deque[tuple[str, Future[ereporting.Filings]]] = deque()
    for row in clients:
        with platform.db.read() as tx:
            asked = list(reportings_for(platform, tx, row))
        running.extend((row.id, executor.submit(how.filings, books, year)) for how, books in asked)
        while len(running) > _AHEAD:
            yield _done(*running.popleft())
    while running:
        yield _done(*running.popleft())


def _done(client_id: str, future: Future[ereporting.Filings]) -> tuple[str, ereporting.Filings]:
    return client_id, future.result()
