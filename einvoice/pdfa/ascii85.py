"""ASCII85, unpacked piece by piece: pypdf takes ninety bytes of memory for each byte of it, and sets no bound.

Python's own function takes a microsecond for each group of five characters, 15 s for what a file of 27 kB may hold.
Here all groups of a piece are calculated at once, each in eight bytes of one large number.

Source: ISO 32000-1:2008 §7.4.3.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from pypdf.generic import ArrayObject, EncodedStreamObject, NameObject, PdfObject

NAMES = ("ASCII85Decode", "A85")
_BLANKS = b" \t\r\n\f\0"
_PIECE = 500_000  # characters at a time, whole groups of five
_FIRST, _LAST = b"!u"
_DIGITS = bytes(range(_FIRST, _LAST + 1))
_ZERO = sum(_FIRST * 85**place for place in range(5))  # what a group of "!" adds up to by its characters


class TooLong(ValueError):
    """More comes out than is allowed."""


def decoded(data: bytes, most: int) -> bytes:
    """The bytes that ASCII85 text stands for. Raises `TooLong` above `most` bytes, `ValueError` for other text."""
    text = data.translate(None, _BLANKS).removeprefix(b"<~").partition(b"~")[0]
    if len(text) > 2 * most or text.count(b"z") * 4 > most:
        raise TooLong
    text = text.replace(b"z", b"!!!!!")
    out = bytearray()
    for start in range(0, len(text), _PIECE):
        out += _groups(text[start : start + _PIECE])
        if len(out) > most:
            raise TooLong
    return bytes(out)


def _groups(text: bytes) -> bytes:
    """The bytes that groups of five characters stand for, the last of which may be shorter."""
    count = len(text) // 5
    whole, rest = text[: count * 5], text[count * 5 :]
    if whole.translate(None, _DIGITS):
        raise ValueError("no ASCII85")
    total = 0
    for place in range(5):
        lanes = bytearray(8 * count)
        lanes[7::8] = whole[place::5]
        total = total * 85 + int.from_bytes(lanes, "big")
    values = (total - int.from_bytes(_ZERO.to_bytes(8, "big") * count, "big")).to_bytes(8 * count, "big")
    if any(values[3::8]):
        raise ValueError("no ASCII85: more than four bytes in a group")
    out = bytearray(4 * count)
    for place in range(4):
        out[place::4] = values[4 + place :: 8]
    return bytes(out) + base64.a85decode(rest)


def unpacked(data: bytes, names: Sequence[str], parameters: Sequence[PdfObject], most: int) -> bytes:
    """The bytes of a stream whose filters are `names`, some of them ASCII85; pypdf undoes the others.

    `parameters` has one entry for each filter, or is empty.
    """
    place = next((index for index, name in enumerate(names) if name in NAMES), len(names))
    if place:
        data = _by_pypdf(data, names[:place], parameters[:place])
    if place == len(names):
        return data
    return unpacked(decoded(data, most), names[place + 1 :], parameters[place + 1 :], most)


def _by_pypdf(data: bytes, names: Sequence[str], parameters: Sequence[PdfObject]) -> bytes:
    stream = EncodedStreamObject()
    stream._data = data  # noqa: SLF001 - pypdf has no other way to make an encoded stream
    stream[NameObject("/Filter")] = ArrayObject(NameObject(f"/{name}") for name in names)
    if parameters:
        stream[NameObject("/DecodeParms")] = ArrayObject(parameters)
    return stream.get_data()
