"""How often each rule spoke: what to mend first in a folder."""

from __future__ import annotations

from collections import Counter

from einvoice.data import Language
from einvoice.report import WEIGHTS, Report, Severity
from einvoice.reporting.text import summary
from einvoice.reporting.words import severity_word
from einvoice.rulebook.explaining import explained

_WIDEST = 100


def statistics(report: Report, language: Language) -> str:
    """A line for each rule: findings, files, severity, id, what it demands; errors first, the most frequent first."""
    findings: Counter[tuple[Severity, str]] = Counter()
    documents: Counter[tuple[Severity, str]] = Counter()
    for document in report.documents:
        findings.update((finding.severity, finding.rule) for finding in document.findings)
        documents.update({(finding.severity, finding.rule) for finding in document.findings})
    rows = sorted(findings.items(), key=lambda row: (WEIGHTS[row[0][0]], -row[1], row[0][1]))
    lines = [
        f"{count:>7} {documents[severity, rule]:>7}  {severity_word(severity, language):<13}  {_line(rule, language)}"
        for (severity, rule), count in rows
    ]
    head = {"fr": ("constats", "fichiers"), "en": ("findings", "files")}[language]
    titles = [f"{head[0]:>7} {head[1]:>7}"] if lines else []
    return "\n".join([*titles, *lines, summary(report, language)]) + "\n"


def _line(rule: str, language: Language) -> str:
    told = f"{rule}  {demanded(rule, language)}".rstrip()
    return told if len(told) <= _WIDEST else told[: _WIDEST - 1] + "…"


def demanded(rule: str, language: Language) -> str:
    """What a rule demands, in its first line; empty of one that nobody has words for."""
    found = explained(rule)
    words = "" if found is None else found.fr if language == "fr" else found.en
    return words.partition("\n")[0]
