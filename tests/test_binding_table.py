"""The language of the tables: what is understood, and that the rest is refused by name."""

import pytest
from small_binding import ORDER, syntax

from einvoice import cii, ubl


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("colour  Colour", "colour"),
        ("totals.colour  Colour", "colour"),
        ("number.value  Colour", "no group"),
        ("number  x:Colour", "x"),
        ("number", "two or three columns"),
        ("number a b c", "two or three columns"),
        ("number+  Colour", "not understood"),
        ("day  Day", "place is taken"),
        ("buyer  Colour  ITEM", "not what ITEM makes"),
        ("day  Colour/@day", "carries text"),
        ("/tags*  Colour", "a list of the document"),
        ("/number  Colour/@number", "plain attribute"),
        ("totals.net  Colour/@net", "plain attribute"),
        ("number  Colour  unheard", "unheard"),
        ("'{colour}'  Colour", "colour"),
        ("account  .  account", "no other row to say"),
    ],
)
def test_a_row_that_is_not_understood_is_refused(row, reason):
    """A wrong row is an error that names the row, found when the table is compiled."""
    with pytest.raises((ValueError, KeyError), match=reason):
        syntax(INVOICE=f"{ORDER}\n{row}")


def test_the_error_names_table_and_row():
    """Whoever edits a table is told which line is wrong."""
    with pytest.raises(ValueError, match=r"table BUYER, row 'age' 'Age'"):
        syntax(BUYER="age  Age")


def test_a_table_can_be_shown():
    """What a debugger or a failed assertion writes of a shape grows with the table, not with the power of its depth."""
    for shape in (cii._syntax().shape, *(ubl._syntax(credit_note=kind).shape for kind in (False, True))):
        assert 10_000 < len(repr(shape)) < 2_000_000
