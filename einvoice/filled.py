"""Model objects whose values are typed already: filled without pydantic's validation.

    filled(Totals, {"amount_due": Decimal(1), ...}, {"amount_due"})

Three times as fast as `model_construct`. They are the same objects: equal, frozen, dumped and copied alike (a test
holds this).
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)
_set = object.__setattr__  # the models are frozen for everyone else


def filled(model: type[M], values: dict[str, Any], given: set[str]) -> M:
    """An object with just these values, one for each field; `given` are the names that do not stand for a default."""
    new = model.__new__(model)
    _set(new, "__dict__", values)
    _set(new, "__pydantic_fields_set__", given)
    _set(new, "__pydantic_extra__", None)
    _set(new, "__pydantic_private__", None)
    return new
