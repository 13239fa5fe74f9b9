"""Which findings on figures follow from another one: a wrong line net makes wrong totals, and is to be mended first.

    with_consequences(observations)      # BR-CO-10 and BR-S-08 follow from EI-CALC-01 at lines[0].net_amount

A figure that is off by as much as a figure below it (or by as much as all of those together) is off because of it.
From bottom to top: amounts of lines, allowances and charges; the VAT of a rate; the sums.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from einvoice.rulebook import Observation, Sentence

_LEVELS = (
    re.compile(r"EI-CALC-01"),
    re.compile(r"BR-(?:FXEXT-|FREXT-)?(?:CO-17|[A-Z]{1,2}-09)"),
    re.compile(r"BR-(?:FXEXT-|FREXT-)?(?:CO-1[0-6]|[A-Z]{1,2}-08)"),
)


class _Level:
    """The findings of one level, found by how much they are off and by their very figure."""

    def __init__(self) -> None:
        self.found: list[tuple[Observation, Decimal]] = []
        self.by_amount: dict[Decimal, Observation] = {}
        self.by_figure: dict[tuple[str, object, object], Observation] = {}
        self.sum = Decimal(0)

    def add(self, each: Observation, off: Decimal) -> None:
        self.found.append((each, off))
        self.by_amount.setdefault(abs(off), each)
        self.by_figure.setdefault(_figure(each), each)
        self.sum += off

    def root(self, off: Decimal) -> Observation | None:
        """A finding that is off by as much, or the first of those that are so together."""
        together = self.found[0][0] if len(self.found) > 1 and abs(self.sum) == abs(off) else None
        return self.by_amount.get(abs(off), together)


def with_consequences(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """The observations; those that follow from another one name it, and say what to mend first."""
    levels = [_Level() for _ in _LEVELS]
    for each in observations:
        level = next((made for made, rules in zip(levels, _LEVELS, strict=True) if rules.fullmatch(each.rule)), None)
        off = _off(each)
        if level is not None and off:
            level.add(each, off)
    roots: dict[int, Observation] = {}
    for number, level in enumerate(levels):
        for each, off in level.found:
            lower = next(filter(None, (below.root(off) for below in levels[:number])), None)
            root = lower or level.by_figure[_figure(each)]  # or one fault that two rules tell
            if root is not each:
                roots[id(each)] = root
    return tuple(_following(each, _lowest(each, roots)) if id(each) in roots else each for each in observations)


def _lowest(each: Observation, roots: Mapping[int, Observation]) -> Observation:
    """The finding at the end of the chain, which follows from no other."""
    while id(each) in roots:
        each = roots[id(each)]
    return each


def _figure(each: Observation) -> tuple[str, object, object]:
    return each.field, each.facts.get("found"), each.facts.get("expected")


def _off(each: Observation) -> Decimal | None:
    """By how much the figure is off."""
    try:
        return Decimal(str(each.facts["found"])) - Decimal(str(each.facts["expected"]))
    except (KeyError, InvalidOperation):
        return None


def _following(each: Observation, root: Observation) -> Observation:
    note = Sentence("EI-FOLLOWS", {"rule": root.rule, "field": root.field})
    return replace(each, caused_by=f"{root.rule} {root.field}".strip(), notes=(*each.notes, note))
