"""A report as one HTML file: the verdict on each document, and its findings where they belong on the readable view.

Who has to mend an invoice knows it as a page, not as a path in XML. Where the invoice could not be read, or is not
given, its findings are a list. The file needs nothing else and runs nothing, as the view itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Literal

from einvoice.model import Invoice
from einvoice.report import DocumentReport, Report
from einvoice.reporting.text import about, checked, reasons, summary, verdict_word
from einvoice.view.html import document as html_document
from einvoice.view.html import listed, sheet
from einvoice.view.layout import page_of
from einvoice.view.remarks import remarks_of, with_remarks

__all__ = ["html"]

Language = Literal["fr", "en"]
_TITLES = {"fr": "Rapport", "en": "Report"}


def html(report: Report, language: Language, invoices: Sequence[Invoice | None] = ()) -> str:
    """The report as HTML; `invoices` are those of its documents, in their order, as far as they could be read."""
    body = [f'<main class="sheet">{_overview(report, language)}</main>']
    first = 1  # the numbers of findings go on from document to document, for each is the target of a link
    for number, each in enumerate(report.documents):
        invoice = invoices[number] if number < len(invoices) else None
        body.append("".join(_document(each, invoice, language, number, first)))
        first += len(each.findings)
    return html_document(_TITLES[language], body, language=language).decode()


def _overview(report: Report, language: Language) -> str:
    rows = "".join(
        f'<tr><td><a href="#document-{number}">{escape(each.source or "-")}</a></td>'
        f"<td><strong>{verdict_word(each, language)}</strong></td><td>{escape(about(each, language))}</td></tr>"
        for number, each in enumerate(report.documents)
    )
    return (
        f"<header><h1>{_TITLES[language]}</h1></header>"
        f'<p class="checks">{escape(summary(report, language))}</p>'
        f"<section><table><tbody>{rows}</tbody></table></section>"
    )


def _document(
    each: DocumentReport, invoice: Invoice | None, language: Language, number: int, first: int
) -> Iterator[str]:
    yield f'<article class="sheet" id="document-{number}">'
    yield f"<p><strong>{escape(each.source or '-')} – {verdict_word(each, language)}</strong></p>"
    yield f"<p><small>{escape(about(each, language))}</small></p>"
    yield from (f'<p class="remark warning">{escape(reason)}</p>' for reason in reasons(each, language))
    yield f"<p><small>{escape(checked(each, language))}</small></p>"
    if invoice is None:
        yield listed(remarks_of(each.findings, language, first=first))
    else:
        yield sheet(with_remarks(page_of(invoice, language), each.findings, first=first))
    yield "</article>"
