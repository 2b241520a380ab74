"""Autonomy used: what is exercised is the weakest of granted, willing, able and horizontally possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.model.declare import number, rows

Key = tuple[str, str, str, str]  # (d, o, l, s)


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
        c.autonomy.willingness,
        sets.organisations,
        doc="willingness_n: share of the decision space that n is willing to use; in a period of a path, its "
        "morale",
    )
    undaunted = "willingness_n, whatever a path did to it: fear takes a share of it"
    number(m, c, c.autonomy.undaunted, sets.organisations, doc=undaunted)
    able = "ability_n: share of it that n is able to use; in a period of a path, its skill"
    number(m, c, c.autonomy.ability, sets.organisations, doc=able)
    number(m, c, c.autonomy.capable, sets.organisations, doc="min(willingness_n, ability_n)")
    number(
        m,
        c,
        c.autonomy.fear,
        sets.decisions,
        doc="fear_d: the share of willingness that full monitoring takes",
    )
    number(
        m, c, c.autonomy.oversight, sets.scenarios, doc="oversight_s: the most monitoring that goes on in s"
    )
    _organisation(m, c)
    whose = m.organisation.extract_values()
    supported = {sets.organisations[n] for n in np.flatnonzero(c.structure.supported)}
    fearful = {sets.decisions[d] for d in np.flatnonzero(c.structure.fearful)}
    afraid = {key for key in m.MONITORABLE if key[0] in fearful}
    helped = {key for key in m.EXERCISABLE if whose[key[1], key[2]] in supported}
    _support(m, c, supported, whose)
    _willing_and_able(m, afraid, helped)

    @rows(m, m.MONITORABLE, doc="(7) monitored[d,o,l,s] <= oversight_s exercised[d,o,l,s]")
    def overseen(m, d, o, l, s):  # type: ignore[no-untyped-def]
        return m.monitored[d, o, l, s] <= m.oversight[s] * m.exercised[d, o, l, s]


def _willing_and_able(m: pyo.ConcreteModel, afraid: set[Key], helped: set[Key]) -> None:
    """What is exercised, where monitoring may be feared and where support may help."""

    def among(here: Callable[[Key], bool]) -> list[Key]:
        return [key for key in m.EXERCISABLE if here(key)]

    @rows(
        m,
        among(lambda key: key not in afraid and key not in helped),
        doc="(7) exercised[d,o,l,s] <= min(willingness_n, ability_n) held[d,o,l]",
    )
    def willing_and_able(m, d, o, l, s):  # type: ignore[no-untyped-def]
        return m.exercised[d, o, l, s] <= m.capable[m.organisation[o, l]] * m.held[d, o, l]

    @rows(
        m,
        among(lambda key: key in afraid),
        doc="(7) exercised[d,o,l,s] <= willingness_n (held[d,o,l] - fear_d monitored[d,o,l,s])",
    )
    def willing(m, d, o, l, s):  # type: ignore[no-untyped-def]
        n = m.organisation[o, l]
        afraid_of = m.undaunted[n] * m.fear[d] * m.monitored[d, o, l, s]
        return m.exercised[d, o, l, s] <= m.willingness[n] * m.held[d, o, l] - afraid_of

    @rows(
        m,
        among(lambda key: key in helped and key not in afraid),
        doc="(7) exercised[d,o,l,s] <= willingness_n held[d,o,l]: nothing is feared",
    )
    def willing_unafraid(m, d, o, l, s):  # type: ignore[no-untyped-def]
        return m.exercised[d, o, l, s] <= m.willingness[m.organisation[o, l]] * m.held[d, o, l]

    @rows(
        m,
        among(lambda key: key in afraid and key not in helped),
        doc="(7) exercised[d,o,l,s] <= ability_n held[d,o,l]: no support is on offer",
    )
    def able(m, d, o, l, s):  # type: ignore[no-untyped-def]
        return m.exercised[d, o, l, s] <= m.ability[m.organisation[o, l]] * m.held[d, o, l]

    @rows(
        m,
        among(lambda key: key in helped),
        doc="(7) exercised[d,o,l,s] <= ability_n held[d,o,l] + built[d,o,l]",
    )
    def able_with_support(m, d, o, l, s):  # type: ignore[no-untyped-def]
        own = m.ability[m.organisation[o, l]] * m.held[d, o, l]
        return m.exercised[d, o, l, s] <= own + m.built[d, o, l]


def _organisation(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """n(o, l) by name."""
    sets = c.sets
    names = {
        (o, l): sets.organisations[sets.node[i, k]]
        for i, o in enumerate(sets.localities)
        for k, l in enumerate(sets.levels)
    }
    doc = "n(o,l): the organisation that decides for locality o what is held at level l"
    m.organisation = pyo.Param(m.LOCALITIES, m.LEVELS, initialize=names, within=pyo.Any, doc=doc)


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
    watched = {sets.decisions[d] for d in np.flatnonzero(c.structure.monitorable)}
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


def _support(m: pyo.ConcreteModel, c: Coefficients, supported: set[str], whose: dict[Any, str]) -> None:
    """Ability that investment builds, at most what is missing, and only for what is held."""
    sets = c.sets
    number(m, c, c.autonomy.unable, sets.organisations, doc="1 - ability_n: what support can build")
    names = [n for n in sets.organisations if n in supported]
    m.support = pyo.Var(names, bounds=(0, 1), doc="ability built by investment")
    keys = [
        (d, o, l)
        for i, d in enumerate(sets.decisions)
        for o in sets.localities
        for k, l in enumerate(sets.levels)
        if sets.allowed[i, k] and whose[o, l] in supported
    ]
    m.built = pyo.Var(keys, bounds=(0, 1), doc="ability that support lends to d, held for o at l")

    @m.Constraint(names, doc="(7) support[n] <= 1 - ability_n")
    def support_limited(m, n):  # type: ignore[no-untyped-def]
        return m.support[n] <= m.unable[n]

    @rows(m, keys, doc="(7) built[d,o,l] <= support_n")
    def built_by_support(m, d, o, l):  # type: ignore[no-untyped-def]
        return m.built[d, o, l] <= m.support[m.organisation[o, l]]

    @rows(m, keys, doc="(7) built[d,o,l] <= (1-ability_n) held[d,o,l]")
    def built_where_held(m, d, o, l):  # type: ignore[no-untyped-def]
        return m.built[d, o, l] <= m.unable[m.organisation[o, l]] * m.held[d, o, l]


def partners(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(8): a joint decision depends on localities over which one has no authority."""
    sets, local = c.sets, c.sets.levels[-1]
    number(
        m, c, c.autonomy.independent, sets.localities, doc="1 - sum_p dependence_op: what o can do on its own"
    )
    number(
        m,
        c,
        c.autonomy.dependence,
        range(len(c.structure.partners)),
        doc="dependence_op, by row of the table",
    )
    rows: dict[str, list[tuple[int, str]]] = {}
    for row, (o, p) in enumerate(c.structure.partners):
        rows.setdefault(sets.localities[o], []).append((row, sets.localities[p]))
    joint = [sets.decisions[d] for d in np.flatnonzero(c.structure.joint) if sets.allowed[d, -1]]
    keys = [(d, o, s) for d in joint for o in rows for s in sets.scenarios]

    @m.Constraint(
        keys,
        doc="(8) exercised[d,o,K,s] <= (1 - sum_p dependence_op) held[d,o,K] "
        "+ sum_p dependence_op exercised[d,p,K,s]",
    )
    def partners_act(m, d, o, s):  # type: ignore[no-untyped-def]
        others = sum(m.dependence[row] * m.exercised[d, p, local, s] for row, p in rows[o])
        return m.exercised[d, o, local, s] <= m.independent[o] * m.held[d, o, local] + others
