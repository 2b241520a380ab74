"""Money: what slack, support and holding decisions cost, within the budget."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.coefficients import Coefficients
from optimiser.model.declare import number


def within_budget(m: pyo.ConcreteModel, c: Coefficients) -> None:
    """(11), where a budget is given; without one costs are only reported."""
    sets = c.sets
    number(m, c, c.money.slack_cost, sets.resources, doc="slack_cost_r: money for a unit of slack")
    number(m, c, c.money.support_cost, sets.organisations, doc="support_cost_n: money for ability 1 more")
    number(
        m,
        c,
        c.money.fixed_cost,
        sets.decisions,
        sets.levels,
        doc="fixed_cost_dl: once per organisation that holds d at l",
    )
    number(
        m, c, c.money.cost, list(m.WORKING), sets.levels, doc="cost_dol: for locality o, where d is held at l"
    )
    if not c.structure.budgeted:
        return
    budget = number(m, c, c.money.budget, [None], doc="money that may be spent at the most")
    m.slack_spend = pyo.Expression(
        expr=sum(m.slack_cost[r] * m.added[o, r] for o, r in m.added),
        doc="(11) sum_{o,r} slack_cost_r added[o,r]",
    )
    m.support_spend = pyo.Expression(
        expr=sum(m.support_cost[n] * m.support[n] for n in m.support),
        doc="(11) sum_n support_cost_n support[n]",
    )
    m.holding_spend = pyo.Expression(
        expr=_holding_spend(m, c),
        doc="(11) sum_{d,n} fixed_cost_dl active[d,n] + sum_{d,o,l} cost_dol held[d,o,l]",
    )
    m.budget_suffices = pyo.Constraint(
        expr=m.slack_spend + m.support_spend + m.holding_spend <= budget[None],
        doc="(11) sum slack_cost_r added + sum support_cost_n support_n "
        "+ sum_{d,n} fixed_cost_dl active[d,n] + sum_{d,o,l} cost_dol held[d,o,l] <= budget",
    )


def _holding_spend(m: pyo.ConcreteModel, c: Coefficients) -> pyo.Expression:
    sets, single, terms = c.sets, c.sets.single, []
    count = np.bincount(sets.level_of, minlength=len(sets.levels))
    organisations = list(zip(sets.organisations, sets.level_of, strict=True))
    for d, decision in enumerate(sets.decisions):
        for l in np.flatnonzero(sets.allowed[d]):
            level = sets.levels[l]
            fixed = m.fixed_cost[decision, level]
            if sets.uniform[d]:
                every = sets.localities if single[d] else [""]
                costs = sum(m.cost[decision, o, level] for o in every) * (len(sets.localities) // len(every))
                terms.append((costs + int(count[l]) * fixed) * m.placed[decision, "", level])
                continue
            terms += [
                m.cost[decision, o if single[d] else "", level] * m.placed[decision, o, level]
                for o in sets.localities
            ]
            names = [n for n, at in organisations if at == l and (decision, n) in m.holds]
            terms.append(fixed * sum(m.holds[decision, n] for n in names))
    return sum(terms)
