"""States: skill and morale stand in for ability and willingness, and what is done in a period moves them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.model.declare import number


def states(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(14) to (16) within a period whose neighbours are still open; `model.path` links them.

    (7) holds already with the most that skill and morale can be. Here it holds with what they are, stated
    tight: with `least` the least that a state can be, `exercised <= state` for what is held, and 0 for what
    is not, are both `exercised - least held <= state - least`.
    """
    sets, structure = c.sets, c.structure
    if not structure.planned:
        return
    names = [
        [n for n, there in zip(sets.organisations, mask, strict=True) if there]
        for mask in (structure.learning, structure.wearing)
    ]
    least = "the least that {} can be at the start of the period"
    number(m, c, c.inherited.skill_least, sets.organisations, doc=least.format("skill_n"))
    number(m, c, c.inherited.morale_least, sets.organisations, doc=least.format("morale_n"))
    m.skill = pyo.Var(names[0], bounds=(0, 1), doc="what stands in for ability")
    m.morale = pyo.Var(names[1], bounds=(0, 1), doc="what stands in for willingness")
    whose = m.organisation.extract_values()
    learning, wearing = (
        [key for key in m.EXERCISABLE if whose[key[1], key[2]] in among] for among in map(set, names)
    )

    @m.Constraint(learning, doc="(14) exercised[d,o,l] <= skill[n] + built[d,o,l], for what is held")
    def skilled(m, d, o, l, s):  # type: ignore[no-untyped-def]
        n, built = whose[o, l], m.built[d, o, l] if (d, o, l) in m.built else 0
        beyond = m.exercised[d, o, l, s] - m.skill_least[n] * m.held[d, o, l]
        return beyond <= m.skill[n] - m.skill_least[n] + built

    @m.Constraint(
        wearing,
        doc="(15) exercised[d,o,l] <= morale[n] - willingness_n fear_d monitored[d,o,l], for what is held",
    )
    def in_good_heart(m, d, o, l, s):  # type: ignore[no-untyped-def]
        n = whose[o, l]
        afraid = m.undaunted[n] * m.fear[d] * m.monitored[d, o, l, s] if (d, o, l, s) in m.MONITORABLE else 0
        beyond = m.exercised[d, o, l, s] - m.morale_least[n] * m.held[d, o, l]
        return beyond + afraid <= m.morale[n] - m.morale_least[n]

    _stocks(m)
    _means(m, c)
    _loads(m, c)


def _stocks(m: pyo.ConcreteModel) -> None:
    """(16): what is left of the reserve, where that depends on what was drawn before."""
    keys = [key[:2] for key in m.drawn]
    m.stock = pyo.Var(keys, bounds=(0, None), doc="units of the reserve that are left")

    @m.Constraint(keys, m.SCENARIOS, doc="(16) drawn[o,r] <= stock[o,r]")
    def drawn_from_stock(m, o, r, s):  # type: ignore[no-untyped-def]
        return m.drawn[o, r, s] <= m.stock[o, r]


def _means(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """`use` and `watched`: means over the decisions that may be held at n's level, and over O(n)."""
    sets, structure = c.sets, c.structure
    counts = "what the exercise of one decision by n(o,l) for o counts in n's mean"
    number(m, c, c.inherited.practice, sets.localities, sets.levels, doc=counts)
    practising, watchful = (
        [sets.organisations[n] for n in np.flatnonzero(mask)]
        for mask in (structure.practising, structure.watchful)
    )
    done, seen = _by_holder(m, m.EXERCISABLE), _by_holder(m, m.MONITORABLE)
    m.use = pyo.Var(practising, bounds=(0, 1), doc="mean of what n exercises")
    m.watched = pyo.Var(watchful, bounds=(0, 1), doc="mean of what n is monitored in")

    @m.Constraint(practising, m.SCENARIOS, doc="(14) use[n] <= mean of exercised over decisions and O(n)")
    def practised(m, n, s):  # type: ignore[no-untyped-def]
        keys = done.get((n, s), ())
        return m.use[n] <= pyo.quicksum(m.practice[o, l] * m.exercised[d, o, l, s] for d, o, l, s in keys)

    @m.Constraint(watchful, m.SCENARIOS, doc="(15) watched[n] >= mean of monitored over decisions and O(n)")
    def seen_to_be_watched(m, n, s):  # type: ignore[no-untyped-def]
        keys = seen.get((n, s), ())
        return m.watched[n] >= pyo.quicksum(m.practice[o, l] * m.monitored[d, o, l, s] for d, o, l, s in keys)


def _by_holder(m: pyo.ConcreteModel, keys: Any) -> dict[tuple[str, str], list[Any]]:
    """(n, s) -> the keys (d, o, l, s) that n holds or may hold."""
    found: dict[tuple[str, str], list[Any]] = {}
    for key in keys:
        found.setdefault((m.organisation[key[1], key[2]], key[3]), []).append(key)
    return found


def _loads(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """`over`: how far n's hours go beyond what is safe."""
    names = [c.sets.organisations[n] for n in np.flatnonzero(c.structure.busy)]
    number(m, c, c.inherited.overload, c.sets.organisations, doc="1 / (H_n (1 - safe_n))")
    number(m, c, c.inherited.safe_load, c.sets.organisations, doc="safe_n / (1 - safe_n)")
    m.over = pyo.Var(names, bounds=(0, 1), doc="share of the hours beyond what is safe that n works")

    @m.Constraint(
        names,
        m.SCENARIOS,
        doc="(15) over[n] >= (load[n] - safe_n) / (1 - safe_n), with load[n] the hours worked and those of "
        "fixed duties, of H_n",
    )
    def overworked(m, n, s):  # type: ignore[no-untyped-def]
        hours = m.worked[n, s] + m.watch[n, s] + m.present[s] * m.fixed_duty[n]
        return m.over[n] >= m.overload[n] * hours - m.safe_load[n]
