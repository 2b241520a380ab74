"""The series that is replayed: read, and everything that is wrong with it said at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.errors import InputError
from optimiser.instance.arguments import said
from optimiser.instance.checking.problems import Findings, Place, listing, quote
from optimiser.instance.frames import rows_of
from optimiser.instance.instance import Instance
from optimiser.instance.reading import cells as convert
from optimiser.instance.reading import folder
from optimiser.instance.reading.workbook_sheet import Sheet
from optimiser.instance.schema.series import SERIES
from optimiser.instance.table import Table

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray
NAME = SERIES.name
KEY = SERIES.key
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, eq=False)
class Series:
    """What was needed of a resource day by day, and what there was; T days one after the other."""

    resource: str
    decision: str  # that governs it
    dates: tuple[date, ...]  # T
    places: Array  # the localities that have the resource; the others need nothing and have nothing
    demand: Array  # (T, O)
    capacity: Array  # (T, O)

    @cached_property
    def short(self) -> Array:
        """(T, O) what each locality lacks."""
        return np.maximum(0.0, self.demand - self.capacity)

    @cached_property
    def spare(self) -> Array:
        """(T, O) what each locality has and does not need."""
        return np.maximum(0.0, self.capacity - self.demand)


def read_series(instance: Instance, source: str | Path | pd.DataFrame) -> tuple[Series, ...]:
    """A series for each resource that is named; raises InputError with everything that is wrong."""
    findings = Findings({})
    sheet = _sheet(source, findings)
    if sheet is not None:
        findings.located[NAME] = sheet
        table = convert.table(sheet, SERIES.by_name, findings)
        if not table.rows and not findings.lines:
            findings.at(Place(0, 0, sheet.source), "holds no rows")
        if NAME not in findings.unreliable and table.rows:
            _check_names(instance, table, findings)
            days = _days(table, findings)
            _check_duplicates(table, findings)
            _check_capacity(table, findings)
            if findings.all_sound(NAME, *KEY):
                rows = {r: np.flatnonzero(table["resource"] == r) for r in instance.resources}
                found = [_series(instance, r, table, at, days, findings) for r, at in rows.items() if len(at)]
                findings.raise_any()
                return tuple(found)
    findings.raise_any()
    raise AssertionError("what cannot be read is a problem")


def iso(text: str) -> date | None:
    """The day that a text is, written as 2020-10-01; None where it is none."""
    try:
        return date.fromisoformat(text) if ISO.fullmatch(text) else None
    except ValueError:
        return None


def _sheet(source: Any, findings: Findings) -> Sheet | None:
    if isinstance(source, str | Path):
        return folder.alone(Path(source), NAME, findings)
    if not hasattr(source, "itertuples"):
        raise InputError(f"series: {said(source)} is neither a path nor a DataFrame")
    header, rows = rows_of(NAME, source)
    rows = [[_day(cell) for cell in row] for row in rows]
    return Sheet(NAME, NAME, header, rows, list(range(1, len(rows) + 1)), 0)


def _day(cell: Any) -> Any:
    """A day of pandas or Python as the text that it is in a file; any other cell as it is."""
    if not isinstance(cell, date):
        return cell
    text = cell.isoformat()
    return text.removesuffix("T00:00:00")


def _check_names(instance: Instance, table: Table, findings: Findings) -> None:
    """Every name leads to a locality or a resource, and every resource to a decision that governs it."""
    lowest = instance["levels"]["level"][-1]
    types = instance["resource_types"]
    governed = dict(zip(types["resource"], types["governed_by"], strict=True))
    known = {
        "organisation": (instance.localities, f"a locality (an organisation at level {lowest})"),
        "resource": (instance.resources, "a resource"),
    }
    for column, (names, expected) in known.items():
        sound, allowed = findings.sound(NAME, table.rows, column), set(names)
        for row, value in enumerate(table[column]):
            if value and sound[row] and value not in allowed:
                findings.unknown(NAME, row, column, value, expected, names)
    for row, resource in enumerate(table["resource"]):
        if governed.get(resource) == "":
            why = "is governed by no decision, so no design moves it (governed_by in instance.toml)"
            findings.add(NAME, row, "resource", f"{quote(resource)} {why}")


def _days(table: Table, findings: Findings) -> list[date]:
    """The day of each row; what is none is a problem."""
    known = {text: iso(text) for text in dict.fromkeys(table["date"])}
    sound, expected = findings.sound(NAME, table.rows, "date"), SERIES.by_name["date"].expected
    for row, text in enumerate(table["date"]):
        if text and sound[row] and known[text] is None:
            findings.add(NAME, row, "date", f"{quote(text)} is not {expected}", "date")
    return [known[text] or date.min for text in table["date"]]


def _check_duplicates(table: Table, findings: Findings) -> None:
    first = dict[tuple[str, ...], int]()
    for row, values in enumerate(zip(*(table[column] for column in KEY), strict=True)):
        before = first.setdefault(values, row)
        if before != row and all(values):
            text = f"{quote(', '.join(values))} has a row already, {findings.line(NAME, before)}"
            findings.add(NAME, row, ", ".join(KEY), text)


def _check_capacity(table: Table, findings: Findings) -> None:
    """All rows of a resource have a capacity, or none: a hole in the middle is filled with nothing."""
    blank, expected = table.blank("capacity"), SERIES.by_name["capacity"].expected
    sound = findings.sound(NAME, table.rows, "capacity")
    for resource in dict.fromkeys(table["resource"]):
        rows = np.flatnonzero((table["resource"] == resource) & sound)
        if not blank[rows].all():
            text = f"'' is not {expected}, as other rows of {quote(resource)} have"
            for row in rows[blank[rows]]:
                findings.add(NAME, int(row), "capacity", text)


def _series(
    instance: Instance, resource: str, table: Table, rows: Array, days: Sequence[date], findings: Findings
) -> Series:
    """One resource's series, on arrays; days and localities that are missing are problems."""
    place = {name: o for o, name in enumerate(instance.localities)}
    stock = _stock(instance, resource)
    where = np.array([place[name] for name in table["organisation"][rows]])
    places = np.union1d(where, [place[name] for name in stock]).astype(int)
    dates = tuple(sorted({days[row] for row in rows}))
    ordinal = {day: t for t, day in enumerate(dates)}
    when = np.array([ordinal[days[row]] for row in rows])
    first = {int(t): int(row) for row, t in zip(rows[::-1], when[::-1], strict=True)}
    seen = np.zeros((len(dates), len(place)), bool)
    seen[when, where] = True
    for t, text in _gaps(resource, dates):
        findings.add(NAME, first[t], "date", text)
    for t in np.flatnonzero(~seen[:, places].all(axis=1)).tolist():
        missing = [quote(instance.localities[o]) for o in places if not seen[t, o]]
        text = f"{dates[t]} lacks {listing(missing, 3)}: every date has every locality of {quote(resource)}"
        findings.add(NAME, first[t], "organisation", text, ("missing", resource, *missing))
    demand = np.zeros(seen.shape)
    demand[when, where] = table["demand"][rows]
    capacity = np.zeros(seen.shape)
    for name, amount in stock.items():
        capacity[:, place[name]] = amount
    if not table.blank("capacity")[rows].all():
        capacity[when, where] = table["capacity"][rows]
    types = instance["resource_types"]
    decision = str(types["governed_by"][list(types["resource"]).index(resource)])
    return Series(resource, decision, dates, places, demand, capacity)


def _stock(instance: Instance, resource: str) -> Mapping[str, float]:
    """Locality -> the capacity that the instance gives it."""
    table = instance["resources"]
    each = zip(table["organisation"], table["resource"], table["capacity"], strict=True)
    return {name: float(capacity) for name, of, capacity in each if of == resource}


def _gaps(resource: str, dates: Sequence[date]) -> Iterator[tuple[int, str]]:
    """The first day after each gap, and a line about it."""
    for t, (before, after) in enumerate(pairwise(dates), 1):
        if (after - before).days > 1:
            days = f"{resource} has no days between {before} and {after}"
            yield t, f"{days}: delays are counted in days, so none may be missing"
