"""No content in logs: what the PDF libraries remark about a file of a stranger quotes pieces of it.

    with quiet() as dropped:
        ...                        # pypdf and fontTools log nothing from here; elsewhere, and in other threads, as ever
    dropped                        # their remarks, without what they quote

A damaged PDF made pypdf write twenty warnings with texts of the invoice to whatever log the program keeps. Nothing of
the program's own logging is changed: a filter on the libraries' loggers drops records while this module reads.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.util import find_spec
from pathlib import Path

Remark = tuple[str, str]  # the module that makes it, and its words, without what they quote
_READING: ContextVar[set[Remark] | None] = ContextVar("einvoice_reads_a_pdf", default=None)


def _is_of_others(record: logging.LogRecord) -> bool:
    dropped = _READING.get()
    if dropped is not None:
        dropped.add((record.name, str(record.msg)))
    return dropped is None


def watch(package: str) -> None:
    """Let a library be silent within `quiet`: each of its modules has a logger, and filters are not inherited."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        for file in Path(folder).rglob("*.py"):
            parts = file.relative_to(folder).with_suffix("").parts
            name = ".".join((package, *(part for part in parts if part != "__init__")))
            logging.getLogger(name).addFilter(_is_of_others)


@contextmanager
def quiet() -> Iterator[set[Remark]]:
    """For as long as the block lasts, in this thread, the watched libraries log nothing; the set is what they would."""
    before = _READING.get()
    dropped: set[Remark] = set()
    _READING.set(dropped)
    try:
        yield dropped
    finally:
        _READING.set(before)
