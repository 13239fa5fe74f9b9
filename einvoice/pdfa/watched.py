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
from pypdf.generic import IndirectObject, PdfObject

from einvoice.pdfa.quiet import Remark
from einvoice.pdfa.spelling import is_clear_object

_MODULES = frozenset(["pypdf._reader", "pypdf.generic._base", "pypdf.generic._data_structures"])
# Remarks on what no program would read otherwise: an object that is nowhere is null, by the standard.
_HARMLESS = (
    "Object %(idnum)d %(generation)d not defined",
    "Ignoring wrong pointing object",
    "Overwriting cache",
    "EOF marker",
    "Duplicate %%EOF",
)
_START = re.compile(rb"startxref[\x00\t\n\f\r ]+\d+[\x00\t\n\f\r ]*%%EOF")


class Watched(PdfReader):
    """A reader of pypdf; `unclear` names the objects that other programs may read otherwise."""

    def __init__(self, stream: io.BytesIO, *, remarks: set[Remark] | None = None, **options: Any) -> None:
        """`remarks`: where what pypdf logs is put while it reads (`quiet`); the options are pypdf's."""
        self.unclear: dict[str, None] = {}
        self._bytes = stream.getvalue()
        self._remarks = set() if remarks is None else remarks
        self.stream = stream  # which pypdf sets when it has read the tables of places
        super().__init__(stream, **options)
        if not _START.match(self._bytes, max(self._bytes.rfind(b"startxref"), 0)):
            self.unclear["startxref"] = None
        self._listen("xref")

    def cache_indirect_object(self, generation: int, idnum: int, obj: PdfObject | None) -> PdfObject | None:
        """Called by pypdf with each object that it has read."""
        begin = self.xref.get(generation, {}).get(idnum)
        is_packed = not generation and idnum in self.xref_objStm
        if obj is None:
            is_clear = not is_packed and not any(idnum in places for places in self.xref.values())
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

    def note(self, number: int, generation: int) -> None:
        """Another program may read this object otherwise."""
        self.unclear[_name(number, generation)] = None

    def _value(self, number: int, generation: int) -> PdfObject | None:
        return IndirectObject(number, generation, self).get_object()

    def _listen(self, where: str) -> None:
        """Look at what pypdf has remarked since it was looked at last."""
        if any(module in _MODULES and not words.startswith(_HARMLESS) for module, words in self._remarks):
            self.unclear[where] = None
        self._remarks.clear()


def _name(number: int, generation: int) -> str:
    return f"{number} {generation} obj"
