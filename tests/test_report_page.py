"""The report of a folder as a page: what it says, that its size is bounded, and how it works in a browser."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
from collections.abc import Mapping
from pathlib import Path

import pypdf
import pytest
from browser import CHROMIUM, CONTRAST, Browser
from folders import FIXTURES
from lxml import html as lxml_html

import einvoice as ei
from einvoice.cli import run
from einvoice.report import DocumentReport, Finding, Report, Step
from einvoice.reporting import html as html_module
from einvoice.reporting import render
from einvoice.reporting.html import HtmlReport
from einvoice.reporting.words import WORDS
from einvoice.view.words import label

in_browser = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two valid invoices, three broken ones, and an order, which is none."""
    folder = tmp_path_factory.mktemp("report")
    for name in ("valid/services.ubl.xml", "valid/services.cii.xml", "broken/order.xml", "broken/wrong-vat.cii.xml"):
        shutil.copy(FIXTURES / name, folder)
    shutil.copy(FIXTURES / "broken" / "wrong-line-total.ubl.xml", folder / "aa.xml")
    shutil.copy(FIXTURES / "broken" / "empty.xml", folder / "zz.xml")
    return folder


@pytest.fixture(scope="module")
def pages(folder, tmp_path_factory):
    """The report of the folder in both languages, and of one broken document."""
    out = tmp_path_factory.mktemp("pages")
    for name, source, language in (
        ("fr", folder, "fr"),
        ("en", folder, "en"),
        ("one", folder / "aa.xml", "fr"),
    ):
        run(["validate", str(source), "--format", "html", "--lang", language, "-o", str(out / f"{name}.html")])
    view = ["render", str(folder / "aa.xml"), "--to", "html", "--check", "-o", str(out / "view.html")]
    assert run(view) == 1
    return out


def page_at(pages, name):
    """A page, read."""
    return lxml_html.document_fromstring((pages / f"{name}.html").read_bytes())


def documents(page):
    """The names of the documents, in order."""
    return [Path(each.text_content()).name for each in page.xpath('//*[@class="source"]')]


def finding(rule="R-1", message="faux", **more):
    """A finding."""
    return Finding(rule=rule, severity="error", step="profile", message=message, message_en="wrong", **more)


def document(number, verdict, *findings):
    """The report on a document."""
    steps = (Step(name="profile", status="failed" if findings else "passed"),)
    return DocumentReport(source=f"in/F{number}.xml", verdict=verdict, findings=findings, steps=steps)


def test_broken_documents_come_first_and_valid_ones_are_folded(pages):
    """Counts on top, each a way to its documents; the valid ones, with all that was found, inside what is folded."""
    page = page_at(pages, "fr")
    counts = {each.get("href"): each.text_content().split(maxsplit=1) for each in page.xpath("//nav/a")}
    assert counts == {"#invalid": ["3", "non valides"], "#not_run": ["1", "non jugé"], "#valid": ["2", "valides"]}
    names = documents(page)
    assert names == ["aa.xml", "wrong-vat.cii.xml", "zz.xml", "order.xml", "services.cii.xml", "services.ubl.xml"]
    assert page.xpath('//details[@class="section"]/@open') == ["", ""]
    assert len(page.xpath('//details[@class="section" and not(@open)]//details[@class="document valid"]')) == 2
    assert [each.text for each in page.xpath('//details[@class="document invalid"]//*[@class="verdict invalid"]')] == [
        "NON VALIDE"
    ] * 3


def test_what_follows_stands_under_its_cause(pages):
    """The rules that fail because of a wrong line are told under it, and nowhere else in the list."""
    (broken,) = page_at(pages, "en").xpath('//details[starts-with(@class, "document")][contains(., "aa.xml")]')
    (item,) = broken.xpath('./ul[@class="findings"]/li')
    assert item.xpath('./h4/*[@class="rule"]/text()') == ["EI-CALC-01"]
    assert item.xpath('.//div[@class="following"]//*[@class="rule"]/text()') == ["BR-CO-10", "BR-S-08"]
    (see,) = item.xpath('.//a[starts-with(@href, "#finding-")]/@href')
    assert "EI-CALC-01" in broken.xpath(f'.//p[@id="{see[1:]}"]')[0].text_content()


def test_the_report_of_one_document_is_that_document(pages):
    """Its verdict, findings and view are open, and there is nothing to filter and nothing that runs."""
    page = page_at(pages, "one")
    assert page.xpath("//h3/span/text()")[0] == "NON VALIDE"
    assert page.xpath('//details[@class="view"]/@open') == [""]
    assert page.xpath("//form | //nav | //script") == []
    assert page.findtext(".//title") == "NON VALIDE – aa.xml"


def test_the_view_says_the_verdict(pages, folder, tmp_path):
    """`render --check` shows it in HTML, and on every page of a PDF; without a check there is none."""
    assert page_at(pages, "view").xpath('//p[@class="checks"]/b/text()') == ["Non valide"]
    for name, language, word in (("services.ubl.xml", "fr", "Valide"), ("aa.xml", "en", "Invalid")):
        pdf = tmp_path / "view.pdf"
        run(["render", str(folder / name), "--to", "pdf", "--check", "--lang", language, "-o", str(pdf)])
        texts = [each.extract_text() for each in pypdf.PdfReader(pdf).pages]
        assert texts[0].count(word) == 2
        assert all(f"F2026-0001 · {word}" in text for text in texts)
    run(["render", str(folder / "aa.xml"), "--to", "html", "-o", str(tmp_path / "plain.html")])
    assert 'class="verdict' not in (tmp_path / "plain.html").read_text(encoding="utf-8")


def test_only_what_is_ours_runs(pages):
    """The policy names the hashes of the style and the script, and allows nothing else."""
    page = page_at(pages, "fr")
    (policy,) = page.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')
    for kind, element in (("style", "style"), ("script", "script")):
        digest = hashlib.sha256(page.xpath(f"//{element}/text()")[0].encode()).digest()
        assert f"{kind}-src 'sha256-{base64.b64encode(digest).decode()}';" in policy
    assert policy.startswith("default-src 'none';")


def test_both_languages_have_the_same_words():
    """Every word of the reports is there in French and in English; a verdict is called the same on a view."""

    def names(words, before=""):
        return {
            name
            for key, value in words.items()
            for name in (names(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}"})
        }

    assert names(WORDS["fr"]) == names(WORDS["en"])
    for language in ("fr", "en"):
        for verdict in ("valid", "invalid", "not_run"):
            assert WORDS[language][verdict] == label(verdict, language).upper()


def test_a_folder_of_twenty_thousand_is_a_page_of_bounded_size():
    """What has no room is counted and named, with where to find it; the rules are counted in all documents."""
    page = HtmlReport("fr")
    broken = [finding(f"R-{number}", "m" * 500, hint="h" * 200) for number in range(8)]
    parsed = []
    for number in range(20_000):
        verdict = ("invalid", "valid")[number % 2]
        page.add(document(number, verdict, *broken[: 8 if verdict == "invalid" else 0]), lambda: parsed.append(1))
    made = page.html()
    assert 5_000_000 < len(made.encode()) < 9_000_000
    read = lxml_html.document_fromstring(made)
    shown = {each: len(read.xpath(f'//details[@class="document {each}"]')) for each in ("invalid", "valid")}
    assert all(500 < count < 10_000 for count in shown.values())
    (told,) = (each.text_content().replace("\u202f", "") for each in read.xpath('//p[@class="left-out"]'))
    assert f"{10_000 - shown['invalid']} non valides, {10_000 - shown['valid']} valides" in told
    assert "--format jsonl" in told
    assert read.xpath('//table[@id="rules"]//td[@class="figures"]/text()')[:2] == ["10\u202f000"] * 2
    assert len(parsed) == shown["invalid"] + 1  # no invoice is read that is not shown


def test_a_document_without_end_is_cut(monkeypatch):
    """Of one document so many findings are told, of a text so many characters; a view without room is left out."""
    findings = [finding(f"R-{number}", "m" * 10_000) for number in range(300)]
    monkeypatch.setattr(html_module, "_LARGEST_VIEWS", 1_000)
    invoice = html_module.Invoice(number="F1")
    page = HtmlReport("en")
    page.add(document(1, "invalid", *findings), lambda: invoice)
    page.add(document(2, "invalid", finding()), lambda: invoice)
    read = lxml_html.document_fromstring(page.html())
    first, second = read.xpath('//ul[@class="findings"]')
    assert len(first.xpath("./li")) == 200
    assert len(first.xpath("./li/p")[0].text_content()) == 2_001
    assert "gives: 100" in read.xpath('//p[@class="others"]/text()')[0]
    assert len(second.xpath("./li")) == 1
    assert read.xpath('//details[@class="view"]') == []
    assert "2 views of invalid invoices" in read.xpath('//p[@class="left-out"]/text()')[0]


def test_a_page_of_html_is_a_page_of_nothing_else(folder, tmp_path, capsysbinary):
    """The page is the same alone and beside other reports, and as `render` makes it of a report without invoices."""
    assert run(["validate", str(folder), "--format", "html"]) == 1
    alone = capsysbinary.readouterr().out.decode()
    beside = tmp_path / "beside.html"
    assert run(["validate", str(folder), "-q", "--report", f"html={beside}"]) == 1
    assert beside.read_text(encoding="utf-8") == alone
    report = Report(
        einvoice="1", verdict="invalid", documents=(document(1, "valid"), document(2, "invalid", finding()))
    )
    assert documents(lxml_html.document_fromstring(render(report, "html"))) == ["F2.xml", "F1.xml"]
    assert "0 document" in render(Report(einvoice="1", verdict="not_run", documents=()), "html")


def test_a_report_that_carries_its_invoice_shows_it():
    """Who validates one document has its page without reading it a second time."""
    data = (FIXTURES / "broken" / "wrong-line-total.ubl.xml").read_bytes()
    assert 'class="view"' in render(ei.validate(data), "html")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser."""
    with Browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


SHOWN = "[...document.querySelectorAll('.document')].filter(e => e.checkVisibility()).length"


@in_browser
@pytest.mark.parametrize("name", ["fr", "en", "one", "view"])
def test_pages_fit_and_can_be_read(browser, pages, name):
    """At 360 and 1,280 pixels, light and dark, nothing stands out sideways and text has contrast, unfolded too."""
    grounds = set()
    for width in (360, 1280):
        for scheme in ("light", "dark"):
            browser.size(width)
            browser.scheme(scheme)
            browser.open((pages / f"{name}.html").as_uri())
            browser.value("document.querySelectorAll('details').forEach(each => each.open = true)")
            assert browser.value("document.documentElement.scrollWidth") <= width
            assert browser.value(CONTRAST) >= 4.5
            grounds.add(browser.value("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2


@in_browser
def test_documents_are_filtered(browser, pages):
    """By a part of the name, by rule, by verdict; what is folded opens where sought things are, and closes again."""
    browser.size(1280)
    browser.open((pages / "fr.html").as_uri())

    def chosen(field, value):
        script = f"const field = document.getElementById({field!r}); field.value = {value};"
        browser.value(f"{{{script} field.dispatchEvent(new Event('input', {{bubbles: true}}))}}")
        return browser.value(SHOWN), browser.value("document.getElementById('shown').textContent")

    assert browser.value(SHOWN) == 4
    assert chosen("file", "'SERVICES'") == (2, "Documents affichés : 2 sur 6")
    assert chosen("file", "''") == (4, "Documents affichés : 6 sur 6")
    rule = "[...document.getElementById('rule').options].find(each => each.text.startsWith('BR-CO-10 ')).value"
    assert chosen("rule", rule) == (1, "Documents affichés : 1 sur 6")
    assert chosen("verdict", "'valid'") == (0, "Documents affichés : 0 sur 6")
    browser.value("document.querySelector('#filters button').click()")
    assert browser.value(SHOWN) == 4


@in_browser
def test_the_keyboard_reaches_everything(browser, pages):
    """Fields, counts and all that can be unfolded are reached by Tab, and Enter unfolds."""
    browser.open((pages / "fr.html").as_uri())
    reached = set()
    for _ in range(30):
        browser.press("Tab")
        reached.add(browser.value("document.activeElement.id || document.activeElement.tagName"))
    assert {"A", "file", "rule", "verdict", "BUTTON", "SUMMARY"} <= reached
    browser.value("document.querySelector('.section:not([open]) > summary').focus()")
    browser.press("Enter")
    assert browser.value(SHOWN) == 6


@in_browser
def test_a_finding_leads_to_its_place(browser, pages):
    """The link opens the folded view, and the place is seen."""
    browser.size(1280)
    browser.open((pages / "fr.html").as_uri())
    assert browser.value("document.querySelector('.view').open") is False
    browser.value("document.querySelector('.see a').click()")
    seen = "document.querySelector('.view').open && document.querySelector(':target').getBoundingClientRect().top < 900"
    assert browser.value(seen) is True


@in_browser
def test_without_script_nothing_is_missing(browser, pages):
    """Where no script may run, there are no filters that would do nothing, and everything can be unfolded."""
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open((pages / "fr.html").as_uri())
        assert browser.value("document.getElementById('filters').checkVisibility()") is False
        assert browser.value(SHOWN) == 4
        browser.value("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert browser.value(SHOWN) == 6
    finally:
        browser.ask("Emulation.setScriptExecutionDisabled", value=False)


@in_browser
def test_paper_shows_what_is_folded(browser, pages):
    """All documents, their findings and the rules are printed; no filter, and no invoice that was not unfolded."""
    browser.open((pages / "fr.html").as_uri())
    text = " ".join(
        "".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(browser.printed())).pages).split()
    )
    for words in ("aa.xml", "services.ubl.xml", "Il en découle", "Ce qu’elle demande"):
        assert words in text
    assert text.count("Contrôlé avec") == 6
    assert "Nom de fichier" not in text
    assert "Net à payer" not in text


@in_browser
def test_a_two_line_invoice_is_one_sheet_of_paper(browser, tmp_path):
    """The view in HTML, printed by a browser, is one page as the PDF is."""
    page = tmp_path / "services.html"
    page.write_bytes(ei.render((FIXTURES / "valid" / "services.ubl.xml").read_bytes(), "html"))
    browser.open(page.as_uri())
    (sheet,) = pypdf.PdfReader(io.BytesIO(browser.printed())).pages
    assert "Pas d'escompte pour paiement anticipé" in sheet.extract_text()
