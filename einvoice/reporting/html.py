"""A report as one HTML file: the verdict on each document, and its findings where they belong on the readable view.

Who has to mend an invoice knows it as a page, not as a path in XML. Where the invoice could not be read, or is not
given, its findings are a list. The file needs nothing else and runs nothing, as the view itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from einvoice.data import Language
from einvoice.model import Invoice
from einvoice.report import DocumentReport, Report
from einvoice.reporting.text import about, checked, reasons, summary
from einvoice.reporting.words import verdict_word
from einvoice.view.html import document
from einvoice.view.layout import page_of
from einvoice.view.page import Page, Remark
from einvoice.view.remarks import remarks_of, with_remarks

_TITLES = {"fr": "Rapport", "en": "Report"}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the template shows of one document: its page, or where there is none its findings."""

    source: str
    verdict: str
    about: str
    reasons: tuple[str, ...]
    checked: str
    page: Page | None
    remarks: tuple[Remark, ...]


def html(report: Report, language: Language, invoices: Sequence[Invoice | None] = ()) -> str:
    """The report as HTML; `invoices` are those of its documents, in their order, as far as they could be read."""
    return document(
        "reporting/report.html",
        _TITLES[language],
        language=language,
        summary=summary(report, language),
        documents=tuple(_documents(report, language, invoices)),
    )


def _documents(report: Report, language: Language, invoices: Sequence[Invoice | None]) -> Iterator[_Shown]:
    first = 1  # the numbers of findings go on from document to document, for each is the target of a link
    for number, each in enumerate(report.documents):
        yield _shown(each, invoices[number] if number < len(invoices) else None, language, first)
        first += len(each.findings)


def _shown(each: DocumentReport, invoice: Invoice | None, language: Language, first: int) -> _Shown:
    page = with_remarks(page_of(invoice, language), each.findings, first=first) if invoice else None
    return _Shown(
        source=each.source or "-",
        verdict=verdict_word(each, language),
        about=about(each, language),
        reasons=reasons(each, language),
        checked=checked(each, language),
        page=page,
        remarks=() if page else remarks_of(each.findings, language, first=first),
    )
