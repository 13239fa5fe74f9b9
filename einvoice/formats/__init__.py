"""A report, written down: for a person (`text`), in its own form (`json`), or for the tools of others.

render(report, "junit", language="fr")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from einvoice.formats.junit import junit
from einvoice.formats.sarif import sarif
from einvoice.formats.text import Look, text
from einvoice.report import Report

__all__ = ["FORMATS", "Look", "render"]

Language = Literal["fr", "en"]


def _json(report: Report, _language: Language) -> str:
    return report.model_dump_json(indent=2, exclude_none=True) + "\n"


_WRITERS: dict[str, Callable[[Report, Language], str]] = {"json": _json, "sarif": sarif, "junit": junit}
FORMATS = ("text", *_WRITERS)


def render(report: Report, form: str, *, language: Language = "fr", look: Look | None = None) -> str:
    """The report in one of `FORMATS`; `look` is the width and the colours of the text form.

    Raises `KeyError` for another form.
    """
    return text(report, language, look or Look()) if form == "text" else _WRITERS[form](report, language)
