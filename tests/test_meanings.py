"""`explain` knows every id and code that a user meets, in both languages."""

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
        ("58", "moyen de paiement : Virement SEPA", "means of payment: SEPA credit transfer"),
        ("205", "statut du cycle de vie (MDT-105) : Approuvée", "status of the life cycle (MDT-105): Approved"),
        ("TX_TVA_ERR", "motif d'un statut (MDT-113) : Taux de TVA erroné", "Wrong VAT rate"),
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
