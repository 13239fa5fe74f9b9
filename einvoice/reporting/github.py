"""Annotations of GitHub Actions: each finding stands at its line of the file, in the view of a change.

Source: GitHub Docs, "Workflow commands for GitHub Actions" (error, warning, notice; values are percent-encoded).
"""

from __future__ import annotations

from einvoice.data import Language
from einvoice.report import DocumentReport, Finding, Report
from einvoice.reporting.text import in_one_line, reasons, rule_name

_COMMANDS = {"error": "error", "warning": "warning", "information": "notice"}


def github(report: Report, language: Language) -> str:
    """The report as workflow commands, the errors of each document first."""
    return "".join(line + "\n" for document in report.documents for line in _lines(document, language))


def _lines(document: DocumentReport, language: Language) -> list[str]:
    file = document.source or "-"
    told = [_command("error", reason, file=file, title="einvoice") for reason in reasons(document, language)]
    for severity, command in _COMMANDS.items():
        told += [
            _command(
                command,
                in_one_line(finding, language),
                file=file,
                line=_line(document, finding),
                title=rule_name(finding),
            )
            for finding in document.findings
            if finding.severity == severity
        ]
    return told


def _line(document: DocumentReport, finding: Finding) -> str:
    """The line in the file; in a PDF there is none, for lines are those of the XML inside."""
    return str(finding.line) if finding.line and document.syntax != "facturx" else ""


def _command(name: str, message: str, **properties: str) -> str:
    given = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items() if value)
    return f"::{name} {given}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    for character in "%\r\n" + more:  # the percent sign first
        text = text.replace(character, f"%{ord(character):02X}")
    return text
