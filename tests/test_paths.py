"""Paths lead to values and back, and walks miss nothing."""

from __future__ import annotations

import pytest
from full_invoice import full_invoice
from pydantic import BaseModel

from einvoice.model import Identifier, Invoice, Line, Note, Party
from einvoice.paths import Path, differences, walk, walk_types
from einvoice.terms import term_at


@pytest.mark.parametrize(
    "text", ["", "number", "lines[2].net_amount", "lines[0].sub_lines[12].notes[1].text", "a[+].b"]
)
def test_a_path_is_written_as_it_was_read(text):
    """Text and path are two ways to say the same place."""
    assert str(Path.parse(text)) == text
    assert Path.parse(text) == Path.parse(str(Path.parse(text)))


@pytest.mark.parametrize(
    "text", ["[0]", "a b", "a.", ".a", "a..b", "lines[x]", "lines[-1]", "lines[1", "lines[0]a", "é[ ]"]
)
def test_what_is_no_path_is_refused(text):
    """A path consists of names and positions; anything else is an error, not a place that is not there."""
    with pytest.raises(ValueError, match="is not a path"):
        Path.parse(text)


def test_a_path_knows_its_parts():
    """The name is that of the field, the parent what holds it, and the plain path that of the business term."""
    path = Path.parse("lines[0].sub_lines[1].notes[2]")
    assert (path.name, str(path.parent)) == ("notes", "lines[0].sub_lines[1].notes")
    assert str(path.plain) == "lines.notes"
    assert path.names == ("lines", "sub_lines", "notes")
    assert str(path / "text") == "lines[0].sub_lines[1].notes[2].text"
    assert (Path().name, Path().parent) == ("", Path())


def test_a_path_is_within_itself_and_what_holds_it():
    """By steps, not by letters: `line_count` is not within `lines`, nor `lines[12]` within `lines[1]`."""
    path = Path.parse("lines[12].net_amount")
    assert path.within(path)
    assert path.within(Path.parse("lines[12]"))
    assert path.within(Path())
    assert not path.within(Path.parse("lines[1]"))
    assert not Path.parse("lines").within(path)
    assert not Path.parse("lines_total").within(Path.parse("lines"))


def test_every_value_is_found_where_the_walk_says():
    """Each path of the walk, written and read again, leads to its value; terms are found by the same paths."""
    invoice = full_invoice()
    values = list(walk(invoice))
    assert len(values) > 700
    assert all(Path.parse(str(path)).get(invoice) is value for path, value in values)
    assert all(term_at(str(path)) is term_at(path) for path, _ in values)


def test_a_walk_with_groups_tells_what_holds_a_value_before_it():
    """Models and lists come before what is in them, empty lists not at all."""
    invoice = Invoice(number="F1", lines=(Line(notes=(Note(text="a"),)),))
    assert [str(path) for path, _ in walk(invoice, groups=True)] == [
        "", "number", "lines", "lines[0]", "lines[0].notes", "lines[0].notes[0]", "lines[0].notes[0].text",
    ]  # fmt: skip
    assert [str(path) for path, _ in walk(invoice)] == ["number", "lines[0].notes[0].text"]
    assert [str(path) for path, _ in walk(invoice.lines, Path(("x",)))] == ["x[0].notes[0].text"]


def test_a_walk_goes_to_any_depth():
    """Lines may nest deeper than Python calls."""
    line = Line(identifier="x")
    for _ in range(5000):
        line = Line.model_construct(sub_lines=(line,), identifier=None)
    ((path, value),) = [(path, value) for path, value in walk(line) if value == "x"]
    assert (len(path.steps), path.name, value) == (10_001, "identifier", "x")


def test_a_place_that_is_not_there_holds_nothing():
    """Neither a missing part nor a position too high nor an unknown name is an error."""
    invoice = Invoice(lines=(Line(),))
    assert [Path.parse(text).get(invoice) for text in ("seller.name", "lines[1]", "lines.x", "x[0]", "number[0]")] == [
        None
    ] * 5
    assert Path().get(invoice) is invoice


def test_each_leads_to_every_repeat():
    """A plain path finds every value of its kind, with the place of each; nothing in a part that is absent."""
    identifiers = (Identifier(value="1"), Identifier(value="2"))
    invoice = Invoice(buyer=Party(identifiers=identifiers), lines=(Line(quantity=None), Line(identifier="7")))
    found = [(str(path), value) for path, value in Path.parse("buyer.identifiers.value").each(invoice)]
    assert found == [("buyer.identifiers[0].value", "1"), ("buyer.identifiers[1].value", "2")]
    assert [str(path) for path, _ in Path.parse("lines.identifier").each(invoice)] == ["lines[1].identifier"]
    assert list(Path.parse("seller.name").each(invoice)) == []
    assert list(Path().each(invoice)) == [(Path(), invoice)]


def test_walk_types_enters_a_line_once():
    """The fields of a type, with owner and place; every place of a value is among them."""

    class Small(BaseModel):
        one: Note | None = None
        many: tuple[Identifier, ...] = ()

    assert [(owner.__name__, name, str(path)) for owner, name, path in walk_types(Small)][:3] == [
        ("Small", "one", "one"),
        ("Note", "subject_code", "one.subject_code"),
        ("Note", "text", "one.text"),
    ]
    places = {path for _, _, path in walk_types(Invoice)}
    assert Path.parse("lines.sub_lines") in places
    assert {path.plain for path, _ in walk(full_invoice())} <= places


def test_differences_are_by_content_then_by_order():
    """What stands elsewhere in a list is not lost; what is left is compared in order, and the rest is lost whole."""
    one = Invoice(number="1", notes=(Note(text="a"), Note(text="b"), Note(text="c")))
    other = Invoice(notes=(Note(text="c"), Note(text="x", subject_code="AAI")))
    assert [str(path) for path in differences(one, other)] == ["number", "notes[0].text", "notes[1]"]
    assert differences(one, one) == ()
    assert [str(path) for path in differences(Invoice(seller=Party(name="A")), Invoice())] == ["seller.name"]
    assert differences(one, other, ignore=("number", "notes")) == ()
