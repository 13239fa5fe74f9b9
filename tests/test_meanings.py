"""`explain` knows every id and code that a user meets, in both languages."""

import re

import pytest

import einvoice as ei
from einvoice import cli
from einvoice.codes import CODE_LISTS, code_list
from einvoice.errors import Unrecognised
from einvoice.france.lifecycle.codes import ACTIONS, CHARACTERISTICS, REASONS, STATUSES


@pytest.mark.parametrize(
    ("code", "fr", "en"),
    [
        ("VATEX-EU-AE", "motif d'exonération de TVA", "reason for exemption from VAT"),
        ("vatex-eu-ae", "motif d'exonération de TVA", "reason for exemption from VAT"),
        ("AE", "catégorie de TVA", "VAT category"),
        ("B1", "cadre de facturation", "business process"),
        ("380", "type de facture", "type of invoice"),
        ("HUR", "unité", "unit"),
        ("58", "moyen de paiement : Virement SEPA", "means of payment: SEPA credit transfer"),
        ("205", "statut du cycle de vie (MDT-105) : Approuvée", "status of the life cycle (MDT-105): Approved"),
        ("TX_TVA_ERR", "motif d'un statut (MDT-113) : Taux de TVA erroné", "Wrong VAT rate"),
        ("NIN", "Émettre une facture rectificative", "Issue a corrective invoice"),
        ("PMD", "objet de note", "subject of a note"),
        ("0225", "schéma d'adresse électronique", "scheme of an electronic address"),
        ("TLB1", "catégorie de transaction", "category of an e-reported transaction"),
    ],
)
def test_a_code_is_explained(code, fr, en):
    """What list it is of, and what it means."""
    found = ei.explain(code)
    assert fr in found.fr
    assert en in found.en
    assert found.source
    assert found.codes


def test_every_code_of_every_list_is_explained():
    """None is missing, and a code that is also a rule or a term says both."""
    codes = {code for name in CODE_LISTS for code in code_list(name).codes}
    for code in (*codes, *STATUSES, *REASONS, *ACTIONS, *CHARACTERISTICS):
        assert code in {each.code for each in ei.explain(code).codes}, code


def test_a_term_lists_its_codes():
    """What may stand there."""
    assert {each.code for each in ei.explain("BT-151").codes} == set(code_list("vat_category").codes)
    assert {each.list for each in ei.explain("BT-3").codes} == {"invoice_type"}
    assert ei.explain("BT-112").codes == ()


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("VATEX-EU-AEE", "VATEX-EU-AE"),
        ("BR-CO-1O", "BR-CO-1"),
        ("TX_TVA_ER", "TX_TVA_ERR"),
    ],
)
def test_what_is_spelled_alike_is_proposed(given, near):
    """A slip of the pen is answered with what may have been meant."""
    with pytest.raises(Unrecognised, match=rf"did you mean.*{near}"):
        ei.explain(given)


def test_the_command_shows_codes(capsys):
    """All of a short list; of two thousand units the first, and how many more there are."""
    assert cli.run(["explain", "BT-151", "--lang", "en"]) == 0
    assert "AE  Reverse charge" in capsys.readouterr().out
    assert cli.run(["explain", "BT-130", "--lang", "fr"]) == 0
    out = capsys.readouterr().out
    assert "… encore " in out
    assert len(out.splitlines()) < 80


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("BRCO15", "BR-CO-15"),
        ("br co 15", "BR-CO-15"),
        ("bt112", "BT-112"),
        ("BT 112", "BT-112"),
        ("BR-FR-05/BT-22", "BR-FR-05_BT-22"),
        ("VATEX_EU_AE", "VATEX-EU-AE"),
        ("dest inc", "DEST_INC"),
        ("C 62", "C62"),
        ("#PMT#", "PMT"),
        ("0225::100000009", "0225"),
        ("iso6523-actorid-upis::0225", "0225"),
        ("tt81", "TT-81"),
        ("MDT-105", "MDT-105"),
        ("lines[3].net_amount", "BT-131"),
    ],
)
def test_any_spelling_of_what_there_is_once_will_do(given, meant):
    """Without hyphens, with blanks, as it stands in a note, an address or a report."""
    assert ei.explain(given).id == meant


@pytest.mark.parametrize("given", ["", "::", "#", "lines[", "--", "XX?"])
def test_what_is_nothing_is_refused(given):
    """Neither a guess nor a crash."""
    with pytest.raises(Unrecognised, match=re.escape(f"'{given}'")):
        ei.explain(given)


def test_a_code_of_invoices_comes_before_a_country():
    """AE is reverse charge to whoever holds an invoice, and the Emirates, too."""
    assert ei.explain("ae").en.startswith("VAT category: Reverse charge\ncountry: United Arab Emirates")


def test_the_number_of_a_message_lists_its_codes():
    """TT-81 is no business term of invoices; its categories are listed."""
    assert {each.code for each in ei.explain("TT-81").codes} >= {"TLB1", "TPS1", "TNT1", "TMA1"}


def test_an_item_of_a_message_is_explained_as_messages_name_it():
    """MDT-126 stands in what rules say of a status; an item that we have no words for is no business term either."""
    found = ei.explain("mdt126")
    assert (found.id, found.fr, found.field) == ("MDT-126", "le commentaire", "subject.details[].remarks[].text")
    for given in ("TT-28", "MDT-999"):
        with pytest.raises(Unrecognised) as refused:
            ei.explain(given)
        assert "BT-28" not in str(refused.value)


def test_a_rule_of_factur_x_is_explained_by_its_equal():
    """FX-SCH-A-000121 is what everybody else calls BR-CO-15: by its text, or by the table where its text names none."""
    found = ei.explain("fx-sch-a-000121")
    assert found.en == f"= BR-CO-15: {ei.explain('BR-CO-15').en}"
    assert "BT-112" in found.terms
    assert ei.explain("FX-SCH-A-000036").en.startswith("= BR-CL-14: ")
