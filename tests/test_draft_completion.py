from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from einvoice import Unwritable, build, validate
from einvoice.draft import Draft, DraftError
from einvoice.draft.content import without_blanks
from einvoice.model import Invoice, Line

ONE = {"quantity": "1", "item_net_price": "100.00", "vat_rate": "20"}


def line_of(**fields: Any) -> Line:
    """A draft's only line, completed."""
    return Draft(lines=[fields]).complete().lines[0]


def invoice_of(*lines: dict[str, Any], **fields: Any) -> Invoice:
    """A draft with those lines, completed."""
    return Draft(lines=list(lines), **fields).complete()


def said(draft: Draft) -> list[tuple[str, str | None, str, str | None]]:
    """What a draft contradicts itself in: field, term, given and computed figure."""
    return [
        (each.field, each.term, str(each.given), None if each.computed is None else str(each.computed))
        for each in draft.disagreements()
    ]


@pytest.mark.parametrize(
    ("fields", "net"),
    [
        ({"quantity": "3", "item_net_price": "12.50"}, "37.50"),
        ({"quantity": "3", "item_net_price": "0.335"}, "1.01"),
        ({"quantity": "250", "item_net_price": "7.90", "item_price_base_quantity": "100"}, "19.75"),
        ({"quantity": "2", "item_gross_price": "10.00", "item_price_discount": "1.50"}, "17.00"),
        ({"quantity": "2", "item_gross_price": "10.00"}, "20.00"),
        ({"quantity": "-2", "item_net_price": "10.00"}, "-20.00"),
        (
            {"quantity": "1", "item_net_price": "10", "allowances": [{"amount": "1"}], "charges": [{"amount": "2"}]},
            "11.00",
        ),
        ({"quantity": "3", "item_net_price": "10", "allowances": [{"percentage": "10"}]}, "27.00"),
        ({"quantity": "3", "item_net_price": "10", "charges": [{"percentage": "10", "base_amount": "5"}]}, "30.50"),
        ({"quantity": "1", "item_net_price": "10", "item_price_base_quantity": "0"}, None),
        ({"quantity": "1"}, None),
        ({"item_net_price": "1"}, None),
        ({"net_amount": "5.00"}, "5.00"),
    ],
)
def test_a_line_net_follows_from_quantity_and_price(fields, net):
    """Quantity x price / base quantity + charges - allowances, rounded; unknown while a part is."""
    assert line_of(**fields).net_amount == (None if net is None else Decimal(net))


def test_prices_complete_each_other():
    """Gross price, discount and net price: two give the third."""
    line = line_of(quantity="1", item_gross_price="10.00", item_net_price="8.00")
    assert line.item_price_discount == Decimal("2.00")
    line = line_of(quantity="1", item_net_price="8.00", item_price_discount="2.00")
    assert line.item_gross_price == Decimal("10.00")


def test_a_net_amount_alone_gives_the_price_that_yields_it():
    """An ERP that states quantity and amount gets the unit price; where no price of six decimals fits, none."""
    assert line_of(quantity="3", net_amount="100.00").item_net_price == Decimal("33.333333")
    assert str(line_of(quantity="4", net_amount="100.00").item_net_price) == "25.00"
    assert line_of(quantity="4", net_amount="98.00", allowances=[{"amount": "2"}]).item_net_price == 25
    assert line_of(quantity="1000000", net_amount="0.07").item_net_price is None


def test_an_allowance_shows_its_base():
    """A percentage comes with the base it is taken of and the amount it makes."""
    allowance = line_of(quantity="3", item_net_price="10", allowances=[{"percentage": "33.33"}]).allowances[0]
    assert (allowance.base_amount, allowance.amount) == (Decimal("30.00"), Decimal("10.00"))


def test_zeros_beyond_the_limits_are_cut_and_digits_kept():
    """What a database wrote as 20.000 is written 20.00; 0.12345 of a quantity stays, for the rules to refuse."""
    line = line_of(quantity="1.00000", item_net_price="9.90000000", vat_rate="20.000", net_amount="9.900")
    assert [str(value) for value in (line.quantity, line.item_net_price, line.vat_rate, line.net_amount)] == [
        "1.0000",
        "9.900000",
        "20.00",
        "9.90",
    ]
    assert str(line_of(quantity="0.12345").quantity) == "0.12345"


def test_lines_are_numbered_around_the_numbers_given():
    """Positions are the identifiers; a number that a line already has is not given twice."""
    lines = invoice_of({}, {"identifier": "1"}, {"sub_lines": [{}, {"identifier": "3"}]}, {}).lines
    assert [line.identifier for line in lines] == ["1-2", "1", "3-2", "3-2.1", "3", "4"]


def test_a_unit_is_one_unless_said():
    """A quantity without unit counts pieces."""
    assert line_of(quantity="2").unit_code == "C62"
    assert line_of(quantity="2", unit_code="KGM").unit_code == "KGM"
    assert line_of().unit_code is None


def test_sub_lines_become_lines_that_name_their_group():
    """A line with sub-lines is a GROUP with the sum of its children; INFORMATION lines count nowhere."""
    invoice = invoice_of(
        {
            "item_name": "Lot",
            "sub_lines": [
                ONE,
                {"item_name": "Options", "sub_lines": [ONE, ONE | {"subtype_code": "INFORMATION"}]},
            ],
        },
        ONE,
    )
    assert [
        (line.identifier, line.parent_line_identifier, line.subtype_code, line.net_amount) for line in invoice.lines
    ] == [
        ("1", None, "GROUP", Decimal("200.00")),
        ("1.1", "1", "DETAIL", Decimal("100.00")),
        ("1.2", "1", "GROUP", Decimal("100.00")),
        ("1.2.1", "1.2", "DETAIL", Decimal("100.00")),
        ("1.2.2", "1.2", "INFORMATION", Decimal("100.00")),
        ("2", None, None, Decimal("100.00")),
    ]
    assert invoice.totals.line_net_amount == Decimal("300.00")
    assert all(line.sub_lines == () for line in invoice.lines)


def test_components_below_a_priced_line_are_information():
    """A line said to be DETAIL keeps its own amount; what stands below it only explains it."""
    invoice = invoice_of(ONE | {"subtype_code": "DETAIL", "sub_lines": [ONE, {"sub_lines": [ONE]}]})
    assert [line.subtype_code for line in invoice.lines] == ["DETAIL", "INFORMATION", "INFORMATION", "INFORMATION"]
    assert invoice.totals.line_net_amount == Decimal("100.00")


def test_lines_already_flat_are_grouped_too():
    """Lines that name their parent themselves are summed the same way; a group within itself adds nothing."""
    invoice = invoice_of(
        ONE | {"identifier": "2", "parent_line_identifier": "1", "subtype_code": "DETAIL"},
        {"identifier": "1", "subtype_code": "GROUP"},
        {"identifier": "9", "parent_line_identifier": "9", "subtype_code": "GROUP"},
    )
    assert [line.net_amount for line in invoice.lines] == [Decimal(100), Decimal(100), Decimal(0)]


def test_what_vat_terms_imply_is_filled_in():
    """A rate is category S, an exempt category has rate 0, a VATEX code its category; outside scope has no rate."""
    invoice = invoice_of(
        {"vat_rate": "5.5"},
        {"vat_category_code": "E"},
        {"vat_exemption_reason_code": "VATEX-FR-FRANCHISE"},
        {"vat_category_code": "O"},
        {"vat_rate": "0"},
    )
    assert [(line.vat_category_code, line.vat_rate) for line in invoice.lines] == [
        ("S", Decimal("5.5")),
        ("E", Decimal(0)),
        ("E", Decimal(0)),
        ("O", None),
        (None, Decimal(0)),
    ]


def test_the_vat_breakdown_has_one_group_per_category_and_rate():
    """Lines, document allowances and charges add up per group; the same rate written differently is one group."""
    invoice = invoice_of(
        ONE,
        ONE | {"vat_rate": "20.00"},
        ONE | {"vat_rate": "5.5"},
        allowances=[{"amount": "10", "vat_category_code": "S", "vat_rate": "20"}],
        charges=[{"amount": "3", "vat_category_code": "S", "vat_rate": "5.5"}],
    )
    assert [(str(group.rate), str(group.taxable_amount), str(group.tax_amount)) for group in invoice.vat_breakdown] == [
        ("20", "190.00", "38.00"),
        ("5.5", "103.00", "5.67"),
    ]
    assert invoice.totals.amount_due == Decimal("336.67")


def test_a_document_allowance_takes_its_vat_from_the_only_one_there_is():
    """With one VAT on all lines an allowance bears it; with several, which one is for the draft to say."""
    assert invoice_of(ONE, allowances=[{"amount": "1"}]).allowances[0].vat_rate == 20
    assert invoice_of(ONE, ONE | {"vat_rate": "10"}, allowances=[{"amount": "1"}]).allowances[0].vat_rate is None


def test_a_document_percentage_is_of_the_lines_with_its_vat():
    """10 % off the goods at 5.5 % is 10 % of those lines."""
    allowance = {"percentage": "10", "vat_category_code": "S", "vat_rate": "5.5"}
    invoice = invoice_of(ONE, ONE | {"vat_rate": "5.5", "quantity": "3"}, allowances=[allowance])
    assert (invoice.allowances[0].base_amount, invoice.allowances[0].amount) == (Decimal("300.00"), Decimal("30.00"))


def test_exemption_reasons_go_to_the_breakdown():
    """EN 16931 states a reason once per category, with the text of its code; lines carry none."""
    invoice = invoice_of(ONE | {"vat_rate": None, "vat_exemption_reason_code": "VATEX-EU-F"})
    (group,) = invoice.vat_breakdown
    assert (group.category_code, group.exemption_reason_code) == ("E", "VATEX-EU-F")
    assert group.exemption_reason == "Margin scheme - Second-hand goods"
    assert invoice.lines[0].vat_exemption_reason_code is None


@pytest.mark.parametrize(
    ("category", "code"), [("AE", "VATEX-EU-AE"), ("K", "VATEX-EU-IC"), ("G", "VATEX-EU-G"), ("O", "VATEX-EU-O")]
)
def test_a_category_with_one_reason_has_it(category, code):
    """Reverse charge, intra-community supply, export and outside scope say by themselves why no VAT is charged."""
    (group,) = invoice_of({"quantity": "1", "item_net_price": "9", "vat_category_code": category}).vat_breakdown
    assert (group.exemption_reason_code, group.tax_amount) == (code, Decimal("0.00"))
    assert group.exemption_reason


def test_a_reason_in_the_draft_is_kept():
    """A text of one's own replaces ours, and an unknown code stays without text."""
    own = {"quantity": "1", "item_net_price": "9", "vat_category_code": "AE", "vat_exemption_reason": "Mine"}
    (group,) = invoice_of(own).vat_breakdown
    assert (group.exemption_reason, group.exemption_reason_code) == ("Mine", None)
    unknown = {"quantity": "1", "item_net_price": "9", "vat_category_code": "E", "vat_exemption_reason_code": "X-1"}
    (group,) = invoice_of(unknown).vat_breakdown
    assert (group.exemption_reason, group.exemption_reason_code) == (None, "X-1")


def test_several_reasons_in_one_category_are_joined_where_the_profile_has_room_for_one():
    """EN 16931 allows one group E: its text names all reasons, and no code claims to be the only one."""
    first = {"quantity": "1", "item_net_price": "9", "vat_exemption_reason_code": "VATEX-EU-F"}
    second = first | {"vat_exemption_reason_code": "VATEX-EU-J"}
    (group,) = invoice_of(first, second).vat_breakdown
    assert group.exemption_reason_code is None
    assert (
        group.exemption_reason == "Margin scheme - Second-hand goods ; Margin scheme - Collectors' items and antiques"
    )
    assert group.taxable_amount == 18


def test_a_given_line_net_stands_and_is_reported():
    """The line's figure stays, the totals are computed from it, and the difference is told with both figures."""
    draft = Draft(lines=[ONE | {"net_amount": "99.00"}])
    assert draft.complete().totals.amount_with_vat == Decimal("118.80")
    assert said(draft) == [("lines[0].net_amount", "BT-131", "99.00", "100.00")]


def test_a_given_total_stands_and_is_reported_once():
    """A wrong sum of lines is reported where it is, and not again in each total that follows from it."""
    draft = Draft(lines=[ONE], totals={"line_net_amount": "90.00"})
    totals = draft.complete().totals
    assert (totals.line_net_amount, totals.amount_without_vat, totals.amount_due) == (90, 90, 110)
    assert said(draft) == [("totals.line_net_amount", "BT-106", "90.00", "100.00")]
    (disagreement,) = draft.disagreements()
    assert disagreement.explanation_en == "the lines add up to 100.00"
    assert disagreement.explanation_fr == "les lignes totalisent 100,00"


def test_given_totals_that_agree_say_nothing():
    """What a person computed rightly is no finding, however many decimals it was written with."""
    totals = {
        "line_net_amount": "100",
        "amount_without_vat": "100.000",
        "vat_amount": "20.0",
        "amount_with_vat": 120,
        "amount_due": "120.00",
    }
    draft = Draft(lines=[ONE], totals=totals, vat_breakdown=[{"rate": "20", "tax_amount": "20"}])
    assert said(draft) == []
    assert str(draft.complete().totals.amount_without_vat) == "100.00"


def test_every_kind_of_figure_can_disagree():
    """Prices, allowances, VAT groups and the amount due are compared as well, each at its place."""
    draft = Draft(
        lines=[
            ONE | {"item_gross_price": "110", "item_price_discount": "5"},
            {"sub_lines": [ONE], "net_amount": "7"},
        ],
        allowances=[{"percentage": "10", "amount": "30", "vat_category_code": "S", "vat_rate": "20"}],
        vat_breakdown=[{"category_code": "S", "rate": "20", "taxable_amount": "171", "tax_amount": "30"}],
        totals={"amount_due": "1"},
    )
    assert said(draft) == [
        ("lines[0].item_net_price", "BT-146", "100.00", "105"),
        ("allowances[0].amount", "BT-92", "30", "20.00"),
        ("lines[1].net_amount", "BT-131", "7", "100.00"),
        ("vat_breakdown[0].taxable_amount", "BT-116", "171", "170.00"),
        ("vat_breakdown[0].tax_amount", "BT-117", "30", "34.20"),
        ("totals.amount_due", "BT-115", "1", "200.00"),
    ]


def test_an_allowance_whose_percentage_is_rounded_agrees():
    """33.33 of 100 may well be said to be 33.33 % or 33.3 %: two cents are left to percentages."""
    assert said(Draft(lines=[ONE | {"allowances": [{"amount": "33.32", "percentage": "33.33"}]}])) == []


def test_a_vat_group_without_lines_is_reported_and_kept():
    """A breakdown entry that nothing in the draft calls for stays, and is said to have no foundation."""
    draft = Draft(lines=[ONE], vat_breakdown=[{"category_code": "S", "rate": "10", "taxable_amount": "5"}])
    assert [(group.rate, group.taxable_amount) for group in draft.complete().vat_breakdown] == [(10, 5), (20, 100)]
    assert said(draft) == [("vat_breakdown[0].taxable_amount", "BT-116", "5", None)]


def test_breakdown_entries_keep_their_places():
    """Entries given come first and in their order, so that findings on them point into the draft."""
    draft = Draft(
        lines=[ONE, ONE | {"vat_rate": "10"}, ONE | {"vat_rate": "5.5"}],
        vat_breakdown=[{"category_code": "S", "rate": "5.5"}, {"category_code": "S", "rate": "20"}],
    )
    assert [str(group.rate) for group in draft.complete().vat_breakdown] == ["5.5", "20", "10"]
    assert said(draft) == []


def test_paid_and_rounding_amounts_lead_to_the_amount_due():
    """BT-115 = BT-112 - BT-113 + BT-114."""
    totals = invoice_of(ONE, totals={"paid_amount": "100", "rounding_amount": "0.03"}).totals
    assert totals.amount_due == Decimal("20.03")


def test_vat_is_converted_into_the_accounting_currency():
    """BT-111 is the VAT times the rate; without a rate it stays empty, and a given one is compared."""
    fields = {"currency_code": "USD", "vat_accounting_currency_code": "EUR"}
    assert invoice_of(ONE, **fields, exchange_rate={"rate": "0.9215"}).totals.vat_amount_in_accounting_currency == (
        Decimal("18.43")
    )
    assert invoice_of(ONE, **fields).totals.vat_amount_in_accounting_currency is None
    draft = Draft(
        lines=[ONE], **fields, exchange_rate={"rate": "2"}, totals={"vat_amount_in_accounting_currency": "41"}
    )
    assert said(draft) == [("totals.vat_amount_in_accounting_currency", "BT-111", "41", "40.00")]


def test_a_line_without_price_leaves_the_totals_to_the_others():
    """While one line is unfinished the others still add up; the rules say what it lacks."""
    invoice = invoice_of(ONE, {"item_name": "?", "vat_rate": "20"})
    assert invoice.totals.line_net_amount == Decimal("100.00")
    assert invoice.lines[1].net_amount is None


def test_nothing_french_is_added_to_another_country_s_invoice():
    """A German draft completes to EN 16931, without currency, notes or business process that it did not name."""
    invoice = invoice_of(ONE, seller={"name": "V", "postal_address": {"country_code": "DE"}}, nature="goods")
    assert invoice.specification_identifier == "urn:cen.eu:en16931:2017"
    assert (invoice.type_code, invoice.currency_code, invoice.notes, invoice.business_process_type) == (
        "380",
        None,
        (),
        None,
    )


def test_the_completed_invoice_is_a_valid_value_of_the_model():
    """The invoice could have been built by hand: the same model accepts it, field by field."""
    invoice = invoice_of(ONE, {"sub_lines": [ONE]}, number="F1", allowances=[{"percentage": "5"}])
    assert Invoice.model_validate(invoice.model_dump()) == invoice
    assert type(invoice.lines[0]) is Line


def test_an_exempt_category_has_no_vat_whatever_its_rate_says():
    """Category E at 20 % is for the rules to refuse; the VAT of an exempt group is nothing, under every policy."""
    odd = ONE | {"vat_category_code": "E"}
    for rounding in ("group", "line", "gross"):
        totals = invoice_of(odd, rounding=rounding).totals
        assert (totals.vat_amount, totals.amount_with_vat) == (Decimal("0.00"), Decimal("100.00"))


def test_vat_at_an_unknown_rate_is_unknown():
    """Category S without rate has no VAT amount yet, under every policy."""
    for rounding in ("group", "line", "gross"):
        (group,) = invoice_of(ONE | {"vat_category_code": "S", "vat_rate": None}, rounding=rounding).vat_breakdown
        assert (group.taxable_amount, group.tax_amount) == (Decimal("100.00"), None)


def test_totals_without_lines_are_only_what_was_given():
    """Before there is a line nothing is computed, and what was given stays."""
    totals = Draft(totals={"paid_amount": "5"}).complete().totals
    assert totals.model_dump(exclude_none=True) == {"paid_amount": Decimal(5)}


@pytest.mark.parametrize("blank", ["", "  ", "\t"])
def test_a_text_that_says_nothing_is_none(blank):
    """It is not written as an empty value, which rules take for given: a seller without VAT number passed BR-S-02."""
    seller = {
        "name": "V",
        "vat_identifier": blank,
        "legal_registration_identifier": {"value": blank, "scheme_id": "0002"},
    }
    line = ONE | {"item_name": "x", "item_description": blank, "notes": [{"text": blank}], "vat_category_code": blank}
    draft = Draft(number="1", seller=seller, lines=[ONE | {"sub_lines": [line]}], payment_terms=blank)
    invoice, known = draft.complete(), invoice_of(ONE | {"sub_lines": [line]}).lines[1]
    assert (invoice.payment_terms, invoice.seller) == (None, type(invoice.seller)(name="V"))
    assert (known.item_description, known.notes, known.vat_category_code) == (None, (type(known.notes[0])(),), "S")
    assert draft.seller.vat_identifier == blank


def test_nothing_is_changed_where_no_text_is_blank():
    """The draft itself is completed, not a copy of each of its parts."""
    draft = Draft(number="1", seller={"name": "V", "identifiers": [{"value": "1"}]}, lines=[ONE])
    assert without_blanks(draft) is draft


def test_a_blank_number_is_none_yet():
    """A draft whose number says nothing gets it when it is finalised, and is judged as one without."""
    draft = Draft(number=" ", lines=[ONE])
    assert "EI-DRAFT-03" in {each.rule for each in validate(draft).findings}
    with pytest.raises(DraftError, match="needs its invoice number"):
        draft.finalise()
    assert draft.finalise("7").number == "7"


def test_a_total_of_more_digits_than_rules_compute_with_is_worth_a_look():
    """Published rules compute in floating numbers: beyond 15 digits they refuse sums that are right."""
    (told,) = said(Draft(lines=[ONE | {"quantity": "99999999999999.999"}]))
    assert told == ("totals.amount_with_vat", "BT-112", "11999999999999999.88", None)
    assert said(Draft(lines=[ONE | {"quantity": "9999999999.999"}])) == []


def test_an_empty_number_is_none_yet():
    """It is not written as an empty one, which rules would refuse after the draft was told valid."""
    assert Draft(number="", lines=[ONE]).complete().number is None
    with pytest.raises(Unwritable, match="number"):
        build(Draft(number="", lines=[ONE]), "ubl")
