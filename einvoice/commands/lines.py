"""Results as they come, one JSON line for each document, and the account of those that are there already.

    done = Done.read(Path("results.jsonl"), status)
    done.of("inbox/F1.xml", sha256)          # the status of its report, if this very content was judged before
    done.cut(Path("results.jsonl"), names)   # what is judged again is not told twice

A line is a document's report (`schemas/report.schema.json`, DocumentReport) with the sha256 of its content. A line that
a kill tore off is cut away, and its document judged again; so is a document that was not run: the process that judged
it may have been killed, its time been up, its rules not been installed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from einvoice.commands.inputs import can_be_read_again
from einvoice.disk import replace_file
from einvoice.report import DocumentReport, shown
from einvoice.visible import escaped

_PIECE = 1_000_000  # bytes that are copied at once


def content_digest(name: str) -> str | None:
    """The sha256 of a document's content; None where it cannot be read, or not twice."""
    if not can_be_read_again(name):
        return None
    try:
        with Path(name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, MemoryError):
        return None


def line(report: DocumentReport, sha256: str | None) -> str:
    """The line of a document."""
    told = report.model_dump(mode="json", exclude_none=True)
    return escaped(json.dumps({"sha256": sha256, **told}, ensure_ascii=False)) + "\n"


@dataclass
class Done:
    """What an earlier run judged."""

    whole: int = 0  # bytes of whole lines
    statuses: dict[tuple[str, str], int] = field(default_factory=dict)  # no report is kept: there may be a million
    not_run: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # by source: where its lines begin and end

    @classmethod
    def read(cls, path: Path, status: Callable[[DocumentReport], int]) -> Done:
        """The whole lines of a file, and the status that each report asks for; nothing where there is none."""
        done = cls()
        if not path.is_file():
            return done
        with path.open("rb") as file:
            for each in file:
                try:
                    found = json.loads(each if each.endswith(b"\n") else b"")  # a torn line is none
                    sha256 = found.pop("sha256")
                    report = DocumentReport.model_validate(found)
                except (ValueError, ValidationError, AttributeError, KeyError):
                    break
                begin, done.whole = done.whole, done.whole + len(each)
                if report.verdict == "not_run":
                    done.not_run.setdefault(report.source or "", []).append((begin, done.whole))
                elif sha256 and report.source:
                    done.statuses[report.source, sha256] = status(report)
        return done

    def of(self, name: str, sha256: str | None) -> int | None:
        """The status of the report on this content under this name; None where it is to be judged, or judged again."""
        return self.statuses.get((shown(name) or "", sha256 or ""))

    def cut(self, path: Path, names: Iterable[str]) -> None:
        """Take out of the file a torn line, and the lines on documents of these names that were not run."""
        lines = sorted(line for name in names for line in self.not_run.get(shown(name) or "", ()))
        if lines:
            replace_file(path, _between(path, [*lines, (self.whole, self.whole)]))
        else:
            os.truncate(path, self.whole)


def _between(path: Path, lines: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """What a file holds before, between and after some lines, the last of which is its end."""
    at = 0
    with path.open("rb") as file:
        for begin, end in lines:
            file.seek(at)
            while at < begin:
                piece = file.read(min(begin - at, _PIECE))
                at += len(piece)
                yield piece
            at = end
