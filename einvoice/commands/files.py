"""Validate one document of a command line: open it, and report what cannot be opened like any other document."""

from __future__ import annotations

from einvoice.api import validate
from einvoice.commands.inputs import read_document, reason
from einvoice.data import Language
from einvoice.report import DocumentReport
from einvoice.rulebook import StepResult, step
from einvoice.validation.policy import Policy


def report_on(name: str, policy: Policy, language: Language) -> DocumentReport:
    """The verdict on a document; one that cannot be opened is not run, and the report says why."""
    try:
        data = read_document(name)
    except (OSError, MemoryError) as error:
        done = step(StepResult("open", "not_run", reason=reason(error)), language)
        return DocumentReport(source=name, verdict="not_run", steps=(done,))
    (report,) = validate(data, policy=policy, name=name, language=language).documents
    return report
