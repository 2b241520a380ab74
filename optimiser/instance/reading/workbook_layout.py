"""What a sheet's XML says beside its values: what is hidden, what is merged, what was never computed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO
from xml.etree.ElementTree import Element, iterparse

_NAME = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True)
class Merged:
    """A range of merged cells: rows and columns from 1, both ends in it."""

    name: str
    left: int
    top: int
    right: int
    bottom: int


@dataclass
class Layout:
    """Rows and columns count from 1."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # from and to
    merged: list[Merged] = field(default_factory=list)
    uncomputed: set[tuple[int, int]] = field(default_factory=set)  # (row, column) of formulas without a value

    def hides_column(self, column: int) -> bool:
        """Whether a column cannot be seen."""
        return any(first <= column <= last for first, last in self.hidden_columns)


def layout(source: IO[bytes]) -> Layout:
    """The layout of one sheet."""
    found = Layout()
    row = column = 0
    for event, element in iterparse(source, events=("start", "end")):
        tag = element.tag.rpartition("}")[2]
        if event == "start":
            if tag == "row":
                row, column = int(element.get("r", row + 1)), 0
                found.hidden_rows |= {row} if _hidden(element, "ht") else set()
            continue
        if tag == "c":
            column = _position(element.get("r", ""))[0] or column + 1
            if _uncomputed(element):
                found.uncomputed.add((row, column))
        elif tag == "col" and _hidden(element, "width"):
            found.hidden_columns.append((int(element.get("min", 0)), int(element.get("max", 0))))
        elif tag == "mergeCell":
            name = element.get("ref", "")
            first, _, last = name.partition(":")
            found.merged.append(Merged(name, *_position(first), *_position(last or first)))
        if tag in ("row", "col", "mergeCell"):
            element.clear()
    return found


def _hidden(element: Element, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or element.get(size) in ("0", "0.0")


def _uncomputed(cell: Element) -> bool:
    """Whether a cell is a formula without a value; one that was computed to an empty text has one."""
    parts = {part.tag.rpartition("}")[2]: part.text for part in cell}
    return "f" in parts and not parts.get("v") and cell.get("t") != "str"


def _position(name: str) -> tuple[int, int]:
    """Column and row of a cell's name, from 1; 0 where it has none."""
    found = _NAME.fullmatch(name)
    if not found:
        return 0, 0
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(found[2])
