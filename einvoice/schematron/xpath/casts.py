"""Casts between the types of XPath: what text is a number, and what a number looks like as text.

Python is more lenient than XML Schema: `Decimal("1_0")`, `float("inf")`, `int("٣")` and no-break spaces around a number
all pass. Here the text must have the form that the schema type allows.

    to_decimal(" 12.50 ")   Decimal("12.50")
    to_decimal("12,50")     Fault: '12,50' is not a decimal number
    to_string(1e-7)         "1.0E-7"

The empty sequence (None) stays empty in every cast.

Source: XQuery 1.0 and XPath 2.0 Functions and Operators, section 17; XML Schema Part 2, section 3.2.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from einvoice.schematron.xpath.dates import to_date, to_date_time, to_duration
from einvoice.schematron.xpath.values import Fault, Untyped, type_name
from einvoice.xml import SPACE

__all__ = [
    "CASTS",
    "castable",
    "number",
    "to_boolean",
    "to_decimal",
    "to_double",
    "to_integer",
    "to_string",
    "to_untyped",
]

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)").fullmatch
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").fullmatch
_INTEGER = re.compile(r"[+-]?[0-9]+").fullmatch
_SPECIAL = {"INF": math.inf, "+INF": math.inf, "-INF": -math.inf, "NaN": math.nan}
_BOOLEAN = {"true": True, "1": True, "false": False, "0": False}
_PLAIN = "-.0123456789"  # a text of these only is a number to Python exactly if it is one to XML Schema
_LONGEST_INTEGER = 4000  # digits; Python refuses to read more than 4,300
_LARGEST_INTEGER = 10**_LONGEST_INTEGER  # computed once: it takes longer than all else that is done to a value


def _wrong(value: str, what: str) -> Fault:
    return Fault("FORG0001", f"'{value[:60]}' is not {what}", value)


def _no_cast(value: Any, what: str) -> Fault:
    return Fault("XPTY0004", f"{type_name(value)} cannot be made {what}")


def to_decimal(value: Any) -> Decimal | None:
    """xs:decimal: '12.50', '-.5', '+3.', white space around it; neither '1e3' nor '12,50'."""
    if isinstance(value, str):
        if not value.strip(_PLAIN):
            try:
                return Decimal(value)
            except InvalidOperation:
                raise _wrong(value, "a decimal number") from None
        match = _DECIMAL(value.strip(SPACE))
        if match is None:
            raise _wrong(value, "a decimal number")
        return Decimal(match[0])
    if value is None:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        raise Fault("FOCA0002", f"{to_string(value)} cannot be made a decimal number")
    if isinstance(value, (int, float, Decimal)):
        return Decimal(value)
    raise _no_cast(value, "a decimal number")


def to_double(value: Any) -> float | None:
    """xs:double: as a decimal number, with an exponent if wanted, or INF, -INF, NaN."""
    if isinstance(value, str):
        if not value.strip(_PLAIN):
            try:
                return float(value)
            except ValueError:
                raise _wrong(value, "a number") from None
        text = value.strip(SPACE)
        if _DOUBLE(text):
            return float(text)
        if text in _SPECIAL:
            return _SPECIAL[text]
        raise _wrong(value, "a number")
    if value is None:
        return None
    if isinstance(value, (int, float, Decimal)):
        return float(value)
    raise _no_cast(value, "a number")


def to_integer(value: Any) -> int | None:
    """xs:integer: digits with a sign; the fraction of a number is cut off."""
    if isinstance(value, str):
        match = _INTEGER(value.strip(SPACE))
        if match is None:
            raise _wrong(value, "a whole number")
        if len(match[0]) > _LONGEST_INTEGER:
            raise Fault("FOCA0003", f"a whole number of {len(match[0])} digits")
        return int(match[0])
    if value is None:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        raise Fault("FOCA0002", f"{to_string(value)} cannot be made a whole number")
    if isinstance(value, (int, float, Decimal)):
        return int(value)
    raise _no_cast(value, "a whole number")


def to_boolean(value: Any) -> bool | None:
    """xs:boolean: 'true', '1', 'false', '0'; a number is true unless it is zero or NaN."""
    if isinstance(value, str):
        try:
            return _BOOLEAN[value.strip(SPACE)]
        except KeyError:
            raise _wrong(value, "true or false") from None
    if value is None:
        return None
    if isinstance(value, (int, float, Decimal)):
        return bool(value) and value == value  # noqa: PLR0124  NaN is the one value that is not equal to itself
    raise _no_cast(value, "true or false")


def to_string(value: Any) -> str | None:
    """xs:string: the canonical text of a value."""
    if isinstance(value, str):
        return str(value)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _decimal_text(value)
    if isinstance(value, float):
        return _double_text(value)
    if isinstance(value, int) and abs(value) >= _LARGEST_INTEGER:
        raise Fault("FOCA0003", f"a whole number of more than {_LONGEST_INTEGER} digits")
    return str(value)


def to_untyped(value: Any) -> str | None:
    """xs:untypedAtomic: the text of a value, marked as having no type."""
    text = to_string(value)
    return None if text is None else Untyped(text)


def _decimal_text(value: Decimal) -> str:
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-", "-0") else text


def _double_text(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    if 1e-6 <= abs(value) < 1e6:
        return _decimal_text(Decimal(repr(value)))
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    power = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


def number(value: Any) -> float:
    """fn:number(): a double; NaN for what is no number, and for nothing."""
    try:
        result = to_double(value)
    except Fault:
        return math.nan
    return math.nan if result is None else result


CASTS: dict[str, Callable[[Any], Any]] = {
    "xs:boolean": to_boolean,
    "xs:date": to_date,
    "xs:dateTime": to_date_time,
    "xs:dayTimeDuration": to_duration,
    "xs:decimal": to_decimal,
    "xs:double": to_double,
    "xs:integer": to_integer,
    "xs:string": to_string,
    "xs:untypedAtomic": to_untyped,
}


def castable(items: Sequence[Any], kind: str, *, optional: bool) -> bool:
    """`items castable as kind`"""
    if len(items) != 1:
        return optional and not items
    try:
        CASTS[kind](items[0])
    except Fault:
        return False
    return True
