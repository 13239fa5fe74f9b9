"""The sandbox under load: flows a second accepted, delivered and done, and the memory of its platforms as they pile up.

    python bench/sandbox_load.py --flows 2000                # SQLite, one-line UBL
    python bench/sandbox_load.py --flows 20000 --db postgresql+psycopg://test@127.0.0.1/test

Each is counted from the first request on. Accepted: answered by 202, which is after commit. Delivered: the receiving
platform has judged the invoice and keeps it for its client, as its database says. Done: no job is left on either
platform, that is, every status is back, and the portal has every extract and every status that it must have. Memory is
the resident size of each platform's process, processor time that of all (Linux).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from sqlalchemy import func, select

import einvoice as ei
from einvoice_server import Sandbox
from einvoice_server.settings import Settings
from einvoice_server.tables import invoice as kept
from einvoice_server.tables import job
from einvoice_server.tx import Database

AIMS = "aims: 60 accepted and 40 delivered a second, memory at most 10 % more at the end than after 2,000 flows"
FIRST = 2000
LONGEST = 7200  # seconds for one part; a load that takes longer has stopped


def invoice(number: str) -> bytes:
    """An invoice of one line, from a client of the first platform to one of the second."""
    parties = {
        "seller": {
            "name": "VENDEUR EXEMPLE",
            "vat_identifier": "FR88100000009",
            "postal_address": {"country_code": "FR"},
        },
        "buyer": {
            "name": "ACHETEUR EXEMPLE",
            "vat_identifier": "FR37200000008",
            "postal_address": {"country_code": "FR"},
        },
    }
    line = {"item_name": "Conseil", "quantity": "1", "item_net_price": "100.00", "vat_rate": "20"}
    head = {"number": number, "issue_date": "2026-11-02", "due_date": "2026-12-02", "nature": "services"}
    return ei.build(ei.Draft.model_validate(head | parties | {"lines": [line]}), "ubl")


def resident(pid: int) -> float:
    """The resident memory of a process, in megabytes."""
    fields = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in fields if line.startswith("VmRSS"))


def processor(pids: tuple[int, ...]) -> float:
    """The processor time of these processes and of this one, in seconds."""
    used = [Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split() for pid in pids]
    return time.process_time() + sum(int(each[11]) + int(each[12]) for each in used) / os.sysconf("SC_CLK_TCK")


def until(reached: Callable[[], bool], end: float) -> None:
    """Wait until that is so."""
    while not reached():
        if time.perf_counter() > end:
            raise TimeoutError("this does not come to an end: jobs are left that nobody does")
        time.sleep(0.05)


def arrived(db: Database) -> int:
    """How many invoices the clients of a platform have received."""
    with db.read() as tx:
        return int(tx.execute(select(func.count()).select_from(kept).where(kept.c.direction == "in")).scalar_one())


def idle(db: Database) -> bool:
    """Whether a platform has no job."""
    with db.read() as tx:
        return tx.execute(select(job.c.id).limit(1)).first() is None


def main() -> None:
    """Send, wait, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=2000)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--db", help="database; SQLite in a folder unless given")
    options = parser.parse_args()
    template = invoice("NUMBER")
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(folder=Path(folder), processes=True, database=options.db) as box,
    ):
        first = box.platforms[0]
        form = {"grant_type": "client_credentials", **first.oauth}
        token = httpx.post(f"{first.url}/oauth2/token", data=form, timeout=60).json()["access_token"]
        settings = [Settings.read(Path(folder) / f"settings-{each.matricule}.json") for each in box.platforms]
        dbs = [Database(each.database, each.schema) for each in settings]
        waits: list[float] = []

        def send(numbers: range) -> None:
            with httpx.Client(
                base_url=f"{first.url}/afnor-flow/v1", headers={"Authorization": f"Bearer {token}"}
            ) as http:
                for number in numbers:
                    info = (None, json.dumps({"flowSyntax": "UBL", "name": f"{number}.xml"}))
                    file = ("a.xml", template.replace(b"NUMBER", b"L-%d" % number))
                    started = time.perf_counter()
                    http.post("/flows", files={"file": file, "flowInfo": info}, timeout=60).raise_for_status()
                    waits.append(time.perf_counter() - started)

        done = 0
        for count in [min(FIRST, options.flows), options.flows - FIRST]:
            if count <= 0:
                continue
            started, before = time.perf_counter(), processor(box.pids)
            senders = [
                threading.Thread(target=send, args=(range(done + part, done + count, options.senders),), daemon=True)
                for part in range(options.senders)
            ]
            for each in senders:
                each.start()
            for each in senders:
                each.join()
            accepted = time.perf_counter() - started
            done += count
            until(lambda wanted=done: arrived(dbs[1]) >= wanted, started + LONGEST)  # type: ignore[misc]
            delivered = time.perf_counter() - started
            until(lambda: all(map(idle, dbs)), started + LONGEST)
            ended = time.perf_counter() - started
            waits.sort()
            sizes = ", ".join(f"{resident(pid):.0f} MB" for pid in box.pids)
            print(
                f"{done} flows: {count / accepted:.0f} accepted a second, {count / delivered:.0f} delivered, "
                f"{count / ended:.0f} done; {(processor(box.pids) - before) / count * 1000:.0f} ms of processor each; "
                f"answer in {waits[len(waits) // 2]:.3f} s (median), {waits[len(waits) * 99 // 100]:.3f} s "
                f"(99 %); platforms {sizes}",
                flush=True,
            )
    print(AIMS)


if __name__ == "__main__":
    main()
