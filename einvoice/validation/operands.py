"""The two figures of a finding, checked against the invoice: a person reads them as values of the document.

    aimed(finding, invoice)      # BR-S-08: found 2910.00, as BT-116 stands there, not the 2909 that the rule compares

An engine tells what a test compared. That may be a count, a length, a value less the rule's tolerance, or a code that
only decides whether the rule applies. So the found value is kept where it stands in the invoice: at the field of the
finding or, where a field of a term that the message names has it, there. Otherwise the field's own value is told, and
nothing where it is missing: its absence is the finding.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from einvoice.model import Invoice, Model
from einvoice.paths import Path, walk
from einvoice.report import Finding
from einvoice.terms import term_at

_TERM = re.compile(r"\b(?:BT|EXT-FR-FE)-\d+(?:-\d+)?")
_TOLERANCE = Decimal(1)  # what published rules allow a total to be off


def aimed(finding: Finding, invoice: Invoice) -> Finding:
    """The finding with figures that stand in the invoice, or without."""
    if finding.found is None:
        return finding
    path = Path.parse(finding.field or "")
    own = path.get(invoice)
    if _is_group(own):
        return _aimed_within(finding, path, own)
    if own is None:
        unreadable = any(finding.found == unread.text for unread in invoice.unread)
        return finding if unreadable else _without_figures(finding)
    if _same(own, finding.found):
        return finding.model_copy(update={"expected": _spelled_like(own, finding.expected)})
    group = path.parent
    place = _named_place(finding, group, group.get(invoice)) if group.steps else None
    return _moved(finding, place) if place else _with_own_value(finding, own)


def _with_own_value(finding: Finding, own: Any) -> Finding:
    """The value that stands at the finding's field, against what it was compared with if that is its like."""
    if _same(own, finding.expected):
        return finding.model_copy(update={"found": finding.expected, "expected": finding.found})
    expected = _spelled_like(own, finding.expected) if _nearly_same(own, finding.found) else None
    return finding.model_copy(update={"found": _text(own), "expected": expected})


def _without_figures(finding: Finding) -> Finding:
    return finding.model_copy(update={"found": None, "expected": None})


def _aimed_within(finding: Finding, path: Path, group: Any) -> Finding:
    """A finding on a group: at the field of a named term that has the value, else without figures."""
    place = _named_place(finding, path, group)
    return _moved(finding, place) if place else _without_figures(finding)


def _named_place(finding: Finding, path: Path, group: Any) -> Path | None:
    """The one field within a group that has the found value and a term that the message names."""
    named = set(_TERM.findall(f"{finding.message} {finding.message_en} {finding.official or ''} {finding.rule}"))
    places = [place for place, value in walk(group, path) if _same(value, finding.found)]
    places = [place for place in places if (term := term_at(place)) is not None and term.id in named]
    return places[0] if len(places) == 1 else None


def _moved(finding: Finding, place: Path) -> Finding:
    term = term_at(place)
    return finding.model_copy(update={"field": str(place), "term": term.id if term else finding.term})


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
        return Decimal(text or "")
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
