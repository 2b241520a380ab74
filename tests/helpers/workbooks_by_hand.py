"""Small workbooks made by hand, and what is said of them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from optimiser.errors import InputError
from optimiser.instance.read import read

Sheets = dict[str, list[list[Any]]]
SMALL: Sheets = {
    "instance": [["key", "value"], ["name", "small"]],
    "decisions": [
        ["decision", "type", "fear", "joint"],
        ["ppe", "input", 0.5, True],
        [7, "process", None, None],
    ],
}


def book(path: Path, sheets: Sheets) -> Path:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as error:
        read(path)
    return list(error.value.problems)


def rewrite(path: Path, to: Path, old: bytes, new: bytes) -> Path:
    """A copy of a workbook with something else in the XML of its sheets."""
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(to, "w") as made:
        found = False
        for part in parts.namelist():
            text = parts.read(part)
            for empty in (b"<v></v>", b"<v/>"):  # as it is written with lxml and without
                text = text.replace(empty, b"<v />")
            found = found or (old in text and "worksheets" in part)
            made.writestr(part, text.replace(old, new) if "worksheets" in part else text)
        assert found
    return to
