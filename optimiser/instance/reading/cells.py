"""From cells to columns: what each cell says, by the schema."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from contextlib import suppress

import numpy as np

from optimiser.instance.checking.problems import Findings, nearest, number_text, quote
from optimiser.instance.reading import cell_mistakes
from optimiser.instance.reading.workbook_sheet import FREE, Cell, Section, Sheet, Shown
from optimiser.instance.schema.column import Column
from optimiser.instance.schema.schema import SHEETS, SYSTEM_OBJECTIVES, TABLES, TOML_TABLES
from optimiser.instance.table import Table

LONGEST = 32_767  # characters in a cell: what a workbook can hold
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_REMARK = " (a remark? call it 'note')"
_FLAGS = {"true": True, "false": False}


def table(sheet: Sheet, columns: Mapping[str, Column], findings: Findings) -> Table:
    """The columns that the schema knows, typed, blank where nothing is given. Problems go to findings."""
    header = _header(sheet, columns, findings)
    found: dict[str, np.ndarray] = {}
    blank: dict[str, np.ndarray] = {}
    for name, column in columns.items():
        if name in header:
            cells = [row[header[name]] for row in sheet.rows]
            found[name] = _values(sheet, name, column, cells, findings)
            blank[name] = np.array([_nothing(cell) for cell in cells], dtype=bool)
        else:
            found[name] = blanks(column, len(sheet.rows))
            blank[name] = np.ones(len(sheet.rows), dtype=bool)
    return Table(found, len(sheet.rows), blank)


def blanks(column: Column, rows: int) -> np.ndarray:
    """A column in which nothing is given."""
    kinds = {"number": np.float64, "flag": np.bool_}
    return np.full(rows, column.blank, dtype=kinds.get(column.kind, object))


def _header(sheet: Sheet, columns: Mapping[str, Column], findings: Findings) -> dict[str, int]:
    """Column name to position; unknown, repeated and missing ones are problems."""
    header: dict[str, int] = {}
    meant: set[str] = set()  # by names that are no column's
    for at, name in enumerate(sheet.header):
        if name in FREE and name not in columns:
            continue
        if not name:
            _nameless(sheet, at, findings)
        elif name in header:
            findings.add(sheet.table, None, name, f"{quote(name)} is a column already")
        else:
            header[name] = at
            if name not in columns:
                meant.add(_unknown(sheet, at, columns, findings))
    for name, column in columns.items():
        if column.required and name not in header:
            findings.unreliable.add(sheet.table)
            if name not in meant:
                findings.add(sheet.table, None, name, f"this column must be there: {column.meaning}")
    return header


def _nameless(sheet: Sheet, at: int, findings: Findings) -> None:
    """A column without a name in which something stands is a problem."""
    if not all(_nothing(row[at]) for row in sheet.rows):
        text = f"column {at + 1} has no name{_REMARK}"
        findings.add(sheet.table, None, "", text)


def _unknown(sheet: Sheet, at: int, columns: Mapping[str, Column], findings: Findings) -> str:
    """Note a column or key that the schema does not know, a key of instance.toml by the row that has it.

    Returns the name of the column that was likely meant.
    """
    name, schema = sheet.header[at], SHEETS[sheet.table]
    row, noun = None, "column"
    if isinstance(sheet, Section):
        row, noun = next((i for i, cells in enumerate(sheet.rows) if cells[at] is not None), None), "key"
    what = name
    expected = f"a {noun} of {schema.section or sheet.table}"
    names = list(columns)
    start, dot, rest = name.partition(".")
    if sheet.table == "instance" and noun == "key":
        expected = "a key or section of instance.toml"
        names += [TABLES[table].section for table in TOML_TABLES]
    elif many := [c for c in schema.columns if dot and c.each and c.name.startswith(f"{start}.")]:
        what, expected = rest, f"a {many[0].each.removesuffix('s')}"
        names = [key.removeprefix(f"{start}.") for key in columns if key.startswith(f"{start}.")]
    else:
        names += FREE
    hint = findings.hint(what, names)
    if noun == "column" and not hint and what == name:
        own = any(column.each == "objectives" for column in schema.columns)
        hint = " (an objective? add it to instance.toml; a remark? call it 'note')" if own else _REMARK
    findings.add(sheet.table, row, name, f"{quote(what)} is not {expected}{hint}")
    return nearest(what, names)


def _values(sheet: Sheet, name: str, column: Column, cells: list[Cell], findings: Findings) -> np.ndarray:
    values = blanks(column, len(cells))
    at = sheet.header.index(name)
    strict = isinstance(sheet, Section)
    for row, cell in enumerate(cells):
        if sheet.spoilt and (row, at) in sheet.spoilt:
            findings.spoil(sheet.table, row, name)
            values[row] = cell if values.dtype == object and isinstance(cell, str) else values[row]
            continue
        if _nothing(cell):
            if column.required and (sheet.table, name) != ("organisations", "parent"):
                findings.add(sheet.table, row, name, f"'' is not {column.expected}")
            continue
        value = cell_value(str(cell) if name in FREE else cell, column, sheet.table, strict=strict)
        if isinstance(value, Wrong):
            findings.add(sheet.table, row, name, value, value.cause)
            values[row] = str(cell) if values.dtype == object else values[row]
        else:
            values[row] = value
    return values


def _nothing(cell: Cell) -> bool:
    """Whether nothing can be seen in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


class Wrong(str):
    """What is wrong with a cell; wrong cells of one column with the same `cause` are told in one line."""

    __slots__ = ("cause",)
    cause: str

    def __new__(cls, text: str, cause: str = "") -> Wrong:
        """A text, and what to look for in other cells."""
        made = super().__new__(cls, text)
        made.cause = cause
        return made


def cell_value(cell: Cell, column: Column, table: str, *, strict: bool) -> object:
    """What a cell says, by the schema: a str, float or bool, or what is Wrong with it.

    Strict: a text is no number or flag, even if it reads like one.
    """
    if strict and isinstance(cell, str) and column.kind in ("number", "flag"):
        return Wrong(f"{quote(cell)} is a text, not {column.expected}")
    convert = {"number": _number, "flag": _flag}.get(column.kind)
    return convert(cell, column) if convert else _text(cell, column, table)


def _number(cell: Cell, column: Column) -> float | Wrong:
    value = math.nan
    if isinstance(cell, str):
        value = float(cell) if cell_mistakes.NUMBER.fullmatch(cell) else math.nan
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        with suppress(OverflowError):  # an integer beyond all floats
            value = float(cell)
    if not column.admits(value):
        return _no_number(cell, column)
    return value + 0.0  # no negative zero


def _no_number(cell: Cell, column: Column) -> Wrong:
    """What is wrong with a cell that holds no number of this column, and what was likely meant."""
    number = isinstance(cell, int | float) and not isinstance(cell, bool)
    known = isinstance(cell, str) or (number and cell == cell)
    text = cell if isinstance(cell, str) else number_text(cell)
    said, kind = cell_mistakes.number(text, column) if known else ("", "")
    if said.startswith(":"):
        return Wrong(quote(re.sub(r"\s", " ", text))[1:-1] + said, kind)
    shown = quote(text)[1:-1] if kind == "%" else quote(cell)
    return Wrong(f"{shown} is not {column.expected}{said}", kind)


def _flag(cell: Cell, column: Column) -> bool | Wrong:
    value = cell if isinstance(cell, bool) else _FLAGS.get(cell.lower()) if isinstance(cell, str) else None
    if value is not None:
        return value
    meant = cell_mistakes.flag(cell if isinstance(cell, str) else number_text(cell))
    return Wrong(f"{quote(cell)} is not {column.expected}{meant}")


def _text(cell: Cell, column: Column, where: str) -> str | Wrong:
    if isinstance(cell, Shown):
        if not cell.text:
            return Wrong(f"{quote(float(cell))} {cell.why}")
        cell = cell.text
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        if column.kind == "text":
            cell = number_text(cell)
        elif cell == cell // 1:
            cell = str(int(cell))  # a code made of digits, which a workbook keeps as a number
    if not isinstance(cell, str):
        return Wrong(f"{quote(cell)} is not {column.expected}")
    if len(cell) > LONGEST:
        return Wrong(f"{quote(cell)} is longer than {LONGEST} characters")
    if control := _CONTROL.search(cell):
        return Wrong(f"{quote(cell)} holds a control character ({quote(control[0])})")
    if column.named and cell[0] in cell_mistakes.BEGINS:
        why = f"a spreadsheet would take what begins with {cell[0]} for a formula"
        return Wrong(f"{quote(cell)} is not a name: {why}", "formula")
    if column.kind == "name" and not column.of and not column.choices:
        return _new_name(cell, where)
    return cell


def _new_name(name: str, where: str) -> str | Wrong:
    """A name that a table introduces; the others only repeat one."""
    if where == "instance":
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            return Wrong(f"{quote(name)} is not a name (letters, digits, - and _)")
    elif where == "objectives":
        if name in SYSTEM_OBJECTIVES:
            return Wrong(f"{quote(name)} is an objective that every instance has")
        if not re.fullmatch(r"[\w-]+", name) or name in (*TABLES["scores"].by_name, *FREE):
            return Wrong(f"{quote(name)} is not a name for an objective (letters, digits, - and _)")
    elif name != name.strip():
        return Wrong(f"{quote(name)} has blanks around it")
    elif not name.isprintable() or any(c in name for c in ";=@"):
        return Wrong(f"{quote(name)} is not a name (no ; = @, nothing that cannot be printed)")
    return name
