"""pypdf's reader, which tells of what it reads another program may read otherwise.

    reader = Watched(io.BytesIO(data), remarks=remarks)
    reader.root_object
    list(reader.unclear)                         # ["12 0 obj", "xref"]

What pypdf repairs it remarks in its log, as its documentation promises ("Suppress warnings"); what it passes over in
silence is found in the bytes of each object that it has read. Only what is asked for is looked at.

Source: ISO 32000-1:2008 §7.3.8 (streams), §7.3.10 (indirect objects), §7.5 (file structure).
"""

from __future__ import annotations

import io
import re
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, PdfObject, StreamObject

from einvoice.pdfa.quiet import Remark
from einvoice.pdfa.spelling import is_clear_object, is_clear_trailer

_MODULES = frozenset(["pypdf._reader", "pypdf.generic._base", "pypdf.generic._data_structures"])
# Remarks on what no program would read otherwise: an object that is nowhere is null, by the standard.
_HARMLESS = (
    "Object %(idnum)d %(generation)d not defined",
    "Ignoring wrong pointing object",
    "Overwriting cache",
    "EOF marker",
    "Duplicate %%EOF",
)
_MOST = 20  # places that are named
_ROW = re.compile(rb"(?<=[\r\n ])\d{10} \d{5} [nf](?=[\r\n ])")
_TABLE = re.compile(rb"ref(?:[\r\n ]++\d++[\r\n ]++\d++)++[\r\n ]++(?:%[^\r\n]*+[\r\n ]++)*+trailer")
_START = re.compile(rb"startxref[\x00\t\n\f\r ]+\d+[\x00\t\n\f\r ]*%%EOF")


class Watched(PdfReader):
    """A reader of pypdf; `unclear` names the objects that other programs may read otherwise."""

    def __init__(self, stream: io.BytesIO, *, remarks: set[Remark] | None = None, **options: Any) -> None:
        """`remarks`: where what pypdf logs is put while it reads (`quiet`); the options are pypdf's."""
        self.unclear: dict[str, None] = {}
        self._bytes = stream.getvalue()
        self._remarks = set() if remarks is None else remarks
        self._said: set[int] = set()  # the numbers of which newer tables of places speak, be it that they are free
        self._table: set[int] | None = None  # the numbers of the table that is being read
        super().__init__(stream, **options)
        if not _START.match(self._bytes, max(self._bytes.rfind(b"startxref"), 0)):
            self._tell("startxref")
        if not self._said:  # by another pypdf, which does not ask the methods below
            self._tell("xref")
        self._listen("xref")

    def cache_indirect_object(self, generation: int, idnum: int, obj: PdfObject | None) -> PdfObject | None:
        """Called by pypdf with each object that it has read."""
        # While the tables are read, `stream` is not set; they may be objects too, of one number.
        begin = self.xref.get(generation, {}).get(idnum) if hasattr(self, "stream") else None
        is_packed = not generation and idnum in self.xref_objStm
        if obj is None:
            is_clear = not any(idnum in places for places in (self.xref_objStm, *self.xref.values()))
        else:
            is_clear = (
                begin is None
                or is_packed
                or is_clear_object(self._bytes, begin, self.stream.tell(), (idnum, generation), self._value)
            )
        if not is_clear:
            self.note(idnum, generation)
        self._listen(_name(idnum, generation))
        return super().cache_indirect_object(generation, idnum, obj)

    def _read_xref(self, stream: Any) -> int | None:
        """A table of places, with the stream of a hybrid file, which tells where those lie that the table has free."""
        self._table, first = set(), self.xref_index
        before = super()._read_xref(stream)
        if before is not None:  # the table of an update need not begin with 0; pypdf would look for a fault everywhere
            self.xref_index = first
        self._said |= self._table
        self._table = None
        return before

    def _read_standard_xref_table(self, stream: Any) -> None:
        """What a table says of a number counts where no newer one speaks of it, be it that it is free."""
        begin, newer = stream.tell(), self.xref
        self.xref, self.xref_free_entry = {}, {}
        super()._read_standard_xref_table(stream)
        rest, count = _ROW.subn(b"", self._bytes[begin : stream.tell()])
        if not _TABLE.fullmatch(rest) or not is_clear_trailer(self._bytes, stream.tell()):
            self._tell("trailer")
        self._speak(set().union(*self.xref_free_entry.values()), count)
        section, self.xref, self.xref_free_entry = self.xref, newer, {}
        for generation, places in section.items():
            known = newer.setdefault(generation, {})
            known |= {number: place for number, place in places.items() if not self._is_old(number, generation)}

    def _read_pdf15_xref_stream(self, stream: Any) -> StreamObject:
        """A stream of places, which has its length in itself."""
        begin = stream.tell() - 1
        found = super()._read_pdf15_xref_stream(stream)
        name = found.indirect_reference
        if not name or not is_clear_object(
            self._bytes, begin, stream.tell(), (name.idnum, name.generation), lambda *_: None
        ):
            self._tell("xref")
        return found

    def _read_xref_subsections(self, idx_pairs: list[int], get_entry: Any, used_before: Any) -> None:
        """The same for a stream of places."""
        is_old = self._is_old if self._said else _never
        is_known = is_old if self._table is None else lambda *entry: is_old(*entry) or used_before(*entry)
        super()._read_xref_subsections(idx_pairs, get_entry, is_known)
        numbers = [range(first, first + count) for first, count in zip(idx_pairs[::2], idx_pairs[1::2], strict=False)]
        self._speak(set().union(*numbers), sum(map(len, numbers)))

    def _process_xref_stream(self, xrefstream: DictionaryObject) -> None:
        """Such a stream has no further one beside it: that is for tables."""
        xrefstream.pop("/XRefStm", None)
        super()._process_xref_stream(xrefstream)

    def _is_old(self, number: int, generation: Any) -> bool:
        """Whether a newer table has spoken of a number; some viewers prefer a higher generation, so another is told."""
        is_old = number in self._said
        if is_old and generation and number not in self.xref.get(generation, ()):
            self._tell("xref")
        return is_old

    def _speak(self, numbers: set[int], count: int) -> None:
        """Remember of which numbers a table speaks, in so many entries: of each once, or it is told."""
        if len(numbers) != count:
            self._tell("xref")
        if self._table is None:
            self._said |= numbers
        else:
            self._table |= numbers

    def note(self, number: int, generation: int) -> None:
        """Another program may read this object otherwise."""
        self._tell(_name(number, generation))

    def _tell(self, place: str) -> None:
        if len(self.unclear) < _MOST:
            self.unclear[place] = None

    def _value(self, number: int, generation: int) -> PdfObject | None:
        return IndirectObject(number, generation, self).get_object()

    def _listen(self, where: str) -> None:
        """Look at what pypdf has remarked since it was looked at last."""
        if any(module in _MODULES and not words.startswith(_HARMLESS) for module, words in self._remarks):
            self._tell(where)
        self._remarks.clear()


def _never(_number: int, _generation: Any) -> bool:
    return False


def _name(number: int, generation: int) -> str:
    return f"{number} {generation} obj"
