"""Lines below lines through targets that tell them otherwise, or not at all."""

from decimal import Decimal

import pytest
from minimal import CII
from test_conversion import EUROPEAN, EXTENDED

import einvoice as ei
from einvoice import cii, ubl
from einvoice.conversion.lines import counted, unnested
from einvoice.model import Line, Note
from einvoice.xml import parse_xml

INVOICE = cii.read(parse_xml(CII.encode())).model_copy(update={"specification_identifier": EXTENDED})
(DETAIL,) = INVOICE.lines
ABOUT = Line(
    identifier="2",
    subtype_code="INFORMATION",
    parent_line_identifier="1",
    item_name="Hinweis",
    item_description="nur Text",
    quantity=Decimal(1),
    unit_code="C62",
    item_net_price=Decimal(0),
    net_amount=Decimal(0),
    vat_category_code="S",
    vat_rate=Decimal(20),
)


@pytest.mark.parametrize(("target", "profile"), [("ubl", None), ("cii", "en16931"), ("facturx", "basic")])
def test_a_line_that_informs_becomes_the_note_of_its_line(target, profile):
    """EN 16931 has no such line: its words go to BT-127 of the parent, the line is told, the result is valid."""
    source = INVOICE.model_copy(update={"lines": (DETAIL.model_copy(update={"subtype_code": "DETAIL"}), ABOUT)})
    made = ei.convert(cii.write(source), target, profile=profile, policy=EUROPEAN)
    (line,) = ei.parse(made.data).lines
    assert (made.report.verdict, line.notes) == ("valid", (Note(text="Hinweis\nnur Text"),))
    told = {(each.rule, each.severity) for each in made.losses if each.field == "lines[1]"}
    assert told == {("EI-FIT-LINE-NOTE", "information"), ("EI-LOSS", "warning")}
    assert not any(each.field.endswith("subtype_code") for each in made.losses)


def test_words_go_to_the_parent_else_to_the_line_before_else_to_the_one_behind():
    """A note that is there stays and is continued; a group has no words to give."""
    one, two = (DETAIL.model_copy(update={"identifier": each, "notes": ()}) for each in ("A", "B"))
    noted = two.model_copy(update={"notes": (Note(text="N", subject_code="AAI"),)})
    group = Line(identifier="G", subtype_code="GROUP", item_name="Lot")

    def about(parent):
        return Line(identifier="I", subtype_code="INFORMATION", parent_line_identifier=parent, item_name="T")

    found = counted((about("B"), group, one, about("G"), noted))
    assert found.told == {0: 4, 3: 2}
    assert [line.notes for line in found.kept.values()] == [
        (Note(text="T"),),
        (Note(text="N\nT", subject_code="AAI"),),
    ]
    assert counted((about(None), one)).kept[1].notes == (Note(text="T"),)
    assert counted((about(None),)).kept == {}


def test_lines_within_lines_are_information_below_their_line_in_factur_x_extended():
    """UBL's sub-lines are parts of a line that is counted: EXTENDED says them all, with their parents."""
    inner = DETAIL.model_copy(update={"identifier": "1", "sub_lines": (DETAIL.model_copy(update={"identifier": "x"}),)})
    nested = DETAIL.model_copy(update={"sub_lines": (inner, DETAIL.model_copy(update={"identifier": None}))})
    source = INVOICE.model_copy(update={"lines": (nested,), "specification_identifier": "urn:cen.eu:en16931:2017"})
    made = ei.convert(
        ubl.write(source, incomplete=True), "facturx", profile="extended", policy=EUROPEAN
    )  # from invalid
    lines = ei.parse(made.data).lines
    assert [(each.identifier, each.parent_line_identifier, each.subtype_code) for each in lines] == [
        ("1", None, "DETAIL"),
        ("1.1", "1", "INFORMATION"),
        ("1.2", "1", "INFORMATION"),
        ("x", "1.1", "INFORMATION"),
    ]
    assert (made.report.verdict, [each.rule for each in made.losses]) == (
        "valid",
        ["EI-FIT-PROFILE", "EI-FIT-SOURCE"],
    )


def test_a_moved_line_is_told_where_the_source_has_it():
    """The places of lines that were taken out of others lead back to them."""
    inner = DETAIL.model_copy(update={"identifier": "1.1"})
    moved = unnested((DETAIL.model_copy(update={"sub_lines": (inner,)}), DETAIL.model_copy(update={"identifier": "2"})))
    assert {str(new): str(old) for new, old in moved.moved.items()} == {"lines[2]": "lines[0].sub_lines[0]"}
    assert unnested((DETAIL,)) == ((DETAIL,), {})


def test_what_a_finding_follows_from_is_named_by_its_line_in_the_source():
    """Lines that were left out count in the place of the cause, as in that of the finding."""
    detail = DETAIL.model_copy(update={"subtype_code": "DETAIL", "net_amount": Decimal("1.00")})
    source = INVOICE.model_copy(update={"lines": (ABOUT.model_copy(update={"identifier": "0"}), detail)})
    made = ei.convert(cii.write(source), "ubl", policy=EUROPEAN)
    (told,) = (each for each in made.report.findings if each.rule == "BR-CO-10")
    assert told.caused_by == "EI-CALC-01 lines[1].net_amount"
