from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from lxml import html as lxml_html
from view_samples import GALLERY, full_invoice, logo

import einvoice
from einvoice import reporting
from einvoice.errors import Unreadable
from einvoice.model import Invoice, Line, Note, Party, SupportingDocument
from einvoice.report import DocumentReport, Finding, Report, Step
from einvoice.reporting import render
from einvoice.view import render_html
from einvoice.view.templates import filled
from einvoice.visible import visible

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


SCRIPT = (Path(reporting.__file__).parent / "report.js").read_text(encoding="utf-8")


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


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_text_in_a_report(text):
    """The name of a file, a reason and the words of a finding are a stranger's too, on a page and in a list."""
    finding = Finding(rule=text, severity="error", message=text, message_en=text, step="parse", found=text, hint=text)
    steps = (Step(name="parse", status="not_run", reason=text),)
    documents = (DocumentReport(source=text, verdict="invalid", steps=steps, findings=(finding,)),) * 2
    report = Report(einvoice="1", verdict="invalid", documents=documents)
    page = lxml_html.document_fromstring(render(report, "html", invoices=(None, _hostile_invoice(text))))
    assert {element.tag for element in page.iter()}.isdisjoint({"img", "svg", "iframe", "i", "link"})
    assert [element.text for element in page.iter("script")] == [SCRIPT]
    assert page.xpath("//@src | //@style | //@onerror | //@onload") == []
    assert all(address.startswith("#") for address in page.xpath("//@href"))
    assert len(page.xpath('//p[@class="remark error"]')) == 1
    for place in (".//summary", './/ul[@class="findings"]/li/h4', './/p[@class="reason"]'):
        assert all(
            visible(text) in each.xpath(place)[0].text_content() for each in page.xpath("//details[@data-rules]")
        )
    assert visible(text) in page.xpath('//select[@id="rule"]')[0].text_content()
    assert visible(text) in page.xpath('//table[@id="rules"]')[0].text_content()


@settings(max_examples=60)
@given(st.text())
def test_any_text_makes_a_page(text):
    """No text of any kind, not even half a surrogate pair, keeps the page from being written and read back."""
    page = lxml_html.document_fromstring(render_html(Invoice(number="1", lines=(Line(item_name=text),))))
    assert page.xpath("count(//h1)") == 1


def test_the_page_needs_nothing_else():
    """No script, no address but images in the file itself; the policy allows just the page's own style sheet."""
    page = lxml_html.document_fromstring(render_html(GALLERY["services"](), logo=logo()))
    (style,) = page.xpath("//style/text()")
    (policy,) = page.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert {source[:10] for source in page.xpath("//@src")} == {"data:image"}
    assert page.xpath("//@style") == []  # such an attribute would be forbidden by the policy, and without effect
    assert "url(" not in style


def test_every_width_has_its_rule():
    """Column widths are classes; one without a rule would do nothing."""
    page = lxml_html.document_fromstring(render_html(full_invoice()))
    (style,) = page.xpath("//style/text()")
    widths = set(page.xpath("//col/@class")) - {"w0"}  # what is left
    assert widths
    assert {name for name in widths if f".{name} {{" not in style} == set()


def test_templates_add_no_lines_where_lines_are_shown():
    """The style sheet shows line ends in p and dd: there stand those of the invoice and no other."""
    text = "first\nsecond"
    page = lxml_html.document_fromstring(render_html(Invoice(notes=(Note(text=text),), seller=Party(name="A"))))
    shown = [element.text_content() for element in page.xpath("//p | //dd")]
    assert text in shown
    assert [each for each in shown if each != each.strip() or ("\n" in each and each != text)] == []


def test_templates_escape_by_rule():
    """Nothing marks a text as HTML, but for our style sheet and script, and a misspelt name is an error."""
    package = Path(einvoice.__file__).parent
    sources = {path: path.read_text(encoding="utf-8") for path in (*package.rglob("*.html"), *package.rglob("*.py"))}
    unescaped = [
        (path.name, found)
        for path, source in sources.items()
        for found in re.findall(r"\{\{[^}]*\|\s*safe.*|autoescape false|Markup\(", source)
    ]
    assert unescaped == [("document.html", "{{ style|safe }}</style>"), ("document.html", "{{ script|safe }}</script>")]
    with pytest.raises(UndefinedError, match="'page' is undefined"):
        filled("view/page.html", title="", language="fr", look="", style="", policy="", script="", logo=None)


def test_templates_are_loaded_for_html_only():
    """Whoever judges, builds or makes a PDF does not wait for the template engine."""
    code = (
        "import sys, einvoice as ei, einvoice.view, einvoice.reporting; ei.validate, ei.build;"
        "assert 'jinja2' not in sys.modules; ei.render(ei.Invoice(), 'html'); assert 'jinja2' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own program


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
