"""What the groups of the API share: who asks, how exact numbers are read, how choices of ours are marked."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator
from sqlalchemy import Connection, Row, Table

import einvoice as ei
from einvoice_server.auth import Caller, of_client, platform_of, sponsor_of
from einvoice_server.auth import SponsorCaller as SponsorIdentity
from einvoice_server.errors import Refused
from einvoice_server.platform import Platform
from einvoice_server.tx import find

__all__ = [
    "OURS",
    "After",
    "Client",
    "Day",
    "Here",
    "Id",
    "Limit",
    "Moment",
    "Name",
    "Plain",
    "Siren",
    "Sponsor",
    "Timed",
    "known",
    "router",
]


def _day(value: object) -> object:
    """A day as text, such as 2026-11-02: a number is no day, though pydantic would count seconds from 1970."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("expected a day such as 2026-11-02")
    if isinstance(value, int | float | Decimal):
        raise ValueError("expected a day such as 2026-11-02, as text")  # noqa: TRY004 - pydantic wants this kind
    return value


def _timed(value: object) -> object:
    """A time as text, such as 2026-11-02T09:00:00Z: a number is no time, though pydantic would count from 1970."""
    if isinstance(value, int | float | Decimal) or (isinstance(value, str) and not re.match(r"[0-9]{4}-", value)):
        raise ValueError("expected a time such as 2026-11-02T09:00:00Z, as text")
    return value


def _in_utc(value: dt.datetime) -> dt.datetime:
    """A time of these centuries, so that a day more or less is one too; without a zone it is taken for UTC."""
    if not 2000 <= value.year <= 2099:
        raise ValueError("expected a time from 2000 to 2099")
    return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


OURS: dict[str, Any] = {"x-origin": "ours"}

Here = Annotated[Platform, Depends(platform_of)]
Sponsor = Annotated[SponsorIdentity, Depends(sponsor_of)]
Client = Annotated[Caller, Depends(of_client)]
Id = Annotated[str, Path(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_\-]+$")]
Siren = Annotated[str, Path(pattern=r"^[0-9]{9}$", examples=["100000009"])]
# What XML can say: a name that it cannot would keep the whole directory from being written.
Name = Annotated[str, Field(pattern=r"^[^\u0000-\u001F\u007F\uFFFE\uFFFF]*$")]
Day = Annotated[dt.date, BeforeValidator(_day)]
Timed = Annotated[dt.datetime, BeforeValidator(_timed)]
Moment = Annotated[Timed, AfterValidator(_in_utc)]
After = Annotated[
    int, Query(ge=0, lt=2**63, description="Ours: the cursor of the last one that was seen", json_schema_extra=OURS)
]
Limit = Annotated[int, Query(ge=1, le=1000, description="Ours: how many at most", json_schema_extra=OURS)]


def known(tx: Connection, table: Table, said: str, **wanted: Any) -> Row[Any]:
    """The row of a table that has these values. Raises 404, with these words."""
    row = find(tx, table, **wanted)
    if row is None:
        raise Refused(404, said)
    return row


class Problem(BaseModel):
    """An error, as the seed has it."""

    error: str
    code: int
    trace_id: str


class Place(BaseModel):
    """One thing that is wrong with a body, and where."""

    loc: list[str | int]
    msg: str
    type: str


class Unprocessable(BaseModel):
    """What is wrong with a body."""

    detail: list[Place]


class Plain(BaseModel):
    """A body of XP Z12-013: what is not given is left out, and never null."""

    @model_validator(mode="before")
    @classmethod
    def _no_null(cls, values: Any) -> Any:
        if isinstance(values, dict) and any(values.get(name, "") is None for name in cls.model_fields):
            raise ValueError("null is no value here: leave the field out")
        return values


class _Number(Decimal):
    """A number of a body, as it was written.

    Of whatever is no built-in type pydantic reads attributes, so that a number would be an object whose fields all have
    their defaults: `1.5` for payments were no payments.
    """

    __module__ = "builtins"
    __repr__ = Decimal.__str__  # which stands in messages


class _Exact(Request):
    """A request whose JSON numbers keep all their digits: amounts of money are no floats."""

    async def json(self) -> Any:
        """The body. Nothing of it is lost in silence, and all of it can be written again."""
        if not hasattr(self, "_json"):
            body = await self.body()
            try:
                text = body.decode()
                self._json = ei.load_json(text, number=_Number, constant=str)
                if "\\ud" in text.lower():
                    json.dumps(self._json, ensure_ascii=False, default=str).encode()
            except json.JSONDecodeError:
                raise
            except UnicodeError as error:
                raise json.JSONDecodeError("this is no text in UTF-8", "", 0) from error
            except ValueError as error:
                raise json.JSONDecodeError(str(error), "", 0) from error
        return self._json


class _ExactRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given exact requests."""
        handle = super().get_route_handler()

        async def exact(request: Request) -> Response:
            return await handle(_Exact(request.scope, request.receive))

        return exact


def router(prefix: str, tag: str) -> APIRouter:
    """A group of operations."""
    errors: dict[int | str, dict[str, Any]] = {
        status: {"model": Problem} for status in (400, 401, 403, 404, 409, 413, 429)
    }
    errors[422] = {"model": Unprocessable}
    return APIRouter(prefix=prefix, tags=[tag], route_class=_ExactRoute, responses=errors)
