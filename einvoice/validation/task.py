"""A document and how it is to be validated, and what a step says of it.

    result = schema(Task(document, policy))
    result.steps[0].status, result.observations

And the few words that several steps have in common.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from einvoice.cached import cached_property
from einvoice.document import MESSAGES, Document
from einvoice.model import Invoice
from einvoice.rulebook import Observation, Sentence, StepResult
from einvoice.validation.engines import Run
from einvoice.validation.observed import Places
from einvoice.validation.operands import Values
from einvoice.validation.plans import Plan, plan_for
from einvoice.validation.policy import Policy
from einvoice.xml import Element

_EXTENSION = "#conformant#"  # in BT-24, before the name of the extension


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
        self.policy = policy if policy.date else policy.model_copy(update={"date": policy.day})  # also around midnight
        self.given_plan = plan
        self.held: list[Element] = []  # the document's elements

    @property
    def day(self) -> date:
        """The day whose rules are in force."""
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


NOTHING = Result()


def status_of(found: Iterable[Observation]) -> Literal["passed", "failed"]:
    """How a step ended that found this."""
    return "failed" if any(each.severity == "error" for each in found) else "passed"


def note(rule: str, step: str, **facts: str) -> Observation:
    """What only informs, with its facts."""
    return Observation(rule, "information", step, facts)


def since(started: float) -> float:
    """Milliseconds since a count of `time.perf_counter`, in seconds."""
    return round((time.perf_counter() - started) * 1000, 1)


def of_engines(step: str, run: Run) -> list[Observation]:
    """Where the two engines differ."""
    return [replace(note("EI-ENGINE", step, reason=each), severity="warning") for each in run.disagreements]


def unwritten(refused: tuple[Observation, ...]) -> Sentence:
    """Why nothing is said of a document that was written with gaps: the fields that it lacks."""
    return Sentence("EI-STEP-04", {"fields": ", ".join(each.field or "?" for each in refused)})
