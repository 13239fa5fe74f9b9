"""What the made-up companies of `france_year` and `france_companies` share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from einvoice.france.ereporting import Books
from einvoice.model import Address, Party

CONSUMER = Party(
    name="CLIENT EXEMPLE", postal_address=Address(city_name="Rennes", postal_zone="35000", country_code="FR")
)
NOTHING = Decimal("0.00")


@dataclass
class Year:
    """A company's year: its books, and the sums that its reports must show, added up while it happened."""

    books: Books
    net: Decimal = NOTHING  # of daily sales, without VAT, in euros
    vat: Decimal = NOTHING
    invoiced: Decimal = NOTHING  # of international invoices, without VAT, in their currencies
    received: Decimal = NOTHING  # of reported sales whose VAT falls due on payment


def days_of(year: int, days: int, step: int = 1) -> Iterator[date]:
    """The days of a year, so many of them or every so many."""
    day = date(year, 1, 1)
    for _ in range(0, days, step):
        if day.year != year:
            return
        yield day
        day += timedelta(days=step)
