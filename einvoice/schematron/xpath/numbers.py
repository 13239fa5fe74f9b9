"""Arithmetic of XPath: the empty sequence stays empty, text without a type is a double, decimals stay exact.

    plus("1.5", Decimal("1"))    2.5, a double: the text has no type
    round_half_up(Decimal("-2.5"))   -2: ties go towards positive infinity, unlike Python's round()

Decimals are computed with 80 digits (`DECIMALS`, entered for the time of a check): Python's 28 would round products.

Source: XPath 2.0 Functions and Operators, section 6. How many decimals a quotient has is left open there; here it is as
in SaxonC: 18, and more for each decimal of the dividend, half rounded down.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from einvoice.schematron.xpath.casts import to_double
from einvoice.schematron.xpath.dates import Duration, Moment, shift
from einvoice.schematron.xpath.values import Fault, Untyped, type_name

__all__ = [
    "DECIMALS",
    "absolute",
    "average",
    "ceiling",
    "divide",
    "floor",
    "greatest",
    "integer_divide",
    "least",
    "minus",
    "modulo",
    "negative",
    "numeric",
    "plus",
    "round_half_even",
    "round_half_up",
    "times",
    "total",
]

DECIMALS = decimal.Context(prec=80, rounding=decimal.ROUND_HALF_EVEN)
_HALF = Decimal("0.5")
_PERCENT = 100


def numeric(value: Any) -> Any:
    """The number that a value is to arithmetic: untyped text is a double, other text is an error."""
    if isinstance(value, (float, Decimal)) or value is None:
        return value
    if isinstance(value, Untyped):
        return to_double(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Fault("XPTY0004", f"arithmetic on {type_name(value)}")


def _pair(a: Any, b: Any) -> tuple[Any, Any]:
    a, b = numeric(a), numeric(b)
    if isinstance(a, float):
        return a, float(b)
    return (float(a), b) if isinstance(b, float) else (a, b)


def plus(a: Any, b: Any) -> Any:
    """A + b"""
    if a.__class__ is Decimal and (b.__class__ is Decimal or b.__class__ is int):
        return a + b
    if a is None or b is None:
        return None
    if isinstance(b, Duration) and isinstance(a, Moment):
        return shift(a, b)
    if isinstance(a, Duration):
        return Duration(a.span + b.span) if isinstance(b, Duration) else plus(b, a)
    a, b = _pair(a, b)
    return a + b


def minus(a: Any, b: Any) -> Any:
    """A - b"""
    if a.__class__ is Decimal and (b.__class__ is Decimal or b.__class__ is int):
        return a - b
    if a is None or b is None:
        return None
    if isinstance(a, Moment):
        if type(a) is type(b):
            return Duration(a.start - b.start)
        if isinstance(b, Duration):
            return shift(a, Duration(-b.span))
    if isinstance(a, Duration) and isinstance(b, Duration):
        return Duration(a.span - b.span)
    a, b = _pair(a, b)
    return a - b


def times(a: Any, b: Any) -> Any:
    """A * b"""
    if a.__class__ is Decimal and (b.__class__ is Decimal or b.__class__ is int):
        return a * b
    if a is None or b is None:
        return None
    a, b = _pair(a, b)
    return a * b


def divide(a: Any, b: Any) -> Any:
    """A div b: of integers and decimals a decimal with at least 18 places, of doubles a double."""
    if b.__class__ is int and b == _PERCENT and a.__class__ is Decimal:
        return a.scaleb(-2)  # what the division below comes to, all its places being needed or zero
    if a is None or b is None:
        return None
    a, b = _pair(a, b)
    if isinstance(a, float):
        if b:
            return a / b
        return math.nan if not a or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    if not b:
        raise Fault("FOAR0001", "division by zero")
    a, b = Decimal(a), Decimal(b)
    places = max(18, 18 + _scale(a) - _scale(b))
    quotient = DECIMALS.divide(a, b)
    return quotient.quantize(Decimal(1).scaleb(-places), decimal.ROUND_HALF_DOWN, _WIDE)


_WIDE = decimal.Context(prec=400)  # quantize refuses what needs more digits than the context has


def _scale(value: Decimal) -> int:
    """How many decimals a number has, without final zeros; whole numbers written without a point have none."""
    exponent = value.as_tuple().exponent
    return 0 if exponent == 0 else -int(value.normalize(_WIDE).as_tuple().exponent)


def integer_divide(a: Any, b: Any) -> Any:
    """A idiv b: the quotient without its fraction."""
    if a is None or b is None:
        return None
    a, b = _pair(a, b)
    if not b:
        raise Fault("FOAR0001", "division by zero")
    if isinstance(a, int) and isinstance(b, int):
        quotient = abs(a) // abs(b)
        return quotient if (a < 0) == (b < 0) else -quotient
    if not isinstance(a, float):
        return int(DECIMALS.divide_int(Decimal(a), Decimal(b)))
    if not math.isfinite(a / b):
        raise Fault("FOAR0002", "the quotient is not a finite number")
    return int(a / b)


def modulo(a: Any, b: Any) -> Any:
    """A mod b: the remainder, with the sign of a."""
    if a is None or b is None:
        return None
    a, b = _pair(a, b)
    if isinstance(a, float):
        return math.nan if not b or math.isinf(a) else math.fmod(a, b)
    if not b:
        raise Fault("FOAR0001", "division by zero")
    if isinstance(a, int) and isinstance(b, int):
        rest = abs(a) % abs(b)
        return -rest if a < 0 else rest
    return DECIMALS.remainder(Decimal(a), Decimal(b))


def negative(a: Any) -> Any:
    """-a"""
    value = numeric(a)
    return None if value is None else -value


def absolute(a: Any) -> Any:
    """fn:abs"""
    value = numeric(a)
    return None if value is None else abs(value)


def round_half_up(a: Any) -> Any:
    """fn:round: to a whole number of the same type, ties towards positive infinity."""
    value = a if a.__class__ is Decimal else numeric(a)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        low = value.to_integral_value(decimal.ROUND_FLOOR)
        return low + 1 if value - low >= _HALF else low
    if not math.isfinite(value):
        return value
    whole = math.floor(value)
    result = float(whole + 1 if value - whole >= 0.5 else whole)
    return result or math.copysign(result, value)  # the sign of a zero is kept


def round_half_even(a: Any, places: int = 0) -> Any:
    """fn:round-half-to-even"""
    value = numeric(a)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return value
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    rounded = exact.quantize(Decimal(1).scaleb(-places), decimal.ROUND_HALF_EVEN, _WIDE)
    return type(value)(rounded)


def floor(a: Any) -> Any:
    """fn:floor"""
    return _whole(a, decimal.ROUND_FLOOR, math.floor)


def ceiling(a: Any) -> Any:
    """fn:ceiling"""
    return _whole(a, decimal.ROUND_CEILING, math.ceil)


def _whole(a: Any, rounding: str, function: Callable[[float], int]) -> Any:
    value = numeric(a)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return value.to_integral_value(rounding)
    return math.copysign(float(function(value)), value) if math.isfinite(value) else value


def total(values: Iterable[Any]) -> Any:
    """fn:sum, from left to right: Python's sum() corrects the rounding of doubles, XPath does not."""
    result: Any = None
    for value in values:
        result = _summand(value) if result is None else plus(result, value)
    return 0 if result is None else result


def _summand(value: Any) -> Any:
    return value if isinstance(value, Duration) else numeric(value)


def average(values: Iterable[Any]) -> Any:
    """fn:avg"""
    items = list(values)
    return divide(total(items), len(items)) if items else None


def least(values: Iterable[Any]) -> Any:
    """fn:min"""
    return _extreme(values, smallest=True)


def greatest(values: Iterable[Any]) -> Any:
    """fn:max"""
    return _extreme(values, smallest=False)


def _extreme(values: Iterable[Any], *, smallest: bool) -> Any:
    items: list[Any] = [to_double(value) if isinstance(value, Untyped) else value for value in values]
    if not items:
        return None
    if any(isinstance(item, float) for item in items):
        items = [float(numeric(item)) for item in items]
        if any(map(math.isnan, items)):
            return math.nan
    try:
        return min(items) if smallest else max(items)
    except TypeError:
        raise Fault("FORG0006", "values that cannot be compared with each other") from None
