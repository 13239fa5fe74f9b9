"""A directory of millions of lines: read as a stream, held small, asked where a buyer receives.

    with open("annuaire.xml", "rb") as file:
        index = DirectoryIndex.read(file)
    index.reception(ElectronicAddress.parse("100000009"), date(2026, 9, 15)).line.platform   # "0007"
    index.update(other_file)          # the differential of the day after

The public portal exports the whole directory every week and its changes every day. As XML elements the lines would
fill the memory; here each takes some thirty bytes, in columns sorted by SIREN, and becomes a `DirectoryLine` again when
it is asked for, less its place in the export (`instance_id`, `presence`). `lines_of` gives the lines of a file one by
one, holding none, for whoever wants a database instead.

A line works only while its platform, routing code, establishment and company are active: those that an export calls
inactive, or going out, are remembered, and lines that depend on them are passed over.

The reader is as careful as `einvoice.xml`: no document type, no entities, no network.

Source: DGFiP external specifications v3.2, annex 3 (F14: DT-0, DT-2, DT-6-2, DG-7).
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import BinaryIO

from einvoice.errors import Mismatch, Unreadable, Unrecognised
from einvoice.france.addresses import ElectronicAddress
from einvoice.france.directory import DirectoryLine, Reception, reception
from einvoice.france.directory_files import line_syntax
from einvoice.model import Unread
from einvoice.xml import Element, iterate

__all__ = ["DirectoryIndex", "lines_of"]

_ROOT = b"AnnuaireConsultationF14"
_HEAD = 65536  # what is looked at before the parser may see anything
_LINE = "LigneAnnuaire"
_PRODUCED = "HorodateProduction"
_STATES = {  # block -> the element that names it, as a line would
    "UniteLegale": "IdSIREN",
    "Etablissement": "IdSIRET",
    "CodeRoutage": "IdRoutage",
    "IdPlateformeReception": "Matricule",
}
_KEPT = 100  # of what could not be read; the rest is counted
_PLAIN = re.compile(r"[0-9]{9}").fullmatch, re.compile(r"[0-9]{4}").fullmatch

Wanted = Callable[[str], bool]


def lines_of(file: BinaryIO) -> Iterator[tuple[DirectoryLine, tuple[Unread, ...]]]:
    """The lines of an F14, in its order, each with what could not be read of it; nothing is held.

    Raises `Unreadable` for what is not well-formed or declares a document type, `Unrecognised` for another document.
    """
    read = line_syntax().read
    for element in _elements(file):
        if element.tag == _LINE:
            yield read(element)


@dataclass(slots=True)
class DirectoryIndex:
    """The lines of a directory, found by company."""

    produced_at: str = ""  # the newest file read: 20260906230000
    unread: list[Unread] = field(default_factory=list)  # the first hundred things that could not be read
    unread_count: int = 0
    _sirens: array[int] = field(default_factory=lambda: array("I"))
    _starts: array[int] = field(default_factory=lambda: array("I"))  # 20260901; 0 for none
    _ends: array[int] = field(default_factory=lambda: array("I"))
    _effective_ends: array[int] = field(default_factory=lambda: array("I"))
    _platforms: array[int] = field(default_factory=lambda: array("H"))
    _offsets: array[int] = field(default_factory=lambda: array("Q"))
    _doors: bytearray = field(default_factory=bytearray)  # what follows the SIREN in each address
    _inactive: set[str] = field(default_factory=set)
    _others: dict[str, list[DirectoryLine]] = field(default_factory=dict)  # by SIREN: from differentials, or odd

    @classmethod
    def read(cls, file: BinaryIO, *, wanted: Wanted | None = None) -> DirectoryIndex:
        """The index of a complete F14; with `wanted`, of the companies whose SIREN pleases it. Errors as `lines_of`."""
        index = cls()
        for line in index._lines_in(file, index._note):
            if wanted is None or wanted(line.siren or ""):
                index._add(line)
        index._sort()
        return index

    def update(self, file: BinaryIO, *, wanted: Wanted | None = None) -> None:
        """Take in a differential F14: after the complete one, in the order of production, else `ValueError`."""
        newest: dict[str, tuple[int, bool]] = {}  # an old version may go out in the same file as its successor comes in
        for line in self._lines_in(
            file, lambda name, *state: newest.update({name: max(state, newest.get(name, state))})
        ):
            if wanted is None or wanted(line.siren or ""):
                self._others.setdefault(line.siren or "", []).append(line)
        self._inactive -= {name for name, (_, inactive) in newest.items() if not inactive}
        self._inactive |= {name for name, (_, inactive) in newest.items() if inactive}

    def __len__(self) -> int:
        return len(self._sirens) + sum(map(len, self._others.values()))

    def lines(self, siren: str) -> tuple[DirectoryLine, ...]:
        """All that is known of a company's lines, those of the complete file first."""
        number = int(siren) if _PLAIN[0](siren) else 0
        rows = range(bisect_left(self._sirens, number), bisect_right(self._sirens, number))
        return (*map(self._line, rows), *self._others.get(siren, ()))

    def reception(self, buyer: ElectronicAddress, day: date) -> Reception:
        """Where the buyer receives on that day: `directory.reception`, of the lines that depend on nothing inactive."""
        return reception(filter(self._active, self.lines(buyer.siren)), buyer, day)

    def _lines_in(self, file: BinaryIO, note: Callable[[str, int, bool], None]) -> Iterator[DirectoryLine]:
        read = line_syntax().read
        for element in _elements(file):
            if element.tag == _LINE:
                line, unread = read(element)
                self.unread_count += len(unread)
                self.unread.extend(unread[: _KEPT - len(self.unread)])
                yield line
            elif element.tag == _PRODUCED:
                if (element.text or "") < self.produced_at:
                    raise Mismatch("EI-NO-DIR-04", {"found": element.text or "", "expected": self.produced_at})
                self.produced_at = element.text or ""
            else:
                note(*_state(element))

    def _note(self, name: str, _: int, inactive: bool) -> None:  # noqa: FBT001  (what a block says, as it says it)
        if inactive:
            self._inactive.add(name)

    def _active(self, line: DirectoryLine) -> bool:
        code = f"{line.siret}_{line.routing_identifier}" if line.routing_identifier else None
        return self._inactive.isdisjoint({line.siren, line.siret, code, line.platform})

    def _add(self, line: DirectoryLine) -> None:
        siren, platform = line.siren or "", line.platform or ""
        is_siren, is_platform = _PLAIN
        usual = line.nature == "D" and line.start_date and line.routing_identifier_type in (None, "0224")
        if not (usual and is_siren(siren) and is_platform(platform)):
            self._others.setdefault(siren, []).append(line)  # kept as it is
            return
        self._sirens.append(int(siren))
        self._starts.append(_number(line.start_date))
        self._ends.append(_number(line.end_date))
        self._effective_ends.append(_number(line.effective_end_date))
        self._platforms.append(int(platform))
        self._offsets.append(len(self._doors))
        parts = (line.siret, line.routing_identifier, line.suffix)
        self._doors += "".join(f"_{part}" for part in parts if part is not None).encode() + b"\n"

    def _sort(self) -> None:
        """Exports are sorted by SIREN; one that is not becomes so here."""
        if all(before <= after for before, after in pairwise(self._sirens)):
            return
        order = sorted(range(len(self._sirens)), key=self._sirens.__getitem__)
        for column in (self._sirens, self._starts, self._ends, self._effective_ends, self._platforms, self._offsets):
            column[:] = array(column.typecode, [column[row] for row in order])

    def _line(self, row: int) -> DirectoryLine:
        offset = self._offsets[row]
        door = self._doors[offset : self._doors.index(b"\n", offset)].decode()
        address = ElectronicAddress.parse(f"{self._sirens[row]:09d}{door}")
        return DirectoryLine.model_construct(
            siren=address.siren,
            siret=address.siret,
            routing_identifier=address.routing_identifier,
            routing_identifier_type="0224" if address.routing_identifier else None,
            suffix=address.suffix,
            nature="D",
            start_date=_day(self._starts[row]),
            end_date=_day(self._ends[row]),
            effective_end_date=_day(self._effective_ends[row]),
            platform=f"{self._platforms[row]:04d}",
            identifier=str(address),
        )


def _number(day: date | None) -> int:
    return day.year * 10000 + day.month * 100 + day.day if day else 0


def _day(number: int) -> date | None:
    return date(number // 10000, number // 100 % 100, number % 100) if number else None


class _Replayed:
    """A file whose first bytes have been looked at already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int = -1) -> bytes:
        head, self._head = self._head, b""
        return head or self._rest.read(size)


def _state(element: Element) -> tuple[str, int, bool]:
    """What a block says of a company, establishment, routing code or platform: name, version, whether inactive."""
    name = element.findtext(_STATES[str(element.tag)]) or ""
    if element.tag == "CodeRoutage":
        name = f"{element.findtext('IdSIRET')}_{name}"
    instance = element.findtext("IdInstance") or ""
    inactive = element.findtext("Statut") == "I" or element.findtext("MotifPresence") == "S"
    return name, int(instance) if instance.isdecimal() else 0, inactive


def _elements(file: BinaryIO) -> Iterator[Element]:
    """The blocks of an export, each thrown away, with all before it, when the next one is asked for."""
    head = file.read(_HEAD)
    if b"<!DOCTYPE" in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable("EI-NO-DIR-01")
    if _ROOT not in head:
        raise Unrecognised("EI-NO-DIR-02")
    yield from iterate(_Replayed(head, file), (_LINE, _PRODUCED, *_STATES), "EI-NO-DIR-03")
