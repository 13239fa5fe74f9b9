"""The engine: applies a compiled rule set to a document.

    outcome = CompiledRules(program).check(root)       # Outcome(checks=979, fired=214, failures=())

The nodes of one way (see `tree`) are judged together, by the rules that may be for them (see `matching`). First match
wins within a pattern; patterns do not know of each other.

Source: ISO/IEC 19757-3:2016, section 6.5 (order and side effects), annex C.
"""

from __future__ import annotations

import decimal
import functools
import marshal
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from lxml import etree

from einvoice.schematron.matching import Candidate, Plan, Plans, Test
from einvoice.schematron.program import Program
from einvoice.schematron.rule_tree import RuleTree
from einvoice.schematron.rules import UNEVALUATED, Failure, Outcome
from einvoice.schematron.xpath.numbers import DECIMALS
from einvoice.schematron.xpath.runtime import Lazy, names
from einvoice.schematron.xpath.strings import normalize_space
from einvoice.schematron.xpath.values import Fault
from einvoice.schematron.xpath.written import as_written
from einvoice.xml import Element

_FAULTS = (Fault, ArithmeticError, RecursionError)
_PARSER = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True)
_NOTHING = etree.fromstring("<nothing/>")


def _all(_rule: str) -> int:
    return sys.maxsize


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
        self._plans = Plans(program, self._judge)

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
            plans, top = self._plans.known, document.tag[1]
            self._fire(document, (plans.get(top) or self._plans.make(document, top)).patterns, [0], findings)
            for way in document.ways.values():
                plan = plans.get(way.kind) or self._plans.make(document, way)
                rest = plan.patterns
                if plan.always and not findings.stopped and self._judge_all(document, plan, way.nodes, findings):
                    rest = plan.sometimes
                if rest:
                    self._fire(document, rest, way.nodes, findings)
            failures = self._failures(document, findings, most)
        return Outcome(len(self._program.checks), findings.fired, failures)

    @staticmethod
    def _judge_all(document: RuleTree, plan: Plan, nodes: Sequence[int], findings: _Findings) -> bool:
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
        self, document: RuleTree, plan: tuple[tuple[Candidate, ...], ...], nodes: Sequence[int], findings: _Findings
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

    def _judge_nodes(self, document: RuleTree, candidate: Candidate, nodes: Sequence[int], findings: _Findings) -> None:
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


def _picked(document: RuleTree, nodes: Sequence[int], tests: tuple[Test, ...]) -> Sequence[int]:
    """The nodes that match a pattern."""
    if len(tests) == 1:
        return _passing(document, nodes, tests[0])
    chosen: set[int] = set()
    for test in tests:
        chosen.update(_passing(document, nodes, test))
    return [node for node in nodes if node in chosen]


def _passing(document: RuleTree, nodes: Sequence[int], test: Test) -> list[int]:
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
