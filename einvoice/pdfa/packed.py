"""Objects that a PDF keeps packed in a stream, each read when it is asked for.

pypdf reads all objects of a stream as soon as one is asked for. A tagged page of an invoice has hundreds that only say
which words belong together, and to read them took two thirds of the time in which a Factur-X is judged.

Source: ISO 32000-1:2008 §7.5.7 (object streams).
"""

from __future__ import annotations

import io
import re
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from pypdf.errors import LimitReachedError, PdfStreamError
from pypdf.generic import IndirectObject, NullObject, NumberObject, PdfObject, StreamObject, read_object

from einvoice.pdfa.as_written import is_plain
from einvoice.pdfa.spelling import is_blank, is_clear
from einvoice.pdfa.watched import Watched

_BLANKS = b"\t\n\f\r "
_COMMENT = re.compile(rb"%[^\r\n]*")
_BEGIN = re.compile(rb"[^\x00\t\n\f\r ]")  # the place of an object may be that of the blank before it
_END = b"\nendobj\n>>\n"  # up to here pypdf takes what it can from an object that is malformed, and nothing of the next
_LONGEST = 100_000  # bytes of an object that is looked at as it is written
_NESTING = re.compile(rb"<<|>>|[\[\]]")
_DEEPEST = 256  # levels, which pypdf reads one inside the other: what never ends, again and again


class _Packed(NamedTuple):
    """An unpacked stream, and where each object stands in it."""

    data: bytes
    places: dict[int, tuple[int, int]]  # where it begins, and where the next one does


class Reader(Watched):
    """pypdf's reader; what is unusual about a stream is left to pypdf, which knows what to say of it."""

    def __init__(self, *arguments: Any, most: int, **options: Any) -> None:
        """`most`: bytes that the streams of objects may unpack to together, for they are kept; the rest is pypdf's."""
        self._most = most
        self._packed: dict[int, _Packed | None] = {}
        self._plain: dict[int, bytes | None] = {}
        super().__init__(*arguments, **options)

    def as_written(self, reference: IndirectObject) -> bytes | None:
        """A packed object as it is written; None where it is not plain, and where it was read: it may have changed."""
        number = reference.idnum
        if reference.generation or number not in self.xref_objStm or (0, number) in self.resolved_objects:
            return None
        if number not in self._plain:
            packed, begin, end = self._place(number)
            data = packed[begin:end].rstrip(_BLANKS) if end - begin <= _LONGEST else b""
            self._plain[number] = data if is_plain(data) else None
        return self._plain[number]

    def _get_object_from_stream(self, indirect_reference: IndirectObject) -> PdfObject:
        number = indirect_reference.idnum
        data, begin, end = self._place(number)
        if not end:
            self.note(self.xref_objStm[number][0], 0)
            return super()._get_object_from_stream(indirect_reference)
        written = data[begin:end]
        if _depth(written) > _DEEPEST:
            raise LimitReachedError("An object is nested too deeply.")
        stream = io.BytesIO(written + _END)
        try:
            found = read_object(stream, self)
        except PdfStreamError:
            found = NullObject()  # as pypdf has it
        is_whole = stream.tell() <= len(written) and is_blank(written, stream.tell())
        if not (is_whole and is_clear(written)) or isinstance(found, StreamObject):
            self.note(number, 0)
        self.cache_indirect_object(0, number, found)
        return found

    def _place(self, number: int) -> tuple[bytes, int, int]:
        """The unpacked stream that an object stands in, and where; nowhere, if it is left to pypdf."""
        stream = self.xref_objStm[number][0]
        if stream not in self._packed:
            self._packed[stream] = self._unpacked(stream)
        packed = self._packed[stream]
        begin, end = packed.places.get(number, (0, 0)) if packed else (0, 0)
        return packed.data if packed else b"", begin, end

    def _unpacked(self, number: int) -> _Packed | None:
        """The stream of that number; None where it is not as the standard says."""
        if number in self.xref_objStm:
            return None
        stream = IndirectObject(number, 0, self).get_object()
        if not isinstance(stream, StreamObject) or stream.get("/Type") != "/ObjStm":
            return None
        count, first = stream.get("/N"), stream.get("/First")
        if not isinstance(count, NumberObject) or not isinstance(first, NumberObject):
            return None
        data = stream.get_data()
        self._most -= len(data)
        if self._most < 0:
            raise LimitReachedError("The streams of objects unpack to too much.")
        head = _COMMENT.sub(b"", data[: max(0, first)]).split()
        if first > len(data) or len(head) != 2 * count or not all(map(bytes.isdigit, head)):
            return None
        offsets = [first + int(offset) for offset in head[1::2]]
        numbers = list(map(int, head[::2]))
        is_ambiguous = len(set(numbers)) != count or any(  # by its number, and by its place in the list
            self.xref_objStm.get(each) not in {None, (number, at)} and self.xref_objStm[each][0] == number
            for at, each in enumerate(numbers)
        )
        is_disordered = any(before >= after for before, after in pairwise(offsets)) or offsets[-1:] > [len(data) - 1]
        if is_ambiguous or is_disordered:
            return None
        places: dict[int, tuple[int, int]] = {}
        for each, (offset, end) in zip(numbers, pairwise((*offsets, len(data))), strict=True):
            if begin := _BEGIN.search(data, offset, end):
                places[each] = (begin.start(), end)
        return _Packed(data, places)


def _depth(data: bytes) -> int:
    """How deeply an object is nested, or deeper: what looks so in its strings is counted."""
    return max(accumulate(1 if mark in (b"<<", b"[") else -1 for mark in _NESTING.findall(data)), default=0)
