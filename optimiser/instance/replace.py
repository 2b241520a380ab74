"""Variants of an instance: inputs changed, and everything that this can break checked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimiser.errors import InputError
from optimiser.instance.arguments import pairs, raise_any, said
from optimiser.instance.checking.check import check
from optimiser.instance.checking.problems import Findings, Place, listing, nearest, quote
from optimiser.instance.content import C, Content, row_name
from optimiser.instance.reading import cells as convert
from optimiser.instance.reading.workbook_sheet import rank
from optimiser.instance.schema.column import Column
from optimiser.instance.schema.schema import HELD_TABLES, SETTINGS, TABLES

HOWS = ("set", "multiply", "add", "odds")
SAID = {"multiply": "multiply", "add": "add", "odds": "multiply the odds"}


@dataclass(frozen=True)
class Change:
    """One input and what becomes of it: exactly one of set, multiply, add and odds (see Instance.replace).

    `rows`, (rows,) of bool, may say which rows of the table in place of `where`.
    """

    path: str
    set: float | str | bool | None = None
    multiply: float | None = None
    add: float | None = None
    odds: float | None = None
    where: Mapping[str, Any] | None = None
    rows: np.ndarray | None = None


def replaced(instance: C, changes: Sequence[Change]) -> C:
    """The instance with all the changes made, in order; checked once, when all are made.

    Scenarios whose probability is changed by name have it; the others share the rest in their proportions,
    and those whose odds are multiplied share it after that. Raises InputError with every problem.
    """
    draft = _Draft(instance)
    for change in changes:
        draft.make(change)
    draft.share_out_probability()
    draft.check_ranges()
    if draft.problems:
        raise InputError(draft.problems)
    variant = draft.made_of(instance)
    findings = Findings({table: ByName(variant, table) for table in TABLES})
    check(variant, findings, draft.changed)
    findings.raise_any()
    return variant


@dataclass(frozen=True)
class Target:
    """What a path means: a setting, or a column in some rows."""

    table: str
    column: str
    schema: Column
    rows: np.ndarray | None = None  # bool; None for a setting
    by_name: bool = False

    @property
    def of_paths(self) -> bool:
        """Whether only `optimiser path` reads it."""
        return self.table in ("path", "periods") or self.schema.linking


class _Draft:
    """An instance on its way to becoming another."""

    def __init__(self, instance: Content) -> None:
        self._origin = instance
        self._tables = dict(instance.tables)
        self._settings: dict[str, Any] = {name: dict(getattr(instance, name)) for name in SETTINGS}
        self._named_scenarios: set[int] = set()
        self._share_out = False
        self._last: dict[tuple[str, str], tuple[str, Column]] = {}  # the paths by which columns were changed
        self.changed: set[str] = set()
        self.problems: list[str] = []

    def made_of(self, instance: C) -> C:
        """The instance with what has been changed."""
        return replace(instance, tables=self._tables, **self._settings)

    def make(self, change: Change) -> None:
        """Make one change, or note why it cannot be made."""
        given = [name for name in HOWS if getattr(change, name) is not None]
        try:
            if len(given) != 1:
                raise InputError(f"{change.path}: exactly one of {listing(HOWS)} must be given")
            target = resolve(self._origin, change.path)
            rows = _matching(self._origin, target, change)
            if target.rows is None:
                old: Any = self._settings[target.table][target.column]
                values = np.array([np.nan if old is None else old])
                new = self._new(values, target, change, given[0])
                self._settings[target.table][target.column] = float(new[0])
            else:
                column = self._tables[target.table][target.column].copy()
                column[rows] = self._new(column[rows], target, change, given[0])
                self._tables[target.table] = self._tables[target.table].with_column(target.column, column)
        except InputError as error:
            self.problems += error.problems
            return
        self.changed.add(f"{target.table}.{target.column}")
        self._last[target.table, target.column] = change.path, target.schema
        if (target.table, target.column) == ("scenarios", "probability"):
            self._share_out |= target.by_name or given[0] == "odds"
            if given[0] != "odds":
                self._named_scenarios |= set(np.flatnonzero(rows).tolist())

    def _new(self, old: np.ndarray, target: Target, change: Change, how: str) -> np.ndarray:
        """What stands in the rows afterwards."""
        by = getattr(change, how)
        if how == "set":
            value = convert.cell_value(by, target.schema, target.table, strict=True)
            if isinstance(value, convert.Wrong):
                raise InputError(f"{change.path}: {value}")
            return np.full(len(old), value, dtype=old.dtype)
        if target.schema.kind != "number":
            raise InputError(f"{change.path}: is not a number, so it can only be set")
        if isinstance(by, bool) or not isinstance(by, int | float | np.number) or not np.isfinite(by):
            raise InputError(f"{change.path}: {quote(str(by))} is not a number to {SAID[how]} by")
        if how == "odds" and not target.schema.share:
            raise InputError(f"{change.path}: is not a share from 0 to 1, so it has no odds")
        if how == "odds" and by < 0:
            raise InputError(f"{change.path}: {quote(float(by))} is below 0, and odds are not")
        if np.isnan(old).all():  # what is not given (hours without a limit, say) stays so
            whom = _which(self._origin, target, change, old)
            raise InputError(f"{change.path}: nothing is given{whom} to {SAID[how]}")
        if how == "odds" and (target.table, target.column) != ("scenarios", "probability"):
            return np.divide(by * old, 1 - old + by * old, out=old.copy(), where=old < 1) + 0.0
        new: np.ndarray = (old + by if how == "add" else old * by) + 0.0  # probabilities are shared out after
        return new

    def check_ranges(self) -> None:
        """Note the numbers out of the range of their column, when every change to it has been made."""
        for (table, column), (path, schema) in self._last.items():
            now = self._settings[table][column] if table in self._settings else self._tables[table][column]
            values = np.atleast_1d(now)
            row = _beyond(values, schema) if schema.kind == "number" else None
            if row is not None:
                name = "" if table in self._settings else row_name(self._origin, table, row)
                where = path if f".{name}." in path or not name else f"{path} {name}"
                wrong = float(f"{values[row]:.12g}")  # the last digits are what arithmetic leaves
                self.problems.append(f"{where}: {quote(wrong)} is not {schema.expected}")

    def share_out_probability(self) -> None:
        """Leave the scenarios that were not named what the named ones leave, in their proportions."""
        if not self._share_out:
            return
        table = self._tables["scenarios"]
        probability = table["probability"].copy()
        others = np.array([row not in self._named_scenarios for row in range(table.rows)])
        rest, before = 1 - probability[~others].sum(), probability[others].sum()
        if rest >= 0 and before > 0:
            probability[others] *= rest / before
            self._tables["scenarios"] = table.with_column("probability", probability)


def _beyond(values: np.ndarray, schema: Column) -> int | None:
    """The row of a number that its column does not admit, the most extreme first; None: there is none."""
    given = np.flatnonzero(~np.isnan(values))
    order = given[np.argsort(values[given], kind="stable")].tolist()
    few = order if schema.whole else [*order[:1], *order[-1:]]
    return next((row for row in few if not schema.admits(values[row])), None)


def resolve(instance: Content, path: str) -> Target:
    """What a path means; raises InputError where it leads nowhere."""
    if not isinstance(path, str):
        raise InputError(f"path: {said(path)} is not a text, such as organisations.staff_hours")
    head, _, rest = path.partition(".")
    hints = Findings({})
    if head in SETTINGS:
        keys = getattr(instance, head)
        if rest not in keys:
            noun = "an objective" if head == "weights" else f"one of {head}"
            raise InputError(f"{path}: {quote(rest)} is not {noun}{hints.hint(rest, keys)}")
        return Target(head, rest, TABLES[head].by_name["weight" if head == "weights" else rest])
    tables = {"resources": ["resources", "resource_types"]}.get(head, [head])
    if head not in HELD_TABLES:
        raise InputError(f"{path}: {quote(head)} is not a table{_meant(instance, path)}")
    for table in tables:
        if rest in instance[table]:
            return _column(instance, table, rest, np.ones(instance[table].rows, dtype=bool), path)
    named = tables[-1]
    if len(TABLES[named].key) == 1:
        names = list(instance[named][TABLES[named].key[0]])
        for row, name in sorted(enumerate(names), key=lambda pair: -len(pair[1])):
            column = rest[len(name) + 1 :]
            if rest.startswith(f"{name}.") and column in instance[named]:
                return _column(instance, named, column, np.arange(len(names)) == row, path, by_name=True)
        name, _, column = rest.partition(".")
        if column and name not in names:
            raise InputError(f"{path}: {quote(name)} is not one of {head}{hints.hint(name, names)}")
        rest = column or rest
    columns = [column for table in tables for column in instance[table]]
    raise InputError(f"{path}: {quote(rest)} is not a column of {head}{hints.hint(rest, columns)}")


def _meant(instance: Content, path: str) -> str:
    """'; did you mean ...?' with the nearest table or, of a path that is only a column, with its table."""
    tables = {name: instance[name] for name in HELD_TABLES} | {
        name: getattr(instance, name) for name in SETTINGS
    }
    columns = {f"{table}.{column}": column for table, known in tables.items() for column in known}
    if "." in path:
        return Findings({}).hint(path.partition(".")[0], tables)
    names = [*columns.values(), *tables]
    near = path if path in names else nearest(path, names)
    having = [near] if near in tables else [whole for whole, column in columns.items() if column == near]
    return f"; did you mean {listing(map(quote, having), last='or')}?" if having else ""


def meant(instance: Content, path: str, where: Mapping[str, Any] | None = None) -> Target:
    """What a path means, in the rows that `where` leaves; raises InputError where it leads nowhere."""
    target = resolve(instance, path)
    rows = _matching(instance, target, Change(path, where=where))
    return target if target.rows is None else replace(target, rows=rows)


def standing(
    instance: Content, path: str, where: Mapping[str, Any] | None = None
) -> tuple[Target, np.ndarray]:
    """What a path means, and the values that stand there now; raises InputError where it leads nowhere."""
    target = meant(instance, path, where)
    if target.rows is None:
        return target, np.array([getattr(instance, target.table)[target.column]])
    return target, instance[target.table][target.column][target.rows]


def _column(
    instance: Content, table: str, column: str, rows: np.ndarray, path: str, *, by_name: bool = False
) -> Target:
    if TABLES[table].key == (column,):
        raise InputError(f"{path}: this column names the rows; it cannot be changed")
    columns = TABLES[table].expand(*instance.axes)
    return Target(table, column, columns[column], rows, by_name)


def _matching(instance: Content, target: Target, change: Change) -> np.ndarray:
    """The rows that are meant: at least one."""
    if change.rows is not None:
        return change.rows
    if target.rows is None:
        if change.where:
            raise InputError(f"{change.path}: where is for tables; {target.table} has no rows")
        return np.ones(1, dtype=bool)
    table, rows, hints = instance[target.table], target.rows.copy(), Findings({})
    problems = list[str]()
    where = pairs("where", change.where, "columns to values", problems)
    raise_any(problems)
    for column, wanted in where.items():
        if column not in table:
            hint = hints.hint(column, table)
            raise InputError(f"{change.path}: where: {quote(column)} is not a column of {target.table}{hint}")
        values = wanted if isinstance(wanted, list | tuple | set | frozenset | np.ndarray) else [wanted]
        found = np.zeros(table.rows, dtype=bool)
        for value in values:
            same = np.array([_same(cell, value) for cell in table[column]], dtype=bool)
            if not same.any():
                known = dict.fromkeys(map(str, table[column]))
                hint = hints.hint(value, known) if isinstance(value, str) else ""
                raise InputError(f"{change.path}: where: no row has {column} {quote(value)}{hint}")
            found |= same
        rows &= found
    if not rows.any():
        why = "no row matches where" if change.where else f"{target.table} has no rows"
        raise InputError(f"{change.path}: {why}, so nothing would change")
    return rows


def _same(cell: Any, value: Any) -> bool:
    """Equal, and of one kind: true is not 1."""
    flags = (bool, np.bool_)
    return isinstance(cell, flags) == isinstance(value, flags) and bool(cell == value)


def _which(instance: Content, target: Target, change: Change, old: np.ndarray) -> str:
    """' for a, b and 3 others' where some rows have nothing."""
    if target.rows is None:
        return ""
    rows = np.flatnonzero(_matching(instance, target, change))[np.isnan(old)]
    return f" for {listing([row_name(instance, target.table, int(row)) for row in rows])}"


@dataclass(frozen=True)
class ByName:
    """A table that stands in no file: rows are told by their names."""

    instance: Content
    table: str

    def place(self, row: int | None, column: str) -> Place:
        """The table, the row's name and the column."""
        held = row is not None and self.table in HELD_TABLES
        name = row_name(self.instance, self.table, row) if held and row is not None else ""
        return Place(rank(self.table), 0, " ".join(filter(None, (TABLES[self.table].label, name, column))))
