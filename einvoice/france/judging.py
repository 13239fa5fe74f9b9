"""The report on a French message, with what our own checks find beside the schema and the published rules.

    judge_message(report, data, policy)      # the report of `validation.chain`, one step richer

What a published rule has found already is not said twice.

Sources: those of the checks (`lifecycle.checks`, `ereporting.checks`, `directory_update`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from einvoice.artefacts.installed import installed
from einvoice.detect import Detected, detect
from einvoice.france.directory_files import DirectoryUpdate
from einvoice.france.directory_update import line_findings
from einvoice.france.ereporting import checks as ereport_checks
from einvoice.france.ereporting import flux10
from einvoice.france.ereporting.report import EReport
from einvoice.france.findings import in_language
from einvoice.france.lifecycle import cdar
from einvoice.france.lifecycle import checks as lifecycle_checks
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.france.messages import MESSAGES, Message, read_message
from einvoice.own_rules import Ran
from einvoice.report import DocumentReport, Finding, Step
from einvoice.rulebook import finding, row
from einvoice.schematron import RuleTree
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
    own, ran = _own_findings(found, message, policy, place)
    said = tuple(_unsaid(own, published))
    unread = tuple(unread_finding(each, policy, place) for each in message.unread)
    failed = any(each.severity == "error" for each in said)
    took = round((time.perf_counter() - started) * 1000, 1)
    step = Step(name=report.kind, status="failed" if failed else "passed", ms=took, **_what_ran(ran))
    steps, findings = (*report.steps, step), (*published, *said, *unread)
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


def _own_findings(
    found: Detected, message: Message, policy: Policy, place: Place
) -> tuple[tuple[Finding, ...], Ran | None]:
    if isinstance(message, LifecycleMessage) and found.root is not None:
        ran = lifecycle_checks.judge(RuleTree(found.root), message, place)
        return tuple(finding(each, policy.language) for each in ran.observations), ran
    if isinstance(message, EReport):
        return in_language(ereport_checks.check(message), policy.language), None
    if isinstance(message, DirectoryUpdate):
        lines = enumerate(message.lines)
        said = (each for at, line in lines for each in line_findings(line, today=policy.day, at=f"lines[{at}]."))
        return in_language(said, policy.language), None
    return (), None


def _what_ran(ran: Ran | None) -> dict[str, Any]:
    if ran is None:
        return {"engine": "einvoice"}
    (used,) = installed(ran.rules.id)
    rules = {"ruleset": used.entry.id, "version": used.version, "sha256": ran.rules.sha256}
    return {"engine": "compiled", "rules": ran.checks, "fired": ran.fired, **rules}


def _unsaid(own: Iterable[Finding], published: tuple[Finding, ...]) -> Iterator[Finding]:
    """Our findings, less those of an item whose published rule has spoken."""
    spoken = {each.rule.partition("_")[0] for each in published}
    for each in own:
        known = row(f"{each.rule}_{each.term}") or row(each.rule)
        if known is None or not known.unless or known.unless not in spoken:
            yield each
