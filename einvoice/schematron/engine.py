"""The engine: applies a compiled rule set to a document.

    outcome = CompiledRules(program).check(root)       # Outcome(checks=979, fired=214, failures=())

The nodes of one way (see `tree`) are judged together: which rules are for them is found once a way, and remembered
for the next document. First match wins within a pattern; patterns do not know of each other.

Source: ISO/IEC 19757-3:2016, section 6.5 (order and side effects), annex C.
"""

from __future__ import annotations

import decimal
import functools
import marshal
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from lxml import etree

from einvoice.schematron.program import ANY, ANY_ATTRIBUTE, Alternative, Program, RuleTable
from einvoice.schematron.rule_tree import RuleTree
from einvoice.schematron.rules import UNEVALUATED, Failure, Outcome
from einvoice.schematron.tree import Kind, Way
from einvoice.schematron.xpath.numbers import DECIMALS
from einvoice.schematron.xpath.runtime import Lazy, names
from einvoice.schematron.xpath.strings import normalize_space
from einvoice.schematron.xpath.values import Fault
from einvoice.schematron.xpath.written import as_written
from einvoice.xml import Element

_Test = Callable[[RuleTree, Sequence[int]], list[int]]
_Rule = Callable[[RuleTree, Sequence[int], list[tuple[int, int]]], None]
_FAULTS = (Fault, ArithmeticError, RecursionError)
_MOST_WAYS = 20_000  # plans remembered; then all are forgotten
_PARSER = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True)
_NOTHING = etree.fromstring("<nothing/>")


def _all(_rule: str) -> int:
    return sys.maxsize


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule that may be for the nodes of a way: for those that one of the tests picks, or for all."""

    rule: RuleTable
    function: _Rule
    tests: tuple[_Test, ...]  # none: for all nodes


class _Plan:
    """What judges the nodes of a way: rules that are for all of them, and patterns where nodes have to be looked at."""

    __slots__ = ("always", "patterns", "sometimes")

    def __init__(self, patterns: Iterable[tuple[_Candidate, ...]]) -> None:
        self.patterns = tuple(patterns)
        plain = [pattern for pattern in self.patterns if not pattern[0].tests and pattern[0].rule.descends]
        self.always = tuple(pattern[0].function for pattern in plain)
        self.sometimes = tuple(pattern for pattern in self.patterns if pattern not in plain)


class _Findings:
    """What validating a document found: numbers of checks, and nodes."""

    __slots__ = ("doubtful", "failed", "fired", "stopped")

    def __init__(self) -> None:
        self.fired = 0  # contexts
        self.failed: list[tuple[int, int]] = []
        self.doubtful: list[tuple[int, int]] = []  # a dynamic error came up in the rule: to be run one by one
        self.stopped: dict[int, set[int]] = {}  # pattern -> nodes whose inside is not offered to it


class CompiledRules:
    """A rule set ready to run: an `Engine`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._judge = self._namespace(program.judge)
        self._messages: dict[int, str] | None = None  # once the code that explains was added to the one that judges
        self._explained: dict[tuple[str, int], tuple[Any, Any, int | None]] = {}  # of a check: see `_explanation`
        self._trace: dict[str, Any] | None = None
        self._plans: dict[Kind | str, _Plan] = {}  # of a kind of way; of the document node, by its element's tag
        self._by_tag: dict[str | None, list[int]] = {}  # last tag of a pattern (None: the root) -> numbers of rules
        self._by_last: dict[str | None, list[RuleTable]] = {}  # last tag of a way -> those that may be for it

    def _namespace(self, code: bytes) -> dict[str, Any]:
        """Run a generated module: it only defines functions and constants."""
        namespace = names()
        namespace["ONCE"] = RuleTree(_NOTHING)
        for constant, content in self._program.documents.items():
            namespace[constant] = Lazy(functools.partial(_read_document, content))
        exec(marshal.loads(code), namespace)  # noqa: S102, S302  made by `generate`; see `xpath.code` on its safety
        return namespace

    def check(self, root: Element) -> Outcome:
        """Validate a document, given its root element."""
        return self.check_document(RuleTree(root))

    def check_document(self, document: RuleTree, most: Callable[[str], int] = _all) -> Outcome:
        """Validate a document on which other rule sets are run too; `most` says how often a rule's check is told."""
        findings = _Findings()
        with decimal.localcontext(DECIMALS):
            top = document.tag[1]
            self._fire(document, (self._plans.get(top) or self._plan(document, top)).patterns, [0], findings)
            for way in document.ways.values():
                plan = self._plans.get(way.kind) or self._plan(document, way)
                rest = plan.patterns
                if plan.always and not findings.stopped and self._judge_all(document, plan, way.nodes, findings):
                    rest = plan.sometimes
                if rest:
                    self._fire(document, rest, way.nodes, findings)
            failures = self._failures(document, findings, most)
        return Outcome(len(self._program.checks), findings.fired, failures)

    # --- dispatch ---------------------------------------------------------------------------------------------

    def _plan(self, document: RuleTree, way: Way | str) -> _Plan:
        """The rules that may be for the nodes of a way, pattern by pattern, in the order in which they are tried.

        For the document node, instead of a way, the tag of its element.
        """
        tags: list[str] = []
        kind = way.kind if isinstance(way, Way) else None
        while kind is not None and kind.tag:
            tags.append(kind.tag)
            kind = kind.up
        nodes = way.nodes[:1] if isinstance(way, Way) else [0]
        patterns: dict[int, list[_Candidate]] = {}
        for rule in self._rules_for(tags):
            if tags and tags[0][0] == "@" and not self._program.visits_attributes[rule.pattern]:
                continue
            candidate = self._candidate(document, rule, tags, nodes)
            if candidate is not None:
                patterns.setdefault(rule.pattern, []).append(candidate)
        if len(self._plans) >= _MOST_WAYS:
            self._plans.clear()
        plan = self._plans[way.kind if isinstance(way, Way) else way] = _Plan(map(tuple, patterns.values()))
        return plan

    def _rules_for(self, tags: list[str]) -> list[RuleTable]:
        """The rules whose pattern ends in the tag of a way, in the order of the rule set."""
        if not self._by_tag:
            for at, rule in enumerate(self._program.rules):
                for last in {
                    alternative.shape[0][0] if alternative.shape else None for alternative in rule.alternatives
                }:
                    self._by_tag.setdefault(last, []).append(at)
        tag = tags[0] if tags else None
        any_tag = None if tag is None else ANY_ATTRIBUTE if tag[0] == "@" else ANY
        named = tag if tag in self._by_tag else any_tag  # all tags that no pattern names have the same rules
        if named not in self._by_last:
            found = {*self._by_tag.get(named, ()), *self._by_tag.get(any_tag, ())}
            self._by_last[named] = [self._program.rules[at] for at in sorted(found)]
        return self._by_last[named]

    def _candidate(self, document: RuleTree, rule: RuleTable, tags: list[str], nodes: list[int]) -> _Candidate | None:
        tests: list[_Test] = []
        matched = False
        for alternative in rule.alternatives:
            if not _fits(alternative, tags):
                continue
            if alternative.by_way is not None and not self._judge[alternative.by_way](document, nodes):
                continue
            matched = True
            if alternative.by_node is None:
                tests = []
                break
            tests.append(self._judge[alternative.by_node])
        if not matched:
            return None
        name = rule.anchored if rule.level == len(tags) else rule.function
        return _Candidate(rule, self._judge[name], tuple(tests))

    @staticmethod
    def _judge_all(document: RuleTree, plan: _Plan, nodes: Sequence[int], findings: _Findings) -> bool:
        """Judge the nodes of a way by the rules that are for all; False, and nothing done, where one met an error."""
        before = len(findings.failed)
        try:
            for rule in plan.always:
                rule(document, nodes, findings.failed)
        except _FAULTS:
            del findings.failed[before:]
            return False
        findings.fired += len(plan.always) * len(nodes)
        return True

    def _fire(
        self, document: RuleTree, plan: tuple[tuple[_Candidate, ...], ...], nodes: Sequence[int], findings: _Findings
    ) -> None:
        """Judge the nodes of a way: in each pattern, a node by the first rule that is for it."""
        for candidates in plan:
            rest = nodes
            stopped = findings.stopped.get(candidates[0].rule.pattern)
            if stopped:
                rest = [node for node in nodes if stopped.isdisjoint(document.ancestors(node))]
            for candidate in candidates:
                mine = rest
                if candidate.tests:
                    mine = _picked(document, rest, candidate.tests)
                    if not mine:
                        continue
                    if len(mine) == len(rest):
                        rest = []
                    elif candidate is not candidates[-1]:
                        chosen = set(mine)
                        rest = [node for node in rest if node not in chosen]
                findings.fired += len(mine)
                if not candidate.rule.descends:
                    findings.stopped.setdefault(candidate.rule.pattern, set()).update(mine)
                self._judge_nodes(document, candidate, mine, findings)
                if not candidate.tests or not rest:
                    break

    def _judge_nodes(
        self, document: RuleTree, candidate: _Candidate, nodes: Sequence[int], findings: _Findings
    ) -> None:
        before = len(findings.failed)
        try:
            candidate.function(document, nodes, findings.failed)
        except _FAULTS:
            del findings.failed[before:]
            if len(nodes) > 1:  # find the nodes with errors; the others are judged as usual
                for node in nodes:
                    self._judge_nodes(document, candidate, [node], findings)
            else:
                first = candidate.rule.first_check
                findings.doubtful += [(first + check, nodes[0]) for check in range(candidate.rule.checks)]

    # --- failures ---------------------------------------------------------------------------------------------

    def _failures(self, document: RuleTree, findings: _Findings, most: Callable[[str], int]) -> tuple[Failure, ...]:
        """What to say of the checks that failed, in the order of the rule set."""
        errors: dict[int, dict[int, str]] = {}  # of a check: the nodes, and why
        more: Counter[int] = Counter()  # of a check that had an error so often: the nodes at which it is not run again
        for number, node in findings.doubtful:
            of_check = errors.setdefault(number, {})
            if len(of_check) >= most(self._program.checks[number][0]):
                more[number] += 1
            elif (reason := self._run_again(document, number, node, findings)) is not None:
                of_check[node] = reason
        if findings.failed and self._messages is None:
            exec(marshal.loads(self._program.explain), self._judge)  # noqa: S102, S302  as above
            self._messages = self._judge["MESSAGES"]
        told = [
            (number, node, self._error(document, number, node, reasons[node], count))
            for number, reasons in errors.items()
            for node, count in _counted(sorted(reasons), more[number])
        ]
        for number, pairs in groupby(sorted(findings.failed), itemgetter(0)):
            nodes = [node for _, node in pairs]
            kept = nodes[: most(self._program.checks[number][0])]
            told += [
                (number, node, self._failure(document, number, node, count))
                for node, count in _counted(kept, len(nodes) - len(kept))
            ]
        return tuple(failure for _, _, failure in sorted(told, key=itemgetter(0, 1)))

    def _run_again(self, document: RuleTree, number: int, node: int, findings: _Findings) -> str | None:
        """Run a single check of a rule that met a dynamic error; if the error was its own, why."""
        document.last = None
        try:
            holds = self._traced(f"test_{number}")(document, node)
        except _FAULTS as error:
            return _reason(document, error)
        if holds != (self._program.checks[number][1] == "assert"):
            findings.failed.append((number, node))
        return None

    def _error(self, document: RuleTree, number: int, node: int, reason: str, more: int) -> Failure:
        name, _, flag, role = self._program.checks[number]
        message = f"{UNEVALUATED}{reason}"
        return Failure(
            name, "error", flag, role, message, document.location(node), document.line(node), more=more, node=node
        )

    def _failure(self, document: RuleTree, number: int, node: int, more: int) -> Failure:
        name, kind, flag, role = self._program.checks[number]
        message, facts = self._message(document, number, node)
        found, expected = (
            (facts.get("found"), facts.get("expected"))
            if self._program.facts
            else self._operands(document, number, node)
        )
        place = document.location(node), document.line(node)
        return Failure(name, kind, flag, role, message, *place, found, expected, facts, more, node)

    def _operands(self, document: RuleTree, number: int, node: int) -> tuple[str | None, str | None]:
        """The values that the check compared."""
        function = self._explanation("operands", document, number, node)
        if function is None:
            return None, None
        try:
            pair = function(document, node)
        except _FAULTS:
            return None, None
        return as_written(*pair) if pair is not None else (None, None)

    def _explanation(self, kind: str, document: RuleTree, number: int, node: int) -> Any:
        """The function for a message or operands: the one for nodes just where they are likely, if it is there."""
        known = self._explained.get((kind, number))
        if known is None:
            rules = self._program.rules
            rule = rules[bisect_right(rules, number, key=lambda rule: rule.first_check + rule.checks)]
            anywhere, anchored = (self._judge.get(f"{kind}_{number}{suffix}") for suffix in ("", "_anchored"))
            known = self._explained[kind, number] = anywhere, anchored, rule.level
        anywhere, anchored, level = known
        return anchored if anchored is not None and level == len(document.ancestors(node)) else anywhere

    def _message(self, document: RuleTree, number: int, node: int) -> tuple[str, dict[str, str]]:
        """What a check says, and its facts: values of the message that have a name."""
        assert self._messages is not None  # noqa: S101  for the type checker
        if number in self._messages:
            return self._messages[number], {}
        parts = self._explanation("message", document, number, node)(document, node)
        try:
            texts = [part if isinstance(part, str) else part() for part in parts]
        except _FAULTS:
            parts = self._traced(f"message_{number}")(document, node)
            texts = [part if isinstance(part, str) else _value(part) for part in parts]
        facts = {
            name: normalize_space(texts[at])
            for at, name in self._program.facts.get(number, ())
            if not isinstance(texts[at], _NoValue)
        }
        return normalize_space("".join(texts)), facts

    def _traced(self, name: str) -> Any:
        """A function of the code that is needed after a dynamic error only."""
        if self._trace is None:
            self._trace = self._namespace(self._program.trace)
        return self._trace[name]


class _NoValue(str):
    """Why a value of a message cannot be computed; it stands there instead, but is no fact."""

    __slots__ = ()


def _value(part: Callable[[], str]) -> str:
    """The value in a message; if it cannot be computed, why."""
    try:
        return part()
    except _FAULTS as error:
        return _NoValue(f"({error})")


def _counted(nodes: list[int], more: int) -> list[tuple[int, int]]:
    """The nodes that are told; the last one with how many more there are."""
    return [*((node, 0) for node in nodes[:-1]), *((node, more) for node in nodes[-1:])]


def _picked(document: RuleTree, nodes: Sequence[int], tests: tuple[_Test, ...]) -> Sequence[int]:
    """The nodes that match a pattern."""
    if len(tests) == 1:
        return _passing(document, nodes, tests[0])
    chosen: set[int] = set()
    for test in tests:
        chosen.update(_passing(document, nodes, test))
    return [node for node in nodes if node in chosen]


def _passing(document: RuleTree, nodes: Sequence[int], test: _Test) -> list[int]:
    """The nodes that pass a test; an error in a pattern means that a node does not match."""
    try:
        return test(document, nodes)
    except _FAULTS:
        if len(nodes) == 1:
            return []
        return [node for node in nodes if _passing(document, [node], test)]


def _reason(document: RuleTree, error: Exception) -> str:
    """What a dynamic error is about, and where in the document."""
    if isinstance(error, RecursionError):
        return "its functions call each other too deeply"
    node = document.last
    if node is None or not isinstance(error, Fault) or error.text is None:
        return str(error)
    if normalize_space(error.text) != normalize_space(document.value(node)):
        return str(error)  # a part of a text, or another text than the last one that was read
    return f"{error}, in {document.location(node)}"


def _read_document(content: bytes) -> RuleTree:
    return RuleTree(etree.fromstring(content, _PARSER))


def _fits(alternative: Alternative, tags: list[str]) -> bool:
    """Whether tags, from a node upwards, have the shape of a pattern."""
    return _fits_from(alternative, 0, tags, 0)


def _fits_from(alternative: Alternative, step: int, tags: list[str], at: int) -> bool:
    shape = alternative.shape
    while step < len(shape):
        tag, far = shape[step]
        if at == len(tags) or not _is(tags[at], tag):
            return False
        step, at = step + 1, at + 1
        if far and step < len(shape):
            return any(_fits_from(alternative, step, tags, above) for above in range(at, len(tags)))
    return not alternative.anchored or at == len(tags) or (step > 0 and shape[-1][1])


def _is(tag: str, wanted: str) -> bool:
    if wanted in (ANY, ANY_ATTRIBUTE):
        return (tag[0] == "@") == (wanted == ANY_ATTRIBUTE)
    return tag == wanted
