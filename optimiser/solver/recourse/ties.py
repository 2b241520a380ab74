"""Ties: among the recourse of the best value, the one to report, so that no number is arbitrary.

The highest resilience, then the least spending, then the highest objectives in order, then the most that is
exercised and the least that is watched, then the first organisations and decisions in the order of the tables
(the model's section Ties).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from optimiser.instance.period import Period, within
from optimiser.solver.clock import Clock
from optimiser.solver.highs import Solver
from optimiser.solver.outcome import Ended, Outcome
from optimiser.solver.problem import Problem

Array = np.ndarray
BINDING = 1e-11  # what prices and reduced costs above it hold is the optimal face: rounding leaves 1e-13, and
# a little of what is plentiful may be worth 1e-10 (a price counts by the largest coefficient of its row)


def break_ties(
    aims: Sequence[Array],
    solver: Solver,
    found: Outcome,
    free: Array,
    matrix: sparse.csr_array,
    clock: Clock,
) -> Outcome:
    """Stay on the optimal face (what has a price keeps its value) and optimise the next of the aims on it.

    `found` is the optimum that `solver` holds, of the columns `free` and the rows of `matrix`.
    """
    fixed, height = np.zeros(len(free), bool), np.maximum(1.0, abs(matrix).max(axis=1).toarray().ravel())
    for aim in aims:
        cost = aim[free]
        if found.x is None or not cost.any():
            continue
        columns = np.flatnonzero(np.abs(found.reduced) > BINDING)
        bound = np.flatnonzero(np.abs(found.prices) * height > BINDING)
        fixed[columns] = True
        if fixed.sum() + len(bound) >= len(cost):  # no zero among the prices of what is not basic: a vertex
            return found
        solver.change_bounds(columns, found.x[columns], found.x[columns])
        activity = (matrix @ found.x)[bound]
        solver.change_row_bounds(bound, activity, activity)
        solver.change_costs(cost)
        latest = solver.run(clock)
        if latest.ended is not Ended.OPTIMAL:
            return found
        found = latest
    return found


def aims(problem: Problem) -> list[Array]:
    """Objectives of the tie-break, each as costs of the program's columns to maximise: 0 where nothing of it
    is open to recourse."""
    sets, columns = problem.c.sets, problem.compiled.columns
    open_to = {sets.objectives[g] for g in problem.recourse.row_objective}  # recourse; the others are settled
    if problem.extended:
        open_to = set(sets.objectives)

    def expectation(objective: str) -> Array:
        cost = np.zeros(len(problem.program.cost))
        if objective not in open_to:
            return cost
        for s, name in enumerate(sets.scenarios):
            cost[columns.index("achieved")[objective, name]] = problem.c.value.probability[s]
        return cost

    spend = np.zeros(len(problem.program.cost))
    for (_, r), column in columns.index("added").items():
        spend[column] = -problem.c.money.slack_cost[sets.resources.index(r)]
    for n, column in columns.index("support").items():
        spend[column] = -problem.c.money.support_cost[sets.organisations.index(n)]
    spend *= problem.units.columns
    scale = np.abs(spend).max() or 1.0
    rest = [expectation(g) for g in sets.objectives if g != "resilience"]
    act = np.zeros(len(spend))  # what no objective tells apart: rather act, and rather unwatched
    act[columns["exercised"]], act[columns["monitored"]] = 1e-3, -1e-3
    first = [expectation("resilience"), spend / scale, *rest, act, _in_order(problem)]
    return first + (_bequests(problem, problem.instance) if isinstance(problem.instance, Period) else [])


def _in_order(problem: Problem) -> Array:
    """Rather what the first organisations do, of their first decisions; who lends no more than is of use."""
    sets, columns = problem.c.sets, problem.compiled.columns
    decision = {name: d for d, name in enumerate(sets.decisions)}
    locality = {name: o for o, name in enumerate(sets.localities)}
    everyone = len(decision) * len(locality)
    cost = np.zeros(len(problem.program.cost))
    for (d, o, *_), column in columns.index("exercised").items():
        cost[column] = 1 - (locality.get(o, 0) * len(decision) + decision[d]) / everyone
    for name, sign in (("borrowed", -1), ("lent", 1)):
        for (o, *_), column in columns.index(name).items():
            cost[column] = -sign - locality[o] / len(locality)
    return cost


def _bequests(problem: Problem, period: Period) -> list[Array]:
    """In a period of a path, what leaves the highest skill, morale and stocks to the next."""
    recourse = problem.recourse
    skill, morale, stocks = np.zeros((3, len(problem.program.cost)))
    org, (_, o, level, _) = period["organisations"], recourse.e_index.T
    n, part = problem.c.sets.node[o, level], problem.c.inherited.practice[o, level]
    learn, heal = (within(period.rates(name), period.years) for name in ("learn", "heal"))
    skill[recourse.y[recourse.e]] = (learn * (1 - org["ability"]))[n] * part
    seen = recourse.e_monitored >= 0
    hurt = (heal * org["willingness"] * period.rates("hurt"))[n] * part
    morale[recourse.y[recourse.e_monitored[seen]]] = -hurt[seen]
    stocks[recourse.y[recourse.drawn]] = -1.0
    return [skill, morale, stocks]
