"""What is said, before it is said: a row of the rulebook and the facts that fill its places.

    Sentence("EI-STEP-05", {"code": "9"})
    Observation("EI-PDF-12", "error", "container", {"found": "BASIC", "expected": "EN 16931"}, term="BT-24")

Neither has a language. Words are made of them once, at the edge: see `edge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Union

from einvoice.report import Severity

UNEVALUATED = "EI-STEP-08"  # the wording of a check that could not be evaluated

# A fact may be a sentence itself, or several: the reason why, the name of an item, what was found wrong.
Fact = Union[str, "Sentence", tuple["Sentence", ...]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A row of the rulebook with its facts; or a business term (`Sentence("BT-2")`), which is said by its name."""

    id: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observation:
    """What a rule found in a document: the rule, the facts, the place."""

    rule: str  # the published id exactly; "XSD"; or one of ours, EI-...
    severity: Severity
    step: str
    facts: Mapping[str, Fact] = field(default_factory=dict)  # `found` and `expected` are shown beside the message too
    wording: str = ""  # the row that words it, where one rule has many: XSD-03, EI-ID-01_SIREN
    official: str = ""  # the publisher's text, without its label
    equivalents: tuple[str, ...] = ()  # rules of EN 16931 that say the same under the name that everybody knows
    caused_by: str = ""  # rule and field of the observation that it follows from
    notes: tuple[Sentence, ...] = ()  # said after the hint: a known defect of the rule, a field that was meant
    source: str = ""  # where it is not that of the row
    term: str | None = None  # BT-106; None: the first one of the row; "": none
    field: str = ""  # of the Draft or the Invoice: totals.line_net_amount
    xpath: str = ""
    line: int | None = None
    more: int = 0  # how many others there are of its kind, elsewhere, that were only counted


def observation(
    rule: str, severity: Severity, step: str, *, field: str = "", term: str | None = None, **facts: object
) -> Observation:
    """An observation of ours: facts are written as text, and left out where there are none."""
    shown = {name: str(fact) for name, fact in facts.items() if fact is not None}
    return Observation(rule, severity, step, shown, term=term, field=field)


def at_source(observations: Iterable[Observation], field_of: Callable[[str], str]) -> tuple[Observation, ...]:
    """The observations at the fields of the source of the invoice, such as a draft."""
    return tuple(replace(each, field=field_of(each.field)) if each.field else each for each in observations)


@dataclass(frozen=True, slots=True)
class StepResult:
    """One thing that was done to a document: `report.Step`, before it has a language."""

    name: str
    status: Literal["passed", "failed", "not_run"]
    ruleset: str | None = None
    version: str | None = None
    newer: str | None = None
    sha256: str | None = None
    engine: str | None = None
    rules: int | None = None
    fired: int | None = None
    ms: float | None = None
    reason: Sentence | str | None = None
