r"""Reading a content stream: the operators that draw a page, one by one.

    for operator, operands in operations(b"/F1 12 Tf (Facture) Tj"):
        ...                      # b"Tf", ["/F1", 12]; then b"Tj", [b"Facture"]

Names come as text with their slash, strings as bytes, numbers as numbers, arrays as lists and dictionaries as dicts. An
inline image is one operation `BI` with its dictionary; its pixels are skipped.

Source: ISO 32000-1:2008 §7.8.2 (content streams), §7.2 and §7.3 (tokens), §8.9.7 (inline images).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from einvoice.errors import Unreadable

# All operators of ISO 32000-1, annex A; the three of an inline image are read as one.
OPERATORS = frozenset(
    b"b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EMC ET EX f F f* G g gs h i j J K k l M m MP n q Q re RG rg"
    b" ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"".split()
)

_MAX_DEPTH = 64  # of arrays and dictionaries within each other
_TOKEN = re.compile(
    rb"(?:[\x00\t\n\f\r ]+|%[^\r\n]*)*+"
    rb"(?:(?P<number>[+-]*(?:\d+\.?[\d-]*|\.[\d-]+))(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)"
    rb"|(?P<name>/[^\x00\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|(?P<hex><[0-9A-Fa-f\x00\t\n\f\r ]*>)"
    rb"|(?P<mark><<|>>|[\[\]{}])"
    rb"|(?P<string>\()"
    rb"|(?P<word>[^\x00\t\n\f\r ()<>\[\]{}/%]+)"
    rb"|(?P<end>\Z))"
)
_IN_STRING = re.compile(rb"\\.|[()]|\Z", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)|\r\n?", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_IMAGE_END = re.compile(rb"[\x00\t\n\f\r ]EI(?=[\x00\t\n\f\r ]|\Z)")
_WORDS = {b"true": True, b"false": False, b"null": None}


def operations(data: bytes) -> Iterator[tuple[bytes, list[Any]]]:
    """The operators of a content stream with their operands. Raises `Unreadable` where it is malformed."""
    position: int = 0
    operands: list[Any] = []
    while True:
        kind, value, position = _token(data, position)
        if kind == "end":
            break
        if kind == "word" and value not in _WORDS:
            if value == b"BI":
                image, position = _inline_image(data, position)
                operands.append(image)
            yield value, operands
            operands = []
        else:
            operand, position = _operand(data, kind, value, position, 0)
            operands.append(operand)
    if operands:
        raise Unreadable("the content stream ends in the middle of an operation")


def _token(data: bytes, position: int) -> tuple[str, bytes, int]:
    match = _TOKEN.match(data, position)
    if match is None or match.lastgroup is None:
        raise Unreadable(f"the content stream has a stray character after byte {position}")
    return match.lastgroup, match[match.lastgroup], match.end()


def _operand(data: bytes, kind: str, value: bytes, position: int, depth: int) -> tuple[Any, int]:
    if kind == "number":
        return _number(value), position
    if kind == "name":
        return _name(value), position
    if kind == "hex":
        return _hexadecimal(value), position
    if kind == "string":
        return _literal(data, position)
    if kind == "word" and value in _WORDS:
        return _WORDS[value], position
    if value in {b"[", b"<<"} and depth < _MAX_DEPTH:
        items, position = _items(data, position, b"]" if value == b"[" else b">>", depth + 1)
        return (items if value == b"[" else dict(zip(map(str, items[::2]), items[1::2], strict=False))), position
    if kind == "end":
        raise Unreadable("the content stream ends in the middle of an operation")
    raise Unreadable(f"the content stream has {value[:20]!r} where an operand is expected")


def _items(data: bytes, position: int, end: bytes, depth: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    while True:
        kind, value, position = _token(data, position)
        if value == end and kind == "mark":
            return items, position
        item, position = _operand(data, kind, value, position, depth)
        items.append(item)


def _inline_image(data: bytes, position: int) -> tuple[dict[str, Any], int]:
    items: list[Any] = []
    while True:
        kind, value, position = _token(data, position)
        if value == b"ID":
            return dict(zip(map(str, items[::2]), items[1::2], strict=False)), _after_image(data, position)
        item, position = _operand(data, kind, value, position, 0)
        items.append(item)


def _after_image(data: bytes, position: int) -> int:
    """Where an inline image ends. Its pixels may contain "EI", so what follows has to look like a content stream."""
    for match in _IMAGE_END.finditer(data, position):
        following = data[match.end() : match.end() + 20]
        if all(byte in b"\t\n\f\r" or 32 <= byte < 127 for byte in following):
            return match.end()
    raise Unreadable("the content stream has an inline image without end")


def _number(value: bytes) -> int | float:
    if value.isdigit() and len(value) < 20:
        return int(value)
    text = value.lstrip(b"+-")
    digits = text.split(b"-")[0]  # "12-3" is a fault of some makers; readers take 12
    sign = -1 if value.startswith(b"-") else 1
    if b"." in digits:
        return sign * float(digits if digits != b"." else b"0")
    return sign * int(digits[:64] or b"0")


def _name(value: bytes) -> str:
    return _NAME_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), value).decode("utf-8", "surrogateescape")


def _hexadecimal(value: bytes) -> bytes:
    digits = b"".join(value[1:-1].split()).replace(b"\x00", b"")
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _literal(data: bytes, position: int) -> tuple[bytes, int]:
    start, depth = position, 1
    while True:
        match = _IN_STRING.search(data, position)
        if match is None or not match[0]:
            raise Unreadable("the content stream ends in the middle of a string")
        position = match.end()
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if depth == 0:
            return _ESCAPE.sub(_unescaped, data[start : position - 1]), position


def _unescaped(match: re.Match[bytes]) -> bytes:
    inside = match[1]
    if inside is None:  # a line end within a string reads as a line feed
        return b"\n"
    return bytes([int(inside, 8) & 255]) if inside[:1].isdigit() and inside[0] < 56 else _ESCAPED.get(inside, inside)
