"""An invoice with nothing but chosen terms: what a smaller profile, or the tax office's extract, can hold.

    small, lost = reduced(invoice, {"BT-1", "BT-2", ...})
    lost                                # (lines[0].item_description, ...), as paths

    small, lost = reduced_to(invoice, "basicwl")        # a profile of Factur-X

A profile is a filter over the terms, never another model. A part of a term (the scheme of an identifier) goes with it.
A field that no term names (the role of the seller) is beyond the standard: it is left out, unless `unnumbered` fields
are wanted. A line that only groups others (GROUP) or only informs is none where a profile knows no such lines: its
amount would be counted twice, so it goes, and is listed.

Sources: Factur-X 1.0 (1.09), the XML schema of each profile; XP Z12-012 annex A (line subtypes).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any, TypeVar

from einvoice.model import Invoice, Model
from einvoice.paths import Path
from einvoice.profiles import facturx_profile, terms_of
from einvoice.terms import nearest_term, term

SUBTYPE = "EXT-FR-FE-163"  # the term that says whether a line is a detail
NOT_DETAIL = frozenset({"GROUP", "INFORMATION"})

_PAYING = ("buyer", "payee")  # whose identifiers (BT-46, BT-60) stand once
_ONCE_A_LINE = ("notes", "object_identifiers")  # BT-127, BT-128
_LINES = Path(("lines",))
_IDENTIFIER = Path(("specification_identifier",))  # which is chosen, not lost

M = TypeVar("M", bound=Model)


def reduced(invoice: Invoice, terms: Collection[str], *, unnumbered: bool = False) -> tuple[Invoice, tuple[Path, ...]]:
    """The invoice with these terms only, and the paths of the values that were left out."""
    lost: list[Path] = []
    kept = frozenset(each for each in terms if unnumbered or not term(each).is_group)
    return _reduced(invoice, kept, Path(), lost), tuple(lost)


def reduced_to(invoice: Invoice, profile: str) -> tuple[Invoice, tuple[Path, ...]]:
    """The invoice as a profile of Factur-X can say it, with its BT-24, and the paths of the values that it leaves out.

    Raises `ValueError` for a name that is no profile.
    """
    chosen = facturx_profile(profile)
    small, lost = _fitted(invoice, {each.id for each in terms_of(chosen.name)})
    small = small.model_copy(update={"specification_identifier": chosen.identifier})
    return small, tuple(path for path in lost if path != _IDENTIFIER)


def _fitted(invoice: Invoice, terms: Collection[str]) -> tuple[Invoice, tuple[Path, ...]]:
    if SUBTYPE in terms:
        return reduced(invoice, terms, unnumbered=True)
    details = {index: line for index, line in enumerate(invoice.lines) if line.subtype_code not in NOT_DETAIL}
    dropped = [_LINES / index for index in range(len(invoice.lines)) if index not in details]
    parties = ((name, getattr(invoice, name)) for name in _PAYING)
    once = {name: _once(part, ("identifiers",), Path((name,)), dropped) for name, part in parties if part}
    lines = tuple(_once(line, _ONCE_A_LINE, _LINES / index, dropped) for index, line in details.items())
    small, lost = reduced(invoice.model_copy(update={**once, "lines": lines}), terms)
    return small, (*dropped, *(_renumbered(path, list(details)) for path in lost))


def _renumbered(path: Path, lines: list[int]) -> Path:
    """The path in the invoice that had all its lines: `lines` are the positions of those that were kept."""
    match path.steps:
        case ("lines", int(index), *rest):
            return Path(("lines", lines[index], *rest))
    return path


def _once(part: M, names: tuple[str, ...], place: Path, lost: list[Path]) -> M:
    """The part with the first of each of these values, which only EXTENDED lets repeat."""
    repeated = {name: values for name in names if len(values := getattr(part, name)) > 1}
    lost += [place / name / index for name, values in repeated.items() for index in range(1, len(values))]
    return part.model_copy(update={name: values[:1] for name, values in repeated.items()})


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
        small = _reduced(value, terms, place, lost)
        return small if small.model_fields_set else None
    if _term_of(place.plain) in terms:
        return value
    lost.append(place)
    return None


@lru_cache(maxsize=4096)
def _term_of(plain: Path) -> str | None:
    found = nearest_term(plain)
    return found.id if found else None
