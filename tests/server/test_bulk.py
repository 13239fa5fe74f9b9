"""Bulk work: the archive validated again, a year's reports of all clients, by any executor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from companies import ubl, until

from einvoice_server.bulk import filings_of_all, revalidated


@pytest.fixture
def platform(box):
    """The first platform, from within."""
    return next(each.platform for each in box.services if each.platform.settings.matricule == "0101")


@pytest.mark.parametrize("threads", [True, False])
def test_the_archive_is_validated_again(seller, platform, threads):
    """Each invoice with what was said of it and what is said today, in threads and in processes."""
    numbers = [f"BULK-{threads}-{number}" for number in range(4)]
    for number in numbers:
        made = seller.submit(ubl(number))
        until(lambda made=made: seller.events(made["invoice_id"]))
    if threads:
        with ThreadPoolExecutor(2) as executor:
            found = list(revalidated(platform, executor=executor, jobs=2))
    else:
        found = list(revalidated(platform, jobs=2))
    told = {each.number: (each.report.verdict, each.changed) for each in found}
    assert {number: told[number] for number in numbers} == dict.fromkeys(numbers, ("valid", False))


def test_the_reports_of_all_clients_are_made_together(seller, platform):
    """What the API files for each client, an executor makes for all."""
    rate = {"rate": "20", "taxable_amount": "100.00", "tax_amount": "20.00"}
    sale = {"day": "2026-11-03", "category_code": "TLB1", "rates": [rate], "count": 3}
    seller.ok("POST", "/reporting/b2c-transactions", 201, json={"transactions": [sale]})
    with ThreadPoolExecutor(2) as executor:
        together = dict(filings_of_all(platform, 2026, executor=executor))
    alone = dict(filings_of_all(platform, 2026))
    assert together == alone
    filings = together[seller.client_id]
    days = [each.day for filing in filings if filing.report.transactions for each in filing.report.transactions.sales]
    assert sale["day"] in {str(day) for day in days}
