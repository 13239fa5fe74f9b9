"""The page as one HTML file that needs nothing else: no script, no font, no address that a browser would open.

Texts of the invoice come from strangers. The templates escape them without exception (see `templates`), and a
Content-Security-Policy forbids all but the page's own style sheet and script (named by their hashes; the view has no
script) and images in the file itself, so that even a mistake here could neither run nor fetch anything of theirs.
Source: W3C Content Security Policy Level 3.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from einvoice.view.logo import Logo
from einvoice.view.page import Page, Spans
from einvoice.view.templates import filled


def html_of(page: Page, logo: Logo | None = None) -> bytes:
    """The page as an HTML document in UTF-8."""
    names = [" ".join(filter(None, (page.title, _plain(page.number)))), _plain(page.seller)]
    title = " – ".join(filter(None, names))
    return document("view/page.html", title, language=page.language, look=page.family, page=page, logo=logo).encode()


def document(template: str, title: str, *, style: str = "", script: str = "", **values: Any) -> str:
    """What a template that extends `view/document.html` makes, with a policy that forbids all that is not ours.

    `style` is added to that of the view, `script` is what the page runs.
    """
    style = (Path(__file__).parent / "page.css").read_text(encoding="utf-8") + style
    runs = f" script-src {_hash(script)};" if script else ""
    policy = f"default-src 'none'; style-src {_hash(style)};{runs} img-src data:; base-uri 'none'; form-action 'none'"
    return filled(template, title=title, style=style, script=script, policy=policy, **values)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _plain(spans: Spans) -> str:
    return "".join(span.text for span in spans)
