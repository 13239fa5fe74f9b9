"""JPEG 2000 images, as far as PDF/A-3 restricts them.

The image itself is not decoded: the boxes before it say how many channels it has, how deep they are and what their
colours mean. Sources: ISO 19005-3:2012 §6.2.8.3; ISO 15444-1 annex I (the boxes of a JP2 file).
"""

from __future__ import annotations

from collections.abc import Iterator

_CHANNELS = {1, 3, 4}
_METHODS = {1, 2, 3}
_CIE_JAB = 19


def jpeg2000_fault(data: bytes, *, has_colour_space: bool) -> str | None:
    """What PDF/A-3 does not allow about an image, in a word; `None` where all is well.

    `has_colour_space`: the PDF itself says what the colours are, so what the image says about them does not count.
    """
    header = next((body for kind, body in _boxes(data) if kind == b"jp2h"), None)
    if header is None:
        return "jp2h"
    boxes = list(_boxes(header))
    image = next((body for kind, body in boxes if kind == b"ihdr"), b"")
    if len(image) < 14:
        return "ihdr"
    channels, depth = int.from_bytes(image[8:10], "big"), (image[10] & 0x7F) + 1
    if channels not in _CHANNELS:
        return f"NC {channels}"
    if image[10] == 0xFF or any(kind == b"bpcc" for kind, _ in boxes) or depth > 38:
        return "bpcc"
    colours = [body for kind, body in boxes if kind == b"colr" and len(body) >= 3]
    return None if has_colour_space else _colour_fault(colours)


def _colour_fault(colours: list[bytes]) -> str | None:
    chosen = [body for body in colours if body[2] == 1] if len(colours) > 1 else colours
    if len(chosen) != 1:
        return "colr APPROX"
    if chosen[0][0] not in _METHODS:
        return "colr METH"
    if chosen[0][0] == 1 and int.from_bytes(chosen[0][3:7], "big") == _CIE_JAB:
        return "CIEJab"
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position + 8 <= len(data):
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        head = 8
        if length == 1:
            length, head = int.from_bytes(data[position + 8 : position + 16], "big"), 16
        if length == 0:
            length = len(data) - position
        if length < head:
            return
        yield kind, data[position + head : position + length]
        position += length
