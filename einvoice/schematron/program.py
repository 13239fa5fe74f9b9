"""A compiled rule set as data: code, and tables that say which function of the code is for what.

It is what `generate` makes, `cache` keeps and `engine` runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ANY = ""  # in a shape: any element
ANY_ATTRIBUTE = "@"  # in a shape: any attribute


@dataclass(frozen=True, slots=True)
class Alternative:
    """One alternative of the match pattern of a rule.

    `shape` holds the tags from the node upwards, each with whether the next one up may be any ancestor; `anchored`
    tells that the topmost is the document element. `by_way` and `by_node` name functions that pick the nodes which fit.
    """

    shape: tuple[tuple[str, bool], ...]
    anchored: bool
    by_way: str | None  # decides for all nodes of a way
    by_node: str | None
    level: int | None  # how deep the nodes lie, where the pattern tells: 1 is the document element


@dataclass(frozen=True, slots=True)
class RuleTable:
    """One rule: its pattern, where it applies, and the names of the functions that judge."""

    pattern: int
    alternatives: tuple[Alternative, ...]
    function: str  # for any node
    anchored: str  # for nodes at `level`; the same function where that makes no difference
    level: int | None
    first_check: int
    checks: int
    descends: bool  # whether nodes inside of one that fired are offered to the pattern


@dataclass(frozen=True, slots=True)
class Program:
    """What compiling a rule set gives: all that is needed to run it."""

    checks: tuple[tuple[str, Any, str, str], ...]  # id, kind, flag, role
    rules: tuple[RuleTable, ...]
    visits_attributes: tuple[bool, ...]  # of each pattern
    facts: dict[int, tuple[tuple[int, str], ...]]  # number of a check -> parts of its message that have a name
    documents: dict[str, bytes]  # constant of the modules -> content
    judge: bytes  # marshalled code: judges
    explain: bytes  # to be run after `judge`, in the same namespace: messages, and the values compared
    trace: bytes  # a module of its own: single checks, run again after a dynamic error

    def plain(self) -> tuple[Any, ...]:
        """The same without classes, for the cache."""
        rules = tuple(
            tuple(tuple(getattr(a, name) for name in Alternative.__slots__) for a in rule.alternatives)
            if name == "alternatives"
            else getattr(rule, name)
            for rule in self.rules
            for name in RuleTable.__slots__
        )
        rest = (getattr(self, name) for name in Program.__slots__[2:])
        return self.checks, rules, *rest

    @classmethod
    def from_plain(cls, plain: tuple[Any, ...]) -> Program:
        """Back from the cache."""
        checks, rules, *rest = plain
        width = len(RuleTable.__slots__)
        tables = (
            RuleTable(at, tuple(Alternative(*alternative) for alternative in alternatives), *others)
            for at, alternatives, *others in (rules[start : start + width] for start in range(0, len(rules), width))
        )
        return cls(checks, tuple(tables), *rest)
