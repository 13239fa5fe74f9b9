"""The verbs of einvoice that ask a document: parse, validate, render, extract. Bytes and values in, values out.

    invoice = parse(data)
    report = validate(data, policy=Policy(direction="receiving"))
    page = render(data, "html")
    xml = extract(pdf).xml

What makes a document stands in `einvoice.making`. No verb reads a file or the network (the rule sets aside, which are
files of installed packages).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import PurePath
from types import CodeType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeGuard, get_args

from einvoice import __version__
from einvoice.data import Language
from einvoice.detect import detect
from einvoice.document import Document
from einvoice.garbage import resting
from einvoice.model import Invoice
from einvoice.report import DocumentReport, Finding, Report, Verdict, shown
from einvoice.rulebook import Sentence, StepResult, in_words, step
from einvoice.validation.plans import Plan
from einvoice.validation.policy import Policy
from einvoice.validation.unread import meaning_lost, unread_observations
from einvoice.validation.validate import Validated
from einvoice.validation.validate import validate as validated

if TYPE_CHECKING:
    from einvoice.draft import Draft
    from einvoice.facturx.embedded import Extracted
    from einvoice.france.messages import Message
    from einvoice.making import PROFILES, Converted, build, convert, losses
    from einvoice.rulebook.explaining import Explanation

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
    "validate_extract",
]

_ELSEWHERE = dict.fromkeys(("PROFILES", "Converted", "build", "convert", "losses"), "making")
_ELSEWHERE["Explanation"] = "rulebook.explaining"


def __getattr__(name: str) -> Any:
    """What callers of earlier versions find here, and is loaded for them only."""
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"einvoice.{_ELSEWHERE[name]}"), name)


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
    return readable(document_of(source, "parse")).model


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
    document = document_of(source, "validate", "or a Draft or an Invoice")
    return _report(document, chosen, name=name, language=language_of(language, chosen))


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
    document = document_of(source, "validate_extract")
    kind = document.detected.kind.replace("_", "")
    syntax = document.detected.syntax
    of_schema = "cii" if syntax == "cii" else f"ubl-{kind}"
    plan = Plan(xsd=f"xsd-flux1-{of_schema}-{content}", rules=(f"flux1-{syntax}-{content}",))
    return _report(document, chosen, plan=plan, name=name, language=language_of(language, chosen))


def _report(
    document: Document, policy: Policy, *, name: str | None, language: Language, plan: Plan | None = None
) -> Report:
    """The verdict in words."""
    return judged(document, policy, name=name, language=language, judge=partial(validated, plan=plan))[0]


def judged(
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


def language_of(language: Language | None, policy: Policy | None = None) -> Language:
    """The language asked for; that of the policy is read for callers of version 0.1."""
    if language is not None and language not in get_args(Language):
        raise ValueError(f"unknown language {language!r}; expected one of {', '.join(get_args(Language))}")
    return language or (policy.language if policy else None) or "fr"


def is_model(source: object) -> TypeGuard[Draft | Invoice]:
    if isinstance(source, Invoice):
        return True
    from einvoice.draft import Draft  # noqa: PLC0415 - loaded for drafts only

    return isinstance(source, Draft)


def document_of(source: object, verb: str, more: str = "") -> Document:
    """The document to work on. Raises `TypeError` for what is none, such as the name of a file."""
    if isinstance(source, Document):
        return source
    if isinstance(source, bytes | bytearray | memoryview):
        return Document(bytes(source))
    if more and is_model(source):
        return Document.of(source)
    if isinstance(source, str | PurePath):
        known = f"{verb} does not open files: give it Path({str(source)[:80]!r}).read_bytes()"
        if isinstance(source, str) and "<" in source:
            known = f"{verb} takes XML as bytes: give it text.encode()"
    else:
        known = "read the document first, such as Path(name).read_bytes()"
    raise TypeError(f"expected the bytes of a document{more and f' {more}'}, found {type(source).__name__}: {known}")


def readable(document: Document) -> Document:
    """The document, if it is not a draft in JSON: that is read by `Draft.model_validate_json`. Raises `Unreadable`."""
    if document.form == "json":
        detect(document.data)  # which says so
    return document


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
    invoice = readable(document_of(source, "render", "or a Draft or an Invoice")).invoice
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
    return document_of(source, "extract").extracted
