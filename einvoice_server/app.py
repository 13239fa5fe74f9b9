"""The web application of one platform, or of the portal: everything under one address."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from einvoice_server import arrivals, envelopes, page, portal
from einvoice_server.afnor_directory import directory_service
from einvoice_server.afnor_flow import flow_service
from einvoice_server.api import clients, drafts, invoicing, lifecycle, mandates, reporting, usage, webhooks
from einvoice_server.auth import access_token
from einvoice_server.errors import Refused, afnor_errors, afnor_said, seed_errors, seed_said
from einvoice_server.meter import Meter, Metered
from einvoice_server.platform import Platform

__all__ = ["application", "seed_api"]

_GROUPS = (
    clients.clients,
    mandates.mandates_group,
    mandates.directory_group,
    drafts.drafts,
    invoicing.invoicing,
    reporting.reporting,
    reporting.settings_group,
    lifecycle.lifecycle_group,
    usage.usage_group,
    webhooks.webhooks_group,
)
_DESCRIPTION = """The API of a platform, as its public documentation has it. What that leaves open is chosen here, and
marked `x-origin: ours`. Amounts may be given as text ("12.50") or as numbers, which keep all their digits."""


def application(platform: Platform) -> FastAPI:
    """The application."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.platform = platform
    _nowhere(app)
    if platform.settings.hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(platform.settings.hosts))
    _between_platforms(app, platform)
    page.mount(app, platform)
    if platform.settings.is_portal:
        portal.mount(app, platform)
        return app
    meter = Meter(platform)
    app.state.meter = meter
    _oauth(app, platform)
    for prefix, made in (
        ("/api", seed_api()),
        ("/afnor-flow", _afnor(flow_service)),
        ("/afnor-directory", _afnor(directory_service)),
    ):
        made.state.platform, made.state.meter = platform, meter
        counted: ASGIApp = Metered(made, meter, platform.settings.limits.body)
        app.mount(prefix, counted)
    return app


def _nowhere(app: FastAPI) -> None:
    """An address that no part has, such as one with a line break: told in the form of the API below its prefix."""

    @app.exception_handler(404)
    async def _unknown(request: Request, error: Exception) -> Response:
        if isinstance(error, Refused):  # a page, or the portal, knows the address and not what it names
            refused: Any = app.exception_handlers[Refused]
            answer: Response = await refused(request, error)
            return answer
        return (afnor_said if request.url.path.startswith("/afnor-") else seed_said)(404, "Not Found")


def seed_api() -> FastAPI:
    """The seed's API alone; its OpenAPI is at `/api/openapi.json`."""
    app = FastAPI(
        title="einvoice platform sandbox",
        version="1.0.0",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": "/api"}],
        root_path_in_servers=False,
        separate_input_output_schemas=False,  # generators of clients stumble over Draft-Input and Draft-Output
    )
    for group in _GROUPS:
        app.include_router(group)
    seed_errors(app)
    return app


def _afnor(service: Any) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(service)
    afnor_errors(app)
    return app


def _oauth(app: FastAPI, platform: Platform) -> None:
    @app.post("/oauth2/token", include_in_schema=False)
    async def _token(request: Request) -> Response:
        try:
            form = {name: str(value) for name, value in (await request.form(max_fields=10)).items()}
            made = await run_in_threadpool(access_token, platform, form, request.headers.get("authorization", ""))
        except Refused as error:
            return JSONResponse({"error": error.detail}, error.status_code, headers={"Cache-Control": "no-store"})
        except (HTTPException, DataError):  # no form, or texts that no client has
            return JSONResponse({"error": "invalid_request"}, 400, headers={"Cache-Control": "no-store"})
        return JSONResponse(made, headers={"Cache-Control": "no-store"})


def _between_platforms(app: FastAPI, platform: Platform) -> None:
    @app.post("/peer", include_in_schema=False)
    async def _peer(request: Request) -> Response:
        body = await request.body()
        try:
            answer = await run_in_threadpool(_received, platform, request.headers, body)
        except Refused as error:
            return JSONResponse({"error": error.detail}, error.status_code)
        return JSONResponse(answer)


def _received(platform: Platform, headers: Any, body: bytes) -> dict[str, Any]:
    """What another platform sent is kept; the portal answers at once."""
    if platform.settings.is_portal:
        return portal.receive(platform, headers, body)
    sender, documents = envelopes.opened_envelope(platform, headers, body)
    with platform.db.write() as tx:
        arrivals.accept(platform, tx, sender, documents)
    platform.wake.set()
    return {"accepted": [each.id for each in documents]}
