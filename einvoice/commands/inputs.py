"""The documents that a command line names: files, folders, globs, or `-` for standard input.

    found = documents(["inbox/", "F2026-*.xml"])
    found.names, found.left_out, found.missing

A folder means the XML and PDF files below it, and the JSON files that are drafts; hidden files and folders (`.git`) are
passed over, as other tools do. A name that leads to nothing is told, and the rest is judged.
"""

from __future__ import annotations

import errno
import glob
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from einvoice.errors import EInvoiceError
from einvoice.rulebook import Sentence
from einvoice.xml import MAX_BYTES

STDIN = "-"
_SUFFIXES = {".xml", ".pdf", ".json"}
_DRAFT_FIELDS = {"lines", "seller", "buyer", "issue_date"}  # a JSON object with one of them is meant to be a draft

_REASONS: tuple[tuple[type[OSError], str], ...] = (
    (FileNotFoundError, "EI-NO-OPEN-01"),
    (PermissionError, "EI-NO-OPEN-02"),
    (IsADirectoryError, "EI-NO-OPEN-03"),
    (NotADirectoryError, "EI-NO-OPEN-05"),
)
_FULL = (errno.ENOSPC, errno.EDQUOT)


class NoSuchInput(EInvoiceError):
    """A path of the command line leads to no document."""


@dataclass
class Found:
    """What the paths lead to."""

    names: list[str] = field(default_factory=list)  # the documents, each once, in order
    left_out: list[str] = field(default_factory=list)  # JSON files in folders that are no drafts
    missing: list[NoSuchInput] = field(default_factory=list)  # paths that lead to nothing
    met: set[tuple[str, bool]] = field(default_factory=set)  # names, and whether they were meant


def documents(paths: list[str]) -> Found:
    """The documents that the paths name, each once, in order; the files of a folder by name."""
    found = Found()
    for path in paths:
        try:
            for name in _named(path):
                _sort_in(found, name, named=name == path)
        except NoSuchInput as error:
            found.missing.append(error)
    if found.missing and len(paths) > 1 and Path(whole := " ".join(paths)).exists():  # a name with blanks, not quoted
        found.missing = [NoSuchInput("EI-NO-INPUT-09", {"file": whole})]
    return found


def _sort_in(found: Found, name: str, *, named: bool) -> None:
    """A JSON file that somebody named is meant; one that lies in a folder may be anything."""
    meant = named or _suffix(name) != ".json" or _is_draft(Path(name))
    if (name, meant) not in found.met:
        found.met.add((name, meant))
        (found.names if meant else found.left_out).append(name)


def _is_draft(path: Path) -> bool:
    """Whether a JSON file is meant to be a draft; one that cannot be read as JSON is judged, and says why."""
    try:
        content = json.loads(read_document(str(path)))
    except (OSError, ValueError, RecursionError):
        return True
    return isinstance(content, dict) and not _DRAFT_FIELDS.isdisjoint(content)


def _named(path: str) -> list[str]:
    if path == STDIN:
        return [path]
    if Path(path).is_dir():
        return _in_folder(path)
    if Path(path).exists():  # a file, or what can be read like one: a pipe with a name, /dev/stdin
        return [path]
    matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - the pattern may be absolute
    if not matches:
        raise NoSuchInput("EI-NO-INPUT-07", {"file": path})
    return [document for match in matches for document in ([match] if Path(match).is_file() else _in_folder(match))]


def _in_folder(folder: str) -> list[str]:
    found = sorted(path for path in _visible(str(Path(folder))) if _suffix(path) in _SUFFIXES)
    if not found:
        raise NoSuchInput("EI-NO-INPUT-08", {"file": folder})
    return found


def _visible(folder: str) -> Iterator[str]:
    """The files below a folder, without what is hidden there."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = entry.name if folder == "." else entry.path
            if entry.is_dir(follow_symlinks=False):
                yield from _visible(path)
            elif entry.is_file(follow_symlinks=False) or _is_file(path):  # the first asks nothing of the system
                yield path


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - a `Path` takes ten times as long, for thousands of files


def _is_file(name: str) -> bool:
    return os.path.isfile(name)  # noqa: PTH113 - as above


def can_be_read_again(name: str) -> bool:
    """Whether a second reading gives the same: standard input and pipes are empty then."""
    return name != STDIN and _is_file(name)


def read_document(name: str) -> bytes:
    """The bytes of a document, or of standard input, up to the first that is too many. Raises `OSError`."""
    if name == STDIN:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(name).open("rb") as file:
        fits = 0 < os.fstat(file.fileno()).st_size <= MAX_BYTES
        return file.read(-1 if fits else MAX_BYTES + 1)  # so much room is made first: for pipes, and what is refused


def reason(error: OSError | MemoryError) -> Sentence:
    """Why a file could not be opened, read or written."""
    if isinstance(error, MemoryError):
        return Sentence("EI-NO-OPEN-04", {"reason": type(error).__name__})
    full = "EI-NO-OPEN-06" if error.errno in _FULL else "EI-NO-OPEN-04"
    row = next((row for kind, row in _REASONS if isinstance(error, kind)), full)
    return Sentence(row, {"reason": error.strerror or type(error).__name__})
