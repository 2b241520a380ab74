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
MOST_CELLS = 5_000_000  # in all sheets together
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
    cells = 0
    for name in values.sheetnames:
        if name == BESIDE:
            continue
        if name not in TABLES:
            text = f"{quote(name)} is not a sheet of an instance{findings.hint(name, TABLES)}"
            findings.at(Place(rank("sources") + 1, 0, path.name), text)
            continue
        source = f"{path.name} {name}"
        sheet = Sheet(name, source, [])
        findings.located[name] = sheet
        for number, row in enumerate(
            _rows(values[name], formulas and formulas[name], sheet, findings), start=1
        ):
            cells += len(row)
            if len(row) > MOST_COLUMNS or cells > MOST_CELLS:
                raise ValueError(f"{name}: more than {MOST_COLUMNS} columns or {MOST_CELLS} cells")
            if any(cell is not None for cell in row):
                if not sheet.header:
                    sheet.header, sheet.header_line = [_title(cell) for cell in row], number
                else:
                    sheet.rows.append(row)
                    sheet.lines.append(number)
        if sheet.header:
            _square(sheet, findings)
            found[name] = _as_rows(sheet)
        elif TABLES[name].shape == "csv":
            findings.at(Place(rank(name), 0, source), "is empty; a header row must be there")
    for name in ("instance", "decisions"):
        if name not in found and name not in findings.unreliable:
            findings.at(Place(rank(name), 0, path.name), f"there must be a sheet {quote(name)}")
            findings.unreliable.add(name)
    return found


def _rows(values: Any, formulas: Any, sheet: Sheet, findings: Findings) -> Iterator[list[Cell]]:
    """Rows without the empty cells at their ends. Dates, errors and formulas without a value are problems."""
    values.reset_dimensions()  # what a file says of its own size need not be true
    if formulas:
        formulas.reset_dimensions()
    given_rows = formulas.iter_rows() if formulas else ()
    for number, (row, given) in enumerate(zip_longest(values.iter_rows(), given_rows), start=1):
        cells: list[Cell] = []
        for cell, source in zip_longest(row or (), given or ()):
            value = None if cell is None else cell.value
            wrong = None
            if source is not None and source.data_type == "f" and value is None:
                wrong = "is a formula whose value was never computed; open, recalculate and save the workbook"
            elif cell is not None and cell.data_type == "e":
                wrong = f"{quote(value)} is an error, not a value"
            elif value is not None and not isinstance(value, str | int | float | bool):
                wrong = f"{quote(str(value))} is a date or time; write it as text or as a number"
            if wrong:
                place = Place(rank(sheet.table), number, f"{sheet.source}:{number} {cell.column_letter}")
                findings.at(place, wrong)
                findings.unreliable.add(sheet.table)
            cells.append(value.replace("\r\n", "\n") if isinstance(value, str) else value)
        while cells and cells[-1] is None:
            cells.pop()
        yield cells


def _title(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _square(sheet: Sheet, findings: Findings) -> None:
    """Rows as wide as the header: short ones end in blanks; what stands beyond the header is a problem."""
    width = len(sheet.header)
    for row, cells in enumerate(sheet.rows):
        if len(cells) > width:
            findings.at(sheet.place(row, ""), f"{len(cells)} cells, but the header has {width}")
            findings.unreliable.add(sheet.table)
        sheet.rows[row] = (cells + [None] * width)[:width]


def _as_rows(sheet: Sheet) -> Sheet:
    """Sections kept as pairs of key and value, or weights kept as one row, in the schema's shape."""
    shape = TABLES[sheet.table].shape
    if shape == "record" and len(sheet.header) == 2 and sheet.header[1] == "value":
        return _Pairs(
            sheet.table,
            sheet.source,
            [str(row[0]) for row in sheet.rows],
            [[row[1] for row in sheet.rows]],
            sheet.lines,
        )
    if sheet.table == "weights" and sheet.header[0] in DEFAULT_WEIGHTS and len(sheet.rows) == 1:
        pairs = [[name, value] for name, value in zip(sheet.header, sheet.rows[0], strict=True)]
        return Sheet(
            "weights",
            sheet.source,
            ["objective", "weight"],
            pairs,
            sheet.lines * len(pairs),
            sheet.header_line,
        )
    return sheet


class _Pairs(Sheet):
    """One row that stands as key and value below each other."""

    def place(self, row: int | None, column: str) -> Place:
        """The line of the key, or the header's."""
        line = self.lines[self.header.index(column)] if row is not None or column in self.header else 1
        return Place(rank(self.table), line, f"{self.source}:{line} {column}".rstrip())
