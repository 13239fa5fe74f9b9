"""The public portal, played: it takes statuses, extracts, e-reports and directory lines, judges them and answers.

It judges by the library: statuses, e-reports and directory updates by their schemas and rules, flux 1 by the portal's
own where they are installed; where they are not, it takes the file and says that it could not judge. It refuses with
published reasons, and on demand: `POST /refusals {"kind": "status", "reason": "REJ_RG"}`.

Its words are French, as its findings are. Its answers are lifecycle messages, as the real portal's are (statuses 250 to
601), in JSON that says where they belong.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import Body, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, delete, select

import einvoice as ei
from einvoice.france import directory, directory_files, directory_update, lifecycle, validate_extract
from einvoice_server.clock import iso, legal
from einvoice_server.envelopes import Document, opened_envelope
from einvoice_server.errors import Refused
from einvoice_server.holdings import key_of, siren_of
from einvoice_server.platform import Platform
from einvoice_server.tables import counter, line, received, refusal, unit
from einvoice_server.turn import keep_line
from einvoice_server.tx import change, find, insert_once, new_id, next_of

__all__ = ["Refusal", "mount", "receive"]

Kind = Literal["status", "flux1", "report", "directory"]
_CODES: dict[str, tuple[str, str]] = {  # taken, refused
    "status": ("500", "601"),
    "flux1": ("250", "251"),
    "report": ("300", "301"),
    "directory": ("400", "401"),
}


_NOT_YOURS = "une plateforme n’écrit que ses propres lignes"


class Refusal(BaseModel):
    """What to refuse, next time: any document of a kind, for a published reason."""

    kind: Kind
    reason: str = Field(default="REJ_RG", description="one of the reason codes of the life cycle")
    times: int = Field(default=1, ge=1, le=10_000)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the portal says of one document."""

    reasons: tuple[str, ...] = ()  # codes; none: taken
    reason: str | None = None  # in words: why it is refused, or why it could not be judged
    about: str = ""
    update: directory_files.DirectoryUpdate | None = None
    key: str | None = field(default=None)
    seller: str | None = None  # the SIREN that an extract or a status is about


def mount(app: FastAPI, platform: Platform) -> None:
    """The portal's own addresses."""

    @app.get("/directory.xml", include_in_schema=False)
    def _directory(request: Request) -> Response:
        with platform.db.read() as tx:
            version = tx.execute(select(counter.c.value).where(counter.c.name == "directory")).scalar() or 0
            tag = f'"{version}"'
            if request.headers.get("If-None-Match") == tag:
                return Response(status_code=304, headers={"ETag": tag})
            data = directory_files.write_export(_export(platform, tx))
        return Response(data, media_type="application/xml", headers={"ETag": tag})

    @app.post("/refusals", status_code=201)
    def _refuse(asked: Annotated[Refusal, Body()]) -> dict[str, str]:
        if not platform.settings.sandbox:
            raise Refused(404, "only a sandbox refuses on demand")
        if asked.reason not in lifecycle.REASONS:
            raise Refused(422, f"{asked.reason} is no reason; known: {', '.join(lifecycle.REASONS)}")
        refusal_id = new_id("rf")
        with platform.db.write() as tx:
            insert_once(tx, refusal, id=refusal_id, kind=asked.kind, reason=asked.reason, times=asked.times)
        return {"id": refusal_id}

    @app.get("/received")
    def _received(kind: Kind | None = None, limit: int = 100) -> list[dict[str, Any]]:
        wanted = select(received).order_by(received.c.at.desc()).limit(min(max(limit, 1), 1000))
        with platform.db.read() as tx:
            rows = tx.execute(wanted.where(received.c.kind == kind) if kind else wanted).all()
        return [{**row._mapping, "at": iso(row.at)} for row in rows]  # noqa: SLF001 - public, whatever its name

    @app.exception_handler(Refused)
    async def _refused(_: Request, error: Refused) -> Response:
        return JSONResponse({"error": error.detail, "code": error.status_code}, error.status_code)


def _export(platform: Platform, tx: Connection) -> directory_files.DirectoryExport:
    """The whole directory (F14)."""
    units = tx.execute(select(unit).order_by(unit.c.siren)).all()
    rows = tx.execute(select(line.c.content).order_by(line.c.id)).all()
    lines = [directory.DirectoryLine.model_validate_json(row.content) for row in rows]
    return directory_files.DirectoryExport(
        produced_at=legal(platform.now),
        kind="C",
        legal_units=tuple(
            directory_files.LegalUnit(
                instance_id=str(number),
                presence="C",
                status="A",
                siren=row.siren,
                name=row.name,
                entity_type="P" if row.nature == "Public" else "A",
                diffusion="O",
            )
            for number, row in enumerate(units, 1)
        ),
        lines=tuple(
            each.model_copy(update={"instance_id": str(number), "presence": "C", "identifier": str(each.address)})
            for number, each in enumerate(directory.definitions(lines), 1)
        ),
    )


def receive(platform: Platform, headers: Any, body: bytes) -> dict[str, Any]:
    """Judge what a platform sent, and answer each document; one that came before is answered as before."""
    sender, documents = opened_envelope(platform, headers, body)
    judged = [(each, _judge(platform, sender, each)) for each in documents]
    with platform.db.write() as tx:
        return {"answers": [_answer(platform, tx, sender, each, verdict) for each, verdict in judged]}


def _judge(platform: Platform, sender: str, document: Document) -> Verdict:
    kind = document.about.get("kind")
    policy = ei.Policy(date=platform.today)
    asked = ei.Document(document.data)
    check = validate_extract if kind == "flux1" else ei.validate
    report = check(asked, policy=policy, name=document.name).documents[0]
    content = ei.parse(asked) if report.kind != "unknown" else None
    if kind == "flux1":
        key = key_of(content) if isinstance(content, ei.Invoice) else None
        seller = siren_of(content.seller) if isinstance(content, ei.Invoice) else None
        return _verdict(report, "REJ_RG", about=key or "", key=f"flux1/{key}", seller=seller)
    if kind == "status" and isinstance(content, lifecycle.LifecycleMessage) and content.subject:
        return _verdict(
            report,
            "REJ_RG",
            about=f"{content.subject.reference} {content.subject.status_code}",
            key=f"status/{content.identifier}",
            seller=_seller_of(content),
        )
    if kind == "directory" and isinstance(content, directory_files.DirectoryUpdate):
        strangers = [each for each in content.lines if each.platform != sender]
        if strangers:
            return Verdict(("REJ_HAB",), _NOT_YOURS, str(strangers[0].address))
        return _verdict(
            report, "REJ_VAL_INC", about=", ".join(str(each.address) for each in content.lines), update=content
        )
    if kind == "report" and report.kind == "ereport":
        return _verdict(report, "REJ_RG", about=getattr(content, "identifier", "") or "")
    return Verdict(("IRR_TYPE",), "ce n’est pas ce qui était annoncé")


def _verdict(report: ei.DocumentReport, code: str, **values: Any) -> Verdict:
    if report.verdict == "invalid":
        first = next(each for each in report.findings if each.severity == "error")
        return Verdict((code,), f"{first.rule}: {first.message}", **values)
    if report.verdict == "not_run":
        missing = next((each.ruleset or each.name for each in report.steps if each.status == "not_run"), "")
        return Verdict((), f"pris, mais non jugé : {missing} n’est pas installé", **values)
    return Verdict(**values)


def _answer(platform: Platform, tx: Connection, sender: str, document: Document, verdict: Verdict) -> dict[str, Any]:
    kind = str(document.about.get("kind"))
    stored = f"{sender}/{document.id}"
    before = find(tx, received, id=stored)
    if before is not None:
        answer: dict[str, Any] = json.loads(before.answer)
        return answer
    verdict = replace(_on_demand(tx, kind) or _unique(tx, verdict) or verdict, seller=verdict.seller)
    if verdict.update is not None and not verdict.reasons:
        verdict = _published(platform, tx, verdict, verdict.update, document.about.get("unit") or {})
    taken, refused = _CODES.get(kind, ("500", "501"))
    code = refused if verdict.reasons else taken
    answer = {
        "id": document.id,
        "code": code,
        "refused": bool(verdict.reasons),
        "reasons": verdict.reasons,
        "reason": verdict.reason,
        # of a status that it takes the portal says nothing
        "message": None if code == "500" else _message(platform, sender, document, code, verdict),
    }
    insert_once(
        tx,
        received,
        id=stored,
        sender=sender,
        kind=kind,
        name=document.name,
        about=verdict.key or verdict.about,
        sha=platform.files.put(tx, document.data),
        at=platform.now,
        answer=json.dumps(answer),
        code=code,
    )
    return answer


def _seller_of(message: lifecycle.LifecycleMessage) -> str | None:
    issuer = message.subject.issuer if message.subject else None
    return next((each.value for each in issuer.identifiers), None) if issuer else None


def _message(platform: Platform, sender: str, document: Document, code: str, verdict: Verdict) -> str | None:
    """The answer as the lifecycle message that it is; of what says nothing of its seller none can be made."""
    try:
        made = lifecycle.acknowledge(
            code,
            document.name,
            at=legal(platform.now),
            to=lifecycle.Platform(sender, sender, f"PA{sender}"),
            identifier=new_id("cdv"),
            reasons=verdict.reasons,
            comment=verdict.reason,
            seller=verdict.seller,
        )
    except ei.Unwritable:
        return None
    return lifecycle.write(made).decode()


def _on_demand(tx: Connection, kind: str) -> Verdict | None:
    """The refusal that somebody asked for, used once."""
    asked = tx.execute(select(refusal).where(refusal.c.kind == kind).limit(1)).one_or_none()
    if asked is None:
        return None
    if asked.times > 1:
        change(tx, refusal, asked.id, times=asked.times - 1)
    else:
        tx.execute(delete(refusal).where(refusal.c.id == asked.id))
    return Verdict((asked.reason,), f"refusé à la demande : {lifecycle.REASONS[asked.reason].name_fr}")


def _unique(tx: Connection, verdict: Verdict) -> Verdict | None:
    """An extract or a status that the portal has already, under another id."""
    if verdict.reasons or verdict.key is None:
        return None
    taken = select(received.c.id).where(received.c.about == verdict.key, received.c.code.not_in(("251", "601")))
    if tx.execute(taken.limit(1)).first() is None:
        return None
    return Verdict(("REJ_UNI",), f"déjà reçu : {verdict.key}", verdict.about)


def _published(
    platform: Platform, tx: Connection, verdict: Verdict, update: directory_files.DirectoryUpdate, about: dict[str, str]
) -> Verdict:
    """Lines among those that are there: from the next export on, or refused, as where another platform serves."""
    company = line.c.siren.in_([each.siren for each in update.lines])
    rows = tx.execute(select(line.c.content).where(company)).scalars()
    before = [directory.DirectoryLine.model_validate_json(content) for content in rows]
    if any(each.platform != new.platform for new in update.lines for each in _meant(new, before)):
        return replace(verdict, reasons=("REJ_HAB",), reason=_NOT_YOURS)
    asked = update.model_copy(update={"lines": tuple(_anew(each, before) for each in update.lines)})
    # A line begins tomorrow at the earliest; here it may begin at any time, for nobody waits a day for a test.
    eve = min(each.start_date or platform.today for each in asked.lines) - timedelta(days=1)
    lines, findings = directory_update.apply_update(asked, before, today=eve)
    for wrong in (each for each in findings if each.severity == "error"):
        return replace(verdict, reasons=("REJ_COH",), reason=f"{wrong.rule}: {wrong.message}")
    if about.get("siren"):
        insert_once(tx, unit, siren=about["siren"], name=about.get("name"), nature=about.get("nature"))
    tx.execute(delete(line).where(company))
    for each in lines:
        keep_line(tx, each)
    next_of(tx, "directory")
    return verdict


def _meant(new: directory.DirectoryLine, before: Sequence[directory.DirectoryLine]) -> list[directory.DirectoryLine]:
    """The line that a new one would replace: of the same address and start, and not over yet."""
    return [each for each in _beside(new, before) if each.start_date == new.start_date]


def _anew(new: directory.DirectoryLine, before: Sequence[directory.DirectoryLine]) -> directory.DirectoryLine:
    """A platform's own line gets another end, whenever it is said to begin."""
    own = next((each.start_date for each in _beside(new, before) if each.platform == new.platform), new.start_date)
    return new.model_copy(update={"start_date": own})


def _beside(new: directory.DirectoryLine, before: Sequence[directory.DirectoryLine]) -> list[directory.DirectoryLine]:
    """Lines of the same address that hold when the new one would."""
    same = (each for each in before if each.address == new.address)
    return [each for each in same if each.period and new.period and each.period.overlap(new.period)]
