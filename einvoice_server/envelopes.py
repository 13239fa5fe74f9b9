"""Signed envelopes between platforms, and to the portal. They stand for AS4 and its certificates.

An envelope is JSON: `{"documents": [{"id", "name", "data", "about"}]}`, the data in base64. Its signature is an HMAC of
time and body under the key that the two parties share. What was received is answered only when it is on the disk, and
received twice, is stored once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
from pydantic import Base64Encoder, EncodedBytes, TypeAdapter

from einvoice_server.errors import Refused
from einvoice_server.jobs import Unreachable
from einvoice_server.platform import Platform

__all__ = ["Document", "opened_envelope", "post"]

_SECOND = 1_000_000
_SKEW = 300  # seconds that two clocks may differ


@dataclass(frozen=True, slots=True)
class Document:
    """A file under way, with what the other side must know of it."""

    id: str
    name: str
    data: Annotated[bytes, EncodedBytes(Base64Encoder)]
    about: Mapping[str, Any] = field(default_factory=dict)


def post(platform: Platform, peer: str, documents: Sequence[Document]) -> dict[str, Any]:
    """Send documents to another platform or to the portal. Returns its answer; raises `Unreachable`."""
    known = platform.settings.peers.get(peer)
    if known is None:
        raise Unreachable(f"no connection to platform {peer}")
    body = _JSON.dump_json({"documents": list(documents)})
    at = str(platform.now // _SECOND)
    headers = {
        "Content-Type": "application/json",
        "Envelope-Sender": platform.settings.matricule,
        "Envelope-Timestamp": at,
        "Envelope-Signature": _signature(known.key, at, body),
    }
    try:
        answer = platform.http.post(f"{known.url}/peer", content=body, headers=headers)
        found: dict[str, Any] = answer.json() if answer.is_success else {}
    except (httpx.HTTPError, ValueError) as error:
        raise Unreachable(f"platform {peer}: {type(error).__name__}") from error
    if not answer.is_success:
        raise Unreachable(f"platform {peer}: status {answer.status_code}")
    return found


def opened_envelope(platform: Platform, headers: Mapping[str, str], body: bytes) -> tuple[str, list[Document]]:
    """Who sent an envelope, and what is in it. Raises 401 for a wrong signature, 400 for no envelope."""
    sender, at = headers.get("envelope-sender", ""), headers.get("envelope-timestamp", "")
    known = platform.settings.peers.get(sender)
    right, given = _signature(known.key if known else "", at, body), headers.get("envelope-signature", "")
    if not hmac.compare_digest(right.encode(), given.encode()) or known is None or not at.isdecimal():
        raise Refused(401, "the signature of the envelope is not right")
    if abs(int(at) - platform.now // _SECOND) > _SKEW:
        raise Refused(401, "the envelope is too old")
    try:
        return sender, _JSON.validate_json(body)["documents"]
    except (ValueError, KeyError) as error:
        raise Refused(400, "this is no envelope") from error


_JSON = TypeAdapter(dict[str, list[Document]])


def _signature(key: str, at: str, body: bytes) -> str:
    digest = hmac.new(key.encode(), at.encode() + b"." + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
