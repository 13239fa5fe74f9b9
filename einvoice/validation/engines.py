"""Run a rule set: with the compiled rules, in Saxon, or with both, whose answers must then agree.

    run_rules(artefact, Document(data), Policy()).outcome.failures

Rules that come from the user run in a process of their own with a deadline (`einvoice.bounded`): a regular expression
or a loop in them can go on for ever, also by a text of the invoice.

A rule set is read and made ready once for each process; compiled rules are kept on disk (see `schematron.cache`).
Whatever keeps it from running is one exception, `NotRun`, with a reason for the report: the verdict is then never
"valid".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial

from einvoice.artefacts.installed import Artefact, cache_folder
from einvoice.document import Document
from einvoice.errors import EInvoiceError, MissingExtra
from einvoice.once import Once
from einvoice.own_rules import OwnRules
from einvoice.schematron import (
    MOST_TOLD,
    CompiledRules,
    Engine,
    EngineFailure,
    Failure,
    Outcome,
    RuleError,
    RuleSet,
    RuleTree,
    load,
)
from einvoice.validation.overlay import hangs_on_place
from einvoice.validation.policy import HouseRules, Policy
from einvoice.xml import parse_xml

Source = Artefact | HouseRules | OwnRules
MOST_WAYS = 20_000  # chains of element names in a document; UBL and CII know some thousand, of which 150 are used
MOST_PLACED = 20_000  # failures of a check that are told where some may be softened; the last one never is
NOTHING_FIRED = "EI-STEP-03"  # why a rule set has no answer that looks at nothing in a document


class NotRun(EInvoiceError):
    """A rule set could not be run; the exception says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a rule set said, and which engine was asked."""

    outcome: Outcome
    engine: str  # compiled, saxon or both
    disagreements: tuple[str, ...] = ()  # where the two engines differ, in words


def run_rules(source: Source, document: Document, policy: Policy) -> Run:
    """Validate a document by a rule set. Raises `NotRun` if there is no answer, or if no rule applied to it."""
    try:
        run = _run(source, document, policy)
    except (RuleError, EngineFailure, MissingExtra, OSError) as error:
        raise _not_run(error) from error
    if not run.outcome.fired:
        raise NotRun(NOTHING_FIRED)
    return run


def _run(source: Source, document: Document, policy: Policy) -> Run:
    if policy.engine == "saxon":
        return Run(_saxon(source, policy.time_limit).check(document.root), "saxon")
    if (ways := len(document.rule_tree.ways)) > MOST_WAYS:
        raise NotRun("EI-STEP-13", {"count": str(ways), "limit": str(MOST_WAYS)})
    if is_strangers(source):
        from einvoice.bounded import run_bounded  # noqa: PLC0415 - the published rules need no process

        compiled = run_bounded(_judge, source, document.xml, policy.engine == "both", seconds=policy.time_limit)
    else:
        compiled = _check(source, document.rule_tree, whole=policy.engine == "both")
    if policy.engine == "both":
        return _compare(compiled, _saxon(source, policy.time_limit).check(document.root))
    return Run(compiled, "compiled")


def run_own(rules: OwnRules, document: Document, policy: Policy) -> Run:
    """Validate a document by a rule set of ours, which may have nothing to say of it. Raises `NotRun` as above."""
    try:
        return _run(rules, document, policy)
    except (RuleError, EngineFailure, MissingExtra, OSError) as error:
        raise _not_run(error) from error


def warm(artefact: Artefact) -> int:
    """Compile a rule set into the cache and say how many checks it has. Raises `NotRun` if it cannot be."""
    try:
        _compiled(artefact)
        return _rules(artefact).checks
    except (RuleError, OSError) as error:
        raise _not_run(error) from error


def _not_run(error: Exception) -> NotRun:
    if isinstance(error, MissingExtra):
        return NotRun(*error.args)
    if isinstance(error, RuleError) and error.because:
        return NotRun("EI-STEP-15", {"file": error.source, "reason": error.because.sentence()})
    return NotRun("EI-NO-SAID", {"reason": " ".join(str(error).split())})


def is_strangers(source: Source) -> bool:
    """Whether nobody but its author knows what a rule set costs: it is the user's own, or added and in no catalogue."""
    if isinstance(source, Artefact):
        return source.origin == "added" and not source.known
    return isinstance(source, HouseRules)


def _judge(source: Source, xml: bytes, whole: bool) -> Outcome:  # noqa: FBT001 - called in another process
    """Read, compile and run a rule set, in whichever process this is."""
    return _check(source, RuleTree(parse_xml(xml)), whole=whole)


def _check(source: Source, tree: RuleTree, *, whole: bool) -> Outcome:
    """What the compiled rules say; of a check that fails very often, unless `whole`, the first and how many more."""
    return _compiled(source).check_document(tree, *() if whole else (partial(_most_told, source),))


def _most_told(source: Source, rule: str) -> int:
    """How often a rule's check is told: what is listed and more, or most that hang on the place where they fail."""
    known = isinstance(source, Artefact) and hangs_on_place(source.entry.id, source.version, rule)
    return MOST_PLACED if known else MOST_TOLD


@Once
def _rules(source: Source) -> RuleSet:
    from einvoice.schematron import read_rules  # noqa: PLC0415 - what is compiled already is not read

    if isinstance(source, HouseRules):
        return read_rules(source.name, source.content, source.open_beside)
    if isinstance(source, OwnRules):
        return source.read()
    return read_rules(source.main.name, source.main.read_bytes(), source.open_document)


@Once
def _compiled(source: Source) -> CompiledRules:
    return load(source.sha256, lambda: _rules(source), cache_folder())


@Once
def _saxon(source: Source, time_limit: float) -> Engine:
    from einvoice.schematron import SaxonRules  # noqa: PLC0415 - an optional extra

    published = None  # Saxon runs the stylesheet as published, where one was
    if isinstance(source, Artefact) and source.main.suffix != ".sch":
        published = source.main.read_bytes()
    return SaxonRules(_rules(source), published, timeout=time_limit)


def _compare(compiled: Outcome, saxon: Outcome) -> Run:
    """All that either engine found, and where they differ: no failure is lost, whichever engine is right."""
    ours, theirs = _places(compiled), _places(saxon)
    missing = theirs - ours
    said = [f"{rule} {place}: compiled only" for rule, place in (ours - theirs).elements()]
    said += [f"{rule} {place}: Saxon only" for rule, place in missing.elements()]
    extra: list[Failure] = []
    for failure in saxon.failures:
        if missing[failure.rule, failure.location] > 0:
            missing[failure.rule, failure.location] -= 1
            extra.append(failure)
    return Run(replace(compiled, failures=(*compiled.failures, *extra)), "both", tuple(said))


def _places(outcome: Outcome) -> Counter[tuple[str, str]]:
    return Counter((failure.rule, failure.location) for failure in outcome.failures)
