"""SARIF 2.1.0: the form that code hosts show as annotations on a file.

Source: OASIS SARIF 2.1.0, §3.4.3 (URIs), §3.27 (result), §3.28 (location), §3.49 (rule), §3.58 (notification).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from einvoice.data import Language
from einvoice.report import DocumentReport, Finding, Report
from einvoice.reporting.text import in_one_line
from einvoice.rulebook.explaining import explained

_LEVELS = {"error": "error", "warning": "warning", "information": "note"}


def sarif(report: Report, language: Language) -> str:
    """The report as SARIF; its messages are those of the findings."""
    rules = {finding.rule: finding for finding in reversed(report.findings)}
    index = {rule: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "einvoice",
                "version": report.einvoice,
                "language": language,
                "rules": [_rule(finding, language) for finding in rules.values()],
            }
        },
        "language": language,
        "columnKind": "utf16CodeUnits",
        "results": [
            _result(document, finding, index[finding.rule], language)
            for document in report.documents
            for finding in document.findings
        ],
        "invocations": [
            {
                "executionSuccessful": all(document.verdict != "not_run" for document in report.documents),
                "toolExecutionNotifications": [
                    {
                        "level": "error",
                        "message": {"text": f"{document.source or '-'}: {step.name}: {step.reason}"},
                        "locations": [{"physicalLocation": _file(document)}],
                    }
                    for document in report.documents
                    for step in document.steps
                    if step.status == "not_run"
                ],
            }
        ],
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(finding: Finding, language: Language) -> dict[str, Any]:
    """What the rule demands, in the words of the catalogue: those of a finding speak of one document.

    A rule without words of ours, such as one of the house, is called by its id: code hosts want some text.
    """
    words, more = finding.rule, ""
    if found := explained(finding.rule):
        words, hint = (found.fr, found.hint_fr) if language == "fr" else (found.en, found.hint_en)
        more = " ".join(filter(None, (words, hint, found.source and f"({found.source})")))
    return {
        "id": finding.rule,
        "shortDescription": {"text": words},
        "fullDescription": {"text": more or words},
        "help": {"text": more or words},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }


def _result(document: DocumentReport, finding: Finding, index: int, language: Language) -> dict[str, Any]:
    place: dict[str, Any] = {"physicalLocation": _file(document)}
    if finding.line and document.syntax != "facturx":  # there the line is one of the XML inside the PDF
        place["physicalLocation"]["region"] = {"startLine": finding.line}
    names = [name for name in (finding.field, finding.xpath) if name]
    if names:
        place["logicalLocations"] = [{"fullyQualifiedName": name} for name in names]
    result = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": in_one_line(finding, language)},
        "locations": [place],
        "partialFingerprints": {"ruleAndPlace/v1": _fingerprint(finding)},
    }
    if finding.equivalents:
        result["properties"] = {"equivalents": list(finding.equivalents)}
    return result


def _fingerprint(finding: Finding) -> str:
    """What stays the same when lines move: the rule and its place."""
    place = finding.field or finding.xpath or ""
    return hashlib.sha256(f"{finding.rule}\0{place}".encode()).hexdigest()[:32]


def _file(document: DocumentReport) -> dict[str, Any]:
    """Where the document lies, as a reference of RFC 3986: blanks and accents are percent-encoded."""
    path = PurePath(document.source or "-")
    return {"artifactLocation": {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}}
