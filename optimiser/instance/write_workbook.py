"""Workbooks as they are written; and an instance's files as one, as they stand: blanks, notes and all."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from optimiser.instance.checking.problems import Findings, number_text
from optimiser.instance.reading import toml
from optimiser.instance.reading.workbook import BESIDE
from optimiser.instance.schema.schema import CSV_TABLES, TABLES

SheetRows = tuple[str, Iterable[list[Any]]]  # the name of a sheet, and its rows, the header first


def write_book(sheets: Iterable[SheetRows], path: Path) -> None:
    """Write a workbook. A text that begins with = is a text, not a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=value)
                if isinstance(value, str):
                    cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    book.save(path)


def book_cell(value: Any) -> Any:
    """A workbook's cell: nothing for NaN; a number that 16 digits cannot tell exactly as text."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool | np.bool_) or value is None:
        return value
    if value != value:
        return None
    return value if float(f"{value:.16g}") == value else number_text(value)


def book_of(texts: Mapping[str, str]) -> Iterator[SheetRows]:
    """The sheets that hold what these files hold: instance.toml, CSV tables, and the lines of a README.md."""
    for name, section in toml.sections(tomllib.loads(texts[toml.FILE]), Findings({}), toml.FILE).items():
        if TABLES[name].shape == "record":
            pairs = [list(pair) for row in section.rows for pair in zip(section.header, row, strict=True)]
            yield name, [["key", "value"], *pairs]
        else:
            yield name, [section.header, *section.rows]
    for name in CSV_TABLES:
        if f"{name}.csv" in texts:
            yield name, _table(name, texts[f"{name}.csv"])
    if "README.md" in texts:
        yield BESIDE, [[line or None] for line in texts["README.md"].splitlines()]


def _table(name: str, text: str) -> Iterator[list[Any]]:
    """A CSV's rows; what is a number by the schema as one."""
    header, *rows = (row for row in csv.reader(io.StringIO(text, newline="")) if row)
    yield list(header)
    columns = {**TABLES[name].guess(header), **TABLES[name].by_name}
    numbers = [column in columns and columns[column].kind == "number" for column in header]
    for row in rows:
        yield [_counted(text) if counts else text or None for text, counts in zip(row, numbers, strict=True)]


def _counted(text: str) -> Any:
    try:
        return book_cell(float(text))
    except ValueError:
        return text or None
