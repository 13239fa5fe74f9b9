"""A valid invoice that is converted stays valid, or what spoils it is told: each known cause, and its weight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from folders import FIXTURES
from minimal import CII, UBL, without

import einvoice as ei
import einvoice.making
from einvoice import cii, ubl
from einvoice.cli import run
from einvoice.conversion.files import mime_of
from einvoice.model import Identifier, InvoiceReference, Line, Note, PaymentMeans, SupportingDocument
from einvoice.paths import Path, restorer
from einvoice.profiles import PROFILES
from einvoice.rulebook import Sentence, StepResult

EUROPEAN = ei.Policy(rules="en16931")
CORRECTED = ("EI-FIT-SOURCE", "warning", None)  # the source was invalid, the result is valid
IBANS = ("FR7630006000011234567890189", "DE02120300000000202051")
EXTENDED = PROFILES["extended"].identifier


def changed(**values):
    """The minimal invoice with other values, as the model has it."""
    return ei.parse(UBL.encode()).model_copy(update=values)


def as_cii(**values):
    """The minimal invoice with other values, as CII that says just that."""
    return cii.write(changed(**values))


def as_ubl(**values):
    """The minimal invoice with other values, as UBL that says just that."""
    return ubl.write(changed(**values))


def complete(**values):
    """A draft of ours with other values."""
    text = (FIXTURES / "drafts" / "services.json").read_text(encoding="utf-8")
    return ei.Draft.model_validate(ei.Draft.model_validate_json(text).model_dump(exclude_unset=True) | values)


def converted(data, to, **options):
    """What `convert` makes; the result is valid where the source is, which is asked first."""
    assert ei.validate(data, policy=EUROPEAN).verdict != "invalid"
    made = ei.convert(data, to, policy=EUROPEAN, language="en", **options)
    assert made.report.verdict != "invalid", [each.message for each in made.losses]
    assert ei.validate(made.data, policy=EUROPEAN).verdict == made.report.verdict
    return made


def told(made):
    """Rule, weight and field of all that is told."""
    return [(each.rule, each.severity, each.field) for each in made.losses]


def test_the_text_of_the_means_of_payment_stands_once():
    """Two accounts with one text (BT-82) are two means with the text at the first in UBL, and nothing is lost."""
    means = tuple(PaymentMeans(means_code="58", means_text="Virement", account_identifier=each) for each in IBANS)
    made = converted(as_cii(payment_means=means), "ubl")
    assert [(each.means_text, each.account_identifier) for each in ei.parse(made.data).payment_means] == [
        ("Virement", IBANS[0]),
        (None, IBANS[1]),
    ]
    assert told(made) == []
    other = (means[0], means[1].model_copy(update={"means_text": "Autre"}))
    made = ei.convert(as_cii(payment_means=other), "ubl")  # which EN 16931 does not admit in CII either
    assert told(made) == [("EI-LOSS", "warning", "payment_means[1].means_text"), CORRECTED]


def test_of_two_identifiers_of_the_buyer_that_with_a_scheme_stays():
    """BT-46 stands once in UBL: the local number goes and is told; CII has a place for both."""
    buyer = changed().buyer
    known = (Identifier(value="C-7"), Identifier(value="4012345000009", scheme_id="0088"))
    data = as_cii(buyer=buyer.model_copy(update={"identifiers": known}))
    made = converted(data, "ubl")
    assert ei.parse(made.data).buyer.identifiers == known[1:]
    assert told(made) == [("EI-LOSS", "warning", "buyer.identifiers[0]")]
    assert ei.parse(converted(data, "facturx").data).buyer.identifiers == known


@pytest.mark.parametrize("category", ["S", "L", "M"])
def test_a_reason_for_an_exemption_that_is_none_goes(category):
    """EXTENDED admits a reason on any category, EN 16931 on S, L and M does not: it goes, and is told as a warning."""
    invoice = changed(specification_identifier=EXTENDED)
    group = invoice.vat_breakdown[0].model_copy(
        update={"category_code": category, "exemption_reason": "Taux normal", "exemption_reason_code": "VATEX-EU-79-C"}
    )
    line = invoice.lines[0].model_copy(update={"vat_category_code": category})
    made = ei.convert(
        cii.write(invoice.model_copy(update={"vat_breakdown": (group,), "lines": (line,)})), "ubl", policy=EUROPEAN
    )
    (kept,) = ei.parse(made.data).vat_breakdown
    assert (kept.category_code, kept.exemption_reason, kept.exemption_reason_code) == (category, None, None)
    assert [(each.severity, each.field, each.found) for each in made.losses if each.rule == "EI-LOSS-REASON"] == [
        ("warning", "vat_breakdown[0].exemption_reason", "Taux normal"),
        ("warning", "vat_breakdown[0].exemption_reason_code", "VATEX-EU-79-C"),
    ]
    assert not [each for each in made.report.documents[0].findings if each.rule in ("BR-S-10", "BR-AF-10", "BR-AG-10")]


def test_groups_of_one_rate_are_one_group_in_en_16931():
    """EXTENDED tells the reasons apart; EN 16931 wants one group of each rate, with the sum of the amounts."""
    invoice = changed(specification_identifier=EXTENDED)
    (group,) = invoice.vat_breakdown
    parts = tuple(
        group.model_copy(update={"taxable_amount": Decimal(base), "tax_amount": Decimal(tax)})
        for base, tax in (("100.00", "20.00"), ("130.00", "26.00"))
    )
    made = ei.convert(cii.write(invoice.model_copy(update={"vat_breakdown": parts})), "ubl", policy=EUROPEAN)
    assert ei.parse(made.data).vat_breakdown == (group,)
    assert ("EI-FIT-GROUP", "information", "vat_breakdown[1]") in told(made)


def twice(text, element):
    """A document in which an element is repeated, as a program does that writes it at two places."""
    start = text.index(f"<{element}")
    end = text.index(f"</{element}>") + len(f"</{element}>")
    return (text[:end] + text[start:end] + text[end:]).encode()


@pytest.mark.parametrize(
    "data", [twice(UBL, "cac:ClassifiedTaxCategory"), twice(CII, "ram:GrandTotalAmount")], ids=["ubl", "cii"]
)
def test_that_a_wrong_invoice_becomes_a_valid_one_is_told(data):
    """What rules refuse is not always read: the result may be valid, and nobody must take the source for it."""
    (source,) = ei.validate(data, policy=EUROPEAN).documents
    assert source.verdict == "invalid"
    made = ei.convert(data, "ubl", policy=EUROPEAN, language="en")
    assert made.report.verdict == "valid"
    assert told(made) == [CORRECTED]
    broken = next(each.rule for each in source.findings if each.severity == "error")
    assert f"({broken}" in made.losses[0].message
    assert ei.convert(data, "ubl", policy=EUROPEAN, check=False).losses == ()  # nobody asked for a verdict


def test_a_currency_of_vat_that_is_that_of_the_invoice_goes():
    """BT-6 = BT-5 says nothing: it goes and is told as information, also when a draft says it."""
    code = "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
    data = without(UBL, f"{code}=>{code}<cbc:TaxCurrencyCode>EUR</cbc:TaxCurrencyCode>")
    made = converted(data, "cii")
    assert b"TaxCurrencyCode" not in made.data
    assert told(made) == [("EI-FIT-CURRENCY", "information", "vat_accounting_currency_code")]
    assert ei.parse(made.data).totals.vat_amount == Decimal("46.00")


def test_an_account_that_is_no_iban_stays_what_it_is():
    """A national number goes to ProprietaryID and back; the debited account (BT-91) has one place in CII."""
    means = (PaymentMeans(means_code="58", account_identifier="12345678"),)
    there = converted(as_ubl(payment_means=means), "cii")
    assert b"<ram:ProprietaryID>12345678</ram:ProprietaryID>" in there.data
    back = converted(there.data, "ubl")
    assert ei.parse(back.data).payment_means[0].account_identifier == "12345678"
    assert there.losses == back.losses == ()


def test_lines_that_only_group_go_and_places_are_those_of_the_source():
    """UBL under EN 16931 counts each line: a group goes and is told, errors are at the lines of the source."""
    invoice = changed(specification_identifier=EXTENDED)
    detail = invoice.lines[0].model_copy(update={"identifier": "2", "parent_line_identifier": "1"})
    group = Line(identifier="1", subtype_code="GROUP", item_name="Lot", net_amount=Decimal("230.00"))
    made = ei.convert(cii.write(invoice.model_copy(update={"lines": (group, detail)})), "ubl", policy=EUROPEAN)
    assert [each.identifier for each in ei.parse(made.data).lines] == ["2"]
    fields = [each.field for each in made.losses if each.rule == "EI-LOSS"]
    assert {"lines[0]", "lines[1].parent_line_identifier"} <= set(fields)
    wrong = detail.model_copy(update={"item_net_price": Decimal(-1)})
    made = ei.convert(cii.write(invoice.model_copy(update={"lines": (group, wrong)})), "ubl", policy=EUROPEAN)
    found = {each.rule: each.field for each in made.report.documents[0].findings}
    assert found["BR-27"] == "lines[1].item_net_price"
    assert made.report.verdict != "valid"


def test_a_tax_number_of_the_buyer_goes_where_the_rules_refuse_it():
    """EXTENDED knows one tax number of a buyer, that of VAT (BR-FXEXT-03): another one goes, and is told."""
    buyer = changed().buyer.model_copy(update={"tax_registration_identifier": "12/345", "vat_identifier": None})
    made = converted(as_ubl(buyer=buyer), "facturx", profile="extended")
    assert [each[2] for each in told(made) if each[0] == "EI-LOSS"] == ["buyer.tax_registration_identifier"]


def test_the_total_of_vat_is_filled_where_the_rules_of_a_profile_want_it():
    """CII may do without BT-110; the rules of EXTENDED add it to the total, so it is filled, and told."""
    data = without(CII, '<ram:TaxTotalAmount currencyID="EUR">46.00</ram:TaxTotalAmount>')
    made = ei.convert(data, "facturx", profile="extended")
    assert made.report.verdict == "valid"
    assert ei.parse(made.data).totals.vat_amount == Decimal("46.00")
    assert ("EI-IMPLIED", "information", "totals.vat_amount") in told(made)


def test_an_attachment_gets_its_type_from_name_or_content():
    """A missing MIME type is filled by what the file is, and told; else the refusal names the field."""
    files = (
        SupportingDocument(reference="1", attached_document=b"a;b\n", filename="notes.CSV"),
        SupportingDocument(reference="2", attached_document=b"%PDF-1.7 ", filename="scan"),
    )
    data = as_cii(supporting_documents=files)
    made = converted(data, "ubl")
    assert [each.mime_code for each in ei.parse(made.data).supporting_documents] == ["text/csv", "application/pdf"]
    assert [(each.rule, each.severity, each.field, each.expected) for each in made.losses] == [
        ("EI-IMPLIED", "information", "supporting_documents[0].mime_code", "text/csv"),
        ("EI-IMPLIED", "information", "supporting_documents[1].mime_code", "application/pdf"),
    ]
    assert "notes.CSV" in made.losses[0].message
    unknown = SupportingDocument(reference="1", attached_document=b"?", filename="data")
    with pytest.raises(ei.Unwritable) as raised:
        ei.convert(as_cii(supporting_documents=(unknown,)), "ubl")
    assert [each.field for each in raised.value.findings] == ["supporting_documents[0].mime_code"]


@pytest.mark.parametrize("target", ["ubl", "facturx"])
def test_an_attachment_without_a_name_gets_one(target):
    """UBL and Factur-X want the name of a file: it is made of the reference and the type, and that is told."""
    file = SupportingDocument(reference="BL 12/3", attached_document=b"%PDF-1.7 ")
    made = converted(as_cii(supporting_documents=(file,)), target)
    assert ei.parse(made.data).supporting_documents[0].filename == "BL_12_3.pdf"
    assert [(each.rule, each.field, each.expected) for each in made.losses] == [
        ("EI-IMPLIED", "supporting_documents[0].mime_code", "application/pdf"),
        ("EI-IMPLIED", "supporting_documents[0].filename", "BL_12_3.pdf"),
    ]


def test_xml_without_a_type_is_called_xml_and_refused_by_its_rule():
    """What an invoice may not carry is named at its field (BR-CL-24), where no type at all would block everything."""
    file = SupportingDocument(reference="1", attached_document=b"<x/>")
    made = ei.convert(as_cii(supporting_documents=(file,)), "ubl")
    assert ei.parse(made.data).supporting_documents[0].mime_code == "application/xml"
    errors = [each for each in told(made) if each[1] == "error"]
    assert errors == [("BR-CL-24", "error", "supporting_documents[0].attached_document")]


def test_what_a_file_is_counts_more_than_its_name():
    """A PDF that is called a picture is a PDF; spreadsheets are told by what their archives hold."""
    assert mime_of("a.png", b"%PDF-1.4") == ("application/pdf", "EI-IMPLIED-CONTENT")
    assert mime_of("a.xlsx", b"PK\x03\x04 xl/workbook.xml")[0].endswith("spreadsheetml.sheet")
    assert mime_of("a", b"PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.spreadsheet")[0].endswith("spreadsheet")
    assert mime_of("a", b"PK\x03\x04") is None


def test_what_makes_the_result_invalid_is_told_where_the_source_was_valid():
    """BASIC has no rounding amount (BT-114): the sum fails and that is told; of a wrong source the report says it."""
    due = '<cbc:PayableAmount currencyID="EUR">276.00</'
    rounding = '<cbc:PayableRoundingAmount currencyID="EUR">-1.00</cbc:PayableRoundingAmount>'
    rounded = without(UBL, f"{due}=>{rounding}{due.replace('276', '275')}")
    assert ei.validate(rounded, policy=EUROPEAN).verdict == "valid"
    made = ei.convert(rounded, "facturx", profile="basic", policy=EUROPEAN)
    (spoilt,) = (each for each in made.losses if each.severity == "error")
    assert spoilt in made.report.documents[0].findings
    assert (made.report.verdict, spoilt.field) == ("invalid", "totals.amount_due")
    made = ei.convert(without(UBL, f"{due}=>{due.replace('276', '275')}"), "cii", policy=EUROPEAN)
    assert made.report.verdict == "invalid"
    assert not [each for each in made.losses if each.severity == "error"]
    found = [each for each in made.report.documents[0].findings if each.severity == "error"]
    assert ("BR-CO-16", "totals.amount_due") in [(each.rule, each.field) for each in found]


XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"


@pytest.mark.parametrize(
    ("stated", "options", "weights"),
    [
        (XRECHNUNG, {}, ["warning"]),  # whose own rules are left behind
        (XRECHNUNG, {"profile": "en16931"}, ["information"]),  # as asked for
        (PROFILES["extended-ctc-fr"].identifier, {}, ["information"]),  # EXTENDED holds the same
        (PROFILES["en16931"].identifier, {}, []),
    ],
)
def test_a_profile_that_changes_on_the_way_is_told(stated, options, weights):
    """A PDF has no XRechnung that we make, nor EXTENDED-CTC-FR: BT-24 becomes that of the nearest, and that is told."""
    made = ei.convert(as_ubl(specification_identifier=stated), "facturx", **options)
    found = [each for each in made.losses if each.rule == "EI-FIT-PROFILE"]
    assert [each.severity for each in found] == weights
    assert all((each.field, each.term, each.found) == ("specification_identifier", "BT-24", stated) for each in found)
    assert all(each.expected == ei.parse(made.data).specification_identifier for each in found)


@pytest.mark.parametrize(
    ("level", "chosen"),
    [
        ("basic", "en16931"),
        ("extended", "en16931"),
        ("en16931", "en16931"),
        ("extended-ctc-fr", "extended-ctc-fr"),
    ],
)
def test_an_invoice_of_factur_x_becomes_none_of_factur_x_in_ubl(level, chosen):
    """UBL has no such profile: EN 16931 is named, and told; CII keeps its own, and so does who asks for one."""
    source = as_cii(specification_identifier=PROFILES[level].identifier)
    made = ei.convert(source, "ubl", policy=EUROPEAN)
    assert ei.parse(made.data).specification_identifier == PROFILES[chosen].identifier
    changes = [each.expected for each in made.losses if each.rule == "EI-FIT-PROFILE"]
    assert changes == [PROFILES[chosen].identifier] * (level != chosen)
    same = ei.convert(source, "cii", policy=EUROPEAN)
    assert ei.parse(same.data).specification_identifier == PROFILES[level].identifier
    asked = ei.convert(source, "ubl", profile=PROFILES[level].identifier, policy=EUROPEAN)
    assert ei.parse(asked.data).specification_identifier == PROFILES[level].identifier


def test_a_draft_that_states_a_profile_learns_that_it_changes():
    """`losses` tells it of a draft that states BT-24, and says nothing where the draft leaves that to us."""
    assert [
        each.rule
        for each in ei.losses(complete(specification_identifier=XRECHNUNG), "facturx")
        if each.field == "specification_identifier"
    ] == ["EI-FIT-PROFILE"]
    assert not [each for each in ei.losses(complete(), "facturx") if each.field == "specification_identifier"]


def test_nobody_judges_who_does_not_want_it():
    """`check=False` gives the document and its losses alone."""
    assert ei.convert(UBL.encode(), "cii", check=False).report is None
    assert ei.convert(UBL.encode(), "cii").report.verdict == ei.validate(ei.convert(UBL.encode(), "cii").data).verdict


def test_the_command_line_says_the_verdict_by_its_exit_status(tmp_path, capsys):
    """`einvoice convert` judges as `build` does: 1 for invalid, with the errors; 0 with --no-check."""
    spoilt = tmp_path / "in.xml"
    spoilt.write_bytes(
        without(UBL, '<cbc:PayableAmount currencyID="EUR">276.00<=><cbc:PayableAmount currencyID="EUR">275.00<')
    )
    out = str(tmp_path / "out.xml")
    assert run(["convert", str(spoilt), "--to", "cii", "-o", out]) == 1
    assert "BR-CO-16  totals.amount_due" in capsys.readouterr().err
    assert run(["convert", str(spoilt), "--to", "cii", "-o", out, "--no-check"]) == 0
    assert capsys.readouterr().err == ""


def test_places_are_counted_with_what_was_left_out():
    """Positions in a document without some elements of its source lead to those of the source."""
    gone = ["lines[2]", "lines[0]", "lines[1].notes[0]", "lines[1].quantity", "totals"]
    original = restorer(map(Path.parse, gone))
    assert str(original(Path.parse("lines[0].notes[0].text"))) == "lines[1].notes[1].text"
    assert str(original(Path.parse("lines[1].net_amount"))) == "lines[3].net_amount"
    assert str(original(Path.parse("totals.amount_due"))) == "totals.amount_due"


ITEM_VAT = "<cac:ClassifiedTaxCategory>"
PARTY = '<cbc:EndpointID schemeID="0225">100000009</cbc:EndpointID>'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"{PARTY}=>{PARTY}<cac:PartyIdentification><cbc:ID/></cac:PartyIdentification>", "cac:PartyIdentification"),
        (
            f'{PARTY}=>{PARTY}<cac:PartyIdentification><cbc:ID schemeID="0009"> </cbc:ID></cac:PartyIdentification>',
            "cac:PartyIdentification",
        ),
        (
            f"{ITEM_VAT}=><cac:CommodityClassification><cbc:ItemClassificationCode/></cac:CommodityClassification>{ITEM_VAT}",
            "cac:CommodityClassification",
        ),
        ("<cac:TaxTotal>=><cac:PaymentMeans><cbc:PaymentMeansCode/></cac:PaymentMeans><cac:TaxTotal>", "PaymentMeans"),
    ],
)
@pytest.mark.parametrize("target", ["ubl", "cii", "facturx"])
def test_an_empty_element_says_nothing_and_hinders_nobody(text, place, target):
    """An empty identifier, class or means of payment is left out, told as information, and the invoice is converted."""
    data = without(UBL, text)
    made = ei.convert(data, target, policy=EUROPEAN)
    assert made.report.verdict == "valid"
    assert ei.parse(made.data).seller.identifiers == ()
    wrong = ei.validate(data, policy=EUROPEAN).verdict == "invalid"  # for rules may refuse what is empty
    empty, *others = made.losses
    assert (empty.rule, empty.severity) == ("EI-READ-08", "information")
    assert [each.rule for each in others] == ["EI-FIT-SOURCE"] * wrong
    assert empty.xpath.endswith(place)
    assert "EI-READ-08" in [each.rule for each in ei.validate(data).documents[0].findings]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (without(UBL, "<cbc:IssueDate>=><cbc:CopyIndicator>true</cbc:CopyIndicator><cbc:IssueDate>"), "CopyIndicator"),
        (
            without(
                CII,
                "<rsm:ExchangedDocumentContext>=><rsm:ExchangedDocumentContext><ram:TestIndicator>"
                "<udt:Indicator>true</udt:Indicator></ram:TestIndicator>",
            ),
            "TestIndicator",
        ),
    ],
)
def test_a_test_or_a_copy_does_not_become_a_real_invoice(data, words):
    """What changes the meaning of the whole is a warning for the receiver, and a conversion that lost it is refused."""
    (told,) = (each for each in ei.validate(data, language="en").documents[0].findings if each.rule == "EI-READ-09")
    assert told.severity == "warning"
    assert words in told.message
    for target in ("ubl", "cii", "facturx"):
        with pytest.raises(ei.Unwritable) as refused:
            ei.convert(data, target)
        assert [each.rule for each in refused.value.findings] == ["EI-READ-09"]
    harmless = data.replace(b"true</", b"false</")
    assert ei.convert(harmless, "cii").report.verdict != "invalid"


def test_a_result_without_a_verdict_is_told(monkeypatch):
    """Where the rules of the target leave the result of a valid source without a verdict, the losses say why."""
    valid = (FIXTURES / "valid" / "services.ubl.xml").read_bytes()
    real = ei.making.validated

    def doubtful(document, policy, **options):
        found = real(document, policy, **options)
        if document.syntax != "cii":
            return found
        reason = Sentence("EI-STEP-01", {"ruleset": "en16931-cii"})
        steps = (*found.steps, StepResult("profile", "not_run", reason=reason))
        return replace(found, verdict="not_run", steps=steps)

    monkeypatch.setattr("einvoice.making.validated", doubtful)
    converted = ei.convert(valid, "cii", language="en")
    assert converted.report.verdict == "not_run"
    (told,) = [each for each in converted.losses if each.rule == "EI-FIT-DOUBT"]
    assert told.severity == "warning"
    assert "en16931-cii" in told.message


@pytest.mark.parametrize(("target", "verdict"), [("cii", "valid"), ("ubl", "invalid"), ("facturx", "invalid")])
def test_an_attached_xml_without_a_type_is_judged_where_one_is_demanded(target, verdict):
    """CII demands no type, and stays valid; where one is demanded, what is made is judged, and the error is told."""
    draft = FIXTURES / "drafts" / "attachment.json"
    invoice = ei.Draft.model_validate_json(draft.read_bytes()).complete()
    attached = SupportingDocument(reference="A-1", attached_document=b"<a/>")
    data = cii.write(invoice.model_copy(update={"supporting_documents": (attached,)}))
    assert b"mimeCode" not in data
    converted = ei.convert(data, target)
    assert converted.report.verdict == verdict
    assert any(each.severity == "error" for each in converted.losses) == (verdict == "invalid")


def test_a_group_that_is_lost_is_told_by_all_that_it_says():
    """A lost group is told as a person reads it: its values, not its JSON."""
    line = changed().lines[0].model_copy(update={"notes": (Note(text="un"), Note(subject_code="AAI", text="deux"))})
    made = ei.convert(ubl.write(changed(lines=(line,))), "ubl", policy=EUROPEAN, language="en")
    assert [each.found for each in made.losses if each.rule == "EI-LOSS"] == ["AAI · deux"]


@pytest.mark.parametrize("target", ["ubl", "cii"])
def test_references_that_are_empty_do_not_keep_an_invoice_from_conversion(target):
    """An earlier invoice of which a date alone is said goes, and is told; a document is called by its name or place."""
    changes = {
        "preceding_invoices": (InvoiceReference(issue_date=date(2026, 1, 2)), InvoiceReference(reference="F1")),
        "supporting_documents": (SupportingDocument(description="Plan"), SupportingDocument(external_location="u:x")),
    }
    made = ei.convert(cii.write(changed(**changes), incomplete=True), target, policy=EUROPEAN)
    again = ei.parse(made.data)
    assert [each.reference for each in again.preceding_invoices] == ["F1"]
    assert [each.reference for each in again.supporting_documents] == ["Plan", "2"]
    assert made.report.verdict == "valid"
    assert [each for each in told(made) if each[0] != "EI-LOSS"] == [
        ("EI-IMPLIED", "information", "supporting_documents[0].reference"),
        ("EI-IMPLIED", "information", "supporting_documents[1].reference"),
        CORRECTED,
    ]
    assert ("EI-LOSS", "warning", "preceding_invoices[0]") in told(made)
