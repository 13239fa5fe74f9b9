"""What hangs on a page beside its content: boxes, annotations, transitions.

Sources: ISO 19005-3:2012 §6.1.13 (page sizes), §6.3 (annotations), §6.4.1 (form fields), §6.10 (presentations);
ISO 32000-1:2008 §12.5 (annotations), §14.11.2 (page boundaries).
"""

from __future__ import annotations

from decimal import Decimal

from pypdf.generic import DictionaryObject, StreamObject

from einvoice.pdfa.fault import Fault, Faults
from einvoice.pdfa.pdf import Pdf
from einvoice.pdfa.reading import inherited

PRINT_FLAG = 4
HIDING_FLAGS = 1 | 2 | 32 | 256  # invisible, hidden, no view, toggle no view

_KINDS = frozenset(
    [
        "Text",
        "Link",
        "FreeText",
        "Line",
        "Square",
        "Circle",
        "Polygon",
        "PolyLine",
        "Highlight",
        "Underline",
        "Squiggly",
        "StrikeOut",
        "Stamp",
        "Caret",
        "Ink",
        "Popup",
        "FileAttachment",
        "Widget",
        "PrinterMark",
        "TrapNet",
        "Watermark",
        "Redact",
    ]
)
_WITHOUT_APPEARANCE = {"Popup", "Link"}
_BOXES = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")


def check_page(pdf: Pdf, page: DictionaryObject, faults: Faults, where: str) -> None:
    """Note what PDF/A-3 does not allow about a page."""
    for key in _BOXES:
        sides = [pdf.number(side) or Decimal(0) for side in pdf.array(inherited(pdf, page, key))]
        if len(sides) == 4:
            lengths = abs(sides[2] - sides[0]), abs(sides[3] - sides[1])
            if not all(3 <= length <= 14_400 for length in lengths):
                faults.add(Fault.LIMIT_EXCEEDED, f"{key} {lengths[0]} x {lengths[1]} ({where})")
    if "/PresSteps" in page:
        faults.add(Fault.PRESENTATION, f"/PresSteps ({where})")
    for value in pdf.array(page.get("/Annots")):
        _annotation(pdf, pdf.dictionary(value), faults, where)


def flags_of(pdf: Pdf, annotation: DictionaryObject) -> int | None:
    """The flags of an annotation; `None` where it has none."""
    number = pdf.number(annotation.get("/F"))
    return int(number) if number is not None else None


def _annotation(pdf: Pdf, annotation: DictionaryObject, faults: Faults, where: str) -> None:
    kind = pdf.name(annotation.get("/Subtype"))
    if not annotation:
        return
    place = f"{kind} ({where})"
    if kind not in _KINDS:
        faults.add(Fault.ANNOTATION_TYPE, place)
        return
    flags = flags_of(pdf, annotation)
    if flags is not None and flags & HIDING_FLAGS:
        faults.add(Fault.ANNOTATION_HIDDEN, place)
    elif (flags is None and kind != "Popup") or (flags is not None and not flags & PRINT_FLAG):
        faults.add(Fault.ANNOTATION_NOT_PRINTED, place)
    if kind == "Widget" and "/A" in annotation:
        faults.add(Fault.FORBIDDEN_ACTION, f"/A {place}")
    _appearance(pdf, annotation, kind, faults, place)


def _appearance(pdf: Pdf, annotation: DictionaryObject, kind: str | None, faults: Faults, place: str) -> None:
    if "/AP" not in annotation:
        sides = [pdf.number(side) or Decimal(0) for side in pdf.array(annotation.get("/Rect"))]
        is_point = len(sides) == 4 and sides[0] == sides[2] and sides[1] == sides[3]
        if kind not in _WITHOUT_APPEARANCE and not is_point:
            faults.add(Fault.APPEARANCE_MISSING, place)
        return
    appearance = pdf.dictionary(annotation.get("/AP"))
    if set(appearance) - {"/N"}:
        faults.add(Fault.APPEARANCE_CHANGES, place)
    normal = pdf.resolved(appearance.get("/N"))
    is_button = kind == "Widget" and _field_type(pdf, annotation) == "Btn"
    is_stream = isinstance(normal, StreamObject)
    if not isinstance(normal, DictionaryObject) or is_stream == is_button:
        faults.add(Fault.APPEARANCE_MISSING, place)


def _field_type(pdf: Pdf, field: DictionaryObject) -> str | None:
    value = inherited(pdf, field, "/FT")
    return pdf.name(value)
