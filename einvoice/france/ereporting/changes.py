"""What changed between two reports of one period, in the words of a bookkeeper.

    for change in changes(sent, correction):
        print(change.place, change.sent, "→", change.now)
    # transactions.sales[2026-11-03 TLB1 EUR].rates[20].taxable_amount  120.00 → 100.00

Invoices are told apart by number and day, daily sales by day, category and currency, VAT by rate: the order in which a
report lists them means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel

from einvoice.draft.rounding import short
from einvoice.france.ereporting.report import DailyPayments, DailySales, EReport, InvoicePayment, PaidPart
from einvoice.model import Invoice, VatBreakdown

__all__ = ["Change", "changes"]


@dataclass(frozen=True, slots=True)
class Change:
    """A value that differs; None where one of the reports does not have it."""

    place: str
    sent: str | None
    now: str | None


def changes(sent: EReport, other: EReport) -> tuple[Change, ...]:
    """Where what two reports tell of transactions and payments differs; who sent them and when does not count."""
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
    for name in ("transactions", "payments"):
        part = getattr(report, name)
        if part is not None:
            yield from _values(part, name)


def _values(value: object, place: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _values(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, tuple):
        seen: dict[str, int] = {}
        for index, each in enumerate(value):
            key = _key(each, index)
            seen[key] = seen.get(key, 0) + 1
            yield from _values(each, f"{place}[{key}]" if seen[key] == 1 else f"{place}[{key} ({seen[key]})]")
    elif value is not None:
        yield place, value


def _key(item: object, index: int) -> str:
    """What tells an item from its neighbours; its position where nothing does."""
    for kind, names in _KEYS.items():
        if isinstance(item, kind):
            parts = (getattr(item, name) for name in names)
            return " ".join(str(short(part)) if isinstance(part, Decimal) else str(part) for part in parts if part)
    return str(index)


_KEYS: dict[type[BaseModel], tuple[str, ...]] = {
    Invoice: ("number", "issue_date"),
    InvoicePayment: ("number", "day"),
    DailySales: ("day", "category_code", "currency_code"),
    DailyPayments: ("day",),
    PaidPart: ("rate",),
    VatBreakdown: ("category_code", "rate"),
}
