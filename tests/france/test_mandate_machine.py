"""Mandates, whatever comes: the answers agree with each other at every moment, and a status goes its ways only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from einvoice.france.addresses import ElectronicAddress
from einvoice.france.mandates import MAY_BECOME, Mandate, check, covering, gaps, may_become, overlaps

ADDRESSES = (
    "100000009",
    "100000009_10000000900017",
    "100000009_10000000900017_ACHATS",
    "100000009_STATUTS",
    "200000008",
)
ZONES = st.sampled_from((None, UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))))
NEAR = st.datetimes(datetime(2026, 9, 1), datetime(2026, 9, 9)).map(lambda each: each.replace(minute=0, second=0))  # noqa: DTZ001
MOMENTS = st.builds(
    lambda moment, zone: moment.replace(tzinfo=zone, microsecond=0),
    st.one_of(NEAR, NEAR, st.sampled_from((datetime.min, datetime.max))),  # noqa: DTZ901 - a zone is added
    ZONES,
)
STATUSES = st.sampled_from(sorted(MAY_BECOME))
FROM, UNTIL = datetime(2026, 8, 25), datetime(2026, 9, 20)  # noqa: DTZ001 - the clock on a French wall


class Mandates(RuleBasedStateMachine):
    """A provider's mandates, as they are asked for, confirmed, ended and stored."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Mandate] = []

    @rule(address=st.sampled_from(ADDRESSES), start=MOMENTS, end=st.none() | MOMENTS, status=STATUSES)
    def arrives(self, address, start, end, status):
        """Any mandate can be read and checked; one that ends before it begins is refused."""
        entry = {"name": "Client", **ElectronicAddress.parse(address).model_dump()}
        facts = {"id": str(len(self.held)), "client_id": "c", "created_at": start, "directory_entry": entry}
        mandate = Mandate.model_validate({**facts, "start_date": start, "end_date": end, "status": status})
        span = mandate.span
        wrong = span.end is not None and span.end <= span.start
        assert [each.rule for each in check(mandate)] == ["EI-MDT-01"] * wrong
        if not wrong and len(self.held) < 6:
            self.held.append(mandate)

    @rule(data=st.data(), after=STATUSES)
    def changes(self, data, after):
        """From where it stands a mandate goes one of its ways; what has expired stays expired."""
        if not self.held:
            return
        place = data.draw(st.integers(0, len(self.held) - 1))
        before = self.held[place].status
        assert may_become(before, after) == (before == after or after in MAY_BECOME[before])
        assert not may_become("expired", after) or after == "expired"
        if may_become(before, after):
            self.held[place] = self.held[place].model_copy(update={"status": after})

    @rule()
    def is_stored(self):
        """What is written as JSON comes back."""
        assert [Mandate.model_validate_json(each.model_dump_json()) for each in self.held] == self.held

    @invariant()
    def overlaps_are_those_of_two_at_one_moment(self):
        """Each pair that claims one address at one time is told, once, with the time that they share."""
        found = {(each.first.id, each.second.id): each.span for each in overlaps(self.held)}
        assert len(found) == len(overlaps(self.held))
        for first, second in combinations(self.held, 2):
            alive = {first.status, second.status}.isdisjoint({"expired", "error"})
            start = max(first.span.start, second.span.start)
            shared = start in first.span and start in second.span
            expected = alive and shared and first.scope == second.scope
            assert ((first.id, second.id) in found) == expected
            if expected:
                assert found[first.id, second.id].start == start

    @invariant()
    def who_covers_and_the_gaps_agree(self):
        """At each moment somebody covers the address, or it lies in a gap; the finest scope counts."""
        edges = {edge for each in self.held for edge in (each.span.start, each.span.end) if edge is not None}
        moments = [each for each in (*edges, FROM) if FROM <= each < UNTIL]
        for address in map(ElectronicAddress.parse, ADDRESSES):
            spans = gaps(self.held, address, FROM, UNTIL)
            assert all(FROM <= each.start < (each.end or UNTIL) <= UNTIL for each in spans)
            for moment in moments:
                covered = covering(self.held, address, moment)
                assert (covered is None) == any(moment in each for each in spans)
                if covered is not None:
                    assert covered.mandate.status == "active"
                    assert moment in covered.mandate.span
                    assert covered.exact == (covered.mandate.scope == address)


TestMandates = Mandates.TestCase
TestMandates.settings = settings(max_examples=settings.default.max_examples // 2, stateful_step_count=15)
