"""What a PDF has once for the whole document: identifier, metadata, files, forms, layers, scripts.

Source: ISO 19005-3:2012 §6.1.3, §6.4, §6.6, §6.8 to §6.11; ISO 32000-1:2008 §7.7.2 (catalogue), §8.11 (layers),
§12.7 (forms), §12.8 (signatures).
"""

from __future__ import annotations

import re

from pypdf.generic import ArrayObject, DictionaryObject, PdfObject, StreamObject

from einvoice.pdfa.fault import Fault, Faults
from einvoice.pdfa.pdf import Pdf
from einvoice.pdfa.reading import is_true
from einvoice.pdfa.writing import file_identifier
from einvoice.pdfa.xmp import Xmp

MIME = re.compile(r"[-\w+.]+/[-\w+.]+", re.ASCII)

_MAX_FIELDS = 20_000


def check_document(pdf: Pdf, xmp: Xmp | None, faults: Faults) -> None:
    """Note what PDF/A-3 does not allow about the document as a whole."""
    catalog = pdf.catalog
    if file_identifier(pdf) is None:
        faults.add(Fault.IDENTIFIER_MISSING)
    if xmp is None:
        faults.add(Fault.NOT_DECLARED, "/Metadata")
    elif xmp.part != 3 or xmp.conformance not in {"A", "B", "U"}:
        faults.add(Fault.NOT_DECLARED, f"PDF/A-{xmp.part}{xmp.conformance or ''}" if xmp.part else "PDF/A")
    names = pdf.dictionary(catalog.get("/Names"))
    if "/JavaScript" in names:
        faults.add(Fault.JAVASCRIPT, "/Names")
    if "/AlternatePresentations" in names:
        faults.add(Fault.PRESENTATION, "/AlternatePresentations")
    if "/Requirements" in catalog:
        faults.add(Fault.PRESENTATION, "/Requirements")
    _files(pdf, faults)
    _form(pdf, faults)
    _layers(pdf, faults)


def file_specifications(pdf: Pdf) -> list[DictionaryObject]:
    """The file specifications of the document and of its annotations that hold a file."""
    names = pdf.dictionary(pdf.catalog.get("/Names"))
    values: list[PdfObject | None] = [*pdf.tree_leaves(names.get("/EmbeddedFiles"), "/Kids", "/Names")]
    values += pdf.array(pdf.catalog.get("/AF"))
    for page in pdf.pages():
        values += [pdf.dictionary(each).get("/FS") for each in pdf.array(page.get("/Annots"))]
    found = {id(each): each for value in values if "/EF" in (each := pdf.dictionary(value))}
    return list(found.values())


def _files(pdf: Pdf, faults: Faults) -> None:
    associated = {id(pdf.resolved(value)) for value in pdf.array(pdf.catalog.get("/AF"))}
    for specification in file_specifications(pdf):
        name = pdf.text(specification.get("/UF")) or pdf.text(specification.get("/F")) or "?"
        lacks = [key for key in ("/F", "/UF", "/AFRelationship") if key not in specification]
        if id(specification) not in associated and not _is_associated_elsewhere(pdf, specification):
            lacks.append("/AF")
        for value in pdf.dictionary(specification.get("/EF")).values():
            stream = pdf.resolved(value)
            if isinstance(stream, StreamObject) and not MIME.fullmatch(pdf.name(stream.get("/Subtype")) or ""):
                lacks.append("MIME")
        if lacks:
            faults.add(Fault.EMBEDDED_FILE, f"{name} ({' '.join(dict.fromkeys(lacks))})")


def _is_associated_elsewhere(pdf: Pdf, specification: DictionaryObject) -> bool:
    """A file may belong to a page or to an annotation rather than to the document."""
    for page in pdf.pages():
        holders = [page, *(pdf.dictionary(each) for each in pdf.array(page.get("/Annots")))]
        if any(pdf.resolved(value) is specification for holder in holders for value in pdf.array(holder.get("/AF"))):
            return True
    return False


def _form(pdf: Pdf, faults: Faults) -> None:
    catalog = pdf.catalog
    form = pdf.dictionary(catalog.get("/AcroForm"))
    if is_true(pdf, form.get("/NeedAppearances")):
        faults.add(Fault.FORM_APPEARANCE, "/NeedAppearances")
    if "/XFA" in form:
        faults.add(Fault.FORM_APPEARANCE, "/XFA")
    if is_true(pdf, catalog.get("/NeedsRendering")):
        faults.add(Fault.FORM_APPEARANCE, "/NeedsRendering")
    if "/Perms" in catalog or any(_is_signed(pdf, field) for field in _fields(pdf, form)):
        faults.add(Fault.SIGNED)


def _fields(pdf: Pdf, form: DictionaryObject) -> list[DictionaryObject]:
    waiting = list(pdf.array(form.get("/Fields")))
    found: dict[int, DictionaryObject] = {}
    while waiting and len(found) < _MAX_FIELDS:
        field = pdf.dictionary(waiting.pop())
        if id(field) not in found:
            found[id(field)] = field
            waiting += pdf.array(field.get("/Kids"))
    return list(found.values())


def _is_signed(pdf: Pdf, field: DictionaryObject) -> bool:
    return pdf.name(field.get("/FT")) == "Sig" and bool(pdf.dictionary(field.get("/V")))


def layer_configurations(pdf: Pdf) -> list[DictionaryObject]:
    """The optional content configurations: the default one and the alternates."""
    properties = pdf.dictionary(pdf.catalog.get("/OCProperties"))
    values = [properties.get("/D"), *pdf.array(properties.get("/Configs"))]
    return [found for value in values if (found := pdf.dictionary(value)) or value is not None]


def _layers(pdf: Pdf, faults: Faults) -> None:
    names: list[str] = []
    for configuration in layer_configurations(pdf):
        name = pdf.text(configuration.get("/Name"))
        if not name or name in names:
            faults.add(Fault.LAYERS, "/Name")
        names.append(name or "")
        if "/AS" in configuration:
            faults.add(Fault.CHANGING_LAYERS, "/AS")
        if forgotten_layers(pdf, configuration):
            faults.add(Fault.LAYERS, "/Order")


def forgotten_layers(pdf: Pdf, configuration: DictionaryObject) -> bool:
    """Whether a configuration has a menu of layers in which some of the document's layers are missing."""
    properties = pdf.dictionary(pdf.catalog.get("/OCProperties"))
    groups = {id(pdf.resolved(value)) for value in pdf.array(properties.get("/OCGs"))}
    return "/Order" in configuration and bool(groups - _ordered(pdf, configuration.get("/Order")))


def _ordered(pdf: Pdf, order: PdfObject | None) -> set[int]:
    found: set[int] = set()
    waiting = list(pdf.array(order))
    while waiting:
        pdf.tick()
        value = pdf.resolved(waiting.pop())
        if isinstance(value, DictionaryObject):
            found.add(id(value))
        elif isinstance(value, ArrayObject):
            waiting += value
    return found
