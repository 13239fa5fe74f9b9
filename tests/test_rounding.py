from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from einvoice.draft import Draft
from einvoice.draft.rounding import (
    fitted,
    minor_unit,
    rounded,
    rounded_to_multiple,
    shared_out,
    short,
    split_gross,
    unit_price,
    vat_amount,
    vat_line_by_line,
)
from einvoice.model import Invoice
from einvoice.testing import amounts, drafts, lines

CENT = Decimal("0.01")
RATES = st.sampled_from([Decimal(rate) for rate in ("20", "19.6", "10", "8.5", "5.5", "2.1", "1.05", "0.9")])


def broken_rules(invoice: Invoice) -> list[str]:
    """The arithmetic rules of EN 16931 that an invoice breaks, as their text has them, without the published slack."""
    totals = invoice.totals
    counted = [line for line in invoice.lines if line.subtype_code not in {"GROUP", "INFORMATION"}]
    parts = [
        *((line, line.net_amount) for line in counted),
        *((part, -part.amount) for part in invoice.allowances),
        *((part, part.amount) for part in invoice.charges),
    ]
    checks = {
        "BR-CO-10": totals.line_net_amount == sum(line.net_amount for line in counted),
        "BR-CO-11": (totals.allowances_amount or 0) == sum(part.amount for part in invoice.allowances),
        "BR-CO-12": (totals.charges_amount or 0) == sum(part.amount for part in invoice.charges),
        "BR-CO-13": totals.amount_without_vat
        == totals.line_net_amount - (totals.allowances_amount or 0) + (totals.charges_amount or 0),
        "BR-CO-14": totals.vat_amount == sum(group.tax_amount for group in invoice.vat_breakdown),
        "BR-CO-15": totals.amount_with_vat == totals.amount_without_vat + totals.vat_amount,
        "BR-CO-16": totals.amount_due
        == totals.amount_with_vat - (totals.paid_amount or 0) + (totals.rounding_amount or 0),
        "BR-S-08": sum(group.taxable_amount for group in invoice.vat_breakdown) == sum(amount for _, amount in parts),
        "BR-DEC": all(
            value.as_tuple().exponent >= -2
            for value in (
                *(value for _, value in totals if value is not None),
                *(amount for _, amount in parts),
                *(group.tax_amount for group in invoice.vat_breakdown),
            )
        ),
        "BR-FR-DEC-03": all((line.item_net_price or Decimal()).as_tuple().exponent >= -6 for line in counted),
    }
    for group in invoice.vat_breakdown:
        off = abs(group.tax_amount - vat_amount(group.taxable_amount, group.rate or Decimal()))
        checks[f"BR-CO-17 {group.category_code} {group.rate}"] = off < 1
        checks[f"BR-FREXT-S-09 {group.category_code} {group.rate}"] = off <= CENT * len(parts)
    return [rule for rule, holds in checks.items() if not holds]


@settings(max_examples=80)
@given(drafts())
def test_every_completed_draft_adds_up(draft):
    """Whatever the policy, currency and kind, the totals follow from the lines to the cent, and nothing disagrees."""
    invoice = draft.complete()
    assert broken_rules(invoice) == []
    figures = [each for each in draft.disagreements() if each.because.id != "EI-WHY-CREDIT"]
    assert figures == []  # that the total of a credit note is negative is a remark on its type


@settings(max_examples=40)
@given(drafts())
def test_vat_per_group_is_exactly_taxable_amount_times_rate(draft):
    """The default policy satisfies BR-CO-17 as it is written, without the slack of the published rules."""
    draft.rounding = "group"
    for group in draft.complete().vat_breakdown:
        assert group.tax_amount == vat_amount(group.taxable_amount, group.rate or Decimal())


@settings(max_examples=40)
@given(st.lists(lines(), min_size=1, max_size=12), RATES)
def test_prices_with_vat_keep_what_the_customer_was_shown(rows, rate):
    """With prices that include VAT, the total with VAT is what the lines showed, and the VAT a cent off at most."""
    rows = [row | {"vat_rate": rate} for row in rows]
    shown = Draft(lines=rows).complete().totals.line_net_amount  # the same figures, taken as net: what the lines show
    invoice = Draft(lines=rows, rounding="gross").complete()
    assert invoice.totals.amount_with_vat == shown
    (group,) = invoice.vat_breakdown
    assert abs(group.tax_amount - vat_amount(group.taxable_amount, rate)) <= CENT


def test_prices_with_vat_of_a_shop():
    """Three bouquets at 19.99 with 10 % VAT are 54.52 and 5.45 of VAT; the unit price becomes a net one."""
    invoice = Draft(lines=[{"quantity": "3", "item_net_price": "19.99", "vat_rate": "10"}], rounding="gross").complete()
    assert invoice.totals.amount_with_vat == Decimal("59.97")
    assert (invoice.vat_breakdown[0].taxable_amount, invoice.vat_breakdown[0].tax_amount) == (
        Decimal("54.52"),
        Decimal("5.45"),
    )
    assert invoice.lines[0].item_net_price == Decimal("18.172727")


def test_prices_with_vat_include_it_in_allowances_too():
    """A shop's discount of 6.00 including VAT is 5.00 without, on a line as on the document."""
    invoice = Draft(
        rounding="gross",
        lines=[
            {
                "quantity": "1",
                "item_net_price": "120.00",
                "vat_rate": "20",
                "allowances": [{"amount": "6.00", "reason": "Remise"}],
            }
        ],
        allowances=[{"amount": "6.00", "reason": "Remise"}],
    ).complete()
    assert invoice.lines[0].net_amount == Decimal("95.00")
    assert invoice.lines[0].allowances[0].amount == Decimal("5.00")
    assert invoice.allowances[0].amount == Decimal("5.00")
    assert invoice.totals.amount_with_vat == Decimal("108.00")


def test_vat_per_line_differs_from_vat_per_group():
    """Ten lines of 0.12 at 20 % bear 0.20 of VAT line by line, 0.24 as a group."""
    rows = [{"quantity": "1", "item_net_price": "0.12", "vat_rate": "20"}] * 10
    assert Draft(lines=rows, rounding="line").complete().totals.vat_amount == Decimal("0.20")
    assert Draft(lines=rows, rounding="group").complete().totals.vat_amount == Decimal("0.24")


def test_vat_per_line_stays_within_the_published_tolerance():
    """Where rounding line by line would be off by 1.00 or more, the group is computed at once (BR-S-09)."""
    assert vat_line_by_line([Decimal("0.02")] * 248, Decimal(20)) == Decimal("0.00")
    assert vat_line_by_line([Decimal("0.02")] * 249, Decimal(20)) == Decimal("1.00")


@given(amounts(100_000), RATES)
def test_a_total_with_vat_is_split_without_loss(gross, rate):
    """Taxable amount and VAT add up to the total, and the VAT is exact wherever some taxable amount has that total."""
    taxable, vat = split_gross(gross, rate)
    assert taxable + vat == gross
    exact = [near for cents in range(-3, 4) if (near := taxable + cents * CENT) + vat_amount(near, rate) == gross]
    assert (vat == vat_amount(taxable, rate)) == bool(exact)


def test_a_total_that_no_taxable_amount_has_loses_its_cent_in_the_vat():
    """0.03 with 20 % VAT has no exact split; the VAT is 0.00 where 0.01 would be exact."""
    assert split_gross(Decimal("0.03"), Decimal(20)) == (Decimal("0.03"), Decimal("0.00"))


@given(st.lists(st.tuples(amounts(1000), st.booleans()), min_size=1, max_size=30), RATES)
def test_shares_add_up_and_stay_within_a_cent(parts, rate):
    """Shared-out cents add up to the total, none is further than a cent from exact, and nothing stays nothing."""
    signed = [-amount if negative else amount for amount, negative in parts]
    with localcontext(prec=60):
        total, _ = split_gross(sum(signed, Decimal()), rate)
        exact = [amount / (1 + rate / 100) for amount in signed]
        shares = shared_out(total, exact)
        assert sum(shares) == total
        assert all(abs(share - part) <= 2 * CENT for share, part in zip(shares, exact, strict=True))
    if any(signed):
        assert all(share == 0 for share, amount in zip(shares, signed, strict=True) if amount == 0)


def test_halves_are_rounded_away_from_zero():
    """As commerce rounds, and as the rules compute on absolute values; a rounded zero has no sign."""
    assert [str(rounded(Decimal(text))) for text in ("2.345", "-2.345", "2.344", "-0.001")] == [
        "2.35",
        "-2.35",
        "2.34",
        "0.00",
    ]


def test_a_net_amount_is_the_same_under_any_decimal_context():
    """The caller's decimal context, however short and whatever its rounding, changes nothing."""
    draft = Draft(lines=[{"quantity": "3.3333", "item_net_price": "123456.789012", "vat_rate": "20"}])
    expected = draft.complete()
    with localcontext(prec=3, rounding=ROUND_DOWN):
        assert draft.complete() == expected
    assert expected.lines[0].net_amount == Decimal("411518.51")


def test_a_currency_without_minor_unit_has_whole_lines_and_a_payable_amount_due():
    """In yen lines are whole, VAT has the two decimals of BR-CO-17, and BT-114 makes the amount due whole."""
    totals = (
        Draft(currency_code="JPY", lines=[{"quantity": "3", "item_net_price": "33.5", "vat_rate": "10"}])
        .complete()
        .totals
    )
    assert (totals.line_net_amount, totals.vat_amount) == (Decimal(101), Decimal("10.10"))
    assert (totals.rounding_amount, totals.amount_due) == (Decimal("-0.10"), Decimal("111.00"))


def test_a_currency_with_three_decimals_is_rounded_to_two():
    """EN 16931 allows two decimals only, also for the dinar."""
    draft = Draft(currency_code="KWD", lines=[{"quantity": "1", "item_net_price": "1.2345", "vat_rate": "20"}])
    assert draft.complete().totals.line_net_amount == Decimal("1.23")


@pytest.mark.parametrize(
    ("price", "rounding", "due"), [("10.02", "-0.02", "12.00"), ("10.03", "0.01", "12.05"), ("10.00", None, "12.00")]
)
def test_the_amount_due_can_be_rounded_to_a_coin(price, rounding, due):
    """Rounded to 0.05, the amount due says in BT-114 by how much; nothing to round leaves BT-114 out."""
    totals = (
        Draft(due_rounding="0.05", lines=[{"quantity": "1", "item_net_price": price, "vat_rate": "20"}])
        .complete()
        .totals
    )
    assert totals.rounding_amount == (None if rounding is None else Decimal(rounding))
    assert totals.amount_due == Decimal(due)


def test_small_rules_of_writing_numbers():
    """Zeros beyond the limit go, digits never; rates are written shortly; a price has two to six decimals."""
    assert str(fitted(Decimal("20.000"), 2)) == "20.00"
    assert str(fitted(Decimal("20.005"), 2)) == "20.005"
    assert str(fitted(Decimal("1E+2"), 2)) == "100"
    assert [str(short(Decimal(text))) for text in ("20.00", "5.50", "1E+1", "0.00")] == ["20", "5.5", "10", "0"]
    assert [str(unit_price(Decimal(text))) for text in ("16.6583333", "20", "1.5")] == ["16.658333", "20.00", "1.50"]
    assert rounded_to_multiple(Decimal("10.03"), Decimal("0.05")) == Decimal("10.05")
    assert (minor_unit("JPY"), minor_unit("EUR"), minor_unit(None)) == (0, 2, 2)


def test_a_net_amount_given_among_prices_with_vat_stands():
    """A line that gives its true net amount keeps it; the VAT is computed from what stands, the difference is told."""
    row = {"quantity": "1", "item_net_price": "120.00", "vat_rate": "20"}
    draft = Draft(rounding="gross", lines=[row, row | {"net_amount": "90.00"}])
    assert draft.complete().totals.amount_with_vat == Decimal("228.00")
    assert [(each.field, str(each.computed)) for each in draft.disagreements()] == [("lines[1].net_amount", "100.00")]
    alone = Draft(rounding="gross", lines=[{"quantity": "1", "net_amount": "100.00", "vat_rate": "20"}])
    assert alone.complete().totals.amount_with_vat == Decimal("120.00")
    assert alone.disagreements() == ()
