"""The files inside a PDF, wherever it keeps them, and the invoice among them.

    extract(pdf_bytes).xml           # the CII, as bytes
    extract(pdf_bytes).attachments   # the other embedded files

A file can hang in a PDF in three places: the document's name tree, its list of associated files (/AF) and an annotation
on a page. Factur-X asks for the first two; files from the wild have one of the three, so all are looked at, and a file
found twice is one file. The name decides which is the invoice; where no name does, its content does, and the container
rules say that the name is wrong.

Sources: ISO 32000-1:2008 §7.11 (file specifications), §7.9.6 (name trees), §12.5.6.15 (file attachment annotations);
ISO 19005-3:2012 §6.8 (associated files); Factur-X 1.0 §6 (the name of the XML).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from pypdf.generic import DictionaryObject, PdfObject, StreamObject

from einvoice.errors import Unreadable, Unrecognised
from einvoice.pdfa.pdf import Limits, Pdf, opened
from einvoice.rulebook import Sentence
from einvoice.xml import local_name, parse_xml

FACTURX_NAME = "factur-x.xml"
# In the order in which a PDF that holds several is read: the standard of today first.
INVOICE_NAMES = (FACTURX_NAME, "xrechnung.xml", "zugferd-invoice.xml")  # compared without case

_INVOICE_ROOTS = ("CrossIndustryInvoice", "CrossIndustryDocument")  # the second is ZUGFeRD 1


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file inside a PDF, with what the PDF says about it: `data` is its bytes, `mime` and the rest as written there.

    Source: ISO 32000-1:2008 §7.11; ISO 19005-3:2012 §6.8 (`relationship`).
    """

    name: str
    data: bytes
    relationship: str | None  # Data, Source, Alternative, Supplement, Unspecified
    mime: str | None
    description: str | None
    found_in: frozenset[str]  # "names", "af" (of the document), "annotation"


@dataclass(frozen=True, slots=True)
class Extracted:
    """The invoice of a PDF, its `xml` byte for byte, and the files beside it.

    Source: Factur-X 1.09 §6 (its `name`); ISO 19005-3:2012 §6.8 (`relationship`).
    """

    name: str
    xml: bytes
    relationship: str | None
    mime: str | None
    found_in: frozenset[str]
    attachments: tuple[EmbeddedFile, ...]


def extract(data: bytes, *, limits: Limits | None = None) -> Extracted:
    """The invoice inside a PDF, as it stands there.

    Raises `Unreadable` for what is not a PDF, is damaged or exceeds the limits, and `Unrecognised` where no invoice is
    inside.
    """
    with opened(data, limits) as pdf:
        files = embedded_files(pdf)
    invoices = invoice_files(files)
    if not invoices:
        inside = ", ".join(file.name for file in files)
        found = inside or Sentence("EI-NO-READ-NOTHING")
        raise Unrecognised("EI-NO-READ-06", {"expected": FACTURX_NAME, "found": found})
    return extracted(invoices[0], files)


def extracted(invoice: EmbeddedFile, files: tuple[EmbeddedFile, ...]) -> Extracted:
    """One of the files as the invoice, the others as its attachments."""
    others = tuple(file for file in files if file is not invoice)
    return Extracted(invoice.name, invoice.data, invoice.relationship, invoice.mime, invoice.found_in, others)


def invoice_files(files: tuple[EmbeddedFile, ...]) -> tuple[EmbeddedFile, ...]:
    """Those of the files that are an invoice: by name, the best first; without such a name, by content."""
    named = [file for file in files if file.name.lower() in INVOICE_NAMES]
    if named:
        return tuple(sorted(named, key=lambda file: INVOICE_NAMES.index(file.name.lower())))
    return tuple(file for file in files if _is_invoice(file))


def _is_invoice(file: EmbeddedFile) -> bool:
    if PurePosixPath(file.name.lower()).suffix != ".xml" and "xml" not in (file.mime or ""):
        return False
    try:
        return local_name(parse_xml(file.data)) in _INVOICE_ROOTS
    except Unreadable:
        return False


def embedded_files(pdf: Pdf) -> tuple[EmbeddedFile, ...]:
    """All files inside an open PDF, each once, in the order in which they are found."""
    found: dict[tuple[str, bytes], EmbeddedFile] = {}
    streams: dict[int, tuple[str, bytes] | None] = {}  # a stream that is named twice is unpacked once, or in vain
    for place, reference in _specifications(pdf):
        specification = pdf.dictionary(reference)
        stream = _stream(pdf, specification)
        if stream is None:
            continue
        if id(stream) not in streams:
            content = pdf.content(stream)
            streams[id(stream)] = None if content is None else (_name(pdf, specification), content)
        key = streams[id(stream)]
        if key is None:
            continue
        before = found.get(key)
        found[key] = EmbeddedFile(
            *key,
            relationship=pdf.name(specification.get("/AFRelationship")),
            mime=pdf.name(stream.get("/Subtype")),
            description=pdf.text(specification.get("/Desc")),
            found_in=(before.found_in if before else frozenset()) | {place},
        )
    return tuple(found.values())


def _specifications(pdf: Pdf) -> list[tuple[str, PdfObject]]:
    catalog = pdf.catalog
    names = pdf.dictionary(catalog.get("/Names"))
    leaves = list(pdf.tree_leaves(names.get("/EmbeddedFiles"), "/Kids", "/Names"))
    places = [("names", value) for value in leaves if "/EF" in pdf.dictionary(value)]
    places += [("af", value) for value in pdf.array(catalog.get("/AF"))]
    for page in pdf.pages():
        for reference in pdf.array(page.get("/Annots")):
            annotation = pdf.dictionary(reference)
            if pdf.name(annotation.get("/Subtype")) == "FileAttachment" and "/FS" in annotation:
                places.append(("annotation", annotation["/FS"]))
    return places


def _stream(pdf: Pdf, specification: DictionaryObject) -> StreamObject | None:
    files = pdf.dictionary(specification.get("/EF"))
    for key in ("/UF", "/F", "/Unix", "/DOS", "/Mac"):
        stream = pdf.resolved(files.get(key))
        if isinstance(stream, StreamObject):
            return stream
    return None


def _name(pdf: Pdf, specification: DictionaryObject) -> str:
    for key in ("/UF", "/F", "/Unix", "/DOS", "/Mac"):
        if name := pdf.text(specification.get(key)):
            return name
    return ""
