"""The page as one HTML file that needs nothing else: no script, no font, no address that a browser would open.

Texts of the invoice come from strangers. They are escaped without exception, and a Content-Security-Policy forbids all
but the page's own style sheet (named by its hash) and images in the file itself, so that even a mistake here could
neither run nor fetch anything. Sources: W3C Content Security Policy Level 3; HTML Living Standard §13.3 (escaping).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path

from einvoice.view.formatting import FIXED
from einvoice.view.logo import Logo
from einvoice.view.page import (
    Beside,
    Block,
    Card,
    Cards,
    Cell,
    Column,
    Entries,
    Page,
    Remark,
    Row,
    Span,
    Spans,
    Table,
)
from einvoice.view.words import label

__all__ = ["document", "html_of", "listed", "sheet"]

LOOKS = {"strong": ("<strong>", "</strong>"), "muted": ("<small>", "</small>"), "code": ("<code>", "</code>")}
CHIP = 12  # characters of a code that may stand out as one word


@cache
def _style() -> str:
    return (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def html_of(page: Page, logo: Logo | None = None) -> bytes:
    """The page as an HTML document in UTF-8."""
    names = [" ".join(filter(None, (page.title, _plain(page.number)))), _plain(page.seller)]
    title = " – ".join(filter(None, names))
    return document(
        title, (f'<main class="sheet">{sheet(page, logo)}</main>',), language=page.language, look=page.family
    )


def sheet(page: Page, logo: Logo | None = None) -> str:
    """What stands on the sheet of one invoice."""
    return "\n".join((_head(page, logo), *(_block(block) for block in page.blocks)))


def listed(remarks: tuple[Remark, ...]) -> str:
    """Remarks, one below the other, each the target of the marks with its number."""
    return "".join(
        f'<p class="remark {remark.severity}" id="finding-{remark.number}"><b>{remark.number}</b> '
        f"<strong>{escape(remark.heading)}</strong> {escape(remark.text)}</p>"
        for remark in remarks
    )


def document(title: str, body: Iterable[str], *, language: str, look: str = "") -> bytes:
    """An HTML document around a body, with the style of the view and the policy that forbids all else."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="{language}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>{style}</style>",
            "</head>",
            f'<body class="{look}">',
            *body,
            "</body>",
            "</html>",
            "",
        )
    ).encode()


def _head(page: Page, logo: Logo | None) -> str:
    """Logo or seller on the left, what this is and its number on the right, then what the checks found."""
    if logo:
        source = f"data:{logo.mime_type};base64,{base64.b64encode(logo.data).decode('ascii')}"
        sender = f'<img class="logo" src="{source}" alt="{escape(label("logo", page.language))}">'
    else:
        sender = f'<p class="sender">{_spans(page.seller)}</p>'
    number = f'<span class="number">{escape(label("number", page.language))} {_spans(page.number)}</span>'
    checks = f'<p class="checks">{escape(page.checks)}</p>'
    return (
        f"<header>{sender}<h1>{escape(page.title)} {_spans(page.type_code)}"
        f"{number if page.number else ''}</h1></header>"
        f"{checks if page.checks else ''}{listed(page.remarks)}"
    )


def _block(block: Block | None) -> str:
    match block:
        case Entries():
            return _section(block.name, block.title, _entries(block) + listed(block.remarks))
        case Cards():
            cards = "".join(_card(card, "h3" if block.title else "h2") for card in block.cards)
            return _section(block.name, block.title, f'<div class="cards">{cards}</div>')
        case Table():
            return _section(block.name, block.title, _table(block))
        case Beside():
            single = " single" if not (block.left and block.right) else ""
            return f'<div class="beside{single}"><div>{_block(block.left)}</div><div>{_block(block.right)}</div></div>'
        case None:
            return ""


def _section(name: str, title: str, inner: str) -> str:
    heading = f"<h2>{escape(title)}</h2>" if title else ""
    return f'<section class="{name}">{heading}{inner}</section>'


def _entries(block: Entries) -> str:
    """Totals are a table, for their figures stand in a column; all other entries are a list of descriptions."""
    if block.name == "totals":
        rows = "".join(
            f'<tr class="{entry.look}"><th scope="row">{escape(entry.label)}</th><td>{_spans(entry.value)}</td></tr>'
            for entry in block.entries
        )
        return f"<table><tbody>{rows}</tbody></table>"
    rows = "".join(
        f'<div class="{entry.look}"><dt>{escape(entry.label)}</dt><dd>{_spans(entry.value)}</dd></div>'
        for entry in block.entries
    )
    return f"<dl>{rows}</dl>"


def _card(card: Card, heading: str) -> str:
    lines = "".join(f"<p>{_spans(line)}</p>" for line in card.lines)
    entries = "".join(f"<dt>{escape(entry.label)}</dt><dd>{_spans(entry.value)}</dd>" for entry in card.entries)
    details = f"<dl>{entries}</dl>" if entries else ""
    title = f"<{heading}>{escape(card.title)}</{heading}>"
    return f'<article class="card">{title}{lines}{details}{listed(card.remarks)}</article>'


def _table(table: Table) -> str:
    widths = "".join(f'<col class="w{column.width}">' for column in table.columns)  # no style attribute: see the policy
    heads = "".join(f'<th scope="col"{_figures(column)}>{escape(column.label)}</th>' for column in table.columns)
    rows = "".join(_row(row, table.columns) for row in table.rows)
    return f"<table><colgroup>{widths}</colgroup><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _row(row: Row, columns: tuple[Column, ...]) -> str:
    cells = "".join(
        f"<td{_figures(column)}>{_cell(cell, column)}</td>" for cell, column in zip(row.cells, columns, strict=True)
    )
    shown = f'<tr class="{row.look} level{min(row.level, 4)}">{cells}</tr>'
    if not row.remarks:
        return shown
    return f'{shown}<tr class="remarks"><td colspan="{len(columns)}">{listed(row.remarks)}</td></tr>'


def _figures(column: Column) -> str:
    return ' class="figures"' if column.figures else ""


def _cell(cell: Cell, column: Column) -> str:
    """The paragraphs of a cell; an amount too wide for its column breaks before the currency, not among its digits."""
    text = "".join(f"<p>{_spans(spans)}</p>" for spans in cell)
    return text.replace(FIXED, f"{FIXED}<wbr>") if column.figures else text


def _spans(spans: Spans) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    before, after = LOOKS.get(span.look, ("", ""))
    if span.look == "code" and len(span.text) > CHIP:
        before = '<code class="long">'
    marks = "".join(f'<sup><a href="#finding-{number}">{number}</a></sup>' for number in span.marks)
    text = f"{before}{escape(span.text)}{after}"
    return f"<mark>{text}</mark>{marks}" if marks else text


def _plain(spans: Spans) -> str:
    return "".join(span.text for span in spans)
