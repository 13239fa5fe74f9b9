"""Discounts for paying early: read, written, said in words, and never taken for the day on which all is due."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from small_draft import DRAFT
from test_reading_as_meant import read_settlement, read_ubl

import einvoice as ei
from einvoice import cii
from einvoice.conversion.fitting import fit
from einvoice.discounts import in_words, skonto, stated_in
from einvoice.model import Invoice, Party, PaymentDiscount
from einvoice.profiles import profile_named
from einvoice.xml import parse_xml

EXTENDED = profile_named("extended").identifier
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
TWO = PaymentDiscount(percentage="2", period="10", period_unit_code="DAY", base_amount="226.10", amount="4.52")
THREE = PaymentDiscount(percentage="3.5", period="5", period_unit_code="DAY")


def terms(*parts):
    """A settlement of these groups of payment terms."""
    return "".join(f"<ram:SpecifiedTradePaymentTerms>{part}</ram:SpecifiedTradePaymentTerms>" for part in parts)


def due(day):
    """A due date."""
    return f'<ram:DueDateDateTime><udt:DateTimeString format="102">{day}</udt:DateTimeString></ram:DueDateDateTime>'


OFFER = (
    "<ram:ApplicableTradePaymentDiscountTerms>"
    '<ram:BasisPeriodMeasure unitCode="DAY">10</ram:BasisPeriodMeasure><ram:BasisAmount>226.10</ram:BasisAmount>'
    "<ram:CalculationPercent>2</ram:CalculationPercent><ram:ActualDiscountAmount>4.52</ram:ActualDiscountAmount>"
    "</ram:ApplicableTradePaymentDiscountTerms>"
)


def test_the_day_of_a_discount_is_not_the_day_of_payment():
    """Of two groups of terms, the one without discount says when all is due, wherever it stands."""
    groups = [due("20261112") + OFFER, f"<ram:Description>30 Tage netto</ram:Description>{due('20261130')}"]
    for order in (groups, groups[::-1]):
        invoice = read_settlement(terms(*order))
        assert invoice.due_date == date(2026, 11, 30)
        assert invoice.payment_discounts == (TWO.model_copy(update={"due_date": date(2026, 11, 12)}),)
        assert (invoice.payment_terms, invoice.unread) == ("30 Tage netto", ())


def test_the_only_day_is_the_day_of_payment():
    """Where no other group has a day, that of the discount is BT-9."""
    assert read_settlement(terms(due("20261112") + OFFER)).due_date == date(2026, 11, 12)


def test_the_words_of_all_groups_are_kept():
    """BT-20 holds what each group says."""
    said = read_settlement(
        terms(f"<ram:Description>2 %</ram:Description>{OFFER}", "<ram:Description>netto</ram:Description>")
    )
    assert sorted(said.payment_terms.split("\n")) == ["2 %", "netto"]


def test_several_discounts_are_written_each_in_its_group():
    """Factur-X EXTENDED has one group of terms for each, and one for the net payment."""
    invoice = Invoice(payment_discounts=(TWO, THREE), due_date=date(2026, 12, 2), payment_terms="30 jours")
    data = cii.write(invoice, incomplete=True)
    assert data.count(b"<ram:SpecifiedTradePaymentTerms>") == 3
    again = cii.read(parse_xml(data))
    assert (again.payment_discounts, again.due_date, again.payment_terms) == (
        (TWO, THREE),
        date(2026, 12, 2),
        "30 jours",
    )


def test_the_text_of_xrechnung_is_read():
    """#SKONTO# lines are discounts, and the text stays as it is."""
    text = "Zahlbar sofort\n#SKONTO#TAGE=14#PROZENT=2.25#\n#SKONTO#TAGE=7#PROZENT=3.00#BASISBETRAG=500.00#\n"
    invoice = read_ubl(f"<cac:PaymentTerms><cbc:Note>{text}</cbc:Note></cac:PaymentTerms>")
    assert invoice.payment_terms == text
    assert [(each.period, each.percentage, each.base_amount) for each in invoice.payment_discounts] == [
        (Decimal(14), Decimal("2.25"), None),
        (Decimal(7), Decimal("3.00"), Decimal("500.00")),
    ]


@pytest.mark.parametrize("text", ["#SKONTO#TAGE=14#PROZENT=2.25#", "#SKONTO#TAGE=7#PROZENT=3.00#BASISBETRAG=500.00#"])
def test_the_text_of_xrechnung_is_written(text):
    """What was stated is stated again."""
    assert skonto(stated_in(text)[0]) == text


def test_xrechnung_gets_its_text_and_others_words():
    """A target without elements for discounts says them in BT-20; what nobody could say is told as left out."""
    invoice = Invoice(payment_discounts=(TWO, THREE), payment_terms="netto")
    german = fit(invoice.model_copy(update={"specification_identifier": XRECHNUNG}), "ubl")
    text = "netto\n#SKONTO#TAGE=10#PROZENT=2.00#BASISBETRAG=226.10#\n#SKONTO#TAGE=5#PROZENT=3.50#\n"
    assert (german.invoice.payment_terms, german.left_out) == (text, [])
    french = fit(
        Invoice(payment_discounts=(TWO,), seller=Party(name="V", postal_address={"country_code": "FR"})), "ubl"
    ).invoice
    assert french.payment_terms == "Escompte de 2 % sur 226,10 pour paiement sous 10 jours"
    other = fit(invoice, "cii")
    assert [str(each) for each in other.left_out] == ["payment_discounts[0]", "payment_discounts[1]"]
    assert fit(
        invoice.model_copy(update={"specification_identifier": EXTENDED}), "facturx"
    ).invoice == invoice.model_copy(update={"specification_identifier": EXTENDED})


@pytest.mark.parametrize(
    ("discount", "fr", "en"),
    [
        (
            {"percentage": "2.50", "period": "1", "period_unit_code": "MON"},
            "Escompte de 2,5 % pour paiement sous 1 mois",
            "Discount of 2.5% for payment within 1 month",
        ),
        (
            {"amount": "12", "due_date": "2026-11-12"},
            "Escompte de 12,00 pour paiement jusqu’au 12/11/2026",
            "Discount of 12.00 for payment until 2026-11-12",
        ),
        (
            {"percentage": "2", "period": "8", "base_date": "2026-11-05"},
            "Escompte de 2 % pour paiement sous 8 jours à compter du 05/11/2026",
            "Discount of 2% for payment within 8 days of 2026-11-05",
        ),
        ({}, "Escompte", "Discount"),
    ],
)
def test_words(discount, fr, en):
    """As an accountant would say it."""
    made = PaymentDiscount(**discount)
    assert (in_words(made, "fr"), in_words(made, "en")) == (fr, en)


@pytest.mark.parametrize("target", ["ubl", "cii", "facturx"])
def test_a_draft_offers_a_discount(target):
    """The draft's discount is in the note AAB and in BT-20, and comes back from the built invoice; it is valid."""
    draft = ei.Draft.model_validate({**DRAFT, "payment_discounts": {"percentage": "2", "period": "8"}})
    built = ei.parse(ei.build(draft, target))
    assert ei.validate(draft).verdict == "valid"
    assert {note.text for note in built.notes if note.subject_code == "AAB"} == {
        "Escompte de 2 % pour paiement sous 8 jours"
    }
    assert built.payment_terms == "Escompte de 2 % pour paiement sous 8 jours"


def test_factur_x_extended_has_the_parts():
    """Built as EXTENDED, the invoice holds rate and days and is valid; UBL has no place for them, and that is told."""
    draft = ei.Draft.model_validate(
        {**DRAFT, "payment_discounts": {"percentage": "2", "period": "8"}, "payment_terms": "Escompte !"}
    )
    data = ei.build(draft, "facturx", profile="extended")
    assert ei.validate(data).verdict == "valid"
    assert ei.parse(data).payment_discounts[0].period == Decimal(8)
    converted = ei.convert(data, "ubl")
    assert [each.field for each in converted.losses if each.rule == "EI-LOSS"] == ["payment_discounts[0]"]
    assert "Délai de l’escompte" in unescape(ei.render(data, "html").decode())
