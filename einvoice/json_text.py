"""JSON, read so that nothing of it is lost and that little text does not become much memory.

    load_json('{"amount": 1234567890.10}')       # {"amount": Decimal("1234567890.10")}
    load_json('{"number": "1", "number": "2"}')  # NotRead: number: this name is given twice in one object

A megabyte of `{},{},…` is a third of a million lines, each of which takes kilobytes once it is an object. So what lies
in lists must say something: `MOST_SHORT` things may be as short as they like, each further one needs `BYTES` bytes of
the document, a text `TEXT_BYTES`. The shortest lines that anybody bills have some 70 bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from einvoice.rulebook import Sentence, text

MOST_SHORT = 1_000  # things in lists that may be shorter than this
BYTES = 72  # bytes of the document for each further thing in a list
TEXT_BYTES = 15  # ... that is a text


class NotRead(ValueError):
    """JSON that is well-formed but cannot be taken as it stands; `sentence` says why, beginning with the place."""

    def __init__(self, place: str, reason: Sentence) -> None:
        self.sentence = Sentence("EI-NO-DRAFT-AT", {"path": place, "reason": reason}) if place else reason
        super().__init__(text(self.sentence, "en"))


def load_json(
    source: str | bytes | bytearray,
    *,
    number: Callable[[str], Any] = Decimal,
    constant: Callable[[str], Any] | None = None,
) -> Any:
    """What JSON says, read so that no digit and no name is lost.

    `source` is JSON as text or in UTF-8, UTF-16 or UTF-32. `number` makes the numbers with a point or an exponent
    (`Decimal`, so that 1234567890.10 stays as it is), `constant` NaN and Infinity; whole numbers are `int`. Gives what
    `json.loads` gives: dict, list, str, int, bool, None.

    Raises `json.JSONDecodeError` for what is no JSON, `NotRead` for a name that an object has twice and for lists of
    things that hardly say anything, `UnicodeDecodeError`, `ValueError` or `RecursionError` for wrong bytes, endless
    numbers and endless nesting.

    Source: RFC 8259.
    """
    found = json.loads(source, parse_float=number, parse_constant=constant, object_pairs_hook=_object)
    if len(source) > MOST_SHORT:  # else there cannot be so many
        _refuse_crowds(found, len(source))
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a name that it gives twice would silently lose the first value."""
    held = dict(pairs)
    if len(held) < len(pairs):
        names = [name for name, _ in pairs]
        raise NotRead(next(name for name in names if names.count(name) > 1), Sentence("EI-NO-DRAFT-TWICE"))
    return held


def _refuse_crowds(found: Any, size: int) -> None:
    """Refuse lists that hold more things than a document of that size can say something of."""
    left = MOST_SHORT * BYTES + size
    crowd, most = "", 0
    waiting: list[tuple[str, Any]] = [("", found)]
    while waiting:
        place, each = waiting.pop()
        if isinstance(each, dict):
            waiting += [(name, inner) for name, inner in each.items() if isinstance(inner, (dict, list))]
            continue
        texts = sum(isinstance(inner, str) and bool(inner) for inner in each)
        left -= texts * TEXT_BYTES + (len(each) - texts) * BYTES
        if len(each) > most:
            crowd, most = place, len(each)
        waiting += [(place, inner) for inner in each if isinstance(inner, (dict, list))]
    if left < 0:
        facts = {"count": str(most), "size": str(size), "least": str(BYTES)}
        raise NotRead(crowd, Sentence("EI-NO-DRAFT-CROWD", facts))
