"""TrueType font programs: number of glyphs, advance widths, character maps.

Source: Apple TrueType Reference Manual and ISO/IEC 14496-22 (tables head, hhea, hmtx, maxp, cmap).
"""

from __future__ import annotations

import struct

from einvoice.errors import Unreadable
from einvoice.pdfa.programs.cff import read_cff
from einvoice.pdfa.programs.program import Program

_MAX_CODES = 200_000  # of one character map


def read_truetype(data: bytes) -> Program:
    """The program of a FontFile2, or of an OpenType FontFile3. Raises `Unreadable` where it is damaged."""
    try:
        tables = _tables(data)
        if "glyf" not in tables and "CFF " in tables:
            return read_cff(tables["CFF "])
        units = struct.unpack_from(">H", tables["head"], 18)[0]
        count = struct.unpack_from(">H", tables["maxp"], 4)[0]
        metrics = struct.unpack_from(">H", tables["hhea"], 34)[0]
        advances = struct.unpack_from(">" + "Hh" * metrics, tables["hmtx"])[::2]
        cmaps = _cmaps(tables.get("cmap", b""))
    except (struct.error, KeyError, IndexError) as error:
        raise Unreadable(f"the TrueType font is damaged: {error}") from error
    if not units or not advances:
        raise Unreadable("the TrueType font has no metrics")

    def width(glyph: int) -> float | None:
        return advances[min(glyph, metrics - 1)] * 1000 / units if 0 <= glyph < count else None

    return Program(count=count, width=width, cmaps=cmaps)


def _tables(data: bytes) -> dict[str, bytes]:
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    tables = {}
    for index in range(struct.unpack_from(">H", data, start + 4)[0]):
        tag, _, offset, length = struct.unpack_from(">4sIII", data, start + 12 + 16 * index)
        tables[tag.decode("latin-1")] = data[offset : offset + length]
    return tables


def _cmaps(table: bytes) -> dict[tuple[int, int], dict[int, int]]:
    if not table:
        return {}
    cmaps = {}
    for index in range(struct.unpack_from(">H", table, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", table, 4 + 8 * index)
        cmaps[platform, encoding] = _cmap(table[offset:])
    return cmaps


def _cmap(table: bytes) -> dict[int, int]:
    form = struct.unpack_from(">H", table)[0]
    if form == 0:
        return dict(enumerate(table[6:262]))
    if form == 4:
        return _segments(table)
    if form == 6:
        first, count = struct.unpack_from(">HH", table, 6)
        return {first + index: glyph for index, glyph in enumerate(struct.unpack_from(f">{count}H", table, 10))}
    if form == 12:
        groups = struct.unpack_from(">I", table, 12)[0]
        mapping: dict[int, int] = {}
        for index in range(groups):
            low, high, glyph = struct.unpack_from(">III", table, 16 + 12 * index)
            if high - low + len(mapping) > _MAX_CODES:
                raise Unreadable("the TrueType font maps too many characters")
            mapping |= {code: glyph + code - low for code in range(low, high + 1)}
        return mapping
    return {}


def _segments(table: bytes) -> dict[int, int]:
    """Format 4: segments of codes, each with a shift or with a list of glyphs."""
    count = struct.unpack_from(">H", table, 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts, deltas, offsets = (struct.unpack_from(f">{count}H", table, 16 + 2 * count * part) for part in (1, 2, 3))
    mapping = {}
    for index in range(count):
        for code in range(starts[index], min(ends[index], 0xFFFE) + 1):
            if not offsets[index]:
                mapping[code] = (code + deltas[index]) & 0xFFFF
                continue
            place = 16 + 6 * count + 2 * index + offsets[index] + 2 * (code - starts[index])
            glyph = struct.unpack_from(">H", table, place)[0] if place + 2 <= len(table) else 0
            mapping[code] = (glyph + deltas[index]) & 0xFFFF if glyph else 0
    return mapping
