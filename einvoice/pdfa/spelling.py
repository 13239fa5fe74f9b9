r"""Is an object written as every program reads it: pypdf, and the viewer in which somebody looks at the page?

    is_clear(b"<</A 12 0 R>>")                   # True
    is_clear(b"<</A 12%\n0 R>>")                 # False: for pypdf /A is the number 12

pypdf repairs what it trips over, and overlooks some of what the standard allows: a comment or a NUL within a reference,
a NUL after a name, a null among the keys, a comment before a stream. A viewer repairs otherwise, so a script could
hide from whoever judges the file, or a font be missing. What is here reads nothing: it tells the spellings that can be
read in one way from all others.

Source: ISO 32000-1:2008 §7.2 (lexical conventions), §7.3 (objects); where pypdf and PDFium differ, found by trying.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_PARTS = {
    b"SPACE": rb"[\x00\t\n\f\r\ ]",
    b"LETTER": rb"[^\x00\t\n\v\f\r\ ()<>\[\]{}/%\#]",
    b"BREAK": rb"(?=[\x00\t\n\f\r\ ()<>\[\]/%]|\Z)",
    # Of a string: pypdf reads octal codes beyond a byte, two line ends after a backslash, and some letters otherwise.
    b"PLAIN": rb"""(?:[^\\()]++|\\(?:
        [nrtbf()\\/%<>\[\]\#_&$\ ] | [0-3][0-7][0-7] | [0-7]{1,2}+(?![0-7]) | \r\n?(?!\r) | \n(?![\r\n])
    ))""",
}


def _pattern(text: bytes) -> re.Pattern[bytes]:
    for name, meant in _PARTS.items():
        text = text.replace(name, meant)
    return re.compile(text, re.DOTALL | re.VERBOSE)


_STRING = rb"\(PLAIN*+\)"
for _ in range(5):  # pairs of parentheses within each other
    _STRING = rb"\((?:PLAIN|%b)*+\)" % _STRING
_TOKENS = _pattern(
    rb"""SPACE*+(?:(?:
    %[^\r\n]*+[\r\n]
    # A NUL ends a name, but not for pypdf; a vertical tab ends none, but for pypdf.
    | /(?:LETTER++|\#(?!00)[0-9A-Fa-f]{2})*+(?=[\t\n\f\r\ ()<>\[\]/%]|\Z)
    # pypdf looks for a reference in twenty bytes, the one after it among them.
    | \d{1,8}+[\t\n\f\r\ ]{1,3}+\d{1,5}+[\t\n\f\r\ ]{1,2}+R BREAK
    | [+-]?(?:\d++(?:\.\d*+)?|\.\d++)BREAK
    | (?:true|false|null)BREAK
    | << | >> | \[ | \]
    | STRING
    | <[0-9A-Fa-f\x00\t\n\f\r\ ]*+>
    )SPACE*+)*+""".replace(b"STRING", _STRING)
)
_MARKS = _pattern(rb"STRING|<[0-9A-Fa-f\x00\t\n\f\r\ ]*+>|%[^\r\n]*+|(<<|>>)".replace(b"STRING", _STRING))
_HEAD = _pattern(rb"SPACE*+(\d++)SPACE++(\d++)SPACE++obj")
_STREAM = _pattern(rb"stream\ *(?:\r\n|\n|\r)")
_LENGTH = _pattern(rb"/Length SPACE++(\d++)(?:SPACE++(\d++)SPACE++R)?")
_BLANK = _pattern(rb"(?:SPACE++|%[^\r\n]*+[\r\n])*+")
_TAIL = _pattern(rb"(SPACE*+endstream)(?:SPACE++|%[^\r\n]*+[\r\n])*+endobj")


def is_clear(data: bytes) -> bool:
    """Whether these bytes are tokens that are read in one way, with as many << as >>."""
    return _clear_until(data, 0) == len(data)


def is_blank(data: bytes, begin: int) -> bool:
    """Whether nothing but white space and comments stands there, up to the end."""
    return bool(_BLANK.fullmatch(data, begin))


def is_clear_object(
    data: bytes, begin: int, end: int, name: tuple[int, int], value: Callable[[int, int], object]
) -> bool:
    """Whether the object that pypdf read in `data`, from `begin` to `end`, is read in one way.

    `name`: the number and generation that it should have. `value` tells what another object is, as the length of a
    stream may be.
    """
    head = _HEAD.match(data, begin)
    until = _clear_until(data, head.end()) if head else None
    if not head or until is None or (int(head[1]), int(head[2])) != name:
        return False
    stream = _STREAM.match(data, until)
    if not stream:
        return data.startswith(b"endobj", until) and bool(_BLANK.fullmatch(data, end, until))
    lengths = [
        value(int(number), int(generation)) if generation else int(number)
        for number, generation in _LENGTH.findall(data[head.end() : until])
    ]
    return bool(lengths) and all(
        isinstance(length, int) and (tail := _TAIL.match(data, stream.end() + length)) and tail.end(1) == end
        for length in lengths
    )


def is_clear_trailer(data: bytes, begin: int) -> bool:
    """Whether what begins there is read in one way up to the pointer that follows it."""
    until = _clear_until(data, begin)
    return until is not None and data.startswith(b"startxref", until)


def _clear_until(data: bytes, begin: int) -> int | None:
    """Where the tokens end that begin there and are read in one way; None where << and >> are not in pairs."""
    text = _TOKENS.match(data, begin)[0]  # type: ignore[index]  # it matches nothing as well
    if b"(" in text or b"%" in text:  # where << and >> may be words
        marks = b"".join(_MARKS.findall(text))
        is_paired = marks.count(b"<<") == marks.count(b">>")
    else:
        is_paired = text.count(b"<<") == text.count(b">>")
    return begin + len(text) if is_paired else None
