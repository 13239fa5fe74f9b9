r"""Finding values in the text of a page: amounts, dates, accounts, identifiers, and what stands after a label.

    text = PageText.of("Total TTC      1 200,00")
    text.after(r"total\s+ttc", AMOUNT)      # ("1 200,00",)
    amounts_in("1 200,00")                  # {Decimal("1200.00"), Decimal("200.00")}

An amount may be read in two ways where a quantity stands before it ("3 150,00" is 3150 or 150); all readings count, so
that a coincidence never becomes an accusation. Formats: French, English, German and ISO 8601; IBAN per ISO 13616.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

AMOUNT = r"[-−]?\d(?:[ .,'’]?\d)*[.,]\d{2}(?![\d])"
DATE = (
    r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{4}|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}(?:er|\.)?\s+[^\W\d]{3,10}\.?\s+\d{4}|[^\W\d]{3,10}\.?\s+\d{1,2},?\s+\d{4}"
)
NUMBER = r"(?=[^\s:]*\d)[^\W_][\w./-]*\w"

_BELOW = 3  # lines under a label in which its value may stand
_MARGIN = 12  # columns to the left and right of it
_GAP = 25  # columns between a label and its value on one line, where words stand between them
_WORD = re.compile(r"[^\W\d_]{2}")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier january januar jan janv",
            "février february februar feb févr",
            "mars march märz mar mär",
            "avril april avr apr",
            "mai may",
            "juin june juni jun",
            "juillet july juli jul juil",
            "août august aout aug",
            "septembre september sept sep",
            "octobre october oktober oct okt",
            "novembre november nov",
            "décembre december dezember déc dec dez",
        ),
        1,
    )
    for name in names.split()
}
# Length of an IBAN by country (ISO 13616 registry), for Europe.
_IBAN_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 HR21 HU28 IE22 IS26 IT27 LI21"
        " LT20 LU20 LV21 MC27 MT31 NL18 NO15 PL28 PT25 RO24 SE24 SI19 SK24 SM27",
    )
}
_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30})")
# VAT numbers as people write them, in groups; the shapes of the neighbours of France.
_VAT_SHAPES = {
    "FR": r"FR(?: ?[A-HJ-NP-Z0-9]){2}(?: ?\d){9}",
    "DE": r"DE(?: ?\d){9}",
    "BE": r"BE ?[01](?:[ .]?\d){9}",
    "ES": r"ES ?[A-Z0-9](?: ?\d){7} ?[A-Z0-9]",
    "IT": r"IT(?: ?\d){11}",
    "LU": r"LU(?: ?\d){8}",
}


def compact(text: str) -> str:
    """Text without spaces, in capitals."""
    return re.sub(r"\s", "", text).upper()


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of pages, in lines."""

    all: str
    lines: tuple[str, ...]
    compact: str

    @classmethod
    def of(cls, text: str) -> PageText:
        """Text with one kind of space and of letters."""
        plain = unicodedata.normalize("NFKC", text).replace("−", "-")
        return cls(plain, tuple(plain.split("\n")), compact(plain))

    def after(self, labels: str, value: str) -> tuple[str, ...]:
        """The values that stand after a label: on its line or, where there is none, under it."""
        label, wanted = re.compile(labels, re.IGNORECASE), re.compile(value)
        found = []
        for row, line in enumerate(self.lines):
            for match in label.finditer(line):
                right = wanted.search(line, match.end())
                between = line[match.end() : right.start()] if right else ""
                if right and (len(between) <= _GAP or not _WORD.search(between)):
                    found.append(right[0].strip())
                    continue
                for below in self.lines[row + 1 : row + 1 + _BELOW]:
                    if under := _nearest(wanted.finditer(below), match.start(), match.end()):
                        found.append(under)
                        break
        return tuple(found)


def _nearest(values: Iterable[re.Match[str]], start: int, end: int) -> str | None:
    """The value that stands closest to the columns of a label, if one is close."""
    distances = [(max(value.start() - end, start - value.end(), 0), value[0].strip()) for value in values]
    distance, value = min(distances, key=lambda each: each[0], default=(_MARGIN + 1, ""))
    return value if distance <= _MARGIN else None


def amounts_in(text: str) -> set[Decimal]:
    """All amounts with two decimals, without their sign, in every way they can be read."""
    found = set()
    for match in re.finditer(AMOUNT, text):
        whole, cents = match[0][:-3], match[0][-2:]
        parts = re.split(r"[ .,'’]+", whole.lstrip("-−"))
        for start, first in enumerate(parts):
            if start == 0 or not first.startswith("0"):  # nobody writes 000,00
                found.add(Decimal(f"{''.join(parts[start:])}.{cents}"))
    return found


def dates_in(text: str) -> set[date]:
    """All dates; 03/04/2026 is both the third of April and the fourth of March."""
    return {day for match in re.finditer(DATE, text) for day in _readings(match[0])}


def _readings(text: str) -> list[date]:
    parts = re.findall(r"\d+|[^\W\d]+", text)
    word = next((part for part in parts if part.isalpha() and part.lower() != "er"), None)
    numbers = [int(part) for part in parts if part.isdigit()]
    if word is not None:
        month = _MONTHS.get(word.lower(), 0)
        orders = [(numbers[1], month, numbers[0])] if len(numbers) == 2 else []
    elif len(numbers) == 3 and numbers[0] > 31:
        orders = [(numbers[0], numbers[1], numbers[2])]
    elif len(numbers) == 3:
        orders = [(numbers[2], numbers[1], numbers[0]), (numbers[2], numbers[0], numbers[1])]
    else:
        orders = []
    return [day for order in orders if (day := _day(*order))]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def ibans_in(text: str) -> set[str]:
    """Everything of the shape and length of an IBAN; its check digits are another rule's business."""
    found = set()
    for match in _IBAN.finditer(text):
        number = compact(match[1])
        length = _IBAN_LENGTHS.get(number[:2])
        if length and len(number) >= length:
            found.add(number[:length])
    return found


def labelled_digits(text: str, label: str, length: int) -> set[str]:
    """Numbers of a length that stand right after a label, in groups or not: `SIREN : 100 000 009`."""
    pattern = rf"\b{label}\b\s*(?:n\s*[°º]|:|n°\s*:)?\s*:?\s*(\d(?:[ .]?\d){{{length - 1}}})(?!\s?\d)"
    return {re.sub(r"\D", "", match[1]) for match in re.finditer(pattern, text, re.IGNORECASE)}


def vat_numbers_in(text: str, *, countries: set[str]) -> set[str]:
    """VAT numbers of some countries, by their shape."""
    shapes = [_VAT_SHAPES[country] for country in sorted(countries) if country in _VAT_SHAPES]
    return {
        compact(match[0]).replace(".", "")
        for shape in shapes
        for match in re.finditer(rf"(?<![A-Z0-9]){shape}(?!\w)", text)
    }
