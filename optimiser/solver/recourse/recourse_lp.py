"""Settling a design: its best recourse, and among the best the one to report."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from optimiser.solver.clock import Clock
from optimiser.solver.compile.program import Program
from optimiser.solver.cuts.cuts import Cuts
from optimiser.solver.highs import Solver
from optimiser.solver.outcome import Ended
from optimiser.solver.problem import Problem
from optimiser.solver.recourse.ties import aims, break_ties

Array = np.ndarray
NOTHING = 1e-9  # how far from nothing HiGHS may leave the gain of a column without bounds


@dataclass(frozen=True, eq=False)
class Settled:
    """Value (-inf: infeasible), all columns of the program, and prices of the coupling rows.

    `duals` are the prices of all rows and floors as HiGHS gives them: >= 0 where `<=` binds.
    """

    value: float
    x: Array | None
    prices: Array
    duals: Array


def settle(
    problem: Problem, x: Array, free: Array, clock: Clock, direction: Array | None, floor: Cuts, ties: bool
) -> Settled:
    """Optimise the `free` columns with all others as in x, keeping the rows of `floor`.

    `direction` (G,) stands in for the weights. With `ties`, choose among the recourse of the best value
    (module `ties`).
    """
    program, recourse = _with(problem.program, floor), problem.recourse
    fixed = x.copy()
    fixed[free] = 0.0
    matrix = program.matrix[:, free]
    rows = np.flatnonzero(np.diff(matrix.indptr))
    matrix = matrix[rows]
    moved = (program.matrix @ fixed)[rows]
    lower, upper = program.lower[rows] - moved, program.upper[rows] - moved
    cost = _cost(problem, direction)
    solver = Solver(problem.threads)
    solver.load(cost[free], matrix, lower, upper, program.column_lower[free], program.column_upper[free])
    found = solver.run(clock)
    prices, duals = np.zeros(len(recourse.coupling)), np.zeros(len(program.lower))
    if found.ended is Ended.INFEASIBLE:
        prices = _repair_prices(problem, program, free, rows, lower, upper, clock)
        return Settled(-np.inf, None, prices, duals)
    if found.x is None:
        return Settled(-np.inf, None, prices, duals)
    duals[rows] = found.prices
    at = np.full(len(program.lower), -1)
    at[rows] = np.arange(len(rows))
    there = at[recourse.coupling] >= 0
    signed = recourse.sign * np.where(there, found.prices[at[recourse.coupling]], 0.0)
    prices = np.maximum(0.0, signed)
    value = found.value + float(cost @ fixed) + program.offset
    if ties:
        found = break_ties(aims(problem), solver, found, free, matrix, clock)
    fixed[free] = found.x
    return Settled(value, fixed, prices, duals)


def line(problem: Problem, settled: Settled, floor: Cuts) -> tuple[Array, float] | None:
    """(slope, constant): no design that reaches the floors is worth more than constant - slope @ core.

    The Lagrangian of the whole program at the duals of one design (module `price_cuts`): of the columns that
    neither the design settles nor a scenario, each takes the better of its bounds.
    """
    program, recourse = _with(problem.program, floor), problem.recourse
    priced = recourse.cuts([settled.prices])
    here = np.append(recourse.in_master, np.ones(floor.count, bool))
    duals = np.where(here, settled.duals, 0.0)
    duals = np.where(np.isposinf(program.upper), np.minimum(duals, 0.0), duals)
    duals = np.where(np.isneginf(program.lower), np.maximum(duals, 0.0), duals)
    bound = np.where(duals > 0, program.upper, program.lower)
    constant = program.offset + float(priced.upper[0]) + float(duals[duals != 0] @ bound[duals != 0])
    gain = program.cost - priced.matrix.toarray()[0] - duals @ program.matrix
    rest = ~recourse.is_recourse
    rest[problem.placing.core] = False
    most = np.where(gain > 0, _affordable(problem), program.column_lower)[rest]
    unbounded = np.isinf(most)
    if (np.abs(gain[rest][unbounded]) > NOTHING).any():
        return None
    constant += float(gain[rest][~unbounded] @ most[~unbounded])
    return -gain[problem.placing.core], constant


def _affordable(problem: Problem) -> Array:
    """(columns,) upper bounds; of slack bought, what the whole budget buys."""
    program, upper = problem.program, problem.program.column_upper.copy()
    added = problem.compiled.columns["added"]
    for row in range(
        problem.compiled.rows["budget_suffices"].start, problem.compiled.rows["budget_suffices"].stop
    ):
        price = program.matrix[[row]].toarray()[0, added]
        upper[added] = np.divide(program.upper[row], price, out=upper[added], where=price > 0)
    return upper


def _with(program: Program, floor: Cuts) -> Program:
    """The program with rows below the others that keep floors."""
    if not floor.count:
        return program
    return replace(
        program,
        matrix=sparse.vstack([program.matrix, floor.matrix], format="csr"),
        lower=np.concatenate([program.lower, np.full(floor.count, -np.inf)]),
        upper=np.concatenate([program.upper, floor.upper]),
    )


def _cost(problem: Problem, direction: Array | None) -> Array:
    cost = problem.program.cost
    if direction is None or np.array_equal(direction, problem.weights):
        return cost
    cost = cost.copy()
    sets, columns = problem.c.sets, problem.compiled.columns.index("achieved")
    for (g, s), column in columns.items():
        extra = direction[sets.objectives.index(g)] - problem.weights[sets.objectives.index(g)]
        cost[column] += problem.c.value.probability[sets.scenarios.index(s)] * extra
    return cost


def _repair_prices(problem, program, free, rows, lower, upper, clock):  # type: ignore[no-untyped-def]
    """Prices at the least excess over limits on unmet demand and floors, where these cannot be kept."""
    recourse = problem.recourse
    floors = np.arange(len(problem.program.lower), len(program.lower))
    capped = np.concatenate([recourse.coupling[recourse.capped], floors])
    at = np.full(len(program.lower), -1)
    at[rows] = np.arange(len(rows))
    slack = at[capped[at[capped] >= 0]]
    entries = -np.ones(len(slack)), (slack, np.arange(len(slack)))
    extra = sparse.csr_array(entries, shape=(len(rows), len(slack)))
    matrix = sparse.hstack([program.matrix[rows][:, free], extra], format="csr")
    solver = Solver(problem.threads)
    solver.load(
        np.concatenate([np.zeros(len(free)), np.full(len(slack), -1.0)]),
        matrix,
        lower,
        upper,
        np.concatenate([program.column_lower[free], np.zeros(len(slack))]),
        np.concatenate([program.column_upper[free], np.full(len(slack), np.inf)]),
    )
    found = solver.run(clock)
    if found.x is None:
        return np.zeros(len(recourse.coupling))
    there = at[recourse.coupling] >= 0
    prices = np.where(there, found.prices[at[recourse.coupling]], 0.0)
    return np.maximum(0.0, recourse.sign * prices)
