"""A fault is named at its cause, and what follows from it stands under it."""

from __future__ import annotations

import re

import pytest
from judging import CASES, NEEDS_CASES, errors, judged
from minimal import CII, UBL, without

from einvoice.rulebook import Observation
from einvoice.validation.causes import at_their_cause

pytestmark = pytest.mark.usefixtures("nothing_added")


@NEEDS_CASES
def test_an_indicator_that_is_no_boolean_is_one_error():
    """The schema refuses `False`; the 21 rules that stumble over it are told under that finding."""
    report = judged((CASES / "invoices" / "19-indicator-False.ubl.xml").read_bytes())
    (error,) = [each for each in report.findings if each.severity == "error"]
    assert (report.verdict, error.rule) == ("invalid", "XSD")
    assert "Because of it 21 checks could not be evaluated: BR-CO-11, BR-CO-12, BR-AE-03" in error.hint
    assert [step.status for step in report.steps if step.name == "profile"] == ["failed"]


def test_a_number_with_a_comma_is_no_fault_of_the_rules():
    """The schema refuses it and reading cannot read it; of the rules, the one on decimals has looked at it."""
    price = '<cbc:PriceAmount currencyID="EUR">'
    report = judged(without(UBL, f"{price}=>{price}9,"))
    assert errors(report) == ["XSD", "BR-FR-DEC-03_BT-146", "EI-READ-03"]


def test_what_cannot_be_evaluated_for_another_reason_stays():
    """A rule that stumbles elsewhere is not folded under a schema fault that it has nothing to do with."""
    refused = Observation("XSD", "error", "xsd", xpath="/Invoice/cac:InvoiceLine/cbc:Amount")
    longer = "'x' is no number, in /Invoice/cac:InvoiceLine/cbc:AmountInWords"
    here = "'x' is no number, in /Invoice/cac:InvoiceLine/cbc:Amount"
    stumbling = [
        Observation(rule, "error", "profile", {"reason": reason}, wording="EI-STEP-08")
        for rule, reason in (("BR-01", longer), ("BR-02", here), ("BR-03", here))
    ]
    kept = at_their_cause([refused, *stumbling])
    assert [each.rule for each in kept] == ["XSD", "BR-01"]
    assert [note.facts for note in kept[0].notes] == [{"count": "2", "rules": "BR-02, BR-03"}]


def test_a_reason_without_a_place_is_known_by_its_value():
    """Some rules only say which value they stumbled over; and a line that was read in part need not compute."""
    refused = Observation(
        "XSD", "error", "xsd", {"found": "False"}, xpath="/a/b/Indicator", field="lines[1].allowances[0]"
    )
    said = [
        Observation("BR-S-08", "error", "profile", {"reason": "'False' is not true or false"}, wording="EI-STEP-08"),
        Observation("BR-S-09", "error", "profile", {"reason": "'Faux' is not true or false"}, wording="EI-STEP-08"),
        Observation("EI-CALC-01", "warning", "numbers", field="lines[1].net_amount"),
        Observation("EI-CALC-01", "warning", "numbers", field="lines[11].net_amount"),
    ]
    kept = at_their_cause([refused, *said])
    assert [(each.rule, each.field) for each in kept[1:]] == [("BR-S-09", ""), ("EI-CALC-01", "lines[11].net_amount")]
    assert [note.facts["rules"] for note in kept[0].notes] == ["BR-S-08"]


@NEEDS_CASES
def test_a_day_with_a_time_zone_is_a_warning():
    """The official schema and rules say nothing, and the day was read."""
    report = judged((CASES / "invoices" / "18-date-with-zone.ubl.xml").read_bytes())
    found = [(each.severity, each.field) for each in report.findings if each.rule == "EI-READ-05"]
    assert (report.verdict, found) == ("valid", [("warning", "issue_date"), ("warning", "due_date")])


@NEEDS_CASES
def test_vat_without_its_currency_names_the_attribute():
    """BR-CO-15 fails although 190.00 + 36.10 = 226.10: the amount of VAT lacks currencyID."""
    report = judged((CASES / "invoices" / "20-no-currencyID.cii.xml").read_bytes())
    (named,) = [each for each in report.findings if each.rule == "EI-READ-06"]
    assert (named.severity, named.field, named.term, named.found) == (
        "warning",
        "totals.vat_amount",
        "BT-110",
        "36.10",
    )
    assert "currencyID" in named.message
    (total,) = [each for each in report.findings if each.rule == "BR-CO-15"]
    assert total.hint.endswith("The value is there, but ram:TaxTotalAmount has no attribute currencyID.")


def test_a_date_without_its_format_names_the_attribute():
    """BR-03 says that the issue date is missing; it is there, without `format`."""
    report = judged(CII.replace(' format="102"', "", 1))
    (missing,) = [each for each in report.findings if each.rule == "BR-03"]
    assert missing.hint.endswith("The value is there, but udt:DateTimeString has no attribute format.")
    assert [each.field for each in report.findings if each.rule == "EI-READ-06"] == ["issue_date"]


def test_with_their_attributes_nothing_is_said():
    """An invoice that has them gets no such warning, in either syntax."""
    rules = [each.rule for document in (CII, UBL) for each in judged(document).findings]
    assert "EI-READ-06" not in rules


def test_a_missing_currency_of_an_amount_is_the_cause_of_what_is_said_of_it():
    """UBL's schema demands the attribute: that stands first, the list of currencies follows from it."""
    report = judged(without(UBL, '<cbc:PayableAmount currencyID="EUR">=><cbc:PayableAmount>'))
    assert errors(report) == ["XSD", "BR-CL-03"]
    assert report.findings[0].field == report.findings[1].field == "totals.amount_due"
    assert next(each for each in report.findings if each.rule == "BR-CL-03").caused_by == "XSD totals.amount_due"


def test_a_tax_number_without_its_scheme_explains_that_there_is_none():
    """CII says by an attribute that a number is that of VAT: where it is missing, the rule's finding says so."""
    report = judged(without(CII, '<ram:ID schemeID="VA">FR88100000009=><ram:ID>FR88100000009'))
    found = next(each for each in report.findings if each.rule == "BR-S-02")
    assert found.hint.endswith("The value is there, but ram:ID has no attribute schemeID.")
    (told,) = [each for each in report.findings if each.rule == "EI-READ-06"]
    assert (told.field, told.term, told.found) == ("seller.vat_identifier", "BT-31", "FR88100000009")


def test_an_empty_element_that_a_rule_demands_is_told_once():
    """That its value is missing says all; that reading leaves it out would be the same again."""
    report = judged(re.sub("(?<=<cac:Item>)(.*?<cbc:Name>)[^<]+", r"\1", UBL, count=1, flags=re.DOTALL))
    assert [each.rule for each in report.findings if each.field == "lines[0].item_name"] == ["BR-25"]
    assert "EI-READ-08" not in [each.rule for each in report.findings]


def test_an_empty_element_that_no_rule_demands_is_told_at_its_field():
    """Its field is looked for at the end, where it is told and a rule has not told of it."""
    report = judged(without(UBL, "<cac:Item>=><cac:Item><cbc:Description/>"))
    (empty,) = [each for each in report.findings if each.rule == "EI-READ-08"]
    assert empty.field == "lines[0].item_description"
    assert empty.xpath.endswith("/cbc:Description")
