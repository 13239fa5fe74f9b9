"""Who asks: tokens of sponsors, OAuth2 client credentials, and which client is meant.

A token reads `kind_id_secret`; what is kept is a hash of the secret, found by the id and compared in constant time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Security
from fastapi.security import APIKeyHeader
from sqlalchemy import Connection, delete, insert, select

from einvoice_server.errors import Refused
from einvoice_server.platform import Platform
from einvoice_server.tables import client, mandate, token
from einvoice_server.tx import find

__all__ = [
    "Caller",
    "Holder",
    "SponsorCaller",
    "access_token",
    "bearer",
    "hashed",
    "holder",
    "known_token",
    "mint",
    "of_client",
    "platform_of",
    "sponsor_of",
]

_HOUR = 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Holder:
    """What a token stands for."""

    token_id: str
    sponsor_id: str
    client_id: str | None


@dataclass(frozen=True, slots=True)
class Caller:
    """A sponsor that acts for one of its clients."""

    sponsor_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class SponsorCaller:
    """A sponsor."""

    sponsor_id: str


def hashed(secret: str) -> str:
    """What is kept of a secret: they are long and random, so that a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def mint(
    tx: Connection, kind: str, sponsor_id: str, client_id: str | None = None, expires: int | None = None
) -> tuple[str, str]:
    """A new token: its id and its secret, which is not kept."""
    token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    tx.execute(
        insert(token).values(
            id=token_id, hash=hashed(secret), kind=kind, sponsor_id=sponsor_id, client_id=client_id, expires=expires
        )
    )
    return token_id, secret


def holder(tx: Connection, kind: str, token_id: str, secret: str, now: int) -> Holder | None:
    """Whose token that is; `None` for none that is known, or one that has run out."""
    row = find(tx, token, id=token_id, kind=kind)
    kept = row.hash if row is not None else hashed("")
    if not hmac.compare_digest(kept, hashed(secret)) or row is None or (row.expires is not None and row.expires < now):
        return None
    return Holder(row.id, row.sponsor_id, row.client_id)


def written(prefix: str, token_id: str, secret: str) -> str:
    """A token as it is sent."""
    return f"{prefix}_{token_id}_{secret}"


def platform_of(request: Request) -> Platform:
    """The platform that the request came to."""
    found: Platform = request.app.state.platform
    return found


def _read(platform: Platform, kind: str, prefix: str, text: str) -> Holder | None:
    name, _, rest = text.partition("_")
    token_id, _, secret = rest.partition("_")
    if name != prefix or not secret:
        return None
    with platform.db.read() as tx:
        return holder(tx, kind, token_id, secret, platform.now)


_key = APIKeyHeader(name="Authorization", scheme_name="APIKeyHeader", auto_error=False)


def sponsor_of(request: Request, key: Annotated[str | None, Security(_key)] = None) -> SponsorCaller:
    """The sponsor whose token stands in the header `Authorization`: raw, as documented, or after `Bearer`."""
    found = _read(platform_of(request), "sponsor", "pa", (key or "").removeprefix("Bearer "))
    if found is None:
        raise Refused(401, "no token that is known in the header Authorization")
    return SponsorCaller(found.sponsor_id)


Sponsor = Annotated[SponsorCaller, Depends(sponsor_of)]


def of_client(
    request: Request,
    sponsor: Sponsor,
    client_id: Annotated[
        str, Header(alias="X-PDP-Client-Id", description="ID of the client that the operation is for")
    ],
) -> Caller:
    """The client in the header `X-PDP-Client-Id`, if it is the sponsor's; counted, and within its limits."""
    platform = platform_of(request)
    with platform.db.read() as tx:
        known = tx.execute(
            select(client.c.id).where(client.c.id == client_id, client.c.sponsor_id == sponsor.sponsor_id)
        ).first()
    if known is None:
        raise Refused(403, "this is none of your clients")
    count(request, client_id)
    return Caller(sponsor.sponsor_id, client_id)


def count(request: Request, client_id: str) -> None:
    """Count the request for the client. Raises 429 where it has asked for too much."""
    request.scope["state"]["client_id"] = client_id
    wait = request.app.state.meter.over(client_id)
    if wait is not None:
        raise Refused(429, "this client has asked for too much; try again later", {"Retry-After": str(wait)})


def access_token(platform: Platform, form: dict[str, str], authorization: str) -> dict[str, Any]:
    """The answer of `/oauth2/token`: an access token of an hour, for client credentials."""
    if form.get("grant_type") != "client_credentials":
        raise Refused(400, "unsupported_grant_type")
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    if authorization[:6].lower() == "basic ":
        try:
            client_id, _, secret = base64.b64decode(authorization[6:], validate=True).decode().partition(":")
        except ValueError:
            raise Refused(401, "invalid_client") from None
    now = platform.now
    with platform.db.write() as tx:
        found = holder(tx, "oauth", client_id, secret, now)
        if found is None:
            raise Refused(401, "invalid_client")
        tx.execute(delete(token).where(token.c.kind == "access", token.c.expires < now))
        made = mint(tx, "access", found.sponsor_id, found.client_id, now + _HOUR)
    return {"access_token": written("at", *made), "token_type": "Bearer", "expires_in": 3600}


def known_token(
    request: Request, authorization: Annotated[str | None, Header(include_in_schema=False)] = None
) -> Holder:
    """Whose access token it is; a health check asks for nothing else."""
    scheme, _, text = (authorization or "").partition(" ")
    found = _read(platform_of(request), "access", "at", text.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise Refused(401, "no access token that is known", {"WWW-Authenticate": "Bearer"})
    return found


def bearer(
    request: Request,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
    organization: Annotated[str | None, Header(alias="Organization-Id", max_length=64)] = None,
    request_id: Annotated[uuid.UUID | None, Header(alias="Request-Id")] = None,
) -> Caller:
    """The client that an access token is for; `Organization-Id` (its id, or a SIREN) names another of the sponsor."""
    request.scope["state"]["request_id"] = request_id
    platform = platform_of(request)
    found = known_token(request, authorization)
    client_id = found.client_id
    if organization:
        client_id = _organisation(platform, found.sponsor_id, organization)
    if client_id is None:
        raise Refused(403, "no such organization of yours")
    count(request, client_id)
    return Caller(found.sponsor_id, client_id)


def _organisation(platform: Platform, sponsor_id: str, name: str) -> str | None:
    wanted = (client.c.id == name) | client.c.id.in_(select(mandate.c.client_id).where(mandate.c.siren == name))
    with platform.db.read() as tx:
        rows = tx.execute(select(client.c.id).where(client.c.sponsor_id == sponsor_id, wanted)).all()
    return str(rows[0].id) if len(rows) == 1 else None
