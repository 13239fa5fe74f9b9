"""What of an object is not in another: the account of a conversion.

    differences(invoice, invoice_read_back)      # ("lines[0].amount_with_vat", "delivery_terms.code")

A syntax's losses are found by writing and reading back, not by a second table: what does not come back is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

__all__ = ["differences"]


def differences(item: BaseModel, other: BaseModel, *, ignore: tuple[str, ...] = ("unread",)) -> tuple[str, ...]:
    """The paths of values that `item` has and `other` lacks or has otherwise. Repeats are compared by content first."""
    return tuple(_model(item, other, "", ignore))


def _model(item: BaseModel, other: BaseModel, path: str, ignore: tuple[str, ...] = ()) -> Iterator[str]:
    for key in type(item).model_fields:
        if key in ignore:
            continue
        value, found = getattr(item, key), getattr(other, key)
        if value is None or value == found:
            continue
        place = f"{path}{key}"
        if isinstance(value, tuple):
            yield from _repeats(value, found, place)
        else:
            yield from _value(value, found, place)


def _value(value: Any, found: Any, place: str) -> Iterator[str]:
    if isinstance(value, BaseModel) and isinstance(found, type(value)):
        yield from _model(value, found, f"{place}.")
    elif isinstance(value, BaseModel):
        yield from _model(value, type(value)(), f"{place}.")
    else:
        yield place


def _repeats(values: tuple[Any, ...], found: tuple[Any, ...], place: str) -> Iterator[str]:
    """An item that stands elsewhere is not lost; what is left over is compared in order."""
    left = list(found)
    rest = []
    for index, value in enumerate(values):
        if value in left:
            left.remove(value)
        else:
            rest.append((index, value))
    for position, (index, value) in enumerate(rest):
        if position < len(left):
            yield from _value(value, left[position], f"{place}[{index}]")
        else:
            yield f"{place}[{index}]"
