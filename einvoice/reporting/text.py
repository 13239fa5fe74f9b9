"""A report for a person who keeps accounts: what is wrong, where, and what to do; no XML unless it helps.

The worst comes first. What holds in many places (one rule, two hundred lines) is said once, with the number of times.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType
from typing import Any

from einvoice.artefacts.catalogue import catalogue
from einvoice.data import Language
from einvoice.report import DocumentReport, Finding, Report, Severity, Step
from einvoice.terms import term

_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "information": 2}
_MOST_PLACES = 6
_INDENT = "    "

_WORDS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "fr": MappingProxyType(
            {
                "valid": "VALIDE",
                "invalid": "NON VALIDE",
                "not_run": "NON JUGÉ",
                "error": "ERREUR",
                "warning": "AVERTISSEMENT",
                "information": "INFORMATION",
                "errors": ("erreur", "erreurs"),
                "warnings": ("avertissement", "avertissements"),
                "informations": ("information", "informations"),
                "line": ("ligne", "lignes"),
                "field": ("champ", "champs"),
                "times": "fois",
                "found": "trouvé",
                "expected": "attendu",
                "documents": ("document", "documents"),
                "n_valid": ("valide", "valides"),
                "n_invalid": ("non valide", "non valides"),
                "n_not_run": ("non jugé", "non jugés"),
                "colon": " : ",
                "so": "il en découle",
                "invoice": "Facture",
                "credit_note": "Avoir",
                "lifecycle": "Message de cycle de vie",
                "ereport": "Déclaration e-reporting",
                "directory": "Fichier d'annuaire",
                "unknown": "Document",
                "profile": "profil",
                "checked": "Contrôlé avec",
                "newer": "{version} est publiée",
                "steps": MappingProxyType(
                    {
                        "parse": "lecture",
                        "xsd": "schéma",
                        "profile": "règles",
                        "french": "règles françaises",
                        "container": "PDF",
                        "visible": "pages",
                        "write": "écriture",
                        "draft": "brouillon",
                        "house": "règles maison",
                        "lifecycle": "message",
                        "ereport": "déclaration",
                        "directory": "annuaire",
                    }
                ),
            }
        ),
        "en": MappingProxyType(
            {
                "valid": "VALID",
                "invalid": "INVALID",
                "not_run": "NOT RUN",
                "error": "ERROR",
                "warning": "WARNING",
                "information": "INFORMATION",
                "errors": ("error", "errors"),
                "warnings": ("warning", "warnings"),
                "informations": ("information", "informations"),
                "line": ("line", "lines"),
                "field": ("field", "fields"),
                "times": "times",
                "found": "found",
                "expected": "expected",
                "documents": ("document", "documents"),
                "n_valid": ("valid", "valid"),
                "n_invalid": ("invalid", "invalid"),
                "n_not_run": ("not run", "not run"),
                "colon": ": ",
                "so": "from this follows",
                "invoice": "Invoice",
                "credit_note": "Credit note",
                "lifecycle": "Lifecycle message",
                "ereport": "E-reporting declaration",
                "directory": "Directory file",
                "unknown": "Document",
                "profile": "profile",
                "checked": "Checked with",
                "newer": "{version} is published",
                "steps": MappingProxyType(
                    {
                        "parse": "reading",
                        "xsd": "schema",
                        "profile": "rules",
                        "french": "French rules",
                        "container": "PDF",
                        "visible": "pages",
                        "write": "writing",
                        "draft": "draft",
                        "house": "house rules",
                        "lifecycle": "message",
                        "ereport": "declaration",
                        "directory": "directory",
                    }
                ),
            }
        ),
    }
)
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
    words = _WORDS[language]
    verdict = look.paint(words[document.verdict], document.verdict)
    yield f"{document.source or '-'}  {verdict}"
    yield _INDENT + look.dim(about(document, language))
    for reason in reasons(document, language):
        yield from _wrap(f"? {reason}", look, _INDENT, "  ")
    roots = {_key(each) for each in document.findings if not each.caused_by}
    following: dict[str, list[Finding]] = {}
    for each in document.findings:
        if each.caused_by in roots:
            following.setdefault(each.caused_by or "", []).append(each)
    heads = [each for each in document.findings if each.caused_by not in roots]
    weights = {id(each): min(_ORDER[one.severity] for one in (each, *_after(each, following))) for each in heads}
    heads.sort(key=lambda finding: (weights[id(finding)], finding.rule, finding.message))
    for _, same in groupby(heads, key=lambda finding: (finding.severity, finding.rule, finding.message)):
        group = tuple(same)
        yield ""
        yield from _finding(group, language, look)
        if after := [each for head in group for each in _after(head, following)]:
            told = ", ".join(dict.fromkeys(f"{words[each.severity]} {rule_name(each)}" for each in after))
            yield from _wrap(f"⇒ {words['so']}{words['colon']}{told}", look, _INDENT * 2, "  ")
    yield ""
    yield from _wrap(checked(document, language), look, _INDENT, "  ", dim=True)


def _after(head: Finding, following: Mapping[str, list[Finding]]) -> list[Finding]:
    """The findings that follow from this one."""
    return following.get(_key(head), [])


def _key(finding: Finding) -> str:
    """How `caused_by` names a finding."""
    return f"{finding.rule} {finding.field or ''}".strip()


def verdict_word(document: DocumentReport, language: Language) -> str:
    """The verdict in words."""
    return str(_WORDS[language][document.verdict])


def severity_word(severity: Severity, language: Language) -> str:
    """The severity in words."""
    return str(_WORDS[language][severity])


def about(document: DocumentReport, language: Language) -> str:
    """What the document is, and how many findings of each kind it got."""
    words = _WORDS[language]
    what = [words[document.kind], _SYNTAXES.get(document.syntax, "")]
    profile = f", {words['profile']} {document.profile}" if document.profile else ""
    counts = [
        _count(sum(finding.severity == severity for finding in document.findings), words[name])
        for severity, name in (("error", "errors"), ("warning", "warnings"), ("information", "informations"))
        if any(finding.severity == severity for finding in document.findings)
    ]
    told = f" — {', '.join(counts)}" if counts else ""
    return " ".join(filter(None, what)) + profile + told


def reasons(document: DocumentReport, language: Language) -> tuple[str, ...]:
    """Why steps did not run."""
    colon = _WORDS[language]["colon"]
    return tuple(
        f"{_step_name(step, language)}{colon}{step.reason}" for step in document.steps if step.status == "not_run"
    )


def _finding(same: tuple[Finding, ...], language: Language, look: Look) -> Iterator[str]:
    """One finding, or the same one in several places."""
    words = _WORDS[language]
    first = same[0]
    about = _term_name(first.term, language)
    head = f"{look.paint(words[first.severity], first.severity)}  {rule_name(first)}"
    yield _INDENT + head + (f"  {about}" if about else "") + (f"  × {len(same)}" if len(same) > 1 else "")
    yield from _wrap(first.message, look, _INDENT * 2)
    values = _values(first, language) if len(same) == 1 else []
    places = _places(same, language)
    for line in (", ".join(values), places):
        if line:
            yield from _wrap(line, look, _INDENT * 2, dim=line is places)
    if first.hint:
        yield from _wrap(f"→ {first.hint}", look, _INDENT * 2, "  ")


def rule_name(finding: Finding) -> str:
    """The rule and, in brackets, those of EN 16931 that say the same: FX-SCH-A-000121 (= BR-CO-15)."""
    alike = f" (= {', '.join(finding.equivalents)})" if finding.equivalents else ""
    return f"{finding.rule}{alike}"


def _values(finding: Finding, language: Language) -> list[str]:
    """What was found and what was expected, where the message does not say it."""
    return [
        f"{_WORDS[language][name]} {value}"
        for name, value in (("found", finding.found), ("expected", finding.expected))
        if value is not None and value not in finding.message
    ]


def in_one_line(finding: Finding, language: Language) -> str:
    """A finding in one line: the message, what was found and expected, and the hint."""
    values = ", ".join(_values(finding, language))
    return " ".join(filter(None, (finding.message, values and f"({values})", finding.hint)))


def _places(same: tuple[Finding, ...], language: Language) -> str:
    words = _WORDS[language]
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


def _term_name(number: str | None, language: Language) -> str:
    if number is None:
        return ""
    try:
        found = term(number)
    except KeyError:
        return number
    return f"{found.name_fr if language == 'fr' else found.name_en} ({number})"


def checked(document: DocumentReport, language: Language) -> str:
    """The steps that the document went through."""
    words = _WORDS[language]
    steps = [
        f"{_step_name(step, language)} {_MARKS[step.status]}"
        + (f" ({words['newer'].format(version=step.newer)})" if step.newer else "")
        for step in document.steps
    ]
    return f"{words['checked']}{words['colon']}{', '.join(steps)}"


def _step_name(step: Step, language: Language) -> str:
    if step.ruleset is None:
        return str(_WORDS[language]["steps"].get(step.name, step.name))
    entry = catalogue().get(step.ruleset)
    title = entry.title if entry else step.ruleset
    return f"{title} {step.version}" if step.version and step.version not in title else title


def summary(report: Report, language: Language) -> str:
    """How many documents got which verdict."""
    words = _WORDS[language]
    counts = [
        _count(sum(document.verdict == verdict for document in report.documents), words[f"n_{verdict}"])
        for verdict in ("valid", "invalid", "not_run")
        if any(document.verdict == verdict for document in report.documents)
    ]
    total = _count(len(report.documents), words["documents"])
    return f"{total}{words['colon']}{', '.join(counts)}" if counts else total


def _count(number: int, forms: tuple[str, str]) -> str:
    one, several = forms
    return f"{number} {several if number > 1 else one}"


def _wrap(words: str, look: Look, indent: str, more: str = "", *, dim: bool = False) -> Iterator[str]:
    lines = textwrap.wrap(
        words, look.width, initial_indent=indent, subsequent_indent=indent + more, break_on_hyphens=False
    )
    yield from (look.dim(line) if dim else line for line in lines)
