from __future__ import annotations

import pickle

import pytest

from einvoice.draft.problems import DraftError, Problem
from einvoice.errors import EInvoiceError, Mismatch, MissingExtra, Unreadable, Unrecognised, Unwritable
from einvoice.pdfa import Broken, Fault, Irreparable
from einvoice.rulebook import Sentence, text
from einvoice.schematron.rule_error import EngineFailure, RuleError

ERRORS = (
    Unreadable("EI-NO-XML-01", {"limit": "10"}),
    Unrecognised("EI-NO-KIND-02", {"what": Sentence("EI-NO-KIND-SVRL"), "root": "a"}),
    Unwritable("EI-NO-WRITE-01", {"target": "UBL"}, ("a finding",)),
    Mismatch("EI-NO-PAYMENT-01"),
    MissingExtra("pdf"),
    DraftError(Problem("number", "expected text, found 1", "1")),
    RuleError("house.sch", 3, "<a/>", "not supported"),
    EngineFailure("Saxon stopped"),
    Irreparable((Broken(Fault.SIGNED),)),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_exceptions_travel_between_processes(error):
    """What a worker raises arrives whole: its words and all that it carries."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_an_exception_speaks_english_and_its_sentence_both():
    """`str` is for programmers, the sentence for the report."""
    error = ERRORS[0]
    assert str(error) == "the document has more than 10 bytes, which is the limit"
    assert text(error.sentence(), "fr") == "le document a plus de 10 octets, ce qui est la limite"


def test_a_reason_within_a_reason_is_in_the_same_language():
    """The kind of a document is a sentence of its own."""
    assert str(ERRORS[1]).startswith("this is the report of a validator, not an invoice (root element a without")
    assert text(ERRORS[1].sentence(), "fr").startswith("c'est le rapport d'un validateur, pas une facture (élément")


def test_a_machine_without_rulebook_speaks_for_itself():
    """The compiler of rules says in English what it does not understand."""
    assert str(EInvoiceError("no such thing")) == "no such thing"
    assert text(ERRORS[6].sentence(), "fr") == "house.sch, line 3: not supported: <a/>"


def test_documents_that_do_not_belong_together_are_a_value_error_too():
    """Whoever caught `ValueError` before still does."""
    assert isinstance(ERRORS[3], ValueError)
