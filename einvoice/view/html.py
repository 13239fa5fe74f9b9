"""The page as one HTML file that needs nothing else: no script, no font, no address that a browser would open.

Texts of the invoice come from strangers. The templates escape them without exception (see `templates`), and a
Content-Security-Policy forbids all but the page's own style sheet (named by its hash) and images in the file itself, so
that even a mistake here could neither run nor fetch anything. Source: W3C Content Security Policy Level 3.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from einvoice.data import Language
from einvoice.view.logo import Logo
from einvoice.view.page import Page, Spans
from einvoice.view.templates import filled


def html_of(page: Page, logo: Logo | None = None) -> bytes:
    """The page as an HTML document in UTF-8."""
    names = [" ".join(filter(None, (page.title, _plain(page.number)))), _plain(page.seller)]
    title = " – ".join(filter(None, names))
    return document("view/page.html", title, language=page.language, look=page.family, page=page, logo=logo).encode()


def document(template: str, title: str, *, language: Language, look: str = "", **values: Any) -> str:
    """What a template that extends `view/document.html` makes, with the style and the policy that forbids all else."""
    style, policy = _style_and_policy()
    return filled(template, title=title, language=language, look=look, style=style, policy=policy, **values)


@cache
def _style_and_policy() -> tuple[str, str]:
    style = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return style, (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _plain(spans: Spans) -> str:
    return "".join(span.text for span in spans)
