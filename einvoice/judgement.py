"""The verdict on the bytes of a document, whatever they are: XML, or a PDF with an invoice inside.

    judge_bytes(data, Policy()).verdict

A PDF is judged three times: as a container, for the invoice that it holds, and for whether its pages say the same. A
draft in JSON is judged as the invoice that it means. A French message (lifecycle, e-report, directory) is judged by our
own checks too, for the published rules see little of it.
"""

from __future__ import annotations

import time

from einvoice.detect import is_pdf, read_invoice
from einvoice.draft_judgement import is_json, judge_draft_json
from einvoice.report import DocumentReport, Step
from einvoice.rulebook import finding
from einvoice.validation.chain import judge, verdict_of
from einvoice.validation.policy import Policy


def judge_bytes(data: bytes, policy: Policy, *, name: str | None = None) -> DocumentReport:
    """The verdict on a document; never raises for its content."""
    if is_json(data):
        return judge_draft_json(data, policy, name=name)
    if not is_pdf(data):
        report = judge(data, policy, name=name)
        if report.kind in ("lifecycle", "ereport", "directory"):
            from einvoice.france.judging import judge_message  # noqa: PLC0415 - loaded for messages only

            return judge_message(report, data, policy)
        return report
    return _judge_pdf(data, policy, name)


def _judge_pdf(data: bytes, policy: Policy, name: str | None) -> DocumentReport:
    """The container, the invoice that it holds, and whether the pages say the same as the invoice."""
    from einvoice.facturx.container import check_container  # noqa: PLC0415 - the PDF library is loaded for PDFs only

    started = time.perf_counter()
    container = check_container(data)
    step = container.step.model_copy(update={"ms": _since(started)})
    findings = tuple(finding(each, policy.language) for each in container.observations)
    if container.invoice is None:
        verdict = verdict_of((step,), findings)
        return DocumentReport(source=name, syntax="facturx", verdict=verdict, steps=(step,), findings=findings)
    report = judge(container.invoice.xml, policy, name=name, container=(step, findings))
    if report.kind not in ("invoice", "credit_note"):
        return report
    return _with_pages(report, data, container.invoice.xml, policy)


def _with_pages(report: DocumentReport, data: bytes, xml: bytes, policy: Policy) -> DocumentReport:
    """The report with what the visible text contradicts: warnings, for a page may show more than the invoice."""
    from einvoice.facturx.visible import STEP, UNREAD, VISIBLE_RULES, compare_visible  # noqa: PLC0415 - as above

    started = time.perf_counter()
    told = tuple(finding(each, policy.language) for each in compare_visible(data, read_invoice(xml)))
    done = Step(name=STEP, status="passed", rules=len(VISIBLE_RULES), engine="compiled", ms=_since(started))
    if unread := next((each for each in told if each.rule == UNREAD), None):
        done = done.model_copy(update={"status": "not_run", "reason": unread.message})
    steps, findings = (*report.steps, done), (*report.findings, *told)
    return report.model_copy(update={"steps": steps, "findings": findings, "verdict": verdict_of(steps, findings)})


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
