from __future__ import annotations

from pathlib import Path

import pytest
from folders import SHARED
from minimal import CII, UBL, without

import einvoice as ei

CORPUS = SHARED / "corpus" / "cen-en16931"
DRAFT = {
    "number": "D-1",
    "issue_date": "2026-11-03",
    "due_date": "2026-12-03",
    "seller": {
        "name": "VENDEUR EXEMPLE",
        "legal_registration_identifier": {"value": "100000009", "scheme_id": "0002"},
        "vat_identifier": "FR88100000009",
        "postal_address": {"city_name": "NANTES", "country_code": "FR"},
    },
    "buyer": {
        "name": "ACHETEUR EXEMPLE",
        "legal_registration_identifier": {"value": "200000008", "scheme_id": "0002"},
        "postal_address": {"city_name": "BREST", "country_code": "FR"},
    },
    "lines": [
        {
            "item_name": "Réglage",
            "quantity": "2",
            "unit_code": "HUR",
            "item_net_price": "115.00",
            "vat_category_code": "S",
            "vat_rate": "20",
        }
    ],
}


def test_the_same_invoice_is_read_from_both_syntaxes():
    """One model: what UBL and CII say alike is equal."""
    ubl, cii = ei.parse(UBL.encode()), ei.parse(CII.encode())
    assert ubl == cii
    assert (ubl.number, str(ubl.totals.amount_due)) == ("MIN-26-117", "276.00")


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", ei.Unreadable), (b"<a", ei.Unreadable), (b"<a/>", ei.Unrecognised), (b"%PDF-1.7", ei.EInvoiceError)],
)
def test_only_exceptions_of_ours_escape(data, error):
    """What is no invoice raises one of the documented exceptions, from each verb that needs one."""
    with pytest.raises(error):
        ei.parse(data)
    with pytest.raises(error):
        ei.convert(data, "ubl")


@pytest.mark.parametrize("syntax", ["ubl", "cii"])
def test_a_draft_is_built_and_read_back(syntax):
    """Built from what a person knows, the invoice is complete; building changes nothing in the draft."""
    draft = ei.Draft.model_validate(DRAFT)
    before = draft.model_dump()
    invoice = ei.parse(ei.build(draft, syntax))
    assert (invoice.number, str(invoice.totals.amount_with_vat)) == ("D-1", "276.00")
    assert draft.model_dump() == before


@pytest.mark.parametrize(
    ("profile", "identifier"),
    [
        (None, "urn:cen.eu:en16931:2017"),
        ("extended-ctc-fr", "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr"),
        ("urn:example:ours", "urn:example:ours"),
    ],
)
def test_a_profile_is_named_or_given_in_full(profile, identifier):
    """The short names of profiles, or BT-24 itself."""
    xml = ei.build(ei.Draft.model_validate(DRAFT), "ubl", profile=profile)
    assert ei.parse(xml).specification_identifier == identifier


def test_an_unknown_profile_is_refused():
    """The message gives the known names."""
    with pytest.raises(ValueError, match="unknown profile 'bogus'; expected one of minimum, basicwl"):
        ei.build(ei.Draft.model_validate(DRAFT), "ubl", profile="bogus")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: ei.validate("x.xml"), TypeError, r"or a Draft or an Invoice, found str: .*Path\('x.xml'\).read_bytes"),
        (lambda: ei.validate(None), TypeError, "found NoneType: read the document first"),
        (lambda: ei.parse("str"), TypeError, "expected the bytes of a document, found str"),
        (lambda: ei.parse("<Invoice/>"), TypeError, r"text.encode\(\)"),
        (lambda: ei.extract(Path("x.pdf")), TypeError, "extract does not open files"),
        (lambda: ei.render("x.xml"), TypeError, "found str"),
        (lambda: ei.render(UBL.encode(), "docx"), ValueError, "expected html or pdf"),
        (lambda: ei.build(ei.Draft(), "pdf"), ValueError, "expected one of ubl, cii, facturx"),
        (lambda: ei.convert(UBL.encode(), "xyz"), ValueError, "unknown target 'xyz'; expected one of ubl, cii"),
        (lambda: ei.build(b"x", "ubl"), TypeError, r"found bytes: convert\(data, to\)"),
        (lambda: ei.build({}, "ubl"), TypeError, "found dict: Draft.model_validate"),
    ],
)
def test_misuse_says_what_was_found_and_what_to_do(call, error, words):
    """A wrong argument is told in one sentence, not by what fails five calls deeper."""
    with pytest.raises(error, match=words):
        call()


def test_what_cannot_be_written_says_what_is_missing():
    """The exception carries a finding for each fault."""
    with pytest.raises(ei.Unwritable) as raised:
        ei.build(ei.Draft(), "ubl")
    assert "number" in [finding.field for finding in raised.value.findings]


def test_nothing_is_lost_between_the_syntaxes_that_both_can_say():
    """The minimal invoice goes to the other syntax and back without a loss."""
    there = ei.convert(UBL.encode(), "cii")
    back = ei.convert(there.data, "ubl")
    assert there.losses == back.losses == ()
    assert ei.parse(back.data) == ei.parse(UBL.encode())


DISCOUNT = "<cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount currencyID='EUR'>5.00</cbc:Amount>"


@pytest.mark.parametrize(
    ("data", "target", "field", "value"),
    [
        (
            without(
                UBL,
                f"115.00</cbc:PriceAmount>=>115.00</cbc:PriceAmount><cac:AllowanceCharge>{DISCOUNT}</cac:AllowanceCharge>",
            ),
            "cii",
            "lines[0].item_gross_price",
            "120.00",
        ),
        (
            without(CII, '<ram:TaxTotalAmount currencyID="EUR">46.00</ram:TaxTotalAmount>'),
            "ubl",
            "totals.vat_amount",
            "46.00",
        ),
    ],
)
def test_what_an_invoice_implies_is_filled_and_told(data, target, field, value):
    """A schema that demands what the other syntax may leave out gets the value that the standard says it has."""
    made = ei.convert(data, target)
    filled = [each for each in made.losses if each.rule != "EI-FIT-SOURCE"]  # CII without the total of VAT is invalid
    assert [(each.rule, each.severity, each.field, each.expected) for each in filled] == [
        ("EI-IMPLIED", "information", field, value)
    ]
    assert ei.validate(made.data, policy=ei.Policy(rules="en16931")).verdict != "invalid"


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("ubl-examples/guide-example2.xml", "cii"),
        ("ubl-examples/ubl-tc434-example2.xml", "cii"),
        ("cii-examples/CII_example7.xml", "ubl"),
        ("cii-examples/XRechnung-O.xml", "ubl"),
    ],
)
def test_examples_of_cen_that_imply_values_are_converted(name, target):
    """The published examples of one syntax can be said in the other."""
    path = CORPUS / name
    if not path.exists():
        pytest.skip("the corpus is not beside the repository")
    assert ei.parse(ei.convert(path.read_bytes(), target).data).number


def test_every_loss_is_told():
    """What the model could not hold, and what the target syntax cannot say, in the language asked for."""
    data = without(UBL, "<cbc:DueDate>=><cbc:IssueTime>10:00:00</cbc:IssueTime><cbc:DueDate>")
    (unread,) = ei.convert(data, "cii", language="en").losses
    assert (unread.rule, unread.xpath) == ("EI-READ-01", "/Invoice/cbc:IssueTime")
    line = "<ram:LineTotalAmount>230.00</ram:LineTotalAmount>"
    with_total = without(
        CII, f"{line}\n        </=>{line}<ram:GrandTotalAmount>276.00</ram:GrandTotalAmount>\n        </"
    )
    (lost,) = ei.convert(with_total, "ubl", language="en").losses
    assert (lost.rule, lost.field, lost.found) == ("EI-LOSS", "lines[0].amount_with_vat", "276.00")
    assert lost.message == "UBL cannot represent this value: 276.00"
    assert lost.term == "EXT-FR-FE-184"


@pytest.mark.parametrize(
    ("data", "count", "field"),
    [
        (
            without(UBL, '<cbc:PriceAmount currencyID="EUR">=><cbc:PriceAmount currencyID="USD">'),
            1,
            "lines[0].item_net_price",
        ),
        (without(UBL, 'currencyID="EUR">230=>currencyID="USD">230'), 4, "vat_breakdown[0].taxable_amount"),
    ],
)
def test_amounts_in_another_currency_are_one_warning(data, count, field):
    """The amount is read, so it is wrong to say that it is left out; what is in doubt is its currency."""
    told = [finding for finding in ei.validate(data).findings if finding.step == "read"]
    assert [(each.rule, each.severity, each.found, each.expected) for each in told] == [
        ("EI-READ-04", "warning", "USD", "EUR")
    ]
    assert told[0].field == field
    assert f"{count} élément" in told[0].message


def test_a_value_that_cannot_be_read_is_an_error_in_cii_too():
    """The schema of CII takes any text for a date: without this finding, an unreadable due date would be valid."""
    report = ei.validate(without(CII, '"102">20261203=>"102">ZZ9'))
    assert ("EI-READ-03", "error", "due_date") in [(each.rule, each.severity, each.field) for each in report.findings]
    assert report.verdict == "invalid"


def test_explanations_are_in_both_languages():
    """A rule, a rule of a family, a term."""
    rule = ei.explain("BR-CO-15")
    assert rule.terms == ("BT-112",)
    assert rule.fr
    assert rule.en
    assert ei.explain("BR-AE-08").en.startswith("The taxable amount (BT-116)")
    term = ei.explain("BT-131")
    assert (term.fr, term.en) == ("Montant net de la ligne de facture", "Invoice line net amount")
    assert term.field == "lines.net_amount"
    with pytest.raises(ei.Unrecognised):
        ei.explain("BT-9999")


def test_a_report_goes_through_json_unchanged():
    """The JSON form says all that the report says."""
    report = ei.validate(without(UBL, "#PMT#"), name="x.xml")
    assert ei.Report.model_validate_json(report.model_dump_json(exclude_none=True)) == report
