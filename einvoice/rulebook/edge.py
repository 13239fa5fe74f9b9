"""Where words are made: an observation becomes the finding that a person reads, in the language asked for.

    finding(Observation("EI-READ-03", "error", "read", {"text": "12,5"}), "fr").message

A published rule is worded by its row, in both languages; the publisher's own text stands beside it, in `official`.
Where we have no sentence, the official text is the message.

Only what speaks to a user may ask for words: the verbs, the command line, the reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from einvoice.data import Language, french
from einvoice.filled import filled
from einvoice.report import Finding, Step
from einvoice.rulebook.forms import form_of
from einvoice.rulebook.observation import Fact, Observation, Sentence, StepResult
from einvoice.rulebook.words import Row, amount_as_read, row, said, text, words

_UNNAMED = "EI-UNNAMED"  # a rule that its publisher did not number: only its own text says more


def finding(observation: Observation, language: Language) -> Finding:
    """The observation in words."""
    known = _row(observation)
    french, english = _message(observation, known, "fr"), _message(observation, known, "en")
    term = next(iter(known.terms), "") if observation.term is None and known else observation.term
    shown = {  # all is of its type; to build what checks it takes longer than a whole invoice
        "rule": observation.rule,
        "severity": observation.severity,
        "step": observation.step,
        "message": french if language == "fr" else english,
        "message_en": english,
        "term": term or None,
        "field": observation.field or None,
        "xpath": observation.xpath or None,
        "line": observation.line,
        "found": _shown(observation.facts.get("found"), language) or None,
        "expected": _shown(observation.facts.get("expected"), language) or None,
        "currency": _shown(observation.facts.get("currency"), language) or None,
        "hint": _hint(observation, known, language) or None,
        "source": observation.source or (known.source if known else "") or None,
        "equivalents": observation.equivalents,
        "caused_by": observation.caused_by or None,
        "official": (observation.official or None) if known and known.id != _UNNAMED else None,
    }
    return filled(Finding, shown, set(shown))


def in_words(observations: Iterable[Observation], language: Language) -> tuple[Finding, ...]:
    """The observations in words."""
    return tuple(finding(each, language) for each in observations)


def step(done: StepResult, language: Language) -> Step:
    """What was done, in words."""
    shown = {
        "name": done.name,
        "status": done.status,
        "ruleset": done.ruleset,
        "version": done.version,
        "newer": done.newer,
        "sha256": done.sha256,
        "engine": done.engine,
        "rules": done.rules,
        "fired": done.fired,
        "ms": done.ms,
        "reason": text(done.reason, language) if isinstance(done.reason, Sentence) else done.reason,
    }
    return filled(Step, shown, set(shown))


def _row(observation: Observation) -> Row | None:
    """The row of the rule; of one that only belongs to a family, that of an equivalent which has its own."""
    known = row(observation.rule) or row(observation.wording)  # a rule of which each item has words of its own
    if known is None or not known.en:
        return next(filter(None, map(row, observation.equivalents)), known)
    return known


def _message(observation: Observation, known: Row | None, language: Language) -> str:
    published, facts = observation.official, observation.facts
    if observation.wording or not published:
        return words(observation.wording or observation.rule, facts, language).message
    if known is not None and known.en and known.id != _UNNAMED:
        return words(known.id, facts, language).message
    if form := form_of(published):
        element = french(f"« {form.facts['element']} »") if language == "fr" else f"“{form.facts['element']}”"
        about = text(Sentence(observation.term), language) if observation.term else ""
        named = {**form.facts, "element": f"{element} ({observation.term}, {about})" if about else element}
        return words(form.id, named, language).message
    # words for a whole family, or none: the official ones say which element it is
    return f"{known.fr} ({published})" if known and language == "fr" else published


def _hint(observation: Observation, known: Row | None, language: Language) -> str:
    wording = observation.wording or (known.id if known else "")
    own = words(wording, observation.facts, language).hint if wording else ""
    if not own and observation.rule.startswith("EI-") and row(observation.rule):  # of many wordings, the rule advises
        own = words(observation.rule, observation.facts, language).hint
    return " ".join(filter(None, (own, *(text(note, language) for note in observation.notes))))


def _shown(fact: Fact | None, language: Language) -> str | None:
    return None if fact is None else said(fact, language)


def unsaid(finding: Finding, message: str, shown: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """`found` and `expected` of a finding, each as it is `shown`, where its message says them in no form."""
    for name, value in (("found", finding.found), ("expected", finding.expected)):
        if value is None or value in message or amount_as_read(value, finding.currency) in message:
            continue
        if (told := shown(value)) not in message:
            yield name, told
