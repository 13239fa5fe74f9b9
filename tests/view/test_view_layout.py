from __future__ import annotations

import re
from decimal import Decimal

import pytest
from view_samples import GALLERY

from einvoice.model import AllowanceCharge, Invoice, Line, Party
from einvoice.view import layout, lines
from einvoice.view.formatting import Language
from einvoice.view.layout import page_of
from einvoice.view.lines import in_groups
from einvoice.view.page import Page, Table, spans_of
from einvoice.view.words import label, meaning


def _block(page: Page, name: str):
    """The block of that name, wherever it stands."""
    waiting = list(page.blocks)
    while waiting:
        block = waiting.pop(0)
        if getattr(block, "name", None) == name:
            return block
        waiting += [each for each in (*getattr(block, "left", ()), getattr(block, "right", None)) if each]
    raise AssertionError(f"no block {name}")


def _text(part: object) -> str:
    return "".join(span.text for span in spans_of(part)).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("code", "french", "english", "family"),
    [
        ("380", "Facture", "Invoice", "invoice"),
        ("381", "Avoir", "Credit note", "credit_note"),
        ("384", "Facture rectificative", "Corrected invoice", "invoice"),
        ("386", "Facture d’acompte", "Prepayment invoice", "invoice"),
        ("389", "Autofacture", "Self-billed invoice", "invoice"),
        ("503", "Avoir sur facture d’acompte", "Prepayment credit note", "credit_note"),
        ("no such type", "Facture", "Invoice", "invoice"),
        (None, "Facture", "Invoice", "invoice"),
    ],
)
def test_the_title_says_what_it_is(code, french, english, family):
    """The kind of document is its title, in the reader's language."""
    page = page_of(Invoice(type_code=code), "fr")
    assert (page.title, page.family) == (french, family)
    assert page_of(Invoice(type_code=code), "en").title == english


def test_nothing_makes_an_empty_page():
    """An invoice without a single value is a title and nothing more."""
    assert page_of(Invoice(), "fr").blocks == ()


def test_members_follow_their_group():
    """Lines that name their parent stand below it, whatever their order in the file; unknown parents do no harm."""
    given = (
        Line(identifier="1.1", parent_line_identifier="1"),
        Line(identifier="2"),
        Line(identifier="1", sub_lines=(Line(identifier="a", sub_lines=(Line(identifier="b"),)),)),
        Line(identifier="1.1.1", parent_line_identifier="1.1"),
        Line(identifier="3", parent_line_identifier="gone"),
    )
    shown = [(line.identifier, path, level) for line, path, level in in_groups(given)]
    assert shown == [
        ("2", "lines[1]", 0),
        ("1", "lines[2]", 0),
        ("a", "lines[2].sub_lines[0]", 1),
        ("b", "lines[2].sub_lines[0].sub_lines[0]", 2),
        ("1.1", "lines[0]", 1),
        ("1.1.1", "lines[3]", 2),
        ("3", "lines[4]", 0),
    ]


def test_no_line_is_lost_in_a_circle():
    """Lines that are each other's parents are still shown, once each."""
    given = (
        Line(identifier="1", parent_line_identifier="2"),
        Line(identifier="2", parent_line_identifier="1"),
        Line(identifier="3", parent_line_identifier="3"),
        Line(identifier="4"),
    )
    assert sorted(line.identifier or "" for line, _, _ in in_groups(given)) == ["1", "2", "3", "4"]


def test_sub_lines_may_be_deep():
    """A thousand lines inside each other are no reason to fail."""
    line = Line(identifier="0")
    for number in range(1, 1000):
        line = Line.model_construct(identifier=str(number), sub_lines=(line,))
    assert len(list(in_groups((line,)))) == 1000


def test_codes_have_their_meaning_beside_them():
    """Units in the plural, VAT categories, countries and schemes in words, and the code itself."""
    page = page_of(GALLERY["services"](), "fr")
    assert "12,5 heures HUR" in _text(_block(page, "lines"))
    assert "1 forfait LS" in _text(_block(page, "lines"))
    assert "Exonéré de TVA E" in _text(_block(page, "vat_summary"))
    assert "France FR" in _text(_block(page, "parties"))
    assert [entry.label for entry in _block(page, "parties").cards[0].entries][1:3] == ["SIREN", "SIRET"]


def test_the_vat_in_euros_has_its_own_currency():
    """An invoice in dollars shows its VAT in euros with the rate; no other amount is in euros."""
    text = _text(_block(page_of(GALLERY["export"](), "fr"), "totals"))
    assert "168,00 USD" in text
    assert "154,81 €" in text
    assert "0,9215 · 02/11/2026" in text


def test_a_credit_note_names_what_it_credits():
    """The number of the original invoice stands at the top, and the amount is not one to pay."""
    page = page_of(GALLERY["credit-note"](), "fr")
    assert _block(page, "origin").entries[0].label == "Facture d’origine"
    assert _block(page, "summary").entries[-1].label == "Montant à créditer"


def test_columns_without_a_value_are_left_out():
    """A table of allowances in which nobody gives a percentage has no such column."""
    plain = Invoice(allowances=(AllowanceCharge(amount=Decimal(5), reason="x"),))
    table = _block(page_of(plain, "fr"), "adjustments")
    assert isinstance(table, Table)
    assert [column.label for column in table.columns] == ["Motif", "Montant HT"]


def test_a_reason_in_words_needs_no_meaning():
    """Where the invoice says the reason itself, its code stands alone; else the code's meaning is said."""
    said = AllowanceCharge(amount=Decimal(5), reason="Geste", reason_code="95")
    coded = AllowanceCharge(amount=Decimal(5), reason_code="95")
    table = _block(page_of(Invoice(allowances=(said, coded), charges=(coded,)), "fr"), "adjustments")
    assert [_text(row.cells[0]) for row in table.rows] == ["Remise Geste 95", "Remise Remise 95", "Frais 95"]


def test_labels_exist_in_both_languages():
    """Every label and meaning has a French and an English text, and every key that the layout uses exists."""
    languages: tuple[Language, ...] = ("fr", "en")
    sources = [value for module in (layout, lines) for value in vars(module).values() if isinstance(value, str)]
    keys = {key for source in sources for key in re.findall(r"\[(\w+)\]", source)} - {"str"}
    for language in languages:
        assert all(label(key, language) for key in keys)
        assert meaning("unit", "HUR", language, many=True) != meaning("unit", "HUR", language)
        assert meaning("country", "FR", language) == "France"
        assert meaning("scheme", "not a scheme", language) == ""
        assert meaning("no such list", "x", language) == ""


def test_a_party_with_nothing_but_a_vat_number_is_shown():
    """Whoever takes part gets a card, however little is known."""
    page = page_of(Invoice(seller_tax_representative=Party(vat_identifier="FR88100000009")), "fr")
    assert _block(page, "other_parties").cards[0].title == "Représentant fiscal du vendeur"
