from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from french_samples import ARRIVED, AT, IBAN, NUMBER, PLATFORM, THIRD, changed, fixture, judged, rules, told, when

from einvoice.errors import Unwritable
from einvoice.france.lifecycle import (
    ACTIONS,
    CHARACTERISTICS,
    REASONS,
    ROLES,
    STATUSES,
    Account,
    Approval,
    Correction,
    Payment,
    Platform,
    ppf_copy,
)
from einvoice.france.lifecycle.request import Payment as RequestedPayment
from einvoice.model import Identifier, Party, SupportingDocument

SERVICES, RATES = fixture("services"), fixture("goods-several-rates")
WITH_ALL = changed(RATES, buyer_agent=THIRD, payee=THIRD)
FULL = Payment(Decimal("3492.00"))


def wanted(code: str) -> dict:
    """What a status has to say."""
    kind = STATUSES[code]
    given = {"reasons": (min(kind.reasons),)} if "reason" in kind.needs else {}
    if "comment" in kind.needs:
        given["comment"] = "Voir le bon de commande."
    if code in ("211", "212"):
        given["payment"] = Payment(Decimal("500.00"), day=date(2026, 11, 3))
    if code == "206":
        given["approval"] = Approval(Decimal("100.00"))
    if code == "227":
        given["account"] = Account(IBAN, payee=THIRD)
    return given


def refused(*args, **given) -> list[str]:
    """The rules that forbid a status."""
    with pytest.raises(Unwritable) as error:
        told(*args, **given)
    return [finding.rule for finding in error.value.findings]


def values(message) -> dict[str, list]:
    """The amounts of a message by type, each with its rate if it has one."""
    found: dict[str, list] = {}
    for detail in message.subject.details:
        for value in detail.characteristics:
            shown = (value.percentage, value.amount) if value.percentage is not None else value.amount
            found.setdefault(value.type_code, []).append(shown)
    return found


@pytest.mark.parametrize(("code", "by"), [(c, by) for c, kind in STATUSES.items() if kind.phase for by in kind.set_by])
def test_every_status_is_valid_in_both_copies(code, by):
    """Schema, published rules and our own checks find no error, nor even a warning, in a message built by us."""
    message = told(WITH_ALL, code, by=by, **wanted(code))
    report = judged(message)
    assert (report.verdict, report.findings) == ("valid", ())
    assert [step.status for step in report.steps] == ["passed"] * 4
    if STATUSES[code].ppf != "never":
        copy = judged(ppf_copy(message, platform=PLATFORM, number=NUMBER))
        assert (copy.verdict, copy.findings, copy.profile) == ("valid", (), "einvoicingF2")


@pytest.mark.parametrize("code", [code for code, kind in STATUSES.items() if kind.phase])
def test_every_reason_allowed_for_a_status_is_valid(code):
    """What our data allow, the published rules allow too, for this very status."""
    for reason in sorted(STATUSES[code].reasons):
        message = told(WITH_ALL, code, **{**wanted(code), "reasons": (reason,)})
        assert judged(message).verdict == "valid", reason


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_valid(action):
    """What is asked for may go with any reason."""
    assert judged(told(SERVICES, 207, reasons=("AUTRE",), action=action)).verdict == "valid"


def test_every_code_has_a_name_in_both_languages():
    """Statuses, reasons, actions, roles and characteristics."""
    for codes in (REASONS, ACTIONS, ROLES, CHARACTERISTICS):
        assert all(code.name_fr and code.name_en for code in codes.values())
    assert all(kind.name_fr and kind.name_en for kind in STATUSES.values())
    assert {"REJ_RG", "IRR_UNICITE", "CONTACT_ACHTR"} <= set(REASONS) - STATUSES["204"].reasons


def test_the_code_may_be_a_number():
    """205 and "205" are the same status."""
    assert told(SERVICES, 205) == told(SERVICES, "205")


@pytest.mark.parametrize("code", ["999", 250, "300"])
def test_what_only_the_portal_says_is_refused(code):
    """A platform says nothing of flux 1, of reports or of the directory in a status of an invoice."""
    assert refused(SERVICES, code) == ["EI-CDV-60"]


@pytest.mark.parametrize(
    ("invoice", "code", "given", "rule", "field"),
    [
        (SERVICES, 210, {"reasons": ("AUTRE",), "comment": "x"}, "EI-CDV-61", "subject.details"),
        (SERVICES, 207, {}, "EI-CDV-62", "subject.details"),
        (SERVICES, 208, {"reasons": ("JUSTIF_ABS",)}, "EI-CDV-63", "subject.details"),
        (SERVICES, 212, {}, "EI-CDV-64", "subject.details"),
        (changed(SERVICES, number=None), 205, {}, "EI-CDV-65", "number"),
        (changed(SERVICES, vat_breakdown=()), 212, {"payment": FULL}, "EI-CDV-65", "vat_breakdown"),
        (SERVICES, 207, {"reasons": ("AUTRE",), "action": "XXX"}, "EI-CDV-66", "subject.details"),
        (SERVICES, 205, {"by": "seller"}, "EI-CDV-67", "issuer"),
        (SERVICES, 205, {"payment": FULL}, "EI-CDV-68", "subject.details"),
        (SERVICES, 205, {"account": Account(IBAN)}, "EI-CDV-68", "subject.details"),
        (SERVICES, 227, {}, "EI-CDV-69", "subject.details"),
        (
            SERVICES,
            212,
            {"payment": Payment(Decimal("10.00"), by_rate={Decimal(20): Decimal("9.00")})},
            "EI-CDV-70",
            "subject.details",
        ),
        (SERVICES, 212, {"payment": Payment(Decimal("10.001"))}, "EI-CDV-71", "subject.details"),
        (SERVICES, 212, {"payment": Payment(Decimal("1e30"))}, "EI-CDV-71", "subject.details"),
        (SERVICES, 212, {"payment": Payment(Decimal("NaN"))}, "EI-CDV-71", "subject.details"),
        (SERVICES, 206, {"approval": Approval(Decimal("Infinity"))}, "EI-CDV-71", "subject.details"),
        (SERVICES, 227, {"account": Account("FR7630006000011234567890188")}, "EI-CDV-72", "subject.details"),
        (SERVICES, 207, {"reasons": ("AUTRE",), "corrections": (Correction("BT-999", "a", "b"),)}, "EI-CDV-73", None),
        (SERVICES, 214, {}, "EI-CDV-74", "buyer_agent"),
        (SERVICES, 225, {"by": "factor"}, "EI-CDV-74", "payee"),
        (
            changed(SERVICES, buyer=Party(name="X", electronic_address=SERVICES.buyer.electronic_address)),
            205,
            {},
            "EI-CDV-75",
            "buyer.legal_registration_identifier",
        ),
        (
            changed(SERVICES, seller=SERVICES.seller.model_copy(update={"electronic_address": None})),
            205,
            {},
            "EI-CDV-76",
            "seller.electronic_address",
        ),
    ],
)
def test_what_forbids_a_status_is_a_finding(invoice, code, given, rule, field):
    """Each fault is told in both languages, with the field it is about."""
    with pytest.raises(Unwritable) as error:
        told(invoice, code, **given)
    (found,) = [finding for finding in error.value.findings if finding.rule == rule]
    assert found.field == (field or "subject.details")
    assert found.message
    assert found.message_en
    assert "…" not in found.message + found.message_en
    assert found.source


def test_several_faults_are_told_at_once():
    """A refusal without reason and comment has two."""
    assert refused(SERVICES, 210) == ["EI-CDV-62", "EI-CDV-63"]


def test_a_co_contractors_invoice_is_refused_for_its_recipient_only():
    """Of BT-23 = S6 the public portal takes no other refusal (G7.39)."""
    invoice = changed(SERVICES, business_process_type="S6")
    assert refused(invoice, 210, reasons=("TX_TVA_ERR",), comment="x") == ["EI-CDV-61"]
    assert told(invoice, 210, reasons=("DEST_ERR",), comment="x").subject.details[0].reason_code == "DEST_ERR"


# -- who -------------------------------------------------------------------------------------------------------------


def names(message) -> tuple[str, str, list[str]]:
    """Role and SIREN of who sets the status, and the roles of who is told."""
    issuer = message.issuer
    siren = issuer.identifiers[0].value if issuer.identifiers else ""
    return issuer.role_code, siren, [each.role_code for each in message.recipients]


def test_self_billing_changes_the_places_of_buyer_and_seller():
    """The buyer issues a self-billed invoice: the seller approves it, and is its document's issuer all the same."""
    invoice = fixture("self-billed")
    approved = told(invoice, 205)
    assert names(approved) == ("SE", "100000009", ["BY"])
    assert approved.subject.issuer.identifiers == (Identifier(value="100000009", scheme_id="0002"),)
    assert names(told(invoice, 209))[::2] == ("BY", ["SE"])
    received = told(invoice, 212, payment=Payment(Decimal("1.00")))
    assert names(received) == ("SE", "100000009", ["BY"])


def test_the_money_of_a_credit_note_flows_back():
    """The seller pays it back (211) and tells a negative amount (212), with a comment that says why (P1.17)."""
    invoice = fixture("credit-note")
    paid = told(invoice, 211, payment=Payment(Decimal("95.76")))
    assert names(paid)[::2] == ("SE", ["BY"])
    message = told(invoice, 212, payment=Payment(Decimal("-95.76")))
    assert names(message)[::2] == ("SE", ["BY"])
    assert sum(amount for _, amount in values(message)["MEN"]) == Decimal("-95.76")
    assert "RAP" not in values(message)
    assert "avoir" in message.subject.details[0].remarks[0].text
    assert judged(ppf_copy(message, platform=PLATFORM, number=NUMBER)).findings == ()


def test_a_siren_without_scheme_is_known_as_one():
    """Nine digits of a French party are its SIREN; a SIRET or VAT number tells it too."""
    bare = SERVICES.seller.model_copy(update={"legal_registration_identifier": Identifier(value="100000009")})
    siret = SERVICES.seller.model_copy(
        update={"legal_registration_identifier": Identifier(value="10000000900017", scheme_id="0009")}
    )
    for seller in (bare, siret):
        message = told(changed(SERVICES, seller=seller), 209)
        assert names(message)[:2] == ("SE", "100000009")


def test_the_receiving_platform_tells_both_sides():
    """What it says to the issuer it says to the receiver (213); of a routing error only the other platform hears."""
    by = {"by": "receiving_platform", "reasons": ("DOUBLON",)}
    assert names(told(SERVICES, 213, **by))[2] == ["SE", "BY"]
    assert names(told(SERVICES, 213, reasons=("DOUBLON",)))[2] == ["SE"]
    assert names(told(SERVICES, 221))[2] == ["WK"]


def test_the_sellers_agent_endorses_where_there_is_no_buyers_agent():
    """214 of co-contracting is set by the lead contractor."""
    message = told(changed(SERVICES, seller_agent=THIRD), 214)
    assert names(message) == ("SR", "300000007", ["SE", "BY"])


# -- what ------------------------------------------------------------------------------------------------------------


def test_partial_payment_discount_and_rest():
    """What was received and discounted is split by rate, and what is still due is told."""
    message = told(RATES, 212, payment=Payment(Decimal("100.00"), before=Decimal("50.00"), discount=Decimal("5.00")))
    found = values(message)
    assert sum(amount for _, amount in found["MEN"]) == Decimal("100.00")
    assert sum(amount for _, amount in found["ESC"]) == Decimal("5.00")
    assert found["RAP"] == [RATES.totals.amount_with_vat - Decimal("155.00")]


def test_a_prepayment_is_not_due_again():
    """Of a final invoice, BT-113 had a status of its own: paying the rest leaves nothing due."""
    invoice = fixture("final-after-prepayment")
    assert "RAP" not in values(told(invoice, 212, payment=Payment(invoice.totals.amount_due)))
    half = values(told(invoice, 212, payment=Payment(Decimal("1.00"))))
    assert half["RAP"] == [invoice.totals.amount_due - 1]


def test_an_invoice_paid_beforehand_is_received_whole():
    """BT-23 = S2: the status says what the invoice could not, that all was received."""
    invoice = fixture("already-paid")
    found = values(told(invoice, 212, payment=Payment(invoice.totals.amount_with_vat)))
    assert set(found) == {"MEN"}


def test_a_payment_taken_back_wants_a_comment():
    """P1.17: the reason of the cancellation; with it the status is valid."""
    back = Payment(Decimal("-100.00"), before=Decimal("100.00"))
    assert refused(SERVICES, 212, payment=back) == ["EI-CDV-63"]
    message = told(SERVICES, 212, payment=back, comment="Rejet du prélèvement.")
    assert rules(judged(ppf_copy(message, platform=PLATFORM, number=NUMBER))) == []


def test_a_split_by_hand_is_kept():
    """Who paid for one rate only says so."""
    rate = RATES.vat_breakdown[0].rate
    message = told(RATES, 212, payment=Payment(Decimal("10.00"), by_rate={rate: Decimal("10.00")}))
    assert values(message)["MEN"] == [(rate, Decimal("10.00"))]


def test_partial_approval_tells_what_is_not_approved():
    """206: what is approved, and the rest of the totals."""
    totals = RATES.totals
    given = Approval(Decimal("100.00"), Decimal("80.00"))
    found = values(told(RATES, 206, reasons=("PU_ERR",), approval=given))
    assert found == {
        "MAP": [Decimal("80.00")],
        "MNA": [totals.amount_without_vat - 80],
        "MAPTTC": [Decimal("100.00")],
        "MNATTC": [totals.amount_with_vat - 100],
    }


def test_a_new_account_is_told_with_its_owner():
    """227: the IBAN replaces BT-84, and the new payee is named."""
    message = told(WITH_ALL, 227, by="factor", account=Account("FR76 3000 6000 0112 3456 7890 189", payee=THIRD))
    (value,) = message.subject.details[0].characteristics
    assert (value.term, value.type_code, value.changed, value.text) == ("BT-84", "CBB", True, IBAN)
    (payee,) = message.subject.recipients
    assert (payee.role_code, payee.identifiers[0].value) == ("PE", "300000007")


def test_wrong_fields_are_pairs_in_the_field_of_their_type():
    """A rate is a percentage, an amount has a currency, a date is a day, a code is a code, a text is text."""
    corrections = (
        Correction("BT-152", Decimal(20), Decimal(10), location="/rsm:CrossIndustryInvoice"),
        Correction("BT-131", Decimal("1.00"), Decimal("2.00")),
        Correction("BT-2", date(2026, 1, 1), date(2026, 1, 2)),
        Correction("BT-3", "380", "381"),
        Correction("BT-44", "A", "B"),
        Correction("BT-129", Decimal(1), Decimal(2)),
    )
    message = told(SERVICES, 207, reasons=("AUTRE",), corrections=corrections, action="NIN")
    found = message.subject.details[0].characteristics
    assert [value.type_code for value in found] == ["DIV", "DVA"] * 6
    assert (found[1].percentage, found[3].amount, found[3].currency_code) == (10, 2, "EUR")
    assert (found[5].day, found[7].code, found[9].text, found[11].quantity) == (date(2026, 1, 2), "381", "B", 2)
    assert message.subject.details[0].action == "Émettre une facture rectificative"
    assert judged(message).findings == ()


def test_each_reason_is_a_numbered_block():
    """The first holds comment and values."""
    message = told(SERVICES, 207, reasons=("PU_ERR", "QTE_ERR"), comment="Voir la commande.")
    details = message.subject.details
    assert [(each.reason_code, each.sequence, len(each.remarks)) for each in details] == [
        ("PU_ERR", 1, 1),
        ("QTE_ERR", 2, 0),
    ]


# -- identifiers and times -------------------------------------------------------------------------------------------


def test_two_instalments_have_two_identifiers():
    """MDT-4 tells the time of the status: published examples tell that of the reception, which is always the same."""
    first = told(SERVICES, 212, payment=Payment(Decimal("1.00")))
    second = told(SERVICES, 212, at=AT.replace(hour=11), payment=Payment(Decimal("1.00"), before=Decimal("1.00")))
    assert first.identifier == "F2026-0001_212_20261103100000#380_20261102"
    assert first.identifier != second.identifier


def test_a_long_number_leaves_an_identifier_of_fifty_characters():
    """It is cut and hashed, and stays different from its neighbours."""
    made = {told(changed(SERVICES, number=f"{'F' * 34}{end}"), 205).identifier for end in "12"}
    assert len(made) == 2
    assert {len(identifier) for identifier in made} == {50}


def test_times_with_a_zone_become_french_time():
    """09:00 UTC in November is 10:00 in France; fractions of a second are left out."""
    message = told(SERVICES, 205, at=datetime(2026, 11, 3, 9, 0, 0, 123, tzinfo=UTC))
    assert message == told(SERVICES, 205, at=AT)
    assert message.subject.received_at == ARRIVED


def test_the_business_process_follows_from_the_invoice():
    """MDT-2: an exchanged invoice is regulated, others say how they are treated, and the caller has the last word."""
    assert told(SERVICES, 205).business_process == "REGULATED"
    berlin = fixture("german").seller.postal_address
    german = changed(SERVICES, notes=(), buyer=THIRD.model_copy(update={"postal_address": berlin}))
    assert told(german, 205).business_process == "B2BINT"
    assert told(SERVICES, 205, business_process="NON_REGULATED").business_process == "NON_REGULATED"


# -- the copy for the portal -----------------------------------------------------------------------------------------


def test_the_portals_copy_says_only_what_it_takes():
    """Amounts with a rate, of its types; platforms by matricule; the day as a time; nothing of MDT-2."""
    corrections = (Correction("BT-152", Decimal(20), Decimal(10)),)
    refusal = told(SERVICES, 210, reasons=("TX_TVA_ERR",), comment="Taux.", corrections=corrections)
    copy = ppf_copy(refusal, platform=PLATFORM, number=NUMBER)
    assert copy.subject.details[0].characteristics == ()
    assert copy.subject.details[0].remarks == refusal.subject.details[0].remarks
    assert copy.identifier == f"FFE0614A_AAA123_{NUMBER}"
    assert (copy.business_process, copy.subject.issue_date) == (None, None)
    assert copy.subject.issue_time == when("2026-11-02")
    paid = told(SERVICES, 212, payment=Payment(Decimal("100.00"), discount=Decimal("2.00")))
    assert set(values(ppf_copy(paid, platform=PLATFORM, number=NUMBER))) == {"MEN", "ESC"}


def test_a_platform_that_sets_the_status_is_named_to_the_portal():
    """MDT-38 is required there; between platforms it is not told (BR-FR-CDV-07)."""
    deposit = told(SERVICES, 200)
    assert deposit.issuer.identifiers == ()
    copy = ppf_copy(deposit, platform=PLATFORM, number=NUMBER)
    assert copy.issuer.identifiers == (Identifier(value="0123", scheme_id="0238"),)


def test_what_the_portal_refuses_is_no_copy():
    """Statuses that are not mandatory, and attachments."""
    with pytest.raises(Unwritable, match="205") as error:
        ppf_copy(told(SERVICES, 205), platform=PLATFORM, number=NUMBER)
    assert [finding.rule for finding in error.value.findings] == ["EI-CDV-06"]
    deposit = told(SERVICES, 200)
    attached = deposit.model_copy(
        update={"subject": deposit.subject.model_copy(update={"attachments": (SupportingDocument(filename="a.pdf"),)})}
    )
    with pytest.raises(Unwritable) as error:
        ppf_copy(attached, platform=PLATFORM, number=NUMBER)
    assert [finding.rule for finding in error.value.findings] == ["EI-CDV-18"]


@pytest.mark.parametrize(
    "wrong", [{"matricule": "12"}, {"matricule": "12345"}, {"application": "aaa123"}, {"application": "A"}]
)
def test_a_platform_is_checked_when_it_is_made(wrong):
    """Four digits and six characters."""
    with pytest.raises(ValueError, match="expected"):
        replace(PLATFORM, **wrong)


@pytest.mark.parametrize("number", ["1", "0" * 20, "a" * 19])
def test_the_number_of_a_copy_has_its_form(number):
    """Nineteen digits or capital letters."""
    with pytest.raises(ValueError, match="message number"):
        ppf_copy(told(SERVICES, 200), platform=PLATFORM, number=number)


def test_names_are_the_same_everywhere():
    """The package offers the very classes of its modules."""
    assert Payment is RequestedPayment
    assert Platform("0123", "x", "AAA123").matricule == "0123"
