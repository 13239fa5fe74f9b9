"""Books from spreadsheets: what cells mean, what a table becomes, and what is told of a cell that cannot be read."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from folders import FIXTURES

from einvoice import cli
from einvoice.commands.json_schemas import NAMES, json_schema
from einvoice.commands.sheets import sheets
from einvoice.errors import Unreadable
from einvoice.france.ereporting import Declarant, cells
from einvoice.france.ereporting.columns import TABLES, table_of, template
from einvoice.france.ereporting.tables import Tables
from einvoice.model import Identifier

BOOKS = FIXTURES / "books"
WE = Declarant(identifier=Identifier(value="100000009", scheme_id="0002"), name="VENDEUR EXEMPLE")
OURS = ("--siren", "100000009", "--name", "VENDEUR EXEMPLE", "--platform", "0123", "--regime", "real_normal_monthly")
SALES = ("Date", "Catégorie", "Taux de TVA", "Montant HT", "Montant de TVA")


def read(table, *rows):
    """A table that was read, the headings first."""
    tables = Tables(WE)
    tables.add(table, "t.csv", rows)
    return tables


def told(tables):
    """What is wrong, and where."""
    return [(each.rule, each.field) for each in tables.problems]


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("03/11/2026", date(2026, 11, 3)),
        ("3.11.2026", date(2026, 11, 3)),
        ("2026-11-03", date(2026, 11, 3)),
        (datetime(2026, 11, 3), date(2026, 11, 3)),  # noqa: DTZ001 - as Excel has them
        (46329.0, date(2026, 11, 3)),
        (46329, date(2026, 11, 3)),
        ("31/02/2026", None),
        ("3/11/26", None),
        (12.0, None),
        (True, None),
    ],
)
def test_days(cell, meaning):
    """As people type them, and as the days since 1899-12-30 that spreadsheets keep."""
    if meaning is None:
        with pytest.raises(cells.Misread):
            cells.day(cell)
    else:
        assert cells.day(cell) == meaning


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("1 234,56", "1234.56"),
        ("1\u202f234,56 €", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("-50,00", "-50.00"),
        ("−50", "-50.00"),
        (1234.56, "1234.56"),
        (0.1 + 0.2, "0.30"),
        (100, "100.00"),
        ("1,234", None),
        ("1.000", None),
        ("3,500", None),
        ("-12.500 €", None),
        ("0.500", "0.50"),
        ("1250.500", "1250.50"),
        (1.234, None),
        ("1_0", None),
        ("１２", None),
        ("1e3", None),
        (float("nan"), None),
        (float("inf"), None),
        (1e300, None),
        ("", None),
    ],
)
def test_amounts(cell, meaning):
    """To the cent, never by a guess: 1,234 may be a thousand or one and a bit."""
    if meaning is None:
        with pytest.raises(cells.Misread):
            cells.amount(cell)
    else:
        assert str(cells.amount(cell)) == meaning


@pytest.mark.parametrize("cell", ["1.000", "1,000", "1,5", "-1", "x"])
def test_counts(cell):
    """A number of sales is no fraction, and 1.000 is not taken for one."""
    with pytest.raises(cells.Misread):
        cells.count(cell)
    assert cells.count("1 000") == 1000


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [("20", 20), ("5,5 %", "5.5"), (0.2, 20), (0.055, "5.5"), (0.021, "2.1"), (0.9, "0.9"), (0, 0), ("101", None)],
)
def test_rates(cell, meaning):
    """In per cent; a cell that is shown as 20 % holds 0.2."""
    if meaning is None:
        with pytest.raises(cells.Misread):
            cells.rate(cell)
    else:
        assert cells.rate(cell) == Decimal(meaning)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_template_is_a_table_that_can_be_read(table, language):
    """Its headings name the table, its example has no fault."""
    ((_, rows),) = sheets("t.csv", template(table, language).encode())
    assert table_of(rows[0]) == table
    tables = read(table, *rows)
    assert told(tables) == []
    books = tables.books()
    assert len(books.sales) + len(books.receipts) + len(books.invoices) == 1


def test_a_purchase_abroad_becomes_an_invoice():
    """Rows of one number are one invoice; the VAT that we owe follows from country and nature."""
    tables = read(
        "purchases",
        ("Numéro de facture", "Date", "Fournisseur", "Pays", "Nature", "Montant HT", "Taux de TVA", "Montant de TVA"),
        ("R1", "05/11/2026", "LIEFERANT", "DE", "biens", "100,00", "", ""),
        ("R1", "05/11/2026", "LIEFERANT", "DE", "biens", "10,00", "19", "1,90"),
        ("R2", "05/11/2026", "SUPPLIER", "GB", "services", "30,00", "", ""),
    )
    first, second = tables.books().invoices
    assert [(group.category_code, group.rate, group.taxable_amount) for group in first.vat_breakdown] == [
        ("K", 0, Decimal("100.00")),
        ("S", 19, Decimal("10.00")),
    ]
    assert first.totals.amount_with_vat == Decimal("111.90")
    assert (first.business_process_type, second.business_process_type) == ("B1", "S1")
    assert second.vat_breakdown[0].category_code == "AE"
    assert first.buyer.vat_identifier == "FR88100000009"


def test_what_does_not_follow_is_asked_for():
    """Goods from outside the Union, and money of no invoice and no rate: nothing is guessed."""
    heads = ("Numéro de facture", "Date", "Fournisseur", "Pays", "Nature", "Montant HT")
    purchases = read("purchases", heads, ("R1", "05/11/2026", "SUPPLIER", "US", "biens", "100,00"))
    assert told(purchases) == [("EI-TABLE-VAT-CATEGORY", "t.csv, 2")]
    receipts = read("receipts", ("Date", "Montant TTC"), ("04/11/2026", "240,00"))
    assert told(receipts) == [("EI-TABLE-RECEIPT", "t.csv, 2")]


def test_money_for_an_invoice_is_a_payment_of_it():
    """With a number it is of that invoice, by rate where a rate is given."""
    tables = read("receipts", ("Jour", "Date", "Montant TTC", "N"), ("", "04/11/2026", "1", "2"))
    assert tables.unknown == ["t.csv, A1 (Jour)", "t.csv, D1 (N)"]
    heads = ("Date", "Taux de TVA", "Montant TTC", "Numéro de facture")
    (paid,) = read("receipts", heads, ("04/11/2026", "20", "120,00", "F1")).books().payments
    assert (paid.number, paid.amount, paid.by_rate[0].rate) == ("F1", Decimal("120.00"), 20)


def test_every_fault_is_told_at_its_cell():
    """All of a file in one go: cell, heading, what was found, what is expected."""
    tables = read(
        "sales",
        SALES,
        ("31/02/2026", "truc", "x", "1,234", ""),
        (),
        ("03/11/2026", "biens", "20", "100", "20"),
        ("03/11/2026", "biens", "20"),
    )
    assert told(tables) == [
        ("EI-TABLE-CELL", "t.csv, A2 (Date)"),
        ("EI-TABLE-CELL", "t.csv, B2 (Catégorie)"),
        ("EI-TABLE-CELL", "t.csv, C2 (Taux de TVA)"),
        ("EI-TABLE-CELL", "t.csv, D2 (Montant HT)"),
        ("EI-TABLE-BLANK", "t.csv, E2 (Montant de TVA)"),
        ("EI-TABLE-BLANK", "t.csv, D5 (Montant HT)"),
        ("EI-TABLE-BLANK", "t.csv, E5 (Montant de TVA)"),
    ]
    assert len(tables.books().sales) == 1
    assert told(read("sales", SALES[:-1])) == [("EI-TABLE-COLUMN", "t.csv, 1")]
    assert told(read("sales")) == [("EI-TABLE-EMPTY", "t.csv")]


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8-sig", ";"), ("utf-8", ","), ("cp1252", ";"), ("utf-8", "\t"), ("utf-16", "\t")]
)
def test_csv_as_spreadsheets_write_it(encoding, separator):
    """With or without a mark, in Unicode or in Windows-1252, with a semicolon, a comma or a tab."""
    lines = (SALES, ("03/11/2026", "services", "20", '"1 250,00"', '"250,00"'))
    text = "\r\n".join(separator.join(line) for line in lines)
    ((name, rows),) = sheets("dossier/ventes.csv", text.encode(encoding))
    assert name == "ventes.csv"
    assert table_of(rows[0]) == "sales"
    (sale,) = read("sales", *rows).books().sales
    assert (sale.category_code, sale.rates[0].taxable_amount) == ("TPS1", Decimal("1250.00"))


def test_a_workbook_as_excel_stores_it():
    """Dates are days, amounts binary fractions, a rate in per cent a fraction; empty sheets are passed over."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Ventes"
    sheet.append(SALES)
    sheet.append((datetime(2026, 11, 3), "biens", 0.2, 1250.1, 250.02))  # noqa: DTZ001 - as Excel has them
    sheet["C2"].number_format = "0%"
    book.create_sheet("Vide")
    data = io.BytesIO()
    book.save(data)
    ((name, rows),) = sheets("ventes.xlsx", data.getvalue())
    assert name == "ventes.xlsx, Ventes"
    (sale,) = read("sales", *rows).books().sales
    assert (sale.day, sale.rates[0].rate) == (date(2026, 11, 3), 20)
    assert (sale.rates[0].taxable_amount, sale.rates[0].tax_amount) == (Decimal("1250.10"), Decimal("250.02"))


@pytest.mark.parametrize("data", [b"PK\3\4torn", b"a\0b"])
def test_what_is_no_table_is_refused(data):
    """A torn workbook and a binary file are named."""
    with pytest.raises(Unreadable, match=r"t\.xlsx: not a readable"):
        list(sheets("t.xlsx", data))


def test_reports_are_made_from_the_tables_of_a_shop(tmp_path, capsys):
    """The example: three tables in, reports out, sums as in the tables."""
    names = [part for name in ("ventes", "achats", "encaissements") for part in ("--from", str(BOOKS / f"{name}.csv"))]
    assert cli.run(["report", "make", *names, *OURS, "--year", "2026", "-o", str(tmp_path)]) == 0
    out = " ".join(capsys.readouterr().out.split())  # no-break blanks as blanks
    assert "10.3 : 2 (2 250,00 €" in out
    assert "10.1 : 2" in out
    assert "(720,00 €)" in out
    assert len(list(tmp_path.glob("*.xml"))) == 4


def test_nothing_is_made_of_a_part(tmp_path, capsys):
    """One wrong cell, and no report is written; a table of unknown headings is named; so is what is not given."""
    bad = tmp_path / "ventes.csv"
    bad.write_text(";".join(SALES) + "\n03/11/2026;biens;20;cent;20\n03/11/2026;biens;20;100;20\n", encoding="utf-8")
    out = tmp_path / "out"
    assert cli.run(["report", "make", "--from", str(bad), *OURS, "--year", "2026", "-o", str(out)]) == 1
    assert "ventes.csv, D2 (Montant HT)  Trouvé : cent ; attendu : un montant" in capsys.readouterr().err
    assert not list(out.glob("*.xml"))
    bad.write_text("a;b\n1;2\n", encoding="utf-8")
    assert cli.run(["report", "make", "--from", str(bad), *OURS, "--year", "2026", "-o", str(out)]) == 1
    assert "aucun tableau connu" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.run(["report", "make", "--from", str(bad), "--year", "2026", "-o", str(out)])
    assert "--siren, --name, --platform" in capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_a_schema_is_described(name):
    """Who writes a program against it reads no source."""
    schema = json.loads(json.dumps(json_schema(name)))
    parts = {name: schema, **schema["$defs"]}
    assert not [
        f"{part}.{field}"
        for part, described in parts.items()
        for field, about in described.get("properties", {}).items()
        if not about.get("description")
    ]


def test_a_row_with_more_cells_than_headings_is_refused():
    """A comma within an amount has parted it: every cell after it would be taken for its neighbour."""
    parted = ("03/11/2026", "biens", "20", "1250", "00", "250", "00")
    assert told(read("sales", SALES, parted)) == [("EI-TABLE-EXTRA", "t.csv, 2")]
    spare = ("03/11/2026", "biens", "20", "1250,00", "250,00", "", None)
    tables = read("sales", SALES, spare)
    assert told(tables) == []
    assert len(tables.books().sales) == 1


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (("03/11/2026",), None),
        (("03/11/2026", "03/08/2026"), "1, du 03/08/2026 au 03/08/2026"),
        (("03/11/2062", "03/11/2025"), "2, du 03/11/2025 au 03/11/2062"),
        ((), None),
    ],
)
def test_what_is_in_no_report_is_told(tmp_path, capsys, days, words):
    """A year that is mistyped, or a day before the duty began, leaves a sale undeclared: that is said."""
    rows = [";".join(SALES), *(f"{day};biens;20;100,00;20,00" for day in days)]
    path = tmp_path / "ventes.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    assert cli.run(["report", "make", "--from", str(path), *OURS, "--year", "2026", "-o", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert ("hors des périodes déclarées" in said) == (words is not None)
    assert words is None or words in said
    assert ("rien à déclarer pour 2026" in said) == ("03/11/2026" not in days)
