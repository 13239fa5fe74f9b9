"""A document twice as long, with a fault in each line, costs twice as much: what is counted is calls, not time."""

from __future__ import annotations

import json
import sys

import pytest
from folders import FIXTURES

import einvoice as ei

DRAFT = FIXTURES / "drafts" / "services.json"
LENGTHS = (60, 120, 240)
GROWTH = 2.2  # of what twice as many lines add: 2 where each costs the same, 4 where each costs as much as all
FAULTS = {
    "a value that is not of its type": ("ubl", ">7.5<", ">seven<"),
    "an element that no schema has": ("ubl", "</cac:InvoiceLine>", "<cbc:Foo>1</cbc:Foo></cac:InvoiceLine>"),
    "a rule that is broken": ("ubl", ">Article<", "><"),
    "an amount that does not add up": ("ubl", '<cbc:LineExtensionAmount currencyID="EUR">7.', None),
    "a value that is not of its type, in CII": ("cii", ">7.5<", ">seven<"),
    "an element that no schema has, in CII": (
        "cii",
        "</ram:SpecifiedTradeProduct>",
        "<ram:Foo>1</ram:Foo></ram:SpecifiedTradeProduct>",
    ),
    "a date without its format, in CII": ("cii", '<udt:DateTimeString format="102">', "<udt:DateTimeString>"),
}


def faulty(name: str, lines: int) -> bytes:
    """An invoice with that fault in each line."""
    syntax, good, bad = FAULTS[name]
    draft = ei.Draft.model_validate_json(DRAFT.read_bytes())
    period = {"start_date": "2026-10-01", "end_date": "2026-10-31"}
    line = {
        "item_name": "Article",
        "quantity": "1",
        "unit_code": "C62",
        "item_net_price": "7.5",
        "invoicing_period": period,
    }
    line |= {"vat_category_code": "S", "vat_rate": "20"}
    made = draft.model_copy(update={"lines": ()}).model_dump(mode="json", exclude_defaults=True)
    made |= {"lines": [line] * lines}
    xml = ei.build(ei.Draft.model_validate(made), syntax).decode()
    assert xml.count(good) >= lines
    return xml.replace(good, good.replace("7", "8") if bad is None else bad).encode()


def calls(data: bytes, verdict: str = "invalid") -> int:
    """How many functions are called, of Python's and of libraries', while the document is judged."""
    count = 0

    def counted(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        report = ei.validate(data)
    finally:
        sys.setprofile(before)
    assert report.verdict == verdict
    return count


@pytest.mark.parametrize("name", FAULTS)
def test_many_faults_cost_each_the_same(name):
    """Twice as many lines with a fault make twice as many calls, from reading to the last word of the report."""
    ei.validate(faulty(name, 1))  # rule sets and schemas are made ready once
    few, some, many = (calls(faulty(name, lines)) for lines in LENGTHS)
    assert some > few
    assert many - some < GROWTH * (some - few)


def test_equal_faults_of_the_schema_are_listed_up_to_a_number():
    """A fault in each of many lines is listed a hundred times, and the last says how many more there are."""
    (report,) = ei.validate(faulty("a value that is not of its type", 130), language="en").documents
    found = [each for each in report.findings if each.rule == "XSD"]
    assert len(found) == 100
    assert found[-1].hint.endswith("30 more faults of this kind, at the same element, are not listed.")
    assert not found[-2].hint.endswith("listed.")
    assert found[-1].field == "lines[99].item_net_price"


@pytest.mark.parametrize("name", ["a rule that is broken", "an element that no schema has"])
def test_equal_findings_are_listed_up_to_a_number(name):
    """What each of many lines lacks, and what no model knows, is listed a hundred times and then counted."""
    (report,) = ei.validate(faulty(name, 130), language="en").documents
    listed = [each for each in report.findings if each.rule in {"BR-25", "EI-READ-01"}]
    assert len(listed) == 100
    assert listed[-1].hint.endswith("30 more findings of this rule, elsewhere in the document, are not listed.")
    assert not (listed[-2].hint or "").endswith("listed.")
    assert report.verdict == "invalid"


def test_a_document_of_very_many_names_is_given_to_no_rule(monkeypatch):
    """Each chain of names has a plan of its own; more than any invoice has are refused by the schema alone."""
    monkeypatch.setattr("einvoice.validation.engines.MOST_WAYS", 400)
    data = faulty("an element that no schema has", 1)
    few, many = ("".join(f"<cbc:X{number}/>" for number in range(count)).encode() for count in (10, 400))
    place = b"</cac:InvoiceLine>"
    (report,) = ei.validate(data.replace(place, few + place), language="en").documents
    assert {step.status for step in report.steps if step.name == "profile"} == {"passed"}
    (report,) = ei.validate(data.replace(place, many + place), language="en").documents
    assert report.verdict == "invalid"
    (reason,) = {step.reason for step in report.steps if step.name in ("profile", "french")}
    assert reason.endswith("different paths of elements; beyond 400 no rule is run")


def test_findings_with_figures_cost_each_the_same():
    """A rule that compares figures, broken in many allowances: the invoice is not walked through for each."""
    inside = "<cbc:ChargeIndicator>z</cbc:ChargeIndicator><cbc:Amount>q</cbc:Amount>"
    unit = f"<cac:AllowanceCharge>{inside}</cac:AllowanceCharge>"
    (before, after) = faulty("a rule that is broken", 1).split(b"<cac:TaxTotal>", 1)

    def document(count):
        return before + unit.encode() * count + b"<cac:TaxTotal>" + after

    ei.validate(document(1))  # rule sets and schemas are made ready once
    few, some, many = (calls(document(count)) for count in (40, 80, 160))
    assert some > few
    assert many - some < GROWTH * (some - few)


@pytest.mark.parametrize("profile", ["urn:factur-x.eu:1p0:basicwl", "urn:cen.eu:en16931:2017"])
def test_lines_of_a_draft_that_its_profile_cannot_hold_cost_each_the_same(profile):
    """Each line, or each group of one, is left out and told: its place in the draft is not searched from the start."""
    made = json.loads(DRAFT.read_bytes()) | {"specification_identifier": profile}
    line = made["lines"][0] | ({} if profile.endswith("wl") else {"sub_lines": made["lines"][:1]})

    def document(count):
        return json.dumps(made | {"lines": [line] * count}).encode()

    ei.validate(document(1))  # rule sets and schemas are made ready once
    few, some, many = (calls(document(count), "valid") for count in LENGTHS)
    assert some > few
    assert many - some < GROWTH * (some - few)
