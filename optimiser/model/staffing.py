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
    by_level = sets.decisions, sets.levels
    per_locality = "hours_dla: per locality for which d is held at l, falling at level a"
    available = "H_n = staff_hours (1-vacancy) (1-absence) (1-reserve)"
    number(m, c, c.staffing.hours, *by_level, sets.levels, doc=per_locality)
    number(
        m, c, c.staffing.fixed_hours, *by_level, doc="fixed_hours_dl: once per organisation that holds d at l"
    )
    number(m, c, c.staffing.hours_available, sets.organisations, doc=available)
    position = {name: n for n, name in enumerate(sets.organisations)}

    def duty(n: str, own_level: bool) -> pyo.Expression:
        """Hours per locality that fall at n for what is held at its level, or for what is held elsewhere."""
        a = sets.level_of[position[n]]
        under = sets.under[position[n]]
        terms = []
        for d, decision in enumerate(sets.decisions):
            for l in np.flatnonzero(sets.allowed[d]):
                if (l == a) == own_level:
                    hours = m.hours[decision, sets.levels[l], sets.levels[a]]
                    terms.append(hours * _localities_held(m, c, d, under, sets.levels[l]))
        return sum(terms)

    def fixed(n: str) -> pyo.Expression:
        a = sets.level_of[position[n]]
        names = [sets.decisions[d] for d in np.flatnonzero(sets.allowed[:, a])]
        return sum(m.fixed_hours[d, sets.levels[a]] * m.holds[d, n] for d in names if (d, n) in m.holds)

    m.held_hours = pyo.Expression(
        m.STAFFED,
        rule=lambda m, n: duty(n, True),
        doc="(5) sum_d sum_{o in O(n)} hours_daa held[d,o,a]: what n holds",
    )
    m.burden = pyo.Expression(
        m.STAFFED,
        rule=lambda m, n: duty(n, False),
        doc="(5) sum_d sum_{o in O(n)} sum_{l != a} hours_dla held[d,o,l]: what is held elsewhere",
    )
    m.fixed_duty = pyo.Expression(
        m.STAFFED, rule=lambda m, n: fixed(n), doc="(5) sum_d fixed_hours_da active[d,n]"
    )

    @m.Constraint(
        m.STAFFED,
        doc="(5) sum_d [ fixed_hours_da active[d,n] + sum_{o in O(n)} sum_l hours_dla held[d,o,l] ] <= H_n",
    )
    def staff_suffice(m, n):  # type: ignore[no-untyped-def]
        return m.fixed_duty[n] + m.held_hours[n] + m.burden[n] <= m.hours_available[n]


def _localities_held(
    m: pyo.ConcreteModel, c: Coefficients, d: int, under: np.ndarray, level: str
) -> pyo.Expression:
    """How many of the localities `under` have d held at the level."""
    decision = c.sets.decisions[d]
    if c.sets.uniform[d]:
        return len(under) * m.placed[decision, "", level]
    return sum(m.placed[decision, c.sets.localities[o], level] for o in under)


def hours_suffice_in_scenario(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(6): what absence leaves is shared by exercise, monitoring and burdens."""
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
    position = {name: n for n, name in enumerate(sets.organisations)}
    watched: dict[tuple[str, str], list[Any]] = {}
    for d, o, l, s in m.MONITORABLE:
        watched.setdefault((o, s), []).append((d, l))
    exercised: dict[tuple[str, str, str], list[str]] = {}
    for d, o, l, s in m.EXERCISABLE:
        exercised.setdefault((o, l, s), []).append(d)

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

    @m.Constraint(
        m.STAFFED,
        m.SCENARIOS,
        doc="(6) sum_d sum_{o in O(n)} [ hours_daa exercised[d,o,a,s] "
        "+ (1-absence_s) oversight_s sum_{l != a} hours_dla held[d,o,l] ] + watch(n,s) "
        "<= (1-absence_s) (H_n - sum_d fixed_hours_da active[d,n])",
    )
    def staff_suffice_in_scenario(m, n, s):  # type: ignore[no-untyped-def]
        a = sets.levels[sets.level_of[position[n]]]
        used = pyo.quicksum(
            m.hours[d, a, a] * m.exercised[d, o, a, s]
            for o in (sets.localities[i] for i in sets.under[position[n]])
            for d in exercised.get((o, a, s), ())
        )
        rest = m.present[s] * (m.hours_available[n] - m.fixed_duty[n])
        return used + m.present[s] * m.oversight[s] * m.burden[n] + m.watch[n, s] <= rest
