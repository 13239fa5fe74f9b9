"""The sRGB colour profile, built from the numbers of its standard.

A PDF made for the screen says "red 0.2" and means sRGB without saying so. PDF/A wants it said, as an ICC profile in the
file. This one is made here: three primaries, a white point, a tone curve.

    len(srgb_profile())        # 2,6 kB, always the same bytes

Sources: IEC 61966-2-1:1999 (sRGB: primaries, white point, transfer function); ICC.1:2001-04 (profile format v2.4,
§6.1 header, §6.3.1.2 three-component matrix display profiles).
"""

from __future__ import annotations

import struct

SRGB_NAME = "sRGB IEC61966-2.1"

# Primaries and white of sRGB, adapted from D65 to the D50 of the profile connection space (Bradford), as X, Y, Z.
_PRIMARIES = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_D50 = (0.9642, 1.0, 0.82491)
_STEPS = 1024
_COPYRIGHT = "No copyright, use freely"


def srgb_profile() -> bytes:
    """An ICC version 2 display profile of sRGB."""
    curve = _curve()
    tags = {
        b"desc": _description(SRGB_NAME),
        b"cprt": b"text" + bytes(4) + _COPYRIGHT.encode("ascii") + b"\x00",
        b"wtpt": _xyz(_D50),
        **{tag: _xyz(colour) for tag, colour in _PRIMARIES.items()},
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body = bytearray(struct.pack(">I", len(tags))), bytearray()
    start = 128 + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    for tag, data in tags.items():
        if data not in places:  # the three curves are one
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", tag, places[data], len(data))
    return _header(128 + len(table) + len(body)) + bytes(table) + bytes(body)


def _header(size: int) -> bytes:
    date = (2026, 1, 1, 0, 0, 0)  # fixed: the same profile in every file
    return struct.pack(
        ">I4sI4s4s4s6H4s4sI4s4sQI12s4s44s",
        size,
        bytes(4),  # no preferred colour engine
        0x02400000,  # version 2.4
        b"mntr",
        b"RGB ",
        b"XYZ ",
        *date,
        b"acsp",
        bytes(4),  # platform
        0,  # flags
        bytes(4),  # manufacturer
        bytes(4),  # model
        0,  # attributes
        0,  # perceptual
        _numbers(_D50),
        bytes(4),  # creator
        bytes(44),
    )


def _numbers(values: tuple[float, ...]) -> bytes:
    """Signed 15.16 fixed point."""
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + _numbers(values)


def _curve() -> bytes:
    """The sRGB transfer function, from 0 to 1 in equal steps."""
    values = []
    for step in range(_STEPS):
        value = step / (_STEPS - 1)
        linear = value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        values.append(round(linear * 65535))
    return b"curv" + bytes(4) + struct.pack(f">I{_STEPS}H", _STEPS, *values)


def _description(text: str) -> bytes:
    """A description in ASCII, with empty Unicode and Macintosh variants."""
    ascii_text = text.encode("ascii") + b"\x00"
    return b"desc" + bytes(4) + struct.pack(">I", len(ascii_text)) + ascii_text + bytes(4 + 4 + 2 + 1 + 67)
