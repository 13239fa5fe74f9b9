"""No content in logs: what the PDF libraries remark about a file of a stranger quotes pieces of it.

    with quiet():
        ...                        # pypdf and fontTools log nothing from here; elsewhere, and in other threads, as ever

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

_READING: ContextVar[bool] = ContextVar("einvoice_reads_a_pdf", default=False)


def _is_of_others(_record: logging.LogRecord) -> bool:
    return not _READING.get()


def watch(package: str) -> None:
    """Let a library be silent within `quiet`: each of its modules has a logger, and filters are not inherited."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        for file in Path(folder).rglob("*.py"):
            parts = file.relative_to(folder).with_suffix("").parts
            name = ".".join((package, *(part for part in parts if part != "__init__")))
            logging.getLogger(name).addFilter(_is_of_others)


@contextmanager
def quiet() -> Iterator[None]:
    """For as long as the block lasts, in this thread, what the watched libraries would log is dropped."""
    before = _READING.get()
    _READING.set(True)
    try:
        yield
    finally:
        _READING.set(before)
