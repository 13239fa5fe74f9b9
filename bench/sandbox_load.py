"""The sandbox under load: flows a second accepted and delivered, and the memory of its platforms as flows pile up.

    python bench/sandbox_load.py --flows 2000                # SQLite, one-line UBL
    python bench/sandbox_load.py --flows 20000 --db postgresql+psycopg://test@127.0.0.1/test

Accepted: answered by 202, which is after commit. Delivered: all jobs of both platforms are done, that is, every invoice
is at its receiver and every status is back. Memory is the resident size of each platform's process (Linux).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
from sqlalchemy import Engine, create_engine, text

import einvoice as ei
from einvoice_server import Sandbox

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


def drain(engines: Sequence[Engine], end: float) -> None:
    """Wait until no job is left."""
    while any(jobs(engine) for engine in engines):
        if time.perf_counter() > end:
            raise TimeoutError("jobs are left that nobody does")
        time.sleep(0.1)


def jobs(engine: Engine) -> int:
    """How many jobs wait."""
    with engine.connect() as connection:
        return int(connection.execute(text("select count(*) from job")).scalar_one())


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
        engines = [create_engine(f"sqlite:///{folder}/platform-{each}.db") for each in ("0101", "0102")]
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
            started = time.perf_counter()
            senders = [
                threading.Thread(target=send, args=(range(done + part, done + count, options.senders),), daemon=True)
                for part in range(options.senders)
            ]
            for each in senders:
                each.start()
            for each in senders:
                each.join()
            accepted = time.perf_counter() - started
            drain(engines, started + LONGEST)
            delivered = time.perf_counter() - started
            done += count
            waits.sort()
            sizes = ", ".join(f"{resident(pid):.0f} MB" for pid in box.pids)
            print(
                f"{done} flows: {count / accepted:.0f} accepted a second, {count / delivered:.0f} delivered; "
                f"answer in {waits[len(waits) // 2]:.3f} s (median), {waits[len(waits) * 99 // 100]:.3f} s "
                f"(99 %); platforms {sizes}",
                flush=True,
            )
    print(AIMS)


if __name__ == "__main__":
    main()
