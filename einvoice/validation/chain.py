"""Judge a document: XML schema, then the rules of its profile, then the French rules; all in one run.

    judge(data, Policy()).verdict                     # of bytes
    judge_invoice(draft.complete(), Policy()).verdict

A step that fails does not stop the others, so that one run shows everything. A step that could not run says why, and
the verdict is then never "valid".

Source: FNFE-MPE, note on the validation artefacts V1.4.0.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from einvoice import cii, ubl
from einvoice.artefacts.installed import Artefact, find
from einvoice.detect import Detected, detect, read_detected
from einvoice.errors import EInvoiceError, Unreadable, Unrecognised, Unwritable
from einvoice.model import Invoice, Unread
from einvoice.profiles import profile_of
from einvoice.report import DocumentReport, Finding, Severity, Step, SyntaxName, Verdict
from einvoice.rulebook import Sentence, text, words
from einvoice.validation.engines import NotRun, Source, Subject, run_rules
from einvoice.validation.findings import Place, Ran, finding_of, own_finding
from einvoice.validation.numbers import check_numbers
from einvoice.validation.operands import aimed
from einvoice.validation.plans import Plan, french_rules, is_french, plan_for
from einvoice.validation.policy import Policy, is_doubtful, is_lenient, policy_data
from einvoice.validation.xsd import Fault, Unusable, schema_of
from einvoice.xml import Element

_UNREAD: dict[str, tuple[str, Severity]] = {
    "unknown": ("EI-READ-01", "information"),
    "repeated": ("EI-READ-02", "warning"),
    "unparsable": ("EI-READ-03", "error"),  # UBL's schema would say so too, that of CII takes any text
}


_CURRENCY = "/@currencyID"


@dataclass(slots=True)
class _Sheet:
    """What is noted while one document is judged."""

    policy: Policy
    place: Place = lambda _: None
    invoice: Invoice | None = None
    steps: list[Step] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def note(self, rule: str, severity: Severity, step: str, facts: dict[str, str] | None = None) -> None:
        self.findings.append(own_finding(rule, severity, step, self.policy, facts=facts))

    def refuse(self, rule: str, severity: Severity, error: EInvoiceError) -> None:
        """Note that the document cannot be read, and why."""
        self.findings.append(own_finding(rule, severity, "parse", self.policy, facts={"reason": error.sentence()}))


def judge(
    data: bytes,
    policy: Policy,
    *,
    name: str | None = None,
    container: tuple[Step, tuple[Finding, ...]] | None = None,
    plan: Plan | None = None,
) -> DocumentReport:
    """The verdict on an XML document.

    `container` is what was found of the PDF that it was taken out of. `plan` names the schema and the rules to judge
    by, where they do not follow from the document: then these, and no French rules.
    """
    sheet = _Sheet(policy)
    if container is not None:
        sheet.steps.append(container[0])
        sheet.findings.extend(container[1])
    try:
        found = detect(data)
    except Unreadable as error:
        sheet.refuse("EI-PARSE-01", "error", error)
        sheet.steps.append(Step(name="parse", status="failed"))
        return _report(sheet, None, "facturx" if container else None, name)
    except Unrecognised as error:
        sheet.refuse("EI-PARSE-02", "warning", error)
        sheet.steps.append(Step(name="parse", status="not_run", reason=text(error.sentence(), policy.language)))
        return _report(sheet, None, "facturx" if container else None, name)
    syntax: SyntaxName = "facturx" if container and found.syntax == "cii" else found.syntax
    if found.root is None:
        sheet.steps.append(
            Step(
                name="parse",
                status="not_run",
                reason=text(Sentence("EI-NO-READ-05"), policy.language),
            )
        )
        return _report(sheet, found, syntax, name)
    sheet.steps.append(Step(name="parse", status="passed"))
    _judge_root(sheet, found, found.root, syntax, plan)
    return _report(sheet, found, syntax, name)


def judge_invoice(
    invoice: Invoice,
    policy: Policy,
    *,
    name: str | None = None,
    disagreements: tuple[Finding, ...] = (),
    draft_field: Callable[[str], str] = lambda path: path,
) -> DocumentReport:
    """The verdict on an invoice that is not written yet: it is written, and judged.

    Findings point into the model by `draft_field`; lines and paths of XML that nobody sees are left out.
    """
    try:
        data, _ = written(invoice)
    except Unwritable as error:
        faults = (*disagreements, *(_in_model(fault, draft_field, policy) for fault in error.findings))
        fields = ", ".join(finding.field or "?" for finding in error.findings)
        reason = words("EI-STEP-04", {"fields": fields}, policy.language).message
        steps = (Step(name="write", status="failed"), Step(name="profile", status="not_run", reason=reason))
        return DocumentReport(
            source=name, kind="invoice", verdict=verdict_of(steps, faults), steps=steps, findings=faults
        )
    report = judge(data, policy, name=name)
    faults = (*disagreements, *(_in_model(finding, draft_field, policy) for finding in report.findings))
    return report.model_copy(update={"findings": faults, "verdict": verdict_of(report.steps, faults)})


def written(invoice: Invoice) -> tuple[bytes, SyntaxName]:
    """The invoice in the syntax that its profile asks for: CII for a profile of Factur-X, else UBL.

    Raises `Unwritable`.
    """
    if "ubl" in profile_of(invoice.specification_identifier).rules:
        return ubl.write(invoice), "ubl"
    return cii.write(invoice), "cii"


def unread_findings(invoice: Invoice, policy: Policy, place: Place = lambda _: None) -> tuple[Finding, ...]:
    """What the model could not hold of a document; amounts in another currency, which are read, are told once."""
    foreign = [unread for unread in invoice.unread if unread.xpath.endswith(_CURRENCY)]
    found = [unread_finding(unread, policy, place) for unread in invoice.unread if not unread.xpath.endswith(_CURRENCY)]
    if foreign:
        found.append(_currency_finding(foreign, invoice, policy, place))
    return tuple(found)


def _currency_finding(foreign: list[Unread], invoice: Invoice, policy: Policy, place: Place) -> Finding:
    """Amounts whose attribute names another currency than the invoice: which of the two is meant is not known."""
    first = foreign[0]
    facts = {"found": first.text or "—", "expected": invoice.currency_code or "—", "count": str(len(foreign))}
    return own_finding(
        "EI-READ-04",
        "warning",
        "read",
        policy,
        facts=facts,
        xpath=first.xpath,
        line=first.line,
        found=first.text,
        expected=invoice.currency_code,
        field=place(first.xpath.removesuffix(_CURRENCY)),
    )


def unread_finding(unread: Unread, policy: Policy, place: Place = lambda _: None) -> Finding:
    """What the model could not hold of a document, as a finding."""
    rule, severity = _UNREAD[unread.kind]
    return own_finding(
        rule,
        severity,
        "read",
        policy,
        facts={"text": unread.text or "", "element": unread.xpath.rpartition("/")[2]},
        xpath=unread.xpath,
        line=unread.line,
        found=unread.text,
        field=place(unread.xpath),
    )


def verdict_of(steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> Verdict:
    """Invalid if anything is an error, else not_run if anything did not run (or nothing did), else valid."""
    if any(finding.severity == "error" for finding in findings):
        return "invalid"
    return "valid" if steps and all(step.status == "passed" for step in steps) else "not_run"


def _report(sheet: _Sheet, found: Detected | None, syntax: SyntaxName | None, name: str | None) -> DocumentReport:
    steps, findings = tuple(sheet.steps), tuple(sheet.findings)
    return DocumentReport(
        source=name,
        kind=found.kind if found else "unknown",
        syntax=syntax or "unknown",
        profile=found.profile if found else None,
        verdict=verdict_of(steps, findings),
        steps=steps,
        findings=findings,
    )


def _judge_root(sheet: _Sheet, found: Detected, root: Element, syntax: SyntaxName, chosen: Plan | None) -> None:
    plan = chosen or plan_for(syntax, root.tag, found.profile)
    invoice = read_detected(found) if found.syntax in ("ubl", "cii") else None
    if invoice is not None:
        sheet.invoice = invoice
        sheet.place = (ubl if found.syntax == "ubl" else cii).fields(root).at
        _notice_profile(sheet, found, plan)
    _schema_step(sheet, plan.xsd, root)
    subject = Subject(root)
    if plan.rules:
        _rules_step(sheet, "profile", plan.rules, subject)
    if chosen is None and invoice is not None and is_french(invoice, plan, sheet.policy):
        _rules_step(sheet, "french", french_rules(syntax), subject)
    _house_steps(sheet, subject)
    if invoice is not None:
        sheet.findings.extend(check_numbers(invoice, sheet.policy))
        sheet.findings.extend(unread_findings(invoice, sheet.policy, sheet.place))


def _notice_profile(sheet: _Sheet, found: Detected, plan: Plan) -> None:
    if plan.foreign:
        rule = "EI-PROFILE-02" if found.profile == "other" else "EI-PROFILE-01"
        shown = found.specification_identifier or "—"
        sheet.note(
            rule, "information", "profile", {"profile": shown if found.profile == "other" else found.profile or ""}
        )


def _schema_step(sheet: _Sheet, artefact_id: str | None, root: Element) -> None:
    artefact = find(artefact_id, on=sheet.policy.day) if artefact_id else None
    if artefact is None:
        sheet.steps.append(_missing(sheet, "xsd", artefact_id or "XSD"))
        return
    if artefact.altered:
        sheet.steps.append(_altered(sheet, "xsd", artefact))
        return
    done = Step(
        name="xsd",
        status="passed",
        ruleset=artefact.entry.id,
        version=artefact.version,
        sha256=artefact.sha256,
        engine="libxml2",
    )
    started = time.perf_counter()
    try:
        faults = schema_of(artefact).faults(root)
    except Unusable as error:
        reason = text(Sentence("EI-STEP-09", {"detail": str(error)}), sheet.policy.language)
        sheet.steps.append(done.model_copy(update={"status": "not_run", "reason": reason}))
        return
    sheet.findings.extend(_schema_finding(sheet, fault, artefact.entry.title) for fault in faults)
    facts = {"status": "failed" if faults else "passed", "ms": _since(started)}
    sheet.steps.append(done.model_copy(update=facts))


def _schema_finding(sheet: _Sheet, fault: Fault, schema: str) -> Finding:
    return own_finding(
        "XSD",
        "error",
        "xsd",
        sheet.policy,
        message=fault.message_fr if sheet.policy.language == "fr" else fault.message_en,
        message_en=fault.message_en,
        xpath=fault.xpath,
        line=fault.line,
        found=fault.found,
        expected=fault.expected,
        field=sheet.place(fault.xpath) if fault.xpath else None,
        hint=None,
        source=schema,
    )


def _rules_step(sheet: _Sheet, step: str, alternatives: tuple[str, ...], subject: Subject) -> None:
    """Run the best rule set that is installed."""
    artefact = _best_installed(sheet, step, alternatives)
    if artefact is None:
        sheet.steps.append(_missing(sheet, step, alternatives[0]))
        return
    if artefact.altered:
        sheet.steps.append(_altered(sheet, step, artefact))
        return
    ran = Ran(artefact.entry.id, artefact.version, step, alternatives[0])
    _run_step(sheet, artefact, ran, subject)


def _house_steps(sheet: _Sheet, subject: Subject) -> None:
    """Run the user's own rules."""
    for rules in sheet.policy.house_rules:
        _run_step(sheet, rules, Ran(rules.name, "", "house", rules.name), subject)


def _run_step(sheet: _Sheet, source: Source, ran: Ran, subject: Subject) -> None:
    done = Step(name=ran.step, status="passed", ruleset=ran.ruleset, version=ran.version or None, sha256=source.sha256)
    started = time.perf_counter()
    try:
        run = run_rules(source, subject, sheet.policy)
    except NotRun as error:
        sheet.steps.append(
            done.model_copy(update={"status": "not_run", "reason": text(error.sentence(), sheet.policy.language)})
        )
        return
    spoken = [finding_of(failure, ran, sheet.policy, sheet.place) for failure in run.outcome.failures]
    if sheet.invoice is not None:
        spoken = [aimed(finding, sheet.invoice) for finding in spoken]
    sheet.findings.extend(spoken)
    if spoken and is_lenient(ran.wanted, sheet.policy):
        row = policy_data()["leniency"][ran.wanted]
        facts_of_policy = {"ruleset": ran.wanted, "date": row[sheet.policy.direction].isoformat()}
        sheet.note("EI-POLICY", "information", ran.step, facts_of_policy)
    for disagreement in run.disagreements:
        sheet.note("EI-ENGINE", "warning", ran.step, {"reason": disagreement})
    facts: dict[str, object] = {
        "engine": run.engine,
        "rules": run.outcome.checks,
        "fired": run.outcome.fired,
        "ms": _since(started),
    }
    doubts = sum(is_doubtful(each, ran.ruleset, sheet.policy, wanted=ran.wanted) for each in run.outcome.failures)
    if any(finding.severity == "error" for finding in spoken):
        facts["status"] = "failed"
    elif doubts:
        told = {"ruleset": ran.ruleset, "wanted": ran.wanted, "count": str(doubts)}
        facts |= {"status": "not_run", "reason": words("EI-STEP-02", told, sheet.policy.language).message}
    sheet.steps.append(done.model_copy(update=facts))


def _best_installed(sheet: _Sheet, step: str, alternatives: tuple[str, ...]) -> Artefact | None:
    """The first rule set that is installed, with a notice of what is unusual about it."""
    day = sheet.policy.day
    artefact = next(filter(None, (find(name, on=day) for name in alternatives)), None)
    if artefact is None:
        return None
    used = artefact.entry.id
    if used != alternatives[0]:
        sheet.note("EI-RULES-01", "information", step, {"wanted": alternatives[0], "used": used})
    if not artefact.known:
        severity: Severity = "warning" if artefact.origin == "added" else "information"
        sheet.note("EI-RULES-02", severity, step, {"used": used, "version": artefact.version})
    if artefact.since is not None and artefact.since > day:
        facts = {"used": used, "version": artefact.version, "since": artefact.since.isoformat()}
        sheet.note("EI-RULES-03", "information", step, facts)
    return _twin(artefact, sheet.policy) or artefact


def _twin(artefact: Artefact, policy: Policy) -> Artefact | None:
    """The publisher's variant that only warns, where it is in force and installed in the same version."""
    if not is_lenient(artefact.entry.id, policy):
        return None
    twin = find(policy_data()["leniency"][artefact.entry.id]["twin"], on=policy.day)
    return twin if twin is not None and twin.version == artefact.version else None


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _missing(sheet: _Sheet, name: str, ruleset: str) -> Step:
    reason = words("EI-STEP-01", {"ruleset": ruleset}, sheet.policy.language).message
    return Step(name=name, status="not_run", ruleset=ruleset, reason=reason)


def _altered(sheet: _Sheet, name: str, artefact: Artefact) -> Step:
    """Rules that someone changed judge nothing."""
    facts = {"origin": artefact.origin, "file": artefact.main.name}
    reason = words("EI-STEP-07", facts, sheet.policy.language).message
    return Step(name=name, status="not_run", ruleset=artefact.entry.id, sha256=artefact.sha256, reason=reason)


def _in_model(finding: Finding, draft_field: Callable[[str], str], policy: Policy) -> Finding:
    place = draft_field(finding.field) if finding.field else None
    message = finding.message if policy.language == "fr" or finding.step != "write" else finding.message_en
    return finding.model_copy(update={"field": place, "xpath": None, "line": None, "message": message})
