"""Writing a PDF anew, the same bytes for the same content.

    data = written(pdf)

A PDF/A has demands on its very syntax: header, identifiers, line ends, the form of strings. Writing all objects anew
meets them once and for all, whoever made the file, and drops what nothing refers to. Content streams, images and fonts
are copied as they stand, so nothing that is seen can change; so are packed objects that are plain already
(`as_written`) and that nobody has read, but for the numbers of what they refer to.

Objects are numbered as they are met from the catalogue on, packed into object streams (which halves a tagged PDF), and
the identifier is a digest of what is written: no clock, no chance.

Sources: ISO 32000-1:2008 §7.5 (file structure), §7.5.7 and §7.5.8 (object and cross-reference streams), §14.4 (file
identifiers); ISO 19005-3:2012 §6.1.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from einvoice.errors import Unreadable
from einvoice.pdfa.as_written import renumbered
from einvoice.pdfa.pdf import Pdf

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_PACKED = 200  # objects in one object stream
_IN_NAME = re.compile(rb"[^!-~]|[#()<>\[\]{}/%]")
_IN_STRING = re.compile(rb"[\\()\r\n]")
_ESCAPES = {b"\\": b"\\\\", b"(": b"\\(", b")": b"\\)", b"\r": b"\\r", b"\n": b"\\n"}
_COMPRESSION = 9


def written(pdf: Pdf) -> bytes:
    """The `pdf` with its changes, as the bytes of a new file. Raises `Unreadable` where it exceeds the limits."""
    writer = _Writer(pdf)
    catalog = writer.number(pdf.reader.trailer.raw_get("/Root"))
    info = writer.number(pdf.reader.trailer.raw_get("/Info")) if "/Info" in pdf.reader.trailer else None
    writer.run()
    first = file_identifier(pdf)
    second = hashlib.md5(bytes(writer.out) + b"".join(writer.packed.values()), usedforsecurity=False).digest()
    return writer.finished(catalog, info, first or second, second)


def file_identifier(pdf: Pdf) -> bytes | None:
    """The permanent identifier of the file, if it has one."""
    identifiers = pdf.array(pdf.reader.trailer.get("/ID"))
    first = pdf.resolved(identifiers[0]) if identifiers else None
    if isinstance(first, TextStringObject):
        return first.original_bytes or None
    return bytes(first) or None if isinstance(first, ByteStringObject) else None


def compressed(data: bytes, **entries: PdfObject) -> StreamObject:
    """A new stream, packed. `Type=NameObject("/EmbeddedFile")` becomes /Type."""
    return StreamObject.initialize_from_dictionary(
        {
            NameObject("/Filter"): NameObject("/FlateDecode"),
            **{NameObject(f"/{key}"): value for key, value in entries.items()},
            "__streamdata__": zlib.compress(data, _COMPRESSION),
        }
    )


def text_string(text: str) -> ByteStringObject:
    """A text string: ASCII as it is, anything else as UTF-16 (ISO 32000-1 §7.9.2.2)."""
    return ByteStringObject(text.encode("ascii") if text.isascii() else b"\xfe\xff" + text.encode("utf-16-be"))


def canonical(pdf: Pdf, value: PdfObject | None) -> bytes:
    """A digest of an object with all that it refers to: equal for equal objects, wherever they stand."""
    writer = _Writer(pdf, copying=False)
    body = writer.encoded(value)
    writer.run()
    parts = (body, bytes(writer.out), *writer.packed.values())
    return hashlib.md5(b"\0".join(parts), usedforsecurity=False).digest()


@dataclass(slots=True)
class _Writer:
    pdf: Pdf
    copying: bool = True  # plain objects that nobody has read are copied as they are written
    out: bytearray = field(default_factory=lambda: bytearray(_HEADER))
    numbers: dict[tuple[int, int], int] = field(default_factory=dict)
    waiting: deque[tuple[int, IndirectObject]] = field(default_factory=deque)
    offsets: dict[int, int] = field(default_factory=dict)
    packed: dict[int, bytes] = field(default_factory=dict)

    def number(self, value: PdfObject) -> int:
        """The new number of an indirect object; the object itself is written later."""
        if not isinstance(value, IndirectObject):
            raise Unreadable("EI-NO-PDF-13")
        key = (value.idnum, value.generation)
        if key not in self.numbers:
            self.numbers[key] = len(self.numbers) + 1
            self.waiting.append((self.numbers[key], value))
        return self.numbers[key]

    def _number_in_copy(self, number: int, generation: int) -> int:
        known = self.numbers.get((number, generation))
        return known or self.number(IndirectObject(number, generation, self.pdf.reader))

    def run(self) -> None:
        while self.waiting:
            number, reference = self.waiting.popleft()
            copied = self.pdf.reader.as_written(reference) if self.copying else None
            if copied is not None:
                self.pdf.tick()
                self.packed[number] = renumbered(copied, self._number_in_copy)
                continue
            value = self.pdf.resolved(reference)
            if isinstance(value, StreamObject):
                self._direct(number, self._stream(value))
            else:
                self.packed[number] = self.encoded(value)

    def finished(self, catalog: int, info: int | None, first: bytes, second: bytes) -> bytes:
        count = len(self.numbers)
        places: dict[int, tuple[int, int]] = {}
        members = list(self.packed.items())
        for start in range(0, len(members), _PACKED):
            count += 1
            chunk = members[start : start + _PACKED]
            places |= {number: (count, index) for index, (number, _) in enumerate(chunk)}
            self._direct(count, _object_stream(chunk))
        position = len(self.out)
        count += 1
        self.offsets[count] = position
        rows = bytearray(b"\x00" + bytes(4) + b"\xff\xff")
        for number in range(1, count + 1):
            container, index = places.get(number, (0, 0))
            kind, where = (2, container) if container else (1, self.offsets[number])
            rows += bytes([kind]) + where.to_bytes(4, "big") + index.to_bytes(2, "big")
        identifiers = f"<{first.hex()}><{second.hex()}>".encode()
        entries = b"/Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/ID[%s]" % (count + 1, catalog, identifiers)
        if info is not None:
            entries += b"/Info %d 0 R" % info
        self._direct(count, _flate(bytes(rows), entries))
        self.out += b"startxref\n%d\n%%%%EOF\n" % position
        return bytes(self.out)

    def _direct(self, number: int, body: bytes) -> None:
        self.offsets[number] = len(self.out)
        self.out += b"%d 0 obj\n%s\nendobj\n" % (number, body)

    def _stream(self, stream: StreamObject) -> bytes:
        raw = stream._data  # noqa: SLF001 - the bytes as they stand in the file; pypdf gives them nowhere else
        entries = b"".join(self._entry(key, value) for key, value in stream.items() if key != "/Length")
        return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(raw), raw)

    def _entry(self, key: str, value: PdfObject) -> bytes:
        return _name(key) + b" " + self.encoded(value)

    def encoded(self, value: PdfObject | None) -> bytes:
        """How a value is written; what is none of the types of PDF is null."""
        encode = _ENCODERS.get(type(value)) or next(
            (way for kind, way in _ENCODERS.items() if isinstance(value, kind)), None
        )
        return encode(self, value) if encode else b"null"

    def _reference(self, value: IndirectObject) -> bytes:
        return b"%d 0 R" % self.number(value)

    def _dictionary(self, value: DictionaryObject) -> bytes:
        return b"<<%s>>" % b"".join([self._entry(key, each) for key, each in value.items()])

    def _array(self, value: ArrayObject) -> bytes:
        return b"[%s]" % b" ".join([self.encoded(item) for item in value])


def _object_stream(members: list[tuple[int, bytes]]) -> bytes:
    head, body = bytearray(), bytearray()
    for number, data in members:
        head += b"%d %d " % (number, len(body))
        body += data + b" "
    return _flate(bytes(head + body), b"/Type/ObjStm/N %d/First %d" % (len(members), len(head)))


def _flate(data: bytes, entries: bytes) -> bytes:
    packed = zlib.compress(data, _COMPRESSION)
    return b"<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (entries, len(packed), packed)


@lru_cache(maxsize=4096)
def _name(name: str) -> bytes:
    return b"/" + _IN_NAME.sub(lambda match: b"#%02X" % match[0][0], name[1:].encode("utf-8"))


def _string(data: bytes) -> bytes:
    """A literal string; a carriage return would be read as a line feed, so it is escaped."""
    return b"(" + _IN_STRING.sub(lambda match: _ESCAPES[match[0]], data) + b")"


_ENCODERS: dict[type, Callable[[_Writer, Any], bytes]] = {  # of a type that is not among them, the first that fits
    IndirectObject: _Writer._reference,  # noqa: SLF001 - of this module
    DictionaryObject: _Writer._dictionary,  # noqa: SLF001
    ArrayObject: _Writer._array,  # noqa: SLF001
    NameObject: lambda _, value: _name(value),
    TextStringObject: lambda _, value: _string(value.original_bytes),
    ByteStringObject: lambda _, value: _string(bytes(value)),
    BooleanObject: lambda _, value: b"true" if value.value else b"false",
    NumberObject: lambda _, value: b"%d" % value,
    FloatObject: lambda _, value: repr(value).encode("ascii"),
}
