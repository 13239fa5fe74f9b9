"""Platforms are killed (-9) while invoices pour in: what was acknowledged arrives once, every duty is told once."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import threading
import time

import httpx
import pytest
from companies import Company, ubl, until
from sqlalchemy import create_engine, text

from einvoice_server.sandbox import Sandbox

KILLS = int(os.environ.get("EINVOICE_KILLS", "4"))  # `make kills` has twenty
FLOWS = 10 * KILLS
PATIENCE = 120 + 8 * KILLS  # seconds in which everything has been sent, on the slowest machine


def sent(url, token, number, until):
    """Send an invoice until it is acknowledged; a client that hears nothing sends it again, but not for ever."""
    files = {"file": ("a.xml", ubl(number)), "flowInfo": (None, json.dumps({"flowSyntax": "UBL", "name": number}))}
    headers = {"Authorization": token}
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.post(f"{url}/afnor-flow/v1/flows", headers=headers, files=files, timeout=20).status_code == 202:
                return
        time.sleep(0.05)


def kept(url, folder, matricule):
    """What the platform keeps."""
    if url is None:
        return create_engine(f"sqlite:///{folder}/platform-{matricule}.db")
    return create_engine(url, connect_args={"options": f"-csearch_path=pa_{matricule}"})


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost_or_told_twice(tmp_path, request, kind):
    """At random moments, one platform or the other; both come up again and go on where they were."""
    url = request.getfixturevalue("database") if kind == "postgresql" else None
    chance = random.Random(13)  # noqa: S311 - moments, no secrets
    with Sandbox(folder=tmp_path, processes=True, database=url) as box:
        first = box.platforms[0]
        form = {"grant_type": "client_credentials", **first.oauth}
        token = "Bearer " + httpx.post(f"{first.url}/oauth2/token", data=form, timeout=60).json()["access_token"]
        numbers = [f"K-{number}" for number in range(FLOWS)]
        end = time.monotonic() + PATIENCE

        def send(part):
            for each in numbers[part::2]:
                sent(first.url, token, each, end)

        senders = [threading.Thread(target=send, args=(part,), daemon=True) for part in (0, 1)]
        for each in senders:
            each.start()
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.2, 0.8))
            assert any(each.is_alive() for each in senders)  # else there is no load, and the kill shows nothing
            os.kill(chance.choice(box.pids), signal.SIGKILL)
            box.watch()
        while any(each.is_alive() for each in senders) and time.monotonic() < end + 20:
            box.watch()  # a process that was killed may take its time to be gone
            time.sleep(0.1)
        assert not any(each.is_alive() for each in senders)
        engines = [kept(url, tmp_path, each) for each in ("0101", "0102")]

        def count(engine, query):
            with engine.connect() as connection:
                return connection.execute(text(query)).scalar_one()

        with Company(box.platforms[1]) as buyer:
            until(lambda: all(count(each, "select count(*) from job") == 0 for each in engines), PATIENCE)
            got = [each["number"] for each in buyer.ok("GET", "/invoicing/received", params={"limit": 1000})]
        assert sorted(got) == sorted(numbers)
        told = "select count(*), count(distinct object_id || code) from message where object_type = 'invoice'"
        with engines[0].connect() as connection:
            assert connection.execute(text(told)).one() == (4 * FLOWS, 4 * FLOWS)
        assert (
            count(engines[0], "select count(*) from duty where kind != 'directory' and done is not null") == 2 * FLOWS
        )
        for each in engines:
            each.dispose()
