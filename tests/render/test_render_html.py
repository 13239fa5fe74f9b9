from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from view_samples import GALLERY, full_invoice, logo

from einvoice.errors import Unreadable
from einvoice.model import Invoice, Line, Note, Party, SupportingDocument
from einvoice.view import render_html
from einvoice.view.characters import visible

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "javascript:alert(1)",
    "]]><!--",
    "F2026\u202e1000",
)


def _hostile_invoice(text: str) -> Invoice:
    return Invoice(
        number=text,
        currency_code=text,
        type_code=text,
        seller=Party(name=text),
        notes=(Note(text=text, subject_code=text),),
        supporting_documents=(SupportingDocument(reference=text, external_location=text, filename=text),),
        lines=(Line(identifier=text, item_name=text, unit_code=text),),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_text(text):
    """Whatever a text holds, it is shown as it is and makes no element, attribute or address."""
    page = lxml_html.document_fromstring(render_html(_hostile_invoice(text)))
    assert {element.tag for element in page.iter()}.isdisjoint(
        {"script", "img", "svg", "iframe", "b", "i", "form", "link"}
    )
    assert page.xpath("//@href | //@src | //@style | //@onerror | //@onload") == []
    for place in ("//title", '//*[@class="number"]', "//tr//td[2]", '//*[@class="notes"]'):
        assert visible(text) in page.xpath(place)[0].text_content()


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text_makes_a_page(text):
    """No text of any kind, not even half a surrogate pair, keeps the page from being written and read back."""
    page = lxml_html.document_fromstring(render_html(Invoice(number="1", lines=(Line(item_name=text),))))
    assert page.xpath("count(//h1)") == 1


def test_the_page_needs_nothing_else():
    """No script, no address but images in the file itself; the policy allows just the page's own style sheet."""
    html = render_html(GALLERY["services"](), logo=logo()).decode()
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', html)
    assert style
    assert policy
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none';")
    assert set(re.findall(r'src="(.{10})', html)) == {"data:image"}
    assert " style=" not in html  # such an attribute would be forbidden by the policy, and without effect
    assert "url(" not in style[1]


def test_every_width_has_its_rule():
    """Column widths are classes; one without a rule would do nothing."""
    html = render_html(full_invoice()).decode()
    style = html.split("<style>")[1].split("</style>")[0]
    assert {f".{name} {{" in style for name in re.findall(r'<col class="(w[1-9]\d*)">', html)} == {True}


def test_a_screen_reader_finds_its_way():
    """Language, one main title, tables with header cells that say what they head, an image with its text."""
    page = lxml_html.document_fromstring(render_html(GALLERY["services"](), logo=logo(), language="en"))
    assert page.get("lang") == "en"
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//th[not(@scope)]") == []
    assert [len(table.xpath("./thead//th")) for table in page.xpath("//table[thead]")].count(0) == 0
    assert page.xpath("//img/@alt") == ["Seller’s logo"]


def test_the_same_invoice_makes_the_same_page():
    """Two renderings are equal byte for byte."""
    assert render_html(GALLERY["export"]()) == render_html(GALLERY["export"]())


@pytest.mark.parametrize("data", [b"<svg/>", b"GIF89a", b"%PDF-1.7"])
def test_a_logo_is_png_or_jpeg(data):
    """Other images, which may hold scripts or links, are refused."""
    with pytest.raises(Unreadable, match="PNG or JPEG"):
        render_html(Invoice(), logo=data)


def test_spans_are_values_of_the_invoice():
    """A page part can be copied with another value: what is drawn is plain data."""
    from einvoice.view.page import Span

    assert replace(Span("a", "number"), text="b") == Span("b", "number")
