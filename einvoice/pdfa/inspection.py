"""Is this PDF a PDF/A-3, and if not, what stands in the way?

    for broken in preflight(pdf_bytes):
        print(broken.fault.name, broken.places)       # FONT_NOT_EMBEDDED ('Helvetica (page 1)',)

Many programs will attach an XML file to any PDF and call the result Factur-X; their users learn from the platform that
it is none. Here each blocker has a name, the place where it is, and what to do about it.

What a file written anew has by itself (header, cross-reference, form of strings and streams) is not looked at; what is
looked at is listed in `fault`. Source: ISO 19005-3:2012 (level B; the demands of A and U as far as they are claimed).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pypdf.generic import DictionaryObject

from einvoice.pdfa.colours import Colours, output_spaces
from einvoice.pdfa.drawing import Drawing
from einvoice.pdfa.fault import Broken, Fault, Faults
from einvoice.pdfa.metadata import xmp_of
from einvoice.pdfa.objects import Objects, check_objects
from einvoice.pdfa.pages import check_page
from einvoice.pdfa.pdf import Limits, Locked, Pdf, opened
from einvoice.pdfa.structure import check_document
from einvoice.pdfa.xmp import Xmp

if TYPE_CHECKING:
    from einvoice.pdfa.fonts import Fonts


@dataclass(slots=True)
class Inspection:
    """What was found in a PDF, for whoever reports or repairs it."""

    faults: Faults
    pages: list[DictionaryObject]
    drawing: Drawing
    fonts: Fonts
    objects: Objects
    output: str | None  # colours of the output intent: Gray, RGB, CMYK
    conformance: str  # the level whose conditions are met, at most the one that is claimed: A, U or B


def preflight(data: bytes, *, limits: Limits | None = None) -> tuple[Broken, ...]:
    """What keeps a PDF, `data`, from being a PDF/A-3, each fault with its places; () for one that is.

    Raises `Unreadable` for what is not a PDF, is damaged, or exceeds the limits.
    """
    try:
        with opened(data, limits) as pdf:
            return inspect(pdf).faults.broken()
    except Locked:
        faults = Faults()
        faults.add(Fault.ENCRYPTED)
        return faults.broken()


def inspect(pdf: Pdf) -> Inspection:
    """Look at all of an open `pdf`: what in it breaks PDF/A-3, and what else a converter must know."""
    from einvoice.pdfa.fonts import Fonts  # noqa: PLC0415 - fontTools is loaded where fonts are checked

    faults = Faults()
    if pdf.is_encrypted:
        faults.add(Fault.ENCRYPTED)
    drawing = Drawing(pdf, faults, Colours(pdf, faults))
    found = pdf.pages(judged=True)
    if pdf.lost_pages or not found:  # a viewer may still show them
        faults.add(Fault.INVALID_CONTENT, "/Pages")
    for number, page in enumerate(found, 1):
        drawing.page(page, f"page {number}")
        check_page(pdf, page, faults, f"page {number}")
    fonts = Fonts(pdf, faults)
    fonts.check(drawing.fonts.values())
    output = output_spaces(pdf, faults)
    drawing.colours.check(output)
    objects = check_objects(pdf, faults)
    xmp = xmp_of(pdf)
    check_document(pdf, xmp, faults)
    conformance = _conformance(pdf, xmp, fonts, faults)
    for place in pdf.reader.unclear:  # last: what nobody reads is not looked at
        faults.add(Fault.UNCLEAR, place)
    return Inspection(faults, found, drawing, fonts, objects, output, conformance)


def _conformance(pdf: Pdf, xmp: Xmp | None, fonts: Fonts, faults: Faults) -> str:
    """The level that the PDF claims, or the lower one whose conditions it meets."""
    claimed = (xmp.conformance if xmp and xmp.part in {1, 2, 3} else None) or "B"
    met = claimed if claimed in {"A", "U"} else "B"
    mark = getattr(pdf.resolved(pdf.dictionary(pdf.catalog.get("/MarkInfo")).get("/Marked")), "value", False)
    if met == "A" and not (mark is True and "/StructTreeRoot" in pdf.catalog):
        met = "U"
    if met in {"A", "U"} and not fonts.has_unicode:
        met = "B"
    if met != claimed:
        faults.add(Fault.CONFORMANCE_LEVEL, claimed)
    return met
