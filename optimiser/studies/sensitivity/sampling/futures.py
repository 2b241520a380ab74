"""Samples made elsewhere: a table with a row a sample and a column an input, as CSV or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.errors import InputError
from optimiser.instance.checking.problems import listing, quote
from optimiser.instance.instance import Instance
from optimiser.instance.reading.cells import Wrong, blanks, cell_value
from optimiser.instance.reading.workbook_sheet import FREE
from optimiser.instance.replace import resolve
from optimiser.instance.schema.column import Column, a_number
from optimiser.studies.sensitivity.study.form import Problems, Spot
from optimiser.studies.sensitivity.study.plan import Varied

if TYPE_CHECKING:
    import pandas as pd

_SPOT = Spot(key="table")
_NUMBER = a_number("", "")
_SAMPLE = "sample"


def read_futures(
    path: Path, varied: Sequence[Varied], instance: Instance, problems: Problems
) -> pd.DataFrame | None:
    """The table, a column for each input; None where something is wrong with it."""
    import pandas as pd

    try:
        header, rows = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    except InputError as error:
        problems.add(_SPOT, f"{quote(path.name)} {error}")
        return None
    names = [one.name for one in varied]
    for name in header:
        if header.count(name) > 1:
            problems.elsewhere(path.name, 1, name, "there are two columns of this name")
        elif name not in (*names, _SAMPLE, *FREE):
            hint = problems.hint(name, names)
            problems.elsewhere(path.name, 1, name, f"{quote(name)} is not the name of an input{hint}")
    for one in (one for one in varied if one.name not in header):
        problems.elsewhere(path.name, 1, one.name, f"this column must be there: what {one.what} is")
    if not rows:
        problems.add(_SPOT, f"{quote(path.name)} has no rows")
    if _SAMPLE in header and not problems.any:
        _counted(path.name, [row[header.index(_SAMPLE)] for row in rows], problems)
    found = {
        one.name: _column(path.name, one, instance, [row[header.index(one.name)] for row in rows], problems)
        for one in varied
        if one.name in header
    }
    return None if problems.any else pd.DataFrame(found)


def _csv(path: Path) -> tuple[list[str], list[list[Any]]]:
    """Header and rows; InputError says what is wrong, to follow the file's name."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file, strict=True) if row]
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text") from error
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}") from error
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})") from error
    if not rows:
        raise InputError("is empty")
    if uneven := [n for n, row in enumerate(rows, start=1) if len(row) != len(rows[0])]:
        raise InputError(f"has rows longer or shorter than its header: row {listing(map(str, uneven))}")
    return rows[0], rows[1:]


def _parquet(path: Path) -> tuple[list[str], list[list[Any]]]:
    import pandas as pd

    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except ImportError as error:
        raise InputError("needs pyarrow, which is not installed: pip install pyarrow") from error
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or 'no Parquet file'})") from error
    except ValueError as error:  # pyarrow's own errors are of this kind
        raise InputError("cannot be read (no Parquet file)") from error
    cells = frame.astype(object).where(frame.notna(), None)
    return [str(name) for name in frame.columns], cells.to_numpy().tolist()


def _column(
    source: str, one: Varied, instance: Instance, cells: Sequence[Any], problems: Problems
) -> np.ndarray:
    """One input in every sample, blank where it is as the instance has it."""
    target = resolve(instance, one.what)
    is_number = one.how != "set" or target.schema.kind == "number"
    schema: Column = _NUMBER if is_number else replace(target.schema, required=False)
    values = blanks(_NUMBER, len(cells)) if is_number else np.full(len(cells), np.nan, dtype=object)
    for row, cell in enumerate(cells):
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        value = cell_value(cell, schema, target.table, strict=False)
        range_ = one.distribution
        if isinstance(value, Wrong):
            problems.elsewhere(source, row + 2, one.name, str(value))
        elif range_ is not None and is_number and not range_.low <= float(str(value)) <= range_.high:
            text = f"{quote(value)} is out of its range, {range_.low:g} to {range_.high:g}"
            problems.elsewhere(source, row + 2, one.name, text)
        else:
            values[row] = value
    return values


def _counted(source: str, cells: Sequence[Any], problems: Problems) -> None:
    """Samples are numbered by their rows, from 0."""
    for row, cell in enumerate(cells):
        value = cell_value(cell, _NUMBER, "", strict=False)
        if value != row:
            problems.elsewhere(
                source, row + 2, _SAMPLE, f"{quote(cell)} is not {row}: samples are counted from 0"
            )
            return
