"""Staff: hours an organisation has for the decisions it holds, normally and in a scenario."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.model.declare import number


def hours_suffice(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(5): a decision may only be given to an organisation that can staff it."""
    sets = c.sets
    m.STAFFED = pyo.Set(
        initialize=[sets.organisations[n] for n in np.flatnonzero(c.structure.staffed)],
        doc="organisations with staff hours",
    )
    m.WORKING = pyo.Set(
        initialize=[
            (sets.decisions[d], sets.localities[o] if o >= 0 else "")
            for d, o in zip(sets.working_decision, sets.working_locality, strict=True)
        ],
        dimen=2,
        doc="(d, o) where d takes other hours or money for some locality than for others, else (d, '')",
    )
    per_locality = "hours_dola: for locality o, where d is held at level l, falling at level a"
    available = "H_n = staff_hours (1-vacancy) (1-absence) (1-reserve)"
    number(m, c, c.staffing.hours, list(m.WORKING), sets.levels, sets.levels, doc=per_locality)
    number(
        m,
        c,
        c.staffing.fixed_hours,
        sets.decisions,
        sets.levels,
        doc="fixed_hours_dl: once per organisation that holds d at l",
    )
    number(m, c, c.staffing.hours_available, sets.organisations, doc=available)

    def duty(m, n):  # type: ignore[no-untyped-def]
        a = sets.level_of[sets.organisations.index(n)]
        under = sets.under[sets.organisations.index(n)]
        working = np.argwhere(c.structure.working[:, :, a]).tolist()
        return sum(_hours(m, c, d, under, l, a) for d, l in working)

    def fixed(m, n):  # type: ignore[no-untyped-def]
        a = sets.level_of[sets.organisations.index(n)]
        names = [sets.decisions[d] for d in np.flatnonzero(sets.allowed[:, a])]
        return sum(m.fixed_hours[d, sets.levels[a]] * m.holds[d, n] for d in names if (d, n) in m.holds)

    m.duty = pyo.Expression(
        m.STAFFED,
        rule=duty,
        doc="(5) sum_d sum_{o in O(n)} sum_l hours_dola held[d,o,l]: what is held at n, or costs hours there",
    )
    m.fixed_duty = pyo.Expression(m.STAFFED, rule=fixed, doc="(5) sum_d fixed_hours_da active[d,n]")

    @m.Constraint(
        m.STAFFED,
        doc="(5) sum_d [ fixed_hours_da active[d,n] + sum_{o in O(n)} sum_l hours_dola held[d,o,l] ] <= H_n",
    )
    def staff_suffice(m, n):  # type: ignore[no-untyped-def]
        return m.fixed_duty[n] + m.duty[n] <= m.hours_available[n]


def _hours(
    m: pyo.ConcreteModel, c: Coefficients, d: int, under: np.ndarray, level: int, at: int
) -> pyo.Expression:
    """Hours that fall at a level for the localities `under` that have d held at another, or the same."""
    sets, decision, single = c.sets, c.sets.decisions[d], c.sets.single[d]
    l, a = sets.levels[level], sets.levels[at]
    places = [sets.localities[o] for o in under]
    if not sets.uniform[d]:
        return sum(m.hours[decision, o if single else "", l, a] * m.placed[decision, o, l] for o in places)
    if single:
        return sum(m.hours[decision, o, l, a] for o in places) * m.placed[decision, "", l]
    return len(places) * m.hours[decision, "", l, a] * m.placed[decision, "", l]


def hours_suffice_in_scenario(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(6): what absence leaves is shared by all that is exercised, here or at cost here, and monitoring."""
    sets = c.sets
    number(m, c, c.staffing.present, sets.scenarios, doc="1 - absence_s")
    number(
        m,
        c,
        c.staffing.monitoring_hours,
        sets.decisions,
        doc="hours at the centre to monitor one locality fully",
    )
    number(m, c, c.staffing.reporting_hours, sets.decisions, doc="hours at a locality monitored fully")
    _watch(m, c)
    position = {name: n for n, name in enumerate(sets.organisations)}
    working = [
        [
            (sets.decisions[d], sets.levels[l], bool(sets.single[d]))
            for d, l in np.argwhere(c.structure.working[:, :, a]).tolist()
        ]
        for a in range(len(sets.levels))
    ]

    def worked(m, n, s):  # type: ignore[no-untyped-def]
        level = sets.level_of[position[n]]
        places, a = [sets.localities[o] for o in sets.under[position[n]]], sets.levels[level]
        return pyo.quicksum(
            m.hours[d, o if single else "", l, a] * m.exercised[d, o, l, s]
            for o in places
            for d, l, single in working[level]
        )

    m.worked = pyo.Expression(
        m.STAFFED,
        m.SCENARIOS,
        rule=worked,
        doc="(6) sum_d sum_{o in O(n)} sum_l hours_dola exercised[d,o,l,s]: exercise at n, or at its cost",
    )

    @m.Constraint(
        m.STAFFED,
        m.SCENARIOS,
        doc="(6) sum_d sum_{o in O(n)} sum_l hours_dola exercised[d,o,l,s] + watch(n,s) "
        "<= (1-absence_s) (H_n - sum_d fixed_hours_da active[d,n])",
    )
    def staff_suffice_in_scenario(m, n, s):  # type: ignore[no-untyped-def]
        there = m.present[s] * (m.hours_available[n] - m.fixed_duty[n])
        return m.worked[n, s] + m.watch[n, s] <= there


def _watch(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """What monitoring takes, at both ends."""
    sets = c.sets
    position = {name: n for n, name in enumerate(sets.organisations)}
    watched: dict[tuple[str, str], list[Any]] = {}
    for d, o, l, s in m.MONITORABLE:
        watched.setdefault((o, s), []).append((d, l))

    def watch(m, n, s):  # type: ignore[no-untyped-def]
        level = sets.level_of[position[n]]
        if level == 0:
            places, hours = sets.localities, m.monitoring_hours
        elif level == sets.local:
            places, hours = [n], m.reporting_hours
        else:
            return 0
        watching = ((d, o, l) for o in places for d, l in watched.get((o, s), ()))
        return pyo.quicksum(hours[d] * m.monitored[d, o, l, s] for d, o, l in watching)

    m.watch = pyo.Expression(
        m.STAFFED,
        m.SCENARIOS,
        rule=watch,
        doc="(6) watch(n,s): at the centre sum_{d,o,l} monitoring_hours_d monitored[d,o,l,s], "
        "in a locality o sum_{d,l} reporting_hours_d monitored[d,o,l,s], between them 0",
    )
