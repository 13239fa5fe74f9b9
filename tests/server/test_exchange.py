"""An invoice from one platform to the other, and everything that comes back."""

from __future__ import annotations

import httpx
import pytest
from companies import Company, draft, party, ubl, until
from sqlalchemy import select

import einvoice as ei
import einvoice.document
from einvoice_server.tables import message


def test_an_invoice_goes_its_whole_way(seller, buyer):
    """Judged, routed by the directory, delivered byte for byte; its statuses come back and both sides agree."""
    data = ubl("X-1")
    sent = seller.submit(data)
    assert sent["status"] == "validated"
    assert sent["en16931_invoice"]["number"] == "X-1"
    got = buyer.received("X-1")
    assert buyer.http.get(f"/invoicing/{got['invoice_id']}/file").content == data
    until(lambda: {"200", "201", "202", "203"} <= set(seller.events(sent["invoice_id"])))
    buyer.ok("POST", "/lifecycle-events", 201, json={"invoice_id": got["invoice_id"], "status_code": "APPROVED"})
    until(lambda: "205" in seller.events(sent["invoice_id"]))
    there = seller.ok("GET", "/lifecycle-events/state", params={"invoice_id": sent["invoice_id"]})
    here = buyer.ok("GET", "/lifecycle-events/state", params={"invoice_id": got["invoice_id"]})
    assert there["state"] == here["state"] == "205"


def test_an_invoice_is_read_once_at_each_of_its_stations(seller, monkeypatch):
    """By the sender's platform, the receiver's, and the portal its extract; statuses and views of it read nothing."""
    read = []
    original = einvoice.document.read_detected

    def counted(found):
        made = original(found)
        read.append(made.number)
        return made

    monkeypatch.setattr(einvoice.document, "read_detected", counted)
    sent = seller.submit(ubl("X-READ"))
    until(lambda: {"203", "250"} <= set(seller.events(sent["invoice_id"])))
    seller.ok("GET", "/lifecycle-events/state", params={"invoice_id": sent["invoice_id"]})
    assert read.count("X-READ") == 3


def test_the_portal_is_told_what_it_must_know(box, seller):
    """Status 200 and the extract of the invoice reach the portal, which says whether it could judge them."""
    sent = seller.submit(ubl("X-2"))

    def duties():
        state = seller.ok("GET", "/lifecycle-events/state", params={"invoice_id": sent["invoice_id"]})
        return state["duties"] if all(each["done_at"] for each in state["duties"]) else None

    done = until(duties)
    assert {each["content"] for each in done} == {"status", "flux1"}
    assert all(each["done_at"] < each["deadline"] for each in done)
    told = [each for each in httpx.get(f"{box.portal_url}/received").json() if each["name"] == "Base_X-2.xml"]
    assert [each["code"] for each in told] == ["250"]
    events = seller.ok("GET", "/lifecycle-events", params={"object_id": sent["invoice_id"]})
    assert "regulatory_data" in {each["object_type"] for each in events}


def test_the_portal_refuses_on_demand(box, seller):
    """A refusal that was asked for reaches the client, with its published reason."""
    httpx.post(f"{box.portal_url}/refusals", json={"kind": "flux1", "reason": "REJ_UNI"}).raise_for_status()
    sent = seller.submit(ubl("X-3"))

    def refusal():
        events = seller.ok("GET", "/lifecycle-events", params={"object_id": sent["invoice_id"]})
        return next((each for each in events if each["code"] == "251"), None)

    found = until(refusal)
    assert (found["object_type"], found["status_code"]) == ("regulatory_data", "REJECTED")
    assert found["rejection_reason"] == "REJ_UNI"


def test_a_refusal_ends_the_life_and_is_mandatory(seller, buyer):
    """The buyer refuses with a reason; the seller learns it, and nothing more may be told."""
    sent = seller.submit(ubl("X-4"))
    got = buyer.received("X-4")
    wanted = {"invoice_id": got["invoice_id"], "status_code": "REFUSED"}
    why = {"reasons": ["TX_TVA_ERR"], "comment": "Le taux est de 10 %."}
    assert buyer.ok("POST", "/lifecycle-events", 201, json=wanted | why)["is_mandatory"]
    until(lambda: "210" in seller.events(sent["invoice_id"]))
    assert buyer.http.post("/lifecycle-events", json=wanted | {"status_code": "APPROVED"}).status_code == 422


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"status_code": "REFUSED"}, 422),  # no reason
        ({"status_code": "COLLECTED", "payment": {"amount": "120.00"}}, 422),  # the seller's to set
        ({"status_code": "999"}, 422),
        ({"invoice_id": "fl_none"}, 404),
    ],
)
def test_statuses_that_may_not_be_set_are_refused(seller, buyer, change, status):
    """What the library refuses, and what is another party's to say, is refused with the reason."""
    seller.submit(ubl("X-5"))
    got = buyer.received("X-5")
    wanted = {"invoice_id": got["invoice_id"], "status_code": "APPROVED"} | change
    assert buyer.http.post("/lifecycle-events", json=wanted).status_code == status


def test_money_received_is_told_to_the_portal_and_the_buyer(seller, buyer):
    """Status 212 is set by the seller, reduces what is due, and is a duty."""
    sent = seller.submit(ubl("X-6"))
    got = buyer.received("X-6")
    until(lambda: "203" in seller.events(sent["invoice_id"]))
    paid = {"invoice_id": sent["invoice_id"], "status_code": "COLLECTED", "payment": {"amount": "50.00"}}
    assert seller.ok("POST", "/lifecycle-events", 201, json=paid)["is_mandatory"]
    until(lambda: "212" in buyer.events(got["invoice_id"]))
    state = seller.ok("GET", "/lifecycle-events/state", params={"invoice_id": sent["invoice_id"]})
    assert state["due"] == "70.00"


def test_payments_of_one_second_all_count(seller, buyer):
    """Messages know whole seconds only: what comes faster is told one second after the other, and nothing is lost."""
    sent = seller.submit(ubl("X-6B"))
    got = buyer.received("X-6B")
    until(lambda: "203" in seller.events(sent["invoice_id"]))
    paid = {"invoice_id": sent["invoice_id"], "status_code": "COLLECTED", "payment": {"amount": "30.00"}}
    told = [seller.ok("POST", "/lifecycle-events", 201, json=paid) for _ in range(3)]
    assert len({each["id"] for each in told}) == len({each["timestamp"] for each in told}) == 3
    until(lambda: buyer.events(got["invoice_id"]).count("212") == 3)
    for who, invoice_id in ((seller, sent["invoice_id"]), (buyer, got["invoice_id"])):
        assert who.ok("GET", "/lifecycle-events/state", params={"invoice_id": invoice_id})["due"] == "30.00"


def test_a_faulty_invoice_is_not_sent(seller, buyer):
    """It is rejected with the findings, the buyer never sees it, and its number stays free."""
    answer = seller.submit(ubl("X-7").replace(b"120.00", b"121.00"))
    assert answer["status"] == "rejected"
    assert "BR-CO-15" in {each["reasonCode"] for each in answer["reasons"]}
    assert seller.submit(ubl("X-7"))["status"] == "validated"
    buyer.received("X-7")
    assert [each["number"] for each in buyer.ok("GET", "/invoicing/received", params={"limit": 1000})].count("X-7") == 1


def test_the_same_file_is_the_same_invoice(seller):
    """Handed in twice, it is one invoice; another file of the same number is refused."""
    first = seller.submit(ubl("X-8"))
    assert seller.submit(ubl("X-8"))["invoice_id"] == first["invoice_id"]
    other = seller.submit(ubl("X-8", due_date=None, payment_terms="30 jours"))
    assert other["status"] == "rejected"
    assert [each["reasonCode"] for each in other["reasons"] if each["level"] == "Error"] == ["AlreadyExistingFlow"]


def test_an_invoice_in_the_name_of_others_is_refused(buyer):
    """Who has no mandate of the issuer does not send for it."""
    answer = buyer.submit(ubl("X-9"))
    assert "InvoiceLCAccessDenied" in {each["reasonCode"] for each in answer["reasons"]}


def test_nobody_to_receive_is_told(seller):
    """A buyer without platform: the invoice is deposited, and said not to be transmitted."""
    sent = seller.submit(ubl("X-10", buyer=party("INCONNU EXEMPLE", "FR23500000005")))
    events = seller.ok("GET", "/lifecycle-events", params={"object_id": sent["invoice_id"], "object_type": "invoice"})
    assert [(each["code"], each["rejection_reason"]) for each in events] == [("200", "NON_TRANSMISE")]


def test_cii_goes_the_same_way_and_other_files_do_not(seller, buyer):
    """The format is found by the content, not by the name."""
    content = ei.Draft.model_validate(draft("X-11"))
    assert seller.submit(ei.build(content, "cii"), "x.bin")["status"] == "validated"
    assert buyer.received("X-11")["syntax"] == "CII"
    for data in (b"hello", b"", b"<a/>"):
        assert seller.http.post("/invoicing/files/submit", files={"file": ("a.txt", data)}).status_code == 400


def test_two_clients_of_one_platform(box, seller):
    """An invoice between two clients of one platform takes the same way."""
    sent = seller.submit(ubl("X-12", buyer=party("NÉGOCE EXEMPLE", "FR30300000007")))
    with Company(box.platforms[0], 1) as other:
        other.received("X-12")
    until(lambda: "203" in seller.events(sent["invoice_id"]))
    assert "201" in seller.events(sent["invoice_id"])


def test_the_portals_answers_are_lifecycle_messages(box, seller):
    """What it took and what it refuses: a valid message each, about what was sent, kept with the event."""
    httpx.post(f"{box.portal_url}/refusals", json={"kind": "flux1", "reason": "REJ_UNI"}).raise_for_status()
    made = seller.submit(ubl("CDV-1"))
    platform = next(each.platform for each in box.services if each.platform.settings.matricule == "0101")

    def answers():
        with platform.db.read() as tx:
            wanted = select(message).where(message.c.emitter == "PPF", message.c.object_id == made["invoice_id"])
            rows = tx.execute(wanted).all()
            return [(row.code, platform.files.get(tx, row.sha)) for row in rows if row.sha]

    found = until(lambda: [each for each in answers() if each[0] == "251"])
    for code, data in found:
        told = ei.parse(data)
        assert ei.validate(data).verdict == "valid"
        assert (told.subject.status_code, told.subject.details[0].reason_code) == (code, "REJ_UNI")
        assert told.subject.issuer.identifiers[0].value == "100000009"


def test_a_token_may_follow_the_word_bearer(seller):
    """As most programs send it; the documented raw form works too, as everywhere else here."""
    headers = {"Authorization": f"Bearer {seller.platform.sponsor_token}"}
    assert httpx.get(f"{seller.platform.url}/api/clients", headers=headers).status_code == 200
    headers = {"Authorization": f"Basic {seller.platform.sponsor_token}"}
    assert httpx.get(f"{seller.platform.url}/api/clients", headers=headers).status_code == 401


@pytest.mark.parametrize("signature", [b"", b"x", b"\xff", "é".encode()])
def test_an_envelope_without_the_right_signature_is_refused(box, signature):
    """401, whatever stands in its place, and nothing is kept."""
    headers = {"Envelope-Sender": "0102", "Envelope-Timestamp": "1", "Envelope-Signature": signature}
    for url in (box.platforms[0].url, box.portal_url):
        assert httpx.post(f"{url}/peer", content=b'{"documents": []}', headers=headers).status_code == 401
