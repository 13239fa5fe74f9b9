"""The fonts of a PDF: embedded, complete, and as wide as the PDF says.

An invoice has to read the same in ten years on a machine that has none of today's fonts. So PDF/A asks that each font
is embedded, that it draws every character that is shown, and that its widths are those the layout was made with. Only
what is shown is judged: the strings collected by `drawing`.

Sources: ISO 32000-1:2008 §9.6 (simple fonts), §9.7 (composite fonts), §9.8 (descriptors), §9.10 (Unicode);
ISO 19005-3:2012 §6.2.11.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, PdfObject, StreamObject

from einvoice.errors import Unreadable
from einvoice.pdfa.cmap import IDENTITY, CMap, read_cmap
from einvoice.pdfa.drawing import FontUse
from einvoice.pdfa.fault import Fault, Faults
from einvoice.pdfa.font_programs import Program, read_cff, read_truetype, read_type1
from einvoice.pdfa.glyph_names import ENCODINGS, STANDARD_ENCODING, unicode_of
from einvoice.pdfa.pdf import Pdf, Spent

_SIMPLE = {"Type1", "MMType1", "TrueType"}
_PROGRAMS = {None, "Type1C", "CIDFontType0C", "OpenType"}  # of a FontFile3
_SYMBOLIC = 4  # flag of a font descriptor
_SUBSET = re.compile(r"[A-Z]{6}\+")
_TOLERANCE = 1  # thousandths of the font size
_WIN, _MAC, _SYMBOL = (3, 1), (1, 0), (3, 0)
_SHOWN = 4


@dataclass(slots=True)
class Fonts:
    """Checks the fonts that text is shown in."""

    pdf: Pdf
    faults: Faults
    unmapped: list[DictionaryObject] = field(default_factory=list)  # CID fonts without CIDToGIDMap
    listing: list[DictionaryObject] = field(default_factory=list)  # descriptors with an incomplete CIDSet or CharSet
    has_unicode: bool = True  # whether every character shown has a meaning as text

    def check(self, uses: Iterable[FontUse]) -> None:
        """Check each font with what is shown in it."""
        for use in uses:
            self.pdf.tick()
            if use.visible or use.invisible:
                label = f"{self._base_name(use.font) or '?'} ({use.where})"
                try:
                    self._check(use, label)
                except Spent:
                    raise
                except Unreadable as error:
                    self.faults.add(Fault.FONT_DESCRIPTION, f"{label} : {error}")

    def _base_name(self, font: DictionaryObject) -> str | None:
        return self.pdf.name(font.get("/BaseFont")) or self.pdf.name(font.get("/Name"))

    def _check(self, use: FontUse, label: str) -> None:
        font = use.font
        kind = self.pdf.name(font.get("/Subtype"))
        if self.pdf.name(font.get("/Type")) != "Font" or kind not in _SIMPLE | {"Type0", "Type3"}:
            self.faults.add(Fault.FONT_DESCRIPTION, f"{label} : /Subtype {kind}")
        elif kind != "Type3" and not self.pdf.name(font.get("/BaseFont")):
            self.faults.add(Fault.FONT_DESCRIPTION, f"{label} : /BaseFont")
        elif kind == "Type0":
            self._composite(use, label)
        elif kind == "Type3":
            self._type3(use, label)
        else:
            self._simple(use, kind, label)

    # -- what all fonts have ----------------------------------------------------------------------------------------

    def _program(self, descriptor: DictionaryObject) -> tuple[str, Program] | None:
        """The embedded font program and its format; `None` where there is none."""
        readers = {"/FontFile": read_type1, "/FontFile2": read_truetype, "/FontFile3": read_cff}
        for key, reader in readers.items():
            stream = self.pdf.resolved(descriptor.get(key))
            if isinstance(stream, StreamObject):
                content = self.pdf.content(stream)
                form = self.pdf.name(stream.get("/Subtype")) if key == "/FontFile3" else None
                if content is None or form not in _PROGRAMS:
                    raise Unreadable(f"{key} {form or ''}")
                try:
                    return key, (read_truetype if form == "OpenType" else reader)(content)
                except Unreadable as error:
                    raise Unreadable(key) from error
        return None

    def _width(self, program: Program, glyph: int) -> float | None:
        self.pdf.check_time()
        return program.width(glyph)

    def _widths_agree(self, glyphs: Mapping[int, tuple[float | None, float | None]], label: str) -> None:
        """Each code's width in the PDF against that in the font program."""
        wrong = [
            f"{code:#04x} {said:g}≠{drawn:g}"
            for code, (said, drawn) in sorted(glyphs.items())
            if said is not None and drawn is not None and abs(said - drawn) > _TOLERANCE
        ]
        if wrong:
            self.faults.add(Fault.GLYPH_WIDTHS, f"{label} : {', '.join(wrong[:_SHOWN])}")

    def _drawn(self, missing: list[int], label: str) -> None:
        if missing:
            shown = ", ".join(f"{code:#04x}" for code in sorted(missing)[:_SHOWN])
            self.faults.add(Fault.GLYPHS_MISSING, f"{label} : {shown}")

    def _number(self, value: PdfObject | None, default: float | None = None) -> float | None:
        number = self.pdf.number(value)
        return default if number is None else float(number)

    def _means_text(self, font: DictionaryObject, codes: Iterable[int], names: Mapping[int, str]) -> None:
        """ISO 19005-3 §6.2.11.7.2: by /ToUnicode, or by a glyph name that everybody knows."""
        cmap = self._to_unicode(font)
        for code in codes:
            text = cmap.text(code) if cmap else None
            if text is None and code in names:
                text = unicode_of(names[code])
            if not text or any(char in "\x00\ufeff\ufffe" for char in text):
                self.has_unicode = False

    def _to_unicode(self, font: DictionaryObject) -> CMap | None:
        content = self.pdf.content(font.get("/ToUnicode"))
        return self._read_cmap(content, "/ToUnicode") if content is not None else None

    # -- simple fonts ------------------------------------------------------------------------------------------------

    def _simple(self, use: FontUse, kind: str, label: str) -> None:
        font = use.font
        descriptor = self.pdf.dictionary(font.get("/FontDescriptor"))
        found = self._program(descriptor)
        encoding, is_named = self._encoding(font, found[1].encoding if found else STANDARD_ENCODING)
        codes = {code for string in use.visible for code in string}
        self._means_text(font, codes | {code for string in use.invisible for code in string}, encoding)
        if found is None:
            if use.visible:
                self.faults.add(Fault.FONT_NOT_EMBEDDED, label)
            return
        widths = self._simple_widths(font, descriptor, label)
        where, program = found
        is_symbolic = bool(int(self._number(descriptor.get("/Flags"), 0) or 0) & _SYMBOLIC)
        if kind == "TrueType" and where == "/FontFile2":
            self._truetype_encoding(font, program, label, is_symbolic=is_symbolic)
            glyphs = {
                code: _truetype_glyph(program, code, encoding, is_symbolic=is_symbolic, is_named=is_named)
                for code in codes
            }
        else:
            named = {code: name for code, name in encoding.items() if name != ".notdef"}
            glyphs = {code: program.names.get(named.get(code, "")) for code in codes}
        self._drawn([code for code, glyph in glyphs.items() if glyph is None], label)
        drawn = {code: glyph for code, glyph in glyphs.items() if glyph is not None}
        self._widths_agree(
            {code: (widths.get(code), self._width(program, glyph)) for code, glyph in drawn.items()}, label
        )
        self._char_set(font, descriptor, program, label)

    def _simple_widths(self, font: DictionaryObject, descriptor: DictionaryObject, label: str) -> dict[int, float]:
        first, last = self._number(font.get("/FirstChar")), self._number(font.get("/LastChar"))
        widths = [self._number(width, 0) or 0 for width in self.pdf.array(font.get("/Widths"))]
        if first is None or last is None or len(widths) != last - first + 1:
            self.faults.add(Fault.FONT_DESCRIPTION, f"{label} : /Widths")
            return {}
        missing = self._number(descriptor.get("/MissingWidth"), 0) or 0
        return dict.fromkeys(range(256), missing) | {int(first) + index: width for index, width in enumerate(widths)}

    def _encoding(self, font: DictionaryObject, built_in: Mapping[int, str]) -> tuple[dict[int, str], bool]:
        """Code to glyph name, and whether the PDF says so itself rather than the font program."""
        value = self.pdf.resolved(font.get("/Encoding"))
        if isinstance(value, NameObject):
            return dict(ENCODINGS.get(value[1:], built_in)), value[1:] in ENCODINGS
        if not isinstance(value, DictionaryObject):
            return dict(built_in), False
        base = self.pdf.name(value.get("/BaseEncoding"))
        names = dict(ENCODINGS.get(base or "", built_in))
        code = 0
        for item in self.pdf.array(value.get("/Differences")):
            part = self.pdf.resolved(item)
            if isinstance(part, NameObject):
                names[code] = part[1:]
                code += 1
            elif isinstance(part, NumberObject):
                code = int(part)
        return names, base in ENCODINGS

    def _truetype_encoding(self, font: DictionaryObject, program: Program, label: str, *, is_symbolic: bool) -> None:
        """ISO 19005-3 §6.2.11.6."""
        value = self.pdf.resolved(font.get("/Encoding"))
        count, has_symbol = len(program.cmaps), _SYMBOL in program.cmaps
        if is_symbolic:
            if value is not None or not (count == 1 or has_symbol):
                self.faults.add(Fault.TRUETYPE_ENCODING, f"{label} : Symbolic")
            return
        base = value[1:] if isinstance(value, NameObject) else None
        differences = ArrayObject()
        if isinstance(value, DictionaryObject):
            base, differences = self.pdf.name(value.get("/BaseEncoding")), self.pdf.array(value.get("/Differences"))
        names = [name for item in differences if (name := self.pdf.name(item))]
        if base not in {"MacRomanEncoding", "WinAnsiEncoding"}:
            self.faults.add(Fault.TRUETYPE_ENCODING, f"{label} : /Encoding")
        elif names and (_WIN not in program.cmaps or not all(unicode_of(name) for name in names)):
            self.faults.add(Fault.TRUETYPE_ENCODING, f"{label} : /Differences")
        if not (count > 1 if has_symbol else count > 0):
            self.faults.add(Fault.TRUETYPE_ENCODING, f"{label} : cmap")

    def _char_set(self, font: DictionaryObject, descriptor: DictionaryObject, program: Program, label: str) -> None:
        said = self.pdf.resolved(descriptor.get("/CharSet"))
        if said is None or not program.names or not _SUBSET.match(self._base_name(font) or ""):
            return
        listed = set((self.pdf.text(said) or "").split("/"))
        if not listed >= set(program.names) - {".notdef"}:
            self.listing.append(descriptor)
            self.faults.add(Fault.GLYPH_LIST, label)

    # -- Type 3: each glyph is a content stream -----------------------------------------------------------------------

    def _type3(self, use: FontUse, label: str) -> None:
        self._simple_widths(use.font, DictionaryObject(), label)
        encoding, _ = self._encoding(use.font, {})
        drawings = self.pdf.dictionary(use.font.get("/CharProcs"))
        codes = {code for string in use.visible | use.invisible for code in string}
        self._means_text(use.font, codes, encoding)
        self._drawn([code for code in codes if f"/{encoding.get(code)}" not in drawings], label)

    # -- composite fonts -----------------------------------------------------------------------------------------------

    def _composite(self, use: FontUse, label: str) -> None:
        descendants = self.pdf.array(use.font.get("/DescendantFonts"))
        font = self.pdf.dictionary(descendants[0] if descendants else None)
        kind = self.pdf.name(font.get("/Subtype"))
        if kind not in {"CIDFontType0", "CIDFontType2"} or self.pdf.name(font.get("/Type")) != "Font":
            self.faults.add(Fault.FONT_DESCRIPTION, f"{label} : /DescendantFonts")
            return
        descriptor = self.pdf.dictionary(font.get("/FontDescriptor"))
        found = self._program(descriptor)
        if found is None:
            if use.visible:
                self.faults.add(Fault.FONT_NOT_EMBEDDED, label)
            self.has_unicode &= self._to_unicode(use.font) is not None
            return
        program = found[1]
        cmap = self._cmap(use.font, font, label)
        shown = {pair for string in use.visible for pair in cmap.codes(string)}
        hidden = {pair for string in use.invisible for pair in cmap.codes(string)}
        self._means_text(use.font, (code for code, _ in shown | hidden), {})
        mapping = self._glyph_map(font, kind, label)
        widths, default = self._cid_widths(font)
        missing, sizes = [], {}
        for code, length in shown:
            cid = cmap.cid(code, length) or 0
            glyph = _cid_glyph(program, cid, mapping)
            if glyph is None:
                missing.append(code)
            else:
                sizes[code] = (widths.get(cid, default), self._width(program, glyph))
        self._drawn(missing, label)
        self._widths_agree(sizes, label)
        self._cid_set(font, descriptor, program, mapping, label)

    def _read_cmap(self, data: bytes, name: str) -> CMap:
        try:
            return read_cmap(data, self.pdf.tokens)
        except Spent:
            raise
        except Unreadable as error:
            raise Unreadable(name) from error

    def _cmap(self, outer: DictionaryObject, font: DictionaryObject, label: str) -> CMap:
        value = self.pdf.resolved(outer.get("/Encoding"))
        if self.pdf.name(value) in {"Identity-H", "Identity-V"}:
            return IDENTITY
        if not isinstance(value, StreamObject):
            raise Unreadable(f"CMap {self.pdf.name(value)}")
        cmap = self._read_cmap(self.pdf.content(value) or b"", "CMap")
        said, known = (self.pdf.dictionary(each.get("/CIDSystemInfo")) for each in (value, font))
        same = all(self.pdf.text(said.get(key)) == self.pdf.text(known.get(key)) for key in ("/Registry", "/Ordering"))
        if not same or (self._number(value.get("/WMode"), 0) or 0) != cmap.vertical or cmap.uses or not cmap.spaces:
            self.faults.add(Fault.FONT_DESCRIPTION, f"{label} : CMap")
        if any(cid + last - first > 65_535 for _, first, last, cid in cmap.cid_ranges):
            self.faults.add(Fault.LIMIT_EXCEEDED, f"{label} : CID")
        return cmap

    def _glyph_map(self, font: DictionaryObject, kind: str, label: str) -> bytes | None:
        """/CIDToGIDMap: two bytes for each CID; `None` where CID and glyph are the same number."""
        if kind != "CIDFontType2":
            return None
        value = self.pdf.resolved(font.get("/CIDToGIDMap"))
        if isinstance(value, StreamObject):
            return self.pdf.content(value) or b""
        if self.pdf.name(value) != "Identity":
            self.unmapped.append(font)
            self.faults.add(Fault.GLYPH_MAP_MISSING, label)
        return None

    def _cid_widths(self, font: DictionaryObject) -> tuple[dict[int, float], float]:
        """/W (ISO 32000-1 §9.7.4.3): `first [w1 w2 …]` or `first last w`."""
        widths: dict[int, float] = {}
        waiting: list[int] = []
        for item in self.pdf.array(font.get("/W")):
            part = self.pdf.resolved(item)
            if isinstance(part, ArrayObject) and waiting:
                widths |= {waiting[-1] + index: self._number(width, 0) or 0 for index, width in enumerate(part)}
                waiting = []
            elif len(waiting) == 2:
                first, last = waiting
                if last - first <= 65_535:
                    widths |= dict.fromkeys(range(first, last + 1), self._number(part, 0) or 0)
                waiting = []
            elif isinstance(part, NumberObject):
                waiting.append(int(part))
        return widths, self._number(font.get("/DW"), 1000) or 0

    def _cid_set(
        self,
        font: DictionaryObject,
        descriptor: DictionaryObject,
        program: Program,
        mapping: bytes | None,
        label: str,
    ) -> None:
        content = self.pdf.content(descriptor.get("/CIDSet"))
        if content is None or not _SUBSET.match(self._base_name(font) or ""):
            return
        if mapping is not None:
            cids = {index // 2 for index in range(0, len(mapping) - 1, 2) if mapping[index] or mapping[index + 1]}
        else:
            cids = set(program.cids or range(program.count))
        if any(cid // 8 >= len(content) or not content[cid // 8] & (0x80 >> cid % 8) for cid in cids - {0}):
            self.listing.append(descriptor)
            self.faults.add(Fault.GLYPH_LIST, label)


def _cid_glyph(program: Program, cid: int, mapping: bytes | None) -> int | None:
    if mapping is not None:
        glyph = int.from_bytes(mapping[2 * cid : 2 * cid + 2], "big")
    else:
        glyph = cid if program.cids is None else program.cids.get(cid, 0)
    return _known(program, glyph)


def _known(program: Program, glyph: int) -> int | None:
    """Glyph 0 is .notdef, the box that stands for what a font does not have."""
    return glyph if 0 < glyph < program.count else None


def _truetype_glyph(
    program: Program, code: int, encoding: Mapping[int, str], *, is_symbolic: bool, is_named: bool
) -> int | None:
    """ISO 32000-1 §9.6.6.4."""
    cmaps = program.cmaps
    if not is_symbolic and is_named:
        name = encoding.get(code, ".notdef")
        text = unicode_of(name)
        if _WIN in cmaps and text and len(text) == 1:
            return _known(program, cmaps[_WIN].get(ord(text), 0))
        if _MAC in cmaps:
            codes = {known: number for number, known in ENCODINGS["MacRomanEncoding"].items()}
            return _known(program, cmaps[_MAC].get(codes.get(name, -1), 0))
    if _SYMBOL in cmaps:
        table = cmaps[_SYMBOL]
        found = next((table[base + code] for base in (0xF000, 0, 0xF100, 0xF200) if base + code in table), 0)
        return _known(program, found)
    table = cmaps.get(_MAC) or next(iter(cmaps.values()), {})
    return _known(program, table.get(code, 0))
