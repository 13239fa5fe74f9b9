"""Webhooks: signed, tried again until they are taken, and never sent where they have no business.

The seed's calls are signed as Standard Webhooks says (headers `webhook-id`, `webhook-timestamp`, `webhook-signature`;
the key is the 32 bytes of the secret). Those of XP Z12-013 as that says: `Afnor-Signature-Timestamp` is the time in
seconds, `Afnor-Signature` the base64 of an HMAC-SHA-256, under the signing key, of the SHA-256 of body, @ and time.

A name is looked up once and the call goes to the address that was found and judged: an answer that changes between the
two cannot lead inside the house.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Connection
from standardwebhooks import Webhook

from einvoice_server.clock import moment
from einvoice_server.errors import Refused
from einvoice_server.jobs import Apply, Job, Unreachable
from einvoice_server.platform import Platform
from einvoice_server.tables import webhook
from einvoice_server.tx import change, find

__all__ = ["address_for", "call", "check_url"]

_SECOND = 1_000_000


def check_url(platform: Platform, url: str, *, wrong: int = 422) -> None:
    """Refuse a URL that a webhook may not have, at once and not when the first call fails: 403 for one where calls
    do not go, `wrong` for what is none.
    """
    try:
        address_for(url, platform.settings.webhook_networks)
    except PermissionError as error:
        raise Refused(403, str(error)) from error
    except OSError:
        raise Refused(403, "the host of this URL is not known") from None
    except ValueError as error:
        raise Refused(wrong, str(error)) from error


def address_for(url: str, allowed: Sequence[str]) -> str:
    """The address behind a URL, if calls may go there.

    Raises `ValueError` for what is no URL, `OSError` for an unknown name, `PermissionError` where calls do not go.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        raise ValueError("expected the URL of a web server, without user name")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = {str(each[4][0]) for each in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)}
    networks = [ipaddress.ip_network(each) for each in allowed]
    for text in sorted(found):
        address = ipaddress.ip_address(text)
        inside = any(address in network for network in networks)
        if not inside and (not address.is_global or address.is_multicast):
            raise PermissionError("webhooks do not go to addresses inside the network")
        if not inside and parts.scheme != "https":
            raise PermissionError("webhooks go to https only")
    return min(found)


def call(platform: Platform, tx: Connection, job: Job) -> Apply:
    """Call a webhook once. Raises `Unreachable` unless it answers with success."""
    body = job.content["body"].encode()
    hook = find(tx, webhook, id=job.content["webhook"])
    if hook is None:
        return lambda _: None
    at = platform.now
    if hook.client_id is None:
        event = job.id.removeprefix("webhook:")
        signature = Webhook(bytes.fromhex(hook.secret)).sign(event, moment(at), body.decode())
        headers = {"webhook-id": event, "webhook-timestamp": str(at // _SECOND), "webhook-signature": signature}
    else:
        seconds = str(at // _SECOND)
        fingerprint = hashlib.sha256(body + b"@" + seconds.encode()).digest()
        digest = hmac.new(base64.b64decode(hook.secret), fingerprint, hashlib.sha256).digest()
        headers = {"Afnor-Signature": base64.b64encode(digest).decode(), "Afnor-Signature-Timestamp": seconds}
    _post(platform, hook.url, body, headers)

    def apply(tx: Connection) -> None:
        change(tx, webhook, hook.id, last=at)

    return apply


def _post(platform: Platform, url: str, body: bytes, headers: dict[str, str]) -> None:
    parts = urlsplit(url)
    try:
        address = address_for(url, platform.settings.webhook_networks)
        target = httpx.URL(url).copy_with(host=address)
        answer = platform.http.post(
            target,
            content=body,
            headers={**headers, "Host": parts.netloc, "Content-Type": "application/json"},
            extensions={"sni_hostname": parts.hostname or ""},
            timeout=10,
        )
    except (httpx.HTTPError, OSError, ValueError) as error:
        raise Unreachable(f"webhook: {type(error).__name__}") from error
    if not answer.is_success:
        raise Unreachable(f"webhook: status {answer.status_code}")
