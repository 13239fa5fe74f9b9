"""One fault, one finding: what follows from a wrong figure stands under it, and names it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from folders import FIXTURES

import einvoice as ei
from einvoice.reporting.text import Look, text
from einvoice.rulebook import Observation
from einvoice.validation.consequences import with_consequences

LINE = "EI-CALC-01 lines[0].net_amount"
GOOD = (FIXTURES / "valid" / "services.ubl.xml").read_text(encoding="utf-8")


def off(rule, field, found, expected):
    """A finding on a figure."""
    return Observation(rule, "error", "profile", {"found": found, "expected": expected}, field=field)


def causes(*observations):
    """What each follows from, in their order."""
    caused = {(each.rule, each.field): each.caused_by for each in with_consequences(observations)}
    return [caused[each.rule, each.field] for each in observations]


def test_a_wrong_line_makes_wrong_sums():
    """BR-CO-10 and BR-S-08 stand under the line whose net is wrong; JSON keeps all, each with what to mend first."""
    report = ei.validate((FIXTURES / "broken" / "wrong-line-total.ubl.xml").read_bytes(), language="en")
    caused = {each.rule: each.caused_by for each in report.findings}
    assert caused == {
        "BR-CO-10": "EI-CALC-01 lines[0].net_amount",
        "BR-S-08": "EI-CALC-01 lines[0].net_amount",
        "EI-CALC-01": None,
    }
    assert all("mend that one first" in (each.hint or "") for each in report.findings if each.caused_by)
    shown = text(report, "fr", Look())
    assert shown.count("BR-CO-10") == 1
    assert "il en découle : ERREUR BR-CO-10, ERREUR BR-S-08" in " ".join(shown.split())
    assert "2 erreurs" in shown


def test_two_wrong_lines_make_one_wrong_sum():
    """Together they are off by as much as the sum: it follows from the first of them."""
    lines = off("EI-CALC-01", "lines[0].net_amount", "10", "12"), off("EI-CALC-01", "lines[3].net_amount", "5", "8")
    assert causes(*lines, off("BR-CO-10", "totals.line_net_amount", "20", "15")) == [
        "",
        "",
        "EI-CALC-01 lines[0].net_amount",
    ]


def test_a_chain_ends_at_its_lowest_finding():
    """What follows from what follows is told under the root."""
    found = causes(
        off("EI-CALC-01", "lines[0].net_amount", "10", "11"),
        off("BR-CO-17", "vat_breakdown[0].tax_amount", "4", "3"),
        off("BR-CO-14", "totals.vat_amount", "7", "8"),
    )
    assert found == ["", LINE, LINE]


def test_what_is_off_by_something_else_stands_alone():
    """Nor does anything follow where there is no figure, or another rule."""
    line = off("EI-CALC-01", "lines[0].net_amount", "10", "11")
    assert causes(line, off("BR-CO-10", "totals.line_net_amount", "20", "25")) == ["", ""]
    assert causes(line, off("BR-CO-25", "due_date", "1", "0"), Observation("BR-CO-10", "error", "profile")) == [
        "",
        "",
        "",
    ]


def test_two_rules_about_one_figure_are_one_fault():
    """The second names the first; where a finding is listed no more, those that name it stand for themselves."""
    twice = (
        off("BR-CO-17", "vat_breakdown[0].tax_amount", "1", "2"),
        off("BR-S-09", "vat_breakdown[0].tax_amount", "1", "2"),
    )
    assert causes(*twice) == ["", "BR-CO-17 vat_breakdown[0].tax_amount"]
    report = ei.validate((FIXTURES / "broken" / "wrong-line-total.ubl.xml").read_bytes())
    (document,) = report.documents
    rest = tuple(each for each in document.findings if each.caused_by)
    orphaned = report.model_copy(update={"documents": (document.model_copy(update={"findings": rest}),)})
    assert {"BR-CO-10", "BR-S-08"} <= set(re.findall(r"BR-[A-Z]+-\d+", text(orphaned, "fr", Look())))


@pytest.mark.parametrize("name", sorted(path.name for path in (FIXTURES / "broken").glob("*.xml")))
def test_no_finding_is_hidden(name):
    """Whatever is grouped, each rule of a report stands in its text."""
    report = ei.validate((FIXTURES / "broken" / name).read_bytes())
    shown = text(report, "fr", Look())
    assert all(each.rule in shown for each in report.findings)


def test_figures_of_any_spelling_are_compared():
    """As numbers: 2.0 and 2.00 are off by the same."""
    assert Decimal("2.0") == Decimal("2.00")
    line = off("EI-CALC-01", "lines[0].net_amount", "10.0", "12")
    assert causes(line, off("BR-CO-10", "totals.line_net_amount", "14.00", "12"))[1]


def test_ten_thousand_wrong_lines_are_told_in_linear_time():
    """Each finding is looked up, not searched for: the figures are compared a bounded number of times."""
    lines = [off("EI-CALC-01", f"lines[{number}].net_amount", str(number), "-1") for number in range(10_000)]
    found = with_consequences([*lines, off("BR-CO-10", "totals.line_net_amount", "4", "8")])
    assert [each.caused_by for each in found if each.rule == "BR-CO-10"] == ["EI-CALC-01 lines[3].net_amount"]


def test_a_cause_stands_before_what_follows_from_it():
    """Where the first of them stood; what has nothing to do with them keeps its place."""
    total, line = (
        off("BR-CO-10", "totals.line_net_amount", "11", "10"),
        off("EI-CALC-01", "lines[0].net_amount", "1", "2"),
    )
    others = Observation("BR-07", "error", "profile"), Observation("BR-FR-05", "error", "fr")
    found = with_consequences([others[0], total, others[1], line])
    assert [each.rule for each in found] == ["BR-07", "EI-CALC-01", "BR-CO-10", "BR-FR-05"]


def test_a_wrong_taxable_amount_explains_the_tax():
    """The VAT of the group is right for the amount that its lines have; a VAT that is wrong by itself stands alone."""
    taxable = off("BR-S-08", "vat_breakdown[0].taxable_amount", "2190", "2910")
    assert causes(taxable, off("BR-CO-17", "vat_breakdown[0].tax_amount", "582", "438"))[1]
    assert causes(taxable, off("BR-CO-17", "vat_breakdown[0].tax_amount", "500", "438")) == ["", ""]
    assert causes(taxable, off("BR-CO-17", "vat_breakdown[1].tax_amount", "582", "438")) == ["", ""]


def test_sums_follow_from_the_sums_they_are_made_of():
    """A wrong total without VAT makes that with VAT look wrong, and the amount due."""
    found = causes(
        off("BR-CO-16", "totals.due_amount", "12", "13"),
        off("BR-CO-15", "totals.amount_with_vat", "12", "13"),
        off("BR-CO-13", "totals.amount_without_vat", "11", "10"),
    )
    assert found == ["BR-CO-13 totals.amount_without_vat"] * 2 + [""]


def test_a_line_without_rate_makes_a_group_without_rate():
    """A forgotten rate is one fault: what is said of its VAT group follows, and the draft says what is not counted."""
    draft = ei.Draft.model_validate_json((FIXTURES / "drafts" / "goods-several-rates.json").read_bytes())
    draft.set("lines[1].vat_rate", None)
    findings = ei.validate(draft, language="en").findings
    errors = [each for each in findings if each.severity == "error"]
    assert [each.field for each in errors if not each.caused_by] == ["lines[1].vat_rate"]
    assert {each.caused_by for each in errors[1:]} == {f"{errors[0].rule} lines[1].vat_rate"}
    assert {"BR-46", "BR-48"} <= {each.rule for each in errors[1:]}
    assert "the VAT on 94.00 is in no total" in next(each.message for each in findings if each.rule == "EI-DRAFT-02")
    charged = ei.Draft.model_validate_json((FIXTURES / "drafts" / "outside-scope.json").read_bytes())
    assert not charged.disagreements()


def test_what_is_said_of_a_value_that_is_missing_follows_from_that():
    """A price that is not there is not negative, and an amount that is not there has no decimals: on the same line."""

    def said(rule, field):
        return Observation(rule, "error", "profile", field=field)

    assert causes(
        said("BR-27", "lines[0].item_net_price"),
        said("BR-26", "lines[0].item_net_price"),
        said("BR-27", "lines[1].item_net_price"),
        said("UBL-SR-48", "lines[2]"),
        said("BR-CO-04", "lines[2].vat_category_code"),
        said("UBL-SR-48", "lines[3]"),
        said("BR-DEC-15", "totals.vat_amount_in_accounting_currency"),
        said("BR-53", "totals.vat_amount_in_accounting_currency"),
    ) == [
        "BR-26 lines[0].item_net_price",
        "",
        "",
        "BR-CO-04 lines[2].vat_category_code",
        "",
        "",
        "BR-53 totals.vat_amount_in_accounting_currency",
        "",
    ]


def test_a_sum_without_its_total_of_vat_follows_from_the_breakdown_that_is_missing():
    """Who has no group has no total of VAT either; a total that is wrong stands for itself."""
    draft = ei.Draft(number="F1", currency_code="EUR", lines=[{"item_name": "x", "net_amount": "10"}])
    caused = {each.rule: each.caused_by for each in ei.validate(draft).findings}
    assert (caused["BR-CO-15"], caused["BR-CO-18"]) == ("BR-CO-18 vat_breakdown", None)
    given = ei.Draft(**draft.model_dump(exclude_unset=True) | {"totals": {"vat_amount": "2", "amount_with_vat": "13"}})
    caused = {each.rule: each.caused_by for each in ei.validate(given).findings}
    assert (caused["BR-CO-15"], caused["BR-CO-18"]) == (None, None)
