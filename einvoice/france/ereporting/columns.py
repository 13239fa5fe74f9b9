"""The columns of the tables that books are made of: their headings, what their cells hold, an example of each.

    table_of(("Date", "Catégorie", "Taux de TVA", "Montant HT", "Montant de TVA"))      # "sales"
    template("sales", "fr")                                                           # a CSV file with an example row

A heading may be French or English; case, accents and blanks do not count.

Source: DGFiP external specifications v3.2, annex 6 v1.10 (TT-77 to TT-87, TT-92 to TT-99; TG-8 for purchases).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from einvoice.data import Language
from einvoice.france.ereporting import cells
from einvoice.france.ereporting.books import GOODS, MARGIN, SERVICES, UNTAXED
from einvoice.france.ereporting.cells import Cell, Misread, plain

Table = Literal["sales", "purchases", "receipts"]

_CATEGORIES = MappingProxyType(
    {
        **{plain(code): code for code in (GOODS, SERVICES, UNTAXED, MARGIN)},
        **dict.fromkeys(("biens", "bien", "goods", "marchandises", "ventesdebiens"), GOODS),
        **dict.fromkeys(("services", "service", "prestations", "prestationsdeservices"), SERVICES),
        **dict.fromkeys(("nontaxable", "hortva", "horstva", "nonsoumis", "untaxed"), UNTAXED),
        **dict.fromkeys(("marge", "margin"), MARGIN),
    }
)
_NATURES = MappingProxyType(
    {
        **dict.fromkeys(("biens", "bien", "goods", "marchandises"), "B1"),
        **dict.fromkeys(("services", "service", "prestations"), "S1"),
        **dict.fromkeys(("mixte", "mixed"), "M1"),
    }
)
_TYPES = MappingProxyType(
    {"380": "380", "381": "381", "facture": "380", "invoice": "380", "avoir": "381", "creditnote": "381"}
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its headings, French and English, how its cells are read, and an example."""

    name: str
    heading_fr: str
    heading_en: str
    read: Callable[[Cell], Any]
    example: str
    needed: bool = True


def _category(cell: Cell) -> str:
    return cells.choice(cell, _CATEGORIES, "EI-EXPECTED-CELL-CATEGORY")


def _nature(cell: Cell) -> str:
    return cells.choice(cell, _NATURES, "EI-EXPECTED-CELL-NATURE")


def _type(cell: Cell) -> str:
    return cells.choice(cell, _TYPES, "EI-EXPECTED-CELL-TYPE")


def _country(cell: Cell) -> str:
    found = cells.word(cell).upper()
    if len(found) != 2 or not (found.isascii() and found.isalpha()):
        raise Misread("EI-EXPECTED-CELL-COUNTRY")
    return found


def _currency(cell: Cell) -> str:
    found = cells.word(cell).upper()
    if len(found) != 3 or not (found.isascii() and found.isalpha()):
        raise Misread("EI-EXPECTED-CELL-CURRENCY")
    return found


_RATE = Column("rate", "Taux de TVA", "VAT rate", cells.rate, "20")
_NET = Column("net", "Montant HT", "Net amount", cells.amount, "500,00")
_CURRENCY = Column("currency", "Devise", "Currency", _currency, "EUR", needed=False)

TABLES: Mapping[Table, tuple[Column, ...]] = MappingProxyType(
    {
        "sales": (
            Column("day", "Date", "Day", cells.day, "03/11/2026"),
            Column("category", "Catégorie", "Category", _category, "biens"),
            _RATE,
            _NET,
            Column("vat", "Montant de TVA", "VAT amount", cells.amount, "100,00"),
            Column("count", "Nombre de ventes", "Number of sales", cells.count, "12", needed=False),
            _CURRENCY,
        ),
        "purchases": (
            Column("number", "Numéro de facture", "Invoice number", cells.word, "RE-2026-77"),
            Column("day", "Date", "Day", cells.day, "05/11/2026"),
            Column("supplier", "Fournisseur", "Supplier", cells.word, "LIEFERANT BEISPIEL"),
            Column(
                "supplier_vat",
                "Numéro de TVA du fournisseur",
                "VAT number of the supplier",
                cells.word,
                "",
                needed=False,
            ),
            Column("country", "Pays", "Country", _country, "DE"),
            Column("nature", "Nature", "Nature", _nature, "biens"),
            _NET,
            Column("rate", "Taux de TVA", "VAT rate", cells.rate, "0", needed=False),
            Column("vat", "Montant de TVA", "VAT amount", cells.amount, "0,00", needed=False),
            Column("vat_category", "Catégorie de TVA", "VAT category", cells.word, "K", needed=False),
            _CURRENCY,
            Column("type", "Type", "Type", _type, "facture", needed=False),
        ),
        "receipts": (
            Column("day", "Date", "Day", cells.day, "04/11/2026"),
            Column("rate", "Taux de TVA", "VAT rate", cells.rate, "20", needed=False),
            Column("amount", "Montant TTC", "Amount with VAT", cells.amount, "240,00"),
            Column("number", "Numéro de facture", "Invoice number", cells.word, "", needed=False),
        ),
    }
)


def table_of(headings: Iterable[Cell]) -> Table | None:
    """Which table has these headings: the one that alone has all the columns it needs."""
    known = {plain(cells.word(each)) for each in headings if not cells.is_empty(each)}

    def fits(table: Table) -> bool:
        return all(
            {plain(column.heading_fr), plain(column.heading_en)} & known for column in TABLES[table] if column.needed
        )

    found = [table for table in TABLES if fits(table)]
    return found[0] if len(found) == 1 else None


def template(table: Table, language: Language = "fr") -> str:
    """A table to fill in, as CSV for a French spreadsheet: its headings, and a row that shows what they hold."""
    columns = TABLES[table]
    headings = (column.heading_fr if language == "fr" else column.heading_en for column in columns)
    return "\ufeff" + ";".join(headings) + "\r\n" + ";".join(column.example for column in columns) + "\r\n"
