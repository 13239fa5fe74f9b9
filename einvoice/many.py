"""Many documents: validated side by side, in processes or by any executor, one bad document never stopping the rest.

    for report in ei.validate_many(documents):                       # a process for each core, order kept
        print(report.source, report.verdict)

    with Client(address) as cluster:                                  # dask.distributed, extra `cluster`
        reports = ei.validate_many(documents, executor=cluster.get_executor(), jobs=16, ordered=False)

`documents` may be a generator of any length: only so many are held at a time as are at work (see `in_parallel`).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from einvoice.api import validate
from einvoice.data import Language
from einvoice.processes import Lost
from einvoice.report import DocumentReport, Step
from einvoice.rulebook import words
from einvoice.validation.policy import Policy
from einvoice.worker_processes import WorkerProcesses

_AHEAD = 3  # chunks at work or waiting, for each job: none idles, and memory stays flat
_CHUNK = 8  # documents that are sent together: a document takes some milliseconds, to send it some tenths of one
_CHUNK_BYTES = 1_000_000
T = TypeVar("T")
Item = TypeVar("Item")
Named = tuple[str, bytes]


def validate_many(  # noqa: PLR0913 - each is a choice of the user, given by name
    documents: Iterable[bytes | Named],
    *,
    policy: Policy | None = None,
    language: Language = "fr",
    executor: Executor | None = None,
    jobs: int | None = None,
    ordered: bool = True,
) -> Iterator[DocumentReport]:
    """The verdict on each document, as `validate` gives it; nothing is raised for any of them.

    `documents` are bytes, or pairs of a name and bytes; the name is the report's `source`, and where there is none, the
    position, from 0. `policy` and `language` as for `validate`. `executor` is any `concurrent.futures.Executor`, such
    as threads, or a cluster's; without one, each core has a process. `jobs` says how many are worked at side by side:
    as many as there are cores, unless the executor has more. With `ordered=False`, each report comes as soon as it is
    there.

    Yields one `DocumentReport` for each, as `validate(…).documents[0]`. A document whose process dies, or that the
    executor loses, is `not_run`, with the reason. Documents are taken from the iterable as they are worked at: memory
    stays the same, however many there are.

    Source: as `validate`.
    """
    chosen, number = policy or Policy(), jobs or os.cpu_count() or 1
    named = (each if isinstance(each, tuple) else (str(position), each) for position, each in enumerate(documents))

    def lost(item: Named, error: BaseException) -> DocumentReport:
        return not_run(item[0], error, language)

    work = Work(_validated, (chosen, language), lost)
    if executor is not None:
        yield from in_parallel(executor, chunked(named), work, jobs=number, ordered=ordered)
        return
    with WorkerProcesses(number) as processes:
        yield from in_parallel(processes, chunked(named), work, jobs=number, ordered=ordered)


def _validated(chunk: list[Named], policy: Policy, language: Language) -> list[DocumentReport]:
    """What a worker does."""
    return [validate(data, policy=policy, name=name, language=language).documents[0] for name, data in chunk]


def not_run(name: str, error: BaseException, language: Language) -> DocumentReport:
    """The report on a document that no worker gave back."""
    code = str(error.status) if isinstance(error, Lost) else type(error).__name__
    reason = words("EI-STEP-05", {"code": code}, language).message
    return DocumentReport(source=name, verdict="not_run", steps=(Step(name="parse", status="not_run", reason=reason),))


def chunked(items: Iterable[Named]) -> Iterator[list[Named]]:
    """The documents in small groups, so that sending them costs little and none waits for many others."""
    chunk: list[Named] = []
    size = 0
    for item in items:
        chunk.append(item)
        size += len(item[1])
        if len(chunk) >= _CHUNK or size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


@dataclass(frozen=True, slots=True)
class Work(Generic[Item, T]):
    """What is done: a function of a chunk and of some arguments, and what stands for an item that is lost."""

    function: Callable[..., list[T]]
    arguments: tuple[object, ...]
    lost: Callable[[Item, BaseException], T]

    def submit(self, executor: Executor, chunk: list[Item]) -> Future[list[T]]:
        """Hand the chunk to the executor; one that takes no more has lost it."""
        try:
            return executor.submit(self.function, chunk, *self.arguments)
        except Exception as error:  # noqa: BLE001 - whatever an executor refuses by, there is a report on each document
            failed: Future[list[T]] = Future()
            failed.set_exception(error)
            return failed

    def results(self, executor: Executor, chunk: list[Item], future: Future[list[T]]) -> Iterator[T]:
        """What each item of the chunk gave; where the chunk was lost, what each gives alone."""
        try:
            yield from future.result()
        except Exception as error:  # noqa: BLE001 - as above
            if len(chunk) == 1:
                yield self.lost(chunk[0], error)
                return
            for item in chunk:
                yield from self.results(executor, [item], self.submit(executor, [item]))


def in_parallel(
    executor: Executor, chunks: Iterable[list[Item]], work: Work[Item, T], *, jobs: int, ordered: bool = True
) -> Iterator[T]:
    """What each item gives; only the item at fault is lost. At most `jobs` × 3 chunks are held at a time."""
    rest = iter(chunks)
    running: deque[tuple[list[Item], Future[list[T]]]] = deque()
    while True:
        ahead = islice(rest, jobs * _AHEAD - len(running))
        running.extend((chunk, work.submit(executor, chunk)) for chunk in ahead)
        if not running:
            return
        if not ordered:
            wait([future for _, future in running], return_when=FIRST_COMPLETED)
            done = next(place for place, (_, future) in enumerate(running) if future.done())
            running.rotate(-done)
        chunk, future = running.popleft()
        yield from work.results(executor, chunk, future)
