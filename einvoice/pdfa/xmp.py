"""The metadata of a PDF (XMP): what it claims to be, and what Factur-X wants it to claim.

    xmp = read_xmp(stream)
    xmp.part, xmp.conformance            # 3, "B"
    xmp.facturx["ConformanceLevel"]      # "EN 16931"

A PDF/A says so in its XMP, and a Factur-X says there which profile the XML has and under what name it is embedded.
Properties outside the schemas that ISO 19005 knows must be described in the file itself, in an extension schema; the
Factur-X properties are such, so their description travels with each invoice.

Sources: ISO 19005-3:2012 §6.6.2 (metadata), §6.6.2.3 (extension schemas), §6.6.4 (identification); Factur-X 1.0 §6.3;
ISO 16684-1 (XMP).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import escape

from einvoice.errors import Unreadable
from einvoice.xml import Element, parse_xml

FACTURX_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_PDF = "http://ns.adobe.com/pdf/1.3/"
_PDFA_ID = "http://www.aiim.org/pdfa/ns/id/"
_PDFUA_ID = "http://www.aiim.org/pdfua/ns/id/"
_PDFA_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
_MEDIA = "http://ns.adobe.com/xap/1.0/mm/"
_HARMLESS = frozenset(
    {
        f"{{{_RDF}}}about",
        f"{{{_PDF}}}Producer",
        f"{{{_DC}}}format",
        f"{{{_MEDIA}}}DocumentID",
        f"{{{_MEDIA}}}InstanceID",
    }
    | {f"{{{_XMP}}}{name}" for name in ("CreatorTool", "CreateDate", "ModifyDate", "MetadataDate")}
    | {f"{{{_RIGHTS}}}{name}" for name in ("Marked", "WebStatement")}
)
_FACTURX_PROPERTIES = ("DocumentType", "DocumentFileName", "Version", "ConformanceLevel")


@dataclass(frozen=True, slots=True)
class Xmp:
    """What the metadata of a PDF says, as far as an invoice is concerned."""

    part: int | None = None  # of ISO 19005
    conformance: str | None = None  # A, B or U
    ua_part: int | None = None  # of ISO 14289, accessibility
    facturx: dict[str, str] = field(default_factory=dict)  # the Factur-X (or ZUGFeRD) properties, by local name
    facturx_namespace: str | None = None
    described: frozenset[str] = frozenset()  # namespaces that an extension schema describes
    title: str | None = None
    author: str | None = None
    subject: str | None = None
    keywords: str | None = None
    creator_tool: str | None = None
    producer: str | None = None
    created: str | None = None


def read_xmp(data: bytes) -> Xmp:
    """What an XMP packet says. Raises `Unreadable` where it is not well-formed."""
    root = parse_xml(_without_padding(data), max_bytes=1_000_000)
    properties: dict[tuple[str, str], str] = {}
    for description in root.iter(f"{{{_RDF}}}Description"):
        for key, value in description.attrib.items():
            _note(properties, str(key), str(value))
        for child in description:
            _note(properties, str(child.tag), _text(child))
    facturx = {name: value for (space, name), value in properties.items() if _is_facturx(space)}
    return Xmp(
        part=_integer(properties.get((_PDFA_ID, "part"))),
        conformance=properties.get((_PDFA_ID, "conformance")),
        ua_part=_integer(properties.get((_PDFUA_ID, "part"))),
        facturx=facturx,
        facturx_namespace=next((space for space, _ in properties if _is_facturx(space)), None),
        described=frozenset(_described(root)),
        title=properties.get((_DC, "title")),
        author=properties.get((_DC, "creator")),
        subject=properties.get((_DC, "description")),
        keywords=properties.get((_PDF, "Keywords")),
        creator_tool=properties.get((_XMP, "CreatorTool")),
        producer=properties.get((_PDF, "Producer")),
        created=properties.get((_XMP, "CreateDate")),
    )


def is_harmless(data: bytes) -> bool:
    """Whether the metadata of a single object say only what PDF/A takes anywhere: maker, date, id, rights."""
    try:
        root = parse_xml(_without_padding(data), max_bytes=1_000_000)
    except Unreadable:
        return False
    descriptions = list(root.iter(f"{{{_RDF}}}Description"))
    tags = {str(child.tag) for description in descriptions for child in description}
    tags |= {str(key) for description in descriptions for key in description.attrib}
    return tags <= _HARMLESS


def _without_padding(data: bytes) -> bytes:
    """The packet without its wrapper, whose spaces some makers forget to count, and without trailing zeros."""
    start, end = data.find(b"<x:xmpmeta"), data.rfind(b"</x:xmpmeta>")
    return data[start : end + len(b"</x:xmpmeta>")] if 0 <= start < end else data.strip(b"\x00 \t\r\n")


def _note(properties: dict[tuple[str, str], str], tag: str, value: str) -> None:
    if tag.startswith("{"):
        space, _, name = tag[1:].partition("}")
        properties.setdefault((space, name), value)


def _described(root: Element) -> Iterator[str]:
    """The namespaces of extension schemas: in RDF a simple property is an element or an attribute (ISO 16684-1 §7)."""
    name = f"{{{_PDFA_SCHEMA}}}namespaceURI"
    for element in root.iter("*"):
        if element.tag == name:
            yield _text(element) or element.get(f"{{{_RDF}}}resource", "")
        elif (uri := element.get(name)) is not None:
            yield uri.strip()


def _text(element: Element) -> str:
    """The text of a property; of a list or of language alternatives, the first one."""
    items = element.iter(f"{{{_RDF}}}li")
    return "".join(str(part) for part in next(items, element).itertext()).strip()


def _integer(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _is_facturx(space: str) -> bool:
    """Factur-X and the ZUGFeRD versions before it: urn:factur-x:pdfa:…, urn:zugferd:pdfa:…, urn:ferd:pdfa:…"""
    maker, _, rest = space.lower().removeprefix("urn:").partition(":")
    return maker in {"factur-x", "zugferd", "ferd"} and rest.startswith("pdfa:crossindustrydocument:invoice")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the metadata of a PDF/A-3 should say. Empty texts are left out."""

    conformance: str  # A, B or U
    created: datetime  # with a time zone
    modified: datetime
    title: str = ""
    author: str = ""
    subject: str = ""
    keywords: str = ""
    creator_tool: str = ""
    producer: str = ""
    language: str = ""
    ua_part: int | None = None
    facturx: dict[str, str] = field(default_factory=dict)  # {} for a PDF/A-3 that is no invoice (yet)


def write_xmp(metadata: Metadata) -> bytes:
    """An XMP packet: always the same bytes for the same metadata."""
    parts = [
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
        f'<rdf:RDF xmlns:rdf="{_RDF}">',
        _block(
            "pdfaid", _PDFA_ID, f"<pdfaid:part>3</pdfaid:part>{_simple('pdfaid:conformance', metadata.conformance)}"
        ),
        _block(
            "dc",
            _DC,
            _alternatives("dc:title", metadata.title)
            + _list("dc:creator", "Seq", metadata.author)
            + _alternatives("dc:description", metadata.subject)
            + _list("dc:language", "Bag", metadata.language),
        ),
        _block("pdf", _PDF, _simple("pdf:Producer", metadata.producer) + _simple("pdf:Keywords", metadata.keywords)),
        _block(
            "xmp",
            _XMP,
            _simple("xmp:CreatorTool", metadata.creator_tool)
            + _simple("xmp:CreateDate", metadata.created.isoformat(timespec="seconds"))
            + _simple("xmp:ModifyDate", metadata.modified.isoformat(timespec="seconds")),
        ),
    ]
    schemas = ""
    if metadata.ua_part is not None:
        parts.append(_block("pdfuaid", _PDFUA_ID, f"<pdfuaid:part>{metadata.ua_part}</pdfuaid:part>"))
        schemas += _schema("PDF/UA identification", _PDFUA_ID, "pdfuaid", _UA_DESCRIPTIONS)
    if metadata.facturx:
        properties = "".join(_simple(f"fx:{name}", metadata.facturx.get(name, "")) for name in _FACTURX_PROPERTIES)
        parts.append(_block("fx", FACTURX_NAMESPACE, properties))
        schemas += _schema("Factur-X PDFA Extension Schema", FACTURX_NAMESPACE, "fx", _FACTURX_DESCRIPTIONS)
    if schemas:
        parts.append(
            '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
            f' xmlns:pdfaSchema="{_PDFA_SCHEMA}" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
            f"<pdfaExtension:schemas><rdf:Bag>{schemas}</rdf:Bag></pdfaExtension:schemas></rdf:Description>"
        )
    parts += ["</rdf:RDF>", "</x:xmpmeta>", '<?xpacket end="w"?>']
    return "\n".join(part for part in parts if part).encode()


# name, XMP value type, category, what it is
_FACTURX_DESCRIPTIONS = (
    ("DocumentFileName", "Text", "external", "Name of the embedded XML invoice"),
    ("DocumentType", "Text", "external", "Kind of the hybrid document, such as INVOICE"),
    ("Version", "Text", "external", "Version of the standard that the embedded XML follows"),
    ("ConformanceLevel", "Text", "external", "Factur-X profile of the embedded XML"),
)
_UA_DESCRIPTIONS = (("part", "Integer", "internal", "Part of ISO 14289 to which the file conforms"),)


def _block(prefix: str, namespace: str, properties: str) -> str:
    if not properties:
        return ""
    return f'<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">{properties}</rdf:Description>'


def _simple(tag: str, value: str) -> str:
    return f"<{tag}>{_escaped(value)}</{tag}>" if value else ""


def _alternatives(tag: str, value: str) -> str:
    item = f'<rdf:li xml:lang="x-default">{_escaped(value)}</rdf:li>'
    return f"<{tag}><rdf:Alt>{item}</rdf:Alt></{tag}>" if value else ""


def _list(tag: str, kind: str, value: str) -> str:
    return f"<{tag}><rdf:{kind}><rdf:li>{_escaped(value)}</rdf:li></rdf:{kind}></{tag}>" if value else ""


def _schema(title: str, namespace: str, prefix: str, properties: tuple[tuple[str, str, str, str], ...]) -> str:
    items = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>{kind}</pdfaProperty:valueType>"
        f"<pdfaProperty:category>{category}</pdfaProperty:category>"
        f"<pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>"
        for name, kind, category, description in properties
    )
    return (
        f'<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{title}</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{items}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )


def _escaped(text: str) -> str:
    """Text as XML can hold it: control characters, which it cannot, become spaces."""
    return escape("".join(char if char >= " " and char not in "\ufffe\uffff" else " " for char in text))
