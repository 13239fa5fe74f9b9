"""Putting the invoice into its PDF: from a PDF/A-3 and a CII to a Factur-X.

    facturx = embed(pdf, xml, profile="en16931", date=datetime(2026, 9, 2, tzinfo=UTC))

The PDF keeps what it is: appearance, conformance level (A, U or B), output colours, structure, language, title. Added
are the XML under the name that everybody looks for, with the relationship that its profile has to the PDF, the other
attachments of the invoice (BG-24), and metadata that say all this. The same input and date give the same bytes.

An invoice that the PDF held before is replaced: a document with two invoices would be neither.

Sources: Factur-X 1.0 §6; ISO 19005-3:2012 §6.8 (associated files), annex E; ISO 32000-1:2008 §7.11.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, NameObject, NumberObject, PdfObject

from einvoice import __version__
from einvoice.errors import Unwritable
from einvoice.facturx.embedded import FACTURX_NAME, INVOICE_NAMES, embedded_files
from einvoice.model import SupportingDocument
from einvoice.pdfa.fault import NotArchival
from einvoice.pdfa.inspection import inspect
from einvoice.pdfa.metadata import Properties, describe, pdf_date, xmp_of
from einvoice.pdfa.pdf import Limits, Pdf, opened
from einvoice.pdfa.writing import compressed, text_string, written
from einvoice.profiles import facturx_profile

_MIME = re.compile(r"[-\w+.]+/[-\w+.]+", re.ASCII)
_PRODUCER = f"einvoice {__version__}"
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class _File:
    """A file to embed."""

    name: str
    data: bytes
    mime: str
    relationship: str
    description: str


def embed(  # noqa: PLR0913 - each is a fact about the invoice to make, given by name
    pdf: bytes,
    xml: bytes,
    *,
    profile: str,
    date: datetime,
    attachments: Iterable[SupportingDocument] = (),
    properties: Properties | None = None,
    preflighted: bool = False,
    limits: Limits | None = None,
) -> bytes:
    """A Factur-X: the PDF with the invoice `xml` inside, of one of the five profiles, made at `date`.

    Raises `NotArchival` with the faults where `pdf` is not a PDF/A-3 (see `convert_to_pdfa3`), `Unreadable` where it
    cannot be read. `preflighted`: the caller has just made or checked the PDF, and it is not checked twice.
    """
    chosen = facturx_profile(profile)
    with opened(pdf, limits) as document:
        broken = () if preflighted else inspect(document).faults.broken()
        if broken:
            raise NotArchival(broken)
        kept = _kept_files(document)
        invoice = _File(FACTURX_NAME, xml, "text/xml", chosen.relationships[0], "Factur-X")
        for file in (invoice, *_attached(attachments, taken=set(kept))):
            kept[file.name] = document.add(_specification(document, file, date))
        _register(document, kept)
        before = xmp_of(document)
        describe(
            document,
            replace(properties or Properties(), producer=_PRODUCER),
            date=date,
            conformance=(before.conformance if before else None) or "B",
            facturx={
                "DocumentType": "INVOICE",
                "DocumentFileName": FACTURX_NAME,
                "Version": "1.0",
                "ConformanceLevel": chosen.level,
            },
        )
        return written(document)


def _kept_files(pdf: Pdf) -> dict[str, PdfObject]:
    """The files that the PDF holds already, by name, without invoices: those are replaced."""
    if any("annotation" in file.found_in and _names_invoice(file.name) for file in embedded_files(pdf)):
        raise Unwritable("EI-NO-WRITE-06")
    names = pdf.dictionary(pdf.catalog.get("/Names"))
    leaves = list(pdf.tree_leaves(names.get("/EmbeddedFiles"), "/Kids", "/Names"))
    kept = {}
    for key, value in zip(leaves[::2], leaves[1::2], strict=False):
        name = _file_name(pdf, value)
        if not _names_invoice(name):
            kept[pdf.text(key) or name] = value
    return kept


def _file_name(pdf: Pdf, specification: PdfObject) -> str:
    found = pdf.dictionary(specification)
    return pdf.text(found.get("/UF")) or pdf.text(found.get("/F")) or ""


def _names_invoice(name: str) -> bool:
    return name.lower() in INVOICE_NAMES


def _attached(documents: Iterable[SupportingDocument], *, taken: set[str]) -> list[_File]:
    files = []
    for document in documents:
        if document.attached_document is not None:
            name = _free_name(document.filename or document.reference or "attachment", taken)
            taken.add(name)
            mime = document.mime_code if _MIME.fullmatch(document.mime_code or "") else None
            text = document.description or document.reference or name
            files.append(_File(name, document.attached_document, mime or _UNKNOWN, "Supplement", text))
    return files


def _free_name(wanted: str, taken: set[str]) -> str:
    """The name, or a numbered one where it is taken or would be read as that of the invoice."""
    path = PurePosixPath(wanted.replace("\\", "/").rpartition("/")[2] or "attachment")
    name, count = path.name, 1
    while name in taken or _names_invoice(name):
        count += 1
        name = f"{path.stem} ({count}){path.suffix}"
    return name


def _specification(pdf: Pdf, file: _File, date: datetime) -> DictionaryObject:
    parameters = DictionaryObject(
        {
            NameObject("/ModDate"): text_string(pdf_date(date)),
            NameObject("/Size"): NumberObject(len(file.data)),
            NameObject("/CheckSum"): ByteStringObject(hashlib.md5(file.data, usedforsecurity=False).digest()),
        }
    )
    stream = pdf.add(
        compressed(file.data, Type=NameObject("/EmbeddedFile"), Subtype=NameObject(f"/{file.mime}"), Params=parameters)
    )
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Filespec"),
            NameObject("/F"): text_string(file.name),
            NameObject("/UF"): text_string(file.name),
            NameObject("/Desc"): text_string(file.description),
            NameObject("/AFRelationship"): NameObject(f"/{file.relationship}"),
            NameObject("/EF"): DictionaryObject({NameObject("/F"): stream, NameObject("/UF"): stream}),
        }
    )


def _register(pdf: Pdf, files: dict[str, PdfObject]) -> None:
    """All files in the name tree, sorted as a name tree has to be, and in the document's /AF."""
    keyed = sorted((bytes(text_string(name)), value) for name, value in files.items())
    flat = [part for key, value in keyed for part in (ByteStringObject(key), value)]
    names = DictionaryObject(pdf.dictionary(pdf.catalog.get("/Names")))
    names[NameObject("/EmbeddedFiles")] = DictionaryObject({NameObject("/Names"): ArrayObject(flat)})
    pdf.catalog[NameObject("/Names")] = names
    listed = [value for value in pdf.array(pdf.catalog.get("/AF")) if not _names_invoice(_file_name(pdf, value))]
    known = {id(pdf.resolved(value)) for value in listed}
    listed += [value for _, value in keyed if id(pdf.resolved(value)) not in known]
    pdf.catalog[NameObject("/AF")] = ArrayObject(listed)
