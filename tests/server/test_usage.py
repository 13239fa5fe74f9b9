"""Usage: counted by client and endpoint, and limited."""

from __future__ import annotations

import pytest
from companies import Company

from einvoice_server.sandbox import Sandbox
from einvoice_server.settings import Limits


@pytest.fixture(scope="module")
def small():
    """A client of a sandbox that lets it ask for little."""
    with Sandbox(limits=Limits(per_minute=30, body=2_000_000)) as box, Company(box.platforms[0]) as company:
        yield company


def test_calls_are_counted_by_endpoint(small):
    """Good and bad ones, with the template of the endpoint and not its ids."""
    for _ in range(3):
        small.ok("GET", "/mandates")
    assert small.http.get("/drafts/none").status_code == 404
    found = small.ok("GET", "/usage/metrics", params={"period": "daily"})
    rows = {(each["endpoint"], each["method"]): each for each in found["endpoint_usage"]}
    assert rows["/mandates", "GET"]["call_count"] == rows["/mandates", "GET"]["success_count"] == 3
    assert rows["/drafts/{draft_id}", "GET"]["error_count"] == 1
    assert found["total_api_calls"] == 4
    assert found["success_rate"] == 75.0
    summary = small.ok("GET", "/usage/summary")
    assert (summary["current_month_calls"], summary["most_used_endpoint"]) == (5, "/mandates")
    limits = small.ok("GET", "/usage/limits", params={"endpoint": "/mandates"})
    spans = {"per_minute": 30, "per_hour": None, "per_day": None, "per_month": None}
    assert limits == {"company_id": small.client_id, "endpoint": "/mandates", **spans}


def test_too_much_is_429(small):
    """Over the limit of a minute: told when to come back; another client is not held up."""
    answers = [small.http.get("/mandates") for _ in range(40)]
    late = answers[-1]
    assert late.status_code == 429
    assert 1 <= int(late.headers["Retry-After"]) <= 60
    assert late.json()["code"] == 429


@pytest.mark.parametrize("span", ["per_hour", "per_day", "per_month"])
def test_longer_limits_are_held_too(span):
    """What was counted in an hour, a day or a month is everybody's: the call after the last one allowed is refused."""
    with Sandbox(limits=Limits(**{span: 3})) as box, Company(box.platforms[0]) as company:
        assert company.ok("GET", "/usage/limits")[span] == 3
        assert [company.http.get("/mandates").status_code for _ in range(4)] == [200, 200, 429, 429]
        other = {"X-PDP-Client-Id": company.platform.clients[1].client_id}
        assert company.http.get("/mandates", headers=other).status_code == 200


def test_too_large_is_413(small, box):
    """A body larger than may be is refused while it is read, in the words of each API."""
    with Company(box.platforms[0]) as free:
        huge = b"x" * (100 * 2**20 + 1)
        assert free.http.post("/drafts", content=huge[: 50 * 2**20]).status_code == 422
    other = {"X-PDP-Client-Id": small.platform.clients[1].client_id}
    files = {"file": ("a.xml", b"x" * 2_100_000)}
    assert small.http.post("/invoicing/files/submit", files=files, headers=other).status_code == 413

    def pieces():
        for _ in range(30):
            yield b"x" * 100_000

    assert small.http.post("/drafts", content=pieces(), headers=other).status_code == 413
