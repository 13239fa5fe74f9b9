from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from french_samples import DECLARANT, FILING, POLICY, altered, assert_told_whole, fixture, judged, rules, when

import einvoice as ei
from einvoice.data import ruleset_text
from einvoice.france.ereporting import (
    GOODS,
    MARGIN,
    UNTAXED,
    Books,
    EReport,
    Receipt,
    Reporting,
    Sale,
    check,
    flux10,
)
from einvoice.france.ereporting.report import PaidPart
from einvoice.model import VatBreakdown

DAY = date(2026, 11, 3)
RATE = VatBreakdown(rate=Decimal(20), taxable_amount=Decimal("100.00"), tax_amount=Decimal("20.00"))
BOOKS = Books(
    invoices=(fixture("intra-community"),),
    sales=(Sale(day=DAY, category_code=GOODS, rates=(RATE,)),),
    receipts=(Receipt(day=DAY, parts=(PaidPart(rate=Decimal(20), amount=Decimal("12.00")),)),),
)
SALES, PAYMENTS = (filing.report for filing in Reporting(DECLARANT, FILING, "real_normal_monthly").filings(BOOKS, 2026))
LONG = "x" * 2000


def twice(report: EReport, path: str) -> EReport:
    """The report with the first item of a list told twice."""
    part = getattr(report.transactions, path)
    return altered(report, f"transactions.{path}", (*part, part[0]))


FRENCH_BUYER = fixture("services").buyer
SOLD = "transactions.sales.0"

# rule -> a report that breaks it, the severity, and the field it is found at
BROKEN: dict[str, tuple[Callable[[], EReport], str, str]] = {
    "EI-FRR-01": (lambda: altered(SALES, "issued_at", when("2026-11-10T23:59")), "error", "issued_at"),
    "EI-FRR-02": (lambda: altered(SALES, "transactions.period.end_date", DAY), "warning", "transactions.period"),
    "EI-FRR-03": (lambda: altered(SALES, f"{SOLD}.day", date(2026, 10, 31)), "warning", "transactions.sales[0].day"),
    "EI-FRR-04": (
        lambda: altered(altered(SALES, "transactions.sales", ()), "transactions.invoices", ()),
        "warning",
        "transactions",
    ),
    "EI-FRR-05": (
        lambda: altered(PAYMENTS, "declarant.identifier.value", "100000008"),
        "warning",
        "declarant.identifier.value",
    ),
    "EI-FRR-06": (lambda: altered(SALES, "declarant.name", LONG), "error", "declarant.name"),
    "EI-FRR-07": (lambda: altered(PAYMENTS, "declarant.role_code", "BY"), "warning", "declarant.role_code"),
    "EI-FRR-08": (
        lambda: altered(SALES, "declarant.identifier.value", "200000008"),
        "warning",
        "transactions.invoices[0]",
    ),
    "EI-FRR-09": (
        lambda: altered(SALES, "transactions.invoices.0.buyer", FRENCH_BUYER),
        "warning",
        "transactions.invoices[0]",
    ),
    "EI-FRR-10": (lambda: twice(SALES, "invoices"), "error", "transactions.invoices[1]"),
    "EI-FRR-11": (lambda: twice(SALES, "sales"), "warning", "transactions.sales[1]"),
    "EI-FRR-12": (
        lambda: altered(SALES, "transactions.invoices.0.number", "F" * 21),
        "warning",
        "transactions.invoices[0].number",
    ),
    "EI-FRR-13": (
        lambda: altered(SALES, f"{SOLD}.vat_amount", Decimal("20.02")),
        "warning",
        "transactions.sales[0].vat_amount",
    ),
    "EI-FRR-14": (
        lambda: altered(SALES, f"{SOLD}.rates.0.tax_amount", Decimal("20.02")),
        "warning",
        "transactions.sales[0].rates[0].tax_amount",
    ),
    "EI-FRR-15": (
        lambda: altered(SALES, f"{SOLD}.category_code", UNTAXED),
        "warning",
        "transactions.sales[0].vat_amount",
    ),
    "EI-FRR-16": (
        lambda: altered(altered(SALES, f"{SOLD}.category_code", MARGIN), f"{SOLD}.rates.0.rate", Decimal(0)),
        "warning",
        "transactions.sales[0].rates[0]",
    ),
    "EI-FRR-17": (
        lambda: altered(PAYMENTS, "payments.sales.0.parts.0.currency_code", "USD"),
        "error",
        "payments.sales[0].parts[0].currency_code",
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_finds_what_it_is_for(rule):
    """A report that breaks one rule is told so, in two languages, with field, severity and source."""
    make, severity, field = BROKEN[rule]
    found = [finding for finding in check(make()) if finding.rule == rule]
    assert_told_whole(found[0], severity, field)


@pytest.mark.parametrize("report", [SALES, PAYMENTS], ids=["sales", "payments"])
def test_good_reports_have_nothing_to_say(report):
    """No rule speaks of a report as we make it."""
    assert check(report, regime="real_normal_monthly") == ()
    assert judged(report).findings == ()


def test_the_catalogue_and_the_tests_know_the_same_rules():
    """Every check has its texts and its example here; what the books say is tested with them."""
    found = {line.split("\t")[0] for line in ruleset_text("messages.tsv").splitlines()}
    assert {rule for rule in found if rule.startswith("EI-FRR-") and int(rule[-2:]) < 30} == set(BROKEN)


def test_a_period_of_another_regime_is_an_error_when_the_regime_is_known():
    """Ten days are no period of a company that reports by the month; the regime is named."""
    (found,) = check(SALES, regime="simplified")
    assert (found.rule, found.severity) == ("EI-FRR-02", "error")
    assert "simplified" in found.message


def test_an_empty_replacing_report_is_allowed():
    """It takes back what was told."""
    empty = altered(altered(SALES, "transactions.sales", ()), "transactions.invoices", ())
    assert check(empty.model_copy(update={"type_code": "RE"})) == ()


def test_rounding_of_many_sales_is_no_fault():
    """Each sale may round by half a cent: a day of a hundred sales may be off by fifty."""
    many = altered(altered(SALES, f"{SOLD}.count", 100), f"{SOLD}.rates.0.tax_amount", Decimal("20.40"))
    assert "EI-FRR-14" not in [finding.rule for finding in check(many)]


def test_short_numbers_are_wanted_until_the_end_of_2026_only():
    """The public portal's limit of twenty characters ends then."""
    long = altered(SALES, "transactions.invoices.0.number", "F" * 21)
    later = altered(long, "issued_at", when("2027-01-01T00:00"))
    assert "EI-FRR-12" in [finding.rule for finding in check(long)]
    assert "EI-FRR-12" not in [finding.rule for finding in check(later)]


def test_a_report_without_anything_has_nothing_to_check():
    """What is absent is for the schema to miss."""
    assert check(EReport()) == ()


def test_validate_says_what_the_published_rules_do_not():
    """An error of ours makes the verdict, in a step of its own."""
    report = judged(BROKEN["EI-FRR-01"][0]())
    assert report.verdict == "invalid"
    assert [(step.name, step.status) for step in report.steps][-1] == ("ereport", "failed")
    assert rules(report) == ["EI-FRR-01"]


def test_parse_reads_a_report_by_its_content():
    """The same door as for invoices."""
    data = flux10.write(SALES)
    assert ei.parse(data) == SALES
    assert ei.validate(data, policy=POLICY).documents[0].kind == "ereport"
