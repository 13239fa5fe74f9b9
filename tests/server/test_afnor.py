"""XP Z12-013, spoken by a client that is not ours: pyfrctc, unmodified."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
import sys
from decimal import Decimal

import httpx
import pytest
from companies import ubl, until
from folders import ROOT

import einvoice as ei
from einvoice.france import lifecycle

pyfrctc = pytest.importorskip("pyfrctc.pyfrctc")


@pytest.fixture(scope="module")
def sessions(box):
    """One session of that client for each platform; it wants to know platforms by name."""
    patch = pytest.MonkeyPatch()
    patch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the sandbox is on this machine: no TLS
    made = []
    for each in box.platforms:
        urls = {
            "afnor_base_url": each.url,
            "token_url": f"{each.url}/oauth2/token",
            "authorize_url": "",
            "label": each.name,
        }
        patch.setitem(pyfrctc.PLATFORMS, each.matricule, urls)
        made.append(
            pyfrctc.get_session(
                each.matricule,
                "client_credentials",
                "company",
                lambda _: {"access_token": None, "expires_at": 0},
                lambda _: None,
                each.oauth["client_id"],
                each.oauth["client_secret"],
            )
        )
    yield made
    for each in made:
        each.close()
    patch.undo()


@pytest.fixture(scope="module")
def since():
    """Before anything of this module happened."""
    return dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)


def judged(session, flow_id):
    """The flow once it is judged."""

    def found():
        flow = pyfrctc.get_flow_metadata_parsed(session, flow_id)
        return flow if flow["acknowledgement"]["status"] != "Pending" else None

    return until(found)


def test_health_and_directory(sessions):
    """The client finds both services well, and reads companies and lines."""
    first, second = sessions
    assert pyfrctc.healthcheck(first)
    assert pyfrctc.healthcheck(second, type="flow")
    assert pyfrctc.get_directory_siren_parsed(first, "200000008")["name"] == "ACHETEUR EXEMPLE"
    assert pyfrctc.get_directory_siren_parsed(first, "130000003")["entity_type"] == "no"
    assert pyfrctc.get_directory_siret_parsed(first, "20000000800017")["closed"] is False
    lines = pyfrctc.get_directory_lines_parsed(first, "200000008")
    assert {name: each["state"] for name, each in lines.items()} == {
        "200000008": "active",
        "200000008_20000000800017": "active",
    }


def test_an_invoice_and_its_status_both_ways(sessions, since):
    """Sent, found by the other side, read in all its forms; the answer comes back and is understood."""
    first, second = sessions
    data = ubl("P-1")
    sent = pyfrctc.send_flow_parsed(first, data, "P-1.xml", "UBL", "B2B")
    assert judged(first, sent["flowId"])["acknowledgement"] == {"status": "Ok"}

    def arrived():
        found = pyfrctc.search_flows_parsed(second, since, "In", "SupplierInvoice")
        return next((each for each in found if each["name"] == "P-1.xml"), None)

    got = until(arrived)
    assert pyfrctc.get_flow(second, got["flowId"], "Original") == data
    assert b"CrossIndustryInvoice" in pyfrctc.get_flow(second, got["flowId"], "Converted")
    assert b"<html" in pyfrctc.get_flow(second, got["flowId"], "ReadableView")
    now = dt.datetime.now(dt.UTC)
    told = lifecycle.write(lifecycle.status(ei.parse(data), 205, at=now, received_at=now))
    answer = pyfrctc.send_flow_parsed(second, told, "P-1-205.xml", "CDAR", "B2B")
    assert judged(second, answer["flowId"])["flowType"] == "SupplierInvoiceLC"

    def approved():
        found = pyfrctc.search_flows_parsed(first, since, "In", "CustomerInvoiceLC")
        return next((each for each in found if each["name"].endswith("P-1_205.xml")), None)

    flow = until(approved)
    assert b"205" in pyfrctc.get_flow(first, flow["flowId"], "Original")


def test_a_status_of_a_known_identifier_is_refused(sessions, seller):
    """Another file that says what it is called as one that was told: refused, and not taken in silence."""
    first, _ = sessions
    data, now = ubl("P-1B"), dt.datetime.now(dt.UTC)
    seller.submit(data)

    def told(amount):
        paid = lifecycle.Payment(Decimal(amount))
        message = lifecycle.status(ei.parse(data), 212, at=now, received_at=now, payment=paid)
        flow = pyfrctc.send_flow_parsed(first, lifecycle.write(message), "P-1B-212.xml", "CDAR", "B2B")
        return judged(first, flow["flowId"])["acknowledgement"]

    assert told("50.00")["status"] == "Ok"
    again = told("60.00")
    assert (again["status"], again["details"][-1]["reasonCode"]) == ("Error", "AlreadyExistingFlow")


def test_a_faulty_invoice_says_why(sessions):
    """The rule and its words, in French, reach the client."""
    first, _ = sessions
    sent = pyfrctc.send_flow_parsed(first, ubl("P-2").replace(b"120.00", b"121.00"), "P-2.xml", "UBL", "B2B")
    found = judged(first, sent["flowId"])["acknowledgement"]
    assert found["status"] == "Error"
    assert found["details"][0]["reasonCode"] == "BR-CO-15"
    assert "total" in found["details"][0]["reasonMessage"]


def test_paging_by_time_loses_nothing(box, sessions, since):
    """120 flows, searched 100 at a time by their stamps, which are unique and grow."""
    first, second = sessions
    names = {f"P-{number}" for number in range(100, 220)}
    sent = {pyfrctc.send_flow_parsed(first, ubl(each), f"{each}.xml", "UBL", "B2B")["flowId"] for each in names}
    for flow_id in sent:
        judged(first, flow_id)
    found = pyfrctc.search_flows_parsed(first, since, "Out", "CustomerInvoice")
    stamps = [each["updatedAt"] for each in found]
    assert stamps == sorted(set(stamps))
    assert sent <= {each["flowId"] for each in found}

    def arrived():
        got = pyfrctc.search_flows_parsed(second, since, "In", "SupplierInvoice")
        return names <= {each["name"].removesuffix(".xml") for each in got}

    assert until(arrived)
    assert box.platforms


@pytest.fixture
def flows(box):
    """A plain client with an access token."""
    platform = box.platforms[0]
    answer = httpx.post(f"{platform.url}/oauth2/token", data={"grant_type": "client_credentials", **platform.oauth})
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    with httpx.Client(base_url=f"{platform.url}/afnor-flow/v1", headers=headers, timeout=30) as client:
        yield client


def post(flows, data, kind=None, **info):
    """Send a flow."""
    values = {"flowSyntax": "UBL", "name": "a.xml"} | info
    part = (None, json.dumps(values), kind) if kind else (None, json.dumps(values))
    return flows.post("/flows", files={"file": ("a.xml", data), "flowInfo": part})


def test_the_checksum_is_compared(flows):
    """A wrong one is refused before anything is stored, a right one is said back."""
    data = ubl("P-3")
    assert post(flows, data, sha256="0" * 64).status_code == 422
    right = hashlib.sha256(data).hexdigest()
    assert post(flows, data, sha256=right).json()["sha256"] == right


@pytest.mark.parametrize("kind", ["application/json", "text/plain", None])
def test_the_flow_info_comes_in_any_form(flows, kind):
    """As JSON, as text, as a plain field."""
    assert post(flows, ubl(f"P-4{str(kind)[:3]}"), kind).status_code == 202


def test_a_file_sent_twice_says_so(flows):
    """The second flow is an error that names the first."""
    first = post(flows, ubl("P-5"), trackingId="T-5").json()
    again = post(flows, ubl("P-5")).json()
    found = flows.get(f"/flows/{again['flowId']}").json()["acknowledgement"]
    assert (found["status"], found["details"][0]["reasonCode"]) == ("Error", "AlreadyExistingFlow")
    assert found["details"][0]["item"] == first["flowId"]
    search = flows.post("/flows/search", json={"where": {"trackingId": "T-5"}}).json()
    assert [each["flowId"] for each in search["results"]] == [first["flowId"]]


def test_two_files_are_not_one_flow(flows):
    """Which of them is meant? The other would be lost."""
    parts = [("file", ("a.xml", ubl("F-A"))), ("file", ("b.xml", ubl("F-B")))]
    info = ("flowInfo", (None, json.dumps({"name": "a.xml", "flowSyntax": "UBL"})))
    answer = flows.post("/flows", files=[*parts, info])
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("change", [{"limit": "5"}, {"where": {"updatedAfter": 1}}, {"where": {"updatedAfter": "1"}}])
def test_a_search_takes_what_is_published_only(flows, change):
    """A text is no number, and a number no time: 1 was the first second of 1970."""
    wanted = {"where": {"updatedAfter": "2020-01-01T00:00:00Z"}} | change
    assert flows.post("/flows/search", json=wanted).status_code == 400


def test_the_cursor_leads_through_all(flows):
    """Page by page, each flow once."""
    for number in range(9):
        assert post(flows, ubl(f"P-C{number}")).status_code == 202
    seen, cursor = [], None
    for _ in range(1000):
        body = {"where": {"flowDirection": ["Out"]}, "limit": 7} | ({"cursor": cursor} if cursor else {})
        page = flows.post("/flows/search", json=body).json()
        seen += [each["flowId"] for each in page["results"]]
        if "nextCursor" not in page:
            break
        cursor = page["nextCursor"]
    assert len(seen) == len(set(seen)) > 7
    assert flows.post("/flows/search", json={"where": {"ackStatus": "Ok"}, "cursor": "?"}).status_code == 400


def test_another_syntax_than_said_is_an_error(flows):
    """FlowTypeError where the file is not what the flow says."""
    sent = post(flows, ubl("P-6"), flowSyntax="CII").json()["flowId"]
    found = until(
        lambda: (flow := flows.get(f"/flows/{sent}").json())["acknowledgement"]["status"] != "Pending" and flow
    )
    assert found["acknowledgement"]["details"][0]["reasonCode"] == "FlowTypeError"


def test_who_has_no_token_is_told_in_the_standards_words(box):
    """401 with errorCode; wrong credentials get no token."""
    url = box.platforms[0].url
    answer = httpx.post(f"{url}/afnor-flow/v1/flows/search", json={"where": {}})
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "MISSING_TOKEN")
    wrong = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    assert httpx.post(f"{url}/oauth2/token", data=wrong).status_code == 401
    assert httpx.post(f"{url}/oauth2/token", data=wrong | {"grant_type": "password"}).status_code == 400
    odd = {"Authorization": b"Basic \xff"}
    assert httpx.post(f"{url}/oauth2/token", data=wrong, headers=odd).status_code == 401


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_what_is_no_form_gets_no_token(box, kind):
    """In the words of OAuth2, as every other refusal."""
    answer = httpx.post(f"{box.platforms[0].url}/oauth2/token", content=b"\xff", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_another_organisation_of_the_sponsor(box, flows):
    """Organization-Id names another client by id or SIREN; one of another sponsor is refused."""
    second = box.platforms[0].clients[1]
    for name in (second.client_id, second.siren):
        answer = flows.post("/flows/search", json={"where": {"ackStatus": "Ok"}}, headers={"Organization-Id": name})
        assert answer.status_code == 200
        assert not [each for each in answer.json()["results"] if each["name"].startswith("P-")]
    strange = {"Organization-Id": box.platforms[1].clients[0].client_id}
    assert flows.post("/flows/search", json={"where": {"ackStatus": "Ok"}}, headers=strange).status_code == 403


def test_what_is_published_of_requests_and_answers_holds(box, flows):
    """A file is octets whatever it is; a search may have no body, but not `null`."""
    directory = f"{box.platforms[0].url}/afnor-directory/v1"
    sent = post(flows, ubl("P-7")).json()["flowId"]
    for form in ("Original", "Converted", "ReadableView"):
        answer = flows.get(f"/flows/{sent}", params={"docType": form})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/octet-stream")
    for what, without in (("siren", 200), ("siret", 200), ("directory-line", 200), ("routing-code", 400)):
        assert flows.post(f"{directory}/{what}/search").status_code == without
        for nothing in ({"content": b"null"}, {"content": iter([b"null"])}):
            headers = {"Content-Type": "application/json"}
            assert flows.post(f"{directory}/{what}/search", headers=headers, **nothing).status_code == 400


def test_the_tool_finds_nothing_wrong():
    """A few invoices and approvals each way; `make client` has 500."""
    tool = ROOT / "tools" / "third_party_client.py"
    command = [sys.executable, str(tool), "--flows", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603 - our own program
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("0 wrong") == 2


def test_a_callback_goes_only_where_it_may(flows):
    """A URL that is none is a bad request; a good one where calls do not go is forbidden: both are documented."""
    for url, status in (("ftp://erp.example/", 400), ("http://10.0.0.1/", 403), ("https://no-such-host.invalid/", 403)):
        assert flows.post("/webhooks", json={"callbackUrl": url}).status_code == status
