"""JSON is read at one place: to the last digit, no name twice, and no crowd of things that say nothing."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

import einvoice as ei
from einvoice.france.ereporting.books_file import BooksFile
from einvoice.json_text import BYTES, MOST_SHORT, TEXT_BYTES, NotRead, load_json
from einvoice.model import Invoice

LITTLE = ("{}", "[]", "null", "1", '""', '{"a":1}', '"x"')
LINE = {"item_name": "Vis", "quantity": "1", "item_net_price": "100", "vat_rate": "20"}


def test_a_number_keeps_its_digits():
    """No double comes between."""
    assert load_json('{"a": 1234567890.10}') == {"a": Decimal("1234567890.10")}


@pytest.mark.parametrize("model", [ei.Draft, Invoice, BooksFile])
def test_a_name_that_is_given_twice_is_refused_whatever_is_read(model):
    """The first value would be lost in silence."""
    with pytest.raises((ei.DraftError, NotRead), match="number: this name is given twice"):
        model.model_validate_json('{"invoices": [{"number": "1", "number": "2"}]}')


@pytest.mark.parametrize("thing", LITTLE)
def test_a_thousand_things_may_say_nothing_and_a_crowd_may_not(thing):
    """Few empty lines are a draft in the making, many are an attack."""
    few, many = ",".join([thing] * MOST_SHORT), ",".join([thing] * (20 * MOST_SHORT))
    assert len(load_json(f'{{"lines": [{few}]}}')["lines"]) == MOST_SHORT
    with pytest.raises(NotRead, match=f"lines: {20 * MOST_SHORT} elements in "):
        load_json(f'{{"lines": [{many}]}}')


def test_the_list_with_most_things_is_named_wherever_it_is():
    """Also inside another."""
    crowd = json.dumps({"lines": [{"notes": ["x"] * 9_000}, {"notes": []}], "notes": [{}] * 900})
    with pytest.raises(NotRead, match="notes: 9000 elements"):
        load_json(crowd)


@pytest.mark.parametrize(("length", "each"), [(BYTES, "object"), (TEXT_BYTES, "text")])
def test_what_is_as_long_as_it_must_be_is_read_however_often(length, each):
    """The bound is on what says nothing, not on length."""
    thing = "x" * (length - 3) if each == "text" else {"a": "x" * (length - 9)}
    text = json.dumps({"lines": [thing] * 50_000}, separators=(",", ":"))
    assert len(load_json(text)["lines"]) == 50_000


def test_a_draft_says_so_in_both_languages_and_is_invalid():
    """What a user sees: the list, how many elements, and what to do."""
    data = json.dumps({"number": "F1", "lines": [{}] * 5_000}).encode()
    report = ei.validate(data)
    (found,) = report.documents[0].findings
    assert report.verdict == "invalid"
    assert "lines" in found.message
    assert "5000 éléments" in found.message
    assert "5000 elements" in found.message_en


def test_five_thousand_short_lines_are_a_draft():
    """The shortest lines that anybody writes."""
    draft = ei.Draft.model_validate_json(json.dumps({"number": "F1", "lines": [LINE] * 5_000}, separators=(",", ":")))
    assert len(draft.lines) == 5_000
