from __future__ import annotations

import logging
from datetime import date
from decimal import Decimal

import pytest
import samples as s

from einvoice import cii
from einvoice.errors import Unreadable
from einvoice.facturx.embedded import extract
from einvoice.facturx.page_layout import is_bounded
from einvoice.facturx.page_text import PageText, amounts_in, dates_in, ibans_in, labelled_digits, vat_numbers_in
from einvoice.facturx.visible import VISIBLE_RULES, compare_visible
from einvoice.model import Identifier, Invoice, Party, PaymentMeans, Totals
from einvoice.pdfa.pdf import opened
from einvoice.xml import parse_xml


@pytest.fixture(params=["pdfium", "pypdf"])
def compare(request):
    """What compares, with each of the libraries that read pages: the extra, and the one that is always there."""

    def compared(data, invoice):
        try:
            with opened(data) as pdf:
                bounded = request.param == "pdfium" and is_bounded(pdf)
        except Unreadable:
            bounded = False
        return compare_visible(data, invoice, bounded=bounded)

    return compared


LINES = (
    "FACTURE N° : F2026-0001        Date : 02/09/2026",
    "Vendeur Exemple SIREN : 100 000 009   SIRET 10000000900017",
    "N° TVA : FR 88 100 000 009   IBAN : FR76 3000 1007 9412 3456 7890 185",
    "Date d'échéance : 2 octobre 2026",
    "Total HT          1 000,00",
    "Total TVA           200,00",
    "Total TTC         1 200,00",
    "Net à payer       1 200,00 EUR",
)
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"

AGREED = Invoice(
    number="F2026-0001",
    issue_date=date(2026, 9, 2),
    due_date=date(2026, 10, 2),
    seller=Party(
        name="Vendeur Exemple",
        legal_registration_identifier=Identifier(value="100000009", scheme_id="0002"),
        identifiers=(Identifier(value="10000000900017", scheme_id="0009"),),
        vat_identifier="FR88100000009",
    ),
    payment_means=(PaymentMeans(means_code="58", account_identifier="FR7630001007941234567890185"),),
    totals=Totals(
        line_net_amount=Decimal("1000.00"),
        amount_without_vat=Decimal("1000.00"),
        vat_amount=Decimal("200.00"),
        amount_with_vat=Decimal("1200.00"),
        amount_due=Decimal("1200.00"),
    ),
)


def page(*lines):
    """A PDF that shows lines of text."""
    shown = b" ".join(
        b"1 0 0 1 72 %d Tm (%s) Tj" % (700 - 20 * row, line.encode("cp1252").replace(b"(", b"\\("))
        for row, line in enumerate(lines)
    )
    return s.pdf(s.archival() | {s.FONT: FONT, s.CONTENT: s.stream(b"BT /F1 8 Tf %s ET" % shown)})


PDF = page(*LINES)


def changed(**parts):
    """The invoice with parts of it changed: totals, seller or fields."""
    if totals := parts.pop("totals", None):
        parts["totals"] = AGREED.totals.model_copy(update=totals)
    if seller := parts.pop("seller", None):
        parts["seller"] = AGREED.seller.model_copy(update=seller)
    return AGREED.model_copy(update=parts)


CONTRADICTIONS = {
    "EI-PDF-81": (changed(number="F2026-0002"), "F2026-0001", "F2026-0002"),
    "EI-PDF-82": (changed(issue_date=date(2026, 9, 3)), "02/09/2026", "2026-09-03"),
    "EI-PDF-83": (changed(due_date=date(2026, 11, 2)), "2 octobre 2026", "2026-11-02"),
    "EI-PDF-84": (
        changed(totals={"amount_without_vat": Decimal("900.00"), "line_net_amount": Decimal("900.00")}),
        "1 000,00",
        "900.00",
    ),
    "EI-PDF-85": (changed(totals={"vat_amount": Decimal("180.00")}), "200,00", "180.00"),
    "EI-PDF-86": (changed(totals={"amount_with_vat": Decimal("1080.00")}), "1 200,00", "1080.00"),
    "EI-PDF-87": (changed(totals={"amount_due": Decimal("80.00")}), "1 200,00", "80.00"),
    "EI-PDF-88": (
        changed(payment_means=(PaymentMeans(account_identifier="DE02120300000000202051"),)),
        "FR7630001007941234567890185",
        "DE02120300000000202051",
    ),
    "EI-PDF-89": (
        changed(
            seller={
                "legal_registration_identifier": Identifier(value="200000008"),
                "identifiers": (),
                "vat_identifier": None,
            }
        ),
        "100000009",
        "200000008",
    ),
    "EI-PDF-90": (
        changed(seller={"identifiers": (Identifier(value="10000000900025", scheme_id="0009"),)}),
        "10000000900017",
        "10000000900025",
    ),
    "EI-PDF-91": (changed(seller={"vat_identifier": "FR37200000008"}), "FR88100000009", "FR37200000008"),
}


def test_a_page_that_agrees_says_nothing(compare):
    """No rule fires where page and XML say the same."""
    assert compare(PDF, AGREED) == ()


@pytest.mark.parametrize("rule", sorted(CONTRADICTIONS))
def test_a_contradiction_names_both_values(rule, compare):
    """A value that the page shows and the XML denies is a warning with both, in both languages."""
    invoice, shown, said = CONTRADICTIONS[rule]
    finding = s.worded(compare(PDF, invoice))[rule]
    assert finding.severity == "warning"
    assert shown in finding.message
    assert said in finding.message
    assert shown in finding.message_en
    assert finding.term
    assert finding.step == "visible"


def test_every_rule_has_its_contradiction():
    """No rule is without test; EI-PDF-80 says that nothing could be compared."""
    assert set(VISIBLE_RULES) == set(CONTRADICTIONS) | {"EI-PDF-80"}


def test_what_a_page_does_not_show_is_no_contradiction(compare):
    """A page without amounts, numbers and dates contradicts nothing."""
    assert compare(page("Vendeur Exemple, conseil et formation, tout simplement à votre service"), AGREED) == ()


def test_a_page_without_text_is_not_compared(compare):
    """A drawing or a scan says nothing, so nothing is said."""
    assert compare(s.pdf(s.archival()), AGREED) == ()


def test_what_cannot_be_read_is_one_remark(compare):
    """A file that is no PDF gives one piece of information, never an exception."""
    findings = compare(b"Facture", AGREED)
    assert [(finding.rule, finding.severity) for finding in findings] == [("EI-PDF-80", "information")]


def test_a_credit_note_may_show_either_sign(compare):
    """Amounts compare without sign: a credit note shows -1 200,00 where the XML says 1200.00, or the other way."""
    assert compare(page(*LINES[:6], "Total TTC        -1 200,00", "Net à payer    -1 200,00"), AGREED) == ()


def test_other_companies_on_the_page_are_no_contradiction(compare):
    """A second company or account beside the right one explains itself."""
    extra = "Transporteur SIREN 300 000 007 TVA FR37 200000008 IBAN DE02 1203 0000 0000 2020 51"
    assert compare(page(*LINES, extra), AGREED) == ()


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("1 234,56", {"1234.56", "234.56"}),
        ("1.234,56 €", {"1234.56", "234.56"}),
        ("1,234.56", {"1234.56", "234.56"}),
        ("12 000,00", {"12000.00"}),
        ("-0,50", {"0.50"}),
        ("12,345", set()),
        ("20,00%", {"20.00"}),
    ],
)
def test_amounts_are_read_in_all_notations(text, amounts):
    """French, German and English amounts with two decimals, without sign."""
    assert amounts_in(text) == {Decimal(amount) for amount in amounts}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02/09/2026", {date(2026, 9, 2), date(2026, 2, 9)}),
        ("31.12.2026", {date(2026, 12, 31)}),
        ("2026-09-02", {date(2026, 9, 2)}),
        ("1er août 2026", {date(2026, 8, 1)}),
        ("5. März 2026", {date(2026, 3, 5)}),
        ("March 5, 2026", {date(2026, 3, 5)}),
        ("31/02/2026", set()),
    ],
)
def test_dates_are_read_in_all_notations(text, expected):
    """Numbers in either order, and months in three languages."""
    assert dates_in(text) == expected


def test_values_stand_after_or_under_their_label():
    """A value is looked for on the label's line, then under it in its columns."""
    text = PageText.of("TOTAL HT      TOTAL TTC\n\n  100,00         120,00")
    assert text.after(r"total\s+ttc", r"\d+,\d\d") == ("120,00",)
    assert text.after(r"total\s+ht", r"\d+,\d\d") == ("100,00",)


def test_identifiers_are_read_in_groups():
    """Spaces within numbers do not matter, what stands around them does."""
    assert labelled_digits("SIREN n° 100 000 009 RCS", "SIREN", 9) == {"100000009"}
    assert labelled_digits("SIREN 100 000 0091", "SIREN", 9) == set()
    assert ibans_in("IBAN FR76 3000 1007 9412 3456 7890 185 BIC BDFEFRPP") == {"FR7630001007941234567890185"}
    assert vat_numbers_in("TVA FR 88 100 000 009", countries={"FR"}) == {"FR88100000009"}


def test_the_corpus_does_not_contradict_itself(corpus, caplog, compare):
    """Public invoices, whose two halves agree, give no warning."""
    caplog.set_level(logging.CRITICAL, logger="pypdf")
    folders = ("facturx-pdf/*_EXTENDED.pdf", "fr-ctc-examples/pdf/*INV*.pdf", "zugferd-pdf-correct/*EN16931*.pdf")
    compared = 0
    for path in sorted(path for pattern in folders for path in corpus.glob(pattern)):
        data = path.read_bytes()
        try:
            invoice = cii.read(parse_xml(extract(data).xml))
        except Unreadable:
            continue
        assert compare(data, invoice) == (), path.name
        compared += 1
    assert compared > 15


@pytest.mark.parametrize(
    "page",
    [b"(Facture n 1 ) Tj " * 31_000, b"(" + b"Facture n 1 " * 100_000 + b") Tj", b"(" + b"1" * 1_100_000 + b") Tj"],
    ids=["texts", "letters", "figures"],
)
def test_a_page_with_more_than_anybody_reads_is_told(page):
    """It is not compared, and the step says so; it takes no second per megabyte."""
    data = s.pdf(s.archival() | {s.CONTENT: s.stream(b"BT /F1 9 Tf " + page + b" ET")})
    (found,) = compare_visible(data, Invoice(number="F2026-0001"))
    assert found.rule == "EI-PDF-80"
    assert "1000000" in str(found.facts["found"])
