"""Validate the files of a command line in several processes; no document can take the others down.

for report in validated(names, Policy(), "fr", jobs=4): ...
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from einvoice.commands.files import report_on
from einvoice.data import Language
from einvoice.many import Work, in_parallel, not_run
from einvoice.report import DocumentReport
from einvoice.validation.policy import Policy
from einvoice.worker_processes import WorkerProcesses

_CHUNK = 8  # files that a process is given together


def validated(
    names: tuple[str, ...], policy: Policy, language: Language, *, jobs: int, ordered: bool = True
) -> Iterator[DocumentReport]:
    """Validate in up to `jobs` processes, which read the files; in order, or each report when it is there."""

    def lost(name: str, error: BaseException) -> DocumentReport:
        return not_run(name, error, language)

    work, chunks = Work(_reports_on, (policy, language), lost), tuple(_chunks(names, jobs))
    executor = WorkerProcesses(min(jobs, len(chunks)), copies=True)

    def found() -> Iterator[DocumentReport]:
        with executor:
            yield from in_parallel(executor, chunks, work, jobs=jobs, ordered=ordered)

    return found()  # with the processes started, before whoever asks for reports starts threads


def _chunks(names: tuple[str, ...], jobs: int) -> Iterator[list[str]]:
    """The names in groups: few enough that every process has its share of a short list."""
    rest, size = iter(names), max(1, min(_CHUNK, len(names) // (jobs * 4)))
    while chunk := list(islice(rest, size)):
        yield chunk


def _reports_on(names: list[str], policy: Policy, language: Language) -> list[DocumentReport]:
    return [report_on(name, policy, language) for name in names]
