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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from types import CodeType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeGuard, get_args

from einvoice import __version__, cii, profiles, ubl
from einvoice.conversion.fitting import at_original, fit, profile_change
from einvoice.conversion.implied import with_implied
from einvoice.conversion.losses import LEFT_OUT, account, lost_files
from einvoice.conversion.older import completed_from_older
from einvoice.data import Language
from einvoice.detect import detect
from einvoice.document import Document
from einvoice.errors import Unwritable
from einvoice.garbage import resting
from einvoice.model import Invoice
from einvoice.paths import Path, restorer
from einvoice.report import DocumentReport, Finding, Report, Verdict, shown
from einvoice.rulebook import Observation, Sentence, StepResult, at_source, in_words, step
from einvoice.rulebook.explaining import Explanation
from einvoice.validation.plans import Plan
from einvoice.validation.policy import Policy
from einvoice.validation.unread import meaning_lost, unread_observations
from einvoice.validation.validate import Validated
from einvoice.validation.validate import validate as validated

if TYPE_CHECKING:
    from einvoice.draft import Draft
    from einvoice.facturx.embedded import Extracted
    from einvoice.france.messages import Message

__all__ = [
    "PROFILES",
    "Converted",
    "Explanation",
    "build",
    "convert",
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
    """What `convert` gives: the document that was made, what changed on the way, and the verdict on it.

    `data` is XML in UTF-8, or a PDF. `losses` has warnings (what it does not say although the source did), informations
    (what it says in addition, or otherwise) and errors (what makes it invalid although the source was not). `report`
    has all findings about what was made, at the fields of the source; None where nobody asked.
    """

    data: bytes
    losses: tuple[Finding, ...]
    report: Report | None = None


@resting()
def parse(source: bytes | Document) -> Invoice | Message:
    """What a document says, by its content; what the model cannot hold is in its `unread`.

    `source` is the document as bytes, XML in any encoding that it declares or a PDF, or a `Document`. UBL, CII and a
    Factur-X PDF give an `Invoice`, French messages a `LifecycleMessage`, an `EReport`, a `DirectoryUpdate` or a
    `DirectoryExport`. Amounts, quantities and rates are `Decimal`, to the last digit: amounts in the currency of the
    invoice (BT-5), rates in percent (20 is 20 %). Days are `datetime.date`, codes and identifiers the texts of the
    document. Nothing is computed, and nothing refused for what it says: that is for `validate`.

    Raises `Unreadable` for what cannot be opened safely (no XML or PDF, too large, too deep), `Unrecognised` for any
    other document, `TypeError` for a path or a text in place of bytes.

    Source: EN 16931-1:2017 §6.3; OASIS UBL 2.1; UN/CEFACT CII D16B and D22B; Factur-X 1.09; XP Z12-012 annexes A and B;
    DGFiP external specifications v3.2 (flux 10, directory).
    """
    return _readable(_document(source, "parse")).model


@resting()
def validate(
    source: bytes | Document | Draft | Invoice,
    *,
    policy: Policy | None = None,
    name: str | None = None,
    language: Language | None = None,
) -> Report:
    """The verdict on a document, a draft or an invoice; never raises for their content.

    `source` is bytes (UBL, CII, a Factur-X PDF, a French message, a draft in JSON), a `Document`, a `Draft` or an
    `Invoice`; of the last two what `build` makes of them is judged, and findings point at their fields. `policy` says
    on which day, for which side and with which rules of your own; by default today, sending. Messages are in French
    unless `language` is "en". `name` is shown in the report as the source.

    The verdict is "valid", "invalid" (an error was found) or "not_run": something that had to be looked at could not
    be, and the step says why. In a finding, `found` and `expected` are as the document writes them, amounts in
    `currency`. The report carries the invoice that was judged (`report.invoice`), so that it is read once.

    Raises `TypeError` for a path or a text in place of bytes, `ValueError` for a language that is neither fr nor en.

    Source: FNFE-MPE, note on the validation artefacts V1.4.0 (the steps and their order); EN 16931-1:2017 §6.4 and the
    rule sets that `report.documents[0].steps` names, each with its version and digest.
    """
    chosen = policy or Policy()
    document = _document(source, "validate", "or a Draft or an Invoice")
    return _report(document, chosen, name=name, language=_language(language, chosen))


@resting()
def validate_extract(
    source: bytes | Document,
    *,
    content: Literal["base", "full"] = "base",
    policy: Policy | None = None,
    name: str | None = None,
    language: Language | None = None,
) -> Report:
    """The verdict of the public portal's own schema and rules on an extract of an invoice (flux 1).

    `source` is the extract as XML; `content` is whether it is the basic or the full one. `policy`, `name` and
    `language` as for `validate`. `not_run` where they are not installed: no package carries them, and `einvoice
    artefacts add` takes them in as their publisher released them. Raises as `parse` does.

    Source: DGFiP external specifications v3.2, flux 1.
    """
    chosen = policy or Policy()
    document = _document(source, "validate_extract")
    kind = document.detected.kind.replace("_", "")
    syntax = document.detected.syntax
    of_schema = "cii" if syntax == "cii" else f"ubl-{kind}"
    plan = Plan(xsd=f"xsd-flux1-{of_schema}-{content}", rules=(f"flux1-{syntax}-{content}",))
    return _report(document, chosen, plan=plan, name=name, language=_language(language, chosen))


def _report(
    document: Document, policy: Policy, *, name: str | None, language: Language, plan: Plan | None = None
) -> Report:
    """The verdict in words."""
    return _judged(document, policy, name=name, language=language, judge=partial(validated, plan=plan))[0]


def _judged(
    document: Document,
    policy: Policy,
    *,
    name: str | None,
    language: Language,
    judge: Callable[[Document, Policy], Validated],
) -> tuple[Report, tuple[StepResult, ...]]:
    """The verdict in words, and the steps before they have any."""
    found = _found(document, policy, judge)
    if isinstance(found, _Broken):
        document.forget()  # memory may be what was lacking
        return found.told(name, language)
    report = DocumentReport.model_construct(
        source=shown(name),
        kind=found.kind,
        syntax=found.syntax,
        profile=found.profile,
        verdict=found.verdict,
        steps=tuple(step(each, language) for each in found.steps),
        findings=in_words(found.observations, language),
    )
    made = Report.model_construct(einvoice=__version__, verdict=report.verdict, documents=(report,))
    return made.carrying(document.invoice_read), found.steps


def _found(document: Document, policy: Policy, judge: Callable[[Document, Policy], Validated]) -> Validated | _Broken:
    try:
        return judge(document, policy)
    except Exception as error:  # noqa: BLE001 - whatever a document does, its verdict is one, and others go on
        return _broken(error)


def _broken(error: Exception) -> _Broken:
    """Where; a function of its own, so that no frame keeps the trace, and with it all that the others hold."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return _Broken(type(error), trace and trace.tb_frame.f_code, trace and trace.tb_lineno)


class _Broken(NamedTuple):
    """Where the validation itself broke."""

    kind: type[Exception]
    code: CodeType | None
    line: int | None

    def told(self, name: str | None, language: Language) -> tuple[Report, tuple[StepResult, ...]]:
        """The report: not run, and where, without the document's content."""
        where = f"{PurePath(self.code.co_filename).name}:{self.line}" if self.code else "?"
        done = StepResult(
            "parse", "not_run", reason=Sentence("EI-STEP-11", {"error": self.kind.__name__, "where": where})
        )
        report = DocumentReport(source=name, verdict="not_run", steps=(step(done, language),))
        return Report(einvoice=__version__, verdict="not_run", documents=(report,)), (done,)


def _language(language: Language | None, policy: Policy | None = None) -> Language:
    """The language asked for; that of the policy is read for callers of version 0.1."""
    if language is not None and language not in get_args(Language):
        raise ValueError(f"unknown language {language!r}; expected one of {', '.join(get_args(Language))}")
    return language or (policy.language if policy else None) or "fr"


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
    """A draft or an invoice as UBL, CII or Factur-X: XML in UTF-8, or a PDF/A-3 with it inside.

    `source` is a `Draft`, which is completed first, or an `Invoice`, of which nothing is computed. `to` is "ubl", "cii"
    or "facturx". `profile` is a short name (en16931, extended-ctc-fr, xrechnung, …; for Factur-X minimum to extended)
    or, for XML, a BT-24; it replaces the invoice's own. For Factur-X: `pdf` is the PDF to put the invoice into, else a
    readable view is made, in `language`; `date` is when it was made, a day or a moment, else the date of issue, so that
    the same input gives the same bytes. Numbers are written in full, with the
    decimals that they have.

    What the target cannot hold is left out, and told by `losses`; `strict` refuses instead. Raises `Unwritable`, with
    findings, where the target demands what the invoice lacks or the PDF cannot be made a PDF/A-3; `Unreadable` for a
    broken PDF; `MissingExtra` where a view is wanted and Typst is not installed; `DraftError` for a draft whose amounts
    nobody can compute with; `ValueError` for an unknown target or profile.

    Source: OASIS UBL 2.1; UN/CEFACT CII D16B; Factur-X 1.09 §5 and §6; ISO 19005-3:2012 (PDF/A-3).
    """
    document = _model(source)
    made = _made(document, to, profile=profile, pdf=pdf, language=language, date=date, strict=strict, counted=strict)
    return made.data


def build_with_losses(  # noqa: PLR0913 - as above
    document: Document,
    to: Target,
    *,
    profile: str | None = None,
    pdf: bytes | None = None,
    language: Language = "fr",
    date: dt.datetime | dt.date | None = None,
    strict: bool = False,
    check: bool = False,
) -> Converted:
    """What `build` and `losses` give, and with `check` the verdict: the document is completed and written once."""
    made = _made(document, to, profile=profile, pdf=pdf, language=language, date=date, strict=strict)
    told = _told(made, document, language)
    return Converted(made.data, told, _verdict_on(made, document, Policy(), language)[0] if check else None)


def _made(  # noqa: PLR0913 - as above
    document: Document,
    to: Target,
    *,
    profile: str | None,
    pdf: bytes | None,
    language: Language,
    date: dt.datetime | dt.date | None = None,
    strict: bool = False,
    counted: bool = True,
) -> _Made:
    """What was made of a document and, where that is `counted`, what it does not say."""
    _checked_target(to)
    if to != "facturx" and pdf is not None:
        raise ValueError(f"a PDF was given, but {to} is XML: expected to='facturx'")
    try:
        if to == "facturx":
            from einvoice.facturx.build import make_facturx  # noqa: PLC0415 - the PDF library is loaded for PDFs only

            hybrid = make_facturx(
                document.invoice, profile=profile, pdf=pdf, language=language, date=date, strict=strict
            )
            made, lost = hybrid.pdf, hybrid.losses
        else:
            made, lost = _xml(_of_profile(document.invoice, profile), to, strict=strict, counted=counted)
    except Unwritable as error:
        faults = at_source(error.observations, document.field_of)
        raise error.with_observations(faults).in_language(language) from error
    return _Made(made, (*_other_profile(document, to, profile), *lost))


class _Made(NamedTuple):
    """What was made of an invoice, and what became of what it does not say: at the fields of the invoice."""

    data: bytes
    lost: tuple[Observation, ...]


def _told(made: _Made, source: Document, language: Language) -> tuple[Finding, ...]:
    """What became of what is not said, at the fields of the source."""
    return in_words(at_source(made.lost, source.field_of), language)


def _verdict_on(
    made: _Made, source: Document, policy: Policy, language: Language
) -> tuple[Report, tuple[StepResult, ...]]:
    """The verdict on what was made, at the fields of the source: lines that were left out count there."""
    original = restorer(Path.parse(each.field) for each in made.lost if each.rule in LEFT_OUT and each.field)
    judge = partial(validated, source=lambda field: source.field_of(str(original(Path.parse(field)))))
    return _judged(Document(made.data), policy, name=None, language=language, judge=judge)


def _other_profile(document: Document, to: Target, profile: str | None) -> tuple[Observation, ...]:
    """What is said where the profile becomes another one than the document, or the author of a draft, states."""
    given = document.invoice if document.draft is None else document.draft
    if given.specification_identifier is None:
        return ()
    stated = document.invoice.specification_identifier
    if to != "facturx":
        chosen = _of_profile(document.invoice, profile).specification_identifier
    elif profile is not None:
        chosen = profiles.facturx_profile(profile).identifier
    else:
        chosen = profiles.nearest_in_pdf(profiles.profile_of(stated)).identifier
    return profile_change(stated, chosen, asked=profile is not None)


def _xml(
    invoice: Invoice, to: Literal["ubl", "cii"], *, strict: bool, counted: bool
) -> tuple[bytes, tuple[Observation, ...]]:
    """The invoice in a syntax and, where that is `counted`, what this does not say although the invoice does."""
    fitted = fit(invoice, to)
    try:
        xml = _WRITERS[to](fitted.invoice)
    except Unwritable as refused:
        raise refused.with_observations(at_original(refused.observations, fitted)) from None
    if not counted:
        return xml, ()
    lost = account(invoice, fitted, xml)
    if strict and (gone := tuple(each for each in lost if each.rule in LEFT_OUT)):
        raise Unwritable("EI-NO-WRITE-01", {"target": fitted.target}, gone)
    return xml, lost


def losses(
    source: Draft | Invoice, to: Target, *, profile: str | None = None, language: Language = "fr"
) -> tuple[Finding, ...]:
    """What `build` would leave out of a target: one warning for each value that the syntax or the profile cannot hold.

    A part that goes as a whole, such as a line, is one of them. `source`, `to` and `profile` as for `build`. Each
    finding has the value (`found`) and its place in the source (`field`); what is said otherwise is an information. In
    French unless `language` is "en". Raises as `build` does.

    Source: EN 16931-1:2017 §6.3 (what stands how often); Factur-X 1.09, the XML schema of each profile.
    """
    _checked_target(to)
    document = _model(source)
    if to != "facturx":
        return build_with_losses(document, to, profile=profile, language=language).losses
    from einvoice.facturx.build import facturx_xml, profile_for  # noqa: PLC0415 - as above

    try:
        lost = facturx_xml(document.invoice, profile_for(document.invoice, profile))[1]
    except Unwritable as error:
        faults = at_source(error.observations, document.field_of)
        raise error.with_observations(faults).in_language(language) from error
    lost = (*_other_profile(document, to, profile), *lost)
    return in_words(at_source(lost, document.field_of), language)


def _model(source: object) -> Document:
    """The document that a draft or an invoice means. Raises `TypeError` for anything else."""
    if isinstance(source, Document):
        return source
    if _is_model(source):
        return Document.of(source)
    advice: dict[type, str] = {
        bytes: "convert(data, to) takes the bytes of an invoice",
        dict: "Draft.model_validate(values) makes a draft",
        str: "Draft.model_validate_json(text) makes a draft",
    }
    known = advice.get(type(source), "see Draft")
    raise TypeError(f"expected a Draft or an Invoice, found {type(source).__name__}: {known}")


def _is_model(source: object) -> TypeGuard[Draft | Invoice]:
    if isinstance(source, Invoice):
        return True
    from einvoice.draft import Draft  # noqa: PLC0415 - loaded for drafts only

    return isinstance(source, Draft)


def _checked_target(to: str) -> None:
    if to not in (*_WRITERS, "facturx"):
        raise ValueError(f"unknown target {to!r}; expected one of {', '.join((*_WRITERS, 'facturx'))}")


def _document(source: object, verb: str, more: str = "") -> Document:
    """The document to work on. Raises `TypeError` for what is none, such as the name of a file."""
    if isinstance(source, Document):
        return source
    if isinstance(source, bytes | bytearray | memoryview):
        return Document(bytes(source))
    if more and _is_model(source):
        return Document.of(source)
    if isinstance(source, str | PurePath):
        known = f"{verb} does not open files: give it Path({str(source)[:80]!r}).read_bytes()"
        if isinstance(source, str) and "<" in source:
            known = f"{verb} takes XML as bytes: give it text.encode()"
    else:
        known = "read the document first, such as Path(name).read_bytes()"
    raise TypeError(f"expected the bytes of a document{more and f' {more}'}, found {type(source).__name__}: {known}")


def _readable(document: Document) -> Document:
    """The document, if it is not a draft in JSON: that is read by `Draft.model_validate_json`. Raises `Unreadable`."""
    if document.form == "json":
        detect(document.data)  # which says so
    return document


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
        raise ValueError(f"unknown profile {profile!r}; expected one of {names}, or a specification identifier (urn:…)")
    return PROFILES[profile]


def convert(  # noqa: PLR0913 - each is a choice of the user, given by name
    source: bytes | Document,
    to: Target,
    *,
    profile: str | None = None,
    pdf: bytes | None = None,
    policy: Policy | None = None,
    language: Language | None = None,
    check: bool = True,
) -> Converted:
    """The same invoice in another syntax or profile, with an account of what is lost on the way and the verdict on it.

    `source` is UBL, CII or a Factur-X PDF, as bytes or a `Document`. `to`, `profile` and `pdf` as for `build`; an
    invoice that comes in a PDF keeps its pages unless another PDF is given. No amount is computed anew: what the target
    demands and the source implies is filled in and told. What was made is judged as `validate` does, by `policy`,
    unless `check` is False. The account is in French unless `language` is "en".

    Raises as `parse` and `build` do; `Unwritable` also for what says that it is a test or a copy.

    Source: EN 16931-1:2017 §6.3; OASIS UBL 2.1; UN/CEFACT CII D16B; Factur-X 1.09; CEN/TS 16931-3-2 and -3-3 (the two
    syntaxes, term by term).
    """
    _checked_target(to)
    words = _language(language, policy)
    document = _readable(_document(source, "convert"))
    places = () if document.is_older else (document.field_at,)  # of today's standards; an older one has no places
    unread = unread_observations(document.invoice, *places) if document.invoice.unread else ()
    if refused := meaning_lost(unread):
        raise Unwritable("EI-NO-WRITE-08", {"target": to}, refused).in_language(words)
    invoice, older = completed_from_older(document.invoice)
    invoice, implied = with_implied(invoice, to)
    pages = document.data if pdf is None and to == "facturx" and document.form == "pdf" else pdf
    whole = Document.of(invoice)
    made = _made(whole, to, profile=profile, pdf=pages, language=words)
    beside = document.extracted.attachments if document.form == "pdf" and pages is not document.data else ()
    left = lost_files(((file.name, file.data) for file in beside), invoice)
    told = (*in_words((*unread, *older, *implied, *left), words), *_told(made, whole, words))
    if not check:
        return Converted(made.data, told)
    chosen = policy or Policy()
    report, steps = _verdict_on(made, whole, chosen, words)
    return Converted(made.data, (*told, *_spoilt(document, report, steps, chosen, words)), report)


def _spoilt(
    source: Document, report: Report, steps: tuple[StepResult, ...], policy: Policy, language: Language
) -> tuple[Finding, ...]:
    """What makes the result invalid although the source is not, or leaves it without a verdict that the source has."""
    if report.verdict == "valid" or (before := validated(source, policy).verdict) == "invalid":
        return ()
    if report.verdict == "invalid":
        return tuple(each for found in report.documents for each in found.findings if each.severity == "error")
    if before != "valid":
        return ()
    doubts = [each.reason for each in steps if each.status == "not_run" and each.reason]
    return in_words([Observation("EI-FIT-DOUBT", "warning", "convert", {"reason": each}) for each in doubts], language)


def render(  # noqa: PLR0913 - each is a choice of the user, given by name
    source: bytes | Document | Draft | Invoice,
    to: Literal["html", "pdf"] = "html",
    *,
    language: Language = "fr",
    findings: Sequence[Finding] = (),
    verdict: Verdict | None = None,
    logo: bytes | None = None,
    date: dt.datetime | None = None,
) -> bytes:
    """The readable view: everything that an invoice says, as a page for people. Nothing is computed or added.

    `source` is UBL, CII or a Factur-X PDF as bytes, a `Document`, a `Draft` or an `Invoice`. `to` "html" gives one file
    in UTF-8 that needs nothing else; "pdf" a tagged PDF/A-3, made at `date` (the day of issue unless given). In French
    unless `language` is "en": amounts as 2 406,00 €, days as 30/11/2026. `findings` of a report are shown at their
    place, its `verdict` at the head, and in a PDF on each page; that the invoice is a test or a copy stands first, with
    or without them. `logo` is a PNG or JPEG image.

    Raises as `parse` does, `MissingExtra` for PDF without Typst, `Unreadable` for a logo that is neither PNG nor JPEG,
    `ValueError` for another `to`.

    Source: EN 16931-1:2017 §6.3 (the names of the terms); ISO 19005-3:2012 (the PDF).
    """
    from einvoice.view import render_html, render_pdf  # noqa: PLC0415 - loaded for views only

    if to not in ("html", "pdf"):
        raise ValueError(f"unknown form {to!r} of a view; expected html or pdf")
    invoice = _readable(_document(source, "render", "or a Draft or an Invoice")).invoice
    findings = _whole_first(invoice, findings, language)
    if to == "html":
        return render_html(invoice, language=language, findings=findings, verdict=verdict, logo=logo)
    return render_pdf(invoice, language=language, findings=findings, verdict=verdict, logo=logo, date=date)


def _whole_first(invoice: Invoice, findings: Sequence[Finding], language: Language) -> tuple[Finding, ...]:
    """The findings, first of all what changes the meaning of the whole: who sees a test must not take it for real."""
    whole = in_words(meaning_lost(unread_observations(invoice)), language)
    rules = {each.rule for each in whole}
    return (*whole, *(each for each in findings if each.rule not in rules))


def extract(source: bytes | Document) -> Extracted:
    """The invoice inside a PDF as it stands there, byte for byte, and the files beside it (`attachments`).

    `source` is the PDF as bytes or a `Document`. Raises `Unreadable` for what is no PDF, is damaged or exceeds the
    limits; `Unrecognised` where no invoice is inside; `TypeError` for a path in place of bytes.

    Source: ISO 32000-1:2008 §7.11; ISO 19005-3:2012 §6.8; Factur-X 1.09 §6.
    """
    return _document(source, "extract").extracted
