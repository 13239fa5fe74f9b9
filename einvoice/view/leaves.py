"""Every value of an invoice and where it stands, from the model itself, so that no field can be forgotten.

[leaf.path for leaf in leaves(invoice)]   # ["number", "issue_date", ..., "lines[0].item_name", ...]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import get_args

from einvoice.model import Model

__all__ = ["Leaf", "data_type", "leaves"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value of the invoice that is no group of others, where it stands and the part that holds it."""

    path: str
    owner: Model
    field: str


def leaves(part: Model, path: str = "") -> Iterator[Leaf]:
    """Every value that the invoice (or a part of it) has, in the model's order, to any depth of sub-lines."""
    waiting: list[Leaf] = _fields(part, path)
    while waiting:
        leaf = waiting.pop()
        value = getattr(leaf.owner, leaf.field)
        if isinstance(value, Model):
            waiting += _fields(value, leaf.path)
        elif isinstance(value, tuple):
            for index in reversed(range(len(value))):
                waiting += _fields(value[index], f"{leaf.path}[{index}]")
        elif value is not None and value != "":
            yield leaf


def _fields(part: Model, path: str) -> list[Leaf]:
    """The fields of one part, last one first."""
    names = reversed(type(part).model_fields)
    return [Leaf(f"{path}.{name}" if path else name, part, name) for name in names]


@cache
def data_type(owner: type[Model], field: str) -> str:
    """The name that the model gives to a field's data type: Amount, Quantity, ...; empty where it gives none."""
    waiting = [owner.model_fields[field].annotation, *owner.model_fields[field].metadata]
    for each in waiting:
        if isinstance(each, str):
            return each
        waiting.extend((*get_args(each), *getattr(each, "__metadata__", ())))
    return ""
