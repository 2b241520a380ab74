"""What is good: a score for every decision on every objective, and how the objectives are weighed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.model.declare import number

SCORED = (
    "(objectives) f_gs = 1/|D| sum_d stake_dg score_dgs - lost_by_links_g; "
    "resilience: f_gs = 1 - mean_r sum_o unmet[o,r,s] / sum_s p_s sum_o max(0, demand_ors - supply_ors) "
    "- lost_by_links_g, over the resources of which something is at risk"
)
SCORES = {
    "risk_pooling": "sum_{o,l} saved_dols exercised[d,o,l,s] / sum_o sd_do for a uniform decision, "
    "sum_n pooled[d,n,s] for an asymmetric one, 0 where all sd are 0",
    "accountability": "sum_o pi_o sum_l [ acc_dol exercised[d,o,l,s] "
    "+ monitoring_effect_d (1-acc_dol) monitored[d,o,l,s] ]",
    "responsiveness": "sum_o pi_o sum_l timeliness_dls fit_dol exercised[d,o,l,s]",
    "economy": "1 - ( sum_{n,l} fixed_cost_dl active[d,n] + sum_{o,l} cost_dol held[d,o,l] ) "
    "/ max_l cost_d(all at l)",
    "solidarity": "sum_o pi_o sum_l ( |mean_do - mean_d,centre| - |mean_d,n(o,l) - mean_d,centre| ) "
    "exercised[d,o,l,s] / sum_o pi_o |mean_do - mean_d,centre|",
    "one's own, and any scored directly": "sum_o pi_o sum_l score_dol exercised[d,o,l,s] (economy: held)",
}
EARNED = {
    "risk_pooling": "saved_dols / sum_o sd_do, with saved_dols = sd_do - sum_{o' in O(n)} cov_ds(o,o') "
    "/ sqrt(sum_{O(n)} cov_ds); by correlation, `shared` or that of a scenario",
    "accountability": "pi_o acc_dol",
    "responsiveness": "pi_o timeliness_dls fit_dol, with timeliness_dls = 2^(-delay_dls urgency_s "
    "/ half_life_d) and fit_dol = max(0, 1 - heterogeneity_d (need_do - need_d,n(o,l))^2 "
    "- spillover_d outside_ol)",
    "solidarity": "pi_o ( |mean_do - mean_d,centre| - |mean_d,n(o,l) - mean_d,centre| ) "
    "/ sum_o pi_o |mean_do - mean_d,centre|",
}


def scores(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """`achieved[g, s]`: every objective in every scenario. Costs come with what is held, all else is earned
    by what is exercised."""
    sets = c.sets
    _numbers(m, c)
    _pooled(m, c)
    _links(m, c)
    decisive = [g for g in sets.objectives if g != "resilience"]
    pooled: dict[tuple[str, str], list[Any]] = {}
    for key in m.pooled:
        pooled.setdefault((key[0], key[2]), []).append(m.pooled[key])
    monitorable: dict[tuple[str, str], list[Any]] = {}
    for key in m.MONITORABLE:
        monitorable.setdefault((key[0], key[3]), []).append(key)

    def score(m, g, d, s):  # type: ignore[no-untyped-def]
        if g == "economy":
            return m.economy_base[d] + _held_worth(m, c, d) - _fixed_share(m, c, d)
        if g == "risk_pooling" and (d, s) in pooled:
            return pyo.quicksum(pooled[d, s])
        total = _earned(m, c, g, d, s)
        if g == "accountability":
            total += pyo.quicksum(
                m.regained[key[:3]] * m.monitored[key] for key in monitorable.get((d, s), ())
            )
        return total

    m.score = pyo.Expression(
        decisive,
        m.DECISIONS,
        m.SCENARIOS,
        rule=score,
        doc="(objectives) score_dgs. " + "; ".join(f"{g}: {formula}" for g, formula in SCORES.items()),
    )
    m.achieved = pyo.Var(sets.objectives, m.SCENARIOS, doc="objective f_gs")

    @m.Constraint(sets.objectives, m.SCENARIOS, doc=SCORED)
    def scored(m, g, s):  # type: ignore[no-untyped-def]
        if g == "resilience":
            gained = 1 - sum(m.unmet_weight[r] * m.unmet[o, r, s] for o, r in m.STOCKED)
        else:
            stake = m.component(f"stake_{g}")
            gained = (1 / len(sets.decisions)) * sum(stake[d] * m.score[g, d, s] for d in sets.decisions)
        return m.achieved[g, s] == gained - m.lost_by_links[g]


def _numbers(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """The parameters of the scores."""
    sets = c.sets
    by_place = sets.decisions, sets.localities, sets.levels
    last = {"responsiveness": [sets.scenarios], "risk_pooling": [["shared", *sets.scenarios]]}
    number(m, c, c.value.probability, sets.scenarios, doc="p_s: probability of scenario s")
    number(m, c, c.scores.share, sets.localities, doc="pi_o: share of the population")
    number(m, c, c.scores.regained, *by_place, doc="pi_o monitoring_effect_d (1 - acc_dol)")
    number(
        m,
        c,
        c.scores.unmet_weight,
        sets.resources,
        doc="1 / (sum_s p_s sum_o max(0, demand_ors - supply_ors)), by the resources at risk; 0 without risk",
    )
    number(
        m,
        c,
        c.scores.economy_held,
        list(m.HOLDINGS),
        sets.levels,
        doc="summed over the localities of a holding: - costs at l / max_l cost_d(all at l), for an "
        "asymmetric decision without the fixed ones; or pi_o score_dol",
    )
    number(m, c, c.scores.economy_base, sets.decisions, doc="1, or 0 where economy is scored directly")
    fixed = "fixed_cost_dl / max_l cost_d(all at l), for an asymmetric decision"
    number(m, c, c.scores.fixed_share, sets.decisions, sets.levels, doc=fixed)
    number(
        m,
        c,
        c.scores.deviation,
        sets.decisions,
        sets.localities,
        doc="sd_do / sum_o sd_do, for asymmetric pools",
    )
    for g in sets.objectives:
        if g != "resilience":
            number(m, c, c.scores.stake[g], sets.decisions, doc=f"stake_dg on {g}")
        if g not in ("resilience", "economy"):
            doc = f"what exercising d at l for o earns of {g}: " + EARNED.get(g, "pi_o score_dol")
            number(m, c, c.scores.earned[g], *by_place, *last.get(g, []), doc=doc)


def _earned(m: pyo.ConcreteModel, c: Coefficients, g: str, d: str, s: str) -> pyo.Expression:
    """What exercising a decision earns of an objective, at every level where that is anything."""
    sets, i = c.sets, c.sets.decisions.index(d)
    earned, last = m.component(f"earned_{g}"), _last(c, g, i, s)
    levels = [sets.levels[l] for l in np.flatnonzero(c.structure.earns[c.sets.objectives.index(g), i])]
    return pyo.quicksum(
        earned[d, o, l, *last] * m.exercised[d, o, l, s] for l in levels for o in sets.localities
    )


def _last(c: Coefficients, g: str, d: int, s: str) -> tuple[str, ...]:
    """The further index of what is earned: a scenario for responsiveness, for risk pooling a correlation."""
    if g == "risk_pooling":
        return (regime_name(c, int(c.pools.regime[d, c.sets.scenarios.index(s)])),)
    return (s,) if g == "responsiveness" else ()


def regime_name(c: Coefficients, t: int) -> str:
    """Correlations are called after the first scenario that has them; 0 is shared by all others."""
    return "shared" if t == 0 else c.sets.scenarios[t - 1]


def _held_worth(m: pyo.ConcreteModel, c: Coefficients, d: str) -> pyo.Expression:
    """What the levels of a decision are worth of economy, whatever is exercised."""
    i = c.sets.decisions.index(d)
    places = [""] if c.sets.uniform[i] else c.sets.localities
    levels = [l for k, l in enumerate(c.sets.levels) if c.sets.allowed[i, k]]
    return sum(m.economy_held[(d, o), l] * m.placed[d, o, l] for o in places for l in levels)


def _fixed_share(m: pyo.ConcreteModel, c: Coefficients, d: str) -> pyo.Expression:
    """What the fixed costs of an asymmetric decision take from its economy."""
    sets, i = c.sets, c.sets.decisions.index(d)
    if sets.uniform[i]:
        return 0
    return sum(
        m.fixed_share[d, sets.levels[l]] * m.holds[d, name]
        for name, l in zip(sets.organisations, sets.level_of, strict=True)
        if sets.allowed[i, l] and (d, name) in m.holds
    )


def _pooled(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """`pooled[d, n, s]` of asymmetric decisions: what a pool could save, and what of it is done.

    `buffer[d, n, t]` is what the cones and their cuts bound below, once for scenarios that share
    correlations.
    """
    sets = c.sets
    pools = [
        (d, n)
        for d in np.flatnonzero(c.structure.buffered).tolist()
        for n in range(len(sets.organisations))
        if len(sets.under[n]) > 1 and sets.allowed[d, sets.level_of[n]]
    ]
    regimes = [[regime_name(c, t) for t in row] for row in c.pools.regime.tolist()]
    named = {(sets.decisions[d], sets.organisations[n]): (d, n) for d, n in pools}
    keys = [(*name, t) for name, (d, _) in named.items() for t in dict.fromkeys(regimes[d])]
    doc = "deviation of the pool that n runs for d, as a share of sum_o sd_do"
    m.buffer = pyo.Var(keys, bounds=(0, None), doc=doc)
    doc = "what the pool that n runs for d saves, as a share of sum_o sd_do"
    m.pooled = pyo.Var(list(named), m.SCENARIOS, bounds=(0, None), doc=doc)

    def places(d: str, n: str) -> list[tuple[str, str, str]]:
        """(d, o, l) for the localities under n, at its level."""
        i = named[d, n][1]
        return [(d, sets.localities[o], sets.levels[sets.level_of[i]]) for o in sets.under[i]]

    def regime(d: str, s: str) -> str:
        return regimes[sets.decisions.index(d)][sets.scenarios.index(s)]

    @m.Constraint(
        list(named),
        m.SCENARIOS,
        doc="(risk_pooling) pooled[d,n,s] <= sum_{o in O(n)} sd_do held[d,o,l] - buffer[d,n,s], "
        "as shares of sum_o sd_do",
    )
    def pool_could(m, d, n, s):  # type: ignore[no-untyped-def]
        alone = pyo.quicksum(m.deviation[d, o] * m.placed[d, o, l] for d, o, l in places(d, n))
        return m.pooled[d, n, s] + m.buffer[d, n, regime(d, s)] <= alone

    @m.Constraint(
        list(named),
        m.SCENARIOS,
        doc="(risk_pooling) pooled[d,n,s] <= sum_{o in O(n)} saved_dols exercised[d,o,l,s], "
        "as shares of sum_o sd_do",
    )
    def pool_done(m, d, n, s):  # type: ignore[no-untyped-def]
        saved, t = m.earned_risk_pooling, regime(d, s)
        done = pyo.quicksum(saved[*key, t] * m.exercised[*key, s] for key in places(d, n))
        return m.pooled[d, n, s] <= done


def cones(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """buffer^2 >= sum cov_ds(o,o') held held', for solvers that know second-order cones.

    Quadratic throughout (held^2 is held), so that the relaxation is convex.
    """
    sets = c.sets
    regimes = {regime_name(c, t): t for t in range(len(sets.scenarios) + 1)}

    @m.Constraint(
        list(m.buffer),
        doc="(risk_pooling) buffer[d,n,s]^2 >= sum_{o,o' in O(n)} cov_ds(o,o') held[d,o,l] held[d,o',l], "
        "as shares of (sum_o sd_do)^2",
    )
    def pool_deviation(m, d, n, t):  # type: ignore[no-untyped-def]
        i = sets.organisations.index(n)
        pool = c.pools.pool(sets.decisions.index(d), sets.under[i], regimes[t])
        held = [m.placed[d, sets.localities[o], sets.levels[sets.level_of[i]]] for o in sets.under[i]]
        own = sum(v * x**2 for v, x in zip(pool.own.tolist(), held, strict=True))
        common = [sum(f * x for f, x in zip(column.tolist(), held, strict=True)) for column in pool.factors.T]
        return own + sum(part * part for part in common) <= m.buffer[d, n, t] ** 2


def _links(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """`pair[a, b, o, l, l']`: a is at l and b at l' for o. Its sums over l' and l are what is held.

    Stated by its margins the product of two assignments is exact for binary `held`, tight in the
    relaxation, and serves losses and gains alike (Adams & Johnson's linearisation of quadratic assignment).
    """
    sets = c.sets
    number(m, c, c.scores.loss, range(len(c.structure.links)), doc="loss of each link, by row of the table")
    linked = sorted({(a, b) for a, b, *_ in c.structure.links})
    keys = []
    for a, b in linked:
        places = [""] if sets.uniform[a] and sets.uniform[b] else sets.localities
        keys += [(sets.decisions[a], sets.decisions[b], o) for o in places]
    m.pair = pyo.Var(keys, sets.levels, sets.levels, bounds=(0, 1), doc="a is held at l and b at l', for o")

    def held(d: str, o: str, l: str) -> pyo.Var:
        return m.held[d, o or sets.localities[0], l]

    @m.Constraint(keys, sets.levels, doc="(links) sum_l' pair[a,b,o,l,l'] = held[a,o,l]")
    def pairs_of_first(m, a, b, o, l):  # type: ignore[no-untyped-def]
        return sum(m.pair[a, b, o, l, other] for other in sets.levels) == held(a, o, l)

    @m.Constraint(keys, sets.levels, doc="(links) sum_l pair[a,b,o,l,l'] = held[b,o,l']")
    def pairs_of_second(m, a, b, o, l):  # type: ignore[no-untyped-def]
        return sum(m.pair[a, b, o, other, l] for other in sets.levels) == held(b, o, l)

    def lost(m, g):  # type: ignore[no-untyped-def]
        rows = [(row, link) for row, link in enumerate(c.structure.links) if sets.objectives[link[2]] == g]
        return (1 / len(sets.decisions)) * sum(m.loss[row] * _parted(m, c, *link) for row, link in rows)

    m.lost_by_links = pyo.Expression(
        sets.objectives,
        rule=lost,
        doc="(links) sum_links loss/|D| sum_o pi_o split[a,b,o], where split is 1 - sum_l pair[a,b,o,l,l], "
        "or pair[a,b,o,level_a,level_b] where the link names levels",
    )


def _parted(
    m: pyo.ConcreteModel, c: Coefficients, a: int, b: int, _: int, level_a: int, level_b: int
) -> pyo.Expression:
    """Population share for which the link counts: held apart, or held at the two levels named."""
    sets, names = c.sets, (c.sets.decisions[a], c.sets.decisions[b])
    uniform = sets.uniform[a] and sets.uniform[b]
    total = 0
    for o in [""] if uniform else sets.localities:
        if level_a >= 0:
            counted = m.pair[*names, o, sets.levels[level_a], sets.levels[level_b]]
        else:
            counted = 1 - sum(m.pair[*names, o, l, l] for l in sets.levels)
        total += counted if uniform else m.share[o] * counted
    return total


def value(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """V = sum_g w_g f_g, and under risk aversion its mean against its worst cases."""
    sets = c.sets
    number(m, c, c.value.weight, sets.objectives, doc="w_g: the weights, summing to 1")
    m.value_in = pyo.Expression(
        m.SCENARIOS,
        rule=lambda m, s: sum(m.weight[g] * m.achieved[g, s] for g in sets.objectives),
        doc="(value) V_s = sum_g w_g f_gs",
    )
    mean = sum(m.probability[s] * m.value_in[s] for s in sets.scenarios)
    if c.structure.moving:
        moving = "in a period of a path: pi_o switch_d / (|D| years), summed over those for whom d moves"
        number(m, c, c.inherited.moving, list(m.HOLDINGS), sets.levels, doc=moving)
        mean -= sum(m.moving[key] * m.placed[key] for key in m.moving)
    if not c.structure.averse:
        m.value = pyo.Objective(expr=mean, sense=pyo.maximize, doc="(value) V = sum_s p_s V_s")
        return
    aversion = number(
        m, c, c.value.risk_aversion, [None], doc="risk_aversion: what the mean of the worst cases counts"
    )[None]
    scale = number(m, c, c.value.tail_scale, [None], doc="1 / (1 - beta)")[None]
    m.threshold = pyo.Var(doc="eta, the value that the worst share 1 - beta falls short of")
    m.shortfall = pyo.Var(m.SCENARIOS, bounds=(0, None), doc="how far V_s falls short of eta")

    @m.Constraint(m.SCENARIOS, doc="(value) shortfall[s] >= eta - V_s")
    def short_of_threshold(m, s):  # type: ignore[no-untyped-def]
        return m.shortfall[s] + m.value_in[s] - m.threshold >= 0

    tail = m.threshold - scale * sum(m.probability[s] * m.shortfall[s] for s in sets.scenarios)
    m.value = pyo.Objective(
        expr=(1 - aversion) * mean + aversion * tail,
        sense=pyo.maximize,
        doc="(value) V = (1 - risk_aversion) sum_s p_s V_s "
        "+ risk_aversion ( eta - 1/(1-beta) sum_s p_s shortfall[s] )",
    )
