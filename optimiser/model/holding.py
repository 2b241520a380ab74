"""Who holds what: one level for every decision, earned autonomy, rules, and how much may change."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.model.declare import number


def one_level_each(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(1), (2): the sets, `held` and `holds`."""
    sets = c.sets
    m.DECISIONS = pyo.Set(initialize=sets.decisions, doc="decisions d")
    m.LEVELS = pyo.Set(initialize=sets.levels, doc="levels l, from the centre down")
    m.ORGANISATIONS = pyo.Set(initialize=sets.organisations, doc="organisations n")
    m.LOCALITIES = pyo.Set(initialize=sets.localities, doc="localities o")
    m.SCENARIOS = pyo.Set(initialize=sets.scenarios, doc="scenarios s")
    holdings = [(sets.decisions[d], sets.place(h)) for h, d in enumerate(sets.holding_decision)]
    m.HOLDINGS = pyo.Set(
        initialize=holdings, dimen=2, doc="(d, o) for an asymmetric decision, (d, '') for a uniform one"
    )
    m.placed = pyo.Var(
        m.HOLDINGS, m.LEVELS, domain=pyo.Binary, doc="held[d,o,l], once for each holding: rows name it"
    )
    for d, l in zip(*np.nonzero(~sets.allowed), strict=True):
        for h in np.flatnonzero(sets.holding_decision == d):
            m.placed[*holdings[h], sets.levels[l]].setub(0)
    everywhere = {(*holding, l): m.placed[*holding, l] for holding in holdings for l in sets.levels}
    for d, row in zip(sets.decisions, sets.holding, strict=True):
        for o, h in zip(sets.localities, row, strict=True):
            everywhere.update({(d, o, l): m.placed[*holdings[h], l] for l in sets.levels})
    m.held = pyo.Reference(everywhere)
    m.held.doc = "decision d, as it concerns locality o, is taken at level l: a name for placed"

    @m.Constraint(m.HOLDINGS, doc="(1) sum_l held[d,o,l] = 1")
    def one_level(m, d, o):  # type: ignore[no-untyped-def]
        return sum(m.placed[d, o, l] for l in sets.levels) == 1

    _active(m, c)


def _active(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """`holds[d, n]` (active, in words): a variable only where it is not `held` itself, that is
    where an asymmetric decision has fixed hours or costs at an organisation of several localities."""
    sets, held = c.sets, m.held
    known, free = {}, []
    for d, decision in enumerate(sets.decisions):
        for n, organisation in enumerate(sets.organisations):
            level, under = sets.levels[sets.level_of[n]], sets.under[n]
            if sets.uniform[d] or len(under) == 1:
                known[decision, organisation] = held[decision, sets.localities[under[0]], level]
            elif c.structure.fixed[d, sets.level_of[n]]:
                free.append((decision, organisation))
    m.holds_somewhere = pyo.Var(free, bounds=(0, 1), doc="active[d,n] where it is not held[d,o,l] itself")
    m.holds = pyo.Reference(known | {key: m.holds_somewhere[key] for key in free})
    m.holds.doc = "active[d,n]: organisation n holds d for at least one locality"
    position = {name: n for n, name in enumerate(sets.organisations)}
    pairs = [(d, n, sets.localities[o]) for d, n in free for o in sets.under[position[n]]]

    @m.Constraint(pairs, doc="(5) active[d,n] >= held[d,o,a] for o in O(n)")
    def active_if_held(m, d, n, o):  # type: ignore[no-untyped-def]
        return held[d, o, sets.levels[sets.level_of[position[n]]]] <= m.holds_somewhere[d, n]

    @m.Constraint(free, doc="(5) active[d,n] <= sum_{o in O(n)} held[d,o,a]")
    def active_only_if_held(m, d, n):  # type: ignore[no-untyped-def]
        level = sets.levels[sets.level_of[position[n]]]
        return m.holds_somewhere[d, n] <= sum(
            held[d, sets.localities[o], level] for o in sets.under[position[n]]
        )


def earned_autonomy(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(3): no local autonomy below the bar."""
    bars = dict(zip(c.sets.decisions, c.structure.barred, strict=True))
    barred = [(d, o) for d, o in m.HOLDINGS if bars[d]]
    earned = number(
        m,
        c,
        c.holding.earned,
        list(m.HOLDINGS),
        doc="1 where no locality concerned is rated below min_rating, else 0",
    )

    @m.Constraint(barred, doc="(3) held[d,o,K] = 0 where rating_o < min_rating_d")
    def earned_locally(m, d, o):  # type: ignore[no-untyped-def]
        return m.placed[d, o, c.sets.levels[-1]] <= earned[d, o]


def rules(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(4): if a at level l, then b at one of the levels L'."""
    sets, keys = c.sets, []
    for row, (a, _, b, _) in enumerate(c.structure.rules):
        both_uniform = sets.uniform[a] and sets.uniform[b]
        keys += [(row, o) for o in (sets.localities[:1] if both_uniform else sets.localities)]

    @m.Constraint(keys, doc="(4) held[a,o,l] <= sum_{l' in L'} held[b,o,l']")
    def rule_kept(m, row, o):  # type: ignore[no-untyped-def]
        a, level, b, then = c.structure.rules[row]
        allowed = sum(m.held[sets.decisions[b], o, sets.levels[l]] for l in then)
        return m.held[sets.decisions[a], o, sets.levels[level]] <= allowed


def limited_change(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(12): at most max_changes decisions differ from the current design for any locality."""
    if not c.structure.limited:
        return
    sets, rows = c.sets, c.structure.current
    decisions = sorted({int(sets.holding_decision[h]) for h, _ in rows})
    limit = number(m, c, c.holding.max_changes, [None], doc="decisions that may change at the most")
    m.changed = pyo.Var(
        [sets.decisions[d] for d in decisions], bounds=(0, 1), doc="decision d differs from today"
    )

    @m.Constraint(range(len(rows)), doc="(12) changed[d] >= 1 - held[d,o,current]")
    def changed_if_moved(m, row):  # type: ignore[no-untyped-def]
        h, level = rows[row]
        d = sets.decisions[sets.holding_decision[h]]
        return m.changed[d] + m.placed[d, sets.place(h), sets.levels[level]] >= 1

    m.few_changes = pyo.Constraint(
        expr=sum(m.changed.values()) <= limit[None], doc="(12) sum_d changed[d] <= max_changes"
    )
