r"""A reader of PDF objects by the letter of ISO 32000-1 §7.2 and §7.3, against which pypdf's reading is held.

    iso_read(b"<</A 12%\n0 R>>")                 # {b"A": ("R", 12, 0)}

Slow and short. It raises ValueError for what the standard does not allow; the later of two equal keys wins.
"""

from __future__ import annotations

import re
from typing import Any

_TOKEN = re.compile(
    rb"(?:[\x00\t\n\f\r ]|%[^\r\n]*[\r\n])*"
    rb"(<<|>>|[\[\]()<]|/[^\x00\t\n\f\r ()<>\[\]{}/%]*|[^\x00\t\n\f\r ()<>\[\]{}/%]+)"
)
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def token(self) -> bytes:
        found = _TOKEN.match(self.data, self.place)
        if not found:
            raise ValueError("no token")
        self.place = found.end()
        return found[1]

    def value(self, token: bytes | None = None) -> Any:
        token = token or self.token()
        if token == b"<<":
            return self.dictionary()
        if token == b"[":
            return self.array()
        if token in {b"(", b"<"}:
            return self.literal() if token == b"(" else self.hexadecimal()
        if token[:1] == b"/":
            return b"/" + name(token)
        if token in {b"true", b"false", b"null"}:
            return token.decode()
        if not _NUMBER.fullmatch(token):
            raise ValueError(token)
        return self.number(token)

    def number(self, token: bytes) -> Any:
        here = self.place
        if token.isdigit():
            try:
                generation, mark = self.token(), self.token()
            except ValueError:
                generation = mark = b""
            if generation.isdigit() and mark == b"R":
                return ("R", int(token), int(generation))
            self.place = here
        return float(token)

    def array(self) -> list[Any]:
        items = []
        while (token := self.token()) != b"]":
            items.append(self.value(token))
        return items

    def dictionary(self) -> dict[bytes, Any]:
        found = {}
        while (key := self.token()) != b">>":
            if key[:1] != b"/":
                raise ValueError(key)
            found[name(key)] = self.value()
        return found

    def literal(self) -> bytes:
        out, depth = b"", 1
        while depth:
            found = re.compile(rb"\\([0-7]{1,3}|\r\n|.)|\r\n?|.", re.DOTALL).match(self.data, self.place)
            if not found:
                raise ValueError("a string without end")
            self.place = found.end()
            each = found[0]
            depth += {b"(": 1, b")": -1}.get(each, 0)
            if found[1] and found[1][:1].isdigit() and found[1][:1] < b"8":
                each = bytes([int(found[1], 8) & 255])
            elif found[1]:
                each = _ESCAPES.get(found[1], found[1])
            out += each
        return out[:-1]

    def hexadecimal(self) -> bytes:
        end = self.data.find(b">", self.place)
        digits = re.sub(rb"[\x00\t\n\f\r ]", b"", self.data[self.place : end])
        self.place = end + 1
        if end < 0 or not re.fullmatch(rb"[0-9A-Fa-f]*", digits):
            raise ValueError(digits)
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def name(token: bytes) -> bytes:
    """A name without its slash; its escapes undone."""
    if re.search(rb"#(?:00|(?![0-9A-Fa-f]{2}))", token):
        raise ValueError(token)
    return re.sub(rb"#(..)", lambda found: bytes([int(found[1], 16)]), token[1:], flags=re.DOTALL)


def iso_read(data: bytes) -> Any:
    """The one object that these bytes are."""
    reader = _Reader(data)
    found = reader.value()
    if re.sub(rb"%[^\r\n]*[\r\n]", b"", data[reader.place :]).strip(b"\0\t\n\f\r "):
        raise ValueError("more than one")
    return found
