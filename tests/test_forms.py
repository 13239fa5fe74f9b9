"""Older and richer forms of an invoice: read as what they mean, converted, and judged as what they are."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from folders import FIXTURES, SHARED

import einvoice as ei

SAMPLES = SHARED / "corpus" / "akretion"
CII = (FIXTURES / "valid" / "services.cii.xml").read_text(encoding="utf-8")
UBL = (FIXTURES / "valid" / "services.ubl.xml").read_text(encoding="utf-8")

# A BASIC invoice as it was written until 2017: no price, no VAT on the line, no category.
BASIC = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0"
    xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12"
    xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15">
  <rsm:SpecifiedExchangedDocumentContext>
    <ram:GuidelineSpecifiedDocumentContextParameter>
      <ram:ID>urn:ferd:CrossIndustryDocument:invoice:1p0:basic</ram:ID>
    </ram:GuidelineSpecifiedDocumentContextParameter>
  </rsm:SpecifiedExchangedDocumentContext>
  <rsm:HeaderExchangedDocument>
    <ram:ID>R-17</ram:ID><ram:Name>RECHNUNG</ram:Name><ram:TypeCode>380</ram:TypeCode>
    <ram:IssueDateTime><udt:DateTimeString format="102">20140703</udt:DateTimeString></ram:IssueDateTime>
  </rsm:HeaderExchangedDocument>
  <rsm:SpecifiedSupplyChainTradeTransaction>
    <ram:ApplicableSupplyChainTradeAgreement>
      <ram:SellerTradeParty><ram:Name>LIEFERANT BEISPIEL</ram:Name>
        <ram:PostalTradeAddress><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>
        <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE136695976</ram:ID></ram:SpecifiedTaxRegistration>
      </ram:SellerTradeParty>
      <ram:BuyerTradeParty><ram:Name>KUNDE BEISPIEL</ram:Name>
        <ram:PostalTradeAddress><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>
      </ram:BuyerTradeParty>
      <ram:BuyerOrderReferencedDocument><ram:IssueDateTime>2014-06-01T00:00:00</ram:IssueDateTime><ram:ID>B-1</ram:ID>
      </ram:BuyerOrderReferencedDocument>
    </ram:ApplicableSupplyChainTradeAgreement>
    <ram:ApplicableSupplyChainTradeDelivery><ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime>
      <udt:DateTimeString format="102">20140702</udt:DateTimeString></ram:OccurrenceDateTime>
    </ram:ActualDeliverySupplyChainEvent></ram:ApplicableSupplyChainTradeDelivery>
    <ram:ApplicableSupplyChainTradeSettlement>
      <ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
      <ram:SpecifiedTradeSettlementPaymentMeans><ram:PayeePartyCreditorFinancialAccount>
        <ram:IBANID>DE02120300000000202051</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>
      </ram:SpecifiedTradeSettlementPaymentMeans>
      <ram:ApplicableTradeTax><ram:CalculatedAmount currencyID="EUR">38.00</ram:CalculatedAmount>
        <ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount currencyID="EUR">200.00</ram:BasisAmount>
        <ram:ApplicablePercent>19.00</ram:ApplicablePercent></ram:ApplicableTradeTax>
      <ram:SpecifiedTradePaymentTerms><ram:Description>30 Tage netto</ram:Description></ram:SpecifiedTradePaymentTerms>
      <ram:SpecifiedTradeSettlementMonetarySummation>
        <ram:LineTotalAmount currencyID="EUR">200.00</ram:LineTotalAmount>
        <ram:ChargeTotalAmount currencyID="EUR">0.00</ram:ChargeTotalAmount>
        <ram:AllowanceTotalAmount currencyID="EUR">0.00</ram:AllowanceTotalAmount>
        <ram:TaxBasisTotalAmount currencyID="EUR">200.00</ram:TaxBasisTotalAmount>
        <ram:TaxTotalAmount currencyID="EUR">38.00</ram:TaxTotalAmount>
        <ram:GrandTotalAmount currencyID="EUR">238.00</ram:GrandTotalAmount>
      </ram:SpecifiedTradeSettlementMonetarySummation>
    </ram:ApplicableSupplyChainTradeSettlement>
    <ram:IncludedSupplyChainTradeLineItem>
      <ram:AssociatedDocumentLineDocument/>
      <ram:SpecifiedSupplyChainTradeDelivery>
        <ram:BilledQuantity unitCode="C62">8.0000</ram:BilledQuantity></ram:SpecifiedSupplyChainTradeDelivery>
      <ram:SpecifiedSupplyChainTradeSettlement><ram:SpecifiedTradeSettlementMonetarySummation>
        <ram:LineTotalAmount currencyID="EUR">200.00</ram:LineTotalAmount>
      </ram:SpecifiedTradeSettlementMonetarySummation></ram:SpecifiedSupplyChainTradeSettlement>
      <ram:SpecifiedTradeProduct><ram:Name>Trennblätter</ram:Name></ram:SpecifiedTradeProduct>
    </ram:IncludedSupplyChainTradeLineItem>
  </rsm:SpecifiedSupplyChainTradeTransaction>
</rsm:CrossIndustryDocument>
"""


def test_zugferd_1_is_read():
    """Amounts, VAT, parties, dates, references and payment stand where those of today stand; the rest is listed."""
    invoice = ei.parse(BASIC.encode())
    assert (invoice.number, str(invoice.issue_date), invoice.type_code) == ("R-17", "2014-07-03", "380")
    assert (invoice.seller.vat_identifier, invoice.buyer.name) == ("DE136695976", "KUNDE BEISPIEL")
    assert (invoice.purchase_order_reference, str(invoice.purchase_order_date)) == ("B-1", "2014-06-01")
    assert str(invoice.delivery.actual_delivery_date) == "2014-07-02"
    assert invoice.totals.amount_with_vat == Decimal("238.00")
    assert (invoice.vat_breakdown[0].rate, invoice.vat_breakdown[0].tax_amount) == (19, Decimal("38.00"))
    assert invoice.lines[0].net_amount == Decimal("200.00")
    assert invoice.payment_means[0].account_identifier == "DE02120300000000202051"
    assert invoice.payment_terms == "30 Tage netto"
    assert invoice.document_name == "RECHNUNG"
    assert [each.xpath for each in invoice.unread] == []


def test_zugferd_1_is_of_an_older_standard():
    """It is not run, and says that it can be read."""
    report = ei.validate(BASIC.encode(), language="en")
    assert report.verdict == "not_run"
    assert "of a standard that ended in 2017" in report.documents[0].steps[-1].reason
    assert b"R-17" in ei.render(BASIC.encode(), "html")


@pytest.mark.parametrize("target", ["facturx", "ubl", "cii"])
def test_zugferd_1_is_converted(target):
    """What the old profile did not demand follows from the rest, and is told; the result is valid."""
    # The date of an order is a term of EXTENDED, of which the rules that stand in for CII say more than those of CEN.
    data = BASIC.replace("<ram:IssueDateTime>2014-06-01T00:00:00</ram:IssueDateTime>", "").encode()
    made = ei.convert(data, target, profile="en16931", language="en")
    assert made.report.verdict == "valid"
    filled = {each.field: each.expected for each in made.losses if each.rule == "EI-IMPLIED" and each.field}
    assert filled["lines[0].identifier"] == "1"
    assert filled["lines[0].item_net_price"] == "25.00"
    assert filled["lines[0].vat_category_code"] == "S"
    assert filled["totals.amount_due"] == "238.00"
    assert filled["payment_means[0].means_code"] == "30"
    line = ei.parse(made.data).lines[0]
    assert (line.item_net_price, line.vat_rate) == (Decimal("25.00"), 19)


@pytest.mark.parametrize("name", ["basic", "comfort", "extended"])
def test_the_published_samples_are_converted(name):
    """Those of the publisher, but for their mark that they are tests."""
    path = SAMPLES / f"zugferd-{name}.xml"
    if not path.exists():
        pytest.skip("needs ../shared/corpus")
    test = re.compile(rb"(<ram:TestIndicator>\s*<udt:Indicator>)true")
    data = test.sub(rb"\1false", path.read_bytes())
    assert ei.convert(data, "facturx", profile="en16931").report.verdict == "valid"


FREIGHT = """<ram:SpecifiedLogisticsServiceCharge><ram:Description>Versandkosten</ram:Description>
<ram:AppliedAmount>5.00</ram:AppliedAmount><ram:AppliedTradeTax><ram:TypeCode>VAT</ram:TypeCode>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>20</ram:RateApplicablePercent></ram:AppliedTradeTax>
</ram:SpecifiedLogisticsServiceCharge><ram:SpecifiedTradePaymentTerms>"""


def test_freight_is_a_charge():
    """A logistics service charge is a charge of the document with its VAT, and is written as one."""
    data = CII.replace("<ram:SpecifiedTradePaymentTerms>", FREIGHT, 1).encode()
    (charge,) = ei.parse(data).charges
    assert (charge.amount, charge.reason) == (Decimal("5.00"), "Versandkosten")
    assert (charge.vat_category_code, charge.vat_rate) == ("S", 20)
    assert not [each for each in ei.parse(data).unread if "Logistics" in each.xpath]
    assert b"Versandkosten" in ei.convert(data, "ubl", check=False).data


def test_the_number_of_a_building_is_part_of_the_street():
    """UBL has places of its own for the parts of an address; EN 16931 has three lines."""
    street = "<cbc:StreetName>1 rue du Modèle</cbc:StreetName>"
    assert street in UBL
    apart = "<cbc:StreetName>rue du Modèle</cbc:StreetName><cbc:BuildingNumber>1 bis</cbc:BuildingNumber>"
    apart += "<cbc:CitySubdivisionName>Quartier Nord</cbc:CitySubdivisionName>"
    invoice = ei.parse(UBL.replace(street, apart, 1).encode())
    address = invoice.seller.postal_address
    assert (address.street_name, address.additional_street_name) == ("rue du Modèle 1 bis", "Quartier Nord")
    assert not [each for each in invoice.unread if "BuildingNumber" in each.xpath]
    alone = UBL.replace(street, "<cbc:BuildingNumber>7</cbc:BuildingNumber>", 1)
    assert ei.parse(alone.encode()).seller.postal_address.street_name == "7"
    twice = UBL.replace(street, "<cbc:StreetName>rue 7</cbc:StreetName><cbc:BuildingNumber>7</cbc:BuildingNumber>", 1)
    assert ei.parse(twice.encode()).seller.postal_address.street_name == "rue 7"


def with_figures(line, of_rate):
    """The fixture with these figures, which Factur-X EXTENDED has room for."""
    text = re.sub(r"(</ram:LineTotalAmount>)(\s*</ram:SpecifiedTradeSettlementLine)", rf"\1{line}\2", CII, count=1)
    return re.sub(
        r"(<ram:ApplicableTradeTax>(?:(?!</ram:Appl).)*?</ram:BasisAmount>)", rf"\1{of_rate}", text, flags=re.DOTALL
    )


def test_figures_that_repeat_others_are_no_loss():
    """A sum of charges that is nought, and the parts of a basis that add up, say nothing new; wrong ones are listed."""
    basis = re.search(r"<ram:BasisAmount>([\d.]+)</ram:BasisAmount>", CII)[1]
    line = "<ram:TotalAllowanceChargeAmount>{}</ram:TotalAllowanceChargeAmount>"
    rate = "<ram:LineTotalBasisAmount>{}</ram:LineTotalBasisAmount>"
    right = ei.parse(with_figures(line.format("0.00"), rate.format(basis)).encode())
    assert right.unread == ()
    wrong = ei.parse(with_figures(line.format("3.00"), rate.format("1.00")).encode())
    names = {each.xpath.rpartition(":")[2] for each in wrong.unread}
    assert names == {"LineTotalBasisAmount", "TotalAllowanceChargeAmount"}
