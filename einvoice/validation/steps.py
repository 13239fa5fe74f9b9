"""What is done to a document, step by step: each takes the task and gives what it did and what it saw.

    result = parse(Task(document, policy))
    result.steps[0].status, result.observations

No step sees another's result: the document is what they share. A step that has nothing to look at does nothing; one
that must have looked and could not is `not_run`, and says why. (Published schemas and rule sets: `rule_steps`.)

Sources: FNFE-MPE, note on the validation artefacts V1.4.0 (the chain); those of each step's rules.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from einvoice import own_rules as own_rule_sets
from einvoice.artefacts.installed import installed
from einvoice.draft.arithmetic import arithmetic
from einvoice.draft.ledger import Disagreement
from einvoice.draft.problems import DraftError, Problem
from einvoice.draft.reform import is_public
from einvoice.errors import EInvoiceError, Unreadable, Unrecognised, Unwritable
from einvoice.model import Invoice
from einvoice.own_rules import OwnRules
from einvoice.profiles import FACTURX_PROFILES, PROFILES, published_spelling
from einvoice.report import Severity
from einvoice.rulebook import Fact, Observation, Sentence, StepResult
from einvoice.schematron import MOST_TOLD, Outcome
from einvoice.terms import term
from einvoice.validation.causes import missing_attributes
from einvoice.validation.engines import NotRun, Run, run_own
from einvoice.validation.numbers import check_numbers
from einvoice.validation.plans import is_french
from einvoice.validation.rule_steps import own_of_profile
from einvoice.validation.task import NOTHING, Result, Task, note, of_engines, since, status_of, unwritten
from einvoice.validation.unread import EMPTY, unread_observations

_LARGE = 6_000_000  # bytes of a document whose elements would take too much memory all at once
_B2G = "einvoice-b2g"


def read_draft(task: Task) -> Result:
    """Read a draft in JSON: what it cannot hold is an error at its field."""
    try:
        _ = task.document.draft
    except DraftError as error:
        problems = tuple(_problem(each) for each in error.problems)
        return Result((StepResult("draft", "failed"),), problems, ends=True)
    return NOTHING


def contradictions(task: Task) -> Result:
    """What a draft says against itself, and against the calendar: warnings."""
    met, said = task.document.disagreements, tuple(map(_contradiction, _few(task.document.disagreements)))
    if len(said) < len(met):
        said = (*said[:-1], replace(said[-1], more=len(met) - len(said)))
    issued = task.document.draft.issue_date if task.document.draft else None
    if issued is not None and issued > task.day:
        facts = {"date": task.day.isoformat()}
        reason = Sentence("EI-WHY-FUTURE", facts)
        said += (_contradiction(Disagreement("issue_date", "BT-2", issued, None, reason)),)
    return Result(observations=said)


def _few(met: Sequence[Disagreement]) -> Iterable[Disagreement]:
    """All, but of what is only worth a look (some for each line) the first that are told; they are put at the end."""
    remarks = [each for each in met if each.computed is None]
    if len(remarks) <= MOST_TOLD:
        return met
    return (*(each for each in met if each.computed is not None), *remarks[:MOST_TOLD])


def write(task: Task) -> Result:
    """Write the invoice in the syntax of its profile: each missing value that this demands is named.

    What there is can be validated all the same; only a character that XML forbids leaves nothing to look at. The number
    of a draft is not missing: it comes when the draft is finalised. What the profile cannot hold is told, as when the
    invoice is built.
    """
    try:
        lacking = task.document.lacking
    except Unwritable as refused:
        done = (
            StepResult("write", "failed"),
            StepResult("profile", "not_run", reason=unwritten(refused.observations)),
        )
        return Result(done, refused.observations, ends=True)
    later = (replace(note("EI-DRAFT-03", "draft"), field="number"),) if task.document.is_unnumbered else ()
    said = (*later, *task.document.left_out)
    if not lacking:
        return Result(observations=said)
    return Result((StepResult("write", "failed"),), (*said, *map(_named, lacking)))


def _named(missing: Observation) -> Observation:
    """What is missing, by the name of its business term."""
    if not missing.term:
        return missing
    facts = {**missing.facts, "name": Sentence(missing.term), "number": missing.term}
    return replace(missing, facts=facts, wording="EI-WRITE-REQUIRED_TERM")


def container(task: Task) -> Result:
    """Check the PDF around the invoice."""
    started = time.perf_counter()
    try:
        checked = task.document.container
    except Unreadable as error:  # the PDF library that is installed is too old
        return Result((StepResult("container", "not_run", reason=error.sentence()),), ends=True)
    if checked.extracted is not None and task.document.is_older:  # a container of that time is not judged by today's
        return Result((StepResult("container", "not_run", reason=Sentence("EI-STEP-12")),))
    done = replace(checked.step, ms=since(started))
    return Result((done,), checked.observations, ends=checked.extracted is None)


def parse(task: Task) -> Result:
    """Parse the XML and say what it is."""
    try:
        _ = task.document.detected
    except Unreadable as error:
        return Result((StepResult("parse", "failed"),), (_refusal("EI-PARSE-01", "error", error),), ends=True)
    except Unrecognised as error:
        done = StepResult("parse", "not_run", reason=error.sentence())
        return Result((done,), (_refusal("EI-PARSE-02", "warning", error),), ends=True)
    if len(task.document.xml) < _LARGE:
        task.held = list(task.document.root.iter())  # lxml makes an element anew for each walk, unless it is held
    return Result((StepResult("parse", "passed"),))


def profile(task: Task) -> Result:
    """Tell where the profile is not spelled as published, and where it has rules of its own that are not run."""
    if task.invoice is None:
        return NOTHING
    found = task.document.detected
    stated = found.specification_identifier or "—"
    said: tuple[Observation, ...] = ()
    if expected := published_spelling(found.specification_identifier):
        facts = {"found": stated, "expected": expected}
        said = (Observation("EI-PROFILE-03", "warning", "profile", facts, term="BT-24"),)
    if not task.plan.foreign or own_of_profile(task):
        return Result(observations=said)
    if found.profile == "other":
        return Result(observations=(*said, note("EI-PROFILE-02", "profile", profile=stated)))
    known = PROFILES.get(found.profile or "")
    if found.syntax == "ubl" and known in FACTURX_PROFILES:
        facts = {"profile": known.title, "found": stated}
        return Result(observations=(*said, Observation("EI-PROFILE-04", "warning", "profile", facts, term="BT-24")))
    return Result(observations=(*said, note("EI-PROFILE-01", "profile", profile=found.profile or "")))


def own_rules(task: Task) -> Result:
    """Check a French message by our own rules, which see what the published ones do not."""
    from einvoice.france.messages import run_own_rules  # noqa: PLC0415 - loaded for messages only

    started = time.perf_counter()
    document, message = task.document, task.document.model
    if isinstance(message, Invoice):
        return NOTHING
    runs: list[Run] = []

    def engine(rules: OwnRules) -> Outcome:
        runs.append(run_own(rules, document, task.policy))
        return runs[-1].outcome

    kind = document.detected.kind
    try:
        ran, found = run_own_rules(message, document.rule_tree, document.field_at, task.day, engine)
    except NotRun as error:
        return Result((StepResult(kind, "not_run", reason=error.sentence()),))
    done = StepResult(kind, status_of(found), engine="einvoice", ms=since(started))
    if ran is not None:
        (used,) = installed(ran.rules.id)
        done = replace(done, ruleset=used.entry.id, version=used.version, sha256=ran.rules.sha256)
        done = replace(done, engine=runs[-1].engine, rules=ran.checks, fired=ran.fired)
    return Result((done,), (*found, *(each for run in runs for each in of_engines(kind, run))))


def numbers(task: Task) -> Result:
    """Check digits: what the published rules do not look at."""
    return Result(observations=tuple(check_numbers(task.invoice))) if task.invoice else NOTHING


def portal(task: Task) -> Result:
    """Tell what the public portal would refuse of a French invoice that is sent: warnings, it may be valid."""
    sent = task.policy.direction == "sending" and task.policy.rules != "en16931" and task.given_plan is None
    if not sent or task.invoice is None or not is_french(task.invoice, task.plan, task.policy):
        return NOTHING
    from einvoice.france.preflight import observations_on  # noqa: PLC0415 - loaded for French invoices only

    return Result(observations=observations_on(task.invoice, task.day))


def computed(task: Task) -> Result:
    """What does not compute in an invoice that is there; a draft tells so by itself, as what it says against itself."""
    if task.invoice is None or task.document.draft is not None:
        return NOTHING
    return Result(observations=tuple(_miscomputed(each) for each in arithmetic(task.invoice)))


def public_buyer(task: Task) -> Result:
    """Tell what Chorus Pro would refuse of an invoice to a French public body: warnings, the rules are believed."""
    if task.given_plan is not None or task.invoice is None or task.policy.rules == "en16931":
        return NOTHING
    draft = task.document.draft
    said = draft.public_buyer if draft is not None and draft.public_buyer is not None else task.policy.public_buyer
    if not (is_public(task.invoice.buyer) if said is None else said):
        return NOTHING
    started = time.perf_counter()
    ran = own_rule_sets.run(_B2G, task.document.rule_tree, step="b2g", place=task.document.field_at)
    done = StepResult("b2g", status_of(ran.observations), engine="compiled", ms=since(started))
    done = replace(done, ruleset=_B2G, sha256=ran.rules.sha256, rules=ran.checks, fired=ran.fired)
    (used,) = installed(_B2G)
    # A rule on the document as a whole is about its term.
    found = tuple(each if each.field else replace(each, field=term(each.term or "").path) for each in ran.observations)
    return Result((replace(done, version=used.version),), found)


def unread(task: Task) -> Result:
    """Tell what the model could not hold, and where an attribute is missing that says what a value is.

    Most elements that say nothing are told by a rule too: only those that are left at the end get their field.
    """
    found = unread_observations(task.document.model, task.document.field_at, most=MOST_TOLD, later=EMPTY)
    return Result(observations=(*missing_attributes(task.document), *found))


def visible(task: Task) -> Result:
    """Compare the pages of a PDF with the invoice inside: warnings, for a page may show more than the invoice."""
    from einvoice.facturx.visible import STEP, UNREAD, VISIBLE_RULES, compare_visible  # noqa: PLC0415 - for PDFs

    if task.invoice is None:
        return NOTHING
    started = time.perf_counter()
    bounded = task.document.container.bounded
    found = compare_visible(task.document.data, task.invoice, bounded=bounded)
    done = StepResult(STEP, "passed", rules=len(VISIBLE_RULES), engine="compiled", ms=since(started))
    if unread_pages := next((each for each in found if each.rule == UNREAD), None):
        done = replace(done, status="not_run", reason=Sentence(UNREAD, unread_pages.facts))
    return Result((done,), found)


def _problem(problem: Problem) -> Observation:
    rule = "EI-DRAFT-10" if not problem.path else "EI-DRAFT-12" if problem.found is not None else "EI-DRAFT-11"
    facts: dict[str, Fact] = {"field": problem.path, "reason": problem.reason}
    if problem.found is not None:
        facts["found"] = problem.found
    if problem.nearest is None:
        return Observation(rule, "error", "draft", facts, field=problem.path)
    facts |= {"expected": problem.nearest, "nearest": problem.nearest}
    return Observation(rule, "error", "draft", facts, wording="EI-DRAFT-11_NEAREST", field=problem.path)


def _contradiction(each: Disagreement) -> Observation:
    return _disagreeing(each, "draft", "EI-DRAFT-02" if each.computed is None else "EI-DRAFT-01")


def _miscomputed(each: Disagreement) -> Observation:
    return _disagreeing(each, "numbers", "EI-CALC-02" if each.computed is None else "EI-CALC-01")


def _disagreeing(each: Disagreement, step: str, rule: str) -> Observation:
    facts: dict[str, Fact] = {"reason": each.reason}
    if str(each.given):
        facts["found"] = str(each.given)
    if each.computed is not None:
        facts["expected"] = str(each.computed)
    return Observation(rule, "warning", step, facts, term=each.term or "", field=each.field)


def _refusal(rule: str, severity: Severity, error: EInvoiceError) -> Observation:
    return Observation(rule, severity, "parse", {"reason": error.sentence()})
