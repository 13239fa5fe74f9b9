"""PDF files of ours, written object by object, so that a test can change exactly one thing.

objects = archival()                       # a PDF/A-3b of one page, in a font that is drawn (Type 3)
data = pdf(objects | {PAGE: b"<<...>>"})
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime

from einvoice.pdfa.icc import srgb_profile
from einvoice.pdfa.xmp import Metadata, write_xmp
from einvoice.rulebook import finding

CATALOG, PAGES, PAGE, CONTENT, FONT, GLYPH, INTENT, PROFILE, METADATA, INFO = range(1, 11)

DATE = datetime(2026, 9, 2, 10, 15, tzinfo=UTC)
IDENTIFIER = b"/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]"

CATALOG_BODY = b"/Type/Catalog/Pages 2 0 R/Metadata 9 0 R/OutputIntents[7 0 R]"
PAGE_BODY = b"/Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
RESOURCES = b"/Font<</F1 5 0 R>>"
TEXT = b"BT /F1 12 Tf 72 700 Td (AA) Tj ET"
FONT_BODY = (
    b"/Type/Font/Subtype/Type3/Name/F1/FontBBox[0 0 750 750]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 65/LastChar 65"
    b"/Widths[1000]/Encoding<</Type/Encoding/Differences[65/A]>>/CharProcs<</A 6 0 R>>/Resources<<>>"
)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """The body of a stream object."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def pdf(objects: dict[int, bytes], *, trailer: bytes = IDENTIFIER, root: int = CATALOG) -> bytes:
    """A PDF with a classic cross-reference table."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    out += b"trailer\n<</Size %d/Root %d 0 R/Info 10 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, trailer, start)
    return bytes(out)


def metadata(*, conformance: str = "B", **facturx: str) -> bytes:
    """The metadata stream."""
    packet = write_xmp(Metadata(conformance, DATE, DATE, title="Facture", facturx=facturx))
    return stream(packet, b"/Type/Metadata/Subtype/XML")


def catalog(extra: bytes = b"") -> bytes:
    """The catalogue with more entries."""
    return b"<<%s%s>>" % (CATALOG_BODY, extra)


def page(extra: bytes = b"", *, resources: bytes = RESOURCES) -> bytes:
    """The page with more entries, or with other resources."""
    return b"<<%s/Resources<<%s>>%s>>" % (PAGE_BODY, resources, extra)


def archival() -> dict[int, bytes]:
    """The objects of a PDF/A-3b: one page that shows two squares as the text AA."""
    return {
        CATALOG: catalog(),
        PAGES: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        PAGE: page(),
        CONTENT: stream(TEXT),
        FONT: b"<<%s>>" % FONT_BODY,
        GLYPH: stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f"),
        INTENT: b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/DestOutputProfile 8 0 R>>",
        PROFILE: stream(srgb_profile(), b"/N 3"),
        METADATA: metadata(),
        INFO: b"<</Title(Facture)>>",
    }


def embedding(  # noqa: PLR0913 - each trait is one that a test changes
    xml: bytes,
    *,
    name: bytes = b"factur-x.xml",
    relationship: bytes = b"/AFRelationship/Alternative",
    mime: bytes = b"/Subtype/text#2Fxml",
    in_names: bool = True,
    in_af: bool = True,
    level: str = "EN 16931",
    version: str = "1.0",
    announced: str = "factur-x.xml",
) -> dict[int, bytes]:
    """The objects of a Factur-X, each trait of which can be changed."""
    specification = b"<</Type/Filespec/F(%s)/UF(%s)%s/EF<</F 21 0 R/UF 21 0 R>>>>" % (name, name, relationship)
    names = b"/Names<</EmbeddedFiles<</Names[(%s) 20 0 R]>>>>" % name if in_names else b""
    return archival() | {
        CATALOG: catalog(names + (b"/AF[20 0 R]" if in_af else b"")),
        METADATA: metadata(DocumentType="INVOICE", DocumentFileName=announced, Version=version, ConformanceLevel=level),
        20: specification,
        21: stream(xml, b"/Type/EmbeddedFile" + mime),
    }


def cii(profile: str = "urn:cen.eu:en16931:2017", *, number: str = "F2026-0001") -> bytes:
    """The start of a CII: enough to be recognised, not enough to be an invoice."""
    return (
        '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"'
        ' xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100">'
        "<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>"
        f"<ram:ID>{profile}</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>"
        f"<rsm:ExchangedDocument><ram:ID>{number}</ram:ID></rsm:ExchangedDocument></rsm:CrossIndustryInvoice>"
    ).encode()


def truetype(*, advance: int = 600, cmap: tuple[int, int] = (3, 1), maps: bytes = b"") -> bytes:
    """A TrueType font of two glyphs, .notdef and a square for the letter A, in a grid of 1000 units.

    `maps` is its table of character maps, in place of the one that maps A.
    """
    square = struct.pack(">hhhhh", 1, 0, 0, 500, 500) + struct.pack(">HH", 3, 0) + b"\x01" * 4
    square += struct.pack(">4h", 0, 500, 0, -500) + struct.pack(">4h", 0, 0, 500, 0)
    code = 0xF041 if cmap == (3, 0) else 65  # symbol fonts live in the private use area
    segments = struct.pack(">7H", 4, 32, 0, 4, 4, 1, 0) + struct.pack(
        ">9H", code, 0xFFFF, 0, code, 0xFFFF, (1 - code) & 0xFFFF, 1, 0, 0
    )
    tables = {
        b"cmap": maps or struct.pack(">HHHHI", 0, 1, *cmap, 12) + segments,
        b"glyf": square,
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, 0, 500, 500, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(">IhhhHhhhhhh4hhH", 0x10000, 800, -200, 0, advance, 0, 0, 500, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        b"hmtx": struct.pack(">HhHh", 500, 0, advance, 0),
        b"loca": struct.pack(">3I", 0, 0, len(square)),
        b"maxp": struct.pack(">IH13H", 0x10000, 2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    out = struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, len(tables) * 16 - 64)
    position = 12 + 16 * len(tables)
    body = b""
    for tag, data in tables.items():
        padded = data + bytes(-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        out += struct.pack(">4sIII", tag, total, position + len(body), len(data))
        body += padded
    return out + body


def with_truetype(
    font: bytes = b"/Subtype/TrueType/BaseFont/ABCDEF+Square/FirstChar 65/LastChar 65/Widths[600]/FontDescriptor 21 0 R"
    b"/Encoding/WinAnsiEncoding",
    *,
    flags: int = 32,
    program: bytes | None = None,
    descriptor: bytes = b"/FontFile2 22 0 R",
) -> dict[int, bytes]:
    """The archival PDF with its text in an embedded TrueType font."""
    head = b"/Type/FontDescriptor/FontName/ABCDEF+Square/FontBBox[0 0 500 500]/ItalicAngle 0/Ascent 800/Descent -200"
    return archival() | {
        FONT: b"<</Type/Font%s>>" % font,
        21: b"<<%s/CapHeight 500/StemV 80/Flags %d%s>>" % (head, flags, descriptor),
        22: stream(truetype() if program is None else program, b"/Length1 %d" % len(program or truetype())),
    }


def with_cid_font(
    font: bytes = b"/CIDToGIDMap/Identity/W[1[600]]",
    *,
    encoding: bytes = b"/Identity-H",
    text: bytes = b"<00010001>",
    descriptor: bytes = b"/FontFile2 22 0 R",
) -> dict[int, bytes]:
    """The archival PDF with its text in a composite font."""
    return with_truetype(descriptor=descriptor, flags=4) | {
        CONTENT: stream(b"BT /F1 12 Tf 72 700 Td %s Tj ET" % text),
        FONT: b"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Square/Encoding%s/DescendantFonts[23 0 R]>>" % encoding,
        23: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+Square/FontDescriptor 21 0 R/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>%s>>" % font,
    }


def worded(observations):
    """The findings of observations, in French, by rule."""
    return {each.rule: finding(each, "fr") for each in observations}
