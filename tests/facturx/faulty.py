"""One PDF for each thing that PDF/A-3 forbids: the archival sample with one change.

Used twice: the tests hold `preflight` against `rule`; tools/facturx_verapdf.py holds veraPDF against both, so that no
rule of ours is about something that PDF/A allows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import samples as s


@dataclass(frozen=True)
class Fault:
    """A change to a good PDF, and the rule of ours that it breaks."""

    name: str
    rule: str
    changes: dict[int, bytes] = field(repr=False)
    base: dict[int, bytes] | None = field(default=None, repr=False)
    trailer: bytes = s.IDENTIFIER

    @property
    def data(self) -> bytes:
        """The faulty PDF."""
        return s.pdf((self.base or s.archival()) | self.changes, trailer=self.trailer)


def drawn(content: bytes, resources: bytes = b"", **objects: bytes) -> dict[int, bytes]:
    """A page that also draws `content`; objects are given as o20=…"""
    return {
        s.PAGE: s.page(resources=s.RESOURCES + resources),
        s.CONTENT: s.stream(s.TEXT + b"\n" + content),
        **{int(key[1:]): body for key, body in objects.items()},
    }


def annotated(annotation: bytes, **objects: bytes) -> dict[int, bytes]:
    """A page with an annotation."""
    body = b"<</Type/Annot/Rect[10 10 50 50]%s>>" % annotation
    return {s.PAGE: s.page(b"/Annots[20 0 R]"), 20: body} | {int(key[1:]): value for key, value in objects.items()}


def in_catalog(extra: bytes, **objects: bytes) -> dict[int, bytes]:
    """A catalogue with more entries."""
    return {s.CATALOG: s.catalog(extra)} | {int(key[1:]): value for key, value in objects.items()}


def icc(space: bytes = b"RGB ", kind: bytes = b"mntr", version: int = 2) -> bytes:
    """The sRGB profile with another header."""
    profile = bytearray(s.srgb_profile())
    profile[8], profile[12:16], profile[16:20] = version, kind, space
    return bytes(profile)


WITHOUT_INTENT = {s.CATALOG: b"<<" + s.CATALOG_BODY.replace(b"/OutputIntents[7 0 R]", b"") + b">>"}
IMAGE = b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"
FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"
SQUARE = s.stream(b"0 0 9 9 re f", FORM + b"/Resources<<>>")
GREY = b"/FunctionType 2/Domain[0 1]/N 1/C0[1]/C1[0]"
STATE = b"/ExtGState<</G<<%s>>>>"
X = b"/XObject<</X 20 0 R>>"
FILE = b"/Type/Filespec/F(a.txt)/UF(a.txt)/AFRelationship/Supplement/EF<</F 21 0 R>>"
TEXT_FILE = s.stream(b"abc", b"/Type/EmbeddedFile/Subtype/text#2Fplain")
EMBEDDED = b"/Names<</EmbeddedFiles<</Names[(a.txt) 20 0 R]>>>>"
LAYER = b"/OCProperties<</OCGs[20 0 R 21 0 R]/D<</Name(all)%s>>>>"
LAYERS = {"o20": b"<</Type/OCG/Name(one)>>", "o21": b"<</Type/OCG/Name(two)>>"}


def lzw(data: bytes) -> bytes:
    """LZW without compression: a clear code, then literals of nine bits (ISO 32000-1, 7.4.4.2)."""
    bits = "".join(f"{code:09b}" for code in (256, *data, 257))
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


FAULTS = (
    Fault("no identifier", "EI-PDF-72", {}, trailer=b""),
    Fault("data in a file", "EI-PDF-31", {s.CONTENT: s.stream(s.TEXT, b"/F(page.txt)")}),
    Fault(
        "LZW",
        "EI-PDF-32",
        drawn(b"/X Do", X, o20=s.stream(lzw(b"0 0 9 9 re f"), FORM + b"/Resources<<>>/Filter/LZWDecode")),
    ),
    Fault("LZW inline", "EI-PDF-33", drawn(b"BI /W 1/H 1/CS/G/BPC 8/F/LZW ID \x80\x00 EI")),
    Fault("Crypt", "EI-PDF-33", {s.CONTENT: s.stream(s.TEXT, b"/Filter/Crypt/DecodeParms<</Name/Mine>>")}),
    Fault("integer", "EI-PDF-34", in_catalog(b"/EI_A 2147483648")),
    Fault("string", "EI-PDF-34", in_catalog(b"/EI_A(" + b"x" * 32768 + b")")),
    Fault("name", "EI-PDF-34", in_catalog(b"/EI_A/" + b"x" * 128)),
    Fault("nesting", "EI-PDF-34", drawn(b"q " * 29 + b"Q " * 29)),
    Fault("page size", "EI-PDF-34", {s.PAGE: s.page().replace(b"595 842", b"595 14401")}),
    Fault("no pages", "EI-PDF-35", {s.PAGES: b"<</Type/Pages/Kids[]/Count 0>>"}),
    Fault("a missing page", "EI-PDF-35", {s.PAGES: b"<</Type/Pages/Kids[3 0 R 99 0 R]/Count 2>>"}),
    Fault("pages without kids", "EI-PDF-35", {s.PAGES: b"<</Type/Pages/Count 1/Kids null>>"}),
    Fault("pages without end", "EI-PDF-35", {s.PAGES: b"<</Count 1/Kids[3 0[R]/Type/Pages>>"}),
    Fault("pages that cannot be read", "EI-PDF-35", {s.PAGES: b"<</Type/Pages/X 9 0%\nR/Kids[3 0 R]/Count 1>>"}),
    Fault("operator", "EI-PDF-35", drawn(b"BX 1 2 sparkle EX")),
    Fault(
        "inherited resources",
        "EI-PDF-36",
        {
            s.PAGE: b"<<" + s.PAGE_BODY + b">>",
            s.PAGES: b"<</Type/Pages/Kids[3 0 R]/Count 1/Resources<<" + s.RESOURCES + b">>>>",
        },
    ),
    Fault("form without resources", "EI-PDF-35", drawn(b"/X Do", X, o20=s.stream(s.TEXT, FORM))),
    Fault("grey without intent", "EI-PDF-37", WITHOUT_INTENT | drawn(b"0.5 g 0 0 9 9 re f")),
    Fault("black by default without intent", "EI-PDF-37", WITHOUT_INTENT),
    Fault("red without intent", "EI-PDF-37", WITHOUT_INTENT | drawn(b"1 0 0 rg 0 0 9 9 re f")),
    Fault("image without intent", "EI-PDF-37", WITHOUT_INTENT | drawn(b"/X Do", X, o20=s.stream(b"\x00", IMAGE))),
    Fault("four colours", "EI-PDF-38", drawn(b"0 0 0 1 k 0 0 9 9 re f")),
    Fault(
        "four colours in a shading",
        "EI-PDF-38",
        drawn(
            b"/S sh",
            b"/Shading<</S<</ShadingType 2/ColorSpace/DeviceCMYK/Coords[0 0 9 9]/Function"
            b"<</FunctionType 2/Domain[0 1]/N 1/C0[0 0 0 0]/C1[1 0 0 0]>>>>>>",
        ),
    ),
    Fault(
        "four colours in a pattern",
        "EI-PDF-38",
        drawn(
            b"/Pattern cs /P scn 0 0 9 9 re f",
            b"/Pattern<</P 20 0 R>>",
            o20=s.stream(
                b"0 0 0 1 k 0 0 1 1 re f",
                b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 1/YStep 1/Resources<<>>",
            ),
        ),
    ),
    Fault(
        "four colours in a spot",
        "EI-PDF-38",
        drawn(
            b"/C cs 1 scn 0 0 9 9 re f",
            b"/ColorSpace<</C[/Separation/Gold/DeviceCMYK<</FunctionType 2/Domain[0 1]/N 1"
            b"/C0[0 0 0 0]/C1[0 0 1 0]>>]>>",
        ),
    ),
    Fault("wrong output profile", "EI-PDF-39", {s.PROFILE: s.stream(icc(kind=b"scnr"), b"/N 3")}),
    Fault("output profile of version 5", "EI-PDF-39", {s.PROFILE: s.stream(icc(version=5), b"/N 3")}),
    Fault(
        "two output profiles",
        "EI-PDF-39",
        {
            s.CATALOG: s.catalog().replace(b"[7 0 R]", b"[7 0 R 20 0 R]"),
            20: b"<</Type/OutputIntent/S/GTS_PDFX/OutputConditionIdentifier(x)/DestOutputProfile 21 0 R>>",
            21: s.stream(icc(), b"/N 3"),
        },
    ),
    Fault(
        "wrong ICC profile",
        "EI-PDF-40",
        drawn(
            b"/C cs 1 0 0 scn 0 0 9 9 re f",
            b"/ColorSpace<</C[/ICCBased 20 0 R]>>",
            o20=s.stream(icc(kind=b"link"), b"/N 3"),
        ),
    ),
    Fault(
        "spot defined twice",
        "EI-PDF-41",
        drawn(
            b"/C cs 1 scn 0 0 9 9 re f /D cs 1 scn 0 0 9 9 re f",
            b"/ColorSpace<</C[/Separation/Gold/DeviceGray<<%s>>]/D[/Separation/Gold/DeviceGray<<%s/Range[0 1]>>]>>"
            % (GREY, GREY.replace(b"/N 1", b"/N 2")),
        ),
    ),
    Fault(
        "spot without colorant",
        "EI-PDF-41",
        drawn(b"/C cs 1 scn 0 0 9 9 re f", b"/ColorSpace<</C[/DeviceN[/Gold]/DeviceGray<<%s>>]>>" % GREY),
    ),
    Fault("transfer function", "EI-PDF-42", drawn(b"/G gs", STATE % b"/TR/Identity")),
    Fault("second transfer function", "EI-PDF-42", drawn(b"/G gs", STATE % b"/TR2/Identity")),
    Fault("halftone phase", "EI-PDF-42", drawn(b"/G gs", STATE % b"/HTP[0 0]")),
    Fault(
        "halftone",
        "EI-PDF-42",
        drawn(
            b"/G gs",
            STATE % b"/HT<</Type/Halftone/HalftoneType 1/Frequency 60/Angle 0/SpotFunction/Round/HalftoneName(x)>>",
        ),
    ),
    Fault("rendering intent", "EI-PDF-43", drawn(b"/Pretty ri")),
    Fault("rendering intent in a state", "EI-PDF-43", drawn(b"/G gs", STATE % b"/RI/Pretty")),
    Fault("alternates", "EI-PDF-44", drawn(b"/X Do", X, o20=s.stream(b"\x00", IMAGE + b"/Alternates[]"))),
    Fault(
        "bits", "EI-PDF-44", drawn(b"/X Do", X, o20=s.stream(b"\x00", IMAGE.replace(b"Component 8", b"Component 3")))
    ),
    Fault("inline smoothing", "EI-PDF-44", drawn(b"BI /W 1/H 1/CS/G/BPC 8/I true ID \x41 EI")),
    Fault("smoothing", "EI-PDF-45", drawn(b"/X Do", X, o20=s.stream(b"\x00", IMAGE + b"/Interpolate true"))),
    Fault("print instructions", "EI-PDF-47", drawn(b"/X Do", X, o20=SQUARE.replace(FORM, FORM + b"/OPI<<>>"))),
    Fault("PostScript", "EI-PDF-47", drawn(b"/X Do", X, o20=s.stream(b"showpage", b"/Type/XObject/Subtype/PS"))),
    Fault(
        "other document",
        "EI-PDF-47",
        drawn(b"/X Do", X, o20=SQUARE.replace(FORM, FORM + b"/Ref<</F(other.pdf)/Page 0>>")),
    ),
    Fault("blend mode", "EI-PDF-48", drawn(b"/G gs", STATE % b"/BM/Sparkle")),
    Fault(
        "transparency without intent",
        "EI-PDF-37",
        WITHOUT_INTENT
        | drawn(
            b"/G gs 0 0 9 9 re f", STATE % b"/ca .5" + b"/ColorSpace<</DefaultGray[/CalGray<</WhitePoint[1 1 1]>>]>>"
        ),
    ),
    Fault(
        "font not embedded",
        "EI-PDF-49",
        {s.FONT: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"},
    ),
    Fault("TrueType not embedded", "EI-PDF-49", {}, base=s.with_truetype(descriptor=b"")),
    Fault("composite font not embedded", "EI-PDF-49", {}, base=s.with_cid_font(descriptor=b"")),
    Fault(
        "widths missing",
        "EI-PDF-50",
        {},
        base=s.with_truetype(
            b"/Subtype/TrueType/BaseFont/ABCDEF+Square/FirstChar 65/LastChar 66/Widths[600]/FontDescriptor 21 0 R"
            b"/Encoding/WinAnsiEncoding"
        ),
    ),
    Fault("glyph map missing", "EI-PDF-51", {}, base=s.with_cid_font(b"/W[1[600]]")),
    Fault("undefined glyph", "EI-PDF-52", {}, base=s.with_cid_font(text=b"<00010000>")),
    Fault("absent glyph", "EI-PDF-52", {}, base=s.with_cid_font(b"/CIDToGIDMap/Identity/DW 600", text=b"<00010009>")),
    Fault(
        "character without glyph",
        "EI-PDF-52",
        {s.CONTENT: s.stream(s.TEXT.replace(b"(AA)", b"(AB)"))},
        base=s.with_truetype(
            b"/Subtype/TrueType/BaseFont/ABCDEF+Square/FirstChar 65/LastChar 66/Widths[600 500]"
            b"/FontDescriptor 21 0 R/Encoding/WinAnsiEncoding"
        ),
    ),
    Fault("width", "EI-PDF-53", {}, base=s.with_cid_font(b"/CIDToGIDMap/Identity/W[1[650]]")),
    Fault("default width", "EI-PDF-53", {}, base=s.with_cid_font(b"/CIDToGIDMap/Identity")),
    Fault("width of a simple font", "EI-PDF-53", {}, base=s.with_truetype(program=s.truetype(advance=500))),
    Fault(
        "glyph list",
        "EI-PDF-54",
        {24: s.stream(b"\x80")},
        base=s.with_cid_font(descriptor=b"/FontFile2 22 0 R/CIDSet 24 0 R"),
    ),
    Fault("encoding of a symbol font", "EI-PDF-55", {}, base=s.with_truetype(flags=4)),
    Fault(
        "encoding",
        "EI-PDF-55",
        {},
        base=s.with_truetype(
            b"/Subtype/TrueType/BaseFont/ABCDEF+Square/FirstChar 65/LastChar 65/Widths[600]/FontDescriptor 21 0 R"
        ),
    ),
    Fault("symbol map in a text font", "EI-PDF-55", {}, base=s.with_truetype(program=s.truetype(cmap=(3, 0)))),
    Fault("film", "EI-PDF-56", annotated(b"/Subtype/Movie/F 4/AP<</N 21 0 R>>", o21=SQUARE)),
    Fault("screen", "EI-PDF-56", annotated(b"/Subtype/Screen/F 4/AP<</N 21 0 R>>", o21=SQUARE)),
    Fault("flags missing", "EI-PDF-57", annotated(b"/Subtype/Link")),
    Fault("not printed", "EI-PDF-57", annotated(b"/Subtype/Link/F 0")),
    Fault("hidden", "EI-PDF-58", annotated(b"/Subtype/Link/F 6")),
    Fault("no appearance", "EI-PDF-59", annotated(b"/Subtype/Square/F 4")),
    Fault("rollover", "EI-PDF-60", annotated(b"/Subtype/Square/F 4/AP<</N 21 0 R/R 21 0 R>>", o21=SQUARE)),
    Fault("states of no button", "EI-PDF-59", annotated(b"/Subtype/Square/F 4/AP<</N<</On 21 0 R>>>>", o21=SQUARE)),
    Fault("form to be drawn", "EI-PDF-61", in_catalog(b"/AcroForm<</Fields[]/NeedAppearances true>>")),
    Fault(
        "signature",
        "EI-PDF-62",
        annotated(
            b"/Subtype/Widget/F 4/FT/Sig/T(s)/AP<</N 21 0 R>>/V<</Type/Sig/Filter/Adobe.PPKLite"
            b"/SubFilter/adbe.pkcs7.detached"
            b"/ByteRange[0 1 2 3]/Contents<00>>>",
            o21=SQUARE,
        )
        | in_catalog(b"/AcroForm<</Fields[20 0 R]/SigFlags 3>>"),
    ),
    Fault("permissions", "EI-PDF-62", in_catalog(b"/Perms<</Other<<>>>>")),
    Fault("XFA", "EI-PDF-61", in_catalog(b"/AcroForm<</Fields[]/XFA[]>>")),
    Fault("JavaScript on opening", "EI-PDF-63", in_catalog(b"/OpenAction<</S/JavaScript/JS(1)>>")),
    Fault(
        "JavaScript by name", "EI-PDF-63", in_catalog(b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(1)>>]>>>>")
    ),
    Fault(
        "JavaScript after an action",
        "EI-PDF-63",
        annotated(b"/Subtype/Link/F 4/A<</S/URI/URI(https://example.org)/Next[<</S/JavaScript/JS(1)>>]>>"),
    ),
    Fault("launch", "EI-PDF-64", annotated(b"/Subtype/Link/F 4/A<</S/Launch/F(cmd.exe)>>")),
    Fault("named action", "EI-PDF-64", annotated(b"/Subtype/Link/F 4/A<</S/Named/N/Print>>")),
    Fault("hide", "EI-PDF-64", in_catalog(b"/OpenAction<</S/Hide/T(x)>>")),
    Fault(
        "action of a field",
        "EI-PDF-64",
        annotated(b"/Subtype/Widget/F 4/A<</S/URI/URI(https://example.org)>>/FT/Tx/T(a)/AP<</N 21 0 R>>", o21=SQUARE)
        | in_catalog(b"/AcroForm<</Fields[20 0 R]>>"),
    ),
    Fault("automatic action", "EI-PDF-65", in_catalog(b"/AA<</WC<</S/URI/URI(https://example.org)>>>>")),
    Fault("automatic action of a page", "EI-PDF-65", {s.PAGE: s.page(b"/AA<</O<</S/URI/URI(https://example.org)>>>>")}),
    Fault("no metadata", "EI-PDF-66", {s.CATALOG: s.catalog().replace(b"/Metadata 9 0 R", b"")}),
    Fault("metadata not well-formed", "EI-PDF-66", {s.METADATA: s.metadata().replace(b"</rdf:RDF>", b"</rdf:RDX>")}),
    Fault("PDF-A-2", "EI-PDF-66", {s.METADATA: s.metadata().replace(b"part>3<", b"part>2<")}),
    Fault("no level", "EI-PDF-66", {s.METADATA: s.metadata().replace(b"conformance>B<", b"conformance>X<")}),
    Fault(
        "file without relationship",
        "EI-PDF-67",
        in_catalog(
            EMBEDDED + b"/AF[20 0 R]", o20=b"<<%s>>" % FILE.replace(b"/AFRelationship/Supplement", b""), o21=TEXT_FILE
        ),
    ),
    Fault(
        "file without type",
        "EI-PDF-67",
        in_catalog(EMBEDDED + b"/AF[20 0 R]", o20=b"<<%s>>" % FILE, o21=s.stream(b"abc", b"/Type/EmbeddedFile")),
    ),
    Fault(
        "file without name",
        "EI-PDF-67",
        in_catalog(EMBEDDED + b"/AF[20 0 R]", o20=b"<<%s>>" % FILE.replace(b"/UF(a.txt)", b""), o21=TEXT_FILE),
    ),
    Fault("file of nobody", "EI-PDF-67", in_catalog(EMBEDDED, o20=b"<<%s>>" % FILE, o21=TEXT_FILE)),
    Fault("layers without name", "EI-PDF-68", in_catalog((LAYER % b"").replace(b"/Name(all)", b""), **LAYERS)),
    Fault("layers forgotten", "EI-PDF-68", in_catalog(LAYER % b"/Order[20 0 R]", **LAYERS)),
    Fault(
        "layers by usage",
        "EI-PDF-69",
        in_catalog(LAYER % b"/AS[<</Event/Print/OCGs[20 0 R]/Category[/Print]>>]", **LAYERS),
    ),
    Fault("slide show", "EI-PDF-70", {s.PAGE: s.page(b"/PresSteps<</Type/NavNode>>")}),
    Fault("alternate presentations", "EI-PDF-70", in_catalog(b"/Names<</AlternatePresentations<</Names[]>>>>")),
    Fault("requirements", "EI-PDF-70", in_catalog(b"/Requirements[<</Type/Requirement/S/EnableJavaScripts>>]")),
    Fault("level A without structure", "EI-PDF-71", {s.METADATA: s.metadata(conformance="A")}),
    Fault("level U without Unicode", "EI-PDF-71", {s.METADATA: s.metadata(conformance="U")}, base=s.with_cid_font()),
)
