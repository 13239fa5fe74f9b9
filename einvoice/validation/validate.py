"""The verdict on a document: the one place where verdicts are made.

    validate(Document(data), Policy()).verdict

What is done to a document is a tuple of steps, visible below: XML, PDF, message, draft and model differ only in theirs.
A step that fails does not stop the others, so that one run shows everything. A step that could not run says why, and
the verdict is then never "valid".

Source: FNFE-MPE, note on the validation artefacts V1.4.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter

from einvoice.detect import Detected
from einvoice.document import MESSAGES, Document
from einvoice.draft.problems import DraftError
from einvoice.errors import Unreadable, Unrecognised, Unwritable
from einvoice.model import Invoice
from einvoice.report import Kind, SyntaxName, Verdict
from einvoice.rulebook import UNEVALUATED, Observation, Sentence, StepResult, row
from einvoice.terms import term
from einvoice.validation import steps
from einvoice.validation.causes import at_their_cause
from einvoice.validation.consequences import with_consequences
from einvoice.validation.observed import listed
from einvoice.validation.plans import Plan
from einvoice.validation.policy import Policy
from einvoice.validation.rule_steps import french_rules, house_rules, profile_rules, schema
from einvoice.validation.task import Result, Task, status_of
from einvoice.validation.unread import EMPTY
from einvoice.validation.unseen import as_written, said_plainly

Step = Callable[[Task], Result]

_IN_VAT_CURRENCY = "BT-111"
_ON_SOURCE = frozenset({"draft", "convert"})  # steps of observations that are at the fields of the draft already

_RULES: tuple[Step, ...] = (steps.profile, schema, profile_rules, french_rules, house_rules)
_CHECKED: tuple[Step, ...] = (*_RULES, steps.numbers, steps.computed, steps.portal, steps.public_buyer)
_INVOICE: tuple[Step, ...] = (*_CHECKED, steps.unread)
CHAINS: Mapping[str, tuple[Step, ...]] = {
    "xml": (steps.parse, *_INVOICE),
    "message": (steps.parse, *_RULES, steps.own_rules, steps.unread),
    "pdf": (steps.container, steps.parse, *_INVOICE, steps.visible),
    "json": (steps.read_draft, steps.contradictions, steps.write, steps.parse, *_CHECKED),
    "model": (steps.contradictions, steps.write, steps.parse, *_CHECKED),
}


@dataclass(frozen=True, slots=True)
class Validated:
    """The verdict, and all that led to it; it has no language yet."""

    kind: Kind
    syntax: SyntaxName
    profile: str | None
    verdict: Verdict
    steps: tuple[StepResult, ...]
    observations: tuple[Observation, ...]


def validate(
    document: Document, policy: Policy, *, plan: Plan | None = None, source: Callable[[str], str] | None = None
) -> Validated:
    """The verdict on a document; never raises for its content.

    `plan` names the schema and the rules to validate by, where they do not follow from the document: then these, and no
    French rules. `source` says where that has a field of which the document was made; a draft and an invoice in hand
    know it themselves.
    """
    task = Task(document, policy, plan)
    done: list[StepResult] = []
    said: list[Observation] = []
    for step in CHAINS[_chain(document)]:
        result = _with_ignored(_without_echoes(step(task), said), policy)
        done += result.steps
        said += result.observations
        if result.ends:
            break
    told = (_at_field(each, document) for each in _without_missing_twice(said))
    of_model = document.form == "model" or (document.form == "json" and not _is_unreadable(done))
    field_of = document.source_of if of_model else source
    placed = partial(_field_of_source, field_of) if field_of else attrgetter("field")
    caused = tuple(map(said_plainly, at_their_cause(tuple(told))))
    observations = listed(with_consequences(caused, _invoice(document), placed))
    if of_model:  # nobody sees the XML that lines and paths speak of
        observations = tuple(replace(each, xpath="", line=None) for each in observations)
    else:
        observations = tuple(_at_value(each, document) for each in observations)
        observations = observations if _invoice(document) is None else as_written(observations, document)
    if field_of:
        observations = tuple(replace(each, field=placed(each)) for each in observations)
    observations = tuple(_with_currency(each, _invoice(document)) for each in observations)
    found = _detected(document)
    return Validated(
        kind=found.kind if found else "invoice" if any(each.name == "write" for each in done) else "unknown",
        syntax=document.syntax if found else "facturx" if document.form == "pdf" else "unknown",
        profile=found.profile if found else None,
        verdict=verdict_of(done, observations),
        steps=tuple(done),
        observations=observations,
    )


def verdict_of(done: Iterable[StepResult], observations: Iterable[Observation]) -> Verdict:
    """Invalid if anything is an error, else not_run if anything did not run (or nothing did), else valid."""
    if any(each.severity == "error" for each in observations):
        return "invalid"
    statuses = [step.status for step in done]
    return "valid" if statuses and all(status == "passed" for status in statuses) else "not_run"


def _chain(document: Document) -> str:
    found = _detected(document) if document.form == "xml" else None
    return "message" if found and found.kind in MESSAGES else document.form


def _detected(document: Document) -> Detected | None:
    """What the document is; None where that cannot be said, which the steps tell."""
    if document.form == "pdf" and _holds_nothing(document):
        return None
    try:
        return document.detected
    except (Unreadable, Unrecognised, Unwritable, DraftError):
        return None


def _holds_nothing(document: Document) -> bool:
    """Whether the check of a PDF found no invoice in it: it is not looked for again."""
    try:
        return document.container.extracted is None
    except Unreadable:
        return True


def _invoice(document: Document) -> Invoice | None:
    """The invoice that was judged, as far as it could be read."""
    found = _detected(document)
    return document.judged if found is not None and found.kind not in MESSAGES else None


def _with_currency(each: Observation, invoice: Invoice | None) -> Observation:
    """The observation with the currency of the amounts that it names: of BT-111 that of the VAT."""
    if invoice is None or ("found" not in each.facts and "expected" not in each.facts):
        return each
    known = row(each.rule) if each.term is None else None
    number = next(iter(known.terms), "") if known else each.term or ""
    try:
        if not term(number).is_money:
            return each
    except KeyError:  # no term, or the number of an item of a message
        return each
    currency = invoice.vat_accounting_currency_code if number == _IN_VAT_CURRENCY else invoice.currency_code
    return replace(each, facts={**each.facts, "currency": currency}) if currency else each


def _without_echoes(result: Result, said: list[Observation]) -> Result:
    """The result, less what a published rule has said before us: the row of ours names it (`unless`)."""
    if not result.observations:
        return result
    published = {each.rule.partition("_")[0] for each in said}
    kept = tuple(each for each in result.observations if _unless(each) not in published)
    if len(kept) == len(result.observations):
        return result
    done = tuple(replace(each, status=status_of(kept)) for each in result.steps)
    return replace(result, steps=done, observations=kept)


def _with_ignored(result: Result, policy: Policy) -> Result:
    """The result, in which a rule that the user ignores only informs, and says why; what ends the validation counts."""
    if not policy.ignored or result.ends:
        return result
    kept = tuple(_informing(each, policy.reason_to_ignore(each.rule)) for each in result.observations)
    wrong = {each.step for each in kept if each.severity == "error"}
    done = tuple(
        replace(each, status="passed") if each.status == "failed" and each.name not in wrong else each
        for each in result.steps
    )
    return replace(result, steps=done, observations=kept)


def _informing(each: Observation, reason: str | None) -> Observation:
    if reason is None or each.wording == UNEVALUATED:  # a check that could not be computed was not done
        return each
    return replace(each, severity="information", notes=(*each.notes, Sentence("EI-IGNORED", {"reason": reason})))


def _without_missing_twice(said: list[Observation]) -> tuple[Observation, ...]:
    """What was seen, less each value that the writer missed, or that is empty, and a rule demands at the same place."""
    demanded = {(each.term, each.field) for each in said if each.severity == "error" and each.step != "write"}
    refused = {each.xpath for each in said if each.severity == "error"}
    return tuple(
        each
        for each in said
        if not (each.step == "write" and (each.term, each.field) in demanded)
        and not (each.rule == EMPTY and each.xpath in refused)
    )


def _unless(each: Observation) -> str:
    """The published rule beside which an observation of ours has nothing to add; "" where there is none."""
    known = row(f"{each.rule}_{each.term}") or row(each.rule)
    return known.unless if known else ""


def _is_unreadable(done: Iterable[StepResult]) -> bool:
    """Whether a draft could not be read: what is said of it is at its fields already."""
    return any(each.name == "draft" for each in done)


def _at_field(each: Observation, document: Document) -> Observation:
    """At its field, of an element that says nothing."""
    return replace(each, field=document.field_at(each.xpath) or "") if each.rule == EMPTY else each


def _at_value(each: Observation, document: Document) -> Observation:
    """At the element of its field, where only the field is known: that of a figure computed by us, of a number."""
    if each.xpath or not each.field or _invoice(document) is None:
        return each
    place = document.place_of(each.field)
    return replace(each, xpath=place[0], line=place[1]) if place else each


def _field_of_source(field_of: Callable[[str], str], each: Observation) -> str:
    """Where the source of what was judged has what an observation speaks of."""
    return field_of(each.field) if each.field and each.step not in _ON_SOURCE else each.field
