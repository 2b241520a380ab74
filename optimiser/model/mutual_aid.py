"""Mutual aid: what localities lend each other through the pool that governs a resource."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.model.declare import number, rows


def mutual_aid(m: pyo.ConcreteModel, c: Coefficients, present: list[tuple[str, str]]) -> None:
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
