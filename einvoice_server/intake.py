"""What clients hand in: stored first and answered, judged by the library afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

import einvoice as ei
from einvoice.france import ereporting, lifecycle, treatment
from einvoice_server import jobs
from einvoice_server.duties import owe
from einvoice_server.errors import Refused
from einvoice_server.files import sha256
from einvoice_server.happenings import acknowledged, announce, happened, new_flow
from einvoice_server.holdings import holds, issuer_of, key_of, route, siren_of
from einvoice_server.lives import flow_kind, life_of, pass_on, remember, set_status, tell
from einvoice_server.platform import Platform
from einvoice_server.reasons import Reason, no_mandate, of_findings, of_report, refusal
from einvoice_server.reports import unreportable
from einvoice_server.tables import client, flow, invoice, record
from einvoice_server.tx import change, find, insert_once, inserted, made_id, new_id, one, tick

__all__ = [
    "Judged",
    "Submitted",
    "apply",
    "find_invoice",
    "judge",
    "may_send",
    "sent_before",
    "set_by_client",
    "store",
]

_TREATMENTS = {
    "B2B": "B2B",
    "B2BINT": "B2BInt",
    "B2C": "B2C",
    "B2CINT": "B2C",
    "OUTOFSCOPE": "OutOfScope",
    "ARCHIVEONLY": "ArchiveOnly",
}
_PROFILES = {"extended-ctc-fr": "Extended-CTC-FR", "extended": "Extended-CTC-FR", "en16931": "CIUS", "basic": "Basic"}
_SYNTAXES = {"ubl": "UBL", "cii": "CII", "facturx": "Factur-X", "cdar": "CDAR", "flux10": "FRR"}
_REPORTED = ("B2BINT", "B2C", "B2CINT")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A file as a client hands it in."""

    name: str
    data: bytes
    syntax: str | None = None  # of XP Z12-013; None: what it is
    rule: str | None = None
    tracking_id: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A file, the library's verdict on it, and what it says."""

    data: bytes
    report: ei.DocumentReport
    content: Any  # Invoice, LifecycleMessage, EReport, or None where it cannot be read

    @property
    def syntax(self) -> str:
        """The syntax, in the words of XP Z12-013."""
        return _SYNTAXES.get(self.report.syntax, "UBL")


def judge(platform: Platform, data: bytes, name: str, direction: Any = "sending", *, language: Any = None) -> Judged:
    """Ask the library. The day is the platform's, not the machine's."""
    policy = ei.Policy(date=platform.today, direction=direction)
    document = ei.Document(data)  # read once, for the verdict and for what it says
    report = ei.validate(document, policy=policy, name=name, language=language).documents[0]
    try:
        content: Any = ei.parse(document)
    except ei.EInvoiceError:
        content = None
    if content is not None:
        remember(sha256(data), content, data)
    return Judged(data, report, content)


def sent_before(tx: Connection, client_id: str, sha: str) -> Row[Any] | None:
    """The flow by which a client handed in this very file, unless it was refused."""
    return tx.execute(_SAME, {"client": client_id, "sha": sha}).one_or_none()


_SAME = (
    select(flow)
    .where(flow.c.client_id == bindparam("client"), flow.c.sha == bindparam("sha"))
    .where(flow.c.direction == "Out", flow.c.ack != "Error")
    .limit(1)
)


def may_send(tx: Connection, client_id: str) -> None:
    """Raises 403 for a client that is suspended."""
    if one(tx, client, id=client_id).status == "suspended":
        raise Refused(403, "this client is suspended")


def store(platform: Platform, tx: Connection, client_id: str, it: Submitted, judged: Judged | None = None) -> Row[Any]:
    """Store a file as a flow that waits for its verdict, and promise it; one that is judged waits for nothing.

    A file that the client sent before becomes a flow that says so: its client may never have had our first answer.
    Raises 403 for a client that is suspended.
    """
    may_send(tx, client_id)
    sha = platform.files.put(tx, it.data)
    before = sent_before(tx, client_id, sha)
    flow_id = new_id("fl")
    new_flow(
        platform,
        tx,
        client_id,
        flow_id=flow_id,
        name=it.name,
        syntax=it.syntax or "UBL",
        kind={"CDAR": "SupplierInvoiceLC", "FRR": "MultiFlowReport"}.get(it.syntax or "", "CustomerInvoice"),
        direction="Out",
        sha=sha,
        rule=it.rule or "Undefined",
        rule_given=it.rule is not None,
        ack="Error" if before else "Pending",
        details=[refusal("AlreadyExistingFlow", "sent_before", before.id, flow=before.id)] if before else [],
        tracking_id=it.tracking_id,
    )
    if judged and not before:
        apply(platform, tx, one(tx, flow, id=flow_id), judged)
    elif not before:
        jobs.add(tx, platform.now, "judge", flow_id, flow=flow_id, sha=sha, name=it.name)
    return one(tx, flow, id=flow_id)


def apply(platform: Platform, tx: Connection, row: Row[Any], it: Judged) -> None:
    """What follows from the verdict on a flow: it is acknowledged, and its content starts or continues a life."""
    if row.ack != "Pending":
        return
    if row.syntax != it.syntax and it.report.kind != "unknown":
        wrong = refusal("FlowTypeError", "other_syntax", said=row.syntax, found=it.syntax)
        acknowledged(platform, tx, row, "Error", [wrong])
    elif isinstance(it.content, ei.Invoice):
        _invoice(platform, tx, row, it, it.content)
    elif it.report.verdict != "valid":
        acknowledged(platform, tx, row, "Error", of_report(it.report))
    elif isinstance(it.content, lifecycle.LifecycleMessage):
        _status(platform, tx, row, it, it.content)
    elif isinstance(it.content, ereporting.EReport):
        _report(platform, tx, row, it, it.content)
    else:
        acknowledged(platform, tx, row, "Error", [refusal("FlowTypeError", "not_sent")])


def _invoice(platform: Platform, tx: Connection, row: Row[Any], it: Judged, found: ei.Invoice) -> None:
    about = treatment.treatment(found)
    profile = _PROFILES.get(it.report.profile or "", "Undefined")
    rule = row.rule if row.rule_given else _TREATMENTS[about]
    changes = {"profile": profile, "rule": rule, "type": flow_kind(found, "out")}
    seen = of_report(it.report)
    if not holds(tx, row.client_id, issuer_of(found)):
        acknowledged(platform, tx, row, "Error", [*seen, no_mandate(issuer_of(found))], **changes)
        return
    if it.report.verdict != "valid":
        acknowledged(platform, tx, row, "Error", seen, **changes)
        _rejected(platform, tx, row, it, found, about)
        return
    peer = route(tx, found, platform.today) if about == "B2B" else None
    told = about in _REPORTED and find(tx, record, id=_record_id(row.client_id, found)) is not None
    made = None if told else _new_invoice(platform, tx, row, it, found, direction="out", treatment=about, peer=peer)
    if made is None:
        wrong = refusal("AlreadyExistingFlow", "number_taken", "BT-1", number=found.number)
        acknowledged(platform, tx, row, "Error", [*seen, wrong], **changes)
        return
    if about in _REPORTED:
        record_invoice(platform, tx, row.client_id, row.id, found)
        for refused in unreportable(tx, row.client_id, ereporting.Books(invoices=(found,)), platform.today):
            seen += of_findings(refused.findings())  # it stands in no report: that is said with its acknowledgement
    acknowledged(platform, tx, row, "Ok", seen, **changes)
    announce(platform, tx, row.client_id, "invoice.created", row.id, invoice_json(made))
    if about == "B2B":
        reasons = {} if peer else {"reasons": ("NON_TRANSMISE",)}
        set_status(platform, tx, made, lifecycle.Lifecycle(found), "200", at=row.submitted, what=reasons)
        if peer:
            jobs.add(tx, platform.now, "send", row.id, invoice=row.id)
        return
    happened(platform, tx, row.client_id, "invoice", row.id, "200", key=row.id, emitter="PDPE", at=row.submitted)


def record_invoice(platform: Platform, tx: Connection, client_id: str, invoice_id: str, found: ei.Invoice) -> bool:
    """Keep an invoice for the e-report of its period. Whether it was not told before: it is reported once."""
    return insert_once(
        tx,
        record,
        id=_record_id(client_id, found),
        client_id=client_id,
        kind="invoice",
        day=str(found.issue_date),
        content=found.model_dump_json(exclude_none=True),
        invoice_id=invoice_id,
        created=platform.now,
    )


def _record_id(client_id: str, found: ei.Invoice) -> str:
    return made_id("re", client_id, key_of(found))


def _new_invoice(
    platform: Platform, tx: Connection, row: Any, it: Judged, found: ei.Invoice, **more: Any
) -> Row[Any] | None:
    """Keep an invoice, with what is searched of it, unless there is one of the same key."""
    values = {
        "id": row.id,
        "client_id": row.client_id,
        "status": "validated",
        "seq": tick(tx, row.client_id, platform.now),
        "key": key_of(found),
        "number": found.number,
        "seller": siren_of(found.seller),
        "buyer": siren_of(found.buyer),
        "sha": row.sha,
        "name": row.name,
        "size": len(it.data),
        "syntax": it.syntax,
        "at": row.submitted,
    }
    return inserted(tx, invoice, **{**values, **more})


def _rejected(platform: Platform, tx: Connection, row: Row[Any], it: Judged, found: ei.Invoice, about: str) -> None:
    """An invoice that is not valid has no life, but a status where it says enough for one. Its number stays free."""
    how = {"direction": "out", "status": "rejected", "treatment": about, "key": f"{key_of(found)}/{row.id}"}
    made = _new_invoice(platform, tx, row, it, found, **how)
    if made is None:
        return
    first = next((each for each in it.report.findings if each.severity == "error"), None)
    comment = first.message if first else None
    what = {"by": "issuing_platform", "reasons": ("REJ_SEMAN",), "comment": comment}
    try:
        set_status(platform, tx, made, lifecycle.Lifecycle(found), "213", at=row.submitted, what=what)
    except ei.Unwritable:
        happened(platform, tx, row.client_id, "invoice", row.id, "213", key=row.id, emitter="PDPE", reason=comment)


def receive_invoice(
    platform: Platform, tx: Connection, row: Any, it: Judged, found: ei.Invoice, peer: str
) -> Row[Any] | None:
    """An invoice that arrived for one of our clients; `None` for one that it has already."""
    how = {"direction": "in", "treatment": treatment.treatment(found), "peer": peer}
    made = _new_invoice(platform, tx, row, it, found, **how)
    if made is not None:
        announce(platform, tx, row.client_id, "invoice.received", row.id, invoice_json(made))
    return made


def invoice_json(row: Row[Any]) -> dict[str, Any]:
    """What lists and webhooks say of an invoice."""
    return {
        "invoice_id": row.id,
        "status": row.status,
        "direction": "incoming" if row.direction == "in" else "outgoing",
        "number": row.number,
        "seller_siren": row.seller,
        "buyer_siren": row.buyer,
        "treatment": row.treatment,
        "file_name": row.name,
        "file_size": row.size,
        "syntax": row.syntax,
        "cursor": row.seq,
    }


def find_invoice(tx: Connection, told: lifecycle.LifecycleMessage, *filters: Any) -> Row[Any] | None:
    """The invoice that a message is about."""
    subject = told.subject
    if subject is None or subject.issuer is None:
        return None
    sellers = [each.value for each in subject.issuer.identifiers if each.scheme_id == "0002"]
    day = subject.issue_date or subject.issue_time
    key = f"{next(iter(sellers), '')}/{subject.reference}/{day.year if day else ''}"
    return tx.execute(select(invoice).where(invoice.c.key == key, *filters).limit(1)).one_or_none()


def _status(platform: Platform, tx: Connection, row: Row[Any], it: Judged, told: lifecycle.LifecycleMessage) -> None:
    """A status that a client tells of one of its invoices."""
    about = find_invoice(tx, told, invoice.c.client_id == row.client_id)
    life = life_of(platform, tx, about) if about is not None else None
    wrong = _unfit(tx, row.client_id, life, told)
    if about is None or life is None or wrong:
        acknowledged(platform, tx, row, "Error", [*of_report(it.report), *wrong])
        return
    kind = f"{flow_kind(life.invoice, about.direction)}LC"
    acknowledged(platform, tx, row, "Ok", of_report(it.report), type=kind)
    set_by_client(platform, tx, about, life, told, it.data)


def _unfit(
    tx: Connection, client_id: str, life: lifecycle.Lifecycle | None, told: lifecycle.LifecycleMessage
) -> list[Reason]:
    """Why a client may not tell a status of an invoice now; nothing where it may."""
    if life is None:
        return [refusal("InvoiceLCRuleError", "no_invoice")]
    setters = [each.value for each in told.issuer.identifiers] if told.issuer else []
    if not any(holds(tx, client_id, each) for each in setters):
        return [no_mandate(next(iter(setters), None))]
    if told.identifier in {each.identifier for each in life.messages}:
        return [refusal("AlreadyExistingFlow", "status_known", identifier=told.identifier)]
    before = set(life.findings)
    new = [each for each in life.with_message(told).findings if each not in before and each.severity == "error"]
    return of_findings(new, "InvoiceLCInvalidStatus")


def set_by_client(
    platform: Platform,
    tx: Connection,
    row: Row[Any],
    life: lifecycle.Lifecycle,
    told: lifecycle.LifecycleMessage,
    data: bytes,
) -> None:
    """A status set by our client: an event, a duty where it is one, and on its way to the other side."""
    tell(platform, tx, row, life, told, data, ours=True, show=False)
    if row.peer:
        sha = platform.files.put(tx, data)
        pass_on(platform, tx, row, [sha], "issuer" if row.direction == "in" else "receiver")


def _report(platform: Platform, tx: Connection, row: Row[Any], it: Judged, found: ereporting.EReport) -> None:
    """An e-report that a client made itself: on to the portal."""
    declarant = found.declarant.identifier.value if found.declarant and found.declarant.identifier else None
    if not holds(tx, row.client_id, declarant):
        acknowledged(platform, tx, row, "Error", [no_mandate(declarant)])
        return
    acknowledged(platform, tx, row, "Ok", of_report(it.report))
    owe(platform, tx, row.client_id, row.id, "report", name=row.name, data=it.data, deadline=platform.now)


def transmit_waiting(platform: Platform, tx: Connection) -> None:
    """Invoices that nobody could receive when they came are sent once the directory knows where."""
    wanted = (
        invoice.c.direction == "out",
        invoice.c.peer.is_(None),
        invoice.c.treatment == "B2B",
        invoice.c.status == "validated",
    )
    for row in tx.execute(select(invoice).where(*wanted)).all():
        found = ei.parse(platform.files.get(tx, row.sha))
        peer = route(tx, found, platform.today) if isinstance(found, ei.Invoice) else None
        if peer is not None:
            change(tx, invoice, row.id, peer=peer)
            jobs.add(tx, platform.now, "send", row.id, invoice=row.id)
