"""What French accountants meet, as drafts: each with its outcome, worked out by hand from the law and the rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import einvoice as ei
from einvoice.france.treatment import is_exchanged, treatment

POLICY = ei.Policy(date=date(2026, 11, 22))
SELLER = {"name": "VENDEUR EXEMPLE", "vat_identifier": "FR88100000009", "postal_address": {"country_code": "FR"}}
BUYER = {"name": "ACHETEUR EXEMPLE", "vat_identifier": "FR37200000008", "postal_address": {"country_code": "FR"}}
# A SIREN of a commune's form that no directory knows: prefix 21, counter of nines.
TOWN = {
    "name": "COMMUNE EXEMPLE",
    "legal_registration_identifier": {"value": "219999992", "scheme_id": "0002"},
    "postal_address": {"country_code": "FR"},
}


def line(price: str, rate: str | None = "20", **more: Any) -> dict[str, Any]:
    """One piece at a price."""
    return {"item_name": "Article", "quantity": "1", "item_net_price": price, "vat_rate": rate} | more


def without_vat(price: str, category: str, code: str | None = None) -> dict[str, Any]:
    """One piece without VAT, in a category, with its reason."""
    return line(price, None if category == "O" else "0", vat_category_code=category, vat_exemption_reason_code=code)


def living(country: str, **told: Any) -> dict[str, Any]:
    """A buyer in that country, reached by e-mail."""
    mail = {"value": "achats@acheteur.example", "scheme_id": "EM"}
    return {"name": "ACHETEUR", "electronic_address": mail, "postal_address": {"country_code": country}} | told


def with_siren(country: str, siren: str = "200000008") -> dict[str, Any]:
    """A buyer there with a SIREN, which is its address too."""
    number = {"value": siren, "scheme_id": "0002"}
    return living(country, legal_registration_identifier=number, electronic_address=None)


def draft_of(lines: list[dict[str, Any]], **fields: Any) -> ei.Draft:
    """A draft of services between French companies, unless said otherwise."""
    head = {"number": "F1", "issue_date": "2026-11-02", "due_date": "2026-12-02", "nature": "services"}
    return ei.Draft.model_validate(head | {"seller": SELLER, "buyer": BUYER, "lines": lines} | fields)


EN, EXTENDED = "en16931", "extended-ctc-fr"
EARLIER = {"type_code": "381", "preceding_invoices": [{"reference": "F0", "issue_date": "2026-10-01"}]}
EXEMPT = without_vat("80.00", "E", "VATEX-FR-CGI261-4")
OUTSIDE = without_vat("50.00", "O")

# lines, fields of the draft, then what comes of it: profile, BAR, told to the portal, total with VAT
OUTCOMES: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str, str | None, bool, str]] = {
    "one rate": ([line("100.00")], {}, EN, "B2B", True, "120.00"),
    "two rates": ([line("100.00"), line("40.00", "5.5")], {}, EN, "B2B", True, "162.20"),
    "the four rates": (
        [line("100.00"), line("100.00", "10"), line("100.00", "5.5"), line("100.00", "2.1")],
        *({}, EN, "B2B", True, "437.60"),
    ),
    "Corsica": ([line("100.00", "0.9")], {}, EN, "B2B", True, "100.90"),
    "Réunion": ([line("100.00", "8.5")], {"buyer": with_siren("RE")}, EN, "B2B", True, "108.50"),
    "Guadeloupe": ([line("100.00", "8.5")], {"buyer": with_siren("GP")}, EN, "B2B", True, "108.50"),
    "Martinique": ([line("100.00", "2.1")], {"buyer": with_siren("MQ")}, EN, "B2B", True, "102.10"),
    "Guyane": ([without_vat("90.00", "G")], {"buyer": with_siren("GF")}, EN, "B2BINT", False, "90.00"),
    "Mayotte": ([without_vat("90.00", "G")], {"buyer": with_siren("YT")}, EN, "B2BINT", False, "90.00"),
    "Saint-Barthélemy": ([without_vat("90.00", "G")], {"buyer": with_siren("BL")}, EN, "B2BINT", False, "90.00"),
    "Saint-Martin": ([without_vat("90.00", "G")], {"buyer": with_siren("MF")}, EN, "B2BINT", False, "90.00"),
    "Saint-Pierre": ([without_vat("90.00", "G")], {"buyer": with_siren("PM")}, EN, "B2BINT", False, "90.00"),
    "Guyane, services": ([OUTSIDE], {"buyer": with_siren("GF")}, EXTENDED, "B2BINT", False, "50.00"),
    "Monaco": ([line("100.00")], {"buyer": with_siren("MC")}, EN, "B2B", True, "120.00"),
    "Monaco by SIRET": (
        [line("10.00")],
        {
            "buyer": living(
                "MC", electronic_address=None, identifiers=[{"value": "20000000800017", "scheme_id": "0009"}]
            )
        },
        *(EN, "B2B", True, "12.00"),
    ),
    "Monaco, number of its own": (
        [line("100.00")],
        {"buyer": living("MC", vat_identifier="FR76000000019")},
        *(EN, "B2BINT", False, "120.00"),
    ),
    "outside VAT, to Britain": (
        [OUTSIDE],
        {"buyer": living("GB", vat_identifier="GB123456789")},
        *(EXTENDED, "B2BINT", False, "50.00"),
    ),
    "outside VAT, to Switzerland": (
        [OUTSIDE],
        {"buyer": living("CH", identifiers=[{"value": "CHE100000006", "scheme_id": "0183"}])},
        *(EXTENDED, "B2BINT", False, "50.00"),
    ),
    "outside VAT, at home": ([OUTSIDE], {}, EXTENDED, "OUTOFSCOPE", False, "50.00"),
    "outside VAT, no number": (
        [OUTSIDE],
        {
            "seller": SELLER
            | {"vat_identifier": None, "legal_registration_identifier": {"value": "100000009", "scheme_id": "0002"}},
            "buyer": with_siren("FR"),
        },
        *(EN, "OUTOFSCOPE", False, "50.00"),
    ),
    "VAT and outside VAT": ([line("100.00"), OUTSIDE], {}, EXTENDED, "B2B", True, "170.00"),
    "outside VAT in a charge": (
        [line("100.00")],
        {"charges": [{"amount": "5.00", "reason": "Débours", "vat_category_code": "O"}]},
        *(EXTENDED, "B2B", True, "125.00"),
    ),
    "teaching": ([EXEMPT], {}, EN, "OUTOFSCOPE", False, "80.00"),
    "insurance": ([without_vat("80.00", "E", "VATEX-FR-CGI261C-2")], {}, EN, "OUTOFSCOPE", False, "80.00"),
    "bare letting": ([without_vat("80.00", "E", "VATEX-FR-CGI261D-2")], {}, EN, "OUTOFSCOPE", False, "80.00"),
    "gambling": ([without_vat("80.00", "E", "VATEX-FR-CGI261E-1")], {}, EN, "OUTOFSCOPE", False, "80.00"),
    "teaching and outside VAT": ([EXEMPT, OUTSIDE], {}, EXTENDED, "OUTOFSCOPE", False, "130.00"),
    "teaching and books": ([EXEMPT, line("10.00", "5.5")], {}, EN, "B2B", True, "90.55"),
    "teaching, to a town": ([EXEMPT], {"buyer": TOWN}, EN, "B2B", True, "80.00"),
    "teaching, to Belgium": (
        [EXEMPT],
        {"buyer": living("BE", vat_identifier="BE0123456749")},
        *(EN, "B2BINT", False, "80.00"),
    ),
    "teaching, though B2B is said": ([EXEMPT], {"treatment": "B2B"}, EN, "B2B", False, "80.00"),
    "medicine, to a patient": (
        [EXEMPT],
        {"treatment": "B2C", "buyer": living("FR")},
        *(EN, "B2C", False, "80.00"),
    ),
    "franchise": ([without_vat("80.00", "E", "VATEX-FR-FRANCHISE")], {}, EN, "B2B", True, "80.00"),
    "payment request": (
        [line("100.00")],
        {"business_process_type": "S3", "buyer": TOWN},
        *(EN, None, False, "120.00"),
    ),
    "subcontractor": (
        [without_vat("100.00", "AE")],
        {"business_process_type": "S5"},
        *(EN, "B2B", True, "100.00"),
    ),
    "to a consumer": ([line("100.00")], {"treatment": "B2C", "buyer": living("FR")}, EN, "B2C", False, "120.00"),
    "to Germany, goods": (
        [without_vat("70.00", "K")],
        {
            "nature": "goods",
            "buyer": living("DE", vat_identifier="DE123456788"),
            "delivery": {"actual_delivery_date": "2026-11-02", "postal_address": {"country_code": "DE"}},
        },
        *(EN, "B2BINT", False, "70.00"),
    ),
    "to Germany, services": (
        [without_vat("70.00", "AE")],
        {"buyer": living("DE", vat_identifier="DE123456788")},
        *(EN, "B2BINT", False, "70.00"),
    ),
    "to America": (
        [without_vat("70.00", "G")],
        {"treatment": "B2BINT", "buyer": living("US")},
        EN,
        "B2BINT",
        False,
        "70.00",
    ),
    "to Polynesia": (
        [without_vat("70.00", "G")],
        {"buyer": living("PF", identifiers=[{"value": "123456", "scheme_id": "0229"}])},
        *(EN, "B2BINT", False, "70.00"),
    ),
    "credit note": ([line("100.00")], EARLIER, EN, "B2B", True, "120.00"),
    "to a town": ([line("100.00")], {"buyer": TOWN}, EN, "B2B", True, "120.00"),
    "only archived": ([line("100.00")], {"treatment": "ARCHIVEONLY"}, EN, "ARCHIVEONLY", False, "120.00"),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_each_kind_of_sale_is_valid_and_treated_as_the_reform_treats_it(name):
    """Profile, note BAR, what the portal is told and the total follow from parties and VAT; the invoice is valid."""
    lines, fields, profile, bar, exchanged, total = OUTCOMES[name]
    draft = draft_of(lines, **fields)
    (report,) = ei.validate(draft, policy=POLICY).documents
    invoice = draft.complete()
    assert [each.rule for each in report.findings if each.severity == "error"] == []
    assert (report.verdict, report.profile) == ("valid", profile)
    assert next((note.text for note in invoice.notes if note.subject_code == "BAR"), None) == bar
    assert is_exchanged(invoice) is exchanged
    assert invoice.totals.amount_with_vat == Decimal(total)


def test_what_is_exempt_by_nature_is_not_reported_whatever_its_note_says():
    """Art. 261: nothing is exchanged, nothing is reported, however the invoice is labelled."""
    assert treatment(draft_of([EXEMPT], treatment="B2C", buyer=living("FR")).complete()) == "OUTOFSCOPE"
    assert treatment(draft_of([EXEMPT], treatment="ARCHIVEONLY").complete()) == "ARCHIVEONLY"


# lines, fields, and what is worth a second look: the reason and its field
REMARKS: dict[str, tuple[list[dict[str, Any]], dict[str, Any], list[tuple[str, str]]]] = {
    "nothing": ([line("100.00")], {}, []),
    "60 days": ([line("100.00")], {"due_date": "2027-01-01"}, []),
    "61 days": ([line("100.00")], {"due_date": "2027-01-02"}, [("DUE-DATE", "due_date")]),
    "90 days": ([line("100.00")], {"due_date": "2027-01-31"}, [("DUE-DATE", "due_date")]),
    "45 days after the end of the month": ([line("100.00")], {"due_date": "2027-01-14"}, []),
    "end of the month after 45 days": (
        [line("100.00")],
        {"issue_date": "2026-11-17", "due_date": "2027-01-31"},  # 17 November + 45 days is 1 January
        [],
    ),
    "90 days, consumer": ([line("100.00")], {"due_date": "2027-01-31", "treatment": "B2C"}, []),
    "90 days, Germany": (
        [without_vat("100.00", "AE")],
        {"due_date": "2027-01-31", "buyer": living("DE", vat_identifier="DE123456788")},
        [],
    ),
    "the last day of all": (
        [line("100.00")],
        {"issue_date": "9999-10-02", "due_date": "9999-12-31"},
        [("DUE-DATE", "due_date"), ("FUTURE", "issue_date")],
    ),
    "19.6 %": ([line("100.00", "19.6")], {}, [("RATE", "lines[0].vat_rate")]),
    "20.6 %, twice": (
        [line("1.00"), line("1.00", "20.6"), line("1.00", "20.6")],
        *({}, [("RATE", "lines[1].vat_rate")]),
    ),
    "19.6 %, credited": ([line("100.00", "19.6")], EARLIER, []),
    "19.6 %, in 2013": ([line("100.00", "19.6")], {"issue_date": "2013-12-02", "due_date": "2013-12-31"}, []),
    "tomorrow": ([line("100.00")], {"issue_date": "2026-11-23"}, [("FUTURE", "issue_date")]),
    "today": ([line("100.00")], {"issue_date": "2026-11-22"}, []),
    "negative credit note": ([line("100.00", quantity="-1")], EARLIER, [("CREDIT", "type_code")]),
    "credit note less a fee": ([line("100.00"), line("10.00", quantity="-1")], EARLIER, []),
    "American without number": ([without_vat("70.00", "G")], {"buyer": living("US")}, [("PRIVATE", "treatment")]),
    "American, private": ([without_vat("70.00", "G")], {"buyer": living("US"), "treatment": "B2CINT"}, []),
    "American, told by its note": (
        [without_vat("70.00", "G")],
        {"buyer": living("US"), "notes": [{"subject_code": "BAR", "text": "B2BINT"}]},
        [],
    ),
    "Guyane without number": ([without_vat("9.00", "G")], {"buyer": living("GF")}, [("PRIVATE", "treatment")]),
}


@pytest.mark.parametrize("name", REMARKS)
def test_what_is_often_a_slip_is_worth_a_second_look(name):
    """Dates, rates, parties and signs that may be meant are warnings at their field, and never more."""
    lines, fields, expected = REMARKS[name]
    findings = ei.validate(draft_of(lines, **fields), policy=POLICY, language="en").findings
    told = {each.field: each for each in findings if each.rule == "EI-DRAFT-02"}
    assert set(told) == {field for _, field in expected}
    for reason, field in expected:
        assert told[field].severity == "warning"
        assert reason_of(reason) in told[field].message


def reason_of(name: str) -> str:
    """Some words of a reason that no other has."""
    return {
        "DUE-DATE": "is the longest term",
        "RATE": "no longer in force",
        "FUTURE": "after the day of this check",
        "CREDIT": "the buyer would have to pay",
        "PRIVATE": "reported as a private person",
    }[name]


# payment terms, and the note AAB that they make
DISCOUNTS = {
    None: "Pas d'escompte pour paiement anticipé.",
    "30 jours": "Pas d'escompte pour paiement anticipé.",
    "Escompte de 2 % sous 8 jours": "Escompte de 2 % sous 8 jours",
    "30 jours,\nsans escompte": "30 jours, sans escompte",
    "2 % discount within 10 days": "2 % discount within 10 days",
    "#SKONTO#TAGE=14#PROZENT=2.00#\n": "Escompte de 2 % pour paiement sous 14 jours",
    "#SKONTO#TAGE=7#PROZENT=2.50#BASISBETRAG=100.00#\n": "Escompte de 2,5 % sur 100,00 pour paiement sous 7 jours",
    "#SKONTO#TAGE=7#PROZENT=3.00#\n#SKONTO#TAGE=14#PROZENT=2.00#\n": (
        "Escompte de 3 % pour paiement sous 7 jours; Escompte de 2 % pour paiement sous 14 jours"
    ),
}


@pytest.mark.parametrize("terms", DISCOUNTS)
def test_a_discount_in_the_payment_terms_is_the_note_aab(terms):
    """An invoice never says that there is no discount beside one that it grants."""
    (note,) = [
        each.text
        for each in draft_of([line("1.00")], payment_terms=terms).complete().notes
        if each.subject_code == "AAB"
    ]
    assert note == DISCOUNTS[terms]


@pytest.mark.parametrize(
    ("buyer", "said", "points"),
    [
        (BUYER, None, "10 points"),
        (TOWN, None, "8 points"),
        (BUYER, True, "8 points"),
        (TOWN, False, "10 points"),
        (with_siren("FR", "110000007"), None, "8 points"),
        (with_siren("FR", "300000007"), None, "10 points"),
    ],
)
def test_a_public_buyer_pays_late_by_its_own_law(buyer, said, points):
    """Code de la commande publique: 8 points above the rate of the central bank, and the same fee of 40 euros."""
    notes = {
        each.subject_code: each.text
        for each in draft_of([line("1.00")], buyer=buyer, public_buyer=said).complete().notes
    }
    assert points in notes["PMD"]
    assert "40 euros" in notes["PMT"]
    assert ("commande publique" in notes["PMT"]) is ("commande publique" in notes["PMD"]) is (points == "8 points")


# what a party says of itself, and where it contradicts itself
IDENTITIES: dict[str, tuple[dict[str, Any], str | None]] = {
    "one company": ({}, None),
    "another SIRET": ({"identifiers": [{"value": "30000000700017", "scheme_id": "0009"}]}, "vat_identifier"),
    "its own SIRET": ({"identifiers": [{"value": "200 000 008 00017", "scheme_id": "0009"}]}, None),
    "another registration": (
        {"legal_registration_identifier": {"value": "300000007", "scheme_id": "0002"}},
        "vat_identifier",
    ),
    "another address": (
        {"electronic_address": {"value": "300000007", "scheme_id": "0225"}},
        "electronic_address.value",
    ),
    "an address in another company": (
        {"electronic_address": {"value": "200000008_30000000700017", "scheme_id": "0225"}},
        "electronic_address.value",
    ),
    "an address of a service": ({"electronic_address": {"value": "200000008_ACHATS", "scheme_id": "0225"}}, None),
    "member of a group": (
        {
            "legal_registration_identifier": {"value": "300000007", "scheme_id": "0002"},
            "identifiers": [{"value": "200000008", "scheme_id": "0231"}],
        },
        None,
    ),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_numbers_of_two_companies_are_a_warning(name):
    """The invoice would go to one and be declared by the other; members of a single taxable person are no mistake."""
    told, field = IDENTITIES[name]
    found = ei.validate(draft_of([line("1.00")], buyer=BUYER | told), policy=POLICY).findings
    mixed = [(each.severity, each.field) for each in found if each.rule == "EI-ID-02"]
    assert mixed == ([("warning", f"buyer.{field}")] if field else [])
