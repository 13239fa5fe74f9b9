"""From what an engine says to what we know of it: a `Failure` becomes an `Observation`.

The observation gets the business term, the field of the model and the figures. The field is as deep as is known: a rule
on the totals as a whole that is about BT-106 points at `totals.line_net_amount`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from einvoice.paths import Path
from einvoice.report import Severity
from einvoice.rulebook import UNEVALUATED, Fact, Observation, Sentence, equivalents, official, row
from einvoice.schematron import Failure
from einvoice.terms import Term, nearest_term, term, term_at
from einvoice.validation.overlay import Defect, known_defect
from einvoice.validation.policy import Policy, severity_of
from einvoice.xml import Element

_UNNAMED = "EI-UNNAMED"  # a rule that its publisher did not number
MOST_ALIKE = 100  # findings that differ in place and value only
_WEIGHT: Mapping[Severity, int] = {"information": 0, "warning": 1, "error": 2}


def _nowhere(*_place: str) -> None:
    """What a document that has no places of business terms says of each."""


class Places(NamedTuple):
    """How a document tells what stands at an XPath of it."""

    field_at: Callable[[str], str | None] = _nowhere  # the field of the model
    element_at: Callable[[str], Element] | None = None
    value_of: Callable[[str, str], tuple[str, int | None] | None] = _nowhere  # of a field below: its XPath and line


@dataclass(frozen=True, slots=True)
class Ran:
    """The rule set that ran, as which step, and the one that was wanted: it may stand in for another."""

    ruleset: str
    version: str
    step: str
    wanted: str
    extension: bool = False  # whether the document is of an extension, whose own rules may allow what these refuse


def observed(failure: Failure, ran: Ran, policy: Policy, places: Places) -> Observation:
    """What a failed check of a rule set says of the document: at the value of its field, where that stands there."""
    said = official(failure.message)
    rule = failure.rule or said.label or _UNNAMED
    alike = equivalents(rule, said.label)
    words = "" if alike or not rule.startswith("FX-") else said.label  # Factur-X's own words, under another of its ids
    known = next(filter(None, map(row, (*alike, words, rule))), None)
    hint = policy.overlay != "off"
    defect = known_defect(ran.ruleset, ran.version, rule, failure, places.element_at) if hint else None
    severity = severity_of(failure, ran.ruleset, policy, wanted=ran.wanted)
    softened = defect is not None and not failure.more and _is_softened(defect, severity, policy)
    located = places.field_at(failure.location)
    plain = Path.parse(located).plain if located is not None else None
    meant = _term_of((*(known.terms if known else ()), *said.terms), plain)
    found = failure.found if failure.found is not None else said.shown or None
    facts: dict[str, Fact | None] = {"found": found, "expected": failure.expected}
    failed = failure.kind == "error"
    if failed:
        facts["reason"] = failure.reason
    field = _field(located or "", plain or Path(), meant)
    xpath, line = (places.value_of(field, failure.location) if field else None) or (failure.location, failure.line)
    return Observation(
        rule=rule,
        severity=defect.to if defect and softened else severity,
        step=ran.step,
        facts={name: fact for name, fact in facts.items() if fact is not None},
        wording=UNEVALUATED if failed else words if known and known.id == words and known.en else "",
        official="" if failed else said.text,
        equivalents=alike,
        notes=_notes(defect, softened=softened) if defect else (),
        source=said.source,
        term=meant.id if meant else "",
        field=field,
        xpath=xpath,
        line=line,
        more=failure.more,
    )


def grouped(found: Iterable[Observation]) -> list[Observation]:
    """The observations, of rules without a number each text once: where it is first, with how often it was said."""
    said: dict[tuple[str, str], list[Observation]] = {}
    kept: list[Observation] = []
    for each in found:
        if each.rule != _UNNAMED or each.wording:
            kept.append(each)
            continue
        again = said.setdefault((each.official, each.severity), [])
        again.append(each)
        if len(again) == 1:
            kept.append(each)
    counts = {id(again[0]): len(again) + sum(each.more for each in again) for again in said.values()}
    return [
        replace(each, notes=(*each.notes, Sentence("EI-UNNAMED-COUNT", {"count": str(counts[id(each)])})))
        if counts.get(id(each), 1) > 1
        else each
        for each in kept
    ]


def listed(found: Iterable[Observation]) -> tuple[Observation, ...]:
    """The observations, of equal ones as many as help anybody; the last says how many are left out."""
    kept: list[Observation] = []
    places: dict[tuple[Fact | None, ...], list[int]] = {}  # of a kind: where those that are kept stand
    left_out: Counter[tuple[Fact | None, ...]] = Counter()
    for each in found:
        kind = _kind(each)
        left_out[kind] += each.more
        mine = places.setdefault(kind, [])
        if len(mine) < MOST_ALIKE:
            mine.append(len(kept))
            kept.append(each)
        else:
            left_out[kind] += 1
    for kind, count in left_out.items():
        kept[places[kind][-1]] = _with_left_out(kept[places[kind][-1]], count)
    return tuple(kept)


def _with_left_out(each: Observation, count: int) -> Observation:
    """The observation, which says how many more there are of its kind."""
    if not count:
        return each
    note = Sentence("XSD-LEFT-OUT" if each.step == "xsd" else "EI-MORE", {"count": str(count)})
    return replace(each, notes=(*each.notes, note))


def _kind(each: Observation) -> tuple[Fact | None, ...]:
    """What is equal in findings that tell the same of several places; never of two severities."""
    if each.step == "xsd":
        return each.severity, each.wording, each.facts.get("place"), each.facts.get("expected")
    own_text = each.official if each.rule == _UNNAMED else ""
    return each.severity, each.step, each.rule, each.wording, own_text


def _is_softened(defect: Defect, severity: Severity, policy: Policy) -> bool:
    """Whether a finding of that severity is made less of: where it is known to be wrong, or the user says so."""
    meant = defect.softens == "always" or (defect.softens == "asked" and policy.overlay == "apply")
    return meant and _WEIGHT[severity] > _WEIGHT[defect.to]


def _notes(defect: Defect, *, softened: bool) -> tuple[Sentence, ...]:
    known = Sentence(defect.id)
    return (known, Sentence(f"EI-DEFECT-SOFTENED_{defect.to.upper()}")) if softened else (known,)


@lru_cache(maxsize=1_024)  # a rule may fail on each of thousands of lines
def _term_of(named: tuple[str, ...], plain: Path | None) -> Term | None:
    """The term a finding is about: of those named, the first that lies where the finding is, else the place's own."""
    terms = [found for number in named if (found := _known(number)) is not None]
    if plain is None:
        return terms[0] if terms else None
    below = [found for found in terms if _path(found).within(plain)]
    if below:
        return below[0]
    above = [found for found in terms if found.path and plain.within(_path(found))]
    return above[0] if above else nearest_term(plain) or (terms[0] if terms else None)


def _known(number: str) -> Term | None:
    try:
        return term(number)
    except KeyError:
        return None


def _path(about: Term) -> Path:
    return Path.parse(about.path)


def _field(located: str, plain: Path, meant: Term | None) -> str:
    """The located field, made deeper where the term lies below it and nothing on the way repeats."""
    below = _below(plain, meant.path) if meant is not None else ""
    return f"{located}.{below}" if located and below else located or below


@lru_cache(maxsize=1_024)  # as above
def _below(group: Path, text: str) -> str:
    """What leads from a group down to the path of a term; "" where it is not there, or there may be several."""
    path = Path.parse(text)
    if path == group or not path.within(group) or _repeats(group, path):
        return ""
    return str(Path(path.steps[len(group.steps) :]))


def _repeats(group: Path, path: Path) -> bool:
    """Whether something on the way from a group down to a path may stand there several times: a position is missing.

    The end of the way may repeat: `notes`, without position, is where a note is missing.
    """
    between = (term_at(Path(path.steps[:depth])) for depth in range(len(group.steps) + 1, len(path.steps)))
    return any(found is not None and found.cardinality.endswith("n") for found in between)
