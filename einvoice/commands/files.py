"""Judge one document of a command line: open it, and report what cannot be opened like any other fault."""

from __future__ import annotations

from einvoice.commands.inputs import read_document
from einvoice.judgement import judge_bytes
from einvoice.report import DocumentReport, Step
from einvoice.validation.findings import own_finding
from einvoice.validation.policy import Policy
from einvoice.validation.reasons import in_language


def judge_file(name: str, policy: Policy) -> DocumentReport:
    """The verdict on a document; one that cannot be opened is invalid, and the report says why."""
    try:
        data = read_document(name)
    except OSError as error:
        facts = {"reason": in_language(error.strerror or type(error).__name__, policy.language)}
        fault = own_finding("EI-PARSE-01", "error", "parse", policy, facts=facts)
        steps = (Step(name="parse", status="failed"),)
        return DocumentReport(source=name, verdict="invalid", steps=steps, findings=(fault,))
    return judge_bytes(data, policy, name=name)
