"""The life of an invoice, whatever is told of it and in whatever order: it is refused in words, or it adds up."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from french_samples import ARRIVED, changed, fixture
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from einvoice.errors import Unwritable
from einvoice.france.lifecycle import (
    REASONS,
    STATUSES,
    Account,
    Approval,
    Lifecycle,
    Payment,
    Summary,
    cdar,
    status,
    summary,
)
from einvoice.france.lifecycle.codes import FOLLOWS
from einvoice.france.payments import owed
from einvoice.xml import parse_xml

CODES = st.sampled_from(sorted(STATUSES))
HOURS = st.integers(-3, 60) | st.integers(-15_000_000, 60_000_000)
AMOUNTS = st.sampled_from(("0", "0.01", "100", "3492.00", "-3492.00", "1e30", "0.001", "NaN", "-0")).map(
    Decimal
) | st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-5000, max_value=5000)
TEXTS = st.none() | st.text(max_size=20)


def moment(hours: int) -> datetime:
    """So many hours after the invoice arrived, within the calendar."""
    hours = max(-17_000_000, min(hours, 69_000_000))
    return ARRIVED + timedelta(hours=hours)


class Life(RuleBasedStateMachine):
    """Statuses as they come."""

    @initialize(name=st.sampled_from(("services", "credit-note", "foreign-currency", "self-billed")))
    def begins(self, name):
        """With an invoice."""
        self.invoice = fixture(name)
        self.life = Lifecycle(self.invoice)

    @rule(
        code=CODES,
        hours=HOURS,
        by=st.none() | st.sampled_from(("SE", "BY", "WK", "x")),
        reasons=st.lists(st.sampled_from(sorted(REASONS)), max_size=2),
        comment=TEXTS,
        payment=st.none() | st.builds(Payment, AMOUNTS, AMOUNTS, st.none() | AMOUNTS),
        approval=st.none() | st.builds(Approval, AMOUNTS),
        account=st.none() | st.builds(Account, st.sampled_from(("FR7630006000011234567890189", "x", ""))),
    )
    def somebody_tells(self, code, hours, **said):
        """A status is refused with findings; or it is a message that is written, read back, and counted once."""
        said["reasons"] = tuple(said["reasons"])
        try:
            message = status(self.invoice, code, at=moment(hours), received_at=ARRIVED, **said)
        except Unwritable as refused:
            assert refused.findings  # noqa: PT017 - no other exception is raised
        else:
            self.is_told(message)

    @rule(data=st.data(), hours=st.integers(0, 60))
    def what_may_come_comes(self, data, hours):
        """With all that it needs: such a life grows long."""
        if not self.life.next:
            return
        code = data.draw(st.sampled_from([each.code for each in self.life.next]))
        kind = STATUSES[code]
        said = {"comment": "Voir notre courrier."} if "comment" in kind.needs or code == "212" else {}
        if "reason" in kind.needs:
            said["reasons"] = (data.draw(st.sampled_from(sorted(kind.reasons))),)
        if "amounts" in kind.needs:
            said["payment"] = Payment(
                data.draw(st.sampled_from((Decimal("100.00"), Decimal("-40.00"), Decimal("2492.00"))))
            )
        if "account" in kind.needs:
            said["account"] = Account("FR7630006000011234567890189")
        try:
            message = status(self.invoice, code, at=moment(hours), received_at=ARRIVED, **said)
        except Unwritable as refused:
            assert refused.findings  # noqa: PT017 - as above
        else:
            self.is_told(message)

    def is_told(self, message):
        """A message is read as it was written, nothing that was known is forgotten, and a copy of it counts once."""
        assert cdar.read(parse_xml(cdar.write(message))) == message
        before = self.life
        self.life = before.with_message(message)
        assert {each.id for each in before.events} <= {each.id for each in self.life.events}
        assert Lifecycle(self.invoice, (*self.life.messages, message)).events == self.life.events

    @rule(data=st.data())
    def it_comes_in_another_order(self, data):
        """What is known does not depend on the order in which it came."""
        order = data.draw(st.permutations(self.life.messages))
        other = Lifecycle(self.invoice, tuple(order))
        assert summary(other) == summary(self.life)

    @rule(number=st.text(min_size=1, max_size=5))
    def it_is_of_another_invoice(self, number):
        """A message of another invoice is refused, and changes nothing."""
        invoice = changed(self.invoice, number=f"{number}?")
        try:
            message = status(invoice, 205, at=moment(1), received_at=ARRIVED)
        except Unwritable:
            return
        with pytest.raises(ValueError, match=r"."):
            self.life.with_message(message)

    @invariant()
    def it_adds_up(self):
        """What is due is what is owed less what came; after the end nothing may follow; the summary is JSON."""
        life = self.life
        assert list(life.next) == [] if life.ended else {each.code for each in life.next} <= set(STATUSES)
        assert {each.status_code for each in life.events} <= set(STATUSES)
        settled = sum(life.received.values(), Decimal(0)) + sum(
            (each.discount for each in life.events if each.counts), Decimal(0)
        )
        balance = owed(self.invoice) - settled
        assert life.due == (balance if balance * owed(self.invoice) >= 0 else 0)
        assert all(each.deadline > each.event.timestamp or each.event.timestamp.year == 9999 for each in life.duties)
        told = summary(life)
        assert Summary.model_validate_json(told.model_dump_json()) == told

    @invariant()
    def what_fits_is_not_doubted(self):
        """A life whose statuses each follow from one before has no finding about order."""
        seen: list[str] = []
        for event in self.life.events:
            if not seen and event.status_code not in FOLLOWS["start"]:
                return
            if seen and not any(event.status_code in FOLLOWS.get(code, ()) for code in seen):
                return
            seen.append(event.status_code)
        assert "EI-LIFE-01" not in {each.rule for each in self.life.findings}


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=settings.default.max_examples // 2, stateful_step_count=15)
