"""Validate many documents in several processes; no document can take the others down.

    for position, report in validated(names, Policy(), "fr", jobs=4): ...

Each process validates one document at a time. If it dies, its document is "not run", and a new one takes its place.
(This file is also what they run: see `processes`.)
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import count, islice
from pathlib import Path

from einvoice.commands.files import report_on
from einvoice.data import Language
from einvoice.processes import Lost, Pool
from einvoice.report import DocumentReport, Step
from einvoice.rulebook import words
from einvoice.validation.policy import Policy

_SWEEP = 100  # documents between two garbage collections of a process


def validated(
    names: tuple[str, ...], policy: Policy, language: Language, *, jobs: int
) -> Iterator[tuple[int, DocumentReport]]:
    """Validate in up to `jobs` processes; give each report with the position of its document, when done."""
    with ThreadPoolExecutor(jobs) as threads, Pool(Path(__file__), pickle.dumps((policy, language))) as pool:

        def ask(position: int) -> tuple[int, DocumentReport]:
            return position, _report(names[position], language, pool)

        waiting = iter(range(len(names)))
        running: set[Future[tuple[int, DocumentReport]]] = set()
        while True:
            running |= {threads.submit(ask, position) for position in islice(waiting, jobs - len(running))}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()


def _report(name: str, language: Language, pool: Pool) -> DocumentReport:
    try:
        report: DocumentReport = pickle.loads(pool.ask(name.encode(errors="surrogateescape")))  # noqa: S301 - our own
    except Lost as lost:
        reason = words("EI-STEP-05", {"code": str(lost.status)}, language).message
        step = Step(name="parse", status="not_run", reason=reason)
        return DocumentReport(source=name, verdict="not_run", steps=(step,))
    return report


def answerer(setting: bytes) -> Callable[[bytes], bytes]:
    """What a process does: a name comes in, a report goes out."""
    policy, language = pickle.loads(setting)  # noqa: S301 - from our host
    gc.disable()  # a process of our own: trees are freed by count, and a sweep now and then takes the rest
    numbers = count(1)

    def answer(question: bytes) -> bytes:
        if next(numbers) % _SWEEP == 0:
            gc.collect()
        return pickle.dumps(report_on(question.decode(errors="surrogateescape"), policy, language))

    return answer
