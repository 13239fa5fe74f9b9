"""ASCII85, unpacked piece by piece: pypdf takes ninety bytes of memory for each byte of it, and sets no bound.

Source: ISO 32000-1:2008 §7.4.3.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from pypdf.generic import ArrayObject, EncodedStreamObject, NameObject, PdfObject

NAMES = ("ASCII85Decode", "A85")
_BLANKS = b" \t\r\n\f\0"
_PIECE = 50_000  # characters at a time, whole groups of five


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
        out += base64.a85decode(text[start : start + _PIECE])
        if len(out) > most:
            raise TooLong
    return bytes(out)


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
