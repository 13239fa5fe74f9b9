"""Documents that are wrong in any way: nothing crashes, nothing is quadratic, and what is read once is read again."""

import random
import time

import pytest
from full_invoice import full_invoice
from lxml import etree

from einvoice import cii, ubl
from einvoice.codes import CREDIT_NOTES
from einvoice.conversion.losses import lost_in
from einvoice.model import Invoice, Line
from einvoice.paths import Path, differences
from einvoice.xml import MAX_DEPTH, parse_xml

SOURCES = {
    "Invoice": (ubl, ubl.write(full_invoice())),
    "CreditNote": (ubl, ubl.write(full_invoice(type_code="381"))),
    "CII": (cii, cii.write(full_invoice())),
}
JUNK = (
    "",
    " ",
    "x",
    "-1",
    "1e5",
    "NaN",
    "9" * 40,
    "2026-13-01",
    "#",
    "##",
    "#BAR#",
    "#AAI#a##",
    "true",
    "€\u00a0",
    "VAT",
)


def damaged(data, seed):
    """The document after some damage: elements lost, doubled, moved and emptied, texts and XML attributes changed."""
    chance = random.Random(seed)  # noqa: S311  (not for secrets)
    root = parse_xml(data)
    for _ in range(chance.randrange(1, 40)):
        elements = [each for each in root.iter() if each is not root]
        element = chance.choice(elements)
        other = chance.choice(elements)
        damage = chance.randrange(7)
        if damage == 0:
            element.getparent().remove(element)
        elif damage == 1:
            element.getparent().append(etree.fromstring(etree.tostring(element, with_tail=False)))
        elif damage == 2 and not any(each is other for each in element.iter()):
            other.append(element)
        elif damage == 3:
            element.text = chance.choice(JUNK)
        elif damage == 4:
            element.set(chance.choice(["schemeID", "currencyID", "listID", "format", "unheard"]), chance.choice(JUNK))
        elif damage == 5:
            element.tail = chance.choice(JUNK)
        else:
            element.clear()
    return root


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("name", SOURCES)
def test_a_damaged_document_is_read_and_written_back(name, seed):
    """However damaged, a document gives an invoice, and that invoice, written, gives all of itself."""
    module, data = SOURCES[name]
    invoice = module.read(damaged(data, seed))
    assert isinstance(invoice, Invoice)
    Invoice.model_validate(invoice.model_dump())
    if (invoice.type_code in CREDIT_NOTES) == (name == "CreditNote") or module is cii:
        again = module.read(parse_xml(module.write(invoice, incomplete=True)))
        assert differences(invoice, again) == ()
        # ... and no more, but for the discount of nought that UBL demands beside a gross price
        assert {each.name for each in differences(again, invoice)} <= {"item_price_discount"}


@pytest.mark.parametrize("name", SOURCES)
def test_places_and_fields_agree_in_a_damaged_document(name):
    """The walk that places findings meets the values that the reader made, index by index."""
    module, data = SOURCES[name]
    for seed in range(20):
        root = damaged(data, seed)
        invoice = module.read(root)
        listed = {each.xpath for each in invoice.unread}
        for (element, attribute), field in module.fields(root).places.items():
            if attribute is None and not len(element) and not listed:
                assert _exists(invoice, field), field


def _exists(invoice, field):
    """Whether a path leads through the invoice; values that are absent have no index to be wrong."""
    value = invoice
    for part in field.split("."):
        name, _, index = part.partition("[")
        value = getattr(value, name, None)
        if index and isinstance(value, tuple):
            position = int(index[:-1])
            if position > len(value):  # an element without text stands where the next value would
                return False
            value = value[position] if position < len(value) else None
    return True


def test_ten_thousand_faults_are_listed_in_linear_time():
    """A long document full of what no row names is read, and its places are named, without counting all again."""
    lines = tuple(Line(identifier=str(number)) for number in range(10_000))
    root = parse_xml(
        ubl.write(Invoice(lines=lines), incomplete=True).replace(b"<cac:Item>", b"<cac:Item><cbc:X>1</cbc:X>")
    )
    start = time.perf_counter()
    invoice = ubl.read(root)
    assert len(invoice.unread) == 10_000
    assert invoice.unread[-1].xpath == "/Invoice/cac:InvoiceLine[10000]/cac:Item/cbc:X"
    fields = ubl.fields(root)
    assert [fields.at(each.xpath) for each in invoice.unread[-2:]] == ["lines[9998]", "lines[9999]"]
    assert len({fields.at(each.xpath) for each in invoice.unread}) == 10_000
    assert time.perf_counter() - start < 20


def test_lines_in_lines_to_the_depth_of_the_parser():
    """The deepest document that the parser lets in is read, written, compared and placed."""
    depth = MAX_DEPTH - 3
    small = ubl.write(Invoice(number="1"), incomplete=True)
    nested = b"<cac:InvoiceLine>" + b"<cac:SubInvoiceLine>" * depth + b"<cbc:ID>x</cbc:ID>"
    nested += b"</cac:SubInvoiceLine>" * depth + b"</cac:InvoiceLine></Invoice>"
    root = parse_xml(small.replace(b"</Invoice>", nested))
    invoice = ubl.read(root)
    assert lost_in(invoice, "ubl") == ()
    assert lost_in(invoice, "cii") == (Path.parse("lines[0].sub_lines[0]"),)
    assert Invoice.model_validate_json(invoice.model_dump_json()) == invoice
    deepest = next(iter(root.iter("{*}ID")))
    assert ubl.field_of(root, list(root.iter("{*}ID"))[-1]) == "lines[0]" + ".sub_lines[0]" * depth + ".identifier"
    assert deepest is not None
