r"""Reading a content stream: the operators that draw a page, one by one.

    for operator, operands in operations(b"/F1 12 Tf (Facture) Tj"):
        ...                      # b"Tf", ["/F1", 12]; then b"Tj", [b"Facture"]

Names come as text with their slash, strings as bytes, numbers as numbers, arrays as lists and dictionaries as dicts. An
inline image is one operation `BI` with its dictionary; its pixels are skipped.

Source: ISO 32000-1:2008 §7.8.2 (content streams), §7.2 and §7.3 (tokens), §8.9.7 (inline images).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Any

from einvoice.errors import Unreadable
from einvoice.pdfa.pdf import Spent

# All operators of ISO 32000-1, annex A; the three of an inline image are read as one.
OPERATORS = frozenset(
    b"b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EMC ET EX f F f* G g gs h i j J K k l M m MP n q Q re RG rg"
    b" ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"".split()
)

ENDLESS = repeat(None)
_MAX_DEPTH = 64  # of arrays and dictionaries within each other
_TOKEN = re.compile(
    rb"""
    (?:[\x00\t\n\f\r\ ]+|%[^\r\n]*)*+
    (?:
    # Half of all operators say where and how thick, and here nobody asks: they are read with their numbers.
    (?P<passed>(?:PLAIN[\x00\t\n\f\r\ ]+){0,6}+
        (?P<operator>cm|T[cdDLmswz*]|[cijJlmMvwy]|re|[hn]|W\*?|BT|ET|EMC|BX|EX)BREAK)
    |(?P<plain>PLAIN)BREAK
    |(?P<number>[+-]*(?:\d+\.?[\d-]*|\.[\d-]+))BREAK
    |(?P<constant>true|false|null)BREAK
    |(?P<word>[^\x00\t\n\f\r\ ()<>\[\]{}/%]+)
    |(?P<name>/[^\x00\t\n\f\r\ ()<>\[\]{}/%]*)
    |\((?P<text>(?:[^\\()]++|\\.)*+)\)
    |<(?P<hexadecimal>[0-9A-Fa-f\x00\t\n\f\r\ ]*)>
    |(?P<begin>\[|<<)
    |(?P<end>\]|>>)
    |(?P<nested>\()  # a string with pairs of parentheses
    |(?P<last>\Z)
    |(?P<brace>[{}])  # of PostScript
    |(?P<stray>.)
    )""".replace(b"PLAIN", rb"-?\d{1,15}(?:\.\d{1,15})?").replace(b"BREAK", rb"(?=[\x00\t\n\f\r\ ()<>\[\]{}/%]|\Z)"),
    re.DOTALL | re.VERBOSE,
)
_KINDS = _TOKEN.groupindex
_PASSED, _PLAIN, _WORD, _BEGIN = (_KINDS[name] for name in ("passed", "plain", "word", "begin"))
_NESTED, _LAST, _STRAY = (_KINDS[name] for name in ("nested", "last", "stray"))
_ENDS = {b"[": b"]", b"<<": b">>", b"BI": b"ID"}
_LONG = {"/F": "/Filter", "/I": "/Interpolate", "/CS": "/ColorSpace"}  # keys of an inline image that are asked for
_IN_STRING = re.compile(rb"\\.|[()]|\Z", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)|\r\n?", re.DOTALL)
_ESCAPED = {
    **{b"\\%c" % each: b"%c" % meant for each, meant in zip(b"nrtbf", b"\n\r\t\b\f", strict=True)},
    **{b"\\" + end: b"" for end in (b"\n", b"\r", b"\r\n")},
    **dict.fromkeys((b"\r", b"\r\n"), b"\n"),  # a line end within a string reads as a line feed
    **{b"\\%0*o" % (length, each): bytes([each & 255]) for length in (1, 2, 3) for each in range(8**length)},
}
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_IMAGE_END = re.compile(rb"[\x00\t\n\f\r ]EI(?=[\x00\t\n\f\r ]|\Z)")


def operations(  # noqa: C901, PLR0912 - one branch a kind of token
    data: bytes, tokens: Iterable[None] = ENDLESS
) -> Iterator[tuple[bytes, list[Any]]]:
    """The operators of a content stream with their operands; those that move a pen or a text come without.

    `tokens`: as many as may be read, one of which is taken for each: a list of megabytes is one operand.

    Raises `Unreadable` where the stream is malformed, and `Spent` where it has too many tokens.
    """
    operands: list[Any] = []
    outer: list[tuple[bytes, list[Any]]] = []  # how each array, dictionary and inline image ends; what it stands in
    place: int | None = 0
    while place is not None:
        start, place = place, None
        for found, _ in zip(_TOKEN.finditer(data, start), tokens, strict=False):
            kind = found.lastindex or 0
            value = found[kind]
            if kind == _PASSED and not outer:
                yield found["operator"], []
                operands = []
            elif kind == _PLAIN:
                operands.append(float(value) if b"." in value else int(value))
            elif kind == _WORD and not outer and value not in _ENDS:
                yield value, operands
                operands = []
            elif kind in _MADE:
                operands.append(_MADE[kind](value))
            elif value in _ENDS and (kind == _BEGIN or not outer) and len(outer) < _MAX_DEPTH:
                outer.append((_ENDS[value], operands))
                operands = []
            elif outer and value == outer[-1][0]:
                operands = _ended(outer, operands)
                if value == b"ID":
                    place = _after_image(data, found.end())
                    yield b"BI", operands
                    operands = []
                    break
            elif kind == _NESTED:
                text, place = _literal(data, found.end())
                operands.append(text)
                break
            elif kind == _LAST and not outer and not operands:
                break
            else:
                raise _malformed(kind, found["operator"] or value, found.start())
        else:  # an end is a token too
            raise Spent("EI-NO-PDF-15")


def _ended(outer: list[tuple[bytes, list[Any]]], items: list[Any]) -> list[Any]:
    """What the innermost array or dictionary stands in, with it."""
    end, operands = outer.pop()
    if end == b"]":
        operands.append(items)
        return operands
    entries = dict(zip(map(str, items[::2]), items[1::2], strict=False))
    names = {_LONG.get(name, name) for name in entries} if end == b"ID" else entries
    if 2 * len(names) != len(items):
        raise Unreadable("the content stream has a key twice, or one without a value")
    operands.append(entries)
    return operands


def _malformed(kind: int, value: bytes, place: int) -> Unreadable:
    if kind == _STRAY:
        return Unreadable(f"the content stream has a stray character after byte {place}")
    if kind == _LAST:
        return Unreadable("the content stream ends in the middle of an operation")
    return Unreadable(f"the content stream has {value[:20]!r} where an operand is expected")


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
    if b"#" not in value:
        return value.decode("utf-8", "surrogateescape")
    return _NAME_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), value).decode("utf-8", "surrogateescape")


def _hexadecimal(value: bytes) -> bytes:
    digits = b"".join(value.split()).replace(b"\x00", b"")
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
            return _text(data[start : position - 1]), position


def _text(inside: bytes) -> bytes:
    """What stands in a string, without its escapes."""
    return _ESCAPE.sub(_unescaped, inside) if b"\\" in inside or b"\r" in inside else inside


def _unescaped(match: re.Match[bytes]) -> bytes:
    return _ESCAPED.get(match[0], match[1])


_MADE: dict[int, Callable[[bytes], Any]] = {
    _KINDS["number"]: _number,
    _KINDS["constant"]: {b"true": True, b"false": False, b"null": None}.get,
    _KINDS["name"]: _name,
    _KINDS["text"]: _text,
    _KINDS["hexadecimal"]: _hexadecimal,
}
