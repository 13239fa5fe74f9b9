"""A report, written down: for a person (`text`, `html`), in its own form (`json`), or for the tools of others.

render(report, "junit", language="fr")
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from einvoice.data import Language
from einvoice.model import Invoice
from einvoice.report import Report
from einvoice.reporting.github import github
from einvoice.reporting.junit import junit
from einvoice.reporting.sarif import sarif
from einvoice.reporting.statistics import statistics
from einvoice.reporting.text import Look, text
from einvoice.visible import all_visible, escaped

__all__ = ["FORMATS", "Look", "render"]


def _json(report: Report, _language: Language) -> str:
    return escaped(report.model_dump_json(indent=2, exclude_none=True)) + "\n"


_WRITERS: dict[str, Callable[[Report, Language], str]] = {
    "json": _json,
    "sarif": sarif,
    "junit": junit,
    "github": github,
    "statistics": statistics,
}
FORMATS = ("text", *_WRITERS, "html")


def render(
    report: Report,
    form: str,
    *,
    language: Language = "fr",
    look: Look | None = None,
    invoices: Sequence[Invoice | None] = (),
) -> str:
    """The report in one of `FORMATS`.

    `look` is the width and the colours of the text form. HTML shows the `invoices` of the broken documents with the
    findings at their place, and that of a report on one document in any case. Raises `KeyError` for another form. What
    a document's author hid in its texts is made visible; in JSON it stays, escaped.
    """
    if form == "html":
        from einvoice.reporting.html import html  # noqa: PLC0415 - the view is loaded for this form only

        return html(report, language, invoices)
    if form != "json":
        report = all_visible(report)
    return text(report, language, look or Look()) if form == "text" else _WRITERS[form](report, language)
