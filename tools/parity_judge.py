"""Hold the compiled rules against Saxon, finding for finding.

A published stylesheet gives no report at all when one expression meets a dynamic error. Then the same rules are asked
once more in the form that `write_xslt` gives them, in which each check has its own `xsl:try`; so every other check can
still be compared. An `and` or `or` that one side decides may meet the error of the other side or not: the specification
allows both (XPath 2.0, section 2.3.4). Where Saxon meets it and we decide, the comparison counts as `decided`; where we
meet it and Saxon decides, as `gave up`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from lxml import etree
from parity_rules import RuleFile

from einvoice.schematron import Engine, EngineFailure, Failure, Outcome, SaxonRules, compile_rules

Place = tuple[str, str, str]  # rule, kind, location
Said = tuple[str, str, int | None, str, tuple[tuple[str, str], ...]]  # flag, role, line, message, facts
Status = Literal["equal", "equal with errors", "decided", "gave up", "differ"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What holding two outcomes against each other gave."""

    status: Status
    differences: tuple[str, ...]  # in words; empty unless the status is "gave up" or "differ"
    failures: tuple[Failure, ...]  # what the compiled rules found
    fired: int


def engine_for(name: str, file: RuleFile) -> Engine:
    """An engine by its name: `compiled`, or `saxon` on what the publisher ships."""
    return compile_rules(file.rules) if name == "compiled" else SaxonRules(file.rules, file.published)


class Judges:
    """The engines for one rule set."""

    def __init__(self, file: RuleFile) -> None:
        self.compiled = engine_for("compiled", file)
        self.saxon = engine_for("saxon", file)
        self.patient = self.saxon if file.published is None else SaxonRules(file.rules)

    def compare(self, root: etree._Element) -> Comparison:
        """Judge a document with both. Raises EngineFailure if Saxon fails for another reason than the document."""
        ours = self.compiled.check(root)
        try:
            theirs = self.saxon.check(root)
        except EngineFailure:
            theirs = self.patient.check(root)
        return _compare(ours, theirs)


def _compare(ours: Outcome, theirs: Outcome) -> Comparison:
    mine, other = _by_place(ours), _by_place(theirs)
    our_errors, their_errors = _errors(mine), _errors(other)
    decided, gave_up = their_errors - our_errors, our_errors - their_errors
    differences = [f"{rule or '(no id)'} at {where}: compiled met an error, Saxon did not" for rule, where in gave_up]
    status: Status = "gave up" if gave_up else "decided" if decided else "equal with errors" if our_errors else "equal"
    for rule, kind, where in sorted(mine.keys() | other.keys(), key=lambda place: (place[1] != "error", place)):
        if (rule, where) in decided | gave_up:
            continue
        left, right = mine.get((rule, kind, where), []), other.get((rule, kind, where), [])
        if kind == "error" and len(left) != len(right):  # checks without an id, of which one is decided or given up
            status = "decided" if len(right) > len(left) else "gave up"
            if status == "gave up":
                differences.append(f"(no id) at {where}: compiled met an error, Saxon did not")
        elif len(left) != len(right):
            differences.append(f"{rule or '(no id)'} {kind} at {where}: compiled {len(left)}, Saxon {len(right)}")
            status = "differ"
        elif kind != "error" and Counter(left) != Counter(right):
            differences.append(f"{rule or '(no id)'} {kind} at {where}: compiled says {left}, Saxon {right}")
            status = "differ"
    if ours.fired != theirs.fired:
        differences.append(f"contexts that fired: compiled {ours.fired}, Saxon {theirs.fired}")
        status = "differ"
    return Comparison(status, tuple(differences), ours.failures, ours.fired)


def _errors(found: dict[Place, list[Said]]) -> set[tuple[str, str]]:
    return {(rule, where) for rule, kind, where in found if kind == "error"}


def _by_place(outcome: Outcome) -> dict[Place, list[Said]]:
    found: dict[Place, list[Said]] = {}
    for failure in outcome.failures:
        facts = tuple(sorted(failure.facts.items()))
        said = failure.flag, failure.role, failure.line, " ".join(failure.message.split()), facts
        found.setdefault((failure.rule, failure.kind, failure.location), []).append(said)
    return found
