"""The engine of the bindings, writing: order, constants, alternatives, escapes, and what it refuses."""

from datetime import date
from decimal import Decimal

import pytest
from small_binding import Buyer, Change, Code, Item, Order, Totals, syntax

from einvoice import cii, ubl
from einvoice.binding.nodes import Node
from einvoice.binding.planning import Run, planned
from einvoice.binding.table import compile_tables
from einvoice.errors import Unwritable
from einvoice.xml import parse_xml


def write(**values):
    """The XML between the root's tags of an order with a number and these values."""
    text = syntax().write(Order(**({"number": "A1"} | values))).decode()
    return text.partition("\n")[2].removeprefix('<Order xmlns:o="urn:o">').removesuffix("</Order>\n")


def refused(**values):
    """The findings for an order."""
    with pytest.raises(Unwritable) as caught:
        syntax().write(Order(**values))
    return caught.value.findings


def test_writes_in_the_order_of_the_table():
    """Rows are written from top to bottom, a group's element once for all its rows."""
    assert write(
        tags=("t1", "t2"),
        day=date(2026, 9, 2),
        totals=Totals(net=Decimal("1.50"), gross=Decimal(2)),
        buyer=Buyer(code=Code(value="B", scheme="s"), name="Ann"),
        items=(Item(name="x"), Item(name="y")),
    ) == (
        "<Number>A1</Number><Day>2026-09-02</Day><Sum><Net>1.50</Net><Gross>2</Gross></Sum>"
        '<Buyer><Name>Ann</Name><Code scheme="s">B</Code></Buyer><Delivery></Delivery>'
        "<Item><Name>x</Name></Item><Item><Name>y</Name></Item><Tag>t1</Tag><Tag>t2</Tag>"
    )


def test_the_document_is_utf8_with_a_declaration():
    """The bytes start with an XML declaration and end with a line end."""
    data = syntax().write(Order(number="é"))
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Order xmlns:o="urn:o">')
    assert "é".encode() in data
    assert data.endswith(b"</Order>\n")


def test_what_is_read_back_is_what_was_written():
    """Every construct of the language survives a round trip."""
    order = Order(
        number="A<&>\"'\r\n]]>1",
        parent="P",
        day=date(1, 2, 3),
        currency="EUR",
        basis="net",
        hint="x",
        agent=Buyer(name="Zoé"),
        account="FR1",
        totals=Totals(net=Decimal("-0.000000001")),
        buyer=Buyer(name="b", codes=(Code(value="1"), Code(value="2", scheme="s"))),
        items=(Item(name="i", items=(Item(code="c"),)), Item(name="j")),
        cuts=(Change(by=Decimal("1E+3")),),
        rises=(Change(by=Decimal(0)), Change(by=Decimal("2.10"))),
        tags=("a", "b"),
        file=b"\x00\xff",
        file_name="f",
        tax_code="T1",
    )
    back, unread = syntax().read(parse_xml(syntax().write(order)))
    assert back == order
    assert unread == ()


def test_special_characters_are_escaped():
    """Markup in a value stays text, in elements and in XML attributes; a carriage return survives parsing."""
    assert "<Number>&lt;a&gt; &amp; &quot;b&quot;&#13;</Number>" in syntax().write(Order(number='<a> & "b"\r')).decode()
    assert 'scheme="&lt;&quot;"' in write(buyer=Buyer(code=Code(value="1", scheme='<"')))


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_characters_that_xml_forbids_are_refused(character):
    """A forbidden character is a finding that names the field, wherever it hides."""
    findings = refused(number="A1", buyer=Buyer(codes=(Code(value="1"), Code(value=f"x{character}"))))
    assert [(each.rule, each.field) for each in findings] == [("EI-WRITE-CHARACTER", "buyer.codes[1].value")]
    assert findings[0].found == f"U+{ord(character):04X}"


@pytest.mark.parametrize("character", ["\t", "\n", "\r", "\x7f", "\x85", "\ufffd", "\uf000", "\U0001f4a1"])
def test_other_characters_are_written(character):
    """What XML allows is written, however rare."""
    back, _ = syntax().read(parse_xml(syntax().write(Order(number=f"x{character}x"))))
    assert back.number == f"x{character}x"


def test_what_the_schema_demands_is_a_finding_in_both_languages():
    """Each value that the schema demands and the object lacks is one finding, with its field and place."""
    findings = refused(totals=Totals(gross=Decimal(1)), cuts=(Change(by=Decimal(1)), Change()), items=(Item(),))
    assert [each.field for each in findings] == ["number", "totals.net", "items[0].name", "cuts[1].by"]
    assert all(each.rule == "EI-WRITE-REQUIRED" and each.severity == "error" for each in findings)
    assert "Number" in findings[0].message
    assert findings[0].message != findings[0].message_en


def test_an_incomplete_object_is_written_where_that_is_asked_for():
    """With `incomplete`, what there is is written."""
    data = syntax().write(Order(tags=("a",)), incomplete=True)
    assert b"<Tag>a</Tag>" in data


def test_an_exponent_is_never_written():
    """xsd:decimal has no exponents."""
    assert "<Net>1000</Net>" in write(totals=Totals(net=Decimal("1E+3")))
    assert "<Net>0.00000001</Net>" in write(totals=Totals(net=Decimal("1E-8")))


def test_constants_are_written_with_their_parent_only():
    """A constant has no reason of its own to be written."""
    assert "Scheme" not in write()
    assert "<Scheme><Name>VAT</Name>" in write(tax_code="x")


def test_of_two_rows_with_one_place_the_first_is_written():
    """Where the schema has room for one element, the labelled row goes before the [else] row."""
    both = write(tax_code="a", reason_code="b")
    assert '<Reason list="T">b</Reason>' in both
    assert both.count("<Reason") == 1


def test_an_alternative_is_chosen_by_what_it_can_say():
    """A code without scheme goes to the element without, one with scheme to the other."""
    codes = (Code(value="1"), Code(value="2", scheme="s"), Code(value="3"))
    expected = '<Local>1</Local><Local>3</Local><Global scheme="s">2</Global>'
    assert expected in write(buyer=Buyer(codes=codes))


def test_a_codec_may_leave_the_value_to_the_next_row():
    """A row whose codec gives nothing is skipped."""
    assert "<Iban>FR1</Iban>" in write(account="FR1")
    assert "<Account>123</Account>" in write(account="123")
    assert "Iban" not in write(account="123")


def test_a_word_stands_in_where_the_schema_demands_a_text():
    """The default word is written for an absent value, and another attribute where the row names one."""
    assert "<Family><Parent>NA</Parent><Name>f</Name></Family>" in write(family="f")
    assert "Family" not in write()
    assert "<Item><Name>c</Name><Code>c</Code></Item>" in write(items=(Item(code="c"),))


def test_a_document_attribute_is_written_in_each_group_or_in_the_first():
    """`/` is written in every group, `^` in the first only."""
    text = write(basis="net", hint="h", items=(Item(name="x"), Item(name="y")))
    assert text.count("<Basis>net</Basis>") == 2
    assert text.count("<Hint>h</Hint>") == 1
    assert text.index("<Hint>") < text.index("<Name>y")


def test_a_document_object_opens_its_group():
    """What stands inside another object is written though that object is absent."""
    assert "<Buyer><Agent><Name>Zoé</Name></Agent></Buyer>" in write(agent=Buyer(name="Zoé"))


def test_an_always_row_is_written_empty():
    """Where the schema demands an empty element, it is there."""
    assert "<Delivery></Delivery>" in write()


def test_an_empty_object_is_not_written_unless_it_repeats():
    """An object without content leaves no trace, one in a list keeps its place."""
    assert "Buyer" not in write(buyer=Buyer())
    assert "<Buyer><Local></Local></Buyer>" in write(buyer=Buyer(codes=(Code(),)))


def test_an_attribute_without_text_keeps_its_element():
    """A file that is only named is written; a read-only row never is."""
    assert '<File name="f"></File>' in write(file_name="f")
    assert "OldNumber" not in write()


def test_objects_with_other_values_are_written_in_turn():
    """What was found out for one object holds for those alike only: with a value less or more they are written anew."""
    items = (
        Item(name="100 % of 5%s", code="<1>"),
        Item(name="b"),
        Item(code="c"),
        Item(name="d", code="2"),
        Item(name="b", items=(Item(name="e"),)),
    )
    expected = (
        "<Item><Name>100 % of 5%s</Name><Code>&lt;1&gt;</Code><Basis>n</Basis><Hint>h</Hint></Item>"
        "<Item><Name>b</Name><Basis>n</Basis></Item><Item><Name>c</Name><Code>c</Code><Basis>n</Basis></Item>"
        "<Item><Name>d</Name><Code>2</Code><Basis>n</Basis></Item>"
        "<Item><Name>b</Name><Basis>n</Basis><Item><Name>e</Name><Basis>n</Basis></Item></Item>"
    )
    assert expected in write(items=items, basis="n", hint="h")
    assert expected.replace("<Basis>n</Basis>", "").replace("<Hint>h</Hint>", "") in write(items=items)


CODES = {"BUYER": "codes* Code CODE", "CUT": "by By\n '{currency}' By/@currency"}


@pytest.mark.parametrize("many", [2, 3, 300])
def test_objects_that_are_alike_are_written_as_each_alone(many):
    """However many there are, and whatever one of them needs escaped, leaves out or has in addition."""

    def written(codes, cuts):
        order = Order(number="1", totals=Totals(net=1), buyer=Buyer(codes=tuple(codes)), currency="E&R", cuts=cuts)
        return syntax(**CODES).write(order).decode()

    plain = [Code(value=f"v{number}", scheme=f"s{number}") for number in range(many)]
    others = [Code(value="<&>\r\n", scheme='"\n\t'), Code(value="é"), Code(value="100 %s"), Code(), Code(scheme="s")]
    for codes in (plain, [Code()] * many, [*plain, *others[:1], *plain], [*plain, *others, *plain]):
        cuts = tuple(Change(by=Decimal(number) / 4) for number in range(len(codes)))
        alone = [written([code], (cut,)) for code, cut in zip(codes, cuts, strict=True)]
        for start, end in (("<Buyer>", "</Buyer>"), ("</Delivery>", "</Order>")):
            parts = [each.partition(start)[2].partition(end)[0] for each in alone]
            assert written(codes, cuts).partition(start)[2].partition(end)[0] == "".join(parts)
            assert all(parts)


def test_what_objects_that_are_alike_lack_is_told_of_each():
    """An attribute or a text that the schema demands is a finding at each of them, what the document lacks at this."""
    lacking = (Code(value="a"), Code(value="b"), Code(scheme="c"), Code(scheme="d"))
    order = Order(
        number="1", totals=Totals(net=1), buyer=Buyer(codes=lacking), cuts=(Change(by=1), Change(by=2), Change(by=3))
    )
    with pytest.raises(Unwritable) as caught:
        syntax(**CODES | {"CODE": "value! .\n scheme! @scheme"}).write(order)
    assert [(each.field, each.facts["expected"]) for each in caught.value.observations] == [
        ("buyer.codes[0].scheme", "Code/@scheme"),
        ("buyer.codes[1].scheme", "Code/@scheme"),
        ("buyer.codes[2].value", "Code"),
        ("buyer.codes[3].value", "Code"),
        ("currency", "By/@currency"),
    ]


def test_a_line_is_written_in_one_go():
    """All that a line of an invoice usually has is one run: nothing in it is decided upon for each line anew."""
    names = ("identifier", "quantity", "unit_code", "net_amount", "item_net_price", "vat_category_code", "vat_rate")
    for grammar in (cii._syntax().grammar, ubl._syntax(credit_note=False).grammar):
        line = Node("", "Line", inside=compile_tables(grammar)["LINE"])
        plan = planned(line, (*names, "item_name", "invoicing_period.start_date"), ())
        assert [type(step) for step in plan.steps] == [Run]
        assert plan.says
