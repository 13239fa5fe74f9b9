"""A report for a person who keeps accounts: what is wrong, where, and what to do; no XML unless it helps.

The worst comes first. What holds in many places (one rule, two hundred lines) is said once, with the number of times.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from einvoice.artefacts.catalogue import catalogue
from einvoice.data import Language, french
from einvoice.report import DocumentReport, Finding, Report, Step, Verdict
from einvoice.reporting.words import WORDS, counted
from einvoice.rulebook import amount_as_read, sentences, unsaid
from einvoice.terms import term

VERDICTS: tuple[Verdict, ...] = ("valid", "invalid", "not_run")
_MOST_PLACES = 6
_INDENT = "    "

_COLOURS = {"valid": "32", "invalid": "31", "not_run": "33", "error": "31", "warning": "33", "information": "36"}
_SYNTAXES = {"ubl": "UBL", "cii": "CII", "facturx": "Factur-X", "cdar": "CDAR", "flux10": "flux 10"}
_MARKS = {"passed": "✓", "failed": "✗", "not_run": "?"}


@dataclass(frozen=True, slots=True)
class Look:
    """How the text may look: how wide, whether in colour, and which documents are shown; the summary counts all."""

    width: int = 100
    colour: bool = False
    shown: Callable[[DocumentReport], bool] = field(default=lambda _: True)

    def paint(self, words: str, kind: str) -> str:
        """The words in the colour of a severity or verdict, bold, where colour is wanted."""
        return f"\x1b[1;{_COLOURS[kind]}m{words}\x1b[0m" if self.colour else words

    def dim(self, words: str) -> str:
        """Words of less weight."""
        return f"\x1b[2m{words}\x1b[0m" if self.colour else words


def text(report: Report, language: Language, look: Look) -> str:
    """The report as text."""
    parts = ["\n".join(_document(each, language, look)) for each in report.documents if look.shown(each)]
    if len(report.documents) != 1:
        parts.append(summary(report, language))
    return "\n\n".join(parts) + "\n"


def _document(document: DocumentReport, language: Language, look: Look) -> Iterator[str]:
    words = WORDS[language]
    verdict = look.paint(words[document.verdict], document.verdict)
    yield f"{document.source or '-'}  {verdict}"
    yield from _wrap(headline(document, language), look, _INDENT, dim=True)
    for reason in reasons(document, language):
        yield from _wrap(f"? {reason}", look, _INDENT, "  ")
    for group in document.groups:
        yield ""
        yield from _finding(group.same, language, look)
        if group.following:
            told = ", ".join(dict.fromkeys(f"{words[each.severity]} {rule_name(each)}" for each in group.following))
            yield from _wrap(f"⇒ {words['so']}{words['colon']}{told}", look, _INDENT * 2, "  ")
    yield ""
    yield from _wrap(checked(document, language), look, _INDENT, "  ", dim=True)


def headline(document: DocumentReport, language: Language) -> str:
    """What a document is and how many findings of each kind it got: `UBL invoice, profile en16931 — 2 errors`.

    `document` is one of `report.documents`; `language` is "fr" or "en".
    """
    words = WORDS[language]
    kind, syntax = words[document.kind], _SYNTAXES.get(document.syntax, "")
    what = [syntax, kind.lower()] if language == "en" and syntax else [kind, syntax]
    profile = f", {words['profile']} {document.profile}" if document.profile else ""
    counts = [
        counted(sum(finding.severity == severity for finding in document.findings), words[name])
        for severity, name in (("error", "errors"), ("warning", "warnings"), ("information", "informations"))
        if any(finding.severity == severity for finding in document.findings)
    ]
    told = f" — {', '.join(counts)}" if counts else ""
    return " ".join(filter(None, what)) + profile + told


def reasons(document: DocumentReport, language: Language) -> tuple[str, ...]:
    """Why steps did not run."""
    colon = WORDS[language]["colon"]
    return tuple(
        f"{_step_name(step, language)}{colon}{step.reason}" for step in document.steps if step.status == "not_run"
    )


def _finding(same: tuple[Finding, ...], language: Language, look: Look) -> Iterator[str]:
    """One finding, or the same one in several places."""
    words = WORDS[language]
    first = same[0]
    about = term_name(first.term, language)
    head = f"{look.paint(words[first.severity], first.severity)}  {rule_name(first)}"
    more = (f"  {about}" if about else "") + (f"  × {len(same)}" if len(same) > 1 else "")
    if len(f"{_INDENT}{words[first.severity]}  {rule_name(first)}{more}") <= look.width:
        yield _INDENT + head + more
    else:
        yield _INDENT + head
        yield from _wrap(more.strip(), look, _INDENT * 2)
    yield from _wrap(first.message, look, _INDENT * 2)
    where = places(same, language)
    for line in (", ".join(shown_values(first, language)) if len(same) == 1 else "", where):
        if line:
            yield from _wrap(line, look, _INDENT * 2, dim=line is where)
    if first.hint:
        yield from _wrap(f"→ {first.hint}", look, _INDENT * 2, "  ")


def rule_name(finding: Finding) -> str:
    """The rule and, in brackets, those of EN 16931 that say the same: FX-SCH-A-000121 (= BR-CO-15)."""
    alike = f" (= {', '.join(finding.equivalents)})" if finding.equivalents else ""
    return f"{finding.rule}{alike}"


def shown_values(finding: Finding, language: Language) -> list[str]:
    """What was found and what was expected, each in words, where the message does not say it: `trouvé : 2 406,00 €`.

    `finding` is one of a report, in the `language` that the report was asked in ("fr" or "en"); amounts are as that
    language has them. None, one or two texts.
    """
    words = WORDS[language]
    values = unsaid(finding, finding.message, lambda value: as_read(value, finding, language))
    return [f"{words[name]}{words['colon']}{shown}" for name, shown in values]


def as_read(value: str, finding: Finding, language: Language) -> str:
    """A value of a finding: an amount of an invoice in French as 2 406,00 €, anything else as the document has it."""
    return amount_as_read(value, finding.currency) if language == "fr" and finding.currency else value


def in_one_line(finding: Finding, language: Language) -> str:
    """A finding in one line: the message, what was found and expected, and the hint."""
    return sentences(finding.message, ", ".join(shown_values(finding, language)), finding.hint or "")


def places(same: tuple[Finding, ...], language: Language) -> str:
    """Where a finding is, or the first places of one that is in many: fields, and lines of the file."""
    words = WORDS[language]
    fields = list(dict.fromkeys(finding.field or finding.xpath or "" for finding in same))
    lines = list(dict.fromkeys(finding.line for finding in same if finding.line))
    parts = []
    if any(fields):
        parts.append(_some([field for field in fields if field]))
    if lines:
        parts.append(f"{words['line'][len(lines) > 1]} {_some([str(line) for line in lines])}")
    return " · ".join(parts)


def _some(items: list[str]) -> str:
    more = f", … (+{len(items) - _MOST_PLACES})" if len(items) > _MOST_PLACES else ""
    return ", ".join(items[:_MOST_PLACES]) + more


def term_name(number: str | None, language: Language) -> str:
    """The term and its number: `Date d'échéance (BT-9)`; empty without one."""
    if number is None:
        return ""
    try:
        found = term(number)
    except KeyError:
        return number
    return f"{french(found.name_fr) if language == 'fr' else found.name_en} ({number})"


def checked(document: DocumentReport, language: Language) -> str:
    """The steps that the document went through."""
    words = WORDS[language]
    steps = [
        f"{_step_name(step, language)} {_MARKS[step.status]}"
        + (f" ({words['newer'].format(version=step.newer, rules=step.ruleset)})" if step.newer else "")
        for step in document.steps
    ]
    return f"{words['checked']}{words['colon']}{', '.join(steps)}"


def _step_name(step: Step, language: Language) -> str:
    if step.ruleset is None:
        return str(WORDS[language]["steps"].get(step.name, step.name))
    entry = catalogue().get(step.ruleset)
    title = WORDS[language]["titles"].get(step.ruleset) or (entry.title if entry else step.ruleset)
    return f"{title} {step.version}" if step.version and step.version not in title else title


def summary(report: Report, language: Language) -> str:
    """How many documents got which verdict."""
    words = WORDS[language]
    verdicts = Counter(document.verdict for document in report.documents)
    counts = [counted(verdicts[each], words[f"n_{each}"]) for each in VERDICTS if verdicts[each]]
    total = counted(verdicts.total(), words["documents"])
    return f"{total}{words['colon']}{', '.join(counts)}" if counts else total


def _wrap(words: str, look: Look, indent: str, more: str = "", *, dim: bool = False) -> Iterator[str]:
    lines = textwrap.wrap(
        words, look.width, initial_indent=indent, subsequent_indent=indent + more, break_on_hyphens=False
    )
    yield from (look.dim(line) if dim else line for line in lines)
