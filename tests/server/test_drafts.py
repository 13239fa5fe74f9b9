"""Drafts: partial, replaced, judged, made an invoice with a number of its series."""

from __future__ import annotations

import pytest
from companies import draft, party, ubl, until


def errors(report):
    """The rules of the errors of a report."""
    return {each["rule"] for each in report["documents"][0]["findings"] if each["severity"] == "error"}


def test_a_partial_draft_is_kept_and_judged(seller):
    """What is missing is told; the draft is read back as it was given, and replaced as a whole."""
    made = seller.ok("POST", "/drafts", 201, json={"issue_date": "2026-11-02"})
    assert made["report"]["verdict"] == "invalid"
    path = f"/drafts/{made['draft_id']}"
    assert seller.ok("GET", path)["issue_date"] == "2026-11-02"
    replaced = seller.ok("PUT", path, json=draft(None))
    assert replaced["report"]["verdict"] == "valid"
    seller.ok("DELETE", path, 204)
    assert seller.http.get(path).status_code == 404


def test_a_draft_without_number_is_judged_on_everything_else(seller):
    """The seed's drafts have no number; their other faults are found all the same, and nothing is stored."""
    report = seller.ok("POST", "/drafts/validate-data", json={"invoice_data": draft(None, due_date="2020-01-01")})
    assert any("BR-FR-CO-07" in rule for rule in errors(report))
    assert seller.ok("POST", "/drafts/validate-data", json={"invoice_data": draft(None)})["verdict"] == "valid"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"lines": [{"quantity": "two"}]}, ["body", "lines", 0, "quantity"]),
        ({"typo": 1}, ["body", "typo"]),
        ({"issue_date": "02/11/2026"}, ["body", "issue_date"]),
        ([], ["body"]),
    ],
)
def test_what_is_no_draft_is_422_with_places(seller, body, place):
    """Each fault stands where it was written."""
    answer = seller.http.post("/drafts", json=body)
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, place)
    inside = seller.http.post("/drafts/validate-data", json={"invoice_data": body})
    assert inside.json()["detail"][0]["loc"] == ["body", "invoice_data", *place[1:]]


def test_amounts_keep_all_their_digits(seller):
    """A JSON number is no float on its way: 19 digits come back."""
    body = b'{"lines": [{"quantity": 1, "item_net_price": 12345678901234567.89}]}'
    made = seller.ok("POST", "/drafts", 201, content=body, headers={"Content-Type": "application/json"})
    assert seller.ok("GET", f"/drafts/{made['draft_id']}")["lines"][0]["item_net_price"] == "12345678901234567.89"


def test_a_draft_becomes_an_invoice(seller, buyer):
    """Numbered without gap, converted, sent; the draft changes no more."""
    numbers = []
    for form in ("ubl", "cii"):
        made = seller.ok("POST", "/drafts", 201, json=draft(None, buyer_reference=form))
        done = seller.ok("POST", f"/drafts/{made['draft_id']}/validate", json={"target_format": form})
        numbers.append(done["number"])
        path = f"/drafts/{made['draft_id']}"
        assert seller.http.put(path, json=draft(None)).status_code == 409
        assert seller.http.delete(path).status_code == 409
        assert seller.http.post(f"{path}/validate").status_code == 409
        assert seller.ok("GET", path)["number"] == done["number"]
        assert buyer.received(done["number"])["syntax"] == form.upper()
        data = until(lambda done=done: seller.http.get(f"/invoicing/invoice_data/{done['invoice_id']}").json())
        assert data["number"] == done["number"]
    first, second = (int(each.rpartition("-")[2]) for each in numbers)
    assert second == first + 1


def test_a_faulty_draft_stays_one_and_takes_no_number(seller):
    """422 with the findings at the draft's fields; the next invoice has the number that would have been its own."""
    made = seller.ok("POST", "/drafts", 201, json=draft(None, due_date="2020-01-01"))
    answer = seller.http.post(f"/drafts/{made['draft_id']}/validate")
    assert answer.status_code == 422
    assert ["body", "due_date"] in [each["loc"] for each in answer.json()["detail"]]
    good = seller.ok("POST", "/drafts", 201, json=draft(None, buyer_reference="gap"))
    before = seller.ok("POST", f"/drafts/{good['draft_id']}/validate")["number"]
    seller.ok("PUT", f"/drafts/{made['draft_id']}", json=draft(None, buyer_reference="repaired"))
    after = seller.ok("POST", f"/drafts/{made['draft_id']}/validate")["number"]
    assert int(after.rpartition("-")[2]) == int(before.rpartition("-")[2]) + 1


@pytest.mark.parametrize(
    "content",
    [
        draft("D-TAKEN", due_date="2099-01-01"),  # another invoice of that number was sent
        draft("D-OTHER", seller=party("AUTRE", "FR30300000007")),
    ],
)
def test_a_draft_that_no_platform_takes_stays_one(seller, content):
    """It was final, and unchangeable, before the platform looked whether it may be sent."""
    seller.submit(ubl("D-TAKEN"))
    kept = seller.ok("POST", "/drafts", 201, json=content)["draft_id"]
    answer = seller.http.post(f"/drafts/{kept}/validate")
    assert answer.status_code == 409, answer.text
    assert "D-TAKEN" in answer.json()["error"] or "300000007" in answer.json()["error"]
    assert seller.ok("PUT", f"/drafts/{kept}", json=draft(None))["is_final"] is False


def test_a_number_of_ones_own(seller):
    """A sponsor that numbers by itself gives the number; the series is not touched."""
    made = seller.ok("POST", "/drafts", 201, json=draft(None))
    assert seller.ok("POST", f"/drafts/{made['draft_id']}/validate", json={"number": "OWN-1"})["number"] == "OWN-1"


def test_a_draft_that_has_a_number_keeps_it(seller):
    """Another number at the end is a contradiction, told as the library tells it."""
    made = seller.ok("POST", "/drafts", 201, json=draft("MINE-1"))
    path = f"/drafts/{made['draft_id']}/validate"
    assert "MINE-1" in str(seller.ok("POST", path, 422, json={"number": "OTHER-2"}))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/drafts", b'{"number": "1", "number": "2"}'),  # which of the two?
        ("/drafts", b'{"number": "\\ud800"}'),  # half a character: no text that can be written
        ("/drafts", b'{"number": "\xe9"}'),  # Latin-1
        ("/drafts", b'{"seller": 1.5}'),
        ("/reporting/payments", b"1.5"),
        ("/reporting/payments", b"{}"),
        ("/reporting/payments", b'{"invoice": []}'),
        ("/reporting/payments", b'{"invoices": [{"number": "E-1", "day": "2026-11-02", "amount": ""}]}'),
    ],
)
def test_nothing_of_a_body_is_lost_in_silence(seller, path, body):
    """A name twice, a text that is none, a number for an object, an empty or misspelled one: 422, never 201 or 500."""
    answer = seller.http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["msg"]


def test_a_number_is_told_as_it_was_written(seller):
    """Not as a Python object."""
    line = b'{"lines": [{"quantity": 1e99}]}'
    told = seller.http.post("/drafts", content=line, headers={"Content-Type": "application/json"}).text
    assert ("1E+99" in told, "Decimal" in told) == (True, False)


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"{}", "application/x-www-form-urlencoded", "Content-Type: application/json"),  # what curl -d sends
        (b'{"number": "A", "number": "B"}', "application/json", "number"),
        (b"{bad", "application/json", "Expecting property name"),
    ],
)
def test_what_is_no_json_is_told_why(seller, body, kind, said):
    """Not as JSON, not once, not at all: with what to change, and without what was sent."""
    answer = seller.http.post("/drafts", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert said in answer.json()["detail"][0]["msg"]
