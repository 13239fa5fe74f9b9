from __future__ import annotations

import pickle

import pytest

from einvoice import rulebook
from einvoice.rulebook import Observation, Sentence, finding, severity_of, text, words


def test_a_row_and_facts_make_words():
    """The facts fill the places, in the language asked for."""
    facts = {"found": "305", "expected": "23"}
    assert (
        words("EI-CDV-22", facts, "fr").message == "La phase (MDT-77) 305 n'est pas celle de ce statut ; attendu : 23."
    )
    assert words("EI-CDV-22", facts, "en").message == "The phase (MDT-77) 305 does not match this status: 23."


def test_an_id_without_a_row_has_no_words():
    """Nothing is made up: that an id of ours has no row is a fault of ours."""
    with pytest.raises(KeyError, match="EI-NOTHING"):
        words("EI-NOTHING", {}, "fr")


def test_a_fact_may_be_a_sentence():
    """A reason is put into the language of the sentence that gives it."""
    reason = Sentence("EI-STEP-05", {"code": "9"})
    told = Sentence("EI-PARSE-01", {"reason": reason})
    assert text(told, "fr").endswith("lu : le processus qui contrôlait ce document s'est arrêté (code 9)")
    assert text(told, "en").endswith("read: the process that validated this document ended (exit code 9)")


def test_an_observation_is_worded_at_the_edge():
    """Message and hint are in the language asked for, `message_en` is English, the row gives term and source."""
    compared = {"found": "USD", "expected": "EUR"}
    seen = Observation(
        "EI-READ-04", "warning", "read", {"amount": "USD", "invoice": "EUR", "count": "2", **compared}, line=7
    )
    french, english = finding(seen, "fr"), finding(seen, "en")
    assert french.message.startswith("Le montant est en USD, la facture en EUR (dans 2 éléments)")
    assert french.message_en == english.message == english.message_en
    assert (french.hint[:8], english.hint[:7]) == ("Corrigez", "Correct")
    assert (french.found, french.expected, french.line, french.source) == (
        "USD",
        "EUR",
        7,
        rulebook.row("EI-READ-04").source,
    )
    assert finding(Observation("BR-02", "error", "profile"), "fr").term == "BT-1"
    assert finding(Observation("BR-02", "error", "profile", term=""), "fr").term is None


def test_another_row_may_word_a_rule():
    """A rule with many sentences names the one; the id in the report stays the rule's own."""
    seen = Observation("BR-02", "error", "profile", {"reason": "boom"}, wording="EI-STEP-08", official="unheard")
    told = finding(seen, "en")
    assert (told.rule, told.message) == ("BR-02", "The rule could not be evaluated: boom")


def test_notes_stand_behind_the_hint():
    """A known defect of a rule is said after what to do."""
    note = Sentence("EI-DEFECT-SOFTENED_WARNING")
    told = finding(Observation("EI-DRAFT-01", "warning", "draft", {"reason": "x"}, notes=(note,)), "en")
    assert told.hint == "Leave it empty, and it will be computed. Softened to a warning."


def test_a_row_of_ours_says_how_bad_it_is():
    """Where a rule is always as severe, its row knows."""
    assert severity_of("EI-PDF-06") == "warning"
    with pytest.raises(KeyError):
        severity_of("EI-CDV-02")  # an error to the portal, advice to others


def test_what_is_said_travels_between_processes():
    """Observations are pickled: workers send them."""
    seen = Observation("EI-DRAFT-01", "warning", "draft", {"reason": Sentence("EI-STEP-03")})
    assert pickle.loads(pickle.dumps(seen)) == seen  # noqa: S301 - our own bytes


def test_a_published_rule_speaks_our_words_in_both_languages():
    """Its own text is kept beside them; of a family, and of a rule without words, it is the message."""
    seen = Observation("BR-02", "error", "profile", official="An Invoice shall have an Invoice number (BT-1).")
    french, english = finding(seen, "fr"), finding(seen, "en")
    assert french.message == "Le numéro de facture (BT-1) manque."
    assert french.message_en == english.message == "The invoice number (BT-1) is missing."
    assert french.official == english.official == seen.official
    family = finding(Observation("UBL-CR-001", "warning", "profile", official="No UBLExtensions."), "en")
    assert (family.message, family.official) == ("No UBLExtensions.", "No UBLExtensions.")
    house = finding(Observation("HOUSE-1", "warning", "house", official="Say please."), "fr")
    assert (house.message, house.message_en, house.official) == ("Say please.", "Say please.", None)


def test_an_empty_value_is_shown_as_empty():
    """… stands for what is not known; a value that is there and empty is none of that."""
    assert words("XSD-16", {"found": "", "place": "cbc:DueDate"}, "en").message.startswith(
        'The value "" of cbc:DueDate'
    )
    assert words("XSD-16", {"place": "cbc:DueDate"}, "en").message.startswith('The value "…" of cbc:DueDate')
