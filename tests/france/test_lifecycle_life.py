from __future__ import annotations

import random
import sys
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from folders import ROOT
from french_samples import ARRIVED, CDAR, NUMBER, PLATFORM, changed, fixture, told

from einvoice.data import ruleset_text
from einvoice.france.lifecycle import Lifecycle, Payment, cdar, life, ppf_copy
from einvoice.france.lifecycle.codes import FOLLOWS, STATUSES
from einvoice.xml import parse_xml

sys.path.insert(0, str(ROOT / "tools"))

import france_lives

SERVICES = fixture("services")
STORY = ("200", "201", "202", "203", "204", "205")


def at(hours: int):
    """So many hours after the invoice arrived."""
    return ARRIVED + timedelta(hours=hours)


def said(code: str, hours: int, **given):
    """A status set at that hour."""
    return told(given.pop("invoice", SERVICES), code, at=at(hours), **given)


def lived(*messages, invoice=SERVICES) -> Lifecycle:
    """The life that messages tell."""
    found = Lifecycle(invoice)
    for message in messages:
        found = found.with_message(message)
    return found


def paid(amount: str, hours: int, before: str = "0.00", **given):
    """A payment received."""
    return said("212", hours, payment=Payment(Decimal(amount), before=Decimal(before)), **given)


def findings(found: Lifecycle) -> list[tuple[str, str]]:
    """Rule and severity of what does not fit."""
    return [(finding.rule, finding.severity) for finding in found.findings]


def test_a_life_in_order_has_nothing_to_say():
    """From deposit to payment: state of each side, what is due, no finding."""
    messages = [said(code, hour) for hour, code in enumerate(STORY)]
    found = lived(*messages, paid("1000.00", 7), paid("2492.00", 8, before="1000.00"))
    assert (found.state, found.transmission, found.processing) == ("212", "203", "212")
    assert found.findings == ()
    assert (found.due, dict(found.received)) == (Decimal("0.00"), {Decimal(20): Decimal("3492.00")})
    assert not found.ended
    assert "212" in [each.code for each in found.next]


def test_what_may_come_first_and_next():
    """An invoice is deposited or rejected; once deposited its platforms speak, and once available its parties."""
    assert [each.code for each in Lifecycle(SERVICES).next] == ["200", "213"]
    assert [each.code for each in lived(said("200", 0)).next] == ["201", "202", "213", "221", "501"]
    available = lived(*(said(code, hour) for hour, code in enumerate(STORY[:4])))
    codes = {each.code: each.set_by for each in available.next}
    assert codes["205"] == ("receiver",)
    assert codes["212"] == ("seller",)
    assert "202" not in codes


def test_duties_are_due_in_a_day():
    """The deposit and the invoice's data, a refusal, a rejection: each within 24 hours of its status."""
    found = lived(said("200", 0), said("202", 1), said("203", 2), said("205", 3))
    assert [(each.content, each.event.status_code, each.deadline) for each in found.duties] == [
        ("status", "200", at(24)),
        ("flux1", "200", at(24)),
    ]
    refused = said("210", 3, reasons=("TX_TVA_ERR",), comment="x")
    assert [each.event.status_code for each in lived(said("200", 0), refused).duties] == ["200", "200", "210"]


@pytest.mark.parametrize(
    ("update", "due"),
    [
        ({}, True),  # services
        ({"tax_point_date_code": "3"}, False),  # ... with the option for debits
        ({"business_process_type": "B1"}, False),  # goods
        ({"business_process_type": "B1", "type_code": "386"}, True),  # a prepayment
        ({"business_process_type": "S7"}, False),  # collected through e-reporting before
    ],
)
def test_a_payment_is_a_duty_where_vat_falls_due_on_it(update, due):
    """212 goes to the portal for services and prepayments, not for goods nor under the option for debits."""
    invoice = changed(SERVICES, **update)
    found = lived(paid("1.00", 1, invoice=invoice), invoice=invoice)
    assert [each.event.status_code for each in found.duties] == (["212"] if due else [])


def test_an_international_invoice_has_no_duties():
    """It is reported (flux 10): the portal hears nothing of its statuses, by the invoice or by the message alone."""
    german = changed(SERVICES, notes=(), buyer=fixture("german").seller)
    german = changed(
        german, buyer=german.buyer.model_copy(update={"electronic_address": SERVICES.buyer.electronic_address})
    )
    message = said("200", 0, invoice=german)
    assert message.business_process == "B2BINT"
    assert lived(message, invoice=german).duties == ()
    assert lived(message, invoice=None).duties == ()
    assert lived(said("200", 0), invoice=None).duties != ()


def test_order_of_arrival_and_copies_do_not_matter():
    """Whatever comes first, and whether it comes twice or as the portal's copy, the life is the same."""
    messages = [said(code, hour) for hour, code in enumerate(STORY)]
    copy = ppf_copy(messages[0], platform=PLATFORM, number=NUMBER)
    plain = lived(*messages)
    assert lived(copy, *reversed(messages), *messages, copy).events == plain.events
    assert [event.id.startswith("FFE") for event in plain.events] == [False] * 6


def test_out_of_order_is_a_warning():
    """203 before 202: what was expected is told."""
    found = lived(said("200", 0), said("203", 1), said("202", 2))
    assert findings(found) == [("EI-LIFE-01", "warning")]
    assert found.findings[0].expected == "201, 202, 213, 221, 501"


@pytest.mark.parametrize(
    ("end", "code", "severity"),
    [
        ("213", "202", "error"),
        ("213", "212", "error"),
        ("210", "212", "error"),  # a mandatory status after a refusal
        ("210", "205", "warning"),
        ("220", "205", "error"),
        ("220", "212", "warning"),  # money may still flow back
    ],
)
def test_what_comes_after_the_end(end, code, severity):
    """Nothing after a rejection or cancellation; after a refusal nothing that the portal must be told."""
    given = {"reasons": (min(STATUSES[end].reasons),), "comment": "x"} if end in ("210", "213") else {}
    late = paid("1.00", 9) if code == "212" else said(code, 9)
    found = lived(said("200", 0), said("202", 1), said("203", 2), said(end, 3, **given), late)
    assert findings(found) == [("EI-LIFE-02", severity)]
    assert end in found.findings[0].message
    assert found.ended
    assert found.next == ()
    assert (code in [each.event.status_code for each in found.duties]) == (code == "212" and severity == "warning")


def test_a_rejected_duplicate_does_not_touch_the_accepted_invoice():
    """213 with DOUBLON after the reception is of a second copy: a notice, no duty, and the original lives on."""
    duplicate = said("213", 5, by="receiving_platform", reasons=("DOUBLON",))
    found = lived(*(said(code, hour) for hour, code in enumerate(STORY[:4])), duplicate)
    assert findings(found) == [("EI-LIFE-03", "information")]
    assert (found.state, found.ended) == ("203", False)
    assert not found.events[-1].counts
    assert "213" not in [each.event.status_code for each in found.duties]


def test_a_duplicate_rejected_before_reception_ends_its_life():
    """Deposited, then rejected as a duplicate by the other side: that invoice itself is rejected (UC2)."""
    found = lived(said("200", 0), said("213", 1, by="receiving_platform", reasons=("DOUBLON",)))
    assert (found.state, found.ended, findings(found)) == ("213", True, [])


def test_a_lost_flow_is_sent_again():
    """A routing error or an unreadable flow is no end: the invoice may still arrive."""
    for code, reasons in (("221", ("ROUTAGE_ERR",)), ("501", ("IRR_SYNTAX",))):
        found = lived(said("200", 0), said(code, 1, reasons=reasons))
        assert "202" in [each.code for each in found.next]
        assert lived(said("200", 0), said(code, 1, reasons=reasons), said("202", 2)).findings == ()


def test_too_much_received_is_a_warning():
    """More than was owed, in the direction of the money."""
    assert findings(lived(*(said(code, hour) for hour, code in enumerate(STORY)), paid("3500.00", 8))) == [
        ("EI-LIFE-04", "warning")
    ]
    credit = fixture("credit-note")
    back = said("212", 1, invoice=credit, payment=Payment(Decimal("-95.76")))
    assert "EI-LIFE-04" not in [rule for rule, _ in findings(lived(back, invoice=credit))]
    assert lived(back, invoice=credit).due == 0


def test_prepayments_and_discounts_settle_too():
    """What is due is less BT-113, what was received and what was taken as discount."""
    final = fixture("final-after-prepayment")
    due = final.totals.amount_due
    assert Lifecycle(final).due == due
    message = said("212", 1, invoice=final, payment=Payment(due - 10, discount=Decimal("10.00")))
    assert lived(message, invoice=final).due == 0


def test_an_event_is_plain_json():
    """Ids, times and codes by the names of PDP APIs, for a transport to poll or push."""
    (event,) = lived(said("210", 1, reasons=("TX_TVA_ERR",), comment="Taux.")).events
    assert event.model_dump(mode="json") == {
        "id": "F2026-0001_210_20261102171000#380_20261102",
        "object_type": "invoice",
        "object_id": "F2026-0001",
        "status_code": "210",
        "timestamp": "2026-11-02T17:10:00",
        "emitter": "BY",
        "reason": "Taux.",
        "rejection_reasons": ["TX_TVA_ERR"],
        "is_mandatory": True,
        "received": [],
        "discount": "0.00",
        "counts": True,
    }


def test_messages_in_test_mode_and_of_other_objects_change_nothing():
    """P1.13: a test is no event; nor is the portal's word on the invoice's data (250), or a message without time."""
    message = said("200", 0)
    other = message.model_copy(update={"subject": message.subject.model_copy(update={"status_code": "250"})})
    for silent in (message.model_copy(update={"test": True}), other, message.model_copy(update={"set_at": None})):
        assert lived(silent).events == ()


@pytest.mark.parametrize(
    "other",
    [
        {"number": "F2026-0002"},
        {"seller": SERVICES.buyer},  # the same number, by another seller
        {"issue_date": date(2025, 11, 2)},  # and in another year
    ],
)
def test_a_message_about_another_invoice_is_refused(other):
    """Number, seller and year make an invoice one (G1.45); a life without invoice takes them from its first message."""
    message = said("200", 1, invoice=changed(SERVICES, **other))
    with pytest.raises(ValueError, match="not about F2026-0001 / 100000009 / 2026"):
        lived(message)
    with pytest.raises(ValueError, match="not about F2026-0001"):
        lived(said("200", 0), message, invoice=None)


def test_a_life_is_a_value():
    """Telling it something gives another life, and leaves the first as it was."""
    first = lived(said("200", 0))
    second = first.with_message(said("202", 1))
    assert (first.state, second.state) == ("200", "202")


def test_the_old_name_still_works_and_says_the_new_one():
    """`told` was the name of `with_message` in version 0.1."""
    message = said("200", 0)
    with pytest.warns(DeprecationWarning, match="with_message"):
        life = Lifecycle(SERVICES).told(message)
    assert life == Lifecycle(SERVICES).with_message(message)


def test_every_status_has_its_place():
    """What may follow is a status that exists, and every status of an invoice can be reached."""
    followers = {code for following in FOLLOWS.values() for code in following}
    assert followers | {"200"} == {code for code, kind in STATUSES.items() if kind.phase}
    assert set(FOLLOWS) - {"start"} <= set(STATUSES)
    assert set(_rules("EI-LIFE-")) == {f"EI-LIFE-0{number}" for number in range(1, 8)}


def _rules(start: str) -> list[str]:
    return [line.split("\t")[0] for line in ruleset_text("messages.tsv").splitlines() if line.startswith(start)]


# Invoice of a published story -> its statuses in order, how it ends, and what it received.
STORIES = {
    "F202500003": ("200 202 203 204 205 211 212", False, "12000.00"),
    "F202500004": ("200 213", True, "0"),
    "F202500005": ("200 202 203 210", True, "0"),
    "F202500006": ("200 202 203 207 220", True, "0"),
    "F202500010": ("200 202 203 204 205 211 212", False, "12000.00"),
    "F202500007": ("200 203 202 207 205 212", False, "11000.00"),  # the published 203 is dated before its 202
    "F202500011": ("200 202 203 204 205 212", False, "-11000.00"),
    "F202500012": ("200 202 203 204 205 211 212", False, "12000.00"),
}


@pytest.mark.skipif(not CDAR.is_dir(), reason="needs ../shared/corpus")
def test_published_stories():
    """The life stories of XP Z12-014 (UC1 to UC5c), their messages shuffled: as their authors tell them."""
    stories = defaultdict(list)
    for path in sorted(CDAR.glob("*.xml")):
        message = cdar.read(parse_xml(path.read_bytes()))
        stories[message.subject.reference].append(message)
    assert set(stories) == set(STORIES)
    for number, messages in stories.items():
        random.Random(number).shuffle(messages)  # noqa: S311 - the same order each time
        found = lived(*messages, invoice=None)
        codes, ended, received = STORIES[number]
        assert [event.status_code for event in found.events] == codes.split()
        assert (found.ended, sum(found.received.values())) == (ended, Decimal(received))
        rules = [rule for rule, _ in findings(found)]
        assert rules == (["EI-LIFE-01"] if number == "F202500007" else []), number
        assert {each.event.status_code for each in found.duties} <= {"200", "210", "212", "213"}


def test_random_lives_keep_what_holds_of_any():
    """Three hundred of the ten thousand of tools/france_lives.py: no crash, no invariant broken."""
    rng = random.Random(26)  # noqa: S311 - the same sequences each time
    samples = france_lives.invoices()
    events = 0
    for _ in range(300):
        invoice = rng.choice(samples)
        messages = france_lives.messages(rng, invoice)
        assert list(france_lives.broken(rng, invoice, messages)) == []
        events += len(france_lives.life_of(invoice, messages).events)
    assert events > 1000


def test_the_invariants_can_break(monkeypatch):
    """A life that counts duplicates, or forgets what comes after the end, is noticed."""
    rng = random.Random(3)  # noqa: S311 - the same sequences each time
    invoice = france_lives.invoices()[0]
    messages = [said("200", 0), said("213", 1, reasons=("REJ_COH",)), said("202", 2)]
    assert list(france_lives.broken(rng, invoice, messages)) == []
    monkeypatch.setattr(life, "_misfit", lambda _event, _seen: None)
    assert "nothing after the end is unreported" in list(france_lives.broken(rng, invoice, messages))
    monkeypatch.undo()
    monkeypatch.setattr(life, "_once", lambda told: [life.event_of(message) for message in told])
    assert "the order of arrival and duplicates do not matter" in list(france_lives.broken(rng, invoice, messages))
