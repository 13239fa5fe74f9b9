"""From what an engine says to what a person reads: a `Failure` becomes a `Finding`.

The finding gets both languages, the business term, the field of the model, a hint and the source. The field is as deep
as is known: a rule on the totals as a whole that is about BT-106 points at `totals.line_net_amount`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from einvoice.report import Finding, Severity
from einvoice.schematron.rules import Failure
from einvoice.terms import Term, nearest_term, term, term_at
from einvoice.validation.overlay import Defect, known_defect
from einvoice.validation.policy import Policy, severity_of
from einvoice.validation.wording import Official, Wording, is_french, official, wording

__all__ = ["Place", "Ran", "finding_of", "own_finding"]

_TERM = re.compile(r"\b(?:BT|BG|EXT-FR-FE(?:-BG)?)-\d+")
_SHOWN = re.compile(r"""(?:Valeur actuelle|Valeur fournie|Taux fourni)\s*:\s*(?:[A-Z]+-\d+=)?["«]\s*(.*?)\s*["»]""")
_INDEX = re.compile(r"\[\d+\]")

Place = Callable[[str], str | None]  # XPath in the document -> field of the model, None where there is none


@dataclass(frozen=True, slots=True)
class Ran:
    """The rule set that ran, as which step, and the one that was wanted: it may stand in for another."""

    ruleset: str
    version: str
    step: str
    wanted: str


@dataclass(frozen=True, slots=True)
class _Words:
    """The two messages and the hint, in the policy's language where that matters."""

    message: str
    message_en: str
    hint: str | None


def finding_of(failure: Failure, ran: Ran, policy: Policy, place: Place) -> Finding:
    """The finding for a failed check of a rule set; `place` finds the model's field for an XPath."""
    said = official(failure.message)
    rule = failure.rule or said.label or "EI-UNNAMED"
    words = wording(rule)
    defect = known_defect(ran.ruleset, ran.version, rule) if policy.overlay != "off" else None
    severity = severity_of(failure, ran.ruleset, policy, wanted=ran.wanted)
    softened = severity == "error" and defect is not None and defect.softens and policy.overlay == "apply"
    located = place(failure.location)
    meant = _term_of(words, said, located)
    told = _words(failure, said, words, policy)
    if defect is not None:
        told = _with_defect(told, defect, policy, softened=softened)
    return Finding(
        rule=rule,
        severity="warning" if softened else severity,
        step=ran.step,
        message=told.message,
        message_en=told.message_en,
        term=meant.id if meant else None,
        field=_field(located, meant),
        xpath=failure.location or None,
        line=failure.line,
        found=failure.found if failure.found is not None else _shown(said.text),
        expected=failure.expected,
        hint=told.hint,
        source=said.source or (words.source if words and words.source else None),
    )


def own_finding(
    rule: str, severity: Severity, step: str, policy: Policy, *, facts: dict[str, str] | None = None, **place: Any
) -> Finding:
    """A finding of ours, worded in the catalogue with `facts`; `place` may give term, field, xpath, line, found, …"""
    words = wording(rule, **(facts or {}))
    if words is None:
        raise KeyError(rule)
    french = policy.language == "fr"
    own = {
        "message": words.fr if french else words.en,
        "message_en": words.en,
        "term": next(iter(words.terms), None),
        "hint": (words.hint_fr if french else words.hint_en) or None,
        "source": words.source,
    }
    return Finding(**{**own, **place, "rule": rule, "severity": severity, "step": step})


def _words(failure: Failure, said: Official, words: Wording | None, policy: Policy) -> _Words:
    french = is_french(said.text)
    fr = said.text if french or words is None else words.fr
    if words is not None and not words.en:  # words for a whole family: the official ones say which element it is
        fr = f"{words.fr} ({said.text})"
    en = said.text if not french or words is None else words.en or said.text
    if failure.kind == "error":
        reason = said.text.removeprefix("The rule could not be evaluated: ")
        fr = f"La règle n'a pas pu être évaluée : {reason}"
        en = f"The rule could not be evaluated: {reason}"
    hint = "" if words is None else words.hint_fr if policy.language == "fr" else words.hint_en
    return _Words(fr if policy.language == "fr" else en, en, hint or None)


def _with_defect(told: _Words, defect: Defect, policy: Policy, *, softened: bool) -> _Words:
    french = policy.language == "fr"
    note = f"{defect.fr if french else defect.en} ({defect.id}, {defect.link})"
    if softened:
        note += " Ramené à un avertissement." if french else " Softened to a warning."
    return _Words(told.message, told.message_en, f"{told.hint} {note}" if told.hint else note)


def _term_of(words: Wording | None, said: Official, located: str | None) -> Term | None:
    """The term a finding is about: of those named, the first that lies where the finding is, else the place's own."""
    named = [*(words.terms if words else ()), *_TERM.findall(said.text)]
    known = [found for number in named if (found := _known(number)) is not None]
    if located is None:
        return known[0] if known else None
    plain = _plain(located)
    below = [found for found in known if _within(found.path, plain)]
    if below:
        return below[0]
    above = [found for found in known if found.path and _within(plain, found.path)]
    return above[0] if above else nearest_term(located) or (known[0] if known else None)


def _known(number: str) -> Term | None:
    try:
        return term(number)
    except KeyError:
        return None


def _plain(field: str) -> str:
    """A field without positions, sub-lines as lines: as `Term.path` is written."""
    return _INDEX.sub("", field).replace(".sub_lines", "")


def _within(path: str, group: str) -> bool:
    return path == group or (bool(path) and (not group or path.startswith(f"{group}.")))


def _field(located: str | None, meant: Term | None) -> str | None:
    """The located field, made deeper where the term lies below it and nothing on the way repeats."""
    if meant is None or not meant.path:
        return located or None
    plain = _plain(located or "")
    if meant.path == plain or not _within(meant.path, plain):
        return located or None
    rest = meant.path[len(plain) :].lstrip(".")
    if _repeats(plain, rest):
        return located or None
    return f"{located}.{rest}" if located else rest


def _repeats(group: str, rest: str) -> bool:
    """Whether something on the way down from a group may stand there several times: a position would be missing.

    The end of the way may repeat: `notes`, without position, is where a note is missing.
    """
    path = group
    for part in rest.split(".")[:-1]:
        path = f"{path}.{part}".lstrip(".")
        found = term_at(path)
        if found is not None and found.cardinality.endswith("n"):
            return True
    return False


def _shown(text: str) -> str | None:
    """The value that a French message quotes."""
    match = _SHOWN.search(text)
    return match[1] if match and match[1] else None
