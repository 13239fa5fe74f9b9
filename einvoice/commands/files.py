"""Validate one document of a command line: open it, and report what cannot be opened like any other document."""

from __future__ import annotations

from einvoice.api import validate
from einvoice.commands.inputs import read_document
from einvoice.data import Language
from einvoice.report import DocumentReport
from einvoice.rulebook import Sentence, StepResult, step
from einvoice.validation.policy import Policy

_REASONS: tuple[tuple[type[OSError], str], ...] = (
    (FileNotFoundError, "EI-NO-OPEN-01"),
    (PermissionError, "EI-NO-OPEN-02"),
    (IsADirectoryError, "EI-NO-OPEN-03"),
)


def report_on(name: str, policy: Policy, language: Language) -> DocumentReport:
    """The verdict on a document; one that cannot be opened is not run, and the report says why."""
    try:
        data = read_document(name)
    except OSError as error:
        done = step(StepResult("open", "not_run", reason=reason(error)), language)
        return DocumentReport(source=name, verdict="not_run", steps=(done,))
    (report,) = validate(data, policy=policy, name=name, language=language).documents
    return report


def reason(error: OSError) -> Sentence:
    """Why a file could not be opened, read or written."""
    row = next((row for kind, row in _REASONS if isinstance(error, kind)), "EI-NO-OPEN-04")
    return Sentence(row, {"reason": error.strerror or type(error).__name__})
