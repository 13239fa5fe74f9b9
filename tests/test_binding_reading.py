"""The engine of the bindings, reading: on a small model of its own, for it knows nothing of invoices."""

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree
from small_binding import Order, syntax

from einvoice.xml import parse_xml


def read(body, **names):
    """The order inside `<Order>…</Order>` and what could not be held."""
    return syntax(**names).read(parse_xml(f'<Order xmlns:o="urn:o">{body}</Order>'.encode()))


def problems(body):
    """The unread places, as (kind, XPath, text)."""
    return [(each.kind, each.xpath, each.text) for each in read(body)[1]]


def test_reads_text_attributes_groups_and_repeats():
    """Rows say where each attribute lives, whatever stands around it."""
    order, unread = read(
        "<Number>A1</Number><Day>2026-09-02</Day><Currency>EUR</Currency><Sum><Net currency='EUR'>10.50</Net></Sum>"
        "<Buyer><Code scheme='s'>B</Code><Name>Ann</Name></Buyer>"
        "<Item><Name>x</Name></Item><Item><Name>y</Name></Item><Tag>t1</Tag><Tag>t2</Tag>"
    )
    assert unread == ()
    assert (order.number, order.day, order.totals.net) == ("A1", date(2026, 9, 2), Decimal("10.50"))
    assert (order.buyer.name, order.buyer.code.value, order.buyer.code.scheme) == ("Ann", "B", "s")
    assert [item.name for item in order.items] == ["x", "y"]
    assert order.tags == ("t1", "t2")


def test_an_object_that_is_read_is_an_object_that_was_made():
    """What the reader builds without validation equals, prints and dumps like what pydantic builds."""
    order, _ = read("<Number>A1</Number><Currency>EUR</Currency><Sum><Net>1</Net></Sum><Item><Name>x</Name></Item>")
    made = Order.model_validate(
        {"number": "A1", "currency": "EUR", "totals": {"net": Decimal(1)}, "items": [{"name": "x"}]}
    )
    assert order == made
    assert order.model_dump() == made.model_dump()
    assert order.model_dump_json(exclude_unset=True) == made.model_dump_json(exclude_unset=True)
    assert order.model_copy(update={"number": "A2"}).number == "A2"
    assert order.model_copy(deep=True) == order
    assert repr(order) == repr(made)
    with pytest.raises(ValueError, match="frozen"):
        order.number = "A3"


def test_white_space_around_a_text_is_no_content():
    """XML white space around a text is dropped, a no-break space is content."""
    assert read("<Number>\n  A1\t</Number>")[0].number == "A1"
    assert read("<Number>\u00a0A1</Number>")[0].number == "\u00a0A1"


def test_an_empty_element_is_no_value():
    """An empty element leaves its attribute absent, an empty group absent too; both are listed, once.

    Attributes alone say nothing either: a scheme without what it is the scheme of.
    """
    order, unread = read("<Number> </Number><Buyer><Name/></Buyer><Item/><Sum/>")
    assert (order.number, order.buyer, order.totals) == (None, None, None)
    assert order.items == ()
    assert [(each.kind, each.xpath) for each in unread] == [
        ("empty", "/Order/Number"),
        ("empty", "/Order/Buyer/Name"),
        ("empty", "/Order/Item"),
    ]
    order, unread = read("<Buyer><Code scheme='s'/><Global scheme='s'/><Global scheme='s'>2</Global></Buyer>")
    assert (order.buyer.code, [each.value for each in order.buyer.codes]) == (None, ["2"])
    assert [(each.kind, each.xpath) for each in unread] == [
        ("empty", "/Order/Buyer/Code"),
        ("empty", "/Order/Buyer/Global[1]"),
    ]


def test_what_matches_no_row_is_unknown():
    """Elements and XML attributes that no row names are listed with place, line and text."""
    body = "<Colour>red <b>and</b> blue</Colour><Number size='3'>A1</Number>\n<Buyer><Age>7</Age></Buyer>"
    assert problems(body) == [
        ("unknown", "/Order/Colour", "red and blue"),
        ("unknown", "/Order/Number/@size", "3"),
        ("unknown", "/Order/Buyer/Age", "7"),
    ]
    assert [each.line for each in read(body)[1]] == [1, 1, 2]


def test_a_second_value_is_repeated():
    """A second, other value for a single attribute is listed; the same value again is no news."""
    assert problems("<Number>A1</Number><Number>A2</Number>") == [("repeated", "/Order/Number[2]", "A2")]
    assert problems("<Number>A1</Number><Number>A1</Number>") == []
    assert problems("<Buyer><Name>a</Name></Buyer><Buyer><Name>b</Name></Buyer>") == [
        ("repeated", "/Order/Buyer[2]", "b")
    ]


@pytest.mark.parametrize("text", ["123", "2026-9-2", "20260902", "2026-W36-3", "2026-02-30", "2026-09-02T00:00:00"])
def test_a_text_that_is_no_date_is_unparsable(text):
    """What xsd:date refuses is listed as unparsable, which is not the same as absent."""
    assert problems(f"<Day>{text}</Day>") == [("unparsable", "/Order/Day", text)]


@pytest.mark.parametrize("text", ["1_000", "NaN", "INF", "1e5", "1,5", "0x10", "--1", ".", "١", "1 000", "1.2.3"])
def test_a_text_that_is_no_decimal_is_unparsable(text):
    """Python's Decimal takes more than xsd:decimal does; the reader does not."""
    order, unread = read(f"<Sum><Net>{text}</Net></Sum>")
    assert order.totals is None
    assert [each.kind for each in unread] == ["unparsable"]


@pytest.mark.parametrize("text", ["10", "-1.50", "+2", ".5", "100.", "007", "0.0000001", "12345678901234567890.123"])
def test_a_decimal_keeps_its_value_and_its_digits(text):
    """Numbers are read exactly, with the decimals that rules count."""
    assert str(read(f"<Sum><Net>{text}</Net></Sum>")[0].totals.net) == str(Decimal(text))


@pytest.mark.parametrize("zone", ["Z", "+02:00"])
def test_a_day_with_a_time_zone_is_read_and_listed(zone):
    """The day is read; the zone, which a day of an invoice has no place for, is listed."""
    order, unread = read(f"<Day>2026-09-02{zone}</Day>")
    assert order.day == date(2026, 9, 2)
    assert [(each.kind, each.text) for each in unread] == [("partial", f"2026-09-02{zone}")]


def test_constants_tell_siblings_apart_in_all_their_spellings():
    """`0` and `false` are one value; what is neither is something else."""
    body = "<Change><Up>0</Up><By>1</By></Change><Change><Up>true</Up><By>2</By></Change><Change><By>3</By></Change>"
    order, unread = read(body)
    assert [each.by for each in order.cuts] == [Decimal(1)]
    assert [each.by for each in order.rises] == [Decimal(2)]
    assert [(each.kind, each.xpath) for each in unread] == [("other", "/Order/Change[3]")]


def test_a_constant_that_is_only_written_is_compared():
    """A fixed text that says something else is listed, not overwritten in silence."""
    assert problems("<Scheme><Name>VAT</Name></Scheme>") == []
    assert problems("<Scheme><Name>tva</Name></Scheme>") == []
    assert problems("<Scheme><Name>GST</Name></Scheme>") == [("unknown", "/Order/Scheme/Name", "GST")]


def test_a_constant_may_be_what_the_document_says():
    """An amount in another currency than the document's is listed."""
    body = "<Currency>EUR</Currency><Sum><Net currency='{}'>1</Net></Sum>"
    assert problems(body.format("EUR")) == []
    assert problems(body.format("USD")) == [("unknown", "/Order/Sum/Net/@currency", "USD")]


def test_an_attribute_of_the_document_may_stand_inside_a_group():
    """What a syntax repeats in each group is one attribute; a group that says otherwise is listed."""
    order, unread = read(
        "<Item><Basis>net</Basis></Item><Item><Basis>net</Basis></Item><Item><Basis>gross</Basis></Item>"
    )
    assert order.basis == "net"
    assert [(each.kind, each.xpath) for each in unread] == [("repeated", "/Order/Item[3]/Basis")]


def test_a_read_only_row_stands_in_for_a_value_that_is_absent():
    """The old place of a value counts where the new one is empty, and is compared where it is not."""
    assert read("<OldNumber>A0</OldNumber>")[0].number == "A0"
    order, unread = read("<OldNumber>A0</OldNumber><Number>A1</Number>")
    assert order.number == "A1"
    assert [(each.kind, each.text) for each in unread] == [("repeated", "A0")]
    assert read("<OldNumber>A1</OldNumber><Number>A1</Number>")[1] == ()


def test_a_word_for_none_is_none():
    """The word that is written where the schema demands a text reads back as nothing."""
    assert read("<Family><Parent>NA</Parent></Family>")[0].parent is None
    assert read("<Family><Parent>NAB</Parent></Family>")[0].parent == "NAB"


def test_an_element_may_carry_attributes_and_no_text():
    """An attachment that is only named keeps its name."""
    order, unread = read("<File name='a.pdf'/>")
    assert (order.file, order.file_name, unread) == (None, "a.pdf", ())


def test_base64_may_be_broken_into_lines():
    """Line breaks inside base64 are no fault, other characters are."""
    assert read("<File name='a'>QU\n JD</File>")[0].file == b"ABC"
    assert problems("<File>Q*JD</File>") == [("unparsable", "/Order/File", "Q*JD")]


def test_a_group_of_a_kind_contains_groups_of_its_kind():
    """A table may name itself: items have items."""
    order, unread = read("<Item><Name>a</Name><Item><Name>b</Name><Item><Name>c</Name></Item></Item></Item>")
    assert order.items[0].items[0].items[0].name == "c"
    assert unread == ()


def test_two_rows_for_one_attribute_read_into_one_list():
    """Identifiers with and without scheme stand in different elements and in one attribute."""
    order, _ = read("<Buyer><Local>1</Local><Global scheme='s'>2</Global></Buyer>")
    assert [(each.value, each.scheme) for each in order.buyer.codes] == [("1", None), ("2", "s")]


def test_stray_text_is_listed():
    """Text where only elements belong is not dropped."""
    kinds = problems("<Sum>one<Net>1</Net>two</Sum>three<Number>A</Number>")
    assert [(kind, text) for kind, _, text in kinds] == [("unknown", "three"), ("unknown", "one"), ("unknown", "two")]


def test_an_element_inside_a_text_is_listed():
    """Markup inside a value is listed; the value is read."""
    order, unread = read("<Number>A1<sup>2</sup></Number>")
    assert order.number == "A1"
    assert [(each.kind, each.xpath) for each in unread] == [("unknown", "/Order/Number/sup")]


def test_what_speaks_to_schema_processors_is_not_listed():
    """A schema location is no content."""
    instance = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"'
    root = etree.fromstring(b"<Order " + instance + b"><Number>1</Number></Order>")
    assert syntax().read(root)[1] == ()


def test_a_long_text_is_cut_in_the_list():
    """An unread attachment is told by its beginning."""
    (unread,) = read(f"<Other><b>{'x' * 5000}</b></Other>")[1]
    assert unread.text == "x" * 200
