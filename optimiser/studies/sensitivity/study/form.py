"""The form of a study file: its keys, what stands under each, and where; by its declaration in the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.instance.checking.problems import Findings, Place, number_text, quote
from optimiser.instance.reading.cells import Wrong, cell_value
from optimiser.instance.reading.workbook_sheet import FREE
from optimiser.instance.schema.column import Column
from optimiser.instance.schema.result import Part
from optimiser.instance.schema.study import STUDY

Document = dict[str, Any]


@dataclass(frozen=True)
class Spot:
    """Where in the file something stands: in which entry of which section, under which key."""

    section: str = ""
    at: int = 0
    key: str = ""


class Problems:
    """What is wrong with a study, each with its place in the file."""

    def __init__(self, source: str, lines: Mapping[tuple[str, int, str], int] | None = None) -> None:
        self._source, self._lines = source, lines or {}
        self._findings = Findings({})
        self._unsound: set[Spot] = set()
        self.any = False  # whether anything was found

    def add(self, spot: Spot, text: str) -> None:
        """Note a problem."""
        section = f"{spot.section}[{spot.at + 1}]" if spot.section else ""
        wanted = [(spot.section, spot.at, spot.key), (spot.section, spot.at, ""), ("", 0, spot.key)]
        line = next((self._lines[key] for key in wanted if key in self._lines), 0)
        where = f"{self._source}:{line}" if line else self._source
        label = " ".join(filter(None, (where, section, spot.key)))
        self._findings.at(Place(0, line, label), text)
        self._unsound |= {spot, Spot(spot.section, spot.at)}
        self.any = True

    def elsewhere(self, source: str, line: int, column: str, text: str) -> None:
        """Note a problem in a table that the study names."""
        self._findings.at(Place(1, line, f"{source}:{line} {column}", 0, source, column), text)
        self.any = True

    def sound(self, section: str, at: int, *keys: str) -> bool:
        """Whether nothing is wrong yet with an entry, or with some keys of it."""
        return not any(Spot(section, at, key) in self._unsound for key in keys or ("",))

    def hint(self, value: str, names: Sequence[str]) -> str:
        """'; did you mean ...?' where a name comes near."""
        return self._findings.hint(value, names)

    def raise_any(self) -> None:
        """Raise InputError with all of them, one line each."""
        self._findings.raise_any()


def formed(document: Mapping[str, Any], problems: Problems) -> Document:
    """The document with every default in its place and numbers as floats, but for what is wrong with it."""
    return _entry(document, STUDY, Spot(), problems)


def _entry(found: Mapping[str, Any], part: Part, spot: Spot, problems: Problems) -> Document:
    """One object, its keys in the order in which they are declared."""
    names = [key.name for key in part.of]
    for name in found:
        if name not in names and name not in FREE:
            what = f"a key of [[{spot.section}]]" if spot.section else "a key or section of a study"
            hint = problems.hint(name, names) if isinstance(name, str) else ""
            problems.add(Spot(spot.section, spot.at, str(name)), f"{quote(name)} is not {what}{hint}")
    entry: Document = {}
    for key in part.of:
        here = Spot(spot.section, spot.at, key.name)
        if found.get(key.name) is not None:
            value = (
                _sections(found[key.name], key, problems)
                if _is_section(key)
                else _value(found[key.name], key)
            )
            for wrong in value if isinstance(value, _Wrongs) else ():
                problems.add(here, wrong)
            if not isinstance(value, _Wrongs):
                entry[key.name] = value
        elif key.name not in part.optional:
            problems.add(here, f"this key must be there: {key.meaning}")
        elif isinstance(key, Column) and key.default not in (None, ""):
            entry[key.name] = key.default
    return entry


class _Wrongs(tuple[str, ...]):
    """What is wrong with a value, in place of it."""


def _is_section(key: Column | Part) -> bool:
    return isinstance(key, Part) and key.shape == "rows"


def _sections(found: Any, part: Column | Part, problems: Problems) -> list[Document] | _Wrongs:
    """The entries of a section."""
    assert isinstance(part, Part)
    if not isinstance(found, Sequence) or not all(isinstance(row, Mapping) for row in found):
        return _Wrongs([f"is not a list: [[{part.name}]]"])
    if len(found) < part.least:
        return _Wrongs(["is empty; at least one must be given"])
    return [_entry(row, part, Spot(part.name, at), problems) for at, row in enumerate(found)]


def _value(found: Any, key: Column | Part) -> Any:
    """A value as the declaration has it, or what is wrong with it."""
    if isinstance(key, Column):
        return _single(found, key)
    if key.shape == "map":
        if not isinstance(found, Mapping):
            return _Wrongs([f'{_said(found)} is not a table: {{ level = "local" }}'])
        return _joined({name: _value(cell, key.of[0]) for name, cell in found.items()})
    if key.shape == "several" and not _is_list(found):
        return _value(found, key.of[0])
    if not _is_list(found):
        return _Wrongs([f"{_said(found)} is not a list"])
    if not key.least <= len(found) <= (key.most or len(found)):
        exactly = key.least == key.most
        many = f"{'' if exactly else 'at least '}{key.least}"
        return _Wrongs([f"it has {len(found)} of what there must be {many} ({key.meaning})"])
    whole = _joined(dict(enumerate(_value(one, key.of[0]) for one in found)))
    return whole if isinstance(whole, _Wrongs) else list(whole.values())


def _joined(values: dict[Any, Any]) -> Any:
    wrong = [line for value in values.values() if isinstance(value, _Wrongs) for line in value]
    return _Wrongs(wrong) if wrong else values


def _is_list(found: Any) -> bool:
    return isinstance(found, Sequence | np.ndarray) and not isinstance(found, str)


def _single(found: Any, column: Column) -> Any:
    found = found.item() if hasattr(found, "item") else found
    if column.kind == "cell":
        good = isinstance(found, str | bool | int | float) and found == found
        return (
            (float(found) if type(found) is int else found)
            if good
            else _Wrongs([f"{_said(found)} is no cell"])
        )
    if column.kind == "number":
        value = cell_value(found, column, "", strict=True)
        if isinstance(value, Wrong) or not isinstance(value, float):
            return _Wrongs([str(value)])
        return int(value) if column.whole else value
    if not isinstance(found, str):
        return _Wrongs([f"{_said(found)} is not a text"])
    if column.choices and found not in column.choices:
        return _Wrongs([f"{quote(found)} is not one of {', '.join(column.choices)}{_nearest(found, column)}"])
    if column.kind == "name" and (not found.strip() or found != found.strip() or not found.isprintable()):
        return _Wrongs([f"{quote(found)} is not a name"])
    return found


def _nearest(found: str, column: Column) -> str:
    return Findings({}).hint(found, column.choices)


def _said(found: Any) -> str:
    return quote(found if isinstance(found, str) else number_text(found))
