"""Matching without going back: for regular expressions that repeat something which can match in several ways.

    search = automaton(piece, re.IGNORECASE)
    search("text")                      # whether a part of it matches

Python's engine tries one way through a pattern after the other, and for `(a+)+b` or `(a|aa)+b` there are many more ways
with each letter. Here all ways are followed at once: the time grows with the text times the pattern, never more. It
only says whether a text matches: groups are not remembered, and back references are not known.

Source: K. Thompson, "Regular expression search algorithm", CACM 11(6), 1968; R. Cox, "Regular expression matching: the
virtual machine approach", 2009.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

MOST_STEPS = 5_000  # of a pattern, its repetitions with limits written out


class TooLarge(Exception):
    """A pattern with more steps than `MOST_STEPS`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a regular expression.

    `char` and `edge` are written in Python's language (one character, or a place between two); the others are made of
    `parts`: one after the other, one of several, or one repeated `low` to `high` times (None: without limit).
    """

    kind: Literal["char", "edge", "back reference", "all", "one", "repeated"]
    python: str = ""
    parts: tuple[Piece, ...] = ()
    low: int = 1
    high: int | None = 1

    @property
    def unlimited(self) -> bool:
        """Whether something in it repeats without limit."""
        return self.high is None or any(part.unlimited for part in self.parts)

    @property
    def nested(self) -> bool:
        """Whether something that repeats without limit is repeated without limit."""
        return any(part.nested or (self.high is None and part.unlimited) for part in self.parts)

    @property
    def varies(self) -> bool:
        """Whether it can match in several ways: there is a choice in it, or a repetition."""
        return self.kind == "one" or self.low != self.high or any(part.varies for part in self.parts)

    @property
    def repeats_what_varies(self) -> bool:
        """Whether the ways to match can double with each letter: `(a+)+`, `(a|aa)+`, `(a?){30}`."""
        return any(part.repeats_what_varies or (self.high != 1 and part.varies) for part in self.parts)

    @property
    def refers_back(self) -> bool:
        """Whether a back reference is in it."""
        return self.kind == "back reference" or any(part.refers_back for part in self.parts)


@dataclass(slots=True)
class _Step:
    """Reads a character, or sees an edge, or does neither; then all of `after` are possible."""

    reads: Callable[[str], object] | None = None
    sees: Callable[[str, int], object] | None = None
    after: tuple[int, ...] = ()


class _Maker:
    """Writes the steps of a pattern from its end to its beginning, so that what comes after is known."""

    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.steps = [_Step()]  # the first one is the end: the text matches

    def add(self, step: _Step) -> int:
        if len(self.steps) >= MOST_STEPS:
            raise TooLarge
        self.steps.append(step)
        return len(self.steps) - 1

    def make(self, piece: Piece, after: int) -> int:
        """The steps of a piece that is followed by `after`; where they begin."""
        if piece.kind == "char":
            return self.add(_Step(reads=re.compile(piece.python, self.flags).fullmatch, after=(after,)))
        if piece.kind == "edge":
            return self.add(_Step(sees=re.compile(piece.python, self.flags).match, after=(after,)))
        if piece.kind == "all":
            for part in reversed(piece.parts):
                after = self.make(part, after)
            return after
        if piece.kind == "one":
            return self.add(_Step(after=tuple(self.make(part, after) for part in piece.parts)))
        return self._repeated(piece, after)

    def _repeated(self, piece: Piece, after: int) -> int:
        (part,) = piece.parts
        begin = after
        if piece.high is None:
            begin = self.add(_Step())
            self.steps[begin].after = (self.make(part, begin), after)
        else:
            for _ in range(piece.high - piece.low):
                begin = self.add(_Step(after=(self.make(part, begin), after)))
        for _ in range(piece.low):
            begin = self.make(part, begin)
        return begin


def automaton(piece: Piece, flags: int) -> Callable[[str], bool]:
    """A function that tells whether a part of a text matches. Raises TooLarge."""
    maker = _Maker(flags)
    first = maker.make(piece, 0)
    steps = maker.steps

    def reached(begin: Iterable[int], text: str, at: int) -> set[int]:
        """The steps that can be taken at a place without reading a character."""
        found: set[int] = set()
        waiting = list(begin)
        while waiting:
            number = waiting.pop()
            if number in found:
                continue
            found.add(number)
            step = steps[number]
            if step.reads is None and (step.sees is None or step.sees(text, at)):
                waiting += step.after
        return found

    def search(text: str) -> bool:
        now = reached([first], text, 0)
        for at, char in enumerate(text, 1):
            if 0 in now:
                return True
            begin = [first]
            for number in now:
                step = steps[number]
                if step.reads is not None and step.reads(char):
                    begin += step.after
            now = reached(begin, text, at)
        return 0 in now

    return search
