"""Rule sets of ours: Schematron files in the folder of the rule sets, run like the published ones.

    ran = run("einvoice-cdar", RuleTree(root), step="lifecycle")
    ran.observations[0]      # Observation("EI-CDV-06", "error", "lifecycle", {"found": "215"}, term="MDT-105", …)

An id in such a file is RULE_TERM, or RULE_TERM_CONTEXT where one rule is stated for several contexts; the facts are the
values with a name in its text. The text itself is for others who use the file: in a report the rulebook's row speaks,
the one of the whole id if there is one, else the rule's.

A check that cannot be evaluated keeps the severity of its flag, so that a warning that trips over an element which
stands there twice never makes a message invalid; it is told as not evaluated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from einvoice.artefacts.installed import cache_folder
from einvoice.data import RULESETS
from einvoice.report import Severity
from einvoice.rulebook import Observation, row
from einvoice.schematron import CompiledRules, Failure, RuleSet, RuleTree, load, read_rules

Place = Callable[[str], str | None]  # XPath in the document -> field of the model, None where there is none

_SEVERITIES: dict[str, Severity] = {"error": "error", "warning": "warning", "information": "information"}


@dataclass(frozen=True, slots=True)
class OwnRules:
    """A rule set of ours; `sha256` is that of the file as it lies there, for no catalogue knows it."""

    id: str
    content: bytes
    sha256: str

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.id}.sch"

    def read(self) -> RuleSet:
        """The rules in it. Raises RuleError if one is not understood."""
        return read_rules(self.name, self.content, _beside)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a rule set of ours said of a document."""

    rules: OwnRules
    checks: int
    fired: int  # contexts; 0 means that no rule looked at the document
    observations: tuple[Observation, ...]


@cache
def own_rules(ruleset: str) -> OwnRules:
    """A rule set of ours, by its id. Raises KeyError if there is none."""
    path = RULESETS / f"{ruleset}.sch"
    if not path.is_file():
        raise KeyError(ruleset)
    content = path.read_bytes()
    return OwnRules(ruleset, content, hashlib.sha256(content).hexdigest())


def run(ruleset: str, tree: RuleTree, *, step: str, place: Place | None = None) -> Ran:
    """Judge a document by a rule set of ours; `place` finds the model's field for an XPath.

    Raises KeyError for an id that is not there.
    """
    outcome = _compiled(ruleset).check_document(tree)
    said = tuple(observation(failure, step=step, place=place) for failure in outcome.failures)
    return Ran(own_rules(ruleset), outcome.checks, outcome.fired, said)


def observation(failure: Failure, *, step: str, place: Place | None = None) -> Observation:
    """What a failed check of a rule set of ours says, whichever engine ran it."""
    rule, _, rest = failure.rule.partition("_")
    failed = failure.kind == "error"
    own_row = failure.rule if rest and row(failure.rule) is not None else ""
    return Observation(
        rule=rule,
        severity=_SEVERITIES.get(failure.flag, "error"),
        step=step,
        facts={"reason": failure.reason} if failed else dict(failure.facts),
        wording="EI-STEP-08" if failed else own_row,
        term=rest.partition("_")[0] or None,
        field=(place(failure.location) if place is not None else None) or "",
        xpath=failure.location,
        line=failure.line,
    )


@cache
def _compiled(ruleset: str) -> CompiledRules:
    rules = own_rules(ruleset)
    return load(rules.sha256, rules.read, cache_folder())


def _beside(name: str) -> bytes:
    raise FileNotFoundError(f"a rule set of ours needs no other file, not even {name!r}")
