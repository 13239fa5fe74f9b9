"""JUnit XML: the form that continuous-integration servers count and show.

A document is a test suite, a step of its validation a test case: failed with its errors, or in error if it did not run.
"""

from __future__ import annotations

from einvoice.data import Language
from einvoice.report import DocumentReport, Finding, Report, Step
from einvoice.reporting.text import in_one_line
from einvoice.reporting.words import WORDS

# Python's own quoteattr would load an HTTP client with its module.
_ESCAPES = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "�") | {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    ord("\n"): "&#10;",
    ord("\r"): "&#13;",
    ord("\t"): "&#9;",
}


def junit(report: Report, language: Language) -> str:
    """The report as JUnit XML."""
    suites = "".join(_suite(document, language) for document in report.documents)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="einvoice">\n{suites}</testsuites>\n'


def _suite(document: DocumentReport, language: Language) -> str:
    name = _attribute(document.source or "-")
    cases = [_case(name, step, document.findings, language) for step in document.steps]
    failures = sum("<failure" in case for case in cases)
    errors = sum("<error" in case for case in cases)
    seconds = sum(step.ms or 0 for step in document.steps) / 1000
    counts = f'tests="{len(cases)}" failures="{failures}" errors="{errors}" time="{seconds:.4f}"'
    return f"  <testsuite name={name} {counts}>\n{''.join(cases)}  </testsuite>\n"


def _case(document: str, step: Step, findings: tuple[Finding, ...], language: Language) -> str:
    title = _attribute(f"{step.name} {step.ruleset} {step.version}" if step.ruleset else step.name)
    wrong = [finding for finding in findings if finding.step == step.name and finding.severity == "error"]
    if step.status == "not_run":
        inside = f"      <error message={_attribute(step.reason or '')}/>\n"
    else:
        inside = "".join(
            f"      <failure type={_attribute(finding.rule)} message={_attribute(_told(finding, language))}/>\n"
            for finding in wrong
        )
    time = f"{(step.ms or 0) / 1000:.4f}"
    return f'    <testcase classname={document} name={title} time="{time}">\n{inside}    </testcase>\n'


def _told(finding: Finding, language: Language) -> str:
    where = f" ({WORDS[language]['line'][0]} {finding.line})" if finding.line else ""
    return f"{in_one_line(finding, language)}{where}"


def _attribute(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
