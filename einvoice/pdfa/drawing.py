"""Everything that the pages of a PDF draw: content streams, and what they use.

Walks from each page through forms, patterns, soft masks, Type 3 glyphs and the appearances of annotations, and notes
what PDF/A-3 forbids, which colours are used, and which characters of which font. What a page does not use is not
judged: it is not seen, and PDF/A does not ask.

Sources: ISO 32000-1:2008 §8 (graphics), §9 (text), §11 (transparency); ISO 19005-3:2012 §6.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, NameObject, PdfObject, StreamObject

from einvoice.errors import Unreadable
from einvoice.pdfa.colours import DEVICES, Colours
from einvoice.pdfa.content import OPERATORS, operations
from einvoice.pdfa.fault import Fault, Faults
from einvoice.pdfa.jpeg2000 import jpeg2000_fault
from einvoice.pdfa.pdf import Pdf, Spent
from einvoice.pdfa.reading import filters, inherited, is_true

# Until a colour is set, everything is painted in DeviceGray black (ISO 32000-1 §8.4.1).
_FILLS = frozenset(b"f F f* b B b* B*".split())
_STROKES = frozenset(b"S s b B b* B*".split())
_SETS_FILL, _SETS_STROKE = frozenset(b"g rg k cs".split()), frozenset(b"G RG K CS".split())
_COLOUR_OPERATORS = {b"g": "Gray", b"G": "Gray", b"rg": "RGB", b"RG": "RGB", b"k": "CMYK", b"K": "CMYK"}
_JUDGED = (
    _FILLS
    | _STROKES
    | _SETS_FILL
    | _SETS_STROKE
    | frozenset(b"Tj ' \" TJ q Q Tr Tf gs cs CS scn SCN sh Do BI ri".split())
)
_OF_NO_CONCERN = OPERATORS - _JUDGED  # two thirds of all: where something is, how thick, to what it belongs
_INTENTS = {"RelativeColorimetric", "AbsoluteColorimetric", "Perceptual", "Saturation"}
_BLEND_MODES = frozenset(
    [
        "Normal",
        "Compatible",
        "Multiply",
        "Screen",
        "Overlay",
        "Darken",
        "Lighten",
        "ColorDodge",
        "ColorBurn",
        "HardLight",
        "SoftLight",
        "Difference",
        "Exclusion",
        "Hue",
        "Saturation",
        "Color",
        "Luminosity",
    ]
)
_INLINE_FILTERS = frozenset(
    [
        "A85",
        "AHx",
        "CCF",
        "DCT",
        "Fl",
        "RL",
        "ASCII85Decode",
        "ASCIIHexDecode",
        "CCITTFaxDecode",
        "DCTDecode",
        "FlateDecode",
        "RunLengthDecode",
    ]
)
_INVISIBLE = 3  # text rendering mode
_TOGETHER = 16  # operations that are counted at once
_MAX_NESTING = 28  # of q
_MAX_FORMS = 40  # within each other


@dataclass(slots=True)
class FontUse:
    """A font and the strings that are shown in it."""

    font: DictionaryObject
    where: str  # first page
    visible: set[bytes] = field(default_factory=set)
    invisible: set[bytes] = field(default_factory=set)


@dataclass(slots=True)
class Drawing:
    """What the pages draw."""

    pdf: Pdf
    faults: Faults
    colours: Colours
    fonts: dict[int, FontUse] = field(default_factory=dict)
    smoothed: list[DictionaryObject] = field(default_factory=list)  # images with Interpolate
    borrowing: list[DictionaryObject] = field(default_factory=list)  # pages without resources of their own
    _seen: set[tuple[int, int]] = field(default_factory=set)

    def page(self, page: DictionaryObject, where: str) -> None:
        """A page: its content, its group, the appearances of its annotations."""
        own = self.pdf.dictionary(page.get("/Resources"))
        resources = own or self.pdf.dictionary(inherited(self.pdf, page, "/Resources"))
        content = self._page_content(page, where)
        used = self._content(content, resources, where, 0, coloured=False)
        if used and not own:
            self.borrowing.append(page)
            self.faults.add(Fault.BORROWED_RESOURCES, where)
        self._group(page, resources, where)
        for value in self.pdf.array(page.get("/Annots")):
            appearance = self.pdf.dictionary(self.pdf.dictionary(value).get("/AP"))
            for stream in self._appearances(appearance.get("/N")):
                self._form(stream, DictionaryObject(), where, 1)

    def _page_content(self, page: DictionaryObject, where: str) -> bytes:
        value = self.pdf.resolved(page.get("/Contents"))
        parts = list(value) if isinstance(value, ArrayObject) else [value] if value is not None else []
        contents = [self.pdf.content(part) for part in parts]
        if None in contents:
            self.faults.add(Fault.FILTER, f"Contents ({where})")
        return b"\n".join(content for content in contents if content is not None)

    def _appearances(self, value: PdfObject | None) -> Iterator[StreamObject]:
        found = self.pdf.resolved(value)
        if isinstance(found, StreamObject):
            yield found
        elif isinstance(found, DictionaryObject):
            for state in found.values():
                stream = self.pdf.resolved(state)
                if isinstance(stream, StreamObject):
                    yield stream

    def _content(
        self, content: bytes, resources: DictionaryObject, where: str, depth: int, *, coloured: bool = True
    ) -> bool:
        """Judge one content stream; whether it used any resource. `coloured`: the caller may have set a colour."""
        state = _State(self, resources, where, depth, fill=coloured, stroke=coloured)
        try:
            for number, (operator, operands) in enumerate(operations(content, self.pdf.tokens)):
                if not number % _TOGETHER:
                    self.pdf.tick(_TOGETHER)
                if operator not in _OF_NO_CONCERN:
                    state.step(operator, operands)
        except Spent:
            raise
        except Unreadable:
            self.faults.add(Fault.INVALID_CONTENT, f"/Contents ({where})")
        return state.used

    def form(self, stream: StreamObject, outer: DictionaryObject, where: str, depth: int) -> None:
        """A form that is drawn: its own content, with its own resources."""
        self._form(stream, outer, where, depth)

    def _form(self, stream: StreamObject, outer: DictionaryObject, where: str, depth: int) -> None:
        own = self.pdf.dictionary(stream.get("/Resources"))
        key = (id(stream), 0 if own else id(outer))
        if key in self._seen:
            return
        self._seen.add(key)
        if depth > _MAX_FORMS:
            raise Spent("EI-NO-PDF-12", {"limit": str(_MAX_FORMS)})
        for entry in ("/OPI", "/PS", "/Ref"):
            if entry in stream:
                self.faults.add(Fault.EXTERNAL_CONTENT, f"{entry} ({where})")
        if self.pdf.name(stream.get("/Subtype2")) == "PS":
            self.faults.add(Fault.EXTERNAL_CONTENT, f"/Subtype2 PS ({where})")
        self._group(stream, own or outer, where)
        content = self.pdf.content(stream)
        if content is None:
            self.faults.add(Fault.FILTER, f"Form ({where})")
        elif self._content(content, own or outer, where, depth) and not own:
            self.faults.add(Fault.INVALID_CONTENT, f"Form /Resources ({where})")

    def _group(self, holder: DictionaryObject, resources: DictionaryObject, where: str) -> None:
        group = self.pdf.dictionary(holder.get("/Group"))
        if self.pdf.name(group.get("/S")) == "Transparency":
            self.colours.space(group.get("/CS"), resources, where)
            if "/CS" not in group:
                self.colours.transparency[where] = None

    def image(self, image: DictionaryObject, resources: DictionaryObject, where: str) -> None:
        """An image XObject."""
        key = (id(image), id(resources))
        if key in self._seen:
            return
        self._seen.add(key)
        self._image_entries(image, where)
        if not is_true(self.pdf, image.get("/ImageMask")):
            self.colours.space(image.get("/ColorSpace"), resources, where)
        for entry in ("/SMask", "/Mask"):
            mask = self.pdf.resolved(image.get(entry))
            if isinstance(mask, StreamObject):
                self.image(mask, resources, where)
                if entry == "/SMask":
                    self.colours.transparency[where] = None

    def _image_entries(self, image: DictionaryObject, where: str) -> None:
        for entry in ("/Alternates", "/OPI"):
            if entry in image:
                self.faults.add(Fault.IMAGE_ENTRY, f"{entry} ({where})")
        if is_true(self.pdf, image.get("/Interpolate")):
            self.smoothed.append(image)
            self.faults.add(Fault.SMOOTHED_IMAGE, where)
        self._intent(image.get("/Intent"), where)
        allowed = (1,) if is_true(self.pdf, image.get("/ImageMask")) else (1, 2, 4, 8, 16)
        bits = self.pdf.number(image.get("/BitsPerComponent"))
        if bits is not None and bits not in allowed:
            self.faults.add(Fault.IMAGE_ENTRY, f"/BitsPerComponent {bits} ({where})")
        if filters(self.pdf, image)[-1:] == ["JPXDecode"]:
            fault = jpeg2000_fault(self._raw(image), has_colour_space="/ColorSpace" in image)
            if fault:
                self.faults.add(Fault.JPEG_2000, f"{fault} ({where})")

    @staticmethod
    def _raw(image: DictionaryObject) -> bytes:
        return image._data if isinstance(image, StreamObject) else b""  # noqa: SLF001 - the bytes as they stand

    def inline_image(self, image: dict[str, Any], resources: DictionaryObject, where: str) -> None:
        """An image within a content stream; its keys are short or long."""
        wanted = image.get("/F", image.get("/Filter"))
        for name in wanted if isinstance(wanted, list) else [wanted] if wanted is not None else []:
            if str(name)[1:] not in _INLINE_FILTERS:
                self.faults.add(Fault.FILTER, f"{name} ({where})")
        if image.get("/I", image.get("/Interpolate")) is True:
            self.faults.add(Fault.IMAGE_ENTRY, f"/Interpolate ({where})")
        space = image.get("/CS", image.get("/ColorSpace"))
        if isinstance(space, list) and len(space) > 1 and space[0] in {"/I", "/Indexed"}:
            space = space[1]
        if isinstance(space, str):
            self.colours.space(NameObject(space), resources, where)

    def graphics_state(self, value: PdfObject | None, resources: DictionaryObject, where: str, depth: int) -> None:
        """An extended graphics state (ISO 32000-1 §8.4.5)."""
        state = self.pdf.dictionary(value)
        for entry in ("/TR", "/HTP"):
            if entry in state:
                self.faults.add(Fault.PRINT_SETTING, f"{entry} ({where})")
        if "/TR2" in state and self.pdf.name(state.get("/TR2")) != "Default":
            self.faults.add(Fault.PRINT_SETTING, f"/TR2 ({where})")
        halftone = self.pdf.dictionary(state.get("/HT"))
        if halftone and (self.pdf.number(halftone.get("/HalftoneType")) not in (1, 5) or "/HalftoneName" in halftone):
            self.faults.add(Fault.PRINT_SETTING, f"/HT ({where})")
        self._intent(state.get("/RI"), where)
        self.colours.has_overprint_mode |= self.pdf.number(state.get("/OPM")) == 1
        self._blending(state, where)
        mask = self.pdf.dictionary(state.get("/SMask"))
        group = self.pdf.resolved(mask.get("/G"))
        if isinstance(group, StreamObject):
            self.colours.transparency[where] = None
            self._form(group, resources, where, depth + 1)

    def _blending(self, state: DictionaryObject, where: str) -> None:
        modes = self.pdf.resolved(state.get("/BM"))
        for mode in modes if isinstance(modes, ArrayObject) else [modes] if modes is not None else []:
            name = self.pdf.name(mode)
            if name not in _BLEND_MODES:
                self.faults.add(Fault.TRANSPARENCY, f"{name} ({where})")
            elif name not in {"Normal", "Compatible"}:
                self.colours.transparency[where] = None
        if any(self.pdf.number(state.get(entry)) not in (None, 1) for entry in ("/CA", "/ca")):
            self.colours.transparency[where] = None

    def _intent(self, value: PdfObject | None, where: str) -> None:
        if value is not None and self.pdf.name(value) not in _INTENTS:
            self.faults.add(Fault.RENDERING_INTENT, f"{self.pdf.name(value)} ({where})")

    def pattern(self, value: PdfObject | None, resources: DictionaryObject, where: str, depth: int) -> None:
        """A tiling or shading pattern."""
        pattern = self.pdf.resolved(value)
        if isinstance(pattern, StreamObject):
            self._form(pattern, resources, where, depth + 1)
        elif isinstance(pattern, DictionaryObject):
            shading = self.pdf.dictionary(pattern.get("/Shading"))
            self.colours.space(shading.get("/ColorSpace"), resources, where)
            self.graphics_state(pattern.get("/ExtGState"), resources, where, depth)

    def use(self, value: PdfObject | None, resources: DictionaryObject, where: str, depth: int) -> FontUse:
        """A font that text is shown in; the glyphs of a Type 3 font are content of their own."""
        font = self.pdf.dictionary(value)
        if id(font) not in self.fonts:
            self.fonts[id(font)] = FontUse(font, where)
            own = self.pdf.dictionary(font.get("/Resources"))
            for glyph in self.pdf.dictionary(font.get("/CharProcs")).values():
                stream = self.pdf.resolved(glyph)
                if isinstance(stream, StreamObject) and (id(stream), id(font)) not in self._seen:
                    self._seen.add((id(stream), id(font)))
                    self._content(self.pdf.content(stream) or b"", own or resources, where, depth + 1)
        return self.fonts[id(font)]


@dataclass(slots=True)
class _State:
    """One content stream while it is read."""

    drawing: Drawing
    resources: DictionaryObject
    where: str
    depth: int
    fill: bool  # whether a colour was set
    stroke: bool
    used: bool = False
    mode: int = 0
    font: FontUse | None = None
    saved: list[tuple[int, FontUse | None, bool, bool]] = field(default_factory=list)
    spaces: set[str] = field(default_factory=set)  # colour spaces that were judged

    def step(self, operator: bytes, operands: list[Any]) -> None:  # noqa: C901, PLR0912 - one branch an operator
        drawing, last = self.drawing, operands[-1] if operands else None
        self.fill |= operator in _SETS_FILL
        self.stroke |= operator in _SETS_STROKE
        if (operator in _FILLS and not self.fill) or (operator in _STROKES and not self.stroke):
            drawing.colours.device("Gray", self.resources, self.where)
        if operator in {b"Tj", b"'", b'"'}:
            self._show([last])
        elif operator == b"TJ":
            self._show(last if isinstance(last, list) else [])
        elif operator in _COLOUR_OPERATORS:
            drawing.colours.device(_COLOUR_OPERATORS[operator], self.resources, self.where)
        elif operator == b"q":
            self.saved.append((self.mode, self.font, self.fill, self.stroke))
            if len(self.saved) > _MAX_NESTING:
                drawing.faults.add(Fault.LIMIT_EXCEEDED, f"q/Q {len(self.saved)} ({self.where})")
        elif operator == b"Q" and self.saved:
            self.mode, self.font, self.fill, self.stroke = self.saved.pop()
        elif operator == b"Tr" and isinstance(last, int):
            self.mode = last
        elif operator == b"Tf" and operands:
            self.font = drawing.use(self._resource("/Font", operands[0]), self.resources, self.where, self.depth)
        elif operator == b"gs":
            self._graphics_state(self._resource("/ExtGState", last))
        elif operator in {b"cs", b"CS"}:
            self._colour_space(last)
        elif operator in {b"scn", b"SCN"} and isinstance(last, str):
            drawing.pattern(self._resource("/Pattern", last), self.resources, self.where, self.depth)
        elif operator == b"sh":
            shading = drawing.pdf.dictionary(self._resource("/Shading", last))
            drawing.colours.space(shading.get("/ColorSpace"), self.resources, self.where)
        elif operator == b"Do":
            self._external(self._resource("/XObject", last))
        elif operator == b"BI" and isinstance(last, dict):
            drawing.inline_image(last, self.resources, self.where)
        elif operator == b"ri" and str(last)[1:] not in _INTENTS:
            drawing.faults.add(Fault.RENDERING_INTENT, f"{last} ({self.where})")
        elif operator not in OPERATORS:
            drawing.faults.add(Fault.INVALID_CONTENT, f"{operator.decode('ascii', 'replace')[:20]} ({self.where})")

    def _show(self, parts: list[Any]) -> None:
        strings = [part for part in parts if isinstance(part, bytes) and part]
        if strings and not self.fill and self.mode != _INVISIBLE:
            self.drawing.colours.device("Gray", self.resources, self.where)
        if strings and self.font is None:
            self.drawing.faults.add(Fault.INVALID_CONTENT, f"Tf ({self.where})")
        elif self.font is not None:
            (self.font.invisible if self.mode == _INVISIBLE else self.font.visible).update(strings)

    def _resource(self, kind: str, name: Any) -> PdfObject | None:
        self.used = True
        known = self.drawing.pdf.dictionary(self.resources.get(kind))
        if not isinstance(name, str) or name not in known or not name.isascii():
            # Names beyond ASCII are read and written as text; their bytes in the content stream might differ.
            place = f"{kind} {name} ({self.where})".encode("ascii", "replace").decode()
            self.drawing.faults.add(Fault.INVALID_CONTENT, place)
            return None
        return known.get(name)

    def _graphics_state(self, value: PdfObject | None) -> None:
        pdf = self.drawing.pdf
        self.drawing.graphics_state(value, self.resources, self.where, self.depth)
        font = pdf.array(pdf.dictionary(value).get("/Font"))
        if font:
            self.font = self.drawing.use(font[0], self.resources, self.where, self.depth)

    def _colour_space(self, name: Any) -> None:
        if not isinstance(name, str) or name in self.spaces:
            return
        self.spaces.add(name)
        if name[1:] not in {*DEVICES, "Pattern"}:
            self.used = True
        self.drawing.colours.space(NameObject(name), self.resources, self.where)

    def _external(self, value: PdfObject | None) -> None:
        pdf = self.drawing.pdf
        found = pdf.resolved(value)
        if not isinstance(found, StreamObject):
            return
        kind = pdf.name(found.get("/Subtype"))
        if kind == "Image":
            self.drawing.image(found, self.resources, self.where)
        elif kind == "Form":
            self.drawing.form(found, self.resources, self.where, self.depth + 1)
        else:
            self.drawing.faults.add(Fault.EXTERNAL_CONTENT, f"XObject /{kind} ({self.where})")
