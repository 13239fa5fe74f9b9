"""Books from tables, as companies keep them in spreadsheets: sales of a till, purchases abroad, money received.

    tables = Tables(declarant)
    tables.add("sales", "ventes.csv", rows)           # rows of cells, the first one with the headings
    tables.problems                                   # what could not be read, at its cell
    books = tables.books()

A table has one heading a column, in French or in English, in any order; columns that are not known are left alone, and
told. `columns` has the columns of each. A row for each rate: a day with sales at two rates has two rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from einvoice.france.ereporting import cells
from einvoice.france.ereporting.books import EURO, Books, Paid, Receipt, Sale
from einvoice.france.ereporting.cells import Cell, Misread, plain
from einvoice.france.ereporting.columns import TABLES, Column, Table
from einvoice.france.ereporting.report import Declarant, PaidPart
from einvoice.france.vat import MEMBER_STATES
from einvoice.identifiers import SIREN, french_vat_of
from einvoice.model import Address, Identifier, Invoice, Party, Totals, VatBreakdown
from einvoice.rulebook import Fact, Observation, Sentence


@dataclass
class Tables:
    """Tables that become books, and what could not be read of them."""

    declarant: Declarant
    problems: list[Observation] = field(default_factory=list)  # each names its cell in the field
    unknown: list[str] = field(default_factory=list)  # headings that are no column of the table
    _sales: list[Sale] = field(default_factory=list)
    _receipts: list[Receipt] = field(default_factory=list)
    _payments: list[Paid] = field(default_factory=list)
    _purchases: dict[tuple[str, str, int], list[Mapping[str, Any]]] = field(default_factory=dict)

    def add(self, table: Table, source: str, rows: Sequence[Sequence[Cell]]) -> None:
        """Read a table; `source` names it in what is said of its cells. Rows that are empty are passed over."""
        if not rows:
            self._tell("EI-TABLE-EMPTY", source)
            return
        columns = self._columns(table, source, rows[0])
        if columns is None:
            return
        for number, row in enumerate(rows[1:], 2):
            if all(map(cells.is_empty, row)):
                continue
            if not all(map(cells.is_empty, row[len(rows[0]) :])):  # a sign of a number may have parted it
                self._tell("EI-TABLE-EXTRA", f"{source}, {number}", found=str(len(row)), expected=str(len(rows[0])))
                continue
            found = self._row(columns, source, number, row)
            if found is not None:
                getattr(self, f"_add_{table}")(found, f"{source}, {number}")

    def books(self) -> Books:
        """What was read."""
        return Books(
            sales=tuple(self._sales),
            receipts=tuple(self._receipts),
            payments=tuple(self._payments),
            invoices=tuple(self._purchase(rows) for rows in self._purchases.values()),
        )

    def _columns(self, table: Table, source: str, headings: Sequence[Cell]) -> dict[int, Column] | None:
        known = {plain(text): column for column in TABLES[table] for text in (column.heading_fr, column.heading_en)}
        found: dict[int, Column] = {}
        for place, heading in enumerate(headings):
            column = None if cells.is_empty(heading) else known.get(plain(cells.word(heading)))
            if column is not None and column not in found.values():
                found[place] = column
            elif not cells.is_empty(heading):
                self.unknown.append(f"{source}, {_letters(place)}1 ({cells.word(heading)})")
        lacking = [column for column in TABLES[table] if column.needed and column not in found.values()]
        for column in lacking:
            self._tell("EI-TABLE-COLUMN", f"{source}, 1", heading_fr=column.heading_fr, heading_en=column.heading_en)
        return None if lacking else found

    def _row(
        self, columns: Mapping[int, Column], source: str, number: int, row: Sequence[Cell]
    ) -> dict[str, Any] | None:
        values: dict[str, Any] = {}
        told = len(self.problems)
        for place, column in columns.items():
            cell = row[place] if place < len(row) else None
            where = f"{source}, {_letters(place)}{number} ({column.heading_fr})"
            if cells.is_empty(cell):
                if column.needed:
                    self._tell("EI-TABLE-BLANK", where)
                continue
            try:
                values[column.name] = column.read(cell)
            except Misread as error:
                self._tell("EI-TABLE-CELL", where, found=cells.word(cell), expected=Sentence(error.expected))
        return values if len(self.problems) == told else None

    def _add_sales(self, row: Mapping[str, Any], _where: str) -> None:
        rates = (VatBreakdown(rate=row["rate"], taxable_amount=row["net"], tax_amount=row["vat"]),)
        currency = row.get("currency", EURO)
        self._sales.append(
            Sale(
                day=row["day"],
                category_code=row["category"],
                rates=rates,
                count=row.get("count", 1),
                currency_code=currency,
            )
        )

    def _add_receipts(self, row: Mapping[str, Any], where: str) -> None:
        rate, amount, number = row.get("rate"), row["amount"], row.get("number")
        parts = (PaidPart(rate=rate, amount=amount),) if rate is not None else ()
        if number:
            self._payments.append(Paid(number=number, day=row["day"], amount=amount, by_rate=parts))
        elif parts:
            self._receipts.append(Receipt(day=row["day"], parts=parts))
        else:
            self._tell("EI-TABLE-RECEIPT", where)

    def _add_purchases(self, row: Mapping[str, Any], where: str) -> None:
        row = dict(row)
        row.setdefault("rate", Decimal(0))
        row.setdefault("vat", Decimal("0.00"))
        if "vat_category" not in row:
            category = _vat_category(row)
            if category is None:
                self._tell("EI-TABLE-VAT-CATEGORY", where)
                return
            row["vat_category"] = category
        key = (row["number"], row["supplier"], row["day"].year)
        self._purchases.setdefault(key, []).append(row)

    def _purchase(self, rows: Sequence[Mapping[str, Any]]) -> Invoice:
        """An invoice from abroad: what its rows tell, each at one rate; a report of purchases needs no lines."""
        first = rows[0]
        groups = tuple(
            VatBreakdown(
                category_code=row["vat_category"].upper(),
                rate=row["rate"],
                taxable_amount=row["net"],
                tax_amount=row["vat"],
            )
            for row in rows
        )
        net, vat = sum((row["net"] for row in rows), Decimal(0)), sum((row["vat"] for row in rows), Decimal(0))
        totals = Totals(
            line_net_amount=net, amount_without_vat=net, vat_amount=vat, amount_with_vat=net + vat, amount_due=net + vat
        )
        return Invoice(
            number=first["number"],
            issue_date=first["day"],
            type_code=first.get("type", "380"),
            currency_code=first.get("currency", EURO),
            business_process_type=first["nature"],
            seller=Party(
                name=first["supplier"],
                vat_identifier=first.get("supplier_vat"),
                postal_address=Address(country_code=first["country"]),
            ),
            buyer=self._buyer(),
            vat_breakdown=groups,
            totals=totals,
        )

    def _buyer(self) -> Party:
        number = (self.declarant.identifier.value if self.declarant.identifier else None) or ""
        return Party(
            name=self.declarant.name,
            vat_identifier=french_vat_of(number) if SIREN.is_valid(number) else None,
            legal_registration_identifier=Identifier(value=number, scheme_id="0002"),
            postal_address=Address(country_code="FR"),
        )

    def _tell(self, rule: str, where: str, **facts: Fact) -> None:
        self.problems.append(Observation(rule, "error", "books", facts, field=where))


def _vat_category(row: Mapping[str, Any]) -> str | None:
    """The category of VAT (BT-151) that follows from the rest: charged, or due by the buyer within the Union."""
    if row["rate"]:
        return "S"
    if row["nature"] == "S1":
        return "AE"
    return "K" if row["country"] in MEMBER_STATES and row["nature"] == "B1" else None


def _letters(place: int) -> str:
    """The name of a column: A, B, … Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
