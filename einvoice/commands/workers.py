"""Judge many documents in several processes; no document can take the others down.

    for position, report in judged(names, Policy(), jobs=4): ...

Each worker is a fresh process (spawn: it shares nothing with its host) that judges one document at a time. If it dies,
its document is "not run", and a new worker takes its place.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from einvoice.commands import silence_pdf_library
from einvoice.commands.files import judge_file
from einvoice.report import DocumentReport, Step
from einvoice.rulebook import words
from einvoice.validation.policy import Policy

_SWEEP = 100  # documents between two garbage collections of a worker


def judged(names: tuple[str, ...], policy: Policy, *, jobs: int) -> Iterator[tuple[int, DocumentReport]]:
    """Judge the documents in up to `jobs` processes; give each report with the position of its document, when done."""
    workers = [_started(policy) for _ in range(min(jobs, len(names)))]
    try:
        yield from _shared_out(names, policy, workers)
    finally:
        for worker in workers:
            worker.dismiss()


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    link: Connection[str, DocumentReport]
    position: int | None = None  # of the document that it judges; None: it has nothing to do

    def dismiss(self) -> None:
        """Hang up, which ends the process; if it is busy, end it."""
        self.link.close()
        if self.position is not None:
            self.process.terminate()
        self.process.join()


def _started(policy: Policy) -> _Worker:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, policy), daemon=True)
    process.start()
    there.close()
    return _Worker(process, here)


def _work(link: Connection[DocumentReport, str], policy: Policy) -> None:
    """The life of a worker: a name comes in, a report goes out, until the host hangs up."""
    silence_pdf_library()
    gc.disable()  # a process of our own: trees are freed by count, and a sweep now and then takes the rest
    done = 0
    while True:
        try:
            name = link.recv()
        except (EOFError, KeyboardInterrupt):
            return
        link.send(judge_file(name, policy))
        done += 1
        if done % _SWEEP == 0:
            gc.collect()


def _shared_out(names: tuple[str, ...], policy: Policy, workers: list[_Worker]) -> Iterator[tuple[int, DocumentReport]]:
    waiting = iter(enumerate(names))
    for worker in workers:
        _hand_out(waiting, worker)
    while busy := [worker for worker in workers if worker.position is not None]:
        ready = wait([worker.link for worker in busy])
        for worker in [worker for worker in busy if worker.link in ready]:
            position = worker.position
            if position is None:
                continue
            report, free = _answer(worker, names[position], policy)
            if free is not worker:
                workers[workers.index(worker)] = free
            _hand_out(waiting, free)
            yield position, report


def _answer(worker: _Worker, name: str, policy: Policy) -> tuple[DocumentReport, _Worker]:
    """What a worker says of its document, and who is free now: it, or a new one if it died."""
    try:
        return worker.link.recv(), worker
    except (EOFError, ConnectionError):
        return _mourned(worker, name, policy), _started(policy)


def _hand_out(waiting: Iterator[tuple[int, str]], worker: _Worker) -> None:
    """Give a worker the next document, if there is one left."""
    worker.position, name = next(waiting, (None, ""))
    if worker.position is not None:
        worker.link.send(name)


def _mourned(worker: _Worker, name: str, policy: Policy) -> DocumentReport:
    worker.link.close()
    worker.process.join()
    reason = words("EI-STEP-05", {"code": str(worker.process.exitcode)}, policy.language).message
    return DocumentReport(source=name, verdict="not_run", steps=(Step(name="parse", status="not_run", reason=reason),))
