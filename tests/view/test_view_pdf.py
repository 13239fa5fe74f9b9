from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pypdf
import pytest
from folders import FIXTURES
from hypothesis import given, settings
from hypothesis import strategies as st
from view_samples import GALLERY, logo

import einvoice as ei
from einvoice.errors import MissingExtra, Unreadable
from einvoice.model import Invoice, Line, Note, Party, VatBreakdown
from einvoice.view import render_html, render_pdf
from einvoice.view.layout import page_of
from einvoice.view.page import Beside
from einvoice.view.pdf import _glyphs

DRAFTS = FIXTURES / "drafts"
HOSTILE = (
    '#eval("1+1")',
    '#read("/etc/passwd")',
    "#page-data",
    "*gras* _italique_ `code` $x^2$ = titre",
    "@ref <label> // /* */ \\u{41} ~ -- ---",
    "```typ #panic() ```",
    '"); #panic("x',
    "]] }} #",
)


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_do_not_become_code(text):
    """Text that looks like a Typst program is printed, not run."""
    shown = _text(render_pdf(Invoice(number="1", notes=(Note(text=text),))))
    assert text in shown.replace("\n", " ")


@settings(max_examples=40)
@given(st.text(max_size=40))
def test_any_text_makes_a_pdf(text):
    """No text, in whatever script, keeps the PDF from being written."""
    assert render_pdf(Invoice(number="1", lines=(Line(item_name=text),))).startswith(b"%PDF-")


def test_letters_of_many_languages_are_drawn():
    """French, Greek, Cyrillic, Czech, Turkish and Hebrew letters, and the signs of an invoice, are drawn."""
    text = "Œuvre à façon, 12 € — Ελλάδα, Київ, Příbram, Şişli, שלום, № 5 ½ m² ≥ 3"
    assert text.split(maxsplit=1)[0] in _text(render_pdf(Invoice(seller=Party(name=text))))
    assert _glyphs("inter") | _glyphs("fallback") >= set(text)


def test_what_no_font_can_draw_is_spelled_out():
    """Chinese and emoji appear by their code; the HTML shows them."""
    invoice = Invoice(number="1", seller=Party(name="中文 👍"))
    assert "[U+4E2D][U+6587] [U+1F44D]" in _text(render_pdf(invoice))
    assert "中文 👍" in render_html(invoice).decode()


def test_a_letter_and_its_mark_in_two_fonts():
    """A combination that no single font has does not break the PDF either."""
    strange = "".join(f"{base}{mark}" for base in "aשא中" for mark in "\u0301\u05b8\u0489\u093c")
    assert render_pdf(Invoice(number="1", seller=Party(name=strange))).startswith(b"%PDF-")


def test_the_pdf_is_archivable_and_accessible():
    """PDF/A-3a and PDF/UA-1 by its own statement; tagged, titled, in its language, with an output intent."""
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(GALLERY["services"](), logo=logo())))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert "/StructTreeRoot" in root
    assert "/OutputIntents" in root
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.metadata
    assert reader.metadata.title == "Facture F2026-0117 – Atelier Modèle"


def test_the_same_input_and_date_make_the_same_bytes():
    """Nothing depends on today, and the date that is given is the one that is written."""
    invoice = GALLERY["services"]()
    assert render_pdf(invoice) == render_pdf(invoice)
    dated = render_pdf(invoice, date=datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert dated == render_pdf(invoice, date=datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert dated != render_pdf(invoice)
    created = pypdf.PdfReader(io.BytesIO(dated)).metadata
    assert created
    assert created.creation_date == datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_pages_say_what_they_belong_to():
    """Each page of a long invoice has its number, the invoice's number, and the table's header again."""
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render_pdf(GALLERY["long"]()))).pages]
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} sur {len(pages)}" in text
        assert "F2026-0150" in text
    assert all("Désignation" in text for text in pages[:3])


def _sizes(pdf: bytes) -> dict[str, float]:
    """The size in points that each piece of text is drawn in."""
    sizes: dict[str, float] = {}
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(
            visitor_text=lambda text, cm, tm, _, size: sizes.update({text.strip(): size * abs(tm[3] * cm[3])})
        )
    return sizes


@pytest.mark.parametrize("path", sorted(DRAFTS.glob("*.json")), ids=lambda path: path.stem)
def test_a_short_invoice_is_one_page_that_can_be_read(path):
    """Up to five lines, with all that the law demands: one page; letters of 7.5 points and more, codes apart.

    Who invoices for several sellers names each of them in full: that takes a second page.
    """
    draft = ei.Draft.model_validate_json(path.read_bytes())
    for language in ("fr", "en"):
        pdf = ei.render(draft, "pdf", language=language)
        assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == (2 if path.stem == "several-sellers" else 1)
        sentences = {text: size for text, size in _sizes(pdf).items() if " " in text}
        assert len(sentences) > 10
        assert min(sentences.values()) >= 7.5


def test_a_long_payment_stands_below_the_totals():
    """What is about as tall as the totals stands beside them; longer terms have the page's whole width."""
    invoice = GALLERY["services"]()
    for words, beside in (("30 jours", True), ("30 jours. " * 50, False)):
        page = page_of(invoice.model_copy(update={"payment_terms": words}), "fr")
        (totals,) = (
            block for block in page.blocks if isinstance(block, Beside) and block.right and "totals" in block.right.name
        )
        assert ("payment" in [block.name for block in totals.left]) == beside


def test_vat_without_totals():
    """A VAT breakdown that no totals stand beside has the whole width."""
    rate = VatBreakdown(category_code="S", rate=Decimal(20), taxable_amount=Decimal(100), tax_amount=Decimal(20))
    assert "Taux normal" in _text(render_pdf(Invoice(number="1", currency_code="EUR", vat_breakdown=(rate,))))


@pytest.mark.parametrize("count", range(9, 17))
def test_totals_never_stand_alone(count):
    """Whatever the number of lines, the page with the totals has a line above them, below a header."""
    lines = tuple(Line(identifier=str(number), item_name=f"Article-{number}") for number in range(1, count + 1))
    invoice = GALLERY["services"]().model_copy(update={"lines": lines, "allowances": (), "charges": ()})
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render_pdf(invoice))).pages]
    with_totals = next(text for text in pages if "Total TTC" in text)
    assert f"Article-{count}" in with_totals
    assert with_totals.count("Désignation") == 1


def test_long_words_and_numbers_break():
    """A word of a thousand letters, in a narrow column too, is all there."""
    word = "".join(chr(ord("a") + number % 26) for number in range(1000))
    invoice = Invoice(number=word, lines=(Line(identifier=word, item_name=word, unit_code=word),))
    assert _text(render_pdf(invoice)).replace("\n", "").count(word) >= 3


def test_a_note_of_many_pages():
    """A text longer than a page runs on over the next ones, to its last word."""
    text = "\n".join(f"Paragraphe {number}." for number in range(300))
    shown = _text(render_pdf(Invoice(number="1", notes=(Note(text=text),), lines=(Line(item_name=text),))))
    assert shown.count("Paragraphe 299.") == 2


def test_a_broken_logo_is_refused():
    """A file that only begins like a PNG is named as the reason."""
    with pytest.raises(Unreadable, match="logo"):
        render_pdf(Invoice(number="1"), logo=logo()[:60])


def test_without_typst(monkeypatch):
    """Who has not installed the extra is told which one it is."""
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtra, match=r"einvoice-fr\[pdf\]"):
        render_pdf(Invoice(number="1"))
