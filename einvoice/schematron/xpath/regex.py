r"""Regular expressions of XPath, as Python runs them.

The two languages look alike and differ where it hurts:

    XPath                                   Python
    $   the very end of the text            also before a last newline: \Z
    .   any character but \n and \r         any but \n
    \s  the four white spaces of XML        every Unicode space, the no-break space too
    \w  no punctuation, separator, control  letters, digits, underscore
    \i \c \p{Lu} [a-z-[aeiou]]              unknown
    \b (?=...) a*+                          not part of XPath: refused

A pattern that repeats a repetition, as in `(a+)+`, can take Python's engine for ever on a hostile text. Such a pattern
is refused: no official rule has one, and it can always be written without.

Source: XPath 2.0 Functions and Operators, section 7.6.1; XML Schema Part 2, appendix F.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from typing import Any

from einvoice.schematron.xpath.values import Fault

__all__ = ["Regex", "compile_regex", "plain_text", "replacement"]

_SPACE = r" \t\n\r"
_NAME_START = r":A-Z_a-zÀ-ÖØ-öø-˿Ͱ-ͽͿ-῿\u200c\u200d⁰-↏Ⰰ-⿯、-퟿豈-﷏ﷰ-\ufffd\U00010000-\U000effff"
_NAME = _NAME_START + r"\-.0-9·\u0300-\u036f\u203f\u2040"
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": 0}
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

    def alternatives(self, depth: int) -> tuple[str, bool]:
        """Branches up to a closing bracket or the end; whether something inside repeats without limit."""
        if depth > 50:
            raise self.error("is nested too deeply")
        out, repeats = [], False
        while self.char and self.char != ")":
            if self.char == "|":
                out.append(self.take())
                continue
            atom, inner = self.atom(depth)
            quantifier, unlimited = self.quantifier()
            if unlimited and inner:
                raise self.error("repeats a repetition, which can take for ever: write it without")
            repeats = repeats or inner or unlimited
            out.append(atom + quantifier)
        return "".join(out), repeats

    def atom(self, depth: int) -> tuple[str, bool]:
        char = self.take()
        if char == "(":
            opening = "("
            if self.pattern.startswith("?:", self.at):  # not in XPath 2.0, but 3.0 and the official engine know it
                self.at += 2
                opening = "(?:"
            elif self.char == "?":
                raise self.error("has a group that XPath does not know")
            body, repeats = self.alternatives(depth + 1)
            if self.take() != ")":
                raise self.error("has an open bracket")
            return f"{opening}{body})", repeats
        if char == "[":
            return self.character_class(), False
        if char == "\\":
            return self.escape(), False
        if char == ".":
            return ("." if "s" in self.flags else r"[^\n\r]"), False
        if char == "$":
            return ("$" if "m" in self.flags else r"\Z"), False
        if char in "*+?{}]":
            raise self.error(f"has a {char!r} that belongs to nothing")
        return char if char == "^" else re.escape(char), False

    def quantifier(self) -> tuple[str, bool]:
        match = re.compile(r"([*+?]|\{[0-9]{1,4}(?:,[0-9]{0,4})?\})\??").match(self.pattern, self.at)
        if match is None:
            return "", False
        self.at = match.end()
        return match[0], match[1][0] in "*+" or match[1].endswith(",}")

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
def compile_regex(pattern: str, flags: str = "") -> re.Pattern[str]:
    """The Python pattern that matches what an XPath pattern matches.

    Raises Fault FORX0001 for unknown flags, FORX0002 for a pattern that XPath does not know or that is refused.
    """
    if not set(flags) <= set(_FLAGS):
        raise Fault("FORX0001", f"unknown flags {flags[:20]!r} for a regular expression")
    if len(pattern) > _LONGEST:
        raise Fault("FORX0002", f"a regular expression longer than {_LONGEST} characters")
    if "x" in flags:
        pattern = re.sub("[ \t\n\r]", "", pattern)
    translator = _Translator(pattern, flags)
    python, _ = translator.alternatives(0)
    if translator.char:
        raise translator.error("has a bracket too many")
    try:
        return re.compile(python, functools.reduce(lambda all_, flag: all_ | _FLAGS[flag], flags, 0))
    except (re.error, OverflowError, RecursionError) as error:
        raise translator.error(f"is not valid: {error}") from None


class Regex:
    """An XPath regular expression that is compiled when it is first used."""

    __slots__ = ("_flags", "_pattern", "_search")

    def __init__(self, pattern: str, flags: str = "") -> None:
        self._pattern = pattern
        self._flags = flags
        self._search: Any = None

    def matches(self, text: str) -> bool:
        """fn:matches: whether a part of the text matches."""
        if self._search is None:
            self._search = compile_regex(self._pattern, self._flags).search
        return self._search(text) is not None


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
