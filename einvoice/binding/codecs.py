"""Texts to values and back, strictly as XML Schema spells them.

    >>> decimal("1234.50")  # every digit is kept, for the BR-DEC rules count them
    Decimal('1234.50')
    >>> decimal("1_000")  # Python would take it, XML Schema does not
    Traceback (most recent call last):
    ...
    ValueError: 1_000

A text that is not a value of its type raises `ValueError`: the reader then lists it as unparsable and reads on.

Sources: XML Schema 1.0 part 2, §3.2.2 (boolean), §3.2.3 (decimal), §3.2.9 (date), §3.2.16 (base64Binary); UNTDID 2379,
formats 102 (YYYYMMDD) and 204 (YYYYMMDDHHMMSS), in which UN/CEFACT and the French portal write days and times.
"""

from __future__ import annotations

import base64
import binascii
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)").fullmatch
_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})").fullmatch


@dataclass(frozen=True, slots=True)
class Repeats:
    """What several values for a single attribute make: of two days the later one, of two price discounts the sum."""

    together: Callable[[Any, Any], Any]
    adds: bool = False  # nothing is lost; else one was chosen, and the other is listed


@dataclass(frozen=True, slots=True)
class Codec:
    """How the values of one annotation are spelled in one syntax.

    `load` takes the text, without surrounding white space unless the codec is `free`; None keeps the text. `dump` gives
    the text, or None where this row cannot say the value and the next row for the same attribute shall (the codec is
    then `choosy`). `attributes` are XML attributes that always go with such a value; `{name}` stands for one of the
    document. A codec with `several` loads a tuple.
    """

    load: Callable[[str], Any] | None = None
    dump: Callable[[Any], str | None] | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    several: bool = False
    empty: bool = False  # the element may stand without text, for its attributes
    choosy: bool = False  # `dump` may give None
    safe: bool = False  # its texts hold nothing that XML needs escaped
    repeats: Repeats | None = None  # None: the first stays, the others are listed
    free: bool = False  # words for people: white space around them is content, unless there is nothing else


class Partial(ValueError):
    """The text holds a value and something more: the value is read, and the text is listed as partial."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


class Respelled(ValueError):
    """The text means a code that is spelled otherwise: the code is read, and the text is listed as respelled."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


def spelled(canonical: Callable[[str], str]) -> Callable[[str], str]:
    """How to load a code that has one right spelling, which `canonical` gives: another one is read, and listed."""

    def load(text: str) -> str:
        code = canonical(text)
        if code != text:
            raise Respelled(code)
        return text

    return load


def decimal(text: str) -> Decimal:
    """The exact number; `100.` and `.5` are decimals too."""
    plain = text.isascii() and text.replace(".", "", 1).isdigit()  # nearly all are, and this is seen at once
    if not plain and not _DECIMAL(text):
        raise ValueError(text)
    return Decimal(text)


def negative(text: str) -> Decimal:
    """The number with its sign turned: what a surcharge is where the model has a discount."""
    return -decimal(text)


def number(attributes: Mapping[str, str] | None = None) -> Codec:
    """The codec of a decimal number, written without an exponent, with these XML attributes."""
    return Codec(decimal, _decimal_text, attributes or {}, safe=True)


def _decimal_text(value: Decimal) -> str:
    text = str(value)  # three times as fast as format, but it writes small numbers with an exponent
    return format(value, "f") if "E" in text else text


def iso_date(text: str) -> date:
    """A day; a time zone, which an invoice's day cannot have, is `Partial`."""
    if len(text) == 10 and text[4] == text[7] == "-":
        return date.fromisoformat(text)
    if _ZONE(text[10:]):
        raise Partial(iso_date(text[:10]))
    raise ValueError(text)


def compact_date(text: str) -> date:
    """A day in format 102: 20261102."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return date.fromisoformat(text)


@lru_cache(maxsize=256)  # of the lines of an invoice, most have the period of all others
def compact_date_text(value: date) -> str:
    """The day in format 102."""
    return value.isoformat().replace("-", "")


def compact_time(text: str) -> datetime:
    """A time in format 204, which has no zone: 20261102161000."""
    if len(text) != 14 or not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 - the format has no zone


def compact_time_text(value: datetime) -> str:
    """The time in format 204, without fractions of a second."""
    return f"{compact_date_text(value.date())}{value:%H%M%S}"


def boolean(text: str) -> bool:
    """The two spellings of each: true or 1, false or 0."""
    if text not in ("true", "1", "false", "0"):
        raise ValueError(text)
    return text in ("true", "1")


def boolean_text(value: bool) -> str:  # noqa: FBT001 - the value itself
    """The first of the two spellings."""
    return "true" if value else "false"


def binary(text: str) -> bytes:
    """The bytes of base64 text, which may be broken into lines."""
    return binascii.a2b_base64("".join(text.split()), strict_mode=True)  # base64 would copy the text once more


def binary_text(value: bytes) -> str:
    """Base64 in one line."""
    return base64.b64encode(value).decode("ascii")


LATEST = Repeats(max)
SUM = Repeats(operator.add, adds=True)
WORDS = Codec(empty=True, free=True, repeats=Repeats("{}\n{}".format, adds=True))  # free texts, one below the other
