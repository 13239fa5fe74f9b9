"""Opening a PDF that anybody may have sent: bounded in time, memory and depth.

    with opened(data) as pdf:
        catalog = pdf.catalog
        name = pdf.name(catalog.get("/PageMode"))

An invoice arrives by mail from strangers, and a PDF is a good place for a bomb: a kilobyte that unpacks to a gigabyte,
a page tree that contains itself, a million objects. pypdf bounds what it does for one stream, one array, one tree; this
module sets those bounds, adds those for the whole document, and turns everything that pypdf's code trips over on broken
input into `Unreadable`. The readers of single values never fail: what has the wrong type counts as absent.

Source: ISO 32000-1:2008 §7 (syntax), §7.9 (data structures); bombs measured in tests/facturx/test_bombs.py.
"""

from __future__ import annotations

import io
import re
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat

from pypdf import apply_configuration
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
from pypdf.generic import (
    ArrayObject,
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

from einvoice.errors import MissingExtra, Unreadable
from einvoice.pdfa import ascii85
from einvoice.pdfa.packed import Reader
from einvoice.pdfa.quiet import quiet, watch

# pypdf meets hostile bytes with whatever its code trips over: an index, a type, a recursion. These are what bytes can
# cause; `MemoryError` is left to the caller, and anything else would be a fault of ours.
FAULTS = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    EOFError,
    OSError,
    struct.error,
    zlib.error,
)
watch("pypdf")

_FIRST_NEW = 1 << 40  # numbers of objects that we add; a file counts to 8,388,607 at most
_MAX_PAGES = 5_000  # that are looked at
_ADDRESS = re.compile(r"IndirectObject\((\d+, \d+), \d+\)")
_CIPHERS = "cryptography"  # the package that pypdf asks for where it meets AES
_LOOK = 16  # objects, after which the clock is looked at, as it is after each stream
_TAIL = 65_536  # the cross-reference pointer stands at the end; pypdf walks back line by line to find it


class Locked(Unreadable):
    """The PDF is encrypted and does not open without a password, or not without a cipher that is not installed."""


class NoCipher(MissingExtra, Locked):
    """The PDF opens without a password, but its cipher needs the extra `encrypted`."""

    def __init__(self, extra: str = "encrypted") -> None:
        super().__init__(extra)


class Spent(Unreadable):
    """The PDF asks for more time, memory or depth than is allowed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost. The defaults are some ten times what the largest invoice of the corpus needs."""

    file_bytes: int = 100_000_000
    stream_bytes: int = 50_000_000  # one stream, unpacked
    total_bytes: int = 150_000_000  # all streams, unpacked; as much again for those that objects are packed in
    objects: int = 300_000  # visited
    tokens: int = 1_500_000  # numbers, names, texts and operators in all content streams and CMaps
    depth: int = 100  # of trees
    seconds: float = 20.0


@contextmanager
def opened(data: bytes, limits: Limits | None = None) -> Iterator[Pdf]:
    """The PDF of these bytes (`data`), for as long as the block lasts; `limits` bound what reading it may cost.

    Raises `Unreadable`, also from within the block: not a PDF, damaged beyond reading, or over a limit; the message
    says which.
    """
    limits = limits or Limits()
    if len(data) > limits.file_bytes:
        raise Spent("EI-NO-PDF-01", {"limit": str(limits.file_bytes)})
    if b"%PDF-" not in data[:1024]:
        raise Unreadable("EI-NO-PDF-02")
    if b"startxref" not in data[-_TAIL:]:
        raise Unreadable("EI-NO-PDF-03")
    with (
        quiet() as remarks,
        apply_configuration(
            maximum_declared_stream_length=limits.file_bytes,
            array_based_stream_maximum_output_length=limits.stream_bytes,
            lzw_maximum_output_length=limits.stream_bytes,
            run_length_maximum_output_length=limits.stream_bytes,
            zlib_maximum_output_length=limits.stream_bytes,
            stream_decoding_work_maximum_length=4 * limits.stream_bytes,
            xmp_maximum_input_length=1_000_000,
            page_tree_maximum_depth=limits.depth,
            disable_legacy_handling=True,
            jbig2dec_binary=None,  # no program is ever started
        ),
    ):
        try:
            entries = 2 * limits.objects
            reader = Reader(
                io.BytesIO(data), remarks=remarks, most=limits.total_bytes, xref_stream_maximum_entries=entries
            )
            pdf = Pdf(reader, limits)
            if not pdf.opens:
                raise Locked("EI-NO-PDF-04")
            yield pdf
        except DependencyError as error:
            if _CIPHERS in str(error):
                raise NoCipher from error
            raise Locked("EI-NO-PDF-05", {"detail": _said(error)}) from error
        except LimitReachedError as error:
            raise Spent("EI-NO-PDF-06", {"detail": _said(error)}) from error
        except FAULTS as error:
            raise Unreadable("EI-NO-PDF-07", {"detail": _said(error)}) from error


def _said(error: Exception) -> str:
    """What an error says, the same each time: pypdf's references tell where in memory their file is."""
    return _ADDRESS.sub(r"IndirectObject(\1)", str(error)) or type(error).__name__


@dataclass(slots=True)
class Pdf:
    """An open PDF and what reading it has cost so far."""

    reader: Reader
    limits: Limits
    catalog: DictionaryObject = field(init=False)  # ISO 32000-1 §7.7.2
    lost_pages: bool = False  # whether `pages` met a part of the page tree that it cannot read
    tokens: Iterator[None] = field(init=False)  # one for each that may be read in content streams; they share it
    _objects: int = 0
    _bytes: int = 0
    _added: int = 0
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.limits.seconds
        self.tokens = repeat(None, self.limits.tokens)
        if self.opens:
            self.catalog = self.reader.root_object  # once: pypdf looks for a broken one anew each time

    @property
    def is_encrypted(self) -> bool:
        """Whether its content is enciphered, be it with an empty password."""
        return self.reader.is_encrypted

    @property
    def opens(self) -> bool:
        """Whether it can be read without a password."""
        ciphers = self.reader._encryption  # noqa: SLF001 - pypdf tells it nowhere else
        return ciphers is None or ciphers.is_decrypted()

    def add(self, value: PdfObject) -> IndirectObject:
        """A new object, and the reference to it. The bytes that were opened do not change; see `writing`."""
        self._added += 1
        number = _FIRST_NEW + self._added
        self.reader.cache_indirect_object(0, number, value)
        return IndirectObject(number, 0, self.reader)

    def tick(self, count: int = 1) -> None:
        """Count objects; `Spent` when there are too many, or time is up, which is looked at now and then."""
        before = self._objects
        self._objects = now = before + count
        if now > self.limits.objects:
            raise Spent("EI-NO-PDF-08", {"limit": str(self.limits.objects)})
        if not before or before // _LOOK != now // _LOOK:
            self.check_time()

    def check_time(self) -> None:
        """`Spent` when time is up."""
        if time.monotonic() > self._deadline:
            raise Spent("EI-NO-PDF-09", {"limit": f"{self.limits.seconds:g}"})

    def resolved(self, value: PdfObject | None) -> PdfObject | None:
        """What a reference stands for; `None` where it leads nowhere or to something broken."""
        if not isinstance(value, IndirectObject):
            return value
        self.tick()
        try:
            return value.get_object()
        except LimitReachedError:
            raise
        except FAULTS:
            self.reader.note(value.idnum, value.generation)
            return None

    def dictionary(self, value: PdfObject | None) -> DictionaryObject:
        """The dictionary, or an empty one. A stream is its dictionary."""
        found = self.resolved(value)
        return found if isinstance(found, DictionaryObject) else DictionaryObject()

    def array(self, value: PdfObject | None) -> ArrayObject:
        """The array, or an empty one."""
        found = self.resolved(value)
        return found if isinstance(found, ArrayObject) else ArrayObject()

    def name(self, value: PdfObject | None) -> str | None:
        """The name without its slash."""
        found = self.resolved(value)
        return found[1:] if isinstance(found, NameObject) else None

    def text(self, value: PdfObject | None) -> str | None:
        """The text of a string (ISO 32000-1 §7.9.2)."""
        found = self.resolved(value)
        if isinstance(found, TextStringObject):
            return str(found)
        return found.decode("latin-1") if isinstance(found, ByteStringObject) else None

    def number(self, value: PdfObject | None) -> Decimal | None:
        """The number, as written."""
        found = self.resolved(value)
        return Decimal(str(found)) if isinstance(found, NumberObject | FloatObject) else None

    def content(self, value: PdfObject | None) -> bytes | None:
        """The unpacked bytes of a stream; `None` where it is not one or cannot be unpacked."""
        found = self.resolved(value)
        if not isinstance(found, StreamObject):
            return None
        try:
            data = self._unpacked(found)
        except LimitReachedError:
            raise
        except ascii85.TooLong:
            raise Spent("EI-NO-PDF-10", {"limit": str(self.limits.stream_bytes)}) from None
        except FAULTS:
            return None
        self._bytes += len(data)
        if self._bytes > self.limits.total_bytes:
            raise Spent("EI-NO-PDF-10", {"limit": str(self.limits.total_bytes)})
        self.check_time()
        return data

    def _unpacked(self, stream: StreamObject) -> bytes:
        names = [self.name(each) or "" for each in self._as_list(stream.get("/Filter"))]
        if not set(names) & set(ascii85.NAMES):
            return stream.get_data()
        parameters = self._as_list(stream.get("/DecodeParms"))
        packed: bytes = stream._data  # noqa: SLF001 - pypdf shows the unpacked bytes only
        return ascii85.unpacked(packed, names, parameters, self.limits.stream_bytes)

    def _as_list(self, value: PdfObject | None) -> list[PdfObject]:
        found = self.resolved(value)
        if found is None:
            return []
        return list(found) if isinstance(found, ArrayObject) else [found]

    def pages(self, *, judged: bool = False) -> list[DictionaryObject]:
        """The page dictionaries, as far as the page tree can be walked; if they are `judged`, `Spent` for too many."""
        found: list[DictionaryObject] = []
        seen: set[int] = set()
        waiting: list[PdfObject | None] = [self.catalog.get("/Pages")]
        while waiting and len(found) < _MAX_PAGES:
            node = self.dictionary(waiting.pop())
            self.tick()
            kids = self.array(node.get("/Kids"))
            is_empty = not kids and ("/Count" in node or self.name(node.get("/Type")) == "Pages")
            if not node or (is_empty and self.number(node.get("/Count")) != 0):
                self.lost_pages = True
            if not node or id(node) in seen:
                continue
            seen.add(id(node))
            if "/Kids" in node:
                waiting.extend(reversed(kids))
            else:
                found.append(node)
        if waiting and judged:
            raise Spent("EI-NO-PDF-14", {"limit": str(_MAX_PAGES)})
        return found

    def tree_leaves(self, root: PdfObject | None, kids: str, leaf: str) -> Iterator[PdfObject]:
        """The raw values of a tree's leaf arrays in order, each node once (name trees: "/Kids" and "/Names")."""
        seen: set[int] = set()
        waiting: list[tuple[PdfObject | None, int]] = [(root, 0)]
        while waiting:
            reference, depth = waiting.pop()
            node = self.dictionary(reference)
            self.tick()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if depth > self.limits.depth:
                raise Spent("EI-NO-PDF-11", {"limit": str(self.limits.depth)})
            yield from self.array(node.get(leaf))
            waiting.extend((kid, depth + 1) for kid in reversed(self.array(node.get(kids))))
