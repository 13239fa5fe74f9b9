"""Objects of a PDF that are written plainly, which nearly all are: read by one pattern, and not byte by byte.

    plain_object(b"<</S/Span/P 7 0 R/K[0 1]>>", 0, reader)

What pypdf makes of them, in a third of the time. Of whatever is unusual (a comment, an escape, a key that is there
twice, an end that is missing) nothing is said here: it is for pypdf.

Source: ISO 32000-1:2008 §7.3 (objects).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    create_string_object,
)

_TOKEN = re.compile(
    rb"[\t\n\f\r ]*(?:"
    rb"/([\w+.:,*-]{1,127})(?=[\t\n\f\r ()<>\[\]/])"  # 1: a name
    rb"|(\d{1,8}) (\d{1,5}) R(?=[\t\n\f\r ()<>\[\]/])"  # 2, 3: a reference
    rb"|([+-]?\d{1,15})(?=[\t\n\f\r ()<>\[\]/])(?!\s+\d+\s+R)"  # 4: a whole number
    rb"|(<<|\[)"  # 5: what begins
    rb"|(>>|\])"  # 6: what ends
    rb"|([+-]?\d{1,8}\.\d{0,9})(?=[\t\n\f\r ()<>\[\]/])"  # 7: a number with a point
    rb"|\(([^\\()\r]*)\)"  # 8: a string
    rb"|<((?:[0-9A-Fa-f]{2})*)>"  # 9: a string in hexadecimal digits
    rb"|(true|false|null)(?=[\t\n\f\r ()<>\[\]/])"  # 10: a word
    rb"|(.|\Z))",  # 11: what is not plain
    re.ASCII | re.DOTALL,
)
_BEGIN, _END = 5, 6
_MADE: dict[int, Callable[[re.Match[bytes], PdfReader], PdfObject]] = {
    1: lambda found, _: NameObject("/" + found[1].decode("ascii")),
    3: lambda found, reader: IndirectObject(int(found[2]), int(found[3]), reader),
    4: lambda found, _: NumberObject(found[4]),
    7: lambda found, _: FloatObject(found[7]),
    8: lambda found, _: create_string_object(found[8]),
    9: lambda found, _: create_string_object(bytes.fromhex(found[9].decode("ascii"))),
    10: lambda found, _: NullObject() if found[10] == b"null" else BooleanObject(found[10] == b"true"),
}
_MOST = 10_000  # entries of an array or of a dictionary: pypdf knows what is too many
_DEEPEST = 32
_STREAM = re.compile(rb"[\x00\t\n\f\r ]*s")  # what follows the dictionary of a stream


def plain_object(data: bytes, place: int, reader: PdfReader) -> PdfObject | None:
    """The object that begins at a place; None where it is not plain, and where it is the dictionary of a stream."""
    outer: list[tuple[bytes, list[PdfObject]]] = []  # how each array and dictionary ends, and what it stands in
    items: list[PdfObject] = []  # of the innermost
    value: PdfObject | None
    for found in _TOKEN.finditer(data, place):
        kind = found.lastindex
        if kind == _BEGIN and len(outer) < _DEEPEST:
            outer.append((b">>" if found[5] == b"<<" else b"]", items))
            items = []
            continue
        if kind == _END and outer and outer[-1][0] == found[6]:
            end, before = outer.pop()
            value = _container(end, items)
            items = before
        elif make := _MADE.get(kind or 0):
            value = make(found, reader)
        else:
            break
        if value is None:
            break
        if not outer:
            ends = found.end()
            usual = not data[place : place + 1].isspace()
            return value if usual and not (isinstance(value, DictionaryObject) and _STREAM.match(data, ends)) else None
        items.append(value)
    return None


def _container(end: bytes, items: list[PdfObject]) -> PdfObject | None:
    """An array or a dictionary; None where it is too large, and where keys and values do not come in turn."""
    if len(items) > _MOST:
        return None
    if end == b"]":
        return ArrayObject(items)
    keys = items[::2]
    if len(items) % 2 or not all(type(key) is NameObject for key in keys):
        return None
    found = DictionaryObject(zip(keys, items[1::2], strict=True))
    return found if len(found) == len(keys) else None
