"""What two instances have differently, and the instances between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimiser.instance.checking.check import check
from optimiser.instance.checking.problems import Findings
from optimiser.instance.instance import Instance
from optimiser.instance.replace import ByName
from optimiser.instance.schema.schema import HELD_TABLES, SETTINGS, TABLES
from optimiser.instance.table import Table

ALL = ""  # as a column: the whole table
WORDS = ("note", "label", "name", "source", "grade", "zero", "one")  # columns that no equation reads
SAME = ("decisions", "levels", "organisations", "objectives", "resource_types")  # sets that must be the same
TOGETHER = (  # inputs of which one alone may make no sense
    {("correlations", ALL), ("correlations", "correlation"), ("decisions", "correlation")},
    {("organisations", "level"), ("organisations", "parent")},
    {("scores", ALL), ("decisions", "levels")},
    {("scenarios", ALL), ("surges", ALL)},
    {("current", ALL), ("limits", "max_changes")},
)


@dataclass(frozen=True)
class Difference:
    """One input that two instances have differently, or some that only make sense together."""

    inputs: tuple[tuple[str, str], ...]  # (table, column); the settings of instance.toml are tables too

    @property
    def name(self) -> str:
        """As in `Instance.replace`: 'organisations.staff_hours', 'limits.budget'; or a whole table."""
        return " and ".join(f"{table}.{column}" if column else table for table, column in self.inputs)


def differing_sets(a: Instance, b: Instance) -> list[str]:
    """What one of the instances decides, or decides about, and the other does not: tables."""
    differ = [name for name in SAME if _names(a[name], name) != _names(b[name], name)]
    if list(a["levels"]["level"]) != list(b["levels"]["level"]):
        differ.append("levels")
    if set(a.localities) != set(b.localities):
        differ.append("organisations")
    return [name for name in SAME if name in differ]


def _names(table: Table, name: str) -> set[str]:
    return set(table[TABLES[name].key[0]])


def differences(a: Instance, b: Instance) -> list[Difference]:
    """The inputs that differ, of instances with the same sets; words that no equation reads left out."""
    inputs: list[tuple[str, str]] = []
    if not _proportional(list(a.weights.values()), [b.weights[g] for g in a.weights]):
        inputs.append(("weights", ALL))
    for setting in SETTINGS[1:]:
        mine, theirs = getattr(a, setting), getattr(b, setting)
        inputs += [(setting, key) for key in mine if mine[key] != theirs[key]]
    for name in HELD_TABLES:
        if name not in ("sources", "objectives"):
            inputs += [(name, column) for column in _differing_columns(a[name], b[name], name)]
    return _grouped(inputs)


def _proportional(mine: Sequence[float], theirs: Sequence[float]) -> bool:
    return np.allclose(np.divide(mine, sum(mine)), np.divide(theirs, sum(theirs)), rtol=1e-12, atol=0)


def _differing_columns(mine: Table, theirs: Table, name: str) -> list[str]:
    order = _order(mine, theirs, name)
    if order is None:
        return [ALL]
    return [
        column for column in mine if column not in WORDS and not _equal(mine[column], theirs[column][order])
    ]


def _equal(mine: np.ndarray, theirs: np.ndarray) -> bool:
    return np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f")


def _order(mine: Table, theirs: Table, name: str) -> np.ndarray | None:
    """Where the rows of one table stand in the other; None where its rows are others."""
    if set(mine) != set(theirs) or mine.rows != theirs.rows:
        return None
    keys = TABLES[name].key or tuple(mine)
    here, there = ([tuple(row) for row in zip(*(t[k] for k in keys), strict=True)] for t in (mine, theirs))
    at = {row: i for i, row in enumerate(there)}
    if set(here) != set(at) or len(at) < len(there):
        return None
    return np.array([at[row] for row in here], int)


def _grouped(inputs: Iterable[tuple[str, str]]) -> list[Difference]:
    """Each input on its own, but for those that stand or fall together."""
    left, groups = list(inputs), []
    while left:
        first = left[0]
        together = next((kin for kin in TOGETHER if first in kin and len(kin & set(left)) > 1), {first})
        groups.append(Difference(tuple(each for each in left if each in together)))
        left = [each for each in left if each not in together]
    return groups


def exchanged(a: Instance, b: Instance, inputs: Iterable[Difference]) -> Instance:
    """The first instance with these inputs as the second has them.

    Raises InputError where that is no sound instance.
    """
    tables: dict[str, Table] = dict(a.tables)
    settings: dict[str, Any] = {name: dict(getattr(a, name)) for name in SETTINGS}
    changed = set()
    for name, column in (each for difference in inputs for each in difference.inputs):
        if name in SETTINGS:
            theirs = getattr(b, name)
            settings[name] |= {column: theirs[column]} if column else dict(theirs)
            changed |= {f"{name}.{key}" for key in ([column] if column else theirs)}
            continue
        order = None if column == ALL else _order(a[name], b[name], name)
        if order is None:
            tables[name] = b[name]
        else:
            tables[name] = tables[name].with_column(column, b[name][column][order])
        changed |= {f"{name}.{key}" for key in ([column] if column else b[name])}
    variant = replace(a, tables=tables, **settings)
    findings = Findings({table: ByName(variant, table) for table in TABLES})
    check(variant, findings, changed)
    findings.raise_any()
    return variant
