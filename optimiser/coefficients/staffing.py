"""Constraints 5 and 6: hours that decisions take, and hours that there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.rows import EVERY
from optimiser.coefficients.sets import Array, Sets
from optimiser.instance.instance import Instance


@dataclass(frozen=True, eq=False)
class Staffing:
    """Numbers of the hours."""

    hours: Array  # (W, L, A) for a locality for which d is held at l, falling at level a
    fixed_hours: Array  # (D, L) once for each organisation that holds d at l
    hours_available: Array  # (N,) NaN where the organisation's hours have no limit
    present: Array  # (S,) share of staff that a scenario's absence leaves
    monitoring_hours: Array  # (D,) at the centre, to monitor one locality fully
    reporting_hours: Array  # (D,) at a locality that is monitored fully


def staffing_of(instance: Instance, sets: Sets) -> Staffing:
    """Read hours off the tables of workload and organisations."""
    org, decisions = instance["organisations"], instance["decisions"]
    keep = 1 - instance.limits["reserve"]  # type: ignore[operator]  # reserve always has a value
    return Staffing(
        hours=by_working(instance, sets, "hours"),
        fixed_hours=by_level(instance, sets, "fixed_hours"),
        hours_available=org["staff_hours"] * (1 - org["vacancy"]) * (1 - org["absence"]) * keep,
        present=1 - instance["scenarios"]["absence"],
        monitoring_hours=decisions["monitoring_hours"],
        reporting_hours=decisions["reporting_hours"],
    )


def by_level(instance: Instance, sets: Sets, column: str) -> Array:
    """(D, L) a column of the workload that is given where at = level, and is 0 in all other rows."""
    summed = np.zeros((len(sets.decisions), len(sets.levels)))
    decision, held, *_ = sets.rows.workload
    np.add.at(summed, (decision, held), instance["workload"][column])
    return summed


def by_working(instance: Instance, sets: Sets, column: str) -> Array:
    """(W, L, A) a column of the workload for one locality: held at l, falling at level a."""
    d, level, at, o = sets.rows.workload
    values = instance["workload"][column]
    found = np.zeros((len(sets.working_decision), len(sets.levels), len(sets.levels)))
    for row in np.flatnonzero(o == EVERY).tolist():
        found[sets.working[d[row]], level[row], at[row]] = values[row]
    own = o != EVERY  # a locality's own row wins
    found[sets.working[d[own], o[own]], level[own], at[own]] = values[own]
    return found
