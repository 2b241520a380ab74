"""Slack: surge against supply, mutual aid through the pool that governs, flexing, occupancy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.model.declare import number, rows


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
    _mutual_aid(m, c, present)
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
        return (
            own + m.flexed[o, r, s] + m.aid[o, r, s] + m.unmet[o, r, s]
            >= m.demand[o, r, s] - m.supply[o, r, s]
        )

    _limits(m, c, present)


def _mutual_aid(m: pyo.ConcreteModel, c: Coefficients, present: list[tuple[str, str]]) -> None:
    """Lending and borrowing at the level that holds the governing decision, as far as it is exercised."""
    sets = c.sets
    by_place = (sets.localities, sets.resources, sets.scenarios)
    number(m, c, c.slack.spare, *by_place, doc="max(0, supply_ors - demand_ors)")
    number(m, c, c.slack.shortage, *by_place, doc="max(0, demand_ors - supply_ors)")
    arriving = "mobilisation_l: share of lent slack that arrives in time"
    number(m, c, c.slack.mobilisation, sets.levels, doc=arriving)
    governor = {sets.resources[r]: d for d, r in c.structure.governs}
    names = {r: sets.decisions[d] for r, d in governor.items()}
    m.governor = pyo.Param(
        list(names), initialize=names, within=pyo.Any, doc="g(r): the decision that governs r"
    )
    keys = [
        (o, r, l, s)
        for o, r in present
        if r in governor
        for k, l in enumerate(sets.levels)
        if sets.allowed[governor[r], k]
        for s in sets.scenarios
    ]
    m.AIDABLE = pyo.Set(
        initialize=keys, dimen=4, doc="(o, r, l, s) where the governing decision may be held at l"
    )
    m.lent = pyo.Var(m.AIDABLE, bounds=(0, None), doc="units lent to the pool at level l")
    m.borrowed = pyo.Var(m.AIDABLE, bounds=(0, None), doc="units borrowed from the pool at level l")

    @rows(m, m.AIDABLE, doc="(9) lent[o,r,l,s] <= max(0, supply_ors - demand_ors) exercised[g(r),o,l,s]")
    def lent_if_spare(m, o, r, l, s):  # type: ignore[no-untyped-def]
        return m.lent[o, r, l, s] <= m.spare[o, r, s] * m.exercised[m.governor[r], o, l, s]

    @rows(m, m.AIDABLE, doc="(9) borrowed[o,r,l,s] <= max(0, demand_ors - supply_ors) exercised[g(r),o,l,s]")
    def borrowed_if_short(m, o, r, l, s):  # type: ignore[no-untyped-def]
        return m.borrowed[o, r, l, s] <= m.shortage[o, r, s] * m.exercised[m.governor[r], o, l, s]

    head = pool_heads(c)
    pools: dict[tuple[Any, ...], list[str]] = {}
    for o, r, l, s in keys:
        pools.setdefault(
            (sets.organisations[head[sets.localities.index(o), sets.levels.index(l)]], r, l, s), []
        ).append(o)

    @m.Constraint(list(pools), doc="(9) sum borrowed <= mobilisation_l sum lent, for each pool at level l")
    def aid_arrives(m, n, r, l, s):  # type: ignore[no-untyped-def]
        members = pools[n, r, l, s]
        lent = sum(m.lent[o, r, l, s] for o in members)
        return sum(m.borrowed[o, r, l, s] for o in members) <= m.mobilisation[l] * lent

    levels = {
        (o, r): [l for k, l in enumerate(sets.levels) if r in governor and sets.allowed[governor[r], k]]
        for o, r in present
    }
    m.aid = pyo.Expression(
        m.STOCKED,
        m.SCENARIOS,
        rule=lambda m, o, r, s: sum(m.borrowed[o, r, l, s] - m.lent[o, r, l, s] for l in levels[o, r]),
        doc="(9) sum_l (borrowed - lent)[o,r,l,s]: what mutual aid brings, less what it takes",
    )


def pool_heads(c: Coefficients) -> np.ndarray:
    """(O, L) the organisation whose localities aid each other: n(o, l), and for local aid the parent."""
    heads = c.sets.node.copy()
    if heads.shape[1] > 1:
        heads[:, -1] = heads[:, -2]
    return heads


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
