"""Tables out of files: CSV as spreadsheets write it, and with the extra `tables` XLSX, XLS and ODS.

    for sheet, rows in sheets("ventes.xlsx", data):
        ...

A CSV file may have a semicolon, a comma or a tab between its cells, and be in UTF-8, in Windows-1252, or in UTF-16, as
Excel writes its “Unicode text”.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from einvoice.errors import MissingExtra, Unreadable
from einvoice.france.ereporting.cells import Cell

_SEPARATORS = ";,\t"
MOST_CELLS = 5_000_000  # of a workbook; a year of a large shop has some thousand rows


def sheets(name: str, data: bytes) -> Iterator[tuple[str, Sequence[Sequence[Cell]]]]:
    """The sheets of a file, each under the name that is shown of it, with their rows of cells.

    Raises `Unreadable` for a file that is no table, `MissingExtra` for a workbook without the extra `tables`.
    """
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":  # a zip: XLSX, ODS; or an OLE file: XLS
        yield from _workbook(name, data)
    else:
        yield Path(name).name, _rows_of_csv(name, data)


def _rows_of_csv(name: str, data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if "\0" in text:
        raise Unreadable("EI-NO-TABLE", {"file": name})
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise Unreadable("EI-NO-TABLE", {"file": name}) from error


def _workbook(name: str, data: bytes) -> Iterator[tuple[str, Sequence[Sequence[Cell]]]]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise MissingExtra("tables") from error
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for title in book.sheet_names:
            sheet = book.get_sheet_by_name(title)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise Unreadable("EI-NO-TABLE", {"file": name})
            rows: list[list[Cell]] = [list(map(_cell, row)) for row in sheet.to_python(skip_empty_area=False)]
            if any(any(cell is not None for cell in row) for row in rows):
                yield f"{Path(name).name}, {title}", rows
    except CalamineError as error:
        raise Unreadable("EI-NO-TABLE", {"file": name}) from error


def _cell(value: object) -> Cell:
    """A cell as Excel stores it: text, number, day; times and errors are none that a table of ours wants."""
    return value if isinstance(value, (str, int, float, bool, date)) and value != "" else None
