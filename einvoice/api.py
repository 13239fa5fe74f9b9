"""The verbs of einvoice: parse, build, validate, convert, render, extract, explain. Bytes and values in, values out.

    invoice = parse(data)
    report = validate(data, policy=Policy(direction="receiving"))
    xml = build(draft, "ubl")
    pdf = build(draft, "facturx", profile="en16931", pdf=our_layout)
    converted = convert(data, "cii"); converted.losses
    page = render(data, "html")
    xml = extract(pdf).xml
    explain("BR-CO-10").fr

No function here reads a file or the network (the rule sets aside, which are files of installed packages).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from einvoice import __version__, cii, profiles, ubl
from einvoice.conversion.implied import with_implied
from einvoice.conversion.losses import loss_observations, lost_in
from einvoice.data import Language
from einvoice.detect import Detected, detect, is_pdf, read_detected
from einvoice.draft import Draft
from einvoice.draft_judgement import judge_draft
from einvoice.errors import Unwritable
from einvoice.judgement import judge_bytes
from einvoice.model import Invoice
from einvoice.paths import differences
from einvoice.report import Finding, Report
from einvoice.rulebook import Observation, at_source, finding
from einvoice.rulebook.explaining import Explanation, explain
from einvoice.validation.chain import judge_invoice, unread_findings
from einvoice.validation.policy import Policy

if TYPE_CHECKING:
    from einvoice.facturx.embedded import Extracted
    from einvoice.france.messages import Message

__all__ = [
    "PROFILES",
    "Converted",
    "Explanation",
    "build",
    "convert",
    "explain",
    "extract",
    "losses",
    "parse",
    "render",
    "validate",
]

Target = Literal["ubl", "cii", "facturx"]

_WRITERS: dict[str, Callable[[Invoice], bytes]] = {"ubl": ubl.write, "cii": cii.write}
PROFILES = {each.name: each.identifier for each in profiles.PROFILES.values() if each.identifier}  # short name -> BT-24


@dataclass(frozen=True, slots=True)
class Converted:
    """A converted document, and the account of what changed on the way.

    Warnings: what it does not say although the source did. Informations (EI-IMPLIED): what it says in addition.
    """

    data: bytes
    losses: tuple[Finding, ...]


def parse(data: bytes) -> Invoice | Message:
    """What a document says, by its content; what the model cannot hold is in its `unread`.

    UBL, CII and a Factur-X PDF give an `Invoice`, French messages a `LifecycleMessage`, an `EReport`, a
    `DirectoryUpdate` or a `DirectoryExport`. Raises `Unreadable` for what cannot be opened safely, `Unrecognised` for
    any other document.
    """
    found = _opened(_document(data, "parse"))
    if found.kind in ("lifecycle", "ereport", "directory"):
        from einvoice.france.messages import read_message  # noqa: PLC0415 - loaded for messages only

        return read_message(found)
    return read_detected(found)


def _opened(data: bytes) -> Detected:
    """What the bytes are; of a PDF, the invoice inside."""
    found = detect(data)
    if found.syntax == "facturx":
        return detect(extract(data).xml)
    return found


def validate(source: bytes | Draft | Invoice, *, policy: Policy | None = None, name: str | None = None) -> Report:
    """The verdict on a document, a draft or an invoice; never raises for their content.

    Findings about a draft point at its fields. `name` is shown in the report as the source.
    """
    chosen = policy or Policy()
    if isinstance(source, Draft):
        document = judge_draft(source, chosen, name=name)
    elif isinstance(source, Invoice):
        document = judge_invoice(source, chosen, name=name)
    else:
        document = judge_bytes(_document(source, "validate", "or a Draft or an Invoice"), chosen, name=name)
    return Report(einvoice=__version__, verdict=document.verdict, documents=(document,))


def build(  # noqa: PLR0913 - each is a choice of the user, given by name
    source: Draft | Invoice,
    to: Target,
    *,
    profile: str | None = None,
    pdf: bytes | None = None,
    language: Language = "fr",
    date: dt.datetime | dt.date | None = None,
    strict: bool = False,
) -> bytes:
    """A draft or an invoice as UBL, CII or Factur-X.

    `profile` is a short name (en16931, extended-ctc-fr, …; for Factur-X minimum to extended) or, for XML, a BT-24; it
    replaces the invoice's own. For Factur-X: `pdf` is the PDF to put the invoice into, else a readable view is made, in
    `language`; `date` is when it was made, else the date of issue, so that the same input gives the same bytes.

    What the target cannot hold is left out, and told by `losses`; `strict` refuses instead. Raises `Unwritable`, with
    findings, where the target demands what the invoice lacks or the PDF cannot be made a PDF/A-3; `Unreadable` for a
    broken PDF; `MissingExtra` where a view is wanted and Typst is not installed; `ValueError` for an unknown profile.
    """
    _checked_target(to)
    invoice = _complete(source)
    if to == "facturx":
        from einvoice.facturx.build import make_facturx  # noqa: PLC0415 - the PDF library is loaded for PDFs only

        made = make_facturx(
            invoice, profile=profile, pdf=pdf, language=language, date=date, strict=strict, field_of=_field_of(source)
        )
        return made.pdf
    if pdf is not None:
        raise ValueError(f"a PDF was given, but {to} is XML: expected to='facturx'")
    if strict and (lost := losses(source, to, profile=profile, language=language)):
        raise Unwritable("EI-NO-WRITE-01", {"target": to.upper()}, lost)
    try:
        return _WRITERS[to](_of_profile(invoice, profile))
    except Unwritable as error:
        faults = at_source(error.findings, _field_of(source))
        fields = ", ".join(fault.field or "?" for fault in faults)
        raise Unwritable("EI-NO-WRITE-02", {"target": to.upper(), "fields": fields}, faults) from error


def losses(
    source: Draft | Invoice, to: Target, *, profile: str | None = None, language: Language = "fr"
) -> tuple[Finding, ...]:
    """What `build` would leave out: one warning for each value that the syntax or the profile cannot hold.

    Raises as `build` does.
    """
    _checked_target(to)
    invoice = _complete(source)
    if to == "facturx":
        from einvoice.facturx.build import facturx_xml, profile_for  # noqa: PLC0415 - the PDF library is loaded for PDFs only

        found = facturx_xml(invoice, profile_for(invoice, profile), language=language)[1]
    else:
        invoice = _of_profile(invoice, profile)
        found = _in_words(loss_observations(invoice, lost_in(invoice, to), to.upper()), language)
    return at_source(found, _field_of(source))


def _in_words(observations: Iterable[Observation], language: Language) -> tuple[Finding, ...]:
    return tuple(finding(each, language) for each in observations)


def _complete(source: object) -> Invoice:
    if isinstance(source, Draft):
        return source.complete()
    if isinstance(source, Invoice):
        return source
    advice: dict[type, str] = {
        bytes: "convert(data, to) takes the bytes of an invoice",
        dict: "Draft.model_validate(values) makes a draft",
        str: "Draft.model_validate_json(text) makes a draft",
    }
    known = advice.get(type(source), "see Draft")
    raise TypeError(f"expected a Draft or an Invoice, found {type(source).__name__}: {known}")


def _checked_target(to: str) -> None:
    if to not in (*_WRITERS, "facturx"):
        raise ValueError(f"{to!r} is nothing that can be written: expected one of {', '.join((*_WRITERS, 'facturx'))}")


def _document(data: object, verb: str, more: str = "") -> bytes:
    """The bytes of a document. Raises `TypeError` for anything else, such as the name of a file."""
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    if isinstance(data, str | PurePath):
        known = f"{verb} does not open files: give it Path({str(data)[:80]!r}).read_bytes()"
        if isinstance(data, str) and "<" in data:
            known = f"{verb} takes XML as bytes: give it text.encode()"
    else:
        known = "read the document first, such as Path(name).read_bytes()"
    raise TypeError(f"expected the bytes of a document{more and f' {more}'}, found {type(data).__name__}: {known}")


def _field_of(source: Draft | Invoice) -> Callable[[str], str]:
    """From a field of the invoice to that of the source."""
    return source.field_of if isinstance(source, Draft) else str


def _of_profile(invoice: Invoice, profile: str | None) -> Invoice:
    if profile is None:
        return invoice
    return invoice.model_copy(update={"specification_identifier": _specification(profile)})


def _specification(profile: str) -> str:
    """BT-24 of a profile given by its short name; a URN is taken as BT-24 itself. Raises `ValueError`."""
    if profile.startswith("urn:"):
        return profile
    if profile not in PROFILES:
        names = ", ".join(PROFILES)
        raise ValueError(f"{profile!r} is no profile: expected one of {names}, or a specification identifier (urn:…)")
    return PROFILES[profile]


def convert(
    data: bytes, to: Target, *, profile: str | None = None, pdf: bytes | None = None, policy: Policy | None = None
) -> Converted:
    """The same invoice in another syntax or profile, with an account of what is lost on the way.

    `profile` and `pdf` as for `build`; an invoice that comes in a PDF keeps its pages unless another PDF is given.
    `policy` chooses the language of the account. Raises as `parse` and `build` do.
    """
    _checked_target(to)
    invoice = read_detected(_opened(_document(data, "convert")))
    chosen = policy or Policy()
    unread = unread_findings(invoice, chosen)
    invoice, filled = with_implied(invoice, to)
    implied = _in_words(filled, chosen.language)
    if to == "facturx":
        from einvoice.facturx.build import make_facturx  # noqa: PLC0415 - the PDF library is loaded for PDFs only

        pages = pdf if pdf is not None else data if is_pdf(data) else None
        made = make_facturx(invoice, profile=profile, pdf=pages, language=chosen.language)
        return Converted(made.pdf, (*unread, *implied, *made.losses))
    invoice = _of_profile(invoice, profile)
    converted = _WRITERS[to](invoice)
    paths = differences(invoice, read_detected(detect(converted)))
    lost = _in_words(loss_observations(invoice, paths, to.upper()), chosen.language)
    return Converted(converted, (*unread, *implied, *lost))


def render(  # noqa: PLR0913 - each is a choice of the user, given by name
    source: bytes | Draft | Invoice,
    to: Literal["html", "pdf"] = "html",
    *,
    language: Language = "fr",
    findings: Sequence[Finding] = (),
    logo: bytes | None = None,
    date: dt.datetime | None = None,
) -> bytes:
    """The readable view: everything that an invoice says, as a page for people. Nothing is computed or added.

    HTML is one file that needs nothing else; PDF is a tagged PDF/A-3, made at `date` (the day of issue unless given).
    `findings` of a report are shown at their place, `logo` is a PNG or JPEG image. Raises as `parse` does,
    `MissingExtra` for PDF without Typst, `Unreadable` for a logo that is neither PNG nor JPEG.
    """
    from einvoice.view import render_html, render_pdf  # noqa: PLC0415 - loaded for views only

    if to not in ("html", "pdf"):
        raise ValueError(f"{to!r} is no form of a view: expected html or pdf")
    if isinstance(source, Draft | Invoice):
        invoice = _complete(source)
    else:
        invoice = read_detected(_opened(_document(source, "render", "or a Draft or an Invoice")))
    if to == "html":
        return render_html(invoice, language=language, findings=findings, logo=logo)
    return render_pdf(invoice, language=language, findings=findings, logo=logo, date=date)


def extract(pdf: bytes) -> Extracted:
    """The invoice inside a PDF as it stands there, byte for byte, and the files beside it (`attachments`).

    Raises `Unreadable` for what is no PDF, is damaged or exceeds the limits; `Unrecognised` where no invoice is inside.
    """
    from einvoice.facturx.embedded import extract as extracted  # noqa: PLC0415 - the PDF library is loaded for PDFs only

    return extracted(_document(pdf, "extract"))
