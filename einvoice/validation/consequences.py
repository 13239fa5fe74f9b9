"""Which findings follow from another one: a wrong line net makes wrong totals, and is to be mended first.

    with_consequences(observations, invoice)   # BR-CO-10 and BR-S-08 follow from EI-CALC-01 at lines[0].net_amount

A figure that is off by as much as a figure below it (or by as much as all of those together) is off because of it.
From bottom to top: amounts of lines; taxable amounts of the VAT groups, and their VAT; the sums, each after those that
it is made of. What is no figure: `underlying`. A finding stands before those that follow from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from einvoice.model import Invoice
from einvoice.rulebook import Observation, Sentence
from einvoice.validation.underlying import off_by, underlying

_LEVELS = tuple(
    re.compile(rules)
    for rules in (
        r"EI-CALC-01",
        r"BR-(?:FXEXT-|FREXT-)?[A-Z]{1,2}-?08(?:b|ini|rev)?",
        r"BR-(?:FXEXT-|FREXT-)?(?:CO-17|[A-Z]{1,2}-09b?)",
        r"BR-(?:FXEXT-|FREXT-)?CO-1[0-2]",
        r"BR-(?:FXEXT-|FREXT-)?CO-13",
        r"BR-(?:FXEXT-|FREXT-)?CO-14",
        r"BR-(?:FXEXT-|FREXT-)?CO-15",
        r"BR-(?:FXEXT-|FREXT-)?CO-16",
    )
)
_TAXABLE, _TAX = 1, 2
_CENT = Decimal("0.01")

_Figure = tuple[str, object, object]  # field, found, expected


class _Level:
    """The findings of one level, found by how much they are off and by their very figure."""

    def __init__(self) -> None:
        self.found: list[tuple[int, Decimal]] = []
        self.by_amount: dict[Decimal, int] = {}
        self.by_figure: dict[_Figure, int] = {}
        self.sum = Decimal(0)

    def add(self, number: int, figure: _Figure, off: Decimal) -> None:
        self.found.append((number, off))
        self.by_amount.setdefault(abs(off), number)
        self.by_figure.setdefault(figure, number)
        self.sum += off

    def root(self, off: Decimal) -> int | None:
        """A finding that is off by as much, or the first of those that are so together."""
        together = self.found[0][0] if len(self.found) > 1 and abs(self.sum) == abs(off) else None
        return self.by_amount.get(abs(off), together)


def with_consequences(
    observations: Sequence[Observation],
    invoice: Invoice | None = None,
    placed: Callable[[Observation], str] = attrgetter("field"),
) -> tuple[Observation, ...]:
    """The observations; those that follow from another one name it, say what to mend first, and stand after it.

    `placed` says by which field another one is named: that of the draft, where the observations are on what it means.
    """
    if len(observations) < 2:  # what stands alone follows from nothing
        return tuple(observations)
    roots = _by_figure(observations) | underlying(observations, invoice)
    lowest = [_lowest(number, roots) for number in range(len(observations))]
    first: dict[int, int] = {}  # where the first stands of those that have a root
    for number, root in enumerate(lowest):
        first.setdefault(root, number)
    order = sorted(range(len(observations)), key=lambda number: (first[lowest[number]], number != lowest[number]))
    return tuple(
        observations[number]
        if lowest[number] == number
        else _following(observations[number], observations[lowest[number]], placed)
        for number in order
    )


def _by_figure(observations: Sequence[Observation]) -> dict[int, int]:
    """The positions of figures that are off because of another, each with the position of that one."""
    levels = [_Level() for _ in _LEVELS]
    for number, each in enumerate(observations):
        level = _level(each.rule, *each.equivalents)
        if level is not None and (off := off_by(each)):
            levels[level].add(number, _figure(each), off)
    roots: dict[int, int] = {}
    taxable = {observations[number].field.rpartition(".")[0]: number for number, _ in levels[_TAXABLE].found}
    for height, at in enumerate(levels):
        for number, off in at.found:
            root = next(
                (found for below in levels[:height] if (found := below.root(off)) is not None),
                at.by_figure[_figure(observations[number])],  # one fault that two rules tell
            )
            if root == number and height == _TAX:
                base = taxable.get(observations[number].field.rpartition(".")[0])
                root = base if base is not None and _right_for(observations[number], observations[base]) else root
            if root != number:
                roots[number] = root
    return roots


@lru_cache(maxsize=1_024)  # as many rules say something, however many lines they say it of
def _level(*names: str) -> int | None:
    return next((height for height, rules in enumerate(_LEVELS) if any(map(rules.fullmatch, names))), None)


def _right_for(tax: Observation, base: Observation) -> bool:
    """Whether the VAT of a group is right for the taxable amount that the group should have."""
    paid, due, taxed, taxable = (
        Decimal(str(each.facts[name])) for each in (tax, base) for name in ("found", "expected")
    )
    return abs(paid * taxed - due * taxable) <= _CENT * (abs(taxed) + abs(taxable))


def _lowest(number: int, roots: Mapping[int, int]) -> int:
    """The finding at the end of the chain, which follows from no other."""
    passed = {number}
    while number in roots and roots[number] not in passed:
        number = roots[number]
        passed.add(number)
    return number


def _figure(each: Observation) -> _Figure:
    return each.field, each.facts.get("found"), each.facts.get("expected")


def _following(each: Observation, root: Observation, placed: Callable[[Observation], str]) -> Observation:
    field = placed(root)
    note = Sentence("EI-FOLLOWS", {"rule": root.rule, "field": field})
    return replace(each, caused_by=f"{root.rule} {field}".strip(), notes=(*each.notes, note))
