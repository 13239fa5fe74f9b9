"""What the model says of a value besides the value: the name of its data type."""

from __future__ import annotations

from functools import cache
from typing import get_args

from einvoice.values import Model


@cache
def data_type(owner: type[Model], field: str) -> str:
    """The name that the model gives to a field's data type: Amount, Quantity, ...; empty where it gives none."""
    waiting = [owner.model_fields[field].annotation, *owner.model_fields[field].metadata]
    for each in waiting:
        if isinstance(each, str):
            return each
        waiting.extend((*get_args(each), *getattr(each, "__metadata__", ())))
    return ""


def says_nothing(field: str, value: object) -> bool:
    """Whether a page need not show a value: none, an empty text, and no others of its kind (`Unread.more`)."""
    return value is None or value == "" or (field == "more" and not value)
