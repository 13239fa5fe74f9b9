from __future__ import annotations

from decimal import Decimal

import pytest
from french_samples import changed, fixture
from hypothesis import given, settings
from hypothesis import strategies as st

from einvoice.france.payments import owed, shared_by, split, total_with_vat, with_vat_by_rate
from einvoice.model import Invoice

CENTS = st.integers(min_value=1, max_value=5_000_000).map(lambda cents: Decimal(cents).scaleb(-2))


@settings(max_examples=200)
@given(st.lists(CENTS, min_size=1, max_size=5), st.lists(CENTS, max_size=8))
def test_instalments_add_up_and_take_nothing_back(totals, instalments):
    """After the last instalment each rate has its very total, and no instalment has a part of the other sign."""
    weights = dict(enumerate(totals))
    whole, before = sum(totals), Decimal("0.00")
    received = dict.fromkeys(weights, Decimal(0))
    for amount in [*instalments, whole]:
        paid = min(amount, whole - before)
        if not paid:
            break
        parts = shared_by(weights, paid, before)
        assert sum(parts.values()) == paid
        assert all(part > 0 for part in parts.values())
        for rate, part in parts.items():
            received[rate] += part
        before += paid
    assert before < whole or received == weights


@settings(max_examples=100)
@given(st.lists(CENTS, min_size=1, max_size=4), CENTS)
def test_a_payment_taken_back_gives_each_rate_what_it_had(totals, amount):
    """A payment and its reversal are each other's opposite, rate by rate."""
    weights = dict(enumerate(totals))
    came = shared_by(weights, amount)
    assert shared_by(weights, -amount, amount) == {rate: -part for rate, part in came.items()}


def test_a_rate_with_a_negative_total_still_adds_up():
    """An allowance larger than the sales of its rate makes a negative part, and the sum is right."""
    parts = shared_by({20: Decimal("120.00"), 10: Decimal("-11.00")}, Decimal("109.00"))
    assert parts == {20: Decimal("120.00"), 10: Decimal("-11.00")}


def test_an_invoice_is_split_by_its_rates():
    """A full payment has the totals of the VAT breakdown; a part of it is in proportion."""
    invoice = fixture("goods-several-rates")
    whole = total_with_vat(invoice)
    assert split(invoice, whole) == with_vat_by_rate(invoice)
    half = split(invoice, Decimal("100.00"))
    assert sum(half.values()) == Decimal("100.00")
    assert set(half) == set(with_vat_by_rate(invoice))


def test_an_invoice_without_breakdown_cannot_be_split():
    """There is nothing to split by."""
    with pytest.raises(ValueError, match="BG-23"):
        split(Invoice(), Decimal("1.00"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("services", "3492.00"),
        ("credit-note", "-95.76"),  # goes out
        ("final-after-prepayment", None),  # what is left after the prepayment
        ("already-paid", None),  # all of it, until a status tells the payment
    ],
)
def test_what_is_owed(name, expected):
    """BT-115, with the sign of the money; an invoice paid beforehand owes its total until 212 says it was paid."""
    invoice = fixture(name)
    totals = invoice.totals
    if name == "already-paid":
        assert totals.amount_due == 0
        assert owed(invoice) == totals.amount_with_vat > 0
    elif expected is None:
        assert totals.paid_amount > 0
        assert owed(invoice) == totals.amount_due
    else:
        assert owed(invoice) == Decimal(expected)


def test_rounding_of_the_amount_due_is_owed_too():
    """BT-114 is part of what is to be paid."""
    invoice = fixture("services")
    rounded = changed(invoice, totals=invoice.totals.model_copy(update={"rounding_amount": Decimal("0.01")}))
    assert owed(rounded) == owed(invoice) + Decimal("0.01")
