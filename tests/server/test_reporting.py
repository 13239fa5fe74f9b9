"""E-reporting: what is kept, what is refused, and a year of reports filed in time by a fake clock."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest
from companies import Company, draft, party, ubl, until
from sqlalchemy import func, insert, select

from einvoice_server.clock import FakeClock
from einvoice_server.sandbox import Sandbox
from einvoice_server.tables import duty, job, record

GERMAN = party("KÄUFER BEISPIEL", "DE123456788", "DE")


def exempt(**changes):
    """An invoice to a buyer in Germany."""
    return {"direction": "outgoing", "country_code": "DE", "model": draft("E-1", buyer=GERMAN)} | changes


def test_settings_are_those_that_the_regime_allows(seller):
    """A regime implies how often is reported; anything else is refused, with what it is."""
    good = {"vat_regime": "simplified", "transaction_periodicity": "monthly", "payment_periodicity": "monthly"}
    before = seller.ok("GET", "/settings/periodicity")
    assert seller.ok("PUT", "/settings/periodicity", json=good) is None
    assert seller.ok("GET", "/settings/periodicity") == good
    wrong = seller.http.put("/settings/periodicity", json=good | {"transaction_periodicity": "decade"})
    assert wrong.status_code == 422
    assert wrong.json()["detail"][0]["loc"] == ["body", "transaction_periodicity"]
    seller.ok("PUT", "/settings/periodicity", json=before)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"model": draft("E-2")}, "body"),  # exchanged between platforms: not for here
        ({"country_code": "BE"}, "country_code"),
        ({"direction": "incoming"}, "country_code"),
        ({"model": draft("E-2", buyer=GERMAN, seller=party("AUTRE", "FR30300000007"))}, "seller"),
    ],
)
def test_what_is_not_reported_is_refused(seller, change, place):
    """An exchanged invoice, another country, a company of which there is no mandate."""
    answer = seller.http.post("/reporting/exempt-invoices", json=exempt(**change))
    assert answer.status_code == 422
    assert place in answer.json()["detail"][0]["loc"]


@pytest.mark.parametrize("day", ["1800-01-01", "2150-01-01"])
@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("exempt-invoices", lambda day: exempt(model=draft("E-DAY", buyer=GERMAN, issue_date=day)), "issue_date"),
        (
            "b2c-transactions",
            lambda day: {
                "transactions": [
                    {
                        "day": day,
                        "category_code": "TLB1",
                        "rates": [{"rate": "20", "taxable_amount": "100.00", "tax_amount": "20.00"}],
                    }
                ]
            },
            "day",
        ),
        ("payments", lambda day: {"sales": [{"day": day, "parts": [{"rate": "20", "amount": "12.00"}]}]}, "day"),
    ],
)
def test_what_no_report_will_say_is_refused(seller, path, body, place, day):
    """Reports are made of last year and later: what is older, or beyond all years, is not kept in silence."""
    answer = seller.http.post(f"/reporting/{path}", json=body(day))
    assert (answer.status_code, answer.json()["detail"][0]["loc"][-1]) == (422, place)


def test_a_purchase_abroad_knows_its_buyer_by_its_vat_number(seller):
    """The SIREN of the client stands in its VAT number: no registration number is asked for besides."""
    bought = draft("E-IN", seller=GERMAN, buyer=party("VENDEUR EXEMPLE", "FR88100000009"))
    bought["business_process_type"] = "B1"
    answer = seller.http.post("/reporting/exempt-invoices", json=exempt(direction="incoming", model=bought))
    assert answer.status_code == 201, answer.text


def test_an_invoice_that_was_told_is_not_told_again(seller):
    """By whichever way it comes first: it would stand in the books twice, and these could not be reported."""
    told = exempt(model=draft("E-ONCE", buyer=GERMAN, business_process_type="S1"))
    seller.ok("POST", "/reporting/exempt-invoices", 201, json=told)
    assert seller.http.post("/reporting/exempt-invoices", json=told).status_code == 409
    sent = seller.submit(ubl("E-ONCE", buyer=GERMAN, business_process_type="S1"))
    assert (sent["status"], sent["reasons"][-1]["reasonCode"]) == ("rejected", "AlreadyExistingFlow")
    assert seller.submit(ubl("E-FILE", buyer=GERMAN, business_process_type="S1"))["status"] == "validated"
    again = exempt(model=draft("E-FILE", buyer=GERMAN, business_process_type="S1"))
    assert seller.http.post("/reporting/exempt-invoices", json=again).status_code == 409


def test_each_company_of_a_client_reports_what_is_its_own(tmp_path):
    """Two mandates, two declarants: what the second company sold was in no report at all."""
    clock = FakeClock(dt.datetime(2026, 12, 15, 12, tzinfo=dt.UTC))
    with Sandbox(folder=tmp_path, clock=clock) as box, Company(box.platforms[0]) as client:
        entry = {"siren": "900000001", "name": "SECONDE EXEMPLE"}
        wanted = {"start_date": "2026-01-01T00:00:00Z", "directory_entry": entry}
        asked = client.ok("POST", "/mandates", 201, json=wanted)
        until(lambda: client.ok("GET", f"/mandates/{asked['id']}")["status"] == "active")
        sold = {"issue_date": "2026-11-05", "due_date": "2026-12-30", "business_process_type": "S1", "buyer": GERMAN}
        second = party("SECONDE EXEMPLE", "FR68900000001")
        client.ok("POST", "/reporting/exempt-invoices", 201, json=exempt(model=draft("E-1", **sold)))
        assert client.submit(ubl("E-2", seller=second, **sold))["status"] == "validated"
        paid = {"invoices": [{"number": each, "day": "2026-11-20", "amount": "10.00"} for each in ("E-1", "E-2")]}
        client.ok("POST", "/reporting/payments", 201, json=paid)

        def sent():
            told = httpx.get(f"{box.portal_url}/received", params={"kind": "report"}).json()
            return {(each["about"].split("-")[0], each["about"].split("-")[1], each["code"]) for each in told}

        companies = (client.siren, "900000001")
        until(lambda: sent() == {(kind, siren, "300") for kind in ("TX", "PAY") for siren in companies})


def test_books_that_cannot_be_reported_stop_nobody_else(tmp_path):
    """One client's reports fail; the platform's work, and the reports of others, go on."""
    clock = FakeClock(dt.datetime(2026, 12, 15, 12, tzinfo=dt.UTC))
    with (
        Sandbox(folder=tmp_path, clock=clock) as box,
        Company(box.platforms[0]) as bad,
        Company(box.platforms[1]) as other,
    ):
        db = box.services[1].platform.db
        sold = {"issue_date": "2026-11-05", "due_date": "2026-12-30", "business_process_type": "S1", "buyer": GERMAN}
        bad.ok("POST", "/reporting/exempt-invoices", 201, json=exempt(model=draft("E-A", **sold)))
        until(lambda: bad.ok("GET", "/reporting/reports"))
        with db.write() as tx:  # as an older version kept it
            (row,) = tx.execute(select(record).where(record.c.client_id == bad.client_id)).mappings()
            tx.execute(insert(record).values(**{**row, "id": "re_again", "created": row["created"] + 10**6}))
        clock.advance(dt.timedelta(days=1))
        bad.submit(ubl("AFTER", issue_date="2026-12-15", due_date="2026-12-30"))
        assert other.received("AFTER")


def test_a_flag_is_no_count_and_amounts_have_a_bound(seller):
    """Both were taken, as 0 sales and as money that nobody has."""
    part = {"rate": "20", "taxable_amount": "100.00", "tax_amount": "20.00"}
    sale = {"day": "2026-11-02", "category_code": "TLB1", "rates": [part]}
    for change in ({"count": False}, {"rates": [part | {"taxable_amount": -1000000000000001.0}]}):
        answer = seller.http.post("/reporting/b2c-transactions", json={"transactions": [sale | change]})
        assert answer.status_code == 422


def test_a_payment_of_no_known_invoice_is_refused(seller):
    """It could not be reported: that is said now, and nothing of the request is kept."""
    paid = {"invoices": [{"number": "NONE", "day": "2026-11-02", "amount": "10.00"}]}
    assert seller.http.post("/reporting/payments", json=paid).status_code == 422


def test_a_year_passes_and_every_report_is_filed_before_its_period_closes(tmp_path):
    """Sales on every day of a year, an invoice abroad, payments: told before the deadline, none too much."""
    clock = FakeClock(dt.datetime(2026, 12, 31, 12, tzinfo=dt.UTC))
    with Sandbox(clock=clock, folder=tmp_path) as box:
        shop = box.platforms[0]
        headers = {"Authorization": shop.sponsor_token, "X-PDP-Client-Id": shop.clients[0].client_id}
        with httpx.Client(base_url=f"{shop.url}/api", headers=headers, timeout=60) as http:
            day = dt.date(2027, 1, 1)
            service = next(each for each in box.services if each.platform.settings.matricule == "0101")
            while day < dt.date(2028, 1, 15):
                clock.advance(dt.timedelta(days=1))
                if day.year == 2027 and day.day in (3, 14, 25):
                    rate = {"rate": "20", "taxable_amount": "100.00", "tax_amount": "20.00"}
                    sale = {"day": str(day), "category_code": "TLB1", "rates": [rate], "count": 3}
                    http.post("/reporting/b2c-transactions", json={"transactions": [sale]}).raise_for_status()
                    money = {"day": str(day), "parts": [{"rate": "20", "amount": "120.00"}]}
                    http.post("/reporting/payments", json={"sales": [money]}).raise_for_status()
                if day in (dt.date(2027, 1, 5), dt.date(2027, 6, 5)):
                    abroad = exempt(model=draft(f"E-{day:%m}", buyer=GERMAN, issue_date=str(day), due_date=str(day)))
                    answer = http.post("/reporting/exempt-invoices", json=abroad)
                    assert answer.status_code == 201, answer.text
                    within = ubl(f"Y-{day:%m}", issue_date=str(day), due_date=str(day))
                    sent = http.post("/invoicing/files/submit", files={"file": ("a.xml", within)})
                    assert sent.status_code == 201, sent.text
                    _quiet(service)  # days pass faster here than the platform works
                if day.day in (1, 11, 21):
                    _quiet(service)
                day += dt.timedelta(days=1)
            _quiet(service)
            reports = http.get("/reporting/reports").json()
            with service.platform.db.read() as tx:
                duties = tx.execute(select(duty.c.kind, duty.c.done, duty.c.deadline)).all()
    assert {each.kind for each in duties} >= {"status", "flux1", "report"}
    assert [each for each in duties if each.done is None or each.done >= each.deadline] == []
    transactions = [each for each in reports if each["content"] == "transactions"]
    payments = [each for each in reports if each["content"] == "payments"]
    assert (len(transactions), len(payments)) == (36, 12)
    assert all(each["filed_at"] and each["filed_at"] < each["closes_at"] for each in reports)
    assert {each["code"] for each in reports} == {"300"}
    assert len({(each["content"], each["start"]) for each in reports}) == 48


def _quiet(service):
    """Until the platform has done what it has to do on that day."""
    turns = service.workers[0].turns
    before = turns.taken

    def nothing_left():
        service.platform.wake.set()
        with service.platform.db.read() as tx:
            waiting = tx.execute(select(func.count()).select_from(job)).scalar_one()
            owed = tx.execute(select(func.count()).select_from(duty).where(duty.c.done.is_(None))).scalar_one()
        return not waiting and not owed and turns.taken > before + 1

    until(nothing_left)
