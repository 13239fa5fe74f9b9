"""Storage and work, the same tests on SQLite and on PostgreSQL: nothing that was acknowledged is lost or done twice."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading

import httpx
import pytest
from companies import Company, ubl, until
from sqlalchemy import event, func, insert, select

from einvoice_server import jobs, work
from einvoice_server.clock import FakeClock
from einvoice_server.files import FileStore, sha256
from einvoice_server.platform import opened
from einvoice_server.sandbox import Sandbox
from einvoice_server.settings import Settings
from einvoice_server.tables import client, duty, file, flow, invoice, job, sponsor
from einvoice_server.tx import insert_once, made_id, next_of, tick

NOW = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def platform(request, tmp_path):
    """An empty platform on each database."""
    url, schema = f"sqlite:///{tmp_path}/a.db", None
    if request.param == "postgresql":
        url, schema = request.getfixturevalue("database"), f"t{abs(hash(tmp_path))}"
    settings = Settings("P", "0101", "PA0101", "http://127.0.0.1:1", url, str(tmp_path / "files"), schema)
    made = opened(settings, FakeClock(NOW))
    with made.db.write() as tx:
        tx.execute(insert(sponsor).values(id="s", name="S", label="white"))
        tx.execute(insert(client).values(id="c", sponsor_id="s", status="active", created=0, tick=0, next_number=1))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request, tmp_path):
    """A sandbox on each database."""
    url = None if request.param == "sqlite" else request.getfixturevalue("database")
    with Sandbox(database=url, folder=tmp_path) as box:
        yield box


def count(platform, table, *wanted):
    """How many rows there are."""
    with platform.db.read() as tx:
        return tx.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one()


def test_what_is_not_committed_is_not_there(platform):
    """An error undoes all of a transaction."""

    def half():
        with platform.db.write() as tx:
            platform.files.put(tx, b"data")
            jobs.add(tx, platform.now, "judge", "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert count(platform, job) == count(platform, file) == 0


def test_stamps_appear_in_their_order(platform):
    """Many writers at once: whoever reads up to a stamp has seen all smaller ones."""
    seen, wrong, stop = [], [], threading.Event()

    def write(worker):
        for number in range(15):
            with platform.db.write() as tx:
                insert_once(tx, flow, id=f"{worker}-{number}", client_id="c", submitted=0, updated=tick(tx, "c", 1000))

    def watch():
        last = 0
        while not stop.is_set():
            with platform.db.read() as tx:
                new = (
                    tx.execute(select(flow.c.updated).where(flow.c.updated > last).order_by(flow.c.updated))
                    .scalars()
                    .all()
                )
            seen.extend(new)
            last = new[-1] if new else last

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    writers = [threading.Thread(target=write, args=(number,), daemon=True) for number in range(4)]
    for each in writers:
        each.start()
    for each in writers:
        each.join(timeout=120)
    assert not any(each.is_alive() for each in writers)
    with platform.db.read() as tx:
        every = sorted(tx.execute(select(flow.c.updated)).scalars())
    until(lambda: len(seen) >= len(every))
    stop.set()
    watcher.join(timeout=120)
    assert not watcher.is_alive()
    assert (seen, wrong) == (every, [])
    assert len(set(every)) == 60


def test_a_job_is_claimed_once_and_again_when_its_worker_dies(platform):
    """Two workers never have one job; a lease that runs out is somebody else's."""
    with platform.db.write() as tx:
        jobs.add(tx, platform.now, "judge", "a", flow="x")
        jobs.add(tx, platform.now, "judge", "a", flow="x")
    (mine,) = jobs.claim(platform, "one", 5)
    assert jobs.claim(platform, "two", 5) == []
    platform.clock.advance(dt.timedelta(minutes=5))
    (theirs,) = jobs.claim(platform, "two", 5)
    assert theirs.id == mine.id
    with pytest.raises(jobs.LeaseLost), platform.db.write() as tx:
        jobs.done(tx, [mine], "one")
    with platform.db.write() as tx:
        jobs.done(tx, [theirs], "two")
    assert count(platform, job) == 0


def test_what_is_left_for_later_is_there_for_whoever_looks_and_gone_with_its_transaction(platform):
    """A file is read in the transaction that stores it; one that fails leaves nothing, not even for the next one."""
    names = [str(number) for number in range(2000)]  # more than are remembered
    with platform.db.write() as tx:
        shas = [platform.files.put(tx, each.encode()) for each in names]
        assert [platform.files.get(tx, each) for each in shas] == [each.encode() for each in names]
    with contextlib.suppress(ValueError), platform.db.write() as tx:
        platform.files.put(tx, b"undone")
        jobs.add(tx, platform.now, "judge", "undone")
        raise ValueError
    with platform.db.read() as tx:
        assert platform.files.get(tx, shas[0]) == b"0"
    with platform.db.write() as tx:
        platform.files.put(tx, b"more")
    assert (count(platform, file), count(platform, job)) == (2001, 0)


def test_what_promises_itself_again_ends_with_its_transaction(platform):
    """A job that is done does not come back because its like was promised in the transaction of its end."""
    with platform.db.write() as tx:
        jobs.add(tx, platform.now, "judge", "a")
    (mine,) = jobs.claim(platform, "one", 5)
    with platform.db.write() as tx:
        jobs.add(tx, platform.now, "judge", "a")
        jobs.done(tx, [mine], "one")
    assert count(platform, job) == 0


def test_work_that_always_fails_is_parked(platform):
    """It is tried a few times, then left for people, who may let it go on."""
    with platform.db.write() as tx:
        jobs.add(tx, platform.now, "judge", "a", flow="x")
    for _ in range(20):
        platform.clock.advance(dt.timedelta(minutes=10))
        for each in jobs.claim(platform, "one", 5):
            with platform.db.write() as tx:
                jobs.failed(tx, each, "one", ValueError("no"), platform.now)
    assert count(platform, job, job.c.parked.is_(True), job.c.tries == 6) == 1
    with platform.db.write() as tx:
        jobs.resume(tx, platform.now, "judge:a")
    assert len(jobs.claim(platform, "one", 5)) == 1


def test_files_are_stored_once_and_never_changed(platform):
    """Small ones in the database, large ones in the folder; what is not there is said."""
    small, large = b"small", b"x" * 100_000
    with platform.db.write() as tx:
        names = [platform.files.put(tx, each) for each in (small, large, small, large)]
    assert names == [sha256(small), sha256(large)] * 2
    with platform.db.read() as tx:
        assert [platform.files.get(tx, each) for each in names] == [small, large] * 2
        with pytest.raises(FileNotFoundError):
            platform.files.get(tx, "0" * 64)
    assert count(platform, file) == 2


def test_a_full_disk_acknowledges_nothing(platform, monkeypatch):
    """A file that cannot be written leaves no row that speaks of it, and no half of it."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("einvoice_server.files.os.fsync", full)
    with pytest.raises(OSError, match="space"), platform.db.write() as tx:
        platform.files.put(tx, b"y" * 100_000)
    assert count(platform, file) == 0
    assert not [each for each in FileStore(platform.files.folder).folder.rglob("*") if each.is_file()]


def test_a_full_database_acknowledges_nothing_and_goes_on_when_there_is_room(tmp_path):
    """A flow that cannot be kept is a 500, and not there; the worker lives on, and what comes later arrives."""
    with Sandbox(folder=tmp_path) as box, Company(box.platforms[0]) as seller, Company(box.platforms[1]) as buyer:
        first = next(each for each in box.services if each.platform.settings.matricule == "0101").platform
        with first.db.read() as tx:
            pages = tx.exec_driver_sql("PRAGMA page_count").scalar()

        def limited(connection, *_):
            connection.execute(f"PRAGMA max_page_count = {pages if limit.is_set() else 2**30}")

        limit = threading.Event()
        limit.set()
        event.listen(first.db.engine, "checkout", limited)
        answers = [
            seller.http.post("/invoicing/files/submit", files={"file": ("a.xml", ubl(f"FULL-{number}"))})
            for number in range(20)
        ]
        refused = [number for number, answer in enumerate(answers) if answer.status_code == 500]
        assert refused
        assert {answer.status_code for answer in answers} <= {201, 500}
        limit.clear()
        seller.submit(ubl("ROOM"))
        buyer.received("ROOM")
        wanted = {f"FULL-{number}" for number in range(20) if number not in refused} | {"ROOM"}
        until(lambda: wanted <= {each["number"] for each in buyer.ok("GET", "/invoicing/received")})
        assert {each["number"] for each in seller.ok("GET", "/invoicing/sent")} == wanted


def test_numbers_are_given_once(platform):
    """A series has neither gaps nor doubles, also where a transaction is undone."""
    with platform.db.write() as tx:
        assert [next_of(tx, "n"), next_of(tx, "n")] == [1, 2]

    def half():
        with platform.db.write() as tx:
            next_of(tx, "n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with platform.db.write() as tx:
        assert next_of(tx, "n") == 3
    assert made_id("a", "b", "c") == made_id("a", "b", "c") != made_id("a", "bc")


def test_the_exchange_works_on_every_database(anywhere):
    """Sent, received, answered, told to the portal."""
    with Company(anywhere.platforms[0]) as seller, Company(anywhere.platforms[1]) as buyer:
        sent = seller.submit(ubl("S-1"))
        got = buyer.received("S-1")
        buyer.ok("POST", "/lifecycle-events", 201, json={"invoice_id": got["invoice_id"], "status_code": "APPROVED"})
        until(lambda: {"200", "201", "202", "203", "205"} <= set(seller.events(sent["invoice_id"])))
        first = next(each for each in anywhere.services if each.platform.settings.matricule == "0101").platform
        until(lambda: count(first, duty, duty.c.done.is_(None)) == 0)
        assert count(first, invoice) == 1


def test_a_character_that_no_text_holds_is_refused_or_kept(anywhere):
    """U+0000 wherever texts come in: PostgreSQL keeps none, SQLite does; neither answers 500."""
    platform, nul = anywhere.platforms[0], "a\0b"
    info = {"name": "f.xml", "flowSyntax": "UBL", "trackingId": nul}
    token = {"grant_type": "client_credentials", "client_id": nul, "client_secret": nul}
    with Company(platform) as seller:
        access = httpx.post(f"{platform.url}/oauth2/token", data={**token, **platform.oauth}).json()["access_token"]
        flows = {"Authorization": f"Bearer {access}"}
        named = {"organization_name": nul, "contact_email": nul, "external_ref": nul}
        answers = [
            seller.http.post("/clients", json=named),
            seller.http.get("/clients", params={"external_ref": nul}),
            seller.http.get("/lifecycle-events", params={"object_id": nul}),
            seller.http.post("/lifecycle-events", json={"invoice_id": nul, "status_code": "205"}),
            seller.http.post("/webhooks", json={"url": "http://127.0.0.1/\0"}),
            httpx.post(f"{platform.url}/oauth2/token", data=token),
            httpx.get(f"{platform.url}/onboarding/a%00b/x"),
            *(
                httpx.request(method, f"{platform.url}/afnor-flow/v1/{path}", headers=flows, **body)
                for method, path, body in (
                    ("GET", "flows/a%00b", {}),
                    ("POST", "flows/search", {"json": {"where": {"trackingId": nul}}}),
                    ("POST", "flows", {"files": {"file": ("f", b"x"), "flowInfo": (None, json.dumps(info))}}),
                )
            ),
        ]
        seller.http.delete("/webhooks")
    assert [each.status_code for each in answers if each.status_code >= 500] == []


def test_two_workers_share_the_work(anywhere):
    """Two more workers beside each platform's own: every invoice arrives once, every status is told once."""
    services = [each for each in anywhere.services if not each.platform.settings.is_portal]
    more = [work.Worker(each.platform) for each in services for _ in range(2)]
    for each in more:
        each.start()
    try:
        with Company(anywhere.platforms[0]) as seller, Company(anywhere.platforms[1]) as buyer:
            ids = [seller.submit(ubl(f"S-{number}"))["invoice_id"] for number in range(12)]
            until(lambda: len(buyer.ok("GET", "/invoicing/received")) == 12)
            for each in ids:
                until(lambda each=each: "203" in seller.events(each))
                codes = [code for code in seller.events(each) if code in ("200", "201", "202", "203")]
                assert sorted(codes) == ["200", "201", "202", "203"]
    finally:
        for each in more:
            each.stop()


def test_a_receiver_that_is_down_for_an_hour(tmp_path):
    """Everything is accepted meanwhile, tried again with longer waits, and delivered once when it is back."""
    clock = FakeClock(dt.datetime.now(dt.UTC))
    with Sandbox(folder=tmp_path, clock=clock) as box:
        away = threading.Event()
        first = next(each for each in box.services if each.platform.settings.matricule == "0101").platform
        send = first.http.post

        def post(url, **options):
            if away.is_set() and str(url).startswith(box.platforms[1].url):
                raise httpx.ConnectError("down")
            return send(url, **options)

        first.http.post = post
        away.set()
        with Company(box.platforms[0]) as seller, Company(box.platforms[1]) as buyer:
            sent = [seller.submit(ubl(f"D-{number}"))["invoice_id"] for number in range(5)]
            for _ in range(12):
                clock.advance(dt.timedelta(minutes=5))
                first.wake.set()
                until(lambda: count(first, job, job.c.kind == "send", job.c.due <= clock._now) == 0)
            assert count(first, job, job.c.kind == "send", job.c.parked.is_(False), job.c.tries > 3) == 5
            away.clear()
            clock.advance(dt.timedelta(minutes=10))
            until(lambda: len(buyer.ok("GET", "/invoicing/received")) == 5)
            for each in sent:
                # The receiver may answer before the sender has noted that it sent.
                until(lambda each=each: {"201", "203"} <= set(seller.events(each)))
                assert seller.events(each).count("201") == 1
