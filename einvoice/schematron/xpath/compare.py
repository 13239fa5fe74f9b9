"""Comparisons and truth of values whose types are known at run time only; the compiler writes the other ones out.

    compare("=", Untyped("1.0"), 1)      True: untyped text becomes a number next to a number
    compare("=", "1.0", 1)               Fault: a string is not compared with a number
    compare("=", Decimal("0.1"), 0.1)    True: both become doubles first, where Python compares exactly

Source: XPath 2.0, sections 2.4.3 (effective boolean value) and 3.5 (comparisons).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from einvoice.schematron.xpath.casts import to_boolean, to_double
from einvoice.schematron.xpath.dates import Date, DateTime, Duration, Moment, to_date, to_date_time, to_duration
from einvoice.schematron.xpath.values import Fault, NodeItem, Untyped, type_name

__all__ = ["any_pair", "any_text", "compare", "distinct", "index_of", "single_pair", "truth"]

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBERS = (int, Decimal, float)


def _like(text: str, other: Any) -> Any:
    """Untyped text as the type of what it is compared with."""
    if isinstance(other, str):
        return str(text)
    if isinstance(other, bool):
        return to_boolean(text)
    for kind, cast in ((_NUMBERS, to_double), (Date, to_date), (DateTime, to_date_time), (Duration, to_duration)):
        if isinstance(other, kind):
            return cast(text)
    raise Fault("XPTY0004", f"text compared with {type_name(other)}")


def compare(sign: str, a: Any, b: Any) -> bool:
    """One pair of a general comparison; `sign` is one of = != < <= > >=."""
    if isinstance(a, Untyped):
        a = _like(a, b)
    elif isinstance(b, Untyped):
        b = _like(b, a)
    if isinstance(a, float) and isinstance(b, Decimal):
        b = float(b)
    elif isinstance(b, float) and isinstance(a, Decimal):
        a = float(a)
    if _family(a) != _family(b):
        raise Fault("XPTY0004", f"{type_name(a)} compared with {type_name(b)}")
    return OPERATORS[sign](a, b)


def _family(value: Any) -> type:
    """Values compare within a family: texts, booleans, numbers, dates, ..."""
    if isinstance(value, bool):
        return bool
    for family in (str, Date, DateTime, Duration):
        if isinstance(value, family):
            return family
    return int


def any_pair(sign: str, left: Iterable[Any], right: Iterable[Any]) -> bool:
    """A general comparison: true when it is for one item of each side."""
    others = list(right)
    return any(compare(sign, a, b) for a in left for b in others)


def any_text(sign: str, left: Sequence[str], right: Sequence[str]) -> bool:
    """The same of many texts, without comparing each with each."""
    if not left or not right:
        return False
    if sign == "=":
        return not set(left).isdisjoint(right)
    if sign == "!=":
        return len({*left, *right}) > 1
    ends = (min(left), max(right)) if sign[0] == "<" else (max(left), min(right))
    return OPERATORS[sign](*ends)


def single_pair(sign: str, a: Any, b: Any) -> bool | None:
    """A value comparison (`eq`, `lt`, ...): untyped text is a string; empty when a side is."""
    if a is None or b is None:
        return None
    return compare(sign, str(a) if isinstance(a, Untyped) else a, str(b) if isinstance(b, Untyped) else b)


def truth(items: Iterable[Any]) -> bool:
    """The effective boolean value of a sequence."""
    found = list(items)
    if not found:
        return False
    first = found[0]
    if isinstance(first, NodeItem):
        return True
    if len(found) > 1:
        raise Fault("FORG0006", f"{len(found)} values where true or false is expected")
    if isinstance(first, float):
        return bool(first) and not math.isnan(first)
    if isinstance(first, (Moment, Duration)):
        raise Fault("FORG0006", f"{type_name(first)} where true or false is expected")
    return bool(first)


def _key(value: Any) -> Any:
    """The same for values that `eq` finds equal."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float) and math.isnan(value):
        return math.nan, None
    return (bool, value) if isinstance(value, bool) else value


def distinct(items: Iterable[Any]) -> list[Any]:
    """fn:distinct-values, in order of first appearance."""
    first: dict[Any, Any] = {}
    for item in items:
        first.setdefault(_key(item), item)
    return list(first.values())


def index_of(items: Iterable[Any], wanted: Any) -> list[int]:
    """fn:index-of"""
    key = _key(wanted)
    return [at for at, item in enumerate(items, 1) if _key(item) == key]
