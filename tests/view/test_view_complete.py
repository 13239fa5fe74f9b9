from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pypdf
import pytest
from folders import SHARED
from lxml import html as lxml_html
from view_samples import GALLERY, full_invoice

from einvoice import model
from einvoice.detect import read_invoice
from einvoice.errors import EInvoiceError
from einvoice.model import Invoice, Unread
from einvoice.paths import UNWRITTEN, walk
from einvoice.terms import TERMS, term_at
from einvoice.values import Model
from einvoice.view import layout, render_html, render_pdf
from einvoice.view.layout import page_of
from einvoice.view.page import spans_of


def _html_text(html: bytes) -> str:
    """The text of a page, without its style sheet."""
    page = lxml_html.document_fromstring(html)
    for style in page.xpath("//style"):
        style.drop_tree()
    return page.text_content()


def _pdf_text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def _plain(text: str) -> str:
    """The text without any kind of space, and with decimal points."""
    return re.sub(r"[\s\u200b]", "", text).replace(",", ".")


def _expected(value: object) -> str:
    """How a French reader sees a value, spaces aside, said without the code under test."""
    if isinstance(value, bytes):
        return f"{len(value)}octets"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _missing(invoice: Invoice, text: str) -> list[str]:
    """The paths whose values are not in the text."""
    seen = _plain(text)
    values = {str(path): value for path, value in walk(invoice)}
    return [path for path, value in values.items() if _plain(_expected(value)) not in seen]


@pytest.fixture(scope="module")
def invoice() -> Invoice:
    """An invoice that has everything."""
    return full_invoice()


def _parts(part: Model) -> Iterator[Model]:
    """The invoice and every part of it."""
    yield part
    for name in type(part).model_fields:
        value = getattr(part, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Model):
                yield from _parts(each)


def test_the_sample_fills_every_field_with_a_value_of_its_own(invoice):
    """Otherwise the tests below would prove less than they say: every class, every field, all values different."""
    public = [getattr(model, name) for name in model.__all__]
    parts = [each for each in public if not any(issubclass(other, each) for other in public if other is not each)]
    every = {(each, field) for each in parts for field in set(each.model_fields) - UNWRITTEN}
    filled = {
        (type(part), field)
        for part in _parts(invoice)
        for field in type(part).model_fields
        if getattr(part, field) not in {None, ()}
    }
    assert filled == every
    counted = Counter(_expected(value) for _, value in walk(invoice))
    assert counted.most_common(1)[0][1] == 1
    assert len(counted) > 700


def test_every_term_of_the_table_is_in_the_sample(invoice):
    """All business terms and French extensions that have a place in the model are proven, not only the common ones."""
    there = {found.id for path, _ in walk(invoice) if (found := term_at(path))}
    assert {each.id for each in TERMS if not each.is_group} == there


def test_html_shows_every_value(invoice):
    """Not one value of an invoice that has them all is missing from the text of the page."""
    assert _missing(invoice, _html_text(render_html(invoice))) == []


def test_pdf_shows_every_value(invoice):
    """Not one value of an invoice that has them all is missing from the text of the PDF."""
    assert _missing(invoice, _pdf_text(render_pdf(invoice))) == []


def test_a_forgotten_term_is_noticed(invoice, monkeypatch):
    """If a row vanished from the layout and nothing took its place, the proof above would name the term."""
    monkeypatch.setattr(layout, "PAYMENT_TERMS", "terms {payment_terms}")
    nothing_else = layout.other_information(Invoice(), page_of(Invoice(), "fr"), layout.Writer.of(Invoice(), "fr"))
    monkeypatch.setattr(layout, "other_information", lambda *_: nothing_else)
    missing = _missing(invoice, _html_text(render_html(invoice)))
    assert {"remittance_information", "mandate_reference_identifier"} <= set(missing)


def test_what_has_no_row_stands_under_its_number(monkeypatch):
    """A value that the layout does not name is listed with the number and the name of its term."""
    monkeypatch.setattr(layout, "PAYMENT_TERMS", "terms {payment_terms}")
    text = _html_text(render_html(Invoice(remittance_information="RF18 5390", number="1")))
    assert re.search(r"BT-83\s+Avis de versement\s+RF18 5390", text)


def test_every_term_has_a_row(invoice):
    """What a person asks about has its place on the page: nothing is left for the table of other information."""
    assert "others" not in {getattr(block, "name", "") for block in page_of(invoice, "fr").blocks}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", [name for name in GALLERY if name != "full"])
def test_every_value_of_every_sample_is_on_the_page(name, language):
    """Ordinary invoices, too, show all they hold, in both languages."""
    invoice = GALLERY[name]()
    shown = {span.path for span in spans_of(page_of(invoice, language))}
    assert {str(path) for path, value in walk(invoice) if value != ""} <= shown


def test_invoices_of_others_are_shown_whole():
    """Every tenth public example: each value that was read is on the page."""
    if not SHARED.is_dir():
        pytest.skip("../shared/corpus is not here")
    read = 0
    for path in sorted((SHARED / "corpus").rglob("*.xml"))[::10]:
        try:
            invoice = read_invoice(path.read_bytes())
        except EInvoiceError:
            continue
        read += 1
        shown = {span.path for span in spans_of(page_of(invoice, "fr"))}
        said = {str(path) for path, value in walk(invoice) if value != "" and not (path.name == "more" and value == 0)}
        assert said <= shown, path
    assert read > 20


def test_no_others_of_a_kind_are_not_counted():
    """What was not read stands alone or with the number of those that say the same; none is no number."""
    told = [Unread(kind="other", xpath="/a", more=more) for more in (0, 7)]
    alone, many = (_html_text(render_html(Invoice(unread=(each,)))) for each in told)
    assert "(+7)" in many
    assert "(+" not in alone
    assert "more" not in alone
