"""What is made of an invoice: build, convert and losses; each value that the target cannot hold is told.

    xml = build(draft, "ubl")
    pdf = build(draft, "facturx", profile="en16931", pdf=our_layout)
    converted = convert(data, "cii"); converted.losses
    [loss.field for loss in losses(draft, "facturx", profile="basic")]

`build` begins with a draft or an invoice, `convert` with a document, whose verdict it gives too. What was made is told
about at the fields of what it was made of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from einvoice import cii, profiles, ubl
from einvoice.api import document_of, is_model, judged, language_of, readable
from einvoice.conversion.fitting import at_original, fit, profile_change
from einvoice.conversion.implied import with_implied
from einvoice.conversion.losses import LEFT_OUT, account, lost_files
from einvoice.conversion.older import completed_from_older
from einvoice.data import Language
from einvoice.document import Document
from einvoice.errors import Unwritable
from einvoice.model import Invoice
from einvoice.paths import Path, restorer
from einvoice.report import Finding, Report
from einvoice.rulebook import Observation, StepResult, at_source, in_words
from einvoice.validation.policy import Policy
from einvoice.validation.unread import meaning_lost, unread_observations
from einvoice.validation.validate import validate as validated

if TYPE_CHECKING:
    from einvoice.draft import Draft

__all__ = ["PROFILES", "Converted", "Wanted", "build", "build_with_losses", "convert", "losses"]

Target = Literal["ubl", "cii", "facturx"]

_WRITERS: dict[str, Callable[[Invoice], bytes]] = {"ubl": ubl.write, "cii": cii.write}
_MOST_RULES = 5  # named where a source is wrong; `validate` tells them all
PROFILES = {each.name: each.identifier for each in profiles.PROFILES.values() if each.identifier}  # short name -> BT-24


@dataclass(frozen=True, slots=True)
class Converted:
    """What `convert` gives: the document that was made, what changed on the way, and the verdict on it.

    `data` is XML in UTF-8, or a PDF. `losses` has warnings (what it does not say although the source did, and that it
    is valid although the source was not), informations (what it says in addition, or otherwise) and errors (what makes
    it invalid although the source was not). `report` has all findings about what was made, at the fields of the source;
    None where nobody asked.
    """

    data: bytes
    losses: tuple[Finding, ...]
    report: Report | None = None


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
    the same input gives the same bytes. Numbers are written in full, with the decimals that they have.

    What the target cannot hold is left out, and told by `losses`; `strict` refuses instead. Raises `Unwritable`, with
    findings, where the target demands what the invoice lacks or the PDF cannot be made a PDF/A-3; `Unreadable` for a
    broken PDF; `MissingExtra` where a view is wanted and Typst is not installed; `DraftError` for a draft whose amounts
    nobody can compute with; `ValueError` for an unknown target or profile.

    Source: OASIS UBL 2.1; UN/CEFACT CII D16B; Factur-X 1.09 §5 and §6; ISO 19005-3:2012 (PDF/A-3).
    """
    return _made(_model(source), Wanted(to, profile, pdf, language, date, strict), counted=strict).data


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made of a document: the arguments of `build`. Raises `ValueError` for what does not go together."""

    to: Target
    profile: str | None = None
    pdf: bytes | None = None
    language: Language = "fr"
    date: dt.datetime | dt.date | None = None
    strict: bool = False

    def __post_init__(self) -> None:
        _checked_target(self.to)
        if self.to != "facturx" and self.pdf is not None:
            raise ValueError(f"a PDF was given, but {self.to} is XML: expected to='facturx'")


def build_with_losses(document: Document, wanted: Wanted, *, check: bool = False) -> Converted:
    """What `build` and `losses` give, and with `check` the verdict: the document is completed and written once."""
    made, language = _made(document, wanted), wanted.language
    told = _told(made, document, language)
    return Converted(made.data, told, _verdict_on(made, document, Policy(), language)[0] if check else None)


def _made(document: Document, wanted: Wanted, *, counted: bool = True) -> _Made:
    """What was made of a document and, where that is `counted`, what it does not say."""
    with _faults_at_source(document, wanted.language):
        if wanted.to == "facturx":
            from einvoice.facturx.build import make_facturx  # noqa: PLC0415 - the PDF library is loaded for PDFs only

            hybrid = make_facturx(
                document.invoice,
                profile=wanted.profile,
                pdf=wanted.pdf,
                language=wanted.language,
                date=wanted.date,
                strict=wanted.strict,
            )
            made, lost = hybrid.pdf, hybrid.losses
        else:
            invoice = _of_profile(document.invoice, wanted.to, wanted.profile)
            made, lost = _xml(invoice, wanted.to, strict=wanted.strict, counted=counted)
    return _Made(made, (*_other_profile(document, wanted.to, wanted.profile), *lost))


@contextmanager
def _faults_at_source(document: Document, language: Language) -> Iterator[None]:
    """What is refused, at the fields of the source and in the language."""
    try:
        yield
    except Unwritable as error:
        faults = at_source(error.observations, document.field_of)
        raise error.with_observations(faults).in_language(language) from error


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
    return judged(Document(made.data), policy, name=None, language=language, judge=judge)


def _other_profile(document: Document, to: Target, profile: str | None) -> tuple[Observation, ...]:
    """What is said where the profile becomes another one than the document, or the author of a draft, states."""
    given = document.invoice if document.draft is None else document.draft
    if given.specification_identifier is None:
        return ()
    stated = document.invoice.specification_identifier
    if to != "facturx":
        chosen = _of_profile(document.invoice, to, profile).specification_identifier
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
        return build_with_losses(document, Wanted(to, profile, language=language)).losses
    from einvoice.facturx.build import facturx_xml, profile_for  # noqa: PLC0415 - as above

    with _faults_at_source(document, language):
        lost = facturx_xml(document.invoice, profile_for(document.invoice, profile))[1]
    lost = (*_other_profile(document, to, profile), *lost)
    return in_words(at_source(lost, document.field_of), language)


def _model(source: object) -> Document:
    """The document that a draft or an invoice means. Raises `TypeError` for anything else."""
    if isinstance(source, Document):
        return source
    if is_model(source):
        return Document.of(source)
    advice: dict[type, str] = {
        bytes: "convert(data, to) takes the bytes of an invoice",
        dict: "Draft.model_validate(values) makes a draft",
        str: "Draft.model_validate_json(text) makes a draft",
    }
    known = advice.get(type(source), "see Draft")
    raise TypeError(f"expected a Draft or an Invoice, found {type(source).__name__}: {known}")


def _checked_target(to: str) -> None:
    if to not in (*_WRITERS, "facturx"):
        raise ValueError(f"unknown target {to!r}; expected one of {', '.join((*_WRITERS, 'facturx'))}")


def _of_profile(invoice: Invoice, to: Target, profile: str | None) -> Invoice:
    """The invoice of the profile that is wanted, else of its own; of one that only Factur-X has, UBL says EN 16931."""
    stated = profiles.profile_of(invoice.specification_identifier)
    if profile is None and (to != "ubl" or stated not in profiles.FACTURX_PROFILES or to in stated.rules):
        return invoice
    return invoice.model_copy(update={"specification_identifier": _specification(profile or "en16931")})


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
    words = language_of(language, policy)
    document = readable(document_of(source, "convert"))
    places = () if document.is_older else (document.field_at,)  # of today's standards; an older one has no places
    unread = unread_observations(document.invoice, *places) if document.invoice.unread else ()
    if refused := meaning_lost(unread):
        raise Unwritable("EI-NO-WRITE-08", {"target": to}, refused).in_language(words)
    invoice, older = completed_from_older(document.invoice)
    invoice, implied = with_implied(invoice, to)
    pages = document.data if pdf is None and to == "facturx" and document.form == "pdf" else pdf
    whole = Document.of(invoice)
    made = _made(whole, Wanted(to, profile, pages, words))
    beside = document.extracted.attachments if document.form == "pdf" and pages is not document.data else ()
    left = lost_files(((file.name, file.data) for file in beside), invoice)
    told = (*in_words((*unread, *older, *implied, *left), words), *_told(made, whole, words))
    if not check:
        return Converted(made.data, told)
    chosen = policy or Policy()
    report, steps = _verdict_on(made, whole, chosen, words)
    return Converted(made.data, (*told, *_compared(document, report, steps, chosen, words)), report)


def _compared(
    source: Document, report: Report, steps: tuple[StepResult, ...], policy: Policy, language: Language
) -> tuple[Finding, ...]:
    """What makes the result better or worse than the source: what spoils a valid one, and that a wrong one is valid."""
    before = validated(source, policy)
    if report.verdict == "valid":
        wrong = {each.rule: None for each in before.observations if each.severity == "error"}
        return in_words([_corrected(list(wrong))], language) if before.verdict == "invalid" else ()
    if before.verdict == "invalid":
        return ()
    if report.verdict == "invalid":
        return tuple(each for found in report.documents for each in found.findings if each.severity == "error")
    if before.verdict != "valid":
        return ()
    doubts = [each.reason for each in steps if each.status == "not_run" and each.reason]
    return in_words([Observation("EI-FIT-DOUBT", "warning", "convert", {"reason": each}) for each in doubts], language)


def _corrected(rules: list[str]) -> Observation:
    """That the source broke these rules: what was read of it, and written anew, breaks none."""
    shown = ", ".join([*rules[:_MOST_RULES], "…"] if len(rules) > _MOST_RULES else rules)
    return Observation("EI-FIT-SOURCE", "warning", "convert", {"rules": shown})
