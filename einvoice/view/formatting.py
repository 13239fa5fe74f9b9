"""Numbers, dates and account numbers as people read them.

    >>> amount(Decimal("1234.5"), "EUR", "fr").split()  # the spaces are narrow no-break and no-break ones
    ['1', '234,50', '€']
    >>> amount(Decimal("1234.5"), "USD", "en").split()
    ['USD', '1,234.50']
    >>> day(date(2026, 11, 22), "fr")
    '22/11/2026'

Nothing is rounded: a view shows what the file says, so every digit that was written stays; amounts get at least two
decimals. Sources: Lexique des règles typographiques en usage à l'Imprimerie nationale (spaces, decimal comma);
ISO 13616-1 §6.1 (IBAN in groups of four); INSEE (SIREN in groups of three).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from einvoice.data import Language

NARROW = "\u202f"  # narrow no-break space: between thousands
FIXED = "\u00a0"  # no-break space: before a unit
MINUS = "\u2212"
COLON: dict[Language, str] = {"fr": f"{FIXED}: ", "en": ": "}

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KILO = 1000
WRITTEN_OUT = 40  # digits: beyond this a number stays in scientific notation (1E+999999999 would fill the memory)


def number(value: Decimal, language: Language, *, decimals: int = 0) -> str:
    """The number with grouped thousands, the decimals it has and at least `decimals` of them."""
    if not value.is_finite() or abs(value.adjusted()) > WRITTEN_OUT:
        return str(value)
    whole, _, fraction = f"{abs(value):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0") if len(fraction) > decimals else fraction.ljust(decimals, "0")
    thousands, point = (NARROW, ",") if language == "fr" else (",", ".")
    sign = MINUS if value.is_signed() and value else ""
    return sign + f"{int(whole):,}".replace(",", thousands) + (point + fraction if fraction else "")


def amount(value: Decimal, currency: str | None, language: Language) -> str:
    """Money with its currency: the euro by its sign, any other by its code, for `$` alone would be ambiguous."""
    digits = number(value, language, decimals=2)
    if not currency:
        return digits
    if language == "fr":
        return digits + FIXED + ("€" if currency == "EUR" else currency)
    sign, unsigned = (MINUS, digits[1:]) if digits.startswith(MINUS) else ("", digits)
    return sign + ("€" + unsigned if currency == "EUR" else currency + FIXED + unsigned)


def percentage(value: Decimal, language: Language) -> str:
    """`20 %` in French, `20%` in English."""
    return number(value, language) + (NARROW + "%" if language == "fr" else "%")


def day(value: date, language: Language) -> str:
    """`22/11/2026`; in English `22 Nov 2026`, which nobody reads as another day."""
    if language == "fr":
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    return f"{value.day}{FIXED}{MONTHS[value.month - 1]}{FIXED}{value.year:04}"


def grouped(text: str, *lengths: int, by: str = FIXED) -> str:
    """Groups of these lengths, the last length repeated: `grouped("12345678900012", 3, 3, 3, 5)`."""
    groups: list[str] = []
    while text:
        length = lengths[min(len(groups), len(lengths) - 1)]
        groups.append(text[:length])
        text = text[length:]
    return by.join(groups)


def is_iban(text: str) -> bool:
    """Whether this has the form of an IBAN (its check digits are not looked at), with or without spaces."""
    return re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.sub(r"\s", "", text)) is not None


def account(text: str) -> str:
    """An IBAN in groups of four, between which a narrow page may break it; any other account number as it is."""
    return grouped(re.sub(r"\s", "", text), 4, by=" ") if is_iban(text) else text


def registration(text: str, scheme: str | None) -> str:
    """A SIREN or SIRET in groups of three (and five); any other identifier as it is."""
    if scheme == "0002" and re.fullmatch(r"[0-9]{9}", text):
        return grouped(text, 3)
    if scheme == "0009" and re.fullmatch(r"[0-9]{14}", text):
        return grouped(text, 3, 3, 3, 5)
    return text


def size(count: int, language: Language) -> str:
    """`12 octets`, `1,2 ko`: the size of an attached file."""
    if count < KILO:
        unit = ("octet" if language == "fr" else "byte") + ("s" if count > 1 else "")
        return f"{count}{FIXED}{unit}"
    steps = 1 if count < KILO**2 else 2 if count < KILO**3 else 3
    scaled = Decimal(count) / KILO**steps
    prefix, unit = "kMG"[steps - 1], "o" if language == "fr" else "B"
    return f"{number(round(scaled, 1 if scaled < 100 else 0), language)}{FIXED}{prefix}{unit}"
