"""One period of a path as an instance of its own: what holds within it, and what it inherits."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from optimiser.instance.instance import Instance
from optimiser.instance.table import Table

if TYPE_CHECKING:
    from optimiser.instance.content import Content

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class States:
    """What a period inherits of those before: all of it is a share, but stocks."""

    skill: Array  # (N,) in the place of ability
    morale: Array  # (N,) in the place of willingness
    stock: Array  # (O, R) units of the reserve that are left


@dataclass(frozen=True, eq=False, repr=False)
class Period(Instance):
    """An instance in which one scenario is certain, the current design is that of the period before, and
    skill, morale and reserves are what is inherited.

    What is inherited is `most`, or lies between `least` and `most` where the periods before are still open.
    """

    years: float = 1.0
    most: States | None = None
    least: States | None = None

    @property
    def inherited(self) -> States:
        """The most that it may inherit."""
        assert self.most is not None, "a period is made by in_period"
        return self.most


def within(rate: Array, years: float) -> Array:
    """How far a yearly rate goes in a period."""
    return np.asarray(1 - (1 - rate) ** years)


def reserves(instance: Content) -> Array:
    """(O, R) what is set aside of each resource."""
    found = np.zeros((len(instance.localities), len(instance.resources)))
    o, r = ({name: i for i, name in enumerate(names)} for names in (instance.localities, instance.resources))
    table = instance["resources"]
    for place, resource, units in zip(
        table["organisation"], table["resource"], table["reserve"], strict=True
    ):
        found[o[place], r[resource]] = units
    return found


def first_states(instance: Content) -> States:
    """What the first period starts from."""
    table = instance["organisations"]
    skill, morale = table["skill"], table["morale"]
    return States(
        np.where(np.isnan(skill), table["ability"], skill),
        np.where(np.isnan(morale), table["willingness"], morale),
        reserves(instance),
    )


def in_period(
    instance: Instance, t: int, most: States, *, before: Array | None = None, least: States | None = None
) -> Period:
    """Period t of an instance that inherits these states; `before` (D, O) is the design of the one before,
    -1 where it is not known. Without one nothing counts as moved: what links the periods stands elsewhere.
    """
    periods = instance["periods"]
    scenario = periods["scenario"][t]
    tables = dict(instance.tables)
    tables["scenarios"] = _rows(tables["scenarios"], tables["scenarios"]["scenario"] == scenario)
    tables["scenarios"] = tables["scenarios"].with_column("probability", np.ones(1))
    for name in ("delays", "surges"):
        tables[name] = _rows(tables[name], np.isin(tables[name]["scenario"], ("", scenario)))
    tables["rules"] = _rows(tables["rules"], tables["rules"]["lag"] == 0)
    tables["current"] = _current(instance, before)
    tables["periods"] = _rows(periods, np.zeros(periods.rows, bool))
    limits = dict(instance.limits)
    if not tables["current"].rows:
        limits["max_changes"] = None
    own = {g: float(periods[f"weights.{g}"][t]) for g in instance.objectives}
    named = {g: 0.0 if weight != weight else weight for g, weight in own.items()}
    kept = {field.name: getattr(instance, field.name) for field in fields(Instance)}
    changed = {
        "tables": tables,
        "limits": limits,
        "uncertainty": {**instance.uncertainty, "risk_aversion": 0.0},
        "weights": named if any(named.values()) else instance.weights,
    }
    years = float(periods["years"][t])
    return Period(**{**kept, **changed}, years=years, most=most, least=least)


def _rows(table: Table, these: Array) -> Table:
    """Some rows of a table; itself where that is all of them."""
    return table if these.all() else Table({name: table[name][these] for name in table}, int(these.sum()))


def _current(instance: Instance, before: Array | None) -> Table:
    """A design as the table of the current one."""
    decisions, levels = instance["decisions"]["decision"], instance["levels"]["level"]
    rows: list[tuple[str, str, str]] = []
    for decision, held in zip(decisions, [] if before is None else before, strict=before is not None):
        if (held == held[0]).all():
            rows += [(decision, levels[held[0]], "")] if held[0] >= 0 else []
        else:
            places = zip(instance.localities, held.tolist(), strict=True)
            rows += [(decision, levels[l], place) for place, l in places if l >= 0]
    names = ("decision", "level", "organisation")
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return Table(
        {n: np.array(column, dtype=object) for n, column in zip(names, columns, strict=True)}, len(rows)
    )
