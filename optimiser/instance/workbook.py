"""Excel workbooks: one sheet for each table and each section of instance.toml. openpyxl is imported late.

Read defensively: a workbook is a zip file, so its unpacked size, its XML and its dimensions are limited
before anything is made of it; formulas count by the value that was last computed for them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from optimiser.instance.findings import Findings, Place, quote
from optimiser.instance.schema import DEFAULT_WEIGHTS, TABLES
from optimiser.instance.sheet import Cell, Sheet, rank

MOST_BYTES = 256 * 2**20  # of all parts together, unpacked
MOST_ROWS = 1_048_576
MOST_COLUMNS = 500
MOST_CELLS = 5_000_000  # in a sheet
_FORMULA = re.compile(rb"<(\w+:)?f[ />]")
BESIDE = "README"  # a sheet of this name may hold anything


def sheets(path: Path, findings: Findings) -> dict[str, Sheet]:
    """Every table in a workbook, as found. What cannot be read is a problem."""
    from openpyxl import load_workbook

    options = {"read_only": True, "keep_links": False}
    try:
        calculates = _has_formulas(path)
        values = load_workbook(path, data_only=True, **options)
        formulas = load_workbook(path, **options) if calculates else None
        found = _all_sheets(path, values, formulas, findings)
    except Exception as error:  # openpyxl raises whatever a damaged file leads it to
        why = f"cannot be read as a workbook: {error}".replace("\n", " ")
        findings.at(Place(0, 0, path.name), why)
        findings.raise_any()
    for book in (values, formulas):
        if book is not None:
            book.close()
    return found


def _has_formulas(path: Path) -> bool:
    """Whether any sheet calculates. Raises ValueError where a file had better not be opened as a workbook."""
    found = False
    with zipfile.ZipFile(path) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES // 2**20} MiB when unpacked")
        for part in parts.infolist():
            with parts.open(part) as file:
                text = b""
                while more := file.read(2**20):
                    text = text[-64:] + more
                    if b"<!DOCTYPE" in text.upper():
                        raise ValueError("it declares XML entities, as no workbook does")
                    found = found or bool(_FORMULA.search(text))
    return found


def _all_sheets(path: Path, values: Any, formulas: Any, findings: Findings) -> dict[str, Sheet]:
    found: dict[str, Sheet] = {}
    for name in values.sheetnames:
        if name in TABLES:
            given = formulas[name] if formulas else None
            sheet = Sheet(name, f"{path.name} {name}", [])
            findings.located[name] = sheet
            _fill(sheet, _rows(values[name], given), findings)
            if sheet.header:
                _square(sheet, findings)
                found[name] = _as_rows(sheet)
                findings.located[name] = found[name]
            elif TABLES[name].shape == "csv":
                findings.at(Place(rank(name), 0, sheet.source), "is empty; a header row must be there")
        elif name != BESIDE:
            why = f"{quote(name)} is not a sheet of an instance{findings.hint(name, TABLES)}"
            findings.at(Place(len(TABLES), 0, path.name), why)
    for name in ("instance", "decisions"):
        if name not in found:
            findings.at(Place(rank(name), 0, path.name), f"there must be a sheet {quote(name)}")
            findings.unreliable.add(name)
    return found


def _rows(values: Any, formulas: Any) -> Iterator[tuple[list[Cell], dict[int, str]]]:
    """Rows without the empty cells at their ends, and by position why a cell cannot be used."""
    values.reset_dimensions()  # what a file says of its own size need not be true
    if formulas:
        formulas.reset_dimensions()
    room = MOST_CELLS
    given_rows = formulas.iter_rows() if formulas else ()
    for number, (row, given) in enumerate(zip_longest(values.iter_rows(), given_rows), start=1):
        cells: list[Cell] = []
        wrong: dict[int, str] = {}
        room -= len(row or ())
        if number > MOST_ROWS or len(row or ()) > MOST_COLUMNS or room < 0:
            raise ValueError(f"more than {MOST_ROWS} rows, {MOST_COLUMNS} columns or {MOST_CELLS} cells")
        for at, (cell, source) in enumerate(zip_longest(row or (), given or ())):
            value = None if cell is None else cell.value
            if source is not None and source.data_type == "f" and value is None:
                wrong[at] = "is a formula without a value; open, calculate and save the workbook"
            elif cell is not None and cell.data_type == "e":
                wrong[at] = f"{quote(value)} is an error, not a value"
            elif value is not None and not isinstance(value, str | int | float | bool):
                wrong[at] = f"{quote(str(value))} is a date or time; write it as a text or a number"
            if at in wrong:
                value = str(value or "")
            cells.append(value.replace("\r\n", "\n") if isinstance(value, str) else value)
        while cells and cells[-1] is None:
            cells.pop()
        yield cells, wrong


def _fill(sheet: Sheet, rows: Iterator[tuple[list[Cell], dict[int, str]]], findings: Findings) -> None:
    """Put rows into a sheet, the first as its header; what cannot be used is a problem."""
    for number, (cells, wrong) in enumerate(rows, start=1):
        if any(cell is not None for cell in cells):
            if not sheet.header:
                sheet.header, sheet.header_line = ["" if c is None else str(c) for c in cells], number
                findings.unreliable |= {sheet.table} if wrong else set()
            else:
                sheet.spoilt |= {(len(sheet.rows), at) for at in wrong}
                sheet.rows.append(cells)
                sheet.lines.append(number)
        for at, why in wrong.items():
            column = sheet.header[at] if at < len(sheet.header) else ""
            label = f"{sheet.source}:{number} {column}".rstrip()
            findings.at(Place(rank(sheet.table), number, label, at), why)


def _square(sheet: Sheet, findings: Findings) -> None:
    """Rows as wide as the header: short ones end in blanks; what stands beyond the header is a problem."""
    width = len(sheet.header)
    for row, cells in enumerate(sheet.rows):
        if len(cells) > width:
            findings.at(sheet.place(row, ""), f"{len(cells)} cells, but the header has {width}")
            sheet.spoilt |= {(row, at) for at in range(width)}
        sheet.rows[row] = (cells + [None] * width)[:width]


def _as_rows(sheet: Sheet) -> Sheet:
    """Sections kept as pairs of key and value, or weights kept as one row, in the schema's shape."""
    shape = TABLES[sheet.table].shape
    if shape == "record" and len(sheet.header) == 2 and sheet.header[1] == "value":
        return _Pairs(
            sheet.table,
            sheet.source,
            header=["" if key is None else str(key) for key, _ in sheet.rows],
            rows=[[value for _, value in sheet.rows]],
            lines=sheet.lines,
            spoilt={(0, row) for row, _ in sheet.spoilt},
        )
    if sheet.table == "weights" and sheet.header[0] in DEFAULT_WEIGHTS and len(sheet.rows) == 1:
        return Sheet(
            sheet.table,
            sheet.source,
            header=["objective", "weight"],
            rows=[list(pair) for pair in zip(sheet.header, sheet.rows[0], strict=True)],
            lines=sheet.lines * len(sheet.header),
            header_line=sheet.header_line,
            spoilt={(at, 1) for _, at in sheet.spoilt},
        )
    return sheet


class _Pairs(Sheet):
    """One row that stands as key and value below each other."""

    def place(self, row: int | None, column: str) -> Place:
        """The line of the key, or the header's."""
        line = self.lines[self.header.index(column)] if row is not None or column in self.header else 1
        return Place(rank(self.table), line, f"{self.source}:{line} {column}".rstrip())
