"""Objects that a viewer may read otherwise than pypdf: none passes in silence."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
import samples as s
from iso_reader import iso_read
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    TextStringObject,
    read_object,
)
from test_packed import _OBJECTS as PACKED
from test_packed import pdf_of

from einvoice.errors import Unreadable
from einvoice.facturx.container import check_container
from einvoice.facturx.embedded import extract
from einvoice.pdfa import preflight
from einvoice.pdfa.pdf import opened
from einvoice.pdfa.quiet import quiet
from einvoice.pdfa.spelling import is_clear
from einvoice.pdfa.watched import Watched

SCRIPT = {20: b"<</S/JavaScript/JS(app.alert\\(1\\))>>", 21: b"<</S/GoTo/D[3 0 R/Fit]>>"}
UNSEEN = {  # a script, for whoever reads the standard or has a lenient viewer
    "a comment in a reference": b"/OpenAction 20%\n0 R",
    "a comment after the generation": b"/OpenAction 20 0%\nR",
    "a NUL in a reference": b"/OpenAction 20\x000 R",
    "a long reference": b"/OpenAction 20                   0 R",
    "zeros before a number": b"/OpenAction 0000000000000000020 0 R",
    "in an array": b"/OpenAction[20%\n0 R]",
    "a NUL after a key": b"/OpenAction\x0020 0 R",
    "a NUL after a name": b"/OpenAction<</S/JavaScript\x00/JS(a)>>",
    "another generation": b"/OpenAction 20 7 R",
    "a key twice": b"/OpenAction 21 0 R/OpenAction 20 0 R",
    "a key twice, in two spellings": b"/OpenAction 21 0 R/Open#41ction 20 0 R",
    "a key twice, the script first": b"/X<</S/GoTo/S/JavaScript>>",
    "a null among the keys": b"/X 1 null/OpenAction 20 0 R>>endobj",
    "an end among the keys": b"/X 1 endobj/OpenAction 20 0 R",
    "half an end": b"/X 1 > /OpenAction 20 0 R",
    "half an end, and another": b"/X<</Y 1 > >/OpenAction 20 0 R",
    "a value that is no value": b"/X)/OpenAction 20 0 R",
    "a number of two signs": b"/X --1/OpenAction 20 0 R",
    "a key without value": b"/X/Y/OpenAction",
    "half an escape": b"/X/A#4/OpenAction 20 0 R",
    "a NUL in a name": b"/X/JS#00a",
    "a vertical tab in a name": b"/X[/JS\x0ba]",
    "a null among the keys, a comment with an end": b"/X<</Y/Z%>>\n null>>",
}


@pytest.mark.parametrize("entry", UNSEEN.values(), ids=UNSEEN)
def test_what_another_program_may_read_otherwise_is_told(entry):
    """The file is no PDF/A-3 for us, whatever pypdf makes of it."""
    broken = {each.fault.name: each.places for each in preflight(s.pdf(s.archival() | SCRIPT | {1: s.catalog(entry)}))}
    assert "1 0 obj" in broken["UNCLEAR"] or broken["UNCLEAR"] == ("20 7 obj",)


PLAIN = {
    "comments": b"%one\n%two\r/X%three\n/Y%four\n/Z[%five\n1%six\n]",
    "all blanks": b"\x00/X\t1\n/Y\x0c[\r2\x00 3 ]",
    "generations": b"/X 00021 00000 R",
    "numbers": b"/X[+1 -1 1. .5 -.5 +0.5 00 -0]",
    "names": b"/X[/A#42 /A#20B /#2f//#]".replace(b"/#]", b"/]"),
    "strings": b"/X[(a(b(c)d)e)(\\(\\)\\\\\\101\\7\\\nx\\\r\ny)(<<)(>>>>)(%)<>< 4 1 4>]",
    "nothing between": b"/X<</A/B/C(d)/E[1]/F<41>/G true>>/Y null",
    "an object that is nowhere": b"/X 99 0 R",
}


@pytest.mark.parametrize("entry", PLAIN.values(), ids=PLAIN)
def test_what_the_standard_allows_and_all_read_alike_is_no_fault(entry):
    """Odd as it may look."""
    assert preflight(s.pdf(s.archival() | SCRIPT | {1: s.catalog(entry)})) == ()


CONTENT = s.stream(b"q Q")
STREAMS = {
    "a comment before its data": CONTENT.replace(b">>\nstream", b">>%\nstream"),
    "no line end before its data": CONTENT.replace(b"stream\nq", b"stream q"),
    "too short a length": CONTENT.replace(b"/Length 3", b"/Length 1"),
    "too long a length": CONTENT.replace(b"/Length 3", b"/Length 30"),
    "no length": CONTENT.replace(b"/Length 3", b""),
    "a length elsewhere that is none": CONTENT.replace(b"/Length 3", b"/Length 21 0 R"),
    "a real length": CONTENT.replace(b"/Length 3", b"/Length 3.0"),
    "two lengths": CONTENT.replace(b"/Length 3", b"/Length 3/Length 1"),
    "an end within": s.stream(b"q endstream Q").replace(b"/Length 13", b"/Length 2"),
    "more after it": CONTENT + b"<</OpenAction 20 0 R>>",
    "another header": b"1 0 obj " + CONTENT,
}


@pytest.mark.parametrize("content", STREAMS.values(), ids=STREAMS)
def test_a_stream_that_begins_or_ends_in_doubt_is_told(content):
    """As are its data, if nobody knows how many there are; what pypdf cannot read at all is refused."""
    try:
        found = {each.fault.name for each in preflight(s.pdf(s.archival() | SCRIPT | {s.CONTENT: content}))}
    except Unreadable:
        found = {"REFUSED"}
    assert found & {"UNCLEAR", "REFUSED"}


@pytest.mark.parametrize("content", [CONTENT.replace(b"/Length 3", b"/Length 20 0 R"), CONTENT.replace(b"\n", b"\r\n")])
def test_a_stream_whose_length_stands_elsewhere_is_clear(content):
    """And one whose lines end as on Windows."""
    found = preflight(s.pdf(s.archival() | {s.CONTENT: content, 20: b"3"}))
    assert not found


GOOD = s.pdf(s.archival())
FILES = {
    "a line before the header": b"\n" + GOOD,
    "two pointers to the table": GOOD.replace(b"startxref\n", b"startxref 0\n"),
    "the header of another object": GOOD.replace(b"\n3 0 obj", b"\n8 0 obj"),
    "another generation": GOOD.replace(b"\n3 0 obj", b"\n3 1 obj"),
    "no header": GOOD.replace(b"\n3 0 obj", b"\n3 0 ojb"),
    "no end": GOOD.replace(b"endobj\n4 0", b"endojb\n4 0"),
    "a trailer without end": GOOD.replace(b"/Info 10 0 R", b"/Info 10 0 R null").replace(
        b">>\nstartxref", b"\nstartxref"
    ),
    "a key twice in the trailer": GOOD.replace(b"/Info 10 0 R", b"/Info 10 0 R/Info 9 0 R"),
    "a NUL in the trailer": GOOD.replace(b"/Info 10", b"/Info\x00 10"),
    "a NUL in a stream of places": pdf_of().replace(b"/Size 6", b"/Size 6/ID\x001"),
    "a table that is not where it should be": GOOD.replace(b"startxref\n", b"startxref\n9"),
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_a_file_whose_objects_have_to_be_searched_for_is_told(data):
    """Each program finds others."""
    assert "UNCLEAR" in {each.fault.name for each in preflight(data)}


@pytest.mark.parametrize(
    "third",
    [
        b"<</Length 3>>stream\na(b\nendstream",
        b"<</A 12%\n0 R>>",
        b"<</A 1/A 2>>",
        b"<</A\x00 1>>",
        b"<<>> <<>>",
        b"<</A 1 null>>",
        b"<<",
    ],
)
def test_a_packed_object_is_looked_at_as_well(third):
    """A stream may not be packed, nor may two objects stand in the place of one."""
    first, second, _ = PACKED
    with opened(pdf_of(objects=(first, second, third))) as pdf:
        pdf.resolved(IndirectObject(3, 0, pdf.reader))
        assert list(pdf.reader.unclear) == ["3 0 obj"]


def test_comments_between_packed_objects_are_no_fault():
    """Qpdf writes one before each, where it writes for people."""
    first, second, third = PACKED
    with opened(pdf_of(objects=(first, second + b"\n%% object 3", third), remark=b"%% object 1\n")) as pdf:
        assert [pdf.resolved(IndirectObject(number, 0, pdf.reader)) for number in (2, 3)] == [
            {"/Type": "/Pages", "/Kids": [], "/Count": 0},
            "words",
        ]
        assert not pdf.reader.unclear


def test_another_generation_of_a_packed_object_is_told():
    """It is none by the standard; a viewer that looks at the number finds it."""
    with opened(pdf_of()) as pdf:
        assert pdf.resolved(IndirectObject(3, 5, pdf.reader)) is None
        assert list(pdf.reader.unclear) == ["3 5 obj"]


def test_two_packed_objects_of_one_number_are_told():
    """Which of them counts is not said."""
    with opened(pdf_of().replace(b" 3 61\n", b" 2 61\n")) as pdf:
        pdf.resolved(IndirectObject(2, 0, pdf.reader))
        assert "4 0 obj" in pdf.reader.unclear


def test_the_invoice_of_such_a_pdf_is_not_trusted():
    """Which of two files is the invoice depends on who reads it: the container says so, and the XML is still read."""
    xml, other = s.cii(), s.cii(number="ANOTHER")
    objects = s.embedding(xml) | {22: s.stream(other, b"/Type/EmbeddedFile/Subtype/text#2Fxml")}
    objects[20] = objects[20].replace(b"/EF", b"/EF<</F 22 0 R/UF 22 0 R>>/EF")
    data = s.pdf(objects)
    assert extract(data).xml == other
    check = check_container(data)
    assert check.step.status == "failed"
    assert [(each.rule, each.facts) for each in check.observations] == [("EI-PDF-27", {"found": "20 0 obj"})]


def test_not_all_places_are_named():
    """A message is one that can be read, however many objects a stranger's PDF has."""
    twice = dict.fromkeys(range(20, 99), b"<</A 1/A 2>>")
    kids = b" ".join(b"%d 0 R" % number for number in twice)
    (told,) = preflight(s.pdf(s.archival() | twice | {s.CATALOG: s.catalog(b"/X[%s]" % kids)}))
    assert told.fault.name == "UNCLEAR"
    assert len(told.places) == 20


_SEEDS = (
    b"<</S/JavaScript/A 12 0 R/K[0 1 7 0 R]>>",
    b"<</A<</S/GoTo/D[1 0 R/Fit]>>/B(a\\(b)/C<41 42>/D -1.5/E .5/F 1./G +3/H true/I null>>",
    b"[<</X(a(b)c)/Y[1 2 3 4 0 R 5]>>null false/Z#41 2 0 R]",
    b"<</A%c\n12 0 R%d\r/B 1>>",
    b"<</A[12 0 R 13 0 R]/J#53(x\\101y\n)/B<<>>/C[]>>",
)
_PIECES = (
    *(bytes([each]) for each in b"\x00\t\n\r\x0b\x0c %/#()<>[]{}R01+-.x"),
    *rb"/A|#41|#00|\(|\7|\477|<<|>>| R|0 R|12 0 R|null|null |true|endobj|stream|R/|/S/X|<41>|(a)|9 1 R".split(b"|"),
    *(b"%\n", b"%a\r", b"\\", b"\\x", b"            ", b"0000000000000"),
)


def plain(value: PdfObject) -> Any:
    """What pypdf read, as `iso_read` has it."""
    if isinstance(value, IndirectObject):
        return ("R", value.idnum, value.generation)
    if isinstance(value, DictionaryObject):
        return {str(key).encode()[1:]: plain(value.raw_get(key)) for key in value}
    if isinstance(value, ArrayObject):
        return [plain(each) for each in list.__iter__(value)]
    kinds = {
        BooleanObject: lambda: str(value.value).lower(),
        NullObject: lambda: "null",
        NumberObject: lambda: float(value),
        FloatObject: lambda: float(value),
        NameObject: lambda: str(value).encode(),
        TextStringObject: lambda: value.original_bytes,
        ByteStringObject: lambda: bytes(value),
    }
    return kinds[type(value)]()


def test_what_is_clear_is_read_as_the_standard_says():
    """Whatever stands there: where neither pypdf nor we remark anything, a reader by the letter reads the same."""
    chance, clear, reader = random.Random(1), 0, Watched(io.BytesIO(GOOD))  # noqa: S311 - no secret
    for _ in range(5_000):
        text = bytearray(chance.choice(_SEEDS))
        for _ in range(chance.randint(0, 3)):
            place = chance.randrange(len(text) + 1)
            text[place : place + chance.choice((0, 0, 1))] = chance.choice(_PIECES)
        data = bytes(text)
        stream = io.BytesIO(data + b"\nendobj\n")
        with quiet() as remarks:
            try:
                found = plain(read_object(stream, reader))
            except PyPdfError:
                continue
        end = stream.tell()
        if is_clear(data) and not remarks and end <= len(data) and not data[end:].strip():
            clear += 1
            assert found == iso_read(data), data
    assert clear > 800
