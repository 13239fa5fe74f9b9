"""Rule sets of ours: Schematron files in the folder of the rule sets, run like the published ones.

    ran = run("einvoice-cdar", RuleTree(root), step="lifecycle")
    ran.observations[0]      # Observation("EI-CDV-06", "error", "lifecycle", {"found": "215"}, term="MDT-105", …)

An id in such a file is RULE_TERM, or RULE_TERM_CONTEXT where one rule is stated for several contexts; the facts are the
values with a name in its text. The text itself is for others who use the file: in a report the rulebook's row speaks,
the one of the whole id or of RULE_TERM if there is one, else the rule's.

A check that cannot be evaluated keeps the severity of its flag, so that a warning that trips over an element which
stands there twice never makes a message invalid; it is told as not evaluated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from einvoice.artefacts.installed import cache_folder, digest, needed_files
from einvoice.data import RULESETS
from einvoice.once import Once
from einvoice.report import Severity
from einvoice.rulebook import UNEVALUATED, Observation, row
from einvoice.schematron import MOST_TOLD, CompiledRules, Failure, Outcome, RuleSet, RuleTree, load

Place = Callable[[str], str | None]  # XPath in the document -> field of the model, None where there is none

_SEVERITIES: dict[str, Severity] = {"error": "error", "warning": "warning", "information": "information"}


@dataclass(frozen=True, slots=True)
class OwnRules:
    """A rule set of ours; `sha256` is that of the files as they lie there, for no catalogue knows it."""

    id: str
    files: tuple[Path, ...]  # its own, then those that it includes
    sha256: str

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.files[0].name

    def read(self) -> RuleSet:
        """The rules in it. Raises RuleError if one is not understood."""
        from einvoice.schematron import read_rules  # noqa: PLC0415 - what is compiled already is not read

        return read_rules(self.name, self.files[0].read_bytes(), self._beside)

    def _beside(self, name: str) -> bytes:
        found = next((file for file in self.files[1:] if file.name == name), None)
        if found is None:
            raise FileNotFoundError(f"{self.name} includes {name!r}, which is not there")
        return found.read_bytes()


@dataclass(frozen=True, slots=True)
class Ran:
    """What a rule set of ours said of a document."""

    rules: OwnRules
    checks: int
    fired: int  # contexts; 0 means that no rule looked at the document
    observations: tuple[Observation, ...]


Engine = Callable[[OwnRules], Outcome]  # runs a rule set of ours on a document


@cache
def own_rules(ruleset: str) -> OwnRules:
    """A rule set of ours, by its id. Raises KeyError if there is none."""
    main = RULESETS / f"{ruleset}.sch"
    if not main.is_file():
        raise KeyError(ruleset)
    files = needed_files(main, "rules", RULESETS)
    return OwnRules(ruleset, files, digest(files))


def run(ruleset: str, tree: RuleTree, *, step: str, place: Place | None = None, engine: Engine | None = None) -> Ran:
    """Validate a document by a rule set of ours; `place` finds the model's field for an XPath.

    `engine` runs the rules on the document that the tree is of; the compiled rules unless given. Raises KeyError for an
    id that is not there, and what the engine raises.
    """
    outcome = engine(own_rules(ruleset)) if engine else _compiled(ruleset).check_document(tree, _most_told)
    said = tuple(observation(failure, step=step, place=place) for failure in outcome.failures)
    return Ran(own_rules(ruleset), outcome.checks, outcome.fired, said)


def observation(failure: Failure, *, step: str, place: Place | None = None) -> Observation:
    """What a failed check of a rule set of ours says, whichever engine ran it."""
    rule, _, rest = failure.rule.partition("_")
    failed = failure.kind == "error"
    term = rest.partition("_")[0]
    own_row = next((each for each in (failure.rule, f"{rule}_{term}") if rest and row(each) is not None), "")
    return Observation(
        rule=rule,
        severity=_SEVERITIES.get(failure.flag, "error"),
        step=step,
        facts={"reason": failure.reason} if failed else {name: fact for name, fact in failure.facts.items() if fact},
        wording=UNEVALUATED if failed else own_row,
        term=term or None,
        field=(place(failure.location) if place is not None else None) or "",
        xpath=failure.location,
        line=failure.line,
        more=failure.more,
    )


def _most_told(_rule: str) -> int:
    return MOST_TOLD


@Once
def _compiled(ruleset: str) -> CompiledRules:
    rules = own_rules(ruleset)
    return load(rules.sha256, rules.read, cache_folder())
