"""The documents that a command line names: files, folders, globs, or `-` for standard input.

    found = documents(["inbox/", "F2026-*.xml"])

A folder means the XML and PDF files below it. A name that leads to nothing is a mistake of the caller: `NoSuchInput`.
"""

from __future__ import annotations

import glob
import sys
from pathlib import Path

from einvoice.errors import EInvoiceError

STDIN = "-"
_SUFFIXES = {".xml", ".pdf"}


class NoSuchInput(EInvoiceError):
    """A path of the command line leads to no document."""


def documents(paths: list[str]) -> tuple[str, ...]:
    """The documents that the paths name, each once, in order; the files of a folder by name."""
    found = [document for path in paths for document in _named(path)]
    return tuple(dict.fromkeys(found))


def _named(path: str) -> list[str]:
    if path == STDIN or Path(path).is_file():
        return [path]
    if Path(path).is_dir():
        return _in_folder(path)
    matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - the pattern may be absolute
    if not matches:
        raise NoSuchInput("EI-NO-INPUT-07", {"file": path})
    return [document for match in matches for document in ([match] if Path(match).is_file() else _in_folder(match))]


def _in_folder(folder: str) -> list[str]:
    found = [path for path in Path(folder).rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file()]
    if not found:
        raise NoSuchInput("EI-NO-INPUT-08", {"file": folder})
    return sorted(str(path) for path in found)


def read_document(name: str) -> bytes:
    """The bytes of a document, or of standard input. Raises `OSError`."""
    return sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
