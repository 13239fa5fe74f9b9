"""The page for people: what it says, to whom, and how it looks in a browser."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import httpx
import pytest
from browser import CHROMIUM, CONTRAST, Browser
from companies import ubl, until
from folders import FIXTURES
from lxml import html as lxml_html

import einvoice as ei
from einvoice_server import page


@pytest.fixture(scope="module")
def person(box):
    """Somebody with a browser and the first sponsor's token."""
    platform = box.platforms[0]
    with httpx.Client(base_url=platform.url, headers={"Origin": platform.url}, timeout=30, trust_env=False) as client:
        assert client.post("/login", data={"key": platform.sponsor_token}).headers["location"] == "/"
        yield client


@pytest.fixture(scope="module")
def sent(seller):
    """An invoice that has arrived."""
    made = seller.submit(ubl("W-1"))
    until(lambda: "203" in seller.events(made["invoice_id"]))
    return made


def test_both_languages_say_the_same_things():
    """Every text is there in French and in English."""
    texts = tomllib.loads((files("einvoice_server") / "templates" / "texts.toml").read_text(encoding="utf-8"))
    assert texts["fr"].keys() == texts["en"].keys()


def test_a_file_is_judged_and_shown(person):
    """Dropped, judged, and its readable view beside the findings; nobody needs a token for that."""
    bad = ubl("W-2").replace(b"120.00", b"121.00")
    answer = person.post("/check", files={"file": ("a.xml", bad)})
    page = person.get(answer.headers["location"], params={"lang": "en"}).text
    assert "BR-CO-15" in page
    assert "Invalid" in page
    view = person.get(f"{answer.headers['location']}/view")
    assert "W-2" in view.text
    assert '<b class="verdict invalid">' in view.text
    assert "sandbox" in view.headers["content-security-policy"]
    person.cookies.delete("lang")


def test_who_has_left_is_known_no_more(box, sent):
    """The session ends where it is kept, and not in the browser only."""
    platform = box.platforms[0]
    with httpx.Client(base_url=platform.url, headers={"Origin": platform.url}, trust_env=False) as client:
        client.post("/login", data={"key": platform.sponsor_token})
        session = dict(client.cookies)
        assert client.get(f"/invoices/{sent['invoice_id']}").status_code == 200
        client.post("/logout")
    assert httpx.get(f"{platform.url}/invoices/{sent['invoice_id']}", cookies=session).status_code == 401


def test_files_that_are_checked_fill_no_memory(person, monkeypatch):
    """The oldest is forgotten where they are too many, or too large together."""
    monkeypatch.setattr(page, "_KEPT_BYTES", 10_000)
    asked = [person.post("/check", files={"file": ("a.xml", ubl(f"W-MEM-{each}"))}) for each in range(4)]
    seen = [person.get(each.headers["location"]).status_code for each in asked]
    assert (seen[0], seen[-1]) == (404, 200)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "une facture W-TWICE de ce vendeur et de cette année a déjà été envoyée"),
        ("en", "an invoice W-TWICE of this seller and year was sent before"),
    ],
)
def test_a_refusal_is_told_in_the_language_of_the_page(person, seller, language, said):
    """The reasons of ours, as those of the rules; what XP Z12-013 and the API get is the French text."""
    seller.submit(ubl("W-TWICE"))
    again = seller.submit(ubl("W-TWICE", due_date="2099-01-01"))
    assert again["reasons"][-1].keys() == {"level", "item", "reasonCode", "reasonMessage"}
    assert "a déjà été envoyée" in again["reasons"][-1]["reasonMessage"]
    assert said in person.get("/", params={"lang": language}).text
    person.cookies.delete("lang")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_file_is_judged_once_for_its_page_and_its_view(person, monkeypatch, language):
    """The verdict is asked for when the file is dropped, in the language of who drops it."""
    asked = []
    original = ei.validate
    monkeypatch.setattr(ei, "validate", lambda *args, **options: asked.append(1) or original(*args, **options))
    headers = {"Accept-Language": language}
    with httpx.Client(
        base_url=person.base_url, headers=headers | {"Origin": str(person.base_url).rstrip("/")}, timeout=30
    ) as visitor:
        kept = visitor.post("/check", files={"file": ("a.xml", b"<a/>")}).headers["location"]
        asked.clear()
        kept = visitor.post("/check", files={"file": ("a.xml", ubl("W-ONCE"))}).headers["location"]
        assert f'<html lang="{language}">' in visitor.get(kept).text
        assert "W-ONCE" in visitor.get(f"{kept}/view").text
    assert len(asked) == 1


def test_what_follows_is_told_below_its_cause(person):
    """The sums that a wrong line makes wrong stand below it, as in the reports of the command line."""
    wrong = (FIXTURES / "broken" / "wrong-line-total.ubl.xml").read_bytes()
    answer = person.post("/check", files={"file": ("a.xml", wrong)})
    page = lxml_html.document_fromstring(person.get(answer.headers["location"], params={"lang": "fr"}).text)
    (told,) = page.xpath('//ul[@class="findings"]/li')
    assert next(each.text for each in told.iter("code")) == "EI-CALC-01"
    assert [" ".join(each.text_content().split())[:35] for each in told.xpath('p[contains(., "⇒")]')] == [
        "⇒ il en découle : Erreur BR-CO-10 L",
        "⇒ il en découle : Erreur BR-S-08 La",
    ]


def test_the_life_of_an_invoice_is_told(person, sent):
    """A time line, who owes what until when, and what may follow."""
    page = person.get(f"/invoices/{sent['invoice_id']}", params={"lang": "fr"}).text
    for text in ("Déposée", "Mise à disposition", "ACHETEUR EXEMPLE", "120,00", "Approuvée", "Encaissée"):
        assert text in page
    assert "W-1" in person.get("/").text


def test_nothing_is_shown_to_strangers(box, sent):
    """Without session, or with another sponsor's, an invoice is not there; a form of another site does nothing."""
    first, second = box.platforms
    answer = httpx.get(f"{first.url}/invoices/{sent['invoice_id']}", params={"lang": "fr"})
    assert (answer.status_code, "Entrez d’abord" in answer.text) == (401, True)
    assert "n’est plus valable" in httpx.get(f"{first.url}/onboarding/x/y", params={"lang": "fr"}).text
    assert "W-1" not in httpx.get(first.url).text
    assert httpx.post(f"{first.url}/login", data={"key": second.sponsor_token}).status_code == 403  # no Origin
    wrong = httpx.post(f"{first.url}/login", data={"key": second.sponsor_token}, headers={"Origin": first.url})
    assert wrong.headers["location"] == "/?wrong=1"
    strange = httpx.post(f"{first.url}/login", headers={"Origin": "https://elsewhere.example"})
    assert strange.status_code == 403
    assert httpx.get(first.url, headers={"Host": "elsewhere.example"}).status_code == 400


def test_what_people_write_is_escaped(person, seller, box):
    """A name with markup is text on the page, and the policy lets no script run."""
    values = {"organization_name": "<script>alert(1)</script>", "contact_email": "x@x.example", "external_ref": "W"}
    made = seller.ok("POST", "/clients", 201, json=values)
    page = person.get("/")
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    seller.ok("DELETE", f"/clients/{made['client_id']}", 204)
    assert box.platforms


@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
def test_pages_fit_small_and_large_screens(box, person, seller, sent, tmp_path):
    """At 360 and 1,280 pixels, light and dark, nothing stands out sideways, and text has contrast; the keyboard reaches
    everything.
    """
    url = box.platforms[0].url
    checked = person.post("/check", files={"file": ("a.xml", ubl("W-3").replace(b"120.00", b"121.00"))}).headers[
        "location"
    ]
    asked = {"client_id": seller.client_id, "include_kyc": True, "include_signature": True}
    link = seller.ok("POST", "/clients/onboarding-link", 201, json=asked)["url"].removeprefix(url)
    pages = ["/", f"/invoices/{sent['invoice_id']}", checked, link, "/onboarding/x/y"]
    with Browser(tmp_path) as browser:
        browser.ask("Network.enable")
        browser.cookie(url, "session", person.cookies["session"])
        for width in (360, 1280):
            browser.size(width)
            for page in [f"{url}{each}" for each in pages] + [f"{box.portal_url}/"]:
                browser.open(page)
                assert browser.value("document.documentElement.scrollWidth") <= width, page
                grounds = set()
                for scheme in ("light", "dark"):
                    browser.scheme(scheme)
                    assert browser.value(CONTRAST) >= 4.5, (page, scheme)
                    grounds.add(browser.value("getComputedStyle(document.documentElement).backgroundColor"))
                assert len(grounds) == 2
        browser.open(f"{url}/")
        reached = []
        for _ in range(60):
            browser.press("Tab")
            reached.append(browser.value("document.activeElement.tagName + (document.activeElement.href || '')"))
        assert reached[0] == f"A{url}/#content"
        assert any("/invoices/" in each for each in reached)
        assert "BUTTON" in reached
