"""What keeps a PDF from being a PDF/A-3: a name for each fault, and the places where a PDF has it.

    Fault.BORROWED_RESOURCES.value                    # "EI-PDF-36", which never changes its meaning
    Fault.BORROWED_RESOURCES in REPAIRED              # True: it can be removed without changing what is seen

ISO 19005-3 has some hundred and forty demands on a level B file. Those on the syntax of the file (header,
cross-reference, line ends, form of strings) are met by writing it anew, and those on its metadata by writing these
anew; so the faults here are about what is drawn and what is attached. What to say of them is not known here: the
sentences, with the clause of the standard, stand in the table of messages under the same codes.

Source: ISO 19005-3:2012, clause by clause; the verdicts are held against those of veraPDF (tools/facturx_verapdf.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from einvoice.errors import Unwritable


class Fault(Enum):
    """A demand of ISO 19005-3 that a PDF does not meet, in the order of its clauses."""

    # the file
    ENCRYPTED = "EI-PDF-30"
    EXTERNAL_DATA = "EI-PDF-31"
    LZW_COMPRESSION = "EI-PDF-32"
    FILTER = "EI-PDF-33"
    LIMIT_EXCEEDED = "EI-PDF-34"
    UNCLEAR = "EI-PDF-74"
    # what the pages draw
    INVALID_CONTENT = "EI-PDF-35"
    BORROWED_RESOURCES = "EI-PDF-36"
    COLOURS_WITHOUT_INTENT = "EI-PDF-37"
    COLOURS_OUTSIDE_INTENT = "EI-PDF-38"
    OUTPUT_INTENT = "EI-PDF-39"
    ICC_PROFILE = "EI-PDF-40"
    SPOT_COLOUR = "EI-PDF-41"
    PRINT_SETTING = "EI-PDF-42"
    RENDERING_INTENT = "EI-PDF-43"
    IMAGE_ENTRY = "EI-PDF-44"
    SMOOTHED_IMAGE = "EI-PDF-45"
    JPEG_2000 = "EI-PDF-46"
    EXTERNAL_CONTENT = "EI-PDF-47"
    TRANSPARENCY = "EI-PDF-48"
    # fonts
    FONT_NOT_EMBEDDED = "EI-PDF-49"
    FONT_DESCRIPTION = "EI-PDF-50"
    GLYPH_MAP_MISSING = "EI-PDF-51"
    GLYPHS_MISSING = "EI-PDF-52"
    GLYPH_WIDTHS = "EI-PDF-53"
    GLYPH_LIST = "EI-PDF-54"
    TRUETYPE_ENCODING = "EI-PDF-55"
    # annotations, forms, actions
    ANNOTATION_TYPE = "EI-PDF-56"
    ANNOTATION_NOT_PRINTED = "EI-PDF-57"
    ANNOTATION_HIDDEN = "EI-PDF-58"
    APPEARANCE_MISSING = "EI-PDF-59"
    APPEARANCE_CHANGES = "EI-PDF-60"
    FORM_APPEARANCE = "EI-PDF-61"
    SIGNED = "EI-PDF-62"
    JAVASCRIPT = "EI-PDF-63"
    FORBIDDEN_ACTION = "EI-PDF-64"
    AUTOMATIC_ACTION = "EI-PDF-65"
    # what the document says of itself, what it holds
    NOT_DECLARED = "EI-PDF-66"
    EMBEDDED_FILE = "EI-PDF-67"
    LAYERS = "EI-PDF-68"
    CHANGING_LAYERS = "EI-PDF-69"
    PRESENTATION = "EI-PDF-70"
    CONFORMANCE_LEVEL = "EI-PDF-71"
    IDENTIFIER_MISSING = "EI-PDF-72"
    OBJECT_METADATA = "EI-PDF-73"


REPAIRED = frozenset(
    {
        Fault.LZW_COMPRESSION,
        Fault.BORROWED_RESOURCES,
        Fault.COLOURS_WITHOUT_INTENT,
        Fault.SMOOTHED_IMAGE,
        Fault.GLYPH_MAP_MISSING,
        Fault.GLYPH_LIST,
        Fault.ANNOTATION_NOT_PRINTED,
        Fault.APPEARANCE_CHANGES,
        Fault.JAVASCRIPT,
        Fault.FORBIDDEN_ACTION,
        Fault.AUTOMATIC_ACTION,
        Fault.NOT_DECLARED,
        Fault.EMBEDDED_FILE,
        Fault.LAYERS,
        Fault.PRESENTATION,
        Fault.CONFORMANCE_LEVEL,
        Fault.IDENTIFIER_MISSING,
        Fault.OBJECT_METADATA,
    }
)
"""What `convert_to_pdfa3` removes without changing what is seen; the rest needs the program that made the PDF."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A fault of a PDF, and where: page, font, object; () where it is one of the whole file."""

    fault: Fault
    places: tuple[str, ...] = ()


class NotArchival(Unwritable):
    """A PDF that is not a PDF/A-3; `broken` says why."""

    row = "EI-NO-WRITE-05"

    def __init__(self, broken: tuple[Broken, ...]) -> None:
        codes = ", ".join(each.fault.value for each in broken)
        super().__init__(self.row, {"rules": codes})
        self.broken = broken

    def __reduce__(self) -> tuple[type[NotArchival], tuple[tuple[Broken, ...]]]:
        return type(self), (self.broken,)


class Irreparable(NotArchival):
    """A PDF that cannot be made a PDF/A-3 without changing what is seen."""

    row = "EI-NO-WRITE-07"


@dataclass(slots=True)
class Faults:
    """Collects the faults of a PDF while it is looked at."""

    places: dict[Fault, dict[str, None]] = field(default_factory=dict)

    def add(self, fault: Fault, place: str = "") -> None:
        """Note a fault at a place; noting it twice changes nothing."""
        places = self.places.setdefault(fault, {})
        if place:
            places[place] = None

    def broken(self) -> tuple[Broken, ...]:
        """Each fault once, in the order of the standard."""
        return tuple(Broken(fault, tuple(self.places[fault])) for fault in Fault if fault in self.places)
