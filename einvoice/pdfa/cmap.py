r"""CMaps: from the bytes of a string to characters of a font, and from these to Unicode.

    cmap = read_cmap(stream)
    [code for code, _ in cmap.codes(b"\x00\x01\x00\x02")]       # [1, 2], two bytes each
    cmap.cid(code, 2)                                           # of an encoding
    cmap.text(code, 2)                                          # of a /ToUnicode

Sources: ISO 32000-1:2008 §9.7.5 (CMaps), §9.10.3 (ToUnicode); Adobe Technical Note 5014.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from einvoice.errors import Unreadable
from einvoice.pdfa.content import ENDLESS, operations

_MAX_RANGE = 65_536


@dataclass(slots=True)
class CMap:
    """Code space, and what its codes stand for."""

    spaces: list[tuple[bytes, bytes]] = field(default_factory=list)
    cids: dict[tuple[int, int], int] = field(default_factory=dict)  # (code, length) -> CID
    cid_ranges: list[tuple[int, int, int, int]] = field(default_factory=list)  # length, first, last, CID of the first
    texts: dict[int, bytes] = field(default_factory=dict)  # code -> UTF-16BE
    text_ranges: list[tuple[int, int, bytes]] = field(default_factory=list)
    vertical: int = 0
    uses: str | None = None  # another CMap that this one extends
    identity: bool = False

    def codes(self, string: bytes) -> Iterator[tuple[int, int]]:
        """The codes of a string and their lengths in bytes (§9.7.6.2)."""
        position = 0
        if self.identity:
            yield from ((high << 8 | low, 2) for high, low in zip(string[::2], string[1::2], strict=False))
            position = len(string) & ~1
        while position < len(string):
            length = self._length(string[position : position + 4])
            yield int.from_bytes(string[position : position + length], "big"), length
            position += length

    def _length(self, start: bytes) -> int:
        for low, high in self.spaces:
            part = start[: len(low)]
            if len(part) == len(low) and all(a <= b <= c for a, b, c in zip(low, part, high, strict=True)):
                return len(low)
        return min((len(low) for low, _ in self.spaces), default=1)

    def cid(self, code: int, length: int) -> int | None:
        """The CID of a code; `None` where the CMap has none, which a reader shows as CID 0."""
        if self.identity:
            return code
        if (code, length) in self.cids:
            return self.cids[code, length]
        for size, first, last, cid in self.cid_ranges:
            if size == length and first <= code <= last:
                return cid + code - first
        return None

    def text(self, code: int) -> str | None:
        """The Unicode text of a code; `None` where the CMap does not say."""
        found = self.texts.get(code)
        if found is None:
            for first, last, start in self.text_ranges:
                if first <= code <= last:
                    number = int.from_bytes(start, "big") + code - first
                    found = number.to_bytes(max(len(start), 1), "big") if number < 256 ** len(start) else None
                    break
        return found.decode("utf-16-be", "replace") if found is not None else None


IDENTITY = CMap(spaces=[(b"\x00\x00", b"\xff\xff")], identity=True)


def read_cmap(data: bytes, tokens: Iterable[None] = ENDLESS) -> CMap:
    """The CMap of a stream. PostScript is read as far as CMaps need it, one of the `tokens` for each of its own.

    Raises `Unreadable` where it is malformed, or has more ranges than there are codes.
    """
    cmap = CMap()
    for operator, operands in operations(data.replace(b"{", b" ").replace(b"}", b" "), tokens):
        _take(cmap, operator, operands)
        if len(cmap.text_ranges) + len(cmap.cid_ranges) > _MAX_RANGE:
            raise Unreadable(f"the CMap has more than {_MAX_RANGE} ranges")
    return cmap


def _take(cmap: CMap, operator: bytes, operands: list[Any]) -> None:
    if operator == b"endcodespacerange":
        cmap.spaces += [(low, high) for low, high in _groups(operands, 2) if _same_length(low, high)]
    elif operator == b"endcidchar":
        cmap.cids |= {(_code(code), len(code)): cid for code, cid in _groups(operands, 2) if isinstance(cid, int)}
    elif operator == b"endcidrange":
        _cid_ranges(cmap, operands)
    elif operator == b"endbfchar":
        cmap.texts |= {_code(code): text for code, text in _groups(operands, 2) if isinstance(text, bytes)}
    elif operator == b"endbfrange":
        _text_ranges(cmap, operands)
    elif operator == b"usecmap" and operands:
        cmap.uses = str(operands[-1])[1:]
    elif operator == b"def" and operands[-2:-1] == ["/WMode"] and isinstance(operands[-1], int):
        cmap.vertical = operands[-1]


def _cid_ranges(cmap: CMap, operands: list[Any]) -> None:
    for low, high, cid in _groups(operands, 3):
        if _same_length(low, high) and isinstance(cid, int):
            cmap.cid_ranges.append((len(low), _code(low), _code(high), cid))


def _text_ranges(cmap: CMap, operands: list[Any]) -> None:
    for low, high, target in _groups(operands, 3):
        if isinstance(target, list):
            texts = [text for text in target[:_MAX_RANGE] if isinstance(text, bytes)]
            cmap.texts |= {_code(low) + index: text for index, text in enumerate(texts)}
        elif isinstance(target, bytes) and isinstance(high, bytes):
            cmap.text_ranges.append((_code(low), _code(high), target))


def _groups(operands: list[Any], size: int) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(operands) - size + 1, size):
        group = tuple(operands[start : start + size])
        if isinstance(group[0], bytes) and len(group[0]) <= 4:
            yield group


def _same_length(low: bytes, high: Any) -> bool:
    return isinstance(high, bytes) and len(low) == len(high)


def _code(value: bytes) -> int:
    return int.from_bytes(value, "big")
