"""Judge one document of a command line: open it, and report what cannot be opened like any other fault."""

from __future__ import annotations

from einvoice.commands.inputs import read_document
from einvoice.judgement import judge_bytes
from einvoice.report import DocumentReport, Step
from einvoice.rulebook import Sentence
from einvoice.validation.findings import own_finding
from einvoice.validation.policy import Policy

_REASONS: tuple[tuple[type[OSError], str], ...] = (
    (FileNotFoundError, "EI-NO-OPEN-01"),
    (PermissionError, "EI-NO-OPEN-02"),
    (IsADirectoryError, "EI-NO-OPEN-03"),
)


def judge_file(name: str, policy: Policy) -> DocumentReport:
    """The verdict on a document; one that cannot be opened is invalid, and the report says why."""
    try:
        data = read_document(name)
    except OSError as error:
        fault = own_finding("EI-PARSE-01", "error", "parse", policy, facts={"reason": _reason(error)})
        steps = (Step(name="parse", status="failed"),)
        return DocumentReport(source=name, verdict="invalid", steps=steps, findings=(fault,))
    return judge_bytes(data, policy, name=name)


def _reason(error: OSError) -> Sentence:
    row = next((row for kind, row in _REASONS if isinstance(error, kind)), "EI-NO-OPEN-04")
    return Sentence(row, {"reason": error.strerror or type(error).__name__})
