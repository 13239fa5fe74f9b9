"""Drafts of several sellers: what is said once at the top stands on every line below, and each seller has its VAT."""

from __future__ import annotations

from decimal import Decimal

import pytest

import einvoice as ei

PLACE = {"name": "PLACE EXEMPLE", "vat_identifier": "FR88100000009", "postal_address": {"country_code": "FR"}}
BUYER = {"name": "ACHETEUR EXEMPLE", "vat_identifier": "FR37200000008", "postal_address": {"country_code": "FR"}}
OTHER = {"name": "VENDEUR B EXEMPLE", "vat_identifier": "FR83300000007", "postal_address": {"country_code": "FR"}}


def line(name, price, rate, **more):
    """A line of one piece."""
    return {"item_name": name, "quantity": "1", "item_net_price": price, "vat_rate": rate, **more}


def draft(**more):
    """Two sellers on a market place: the place itself, and another whose sub-invoice is B-77."""
    values = {
        "number": "M2026-1",
        "issue_date": "2026-11-02",
        "due_date": "2026-12-02",
        "business_process_type": "M8",
        "seller": PLACE,
        "buyer": BUYER,
        "lines": [
            {"item_name": "Place", "sub_lines": [line("Livre", "20.00", "5.5"), line("Stylo", "3.00", "20")]},
            {
                "item_name": "B",
                "seller": OTHER,
                "object_identifiers": [{"value": "B-77", "scheme_id": "AFL"}],
                "sub_lines": [
                    line("Lampe", "100.00", "20", nature="goods"),
                    line("Pose", "40.00", "20", nature="services"),
                ],
            },
        ],
    }
    return ei.Draft.model_validate(values | more)


@pytest.mark.parametrize(("syntax", "profile"), [("ubl", None), ("cii", None), ("facturx", "extended")])
def test_a_draft_that_says_it_once_is_valid(syntax, profile):
    """Seller, number and process of each sub-invoice are inherited; no rule misses anything."""
    assert ei.validate(ei.build(draft(), syntax, profile=profile)).verdict == "valid"


def test_each_line_repeats_its_seller():
    """The place's own sub-invoice has the number of the invoice; that of the other is the one given."""
    lines = draft().complete().lines
    assert [each.seller.name for each in lines] == ["PLACE EXEMPLE"] * 3 + ["VENDEUR B EXEMPLE"] * 3
    assert [each.seller.legal_registration_identifier.value for each in lines] == ["100000009"] * 3 + ["300000007"] * 3
    numbers = [next(each.value for each in one.object_identifiers if each.scheme_id == "AFL") for one in lines]
    assert numbers == ["M2026-1"] * 3 + ["B-77"] * 3
    processes = [each.value for one in lines for each in one.object_identifiers if each.scheme_id == "AVV"]
    assert processes == ["M1", "M1"]
    assert lines[4].vat_exemption_reason == "#B-77#"


def test_each_seller_has_its_vat():
    """20.00 × 5.5 % + 3.00 × 20 % = 1.70; 140.00 × 20 % = 28.00; in groups of their own."""
    invoice = draft().complete()
    tops = [each for each in invoice.lines if each.subtype_code == "GROUP"]
    assert [(each.net_amount, each.vat_amount, each.amount_with_vat) for each in tops] == [
        (Decimal("23.00"), Decimal("1.70"), Decimal("24.70")),
        (Decimal("140.00"), Decimal("28.00"), Decimal("168.00")),
    ]
    groups = [(each.exemption_reason, each.rate, each.tax_amount) for each in invoice.vat_breakdown]
    assert sorted(groups) == [
        ("#B-77#", 20, Decimal("28.00")),
        ("#M2026-1#", Decimal("5.5"), Decimal("1.10")),
        ("#M2026-1#", 20, Decimal("0.60")),
    ]
    assert invoice.totals.amount_due == Decimal("192.70")


def test_what_is_given_stays_and_is_compared():
    """A VAT that is not that of the sub-invoice is told at the line."""
    values = draft().model_dump(mode="json", exclude_none=True)
    values["lines"][1]["vat_amount"] = "27.00"
    wrong = ei.Draft.model_validate(values)
    assert wrong.complete().lines[3].vat_amount == Decimal("27.00")
    (told,) = wrong.disagreements()
    assert (told.field, told.given, told.computed) == ("lines[1].vat_amount", Decimal("27.00"), Decimal("28.00"))


def test_the_number_of_another_sub_invoice_is_asked_for():
    """Nobody can guess it."""
    values = draft().model_dump(mode="json", exclude_none=True)
    del values["lines"][1]["object_identifiers"]
    found = ei.validate(ei.Draft.model_validate(values)).findings
    assert any(each.rule == "BR-FR-MV-03_BT-128_AFL" and each.field.startswith("lines[1]") for each in found)


def test_a_reason_keeps_its_words():
    """An exempt line of a sub-invoice has the number before its reason."""
    values = draft().model_dump(mode="json", exclude_none=True)
    values["lines"][1]["sub_lines"][0] |= {
        "vat_rate": "0",
        "vat_category_code": "E",
        "vat_exemption_reason_code": "VATEX-FR-FRANCHISE",
    }
    lines = ei.Draft.model_validate(values).complete().lines
    assert lines[4].vat_exemption_reason.startswith("#B-77#TVA non applicable")
