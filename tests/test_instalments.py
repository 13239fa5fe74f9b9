"""Amounts that are due in parts: read, written, said in words, and never only the first of them."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from small_draft import DRAFT
from test_discounts import due, terms
from test_reading_as_meant import listed, nested, read_settlement, read_ubl

import einvoice as ei
from einvoice.instalments import in_words
from einvoice.model import PaymentInstalment

FIRST, SECOND = date(2026, 11, 30), date(2026, 12, 31)
PARTS = (PaymentInstalment(amount="50.00", due_date=FIRST), PaymentInstalment(amount="70.00", due_date=SECOND))
EXTENDED = {**DRAFT, "due_date": None, "payment_instalments": [part.model_dump(mode="json") for part in PARTS]}
WORDS = "Échéance du 30/11/2026 : 50,00\nÉchéance du 31/12/2026 : 70,00"


def part_of(amount, day):
    """A group of terms with a partial amount."""
    return f"{due(day)}<ram:PartialPaymentAmount>{amount}</ram:PartialPaymentAmount>"


def test_each_part_is_read_with_its_day_and_the_last_is_the_due_date():
    """BT-X-275: the parts stand in the order of the document, BT-9 is the last day."""
    invoice = read_settlement(terms(part_of("70.00", "20261231"), part_of("50.00", "20261130")))
    assert invoice.payment_instalments == PARTS[::-1]
    assert (invoice.due_date, invoice.unread) == (SECOND, ())


def test_a_further_due_date_without_an_amount_is_read():
    """Two groups of terms that say a day: the later one is BT-9, the other is kept."""
    invoice = read_settlement(terms(due("20261130"), f"<ram:Description>Rest</ram:Description>{due('20261231')}"))
    assert (invoice.due_date, invoice.payment_terms, invoice.unread) == (SECOND, "Rest", ())
    assert invoice.payment_instalments == (PaymentInstalment(due_date=FIRST),)


def test_the_parts_of_ubl_are_read():
    """PaymentTerms with an amount is a part, its words are BT-20; a second day of payment is one without amount."""
    groups = [
        nested("cac:PaymentTerms", nested("cbc:Note", f"Rate {day}"), nested("cbc:Amount", amount), nested(name, day))
        for amount, name, day in (
            ("50.00", "cbc:PaymentDueDate", "2026-11-30"),
            ("70.00", "cbc:InstallmentDueDate", "2026-12-31"),
        )
    ]
    invoice = read_ubl("".join(groups))
    assert (invoice.payment_instalments, invoice.due_date) == (PARTS, SECOND)
    assert (invoice.payment_terms, listed(invoice)) == ("Rate 2026-11-30\nRate 2026-12-31", [])
    means = read_ubl(nested("cbc:DueDate", "2026-12-31") + nested("cac:PaymentMeans/cbc:PaymentDueDate", "2026-11-30"))
    assert (means.due_date, means.payment_instalments) == (SECOND, (PaymentInstalment(due_date=FIRST),))


def test_the_whole_amount_on_the_due_date_is_no_part():
    """One group whose partial amount is all that is due says no more than BT-9 and BT-115."""
    total = "<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:DuePayableAmount>120</ram:DuePayableAmount>"
    total += "</ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
    assert read_settlement(terms(part_of("120.00", "20261231")) + total).payment_instalments == ()
    assert read_settlement(terms(part_of("60.00", "20261231")) + total).payment_instalments != ()


def test_factur_x_extended_has_a_group_for_each_part():
    """A draft of parts is a valid EXTENDED that gives them back; the last day is BT-9, and stands once."""
    draft = ei.Draft.model_validate(EXTENDED)
    made = ei.build(draft, "facturx", profile="extended")
    again = ei.parse(made)
    assert (again.payment_instalments, again.due_date) == (PARTS, SECOND)
    assert (ei.validate(made).verdict, ei.losses(draft, "facturx", profile="extended")) == ("valid", ())
    assert ei.extract(made).xml.count(b"<ram:DueDateDateTime>") == 2


@pytest.mark.parametrize(("target", "profile"), [("ubl", None), ("cii", "en16931"), ("facturx", "basicwl")])
def test_other_targets_say_the_parts_in_words_and_that_is_a_warning(target, profile):
    """BT-20 tells them, BT-9 is the last day, the result is valid, and the loss of structure is told as money is."""
    source = ei.build(ei.Draft.model_validate({**EXTENDED, "payment_terms": "Net"}), "facturx", profile="extended")
    made = ei.convert(source, target, profile=profile)
    invoice = ei.parse(made.data)
    assert (made.report.verdict, invoice.due_date, invoice.payment_terms) == ("valid", SECOND, f"Net\n{WORDS}")
    told = [each for each in made.losses if each.field == "payment_instalments"]
    assert [(each.rule, each.severity) for each in told] == [("EI-FIT-INSTALMENT", "warning")]


def test_what_is_said_already_is_not_said_again():
    """The words of a part that the payment terms have are not repeated."""
    made = ei.build(ei.Draft.model_validate({**EXTENDED, "payment_terms": WORDS}), "ubl")
    assert ei.parse(made).payment_terms == WORDS


@pytest.mark.parametrize(
    ("amounts", "day", "told"),
    [
        (("50.00", "70.00"), None, []),
        (("50.00", "71.00"), None, ["121.00"]),
        (("50.00", "60.00"), None, ["110.00"]),
        (("50.00", "60.00"), "2027-01-31", []),
        ((None, "60.00"), None, []),
    ],
)
def test_parts_that_do_not_add_up_to_what_is_due_are_worth_a_look(amounts, day, told):
    """More than the amount due, or less of it by the due date; what is due later may be the rest."""
    parts = [{"amount": amount, "due_date": each} for amount, each in zip(amounts, (FIRST, SECOND), strict=True)]
    draft = ei.Draft.model_validate({**EXTENDED, "payment_instalments": parts, "due_date": day})
    said = [str(each.given) for each in draft.disagreements() if each.field == "payment_instalments"]
    assert said == told
    report = ei.validate(ei.build(draft, "facturx", profile="extended"))
    assert [each.found for each in report.documents[0].findings if each.rule == "EI-CALC-02"] == told


def test_the_view_shows_each_part():
    """Day and amount, in the card of the payment."""
    page = unescape(
        ei.render(ei.build(ei.Draft.model_validate(EXTENDED), "facturx", profile="extended"), "html").decode()
    )
    assert page.count("Échéance</") >= 2
    assert "50,00" in page


def test_words():
    """As an accountant would say it."""
    assert in_words(PARTS[0], "en") == "Due 2026-11-30: 50.00"
    assert in_words(PaymentInstalment(due_date=FIRST), "fr") == "Échéance du 30/11/2026"
    assert in_words(PaymentInstalment(amount=Decimal(5)), "fr") == "Échéance : 5,00"
