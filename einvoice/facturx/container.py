"""Is the PDF around the invoice a Factur-X? The step `container` of a report.

    check = check_container(pdf_bytes)
    check.step.status                 # "passed", "failed" or "not_run"
    check.extracted.xml               # the CII to validate next; None where there is none
    [each.rule for each in check.observations]

What travels is the PDF: a receiver that does not find the XML, or finds another profile than the metadata announce,
refuses an invoice whose content is faultless. The rulebook says what each rule is, and its source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from einvoice.errors import Unreadable
from einvoice.facturx.embedded import (
    FACTURX_NAME,
    EmbeddedFile,
    Extracted,
    embedded_files,
    extracted,
    invoice_files,
)
from einvoice.facturx.observed import observed
from einvoice.facturx.page_layout import is_bounded
from einvoice.pdfa.colours import Colours
from einvoice.pdfa.drawing import Drawing
from einvoice.pdfa.fault import Faults
from einvoice.pdfa.pdf import Limits, Locked, Pdf, opened
from einvoice.pdfa.xmp import FACTURX_NAMESPACE, Xmp, read_xmp
from einvoice.profiles import Profile, nearest_in_pdf, profile_of
from einvoice.rulebook import Observation, StepResult
from einvoice.xml import Element, local_name, parse_xml

STEP = "container"

CONTAINER_RULES = tuple(f"EI-PDF-{number:02}" for number in range(1, 28))
_OLD_NAMES = ("zugferd-invoice.xml", "ZUGFeRD-invoice.xml")  # 2.0 and 1.0
_MIME = re.compile(r"[-\w+.]+/[-\w+.]+")
_GUIDELINE = (
    "{*}ExchangedDocumentContext/{*}GuidelineSpecifiedDocumentContextParameter/{*}ID",
    "{*}SpecifiedExchangedDocumentContext/{*}GuidelineSpecifiedDocumentContextParameter/{*}ID",  # ZUGFeRD 1
)
_UBL = ("Invoice", "CreditNote")
_DOCUMENT_TYPE = "INVOICE"
_PROPERTIES = ("DocumentType", "DocumentFileName", "Version", "ConformanceLevel")


@dataclass(frozen=True, slots=True)
class ContainerCheck:
    """What the container rules say about a PDF, and the invoice that it holds."""

    extracted: Extracted | None
    profile: str | None  # of the XML, by its short name; None where there is no XML
    observations: tuple[Observation, ...]
    step: StepResult
    bounded: bool = False  # whether its pages are little work to read


def check_container(
    data: bytes, *, limits: Limits | None = None, parse: Callable[[bytes], Element] = parse_xml
) -> ContainerCheck:
    """Validate the PDF around an invoice. Never raises: what cannot be read safely is a step that did not run."""
    try:
        with opened(data, limits) as pdf:
            return _checked(pdf, parse)
    except Locked:
        locked = _found("EI-PDF-18")
        return ContainerCheck(None, None, (locked,), _step((locked,)))
    except Unreadable as error:
        step = StepResult(STEP, "not_run", rules=len(CONTAINER_RULES), reason=error.sentence())
        return ContainerCheck(None, None, (), step)


def _checked(pdf: Pdf, parse: Callable[[bytes], Element]) -> ContainerCheck:
    files = embedded_files(pdf)
    invoices = invoice_files(files)
    metadata, fault = _metadata(pdf)
    observations = [*fault, *_document(pdf, metadata)]
    name = None
    if invoices:
        identifier, unreadable = _identifier(invoices[0], parse)
        said = profile_of(identifier)
        known = said if said.level and said.is_spelled(identifier or "") else None
        name = said.name
        observations += unreadable
        observations += _profile(identifier, said) if identifier is not None and known is None else ()
        observations += _embedding(invoices, known)
        if not fault:
            observations += _announcement(invoices[0], metadata, known)
    else:
        observations.append(_found("EI-PDF-01", found=", ".join(file.name for file in files) or "—"))
    if pdf.reader.unclear:
        observations.append(_found("EI-PDF-27", found=", ".join(pdf.reader.unclear)))
    observations.sort(key=lambda each: each.rule)
    invoice = extracted(invoices[0], files) if invoices else None
    bounded = invoice is not None and is_bounded(pdf)
    return ContainerCheck(invoice, name, tuple(observations), _step(tuple(observations)), bounded)


def _step(observations: tuple[Observation, ...]) -> StepResult:
    failed = any(each.severity == "error" for each in observations)
    return StepResult(STEP, "failed" if failed else "passed", rules=len(CONTAINER_RULES), engine="compiled")


def _found(rule: str, *, found: str | None = None, expected: str | None = None, term: str = "") -> Observation:
    return observed(rule, STEP, found=found, expected=expected, term=term)


def _metadata(pdf: Pdf) -> tuple[Xmp, list[Observation]]:
    content = pdf.content(pdf.catalog.get("/Metadata"))
    if content is None:
        return Xmp(), []
    try:
        return read_xmp(content), []
    except Unreadable as error:
        return Xmp(), [_found("EI-PDF-22", found=str(error))]


def _identifier(invoice: EmbeddedFile, parse: Callable[[bytes], Element]) -> tuple[str | None, list[Observation]]:
    try:
        root = parse(invoice.data)
    except Unreadable:
        return None, [_found("EI-PDF-23", found=invoice.name)]
    if (name := local_name(root)) in _UBL:
        return None, [_found("EI-PDF-26", found=f"{invoice.name} (UBL {name})", expected="CII")]
    return next((text.strip() for path in _GUIDELINE if (text := root.findtext(path))), ""), []


def _document(pdf: Pdf, metadata: Xmp) -> Iterator[Observation]:
    if metadata.part is None:
        yield _found("EI-PDF-15")
    elif metadata.part != 3:
        yield _found("EI-PDF-16", found=str(metadata.part), expected="3")
    intents = [pdf.dictionary(each) for each in pdf.array(pdf.catalog.get("/OutputIntents"))]
    if not any(pdf.name(each.get("/S")) == "GTS_PDFA1" for each in intents) and (colours := _undefined_colours(pdf)):
        yield _found("EI-PDF-17", found=colours)
    if pdf.is_encrypted:
        yield _found("EI-PDF-18")


def _undefined_colours(pdf: Pdf) -> str:
    """The device colours that the pages use: a PDF without any needs no output profile."""
    colours = Colours(pdf, Faults())
    drawing = Drawing(pdf, colours.faults, colours)
    for number, page in enumerate(pdf.pages(judged=True), 1):
        drawing.page(page, f"page {number}")
    return ", ".join(f"Device{kind} ({next(iter(places))})" for kind, places in sorted(colours.devices.items()))


def _profile(identifier: str, said: Profile) -> Iterator[Observation]:
    """What is said of an identifier that has no place in a PDF."""
    if said.name == "extended-ctc-fr":
        yield _found("EI-PDF-20", found=identifier, expected=nearest_in_pdf(said).identifier, term="BT-24")
    else:
        yield _found("EI-PDF-19", found=identifier, term="BT-24")


def _embedding(invoices: tuple[EmbeddedFile, ...], known: Profile | None) -> Iterator[Observation]:
    invoice = invoices[0]
    if len(invoices) > 1:
        yield _found("EI-PDF-04", found=", ".join(each.name for each in invoices), expected=FACTURX_NAME)
    right = {FACTURX_NAME, "xrechnung.xml"} if known and known.name == "xrechnung" else {FACTURX_NAME}
    if invoice.name in _OLD_NAMES:
        yield _found("EI-PDF-03", found=invoice.name, expected=FACTURX_NAME)
    elif invoice.name not in right:
        yield _found("EI-PDF-02", found=invoice.name, expected=FACTURX_NAME)
    if invoice.relationship is None:
        yield _found("EI-PDF-05", found=invoice.name, expected=known.relationships[0] if known else None)
    elif known and invoice.relationship not in known.relationships:
        yield _found("EI-PDF-06", found=invoice.relationship, expected=" / ".join(known.relationships))
    if "af" not in invoice.found_in:
        yield _found("EI-PDF-07", found=invoice.name)
    if not _MIME.fullmatch(invoice.mime or ""):
        yield _found("EI-PDF-08", found=invoice.name, expected="text/xml")
    elif invoice.mime != "text/xml":
        yield _found("EI-PDF-09", found=invoice.mime, expected="text/xml")
    if "names" not in invoice.found_in:
        yield _found("EI-PDF-21", found=invoice.name)


def _announcement(invoice: EmbeddedFile, metadata: Xmp, known: Profile | None) -> Iterator[Observation]:
    said = metadata.facturx
    if missing := [name for name in _PROPERTIES if name not in said]:
        yield _found("EI-PDF-10", found=", ".join(missing))
    if metadata.facturx_namespace and metadata.facturx_namespace not in metadata.described:
        yield _found("EI-PDF-11", found=metadata.facturx_namespace)
    level = said.get("ConformanceLevel")
    if level and known and level != known.level:
        rule = "EI-PDF-24" if _plain(level) == _plain(known.level) else "EI-PDF-12"
        yield _found(rule, found=level, expected=known.level, term="BT-24")
    kind = said.get("DocumentType")
    if kind and kind != _DOCUMENT_TYPE:
        yield _found("EI-PDF-25", found=kind, expected=_DOCUMENT_TYPE)
    name = said.get("DocumentFileName")
    if name and name != invoice.name:
        yield _found("EI-PDF-13", found=name, expected=invoice.name)
    version = said.get("Version")
    # XRechnung counts its own versions, and the schemas before Factur-X had theirs.
    ours = metadata.facturx_namespace == FACTURX_NAMESPACE and known and known.name != "xrechnung"
    if version and ours and version != "1.0":
        yield _found("EI-PDF-14", found=version, expected="1.0")


def _plain(level: str) -> str:
    """A level as it compares: "BASIC WL", "BASIC_WL" and "Basicwl" are one."""
    return re.sub(r"[\s_-]", "", level).upper()
