"""One sponsor never sees another's data: every operation of the API is tried with another's things."""

from __future__ import annotations

import httpx
import pytest
from companies import Company, draft, ubl
from sqlalchemy import insert

from einvoice_server.app import seed_api
from einvoice_server.auth import mint, written
from einvoice_server.tables import sponsor

SCHEMA = seed_api().openapi()
OPERATIONS = [(method.upper(), path) for path, methods in SCHEMA["paths"].items() for method in methods]
OWN = {  # what a stranger may do, for it is about nobody's data
    ("GET", "/clients"),
    ("POST", "/clients"),
    ("GET", "/webhooks"),
    ("POST", "/webhooks"),
    ("DELETE", "/webhooks"),
    ("POST", "/webhooks/test"),
    ("GET", "/webhooks/event-types"),
}


@pytest.fixture(scope="module")
def stranger(box):
    """Another sponsor of the first platform."""
    service = next(each for each in box.services if each.platform.settings.matricule == "0101")
    with service.platform.db.write() as tx:
        tx.execute(insert(sponsor).values(id="sponsor_other", name="AUTRE ÉDITEUR", label="grey"))
        return written("pa", *mint(tx, "sponsor", "sponsor_other"))


@pytest.fixture(scope="module")
def things(seller):
    """One of each thing that the seller has."""
    made = seller.ok("POST", "/drafts", 201, json=draft(None))
    return {
        "client_id": seller.client_id,
        "mandate_id": seller.ok("GET", "/mandates")[0]["id"],
        "draft_id": made["draft_id"],
        "invoice_id": seller.submit(ubl("I-1"))["invoice_id"],
        "siren": seller.siren,
    }


def test_there_are_operations_to_try():
    """The list of operations comes from the API itself, so that a new one is tried too."""
    assert len(OPERATIONS) >= 38


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_refuses_strangers(box, seller, stranger, things, method, path):
    """No token: 401. A stranger's token for the seller's client: nothing of it, ever."""
    url = f"{box.platforms[0].url}/api{path.format(**things)}"
    ids = {"X-PDP-Client-Id": seller.client_id}
    body = {
        "client_id": seller.client_id,
        "invoice_id": things["invoice_id"],
        "status_code": "205",
        "status": "suspended",
    }
    query = {"client_id": seller.client_id, "invoice_id": things["invoice_id"], "object_id": things["invoice_id"]}
    options = {"params": query} | ({"json": body} if method in ("POST", "PUT") else {})
    assert httpx.request(method, url, headers=ids, **options).status_code == 401
    answer = httpx.request(method, url, headers=ids | {"Authorization": stranger}, **options)
    if (method, path) in OWN:
        assert seller.client_id not in answer.text
        assert "VENDEUR" not in answer.text
    else:
        assert answer.status_code in (403, 404, 422), answer.text
        assert "VENDEUR" not in answer.text


def test_what_was_tried_changed_nothing(seller, things):
    """The seller's things are as they were."""
    assert seller.ok("GET", f"/clients/{seller.client_id}")["status"] == "active"
    assert seller.ok("GET", f"/mandates/{things['mandate_id']}")["status"] == "active"
    assert seller.ok("GET", f"/drafts/{things['draft_id']}")
    assert "205" not in seller.events(things["invoice_id"])


def test_another_client_of_the_same_sponsor_is_another(box, things):
    """Clients of one sponsor are told apart by the header."""
    with Company(box.platforms[0], 1) as other:
        for path in ("/mandates/{mandate_id}", "/drafts/{draft_id}", "/invoicing/invoice_data/{invoice_id}"):
            assert other.http.get(path.format(**things)).status_code == 404
        assert other.ok("GET", "/lifecycle-events", params={"object_id": things["invoice_id"]}) == []
