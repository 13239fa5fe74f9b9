r"""Regular expressions of XPath, as Python runs them.

The two languages look alike and differ where it hurts:

    XPath                                   Python
    $   the very end of the text            also before a last newline: \Z
    .   any character but \n and \r         any but \n
    \s  the four white spaces of XML        every Unicode space, the no-break space too
    \w  no punctuation, separator, control  letters, digits, underscore
    \i \c \p{Lu} [a-z-[aeiou]]              unknown
    \b (?=...) a*+                          not part of XPath: refused

A pattern that repeats a repetition, as in `(a+)+`, can take Python's engine for ever on a hostile text. Where only
the match counts, as for the mail addresses of XRechnung, an automaton takes its place (for `(a|aa)+` and `(a?){30}` as
well); to replace or to cut by such a pattern is refused: no official rule does, and it can always be written without.

Source: XPath 2.0 Functions and Operators, section 7.6.1; XML Schema Part 2, appendix F.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Callable

from einvoice.schematron.xpath.automaton import Piece, TooLarge, automaton
from einvoice.schematron.xpath.values import Fault

_SPACE = r" \t\n\r"
_NAME_START = r":A-Z_a-zÀ-ÖØ-öø-˿Ͱ-ͽͿ-῿\u200c\u200d⁰-↏Ⰰ-⿯、-퟿豈-﷏ﷰ-\ufffd\U00010000-\U000effff"
_NAME = _NAME_START + r"\-.0-9·\u0300-\u036f\u203f\u2040"
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": 0}
_QUANTIFIER = re.compile(r"([*+?]|\{([0-9]{1,4})(,[0-9]{0,4})?\})\??")
_ESCAPED = frozenset(r"\|.?*+(){}[]-^$nrt")
_COMPLEMENTS = {"S": r"\x00-\x08\x0b\x0c\x0e-\x1f!-\U0010ffff"}  # of the four white spaces
_PRIVATE = 0xE000  # of Unicode's private use: where escaped characters are kept apart from others
_LONGEST = 10_000  # characters


class _Translator:
    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.flags = flags
        self.at = 0

    def error(self, message: str) -> Fault:
        return Fault("FORX0002", f"the regular expression {self.pattern[:80]!r} {message}")

    @property
    def char(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        if not self.char:
            raise self.error("ends too early")
        self.at += 1
        return self.pattern[self.at - 1]

    def alternatives(self, depth: int) -> Piece:
        """Branches up to a closing bracket or the end."""
        if depth > 50:
            raise self.error("is nested too deeply")
        branches: list[list[Piece]] = [[]]
        while self.char and self.char != ")":
            if self.char == "|":
                self.at += 1
                branches.append([])
            else:
                branches[-1].append(self.quantified(self.atom(depth)))
        sides = tuple(Piece("all", "".join(part.python for part in branch), tuple(branch)) for branch in branches)
        return sides[0] if len(sides) == 1 else Piece("one", "|".join(side.python for side in sides), sides)

    def atom(self, depth: int) -> Piece:
        char = self.take()
        if char == "(":
            return self.group(depth)
        if char in "$^":
            return Piece("edge", r"\Z" if char == "$" and "m" not in self.flags else char)
        if char in "*+?{}]":
            raise self.error(f"has a {char!r} that belongs to nothing")
        if char == "\\":
            back = self.char.isdigit() and self.char != "0"
            return Piece("back reference" if back else "char", self.escape())
        if char == "[":
            return Piece("char", self.character_class())
        any_char = "." if "s" in self.flags else r"[^\n\r]"
        return Piece("char", any_char if char == "." else re.escape(char))

    def group(self, depth: int) -> Piece:
        """What stands in brackets."""
        opening = "("
        if self.pattern.startswith("?:", self.at):  # not in XPath 2.0, but 3.0 and the official engine know it
            self.at += 2
            opening = "(?:"
        elif self.char == "?":
            raise self.error("has a group that XPath does not know")
        body = self.alternatives(depth + 1)
        if self.take() != ")":
            raise self.error("has an open bracket")
        return Piece("all", f"{opening}{body.python})", (body,))

    def quantified(self, piece: Piece) -> Piece:
        """A piece with what says how often it is repeated, if anything does."""
        match = _QUANTIFIER.match(self.pattern, self.at)
        if match is None:
            return piece
        self.at = match.end()
        sign, low, high = match.group(1, 2, 3)
        limits = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign)
        if limits is None:
            limits = (int(low), int(low) if high is None else int(high[1:]) if high[1:] else None)
            if limits[1] is not None and limits[1] < limits[0]:
                raise self.error("repeats something at least more often than at most")
        return Piece("repeated", piece.python + match[0], (piece,), *limits)

    def escape(self) -> str:
        """An escape outside of a class."""
        char = self.take()
        if char.isdigit() and char != "0":
            return f"(?:\\{char})"  # a back reference
        if char.isupper() and char != "P":
            return f"[^{self.class_escape(char.lower())}]"
        if char in _ESCAPED:
            return f"\\{char}"
        return f"[{self.class_escape(char)}]"

    def class_escape(self, char: str) -> str:
        """What an escape stands for inside of a class."""
        if char in _ESCAPED:
            return f"\\{char}"
        if char in "pP":
            return self.category(complement=char == "P")
        known = {"s": _SPACE, "d": r"\d", "i": _NAME_START, "c": _NAME}
        if char == "w":
            return category_ranges("PZC", complement=True)
        if char not in known:
            raise self.error(f"has an escape \\{char} that XPath does not know")
        return known[char]

    def category(self, *, complement: bool) -> str:
        match = re.compile(r"\{([A-Z][a-z]?)\}").match(self.pattern, self.at)
        if match is None or match[1][0] not in "LMNPZSC":
            raise self.error("has a \\p that is no Unicode category")
        self.at = match.end()
        return category_ranges(match[1], complement=complement)

    def character_class(self) -> str:
        """`[...]`, with XML Schema's subtraction `[a-z-[aeiou]]`."""
        out = "^" if self.char == "^" else ""
        self.at += len(out)
        start = self.at
        while True:
            char = self.take()
            if char == "]" and self.at > start + 1:
                return f"[{out}]"
            if char == "-" and self.char == "[":
                self.at += 1
                subtracted = self.character_class()
                if self.take() != "]":
                    raise self.error("has text after a subtracted class")
                return f"(?:(?!{subtracted})[{out}])"
            if char in "[]":
                raise self.error(f"has a {char!r} inside of a class")
            if char == "\\":
                out += self.one_of_class()
            elif char == "-":
                # a range, or at either end the sign itself
                out += "-" if self.at > start + 1 and self.char not in ("]", "") else r"\-"
            else:
                out += re.escape(char)

    def one_of_class(self) -> str:
        """An escape inside of a class."""
        char = self.take()
        if char in _COMPLEMENTS:
            return _COMPLEMENTS[char]
        if char == "D":
            return category_ranges("Nd", complement=True)
        if char == "W":
            return category_ranges("PZC", complement=False)
        return self.class_escape(char)


@functools.cache
def category_ranges(categories: str, *, complement: bool) -> str:
    """The characters of Unicode categories ('Lu', 'L', or several: 'PZC') as ranges of a Python class."""
    major = len(categories) != 2 or categories.isupper()
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        inside = category[0] in categories if major else category == categories
        if inside != complement:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)


@functools.lru_cache(512)
def _read(pattern: str, flags: str) -> tuple[Piece, re.Pattern[str], str]:
    """A pattern taken apart, as Python has it, and why Python's engine must not run it, if so."""
    if not set(flags) <= set(_FLAGS):
        raise Fault("FORX0001", f"unknown flags {flags[:20]!r} for a regular expression")
    if len(pattern) > _LONGEST:
        raise Fault("FORX0002", f"a regular expression longer than {_LONGEST} characters")
    if "x" in flags:
        pattern = re.sub("[ \t\n\r]", "", pattern)
    translator = _Translator(pattern, flags)
    piece = translator.alternatives(0)
    if translator.char:
        raise translator.error("has a bracket too many")
    try:
        python = re.compile(piece.python, _flags_of(flags))
    except (re.error, OverflowError, RecursionError) as error:
        raise translator.error(f"is not valid: {error}") from None
    refused = "repeats a repetition, which can take for ever: write it without" if piece.nested else ""
    return piece, python, refused


def _flags_of(flags: str) -> int:
    return functools.reduce(lambda all_, flag: all_ | _FLAGS[flag], flags, 0)


def compile_regex(pattern: str, flags: str = "") -> re.Pattern[str]:
    """The Python pattern that matches what an XPath pattern matches.

    Raises Fault FORX0001 for unknown flags, FORX0002 for a pattern that XPath does not know or that is refused.
    """
    _, python, refused = _read(pattern, flags)
    if refused:
        raise Fault("FORX0002", f"the regular expression {pattern[:80]!r} {refused}")
    return python


@functools.lru_cache(512)
def matcher(pattern: str, flags: str = "") -> Callable[[str], object]:
    """A function that tells whether a part of a text matches: of its result, the truth value counts.

    Raises Fault as `compile_regex` does, but takes a repeated repetition as well.
    """
    piece, python, refused = _read(pattern, flags)
    if not piece.repeats_what_varies:
        return python.search
    try:
        if not piece.refers_back:
            return automaton(piece, _flags_of(flags))
    except TooLarge:
        refused = refused or "repeats too much"
    if not refused:
        return python.search
    raise Fault("FORX0002", f"the regular expression {pattern[:80]!r} {refused}")


class Regex:
    """An XPath regular expression that is compiled when it is first used."""

    __slots__ = ("_flags", "_pattern", "_search")

    def __init__(self, pattern: str, flags: str = "") -> None:
        self._pattern = pattern
        self._flags = flags
        self._search: Callable[[str], object] | None = None

    def matches(self, text: str) -> bool:
        """fn:matches: whether a part of the text matches."""
        if self._search is None:
            self._search = matcher(self._pattern, self._flags)
        return bool(self._search(text))


def plain_text(pattern: str) -> str | None:
    r"""The text that a pattern stands for, where it is nothing but text: `\.` is a dot."""
    text = re.sub(r"\\([\\|.?*+(){}\[\]^$-])", lambda match: chr(ord(match[1]) + _PRIVATE), pattern)
    if not text or re.search(r"[\\|.?*+(){}\[\]^$]", text):
        return None
    return "".join(chr(ord(char) - _PRIVATE) if _PRIVATE <= ord(char) < _PRIVATE + 128 else char for char in text)


def replacement(text: str, groups: int) -> str:
    r"""The replacement of fn:replace as Python's: `$1` is a group, `\$` a dollar, `\\` a backslash.

    Raises Fault FORX0004 for a lone `$` or backslash.
    """

    def part(match: re.Match[str]) -> str:
        found = match[0]
        if found in (r"\\", r"\$"):
            return r"\\" if found == r"\\" else "$"
        if len(found) == 1:
            raise Fault("FORX0004", f"a lone {found!r} in the replacement {text[:60]!r}")
        digits = found[1:]
        while len(digits) > 1 and int(digits) > groups:  # `$12` is group 1 and a 2, where there is no group 12
            digits = digits[:-1]
        group = f"\\g<{digits}>" if int(digits) <= groups else ""
        return group + found[1 + len(digits) :]

    return re.sub(r"\\[\\$]|\$[0-9]{1,3}|[\\$]", part, text)
