"""PDFs that ask for everything: refused with a reason, in seconds and in bounded memory."""

from __future__ import annotations

import base64
import contextlib
import re
import struct
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
import samples as s
from hypothesis import given, settings
from hypothesis import strategies as st

from einvoice.errors import Unreadable, Unrecognised
from einvoice.facturx.container import check_container
from einvoice.facturx.embedded import extract
from einvoice.facturx.visible import compare_visible
from einvoice.model import Invoice
from einvoice.pdfa import ascii85, preflight
from einvoice.pdfa.pdf import Limits, Spent
from einvoice.rulebook import text

SMALL = Limits(file_bytes=20_000_000, stream_bytes=5_000_000, total_bytes=10_000_000, objects=7_000, seconds=1)
SECONDS = 20  # of processor time, which a busy machine does not lengthen, for four readings; most take milliseconds


def zeros(megabytes):
    """Zeros, packed: a megabyte takes a kilobyte."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


def holding(data, entries=b"/Filter/FlateDecode"):
    """A Factur-X whose XML is this stream."""
    return s.pdf(s.embedding(b"") | {21: s.stream(data, b"/Type/EmbeddedFile/Subtype/text#2Fxml" + entries)})


def with_names(tree, **objects):
    """A PDF with a tree of embedded files."""
    extra = {int(key[1:]): value for key, value in objects.items()}
    return s.pdf(s.archival() | {s.CATALOG: s.catalog(b"/Names<</EmbeddedFiles %s>>" % tree)} | extra)


def shifted(data):
    """A cross-reference table that points seven bytes too far, so that each object has to be searched for."""
    start, end = data.rindex(b"xref\n0"), data.index(b"trailer", data.rindex(b"xref\n0"))
    moved = re.sub(rb"(\d{10}) 00000 n", lambda match: b"%010d 00000 n" % (int(match[1]) + 7), data[start:end])
    return data[:start] + moved + data[end:]


def repeating_font(glyphs):
    """A CFF font in which all glyphs have the same name: whoever makes their names unique is busy for minutes."""

    def number(value):
        return b"\x1d" + struct.pack(">i", value)

    def index(item):
        return struct.pack(">HBII", 1, 4, 1, len(item) + 1) + item

    def top(drawings, names, encoding):
        entries = number(drawings) + b"\x11" + number(names) + b"\x0f" + number(encoding) + b"\x10"
        return b"\x01\0\4\4" + index(b"Bomb") + index(entries) + bytes(4)

    drawings = struct.pack(">HB", glyphs, 1) + b"\1" * (glyphs + 1)
    names = b"\0" + struct.pack(">H", 1) * (glyphs - 1)
    start = len(top(0, 0, 0))
    places = start, start + len(drawings), start + len(drawings) + len(names)
    return top(*places) + drawings + names + b"\0\1\x41"


XML = b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>"
MANY = b"".join(b"(a)%d 0 R " % number for number in range(30, 8030))
BOMBS = {
    "zeros": lambda: holding(zeros(200)),
    "packed twice": lambda: holding(zlib.compress(zeros(100), 9), b"/Filter[/FlateDecode/FlateDecode]"),
    "packed twenty times": lambda: holding(zeros(1), b"/Filter[" + b"/FlateDecode" * 20 + b"]"),
    "packed in text": lambda: holding(zlib.compress(b"z" * 100_000_000, 9), b"/Filter[/FlateDecode/ASCII85Decode]"),
    "text in text": lambda: holding(b"z" * 4_000_000, b"/Filter[" + b"/ASCII85Decode" * 20 + b"]"),
    "declared gigabyte": lambda: s.pdf(s.embedding(b"") | {21: b"<</Length 1073741824>>\nstream\nx\nendstream"}),
    "tree that contains itself": lambda: with_names(b"30 0 R", o30=b"<</Kids[30 0 R 30 0 R 30 0 R]>>"),
    "tree that doubles": lambda: with_names(
        b"30 0 R", **{f"o{n}": b"<</Kids[%d 0 R %d 0 R]>>" % (n + 1, n + 1) for n in range(30, 90)}, o90=b"<</Names[]>>"
    ),
    "deep tree": lambda: with_names(b"30 0 R", **{f"o{n}": b"<</Kids[%d 0 R]>>" % (n + 1) for n in range(30, 900)}),
    "pages that contain themselves": lambda: s.pdf(
        s.archival() | {s.PAGES: b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1>>"}
    ),
    "arrays in arrays": lambda: s.pdf(s.archival() | {s.CATALOG: s.catalog(b"/X " + b"[" * 200_000 + b"]" * 200_000)}),
    "dictionaries in dictionaries": lambda: s.pdf(
        s.archival() | {s.CATALOG: s.catalog(b"/X " + b"<</A " * 30_000 + b"1" + b">>" * 30_000)}
    ),
    "many files": lambda: with_names(
        b"<</Names[" + MANY + b"]>>", **{f"o{n}": b"<</Type/Filespec/F(a)>>" for n in range(30, 8030)}
    ),
    "wrong cross-references": lambda: shifted(
        with_names(
            b"<</Names[" + MANY + b"]>>",
            **{f"o{n}": b"<</Type/Filespec/F(a)/D(" + b"x" * 200 + b")>>" for n in range(30, 8030)},
        )
    ),
    "comments": lambda: b"%PDF-1.4\n1 0 obj\n" + b"%\n" * 3_000_000 + b"endobj\n",
    "ends": lambda: b"%PDF-1.4\n" + b"%%EO\n" * 1_000_000,
    "claimed objects": lambda: s.pdf(s.archival()).replace(b"xref\n0 11", b"xref\n0 99999999"),
    "reference to itself": lambda: s.pdf(s.archival() | {s.METADATA: b"9 0 R"}),
    "stream whose length is the stream": lambda: s.pdf(
        s.embedding(b"") | {21: b"<</Length 21 0 R>>\nstream\nx\nendstream"}
    ),
    "form that draws itself": lambda: s.pdf(
        s.archival()
        | {
            s.PAGE: s.page(resources=s.RESOURCES + b"/XObject<</X 20 0 R>>"),
            s.CONTENT: s.stream(b"/X Do"),
            20: s.stream(
                b"/X Do " * 1000, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 20 0 R>>>>"
            ),
        }
    ),
    "page of operators": lambda: s.pdf(
        s.archival() | {s.CONTENT: s.stream(zlib.compress(b"q Q " * 1_000_000), b"/Filter/FlateDecode")}
    ),
    "metadata without end": lambda: s.pdf(
        s.archival() | {s.METADATA: s.stream(zlib.compress(b"<a>" * 300_000), b"/Type/Metadata/Filter/FlateDecode")}
    ),
    "entities": lambda: s.pdf(
        s.archival()
        | {s.METADATA: s.stream(b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 9999 + b'">]><a>' + b"&b;" * 9999 + b"</a>")}
    ),
    "font of one name": lambda: s.pdf(
        s.archival()
        | {
            s.FONT: b"<</Type/Font/Subtype/Type1/BaseFont/B/FirstChar 65/LastChar 65/Widths[0]/FontDescriptor 21 0 R>>",
            21: b"<</Type/FontDescriptor/FontName/B/Flags 4/FontFile3 22 0 R>>",
            22: s.stream(repeating_font(60_000), b"/Subtype/Type1C"),
        }
    ),
    "nothing": lambda: b"",
    "header only": lambda: b"%PDF-1.7",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_soon_and_with_a_reason(name, caplog):
    """Whatever is asked of a bomb, the answer comes in time: a verdict, or the reason why there is none."""
    data = BOMBS[name]()
    started = time.process_time()
    check = check_container(data, limits=SMALL)
    assert check.step.status in {"passed", "failed", "not_run"}
    assert check.step.reason or check.step.status != "not_run"
    for reader in (extract, preflight):
        with contextlib.suppress(Unreadable, Unrecognised):  # nothing else may escape
            reader(data, limits=SMALL)
    compare_visible(data, Invoice(number="F2026-0001"), limits=SMALL)
    assert time.process_time() - started < SECONDS
    assert not caplog.records  # what the PDF library remarks quotes the file


def test_what_is_too_large_is_not_run():
    """Two hundred megabytes of zeros are never unpacked: the step says that it did not run, and why."""
    check = check_container(holding(zeros(200)), limits=SMALL)
    assert check.step.status == "not_run"
    assert "exceeds a limit" in text(check.step.reason, "en")


def test_a_file_in_text_is_read():
    """ASCII85, alone and around or inside another filter, gives the bytes that went in."""
    for data, filters in (
        (base64.a85encode(XML, adobe=True), b"/ASCII85Decode"),
        (zlib.compress(base64.a85encode(XML)), b"[/FlateDecode/A85]"),
        (base64.a85encode(zlib.compress(XML)) + b"~>", b"[/ASCII85Decode/FlateDecode]"),
    ):
        assert extract(holding(data, b"/Filter" + filters)).xml == XML


@settings(deadline=None)
@given(data=st.binary(max_size=300), most=st.integers(300, 400))
def test_ascii85_is_what_python_says_that_it_is(data, most):
    """All groups at once give what one by one gives, zeros and an unfinished group included."""
    assert ascii85.decoded(base64.a85encode(data), most) == data


@pytest.mark.parametrize("text", [b"uuuuu", b"!!!!v", b"!!\x80!!", b's8W-"'])
def test_what_is_no_ascii85_is_refused(text):
    """Groups above four bytes and other characters, wherever they stand."""
    with pytest.raises(ValueError, match=r".+"):
        base64.a85decode(text)
    with pytest.raises(ValueError, match=r".+"):
        ascii85.decoded(b"abcde" * 3 + text, 1000)


def test_a_long_text_costs_a_second_and_a_stream_in_vain_is_unpacked_once(monkeypatch):
    """Thirty million characters of a file of 50 kB, named in two places, that are no invoice: seconds, not a minute."""
    calls, decoded = [], ascii85.decoded
    monkeypatch.setattr(ascii85, "decoded", lambda *given: (calls.append(1), decoded(*given))[1])
    text = b"a" * 30_000_000
    started = time.process_time()
    with pytest.raises(Unrecognised):
        extract(holding(zlib.compress(text + b"v", 9), b"/Filter[/FlateDecode/ASCII85Decode]"))
    assert time.process_time() - started < 5
    assert len(calls) == 1


MEASURED = """
import pathlib, resource, sys
sys.path.insert(0, {folder!r})
import test_bombs
from einvoice.facturx.container import check_container
for name in ("zeros", "packed in text", "many files", "page of operators"):
    check_container(test_bombs.BOMBS[name](), limits=test_bombs.SMALL)
status = pathlib.Path("/proc/self/status")
if status.exists():  # of this program alone: what getrusage says counts what its parent held when it was started
    print(next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) // 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_memory_stays_bounded():
    """The worst bombs together take less memory than a single one would unpack to."""
    program = MEASURED.format(folder=str(Path(__file__).parent))
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    assert int(run.stdout) < 250  # megabytes; the interpreter with pytest and pydantic takes some 90 of them


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"file_bytes": 100}, "bytes"),
        ({"objects": 2}, "objects"),
        ({"seconds": 0.0}, "seconds"),
        ({"total_bytes": 10}, "unpacks"),
        ({"stream_bytes": 10}, "exceeds a limit"),
    ],
)
def test_each_limit_holds(change, reason):
    """A limit that is lowered refuses a good PDF, and the message names it."""
    data = s.pdf(s.embedding(s.cii()) | {21: s.stream(zlib.compress(s.cii()), b"/Filter/FlateDecode")})
    with pytest.raises(Unreadable, match=reason):
        extract(data, limits=replace(Limits(), **change))
    assert extract(data).xml == s.cii()


@pytest.mark.parametrize("drawing", [b"1 " * 50, b"[" + b"1 " * 50 + b"] TJ", b"[]" * 50, b"() Tj " * 50])
@pytest.mark.parametrize("place", [s.CONTENT, 20])
def test_what_pages_draw_is_bounded_in_all(drawing, place):
    """Twenty megabytes of "1 1 1" took nine seconds, and their list 400 MB; in a page, or in the map of a font."""
    font = s.archival()[s.FONT].replace(b"/Type/Font", b"/Type/Font/ToUnicode 20 0 R")
    data = s.pdf(s.archival() | {20: s.stream(b""), s.FONT: font, place: s.stream(s.TEXT + b"\n" + drawing)})
    assert preflight(data, limits=Limits(tokens=150)) is not None
    with pytest.raises(Spent, match="too many numbers and texts"):
        preflight(data, limits=Limits(tokens=40))


def test_pages_that_are_not_looked_at_are_not_passed():
    """A PDF of more pages than that is refused, whatever is on them; what is attached to it is still read."""
    kids = b" ".join(b"%d 0 R" % number for number in range(30, 5_031))
    tree = {s.PAGES: b"<</Type/Pages/Kids[%s]/Count 5001>>" % kids} | dict.fromkeys(range(30, 5_031), s.page())
    data = s.pdf(s.embedding(s.cii()) | tree)
    with pytest.raises(Spent, match="more than 5000 pages"):
        preflight(data)
    assert extract(data).xml == s.cii()
    tree[s.PAGES] = tree[s.PAGES].replace(b"[30 0 R ", b"[")
    assert preflight(s.pdf(s.embedding(s.cii()) | tree)) == ()


def test_the_same_pdf_is_refused_in_the_same_words():
    """What pypdf says of a reference ends in an address of memory, which no report is to tell."""
    data = s.pdf(s.archival() | {s.CONTENT: b"<</Length %d 0 R>>\nstream\nBT ET\nendstream" % s.CONTENT})
    told = set()
    for _ in range(2):
        with pytest.raises(Unreadable) as refused:
            preflight(data)
        told.add(str(refused.value))
    assert len(told) == 1
    assert f"IndirectObject({s.CONTENT}, 0)" in told.pop()
