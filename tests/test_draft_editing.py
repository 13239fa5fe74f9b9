from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from einvoice.draft import Draft, DraftError


def draft() -> Draft:
    """A draft with two lines, the first with a sub-line."""
    return Draft(
        number="F1",
        seller={"name": "VENDEUR"},
        lines=[
            {"item_name": "Lot", "sub_lines": [{"item_name": "Mur", "quantity": "2", "item_net_price": "10"}]},
            {"item_name": "Port", "quantity": "1", "item_net_price": "9.90"},
        ],
    )


def test_a_field_is_assigned_and_checked():
    """Assigning to a field converts and checks as reading does, and a refused value leaves the draft unchanged."""
    edited = draft()
    edited.due_date = "2026-12-02"
    assert edited.due_date == date(2026, 12, 2)
    with pytest.raises(DraftError, match="due_date: expected a date"):
        edited.due_date = "soon"
    assert edited.due_date == date(2026, 12, 2)
    with pytest.raises(DraftError, match="did you mean due_date"):
        edited.duedate = "2026-12-02"


@pytest.mark.parametrize(
    ("path", "value", "held"),
    [
        ("number", "F2", "F2"),
        ("lines[1].quantity", "3", Decimal(3)),
        ("lines[0].sub_lines[0].item_net_price", "12.5", Decimal("12.5")),
        ("seller.postal_address.city_name", "PARIS", "PARIS"),
        ("seller.legal_registration_identifier", "100000009", None),
        ("totals.paid_amount", 10, Decimal(10)),
    ],
)
def test_a_place_is_set_by_its_path(path, value, held):
    """The path of a finding is where a value goes; parts that are missing on the way are made."""
    edited = draft()
    assert edited.set(path, value) == path
    found = edited
    for step in path.replace("[", ".").replace("]", "").split("."):
        found = found[int(step)] if step.isdigit() else getattr(found, step)
    assert held is None or found == held


def test_elements_are_added_and_taken_out():
    """`[+]` is a new last element, whole or by one of its fields; None takes an element out and empties a field."""
    edited = draft()
    assert edited.set("lines[+]", {"item_name": "Vis"}) == "lines[2]"
    assert edited.set("lines[+].item_name", "Clou") == "lines[3].item_name"
    assert edited.set("notes[+]", "Merci") == "notes[0]"
    assert edited.set("lines[2]", None) == "lines[2]"
    assert [line.item_name for line in edited.lines] == ["Lot", "Port", "Clou"]
    edited.set("seller.name", None)
    edited.set("notes", None)
    assert (edited.seller.name, edited.notes) == (None, ())


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("lines[7].quantity", "1", r"lines\[7\]: there are 2; a new one is added with lines\[\+\]"),
        ("lines[2]", {}, r"lines\[2\]: there are 2"),
        ("lines.quantity", "1", r"lines is a list: say which, as in lines\[0\]"),
        ("number.value", "1", "number is a value, without fields"),
        ("number[0]", "1", "number: this is not a list"),
        ("lines[0].quantiti", "1", r"lines\[0\].quantiti: there is no such field; did you mean quantity\?"),
        ("linse[0]", {}, "linse: there is no such field; did you mean lines"),
        ("lines[1].quantity", "many", r"lines\[1\].quantity: expected a number such as 12.50, found 'many'"),
        ("lines[x]", "1", "this is not a path"),
        ("", "1", "this is not a path"),
        ("lines[1]..quantity", "1", "this is not a path"),
    ],
)
def test_a_wrong_place_or_value_changes_nothing(path, value, message):
    """The refusal names the place, and the draft stays as it was."""
    edited = draft()
    with pytest.raises(DraftError, match=message):
        edited.set(path, value)
    assert edited == draft()


def test_a_finalised_draft_no_longer_changes():
    """Finalising gives the invoice that completing gave; after it, every change is refused in words."""
    final = draft()
    assert not final.is_final
    assert final.finalise() == draft().complete()
    assert final.is_final
    for change in (lambda: setattr(final, "number", "F2"), lambda: final.set("lines[0].quantity", "1")):
        with pytest.raises(DraftError, match="finalised"):
            change()
    assert final.complete() == draft().complete()


def test_a_draft_without_number_is_not_finalised():
    """An invoice number is never invented."""
    unnumbered = draft()
    unnumbered.set("number", None)
    with pytest.raises(DraftError, match="number: a draft needs its invoice number"):
        unnumbered.finalise()
    assert not unnumbered.is_final


def test_completing_leaves_the_draft_as_it_is():
    """Completing is a question, not a change."""
    asked = draft()
    asked.complete()
    asked.disagreements()
    assert asked == draft()


def test_a_draft_is_no_key():
    """What changes has no hash."""
    with pytest.raises(TypeError):
        hash(draft())


def test_a_finding_on_the_invoice_leads_to_the_draft():
    """Paths are equal, except that flattened sub-lines lead back to where the draft nests them."""
    nested = draft()
    assert nested.field_of("lines[1].net_amount") == "lines[0].sub_lines[0].net_amount"
    assert nested.field_of("lines[2].net_amount") == "lines[1].net_amount"
    assert nested.field_of("lines[9].net_amount") == "lines[9].net_amount"
    assert nested.field_of("totals.amount_due") == "totals.amount_due"
    assert nested.field_of("seller.name") == "seller.name"


def test_a_line_is_not_assigned_to():
    """Changing a line in place names the call that changes it, and leaves the draft as it was."""
    edited = draft()
    with pytest.raises(DraftError, match=r"draft\.set\(\"lines\[0\]\.quantity\", '3'\)"):
        edited.lines[0].quantity = "3"
    assert edited == draft()


def test_a_draft_gets_its_number_when_it_is_finalised():
    """The number given is the invoice's; another one than the draft's own is refused, and nothing is final then."""
    unnumbered = draft()
    unnumbered.set("number", None)
    assert unnumbered.finalise(number="F2026-0007").number == "F2026-0007"
    assert unnumbered.is_final
    numbered = draft()
    with pytest.raises(DraftError, match=f"has the number {numbered.number} already"):
        numbered.finalise(number="X-1")
    assert not numbered.is_final
    assert numbered.finalise(number=numbered.number).number == numbered.number


def test_a_final_draft_may_be_asked_again():
    """By its number or without one, and gives the same invoice; by another it refuses."""
    draft = Draft(issue_date="2026-11-02")
    made = draft.finalise("F1")
    assert draft.finalise("F1") == draft.finalise() == made
    with pytest.raises(DraftError):
        draft.finalise("F2")
