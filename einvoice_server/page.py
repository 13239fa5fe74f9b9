"""The page for people: what a file is worth, what happened to an invoice, who owes what until when.

Rendered here, without any script. It says nothing to who has no session, except for files that are only checked: these
are kept in memory, a hundred and 200 MB at most, and nowhere else.
"""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection, Row, delete, func, select
from sqlalchemy.exc import DataError
from starlette.requests import ClientDisconnect

import einvoice as ei
from einvoice.france import lifecycle
from einvoice_server import jobs
from einvoice_server.api.clients import link_of, play_step
from einvoice_server.auth import Holder, holder, mint
from einvoice_server.errors import Refused, where_it_broke
from einvoice_server.holdings import as_mandate, designated
from einvoice_server.intake import Judged, judge
from einvoice_server.lives import life_of
from einvoice_server.platform import Platform
from einvoice_server.reasons import of_flow
from einvoice_server.shown import HEADERS, Shown, language_of, status_name
from einvoice_server.tables import client, duty, flow, invoice, job, mandate, message, received, sponsor, token, unit
from einvoice_server.tx import find, one
from einvoice_server.words import TEXTS

__all__ = ["mount"]

_log = logging.getLogger("einvoice_server")
# The readable view brings its own styles and must do nothing else.
_VIEW_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
_COOKIE, _HOUR = "session", 3600 * 1_000_000
_KEPT, _KEPT_BYTES = 100, 200 * 2**20
_LARGEST = 20 * 2**20


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was only checked, and what was said of it, by language."""

    name: str
    data: bytes
    verdicts: dict[str, Judged] = field(default_factory=dict)


def mount(app: FastAPI, platform: Platform) -> None:
    """The pages of a platform, or of the portal."""
    shown = Shown(platform)
    style = (files("einvoice_server") / "templates" / "style.css").read_text(encoding="utf-8")

    @app.get("/style.css", include_in_schema=False)
    def _style() -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    if platform.settings.is_portal:
        _portal(app, shown)
        return
    _checks(app, shown)
    _sessions(app, shown)
    _lives(app, shown)
    _onboarding(app, shown)

    @app.exception_handler(Refused)
    async def _refused(request: Request, error: Refused) -> Response:
        said = TEXTS[language_of(request)].get(f"refused_{error.status_code}", str(error.detail))
        return shown.page(request, "refused.html", error.status_code, said=said)

    @app.exception_handler(DataError)
    async def _unkept(request: Request, _error: DataError) -> Response:
        return shown.page(request, "refused.html", 404, said=TEXTS[language_of(request)]["refused_404"])

    @app.exception_handler(Exception)
    async def _broken(request: Request, error: Exception) -> Response:
        # What the APIs below failed by, they have told.
        if not isinstance(error, ClientDisconnect) and not request.url.path.startswith(("/api/", "/afnor-")):
            _log.error("page: %s", where_it_broke(error))
        return shown.page(request, "refused.html", 500, said=type(error).__name__)


def _portal(app: FastAPI, shown: Shown) -> None:
    @app.get("/", include_in_schema=False)
    def _home(request: Request) -> Response:
        with shown.platform.db.read() as tx:
            rows = tx.execute(select(received).order_by(received.c.at.desc()).limit(100)).all()
            by_kind = select(received.c.kind, func.count().label("seen")).group_by(received.c.kind)
            counts: dict[str, int] = {row.kind: row.seen for row in tx.execute(by_kind)}
            units = tx.execute(select(func.count()).select_from(unit)).scalar_one()
        return shown.page(request, "portal.html", rows=rows, counts=counts, units=units)


def _checks(app: FastAPI, shown: Shown) -> None:
    checked: OrderedDict[str, Checked] = OrderedDict()

    def judged(request: Request, kept: Checked) -> Judged:
        """The verdict in the language of the page: asked for once in each."""
        language = language_of(request)
        if language not in kept.verdicts:
            kept.verdicts[language] = judge(shown.platform, kept.data, kept.name, language=language)
        return kept.verdicts[language]

    @app.post("/check", include_in_schema=False)
    def _check(request: Request, file: Annotated[UploadFile, File()]) -> Response:
        _from_here(request)
        data = file.file.read(_LARGEST + 1)
        if not data or len(data) > _LARGEST:
            raise Refused(413, TEXTS[language_of(request)]["empty_or_large"])
        check_id = secrets.token_urlsafe(16)
        checked[check_id] = Checked((file.filename or "")[:200], data)
        judged(request, checked[check_id])
        while len(checked) > _KEPT or sum(len(each.data) for each in checked.values()) > _KEPT_BYTES:
            checked.popitem(last=False)
        return RedirectResponse(f"/check/{check_id}", 303)

    def known(check_id: str) -> Checked:
        if check_id not in checked:
            raise Refused(404, "this check is no longer kept")
        return checked[check_id]

    @app.get("/check/{check_id}", include_in_schema=False)
    def _checked(request: Request, check_id: str) -> Response:
        kept = known(check_id)
        found = judged(request, kept)
        view = f"/check/{check_id}/view" if isinstance(found.content, ei.Invoice) else None
        return shown.page(request, "check.html", title=kept.name, report=found.report, view=view)

    @app.get("/check/{check_id}/view", include_in_schema=False)
    def _view(request: Request, check_id: str) -> Response:
        kept = known(check_id)
        return _readable(kept.data, language_of(request), judged(request, kept).report)


def _readable(data: bytes, language: Any, report: ei.DocumentReport | None = None) -> Response:
    findings, verdict = (report.findings, report.verdict) if report else ((), None)
    page = ei.render(data, language=language, findings=findings, verdict=verdict)
    return HTMLResponse(page, headers={**HEADERS, "Content-Security-Policy": _VIEW_CSP})


def _sessions(app: FastAPI, shown: Shown) -> None:
    platform = shown.platform

    @app.get("/", include_in_schema=False)
    def _home(request: Request) -> Response:
        with platform.db.read() as tx:
            who = _session(platform, tx, request)
            if who is None:
                return shown.page(request, "home.html", who=None, wrong=request.query_params.get("wrong"))
            return shown.page(request, "home.html", **_overview(platform, tx, who, request))

    @app.post("/login", include_in_schema=False)
    def _login(request: Request, key: Annotated[str, Form(max_length=200)] = "") -> Response:
        _from_here(request)
        parts = key.strip().split("_", 2)
        with platform.db.write() as tx:
            found = holder(tx, "sponsor", parts[1], parts[2], platform.now) if len(parts) == 3 else None
            if found is None and not key and platform.settings.sandbox:
                first = tx.execute(select(sponsor.c.id).order_by(sponsor.c.id).limit(1)).scalar()
                found = Holder("", first, None) if first else None
            if found is None:
                return RedirectResponse("/?wrong=1", 303)
            made = mint(tx, "session", found.sponsor_id, expires=platform.now + 12 * _HOUR)
        answer = RedirectResponse("/", 303)
        secure = urlsplit(platform.settings.url).scheme == "https"
        answer.set_cookie(_COOKIE, ".".join(made), httponly=True, samesite="strict", secure=secure, max_age=12 * 3600)
        return answer

    @app.post("/logout", include_in_schema=False)
    def _logout(request: Request) -> Response:
        _from_here(request)
        token_id = request.cookies.get(_COOKIE, "").partition(".")[0]
        with platform.db.write() as tx:
            tx.execute(delete(token).where(token.c.id == token_id, token.c.kind == "session"))
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(_COOKIE)
        return answer

    @app.post("/jobs/{job_id:path}/resume", include_in_schema=False)
    def _resume(request: Request, job_id: str) -> Response:
        _from_here(request)
        with platform.db.write() as tx:
            _known(platform, tx, request)
            jobs.resume(tx, platform.now, job_id)
        platform.wake.set()
        return RedirectResponse("/#jobs", 303)


def _overview(platform: Platform, tx: Connection, who: Holder, request: Request) -> dict[str, Any]:
    """All that a sponsor sees first: its clients, and of one of them invoices, flows, and what is owed."""
    clients = tx.execute(select(client).where(client.c.sponsor_id == who.sponsor_id).order_by(client.c.created)).all()
    wanted = request.query_params.get("client")
    chosen = next((each for each in clients if each.id == wanted), clients[0] if clients else None)
    chosen_id = chosen.id if chosen else ""
    newest = select(invoice).where(invoice.c.client_id == chosen_id).order_by(invoice.c.seq.desc()).limit(50)
    refused = select(flow).where(flow.c.client_id == chosen_id, flow.c.ack == "Error").order_by(flow.c.updated.desc())
    owed = select(duty).where(duty.c.client_id == chosen_id, duty.c.done.is_(None)).order_by(duty.c.deadline).limit(20)
    sandbox = platform.settings.sandbox
    parked = tx.execute(select(job).where(job.c.parked.is_(True)).limit(20)).all() if sandbox else []
    invoices = tx.execute(newest).all()
    told = select(message.c.object_id, message.c.code).where(message.c.object_type == "invoice").order_by(message.c.seq)
    events = tx.execute(told.where(message.c.object_id.in_([row.id for row in invoices])))
    mandates = tx.execute(select(mandate).where(mandate.c.client_id == chosen_id).order_by(mandate.c.created)).all()
    return {
        "who": one(tx, sponsor, id=who.sponsor_id),
        "wrong": None,
        "clients": clients,
        "chosen": chosen,
        "invoices": invoices,
        "states": {row.object_id: row.code for row in events},
        "refused": [(row, of_flow(row)) for row in tx.execute(refused.limit(20))],
        "owed": tx.execute(owed).all(),
        "mandates": [(row, str(as_mandate(row).scope)) for row in mandates],
        "names": {row.siren: row.name for row in tx.execute(select(unit))},
        "parked": parked,
    }


def _lives(app: FastAPI, shown: Shown) -> None:
    platform = shown.platform

    def own(tx: Connection, request: Request, invoice_id: str) -> Row[Any]:
        who = _known(platform, tx, request)
        wanted = select(invoice).join(client, client.c.id == invoice.c.client_id)
        row = tx.execute(wanted.where(invoice.c.id == invoice_id, client.c.sponsor_id == who.sponsor_id)).one_or_none()
        if row is None:
            raise Refused(404, "no such invoice")
        return row

    @app.get("/invoices/{invoice_id}", include_in_schema=False)
    def _life(request: Request, invoice_id: str) -> Response:
        with platform.db.read() as tx:
            row = own(tx, request, invoice_id)
            life = life_of(platform, tx, row)
            events = tx.execute(select(message).where(message.c.object_id == row.id).order_by(message.c.seq)).all()
            owed = tx.execute(select(duty).where(duty.c.object_id == row.id).order_by(duty.c.deadline)).all()
            judged = find(tx, flow, id=row.id)
        return shown.page(
            request,
            "invoice.html",
            row=row,
            life=life,
            found=life.invoice,
            events=events,
            owed=owed,
            reasons=of_flow(judged) if judged is not None else [],
            names=lifecycle.REASONS,
            next=_next(life, language_of(request)),
        )

    @app.get("/invoices/{invoice_id}/view", include_in_schema=False)
    def _view(request: Request, invoice_id: str) -> Response:
        with platform.db.read() as tx:
            data = platform.files.get(tx, own(tx, request, invoice_id).sha)
        return _readable(data, language_of(request))


def _next(life: lifecycle.Lifecycle, language: str) -> list[tuple[str, list[str]]]:
    """What may come, by who may set it."""
    found: dict[str, list[str]] = {}
    for each in life.next:
        for role in each.set_by:
            found.setdefault(role, []).append(status_name(each.code, "invoice", language))
    return [(TEXTS[language].get(f"role_{role}", role), names) for role, names in found.items()]


def _onboarding(app: FastAPI, shown: Shown) -> None:
    platform = shown.platform

    @app.get("/onboarding/{link_id}/{secret}", include_in_schema=False)
    def _link(request: Request, link_id: str, secret: str) -> Response:
        with platform.db.read() as tx:
            row = link_of(platform, tx, link_id, secret)
            who = one(tx, client, id=row.client_id)
            label = one(tx, sponsor, id=who.sponsor_id)
            brand = designated(platform, tx, who.id)
        base = f"/onboarding/{link_id}/{secret}"
        return shown.page(request, "onboarding.html", row=row, who=who, sponsor=label, brand=brand, base=base)

    @app.post("/onboarding/{link_id}/{secret}/{step}", include_in_schema=False)
    def _step(request: Request, link_id: str, secret: str, step: str) -> Response:
        _from_here(request)
        if not platform.settings.sandbox:
            raise Refused(501, "KYC and signature are played in a sandbox only")
        with platform.db.write() as tx:
            play_step(platform, tx, link_of(platform, tx, link_id, secret), step)
        platform.wake.set()
        return RedirectResponse(f"/onboarding/{link_id}/{secret}", 303)


def _from_here(request: Request) -> None:
    """A form is sent from our own pages only."""
    origin = request.headers.get("origin", "")
    if urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused(403, "this form was not sent from this page")


def _session(platform: Platform, tx: Connection, request: Request) -> Holder | None:
    token_id, _, secret = request.cookies.get(_COOKIE, "").partition(".")
    return holder(tx, "session", token_id, secret, platform.now) if secret else None


def _known(platform: Platform, tx: Connection, request: Request) -> Holder:
    who = _session(platform, tx, request)
    if who is None:
        raise Refused(401, "sign in first")
    return who
