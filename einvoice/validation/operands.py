"""The two figures of a finding, checked against the invoice: a person reads them as values of the document.

    Values(invoice).told(observation)    # BR-S-08: found 2910.00, as BT-116 stands there, not the 2909 compared

An engine tells what a test compared. That may be a count, a length, a value less the rule's tolerance, or a code that
only decides whether the rule applies. So the found value is kept where it stands in the invoice: at the field of the
finding or, where a field of a term that the message names has it, there. Otherwise the field's own value is told, and
nothing where it is missing: its absence is the finding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from einvoice.cached import cached_property
from einvoice.model import Invoice
from einvoice.paths import Path, walk
from einvoice.rulebook import Observation, row
from einvoice.terms import term_at
from einvoice.values import Model

_TERM = re.compile(r"\b(?:BT|EXT-FR-FE)-\d+(?:-\d+)?")
_TOLERANCE = Decimal(1)  # what published rules allow a total to be off


class Values:
    """The values of one invoice, found by what they say: there may be findings for each of thousands of lines."""

    def __init__(self, invoice: Invoice) -> None:
        self._invoice = invoice
        self._groups: dict[Path, dict[Decimal | str, list[Path]]] = {}
        self._named: dict[tuple[Path, Decimal | str], dict[str, list[Path]]] = {}

    @cached_property
    def _places(self) -> Mapping[tuple[str, Decimal | str], list[Path]]:
        """Where a value of a business term stands."""
        places: dict[tuple[str, Decimal | str], list[Path]] = {}
        for place, value in walk(self._invoice.model_copy(update={"unread": ()})):
            if (term := term_at(place)) is not None:
                places.setdefault((term.id, value if isinstance(value, Decimal) else _text(value)), []).append(place)
        return places

    def _within(self, path: Path, group: Model, value: Decimal | str) -> Mapping[str, list[Path]]:
        """By business term, where a value stands in a part of the invoice, which is looked through once."""
        if path not in self._groups:
            known = self._groups[path] = {}
            for place, each in walk(group, path):
                known.setdefault(each if isinstance(each, Decimal) else _text(each), []).append(place)
        if (path, value) not in self._named:
            by_term = self._named[path, value] = {}
            for place in self._groups[path].get(value, ()):
                if (term := term_at(place)) is not None:
                    by_term.setdefault(term.id, []).append(place)
        return self._named[path, value]

    @cached_property
    def _unread(self) -> frozenset[str | None]:
        return frozenset(each.text for each in self._invoice.unread)

    def told(self, observation: Observation) -> Observation:
        """The observation with figures that stand in the invoice, or without."""
        found = _figure(observation, "found")
        if found is None:
            return observation
        path = Path.parse(observation.field)
        own = path.get(self._invoice)
        if _is_group(own):
            place = self._named_place(observation, path)
            return _moved(observation, place) if place else _with_figures(observation, None, None)
        if own is None:
            return observation if found in self._unread else _with_figures(observation, None, None)
        if _same(own, found):
            return _with_figures(observation, found, _spelled_like(own, _figure(observation, "expected")))
        group = path.parent
        place = self._named_place(observation, group) if group.steps else None
        return _moved(observation, place) if place else _with_own_value(observation, own)

    def _named_place(self, observation: Observation, path: Path) -> Path | None:
        """The one field within a group that has the found value and a term that the rule names."""
        found = _figure(observation, "found") or ""
        named = sorted(set(_TERM.findall(_said(observation))))
        said = [value for value in (found.strip(), _number(found)) if value is not None]
        group = path.get(self._invoice)
        if path.steps and isinstance(group, Model):  # a line, a party
            like = (self._within(path, group, value).get(term, ()) for value in said for term in named)
        else:
            like = (self._places.get((term, value), ()) for term in named for value in said)
        places = (place for each in like for place in each if place.within(path))
        first = tuple(islice(places, 2))
        return first[0] if len(first) == 1 else None


def _figure(observation: Observation, name: str) -> str | None:
    fact = observation.facts.get(name)
    return fact if isinstance(fact, str) else None


def _with_figures(observation: Observation, found: str | None, expected: str | None) -> Observation:
    facts = {name: fact for name, fact in observation.facts.items() if name not in {"found", "expected"}}
    figures = {"found": found, "expected": expected}
    return replace(observation, facts=facts | {name: fact for name, fact in figures.items() if fact is not None})


def _with_own_value(observation: Observation, own: Any) -> Observation:
    """The value that stands at the observation's field, against what it was compared with if that is its like."""
    found, expected = _figure(observation, "found"), _figure(observation, "expected")
    if _same(own, expected):
        return _with_figures(observation, expected, found)
    other = _spelled_like(own, expected) if _nearly_same(own, found) else None
    return _with_figures(observation, _text(own), other)


def _said(observation: Observation) -> str:
    """All that the rule says, in whichever language."""
    known = row(observation.rule)
    ours = f"{known.fr} {known.en}" if known else ""
    return f"{observation.rule} {observation.official} {ours}"


def _moved(observation: Observation, place: Path) -> Observation:
    term = term_at(place)
    return replace(observation, field=str(place), term=term.id if term else observation.term)


def _is_group(value: Any) -> bool:
    return isinstance(value, (Model, tuple))


def _same(value: Any, text: str | None) -> bool:
    if text is None:
        return False
    if isinstance(value, Decimal):
        return _number(text) == value
    return _text(value) == text.strip()


def _nearly_same(value: Any, text: str | None) -> bool:
    number = _number(text)
    return isinstance(value, Decimal) and number is not None and abs(number - value) == _TOLERANCE


def _number(text: str | None) -> Decimal | None:
    with suppress(InvalidOperation, TypeError):
        number = Decimal(text or "")
        return number if number.is_finite() else None
    return None


def _spelled_like(value: Any, text: str | None) -> str | None:
    """The other figure with as many decimals: 2856 beside 2910.00 is 2856.00."""
    number = _number(text)
    if not isinstance(value, Decimal) or number is None or text is None or "." in text:
        return text
    exponent = value.as_tuple().exponent
    return format(number, f".{max(-exponent, 0)}f") if isinstance(exponent, int) else text


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value).strip()
