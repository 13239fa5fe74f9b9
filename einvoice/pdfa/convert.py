"""From a PDF to a PDF/A-3, where that takes nothing that can be seen.

    converted = convert_to_pdfa3(pdf, date=datetime(2026, 9, 2, tzinfo=UTC))
    converted.pdf                                     # a PDF/A-3
    [broken.fault.name for broken in converted.repaired]  # ["JAVASCRIPT", …]

Most invoices come from programs that draw correctly and only leave out what PDF/A wants to be told: which colours are
meant, what the document is, that links are printed. That is added; scripts and forbidden actions are removed. A font
that is not in the file, a colour without meaning or a video cannot be helped here without changing the page: the PDF is
refused with the list. What comes out is checked again before it is handed over.

Source: ISO 19005-3:2012; which rules can be repaired is told in `fault.REPAIRED`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from einvoice.pdfa.fault import REPAIRED, Broken, Irreparable
from einvoice.pdfa.icc import SRGB_NAME, srgb_profile
from einvoice.pdfa.inspection import Inspection, inspect, preflight
from einvoice.pdfa.metadata import Properties, describe
from einvoice.pdfa.objects import forbidden_action
from einvoice.pdfa.pages import HIDING_FLAGS, PRINT_FLAG, flags_of
from einvoice.pdfa.pdf import Limits, Locked, Pdf, opened
from einvoice.pdfa.reading import inherited
from einvoice.pdfa.structure import MIME, file_specifications, forgotten_layers, layer_configurations
from einvoice.pdfa.writing import compressed, text_string, written


@dataclass(frozen=True, slots=True)
class Converted:
    """A PDF/A-3 and what was repaired to make it one."""

    pdf: bytes
    conformance: str  # A, B or U
    repaired: tuple[Broken, ...]


def convert_to_pdfa3(
    pdf: bytes, *, date: datetime, properties: Properties | None = None, limits: Limits | None = None
) -> Converted:
    """A PDF/A-3 that looks like `pdf`, made at `date`, with these `properties` (title, author, …) or those that it has.

    The same input and date give the same bytes. `limits` bound what reading it may cost.

    Raises `Irreparable` with the faults that stand in the way, and `Unreadable` for what is not a PDF, is damaged or
    exceeds the limits.
    """
    try:
        with opened(pdf, limits) as document:
            inspection = inspect(document)
            _refuse(tuple(each for each in inspection.faults.broken() if each.fault not in REPAIRED))
            _repair(document, inspection)
            describe(document, properties or Properties(), date=date, conformance=inspection.conformance)
            result = written(document)
    except Locked:
        _refuse(preflight(pdf, limits=limits))
        raise
    _refuse(preflight(result, limits=limits))
    return Converted(result, inspection.conformance, inspection.faults.broken())


def _refuse(broken: tuple[Broken, ...]) -> None:
    if broken:
        raise Irreparable(broken)


def _repair(pdf: Pdf, inspection: Inspection) -> None:
    for page in inspection.drawing.borrowing:
        page[NameObject("/Resources")] = inherited(pdf, page, "/Resources")
    for image in inspection.drawing.smoothed:
        del image["/Interpolate"]
    for font in inspection.fonts.unmapped:
        font[NameObject("/CIDToGIDMap")] = NameObject("/Identity")  # what readers assume (ISO 32000-1, table 117)
    for descriptor in inspection.fonts.listing:
        for key in ("/CIDSet", "/CharSet"):
            descriptor.pop(key, None)
    _repair_objects(pdf, inspection)
    for page in inspection.pages:
        page.pop("/PresSteps", None)
        for value in pdf.array(page.get("/Annots")):
            _annotation(pdf, pdf.dictionary(value))
    if inspection.output is None:
        _output_intent(pdf)
    _files(pdf)
    _layers(pdf)


def _repack(pdf: Pdf, stream: StreamObject) -> None:
    """LZW becomes Flate; the bytes that come out stay the same."""
    packed = compressed(pdf.content(stream) or b"")
    stream._data = packed._data  # noqa: SLF001 - a stream has no other way to change its packed bytes
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    stream.pop("/DecodeParms", None)


def _repair_objects(pdf: Pdf, inspection: Inspection) -> None:
    """What may be wrong with any object: its packing, its metadata, its actions."""
    for stream in inspection.objects.lzw:
        _repack(pdf, stream)
    for holder in inspection.objects.described:
        del holder["/Metadata"]
    for holder in inspection.objects.automatic:
        del holder["/AA"]
    for holder, key in inspection.objects.acting:
        target = pdf.resolved(holder.get(key))
        if isinstance(target, ArrayObject):
            holder[NameObject(key)] = ArrayObject(each for each in target if forbidden_action(pdf, each) is None)
        else:
            holder.pop(key, None)
    names = pdf.dictionary(pdf.catalog.get("/Names"))
    for key in ("/JavaScript", "/AlternatePresentations"):
        names.pop(key, None)
    pdf.catalog.pop("/Requirements", None)


def _annotation(pdf: Pdf, annotation: DictionaryObject) -> None:
    flags = flags_of(pdf, annotation)
    kind = pdf.name(annotation.get("/Subtype"))
    if kind != "Popup" or flags is not None:
        annotation[NameObject("/F")] = NumberObject((flags or 0) & ~HIDING_FLAGS | PRINT_FLAG)
    if kind == "Widget":
        annotation.pop("/A", None)
    appearance = pdf.dictionary(annotation.get("/AP"))
    for key in set(appearance) - {"/N"}:
        del appearance[key]


def _output_intent(pdf: Pdf) -> None:
    """The colours of a PDF that does not say what they mean are those of the screen it was made on: sRGB."""
    intents = [value for value in pdf.array(pdf.catalog.get("/OutputIntents")) if not _is_pdfa(pdf, value)]
    known = next((one for each in intents if (one := pdf.dictionary(each).get("/DestOutputProfile"))), None)
    profile: PdfObject = known or pdf.add(compressed(srgb_profile(), N=NumberObject(3)))
    intent = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/OutputIntent"),
            NameObject("/S"): NameObject("/GTS_PDFA1"),
            NameObject("/OutputConditionIdentifier"): text_string("Custom" if known else SRGB_NAME),
            NameObject("/Info"): text_string("Custom" if known else SRGB_NAME),
            NameObject("/DestOutputProfile"): profile,
        }
    )
    pdf.catalog[NameObject("/OutputIntents")] = ArrayObject([*intents, pdf.add(intent)])


def _is_pdfa(pdf: Pdf, value: PdfObject) -> bool:
    return pdf.name(pdf.dictionary(value).get("/S")) == "GTS_PDFA1"


def _files(pdf: Pdf) -> None:
    """Embedded files get the entries that they lack, and their place in the document's list."""
    listed = ArrayObject(pdf.array(pdf.catalog.get("/AF")))
    known = {id(pdf.resolved(value)) for value in listed}
    for specification in file_specifications(pdf):
        name = pdf.text(specification.get("/UF")) or pdf.text(specification.get("/F")) or "attachment"
        for key in ("/F", "/UF"):
            specification.setdefault(NameObject(key), text_string(name))
        specification.setdefault(NameObject("/AFRelationship"), NameObject("/Unspecified"))
        for value in pdf.dictionary(specification.get("/EF")).values():
            stream = pdf.resolved(value)
            if isinstance(stream, StreamObject) and not MIME.fullmatch(pdf.name(stream.get("/Subtype")) or ""):
                stream[NameObject("/Subtype")] = NameObject("/application/octet-stream")
        if id(specification) not in known:
            reference = specification.indirect_reference
            listed.append(reference if reference is not None else pdf.add(specification))
    if listed:
        pdf.catalog[NameObject("/AF")] = listed


def _layers(pdf: Pdf) -> None:
    """Each layer configuration gets a name of its own; a menu of layers that forgets some of them goes."""
    names: set[str] = set()
    for number, configuration in enumerate(layer_configurations(pdf), 1):
        name = pdf.text(configuration.get("/Name"))
        if not name or name in names:
            name = f"Configuration {number}"
            configuration[NameObject("/Name")] = text_string(name)
        names.add(name)
        if forgotten_layers(pdf, configuration):
            del configuration["/Order"]
