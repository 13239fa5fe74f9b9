"""What a document is, from its content and never from its file name.

    found = detect(data)
    found.kind, found.syntax, found.profile      # "invoice", "ubl", "extended-ctc-fr"
    invoice = read_invoice(data)                 # UBL or CII, whichever it is

UBL may come in the envelope of a Standard Business Document (Peppol): it is taken out. What is no document of ours is
`Unrecognised`, and the message names what was found.

Sources: OASIS UBL 2.1; UN/CEFACT CII D16B/D22B and CDAR D22B; DGFiP external specifications v3.2 (flux 10, annuaire F13
and F14); GS1/UN/CEFACT SBDH 1.3.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from einvoice import cii, ubl
from einvoice.codes import CREDIT_NOTES
from einvoice.errors import Unrecognised
from einvoice.model import Invoice
from einvoice.profiles import profile_of
from einvoice.report import Kind, SyntaxName
from einvoice.rulebook import Fact, Sentence
from einvoice.xml import Element, Locations, local_name, namespace, parse_xml, text_finder

__all__ = ["Detected", "detect", "is_pdf", "namespace_meant", "read_detected", "read_invoice"]

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CEFACT = "urn:un:unece:uncefact:data:standard:"
_CII = f"{{{_CEFACT}CrossIndustryInvoice:100}}CrossIndustryInvoice"
_RAM = f"{{{_CEFACT}ReusableAggregateBusinessInformationEntity:100}}"
_type_code = text_finder(f"*/{_RAM}TypeCode")
# How CII and CDAR, and UBL, name the specification that they follow.
_guideline = text_finder(f"*/{_RAM}GuidelineSpecifiedDocumentContextParameter/{_RAM}ID")
_customization = text_finder(f"{{{_UBL}CommonBasicComponents-2}}CustomizationID")
_BOM = b"\xef\xbb\xbf"
_SBD = "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}StandardBusinessDocument"

# Root element -> (kind, syntax). The message roots without namespace are those of the French public portal.
_ROOTS: dict[str, tuple[Kind, SyntaxName]] = {
    f"{{{_UBL}Invoice-2}}Invoice": ("invoice", "ubl"),
    f"{{{_UBL}CreditNote-2}}CreditNote": ("credit_note", "ubl"),
    _CII: ("invoice", "cii"),
    f"{{{_CEFACT}CrossDomainAcknowledgementAndResponse:100}}CrossDomainAcknowledgementAndResponse": (
        "lifecycle",
        "cdar",
    ),
    "Report": ("ereport", "flux10"),
    "AnnuaireActualisation": ("directory", "annuaire"),
    "AnnuaireConsultationF14": ("directory", "annuaire"),
}
# Root element -> the namespace that it has, of those that have one.
_NAMESPACES = {tag.rpartition("}")[2]: tag[1:].partition("}")[0] for tag in _ROOTS if tag[0] == "{"}
# Namespace, or its beginning -> what it is, for the message to a person who sent the wrong file.
_OTHERS = {
    "urn:ferd:CrossIndustryDocument": "EI-NO-KIND-ZUGFERD1",
    "urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure": "EI-NO-KIND-ORDERX",
    f"{_UBL}": "EI-NO-KIND-UBL",
    "http://ivaservizi.agenziaentrate.gov.it": "EI-NO-KIND-FATTURAPA",
    "http://www.facturae": "EI-NO-KIND-FACTURAE",
    "http://purl.oclc.org/dsdl/svrl": "EI-NO-KIND-SVRL",
    "http://difi.no/xsd/vefa": "EI-NO-KIND-TESTSET",
}


@dataclass(frozen=True, slots=True)
class Detected:
    """What a document is."""

    kind: Kind
    syntax: SyntaxName
    specification_identifier: str | None = None  # BT-24 of an invoice, MDT-3 of a lifecycle message, as written
    profile: str | None = None  # short name: en16931; of a lifecycle message what it is about: invoice, flux, …
    root: Element | None = None  # of the document itself, out of its envelope; None for a PDF
    enveloped: bool = False
    locations: Locations = field(default_factory=Locations, repr=False, compare=False)  # of the elements below the root

    @property
    def called(self) -> Sentence:
        """What a person calls such a document: a lifecycle message."""
        return Sentence(f"EI-KIND-{self.kind.upper()}")


def is_pdf(data: bytes) -> bool:
    """Whether the bytes are a PDF: its header may stand anywhere in the first 1,024 bytes (ISO 32000-1, annex H).

    What begins as XML is none, whatever one of its comments or texts says.
    """
    return b"%PDF-" in data[:1024] and not data[:1024].removeprefix(_BOM).lstrip().startswith(b"<")


def detect(data: bytes) -> Detected:
    """What the bytes are.

    A PDF is only sniffed: whether an invoice is in it is for `einvoice.facturx` to say. Raises `Unreadable` for what is
    not safe, well-formed XML, `Unrecognised` for XML of another kind.
    """
    if is_pdf(data):
        return Detected("invoice", "facturx")
    return detected(parse_xml(data))


def detected(root: Element) -> Detected:
    """What the document of this root element is. Raises `Unrecognised`."""
    enveloped = root.tag == _SBD
    if enveloped:
        root = _payload(root)
    if root.tag not in _ROOTS:
        raise _unrecognised(root)
    kind, syntax = _ROOTS[root.tag]
    if syntax == "cii" and _type_code(root) in CREDIT_NOTES:
        kind = "credit_note"
    if kind == "lifecycle":
        identifier = _guideline(root) or None
        return Detected(kind, syntax, identifier, (identifier or "").rpartition(":")[2] or None, root, enveloped)
    if kind not in ("invoice", "credit_note"):
        return Detected(kind, syntax, root=root, enveloped=enveloped)
    identifier = (_guideline if syntax == "cii" else _customization)(root) or None
    return Detected(kind, syntax, identifier, profile_of(identifier).name, root, enveloped)


def read_invoice(data: bytes) -> Invoice:
    """The invoice that UBL or CII bytes say. Raises `Unreadable`, or `Unrecognised` for any other document."""
    return read_detected(detect(data))


def read_detected(found: Detected) -> Invoice:
    """The invoice of a document that was detected before. Raises `Unrecognised` where it is none in UBL or CII."""
    if found.root is not None and found.syntax == "ubl":
        return ubl.read(found.root, found.locations)
    if found.root is not None and found.syntax == "cii":
        return cii.read(found.root, found.locations)
    if found.syntax == "facturx":
        raise Unrecognised("EI-NO-READ-01")
    raise Unrecognised("EI-NO-READ-02", {"kind": found.called})


def _payload(envelope: Element) -> Element:
    documents = [child for child in envelope if not child.tag.endswith("}StandardBusinessDocumentHeader")]
    if len(documents) != 1:
        raise Unrecognised("EI-NO-READ-03", {"count": str(len(documents))})
    # A copy, for schemas and rules speak of a document whose root is the invoice. Line numbers stay.
    return copy.deepcopy(documents[0])


def namespace_meant(root: Element) -> str | None:
    """The namespace that a root element should have: it is called as ours are, and has none, or that of a relative."""
    uri, meant = namespace(root), _NAMESPACES.get(local_name(root))
    return meant if meant != uri and (not uri or uri.startswith((_UBL, _CEFACT))) else None


def _unrecognised(root: Element) -> Unrecognised:
    uri = namespace(root)
    if meant := namespace_meant(root):
        return Unrecognised("EI-NO-KIND-03", {"root": local_name(root), "namespace": uri or "—", "expected": meant})
    what = next((row for start, row in _OTHERS.items() if uri.startswith(start)), "EI-NO-KIND-OTHER")
    facts: dict[str, Fact] = {"what": Sentence(what), "root": local_name(root), "namespace": uri}
    return Unrecognised("EI-NO-KIND-01" if uri else "EI-NO-KIND-02", facts)
