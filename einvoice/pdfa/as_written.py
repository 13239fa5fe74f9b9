"""Packed objects of a PDF as they are written: copied, renumbered and searched without being taken apart.

    is_plain(b"<</S/Span/P 7 0 R/K[0 1]>>")         # True
    references(b"<</S/Span/P 7 0 R/K[0 1]>>")       # [(7, 0)]

A tagged page of an invoice has hundreds of objects that say which words belong together. Whoever writes the PDF anew
has to renumber their references and nothing else, and whoever judges it has to know that they are well formed.

Only what can be meant in one way is plain: arrays and dictionaries of names, numbers, references and strings without
escapes, each key once, nothing beyond the limits of PDF/A (ISO 19005-3 §6.1.13).

Source: ISO 32000-1:2008 §7.3 (objects).
"""

from __future__ import annotations

import re
from collections.abc import Callable

_BLANKS = rb"[\t\n\f\r ]*+"
_NAME = rb"/[A-Za-z0-9_+.:,*-]{1,127}(?=[\t\n\f\r ()<>\[\]/]|\Z)"
_SCALAR = (
    rb"(?:/[A-Za-z0-9_+.:,*-]{1,127}|\d{1,8} \d{1,5} R"
    # Two numbers and an R that stand farther apart are a reference as well, but are not found as one.
    rb"|[+-]?\d{1,9}(?:\.\d{1,9})?(?!\s+\d+\s+R)|true|false|null)(?=[\t\n\f\r ()<>\[\]/]|\Z)"
)
_VALUE = rb"(?:%b|\([^()]{0,1000}\))%b" % (_SCALAR, _BLANKS)
# In a string, what looks like a reference would be renumbered, and what looks like an array be made a word.
_ODD_STRING = re.compile(rb"\([^()]*[\\\r\nR<>\[\]]")
_PAIR = rb"(%b)%b%b" % (_NAME, _BLANKS, _VALUE)
_PAIRS = re.compile(_PAIR)
_INNERMOST = re.compile(rb"\[%b(?:%b)*+\]|<<%b((?:%b)*+)>>" % (_BLANKS, _VALUE, _BLANKS, _PAIR))
_REFERENCE = re.compile(rb"(\d+) (\d+) R")
_DEEPEST = 8


def is_plain(data: bytes) -> bool:
    """Whether this is one object, an array or a dictionary, and a plain one: from within, each is made a word."""
    if data[:1] not in (b"<", b"[") or _ODD_STRING.search(data):
        return False
    for _ in range(_DEEPEST):
        data, count = _INNERMOST.subn(_word, data)
        if data == b" null " or not count:
            break
    return data == b" null "


def _word(found: re.Match[bytes]) -> bytes:
    pairs = found[1]
    if pairs is None:
        return b" null "
    keys = _PAIRS.findall(pairs)
    return b" null " if len(set(keys)) == len(keys) else b"?"


def references(data: bytes) -> list[tuple[int, int]]:
    """The objects that a plain one refers to, by number and generation, in order."""
    return [(int(number), int(generation)) for number, generation in _REFERENCE.findall(data)]


def renumbered(data: bytes, number: Callable[[int, int], int]) -> bytes:
    """A plain object with other numbers in its references."""
    return _REFERENCE.sub(lambda found: b"%d 0 R" % number(int(found[1]), int(found[2])), data)
