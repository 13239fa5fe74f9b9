"""The steps that hold a document against what is published, and against the rules of the house.

Those are the XML schema and the rule sets: which are taken, and what is said where a document is not as they want it.

The best rule set that is installed is run; what is unusual about it (it stands in for another, it is not in force yet)
is told beside. A rule that is known to be wrong, or that only a stand-in knows, proves nothing: see `overlay` and
`stand_ins`.

Source: FNFE-MPE, note on the validation artefacts V1.4.0 (the chain).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from einvoice.artefacts.installed import Artefact, in_use, newer, published_as
from einvoice.codes import INVOICE_TYPES
from einvoice.report import Severity
from einvoice.rulebook import UNEVALUATED, Observation, Sentence, StepResult
from einvoice.schematron import MOST_TOLD, Failure
from einvoice.validation.engines import NOTHING_FIRED, NotRun, Source, run_rules
from einvoice.validation.observed import Places, Ran, grouped, observed
from einvoice.validation.overlay import known_defect
from einvoice.validation.plans import french_rules_of, is_french
from einvoice.validation.policy import HouseRules, Policy, is_lenient, policy_data, stand_in
from einvoice.validation.stand_ins import Standing, is_doubtful, is_left_out, overlooked
from einvoice.validation.task import NOTHING, Result, Task, note, of_engines, since, status_of, unwritten
from einvoice.validation.xsd import Fault, Unusable, schema_of

_SELF_BILLING = {"peppol-ubl": "peppol", "peppol-self-billing-ubl": "peppol-self-billing"}  # rule set -> its profile


def schema(task: Task) -> Result:
    """Check the document by its XML schema, which has nothing to add where it was written with gaps."""
    if lacking := task.document.lacking:
        return Result((StepResult("xsd", "not_run", reason=unwritten(lacking)),))
    wanted = task.plan.xsd
    artefact = in_use(wanted, on=task.day) if wanted else None
    if artefact is None:
        return Result((_missing("xsd", wanted or "XSD"),))
    if artefact.altered:
        return Result((_altered("xsd", artefact),))
    ruleset, version, sha256 = artefact.entry.id, artefact.version, artefact.sha256
    done = partial(StepResult, "xsd", ruleset=ruleset, version=version, sha256=sha256, engine="libxml2")
    started = time.perf_counter()
    try:
        faults = schema_of(artefact).faults(task.document.root, task.document.detected.locations, count=len(task.held))
    except Unusable as error:
        reason = Sentence("EI-STEP-09", {"detail": str(error)})
        return Result((done("not_run", reason=reason),))
    found = tuple(_of_fault(task, fault, artefact.entry.title) for fault in faults)
    return Result((done("failed" if faults else "passed", ms=since(started)),), found)


def profile_rules(task: Task) -> Result:
    """Run the rules of the profile, or of the message, and what the profile's publisher adds where it is installed."""
    if not task.plan.rules:
        return NOTHING
    core = _best_rules(task, "profile", task.plan.rules)
    own = [_best_rules(task, "profile", (name,)) for name in own_of_profile(task)]
    return _joined([_as_its_publisher_weighs(core, task.plan.profile), *own]) if own else core


def own_of_profile(task: Task) -> tuple[str, ...]:
    """The rule sets of the profile's publisher that are installed."""
    return tuple(name for name in task.plan.own if in_use(name, on=task.day) is not None)


def _as_its_publisher_weighs(result: Result, profile: str) -> Result:
    """The result with the severities that the profile's publisher gives to rules of the core."""
    weights = policy_data()["weights"].get(profile, {})
    found = tuple(
        replace(each, severity=weights[each.rule]) if each.rule in weights and each.wording != UNEVALUATED else each
        for each in result.observations
    )
    if found == result.observations:
        return result
    done = tuple(each if each.status == "not_run" else replace(each, status=status_of(found)) for each in result.steps)
    return replace(result, steps=done, observations=found)


def french_rules(task: Task) -> Result:
    """Run the French rules on a French invoice."""
    if task.given_plan is not None or task.invoice is None or not is_french(task.invoice, task.plan, task.policy):
        return NOTHING
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


def _joined(results: list[Result]) -> Result:
    return Result(
        tuple(step for result in results for step in result.steps),
        tuple(each for result in results for each in result.observations),
    )


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
    extension = step == "profile" and task.is_extension and not own_of_profile(task)
    result = _run(task, artefact, Ran(artefact.entry.id, artefact.version, step, alternatives[0], extension))
    return replace(result, observations=(*notices, *result.observations)) if notices else result


def _notices(artefact: Artefact, step: str, wanted: str, policy: Policy) -> Iterable[Observation]:
    used = artefact.entry.id
    if used != wanted:
        yield note("EI-RULES-01", step, wanted=wanted, used=used)
    if not artefact.known:
        severity: Severity = "warning" if artefact.origin == "added" else "information"
        yield replace(note("EI-RULES-02", step, used=used, version=artefact.version), severity=severity)
    begins = artefact.since
    if begins is not None and begins > policy.day:
        yield note("EI-RULES-03", step, used=used, version=artefact.version, since=begins.isoformat())
        if wanted_version := artefact.entry.in_force(policy.day):
            day = policy.day.isoformat()
            yield note("EI-RULES-04", step, used=used, version=wanted_version, date=day)


def _twin(artefact: Artefact, policy: Policy) -> Artefact | None:
    """The publisher's variant that only warns, where it is in force and installed in the same version."""
    if not is_lenient(artefact.entry.id, policy):
        return None
    twin = in_use(policy_data()["leniency"][artefact.entry.id]["twin"], on=policy.day)
    return twin if twin is not None and twin.version == artefact.version else None


def _run(task: Task, source: Source, ran: Ran) -> Result:
    later = newer(source, on=task.day) if isinstance(source, Artefact) else None
    version, sha256 = ran.version or None, source.sha256
    done = partial(StepResult, ran.step, ruleset=ran.ruleset, version=version, newer=later, sha256=sha256)
    policy, started = task.policy, time.perf_counter()
    try:
        run = run_rules(source, task.document, policy)
    except NotRun as error:
        return Result((done("not_run", reason=error.sentence()),))
    for each in run.outcome.failures:
        if each.node is not None:
            task.document.know(each.location, each.node)
    standing, element_at = Standing(ran.ruleset, ran.wanted), task.document.element_at
    failures, doubted = run.outcome.failures, []
    if stand_in(*standing):
        failures = tuple(each for each in failures if not is_left_out(each, standing, element_at))
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
        found.append(note("EI-POLICY", ran.step, ruleset=ran.wanted, date=last_day))
    found += of_engines(ran.step, run)
    result = done(
        "failed" if failed else "not_run" if reason else "passed",
        engine=run.engine,
        rules=run.outcome.checks,
        fired=run.outcome.fired,
        ms=since(started),
        reason=None if failed else reason,
    )
    return Result((result,), tuple(found))


def _told(task: Task, failures: Iterable[Failure], ran: Ran) -> Iterator[Failure]:
    """The failures that are told: of those alike the first, then how many more; all that a known defect is about."""
    alike: dict[tuple[str, str, str, str, bool], list[Failure]] = {}
    for each in failures:
        defective = known_defect(ran.ruleset, ran.version, each.rule, each, task.document.element_at) is not None
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


def _field_at(task: Task, xpath: str) -> str:
    """The field of a place in the document; "" for none."""
    return (task.document.field_at(xpath) if xpath else None) or ""


def _missing(name: str, ruleset: str) -> StepResult:
    """What is not installed cannot be run."""
    return StepResult(name, "not_run", ruleset=ruleset, reason=Sentence("EI-STEP-01", {"ruleset": ruleset}))


def _altered(name: str, artefact: Artefact) -> StepResult:
    """Rules that someone changed are not run."""
    reason = Sentence("EI-STEP-07", {"origin": artefact.origin, "file": artefact.main.name})
    return StepResult(name, "not_run", ruleset=artefact.entry.id, sha256=artefact.sha256, reason=reason)
