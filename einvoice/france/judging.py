"""The report on a French message, with what our own checks find beside the schema and the published rules.

    judge_message(report, data, policy)      # the report of `validation.chain`, one step richer

What a published rule has found already is not said twice.

Sources: those of the checks (`lifecycle.checks`, `ereporting.checks`, `directory_update`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from einvoice.detect import detect
from einvoice.france.directory_files import DirectoryUpdate
from einvoice.france.directory_update import line_findings
from einvoice.france.documents import MESSAGES, Message, read_message
from einvoice.france.ereporting import checks as ereport_checks
from einvoice.france.ereporting.report import EReport
from einvoice.france.findings import in_language
from einvoice.france.lifecycle import checks as lifecycle_checks
from einvoice.france.lifecycle.codes import ITEMS
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.report import DocumentReport, Finding, Step
from einvoice.validation.chain import unread_finding, verdict_of
from einvoice.validation.policy import Policy

__all__ = ["judge_message"]


def judge_message(report: DocumentReport, data: bytes, policy: Policy) -> DocumentReport:
    """The report with the step of our own checks; of a document that is no French message, the report as it was.

    `data` is what the report is about.
    """
    if report.kind not in MESSAGES:
        return report
    started = time.perf_counter()
    message = read_message(detect(data))
    said = tuple(_unsaid(_own_findings(message, policy), report.findings))
    unread = tuple(unread_finding(each, policy) for each in message.unread)
    failed = any(finding.severity == "error" for finding in said)
    took = round((time.perf_counter() - started) * 1000, 1)
    step = Step(name=report.kind, status="failed" if failed else "passed", engine="einvoice", ms=took)
    steps, findings = (*report.steps, step), (*report.findings, *in_language(said, policy.language), *unread)
    return report.model_copy(update={"steps": steps, "findings": findings, "verdict": verdict_of(steps, findings)})


def _own_findings(message: Message, policy: Policy) -> Iterator[Finding]:
    if isinstance(message, LifecycleMessage):
        yield from lifecycle_checks.check(message)
    elif isinstance(message, EReport):
        yield from ereport_checks.check(message)
    elif isinstance(message, DirectoryUpdate):
        for index, line in enumerate(message.lines):
            yield from line_findings(line, today=policy.day, at=f"lines[{index}].")


def _unsaid(own: Iterable[Finding], published: tuple[Finding, ...]) -> Iterator[Finding]:
    """Our findings, less those of an item whose published rule has spoken."""
    spoken = tuple(finding.rule for finding in published)
    for finding in own:
        item = ITEMS.get(finding.term or "") if finding.rule == "EI-CDV-01" else None
        if item is None or not item.rule or not any(rule.startswith(f"{item.rule}_") for rule in spoken):
            yield finding
