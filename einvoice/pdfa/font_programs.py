"""What a font program says of its glyphs: how many there are, under what names, how wide; read by fontTools.

A font in a PDF says twice how wide its characters are: in the PDF, for layout, and in the font program, for drawing.
PDF/A asks that both agree and that every character shown is drawn. Outlines are never read.

fontTools is made for fonts that one has chosen; these come from strangers. So only those of its parts are used whose
cost can be told beforehand, and each within a bound: bytes read of a CFF font, codes of a character map, instructions
run for a width. Type 1 fonts, which it reads by running them as PostScript, are searched for what is needed instead.

Sources: ISO/IEC 14496-22 (TrueType, OpenType); Adobe Technical Notes 5176 (CFF), 5177 (Type 2 charstrings); Adobe
Type 1 Font Format (1990), §2, §6.4 (hsbw, sbw), §7 (encryption).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from fontTools import cffLib
from fontTools.misc import eexec, psCharStrings, sstruct
from fontTools.ttLib import TTFont, TTLibError
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from einvoice.errors import Unreadable
from einvoice.pdfa.glyph_names import STANDARD_ENCODING
from einvoice.pdfa.pdf import FAULTS
from einvoice.pdfa.quiet import watch

watch("fontTools")

_MAX_CMAPS, _MAX_CODES = 100, 1_000_000  # of one font
_CMAP_FORMATS = (0, 4, 6, 12)
_MAX_INSTRUCTIONS = 65_535  # bytes of charstrings that are run for one width: as many as one may have
_MAX_CALLS = 12  # of subroutines within each other
_MAX_TYPE1 = 5_000_000  # bytes: deciphering takes a microsecond for each
_EEXEC_KEY, _CHARSTRING_KEY = 55665, 4330
_CODE = re.compile(rb"dup\s+(\d+)\s*/([^\s/(){}<>\[\]%]+)\s+put")
_GLYPH = re.compile(rb"/([^\s/(){}<>\[\]%]+)\s+(\d+)\s+(?:RD|-\||\S+) ")
_MATRIX = re.compile(rb"/FontMatrix\s*\[\s*([-+.\dEe]+)")
_SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Program:
    """A font program, whatever its format."""

    count: int  # glyphs
    width: Callable[[int], float | None]  # of a glyph, in thousandths of the font size; None where it cannot be told
    names: Mapping[str, int] = field(default_factory=dict)  # glyph name -> glyph; {} where glyphs have no names
    cids: Mapping[int, int] | None = None  # CID -> glyph, in a font that is keyed by CID
    encoding: Mapping[int, str] = field(default_factory=dict)  # code -> glyph name
    cmaps: Mapping[tuple[int, int], Mapping[int, int]] = field(
        default_factory=dict
    )  # (platform, encoding): code -> glyph


@contextmanager
def _reading(kind: str) -> Iterator[None]:
    """Whatever broken bytes make fontTools trip over is `Unreadable`."""
    try:
        yield
    except (*FAULTS, TTLibError, sstruct.Error) as error:
        raise Unreadable(f"the {kind} font is damaged: {error or type(error).__name__}") from error


# -- TrueType and OpenType --------------------------------------------------------------------------------------------


def read_truetype(data: bytes) -> Program:
    """The program of a FontFile2, or of an OpenType FontFile3. Raises `Unreadable` where it is damaged."""
    if data[:4] in {b"wOFF", b"wOF2"}:
        raise Unreadable("the TrueType font is packed, as on the web")  # and unpacking it has no bound
    with _reading("TrueType"):
        font = TTFont(BytesIO(data), fontNumber=0, lazy=True)
        if "glyf" not in font and "CFF " in font:
            return read_cff(font.reader["CFF "])
        count, units, metrics = font["maxp"].numGlyphs, font["head"].unitsPerEm, font["hhea"].numberOfHMetrics
        # Not by font["hmtx"]: it wants all side bearings, which some makers leave out.
        advances = struct.unpack_from(">" + "Hh" * metrics, font.reader["hmtx"])[::2]
        font.setGlyphOrder([f"glyph{glyph:05}" for glyph in range(count)])  # not the names in `post`, which may lie
        cmaps = _cmaps(font, font.reader["cmap"]) if "cmap" in font else {}
    if not units or not advances:
        raise Unreadable("the TrueType font has no metrics")

    def width(glyph: int) -> float | None:
        return advances[min(glyph, metrics - 1)] * 1000 / units if 0 <= glyph < count else None

    return Program(count=count, width=width, cmaps=cmaps)


def _cmaps(font: TTFont, data: bytes) -> dict[tuple[int, int], dict[int, int]]:
    """The character maps; those in the same place are one."""
    count = struct.unpack_from(">H", data, 2)[0]
    if count > _MAX_CMAPS:
        raise Unreadable(f"the TrueType font has {count} character maps")
    places = [struct.unpack_from(">HHI", data, 4 + 8 * index) for index in range(count)]
    offsets = {offset for _, _, offset in places}
    if sum(_codes(data, offset) for offset in offsets) > _MAX_CODES:
        raise Unreadable("the TrueType font maps too many characters")
    read = {offset: _cmap(font, data, offset) for offset in offsets}
    return {(platform, encoding): read[offset] for platform, encoding, offset in places}


def _codes(data: bytes, offset: int) -> int:
    """How many codes a character map claims to map, so that it is not unrolled to find out."""
    form = struct.unpack_from(">H", data, offset)[0]
    if form == 4:
        count = struct.unpack_from(">H", data, offset + 6)[0] // 2
        ends = struct.unpack_from(f">{count}H", data, offset + 14)
        starts = struct.unpack_from(f">{count}H", data, offset + 16 + 2 * count)
        return sum(max(end - start + 1, 0) for start, end in zip(starts, ends, strict=True))
    if form == 12:
        count = struct.unpack_from(">I", data, offset + 12)[0]
        groups = struct.iter_unpack(">III", data[offset + 16 : offset + 16 + 12 * count])
        return sum(max(high - low + 1, 0) for low, high, _ in groups)
    return 0


def _cmap(font: TTFont, data: bytes, offset: int) -> dict[int, int]:
    form, length = struct.unpack_from(">HH", data, offset)
    if form not in _CMAP_FORMATS:
        return {}
    if form == 12:
        length = struct.unpack_from(">I", data, offset + 4)[0]
    table = CmapSubtable.newSubtable(form)
    table.decompile(data[offset : offset + length], font)
    return {code: int(name.removeprefix("glyph")) for code, name in table.cmap.items()}


# -- Compact Font Format ----------------------------------------------------------------------------------------------


def read_cff(data: bytes) -> Program:
    """The program of a Type1C or CIDFontType0C FontFile3. Raises `Unreadable` where it is damaged."""
    with _reading("CFF"):
        file = _Bounded(data)
        fonts = cffLib.CFFFontSet()
        fonts.decompile(file, None, isCFF2=False)
        top = fonts.topDictIndex[0]
        file.seek(top.rawDict["CharStrings"])
        glyphs = cffLib.Index(file, isCFF2=False)
        charset = _charset(file, top, len(glyphs))
        is_keyed = "ROS" in top.rawDict
        privates = [_Private(font, top) for font in top.FDArray] if is_keyed else [_Private(top, None)]
        select = _fd_select(file, top) if is_keyed else bytes(len(glyphs))

        def width(glyph: int) -> float | None:
            return privates[select[glyph]].width(glyphs, glyph) if 0 <= glyph < len(glyphs) else None

        if is_keyed:
            cids = {int(name.removeprefix("cid")): glyph for glyph, name in enumerate(charset) if glyph}
            return Program(len(glyphs), width, cids={0: 0} | cids)
        names = {name: glyph for glyph, name in reversed(list(enumerate(charset)))}
        top.charset = charset  # what fontTools makes of it itself takes too long where names are repeated
        return Program(len(glyphs), width, names=names, encoding=_encoding(top))


class _Bounded(BytesIO):
    """A file of which no more can be read than a few times its length: entries may all claim the same bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.left = 4 * len(data) + 65_536

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.left -= len(data)
        if self.left < 0:
            raise Unreadable("the CFF font claims more than it holds")
        return data


def _charset(file: BytesIO, top: Any, count: int) -> list[str]:
    """The name of each glyph, or "cid" and its CID; by the parts of fontTools that do not make names unique."""
    offset, is_keyed = top.rawDict.get("charset", 0), "ROS" in top.rawDict
    if offset <= 2 and is_keyed:
        return [f"cid{cid:05}" for cid in range(count)]
    if offset <= 2:
        known = (cffLib.cffISOAdobeStrings, cffLib.cffIExpertStrings, cffLib.cffExpertSubsetStrings)[offset]
        return list(known[:count])
    file.seek(offset)
    form = file.read(1)[0]
    if form == 0:
        return list(cffLib.parseCharset0(count, file, top.strings, is_keyed))
    return list(cffLib.parseCharset(count, file, top.strings, is_keyed, form)[:count])


def _encoding(top: Any) -> dict[int, str]:
    found = top.Encoding
    if found == "StandardEncoding":
        return dict(STANDARD_ENCODING)
    if found == "ExpertEncoding":
        raise Unreadable("the CFF font uses the expert encoding")
    return {code: name for code, name in enumerate(found) if name != ".notdef"}


def _fd_select(file: BytesIO, top: Any) -> list[int]:
    """Which private dictionary each glyph has. Ranges that go back would be unrolled to gigabytes."""
    file.seek(top.rawDict["FDSelect"])
    form, count = struct.unpack(">BH", file.read(3))
    starts = [start for start, _ in struct.iter_unpack(">HB", file.read(3 * count))] if form == 3 else []
    if form not in {0, 3} or starts != sorted(starts):
        raise Unreadable("the CFF font distributes its glyphs wrongly")
    return list(top.FDSelect.gidArray)


class _Private:
    """What the glyphs of a CFF font, or of a part of it, have in common."""

    def __init__(self, font: Any, outer: Any) -> None:
        self.private = font.Private
        self.subrs = getattr(self.private, "Subrs", [])
        self.global_subrs = (outer or font).GlobalSubrs
        # The matrix of a part of a font is within that of the whole.
        matrices = [each.rawDict["FontMatrix"][0] for each in (font, outer) if each and "FontMatrix" in each.rawDict]
        self.scale = 1000 * (matrices[0] if matrices else 0.001) * (matrices[1] if matrices[1:] else 1)

    def width(self, glyphs: Any, glyph: int) -> float | None:
        private = self.private
        search = _Type2Width(self.subrs, self.global_subrs, private.nominalWidthX, private.defaultWidthX)
        width = search.of(psCharStrings.T2CharString, glyphs, glyph)
        return None if width is None else width * self.scale


class _Told(Exception):
    """The width of a glyph."""


class _Type2Width(psCharStrings.T2WidthExtractor):  # type: ignore[misc]  # fontTools has no types
    """The start of a charstring: the width stands before the operands of the first operator, or is the default."""

    spent = 0

    def of(self, kind: Any, glyphs: Any, glyph: int) -> float | None:
        """The width; `None` where it cannot be told."""
        try:
            self.execute(kind(glyphs[glyph]))
        except _Told:
            return float(self.width)
        except FAULTS:
            pass
        return None

    def execute(self, charString: Any, **options: Any) -> None:  # noqa: N803 - the name is fontTools'
        """Run a charstring or a subroutine, within bounds."""
        self.spent += 1 + len(charString.bytecode or charString.program)
        if self.spent > _MAX_INSTRUCTIONS or len(self.callingStack) > _MAX_CALLS:
            raise ValueError("too long")
        super().execute(charString, **options)

    def popallWidth(self, evenOdd: int = 0) -> None:  # noqa: N802, N803 - the names are fontTools'
        """Called by the first operator, which has one operand more than it takes where there is a width."""
        super().popallWidth(evenOdd)
        raise _Told


# -- Type 1 -----------------------------------------------------------------------------------------------------------


def read_type1(data: bytes) -> Program:
    """The program of a FontFile. Raises `Unreadable` where it is damaged."""
    if len(data) > _MAX_TYPE1:
        raise Unreadable(f"the Type 1 font has {len(data)} bytes; {_MAX_TYPE1} are allowed")
    if data[:1] == b"\x80":
        data = _without_segments(data)
    clear, mark, secret = data.partition(b"eexec")
    if not mark:
        raise Unreadable("the Type 1 font has no enciphered part")
    glyphs = _glyphs(_deciphered(_binary(secret.lstrip(_SPACE)), _EEXEC_KEY, 4))
    if not glyphs:
        raise Unreadable("the Type 1 font has no glyphs")
    with _reading("Type 1"):
        matrix = _MATRIX.search(clear)
        scale = float(matrix[1]) * 1000 if matrix else 1.0
        encoding = _type1_encoding(clear)
    names = list(glyphs)

    def width(glyph: int) -> float | None:
        found = _type1_width(glyphs[names[glyph]]) if 0 <= glyph < len(names) else None
        return None if found is None else found * scale

    return Program(len(names), width, names={name: index for index, name in enumerate(names)}, encoding=encoding)


def _without_segments(data: bytes) -> bytes:
    """A PFB file without its segment headers."""
    parts, position = [], 0
    while data[position : position + 1] == b"\x80" and data[position + 1 : position + 2] in {b"\x01", b"\x02"}:
        length = int.from_bytes(data[position + 2 : position + 6], "little")
        parts.append(data[position + 6 : position + 6 + length])
        position += 6 + length
    return b"".join(parts)


def _binary(secret: bytes) -> bytes:
    if re.fullmatch(rb"[0-9A-Fa-f]{4}", secret[:4]):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", secret)
        return bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    return secret


def _deciphered(data: bytes, key: int, skipped: int) -> bytes:
    plain: bytes = eexec.decrypt(data, key)[0]
    return plain[skipped:]


def _glyphs(private: bytes) -> dict[str, bytes]:
    """The deciphered start of each glyph's drawing program, by name, in the order of the file."""
    match = re.search(rb"/lenIV\s+(\d+)", private)
    skipped = int(match[1]) if match else 4
    position = private.find(b"/CharStrings")
    glyphs: dict[str, bytes] = {}
    position = private.find(b"begin", position) if position >= 0 else len(private)
    while (found := _GLYPH.search(private, position)) is not None:
        length = int(found[2])
        start = private[found.end() : found.end() + min(length, skipped + 40)]
        glyphs[found[1].decode("latin-1")] = _deciphered(start, _CHARSTRING_KEY, skipped)
        position = found.end() + length
    return glyphs


def _type1_encoding(clear: bytes) -> dict[int, str]:
    if re.search(rb"/Encoding\s+StandardEncoding\s+def", clear):
        return dict(STANDARD_ENCODING)
    return {int(code): name.decode("latin-1") for code, name in _CODE.findall(clear) if int(code) < 256}


def _type1_width(program: bytes) -> float | None:
    """The second operand of hsbw, or the third of sbw, with which a drawing program starts."""
    search = _Type1Width(None, [])
    try:
        search.execute(psCharStrings.T1CharString(program))
    except _Told:
        return float(search.width)
    except FAULTS:
        pass
    return None


class _Type1Width(psCharStrings.T1OutlineExtractor):  # type: ignore[misc]  # fontTools has no types
    """The start of a drawing program."""

    def op_hsbw(self, index: int) -> None:  # noqa: ARG002 - fontTools calls it with the position
        """Side bearing and width."""
        self.width = self.popall()[1]
        raise _Told

    def op_sbw(self, index: int) -> None:  # noqa: ARG002
        """Side bearing in two directions, width in two."""
        self.width = self.popall()[2]
        raise _Told
