r"""String functions of XPath, where Python's own differ.

    normalize_space(" a\xa0 b ")      "a\xa0 b": the no-break space is no white space to XML
    substring("12345", 1.5, 2.6)      "234": positions are rounded, counted from 1

Source: XPath 2.0 Functions and Operators, section 7.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from einvoice.schematron.xpath.casts import to_double, to_string
from einvoice.schematron.xpath.numbers import round_half_up
from einvoice.schematron.xpath.regex import compile_regex, matcher, replacement
from einvoice.schematron.xpath.values import Fault, type_name

__all__ = [
    "code_point_order",
    "code_points",
    "from_code_points",
    "join",
    "listed",
    "matches",
    "must_be_text",
    "normalize_space",
    "replace",
    "substring",
    "substring_after",
    "substring_before",
    "tokenize",
    "translate",
]

_SPACES = re.compile("[ \t\r\n]+")
_LAST_CODE_POINT = 0x10FFFF


def must_be_text(value: Any) -> str:
    """The argument of a function that takes xs:string?: "" for nothing, a Fault for a number."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    raise Fault("XPTY0004", f"{type_name(value)} where text is expected: {to_string(value)}")


def normalize_space(text: str) -> str:
    """fn:normalize-space"""
    if text.isalnum():  # a code, most often: nothing to do
        return text
    if text.isascii():  # then what Python takes for white space is what XML does, of the characters it allows
        return " ".join(text.split())
    return _SPACES.sub(" ", text).strip(" ")


def substring_before(text: str, mark: str) -> str:
    """fn:substring-before"""
    return text.partition(mark)[0] if mark and mark in text else ""


def substring_after(text: str, mark: str) -> str:
    """fn:substring-after"""
    return text.partition(mark)[2] if mark else text


def substring(text: str, start: Any, length: Any = math.inf) -> str:
    """fn:substring: characters whose position p satisfies round(start) <= p < round(start) + round(length)."""
    if start is None or length is None:
        raise Fault("XPTY0004", "nothing where a position is expected")
    first = round_half_up(to_double(start))
    end = first + round_half_up(to_double(length))
    if math.isnan(first) or math.isnan(end):
        return ""
    low = max(1, min(first, len(text) + 1))
    high = max(low, min(end, len(text) + 1))
    return text[int(low) - 1 : int(high) - 1]


def translate(text: str, source: str, target: str) -> str:
    """fn:translate"""
    table: dict[int, str | None] = {}
    for at, char in enumerate(source):
        table.setdefault(ord(char), target[at] if at < len(target) else None)
    return text.translate(table)


def join(items: Iterable[Any], separator: str = "") -> str:
    """fn:string-join, of the texts of atomic values."""
    return separator.join([to_string(item) or "" for item in items])


def listed(code: str, codes: frozenset[str], text: str) -> bool:
    """contains(' A B ', concat(' ', code, ' ')): the way that code lists are written.

    `codes` are the words of `text`: nearly always one look decides.
    """
    return code in codes or f" {code} " in text


def matches(text: str, pattern: str, flags: str = "") -> bool:
    """fn:matches: whether a part of the text matches."""
    return bool(matcher(pattern, flags)(text))


def replace(text: str, pattern: str, by: str, flags: str = "") -> str:
    """fn:replace"""
    regex = compile_regex(pattern, flags)
    if regex.search(""):
        raise Fault("FORX0003", f"replace() with a pattern that matches nothing: {pattern[:60]!r}")
    return regex.sub(replacement(by, regex.groups), text)


def code_point_order(a: str, b: str) -> int:
    """fn:compare: -1, 0 or 1."""
    return (a > b) - (a < b)


def tokenize(text: str, pattern: str | None = None, flags: str = "") -> list[str]:
    """fn:tokenize: the parts between matches; without a pattern, the words."""
    if pattern is None:
        return normalize_space(text).split(" ") if normalize_space(text) else []
    regex = compile_regex(pattern, flags)
    if regex.search(""):
        raise Fault("FORX0003", f"tokenize() with a pattern that matches nothing: {pattern[:60]!r}")
    return regex.split(text)[:: regex.groups + 1] if text else []


def code_points(text: str) -> list[int]:
    """fn:string-to-codepoints"""
    return [ord(char) for char in text]


def from_code_points(codes: Iterable[Any]) -> str:
    """fn:codepoints-to-string"""
    numbers = list(codes)
    if any(not isinstance(code, int) or not 0 < code <= _LAST_CODE_POINT for code in numbers):
        raise Fault("FOCH0001", "a code point that is no character")
    return "".join(map(chr, numbers))
