"""Two sandbox platforms, spoken to by a client that is not ours: pyfrctc, unmodified, by XP Z12-013.

    python tools/third_party_client.py [--flows 500]

So many invoices go each way. Each must arrive with its bytes as they were sent, be approved by its receiver (205), and
the approval must come back to its sender. Exit status 1 where one is missing.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the sandbox is on this machine: no TLS
os.environ["NO_PROXY"] = "127.0.0.1"

from pyfrctc import pyfrctc

import einvoice as ei
from einvoice.france import lifecycle
from einvoice_server import Sandbox
from einvoice_server.sandbox import RunningPlatform

PATIENCE = 120  # seconds, and half of one for each flow
PARTIES = (
    {"name": "VENDEUR EXEMPLE", "vat_identifier": "FR88100000009", "postal_address": {"country_code": "FR"}},
    {"name": "ACHETEUR EXEMPLE", "vat_identifier": "FR37200000008", "postal_address": {"country_code": "FR"}},
)


def invoice(number: str, seller: int) -> bytes:
    """A valid invoice of today in UBL, from one of the two parties to the other."""
    today = dt.date.today().isoformat()  # noqa: DTZ011 - the day on the invoice
    draft = {
        "number": number,
        "issue_date": today,
        "due_date": today,
        "nature": "services",
        "seller": PARTIES[seller],
        "buyer": PARTIES[1 - seller],
        "lines": [{"item_name": "Conseil", "quantity": "2", "item_net_price": "50.00", "vat_rate": "20"}],
    }
    return ei.build(ei.Draft.model_validate(draft), "ubl")


def session(platform: RunningPlatform) -> Any:
    """The client's session with a platform, which it wants to know by name."""
    pyfrctc.PLATFORMS[platform.matricule] = {
        "afnor_base_url": platform.url,
        "token_url": f"{platform.url}/oauth2/token",
        "authorize_url": "",
        "label": platform.name,
    }
    return pyfrctc.get_session(
        platform.matricule,
        "client_credentials",
        "company",
        lambda _: {"access_token": None, "expires_at": 0},
        lambda _: None,
        platform.oauth["client_id"],
        platform.oauth["client_secret"],
    )


def awaited(found: Callable[[], dict[str, str]], number: int) -> dict[str, str]:
    """What was looked for, as soon as there is so much of it; what there is when patience ends."""
    end = time.monotonic() + PATIENCE + number / 2
    while len(got := found()) < number and time.monotonic() < end:
        time.sleep(1)
    return got


def one_way(sessions: list[Any], seller: int, number: int, since: dt.datetime) -> list[str]:
    """Send so many invoices from one side, answer each on the other; what went wrong, in words."""
    mine, theirs = sessions[seller], sessions[1 - seller]
    sent = {f"W{seller}-{each}": invoice(f"W{seller}-{each}", seller) for each in range(number)}
    for name, data in sent.items():
        pyfrctc.send_flow_parsed(mine, data, f"{name}.xml", "UBL", "B2B")

    def arrived() -> dict[str, str]:
        found = pyfrctc.search_flows_parsed(theirs, since, "In", "SupplierInvoice")
        names = {each["name"].removesuffix(".xml"): each["flowId"] for each in found}
        return {name: flow for name, flow in names.items() if name in sent}

    got = awaited(arrived, number)
    wrong = [f"{name}: did not arrive" for name in sent if name not in got]
    for name, flow in got.items():
        if pyfrctc.get_flow(theirs, flow, "Original") != sent[name]:
            wrong.append(f"{name}: other bytes than were sent")
        now = dt.datetime.now(dt.UTC)
        status = lifecycle.status(ei.parse(sent[name]), 205, at=now, received_at=now)
        pyfrctc.send_flow_parsed(theirs, lifecycle.write(status), f"{name}-205.xml", "CDAR", "B2B")

    def answered() -> dict[str, str]:
        found = pyfrctc.search_flows_parsed(mine, since, "In", "CustomerInvoiceLC")
        ends = {f"{name}_205.xml": name for name in sent}
        return {
            name: each["flowId"]
            for each in found
            for end, name in ends.items()
            if each["name"].endswith((f"_{end}", f"-{end}")) or each["name"] == end
        }

    back = awaited(answered, len(got))
    return [*wrong, *(f"{name}: its approval did not come back" for name in got if name not in back)]


def main() -> int:
    """Both ways, and what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=500, help="invoices each way")
    number = parser.parse_args().flows
    with Sandbox(processes=True) as box:
        sessions = [session(each) for each in box.platforms]
        wrong: list[str] = []
        for seller in (0, 1):
            started = time.monotonic()
            since = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
            found = one_way(sessions, seller, number, since)
            wrong += found
            took = time.monotonic() - started
            print(f"{number} invoices and approvals, {'back' if seller else 'there'}: {len(found)} wrong, {took:.0f} s")
        for each in sessions:
            each.close()
    for each in wrong[:20]:
        print(each)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
