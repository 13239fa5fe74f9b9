"""What a request may fail by, in the two forms that the two APIs have for it."""

from __future__ import annotations

import logging
import sys
import traceback
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

import einvoice as ei

__all__ = [
    "Refused",
    "afnor_errors",
    "afnor_said",
    "findings_detail",
    "seed_errors",
    "seed_said",
    "where_it_broke",
]

_log = logging.getLogger("einvoice_server")
_AFNOR_CODES = {
    400: "BAD_REQUEST",
    401: "MISSING_TOKEN",
    403: "FORBIDDEN_ACCESS",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "FILE_SIZE_EXCEEDED",
    422: "UNPROCESSABLE_ENTITY",
    429: "TOO_MANY_REQUESTS",
}


class Refused(HTTPException):
    """A request that is not done, with the reason in words; `detail` may also be a list of places and reasons."""

    def __init__(self, status: int, detail: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, detail, headers)


def findings_detail(findings: Sequence[ei.Finding], at: Sequence[str | int] = ("body",)) -> list[dict[str, Any]]:
    """Findings as places below `at` and reasons, with all that a finding says beside them."""
    return [
        {
            "loc": [*at, *(finding.field.split(".") if finding.field else ())],
            "msg": finding.message_en,
            "type": finding.rule,
            "finding": finding.model_dump(exclude_none=True),
        }
        for finding in findings
    ]


def seed_errors(app: FastAPI) -> None:
    """Errors of the seed's API: `{error, code, trace_id}`, and `{detail: […]}` for 422."""
    _errors(app, seed_said, _faulty)

    @app.exception_handler(ei.Unwritable)
    async def _unwritable(_: Request, error: ei.Unwritable) -> Response:
        return _faulty(findings_detail(error.findings)) if error.findings else seed_said(422, str(error))

    @app.exception_handler(ei.DraftError)
    async def _draft(_: Request, error: ei.DraftError) -> Response:
        return _faulty(
            [
                {"loc": ["body", *filter(None, each.path.split("."))], "msg": each.message, "type": "draft"}
                for each in error.problems
            ]
        )

    @app.exception_handler(ei.EInvoiceError)
    async def _unreadable(_: Request, error: ei.EInvoiceError) -> Response:
        return seed_said(501 if isinstance(error, ei.MissingExtra) else 400, str(error))


def afnor_errors(app: FastAPI) -> None:
    """Errors of XP Z12-013: `{errorCode, errorMessage}`."""

    def faulty(places: list[dict[str, Any]]) -> Response:
        return afnor_said(400, "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in places))

    _errors(app, afnor_said, faulty)


def afnor_said(status: int, text: str, headers: Any = None) -> Response:
    """An error of XP Z12-013."""
    code = _AFNOR_CODES.get(status, "INTERNAL_ERROR")
    return JSONResponse({"errorCode": code, "errorMessage": text}, status, headers=headers)


def _errors(
    app: FastAPI, said: Callable[[int, str, Any], Response], faulty: Callable[[list[dict[str, Any]]], Response]
) -> None:
    """What both have: `said` tells a status and why, `faulty` the places of a request that are wrong."""

    @app.exception_handler(HTTPException)
    async def _refused(request: Request, error: HTTPException) -> Response:
        told: Any = error.detail
        return faulty(told) if isinstance(told, list) else said(error.status_code, str(told), _headers(request, error))

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        return faulty(_places(error))

    @app.exception_handler(DataError)
    async def _unkept(_: Request, _error: DataError) -> Response:
        # PostgreSQL has no U+0000 in its texts.
        return said(400, "a text holds a character that cannot be kept, such as U+0000", None)

    @app.exception_handler(Exception)
    async def _broken(_: Request, error: Exception) -> Response:
        # The web server ends the connection after an error that it did not expect: say so.
        answer = said(500, f"internal error ({type(error).__name__})", {"Connection": "close"})
        if not isinstance(error, ClientDisconnect):
            _log.error("request %s: %s", answer.headers.get("X-Trace-Id", ""), where_it_broke(error))
        return answer


def where_it_broke(error: BaseException | None = None) -> str:
    """What kind of error, and where in the code; not its words, for they may quote an invoice."""
    found = error or sys.exception()
    trace = traceback.extract_tb(found.__traceback__) if found else []
    places = " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in reversed(trace[-4:]))
    return f"{type(found).__name__} at {places}"


def _headers(request: Request, error: HTTPException) -> Any:
    """The headers of an error; of a wrong method, all that the address knows, and not the first route's only."""
    if error.status_code != 405:
        return error.headers
    methods: set[str] = set()
    for route in request.app.routes:
        match, _ = route.matches({**request.scope, "method": "GET"})
        if match is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return {"Allow": ", ".join(sorted(methods))}


def _faulty(places: list[dict[str, Any]]) -> Response:
    return JSONResponse({"detail": jsonable_encoder(places)}, 422)


def seed_said(status: int, text: str, headers: Any = None) -> Response:
    """An error of the seed's API."""
    if status == 422:
        return _faulty([{"loc": ["body"], "msg": text, "type": "refused"}])
    trace_id = uuid.uuid4().hex
    body = {"error": text, "code": status, "trace_id": trace_id}
    return JSONResponse(body, status, headers={**(headers or {}), "X-Trace-Id": trace_id})


def _places(error: RequestValidationError) -> list[dict[str, Any]]:
    """Where and why, without what was sent: that may be an invoice."""
    return [
        {
            "loc": [str(step) if not isinstance(step, int) else step for step in each["loc"]],
            "msg": _words(each),
            "type": each["type"],
        }
        for each in error.errors()
    ]


def _words(error: dict[str, Any]) -> str:
    """What is wrong, with what the framework does not say: why it is no JSON, or that it was not sent as such."""
    if error["type"] == "json_invalid":
        return f"this is no JSON: {error['ctx']['error']}"
    if isinstance(error.get("input"), bytes):
        return "expected JSON, sent with the header Content-Type: application/json"
    return str(error["msg"])
