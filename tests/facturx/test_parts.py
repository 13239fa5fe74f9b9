"""The small readers on their own: content streams, CMaps, font programs, XMP, the sRGB profile."""

from __future__ import annotations

import struct
import time
from datetime import UTC, datetime, timedelta, timezone

import faulty
import pytest
import samples as s
from lxml import etree

from einvoice.errors import Unreadable
from einvoice.pdfa import preflight
from einvoice.pdfa.cmap import read_cmap
from einvoice.pdfa.colours import icc_space
from einvoice.pdfa.content import operations
from einvoice.pdfa.font_programs import read_cff, read_truetype, read_type1
from einvoice.pdfa.glyph_names import ENCODINGS, STANDARD_ENCODING, unicode_of
from einvoice.pdfa.icc import srgb_profile
from einvoice.pdfa.metadata import pdf_date
from einvoice.pdfa.pdf import opened
from einvoice.pdfa.writing import written
from einvoice.pdfa.xmp import Metadata, is_harmless, read_xmp, write_xmp


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"1 0 0 rg", [(b"rg", [1, 0, 0])]),
        (b"/F1 12 Tf (a\\(b\\)\\101\\n) Tj", [(b"Tf", ["/F1", 12]), (b"Tj", [b"a(b)A\n"])]),
        (b"[(a) -20 <4142>] TJ % remark\nET", [(b"TJ", [[b"a", -20, b"AB"]]), (b"ET", [])]),
        (b"/A#42 <</K[1 2]/L true>> BDC", [(b"BDC", ["/AB", {"/K": [1, 2], "/L": True}])]),
        (b"-.5 +3. 4-5 rg", [(b"rg", [-0.5, 3.0, 4])]),
        (b"1 0 0 -1 2.5 3 cm/a gs 1 2 3 4 5 6 7 c 1 w", [(b"cm", []), (b"gs", ["/a"]), (b"c", []), (b"w", [])]),
        (b"/a 1 w .5 w +1 2 Td/b gs", [(b"w", []), (b"w", []), (b"Td", []), (b"gs", ["/b"])]),
        (b"(nested (pair) \\\\) Tj", [(b"Tj", [b"nested (pair) \\"])]),
        (b"BI /W 2/H 1 ID \x00 EI\xff EI Q", [(b"BI", [{"/W": 2, "/H": 1}]), (b"Q", [])]),
        (b"", []),
    ],
)
def test_content_streams_are_read(content, expected):
    """Operators come with their operands, in every notation that PDF has for them."""
    assert list(operations(content)) == expected


@pytest.mark.parametrize(
    "content", [b"(open Tj", b"[1 2", b"1 2", b"<</A 1", b"BI /W 1", b"1 >> 2 w", b"[1 2 m] TJ", b"BI ID \x00 E"]
)
def test_malformed_content_is_refused(content):
    """A stream that ends in the middle of something says so."""
    with pytest.raises(Unreadable, match="content stream"):
        list(operations(content))


@pytest.mark.parametrize(
    "content",
    [
        b"/P <</MCID 1/MCID 2>> BDC",
        b"/P <</MCID>> BDC",
        b"/P <</A/B/#41/C>> BDC",
        b"BI /CS/G /CS/RGB ID x EI",
        b"BI /F/Fl /Filter/LZW ID x EI",
    ],
)
def test_a_key_that_stands_twice_in_content_is_refused(content):
    """Be it in two spellings: which of two values counts is not said."""
    with pytest.raises(Unreadable, match="a key twice"):
        list(operations(content))


def test_cmaps_map_codes_to_characters_and_text():
    """Code spaces, single codes and ranges, for CIDs and for Unicode."""
    cmap = read_cmap(
        b"/WMode 1 def 2 begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange\n"
        b"1 begincidchar <41> 7 endcidchar 1 begincidrange <8000> <80FF> 100 endcidrange\n"
        b"1 beginbfchar <41> <0041> endbfchar 2 beginbfrange <42> <44> <0062> <50> <51> [<0070> <00660069>] endbfrange"
    )
    assert list(cmap.codes(b"A\x80\x01")) == [(0x41, 1), (0x8001, 2)]
    assert (cmap.cid(0x41, 1), cmap.cid(0x8001, 2), cmap.cid(0x42, 1)) == (7, 101, None)
    assert [cmap.text(code) for code in (0x41, 0x44, 0x51, 0x60)] == ["A", "d", "fi", None]
    assert cmap.vertical == 1


def test_truetype_tells_widths_and_characters():
    """Advance widths in thousandths, glyphs by character map."""
    program = read_truetype(s.truetype(advance=600))
    assert (program.count, program.width(0), program.width(1), program.width(2)) == (2, 500, 600, None)
    assert program.cmaps[3, 1][65] == 1


def cff(charstring, *, private=b"\xf7\x5c\x14\x8c\x15", size=None):
    """A CFF font of two glyphs, .notdef and A: default width 200, nominal width 1."""

    def index(*items):
        if not items:
            return b"\0\0"
        offsets = [1]
        for item in items:
            offsets.append(offsets[-1] + len(item))
        return struct.pack(">HB", len(items), 2) + struct.pack(f">{len(offsets)}H", *offsets) + b"".join(items)

    def number(value):
        return b"\x1d" + struct.pack(">i", value)

    glyphs, charset = index(b"\x0e", charstring), b"\0" + struct.pack(">H", 34)
    head = b"\x01\0\4\2" + index(b"Square")
    start = len(head) + len(index(bytes(23))) + len(index()) + len(index())
    top = number(start + len(glyphs)) + b"\x0f" + number(start) + b"\x11"  # charset, glyphs
    top += number(size or len(private)) + number(start + len(glyphs) + len(charset)) + b"\x12"
    return head + index(top) + index() + index() + glyphs + charset + private


@pytest.mark.parametrize(
    ("charstring", "width"),
    [
        (b"\x0e", 200),  # endchar alone: the default width
        (b"\xf7\x5c\x0e", 201),  # 200 endchar: nominal plus 200
        (b"\xf7\x5c\x8b\x16\x0e", 201),  # 200 0 hmoveto
        (b"\x8b\x16\x0e", 200),  # 0 hmoveto
        (b"\xf7\x5c\x8b\x8b\x15\x0e", 201),  # 200 0 0 rmoveto
        (b"\xff\x00\x63\x80\x00\x0e", 100.5),  # a fraction
        (b"\x0c\x00\x0e", 200),  # dotsection, which does nothing
        (b"\xf7\x5c\x8b\x0c\x0a\x0e", None),  # arithmetic is not followed
        (b"\x8b\x0a\x0e", None),  # a subroutine that is not there
        (b"", None),  # a program that ends before it draws
    ],
)
def test_cff_tells_widths(charstring, width):
    """The width of a glyph stands before its first operator, or is the default."""
    program = read_cff(cff(charstring))
    assert program.names == {".notdef": 0, "A": 1}
    assert program.width(1) == width
    assert program.encoding[65] == "A"


def index(*items):
    """A CFF INDEX."""
    offsets = [1]
    for item in items:
        offsets.append(offsets[-1] + len(item))
    return struct.pack(">HB", len(items), 4) + struct.pack(f">{len(offsets)}I", *offsets) + b"".join(items)


def test_subroutines_that_call_each_other_end():
    """A drawing program that calls itself twice a level has no width, and that is soon known."""
    calls = index(b"\x20\x0a\x20\x0a")  # subroutine 0 calls subroutine 0, twice
    private = b"\x8d\x13"  # its subroutines stand right behind it: offset 2
    program = read_cff(cff(b"\x20\x0a\x0e", private=private + calls, size=len(private)))
    started = time.monotonic()
    assert program.width(1) is None
    assert program.width(0) == 0
    assert time.monotonic() - started < 1


def keyed_cff(fonts, *, claimed=0):
    """A CFF font keyed by CID: two glyphs, and parts that share one private dictionary (BlueValues)."""

    def number(value):
        return b"\x1d" + struct.pack(">i", value)

    def top(glyphs, select, parts):
        entries = number(glyphs) + b"\x11" + number(parts) + b"\x0c\x24" + number(select) + b"\x0c\x25"
        return b"\x01\0\4\4" + index(b"Keyed") + index(number(0) * 3 + b"\x0c\x1e" + entries) + bytes(4)

    glyphs, select, private = index(b"\x0e", b"\x0e"), b"\0\0\0", b"\x8b" * claimed + b"\x06"
    start = len(top(0, 0, 0))
    places = start, start + len(glyphs), start + len(glyphs) + len(select) + len(private)
    part = number(len(private)) + number(start + len(glyphs) + len(select)) + b"\x12"
    return top(*places) + glyphs + select + private + index(*[part] * fonts)


def test_a_cff_font_is_keyed_by_cid():
    """Without a character set, CID and glyph are the same number."""
    program = read_cff(keyed_cff(1))
    assert (program.count, program.cids, program.names) == (2, {0: 0, 1: 1}, {})
    assert program.width(1) == 0


def test_parts_of_a_cff_font_that_claim_the_same_bytes_are_refused():
    """Thousands of parts that each claim the whole font would take gigabytes, and hours."""
    with pytest.raises(Unreadable, match="claims more"):
        read_cff(keyed_cff(20_000, claimed=400_000))


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (struct.pack(">HHIIIIII", 12, 0, 28, 0, 1, 0, 0xFFFFFFF0, 1), "maps too many"),
        (
            struct.pack(">HHHHHHH", 4, 32784, 0, 8192, 0, 0, 0) + b"\xff\xfe" * 4096 + bytes(3 * 8192 + 2),
            "maps too many",
        ),
        (None, "character maps"),
    ],
    ids=["one group", "overlapping segments", "many maps"],
)
def test_character_maps_are_not_unrolled_before_they_are_counted(table, reason):
    """A few bytes can claim to map four thousand million characters."""
    maps = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table if table else struct.pack(">HH", 0, 60_000) + bytes(480_000)
    with pytest.raises(Unreadable, match=reason):
        read_truetype(s.truetype(maps=maps))


def test_a_packed_font_is_not_unpacked():
    """WOFF is a font of the web, no font of a PDF: unpacking one has no bound."""
    with pytest.raises(Unreadable, match="packed"):
        read_truetype(b"wOFF" + bytes(100))


def type1():
    """A Type 1 font of one glyph, A, 250 wide."""

    def enciphered(data, key):
        out = bytearray()
        for byte in data:
            out.append(byte ^ (key >> 8))
            key = ((out[-1] + key) * 52845 + 22719) & 0xFFFF
        return bytes(out)

    charstring = enciphered(b"\0\0\0\0\x8b\xf7\x8e\x0d\x0e", 4330)  # 0 250 hsbw endchar
    secret = b"\0\0\0\0dup /Private /lenIV 4 def /CharStrings 1 dict dup begin\n/A %d RD %s ND\nend" % (
        len(charstring),
        charstring,
    )
    clear = (
        b"%!PS /FontMatrix [0.001 0 0 0.001 0 0] def /Encoding 256 array dup 65 /A put readonly def currentfile eexec\n"
    )
    return clear + enciphered(secret, 55665)


def test_type1_tells_names_and_widths():
    """Names, encoding and widths come out of both ciphers, in binary or in hexadecimal."""
    clear, mark, secret = type1().partition(b"eexec\n")
    for data in (type1(), clear + mark + secret.hex().encode()):
        program = read_type1(data)
        assert dict(program.names) == {"A": 0}
        assert program.encoding == {65: "A"}
        assert program.width(0) == 250


@pytest.mark.parametrize("reader", [read_cff, read_truetype, read_type1])
@pytest.mark.parametrize("data", [b"", b"\x01\x00\x04\x01", bytes(300), b"\xff" * 300, b"%!PS eexec"])
def test_damaged_fonts_are_refused(reader, data):
    """A font that is none is unreadable, never a crash."""
    with pytest.raises(Unreadable, match=r"font|character set|encoding"):
        reader(data)


def test_glyph_names_mean_characters():
    """Names of the Adobe Glyph List, names by number, and the encodings that PDF knows."""
    assert [unicode_of(name) for name in ("eacute", "uni20AC", "u1F600", "A.small", "nonsense")] == [
        *("é", "€", "\U0001f600", "A"),
        None,
    ]
    assert ENCODINGS["WinAnsiEncoding"][128] == "Euro"
    assert ENCODINGS["MacRomanEncoding"][142] == "eacute"
    assert STANDARD_ENCODING[39] == "quoteright"


def test_xmp_survives_its_round():
    """What is written is read again, escaped characters and the description of the Factur-X schema included."""
    properties = {
        "DocumentType": "INVOICE",
        "DocumentFileName": "factur-x.xml",
        "Version": "1.0",
        "ConformanceLevel": "BASIC",
    }
    packet = write_xmp(
        Metadata("U", s.DATE, s.DATE, title="A & B <c>", author="Éva", language="fr", ua_part=1, facturx=properties)
    )
    xmp = read_xmp(packet)
    assert (xmp.part, xmp.conformance, xmp.ua_part) == (3, "U", 1)
    assert (xmp.title, xmp.author, xmp.facturx) == ("A & B <c>", "Éva", properties)
    assert xmp.facturx_namespace in xmp.described
    assert etree.fromstring(packet) is not None


@pytest.mark.parametrize(
    "described",
    [
        '<rdf:li><rdf:Description pdfaSchema:namespaceURI="{}" pdfaSchema:prefix="fx"/></rdf:li>',
        '<rdf:li pdfaSchema:namespaceURI="{}"/>',
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:namespaceURI rdf:resource="{}"/></rdf:li>',
    ],
)
def test_a_schema_may_be_described_in_the_short_forms_of_rdf(described):
    """Programs that sign a PDF write its metadata anew, in attributes: that is the same description."""
    packet = write_xmp(Metadata("B", s.DATE, s.DATE, facturx={"DocumentType": "INVOICE"})).decode()
    start, end = packet.index("<rdf:li rdf:parseType"), packet.rindex("</rdf:Bag>")
    space = read_xmp(packet.encode()).facturx_namespace
    short = packet[:start] + described.format(space) + packet[end:]
    assert read_xmp(short.encode()).described == {space}


def test_control_characters_do_not_break_the_metadata():
    """A title with characters that XML forbids becomes one that it takes."""
    assert read_xmp(write_xmp(Metadata("B", s.DATE, s.DATE, title="a\x00b\ufffec"))).title == "a b c"


def test_metadata_of_objects_are_harmless_or_not():
    """Who made it and when may stand anywhere; anything else, and what is not XML, may not."""
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">%s</r:RDF></x:xmpmeta>'
    assert is_harmless(packet % b'<r:Description xmlns:m="http://ns.adobe.com/xap/1.0/" m:CreatorTool="a"/>')
    assert not is_harmless(packet % b'<r:Description xmlns:m="http://example.org/" m:a="a"/>')
    assert not is_harmless(b"<x")


def test_dates_are_written_with_their_zone():
    """PDF dates carry the offset from UTC, east or west."""
    assert pdf_date(datetime(2026, 9, 2, 10, 15, tzinfo=UTC)) == "D:20260902101500+00'00'"
    west = timezone(-timedelta(hours=3, minutes=30))
    assert pdf_date(datetime(2026, 9, 2, 10, 15, tzinfo=west)) == "D:20260902101500-03'30'"


def test_the_srgb_profile_is_one():
    """The profile says its length, its colours and its class, always in the same bytes."""
    profile = srgb_profile()
    assert int.from_bytes(profile[:4], "big") == len(profile)
    assert icc_space(profile, output=True) == "RGB"
    assert profile == srgb_profile()
    assert icc_space(faulty.icc(kind=b"scnr"), output=True) is None
    assert icc_space(faulty.icc(kind=b"scnr")) == "RGB"


def test_writing_anew_keeps_every_object():
    """A PDF written anew, and again, is the same; strings, names and numbers come out as they went in."""
    odd = b"/EI_A(a\\(b\\)\\r\\n\\\\)/EI_#20B[1 -2.5 true null/A#2FB<fffe00>]"
    objects = s.archival() | {s.CATALOG: s.catalog(odd)}
    with opened(s.pdf(objects)) as pdf:
        once = written(pdf)
    with opened(once) as pdf:
        assert written(pdf) == once
        assert pdf.catalog["/EI_A"].original_bytes == b"a(b)\r\n\\"
        assert [repr(part) for part in pdf.catalog["/EI_ B"][:4]] == ["1", "-2.5", "True", "NullObject"]
        assert pdf.catalog["/EI_ B"][4] == "/A/B"
        assert pdf.catalog["/EI_ B"][5].original_bytes == b"\xff\xfe\x00"
    assert preflight(once) == ()
