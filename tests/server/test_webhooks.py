"""Webhooks: signed, tried again, and never sent inside the house."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from companies import ubl, until
from standardwebhooks import Webhook, WebhookVerificationError

from einvoice_server.webhooks import address_for


class Receiver(BaseHTTPRequestHandler):
    """Somebody's program that takes calls, after it has refused the first."""

    def do_POST(self):
        """Keep the call."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((dict(self.headers), body))
        self.server.goes_on.wait(60)
        self.send_response(503 if len(self.server.calls) <= self.server.failing else 204)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def receiver():
    """A receiver on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.calls, server.failing, server.goes_on = [], 0, threading.Event()
    server.goes_on.set()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_events_are_called_signed_and_again(seller, receiver):
    """A call that is refused comes again with the same id; its signature is Standard Webhooks'."""
    receiver.failing = 1
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    made = seller.ok("POST", "/webhooks", 201, json={"url": url, "events": ["invoice.created", "webhook.test"]})
    try:
        assert len(bytes.fromhex(made["secret"])) == 32
        assert "secret" not in seller.ok("GET", "/webhooks")
        assert seller.http.post("/webhooks", json={"url": url}).status_code == 409
        sent = seller.submit(ubl("H-1"))
        until(lambda: len(receiver.calls) >= 2)
        (first, _), (again, body) = receiver.calls[:2]
        assert first["webhook-id"] == again["webhook-id"]
        told = Webhook(bytes.fromhex(made["secret"])).verify(body, again)
        assert (told["event_type"], told["data"]["invoice_id"]) == ("invoice.created", sent["invoice_id"])
        with pytest.raises(WebhookVerificationError):
            Webhook(bytes.fromhex(made["secret"])).verify(body.replace(b"H-1", b"H-2"), again)
        seller.ok("POST", "/webhooks/test", 202)
        until(lambda: any(b"webhook.test" in body for _, body in receiver.calls))
        until(lambda: seller.ok("GET", "/webhooks")["last_triggered_at"])
    finally:
        seller.ok("DELETE", "/webhooks", 204)
    assert seller.http.get("/webhooks").status_code == 404


def test_nobody_waits_for_a_program_that_does_not_answer(seller, receiver):
    """As one that its developer has stopped: invoices go their way while the first call still waits for its answer."""
    receiver.goes_on.clear()
    seller.ok("POST", "/webhooks", 201, json={"url": f"http://127.0.0.1:{receiver.server_port}/"})
    try:
        sent = seller.submit(ubl("H-SLOW"))
        until(lambda: receiver.calls)
        until(lambda: "203" in seller.events(sent["invoice_id"]))
        assert len(receiver.calls) == 1
    finally:
        receiver.goes_on.set()
        seller.ok("DELETE", "/webhooks", 204)


def test_the_standards_webhooks_are_signed_as_it_says(box, receiver, seller):
    """HMAC of the fingerprint of body, @ and time; filtered by flow type, direction and acknowledgement."""
    platform = box.platforms[0]
    token = httpx.post(
        f"{platform.url}/oauth2/token", data={"grant_type": "client_credentials", **platform.oauth}
    ).json()
    with httpx.Client(
        base_url=f"{platform.url}/afnor-flow/v1", headers={"Authorization": f"Bearer {token['access_token']}"}
    ) as flows:
        wanted = {
            "callbackUrl": f"http://127.0.0.1:{receiver.server_port}/",
            "flowTypes": ["CustomerInvoice"],
            "ackStatus": "Ok",
        }
        made = flows.post("/webhooks", json=wanted).json()
        try:
            sent = seller.submit(ubl("H-2"))
            until(lambda: receiver.calls)
            headers, body = receiver.calls[0]
            stamp = headers["Afnor-Signature-Timestamp"]
            fingerprint = hashlib.sha256(body + b"@" + stamp.encode()).digest()
            key = base64.b64decode(made["signingKey"])
            assert headers["Afnor-Signature"] == base64.b64encode(hmac.digest(key, fingerprint, "sha256")).decode()
            assert json.loads(body)["flowId"] == sent["invoice_id"]
            listed = flows.get("/webhooks").json()
            assert listed["webhookIds"] == [made["webhookId"]]
            assert "signingKey" not in listed["webhooks"][0]
        finally:
            assert flows.delete(f"/webhooks/{made['webhookId']}").status_code == 204
        assert flows.delete(f"/webhooks/{made['webhookId']}").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "https://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://127.0.0.1/",
        "https://user@127.0.0.2/",
        "file:///etc/passwd",
        "http://0.0.0.0/",
        "https://[fd00::1]/",
        "http://203.0.113.5/",  # not https
    ],
)
def test_calls_do_not_go_inside_the_house(url):
    """Private, local and odd addresses are refused, whatever they are called."""
    with pytest.raises((ValueError, PermissionError), match=r"webhooks|expected"):
        address_for(url, ())


def test_what_is_allowed_is_allowed():
    """A network that the settings name, and the world by https."""
    assert address_for("http://127.0.0.1:8000/x", ("127.0.0.0/8",)) == "127.0.0.1"
    assert address_for("https://1.1.1.1/x", ()) == "1.1.1.1"


def test_a_url_is_refused_at_once(seller):
    """The sandbox lets calls go to this machine only."""
    for url, status in (("http://10.0.0.1/", 403), ("https://no-such-host.invalid/", 403), ("ftp://erp.example/", 422)):
        assert seller.http.post("/webhooks", json={"url": url}).status_code == status
    assert seller.http.post("/webhooks", json={"url": "https://erp.example/", "events": ["no.such"]}).status_code == 422


def test_event_types_have_examples(seller):
    """Every event is described, with a payload."""
    found = seller.ok("GET", "/webhooks/event-types")["event_types"]
    assert {each["example_payload"]["event_type"] for each in found} == {each["event_type"] for each in found}
