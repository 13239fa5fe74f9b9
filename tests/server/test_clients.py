"""Clients, onboarding, mandates, the directory: the first step of the seed's workflow."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest
from companies import Company, party, ubl, until
from lxml import html as lxml_html

from einvoice_server.auth import hashed
from einvoice_server.holdings import lines_of


def fresh(seller, reference):
    """A new client of the seller's sponsor, with a program that speaks for it."""
    values = {"organization_name": "NOUVEAU EXEMPLE", "contact_email": "a@nouveau.example", "external_ref": reference}
    made = seller.ok("POST", "/clients", 201, json=values)
    return made, {"X-PDP-Client-Id": made["client_id"]}


def mandate(siren, start="2026-01-01T00:00:00Z", **entry):
    """A mandate that is asked for."""
    return {"start_date": start, "directory_entry": {"siren": siren, "name": "NOUVEAU EXEMPLE"} | entry}


def test_a_client_is_made_found_and_deleted(seller):
    """The external reference is unique and finds one; a client without mandates may go."""
    made, _ = fresh(seller, "R-1")
    assert (made["status"], made["updated_at"]) == ("pending", None)
    assert seller.ok("GET", "/clients", params={"external_ref": "R-1"}) == made
    assert made in seller.ok("GET", "/clients")
    again = seller.http.post("/clients", json={"organization_name": "X", "contact_email": "x", "external_ref": "R-1"})
    assert (again.status_code, sorted(again.json())) == (409, ["code", "error", "trace_id"])
    seller.ok("DELETE", f"/clients/{made['client_id']}", 204)
    assert seller.http.get(f"/clients/{made['client_id']}").status_code == 404


def test_a_faulty_body_is_told_by_places(seller):
    """422 in the form of the seed's API, never 500."""
    answer = seller.http.post("/clients", json={"organization_name": "", "external_ref": "R-2"})
    assert answer.status_code == 422
    assert [each["loc"][1] for each in answer.json()["detail"]] == ["organization_name", "contact_email"]


def test_onboarding_then_the_mandate_comes_into_force(box, seller):
    """KYC and signature are played on the link's page; then the directory takes the line, and the client is active."""
    made, header = fresh(seller, "R-3")
    wanted = {"client_id": made["client_id"], "include_kyc": True, "include_signature": True}
    link = seller.ok("POST", "/clients/onboarding-link", 201, json=wanted)
    asked = seller.ok("POST", "/mandates", 201, json=mandate("600000004"), headers=header)
    assert asked["status"] == "pending_kyc"
    assert httpx.get(link["url"]).status_code == 200
    for step in ("kyc", "signature"):
        headers = {"Origin": box.platforms[0].url}
        assert httpx.post(f"{link['url']}/{step}", headers=headers).status_code == 303
    status = seller.ok("GET", "/clients/onboarding-link/status", params={"client_id": made["client_id"]})
    assert status["completed"]
    until(lambda: seller.ok("GET", f"/mandates/{asked['id']}", headers=header)["status"] == "active")
    assert seller.ok("GET", f"/clients/{made['client_id']}")["status"] == "active"
    events = seller.ok("GET", "/lifecycle-events", params={"object_type": "mandate"}, headers=header)
    assert [each["code"] for each in events] == [
        "CREATED",
        "PENDING_KYC",
        "PROCESSING",
        "CREATED",
        "ACTIVATED",
    ]
    assert httpx.get(link["url"].replace(link["url"][-5:], "xxxxx")).status_code == 404


@pytest.mark.parametrize("number", [0, 1])
def test_a_client_sees_whom_it_designates(box, number):
    """White label: the sponsor alone, on pages and mandates. Grey label: the platform, and for whom it asks."""
    platform = box.platforms[number]
    sponsor, brand = ("Éditeur Alpha (exemple)",) * 2 if number == 0 else ("Éditeur Bêta (exemple)", platform.name)
    with Company(platform) as company:
        made, header = fresh(company, f"R-LABEL-{number}")
        wanted = {"client_id": made["client_id"], "include_kyc": True, "include_signature": True}
        link = company.ok("POST", "/clients/onboarding-link", 201, json=wanted)
        asked = company.ok("POST", "/mandates", 201, json=mandate(("160000006", "170000004")[number]), headers=header)
    assert link["designated_platform"] == asked["designated_platform"] == brand
    page = lxml_html.document_fromstring(httpx.get(link["url"], params={"lang": "en"}).text)
    said = page.text_content()
    assert page.xpath('string(//*[@class="brand"])') == brand
    assert f"NOUVEAU EXEMPLE designates {brand} as its platform" in said
    assert (platform.name in said, sponsor in said) == (number == 1, True)


def test_a_client_with_mandates_is_not_deleted(seller):
    """Mandates first; a revoked mandate is gone for good, its directory line stays."""
    made, header = fresh(seller, "R-4")
    asked = seller.ok("POST", "/mandates", 201, json=mandate("700000003"), headers=header)
    assert seller.http.delete(f"/clients/{made['client_id']}").status_code == 409
    until(lambda: seller.ok("GET", f"/mandates/{asked['id']}", headers=header)["status"] == "active")
    until(lambda: seller.http.get("/directory/700000003").status_code == 200)
    seller.ok("DELETE", f"/mandates/{asked['id']}", 204, headers=header)
    assert seller.http.get(f"/mandates/{asked['id']}", headers=header).status_code == 404
    assert seller.ok("GET", "/directory/700000003")["addressable"]
    seller.ok("DELETE", f"/clients/{made['client_id']}", 204)


def test_a_client_with_invoices_is_not_deleted(seller):
    """They have to be kept, and what comes back of them has to arrive: it was nobody's, and failed for ever."""
    made, header = fresh(seller, "R-KEPT")
    asked = seller.ok("POST", "/mandates", 201, json=mandate("180000002"), headers=header)
    until(lambda: seller.ok("GET", f"/mandates/{asked['id']}", headers=header)["status"] == "active")
    data = ubl("R-KEPT", seller=party("NOUVEAU EXEMPLE", "FR48180000002"))
    sent = seller.ok("POST", "/invoicing/files/submit", 201, files={"file": ("a.xml", data)}, headers=header)
    assert sent["status"] == "validated"
    seller.ok("DELETE", f"/mandates/{asked['id']}", 204, headers=header)
    answer = seller.http.delete(f"/clients/{made['client_id']}")
    assert (answer.status_code, "invoices" in answer.json()["error"]) == (409, True)
    seller.ok("PUT", f"/clients/{made['client_id']}/status", json={"status": "inactive"})
    until(lambda: "203" in codes(seller, sent["invoice_id"], header))


def codes(company, object_id, header):
    """What happened to an object of a client."""
    found = company.ok("GET", "/lifecycle-events", params={"object_id": object_id}, headers=header)
    return {each["code"] for each in found}


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"siret": "20000000800017"}, "siret"),  # of another company
        ({"siret": "80000000200019", "suffix": "X"}, "suffix"),
        ({"routing_identifier": "ACHATS"}, "siret"),
    ],
)
def test_scopes_that_cannot_be_are_refused(seller, entry, field):
    """The library's rules for addresses decide; the four scopes are what is left."""
    answer = seller.http.post("/mandates", json=mandate("800000002", **entry))
    assert answer.status_code == 422
    assert field in {place for each in answer.json()["detail"] for place in each["loc"]}


def test_all_four_scopes(seller):
    """A company, a suffix, an establishment, a service of an establishment."""
    made, header = fresh(seller, "R-5")
    scopes = [
        {},
        {"suffix": "BANQUE"},
        {"siret": "80000000200017"},
        {"siret": "80000000200017", "routing_identifier": "S1"},
    ]
    batch = {"mandates": [mandate("800000002", **scope) for scope in scopes]}
    assert len(seller.ok("POST", "/mandates/batch", 201, json=batch, headers=header)) == 4
    assert len(seller.ok("GET", "/mandates/directory/800000002", headers=header)) == 4
    assert made["client_id"]


def test_a_batch_is_all_or_nothing(seller):
    """One fault, and none of the batch is there; the place says which."""
    made, header = fresh(seller, "R-6")
    batch = {"mandates": [mandate("900000001"), mandate("900000001", siret="90000000100018", suffix="X")]}
    answer = seller.http.post("/mandates/batch", json=batch, headers=header)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:3] == ["body", "mandates", 1]
    assert seller.ok("GET", "/mandates", headers=header) == []
    twice = {"mandates": [mandate("900000001"), mandate("900000001")]}
    assert seller.http.post("/mandates/batch", json=twice, headers=header).status_code == 422
    assert made["client_id"]


def test_a_mandate_waits_for_its_start(seller):
    """A start to come: registered in the directory, not yet in force."""
    _, header = fresh(seller, "R-7")
    start = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).isoformat()
    asked = seller.ok("POST", "/mandates", 201, json=mandate("110000007", start), headers=header)
    until(lambda: seller.ok("GET", f"/mandates/{asked['id']}", headers=header)["status"] == "created")
    assert seller.ok("GET", "/mandates", params={"status_filter": "active"}, headers=header) == []


def test_what_the_directory_refuses_is_an_error(box, seller):
    """The portal's reason is told with the mandate."""
    _, header = fresh(seller, "R-8")
    httpx.post(f"{box.portal_url}/refusals", json={"kind": "directory", "reason": "REJ_HAB"}).raise_for_status()
    asked = seller.ok("POST", "/mandates", 201, json=mandate("120000005"), headers=header)
    failed = until(
        lambda: (found := seller.ok("GET", f"/mandates/{asked['id']}", headers=header))["status"] == "error" and found
    )
    assert "refusé à la demande" in failed["error_cause"]


@pytest.mark.parametrize("name", ["A\x01B", "A\nB", "A\x00", "\ufffe"])
def test_a_name_that_no_directory_can_say_is_refused(box, seller, name):
    """It kept the portal from writing the directory, for all platforms and for ever."""
    answer = seller.http.post("/mandates", json=mandate("150000008", suffix="NAME", name=name))
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", "directory_entry", "name"])
    assert httpx.get(f"{box.portal_url}/directory.xml").status_code == 200


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2026-01-01T00:00:00", "2025-01-01T00:00:00Z", "end_date"),  # one has a zone, the other has none
        ("9999-12-31T23:59:59Z", None, "start_date"),
        ("0001-01-01T00:00:00+14:00", None, "start_date"),
        ("2026-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "end_date"),
        (1767225600, None, "start_date"),
        ("1767225600", None, "start_date"),
    ],
)
def test_times_that_cannot_be_are_refused(seller, start, end, field):
    """At the end of the calendar, of two kinds, or a number: 422 with the field, never 500 nor 1970."""
    answer = seller.http.post("/mandates", json=mandate("150000008", start) | ({"end_date": end} if end else {}))
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", field])


def test_a_time_without_zone_is_utc(seller):
    """Whatever zone a time is given in, it is answered as the contract has it."""
    _, header = fresh(seller, "R-ZONE")
    given = [("2026-01-01T00:00:00", "A"), ("2026-01-01T02:00:00+02:00", "B")]
    for start, suffix in given:
        asked = seller.ok("POST", "/mandates", 201, json=mandate("150000008", start, suffix=suffix), headers=header)
        assert asked["start_date"] == "2026-01-01T00:00:00Z"
    end = {"end_date": "2027-01-01T00:00:00"}
    seller.ok("POST", "/mandates", 201, json=mandate("150000008", suffix="C") | end, headers=header)


def settled(company, asked, header):
    """A mandate once the directory has answered."""

    def found():
        now = company.ok("GET", f"/mandates/{asked['id']}", headers=header)
        return now if now["status"] in ("active", "error", "expired") else None

    return until(found)


def test_nobody_takes_the_address_of_another_platforms_client(box, seller, buyer):
    """Its line is in force: the portal refuses a second one, whatever day it begins, and the first serves on."""
    _, header = fresh(seller, "R-MINE")
    mine = seller.ok("POST", "/mandates", 201, json=mandate("190000000"), headers=header)
    assert settled(seller, mine, header)["status"] == "active"
    for start, why in (("2026-01-01T00:00:00Z", "plateforme"), ("2026-02-01T00:00:00Z", "EI-G1.86")):
        _, theirs = fresh(buyer, f"R-THEIRS-{start}")
        asked = buyer.ok("POST", "/mandates", 201, json=mandate("190000000", start), headers=theirs)
        found = settled(buyer, asked, theirs)
        assert found["status"] == "error"
        assert why in found["error_cause"]
    service = next(each for each in box.services if each.platform.settings.matricule == "0102")
    with service.platform.db.read() as tx:
        assert [each.platform for each in lines_of(tx, "190000000")] == ["0101"]


def test_a_line_of_ones_own_gets_another_end(box, seller):
    """A mandate that is revoked leaves its line; the next one for that address gives it another end."""
    _, header = fresh(seller, "R-END")
    first = mandate("140000001") | {"end_date": "2030-01-01T00:00:00Z"}
    asked = seller.ok("POST", "/mandates", 201, json=first, headers=header)
    assert settled(seller, asked, header)["status"] == "active"
    seller.ok("DELETE", f"/mandates/{asked['id']}", 204, headers=header)
    second = mandate("140000001", "2026-03-01T00:00:00Z") | {"end_date": "2031-01-01T00:00:00Z"}
    asked = seller.ok("POST", "/mandates", 201, json=second, headers=header)
    assert settled(seller, asked, header)["status"] == "active"
    service = next(each for each in box.services if each.platform.settings.matricule == "0102")

    def lines():
        with service.platform.db.read() as tx:
            return [(str(each.start_date), str(each.end_date)) for each in lines_of(tx, "140000001")]

    until(lambda: lines() == [("2026-01-01", "2031-01-01")])


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/api/invoicing/a%0Ab/file", ["code", "error", "trace_id"]),  # a line break, which no route takes
        ("/afnor-flow/v1/flows/a%0Ab", ["errorCode", "errorMessage"]),
        ("/nothing", ["code", "error", "trace_id"]),
    ],
)
def test_an_address_that_is_none_is_told_in_the_form_of_its_api(box, path, keys):
    """Whatever part of the platform finds out that it knows no such address."""
    answer = httpx.get(box.platforms[0].url + path)
    assert answer.status_code in (401, 404)
    assert sorted(answer.json()) == keys


def test_unknown_companies_are_404(seller):
    """A company that the directory does not know, and a number that is none."""
    assert seller.http.get("/directory/130000003").status_code == 404
    assert seller.http.get("/directory/13").status_code == 422
    assert seller.http.get("/mandates/directory/130000003").status_code == 404


def test_tokens_are_kept_as_hashes(box):
    """No secret that was shown stands in the database."""
    service = box.services[1]
    secret = box.platforms[0].sponsor_token.rpartition("_")[0] and box.platforms[0].sponsor_token.split("_", 2)[2]
    with service.platform.db.read() as tx:
        rows = [tuple(row) for row in tx.exec_driver_sql("select * from token")]
    assert any(hashed(secret) in row for row in rows)
    assert not any(secret in str(row) or box.platforms[0].oauth["client_secret"] in str(row) for row in rows)


def test_a_suspended_client_sends_nothing(seller, buyer):
    """The sponsor suspends a client, which then sends neither invoices nor statuses, and lets it go on."""
    data = ubl("R-9")
    seller.submit(data)
    got = buyer.received("R-9")
    buyer.ok("PUT", f"/clients/{buyer.client_id}/status", json={"status": "suspended"})
    for path, body in (
        ("/invoicing/files/submit", {"files": {"file": ("a.xml", data)}}),
        ("/lifecycle-events", {"json": {"invoice_id": got["invoice_id"], "status_code": "APPROVED"}}),
    ):
        assert buyer.http.post(path, **body).status_code == 403
    assert buyer.ok("PUT", f"/clients/{buyer.client_id}/status", json={"status": "active"})["status"] == "active"
