"""Real documents are read as they mean it: texts as they stand, codes in any case, and nothing under a wrong name."""

from datetime import date
from decimal import Decimal

import pytest

from einvoice import cii, ubl
from einvoice.conversion.losses import lost_in
from einvoice.model import Invoice, Line, Party, PaymentMeans, SupportingDocument, Totals
from einvoice.validation.unread import unread_observations
from einvoice.xml import parse_xml

SMALL = Invoice(
    number="F1",
    issue_date=date(2026, 11, 2),
    currency_code="EUR",
    seller=Party(name="S"),
    buyer=Party(name="B"),
    totals=Totals(vat_amount=Decimal(0), amount_due=Decimal(0)),
    lines=(
        Line(
            identifier="1",
            quantity=Decimal(1),
            unit_code="C62",
            net_amount=Decimal(95),
            item_name="x",
            item_net_price=Decimal(95),
        ),
    ),
)
SKONTO = "#SKONTO#TAGE=14#PROZENT=2.00#\n"
UBL = (
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
    ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">{}</Invoice>'
)
CII = (
    '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"'
    ' xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"'
    ' xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">'
    "<rsm:SupplyChainTradeTransaction>{}</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"
)


def nested(path, *content):
    """Elements one in the other, with this content in the last."""
    names = path.split("/")
    return "".join((*(f"<{name}>" for name in names), *content, *(f"</{name}>" for name in reversed(names))))


def read_ubl(body):
    """The invoice of a UBL document with this content."""
    return ubl.read(parse_xml(UBL.format(body).encode()))


def read_settlement(body):
    """The invoice of a CII document with this settlement."""
    wrapped = f"<ram:ApplicableHeaderTradeSettlement>{body}</ram:ApplicableHeaderTradeSettlement>"
    return cii.read(parse_xml(CII.format(wrapped).encode()))


def read_line(body):
    """The line of a CII document with this content."""
    wrapped = f"<ram:IncludedSupplyChainTradeLineItem>{body}</ram:IncludedSupplyChainTradeLineItem>"
    return cii.read(parse_xml(CII.format(wrapped).encode()))


def listed(invoice):
    """What was not read as it stood: kind and text."""
    return [(each.kind, each.text) for each in invoice.unread]


@pytest.mark.parametrize("syntax", [ubl, cii])
@pytest.mark.parametrize("text", [SKONTO, "  indented\n  list", "tab\there", "carriage\rreturn\r\n"])
def test_free_text_is_kept_as_it_stands(syntax, text):
    """Blanks and line breaks of a free text are content: BR-DE-18 demands the break after a Skonto entry."""
    changes = {"payment_terms": text, "remittance_information": text}
    invoice = SMALL.model_copy(update=changes | {"payment_means": (PaymentMeans(means_code="58", means_text=text),)})
    back = syntax.read(parse_xml(syntax.write(invoice)))
    assert back.payment_terms == text
    assert back.remittance_information == text
    assert back.payment_means[0].means_text == text
    assert lost_in(invoice, "ubl" if syntax is ubl else "cii") == ()


def test_notes_keep_their_blanks_but_not_before_their_code():
    """A note's code may be indented; its text is kept, and a text of nothing but blanks is none."""
    invoice = read_ubl(
        "<cbc:Note>\n  #PMT# 40 EUR\n</cbc:Note><cbc:Note> two\n lines </cbc:Note><cbc:Note>  </cbc:Note>"
    )
    assert [(each.subject_code, each.text) for each in invoice.notes] == [("PMT", " 40 EUR\n"), (None, " two\n lines ")]


def test_codes_numbers_days_and_identifiers_are_trimmed():
    """White space around what is no text for people says nothing."""
    invoice = read_ubl("<cbc:ID> F1\n</cbc:ID><cbc:IssueDate> 2026-11-02 </cbc:IssueDate><cbc:DueDate>\n</cbc:DueDate>")
    assert (invoice.number, invoice.issue_date, invoice.due_date) == ("F1", date(2026, 11, 2), None)


PRICE = (
    "<ram:SpecifiedLineTradeAgreement><ram:GrossPriceProductTradePrice><ram:ChargeAmount>80</ram:ChargeAmount>{}"
    "</ram:GrossPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>"
)
CHANGE = (
    "<ram:AppliedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>{}</udt:Indicator></ram:ChargeIndicator>"
    "<ram:ActualAmount>{}</ram:ActualAmount></ram:AppliedTradeAllowanceCharge>"
)


@pytest.mark.parametrize(
    ("changes", "discount"),
    [
        ([("true", 15)], -15),
        ([("1", 15), ("true", 5)], -20),
        ([("false", 5), ("0", 5)], 10),
        ([("false", 5), ("true", 15)], -10),
        ([("true", 15), ("false", 15)], 0),
    ],
)
def test_price_discounts_add_up_and_a_surcharge_is_a_negative_one(changes, discount):
    """BT-147 is what is subtracted from the gross price: a surcharge never becomes a discount."""
    body = PRICE.format("".join(CHANGE.format(*each) for each in changes))
    invoice = read_line(body)
    assert invoice.lines[0].item_price_discount == discount
    assert invoice.unread == ()
    ubl_changes = "".join(
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{sign}</cbc:ChargeIndicator><cbc:Amount>{amount}</cbc:Amount>"
        "<cbc:BaseAmount>80</cbc:BaseAmount></cac:AllowanceCharge>"
        for sign, amount in changes
    )
    line = read_ubl(f"<cac:InvoiceLine><cac:Price>{ubl_changes}</cac:Price></cac:InvoiceLine>").lines[0]
    assert (line.item_price_discount, line.item_gross_price) == (discount, 80)


@pytest.mark.parametrize("syntax", [ubl, cii])
def test_a_surcharge_survives_as_a_negative_discount(syntax):
    """What is written for a surcharge is read as one again."""
    prices = {"item_gross_price": Decimal(80), "item_price_discount": Decimal(-15)}
    line = SMALL.lines[0].model_copy(update=prices)
    data = syntax.write(SMALL.model_copy(update={"lines": (line,)}))
    assert b"true" not in data
    assert syntax.read(parse_xml(data)).lines[0].item_price_discount == -15


def test_another_tax_is_no_vat():
    """A group whose type is not VAT is left out as a whole, with a warning, wherever it stands."""
    tax = "<ram:{0}><ram:TypeCode>{1}</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode></ram:{0}>"
    header = read_settlement(tax.format("ApplicableTradeTax", "ENV") + tax.format("ApplicableTradeTax", "VAT"))
    assert [each.category_code for each in header.vat_breakdown] == ["S"]
    assert listed(header) == [("other", "ENV S")]
    assert [(each.rule, each.severity) for each in unread_observations(header)] == [("EI-READ-10", "warning")]
    settlement = "<ram:SpecifiedLineTradeSettlement>{}</ram:SpecifiedLineTradeSettlement>"
    number = nested("ram:AssociatedDocumentLineDocument/ram:LineID", "1")
    line = read_line(number + settlement.format(tax.format("ApplicableTradeTax", "ENV")))
    assert line.lines[0].vat_category_code is None
    assert listed(line) == [("other", "ENV S")]
    charge = nested(
        "ram:SpecifiedTradeAllowanceCharge",
        nested("ram:ChargeIndicator/udt:Indicator", "true"),
        nested("ram:ActualAmount", "3"),
        tax.format("CategoryTradeTax", "ENV"),
    )
    charged = read_settlement(charge)
    assert (charged.charges[0].amount, charged.charges[0].vat_category_code) == (3, None)
    assert listed(charged) == [("other", "ENV S")]


def test_an_exchange_rate_between_other_currencies_is_not_the_one_of_the_vat():
    """The rate of the model is that from BT-5 to BT-6."""
    rate = (
        "<cbc:DocumentCurrencyCode>USD</cbc:DocumentCurrencyCode><cbc:TaxCurrencyCode>EUR</cbc:TaxCurrencyCode>"
        "<cac:TaxExchangeRate><cbc:SourceCurrencyCode>{}</cbc:SourceCurrencyCode>"
        "<cbc:TargetCurrencyCode>EUR</cbc:TargetCurrencyCode><cbc:CalculationRate>0.9</cbc:CalculationRate>"
        "</cac:TaxExchangeRate>"
    )
    assert read_ubl(rate.format("USD")).exchange_rate.rate == Decimal("0.9")
    other = read_ubl(rate.format("GBP"))
    assert other.exchange_rate is None
    assert [each.kind for each in other.unread] == ["other"]


def test_a_tax_scheme_is_compared_without_regard_to_case():
    """The CEN rules compare normalize-space(upper-case()): `vat` makes a VAT number, and is written as VAT, told."""
    body = nested(
        "cac:AccountingSupplierParty/cac:Party",
        *(
            nested("cac:PartyTaxScheme", nested("cbc:CompanyID", number), nested("cac:TaxScheme/cbc:ID", scheme))
            for number, scheme in (("FR88100000009", " vat "), ("123", "fc"))
        ),
    )
    invoice = read_ubl(body)
    assert invoice.seller.vat_identifier == "FR88100000009"
    assert invoice.seller.tax_registration_identifier == "123"
    assert listed(invoice) == [("respelled", "vat"), ("respelled", "fc")]
    assert {each.rule for each in unread_observations(invoice)} == {"EI-READ-11"}
    assert b"<cbc:ID>VAT</cbc:ID>" in ubl.write(invoice, incomplete=True)


def test_codes_in_attributes_are_trimmed_and_empty_ones_say_nothing():
    """White space around a code in an attribute is none of it, as the rules compare it; an empty one is listed."""
    place = "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity"
    company = '<cbc:CompanyID schemeID="{}">200000008</cbc:CompanyID>'
    for scheme, read, told in ((" 0002\n", "0002", []), (" ", None, [("empty", None)]), ("", None, [("empty", None)])):
        invoice = read_ubl(nested(place, company.format(scheme)))
        assert invoice.buyer.legal_registration_identifier.scheme_id == read
        assert listed(invoice) == told
    number = '<ram:ID schemeID=" VA ">FR37200000008</ram:ID>'
    registered = nested("ram:BuyerTradeParty/ram:SpecifiedTaxRegistration", number)
    wrapped = f"<ram:ApplicableHeaderTradeAgreement>{registered}</ram:ApplicableHeaderTradeAgreement>"
    invoice = cii.read(parse_xml(CII.format(wrapped).encode()))
    assert (invoice.buyer.vat_identifier, listed(invoice)) == ("FR37200000008", [])
    text = '<cbc:PaymentMeansCode name=" Virement ">30</cbc:PaymentMeansCode>'
    assert read_ubl(nested("cac:PaymentMeans", text)).payment_means[0].means_text == " Virement "


@pytest.mark.parametrize("account", ["fr1420041010050500013m02606", "fr14 2004 1010 0505 0001 3m02 606"])
def test_an_iban_is_one_in_any_case(account):
    """An IBAN is read in the spelling of its register, and stays an IBAN when written."""
    for name in ("IBANID", "ProprietaryID"):
        place = f"ram:SpecifiedTradeSettlementPaymentMeans/ram:PayeePartyCreditorFinancialAccount/ram:{name}"
        invoice = read_settlement(nested(place, account))
        assert invoice.payment_means[0].account_identifier == account.upper()
        assert listed(invoice) == [("respelled", account)]
        assert f"<ram:IBANID>{account.upper()}</ram:IBANID>".encode() in cii.write(invoice, incomplete=True)


@pytest.mark.parametrize("account", ["12 345 678", "de02 1203 0000 0000 2020 52", "FRDEBIT"])
def test_an_account_that_is_no_iban_is_kept_as_it_stands(account):
    """What fails the check of an IBAN is an account of another kind, or a wrong one: it is not touched."""
    invoice = read_ubl(nested("cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID", account))
    assert invoice.payment_means[0].account_identifier == account
    assert invoice.unread == ()


def test_a_vatex_code_is_read_in_any_case():
    """BR-CL-22 compares in capitals; other rules do not, so it is written in capitals."""
    invoice = read_settlement(nested("ram:ApplicableTradeTax/ram:ExemptionReasonCode", "vatex-eu-ic"))
    assert invoice.vat_breakdown[0].exemption_reason_code == "VATEX-EU-IC"
    assert listed(invoice) == [("respelled", "vatex-eu-ic")]


def test_a_document_of_another_type_is_no_supporting_document():
    """TypeCode 270 (a delivery note) is not written back as 916."""
    body = nested(
        "ram:ApplicableHeaderTradeAgreement",
        nested(
            "ram:AdditionalReferencedDocument", nested("ram:IssuerAssignedID", "LS1"), nested("ram:TypeCode", "270")
        ),
        nested("ram:AdditionalReferencedDocument/ram:IssuerAssignedID", "D2"),
    )
    invoice = cii.read(parse_xml(CII.format(body).encode()))
    assert invoice.supporting_documents == (SupportingDocument(reference="D2"),)
    assert listed(invoice) == [("other", "LS1 270")]


def test_an_amount_that_is_left_out_is_a_warning():
    """Money that has no term is told as more than a note."""
    invoice = read_settlement(nested("ram:SpecifiedCharge/ram:X", "5") + nested("ram:X", "5"))
    told = [(each.rule, each.severity) for each in unread_observations(invoice)]
    assert told == [("EI-READ-12", "warning"), ("EI-READ-01", "information")]


def test_a_file_that_is_left_out_is_a_warning():
    """A document or an attachment that has no term is told as more than a note; what only describes it is not."""
    object_130 = nested(
        "cac:AdditionalDocumentReference",
        nested("cbc:ID", "X"),
        nested("cbc:DocumentTypeCode", "130"),
        nested("cbc:DocumentDescription", "List"),
        nested("cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "QQ=="),
    )
    told = [(each.rule, each.severity) for each in unread_observations(read_ubl(object_130))]
    assert told == [("EI-READ-01", "information"), ("EI-READ-13", "warning")]
    contract = nested("cac:StatementDocumentReference/cbc:ID", "S1")
    assert [each.rule for each in unread_observations(read_ubl(contract))] == ["EI-READ-13"]


def test_of_several_due_dates_the_latest_is_read_and_the_others_are_kept():
    """The first payment term is often that of the discount; the days that were not taken are further due dates."""
    days = ("20261112", "20261130", "20261120")
    terms = (
        nested(
            "ram:SpecifiedTradePaymentTerms",
            nested("ram:Description", f"until {day}"),
            nested("ram:DueDateDateTime", f'<udt:DateTimeString format="102">{day}</udt:DateTimeString>'),
        )
        for day in days
    )
    invoice = read_settlement("".join(terms))
    assert invoice.due_date == date(2026, 11, 30)
    assert invoice.payment_terms == "until 20261112\nuntil 20261130\nuntil 20261120"
    assert [each.due_date.day for each in invoice.payment_instalments] == [12, 20]
    assert listed(invoice) == []


def test_the_due_date_of_a_ubl_invoice_is_its_own_else_the_latest_of_its_payments():
    """BT-9 stands at the head; where it does not, in the payment means or in the payment terms."""
    payments = nested("cac:PaymentMeans/cbc:PaymentDueDate", "2026-11-12") + nested(
        "cac:PaymentTerms/cbc:PaymentDueDate", "2026-11-30"
    )
    invoice = read_ubl(payments)
    assert invoice.due_date == date(2026, 11, 30)
    assert [str(each.due_date) for each in invoice.payment_instalments] == ["2026-11-12"]
    assert listed(invoice) == []
    assert read_ubl(nested("cbc:DueDate", "2026-11-12") + payments).due_date == date(2026, 11, 12)
