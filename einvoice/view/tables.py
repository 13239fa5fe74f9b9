"""Tables of one row for each part of the invoice, written as text:

    vat_rate   >12  {rate:strong}
    vat_nature  0   {category_code} / {exemption_reason}| {exemption_reason_code}

Each line is a column: its label, its width in percent (0: what is left; `>`: figures, flush right), and the template of
its cells (see `values`); a second template after ` / ` stands below the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from einvoice.data import Language
from einvoice.values import Model
from einvoice.view.page import Cell, Column, Row, Table
from einvoice.view.values import Writer
from einvoice.view.words import label


def simple_table(name: str, spec: str, parts: Sequence[Model], path: str, writer: Writer) -> Table:
    """The table of that name: a row for each of the parts, which stand at `path` in the invoice."""
    lines = [line.split(maxsplit=2) for line in spec.strip().splitlines()]
    rows = []
    for index, part in enumerate(parts):
        where = f"{path}[{index}]"
        rows.append(Row(tuple(_cell(part, where, templates, writer) for _, _, templates in lines), where))
    columns = tuple(_column(key, width, writer.language) for key, width, _ in lines)
    return Table(name, label(name, writer.language), columns, tuple(rows))


def without_empty_columns(table: Table) -> Table:
    """The table less the columns in which no row says anything."""
    used = [index for index in range(len(table.columns)) if any(any(row.cells[index]) for row in table.rows)]
    rows = tuple(replace(row, cells=tuple(row.cells[index] for index in used)) for row in table.rows)
    return replace(table, columns=tuple(table.columns[index] for index in used), rows=rows)


def _column(key: str, width: str, language: Language) -> Column:
    return Column(label(key, language), int(width.lstrip(">")), figures=width.startswith(">"))


def _cell(part: Model, path: str, templates: str, writer: Writer) -> Cell:
    """The paragraphs of a cell; the first is there even if it is empty."""
    first, *below = (writer.spans(part, path, template) for template in templates.split(" / "))
    return (first, *filter(None, below))
