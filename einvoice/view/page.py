"""What stands on the page, before anyone says how it looks: blocks of spans, in reading order.

`layout` fills a `Page` from an `Invoice`; `html` and `pdf` draw it. Neither of the two knows the invoice, so both show
the same. A span that shows a value of the invoice carries that value's path. That is how a finding finds its place, and
how `others` knows which values have no place yet: a value counts as shown only if it is on the page.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from einvoice.data import Language
from einvoice.report import Verdict

P = TypeVar("P")

Look = Literal["", "strong", "muted", "code"]  # code: beside its meaning, so small and grey


@dataclass(frozen=True, slots=True)
class Span:
    """Some text: a value of the invoice where `path` says which, otherwise words of the view itself."""

    text: str
    path: str = ""
    look: Look = ""
    marks: tuple[int, ...] = ()  # numbers of the findings about this value


Spans = tuple[Span, ...]
Cell = tuple[Spans, ...]  # one paragraph or several


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding, shown below the block that holds what it is about."""

    number: int
    severity: str  # error, warning or information
    heading: str  # "Erreur BR-CO-10"
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and its value."""

    label: str
    value: Spans
    look: Literal["", "sum", "due"] = ""  # a total; the amount to pay


@dataclass(frozen=True, slots=True)
class Entries:
    """Labels with their values; `name` says which part of the page it is."""

    name: str
    title: str
    entries: tuple[Entry, ...]
    path: str = ""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A party or a place: its name and address, then labelled values."""

    title: str
    lines: tuple[Spans, ...]
    entries: tuple[Entry, ...]
    path: str
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards side by side."""

    name: str
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `width` in percent, 0 for what is left."""

    label: str
    width: int
    figures: bool = False  # set flush right


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `level` says how deep it stands under other rows."""

    cells: tuple[Cell, ...]
    path: str
    level: int = 0
    look: Literal["", "group", "muted"] = ""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header that is repeated on every page."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Blocks, one below the other, and one beside them; that keeps its place when there is nothing on the left."""

    left: tuple[Block, ...]
    right: Block | None


Block = Entries | Cards | Table | Beside


@dataclass(frozen=True, slots=True)
class Page:
    """The whole document."""

    language: Language
    title: str  # "Facture", "Avoir"
    type_code: Spans
    number: Spans
    seller: Spans  # at the head, where there is no logo
    family: Literal["invoice", "credit_note"]
    blocks: tuple[Block, ...]
    verdict: Verdict | None = None  # of an invoice that was judged
    checks: str = ""  # "Contrôles : 2 erreurs, 1 avertissement"; empty when there was nothing to say
    remarks: tuple[Remark, ...] = ()  # findings about the head, and those that have no place on the page


def spans_of(part: Any) -> Iterator[Span]:
    """Every span of a page or of any part of one, in reading order."""
    return parts_of(part, Span)


def parts_of(part: Any, *kinds: type[P]) -> Iterator[P]:
    """Every part of those kinds in a page or in any part of one, in reading order; none is looked for in another."""
    if isinstance(part, kinds):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from parts_of(each, *kinds)
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from parts_of(getattr(part, field.name), *kinds)
