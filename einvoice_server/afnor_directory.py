"""XP Z12-013, annex B 1.3.0: the Directory Service, under `/afnor-directory`, over the mirror of the directory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StrictInt, create_model
from sqlalchemy import select

from einvoice_server.api.common import Here, Plain
from einvoice_server.auth import Holder, bearer, known_token
from einvoice_server.directory_rows import Found, codes, directory_lines, facilities, units
from einvoice_server.errors import Refused
from einvoice_server.platform import Platform

__all__ = ["directory_service"]

directory_service = APIRouter(prefix="/v1")
_AUTHORISED = [Depends(bearer)]
_SIREN, _SIRET = r"^[0-9]{9}$", r"^[0-9]{14}$"
_LARGEST = 1000

Contains, Start = "contains", "startWith"
_TEXT = (Contains, "strict", Start)
# Filter -> what it may do, how long its value may be, and what that looks like.
_SIREN_FILTER: dict[str, tuple[tuple[str, ...], int, str]] = {"siren": (("strict",), 9, "[0-9]*")}
_SIRET_FILTER: dict[str, tuple[tuple[str, ...], int, str]] = {"siret": (("strict",), 14, "[0-9]*")}
_PLACE: dict[str, tuple[tuple[str, ...], int, str]] = {
    "addressLines": ((Contains, Start), 600, ""),
    "postalCode": (("strict", Start), 5, "[0-9]*"),
    "locality": (_TEXT, 100, ""),
}
_FILTERS: dict[str, dict[str, tuple[tuple[str, ...], int, str]]] = {
    "siren": {
        **_SIREN_FILTER,
        "businessName": (_TEXT, 150, ""),
        "entityType": (("strict",), 20, "^(Public|PrivateVatRegistered)$"),
        "administrativeStatus": (("strict",), 1, "^[AC]$"),
    },
    "siret": {
        **_SIREN_FILTER,
        **_SIRET_FILTER,
        **_PLACE,
        "facilityType": (("strict",), 1, "^[PS]$"),
        "name": (_TEXT, 100, ""),
        "countrySubdivision": (("strict",), 255, ""),
        "administrativeStatus": (("strict",), 1, "^[AC]$"),
    },
    "routing_code": {
        **_SIRET_FILTER,
        **_PLACE,
        "routingIdentifier": ((Contains, "strict"), 100, r"^$|^(?!\s*$).+"),
        "routingCodeName": ((Contains, "strict"), 100, r"^$|^(?!\s*$).+"),
        "administrativeStatus": (("strict",), 1, "^[AC]$"),
    },
    "directory_line": {
        **_SIREN_FILTER,
        **_SIRET_FILTER,
        "addressingIdentifier": ((Contains, "strict"), 125, ""),
        "routingIdentifier": ((Contains, "strict"), 100, r"^$|^(?!\s*$).+"),
        "addressingSuffix": ((Contains, "strict"), 100, ""),
    },
}
_FIELDS: dict[str, tuple[str, ...]] = {
    "siren": ("siren", "businessName", "entityType", "administrativeStatus", "instructions"),
    "siret": (
        "siret",
        "siren",
        "name",
        "facilityType",
        "administrativeStatus",
        "siretInstructions",
        "address",
        "pmStatus",
        "pmOnly",
        "managesPaymentStatus",
        "managesLegalCommitment",
        "managesLegalCommitmentOrService",
        "serviceCodeStatus",
    ),
    "routing_code": (
        "siret",
        "routingIdentifierType",
        "routingCodeName",
        "routingIdentifier",
        "managesLegalCommitmentCode",
        "administrativeStatus",
        "address",
    ),
    "directory_line": ("addressingIdentifier", "siren", "siret", "routingIdentifier", "addressingSuffix"),
}
_INCLUDED: dict[str, tuple[str, ...]] = {
    "siren": (),
    "siret": ("siren",),
    "routing_code": ("siren", "siret"),
    "directory_line": ("siren", "siret", "routingCode"),
}


class _Filter(Plain):
    """The standard's patterns look ahead, which only Python's engine can."""

    model_config = ConfigDict(regex_engine="python-re")


def _choice(values: tuple[str, ...]) -> Any:
    """One of these words."""
    return Literal[values]


def _list_of(kind: Any) -> Any:
    return list[kind]


def _search_model(kind: str) -> type[BaseModel]:
    """The body of a search: what may be filtered, sorted, left out and included."""
    filters: dict[str, Any] = {
        name: (
            create_model(
                f"{kind}_{name}",
                __base__=_Filter,
                op=(_choice(ops), "strict" if "strict" in ops else ops[0]),
                value=(Annotated[str, Field(max_length=longest, pattern=form)] | None, None),
            )
            | None,
            None,
        )
        for name, (ops, longest, form) in _FILTERS[kind].items()
    }
    field, order = _choice(_FIELDS[kind]), _choice(("ascending", "descending"))
    sorting = create_model(
        f"{kind}_sorting", __base__=Plain, field=(field, _FIELDS[kind][0]), order=(order, "ascending")
    )
    fields: dict[str, Any] = {
        "filters": (create_model(f"{kind}_filters", __base__=Plain, **filters) | None, None),
        "sorting": (_list_of(sorting) | None, None),
        "fields": (_list_of(field) | None, None),
        "limit": (Annotated[StrictInt, Field(ge=-(2**31), lt=2**31)], 50),
        "ignore": (Annotated[StrictInt, Field(ge=-(2**31), lt=2**31)], 0),
    }
    if _INCLUDED[kind]:
        fields["include"] = (_list_of(_choice(_INCLUDED[kind])) | None, None)
    return create_model(f"{kind}_search", __base__=Plain, **fields)


def _search(kind: str, rows: Callable[[Platform, frozenset[str]], Iterable[Found]]) -> Callable[..., Any]:
    model = _search_model(kind)

    def search(here: Here, request: Request, body: Annotated[Any, Body()] = None) -> Any:
        if body is None and (kind == "routing_code" or _has_content(request)):
            raise Refused(400, "body: expected an object")
        wanted: Any = body or model()
        include = frozenset(getattr(wanted, "include", None) or ())
        given = wanted.filters.model_dump(exclude_none=True) if wanted.filters is not None else {}
        matching = [
            row for row in rows(here, include) if all(_matches(row, name, each) for name, each in given.items())
        ]
        for rule in reversed(wanted.sorting or []):
            matching.sort(key=lambda row: str(row.get(rule.field, "")), reverse=rule.order == "descending")
        first, most = max(wanted.ignore, 0), min(max(wanted.limit, 0), _LARGEST)
        page = matching[first : first + most]
        return {
            "search": wanted.model_dump(exclude_none=True),
            "totalNumberOfResults": len(matching),
            "results": [_only(row, wanted.fields, _FIELDS[kind]) for row in page],
        }

    search.__annotations__["body"] = Annotated[model, Body()]
    return search


def _has_content(request: Request) -> bool:
    """Whether a body was sent at all: `null` is one, and not the one that is published."""
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _matches(row: Found, name: str, given: dict[str, str]) -> bool:
    value, wanted = str(row.get(name, "")), given.get("value", "")
    if given["op"] == "strict":
        return value == wanted
    return wanted.lower() in value.lower() if given["op"] == Contains else value.lower().startswith(wanted.lower())


def _only(row: Found, fields: list[str] | None, known: tuple[str, ...]) -> Found:
    """The fields that are wanted; what was included stays."""
    if not fields:
        return row
    return {name: value for name, value in row.items() if name in fields or name not in known}


for _path, _kind, _rows in (
    ("siren", "siren", units),
    ("siret", "siret", facilities),
    ("routing-code", "routing_code", codes),
    ("directory-line", "directory_line", directory_lines),
):
    directory_service.post(f"/{_path}/search", dependencies=_AUTHORISED)(_search(_kind, _rows))


def _listed(text: str | None, known: tuple[str, ...], name: str) -> list[str]:
    found = [each for each in (text or "").split(",") if each]
    if strange := [each for each in found if each not in known]:
        raise Refused(400, f"{name}: {', '.join(strange)[:100]} is not known")
    return found


Fields = Annotated[str | None, Query()]


def _one(rows: Iterable[Found], kind: str, fields: str | None, **key: str) -> Found:
    chosen = _listed(fields, _FIELDS[kind], "fields")
    row = next((row for row in rows if all(row.get(name) == value for name, value in key.items())), None)
    if row is None:
        raise Refused(404, "the directory does not know it")
    return _only(row, chosen, _FIELDS[kind])


@directory_service.get("/siren/code-insee:{siren}", dependencies=_AUTHORISED)
def get_siren(here: Here, siren: Annotated[str, Path(pattern=_SIREN)], fields: Fields = None) -> Any:
    """One company."""
    return _one(units(here), "siren", fields, siren=siren)


@directory_service.get("/siret/code-insee:{siret}", dependencies=_AUTHORISED)
def get_siret(
    here: Here, siret: Annotated[str, Path(pattern=_SIRET)], fields: Fields = None, include: Fields = None
) -> Any:
    """One establishment."""
    included = frozenset(_listed(include, _INCLUDED["siret"], "include"))
    return _one(facilities(here, included), "siret", fields, siret=siret)


@directory_service.get("/routing-code/siret:{siret}/code:{code}", dependencies=_AUTHORISED)
def get_code(
    here: Here,
    siret: Annotated[str, Path(pattern=_SIRET)],
    code: Annotated[str, Path(max_length=100)],
    fields: Fields = None,
    include: Fields = None,
) -> Any:
    """One routing code."""
    included = frozenset(_listed(include, _INCLUDED["routing_code"], "include"))
    return _one(codes(here, included), "routing_code", fields, siret=siret, routingIdentifier=code)


@directory_service.get("/directory-line/code:{address}", dependencies=_AUTHORISED)
def get_line(
    here: Here,
    address: Annotated[str, Path(max_length=125)],
    fields: Fields = None,
    include: Fields = None,
) -> Any:
    """One line."""
    included = frozenset(_listed(include, _INCLUDED["directory_line"], "include"))
    row = _one(directory_lines(here, included), "directory_line", fields, addressingIdentifier=address)
    return {**row, "directoryLineStatus": "Enabled" if row["directoryLineStatus"] == "Enabled" else "Disabled"}


@directory_service.get("/healthcheck")
def health(here: Here, _known: Annotated[Holder, Depends(known_token)]) -> Response:
    """200 while the database answers."""
    with here.db.read() as tx:
        tx.execute(select(1))
    return Response()
