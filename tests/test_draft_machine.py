"""A draft, edited as people and programs do: refused in words and left as it was, or completed to what adds up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from einvoice import build, validate
from einvoice.draft import Draft, DraftError
from einvoice.errors import Unwritable
from einvoice.testing import drafts

LINE = (
    "quantity",
    "item_net_price",
    "vat_rate",
    "vat_category",
    "item_name",
    "net_amount",
    "sub_lines",
    "allowances",
    "x",
)
HEAD = (
    "seller",
    "buyer",
    "issue_date",
    "due_date",
    "currency_code",
    "totals",
    "payable",
    "allowances",
    "lines",
    "notes",
)
PATHS = (
    st.sampled_from([*HEAD, "lines[+]", "lines[0]", "", "lines[", "buyer.name", "seller.vat_id", "totals.amount_due"])
    | st.builds("lines[{}].{}".format, st.integers(0, 3), st.sampled_from(LINE))
    | st.builds("lines[0].sub_lines[{}].{}".format, st.sampled_from(["+", 0, 1]), st.sampled_from(LINE))
    | st.text(max_size=8)
)
NUMBERS = st.decimals(allow_nan=True, allow_infinity=True) | st.sampled_from(
    ["0", "-1", "1e400", "1E+2", "0.005", "-0", "9" * 41, "1_0", 10**50, 1.5, True]
)
VALUES = (
    st.none()
    | NUMBERS
    | st.text(max_size=10)
    | st.dates()
    | st.sampled_from([[], {}, [{}], {"name": "A"}, {"quantity": "1"}, {"sub_lines": [{"quantity": "2"}]}, date.max])
)

NOTHING = Decimal(0)


class Editing(RuleBasedStateMachine):
    """One draft, from its first field to its number."""

    @initialize(draft=st.builds(Draft) | drafts())
    def begins(self, draft):
        """Empty, or as a seller's program fills it."""
        self.draft = draft
        self.final = None

    @rule(path=PATHS, value=VALUES)
    def is_set(self, path, value):
        """A place that is not there, or cannot hold the value, is told, and the draft stays as it was."""
        before = self.draft.model_copy(deep=True)
        try:
            self.draft.set(path, value)
        except DraftError as refused:
            assert refused.problems  # noqa: PT017 - no other exception is raised
            assert self.draft == before
        else:
            assert self.final is None

    @rule(name=st.sampled_from(HEAD), value=VALUES)
    def is_assigned(self, name, value):
        """The same for a field."""
        before = self.draft.model_copy(deep=True)
        try:
            setattr(self.draft, name, value)
        except DraftError:
            assert self.draft == before
        else:
            assert self.final is None

    @rule(line=st.fixed_dictionaries({"quantity": NUMBERS, "item_net_price": NUMBERS, "vat_rate": st.just("20")}))
    def gets_a_line(self, line):
        """At its end."""
        count = len(self.draft.lines)
        try:
            place = self.draft.set("lines[+]", line)
        except DraftError:
            return
        assert place == f"lines[{count}]"
        assert len(self.draft.lines) == count + 1

    @rule()
    def is_stored(self):
        """JSON says all of it."""
        again = Draft.model_validate_json(self.draft.model_dump_json(exclude_none=True))
        assert again.model_dump() == self.draft.model_dump()
        assert again.complete() == self.draft.complete()

    @rule()
    def is_looked_at(self):
        """Completing changes nothing and gives the same each time; what is made is judged, or refused in words."""
        before = self.draft.model_copy(deep=True)
        assert self.draft.complete() == self.draft.complete()
        assert self.draft == before
        report = validate(self.draft)
        assert not any("merci de le signaler" in (step.reason or "") for step in report.documents[0].steps)
        try:
            assert build(self.draft, "cii").startswith(b"<?xml")
        except Unwritable as refused:
            assert refused.findings  # noqa: PT017 - no other exception is raised

    @rule(number=st.none() | st.text(max_size=5))
    def is_finalised(self, number):
        """Under one number, once and for all."""
        try:
            made = self.draft.finalise(number)
        except DraftError:
            assert self.final is None or number not in (None, "", self.final.number)
            return
        assert self.final is None or made == self.final
        assert made.number == self.draft.number
        self.final = made

    @precondition(lambda self: self.final is not None)
    @invariant()
    def changes_no_more(self):
        """Once it is final."""
        assert self.draft.is_final
        assert self.draft.complete() == self.final
        with pytest.raises(DraftError):
            self.draft.set("buyer.name", "X")

    @invariant()
    def adds_up(self):
        """Sums that nobody gave are those of what they are made of; where what is given is wrong, that is told."""
        invoice = self.draft.complete()
        totals = invoice.totals
        if self.draft.totals is not None or totals is None or self.draft.disagreements():
            return
        with localcontext(prec=200):  # to the last digit, as einvoice does
            self.sums_are_right(invoice, totals)

    def sums_are_right(self, invoice, totals):
        """Line by line, as EN 16931 has it (BR-CO-10 to 16)."""
        nets = [line.net_amount for line in invoice.lines if line.parent_line_identifier is None]
        if None not in nets and totals.line_net_amount is not None:
            assert sum(nets, NOTHING) == totals.line_net_amount
        if totals.amount_without_vat is not None:
            charges, allowances = totals.charges_amount or NOTHING, totals.allowances_amount or NOTHING
            assert totals.amount_without_vat == totals.line_net_amount - allowances + charges
        if totals.amount_with_vat is not None:
            assert totals.amount_with_vat == totals.amount_without_vat + (totals.vat_amount or NOTHING)
            taxes = [each.tax_amount for each in invoice.vat_breakdown]
            if None not in taxes:  # of a group without a rate nobody knows it: BR-48 asks for the rate
                assert sum(taxes, NOTHING) == (totals.vat_amount or NOTHING)
        if totals.amount_due is not None:
            paid, rounding = totals.paid_amount or NOTHING, totals.rounding_amount or NOTHING
            assert totals.amount_due == totals.amount_with_vat - paid + rounding


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=settings.default.max_examples // 8, stateful_step_count=15)
