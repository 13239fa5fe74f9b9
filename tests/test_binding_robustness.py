"""Documents that are wrong in any way: nothing crashes, nothing is quadratic, and what is read once is read again."""

import random
from base64 import b64decode
from datetime import date
from decimal import Decimal

import pytest
from full_invoice import full_invoice
from lxml import etree

from einvoice import cii, parse, ubl
from einvoice.binding.reading import MOST_EQUAL
from einvoice.codes import CREDIT_NOTES
from einvoice.conversion.losses import lost_in
from einvoice.model import Identifier, Invoice, Line, Note
from einvoice.paths import Path, differences
from einvoice.validation.unread import unread_observations
from einvoice.xml import MAX_DEPTH, Locations, parse_xml

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

TAX_POINTS = {"5": "3", "29": "35", "72": "432"}  # BT-8: what CII writes (UNTDID 2475), what the model holds (2005)


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
    """At the field where a finding on a text would be placed stands what the reader made of that very text."""
    module, data = SOURCES[name]
    compared = 0
    for seed in range(20):
        root = damaged(data, seed)
        invoice, locations = module.read(root), Locations()
        unread = {each.xpath for each in invoice.unread}
        for (element, attribute), field in module.fields(root).places.items():
            text = _text_of(element, attribute)
            around = {locations.of(element, attribute), *map(locations.of, (element, *element.iterancestors()))}
            if text and not around & unread:
                value = Path.parse(field).get(invoice)
                assert _says(value, text), f"seed {seed}: {field} is {value!r}, the document says {text!r}"
                compared += 1
    assert compared > 10_000


def _text_of(element, attribute):
    """What an XML attribute or an element without children says, as the reader trims it."""
    text = element.get(attribute) if attribute else element.text if not len(element) else None
    return (text or "").strip(" \t\r\n")


def _says(value, text):
    """Whether a value of the model is what a text of the document means; nothing, or a group, is never that."""
    meant = {
        str: lambda: TAX_POINTS.get(text, text),
        Decimal: lambda: Decimal(text),
        date: lambda: date.fromisoformat(text),  # UBL writes hyphens, CII none
        bytes: lambda: b64decode(text),
        Identifier: lambda: value.model_copy(update={"value": text}),
        Note: lambda: value.model_copy(update={"text": text.rpartition("#")[2]}),  # UBL packs the subject code into it
    }.get(type(value))
    return meant is not None and value == meant()


class Counted(etree.ElementBase):
    """An element that counts the children which anybody is given."""

    given = 0

    def __iter__(self):
        return self._count(super().__iter__())

    def __getitem__(self, at):
        """A child or a part of the children, counted as they are given."""
        found = super().__getitem__(at)
        Counted.given += len(found) if isinstance(at, slice) else 1
        return found

    def iterchildren(self, *tags, **options):
        """The children, counted as they are given."""
        return self._count(super().iterchildren(*tags, **options))

    @staticmethod
    def _count(children):
        for child in children:
            Counted.given += 1
            yield child


def test_many_faults_are_listed_in_linear_time():
    """A long document full of what no row names is read, and its places are named, without counting all again."""
    length = 1_000
    lines = tuple(Line(identifier=str(number)) for number in range(length))
    xml = ubl.write(Invoice(lines=lines), incomplete=True).replace(b"<cac:Item>", b"<cac:Item><cbc:X>1</cbc:X>")
    parser = etree.XMLParser()
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=Counted))
    root = etree.fromstring(xml, parser)
    Counted.given = 0
    invoice, fields = ubl.read(root), ubl.fields(root)
    assert len(invoice.unread) == length
    assert invoice.unread[-1].xpath == f"/Invoice/cac:InvoiceLine[{length}]/cac:Item/cbc:X"
    assert [fields.at(each.xpath) for each in invoice.unread] == [f"lines[{number}]" for number in range(length)]
    elements = sum(1 for _ in root.iter())
    assert elements < Counted.given < 10 * elements


def test_lines_in_lines_to_the_depth_of_the_parser():
    """The deepest document that the parser lets in is read, written, compared and placed."""
    depth = MAX_DEPTH - 3
    small = ubl.write(Invoice(number="1"), incomplete=True)
    nested = b"<cac:InvoiceLine><cbc:ID>y</cbc:ID>" + b"<cac:SubInvoiceLine>" * depth + b"<cbc:ID>x</cbc:ID>"
    nested += b"</cac:SubInvoiceLine>" * depth + b"</cac:InvoiceLine></Invoice>"
    root = parse_xml(small.replace(b"</Invoice>", nested))
    invoice = ubl.read(root)
    assert lost_in(invoice, "ubl") == ()
    assert lost_in(invoice, "cii") == (Path.parse("lines[0].sub_lines[0]"),)
    assert Invoice.model_validate_json(invoice.model_dump_json()) == invoice
    *_, deepest = root.iter("{*}ID")
    assert ubl.field_of(root, deepest) == "lines[0]" + ".sub_lines[0]" * depth + ".identifier"


def test_a_crowd_that_says_the_same_is_counted_and_what_differs_is_listed():
    """Nothing is dropped: each of the others is in the number of the last one, and in that of the finding."""
    crowd, beside = "<x>same</x>" * (MOST_EQUAL + 500), "".join(f"<x>{number}</x>" for number in range(1200))
    _, source = SOURCES["CII"]
    data = source.replace(b"<ram:ID>", f"{crowd}{beside}<ram:ID>".encode(), 1)
    unread = parse(data).unread
    same = [each for each in unread if each.text == "same"]
    assert (len(same), sum(each.more for each in same), max(each.more for each in same)) == (MOST_EQUAL, 500, 500)
    assert len({each.text for each in unread if each.xpath.rpartition("/")[2].startswith("x[")}) == 1201
    told = unread_observations(parse(data), most=10)
    assert sum(1 + each.more for each in told) == sum(1 + each.more for each in unread)
