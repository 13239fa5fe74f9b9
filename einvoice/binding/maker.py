"""Model objects from the values that a reader found, and back to values for the writer.

    maker.build({"number": "F1", "totals.amount_due": Decimal(1)})     # Invoice(number="F1", totals=Totals(...))
    maker.values(invoice)                                              # the same dictionary: what is present, dotted

The values are typed already, so the objects are filled without pydantic's validation, three times as fast as
`model_construct`. They are the same objects: equal, frozen, dumped and copied alike (a test holds this).
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

__all__ = ["Maker", "annotation_of", "makers"]

_NONE: tuple[Any, ...] = ()  # the one empty tuple: "is not" then tells absent repeats faster than a comparison
_set = object.__setattr__  # the models are frozen for everyone else


class Maker:
    """Builds objects of one model, whose 0..1 groups may be given by dotted keys."""

    def __init__(self, model: type[BaseModel], keys: Iterable[str]) -> None:
        """`keys` are the dotted keys in use: only groups named there are flattened."""
        self.model = model
        self._defaults = {name: info.get_default() for name, info in model.model_fields.items()}
        self._many = frozenset(name for name, default in self._defaults.items() if default == ())
        members: dict[str, set[str]] = {}
        for key in keys:
            group, dot, member = key.partition(".")
            if dot:
                members.setdefault(group, set()).add(member)
        self._groups = tuple(
            (group, Maker(_model_of(annotation_of(model, group)), names), {f"{group}.{name}": name for name in names})
            for group, names in members.items()
        )

    def build(self, values: dict[str, Any]) -> BaseModel:
        """The object that has these values; repeated ones are given as lists. The dictionary is used up."""
        for key in self._many:
            if key in values:
                values[key] = tuple(values[key])
        for group, maker, names in self._groups:
            if not values.keys().isdisjoint(names):
                values[group] = maker.build({name: values.pop(key) for key, name in names.items() if key in values})
        new = self.model.__new__(self.model)
        _set(new, "__dict__", {**self._defaults, **values})
        _set(new, "__pydantic_fields_set__", set(values))
        _set(new, "__pydantic_extra__", None)
        _set(new, "__pydantic_private__", None)
        return new

    def values(self, item: BaseModel) -> dict[str, Any]:
        """What the object holds: neither None nor an empty tuple, members of its groups by dotted key."""
        values = {key: value for key, value in item.__dict__.items() if value is not None and value is not _NONE}
        for group, maker, names in self._groups:
            part = values.pop(group, None)
            if part is not None:
                inner = maker.values(part)
                values.update((key, inner[name]) for key, name in names.items() if name in inner)
        return values


def makers(keys: Mapping[type[BaseModel], Iterable[str]]) -> dict[type[BaseModel], Maker]:
    """One maker for each model."""
    return {model: Maker(model, used) for model, used in keys.items()}


def annotation_of(model: type[BaseModel], key: str) -> Any:
    """The annotation of a dotted attribute. Raises `KeyError` for one that does not exist."""
    name, _, rest = key.partition(".")
    hint = typing.get_type_hints(model, include_extras=True)[name]
    return annotation_of(_model_of(hint), rest) if rest else hint


def _model_of(annotation: Any) -> type[BaseModel]:
    """The model inside `Totals | None`."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        annotation = next(a for a in typing.get_args(annotation) if a is not type(None))
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        raise KeyError(f"{annotation} is no group")
    return annotation
