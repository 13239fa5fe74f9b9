"""The report on a French message, with what our own checks find beside the schema and the published rules.

    judge_message(report, data, policy)      # the report of `validation.chain`, one step richer

What a published rule has found already is not said twice.

Sources: those of the checks (`lifecycle.checks`, `ereporting.checks`, `directory_update`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from einvoice.detect import Detected, detect
from einvoice.france.directory_files import DirectoryUpdate
from einvoice.france.directory_update import line_findings
from einvoice.france.ereporting import checks as ereport_checks
from einvoice.france.ereporting import flux10
from einvoice.france.ereporting.report import EReport
from einvoice.france.findings import in_language
from einvoice.france.lifecycle import cdar
from einvoice.france.lifecycle import checks as lifecycle_checks
from einvoice.france.lifecycle.codes import ITEMS
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.france.messages import MESSAGES, Message, read_message
from einvoice.report import DocumentReport, Finding, Step
from einvoice.validation.chain import unread_finding, verdict_of
from einvoice.validation.findings import Place
from einvoice.validation.policy import Policy


def judge_message(report: DocumentReport, data: bytes, policy: Policy) -> DocumentReport:
    """The report with the step of our own checks; of a document that is no French message, the report as it was.

    `data` is what the report is about.
    """
    if report.kind not in MESSAGES:
        return report
    started = time.perf_counter()
    found = detect(data)
    message = read_message(found)
    place = _places(found)
    published = tuple(_placed(each, place) for each in report.findings)
    said = tuple(_unsaid(_own_findings(message, policy), published))
    unread = tuple(unread_finding(each, policy, place) for each in message.unread)
    failed = any(finding.severity == "error" for finding in said)
    took = round((time.perf_counter() - started) * 1000, 1)
    step = Step(name=report.kind, status="failed" if failed else "passed", engine="einvoice", ms=took)
    steps, findings = (*report.steps, step), (*published, *in_language(said, policy.language), *unread)
    return report.model_copy(update={"steps": steps, "findings": findings, "verdict": verdict_of(steps, findings)})


def _places(found: Detected) -> Place:
    """Where in the model an XPath of the document leads."""
    fields = {"lifecycle": cdar.fields, "ereport": flux10.fields}.get(found.kind)
    if fields is None or found.root is None:
        return lambda _: None
    return fields(found.root).at


def _placed(finding: Finding, place: Place) -> Finding:
    if finding.field is not None or finding.xpath is None:
        return finding
    return finding.model_copy(update={"field": place(finding.xpath)})


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
