"""What is done to a document, step by step: each takes the task and gives what it did and what it saw.

    result = schema(Task(document, policy))
    result.steps[0].status, result.observations

No step sees another's result: the document is what they share. A step that has nothing to look at does nothing; one
that must have looked and could not is `not_run`, and says why.

Sources: FNFE-MPE, note on the validation artefacts V1.4.0 (the chain); those of each step's rules.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Literal

from einvoice import own_rules as own_rule_sets
from einvoice.artefacts.installed import Artefact, in_use, installed, newer, published_as
from einvoice.cached import cached_property
from einvoice.codes import INVOICE_TYPES
from einvoice.document import MESSAGES, Document
from einvoice.draft.arithmetic import arithmetic
from einvoice.draft.ledger import Disagreement
from einvoice.draft.problems import DraftError, Problem
from einvoice.draft.reform import is_public
from einvoice.errors import EInvoiceError, Unreadable, Unrecognised, Unwritable
from einvoice.model import Invoice
from einvoice.own_rules import OwnRules
from einvoice.profiles import published_spelling
from einvoice.report import Severity
from einvoice.rulebook import Fact, Observation, Sentence, StepResult
from einvoice.schematron import MOST_TOLD, Failure, Outcome
from einvoice.terms import term
from einvoice.validation.causes import missing_attributes
from einvoice.validation.engines import NOTHING_FIRED, NotRun, Run, Source, run_own, run_rules
from einvoice.validation.numbers import check_numbers
from einvoice.validation.observed import Places, Ran, grouped, observed
from einvoice.validation.operands import Values
from einvoice.validation.overlay import known_defect
from einvoice.validation.plans import Plan, french_rules_of, is_french, plan_for
from einvoice.validation.policy import HouseRules, Policy, is_lenient, policy_data
from einvoice.validation.stand_ins import Standing, is_doubtful, is_left_out, overlooked
from einvoice.validation.unread import EMPTY, unread_observations
from einvoice.validation.xsd import Fault, Unusable, schema_of
from einvoice.xml import Element


@dataclass(frozen=True, slots=True)
class Result:
    """What a step did, and what it saw."""

    steps: tuple[StepResult, ...] = ()  # none: what it saw belongs to no step of the report
    observations: tuple[Observation, ...] = ()
    ends: bool = False  # what follows has nothing to look at


class Task:
    """A document and how it is to be validated."""

    def __init__(self, document: Document, policy: Policy, plan: Plan | None = None) -> None:
        self.document = document
        self.policy = policy
        self.given_plan = plan
        self.held: list[Element] = []  # the document's elements

    @cached_property
    def day(self) -> date:
        """The day whose rules are in force: one, also around midnight."""
        return self.policy.day

    @cached_property
    def plan(self) -> Plan:
        """The schema and the rules to validate the document by."""
        found = self.document.detected
        return self.given_plan or plan_for(self.document.syntax, self.document.root.tag, found.profile)

    @property
    def is_extension(self) -> bool:
        """Whether the document says that it extends EN 16931, by rules that are not run (EN 16931-1 §7)."""
        return self.plan.foreign and _EXTENSION in (self.document.detected.specification_identifier or "")

    @cached_property
    def invoice(self) -> Invoice | None:
        """The invoice that is judged, if the document is one."""
        found = self.document.detected
        return self.document.judged if found.kind not in MESSAGES else None

    @cached_property
    def places(self) -> Places:
        """Where things stand in the invoice."""
        return Places(self.document.field_at, self.document.element_at, self.document.value_of)

    @cached_property
    def values(self) -> Values:
        """What the invoice says, to be found by a finding's figures."""
        return Values(self.document.judged)


_NOTHING = Result()
_LARGE = 6_000_000  # bytes of a document whose elements would take too much memory all at once
_SELF_BILLING = {"peppol-ubl": "peppol", "peppol-self-billing-ubl": "peppol-self-billing"}  # rule set -> its profile
_B2G = "einvoice-b2g"
_EXTENSION = "#conformant#"  # in BT-24, before the name of the extension


def read_draft(task: Task) -> Result:
    """Read a draft in JSON: what it cannot hold is an error at its field."""
    try:
        _ = task.document.draft
    except DraftError as error:
        problems = tuple(_problem(each) for each in error.problems)
        return Result((StepResult("draft", "failed"),), problems, ends=True)
    return _NOTHING


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
            StepResult("profile", "not_run", reason=_unwritten(refused.observations)),
        )
        return Result(done, refused.observations, ends=True)
    later = (replace(_note("EI-DRAFT-03", "draft"), field="number"),) if task.document.is_unnumbered else ()
    said = (*later, *task.document.left_out)
    if not lacking:
        return Result(observations=said)
    return Result((StepResult("write", "failed"),), (*said, *map(_named, lacking)))


def _unwritten(refused: tuple[Observation, ...]) -> Sentence:
    return Sentence("EI-STEP-04", {"fields": ", ".join(each.field or "?" for each in refused)})


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
    done = replace(checked.step, ms=_since(started))
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
        return _NOTHING
    found = task.document.detected
    stated = found.specification_identifier or "—"
    said: tuple[Observation, ...] = ()
    if expected := published_spelling(found.specification_identifier):
        facts = {"found": stated, "expected": expected}
        said = (Observation("EI-PROFILE-03", "warning", "profile", facts, term="BT-24"),)
    if not task.plan.foreign or _own_of_profile(task):
        return Result(observations=said)
    if found.profile == "other":
        return Result(observations=(*said, _note("EI-PROFILE-02", "profile", profile=stated)))
    return Result(observations=(*said, _note("EI-PROFILE-01", "profile", profile=found.profile or "")))


def schema(task: Task) -> Result:
    """Check the document by its XML schema, which has nothing to add where it was written with gaps."""
    if lacking := task.document.lacking:
        return Result((StepResult("xsd", "not_run", reason=_unwritten(lacking)),))
    wanted = task.plan.xsd
    artefact = in_use(wanted, on=task.day) if wanted else None
    if artefact is None:
        return Result((_missing("xsd", wanted or "XSD"),))
    if artefact.altered:
        return Result((_altered("xsd", artefact),))
    done = StepResult(
        "xsd",
        "passed",
        ruleset=artefact.entry.id,
        version=artefact.version,
        sha256=artefact.sha256,
        engine="libxml2",
    )
    started = time.perf_counter()
    try:
        faults = schema_of(artefact).faults(task.document.root, task.document.detected.locations, count=len(task.held))
    except Unusable as error:
        reason = Sentence("EI-STEP-09", {"detail": str(error)})
        return Result((replace(done, status="not_run", reason=reason),))
    found = tuple(_of_fault(task, fault, artefact.entry.title) for fault in faults)
    return Result((replace(done, status="failed" if faults else "passed", ms=_since(started)),), found)


def profile_rules(task: Task) -> Result:
    """Run the rules of the profile, or of the message, and what the profile's publisher adds where it is installed."""
    if not task.plan.rules:
        return _NOTHING
    core = _best_rules(task, "profile", task.plan.rules)
    own = [_best_rules(task, "profile", (name,)) for name in _own_of_profile(task)]
    return _joined([_as_its_publisher_weighs(core, task.plan.profile), *own]) if own else core


def _own_of_profile(task: Task) -> tuple[str, ...]:
    """The rule sets of the profile's publisher that are installed."""
    return tuple(name for name in task.plan.own if in_use(name, on=task.day) is not None)


def _as_its_publisher_weighs(result: Result, profile: str) -> Result:
    """The result with the severities that the profile's publisher gives to rules of the core."""
    weights = policy_data()["weights"].get(profile, {})
    found = tuple(
        replace(each, severity=weights[each.rule]) if each.rule in weights and each.wording != "EI-STEP-08" else each
        for each in result.observations
    )
    if found == result.observations:
        return result
    done = tuple(each if each.status == "not_run" else replace(each, status=status_of(found)) for each in result.steps)
    return replace(result, steps=done, observations=found)


def french_rules(task: Task) -> Result:
    """Run the French rules on a French invoice."""
    if task.given_plan is not None or task.invoice is None or not is_french(task.invoice, task.plan, task.policy):
        return _NOTHING
    return _best_rules(task, "french", french_rules_of(task.document.syntax))


def house_rules(task: Task) -> Result:
    """Run the user's own rules."""
    given = _for_this_kind(task)
    results = [(rules, _run(task, rules, Ran(rules.name, "", "house", rules.name))) for rules in given]
    spoke = {rules.release for rules, result in results if not _is_idle(result)} - {""}
    return _joined([result for rules, result in results if rules.release not in spoke or not _is_idle(result)])


def _for_this_kind(task: Task) -> list[HouseRules]:
    """Of a release that has rules on self-billed invoices and on the others, those that the document is for.

    Its profile says so (BT-24); where that is none of them, its type (BT-3).
    """
    given = task.policy.house_rules
    known = {rules: published_as(rules.name.rpartition("/")[2]) for rules in given}
    pairs = {ids: {rules.release for rules in given if known[rules] == ids} - {""} for ids in _SELF_BILLING}
    both = set.intersection(*pairs.values())
    if task.document.detected.profile in _SELF_BILLING.values():
        wanted = next(ids for ids, profile in _SELF_BILLING.items() if profile == task.document.detected.profile)
    else:
        billed = task.invoice is not None and task.invoice.type_code in INVOICE_TYPES["self_billed"]
        wanted = list(_SELF_BILLING)[billed]
    return [rules for rules in given if rules.release not in both or known[rules] not in {*_SELF_BILLING} - {wanted}]


def _is_idle(result: Result) -> bool:
    """Whether a rule set found nothing in the document that it looks at."""
    return any(isinstance(step.reason, Sentence) and step.reason.id == NOTHING_FIRED for step in result.steps)


def own_rules(task: Task) -> Result:
    """Check a French message by our own rules, which see what the published ones do not."""
    from einvoice.france.messages import run_own_rules  # noqa: PLC0415 - loaded for messages only

    started = time.perf_counter()
    document, message = task.document, task.document.model
    if isinstance(message, Invoice):
        return _NOTHING
    runs: list[Run] = []

    def engine(rules: OwnRules) -> Outcome:
        runs.append(run_own(rules, document, task.policy))
        return runs[-1].outcome

    kind = document.detected.kind
    try:
        ran, found = run_own_rules(message, document.rule_tree, document.field_at, task.day, engine)
    except NotRun as error:
        return Result((StepResult(kind, "not_run", reason=error.sentence()),))
    done = StepResult(kind, status_of(found), engine="einvoice", ms=_since(started))
    if ran is not None:
        (used,) = installed(ran.rules.id)
        done = replace(done, ruleset=used.entry.id, version=used.version, sha256=ran.rules.sha256)
        done = replace(done, engine=runs[-1].engine, rules=ran.checks, fired=ran.fired)
    return Result((done,), (*found, *(each for run in runs for each in _of_engines(kind, run))))


def numbers(task: Task) -> Result:
    """Check digits: what the published rules do not look at."""
    return Result(observations=tuple(check_numbers(task.invoice))) if task.invoice else _NOTHING


def portal(task: Task) -> Result:
    """Tell what the public portal would refuse of a French invoice that is sent: warnings, it may be valid."""
    sent = task.policy.direction == "sending" and task.policy.rules != "en16931" and task.given_plan is None
    if not sent or task.invoice is None or not is_french(task.invoice, task.plan, task.policy):
        return _NOTHING
    from einvoice.france.preflight import observations_on  # noqa: PLC0415 - loaded for French invoices only

    return Result(observations=observations_on(task.invoice, task.day))


def computed(task: Task) -> Result:
    """What does not compute in an invoice that is there; a draft tells so by itself, as what it says against itself."""
    if task.invoice is None or task.document.draft is not None:
        return _NOTHING
    return Result(observations=tuple(_miscomputed(each) for each in arithmetic(task.invoice)))


def public_buyer(task: Task) -> Result:
    """Tell what Chorus Pro would refuse of an invoice to a French public body: warnings, the rules are believed."""
    if task.given_plan is not None or task.invoice is None or task.policy.rules == "en16931":
        return _NOTHING
    draft = task.document.draft
    said = draft.public_buyer if draft is not None and draft.public_buyer is not None else task.policy.public_buyer
    if not (is_public(task.invoice.buyer) if said is None else said):
        return _NOTHING
    started = time.perf_counter()
    ran = own_rule_sets.run(_B2G, task.document.rule_tree, step="b2g", place=task.document.field_at)
    done = StepResult("b2g", status_of(ran.observations), engine="compiled", ms=_since(started))
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
        return _NOTHING
    started = time.perf_counter()
    bounded = task.document.container.bounded
    found = compare_visible(task.document.data, task.invoice, bounded=bounded)
    done = StepResult(STEP, "passed", rules=len(VISIBLE_RULES), engine="compiled", ms=_since(started))
    if unread_pages := next((each for each in found if each.rule == UNREAD), None):
        done = replace(done, status="not_run", reason=Sentence(UNREAD, unread_pages.facts))
    return Result((done,), found)


def status_of(found: Iterable[Observation]) -> Literal["passed", "failed"]:
    """How a step ended that found this."""
    return "failed" if any(each.severity == "error" for each in found) else "passed"


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
    rule = "EI-DRAFT-02" if each.computed is None else "EI-DRAFT-01"
    facts: dict[str, Fact] = {"reason": each.reason}
    if str(each.given):
        facts["found"] = str(each.given)
    if each.computed is not None:
        facts["expected"] = str(each.computed)
    return Observation(rule, "warning", "draft", facts, term=each.term or "", field=each.field)


def _miscomputed(each: Disagreement) -> Observation:
    facts: dict[str, Fact] = {"reason": each.reason}
    if str(each.given):
        facts["found"] = str(each.given)
    if each.computed is None:
        return Observation("EI-CALC-02", "warning", "numbers", facts, term=each.term or "", field=each.field)
    facts["expected"] = str(each.computed)
    return Observation("EI-CALC-01", "warning", "numbers", facts, term=each.term or "", field=each.field)


def _of_fault(task: Task, fault: Fault, schema: str) -> Observation:
    return Observation(
        "XSD",
        "error",
        "xsd",
        fault.said.facts,
        wording=fault.said.id,
        source=schema,
        field=_field_at(task, fault.xpath or ""),
        xpath=fault.xpath or "",
        line=fault.line,
        more=fault.more,
    )


def _refusal(rule: str, severity: Severity, error: EInvoiceError) -> Observation:
    return Observation(rule, severity, "parse", {"reason": error.sentence()})


def _best_rules(task: Task, step: str, alternatives: tuple[str, ...]) -> Result:
    """Run the best rule set that is installed, with a notice of what is unusual about it."""
    day = task.day
    artefact = next(filter(None, (in_use(name, on=day) for name in alternatives)), None)
    if artefact is None:
        return Result((_missing(step, alternatives[0]),))
    notices = tuple(_notices(artefact, step, alternatives[0], task.policy))
    artefact = _twin(artefact, task.policy) or artefact
    if artefact.altered:
        return Result((_altered(step, artefact),), notices)
    extension = step == "profile" and task.is_extension and not _own_of_profile(task)
    result = _run(task, artefact, Ran(artefact.entry.id, artefact.version, step, alternatives[0], extension))
    return replace(result, observations=(*notices, *result.observations)) if notices else result


def _notices(artefact: Artefact, step: str, wanted: str, policy: Policy) -> Iterable[Observation]:
    used = artefact.entry.id
    if used != wanted:
        yield _note("EI-RULES-01", step, wanted=wanted, used=used)
    if not artefact.known:
        severity: Severity = "warning" if artefact.origin == "added" else "information"
        yield replace(_note("EI-RULES-02", step, used=used, version=artefact.version), severity=severity)
    if artefact.since is not None and artefact.since > policy.day:
        yield _note("EI-RULES-03", step, used=used, version=artefact.version, since=artefact.since.isoformat())
        if wanted_version := artefact.entry.in_force(policy.day):
            day = policy.day.isoformat()
            yield _note("EI-RULES-04", step, used=used, version=wanted_version, date=day)


def _twin(artefact: Artefact, policy: Policy) -> Artefact | None:
    """The publisher's variant that only warns, where it is in force and installed in the same version."""
    if not is_lenient(artefact.entry.id, policy):
        return None
    twin = in_use(policy_data()["leniency"][artefact.entry.id]["twin"], on=policy.day)
    return twin if twin is not None and twin.version == artefact.version else None


def _run(task: Task, source: Source, ran: Ran) -> Result:
    later = newer(source, on=task.day) if isinstance(source, Artefact) else None
    done = StepResult(ran.step, "passed", ran.ruleset, ran.version or None, later, source.sha256)
    policy, started = task.policy, time.perf_counter()
    try:
        run = run_rules(source, task.document, policy)
    except NotRun as error:
        return Result((replace(done, status="not_run", reason=error.sentence()),))
    for each in run.outcome.failures:
        if each.node is not None:
            task.document.know(each.location, each.node)
    standing, element_at = Standing(ran.ruleset, ran.wanted), task.document.element_at
    failures = [
        each for each in run.outcome.failures if not is_left_out(each, standing, partial(element_at, each.location))
    ]
    doubted = [each for each in failures if is_doubtful(each, standing, policy)]
    found = [_observed(task, each, ran) for each in _told(task, failures, ran)]
    reason = _doubt("EI-STEP-14", ((rule, 1) for rule in overlooked(standing, task.document.root)), ran)
    reason = _doubt("EI-STEP-02", ((each.rule or "EI-UNNAMED", 1 + each.more) for each in doubted), ran) or reason
    if ran.extension:
        found, refusals = _of_extension(found)
        reason = _doubt("EI-STEP-10", refusals, ran) or reason
    found = grouped(found)
    failed = any(each.severity == "error" for each in found)
    if found and is_lenient(ran.wanted, policy):
        last_day = policy_data()["leniency"][ran.wanted][policy.direction].isoformat()
        found.append(_note("EI-POLICY", ran.step, ruleset=ran.wanted, date=last_day))
    found += _of_engines(ran.step, run)
    done = replace(
        done,
        status="failed" if failed else "not_run" if reason else "passed",
        engine=run.engine,
        rules=run.outcome.checks,
        fired=run.outcome.fired,
        ms=_since(started),
        reason=None if failed else reason,
    )
    return Result((done,), tuple(found))


def _told(task: Task, failures: Iterable[Failure], ran: Ran) -> Iterator[Failure]:
    """The failures that are told: of those alike the first, then how many more; all that a known defect is about."""
    alike: dict[tuple[str, str, str, str, bool], list[Failure]] = {}
    for each in failures:
        place = partial(task.document.element_at, each.location)
        defective = known_defect(ran.ruleset, ran.version, each.rule, each, place) is not None
        key = (each.rule, "" if each.rule else each.message, each.kind, each.flag, defective)
        alike.setdefault(key, []).append(each)
    for (*_, defective), those in alike.items():
        *first, last = those if defective else those[:MOST_TOLD]
        rest = those[len(first) + 1 :]
        yield from first
        yield replace(last, more=sum((1 + each.more for each in rest), last.more)) if rest else last


def _doubt(why: str, rules: Iterable[tuple[str, int]], ran: Ran) -> Sentence | None:
    """Why a step has no answer: it would hang on these rules (how often each), which may not be the document's."""
    doubted = list(rules)
    if not doubted:
        return None
    facts = {"ruleset": ran.ruleset, "wanted": ran.wanted, "count": str(sum(count for _, count in doubted))}
    return Sentence(why, facts | {"rules": ", ".join(dict.fromkeys(rule for rule, _ in doubted))})


def _of_extension(found: list[Observation]) -> tuple[list[Observation], list[tuple[str, int]]]:
    """What the core rules say of a document of an extension: they refuse nothing, and which would have.

    Source: EN 16931-1 §7 and CEN/TR 16931-5: an extension may have rules in place of those of the core.
    """
    refusals = [(each.rule, 1 + each.more) for each in found if each.severity == "error"]
    return [replace(each, severity="warning") if each.severity == "error" else each for each in found], refusals


def _observed(task: Task, failure: Failure, ran: Ran) -> Observation:
    """What a failed check says, with its place in the model and the values that stand there."""
    if task.invoice is None:  # business terms are not looked for in a message, only its field
        found = observed(failure, ran, task.policy, Places())
        return found if found.field else replace(found, field=_field_at(task, found.xpath))
    return task.values.told(observed(failure, ran, task.policy, task.places))


def _field_at(task: Task, xpath: str) -> str:
    return (task.document.field_at(xpath) if xpath else None) or ""


def _joined(results: list[Result]) -> Result:
    return Result(
        tuple(step for result in results for step in result.steps),
        tuple(each for result in results for each in result.observations),
    )


def _note(rule: str, step: str, **facts: str) -> Observation:
    return Observation(rule, "information", step, facts)


def _of_engines(step: str, run: Run) -> list[Observation]:
    """Where the two engines differ."""
    return [replace(_note("EI-ENGINE", step, reason=each), severity="warning") for each in run.disagreements]


def _missing(name: str, ruleset: str) -> StepResult:
    return StepResult(name, "not_run", ruleset=ruleset, reason=Sentence("EI-STEP-01", {"ruleset": ruleset}))


def _altered(name: str, artefact: Artefact) -> StepResult:
    """Rules that someone changed are not run."""
    reason = Sentence("EI-STEP-07", {"origin": artefact.origin, "file": artefact.main.name})
    return StepResult(name, "not_run", ruleset=artefact.entry.id, sha256=artefact.sha256, reason=reason)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
