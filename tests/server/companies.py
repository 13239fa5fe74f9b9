"""Clients of the sandbox as their programs see it, and the invoices that they send."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Self

import httpx

import einvoice as ei
from einvoice_server.sandbox import RunningPlatform

SELLER, BUYER = "100000009", "200000008"


class Company:
    """A client of a platform, as its sponsor's program sees it."""

    def __init__(self, platform: RunningPlatform, number: int = 0) -> None:
        self.platform = platform
        self.client_id = platform.clients[number].client_id
        self.siren = platform.clients[number].siren
        headers = {"Authorization": platform.sponsor_token, "X-PDP-Client-Id": self.client_id}
        self.http = httpx.Client(base_url=f"{platform.url}/api", headers=headers, timeout=30, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ok(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        """The answer of a request that must succeed."""
        answer = self.http.request(method, path, **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def submit(self, data: bytes, name: str = "invoice.xml") -> Any:
        """Hand in a file."""
        return self.ok("POST", "/invoicing/files/submit", 201, files={"file": (name, data)})

    def events(self, object_id: str) -> list[str]:
        """What happened to an object, as codes."""
        return [each["code"] for each in self.ok("GET", "/lifecycle-events", params={"object_id": object_id})]

    def received(self, number: str) -> dict[str, Any]:
        """The invoice of that number, once it has arrived."""
        seen = {"after": 0, "limit": 1000}

        def arrived() -> dict[str, Any] | None:
            for each in self.ok("GET", "/invoicing/received", params=seen):
                seen["after"] = each["cursor"]
                if each["number"] == number:
                    return dict(each)
            return None

        return until(arrived)


def until(what: Callable[[], Any], seconds: float = 90) -> Any:
    """What something is once it is true; a test fails that waits too long."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return found


def party(name: str, vat: str, country: str = "FR") -> dict[str, Any]:
    """A party of an invoice."""
    return {"name": name, "vat_identifier": vat, "postal_address": {"country_code": country}}


def draft(number: str | None, **changes: Any) -> dict[str, Any]:
    """A valid draft between the first clients of the two platforms, for today."""
    values = {
        "number": number,
        "issue_date": time.strftime("%Y-%m-%d"),
        "due_date": time.strftime("%Y-%m-%d"),
        "nature": "services",
        "seller": party("VENDEUR EXEMPLE", "FR88100000009"),
        "buyer": party("ACHETEUR EXEMPLE", "FR37200000008"),
        "lines": [{"item_name": "Conseil", "quantity": "2", "item_net_price": "50.00", "vat_rate": "20"}],
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def ubl(number: str, **changes: Any) -> bytes:
    """The same as UBL."""
    return ei.build(ei.Draft.model_validate(draft(number, **changes)), "ubl")
