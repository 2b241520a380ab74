"""Excel workbooks: one sheet for each table and each section of instance.toml. openpyxl is imported late.

What a person sees is what is read. Read defensively: a workbook is a zip file, so its unpacked size, its XML
and its dimensions are limited before anything is made of it; formulas count by the value that was last
computed for them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from optimiser.instance.checking.problems import Findings, Place, listing, quote, spans
from optimiser.instance.reading.workbook_layout import Layout, layout
from optimiser.instance.reading.workbook_sheet import FREE, Cell, Grid, Sheet, Shown, letters, rank
from optimiser.instance.schema.schema import DEFAULT_WEIGHTS, TABLES

MOST_BYTES = 256 * 2**20  # of all parts together, unpacked
MOST_ROWS = 1_048_576
MOST_COLUMNS = 500
MOST_CELLS = 5_000_000  # in a sheet
BESIDE = "README"  # a sheet of this name may hold anything
_DIGITS = 15  # of a number that a workbook keeps
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"  # how old workbooks begin, and new ones behind a password
_FORMAT = re.compile(r'\[[^\]]*\]|[_*].|"[^"]*"|\\.|.', re.DOTALL)  # parts of a number format


def sheets(path: Path, findings: Findings) -> dict[str, Sheet]:
    """Every table in a workbook, as found. What cannot be read is a problem."""
    from openpyxl import load_workbook

    try:
        _examine(path)
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        found = _all_sheets(path, book, findings)
    except Exception as error:  # openpyxl raises whatever a damaged file leads it to
        why = f"cannot be read as a workbook: {error}".replace("\n", " ")
        findings.at(Place(0, 0, path.name), why)
        findings.raise_any()
    book.close()
    return found


def _examine(path: Path) -> None:
    """Raise ValueError where a file had better not be opened as a workbook."""
    with path.open("rb") as file:
        if file.read(4) == _OLD_OR_LOCKED:
            raise ValueError("it has a password, or is an old workbook; save it as .xlsx without one")
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


def _all_sheets(path: Path, book: Any, findings: Findings) -> dict[str, Sheet]:
    found: dict[str, Sheet] = {}
    strays: list[str] = []
    empty: list[str] = []
    hidden: list[str] = []
    for name in book.sheetnames:
        if name in TABLES:
            sheet = _sheet(path, name, book[name], findings, hidden)
            if sheet is None:
                empty.append(name)
            else:
                found[name] = sheet
        elif near := _near(name):
            do = "(rename it, or delete it)"
            why = f"{quote(name)} is not a sheet of an instance; did you mean {quote(near)}? {do}"
            findings.at(Place(len(TABLES), 0, path.name), why)
        elif name != BESIDE:
            strays.append(quote(name))
    for name in ("instance", "decisions"):
        if name not in found:
            if name not in map(_near, book.sheetnames):
                named = f"sheet {quote(name)}"
                why = f"the {named} is empty" if name in empty else f"there must be a {named}"
                findings.at(Place(rank(name), 0, path.name), why)
            findings.unreliable.add(name)
    alone = strays + [f"{quote(name)} (empty)" for name in empty]
    if alone:
        are = "sheet is no table and was" if len(alone) == 1 else "sheets are no tables and were"
        findings.noticed.append(f"{path.name}: {len(alone)} {are} left alone: {listing(alone, 20)}")
    if hidden:
        findings.noticed.append(f"{path.name}: hidden, but read like the rest: {', '.join(hidden)}")
    return found


def _near(name: str) -> str:
    """The table whose name a sheet's name comes near; '' where none is near, or it is that name."""
    plain = re.sub(r"[\s_-]+", "_", name.strip().casefold())
    plain = re.sub(r"(\.csv)?(_?\(?\d*\)?_*)$", "", plain)
    close = [table for table in TABLES if _distance(plain, table) <= max(1, len(table) // 5)]
    return min(close, key=lambda table: _distance(plain, table), default="") if name not in TABLES else ""


def _distance(a: str, b: str) -> int:
    """Letters to put in, leave out or exchange (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def _sheet(path: Path, name: str, page: Any, findings: Findings, hidden: list[str]) -> Sheet | None:
    """A sheet as a table, None where it is empty. What is hidden in it is noted."""
    sheet = Grid(name, f"{path.name} {name}", [])
    findings.located[name] = sheet
    with page._get_source() as source:  # what openpyxl does not say of a sheet that it only reads
        marks = layout(source)
    _Filling(sheet, marks, findings).fill(_rows(page))
    if not sheet.header:
        return None
    if page.sheet_state != "visible":
        hidden.append(f"sheet {name}")
    if rows := [line for line in (sheet.header_line, *sheet.lines) if line in marks.hidden_rows]:
        hidden.append(f"{'row' if len(rows) == 1 else 'rows'} {name}:{', '.join(spans(rows))}")
    for at, column in enumerate(sheet.header):
        if column and marks.hides_column(at + 1):
            hidden.append(f"column {name}!{letters(at)} ({column})")
    found = _as_rows(sheet)
    findings.located[name] = found
    return found


def _rows(page: Any) -> Iterator[tuple[Any, ...]]:
    """Rows of cells, as many as there may be."""
    page.reset_dimensions()  # what a file says of its own size need not be true
    room = MOST_CELLS
    for number, row in enumerate(page.iter_rows(), start=1):
        room -= len(row)
        if number > MOST_ROWS or len(row) > MOST_COLUMNS or room < 0:
            raise ValueError(f"more than {MOST_ROWS} rows, {MOST_COLUMNS} columns or {MOST_CELLS} cells")
        yield row


@dataclass
class _Filling:
    """A sheet that is being filled, the first row as its header; what cannot be used is a problem."""

    sheet: Grid
    marks: Layout
    findings: Findings

    def fill(self, rows: Iterator[tuple[Any, ...]]) -> None:
        """Put rows into the sheet."""
        sheet, numbered = self.sheet, enumerate(rows, start=1)
        for number, row in numbered:
            cells = [_value(cell) for cell in row]
            if any(cell is not None for cell in cells):
                sheet.header, sheet.header_line = ["" if c is None else str(c) for c in cells], number
                break
        while sheet.header and not sheet.header[-1]:
            sheet.header.pop()
        if not sheet.header:
            return
        for at, cell in islice(enumerate(row), len(sheet.header)):
            self._check(number, at, cell, header=True)
        for number, row in numbered:
            self._row(number, row)
        self._merge()

    def _row(self, number: int, row: tuple[Any, ...]) -> None:
        sheet, width = self.sheet, len(self.sheet.header)
        cells = [_value(cell) for cell in row]
        uncomputed = any((number, at + 1) in self.marks.uncomputed for at in range(width))
        if not uncomputed and all(cell is None for cell in cells):
            return
        for at, cell in enumerate(cells[width:], start=width):
            if cell is not None:
                end = f"{letters(width - 1)}{sheet.header_line}"
                text = f"{quote(str(cell))} stands outside the table, whose header ends at {end}"
                self.findings.at(sheet.cell(number, at), text, (sheet.table, "outside", at))
        sheet.rows.append((cells + [None] * width)[:width])
        sheet.lines.append(number)
        for at in range(width):
            self._check(number, at, row[at] if at < len(row) else None)

    def _check(self, number: int, at: int, cell: Any, *, header: bool = False) -> None:
        """Note what cannot be used of a cell."""
        sheet, value = self.sheet, None if cell is None else cell.value
        if sheet.header[at] in FREE and not header:
            return
        if value is None and (number, at + 1) in self.marks.uncomputed:
            why = "is a formula without a value; open, calculate and save the workbook"
        elif cell is not None and cell.data_type == "e":
            why = f"{quote(value)} is an error, not a value"
        elif value is not None and not isinstance(value, str | int | float | bool):
            why = f"{quote(str(value))} is a date or time; write it as a text or a number"
        else:
            return
        if header:
            self.findings.unreliable.add(sheet.table)
        else:
            sheet.spoilt.add((len(sheet.rows) - 1, at))
            sheet.rows[-1][at] = str(value or "")
        self.findings.at(sheet.cell(number, at, "" if header else sheet.header[at]), why)

    def _merge(self) -> None:
        """Fill what a merged cell of one column covers; one over several columns says nothing clear."""
        sheet = self.sheet
        rows = {line: row for row, line in enumerate(sheet.lines)}
        for merged in self.marks.merged:
            columns = range(merged.left - 1, min(merged.right, len(sheet.header)))
            covered = [rows[line] for line in range(merged.top, merged.bottom + 1) if line in rows]
            head = merged.top <= sheet.header_line <= merged.bottom
            if not (covered or head) or all(sheet.header[at] in FREE for at in columns):
                continue
            if len(columns) > 1 or head:
                where = "in the header" if head else "over several columns"
                text = f"cells are merged {where} ({merged.name}); unmerge them"
                self.findings.at(sheet.cell(merged.top, columns[0]), text)
                sheet.spoilt |= {(row, at) for row in covered for at in columns}
                continue
            first, at = covered[0], columns[0]
            for row in covered:
                sheet.rows[row][at] = sheet.rows[first][at] if merged.top in rows else None
                sheet.spoilt |= {(row, at)} if (first, at) in sheet.spoilt else set()


def _value(cell: Any) -> Cell:
    """What people see of a cell, None where they see nothing."""
    value = cell.value
    if isinstance(value, str):
        return value.replace("\r\n", "\n") if value.strip() else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _shown(value, cell.number_format)
    return value


def _shown(value: float, form: str) -> Cell:
    """A number, and what is shown of it where that is something else."""
    if abs(value) >= 10**_DIGITS:
        why = f"has more than {_DIGITS} digits, which no workbook keeps; write it as a text"
        return Shown(value, "", why)
    if form in ("General", "0", "@"):
        return value
    parts = [part for part in _FORMAT.findall(form.split(";")[0]) if part[0] not in "[_*"]
    if value != int(value) or value < 0:
        return value
    if text := _filled(int(value), parts):
        return Shown(value, text, "")
    return Shown(value, "", f"is shown in the format {quote(form)}; write it as a text")


def _filled(value: int, parts: list[str]) -> str:
    """A whole number in a format of zeros and words, as codes have: 007, RX-07. '' for other formats."""
    if not parts or {part for part in parts if len(part) == 1} - set("0-/ ()"):
        return str(value) if parts == list("#,##0") and value < 1000 else ""
    zeros = parts.count("0")
    if not zeros:
        return ""
    digits = str(value).zfill(zeros)
    more = len(digits) - zeros + 1  # the first zero takes what the others leave
    each = iter([digits[:more], *digits[more:]])
    return "".join(next(each) if part == "0" else part.strip('"').removeprefix("\\") for part in parts)


def _as_rows(sheet: Grid) -> Sheet:
    """Sections kept as pairs of key and value, or weights kept as one row, in the schema's shape."""
    shape = TABLES[sheet.table].shape
    if shape == "record" and sheet.header[:2] == ["key", "value"]:
        return _Pairs(
            sheet.table,
            sheet.source,
            header=["" if row[0] is None else str(row[0]) for row in sheet.rows],
            rows=[[row[1] for row in sheet.rows]],
            lines=sheet.lines,
            spoilt={(0, row) for row, _ in sheet.spoilt},
        )
    if sheet.table == "weights" and sheet.header[0] in DEFAULT_WEIGHTS and len(sheet.rows) == 1:
        return Grid(
            sheet.table,
            sheet.source,
            header=["objective", "weight"],
            rows=[list(pair) for pair in zip(sheet.header, sheet.rows[0], strict=True)],
            lines=sheet.lines * len(sheet.header),
            header_line=sheet.header_line,
            spoilt={(at, 1) for _, at in sheet.spoilt},
        )
    return sheet


class _Pairs(Grid):
    """One row that stands as key and value below each other."""

    def place(self, row: int | None, column: str) -> Place:  # noqa: ARG002 (there is one)
        """The cell of the value, or the header's."""
        line = self.lines[self.header.index(column)] if column in self.header else 1
        return self.cell(line, 1 if column in self.header else None, column)
