from __future__ import annotations

from datetime import datetime

import pytest

import einvoice as ei
from einvoice.errors import Unwritable
from einvoice.france.lifecycle import Lifecycle, Platform, acknowledge, cdar
from einvoice.france.lifecycle.events import event_of
from einvoice.xml import parse_xml

PLATFORM = Platform("0123", "PA EXEMPLE", "AAA123")
NOW = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001 - messages have no zone

# status, reason, whether it is about an invoice's data, and what the event is about
ANSWERS = [
    ("250", None, True, "invoice_data"),
    ("251", "REJ_SEMAN", True, "invoice_data"),
    ("300", None, False, "ereport"),
    ("301", "REJ_PER", False, "ereport"),
    ("400", None, False, "directory"),
    ("401", "REJ_COH", False, "directory"),
    ("500", None, False, "flow"),
    ("501", "IRR_SYNTAX", False, "flow"),
    ("601", "REJ_HAB", True, "status"),
]


def answer(code, reason=None, *, seller=True, **given):
    """An answer of the public portal about what a platform sent as OBJET-1."""
    told = {"reasons": (reason,) if reason else (), "seller": "100000009" if seller else None} | given
    return acknowledge(code, "OBJET-1", at=NOW, to=PLATFORM, identifier=f"OBJET-1_{code}_20261122", **told)


@pytest.mark.parametrize(("code", "reason", "seller", "object_type"), ANSWERS)
def test_answers_about_anything_are_built_read_judged_and_become_events(code, reason, seller, object_type):
    """What the portal says of data, reports, directory, flows and statuses: valid, the same when read, an event."""
    message = answer(code, reason, seller=seller, comment="Voir le détail" if reason else None)
    data = cdar.write(message)
    (report,) = ei.validate(data, policy=ei.Policy(date=NOW.date())).documents
    assert [each.rule for each in report.findings if each.severity == "error"] == []
    assert report.verdict == "valid"
    assert cdar.read(parse_xml(data)) == message
    event = event_of(message)
    assert (event.object_type, event.object_id, event.status_code) == (object_type, "OBJET-1", code)
    assert event.rejection_reasons == ((reason,) if reason else ())
    assert not event.is_mandatory


def test_an_answer_changes_no_life():
    """The life of an invoice is told by its own statuses: what the portal says of its data is another object's."""
    life = Lifecycle(None).with_message(answer("251", "REJ_SEMAN"))
    assert (life.events, life.state) == ((), None)


def test_a_directory_line_needs_no_date():
    """G7.31 asks for MDT-100 of invoices, reports and messages only."""
    assert answer("401", "REJ_COH", seller=False).subject.issue_time is None
    assert answer("301", "REJ_PER", seller=False).subject.issue_time == NOW


def test_a_platform_refuses_a_flow():
    """501 between platforms: the sender is named."""
    message = answer("501", "IRR_VIDE_F", seller=False, by=Platform("0456", "PA DEUX", "BBB456"))
    assert message.sender.identifiers[0].value == "0456"


@pytest.mark.parametrize(
    ("code", "given", "rule"),
    [
        ("205", {}, "EI-CDV-79"),
        ("999", {}, "EI-CDV-79"),
        ("301", {}, "EI-CDV-62"),
        ("301", {"reasons": ("NON_SENSE",)}, "EI-CDV-61"),
        ("250", {"seller": None}, "EI-CDV-80"),
    ],
)
def test_an_answer_that_may_not_be_given_is_refused(code, given, rule):
    """A status of an invoice, a refusal without reason, data of nobody's invoice."""
    with pytest.raises(Unwritable) as refused:
        answer(code, **given)
    assert [each.rule for each in refused.value.observations] == [rule]
