"""Is this PDF a PDF/A-3, and if not, what stands in the way?

    for finding in preflight(pdf_bytes):
        print(finding.rule, finding.message)       # EI-PDF-49 Police non incorporée : Helvetica (page 1).

Many programs will attach an XML file to any PDF and call the result Factur-X; their users learn from the platform that
it is none. Here each blocker has a name, the place where it is, and what to do about it.

What a file written anew has by itself (header, cross-reference, form of strings and streams) is not looked at; what is
judged is told in `rules`. Source: ISO 19005-3:2012 (level B; the demands of A and U as far as they are claimed).
"""

from __future__ import annotations

from dataclasses import dataclass

from pypdf.generic import DictionaryObject

from einvoice.facturx.embedded import pages
from einvoice.facturx.metadata import xmp_of
from einvoice.facturx.pdf import Limits, Locked, Pdf, opened
from einvoice.facturx.pdfa.colours import Colours, output_spaces
from einvoice.facturx.pdfa.drawing import Drawing
from einvoice.facturx.pdfa.faults import Faults
from einvoice.facturx.pdfa.fonts import Fonts
from einvoice.facturx.pdfa.objects import Objects, check_objects
from einvoice.facturx.pdfa.pages import check_page
from einvoice.facturx.pdfa.structure import check_document
from einvoice.facturx.xmp import Xmp
from einvoice.report import Finding

__all__ = ["Judgement", "judged", "preflight"]


@dataclass(slots=True)
class Judgement:
    """What was found in a PDF, for whoever reports or repairs it."""

    faults: Faults
    pages: list[DictionaryObject]
    drawing: Drawing
    fonts: Fonts
    objects: Objects
    output: str | None  # colours of the output intent: Gray, RGB, CMYK
    conformance: str  # the level whose conditions are met, at most the one that is claimed: A, U or B

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One for each rule that is broken."""
        return self.faults.findings()


def preflight(data: bytes, *, limits: Limits | None = None) -> tuple[Finding, ...]:
    """What keeps a PDF from being a PDF/A-3; () for one that is.

    Raises `Unreadable` for what is not a PDF, is damaged, or exceeds the limits.
    """
    try:
        with opened(data, limits) as pdf:
            return judged(pdf).findings
    except Locked:
        faults = Faults()
        faults.add("EI-PDF-30")
        return faults.findings()


def judged(pdf: Pdf) -> Judgement:
    """Judge an open PDF."""
    faults = Faults()
    if pdf.is_encrypted:
        faults.add("EI-PDF-30")
    drawing = Drawing(pdf, faults, Colours(pdf, faults))
    found = pages(pdf)
    for number, page in enumerate(found, 1):
        drawing.page(page, f"page {number}")
        check_page(pdf, page, faults, f"page {number}")
    fonts = Fonts(pdf, faults)
    fonts.judge(drawing.fonts.values())
    output = output_spaces(pdf, faults)
    drawing.colours.judge(output)
    objects = check_objects(pdf, faults)
    xmp = xmp_of(pdf)
    check_document(pdf, xmp, faults)
    conformance = _conformance(pdf, xmp, fonts, faults)
    return Judgement(faults, found, drawing, fonts, objects, output, conformance)


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
        faults.add("EI-PDF-71", claimed)
    return met
