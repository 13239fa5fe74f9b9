from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from einvoice.view import formatting
from einvoice.visible import visible


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        ("1234.5", "1 234,50 €", "€1,234.50"),
        ("0", "0,00 €", "€0.00"),
        ("-0.00", "0,00 €", "€0.00"),
        ("-1234567.891", "−1 234 567,891 €", "−€1,234,567.891"),
        ("100.50000", "100,50 €", "€100.50"),
    ],
)
def test_amounts_keep_their_digits(value, french, english):
    """Amounts are grouped, have two decimals at least, and lose no digit that says something."""
    assert formatting.amount(Decimal(value), "EUR", "fr") == french.replace(" €", "\u00a0€").replace(" ", "\u202f")
    assert formatting.amount(Decimal(value), "EUR", "en") == english


def test_other_currencies_are_named():
    """A dollar sign could be one of twenty dollars; a missing currency is not invented."""
    assert formatting.amount(Decimal(3), "USD", "fr") == "3,00\u00a0USD"
    assert formatting.amount(Decimal(-3), "USD", "en") == "−USD\u00a03.00"
    assert formatting.amount(Decimal(3), None, "fr") == "3,00"


def test_a_monstrous_number_stays_short():
    """1E+999999999 would be a gigabyte of digits."""
    assert formatting.number(Decimal("1E+999999999"), "fr") == "1E+999999999"
    assert formatting.number(Decimal("NaN"), "fr") == "NaN"
    assert formatting.number(Decimal("12345678901234567890.12"), "en") == "12,345,678,901,234,567,890.12"


def test_quantities_and_rates_are_short():
    """Trailing zeros say nothing about a quantity or a rate."""
    assert formatting.number(Decimal("12.5000"), "fr") == "12,5"
    assert formatting.percentage(Decimal("20.00"), "fr") == "20\u202f%"
    assert formatting.percentage(Decimal("5.5"), "en") == "5.5%"


def test_days_are_written_as_the_reader_writes_them():
    """Day first in French; in English the month in letters, so that 2/11 is never February."""
    assert formatting.day(date(2026, 11, 2), "fr") == "02/11/2026"
    assert formatting.day(date(2026, 11, 2), "en") == "2\u00a0Nov\u00a02026"


def test_account_numbers_in_groups():
    """An IBAN is read in groups of four, between which it may break; what is none is left alone."""
    assert formatting.account("FR7630001007941234567890185") == "FR76 3000 1007 9412 3456 7890 185"
    assert formatting.account("FR76 3000 1007 9412 3456 7890 185").endswith(" 185")
    assert formatting.account("30001 00794 12345678901 85") == "30001 00794 12345678901 85"


def test_registrations_in_groups():
    """SIREN by three, SIRET by three and five, anything else as it is written."""
    assert formatting.registration("100000009", "0002") == "100\u00a0000\u00a0009"
    assert formatting.registration("10000000900017", "0009") == "100\u00a0000\u00a0009\u00a000017"
    assert formatting.registration("10000000", "0002") == "10000000"
    assert formatting.registration("100000009", None) == "100000009"


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "0 octet"),
        (2, "2 octets"),
        (999, "999 octets"),
        (1234, "1,2 ko"),
        (999_999, "1 000 ko"),
        (12_345_678, "12,3 Mo"),
    ],
)
def test_sizes(count, expected):
    """The size of a file in the unit that makes it short."""
    assert formatting.size(count, "fr").replace("\u00a0", " ").replace("\u202f", " ") == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("F2026\u202e1000", "F2026[U+202E]1000"),
        ("a\u200bb\x00c\ud800", "a[U+200B]b[U+0000]c[U+D800]"),
        ("deux\r\nlignes\u2028trois\tquatre", "deux\nlignes\ntrois\tquatre"),
        ("Œuvre à 12 € — Ελλάδα, Київ, 中文, 👍", "Œuvre à 12 € — Ελλάδα, Київ, 中文, 👍"),
        ("\U000e0041\U0010ffff", "[U+E0041][U+10FFFF]"),
    ],
)
def test_what_hides_or_deceives_is_spelled_out(text, shown):
    """Characters that turn the direction of text or cannot be seen appear as what they are; all others stay."""
    assert visible(text) == shown
