"""Values as a person would write them: 120.00, not 1.2E2, next to 119.99.

as_written("119.99", Decimal("120"))        ("119.99", "120.00")
as_written(0.30000000000000004, 0.3)        ("0.3", "0.3"), and then nothing: two equal texts explain nothing
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from einvoice.schematron.xpath.casts import to_string

_NUMBER = re.compile(r"\s*[+-]?[0-9]+(?:\.([0-9]+))?\s*").fullmatch
_LONGEST = 200  # characters of a text
_MONEY = 2  # decimals
_LARGE = 10**15  # beyond, a double has no decimals
_NOISE = Decimal("1e-7")  # what the arithmetic of doubles leaves behind


def as_written(found: Any, expected: Any) -> tuple[str | None, str | None]:
    """Two values that were compared, as texts; None for what is not known."""
    decimals = max(_decimals(found), _decimals(expected))
    texts = _text(found, min(decimals, _MONEY)), _text(expected, min(decimals, _MONEY))
    if texts[0] is not None and texts[0] == texts[1]:
        return texts[0], None
    return texts


def _decimals(value: Any) -> int:
    """How many decimals a text shows, 0 where it is no number."""
    match = _NUMBER(value) if isinstance(value, str) else None
    return len(match[1] or "") if match else 0


def _text(value: Any, decimals: int) -> str | None:
    if value is None:
        return None
    if isinstance(value, (float, Decimal)) and math.isfinite(value):
        return _plain(Decimal(repr(value)) if isinstance(value, float) else value, decimals)
    text = value if isinstance(value, str) else to_string(value) or ""
    text = " ".join(text[: 10 * _LONGEST].split())
    if not text:
        return None
    return _shortened(text)


def _plain(number: Decimal, decimals: int) -> str:
    """A number without exponent, noise or superfluous zeros, with at least so many decimals."""
    if abs(number) < _LARGE:
        rounded = round(number, _MONEY)
        if abs(number - rounded) < _NOISE:
            number = rounded
    text = to_string(number) or "0"
    whole, _, fraction = text.partition(".")
    if decimals or fraction:
        fraction = fraction.ljust(decimals, "0")
    return _shortened(f"{whole}.{fraction}" if fraction else whole)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
