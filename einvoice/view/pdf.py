"""The page as a PDF: PDF/A-3a and PDF/UA-1, tagged, made by Typst.

Typst gets its own file (`page.typ`) and the page as JSON; texts of the invoice are never part of the program. The fonts
are Inter (here, `fonts/`) and those inside Typst, so that the result is the same on every machine. They have the Latin,
Greek, Cyrillic, Armenian, Georgian and Hebrew alphabets and part of the Arabic one. PDF/A forbids a character that no
font can draw, so any other one (Chinese, emoji, ...) is spelled out as `[U+4E2D]`; the HTML view has no such limit.

Sources: ISO 19005-3 (PDF/A-3) §6.2.11; ISO 14289-1 (PDF/UA-1).
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from einvoice.errors import MissingExtra, Unreadable
from einvoice.view.formatting import FIXED, NARROW
from einvoice.view.logo import Logo
from einvoice.view.page import Beside, Block, Card, Entries, Page, Row, Table, spans_of
from einvoice.view.words import label

HERE = Path(__file__).parent
LONG = 900  # characters: a row or a card with more may be broken over two pages
WORD = 24  # characters: a longer word may be broken anywhere, in a narrow column a shorter one
SIDE = 0.6  # of the width of the page, for what stands beside something else
BREAK = "\u200b"  # where a line may end; page.typ makes boxes of it, which leave no trace in copied text


def pdf_of(page: Page, date: datetime, logo: Logo | None = None) -> bytes:
    """The page as PDF; `MissingExtra` without Typst, `Unreadable` for a logo that cannot be drawn."""
    try:
        import typst  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError as error:
        raise MissingExtra("pdf") from error
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[HERE / "fonts"])
    # A letter and its accent may only exist in two different fonts; what Inter has itself always goes together.
    for glyphs in (_glyphs("inter") | _glyphs("fallback"), _glyphs("inter")):
        try:
            return typst.compile(
                (HERE / "page.typ").read_bytes(),
                font_paths=fonts,
                sys_inputs={"page": json.dumps(_page_data(page, logo, glyphs))},
                pdf_standards=["a-3a", "ua-1"],
                timestamp=date,
            )
        except typst.TypstError as error:
            refused = error
    if logo:
        raise Unreadable("EI-NO-LOGO-02", {"detail": str(refused.message)}) from refused
    raise refused


@cache
def _glyphs(fonts: str) -> frozenset[str]:
    """The characters that these fonts can draw: those of Inter, or those that only the fonts inside Typst have."""
    lines = (HERE / "data" / "glyphs.txt").read_text(encoding="utf-8").splitlines()
    ranges = next(line for line in lines if line.startswith(f"{fonts} ")).split()[1:]
    bounds = ([int(bound, 16) for bound in each.split("-")] for each in ranges)
    return frozenset(chr(code) for pair in bounds for code in range(pair[0], pair[-1] + 1))


def _page_data(page: Page, logo: Logo | None, glyphs: frozenset[str]) -> dict[str, Any]:
    """What `page.typ` reads: the page itself, and what it must know besides."""
    data: dict[str, Any] = _tree(replace(page, blocks=()), glyphs)
    data["blocks"] = list(_together(page.blocks, glyphs))
    data["logo"] = list(logo.data) if logo else None
    data["words"] = {key: label(key, page.language) for key in ("page", "page_of", "number", "logo")}
    data["words"]["verdict"] = label(page.verdict, page.language) if page.verdict else ""
    return data


def _together(blocks: tuple[Block, ...], glyphs: frozenset[str]) -> Iterator[Any]:
    """The blocks as data, the totals bound to the last row above them: no page begins with totals alone."""
    waiting = list(blocks)
    while waiting:
        block = waiting.pop(0)
        if not (waiting and isinstance(block, Table) and _are_totals(waiting[0]) and _length(block.rows[-1]) <= LONG):
            yield _tree(block, glyphs)
            continue
        kept = block.rows if _length(block) <= LONG / 2 else block.rows[-1:]
        if len(kept) < len(block.rows):
            yield _tree(replace(block, rows=block.rows[:-1]), glyphs)
        bound = {"table": _tree(replace(block, rows=kept), glyphs), "next": _tree(waiting.pop(0), glyphs)}
        yield {"kind": "Together", "whole": len(kept) == len(block.rows), **bound}


def _are_totals(block: Block) -> bool:
    """Whether this is the block with the totals, and short enough to be kept in one piece."""
    side = block.right if isinstance(block, Beside) else None
    return isinstance(side, Entries) and side.name == "totals" and _length(block) <= 2 * LONG


def _length(part: Any) -> int:
    return sum(len(span.text) for span in spans_of(part))


def _tree(part: Any, glyphs: frozenset[str], word: int = WORD, share: float = 1) -> Any:
    """Dataclasses as JSON objects with their `kind`, and with `long` where that matters; texts fit to be drawn."""
    if isinstance(part, str):
        return _drawn(part, glyphs, word)
    if isinstance(part, tuple):
        return [_tree(each, glyphs, word, share) for each in part]
    if not dataclasses.is_dataclass(part):
        return part
    names = [field.name for field in dataclasses.fields(part) if field.name != "path"]
    share = SIDE if isinstance(part, Beside) else share
    tree = {name: _tree(getattr(part, name), glyphs, word, share) for name in names}
    tree["kind"] = type(part).__name__
    if isinstance(part, Table):
        widths = [min(int(column.width * share) or WORD, WORD) for column in part.columns]
        for row, shown in zip(part.rows, tree["rows"], strict=True):
            shown["cells"] = [_tree(cell, glyphs, width) for cell, width in zip(row.cells, widths, strict=True)]
    if isinstance(part, (Card, Entries, Row)):
        tree["long"] = _length(part) > LONG
    return tree


def _drawn(text: str, glyphs: frozenset[str], word: int) -> str:
    """The text with characters that no font has spelled out, and with places to break words that are too long."""
    if not glyphs.issuperset(text):
        text = "".join(each if each in glyphs or each == "\n" else f"[U+{ord(each):04X}]" for each in text)
    return re.sub(rf"[^ \n\t]{{{word},}}", lambda found: _breakable(found[0], word), text)


def _breakable(text: str, word: int) -> str:
    """Breaks before the currency if that is enough (`1 234 567,89 USD`), then between thousands, then anywhere."""
    for spaces in (FIXED, FIXED + NARROW):
        pieces = re.sub(f"([{spaces}])", rf"\1{BREAK}", text)
        if max(map(len, pieces.split(BREAK))) <= word:
            return pieces
    return BREAK.join(text)
