"""Type 1 font programs: the names of their glyphs, their encoding and their widths.

The second half of the file is enciphered with a key that everybody knows, and each glyph's drawing program again. A
drawing program starts with the width. Source: Adobe Type 1 Font Format (1990), §2, §6.4 (hsbw, sbw), §7 (encryption).
"""

from __future__ import annotations

import re

from einvoice.errors import Unreadable
from einvoice.pdfa.programs.glyph_names import STANDARD_ENCODING
from einvoice.pdfa.programs.program import Program

_EEXEC_KEY, _CHARSTRING_KEY = 55665, 4330
_CODE = re.compile(rb"dup\s+(\d+)\s*/([^\s/(){}<>\[\]%]+)\s+put")
_GLYPH = re.compile(rb"/([^\s/(){}<>\[\]%]+)\s+(\d+)\s+(?:RD|-\||\S+) ")
_MATRIX = re.compile(rb"/FontMatrix\s*\[\s*([-+.\dEe]+)")
_SPACE = b" \t\r\n"


def read_type1(data: bytes) -> Program:
    """The program of a FontFile. Raises `Unreadable` where it is damaged."""
    if data[:1] == b"\x80":
        data = _without_segments(data)
    clear, mark, secret = data.partition(b"eexec")
    if not mark:
        raise Unreadable("the Type 1 font has no enciphered part")
    private = _deciphered(_binary(secret.lstrip(_SPACE)), _EEXEC_KEY, 4)
    glyphs = _glyphs(private)
    if not glyphs:
        raise Unreadable("the Type 1 font has no glyphs")
    matrix = _MATRIX.search(clear)
    scale = float(matrix[1]) * 1000 if matrix else 1.0
    names = list(glyphs)

    def width(glyph: int) -> float | None:
        try:
            found = _width(glyphs[names[glyph]]) if 0 <= glyph < len(names) else None
        except IndexError:  # a program that ends in the middle of itself
            return None
        return found * scale if found is not None else None

    numbers = {name: index for index, name in enumerate(names)}
    return Program(len(names), width, names=numbers, encoding=_encoding(clear))


def _without_segments(data: bytes) -> bytes:
    """A PFB file without its segment headers."""
    parts, position = [], 0
    while data[position : position + 1] == b"\x80" and data[position + 1 : position + 2] in {b"\x01", b"\x02"}:
        length = int.from_bytes(data[position + 2 : position + 6], "little")
        parts.append(data[position + 6 : position + 6 + length])
        position += 6 + length
    return b"".join(parts)


def _binary(secret: bytes) -> bytes:
    if re.fullmatch(rb"[0-9A-Fa-f]{4}", secret[:4]):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", secret)
        return bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    return secret


def _deciphered(data: bytes, key: int, skipped: int) -> bytes:
    out = bytearray(len(data))
    for index, byte in enumerate(data):
        out[index] = byte ^ (key >> 8)
        key = ((byte + key) * 52845 + 22719) & 0xFFFF
    return bytes(out[skipped:])


def _glyphs(private: bytes) -> dict[str, bytes]:
    """The deciphered start of each glyph's drawing program, by name, in the order of the file."""
    match = re.search(rb"/lenIV\s+(\d+)", private)
    skipped = int(match[1]) if match else 4
    position = private.find(b"/CharStrings")
    glyphs: dict[str, bytes] = {}
    position = private.find(b"begin", position) if position >= 0 else len(private)
    while (found := _GLYPH.search(private, position)) is not None:
        length = int(found[2])
        start = private[found.end() : found.end() + min(length, skipped + 40)]
        glyphs[found[1].decode("latin-1")] = _deciphered(start, _CHARSTRING_KEY, skipped)
        position = found.end() + length
    return glyphs


def _encoding(clear: bytes) -> dict[int, str]:
    if re.search(rb"/Encoding\s+StandardEncoding\s+def", clear):
        return dict(STANDARD_ENCODING)
    return {int(code): name.decode("latin-1") for code, name in _CODE.findall(clear) if int(code) < 256}


def _width(program: bytes) -> float | None:
    """The second operand of hsbw (13), or the third of sbw (12 7)."""
    stack: list[float] = []
    position = 0
    while position < len(program):
        byte = program[position]
        if byte == 255:
            stack.append(int.from_bytes(program[position + 1 : position + 5], "big", signed=True))
            position += 5
        elif byte >= 251:
            stack.append(-(byte - 251) * 256 - program[position + 1] - 108)
            position += 2
        elif byte >= 247:
            stack.append((byte - 247) * 256 + program[position + 1] + 108)
            position += 2
        elif byte >= 32:
            stack.append(byte - 139)
            position += 1
        elif byte == 13:
            return stack[1] if len(stack) >= 2 else None
        elif byte == 12 and program[position + 1 : position + 2] == b"\x07":
            return stack[2] if len(stack) >= 3 else None
        elif byte == 12 and program[position + 1 : position + 2] == b"\x0c" and len(stack) >= 2:
            divisor = stack.pop()
            stack.append(stack.pop() / divisor if divisor else 0)
            position += 2
        else:
            return None
    return None
