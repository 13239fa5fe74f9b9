"""Validate the files of a command line in several processes; no document can take the others down.

for report in validated(names, Policy(), "fr", jobs=4): ...
"""

from __future__ import annotations

from collections.abc import Iterator

from einvoice.commands.files import report_on
from einvoice.data import Language
from einvoice.many import Work, in_parallel, not_run
from einvoice.report import DocumentReport
from einvoice.validation.policy import Policy
from einvoice.worker_processes import WorkerProcesses

_CHUNK = 16  # files that a process is given together: to ask and to answer takes the time of a tenth of one


def validated(
    names: tuple[str, ...], policy: Policy, language: Language, *, jobs: int, ordered: bool = True
) -> Iterator[DocumentReport]:
    """Validate in up to `jobs` processes, which read the files; in order, or each report when it is there."""

    def lost(name: str, error: BaseException) -> DocumentReport:
        return not_run(name, error, language)

    work = Work(_reports_on, (policy, language), lost)
    executor = WorkerProcesses(min(jobs, len(names)), copies=True)

    def found() -> Iterator[DocumentReport]:
        with executor:
            yield from in_parallel(executor, _chunks(names, jobs), work, jobs=jobs, ordered=ordered)

    return found()  # with the processes started, before whoever asks for reports starts threads


def _chunks(names: tuple[str, ...], jobs: int) -> Iterator[list[str]]:
    """The names in groups, smaller towards the end: each process has its share of a short list, and all end at once."""
    place = 0
    while place < len(names):
        size = max(1, min(_CHUNK, (len(names) - place) // (jobs * 4)))
        yield list(names[place : place + size])
        place += size


def _reports_on(names: list[str], policy: Policy, language: Language) -> list[DocumentReport]:
    return [report_on(name, policy, language) for name in names]
