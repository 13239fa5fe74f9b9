"""The readable view: an invoice as a page for people, in HTML or PDF.

    html = render_html(invoice)                      # French; language="en" for English
    pdf = render_pdf(invoice, findings=report.findings, logo=logo_bytes)

The view shows everything that the invoice holds. What goes where is said once, in `layout`, for both forms; the values
it gives no place are listed under their numbers. Nothing is computed, rounded or added: it shows the file.

    invoice ─layout─▶ Page ─remarks─▶ Page ─┬─html─▶ one HTML file
                                            └─pdf──▶ PDF/A-3a, PDF/UA-1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from datetime import date as day

from einvoice.data import Language
from einvoice.model import Invoice
from einvoice.report import Finding, Verdict
from einvoice.view.html import html_of
from einvoice.view.layout import page_of
from einvoice.view.logo import Logo
from einvoice.view.page import Page
from einvoice.view.pdf import pdf_of
from einvoice.view.remarks import with_remarks

__all__ = ["render_html", "render_pdf"]

EPOCH = day(1970, 1, 1)


def render_html(
    invoice: Invoice,
    *,
    language: Language = "fr",
    findings: Sequence[Finding] = (),
    verdict: Verdict | None = None,
    logo: bytes | None = None,
) -> bytes:
    """One HTML file that needs nothing else, in UTF-8; it prints on A4.

    `verdict` stands at the head, `findings` where they belong. `logo` is a PNG or JPEG image (`Unreadable` if it is
    neither).
    """
    page = _judged(invoice, language, findings, verdict)
    return html_of(page, Logo.of(logo) if logo else None)


def render_pdf(  # noqa: PLR0913 - each is a choice of the user, given by name
    invoice: Invoice,
    *,
    language: Language = "fr",
    findings: Sequence[Finding] = (),
    verdict: Verdict | None = None,
    logo: bytes | None = None,
    date: datetime | None = None,
) -> bytes:
    """A tagged PDF/A-3a (also PDF/UA-1) on A4, the same bytes for the same arguments.

    `date` is when the document was made, with its time zone. PDF/A demands one: without it, it is the issue date of the
    invoice (1970 if there is none), so that the result does not depend on today. Raises `MissingExtra` without Typst
    (`pip install 'einvoice-fr[pdf]'`), `Unreadable` for a logo that is no PNG or JPEG image.
    """
    made = date or datetime.combine(invoice.issue_date or EPOCH, time(), UTC)
    page = _judged(invoice, language, findings, verdict)
    return pdf_of(page, made, Logo.of(logo) if logo else None)


def _judged(invoice: Invoice, language: Language, findings: Sequence[Finding], verdict: Verdict | None) -> Page:
    return replace(with_remarks(page_of(invoice, language), findings), verdict=verdict)
