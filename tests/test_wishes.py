"""What users of others asked for, and how they get it: a discount on several rates, a line that only says something."""

from __future__ import annotations

import pytest
from small_draft import DRAFT

import einvoice as ei

EUROPEAN = ei.Policy(rules="en16931")
TWO_RATES = [*DRAFT["lines"], {"item_name": "Livre", "quantity": "1", "item_net_price": "50.00", "vat_rate": "5.5"}]
TEN_PERCENT = {"reason": "Fidélité", "percentage": "10"}
TEXT = {"item_name": "Hinweis", "item_description": "nur Text"}


def of(**changes):
    """The draft with other values."""
    return ei.Draft.model_validate({**DRAFT, **changes})


def test_a_discount_on_two_rates_is_refused_where_its_rate_is_missing_with_the_way_to_say_it():
    """Whose VAT a discount lessens is not guessed: the finding is at its category, and says to split it."""
    report = ei.validate(of(lines=TWO_RATES, allowances=[TEN_PERCENT]), language="en", policy=EUROPEAN)
    (found,) = [each for each in report.documents[0].findings if each.severity == "error"]
    assert (found.rule, found.field) == ("BR-32", "allowances[0].vat_category_code")
    assert found.hint == "An allowance on several rates stands once for each rate, with its part of the amount."


def test_a_discount_that_stands_once_for_each_rate_is_valid():
    """Ten per cent of each base: the sums and the VAT of both groups follow."""
    parts = [
        {**TEN_PERCENT, "base_amount": base, "vat_category_code": "S", "vat_rate": rate}
        for base, rate in (("100.00", "20"), ("50.00", "5.5"))
    ]
    draft = of(lines=TWO_RATES, allowances=parts)
    assert ei.validate(draft).verdict == "valid"
    assert [(str(each.taxable_amount), str(each.rate)) for each in draft.complete().vat_breakdown] == [
        ("90.00", "20"),
        ("45.00", "5.5"),
    ]


def test_a_line_of_words_alone_is_told_what_a_line_must_have():
    """Nobody knows whether amounts were forgotten: what is missing is named at the line."""
    report = ei.validate(of(lines=[*DRAFT["lines"], TEXT]), policy=EUROPEAN)
    errors = {each.field for each in report.documents[0].findings if each.severity == "error"}
    assert {"lines[1].quantity", "lines[1].net_amount", "lines[1].item_net_price"} <= errors


@pytest.mark.parametrize(("target", "profile"), [("ubl", "en16931"), ("cii", "en16931"), ("facturx", "basic")])
def test_a_line_that_is_said_to_inform_is_a_note_of_the_line_before(target, profile):
    """As INFORMATION it is a line of EXTENDED; elsewhere its words are BT-127, which is valid, and told."""
    draft = of(lines=[*DRAFT["lines"], {**TEXT, "subtype_code": "INFORMATION"}])
    extended = ei.build(draft, "facturx", profile="extended")
    assert (ei.validate(extended, policy=EUROPEAN).verdict, len(ei.parse(extended).lines)) == ("valid", 2)
    made = ei.convert(extended, target, profile=profile, policy=EUROPEAN)
    (line,) = ei.parse(made.data).lines
    assert (made.report.verdict, [note.text for note in line.notes]) == ("valid", ["Hinweis\nnur Text"])
    assert "EI-FIT-LINE-NOTE" in {each.rule for each in made.losses if each.field == "lines[1]"}
