"""What changed between two reports of one period, in the words of a bookkeeper.

    for change in changes(sent, correction):
        print(change.place, change.sent, "→", change.now)
    # transactions.sales[2026-11-03 TLB1 EUR].rates[20].taxable_amount  120.00 → 100.00

Invoices are told apart by number and day, daily sales by day, category and currency, VAT by rate: the order in which a
report lists them means nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from pydantic import BaseModel

from einvoice.draft.rounding import short
from einvoice.france.ereporting.report import DailyPayments, DailySales, EReport, InvoicePayment, PaidPart
from einvoice.model import Invoice, VatBreakdown
from einvoice.paths import Path, walk


@dataclass(frozen=True, slots=True)
class Change:
    """A value that differs; None where one of the reports does not have it."""

    place: str
    sent: str | None
    now: str | None


def changes(sent: EReport, other: EReport) -> tuple[Change, ...]:
    """Where what two reports tell of transactions and payments differs: from the one that was `sent` to the `other`.

    Who sent them and when does not count. Each change has the item, and the two values as texts.
    """
    before, after = dict(_told(sent)), dict(_told(other))
    places = sorted({*before, *after})
    return tuple(
        Change(place, _text(before.get(place)), _text(after.get(place)))
        for place in places
        if before.get(place) != after.get(place)
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _told(report: EReport) -> Iterator[tuple[str, object]]:
    """Every value of both parts, at a place that says which invoice or day it belongs to instead of a position."""
    places: dict[Path, str] = {}
    for path, value in chain(*(walk(getattr(report, name), Path((name,)), groups=True) for name in _PARTS)):
        place = places.setdefault(path, f"{places.get(path.parent, '')}.{path.name}".removeprefix("."))
        if isinstance(value, tuple):
            places.update({path / index: f"{place}[{key}]" for index, key in enumerate(_keys(value))})
        elif not isinstance(value, BaseModel):
            yield place, value


def _keys(items: tuple[object, ...]) -> Iterator[str]:
    """What tells each item from its neighbours; those that nothing tells apart are numbered."""
    seen: Counter[str] = Counter()
    for index, item in enumerate(items):
        key = _key(item, index)
        seen[key] += 1
        yield key if seen[key] == 1 else f"{key} ({seen[key]})"


def _key(item: object, index: int) -> str:
    """What tells an item from its neighbours; its position where nothing does."""
    for kind, names in _KEYS.items():
        if isinstance(item, kind):
            parts = (getattr(item, name) for name in names)
            return " ".join(str(short(part)) if isinstance(part, Decimal) else str(part) for part in parts if part)
    return str(index)


_PARTS = ("transactions", "payments")
_KEYS: dict[type[BaseModel], tuple[str, ...]] = {
    Invoice: ("number", "issue_date"),
    InvoicePayment: ("number", "day"),
    DailySales: ("day", "category_code", "currency_code"),
    DailyPayments: ("day",),
    PaidPart: ("rate",),
    VatBreakdown: ("category_code", "rate"),
}
