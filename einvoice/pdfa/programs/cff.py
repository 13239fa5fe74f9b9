"""Compact Font Format: number of glyphs, their names or CIDs, their widths.

The width of a glyph stands at the start of its drawing program, before the first operator that consumes operands; so
the program is run up to there, no further.

Sources: Adobe Technical Note 5176 (CFF), 5177 (Type 2 charstrings).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise

from einvoice.errors import Unreadable
from einvoice.pdfa.programs.glyph_names import STANDARD_ENCODING, STANDARD_STRINGS
from einvoice.pdfa.programs.program import Program

_ROS, _FD_ARRAY, _FD_SELECT, _FONT_MATRIX = 1230, 1236, 1237, 1207  # two-byte operators: 1200 + second byte
_CHARSET, _ENCODING, _CHARSTRINGS, _PRIVATE, _SUBRS, _DEFAULT_WIDTH, _NOMINAL_WIDTH = 15, 16, 17, 18, 19, 20, 21
_MAX_CALLS = 12
_REAL = "0123456789.EE?-"  # nibbles of a real number; 12 is "E-"


@dataclass(frozen=True, slots=True)
class _Private:
    default: float
    nominal: float
    subrs: list[bytes]
    scale: float  # to thousandths


def read_cff(data: bytes) -> Program:
    """The program of a Type1C or CIDFontType0C FontFile3. Raises `Unreadable` where it is damaged."""
    try:
        return _read(data)
    except (struct.error, IndexError, KeyError, ValueError, TypeError) as error:
        raise Unreadable(f"the CFF font is damaged: {error}") from error


def _read(data: bytes) -> Program:
    _, position = _index(data, data[2])
    tops, position = _index(data, position)
    strings, position = _index(data, position)
    global_subrs, _ = _index(data, position)
    top = _dict(tops[0])
    glyphs, _ = _index(data, int(top[_CHARSTRINGS][0]))
    is_cid = _ROS in top
    charset = _charset(data, int(top.get(_CHARSET, [0])[0]), len(glyphs), is_cid=is_cid)
    matrix = float(top[_FONT_MATRIX][0]) if _FONT_MATRIX in top else None
    if is_cid:
        fonts, _ = _index(data, int(top[_FD_ARRAY][0]))
        privates = [_private(data, _dict(font), matrix) for font in fonts]
        select = _select(data, int(top[_FD_SELECT][0]), len(glyphs))
    else:
        privates, select = [_private(data, top, None)], bytes(len(glyphs))

    def width(glyph: int) -> float | None:
        if not 0 <= glyph < len(glyphs):
            return None
        private = privates[select[glyph]]
        try:
            extra = _Width(global_subrs, private.subrs).of(glyphs[glyph])
        except (struct.error, IndexError):  # a program that ends in the middle of itself
            return None
        if extra is None:
            return None
        return (private.nominal + extra[0] if extra else private.default) * private.scale

    if is_cid:
        return Program(len(glyphs), width, cids={cid: glyph for glyph, cid in enumerate(charset)})
    names = [_string(strings, sid) for sid in charset]
    return Program(
        len(glyphs),
        width,
        names={name: glyph for glyph, name in reversed(list(enumerate(names)))},
        encoding=_encoding(data, int(top.get(_ENCODING, [0])[0]), names, strings),
    )


def _index(data: bytes, position: int) -> tuple[list[bytes], int]:
    count = struct.unpack_from(">H", data, position)[0]
    if count == 0:
        return [], position + 2
    size = data[position + 2]
    table = position + 3
    offsets = [int.from_bytes(data[table + size * i : table + size * (i + 1)], "big") for i in range(count + 1)]
    base = table + size * (count + 1) - 1
    return [data[base + a : base + b] for a, b in pairwise(offsets)], base + offsets[-1]


def _dict(data: bytes) -> dict[int, list[float]]:
    entries: dict[int, list[float]] = {}
    operands: list[float] = []
    position = 0
    while position < len(data):
        byte = data[position]
        if byte <= 21:
            operator = 1200 + data[position + 1] if byte == 12 else byte
            position += 2 if byte == 12 else 1
            entries[operator], operands = operands, []
        elif byte == 30:
            value, position = _real(data, position + 1)
            operands.append(value)
        elif byte == 29:
            operands.append(struct.unpack_from(">i", data, position + 1)[0])
            position += 5
        else:
            value, position = _small(data, position)
            operands.append(value)
    return entries


def _small(data: bytes, position: int) -> tuple[int, int]:
    """An integer of one to three bytes, as dictionaries and charstrings share them."""
    byte = data[position]
    if byte == 28:
        return struct.unpack_from(">h", data, position + 1)[0], position + 3
    if 32 <= byte <= 246:
        return byte - 139, position + 1
    if byte <= 250:
        return (byte - 247) * 256 + data[position + 1] + 108, position + 2
    return -(byte - 251) * 256 - data[position + 1] - 108, position + 2


def _real(data: bytes, position: int) -> tuple[float, int]:
    text = ""
    while True:
        for nibble in divmod(data[position], 16):
            if nibble == 15:
                return float(text or "0"), position + 1
            text += "E-" if nibble == 12 else _REAL[nibble]
        position += 1


def _charset(data: bytes, offset: int, count: int, *, is_cid: bool) -> list[int]:
    """The SID, or CID, of each glyph."""
    if offset <= 2 and not is_cid:
        if offset:
            raise Unreadable("the CFF font uses an expert character set")
        return list(range(count))
    if offset <= 2:
        return list(range(count))
    form, position, charset = data[offset], offset + 1, [0]
    if form == 0:
        return [0, *struct.unpack_from(f">{count - 1}H", data, position)]
    while len(charset) < count:
        first = struct.unpack_from(">H", data, position)[0]
        left = data[position + 2] if form == 1 else struct.unpack_from(">H", data, position + 2)[0]
        position += 3 if form == 1 else 4
        charset += range(first, first + left + 1)
    return charset[:count]


def _string(strings: list[bytes], sid: int) -> str:
    if sid < len(STANDARD_STRINGS):
        return STANDARD_STRINGS[sid]
    return strings[sid - len(STANDARD_STRINGS)].decode("latin-1")


def _encoding(data: bytes, offset: int, names: list[str], strings: list[bytes]) -> dict[int, str]:
    if offset == 0:
        return dict(STANDARD_ENCODING)
    if offset == 1:
        raise Unreadable("the CFF font uses the expert encoding")
    form, count, position = data[offset], data[offset + 1], offset + 2
    codes: list[int] = []
    if form & 0x7F == 0:
        codes, position = list(data[position : position + count]), position + count
    else:
        for _ in range(count):
            codes += range(data[position], data[position] + data[position + 1] + 1)
            position += 2
    encoding = {code: names[glyph] for glyph, code in enumerate(codes, 1) if glyph < len(names)}
    if form & 0x80:
        for index in range(data[position]):
            code, sid = struct.unpack_from(">BH", data, position + 1 + 3 * index)
            encoding[code] = _string(strings, sid)
    return encoding


def _private(data: bytes, font: dict[int, list[float]], outer: float | None) -> _Private:
    """A private dictionary; the matrix of a part of a font is within that of the whole."""
    size, offset = (int(value) for value in font.get(_PRIVATE, [0, 0]))
    private = _dict(data[offset : offset + size])
    subrs = _index(data, offset + int(private[_SUBRS][0]))[0] if _SUBRS in private else []
    own = float(font[_FONT_MATRIX][0]) if _FONT_MATRIX in font else None
    matrix = 0.001 if own is None and outer is None else (1 if own is None else own) * (1 if outer is None else outer)
    return _Private(
        default=private.get(_DEFAULT_WIDTH, [0])[0],
        nominal=private.get(_NOMINAL_WIDTH, [0])[0],
        subrs=subrs,
        scale=matrix * 1000,
    )


def _select(data: bytes, offset: int, count: int) -> bytes:
    """Which private dictionary each glyph has."""
    if data[offset] == 0:
        return data[offset + 1 : offset + 1 + count]
    ranges = struct.unpack_from(">H", data, offset + 1)[0]
    chosen = bytearray(count)
    for index in range(ranges):
        first, font, following = struct.unpack_from(">HBH", data, offset + 3 + 3 * index)
        chosen[first : min(following, count)] = bytes([font]) * (min(following, count) - first)
    return bytes(chosen)


@dataclass(slots=True)
class _Width:
    """The start of one Type 2 charstring."""

    global_subrs: list[bytes]
    subrs: list[bytes]

    def of(self, program: bytes) -> list[float] | None:
        """The width, if one stands before the first operator's operands; [] for the default; `None`: cannot be told."""
        stack: list[float] = []
        return self._run(program, stack, 0)

    def _run(self, program: bytes, stack: list[float], calls: int) -> list[float] | None:
        position = 0
        while position < len(program) and calls <= _MAX_CALLS:
            byte = program[position]
            if byte == 255:
                stack.append(struct.unpack_from(">i", program, position + 1)[0] / 65536)
                position += 5
            elif byte >= 32 or byte == 28:
                value, position = _small(program, position)
                stack.append(value)
            elif byte in {10, 29}:
                subrs = self.subrs if byte == 10 else self.global_subrs
                number = int(stack.pop()) + _bias(subrs)
                found = self._run(subrs[number], stack, calls + 1)
                if found is not None or calls >= _MAX_CALLS:
                    return found
                position += 1
            elif byte == 11:
                return None  # back to the caller, who goes on
            else:
                return _width_on(stack, byte)
        return None


def _bias(subrs: list[bytes]) -> int:
    return 107 if len(subrs) < 1240 else 1131 if len(subrs) < 33900 else 32768


def _width_on(stack: list[float], operator: int) -> list[float] | None:
    """Whether an operator has one operand more than it takes."""
    if operator in {1, 3, 18, 23, 19, 20}:  # stems and hint masks take pairs
        extra = len(stack) % 2 == 1
    elif operator in {4, 22}:  # vmoveto, hmoveto
        extra = len(stack) > 1
    elif operator == 21:  # rmoveto
        extra = len(stack) > 2
    elif operator == 14:  # endchar; with four operands it composes an accented character
        extra = len(stack) in {1, 5}
    else:
        return None
    return stack[:1] if extra else []
