"""Lives as French companies have them, each with its outcome worked out by hand; and several lives together."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from french_samples import ARRIVED, changed, fixture, told

from einvoice.errors import Unwritable
from einvoice.france.lifecycle import STATUSES, Lifecycle, Payment, remarks, summary
from einvoice.model import InvoiceReference
from einvoice.rulebook import in_words

INVOICE = fixture("services")  # 3,492.00 with VAT at 20 %, due on payment
SENT = [("200", 0.0), ("201", 0.1), ("202", 0.2), ("203", 0.3)]


def message(code: str, hours: float, amount: str | None = None, invoice=INVOICE):
    """A status set so many hours after the invoice arrived; 212 of an amount."""
    given = {}
    if "reason" in STATUSES[code].needs:
        given["reasons"] = (min(STATUSES[code].reasons - {"DOUBLON", "REJ_UNI"}),)
    if code in ("208", "210") or (amount or "").startswith("-"):
        given["comment"] = "Voir le détail"
    if amount is not None:
        given["payment"] = Payment(Decimal(amount))
    # A clock that runs behind makes a status seem set before the invoice arrived there: that clock says both.
    at = ARRIVED + timedelta(hours=hours)
    return told(invoice, code, at=at, received_at=min(at, ARRIVED), **given)


def life(*happened: tuple, invoice=INVOICE) -> Lifecycle:
    """The life in which that happened."""
    found = Lifecycle(invoice)
    for each in happened:
        found = found.with_message(message(*each, invoice=invoice))
    return found


# what happened -> state, ended, still due, what does not fit, duties to the portal
LIVES: dict[str, tuple[list[tuple], str | None, bool, str, list[str], list[str]]] = {
    "nothing yet": ([], None, False, "3492.00", [], []),
    "submitted": (SENT[:1], "200", False, "3492.00", [], ["200", "flux1"]),
    "issued": (SENT[:2], "201", False, "3492.00", [], ["200", "flux1"]),
    "received": (SENT[:3], "202", False, "3492.00", [], ["200", "flux1"]),
    "made available": (SENT, "203", False, "3492.00", [], ["200", "flux1"]),
    "taken over": ([*SENT, ("204", 1)], "204", False, "3492.00", [], ["200", "flux1"]),
    "approved": ([*SENT, ("204", 1), ("205", 2)], "205", False, "3492.00", [], ["200", "flux1"]),
    "disputed": ([*SENT, ("207", 1)], "207", False, "3492.00", [], ["200", "flux1"]),
    "suspended and completed": ([*SENT, ("208", 1), ("209", 2)], "209", False, "3492.00", [], ["200", "flux1"]),
    "refused": ([*SENT, ("210", 1)], "210", True, "3492.00", [], ["200", "flux1", "210"]),
    "paid": ([*SENT, ("205", 1), ("212", 2, "3492.00")], "212", False, "0.00", [], ["200", "flux1", "212"]),
    "paid in two": (
        [*SENT, ("212", 2, "492.00"), ("212", 3, "3000.00")],
        *("212", False, "0.00", [], ["200", "flux1", "212", "212"]),
    ),
    "paid in part": ([*SENT, ("212", 2, "492.00")], "212", False, "3000.00", [], ["200", "flux1", "212"]),
    "paid too much": (
        [*SENT, ("212", 2, "3500.00")],
        *("212", False, "0.00", ["EI-LIFE-04"], ["200", "flux1", "212"]),
    ),
    "paid and given back": (
        [*SENT, ("212", 2, "3492.00"), ("212", 3, "-492.00")],
        *("212", False, "492.00", [], ["200", "flux1", "212", "212"]),
    ),
    "rejected at once": ([("200", 0), ("213", 1)], "213", True, "3492.00", [], ["200", "flux1", "213"]),
    "rejected by a platform on UTC": (
        [("200", 0), ("213", -0.9)],
        *("213", True, "3492.00", [], ["200", "flux1", "213"]),
    ),
    "received on UTC": (
        [("200", 0), ("201", 0.1), ("202", -0.8), ("203", -0.7)],
        *("203", False, "3492.00", [], ["200", "flux1"]),
    ),
    "received on UTC in summer": (
        [("200", 0), ("201", 0.1), ("202", -1.8), ("203", -1.7)],
        *("203", False, "3492.00", [], ["200", "flux1"]),
    ),
    "approved on UTC": (
        [("200", 0), ("202", -0.9), ("203", -0.8), ("205", -0.1)],
        *("205", False, "3492.00", [], ["200", "flux1"]),
    ),
    "made available, then received": (
        [("200", 0), ("203", 1), ("202", 2)],
        *("203", False, "3492.00", ["EI-LIFE-01"], ["200", "flux1"]),
    ),
    "received after its rejection": (
        [("200", 0), ("213", 1), ("202", 9)],
        *("213", True, "3492.00", ["EI-LIFE-02"], ["200", "flux1", "213"]),
    ),
    "paid after the refusal": (
        [*SENT, ("210", 1), ("212", 2, "100.00")],
        *("210", True, "3392.00", ["EI-LIFE-02"], ["200", "flux1", "210"]),
    ),
    "cancelled": ([*SENT, ("220", 1)], "220", True, "3492.00", [], ["200", "flux1"]),
    "cancelled and given back": (
        [*SENT, ("212", 1, "100.00"), ("220", 2), ("212", 3, "-100.00")],
        *("220", True, "3492.00", ["EI-LIFE-02"], ["200", "flux1", "212", "212"]),
    ),
    "lost and sent again": ([("200", 0), ("221", 1), ("202", 2)], "202", False, "3492.00", [], ["200", "flux1"]),
}


@pytest.mark.parametrize("name", LIVES)
def test_each_life_is_told_as_its_companies_see_it(name):
    """State, end, what is due, findings and duties; the order in which messages arrive changes nothing."""
    happened, state, ended, due, findings, duties = LIVES[name]
    for order in (happened, happened[::-1]):
        found = life(*order)
        assert (found.state, found.ended, found.due) == (state, ended, Decimal(due))
        assert [each.rule for each in found.findings] == findings
        assert [each.event.status_code if each.content == "status" else "flux1" for each in found.duties] == duties
        assert found.ended == (found.next == ())


def test_a_summary_is_json():
    """The life as values: what a platform stores or shows."""
    told_of = summary(life(*SENT, ("210", 1)), language="en")
    again = type(told_of).model_validate_json(told_of.model_dump_json())
    assert again == told_of
    assert (again.number, again.state, again.ended, again.due) == (INVOICE.number, "210", True, Decimal("3492.00"))
    assert [each.status_code for each in again.duties] == ["200", "200", "210"]
    assert summary(life(SENT[0])).next[0].set_by != ()


def test_a_status_before_reception_is_refused():
    """Whoever sets a status has the invoice."""
    with pytest.raises(Unwritable) as refusal:
        told(INVOICE, "205", at=ARRIVED - timedelta(minutes=1), received_at=ARRIVED)
    assert [each.rule for each in refusal.value.observations] == ["EI-CDV-77"]
    (said,) = in_words(refusal.value.observations, "fr")
    assert said.message.endswith("(1 min plus tôt).")
    assert told(INVOICE, "205", at=ARRIVED, received_at=ARRIVED).set_at == ARRIVED


def test_a_payment_of_nothing_is_refused():
    """A 212 tells money."""
    with pytest.raises(Unwritable) as refusal:
        message("212", 1, "0.00")
    assert [each.rule for each in refusal.value.observations] == ["EI-CDV-78"]


def test_what_remains_is_never_below_nothing():
    """An overpayment is told whole, without a negative rest."""
    (block,) = message("212", 1, "3500.00").subject.details
    assert [(each.type_code, each.amount) for each in block.characteristics] == [("MEN", Decimal("3500.00"))]


def credit_on(number: str):
    """A credit note on an invoice of that number."""
    return changed(
        INVOICE, number="A1", type_code="381", preceding_invoices=(InvoiceReference(reference=number),), due_date=None
    )


def final_after(number: str, paid: str):
    """A final invoice that counts on that prepayment."""
    totals = INVOICE.totals.model_copy(update={"paid_amount": Decimal(paid)})
    return changed(
        INVOICE,
        number="F9",
        business_process_type="S4",
        totals=totals,
        preceding_invoices=(InvoiceReference(reference=number, type_code="386"),),
    )


PREPAYMENT = changed(INVOICE, number="P1", type_code="386")
TOGETHER: dict[str, tuple[list[Lifecycle], list[str]]] = {
    "credit note on a live invoice": ([life(*SENT), Lifecycle(credit_on(INVOICE.number))], []),
    "credit note on a refused one": (
        [life(*SENT, ("210", 1)), Lifecycle(credit_on(INVOICE.number))],
        ["EI-LIFE-05"],
    ),
    "credit note told first": (
        [Lifecycle(credit_on(INVOICE.number)), life(("200", 0), ("213", 1))],
        ["EI-LIFE-05"],
    ),
    "credit note on another": ([life(*SENT, ("210", 1)), Lifecycle(credit_on("F0"))], []),
    "a number given twice": ([life(*SENT), life(("200", 5))], ["EI-LIFE-06"]),
    "a number given again after a rejection": ([life(("200", 0), ("213", 1)), life(("200", 5))], []),
    "a number given again after a refusal": ([life(*SENT, ("210", 1)), life(("200", 5))], ["EI-LIFE-06"]),
    "prepayment paid": (
        [life(*SENT, ("212", 1, "3492.00"), invoice=PREPAYMENT), Lifecycle(final_after("P1", "3492.00"))],
        [],
    ),
    "prepayment paid in part": (
        [life(*SENT, ("212", 1, "100.00"), invoice=PREPAYMENT), Lifecycle(final_after("P1", "3492.00"))],
        ["EI-LIFE-07"],
    ),
    "prepayment refused": (
        [life(*SENT, ("210", 1), invoice=PREPAYMENT), Lifecycle(final_after("P1", "0.00"))],
        ["EI-LIFE-07"],
    ),
    "lives without invoice": ([Lifecycle(None), Lifecycle(None)], []),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_several_lives_together(name):
    """What no life tells alone is a warning, in both languages."""
    lives, expected = TOGETHER[name]
    found = remarks(lives)
    assert [(each.rule, each.severity) for each in found] == [(rule, "warning") for rule in expected]
    assert all(each.message != each.message_en for each in found)
