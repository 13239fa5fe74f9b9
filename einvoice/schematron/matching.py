"""Which rules may be for the nodes of a way (see `tree`): found once, and remembered for the next document.

    plans = Plans(program, functions)
    plan = plans.known.get(way.kind) or plans.make(document, way)

Source: ISO/IEC 19757-3:2016, section 6.5 (order).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from einvoice.schematron.program import ANY, ANY_ATTRIBUTE, Alternative, Program, RuleTable
from einvoice.schematron.rule_tree import RuleTree
from einvoice.schematron.tree import Kind, Way

Test = Callable[[RuleTree, Sequence[int]], list[int]]
_Rule = Callable[[RuleTree, Sequence[int], list[tuple[int, int]]], None]
_MOST_WAYS = 20_000  # plans remembered; then all are forgotten


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that may be for the nodes of a way: for those that one of the tests picks, or for all."""

    rule: RuleTable
    function: _Rule
    tests: tuple[Test, ...]  # none: for all nodes


class Plan:
    """What judges the nodes of a way: rules that are for all of them, and patterns where nodes have to be looked at."""

    __slots__ = ("always", "patterns", "sometimes")

    def __init__(self, patterns: Iterable[tuple[Candidate, ...]]) -> None:
        self.patterns = tuple(patterns)
        plain = [pattern for pattern in self.patterns if not pattern[0].tests and pattern[0].rule.descends]
        self.always = tuple(pattern[0].function for pattern in plain)
        self.sometimes = tuple(pattern for pattern in self.patterns if pattern not in plain)


class Plans:
    """The plans of a rule set, and how one is made with the functions of its code."""

    def __init__(self, program: Program, functions: Mapping[str, Any]) -> None:
        self.known: dict[Kind | str, Plan] = {}  # of a kind of way; of the document node, by its element's tag
        self._rules = program.rules
        self._visits_attributes = program.visits_attributes
        self._functions = functions
        self._by_tag: dict[str | None, list[int]] = {}  # last tag of a pattern (None: the root) -> numbers of rules
        self._by_last: dict[str | None, list[RuleTable]] = {}  # last tag of a way -> those that may be for it

    def make(self, document: RuleTree, way: Way | str) -> Plan:
        """The rules that may be for the nodes of a way, pattern by pattern, in the order in which they are tried.

        For the document node, instead of a way, the tag of its element.
        """
        tags: list[str] = []
        kind = way.kind if isinstance(way, Way) else None
        while kind is not None and kind.tag:
            tags.append(kind.tag)
            kind = kind.up
        nodes = way.nodes[:1] if isinstance(way, Way) else [0]
        patterns: dict[int, list[Candidate]] = {}
        for rule in self._rules_for(tags):
            if tags and tags[0][0] == "@" and not self._visits_attributes[rule.pattern]:
                continue
            candidate = self._candidate(document, rule, tags, nodes)
            if candidate is not None:
                patterns.setdefault(rule.pattern, []).append(candidate)
        if len(self.known) >= _MOST_WAYS:
            self.known.clear()
        plan = self.known[way.kind if isinstance(way, Way) else way] = Plan(map(tuple, patterns.values()))
        return plan

    def _rules_for(self, tags: list[str]) -> list[RuleTable]:
        """The rules whose pattern ends in the tag of a way, in the order of the rule set."""
        if not self._by_tag:
            for at, rule in enumerate(self._rules):
                for last in {
                    alternative.shape[0][0] if alternative.shape else None for alternative in rule.alternatives
                }:
                    self._by_tag.setdefault(last, []).append(at)
        tag = tags[0] if tags else None
        any_tag = None if tag is None else ANY_ATTRIBUTE if tag[0] == "@" else ANY
        named = tag if tag in self._by_tag else any_tag  # all tags that no pattern names have the same rules
        if named not in self._by_last:
            found = {*self._by_tag.get(named, ()), *self._by_tag.get(any_tag, ())}
            self._by_last[named] = [self._rules[at] for at in sorted(found)]
        return self._by_last[named]

    def _candidate(self, document: RuleTree, rule: RuleTable, tags: list[str], nodes: list[int]) -> Candidate | None:
        tests: list[Test] = []
        matched = False
        for alternative in rule.alternatives:
            if not _fits(alternative, tags):
                continue
            if alternative.by_way is not None and not self._functions[alternative.by_way](document, nodes):
                continue
            matched = True
            if alternative.by_node is None:
                tests = []
                break
            tests.append(self._functions[alternative.by_node])
        if not matched:
            return None
        name = rule.anchored if rule.level == len(tags) else rule.function
        return Candidate(rule, self._functions[name], tuple(tests))


def _fits(alternative: Alternative, tags: list[str], step: int = 0, at: int = 0) -> bool:
    """Whether tags, from a node upwards, have the shape of a pattern; from one of its steps and one of the tags on."""
    shape = alternative.shape
    while step < len(shape):
        tag, far = shape[step]
        if at == len(tags) or not _is(tags[at], tag):
            return False
        step, at = step + 1, at + 1
        if far and step < len(shape):
            return any(_fits(alternative, tags, step, above) for above in range(at, len(tags)))
    return not alternative.anchored or at == len(tags) or (step > 0 and shape[-1][1])


def _is(tag: str, wanted: str) -> bool:
    if wanted in (ANY, ANY_ATTRIBUTE):
        return (tag[0] == "@") == (wanted == ANY_ATTRIBUTE)
    return tag == wanted
