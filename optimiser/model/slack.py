"""Slack: surge against supply, what is bought and flexed, occupancy."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.model.declare import number
from optimiser.model.mutual_aid import mutual_aid


def slack_in_scenario(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(9), (10)."""
    sets = c.sets
    present = [
        (sets.localities[o], sets.resources[r]) for o, r in zip(*np.nonzero(c.structure.stocked), strict=True)
    ]
    m.RESOURCES = pyo.Set(initialize=sets.resources, doc="resources r")
    m.STOCKED = pyo.Set(initialize=present, dimen=2, doc="(o, r) with a row in resources.csv")
    by_place = (sets.localities, sets.resources, sets.scenarios)
    number(m, c, c.slack.demand, *by_place, doc="demand_ors = demand_or (1+surge_ors)")
    number(m, c, c.slack.supply, *by_place, doc="supply_ors = capacity_or (1-loss_ors)")
    number(m, c, c.slack.flex, sets.decisions, doc="flex_d: share of supply that exercising d locally adds")
    m.unmet = pyo.Var(m.STOCKED, m.SCENARIOS, bounds=(0, None), doc="demand that nothing covers")
    buyable = [r for r, bought in zip(sets.resources, c.structure.bought, strict=True) if bought]
    bought = [key for key in present if key[1] in buyable]
    m.added = pyo.Var(bought, bounds=(0, None), doc="slack bought, in units of r")
    mutual_aid(m, c, present)
    _reserves(m, c)
    local = sets.levels[-1]
    flexes: dict[str, list[str]] = {}
    for d, r in c.structure.flexes:
        if sets.allowed[d, -1]:
            flexes.setdefault(sets.resources[r], []).append(sets.decisions[d])
    m.flexed = pyo.Expression(
        m.STOCKED,
        m.SCENARIOS,
        rule=lambda m, o, r, s: sum(
            m.flex[d] * m.supply[o, r, s] * m.exercised[d, o, local, s] for d in flexes.get(r, ())
        ),
        doc="(9) sum_{d flexes r} flex_d supply_ors exercised[d,o,K,s]: what local teams add",
    )

    @m.Constraint(
        m.STOCKED,
        m.SCENARIOS,
        doc="(9) supply_ors + added[o,r] + sum_{d flexes r} flex_d supply_ors exercised[d,o,K,s] "
        "+ sum_l (borrowed - lent)[o,r,l,s] + unmet[o,r,s] >= demand_ors",
    )
    def demand_covered(m, o, r, s):  # type: ignore[no-untyped-def]
        own = m.added[o, r] if (o, r) in m.added else 0
        own += m.drawn[o, r, s] if (o, r, s) in m.drawn else 0
        return (
            own + m.flexed[o, r, s] + m.aid[o, r, s] + m.unmet[o, r, s]
            >= m.demand[o, r, s] - m.supply[o, r, s]
        )

    _limits(m, c, present)


def _reserves(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(16), within a period: what is drawn is there; what is left is the next one's."""
    sets = c.sets
    m.drawn = pyo.Var(
        [(sets.localities[o], sets.resources[r]) for o, r in np.argwhere(c.structure.reserved)],
        m.SCENARIOS,
        bounds=(0, None),
        doc="units drawn from the reserve, on a path",
    )
    if not c.structure.reserved.any():
        return
    left = "stock[o,r] in a period of a path, at the most: units of the reserve that are left"
    number(m, c, c.inherited.stock_most, sets.localities, sets.resources, doc=left)

    @m.Constraint(list(m.drawn), doc="(16) drawn[o,r] <= stock[o,r]")
    def drawn_from_reserve(m, o, r, s):  # type: ignore[no-untyped-def]
        return m.drawn[o, r, s] <= m.stock_most[o, r]


def _limits(m: pyo.ConcreteModel, c: Coefficients, present: list[tuple[str, str]]) -> None:
    """What may stay unmet at the most, and how full the beds may be."""
    sets = c.sets
    number(m, c, c.slack.total_demand, sets.resources, sets.scenarios, doc="sum_o demand_ors")
    number(m, c, c.slack.max_unmet, sets.resources, doc="max_unmet_r: share of demand that may stay unmet")
    number(
        m,
        c,
        c.slack.max_occupancy,
        sets.resources,
        doc="max_occupancy_r: share of capacity that may be in use normally",
    )
    number(m, c, c.slack.capacity, sets.localities, sets.resources, doc="capacity_or, normally")
    number(m, c, c.slack.normal_demand, sets.localities, sets.resources, doc="demand_or, normally")
    capped = [r for r, limit in zip(sets.resources, c.structure.capped, strict=True) if limit]
    roomy = [r for r, limit in zip(sets.resources, c.structure.roomy, strict=True) if limit]

    @m.Constraint(capped, m.SCENARIOS, doc="(9) sum_o unmet[o,r,s] <= max_unmet_r sum_o demand_ors")
    def little_unmet(m, r, s):  # type: ignore[no-untyped-def]
        unmet = sum(m.unmet[o, r, s] for o, kind in present if kind == r)
        return unmet <= m.max_unmet[r] * m.total_demand[r, s]

    @m.Constraint(
        [key for key in present if key[1] in roomy],
        doc="(10) demand_or <= max_occupancy_r (capacity_or + added[o,r])",
    )
    def not_too_full(m, o, r):  # type: ignore[no-untyped-def]
        own = m.max_occupancy[r] * m.added[o, r] if (o, r) in m.added else 0
        return own >= m.normal_demand[o, r] - m.max_occupancy[r] * m.capacity[o, r]
