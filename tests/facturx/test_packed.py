"""Objects in a stream: each is read alone, and is what pypdf makes of it."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader
from pypdf.errors import LimitReachedError, PdfReadError
from pypdf.generic import DictionaryObject, IndirectObject

from einvoice.pdfa.packed import Reader
from einvoice.pdfa.pdf import Limits, Spent, opened
from einvoice.pdfa.quiet import quiet

_OBJECTS = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>", b"(words)")


def pdf_of(
    offsets: tuple[int, ...] | None = None,
    blank: bytes = b"\n",
    objects: tuple[bytes, bytes, bytes] = _OBJECTS,
    remark: bytes = b"",
) -> bytes:
    """A PDF whose objects 1, 2 and 3 stand in the stream 4; `offsets` says where, if not where they are."""
    starts = offsets or tuple(sum(len(each) + 1 for each in objects[:at]) for at in range(3))
    head = b" ".join(b"%d %d" % pair for pair in zip((1, 2, 3), starts, strict=True)) + b"\n" + remark
    packed = head + blank.join(objects)
    made = b"%PDF-1.7\n"
    stream = len(made)
    made += b"4 0 obj\n<</Type/ObjStm/N 3/First %d/Length %d>>stream\n" % (len(head), len(packed))
    made += packed + b"\nendstream\nendobj\n"
    table = len(made)
    places = [(0, 0), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, stream), (1, table)]
    rows = b"".join(bytes((row[0], *row[1].to_bytes(2, "big"), row[2] if len(row) > 2 else 0)) for row in places)
    made += b"5 0 obj\n<</Type/XRef/W[1 2 1]/Size 6/Root 1 0 R/Length %d>>stream\n" % len(rows)
    return made + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % table


def test_an_object_is_read_without_the_others():
    """What is asked for is what pypdf reads, and what is not asked for is not read."""
    reader, theirs = Reader(io.BytesIO(pdf_of()), most=999), PdfReader(io.BytesIO(pdf_of()))
    assert reader.root_object["/Pages"] == theirs.root_object["/Pages"] == {"/Type": "/Pages", "/Kids": [], "/Count": 0}
    assert (0, 3) in theirs.resolved_objects
    assert (0, 3) not in reader.resolved_objects
    assert IndirectObject(3, 0, reader).get_object() == "words"


@pytest.mark.parametrize("blank", [b" ", b"\n", b"\r\n", b"\x00"])
def test_an_object_may_begin_at_the_blank_before_it(blank):
    """The blank is passed over, as pypdf does."""
    catalog, pages, _ = _OBJECTS
    data = pdf_of((0, len(catalog), len(catalog) + len(blank) + len(pages)), blank)
    for reader in (Reader(io.BytesIO(data), most=999), PdfReader(io.BytesIO(data))):
        assert IndirectObject(2, 0, reader).get_object() == {"/Type": "/Pages", "/Kids": [], "/Count": 0}
        assert IndirectObject(3, 0, reader).get_object() == "words"
    reader = Reader(io.BytesIO(data), most=999)
    assert reader.as_written(IndirectObject(2, 0, reader)) == pages


def test_a_stream_that_is_not_as_the_standard_says_is_left_to_pypdf():
    """Places that do not increase are refused as pypdf refuses them."""
    with pytest.raises(PdfReadError, match="Invalid offset"):
        IndirectObject(2, 0, Reader(io.BytesIO(pdf_of((0, 30, 30))), most=999)).get_object()


def test_streams_of_objects_are_bounded_together():
    """They are kept unpacked: a file of 23 MB took 4 GB."""
    size = len(b"1 0 2 32 3 63\n" + b"\n".join(_OBJECTS))
    with opened(pdf_of(), Limits(total_bytes=size)) as pdf:
        assert pdf.text(IndirectObject(3, 0, pdf.reader)) == "words"
    with pytest.raises(Spent), opened(pdf_of(), Limits(total_bytes=size // 2)):
        pass


@pytest.mark.parametrize("level", [b"<<", b"<</A ", b"["])
def test_an_object_that_never_ends_is_refused_at_once(level):
    """Pypdf reads each level of it to the end: 33 kB took 13 seconds."""
    endless = level * 300
    with pytest.raises(LimitReachedError, match="nested too deeply"):
        IndirectObject(2, 0, Reader(io.BytesIO(pdf_of(objects=(_OBJECTS[0], endless, b"1"))), most=9_999)).get_object()


@pytest.mark.parametrize(
    "end",
    [
        b"/X1 0 R>>",  # the name is X1, and R is nothing
        b"/X 9 0 Rx>>",
        b"/X (a>>",
        b"/X %>>",
        b"/X<</Y 1>>",
        b"",
    ],
)
def test_of_a_malformed_object_is_read_what_can_be(end):
    """What it begins with, wherever it stands in the stream, and nothing of the object that follows."""
    malformed = b"<</A<</S/JavaScript>>" + end
    reader = Reader(io.BytesIO(pdf_of(objects=(_OBJECTS[0], malformed, malformed + b" "))), most=999)
    with quiet():
        second, third = (IndirectObject(number, 0, reader).get_object() for number in (2, 3))
    assert isinstance(second, DictionaryObject)
    assert second["/A"] == {"/S": "/JavaScript"}
    assert second == third
