"""What a draft is asked to be looked at again, and the payment means that keeps its due date."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import einvoice as ei
from einvoice.draft import Draft
from einvoice.draft.arithmetic import arithmetic

POLICY = ei.Policy(date="2026-11-22")
ADDRESS = {"street_name": "1 rue du Modèle", "city_name": "PARIS", "postal_zone": "75001", "country_code": "FR"}
SELLER = {"name": "VENDEUR", "vat_identifier": "FR88100000009", "postal_address": ADDRESS}
BUYER = {"name": "ACHETEUR", "vat_identifier": "FR37200000008", "postal_address": ADDRESS}
GOODS = {"item_name": "Lampe", "quantity": "2", "item_net_price": "50.00", "vat_rate": "20", "nature": "goods"}
IBANS = ("FR7630006000011234567890189", "DE02120300000000202051")
ATTACHED = {"reference": "1", "attached_document": "JVBERi0xLjc=", "filename": "scan.pdf"}
CREDIT = {"type_code": "381", "preceding_invoices": [{"reference": "F0", "issue_date": "2026-10-01"}]}


def draft_of(*lines: dict[str, Any], **fields: Any) -> Draft:
    """A French draft that is valid, unless said otherwise."""
    known = {"number": "F1", "issue_date": "2026-11-02", "due_date": "2026-12-02", "seller": SELLER, "buyer": BUYER}
    return Draft(**known | {"lines": lines or [GOODS]} | fields)


def remarks(draft: Draft) -> list[tuple[str, object]]:
    """Where something is worth a second look, and what stands there."""
    return [(each.field, each.given) for each in draft.disagreements()]


@pytest.mark.parametrize(
    "fields",
    [CREDIT, CREDIT | {"totals": {"paid_amount": "120.00"}}, CREDIT | {"remittance_information": "A1"}],
)
def test_a_credit_note_keeps_its_due_date(fields):
    """UBL has it in the payment means: one that is not defined is added, and the invoice is valid in both syntaxes."""
    draft = draft_of(**fields)
    assert [means.means_code for means in draft.complete().payment_means] == ["1"]
    assert ei.losses(draft, "ubl") == ()
    assert ei.parse(ei.build(draft, "ubl")).due_date == draft.due_date
    for syntax in ("ubl", "cii"):
        assert ei.validate(ei.build(draft, syntax), policy=POLICY).verdict == "valid"


def test_a_credit_note_paid_already_without_due_date_is_valid():
    """The day of payment that einvoice fills in (B2) is kept too."""
    draft = draft_of(**CREDIT, due_date=None, totals={"paid_amount": "120.00"})
    assert draft.complete().business_process_type == "B2"
    assert ei.validate(draft, policy=POLICY).verdict == "valid"


def test_payment_means_are_added_only_where_something_would_be_lost():
    """An invoice has its due date elsewhere; a means that is given stays; remittance information needs one."""
    assert draft_of().complete().payment_means == ()
    assert draft_of(**CREDIT, due_date=None).complete().payment_means == ()
    given = draft_of(**CREDIT, payment_means={"means_code": "30"})
    assert given.complete().payment_means == given.payment_means
    remitted = draft_of(remittance_information="A1")
    assert ei.parse(ei.build(remitted, "ubl")).remittance_information == "A1"


@pytest.mark.parametrize(
    ("lines", "fields", "told"),
    [
        ([GOODS], {}, []),
        ([GOODS | {"quantity": None}], {}, [("lines[0].quantity", "")]),
        ([GOODS | {"item_net_price": None}], {}, [("lines[0].item_net_price", "")]),
        ([{"sub_lines": [GOODS | {"quantity": None}]}], {}, [("lines[0].sub_lines[0].quantity", "")]),
        ([GOODS | {"subtype_code": "INFORMATION", "quantity": None}], {}, []),
        ([GOODS | {"identifier": "1"}, GOODS | {"identifier": "1"}], {}, [("lines[1].identifier", "1")]),
        ([GOODS], {"totals": {"paid_amount": "120.01"}}, [("totals.paid_amount", Decimal("120.01"))]),
        ([GOODS], {"totals": {"paid_amount": "120.00"}}, []),
        ([GOODS], {"totals": {"paid_amount": "130"}, "preceding_invoices": {"reference": "F", "type_code": "386"}}, []),
    ],
)
def test_what_is_often_a_slip_is_told_at_its_field(lines, fields, told):
    """Missing figures, repeated identifiers, more paid than billed."""
    assert remarks(draft_of(*lines, **fields)) == told


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"preceding_invoices": [{"reference": "F0"}]}, ["preceding_invoices[0].type_code"]),
        ({"preceding_invoices": [{"reference": "F0", "type_code": "386"}]}, []),
        ({"preceding_invoices": [{"reference": "F0", "type_code": "380"}]}, []),
        ({"preceding_invoices": [{"reference": "F0"}], "business_process_type": "B4"}, []),
        ({"preceding_invoices": [{"reference": "F0"}], "type_code": "381"}, []),
        ({}, []),
    ],
)
def test_a_payment_before_and_an_invoice_without_type_may_be_a_prepayment(fields, told):
    """Only the type 386 of the earlier invoice makes this one final; where it is missing, it is asked for."""
    assert [field for field, _ in remarks(draft_of(totals={"paid_amount": "60.00"}, **fields))] == told


def test_a_remark_is_a_warning_of_the_report():
    """The report says it in words, at the field, and the verdict is that of the rules."""
    report = ei.validate(draft_of(totals={"paid_amount": "130.00"}), policy=POLICY)
    (told,) = [each for each in report.findings if each.rule == "EI-DRAFT-02"]
    assert (told.severity, told.field, told.found) == ("warning", "totals.paid_amount", "130.00")
    assert "130" not in told.message_en
    assert "more has been paid than the total with VAT, 120.00" in told.message_en
    assert report.verdict == "valid"


def test_vat_line_by_line_that_the_rules_forbid_is_said():
    """Three hundred lines that lose half a cent each are rounded once for the group, and the draft says so."""
    line = GOODS | {"quantity": "1", "item_net_price": "0.02"}
    draft = draft_of(*[line] * 300, rounding="line")
    assert draft.complete().totals.vat_amount == Decimal("1.20")
    assert remarks(draft) == [("rounding", "line")]
    assert remarks(draft_of(*[line] * 200, rounding="line")) == []


def test_information_below_a_line_needs_no_amount():
    """It counts nowhere: 0.00 where nothing gives an amount, its own figures where there are some."""
    below = [{"item_name": "Montage compris"}, {"item_name": "Vis", "quantity": "4", "item_net_price": "0.10"}]
    draft = draft_of(GOODS | {"subtype_code": "DETAIL", "sub_lines": below})
    invoice = draft.complete()
    assert [str(line.net_amount) for line in invoice.lines] == ["100.00", "0.00", "0.40"]
    assert invoice.totals.line_net_amount == Decimal("100.00")
    for syntax in ("ubl", "cii"):
        assert ei.validate(ei.build(draft, syntax), policy=POLICY).verdict == "valid"


def test_refusals_about_a_private_buyer_name_the_way_out():
    """Without SIREN the invoice is refused, never made B2C in silence; the hints say what to write."""
    private = {"name": "CLIENTE", "postal_address": ADDRESS}
    found = {each.rule: each for each in ei.validate(draft_of(buyer=private), policy=POLICY).findings}
    for rule in ("BR-FR-11_BT-47", "BR-FR-12_BT-49", "BR-FR-21_BT-49"):
        assert "treatment «\u00a0B2C\u00a0»" in found[rule].hint
    mail = {"value": "cliente@client.example", "scheme_id": "EM"}
    told = draft_of(buyer=private | {"electronic_address": mail}, treatment="B2C")
    assert ei.validate(told, policy=POLICY).verdict == "valid"


def test_an_unknown_nature_is_refused_with_the_field_that_tells_it():
    """BR-FR-08 speaks of `nature`, which is what a draft lacks."""
    draft = draft_of(GOODS | {"nature": None}, GOODS | {"unit_code": "HUR", "nature": None})
    (found,) = [each for each in ei.validate(draft, policy=POLICY).findings if each.severity == "error"]
    assert found.rule == "BR-FR-08_BT-23"
    assert "le champ nature («\u00a0goods\u00a0»" in found.hint


def test_vat_in_the_accounting_currency_that_contradicts_the_rate_is_told():
    """BT-111 = BT-110 x rate: a rate given the wrong way round shows."""
    fields = {"currency_code": "USD", "exchange_rate": {"rate": "0.9"}}
    right = draft_of(**fields, totals={"vat_amount_in_accounting_currency": "18.00"})
    wrong = draft_of(**fields, totals={"vat_amount_in_accounting_currency": "22.22"})
    assert remarks(right) == []
    (told,) = wrong.disagreements()
    assert (told.field, told.computed) == ("totals.vat_amount_in_accounting_currency", Decimal("18.00"))


@pytest.mark.parametrize("syntax", ["ubl", "cii", "facturx"])
def test_a_vat_currency_that_is_that_of_the_invoice_is_left_out(syntax):
    """BT-6 = BT-5 says nothing and would make a CII invalid (BR-53): it goes, with what is said in it, and is told."""
    same = {"vat_accounting_currency_code": "EUR", "exchange_rate": {"rate": "1"}}
    draft = draft_of(**same, totals={"vat_amount_in_accounting_currency": "20.00"})
    assert ("vat_accounting_currency_code", "EUR") in remarks(draft)
    (told,) = (
        each for each in ei.validate(draft, policy=POLICY, language="en").documents[0].findings if each.term == "BT-6"
    )
    assert (told.rule, told.severity) == ("EI-DRAFT-02", "warning")
    built = ei.build(draft, syntax)
    assert ei.validate(built, policy=POLICY).verdict == "valid"
    assert ei.parse(built).vat_accounting_currency_code is None


def test_a_draft_is_judged_as_it_is_built():
    """An attachment without its type, and one text for two accounts, are valid in the draft as in what is built."""
    means = [{"means_code": "58", "means_text": "Virement", "account_identifier": each} for each in IBANS]
    draft = draft_of(payment_means=means, supporting_documents=[ATTACHED])
    assert ei.validate(draft, policy=POLICY).verdict == "valid"
    for syntax in ("ubl", "cii", "facturx"):
        built = ei.build(draft, syntax)
        assert ei.validate(built, policy=POLICY).verdict == "valid"
        assert ei.parse(built).supporting_documents[0].mime_code == "application/pdf"
    assert {each.rule for each in ei.losses(draft, "ubl")} == {"EI-IMPLIED"}


GROUP = {"identifier": "L", "item_name": "Lot", "quantity": "1", "vat_rate": "20", "nature": "goods"}
GROUPS = [GROUP | {"sub_lines": [GOODS, GOODS]}, GOODS, GROUP | {"identifier": "M", "sub_lines": [GOODS]}]
CORE = {"specification_identifier": "urn:cen.eu:en16931:2017"}
SMALL = "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic"


def told(draft: Draft, rule: str) -> list[str]:
    """Where a rule speaks of the draft."""
    findings = ei.validate(draft, policy=POLICY).documents[0].findings
    return [each.field or "" for each in findings if each.rule == rule]


@pytest.mark.parametrize("identifier", [CORE["specification_identifier"], SMALL])
def test_what_a_profile_cannot_hold_is_told_of_a_draft_and_not_judged(identifier):
    """Groups of lines go where each line is counted, as when the invoice is built: the same verdict, the loss told."""
    draft = draft_of(*GROUPS, specification_identifier=identifier, buyer=BUYER | {"trading_name": "ENSEIGNE"})
    syntax = "ubl" if identifier in CORE.values() else "cii"
    for source in (draft, ei.Document(draft.model_dump_json(exclude_none=True).encode()), draft.complete()):
        report = ei.validate(source, policy=POLICY)
        assert report.verdict == ei.validate(ei.build(draft, syntax), policy=POLICY).verdict == "valid"
    assert {"lines[0]", "lines[2]"} <= set(told(draft, "EI-LOSS"))
    assert {*told(draft, "EI-LOSS")} <= {each.field for each in ei.losses(draft, syntax)}
    (said,) = {each.message_en.partition(" cannot")[0] for each in ei.losses(draft, syntax)}
    assert said == ("EN 16931 (UBL)" if syntax == "ubl" else "Factur-X BASIC")


def test_a_finding_after_a_group_that_goes_is_at_its_line():
    """Lines that are not judged count where the draft has them, also in what another finding follows from."""
    draft = draft_of(*GROUPS, **CORE)
    draft.set("lines[2].sub_lines[0].item_net_price", "-1")
    draft.set("lines[2].sub_lines[0].net_amount", "-2.00")
    assert told(draft, "BR-27") == ["lines[2].sub_lines[0].item_net_price"]
    invoice = draft_of(*GROUPS, **CORE).complete()
    last = invoice.lines[5].model_copy(update={"net_amount": Decimal("99.00")})
    wrong = invoice.model_copy(update={"lines": (*invoice.lines[:5], last)})
    (sum_of_lines,) = (each for each in ei.validate(wrong, policy=POLICY).findings if each.rule == "BR-CO-10")
    assert sum_of_lines.caused_by == "EI-CALC-01 lines[5].net_amount"
    assert "lines[5].net_amount" in sum_of_lines.message + (sum_of_lines.hint or "")


def test_a_contradiction_after_a_group_is_at_its_line():
    """What a draft says against itself stands where the draft says it: its place is no place of the invoice."""
    draft = draft_of(*GROUPS)
    draft.set("lines[1].net_amount", "99.00")
    draft.set("lines[2].sub_lines[0].net_amount", "99.00")
    assert told(draft, "EI-DRAFT-01") == [each.field for each in draft.disagreements()]
    assert {"lines[1].net_amount", "lines[2].sub_lines[0].net_amount"} <= {*told(draft, "EI-DRAFT-01")}


def test_the_reason_of_an_exemption_where_nothing_is_exempt_is_told_of_a_draft():
    """BR-S-10: building leaves the reason out; the draft is valid, and says that it goes."""
    group = {"category_code": "S", "rate": "20", "exemption_reason": "Article 261"}
    draft = draft_of(vat_breakdown=[group], **CORE)
    assert ei.validate(draft, policy=POLICY).verdict == ei.validate(ei.build(draft, "ubl"), policy=POLICY).verdict
    assert told(draft, "EI-LOSS-REASON") == ["vat_breakdown[0].exemption_reason"]


def test_what_only_extended_says_of_a_reference_is_left_out_of_cii_in_en_16931():
    """CII-DT-018, -024, -027 of CEN: no date and no type beside a number; UBL has room for them, and keeps them."""
    earlier = {"reference": "F0", "issue_date": "2026-10-01", "type_code": "386"}
    order = {"purchase_order_reference": "B1", "purchase_order_date": "2026-10-01"}
    draft = draft_of(GROUPS[0], GOODS | order | {"preceding_invoices": [earlier]}, **order, **CORE)
    draft.set("preceding_invoices", [earlier])
    assert {each.field for each in ei.losses(draft, "cii") if each.severity == "warning"} >= {
        "purchase_order_date",
        "preceding_invoices[0].type_code",
        "lines[1].purchase_order_date",
        "lines[1].preceding_invoices[0].type_code",
    }
    report = ei.validate(ei.build(draft, "cii"), policy=POLICY)
    assert (report.verdict, report.invoice.purchase_order_date) == ("valid", None)
    assert report.invoice.preceding_invoices[0].issue_date == draft.preceding_invoices[0].issue_date
    assert ei.parse(ei.build(draft, "ubl")).purchase_order_date == draft.purchase_order_date
    draft.specification_identifier = "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended"
    assert not {each.field for each in ei.losses(draft, "cii")} & {
        "purchase_order_date",
        "preceding_invoices[0].type_code",
    }


SUB_LINES = [GOODS, {**GOODS, "item_net_price": "25.00"}]  # 150.00 together


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ({"quantity": "3", "item_net_price": "999"}, [("lines[0].item_net_price", Decimal(999))]),
        ({"allowances": [{"amount": "10", "reason": "Lot"}]}, [("lines[0].allowances[0]", Decimal(10))]),
        ({"charges": [{"amount": "0"}, {"amount": "4"}]}, [("lines[0].charges[1]", Decimal(4))]),
        ({"quantity": "3", "item_net_price": "50"}, []),
        ({"quantity": "1", "item_net_price": "160", "allowances": [{"amount": "10", "reason": "Lot"}]}, []),
        ({"quantity": "1", "item_net_price": "0"}, []),
    ],
)
def test_what_a_group_of_lines_does_not_bill_is_told(group, told):
    """A group is the sum of its lines: a price or an allowance of its own is in no total, unless it says the same."""
    draft = draft_of({"item_name": "Lot", "sub_lines": SUB_LINES, **group})
    assert remarks(draft) == told
    totals = draft.complete().totals
    assert totals is not None
    assert totals.amount_without_vat == Decimal("150.00")


def test_prices_with_vat_of_a_group_are_left_alone():
    """They are not those that its lines add up to; an allowance is told all the same."""
    group = {"item_name": "Lot", "sub_lines": SUB_LINES, "quantity": "1", "item_net_price": "150"}
    assert remarks(draft_of(group, rounding="gross")) == []
    allowance = {"allowances": [{"amount": "10", "reason": "Lot"}]}
    assert remarks(draft_of({**group, **allowance}, rounding="gross")) == [("lines[0].allowances[0]", Decimal(10))]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"vat_amount": "20.00", "amount_with_vat": "120.00"}, []),
        ({"vat_amount": "20.02"}, []),  # what rounding may leave
        ({"vat_amount": "25"}, [("lines[0].vat_amount", Decimal(25))]),
        ({"amount_with_vat": "125"}, [("lines[0].amount_with_vat", Decimal(125))]),
        ({"vat_amount": "25", "amount_with_vat": "125"}, [("lines[0].vat_amount", Decimal(25))]),
        ({"vat_category_code": "AE", "amount_with_vat": "120"}, [("lines[0].amount_with_vat", Decimal(120))]),
        ({"subtype_code": "INFORMATION", "amount_with_vat": "125"}, []),
    ],
)
def test_the_vat_of_a_line_that_does_not_follow_from_its_net_is_told(given, told):
    """Who says 125.00 with VAT of a line of 100.00 at 20 % is told, in a draft and in an invoice that was received."""
    rate = {"vat_rate": "0"} if "vat_category_code" in given else {}
    draft = draft_of(GOODS | given | rate)
    assert remarks(draft) == told
    received = ei.parse(ei.build(draft, "cii", profile="extended-ctc-fr"))
    assert isinstance(received, ei.Invoice)
    assert [(each.field, each.given) for each in arithmetic(received)] == told


def test_a_sub_invoice_with_a_total_of_its_own_is_told():
    """The total with VAT of one seller's lines follows from their sum and VAT, as the VAT itself does."""
    text = (Path(__file__).parents[1] / "fixtures" / "drafts" / "several-sellers.json").read_bytes()
    draft = Draft.model_validate_json(text)
    assert remarks(draft) == []
    total = draft.complete().lines[0].amount_with_vat
    draft.set("lines[0].amount_with_vat", "999")
    (told,) = draft.disagreements()
    assert (told.field, told.given, told.computed) == ("lines[0].amount_with_vat", Decimal(999), total)
