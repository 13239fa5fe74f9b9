"""PDFs of less than a megabyte that become much: trees without end, streams of nothing, drawings of themselves.

    for name, data in bombs(xml):
        ...

Each is an ordinary PDF with an invoice inside and one thing wrong.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

_FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"
_DEEP, _MANY = 9_000, 90_000


def stream(data: bytes, entries: bytes = b"", *, packed: bool = False) -> bytes:
    """A stream object; `packed` by Flate."""
    if packed:
        data, entries = zlib.compress(data, 9), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def pdf(xml: bytes, objects: Mapping[int, bytes] | None = None, **entries: bytes) -> bytes:
    """A small PDF around an invoice.

    `objects` replace those of a number, or are added; `catalog`, `page`, `resources` and `font` are further entries.
    """
    found = {name: entries.get(name, b"") for name in ("catalog", "page", "resources", "font")}
    parts = {
        1: b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(factur-x.xml) 5 0 R]>>>>/AF[5 0 R]%s>>"
        % found["catalog"],
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 7 0 R>>%s>>%s>>"
        % (found["resources"], found["page"]),
        4: stream(b"BT /F 9 Tf (Facture) Tj ET"),
        5: b"<</Type/Filespec/F(factur-x.xml)/UF(factur-x.xml)/AFRelationship/Alternative/EF<</F 6 0 R>>>>",
        6: stream(xml, b"/Type/EmbeddedFile"),
        7: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica%s>>" % found["font"],
        **(objects or {}),
    }
    made, places = b"%PDF-1.7\n", {}
    for number in sorted(parts):
        places[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, parts[number])
    size = max(parts) + 1
    table = b"".join(
        b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
        for number in range(1, size)
    )
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return made + tail % (size, table, size, len(made))


def bombs(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """All of them, by name."""
    yield from _trees(xml)
    yield from _streams(xml)
    yield from _drawings(xml)
    yield from _texts(xml)
    yield from _tables(xml)
    yield from _packed(xml)


def _trees(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """Pages, names, outlines and fields that go on for ever, or come back."""
    catalog = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles %s>>/AF[%s]>>"
    names = b"<</Names[(factur-x.xml) 5 0 R]>>"
    yield "pages in themselves", pdf(xml, {2: b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 1/Parent 2 0 R>>"})
    yield "one page many times", pdf(xml, {2: b"<</Type/Pages/Kids[" + b"3 0 R " * _MANY + b"]/Count 90000>>"})
    yield "a count of pages", pdf(xml, {2: b"<</Type/Pages/Kids[3 0 R]/Count 1000000000>>"})
    for what, deep, wide in (("deep", _DEEP, 1), ("wide", 9, 10)):
        ways = {10 + at: (b"%d 0 R " % (11 + at)) * wide for at in range(deep)}
        pages = {at: b"<</Type/Pages/Count 1/Kids[%s]>>" % kids for at, kids in ways.items()}
        pages |= {2: b"<</Type/Pages/Kids[10 0 R]/Count 1>>", 10 + deep: b"<</Type/Pages/Kids[3 0 R]/Count 1>>"}
        yield f"{what} pages", pdf(xml, pages)
        tree = {at: b"<</Kids[%s]>>" % kids for at, kids in ways.items()}
        yield f"{what} names", pdf(xml, {1: catalog % (b"10 0 R", b"5 0 R"), **tree, 10 + deep: names})
    circle = {1: catalog % (b"8 0 R", b"5 0 R"), 8: b"<</Kids[8 0 R]/Names[(factur-x.xml) 5 0 R]>>"}
    yield "names in themselves", pdf(xml, circle)
    many = b"<</Names[" + b"(factur-x.xml) 5 0 R " * 40_000 + b"]>>"
    yield "one file by many names", pdf(xml, {1: catalog % (many, b"5 0 R")})
    yield "one associated file many times", pdf(xml, {1: catalog % (names, b"5 0 R " * _MANY)})
    again = b"<</Title(a)/Next 9 0 R/Prev 9 0 R/Parent 8 0 R/First 9 0 R>>"
    yield "outlines in themselves", pdf(xml, {8: b"<</First 9 0 R/Last 9 0 R>>", 9: again}, catalog=b"/Outlines 8 0 R")
    field = b"<</T(a)/Kids[8 0 R 8 0 R]/Parent 8 0 R/V(" + b"x" * 500_000 + b")>>"
    yield "fields in themselves", pdf(xml, {8: field}, catalog=b"/AcroForm<</Fields[8 0 R]>>")
    structure = b"<</Type/StructTreeRoot/K[8 0 R 8 0 R]/ParentTree<</Kids[8 0 R]>>/RoleMap<</A/B/B/A>>>>"
    yield "structure in itself", pdf(xml, {8: structure}, catalog=b"/StructTreeRoot 8 0 R")
    yield "references in a circle", pdf(xml, {8: b"9 0 R", 9: b"8 0 R"}, catalog=b"/Metadata 8 0 R")
    widget = b"<</Type/Annot/Subtype/Widget/AP<</N 4 0 R>>/Parent 8 0 R>>"
    yield "one annotation many times", pdf(xml, {8: widget}, page=b"/Annots[" + b"8 0 R " * _MANY + b"]")
    yield "many annotations", pdf(xml, page=b"/Annots[" + b"<</Subtype/Text>> " * 50_000 + b"]")


def _streams(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """What is short in the file and long once it is unpacked."""
    file = stream(b"\0" * 40_000_000, b"/Type/EmbeddedFile", packed=True)
    listed = b"".join(b"(a%d) %d 0 R " % (at, 30 + at) for at in range(20))
    catalog = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(factur-x.xml) 5 0 R %s]>>>>/AF[5 0 R]>>"
    files = {30 + at: b"<</Type/Filespec/F(a%d)/UF(a%d)/EF<</F %d 0 R>>>>" % (at, at, 60 + at) for at in range(20)}
    files |= {60 + at: file for at in range(20)}
    yield "twenty files of 40 MB", pdf(xml, {1: catalog % listed, **files})
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>%s</x:xmpmeta>"
    described = b"".join(
        b"<r:Description xmlns:r='urn:r' xmlns:p%d='urn:p%d' p%d:a='1'/>" % (3 * (n,)) for n in range(60_000)
    )
    for name, text in (("elements", b"<a/>" * 11_000_000), ("namespaces", described)):
        metadata = stream(xmp % text, b"/Type/Metadata/Subtype/XML", packed=True)
        yield f"metadata of many {name}", pdf(xml, {8: metadata}, catalog=b"/Metadata 8 0 R")
    entities = b"".join(b'<!ENTITY a%d "%s">' % (at, b"&a%d;" % (at - 1) * 6) for at in range(1, 20))
    laughs = b'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">' + entities + b"]>" + xmp % b"&a19;"
    yield (
        "metadata of entities",
        pdf(xml, {8: stream(laughs, b"/Type/Metadata/Subtype/XML")}, catalog=b"/Metadata 8 0 R"),
    )
    for parameters in (
        b"/Predictor 15/Columns 1000000000",
        b"/Predictor 12/Columns 1/Colors 1000000/BitsPerComponent 16",
        b"/Predictor 2/Columns 99999999",
    ):
        packed = stream(xml, b"/Type/EmbeddedFile/DecodeParms<<" + parameters + b">>", packed=True)
        yield f"a file with {parameters.decode()}", pdf(xml, {6: packed})
    yield "a length that is the stream", pdf(xml, {4: b"<</Length 4 0 R>>\nstream\nBT ET\nendstream"})
    image = b"/Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/"
    for codec in (b"DCTDecode", b"JPXDecode", b"JBIG2Decode", b"CCITTFaxDecode", b"FlateDecode", b"Crypt"):
        drawn = {4: stream(b"/I Do"), 8: stream(b"\xff\xd8" * 1000, image + codec)}
        yield f"an image of ten gigapixels, {codec.decode()}", pdf(xml, drawn, resources=b"/XObject<</I 8 0 R>>")


def _drawings(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """Pages that draw much, or themselves."""
    forms = {
        10 + at: stream(b"/X Do " * 10, _FORM + b"/Resources<</XObject<</X %d 0 R>>>>" % (11 + at)) for at in range(12)
    }
    forms |= {4: stream(b"/X Do " * 10), 22: stream(b"BT (x) Tj ET", _FORM)}
    yield "forms in forms, ten times each", pdf(xml, forms, resources=b"/XObject<</X 10 0 R>>")
    itself = {4: stream(b"/X Do"), 10: stream(b"/X Do /X Do", _FORM + b"/Resources<</XObject<</X 10 0 R>>>>")}
    yield "a form that draws itself", pdf(xml, itself, resources=b"/XObject<</X 10 0 R>>")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[%s]/Resources<</Font<</F 7 0 R>>>>>>"
    often = {3: page % (b"4 0 R " * _MANY), 4: stream(b"BT /F 9 Tf (Facture) Tj ET " * 40_000, packed=True)}
    yield "a drawing of a megabyte many times", pdf(xml, often)
    for name, drawing in (
        ("lines of text", b"BT /F 9 Tf " + b"1 0 Td (F) Tj " * 3_000_000 + b"ET"),
        ("strokes", b"0 0 m " + b"1 1 l " * 3_000_000 + b"S"),
        ("clips", b"q 0 0 9 9 re W n " * 2_000_000),
        ("numbers", b"1 " * 3_000_000),
        ("a list of numbers", b"[" + b"1 " * 3_000_000 + b"] TJ"),
        ("lists of nothing", b"[]" * 3_000_000),
        ("texts of nothing", b"()" * 3_000_000),
        ("arrays in arrays", b"[" * 400_000 + b"]" * 400_000 + b" TJ"),
        ("images inside", b"BI /W 10000 /H 10000 /BPC 8 /CS /RGB ID aaa EI " * 15_000),
        ("an image without end", b"BI /W 10000 /H 10000 /BPC 8 /CS /RGB ID " + b"E I " * 200_000),
        ("numbers out of all measure", b"BT /F 1e999 Tf " + b"9" * 100_000 + b" 0 Td (F) Tj ET"),
    ):
        yield f"a page of {name}", pdf(xml, {4: stream(drawing, packed=True)})
    tile = b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 0.00001/YStep 0.00001"
    painted = b"/Pattern cs /P scn 0 0 99 99 re f"
    pattern = {4: stream(painted), 8: stream(painted, tile + b"/Resources<</Pattern<</P 8 0 R>>>>")}
    yield "a pattern of itself", pdf(xml, pattern, resources=b"/Pattern<</P 8 0 R>>")
    function = b"<</FunctionType 3/Domain[0 1]/Functions[" + b"8 0 R " * 20 + b"]/Bounds[]/Encode[]>>"
    yield "a function of itself", pdf(xml, {8: function}, resources=b"/ColorSpace<</C[/Separation/X/DeviceRGB 8 0 R]>>")
    box = b"/CropBox[-1e30 -1e30 1e30 1e30]/UserUnit 1e300/Rotate 99999999999999999999"
    yield "a page out of all measure", pdf(xml, page=box)


def _texts(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """Fonts that mean much, and things that are long or deep."""
    spaces = b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange %s endcmap"
    ranges = spaces % (b"1 beginbfrange <0000> <FFFF> <0000> endbfrange " * 200_000)
    listed = spaces % (b"1 beginbfrange <0000> <FFFF> [" + b"<0041> " * 500_000 + b"] endbfrange")
    for name, meant in (("ranges", ranges), ("a list", listed)):
        yield f"a font of {name}", pdf(xml, {8: stream(meant, packed=True)}, font=b"/ToUnicode 8 0 R")
    yield "a font of widths", pdf(xml, font=b"/FirstChar 0/LastChar 400000/Widths[" + b"1 " * 400_000 + b"]")
    yield "a font of names", pdf(xml, font=b"/Encoding<</Differences[0 " + b"/a " * 300_000 + b"]>>")
    glyphs = b"/CharProcs<</a 8 0 R>>/Encoding<</Differences[70/a]>>/FirstChar 70/LastChar 70/Widths[1]"
    drawn = b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]%s/Resources<</Font<</F 7 0 R>>>>>>"
    yield "a font that draws itself", pdf(xml, {7: drawn % glyphs, 8: stream(b"BT /F 9 Tf (FFFFFFFFFF) Tj ET")})
    yield "brackets in brackets", pdf(xml, catalog=b"/Lang " + b"(" * 400_000 + b")" * 400_000)
    yield "arrays in arrays", pdf(xml, catalog=b"/X " + b"[" * 400_000 + b"]" * 400_000)
    yield "objects in objects", pdf(xml, catalog=b"/X " + b"<</A" * _MANY + b" 1" + b">>" * _MANY)
    yield "a long name", pdf(xml, catalog=b"/X /" + b"a" * 900_000)
    yield "many names", pdf(xml, catalog=b"".join(b"/A%d 1" % at for at in range(_MANY)))


def _tables(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """Where objects are said to lie."""
    good = pdf(xml)
    start = good.rindex(b"xref\n0")
    yield "many ends", good + b"startxref\n9\n%%EOF\n" * 40_000
    yield "a table before itself", good.replace(b"/Root 1 0 R>>", b"/Root 1 0 R/Prev %d>>" % start)
    chain, before = good, start
    for _ in range(3_000):
        here = len(chain)
        chain += b"xref\n0 0\ntrailer\n<</Size 8/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (before, here)
        before = here
    yield "three thousand tables", chain
    yield (
        "a table of a billion",
        good.replace(b"/Size 8", b"/Size 1000000000").replace(b"xref\n0 8", b"xref\n0 999999999"),
    )
    head, end = b"%PDF-1.7\n9 0 obj\n", b"\nendobj\nstartxref\n9\n%%EOF"
    entries = b"/Type/XRef/Size 1000000000/W[1 8 8]/Index[0 1000000000]/Root 1 0 R"
    yield "a stream of a billion places", head + stream(b"\0" * 30_000_000, entries, packed=True) + end
    yield "places of many digits", head + stream(b"\0" * 1000, b"/Type/XRef/Size 10/W[1 999999999 1]/Root 1 0 R") + end
    held = stream(b"30 0 " * 1000 + b"1", b"/Type/ObjStm/N 1000000000/First 5000/Extends 8 0 R")
    yield "a stream of a billion objects", pdf(xml, {8: held}, catalog=b"/X 30 0 R")
    yield (
        "objects without an end",
        b"%PDF-1.7\n" + b"1 0 obj\n" * 110_000 + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF",
    )
    objects = b"".join(b"%d 0 obj<<>>endobj\n" % at for at in range(40_000))
    yield "objects without a table", b"%PDF-1.7\n" + objects + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF"


def _packed(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """Objects packed in a stream: a few kilobytes are megabytes."""
    for name, each, count in (
        ("dictionaries", b"<<" * 40_000, 300),
        ("dictionaries with keys", b"<</A " * 18_000, 20),
        ("dictionaries of 250 levels", b"<</A " * 250, 800),
        ("arrays", b"[" * 50_000, 300),
        ("strings", b"[(" + b"(" * 90_000, 20),
        ("numbers", b"[" + b"1 " * 40_000, 300),
    ):
        yield f"packed {name} without an end", _with_packed(xml, [each] * count)


def _with_packed(xml: bytes, objects: list[bytes]) -> bytes:
    """A PDF and an update, in which objects stand that its catalog refers to."""
    first = 20
    made = pdf(xml, catalog=b"/X[%s]" % b" ".join(b"%d 0 R" % (first + at) for at in range(len(objects))))
    before, holder, head, body = made.rindex(b"xref\n0"), first + len(objects), b"", b""
    for number, each in enumerate(objects, first):
        head += b"%d %d " % (number, len(body))
        body += each + b" "
    rows = [(2, holder, at) for at in range(len(objects))] + [(1, len(made), 0)]
    entries = b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head))
    made += b"%d 0 obj\n%s\nendobj\n" % (holder, stream(head + body, entries, packed=True))
    rows.append((1, len(made), 0))
    places = b"".join(bytes((kind,)) + where.to_bytes(4, "big") + at.to_bytes(2, "big") for kind, where, at in rows)
    entries = b"/Type/XRef/W[1 4 2]/Index[%d %d]/Size %d/Root 1 0 R/Prev %d" % (first, len(rows), holder + 2, before)
    tail = b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n"
    return made + tail % (holder + 1, stream(places, entries, packed=True), len(made))
