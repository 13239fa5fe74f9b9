"""Which colours a PDF draws with, and whether they mean the same on every screen and printer.

A PDF/A has to say what its colours are: a device colour ("30 % red ink") only together with an output intent that
defines it. This module notes what is used; what that amounts to is judged once the whole document has been seen.

Sources: ISO 32000-1:2008 §8.6 (colour spaces); ISO 19005-3:2012 §6.2.3 (output intent), §6.2.4 (colour spaces);
ICC.1:2001 §6.1 (profile header).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pypdf.generic import ArrayObject, DictionaryObject, NameObject, PdfObject

from einvoice.pdfa.fault import Fault, Faults
from einvoice.pdfa.pdf import Pdf
from einvoice.pdfa.writing import canonical

DEVICES = {
    "DeviceGray": "Gray",
    "G": "Gray",
    "DeviceRGB": "RGB",
    "RGB": "RGB",
    "DeviceCMYK": "CMYK",
    "CMYK": "CMYK",
}
_CALIBRATED = {"CalGray", "CalRGB", "Lab"}
_PROCESS = {"Cyan", "Magenta", "Yellow", "Black", "None", "All"}
_ICC_SPACES = {b"GRAY": "Gray", b"RGB ": "RGB", b"CMYK": "CMYK", b"Lab ": "Lab"}
_COMPONENTS = {"Gray": 1, "RGB": 3, "CMYK": 4, "Lab": 3}
_INPUT_CLASSES = {b"prtr", b"mntr", b"scnr", b"spac"}
_OUTPUT_CLASSES = {b"prtr", b"mntr"}
_MAX_COLOURANTS = 32
_MAX_DEPTH = 8  # of colour spaces within each other


def icc_space(profile: bytes, *, output: bool = False) -> str | None:
    """What an ICC profile describes: Gray, RGB, CMYK or Lab; `None` where PDF/A-3 does not take it."""
    if len(profile) < 128 or profile[36:40] != b"acsp" or profile[8] >= 5:
        return None
    if profile[12:16] not in (_OUTPUT_CLASSES if output else _INPUT_CLASSES):
        return None
    space = _ICC_SPACES.get(profile[16:20])
    return None if output and space == "Lab" else space


def output_spaces(pdf: Pdf, faults: Faults) -> str | None:
    """The colour space of the PDF/A output intent, or `None` where there is none; notes wrong intents."""
    found = None
    profiles = set()
    for value in pdf.array(pdf.catalog.get("/OutputIntents")):
        intent = pdf.dictionary(value)
        profile = pdf.resolved(intent.get("/DestOutputProfile"))
        if profile is not None:
            profiles.add(id(profile))
        kind = pdf.name(intent.get("/S"))
        if kind == "GTS_PDFX" and "/DestOutputProfileRef" in intent:
            faults.add(Fault.OUTPUT_INTENT, "DestOutputProfileRef")
        if kind == "GTS_PDFA1":
            found = icc_space(pdf.content(profile) or b"", output=True)
            if found is None:
                faults.add(Fault.OUTPUT_INTENT, "DestOutputProfile")
    if len(profiles) > 1:
        faults.add(Fault.OUTPUT_INTENT, "/OutputIntents")
    return found


@dataclass(slots=True)
class Colours:
    """The colours that were met."""

    pdf: Pdf
    faults: Faults
    devices: dict[str, dict[str, None]] = field(default_factory=dict)  # Gray, RGB, CMYK: where
    transparency: dict[str, None] = field(default_factory=dict)
    has_icc_cmyk: bool = False
    has_overprint_mode: bool = False
    _spots: dict[str, bytes] = field(default_factory=dict)

    def device(self, kind: str, resources: DictionaryObject, where: str) -> None:
        """A device colour is used; a default colour space of the resources may define it."""
        defaults = self.pdf.dictionary(resources.get("/ColorSpace"))
        if f"/Default{kind}" not in defaults:
            self.devices.setdefault(kind, {})[where] = None

    def space(self, value: PdfObject | None, resources: DictionaryObject, where: str, depth: int = 0) -> None:
        """A colour space is used: by name, or as the array that defines it."""
        space = self.pdf.resolved(value)
        if depth > _MAX_DEPTH:
            self.faults.add(Fault.INVALID_CONTENT, f"ColorSpace ({where})")
        elif isinstance(space, NameObject):
            self._named(space, resources, where, depth)
        elif isinstance(space, ArrayObject) and space:
            self._defined(self.pdf.name(space[0]) or "", space, resources, where, depth)
        elif space is not None:
            self.faults.add(Fault.INVALID_CONTENT, f"ColorSpace ({where})")

    def _named(self, name: str, resources: DictionaryObject, where: str, depth: int) -> None:
        if name[1:] in DEVICES:
            self.device(DEVICES[name[1:]], resources, where)
        elif name != "/Pattern":
            known = self.pdf.dictionary(resources.get("/ColorSpace"))
            if name in known:
                self.space(known.get(name), resources, where, depth + 1)
            else:
                self.faults.add(Fault.INVALID_CONTENT, f"ColorSpace {name} ({where})")

    def _defined(self, kind: str, space: ArrayObject, resources: DictionaryObject, where: str, depth: int) -> None:
        parts = [*space, *[None] * 5]
        if kind in DEVICES:
            self.device(DEVICES[kind], resources, where)
        elif kind == "ICCBased":
            self._icc(parts[1], where)
        elif kind in {"Indexed", "I", "Pattern"}:
            self.space(parts[1], resources, where, depth + 1)
        elif kind == "Separation":
            self._spot(self.pdf.name(parts[1]) or "", parts[2], parts[3], where)
            self.space(parts[2], resources, where, depth + 1)
        elif kind == "DeviceN":
            self._spots_of(parts, where)
            self.space(parts[2], resources, where, depth + 1)
        elif kind not in _CALIBRATED:
            self.faults.add(Fault.INVALID_CONTENT, f"ColorSpace /{kind} ({where})")

    def _icc(self, value: PdfObject | None, where: str) -> None:
        space = icc_space(self.pdf.content(value) or b"")
        count = self.pdf.number(self.pdf.dictionary(value).get("/N"))
        if space is None or _COMPONENTS[space] != count:
            self.faults.add(Fault.ICC_PROFILE, where)
        self.has_icc_cmyk |= space == "CMYK"

    def _spot(self, name: str, alternate: PdfObject | None, tint: PdfObject | None, where: str) -> None:
        """Every definition of one spot colour has to be the same."""
        definition = canonical(self.pdf, alternate) + b" " + canonical(self.pdf, tint)
        if self._spots.setdefault(name, definition) != definition:
            self.faults.add(Fault.SPOT_COLOUR, f"{name} ({where})")

    def _spots_of(self, parts: list[PdfObject | None], where: str) -> None:
        names = [self.pdf.name(name) or "" for name in self.pdf.array(parts[1])]
        attributes = self.pdf.dictionary(parts[4])
        described = self.pdf.dictionary(attributes.get("/Colorants"))
        process = self.pdf.dictionary(attributes.get("/Process"))
        components = {self.pdf.name(name) for name in self.pdf.array(process.get("/Components"))}
        if len(names) > _MAX_COLOURANTS:
            self.faults.add(Fault.LIMIT_EXCEEDED, f"DeviceN {len(names)} ({where})")
        for name in names:
            if name not in _PROCESS | components and f"/{name}" not in described:
                self.faults.add(Fault.SPOT_COLOUR, f"{name} ({where})")
        for name, value in described.items():
            spot = [*self.pdf.array(value), *[None] * 4]
            self._spot(name[1:], spot[2], spot[3], where)

    def check(self, output: str | None) -> None:
        """Hold the colours used against the output intent."""
        for kind, places in self.devices.items():
            unclear = output is None and kind != "CMYK"
            if unclear or kind not in (output, "Gray"):
                for place in places:
                    fault = Fault.COLOURS_WITHOUT_INTENT if unclear else Fault.COLOURS_OUTSIDE_INTENT
                    self.faults.add(fault, f"Device{kind} ({place})")
        if output is None:
            for place in self.transparency:
                self.faults.add(Fault.COLOURS_WITHOUT_INTENT, f"/Group ({place})")
        if self.has_icc_cmyk and self.has_overprint_mode:
            self.faults.add(Fault.PRINT_SETTING, "OPM 1")
