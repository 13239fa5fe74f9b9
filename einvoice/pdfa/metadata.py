"""What a PDF says about itself, in both places where it says it: XMP and the information dictionary.

    describe(pdf, Properties(title="Facture F2026-0001", language="fr"), date=made_at, conformance="B")

Title, author and creator that the PDF has stay unless they are given anew; the date of modification is the one given,
never that of the clock. Sources: ISO 32000-1:2008 §14.3 (metadata), §7.9.4 (dates); ISO 19005-3:2012 §6.6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from einvoice.errors import Unreadable
from einvoice.pdfa.pdf import Pdf
from einvoice.pdfa.writing import text_string
from einvoice.pdfa.xmp import Metadata, Xmp, read_xmp, write_xmp

_PDF_DATE = re.compile(
    r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:Z|([+-])(\d\d)'?(\d\d)?'?)?.*", re.DOTALL | re.ASCII
)
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")  # ISO 32000-1 §14.9.2


@dataclass(frozen=True, slots=True)
class Properties:
    """What a document says about itself. What is empty stays as the PDF has it.

    Raises `ValueError` for a language that is no language identifier.
    """

    title: str = ""
    author: str = ""
    subject: str = ""
    keywords: str = ""
    language: str = ""  # RFC 3066: "fr", "fr-FR"
    producer: str = ""  # the program that writes the PDF

    def __post_init__(self) -> None:
        if self.language and not _LANGUAGE.fullmatch(self.language):
            raise ValueError(f"{self.language!r} is not a language identifier; expected one such as fr or fr-FR")


def xmp_of(pdf: Pdf) -> Xmp | None:
    """The metadata of the document; `None` where it has none, or none that can be read."""
    content = pdf.content(pdf.catalog.get("/Metadata"))
    if content is None:
        return None
    try:
        return read_xmp(content)
    except Unreadable:
        return None


def describe(
    pdf: Pdf, properties: Properties, *, date: datetime, conformance: str, facturx: Mapping[str, str] | None = None
) -> None:
    """Give an open `pdf` the metadata of a PDF/A-3 of a `conformance` level, made at `date`, with its `properties`.

    `facturx` has those of a Factur-X, by their names in its XMP schema.
    """
    info = pdf.dictionary(pdf.reader.trailer.get("/Info"))
    before = xmp_of(pdf) or Xmp()
    modified = date if date.tzinfo else date.replace(tzinfo=UTC)
    metadata = Metadata(
        conformance=conformance,
        created=_date(pdf.text(info.get("/CreationDate"))) or _iso_date(before.created) or modified,
        modified=modified,
        title=properties.title or before.title or pdf.text(info.get("/Title")) or "",
        author=properties.author or before.author or pdf.text(info.get("/Author")) or "",
        subject=properties.subject or before.subject or pdf.text(info.get("/Subject")) or "",
        keywords=properties.keywords or before.keywords or pdf.text(info.get("/Keywords")) or "",
        creator_tool=before.creator_tool or pdf.text(info.get("/Creator")) or "",
        producer=properties.producer or before.producer or pdf.text(info.get("/Producer")) or "",
        language=properties.language or pdf.text(pdf.catalog.get("/Lang")) or "",
        ua_part=before.ua_part,
        facturx=dict(facturx or {}),
    )
    pdf.catalog[NameObject("/Metadata")] = pdf.add(_stream(write_xmp(metadata)))
    if properties.language:
        pdf.catalog[NameObject("/Lang")] = text_string(properties.language)
    pdf.reader.trailer[NameObject("/Info")] = pdf.add(_information(metadata))


def _stream(data: bytes) -> DecodedStreamObject:
    stream = DecodedStreamObject()  # not packed, so that a search engine or an archive finds it without a PDF library
    stream.set_data(data)
    stream[NameObject("/Type")] = NameObject("/Metadata")
    stream[NameObject("/Subtype")] = NameObject("/XML")
    return stream


def _information(metadata: Metadata) -> DictionaryObject:
    values = {
        "/Title": metadata.title,
        "/Author": metadata.author,
        "/Subject": metadata.subject,
        "/Keywords": metadata.keywords,
        "/Creator": metadata.creator_tool,
        "/Producer": metadata.producer,
        "/CreationDate": pdf_date(metadata.created),
        "/ModDate": pdf_date(metadata.modified),
    }
    return DictionaryObject({NameObject(key): text_string(value) for key, value in values.items() if value})


def pdf_date(moment: datetime) -> str:
    """A moment as PDF writes it: D:20260902101500+02'00'."""
    offset = moment.utcoffset() or timedelta()
    minutes = round(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"D:{moment:%Y%m%d%H%M%S}{sign}{hours:02}'{rest:02}'"


def _date(text: str | None) -> datetime | None:
    match = _PDF_DATE.fullmatch(text or "")
    if not match:
        return None
    year, month, day, hour, minute, second, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        zone = timezone(offset)
        return datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=zone
        )
    except ValueError:
        return None


def _iso_date(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)
