"""The engine of the bindings: from a place in a document to a field, from a field to a place in the schema."""

import pytest
from small_binding import syntax

from einvoice.xml import parse_xml

ROOT = parse_xml(
    b"""<Order xmlns:o="urn:o">
  <Number>A1</Number>
  <Sum><Net>1</Net><Gross>2</Gross></Sum>
  <Buyer><Name>Ann</Name><Code scheme="s">B</Code><Local>1</Local><Global scheme="s">2</Global>
    <Agent><Name>Zoe</Name></Agent></Buyer>
  <Item><Name>a</Name></Item>
  <Item><Name>b</Name><Basis>net</Basis><Item/><Item><Name>c</Name></Item></Item>
  <Change><Up>1</Up><By>1</By></Change><Change><Up>0</Up><By>2</By></Change><Change><Up>1</Up><By>3</By></Change>
  <Tag>s</Tag><Tag> </Tag><Tag>t</Tag>
  <Colour><Deep>red</Deep></Colour>
</Order>"""
)


@pytest.mark.parametrize(
    ("xpath", "field"),
    [
        ("/Order/Number", "number"),
        ("/Order[1]/Number[1]", "number"),
        ("/*:Order[namespace-uri()='urn:x/y'][1]/*:Number[namespace-uri()=''][1]", "number"),
        ("/Q{}Order[1]/Q{}Number[1]", "number"),
        ("/Order/Sum/Gross", "totals.gross"),
        ("/Order/Sum", "totals"),
        ("/Order/Buyer", "buyer"),
        ("/Order/Buyer/Code/@scheme", "buyer.code.scheme"),
        ("/Order/Buyer/Code/@other", "buyer.code"),
        ("/Order/Buyer/Local", "buyer.codes[0]"),
        ("/Order/Buyer/Global", "buyer.codes[1]"),
        ("/Order/Buyer/Agent/Name", "agent.name"),
        ("/Order/Item[1]/Name", "items[0].name"),
        ("/Order/Item[2]/Item[2]/Name", "items[1].items[0].name"),  # the empty one before it is left out
        ("/Order/Item[2]/Basis", "basis"),
        ("/Order/Change[1]/By", "rises[0].by"),
        ("/Order/Change[2]/By", "cuts[0].by"),
        ("/Order/Change[3]/By", "rises[1].by"),
        ("/Order/Change[3]/Up", "rises[1]"),
        ("/Order/Tag[3]", "tags[1]"),
        ("/Order/Item[2]/Colour", "items[1]"),
        ("/Order/Colour/Deep", None),
        ("/Order", None),
        ("/Order/Nothing", None),
    ],
)
def test_the_field_of_a_place(xpath, field):
    """An XPath of a finding leads to the field that the reader filled from there, or to the nearest one around it."""
    assert syntax().fields(ROOT).at(xpath) == field


def test_the_field_of_an_element():
    """An element says the same as its XPath."""
    assert syntax().fields(ROOT).at(ROOT.find("Item[2]/Name")) == "items[1].name"


@pytest.mark.parametrize(
    ("field", "xpath"),
    [
        ("number", "/Order/Number"),
        ("totals.net", "/Order/Sum/Net"),
        ("buyer", "/Order/Buyer"),
        ("buyer.code", "/Order/Buyer/Code"),
        ("buyer.code.value", "/Order/Buyer/Code"),
        ("buyer.code.scheme", "/Order/Buyer/Code/@scheme"),
        ("buyer.codes[3].scheme", "/Order/Buyer/Global/@scheme"),
        ("items[2].items[0].name", "/Order/Item/Item/Name"),
        ("cuts.by", "/Order/Change[Up='false']/By"),
        ("rises[1]", "/Order/Change[Up='true']"),
        ("basis", "/Order/Item/Basis"),
        ("agent.name", "/Order/Buyer/Agent/Name"),
        ("file_name", "/Order/File/@name"),
        ("agent.code", None),
        ("nothing", None),
    ],
)
def test_the_place_of_a_field_in_the_schema(field, xpath):
    """A field has one place in the schema, with what tells it from its siblings; or none."""
    assert syntax().xpath_of(field) == xpath
