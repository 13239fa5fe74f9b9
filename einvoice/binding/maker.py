"""Model objects from the values that a reader found, and back to values for the writer.

    maker.build({"number": "F1", "totals": {"amount_due": Decimal(1)}})    # Invoice(number="F1", totals=Totals(...))
    maker.values(invoice)                                   # {"number": "F1", "totals.amount_due": Decimal(1)}

The values are typed already, so the objects are filled without pydantic's validation (`einvoice.filled`).
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from einvoice.filled import filled

_NONE: tuple[Any, ...] = ()  # the one empty tuple: "is not" then tells absent repeats faster than a comparison


class Maker:
    """Builds objects of one model and takes them apart."""

    def __init__(self, model: type[BaseModel], keys: Iterable[str] = ()) -> None:
        """`keys` are the attributes in use, those of 0..1 groups dotted: `totals.amount_due`."""
        self.model = model
        self._defaults = {name: info.get_default() for name, info in model.model_fields.items()}
        self._many = tuple(name for name, default in self._defaults.items() if default == ())
        members: dict[str, list[tuple[str, str]]] = {}
        for key in sorted(keys):
            group, dot, member = key.partition(".")
            if dot:
                members.setdefault(group, []).append((key, member))
        self._groups = tuple((group, _group(model, group), tuple(names)) for group, names in members.items())

    def build(self, values: dict[str, Any]) -> BaseModel:
        """The object that has these values, repeated ones given as lists, groups as dictionaries. All are used up."""
        for key in self._many:
            if key in values:
                values[key] = tuple(values[key])
        for group, maker, _ in self._groups:
            if group in values:
                part = values.pop(group)
                if part:
                    values[group] = maker.build(part)
        return filled(self.model, {**self._defaults, **values}, set(values))

    def values(self, item: BaseModel) -> dict[str, Any]:
        """What the object holds: neither None nor an empty tuple, members of its groups by dotted key."""
        values = {key: value for key, value in item.__dict__.items() if value is not None and value is not _NONE}
        for group, _, names in self._groups:
            if group in values:
                part = values.pop(group).__dict__
                for key, name in names:
                    value = part[name]
                    if value is not None and value is not _NONE:
                        values[key] = value
        return values


def makers(keys: Mapping[type[BaseModel], Iterable[str]]) -> dict[type[BaseModel], Maker]:
    """One maker for each model."""
    return {model: Maker(model, used) for model, used in keys.items()}


def annotation_of(model: type[BaseModel], key: str) -> Any:
    """The annotation of an attribute, or of `group.attribute`. Raises `KeyError` for one that does not exist."""
    name, _, rest = key.partition(".")
    hint = _hints(model)[name]
    return annotation_of(_model_of(hint), rest) if rest else hint


@cache
def _hints(model: type[BaseModel]) -> dict[str, Any]:
    return typing.get_type_hints(model, include_extras=True)


def _group(model: type[BaseModel], group: str) -> Maker:
    return Maker(_model_of(annotation_of(model, group)))


def _model_of(annotation: Any) -> type[BaseModel]:
    """The model inside `Totals | None`."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        annotation = next(a for a in typing.get_args(annotation) if a is not type(None))
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        raise KeyError(f"{annotation} is no group")
    return annotation
