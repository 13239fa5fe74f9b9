"""Lines below lines, where a target tells them otherwise: one after the other with their parent, or not at all.

    unnested(lines).lines           # for Factur-X EXTENDED: lines within lines stand after all others, as information
    counted(lines).kept             # for EN 16931: only what is counted stays, and says what informed about it

A target without groups counts each line. So lines that group or inform go; the words of those that inform become the
note (BT-127) of the line that they belong to. Lines within lines (UBL) are parts of a line that is counted itself, so
where each line has its own place they inform.

Sources: XP Z12-012 annex A (EXT-FR-FE-162, -163); Factur-X 1.09 EXTENDED; XRechnung 3.0.2 (BG-DEX-01).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain, count
from typing import NamedTuple

from einvoice.model import Line, Note
from einvoice.paths import NESTED, Path

GROUP, DETAIL, INFORMATION = "GROUP", "DETAIL", "INFORMATION"
NOT_COUNTED = frozenset({GROUP, INFORMATION})
_LINES = Path(("lines",))


class Counted(NamedTuple):
    """The lines that are counted, by their index, and whose words went to which of them."""

    kept: dict[int, Line]
    told: dict[int, int]


class Unnested(NamedTuple):
    """All lines one after the other, and where those that stood within others came from."""

    lines: tuple[Line, ...]
    moved: dict[Path, Path]


def counted(lines: Sequence[Line]) -> Counted:
    """The lines that are counted; one that only informs is told in the note of its parent, else of its neighbour."""
    kept = {index: line for index, line in enumerate(lines) if line.subtype_code not in NOT_COUNTED}
    told: dict[int, int] = {}
    if not kept or len(kept) == len(lines):
        return Counted(kept, told)
    places = {line.identifier: index for index, line in kept.items() if line.identifier}
    for index, line in enumerate(lines):
        if line.subtype_code != INFORMATION or not (words := _words(line)):
            continue
        near = max((each for each in kept if each < index), default=min(kept))
        owner = told[index] = places.get(line.parent_line_identifier or "", near)
        kept[owner] = _with_words(kept[owner], words)
    return Counted(kept, told)


def _words(line: Line) -> str:
    texts = (line.item_name, line.item_description, *(note.text for note in line.notes))
    return "\n".join(text for text in texts if text)


def _with_words(line: Line, words: str) -> Line:
    first = line.notes[0] if line.notes else Note()
    note = first.model_copy(update={"text": f"{first.text}\n{words}" if first.text else words})
    return line.model_copy(update={"notes": (note, *line.notes[1:])})


def unnested(lines: Sequence[Line]) -> Unnested:
    """The lines with those within them behind all others, each under its parent; where that has no identifier, not."""
    used = {line.identifier for line in lines}
    made: list[Line] = []
    moved: dict[Path, Path] = {}
    waiting: deque[tuple[Line, Path]] = deque((line, _LINES / index) for index, line in enumerate(lines))
    while waiting:
        line, place = waiting.popleft()
        if len(made) >= len(lines):
            moved[_LINES / len(made)] = place
        if line.sub_lines and line.identifier:
            waiting.extend(_under(line, place, used))
            line = line.model_copy(update={"sub_lines": (), "subtype_code": line.subtype_code or DETAIL})
        made.append(line)
    return Unnested(tuple(made), moved)


def _under(line: Line, place: Path, used: set[str | None]) -> Iterator[tuple[Line, Path]]:
    """The lines within a line, each with an identifier of its own, its parent and what it is; and where they stand."""
    for index, inner in enumerate(line.sub_lines):
        numbers = (f"{line.identifier}.{number}" for number in count(index + 1))
        identifier = next(each for each in chain((inner.identifier,), numbers) if each and each not in used)
        used.add(identifier)
        named = {"identifier": identifier, "parent_line_identifier": line.identifier, "subtype_code": INFORMATION}
        yield inner.model_copy(update=named), place / NESTED / index
