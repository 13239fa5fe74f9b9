"""What a cell of a spreadsheet means: days, amounts, rates and words, as Excel stores them or as people type them.

    amount("1 234,56 €")       # Decimal("1234.56")
    amount(1234.56)            # the same: spreadsheets keep numbers as binary fractions, and cents are taken from them
    day(46329.0)               # 2026-11-03, a serial day
    rate(0.2)                  # Decimal("20"), a cell shown as 20 %

Each reads a value or raises `Misread` with the row of the rulebook that says what was expected.

Source: ECMA-376 part 1, §18.17.4 (dates are days since 1899-12-30).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

Cell = str | int | float | bool | date | None

_EPOCH = date(1899, 12, 30)
_SERIAL_DAYS = range(36526, 73051)  # 2000-01-01 to 2099-12-31, the years that the portal knows (G1.36)
_FRENCH_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_BLANKS = re.compile(r"[\s\u00a0\u202f€]+")
_HIGHEST_FRACTION = 0.3  # what is shown as 30 %; no VAT rate is higher, and none between 0 and 0.3 per cent exists
_CENT = Decimal("0.01")
_THOUSANDS = re.compile(r"[+\-−]?[1-9]\d{0,2}[.,]\d{3}")  # 1.250: a thousand and more, or one and a bit
_NOISE = Decimal("0.000001")  # what binary fractions add


class Misread(ValueError):
    """A cell that does not hold what its column wants; `expected` is a row of the rulebook."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def is_empty(cell: Cell) -> bool:
    """Whether nothing is written in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def word(cell: Cell) -> str:
    """A text; a number that a spreadsheet took for one is written without its zero fraction."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def day(cell: Cell) -> date:
    """A day: a date, a serial day, 03/11/2026 or 2026-11-03."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and int(cell) in _SERIAL_DAYS:
        return _EPOCH + timedelta(days=int(cell))
    text = word(cell)
    found = _FRENCH_DAY.fullmatch(text)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        raise Misread("EI-EXPECTED-CELL-DAY") from None


def amount(cell: Cell) -> Decimal:
    """An amount of money, to the cent; 1.000 and 1,000 are none, for they may be a thousand."""
    if _may_be_thousands(cell):
        raise Misread("EI-EXPECTED-CELL-AMOUNT")
    value = _number(cell, "EI-EXPECTED-CELL-AMOUNT")
    cents = value.quantize(_CENT)
    if abs(value - cents) > _NOISE or (isinstance(cell, str) and value != cents):
        raise Misread("EI-EXPECTED-CELL-AMOUNT")
    return cents


def rate(cell: Cell) -> Decimal:
    """A VAT rate in per cent: 20, "20 %", or 0.2 as a cell shown in per cent holds it."""
    percent = isinstance(cell, str) and cell.rstrip().endswith("%")
    value = _number(cell.rstrip("% ") if isinstance(cell, str) else cell, "EI-EXPECTED-CELL-RATE")
    if not percent and not isinstance(cell, str) and 0 < value <= Decimal(str(_HIGHEST_FRACTION)):
        value = (value * 100).quantize(_CENT)
    if not 0 <= value <= 100:
        raise Misread("EI-EXPECTED-CELL-RATE")
    return value.normalize() + 0 if value else Decimal(0)


def count(cell: Cell) -> int:
    """A number of things."""
    value = _number(cell, "EI-EXPECTED-CELL-COUNT")
    if value != int(value) or value < 0 or _may_be_thousands(cell):
        raise Misread("EI-EXPECTED-CELL-COUNT")
    return int(value)


def choice(cell: Cell, words: Mapping[str, str], expected: str) -> str:
    """One of the words, whatever its case and accents."""
    found = words.get(plain(word(cell)))
    if found is None:
        raise Misread(expected)
    return found


def plain(text: str) -> str:
    """A heading or a word as it is compared: small letters without accents, blanks or signs."""
    return re.sub(r"[^a-z0-9]", "", text.lower().translate(_ACCENTS))


_ACCENTS = str.maketrans("àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy")


def _may_be_thousands(cell: Cell) -> bool:
    return isinstance(cell, str) and _THOUSANDS.fullmatch(_BLANKS.sub("", cell)) is not None


def _number(cell: Cell, expected: str) -> Decimal:
    """A number as Excel stores it or as people type it: 1 234,56 and 1.234,56 as well as 1234.56."""
    if isinstance(cell, bool) or cell is None or isinstance(cell, date):
        raise Misread(expected)
    if isinstance(cell, (int, float)):
        if not math.isfinite(cell) or abs(cell) >= 1e13:
            raise Misread(expected)
        return Decimal(repr(cell))
    text = _BLANKS.sub("", cell)
    if "," in text:  # the comma is the decimal sign, points before it part thousands
        whole, _, fraction = text.rpartition(",")
        text = f"{whole.replace('.', '')}.{fraction}"
    if not re.fullmatch(r"[+\-−]?\d{1,13}(?:\.\d{1,10})?", text, re.ASCII):
        raise Misread(expected)
    try:
        return Decimal(text.replace("−", "-"))
    except InvalidOperation:
        raise Misread(expected) from None
