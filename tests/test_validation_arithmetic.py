"""Lines, allowances and charges that do not compute are warnings on any invoice, by the formulas of drafts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from folders import FIXTURES
from judging import CASES, NEEDS_CASES, judged
from minimal import CII, UBL

import einvoice as ei
from einvoice.draft import Draft
from einvoice.draft.arithmetic import arithmetic
from einvoice.model import AllowanceCharge, ExchangeRate, Invoice, Line, Totals, VatBreakdown

VALID = sorted((FIXTURES / "valid").glob("*.xml"))


def seen(**values) -> list[tuple[str, str, str | None, str]]:
    """What does not compute in an invoice with one line of these values: field, given, computed, reason."""
    invoice = Invoice(lines=(Line(**values),))
    return [
        (each.field, str(each.given), None if each.computed is None else str(each.computed), each.because.id)
        for each in arithmetic(invoice)
    ]


BASE = {"quantity": Decimal(2), "unit_code": "C62", "item_net_price": Decimal(95), "net_amount": Decimal("190.00")}


def test_what_computes_is_not_spoken_of():
    """A line as it should be, and one that is off by a rounding."""
    assert seen(**BASE) == []
    assert seen(**{**BASE, "net_amount": Decimal("190.02")}) == []


@pytest.mark.parametrize(
    ("change", "computed"),
    [
        ({"net_amount": Decimal("190.03")}, "190.00"),
        ({"item_net_price": Decimal(0)}, "0.00"),
        ({"item_price_base_quantity": Decimal(100)}, "1.90"),
        ({"quantity": Decimal(-2)}, "-190.00"),
    ],
)
def test_a_net_amount_that_does_not_follow_is_named(change, computed):
    """A wrong sum, a price of zero, a base quantity that was ignored, a sign that was lost."""
    given = str(change.get("net_amount", "190.00"))
    assert seen(**{**BASE, **change}) == [("lines[0].net_amount", given, computed, "EI-WHY-LINE")]


@pytest.mark.parametrize("base", ["0", "-1"])
def test_a_price_is_for_more_than_no_unit(base):
    """A base quantity of zero, or below, is named where it stands."""
    found = seen(**{**BASE, "item_price_base_quantity": Decimal(base)})
    assert found[0] == ("lines[0].item_price_base_quantity", base, None, "EI-WHY-BASE-QUANTITY")


def test_a_percentage_is_compared_with_its_base():
    """An allowance that is not its percentage of its base; without a base nothing is known."""
    part = AllowanceCharge(amount=Decimal("5.00"), percentage=Decimal(10), base_amount=Decimal(100))
    line = {**BASE, "net_amount": Decimal("185.00"), "allowances": (part,)}
    assert seen(**line) == [("lines[0].allowances[0].amount", "5.00", "10.00", "EI-WHY-PERCENTAGE")]
    assert seen(**{**line, "allowances": (part.model_copy(update={"base_amount": None}),)}) == []


def test_a_rate_of_vat_written_as_a_fraction_is_recognised():
    """0.20 beside the VAT of 20 % is told at the rate; a rate below one that computes (0.9 % in Corsica) is not."""
    group = VatBreakdown(taxable_amount=Decimal("100.00"), tax_amount=Decimal("20.00"), rate=Decimal("0.20"))
    (found,) = arithmetic(Invoice(vat_breakdown=(group,)))
    assert (found.field, found.because.id, found.because.facts["meant"]) == (
        "vat_breakdown[0].rate",
        "EI-WHY-FRACTION",
        "20",
    )
    corsican = group.model_copy(update={"tax_amount": Decimal("0.90"), "rate": Decimal("0.9")})
    assert arithmetic(Invoice(vat_breakdown=(corsican,))) == ()


def test_a_percentage_written_as_a_fraction_is_recognised():
    """0.05 for 5 %: on the document as on a line."""
    part = AllowanceCharge(amount=Decimal("5.00"), percentage=Decimal("0.05"), base_amount=Decimal("100.00"))
    (found,) = arithmetic(Invoice(allowances=(part,)))
    assert (found.field, found.because.id, found.because.facts["meant"]) == (
        "allowances[0].amount",
        "EI-WHY-FRACTION",
        "5",
    )


def test_a_discount_must_lead_from_gross_to_net():
    """Gross price less discount is the net price; without a discount the gross price is only told."""
    gross = {**BASE, "item_gross_price": Decimal(100)}
    assert seen(**gross) == []
    found = seen(**{**gross, "item_price_discount": Decimal(15)})
    assert found == [("lines[0].item_net_price", "95", "85", "EI-WHY-GROSS-PRICE")]


@pytest.mark.parametrize(
    ("rate", "accounting", "told"),
    [
        ("0.9215", "42.39", []),
        ("0.92", "42.50", []),  # 0.9239 is written 0.92
        ("0.9215", "46.00", [("totals.vat_amount_in_accounting_currency", "46.00", "42.39", "EI-WHY-VAT-ACCOUNTING")]),
        ("1.0852", "42.39", [("totals.vat_amount_in_accounting_currency", "42.39", "49.92", "EI-WHY-VAT-ACCOUNTING")]),
        (None, "46.00", []),
    ],
)
def test_vat_in_another_currency_follows_from_the_rate(rate, accounting, told):
    """BT-111 is BT-110 x rate, as far as the digits of the rate go; a rate that was turned around is seen."""
    invoice = Invoice(
        currency_code="USD",
        vat_accounting_currency_code="EUR",
        totals=Totals(vat_amount=Decimal(46), vat_amount_in_accounting_currency=Decimal(accounting)),
        exchange_rate=None if rate is None else ExchangeRate(rate=Decimal(rate)),
    )
    found = [(each.field, str(each.given), str(each.computed), each.because.id) for each in arithmetic(invoice)]
    assert found == told


@pytest.mark.parametrize("kind", ["GROUP", "INFORMATION"])
def test_lines_that_are_no_sales_are_left_alone(kind):
    """A group is the sum of its lines, and information counts nowhere."""
    assert seen(**{**BASE, "net_amount": Decimal(1), "subtype_code": kind}) == []


def test_a_price_for_another_unit_is_left_alone():
    """A price for a tonne and a quantity in kilograms: nothing is converted."""
    line = {**BASE, "item_price_base_quantity": Decimal(1), "item_price_base_quantity_unit_code": "TNE"}
    assert seen(**{**line, "net_amount": Decimal(1)}) == []


def test_numbers_without_measure_end_nothing():
    """What nobody can calculate with is left to the rules; the lines after it are looked at."""
    # As XML is read: whatever the schema takes. The model itself would refuse it.
    huge = Line.model_construct(quantity=Decimal("9" * 90), item_net_price=Decimal("9" * 90), net_amount=Decimal(1))
    wrong = Line(**{**BASE, "net_amount": Decimal(1)})
    assert [each.field for each in arithmetic(Invoice(lines=(huge, wrong)))] == ["lines[1].net_amount"]


@NEEDS_CASES
@pytest.mark.parametrize("name", ["25-price-zero-net-right.ubl.xml", "25b-base-quantity-ignored.ubl.xml"])
def test_a_received_invoice_that_does_not_compute_stays_valid(name):
    """The official rules have nothing against it: a warning, at the field, with both figures."""
    report = judged((CASES / "invoices" / name).read_bytes())
    (found,) = [each for each in report.findings if each.rule == "EI-CALC-01"]
    assert (report.verdict, found.severity, found.field) == ("valid", "warning", "lines[0].net_amount")
    assert found.found == "190.00"
    assert found.expected in ("0.00", "1.90")


@pytest.mark.parametrize("file", VALID, ids=lambda path: path.name)
def test_what_we_write_computes(file):
    """The fixtures: drafts, made by the same formulas."""
    assert [each.rule for each in judged(file.read_bytes()).findings if each.rule.startswith("EI-CALC")] == []


@pytest.mark.parametrize("document", [UBL, CII], ids=["ubl", "cii"])
def test_an_invoice_in_hand_is_looked_at_too(document):
    """Read, changed, and judged again."""
    invoice = ei.parse(document.encode())
    (line, *rest) = invoice.lines
    wrong = invoice.model_copy(update={"lines": (line.model_copy(update={"quantity": Decimal(77)}), *rest)})
    assert "EI-CALC-01" in [each.rule for each in judged(wrong).findings]
    assert "EI-CALC-01" not in [each.rule for each in judged(invoice).findings]


@NEEDS_CASES
@pytest.mark.parametrize("base", ["0", "-1"])
def test_a_draft_names_the_base_quantity(base):
    """The cause, beside what is missing or turned around because of it."""
    draft = Draft.model_validate_json((CASES / "invoices" / "17-base-quantity-zero.json").read_bytes())
    draft.set("lines[0].item_price_base_quantity", base)
    (found,) = [each for each in draft.disagreements() if each.because.id == "EI-WHY-BASE-QUANTITY"]
    assert (found.field, found.term, str(found.given)) == ("lines[0].item_price_base_quantity", "BT-149", base)
