"""SARIF 2.1.0: the form that code hosts show as annotations on a file.

Source: OASIS SARIF 2.1.0, §3.27 (result), §3.28 (location), §3.58 (notification).
"""

from __future__ import annotations

import json
from typing import Any

from einvoice.data import Language
from einvoice.report import DocumentReport, Finding, Report
from einvoice.reporting.text import told

_LEVELS = {"error": "error", "warning": "warning", "information": "note"}


def sarif(report: Report, language: Language) -> str:
    """The report as SARIF; its messages are those of the findings."""
    findings = report.findings
    run = {
        "tool": {
            "driver": {
                "name": "einvoice",
                "version": report.einvoice,
                "rules": [
                    {"id": rule, "shortDescription": {"text": message}} for rule, message in _rules(findings).items()
                ],
            }
        },
        "columnKind": "utf16CodeUnits",
        "results": [
            _result(document, finding, language) for document in report.documents for finding in document.findings
        ],
        "invocations": [
            {
                "executionSuccessful": all(document.verdict != "not_run" for document in report.documents),
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": f"{document.source or '-'}: {step.name}: {step.reason}"}}
                    for document in report.documents
                    for step in document.steps
                    if step.status == "not_run"
                ],
            }
        ],
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rules(findings: tuple[Finding, ...]) -> dict[str, str]:
    return {finding.rule: finding.message_en for finding in reversed(findings)}


def _result(document: DocumentReport, finding: Finding, language: Language) -> dict[str, Any]:
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(document.source)}}}
    if finding.line:
        place["physicalLocation"]["region"] = {"startLine": finding.line}
    names = [name for name in (finding.field, finding.xpath) if name]
    if names:
        place["logicalLocations"] = [{"fullyQualifiedName": name} for name in names]
    return {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": told(finding, language)},
        "locations": [place],
    }


def _uri(source: str | None) -> str:
    return (source or "-").replace("\\", "/")
