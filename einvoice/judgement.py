"""The verdict on the bytes of a document, whatever they are: XML, or a PDF with an invoice inside.

    judge_bytes(data, Policy()).verdict

A PDF is judged twice: as a container, and for the invoice that it holds. A French message (lifecycle, e-report,
directory) is judged by our own checks too, for the published rules see little of it.
"""

from __future__ import annotations

from einvoice.report import DocumentReport
from einvoice.validation.chain import judge, verdict_of
from einvoice.validation.policy import Policy

__all__ = ["is_pdf", "judge_bytes"]


def is_pdf(data: bytes) -> bool:
    """Whether the bytes are a PDF: its header may stand anywhere in the first 1,024 bytes (ISO 32000-1, annex H)."""
    return b"%PDF-" in data[:1024]


def judge_bytes(data: bytes, policy: Policy, *, name: str | None = None) -> DocumentReport:
    """The verdict on a document; never raises for its content."""
    if not is_pdf(data):
        report = judge(data, policy, name=name)
        if report.kind in ("lifecycle", "ereport", "directory"):
            from einvoice.france.judging import judge_message  # noqa: PLC0415 - loaded for messages only

            return judge_message(report, data, policy)
        return report
    from einvoice.facturx.container import check_container  # noqa: PLC0415 - the PDF library is loaded for PDFs only

    container = check_container(data)
    if container.invoice is not None:
        return judge(container.invoice.xml, policy, name=name, container=(container.step, container.findings))
    steps, findings = (container.step,), container.findings
    return DocumentReport(
        source=name,
        kind="unknown",
        syntax="facturx",
        verdict=verdict_of(steps, findings),
        steps=steps,
        findings=findings,
    )
