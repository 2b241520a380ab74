"""The path: a block a period, each the model with the period in the scenario's place, and their links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.coefficients.path import Links
from optimiser.model import fill

Array = np.ndarray


def assemble_path(
    cs: Sequence[Coefficients], links: Links, between: Callable[[], object] = lambda: None
) -> pyo.ConcreteModel:
    """Put the periods together, `cs` being the coefficients of each, and link them."""
    m = pyo.ConcreteModel(name="path")
    m.PERIODS = pyo.RangeSet(0, len(cs) - 1, doc="periods t, in their order")
    m.period = pyo.Block(m.PERIODS, doc="what holds within a period")
    for t, c in enumerate(cs):
        fill(m.period[t], c, between)
        m.period[t].value.deactivate()
    for mechanism in (
        moves,  #               (13) (12)
        skill_from_practice,  # (14)
        morale,  #              (15)
        reserves,  #            (16)
        lagged_rules,  #        (17)
    ):
        mechanism(m, links)
        between()
    lost = sum(
        float(links.move_cost[t, h]) * moved for (h, t), moved in m.moved.items() if links.move_cost[t, h]
    )
    m.value = pyo.Objective(
        expr=sum(float(links.weight[t]) * m.period[t].value.expr for t in m.PERIODS) - lost,
        sense=pyo.maximize,
        doc="(value) ( sum_t disc_t years_t V_t - 1/|D| sum_{t,d,o} disc_t pi_o switch_d moved[d,o,t] ) "
        "/ sum_t disc_t years_t",
    )
    return m


def moves(m: pyo.ConcreteModel, links: Links) -> None:
    """(13), and (12) between periods. What moves in the first is in its own block: today is known."""
    sets, later = links.sets, list(m.PERIODS)[1:]
    limited = links.max_changes is not None
    movable = [h for h in range(len(sets.holding_decision)) if limited or links.move_cost[:, h].any()]
    m.moved = pyo.Var(movable, later, bounds=(0, 1), doc="holding h is elsewhere than in the period before")

    @m.Constraint(movable, later, sets.levels, doc="(13) moved[d,o,t] >= held[d,o,l,t] - held[d,o,l,t-1]")
    def moved_if_newly_held(m, h, t, l):  # type: ignore[no-untyped-def]
        here, before = (_placed(m, links, h, l, k) for k in (t, t - 1))
        return m.moved[h, t] >= here - before

    names = sets.decisions if limited else []
    m.changed = pyo.Var(names, later, bounds=(0, 1), doc="decision d changes from one period to the next")

    @m.Constraint(movable if limited else [], later, doc="(12) changed[d,t] >= moved[d,o,t]")
    def changed_if_moved(m, h, t):  # type: ignore[no-untyped-def]
        return m.changed[sets.decisions[sets.holding_decision[h]], t] >= m.moved[h, t]

    @m.Constraint(later if limited else [], doc="(12) sum_d changed[d,t] <= max_changes")
    def few_changes(m, t):  # type: ignore[no-untyped-def]
        return sum(m.changed[d, t] for d in names) <= links.max_changes


def _placed(m: pyo.ConcreteModel, links: Links, h: int, l: str, t: int) -> Any:
    sets = links.sets
    return m.period[t].placed[sets.decisions[sets.holding_decision[h]], sets.place(h), l]


def _state(block: pyo.Block, state: str, given: str, key: Any) -> Any:
    """A state at the start of a period: a variable, or the number that it must be."""
    variables = block.component(state)
    return variables[key] if key in variables else block.component(given)[key]


def skill_from_practice(m: pyo.ConcreteModel, links: Links) -> None:
    """(14): what is practised is learnt, what is not is lost down to ability."""
    number = {name: n for n, name in enumerate(links.sets.organisations)}
    keys = [(n, t) for t in list(m.PERIODS)[1:] for n in m.period[t].skill]

    @m.Constraint(
        keys,
        doc="(14) skill[n,t+1] <= (1-learn_nt) skill[n,t] + learn_nt ( ability_n + (1-ability_n) use[n,t] )",
    )
    def learnt(m, n, t):  # type: ignore[no-untyped-def]
        block, i = m.period[t - 1], number[n]
        learn, ability = float(links.learn[t - 1, i]), float(links.ability[i])
        kept = (1 - learn) * _state(block, "skill", "ability", n)
        return m.period[t].skill[n] <= kept + learn * ability + learn * (1 - ability) * block.use[n]


def morale(m: pyo.ConcreteModel, links: Links) -> None:
    """(15): punitive oversight and overwork lower it, time heals it."""
    number = {name: n for n, name in enumerate(links.sets.organisations)}
    keys = [(n, t) for t in list(m.PERIODS)[1:] for n in m.period[t].morale]

    @m.Constraint(
        keys,
        doc="(15) morale[n,t+1] <= (1-heal_nt) morale[n,t] "
        "+ heal_nt willingness_n ( 1 - hurt_n watched[n,t] - burn_n over[n,t] )",
    )
    def healed(m, n, t):  # type: ignore[no-untyped-def]
        block, i = m.period[t - 1], number[n]
        heal, calm = float(links.heal[t - 1, i]), float(links.heal[t - 1, i] * links.willingness[i])
        watched = float(links.hurt[i]) * block.watched[n] if n in block.watched else 0.0
        over = float(links.burn[i]) * block.over[n] if n in block.over else 0.0
        kept = (1 - heal) * _state(block, "morale", "willingness", n)
        return m.period[t].morale[n] <= kept + calm - calm * (watched + over)


def reserves(m: pyo.ConcreteModel, links: Links) -> None:
    """(16): what is drawn is gone, until it is refilled."""
    o, r = (
        {name: i for i, name in enumerate(names)} for names in (links.sets.localities, links.sets.resources)
    )
    aside = list(m.period[0].stock)

    @m.Constraint(
        aside, m.PERIODS, doc="(16) stock[o,r,t] <= reserve_or, and in the first period no more is there"
    )
    def no_more_than_set_aside(m, place, kind, t):  # type: ignore[no-untyped-def]
        return m.period[t].stock[place, kind] <= float(links.reserve[o[place], r[kind]])

    @m.Constraint(
        aside,
        list(m.PERIODS)[1:],
        doc="(16) stock[o,r,t+1] <= stock[o,r,t] - drawn[o,r,t] + refill_rt reserve_or",
    )
    def left(m, place, kind, t):  # type: ignore[no-untyped-def]
        before, back = m.period[t - 1], float(links.refill[t - 1, o[place], r[kind]])
        drawn = sum(before.drawn[place, kind, s] for s in before.SCENARIOS)
        return m.period[t].stock[place, kind] <= before.stock[place, kind] - drawn + back


def lagged_rules(m: pyo.ConcreteModel, links: Links) -> None:
    """(17): what enables a decision has been there for some periods."""
    sets = links.sets
    keys = [
        (row, o, t)
        for row, (_, _, b, _, lag) in enumerate(links.rules)
        for i, o in enumerate(sets.localities)
        for t in m.PERIODS
        if t >= lag or links.current[b, i] >= 0
    ]
    place = {name: i for i, name in enumerate(sets.localities)}

    @m.Constraint(keys, doc="(17) held[a,o,l,t] <= sum_{l' in L'} held[b,o,l',t-lag]")
    def enabled_before(m, row, o, t):  # type: ignore[no-untyped-def]
        a, level, b, then, lag = links.rules[row]
        held = m.period[t].held[sets.decisions[a], o, sets.levels[level]]
        if t < lag:
            return held <= float(links.current[b, place[o]] in then)
        earlier = m.period[t - lag].held
        return held <= sum(earlier[sets.decisions[b], o, sets.levels[l]] for l in then)
