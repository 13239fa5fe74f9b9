"""How a page is made: rendered here, in the language of who asks, without script, under headers that allow little."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

import einvoice as ei
from einvoice.france import lifecycle
from einvoice_server.clock import legal
from einvoice_server.platform import Platform
from einvoice_server.words import TEXTS, word_of

__all__ = ["HEADERS", "Shown", "language_of", "status_name"]

_CSP = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-src 'self'; base-uri 'none'"
HEADERS = {
    "Content-Security-Policy": f"{_CSP}; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_ENVIRONMENT = Environment(
    loader=PackageLoader("einvoice_server"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Shown:
    """Renders pages in the language of the request."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A page."""
        language = language_of(request)
        texts = TEXTS[language]
        common = {
            "t": texts,
            "lang": language,
            "other": "en" if language == "fr" else "fr",
            "path": request.url.path,
            "platform": self.platform.settings,
            "when": lambda at: _when(at, language),
            "day": lambda at: _day(at, language),
            "values": lambda finding: ei.shown_values(finding, language),
            "about": lambda document: ei.headline(document, language),
            "told_why": lambda reason: (language == "en" and reason.get("en")) or reason["reasonMessage"],
            "money": lambda amount: _money(amount, language),
            "status": lambda code, kind="invoice": status_name(code, kind, language),
        }
        made = _ENVIRONMENT.get_template(template).render(**common, **values)
        answer = HTMLResponse(made, status, headers=HEADERS)
        if request.query_params.get("lang") in TEXTS:
            answer.set_cookie("lang", language, samesite="strict", httponly=True)
        return answer


def language_of(request: Request) -> Any:
    """The language that the page is asked for in."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    if asked not in TEXTS:
        asked = "en" if request.headers.get("accept-language", "fr").lower().startswith("en") else "fr"
    return asked


def status_name(code: str, kind: str, language: str) -> str:
    """A status in words."""
    known = lifecycle.STATUSES.get(code)
    if known is None:
        return TEXTS[language].get(f"mandate_{code}", word_of(kind, code))
    return known.name_fr if language == "fr" else known.name_en


def _when(at: int | None, language: str) -> str:
    if at is None:
        return ""
    shown = legal(at)
    return f"{_day(shown.date(), language)}, {shown:%H:%M}"


def _day(at: dt.date | None, language: str) -> str:
    if at is None:
        return ""
    return f"{at:%d/%m/%Y}" if language == "fr" else f"{at.day} {at:%b %Y}"


def _money(amount: Decimal | None, language: str) -> str:
    if amount is None:
        return ""
    text = f"{amount:,.2f}"
    return text.replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",") if language == "fr" else text
