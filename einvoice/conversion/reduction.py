"""An invoice with nothing but chosen terms: what a smaller profile, or the tax office's extract, can hold.

    small, lost = reduced(invoice, {"BT-1", "BT-2", ...})
    lost                                # (lines[0].item_description, ...), as paths

A profile is a filter over the terms, never another model. A part of a term (the scheme of an identifier) goes with it.
A field that no term names (the role of the seller) is beyond the standard: it is left out, unless `unnumbered` fields
are wanted. What a profile refuses although it has the term is the matter of `fitting`.

Sources: Factur-X 1.0 (1.09), the XML schema of each profile; XP Z12-012 annex A (line subtypes).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any, TypeVar

from einvoice.model import Invoice
from einvoice.paths import Path
from einvoice.terms import nearest_number, term
from einvoice.values import Model

SUBTYPE = "EXT-FR-FE-163"  # the term that says whether a line is a detail

M = TypeVar("M", bound=Model)
_number_of = lru_cache(maxsize=4096)(nearest_number)


def reduced(invoice: Invoice, terms: Collection[str], *, unnumbered: bool = False) -> tuple[Invoice, tuple[Path, ...]]:
    """The invoice with these terms only, and the paths of the values and of the whole parts that were left out."""
    lost: list[Path] = []
    kept = frozenset(each for each in terms if unnumbered or not term(each).is_group)
    return _reduced(invoice, kept, Path(), lost), tuple(lost)


def _reduced(part: M, terms: frozenset[str], place: Path, lost: list[Path]) -> M:
    kept: dict[str, Any] = {}
    for key in type(part).model_fields:
        value = getattr(part, key)
        if value is None or value == () or key == "unread":
            continue
        kept[key] = _value(value, terms, place / key, lost)
    return type(part)(**{key: value for key, value in kept.items() if value is not None and value != ()})


def _value(value: Any, terms: frozenset[str], place: Path, lost: list[Path]) -> Any:
    if isinstance(value, tuple):
        parts = [_value(each, terms, place / index, lost) for index, each in enumerate(value)]
        return tuple(part for part in parts if part is not None)
    if isinstance(value, Model):
        inner: list[Path] = []
        small = _reduced(value, terms, place, inner)
        if small.model_fields_set:
            lost += inner
            return small
        lost += [place] if inner else []  # a part that goes as a whole is one loss: a line, a contact
        return None
    if _number_of(place.plain) in terms:
        return value
    lost.append(place)
    return None
