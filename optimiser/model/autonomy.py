"""Autonomy used: what is exercised is the weakest of granted, willing, able and horizontally possible."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.model.declare import number


def granted_willing_able(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(7), as tight as it can be stated: `held` bounds every right-hand side.

    willingness and ability are at most 1, so that both imply `exercised <= held`. Where nothing is feared
    and no support is on offer, the lesser of the two is the only bound.
    """
    sets = c.sets
    _columns(m, c)
    number(
        m,
        c,
        "willingness",
        sets.organisations,
        doc="willingness_n: share of the decision space that n is willing to use",
    )
    number(m, c, "ability", sets.organisations, doc="ability_n: share of it that n is able to use")
    number(m, c, "capable", sets.organisations, doc="min(willingness_n, ability_n)")
    number(m, c, "fear", sets.decisions, doc="fear_d: the share of willingness that full monitoring takes")
    number(m, c, "oversight", sets.scenarios, doc="oversight_s: the most monitoring that goes on in s")
    organisation = _organisation(c)
    supported = (
        {sets.organisations[n] for n in np.flatnonzero(c.masks["supported"])}
        if c.masks["limited"][0]
        else set()
    )
    fearful = {sets.decisions[d] for d in np.flatnonzero(c.masks["fearful"] & c.masks["monitorable"])}

    def afraid(d: str, l: str) -> bool:
        return d in fearful and l != sets.levels[0]

    both: list[Any] = []  # where one bound says it all
    apart: list[Any] = []
    for key in m.EXERCISABLE:
        d, o, l, _ = key
        (apart if afraid(d, l) or organisation[o, l] in supported else both).append(key)
    _support(m, c, supported, organisation)

    @m.Constraint(both, doc="(7) exercised[d,o,l,s] <= min(willingness_n, ability_n) held[d,o,l]")
    def willing_and_able(m, d, o, l, s):  # type: ignore[no-untyped-def]
        return m.exercised[d, o, l, s] <= m.capable[organisation[o, l]] * m.held[d, o, l]

    @m.Constraint(
        apart, doc="(7) exercised[d,o,l,s] <= willingness_n (held[d,o,l] - fear_d monitored[d,o,l,s])"
    )
    def willing(m, d, o, l, s):  # type: ignore[no-untyped-def]
        feared = m.fear[d] * m.monitored[d, o, l, s] if afraid(d, l) else 0
        return m.exercised[d, o, l, s] <= m.willingness[organisation[o, l]] * (m.held[d, o, l] - feared)

    @m.Constraint(apart, doc="(7) exercised[d,o,l,s] <= ability_n held[d,o,l] + built[d,o,l]")
    def able(m, d, o, l, s):  # type: ignore[no-untyped-def]
        built = m.built[d, o, l] if organisation[o, l] in supported else 0
        return m.exercised[d, o, l, s] <= m.ability[organisation[o, l]] * m.held[d, o, l] + built

    @m.Constraint(m.MONITORABLE, doc="(7) monitored[d,o,l,s] <= oversight_s held[d,o,l]")
    def overseen(m, d, o, l, s):  # type: ignore[no-untyped-def]
        return m.monitored[d, o, l, s] <= m.oversight[s] * m.held[d, o, l]


def _organisation(c: Coefficients) -> dict[tuple[str, str], str]:
    """n(o, l) by name."""
    sets = c.sets
    return {
        (o, l): sets.organisations[sets.node[i, k]]
        for i, o in enumerate(sets.localities)
        for k, l in enumerate(sets.levels)
    }


def _columns(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """`exercised` at every allowed level; `monitored` below the top, where monitoring wins anything back."""
    sets = c.sets
    places = [
        (d, o, l, s)
        for i, d in enumerate(sets.decisions)
        for o in sets.localities
        for k, l in enumerate(sets.levels)
        if sets.allowed[i, k]
        for s in sets.scenarios
    ]
    watched = {sets.decisions[d] for d in np.flatnonzero(c.masks["monitorable"])}
    m.EXERCISABLE = pyo.Set(initialize=places, dimen=4, doc="(d, o, l, s) with l allowed for d")
    m.MONITORABLE = pyo.Set(
        initialize=[key for key in places if key[0] in watched and key[2] != sets.levels[0]],
        dimen=4,
        doc="(d, o, l, s) where monitoring has an effect, below the top",
    )
    m.exercised = pyo.Var(m.EXERCISABLE, bounds=(0, 1), doc="how far the decision space granted is used")
    m.monitored = pyo.Var(
        m.MONITORABLE, bounds=(0, 1), doc="how far the centre monitors what is held below it"
    )


def _support(
    m: pyo.ConcreteModel, c: Coefficients, supported: set[str], organisation: dict[Any, str]
) -> None:
    """Ability that investment builds, at most what is missing, and only for what is held."""
    sets = c.sets
    number(m, c, "unable", sets.organisations, doc="1 - ability_n: what support can build")
    names = [n for n in sets.organisations if n in supported]
    m.support = pyo.Var(names, bounds=(0, 1), doc="ability built by investment")
    keys = [
        (d, o, l)
        for i, d in enumerate(sets.decisions)
        for o in sets.localities
        for k, l in enumerate(sets.levels)
        if sets.allowed[i, k] and organisation[o, l] in supported
    ]
    m.built = pyo.Var(keys, bounds=(0, 1), doc="ability that support lends to d, held for o at l")

    @m.Constraint(names, doc="(7) support[n] <= 1 - ability_n")
    def support_limited(m, n):  # type: ignore[no-untyped-def]
        return m.support[n] <= m.unable[n]

    @m.Constraint(keys, doc="(7) built[d,o,l] <= support_n")
    def built_by_support(m, d, o, l):  # type: ignore[no-untyped-def]
        return m.built[d, o, l] <= m.support[organisation[o, l]]

    @m.Constraint(keys, doc="(7) built[d,o,l] <= (1-ability_n) held[d,o,l]")
    def built_where_held(m, d, o, l):  # type: ignore[no-untyped-def]
        return m.built[d, o, l] <= m.unable[organisation[o, l]] * m.held[d, o, l]


def partners(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(8): a joint decision depends on localities over which one has no authority."""
    sets, local = c.sets, c.sets.levels[-1]
    number(m, c, "independent", sets.localities, doc="1 - sum_p dependence_op: what o can do on its own")
    number(m, c, "dependence", range(len(c.lists["partners"])), doc="dependence_op, by row of the table")
    rows: dict[str, list[tuple[int, str]]] = {}
    for row, (o, p) in enumerate(c.lists["partners"]):
        rows.setdefault(sets.localities[o], []).append((row, sets.localities[p]))
    joint = [sets.decisions[d] for (d,) in c.lists["joint"] if sets.allowed[d, -1]]
    keys = [(d, o, s) for d in joint for o in rows for s in sets.scenarios]

    @m.Constraint(
        keys,
        doc="(8) exercised[d,o,K,s] <= (1 - sum_p dependence_op) held[d,o,K] "
        "+ sum_p dependence_op exercised[d,p,K,s]",
    )
    def partners_act(m, d, o, s):  # type: ignore[no-untyped-def]
        others = sum(m.dependence[row] * m.exercised[d, p, local, s] for row, p in rows[o])
        return m.exercised[d, o, local, s] <= m.independent[o] * m.held[d, o, local] + others
