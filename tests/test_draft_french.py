from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from einvoice.draft import (
    Draft,
    early_payment_note,
    exemption,
    known_exemptions,
    late_payment_note,
    recovery_fee_note,
)
from einvoice.model import Identifier, Invoice, Party

SELLER = {
    "name": "VENDEUR",
    "vat_identifier": "FR88100000009",
    "legal_registration_identifier": {"value": "100000009", "scheme_id": "0002"},
    "postal_address": {"city_name": "PARIS", "country_code": "FR"},
}
BUYER = {
    "name": "ACHETEUR",
    "identifiers": [{"value": "20000000800017", "scheme_id": "0009"}],
    "postal_address": {"city_name": "LYON", "country_code": "FR"},
}
FOREIGN = {"name": "KÄUFER", "vat_identifier": "DE123456788", "postal_address": {"country_code": "DE"}}
HOURS = {"item_name": "Conseil", "quantity": "2", "unit_code": "HUR", "item_net_price": "50.00", "vat_rate": "20"}
GOODS = HOURS | {"unit_code": "C62", "nature": "goods"}


def draft_of(*lines: dict[str, Any], **fields: Any) -> Draft:
    """A French draft between French parties, unless said otherwise."""
    return Draft(
        **{"number": "F1", "issue_date": "2026-11-02", "seller": SELLER, "buyer": BUYER, "lines": lines or [HOURS]}
        | fields
    )


def invoice_of(*lines: dict[str, Any], **fields: Any) -> Invoice:
    """That draft, completed."""
    return draft_of(*lines, **fields).complete()


def notes_of(invoice: Invoice) -> dict[str | None, str | None]:
    """The notes by their subject."""
    return {note.subject_code: note.text for note in invoice.notes}


def test_a_small_draft_becomes_a_french_invoice():
    """Parties, one line and a date are enough for everything that French law and XP Z12-012 demand."""
    invoice = invoice_of()
    assert (invoice.currency_code, invoice.type_code, invoice.business_process_type) == ("EUR", "380", "S1")
    assert invoice.specification_identifier == "urn:cen.eu:en16931:2017"
    assert set(notes_of(invoice)) == {"PMT", "PMD", "AAB", "BAR"}
    assert notes_of(invoice)["BAR"] == "B2B"
    assert (invoice.buyer.legal_registration_identifier.value, invoice.buyer.electronic_address.value) == (
        "200000008",
        "200000008",
    )
    assert invoice.buyer.electronic_address.scheme_id == invoice.seller.electronic_address.scheme_id == "0225"


def test_the_mandatory_texts_cite_the_law():
    """The ready texts name the fee, the penalties and the articles that fix them; the terms can be others."""
    assert "40 euros" in recovery_fee_note().text
    assert "D. 441-5" in recovery_fee_note().text
    assert "10 points de pourcentage" in late_payment_note().text
    assert "au taux de trois fois l'intérêt légal" in late_payment_note("taux de trois fois l'intérêt légal").text
    assert early_payment_note().text == "Pas d'escompte pour paiement anticipé."
    assert early_payment_note("Escompte de 1 % sous 8 jours").subject_code == "AAB"


def test_notes_given_are_kept_and_come_first():
    """A note with a mandatory subject replaces ours; coded ones that we add come after all others."""
    own = [{"subject_code": "PMD", "text": "Pénalités : 12 %"}, {"text": "Merci"}]
    invoice = invoice_of(notes=own)
    assert [note.subject_code for note in invoice.notes] == ["PMD", None, "PMT", "AAB", "BAR"]
    assert notes_of(invoice)["PMD"] == "Pénalités : 12 %"


@pytest.mark.parametrize(
    ("party", "siren"),
    [
        ({"legal_registration_identifier": {"value": "100 000 009", "scheme_id": "0002"}}, "100000009"),
        ({"identifiers": [{"value": "10000000900017", "scheme_id": "0009"}]}, "100000009"),
        ({"vat_identifier": "FR88 100 000 009"}, "100000009"),
        ({"legal_registration_identifier": "100000009"}, "100000009"),
        ({"legal_registration_identifier": "RCS PARIS"}, None),
        ({"identifiers": [{"value": "1000", "scheme_id": "0009"}]}, None),
        ({"vat_identifier": "DE123456788"}, None),
        ({}, None),
    ],
)
def test_the_directory_address_follows_from_the_siren(party, siren):
    """A SIREN stated as such, in a SIRET or in a VAT number is the electronic address 0225; nothing else is."""
    seller = invoice_of(seller={"name": "V", "postal_address": {"country_code": "FR"}} | party).seller
    assert (seller.electronic_address.value if seller.electronic_address else None) == siren


def test_addresses_and_registrations_given_are_kept():
    """A party's own electronic address stays; only a scheme that its SIREN explains is added."""
    own = SELLER | {"electronic_address": {"value": "100000009_ACHATS"}}
    assert invoice_of(seller=own).seller.electronic_address.scheme_id == "0225"
    gln = SELLER | {"electronic_address": {"value": "3000000000007", "scheme_id": "0088"}}
    assert invoice_of(seller=gln).seller.electronic_address.scheme_id == "0088"
    rcs = SELLER | {"legal_registration_identifier": "RCS PARIS"}
    assert invoice_of(seller=rcs).seller.legal_registration_identifier.value == "RCS PARIS"


@pytest.mark.parametrize(
    "legal",
    [
        {"value": "10000000900017", "scheme_id": "0009"},
        {"value": "100 000 009 00017"},
        {"value": "100 000 009 00017", "scheme_id": "0002"},
    ],
)
def test_a_siret_as_legal_registration_is_understood(legal):
    """BT-30 is the SIREN at its head; the establishment is kept as an identifier."""
    seller = invoice_of(seller=SELLER | {"legal_registration_identifier": legal}).seller
    assert seller.legal_registration_identifier == Identifier(value="100000009", scheme_id="0002")
    assert seller.identifiers == (Identifier(value="10000000900017", scheme_id="0009"),)


@pytest.mark.parametrize("scheme", [None, "0002"])
def test_a_siren_with_blanks_is_understood(scheme):
    """As everybody prints it."""
    legal = {"value": "100 000 009", "scheme_id": scheme}
    seller = invoice_of(seller=SELLER | {"legal_registration_identifier": legal}).seller
    assert seller.legal_registration_identifier == Identifier(value="100000009", scheme_id="0002")


@pytest.mark.parametrize(
    ("lines", "fields", "process"),
    [
        ([HOURS], {}, "S1"),
        ([GOODS], {}, "B1"),
        ([HOURS, GOODS], {}, "M1"),
        ([HOURS, HOURS | {"unit_code": "C62"}], {}, None),
        ([HOURS | {"unit_code": "C62"}], {}, None),
        ([HOURS | {"unit_code": "C62"}], {"nature": "services"}, "S1"),
        ([HOURS], {"nature": "mixed"}, "M1"),
        ([HOURS | {"nature": "goods"}], {}, "B1"),
        ([HOURS], {"business_process_type": "S5"}, "S5"),
        ([{"sub_lines": [GOODS, HOURS | {"subtype_code": "INFORMATION"}]}], {}, "B1"),
        ([HOURS], {"totals": {"paid_amount": "120.00"}}, "S2"),
        ([HOURS], {"totals": {"paid_amount": "119.00"}}, "S1"),
        ([HOURS], {"preceding_invoices": [{"reference": "F0", "type_code": "386"}]}, "S4"),
        ([HOURS], {"preceding_invoices": [{"reference": "F0", "type_code": "386"}], "type_code": "381"}, "S1"),
        ([HOURS], {"preceding_invoices": [{"reference": "F0"}]}, "S1"),
    ],
)
def test_the_business_process_follows_from_what_is_sold_and_how_it_is_paid(lines, fields, process):
    """Goods, services or both give the letter, payment the digit; what nothing says is left open."""
    assert invoice_of(*lines, **fields).business_process_type == process


def test_an_invoice_already_paid_says_so():
    """S2: everything is paid, nothing due, and the due date is the day of the invoice where none is given."""
    invoice = invoice_of(business_process_type="S2")
    assert (invoice.totals.paid_amount, invoice.totals.amount_due) == (Decimal("120.00"), Decimal("0.00"))
    assert invoice.due_date == date(2026, 11, 2)
    assert invoice_of(business_process_type="S2", due_date="2026-10-30").due_date == date(2026, 10, 30)
    assert invoice_of().due_date is None


@pytest.mark.parametrize(
    ("buyer", "fields", "treatment"),
    [
        (BUYER, {}, "B2B"),
        (BUYER, {"treatment": "B2C"}, "B2C"),
        (BUYER, {"notes": [{"subject_code": "BAR", "text": "ARCHIVEONLY"}]}, "ARCHIVEONLY"),
        (FOREIGN, {}, "B2BINT"),
        ({"name": "X", "postal_address": {"country_code": "CH"}}, {}, None),
        (None, {}, None),
    ],
)
def test_the_treatment_follows_from_the_parties(buyer, fields, treatment):
    """Two French parties are B2B, a registered foreign buyer B2BINT; who may be a consumer is not guessed."""
    assert notes_of(invoice_of(buyer=buyer, **fields)).get("BAR") == treatment


def test_a_foreign_buyer_gets_nothing_french():
    """Only French parties get a SIREN and an address in the French directory."""
    buyer = invoice_of(buyer=FOREIGN).buyer
    assert buyer.legal_registration_identifier is None
    assert buyer.model_copy(update={"electronic_address": None}) == Party.model_validate(FOREIGN)


@pytest.mark.parametrize(
    ("buyer", "address"),
    [
        (FOREIGN, "9930:DE123456788"),
        (
            FOREIGN | {"electronic_address": {"value": "kaufer@client.example", "scheme_id": "EM"}},
            "EM:kaufer@client.example",
        ),
        (FOREIGN | {"vat_identifier": None, "contact": {"email_address": "k@client.example"}}, "EM:k@client.example"),
        (
            {"name": "X", "vat_identifier": "SE556012345601", "contact": {"email_address": "x@x.example"}},
            "EM:x@x.example",
        ),
        ({"name": "X", "postal_address": {"country_code": "US"}}, None),
        ({"name": "X", "vat_identifier": "ATU12345678"}, "9914:ATU12345678"),
    ],
)
def test_a_foreign_buyer_is_reached_under_what_is_known(buyer, address):
    """BT-49: its own, else the VAT number where that is a scheme of addresses, else the e-mail address."""
    found = invoice_of(buyer=buyer).buyer.electronic_address
    assert (f"{found.scheme_id}:{found.value}" if found else None) == address


@pytest.mark.parametrize("country", ["GP", "MQ", "RE", "GF", "YT"])
def test_overseas_sellers_are_french(country):
    """A seller in an overseas department invoices as France."""
    seller = SELLER | {"postal_address": {"country_code": country}}
    assert invoice_of(seller=seller).currency_code == "EUR"


def test_a_seller_without_country_is_french_by_its_siren():
    """A SIREN makes a seller French as long as no country says otherwise."""
    without = {name: value for name, value in SELLER.items() if name != "postal_address"}
    assert invoice_of(seller=without).currency_code == "EUR"
    assert invoice_of(seller=SELLER | {"postal_address": {"country_code": "BE"}}).currency_code is None


def test_a_franchise_seller_is_registered_by_its_siren():
    """Who charges no VAT has no VAT number: category E, the article of the CGI, the SIREN as BT-32 (BR-E-02)."""
    seller = {name: value for name, value in SELLER.items() if name != "vat_identifier"}
    invoice = invoice_of(HOURS | {"vat_rate": None, "vat_exemption_reason_code": "VATEX-FR-FRANCHISE"}, seller=seller)
    (group,) = invoice.vat_breakdown
    assert (group.category_code, group.exemption_reason) == ("E", "TVA non applicable, art. 293 B du CGI")
    assert invoice.seller.tax_registration_identifier == "100000009"
    assert invoice_of(seller=seller).seller.tax_registration_identifier is None


def test_vat_on_debits_is_a_code_and_a_mention():
    """With the option BT-8 is 3 and the words of the law stand; without it services are due on payment."""
    invoice = invoice_of(vat_on_debits=True)
    assert invoice.tax_point_date_code == "3"
    assert "Option pour le paiement de la taxe d'après les débits" in [note.text for note in invoice.notes]
    assert invoice_of(vat_on_debits=False).tax_point_date_code == "432"
    assert invoice_of(GOODS, vat_on_debits=False).tax_point_date_code is None
    assert invoice_of().tax_point_date_code is None
    assert invoice_of(vat_on_debits=True, tax_point_date="2026-11-02").tax_point_date_code is None


def test_a_foreign_currency_books_its_vat_in_euros():
    """BR-FR-CO-12: an invoice in another currency states its VAT in EUR, by the rate given."""
    invoice = invoice_of(currency_code="USD", exchange_rate={"rate": "0.9"})
    assert invoice.vat_accounting_currency_code == "EUR"
    assert invoice.totals.vat_amount_in_accounting_currency == Decimal("18.00")


def test_a_member_of_a_single_taxable_person_says_so():
    """An identifier 0231 brings the note TXD (BR-FR-CO-14)."""
    seller = SELLER | {"identifiers": [{"value": "300000007", "scheme_id": "0231"}]}
    assert notes_of(invoice_of(seller=seller))["TXD"] == "MEMBRE_ASSUJETTI_UNIQUE"


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ([{"sub_lines": [HOURS]}], {}),
        ([HOURS], {"payer": {"name": "PAYEUR"}}),
        ([HOURS], {"preceding_invoices": [{"reference": "F0", "type_code": "380"}]}),
        ([HOURS | {"notes": ["Un", "Deux"]}], {}),
        ([HOURS | {"vat_exemption_reason": "Hors taxe"}], {}),
        (
            [
                HOURS | {"vat_rate": None, "vat_exemption_reason_code": "VATEX-EU-F"},
                HOURS | {"vat_rate": None, "vat_exemption_reason_code": "VATEX-EU-J"},
            ],
            {},
        ),
        ([HOURS, HOURS | {"vat_category_code": "O", "vat_rate": None}], {}),
    ],
)
def test_what_en_16931_cannot_say_makes_the_profile_extended(lines, fields):
    """A term of the French extension, a second value, several reasons: EXTENDED-CTC-FR; a profile given stays."""
    assert invoice_of(*lines, **fields).specification_identifier.endswith("extended-ctc-fr")
    given = "urn:cen.eu:en16931:2017"
    assert invoice_of(*lines, specification_identifier=given, **fields).specification_identifier == given


def test_the_extended_profile_has_a_vat_group_per_reason():
    """Each reason has its group and stands on its lines; reverse charge keeps one group, as the UBL rules want."""
    exempt = HOURS | {"vat_rate": None}
    invoice = invoice_of(
        exempt | {"vat_exemption_reason_code": "VATEX-EU-F"},
        exempt | {"vat_exemption_reason_code": "VATEX-EU-J"},
        exempt | {"vat_category_code": "AE"},
        exempt | {"vat_category_code": "AE", "vat_exemption_reason_code": "VATEX-FR-AE"},
    )
    assert [(group.category_code, group.exemption_reason_code) for group in invoice.vat_breakdown] == [
        ("E", "VATEX-EU-F"),
        ("E", "VATEX-EU-J"),
        ("AE", None),
    ]
    assert invoice.lines[0].vat_exemption_reason == "Régime particulier - Biens d'occasion"


def test_given_groups_are_matched_by_their_reason():
    """Where groups have reasons, an entry given with a reason is about that group, and keeps its place."""
    exempt = HOURS | {"vat_rate": None}
    draft = draft_of(
        exempt | {"vat_exemption_reason_code": "VATEX-EU-F"},
        exempt | {"vat_exemption_reason_code": "VATEX-EU-J", "item_net_price": "7.00"},
        vat_breakdown=[{"category_code": "E", "exemption_reason_code": "VATEX-EU-J"}, {"category_code": "Z"}],
    )
    groups = draft.complete().vat_breakdown
    assert [(group.category_code, group.exemption_reason_code, group.taxable_amount) for group in groups] == [
        ("E", "VATEX-EU-J", Decimal("14.00")),
        ("Z", None, None),
        ("E", "VATEX-EU-F", Decimal("100.00")),
    ]
    assert draft.disagreements() == ()


def test_a_french_profile_or_process_makes_a_draft_french():
    """A draft that names EXTENDED-CTC-FR or a French business process is French before its seller is known."""
    extended = "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr"
    assert Draft(specification_identifier=extended).complete().currency_code == "EUR"
    assert Draft(business_process_type="S1").complete().currency_code == "EUR"
    assert Draft(business_process_type="urn:fdc:peppol.eu:2017:poacc:billing:01:1.0").complete().currency_code is None


def test_every_exemption_has_both_texts_and_a_category():
    """No code is offered without its words; a category with one reason knows its code."""
    for found in known_exemptions():
        assert found.fr
        assert found.en
        assert found.category in {"E", "AE", "G", "K", "O"}
        assert exemption(found.code, None) == found
    assert exemption(None, "K").code == "VATEX-EU-IC"
    assert exemption("vatex-fr-franchise", None).category == "E"
    assert exemption(None, "E") is None
    assert len({found.code for found in known_exemptions()}) == len(known_exemptions())


def test_exemptions_are_those_of_the_code_list():
    """Every VATEX code that the rules accept has its words here."""
    from einvoice.codes import code_list

    assert {found.code for found in known_exemptions()} == set(code_list("vatex").codes)


def test_a_consumer_is_told_that_the_rules_for_professionals_do_not_apply():
    """The notes are mandatory on a consumer's invoice too; they say that fee and penalties are without object."""
    notes = notes_of(invoice_of(treatment="B2C"))
    assert "sans objet" in notes["PMT"]
    assert "sans objet" in notes["PMD"]


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ("Rabais de 2 % pour paiement anticipé", True),
        ("Remise de 1 % en cas de règlement anticipé", True),
        ("2 % off for early payment", True),
        ("Paiement comptant", False),
        ("30 jours fin de mois", False),
    ],
)
def test_terms_that_reward_an_early_payment_are_the_note_about_it(terms, told):
    """Whatever the discount is called, « pas d'escompte » does not contradict them; other terms leave that note."""
    assert notes_of(invoice_of(payment_terms=terms))["AAB"] == (
        terms if told else "Pas d'escompte pour paiement anticipé."
    )
