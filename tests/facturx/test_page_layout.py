"""Text of pages by PDFium: in lines as on paper, and only where nothing can go on without end."""

from __future__ import annotations

import pytest
import samples as s

from einvoice.facturx import page_layout
from einvoice.facturx.page_layout import Word, in_lines, is_bounded, laid_out
from einvoice.pdfa.pdf import opened

pytest.importorskip("pypdfium2", reason="the extra pdfium is not installed")

HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>/XObject<<%s>>>>"
SHOWN = b"BT /F1 8 Tf 72 %d Td (%s) Tj ET"


def pdf(content: bytes, resources: bytes = s.RESOURCES, **objects: bytes) -> bytes:
    """A page of that content; `_20` is the object 20."""
    more = {int(name[1:]): body for name, body in objects.items()}
    parts = {s.FONT: HELVETICA, s.CONTENT: s.stream(content), s.PAGE: s.page(resources=resources)}
    return s.pdf(s.archival() | parts | more)


def bounded(data: bytes) -> bool:
    """Whether PDFium is asked."""
    with opened(data) as found:
        return is_bounded(found)


def word(text: str, left: float, line: int = 0, size: float = 10, **more: bool) -> Word:
    """A word whose letters are half as wide as high, on a line of a page, counted from above."""
    bottom = 800 - 12 * line
    return Word(left, bottom, left + len(text) * size / 2, bottom + size, text, **more)


def test_lines_go_from_above_and_words_from_the_left():
    """The order in which a PDF draws is no order of reading."""
    words = [word("under", 50, 1), word("right", 200), word("left", 50)]
    assert list(in_lines(words)) == ["left                          right", "under"]


def test_columns_are_kept():
    """What stands under something on paper stands under it in text, whatever stands before it."""
    words = [word("HT", 50), word("TTC", 150), word("100,00", 50, 1), word("120,00", 150, 1), word("seul", 150, 2)]
    lines = list(in_lines(words))
    assert [line.find(text) for line, text in zip(lines, ("TTC", "120,00", "seul"), strict=True)] == [20, 20, 20]


def test_a_word_is_one_whatever_its_letters_are_drawn_by():
    """A gap of less than a third of a letter is none, unless the document has a space there; one space is one."""
    assert list(in_lines([word("Br", 50), word("utto", 61)])) == ["Brutto"]
    assert list(in_lines([word("1", 50), word("000", 56, apart=True)])) == ["1 000"]
    assert list(in_lines([word("Total", 50), word("HT", 79)])) == ["Total HT"]


def test_words_of_several_sizes_share_a_line():
    """A large word stands on the line of the small one beside it, and not on the one below."""
    words = [word("Total", 50), Word(200, 797, 260, 813, "99"), word("TVA", 50, 1)]
    assert list(in_lines(words)) == ["Total                         99", "TVA"]


def test_a_page_without_text_has_no_lines():
    """Nothing gives nothing."""
    assert list(in_lines([])) == []
    assert laid_out(pdf(b"")) == ""


def test_pages_are_read_up_to_a_number(monkeypatch):
    """Text is found, also in forms; of a document of one page, the first none gives none."""
    form = s.stream(SHOWN % (680, b"in a form"), FORM % b"")
    data = pdf(SHOWN % (700, b"on the page") + b" /X Do", s.RESOURCES + b"/XObject<</X 20 0 R>>", _20=form)
    assert bounded(data)
    assert laid_out(data) == "on the page\nin a form"
    monkeypatch.setattr(page_layout, "MAX_PAGES", 0)
    assert laid_out(data) == ""


def test_without_pdfium_there_is_no_answer(monkeypatch):
    """The extra is not needed: who asks gets None, and reads otherwise."""
    monkeypatch.setattr(page_layout, "find_spec", lambda _: None)
    assert laid_out(pdf(SHOWN % (700, b"text"))) is None


def test_what_pdfium_cannot_open_has_no_answer(monkeypatch):
    """A broken file and too much text are left to the other library, which has its limits."""
    assert laid_out(b"%PDF-1.7 nothing") is None
    monkeypatch.setattr(page_layout, "MOST_LETTERS", 3)
    assert laid_out(pdf(SHOWN % (700, b"text"))) is None


def test_what_could_go_on_without_end_is_not_given_to_pdfium():
    """A form that draws itself, forms that draw others a hundred times each, drawn glyphs, and much text."""
    resources = s.RESOURCES + b"/XObject<</X 20 0 R>>"
    assert bounded(pdf(b"/X Do " * 100, resources, _20=s.stream(SHOWN % (700, b"x"), FORM % b"")))
    assert not bounded(pdf(b"/X Do", resources, _20=s.stream(b"/X Do", FORM % b"/X 20 0 R")))
    towers = {f"_{20 + n}": s.stream(b"/X Do " * 100, FORM % (b"/X %d 0 R" % (21 + n))) for n in range(4)}
    assert not bounded(pdf(b"/X Do", resources, **towers, _24=s.stream(SHOWN % (700, b"x"), FORM % b"")))
    assert not bounded(s.pdf(s.archival()))  # a Type 3 font
    assert not bounded(pdf(b"BT " + b" " * page_layout.MOST_BYTES))
