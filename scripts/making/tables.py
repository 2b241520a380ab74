"""Write the tables of an instance: the same bytes for the same numbers, on every machine."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np


def number(value: float, digits: int = 5) -> str:
    """`value` with so many significant digits, never with an exponent; empty where there is none."""
    if math.isnan(value):
        return ""
    return np.format_float_positional(float(f"{value:.{digits}g}"), trim="-")


def cell(value: Any) -> str:
    """One cell: flags as in TOML, numbers rounded, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return number(float(value))
    return str(value)


def write_instance(folder: Path, toml: str, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Write `instance.toml` and a CSV for each table (rows as mappings, columns as in the first row).

    A column that no row fills is left out, so that a table shows only what is given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "instance.toml").write_text(toml, encoding="utf-8", newline="\n")
    for name, given in tables.items():
        write_table(folder / f"{name}.csv", given)


def write_table(path: Path, given: Iterable[Mapping[str, Any]]) -> None:
    """Write one CSV, without the columns that no row fills."""
    rows = [{column: cell(value) for column, value in row.items()} for row in given]
    columns = [column for column in rows[0] if any(row.get(column) for row in rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in rows)
