"""The verdict on a draft: on the invoice that it means, told at the fields of the draft.

    judge_draft(Draft.model_validate_json(payload), Policy()).findings
    judge_draft_json(payload, Policy()).verdict

A draft in JSON is judged as any document is: what it cannot hold (a misspelt field, a word for a number) is a finding.
"""

from __future__ import annotations

from einvoice.draft import Disagreement, Draft, DraftError
from einvoice.draft.problems import Problem
from einvoice.report import DocumentReport, Finding, Step
from einvoice.rulebook import Sentence, text
from einvoice.validation.chain import judge_invoice
from einvoice.validation.findings import own_finding
from einvoice.validation.policy import Policy


def is_json(data: bytes) -> bool:
    """Whether the bytes begin as a JSON object does: XML never begins so."""
    return data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def judge_draft_json(data: bytes, policy: Policy, *, name: str | None = None) -> DocumentReport:
    """The verdict on a draft in JSON; never raises for its content."""
    try:
        draft = Draft.model_validate_json(data)
    except DraftError as error:
        findings = tuple(_problem(each, policy) for each in error.problems)
        steps = (Step(name="draft", status="failed"),)
        return DocumentReport(source=name, verdict="invalid", steps=steps, findings=findings)
    return judge_draft(draft, policy, name=name)


def judge_draft(draft: Draft, policy: Policy, *, name: str | None = None) -> DocumentReport:
    """The verdict on the invoice that a draft means; contradictions among its own figures are warnings."""
    disagreements = tuple(_disagreement(each, policy) for each in draft.disagreements())
    return judge_invoice(draft.complete(), policy, name=name, disagreements=disagreements, draft_field=draft.field_of)


def _problem(problem: Problem, policy: Policy) -> Finding:
    rule = "EI-DRAFT-10" if not problem.path else "EI-DRAFT-12" if problem.found is not None else "EI-DRAFT-11"
    facts = {"field": problem.path, "found": problem.found or "", "detail": problem.message}
    told = own_finding(rule, "error", "draft", policy, facts=facts, field=problem.path or None, found=problem.found)
    if problem.nearest is None:
        return told
    meant = text(Sentence("EI-DRAFT-MEANT", {"nearest": problem.nearest}), policy.language)
    return told.model_copy(update={"hint": meant, "expected": problem.nearest})


def _disagreement(each: Disagreement, policy: Policy) -> Finding:
    rule = "EI-DRAFT-02" if each.computed is None else "EI-DRAFT-01"
    return own_finding(
        rule,
        "warning",
        "draft",
        policy,
        facts={"reason": each.because},
        term=each.term,
        field=each.field,
        found=str(each.given),
        expected=None if each.computed is None else str(each.computed),
    )
