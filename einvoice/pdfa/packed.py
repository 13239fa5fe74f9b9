"""Objects that a PDF keeps packed in a stream, each read when it is asked for.

pypdf reads all objects of a stream as soon as one is asked for. A tagged page of an invoice has hundreds that only say
which words belong together, and to read them took two thirds of the time in which a Factur-X is judged.

Source: ISO 32000-1:2008 §7.5.7 (object streams).
"""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any, NamedTuple

from pypdf import PdfReader
from pypdf.errors import PdfStreamError
from pypdf.generic import IndirectObject, NumberObject, PdfObject, StreamObject, read_object

from einvoice.pdfa.plain import plain_object


class _Packed(NamedTuple):
    """An unpacked stream, and where each object begins in it."""

    data: bytes
    places: dict[int, int]


class Reader(PdfReader):
    """pypdf's reader; what is unusual about a stream is left to pypdf, which knows what to say of it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._packed: dict[int, _Packed | None] = {}
        super().__init__(*arguments, **options)

    def _get_object_from_stream(self, indirect_reference: IndirectObject) -> PdfObject:
        number = indirect_reference.idnum
        stream = self.xref_objStm[number][0]
        if stream not in self._packed:
            self._packed[stream] = self._unpacked(stream)
        packed = self._packed[stream]
        place = packed.places.get(number) if packed else None
        if packed is None or place is None:
            return super()._get_object_from_stream(indirect_reference)
        found = plain_object(packed.data, place, self)
        if found is None:
            data = io.BytesIO(packed.data)  # a copy is made only of what is written to
            data.seek(place)
            try:
                found = read_object(data, self)
            except PdfStreamError:
                return super()._get_object_from_stream(indirect_reference)
        self.cache_indirect_object(0, number, found)
        return found

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
        head = data[: max(0, first)].split()
        if first > len(data) or len(head) != 2 * count or not all(map(bytes.isdigit, head)):
            return None
        offsets = [first + int(offset) for offset in head[1::2]]
        if any(before >= after for before, after in pairwise(offsets)) or offsets[-1:] > [len(data) - 1]:
            return None
        places: dict[int, int] = {}
        for each, offset in zip(head[::2], offsets, strict=True):
            places.setdefault(int(each), offset)
        return _Packed(data, places)
