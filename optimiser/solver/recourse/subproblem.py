"""The recourse program of one scenario, kept in HiGHS between points: they differ in bounds alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.solver.clock import Clock
from optimiser.solver.highs import Ended, Outcome, Solver
from optimiser.solver.recourse.structure import Structure

Array = np.ndarray
SMALL = 2000  # columns up to which all are loaded, whoever holds what; beyond, those that can be nonzero


@dataclass(frozen=True, eq=False)
class Priced:
    """The recourse of one scenario at a master point: its worth, and the prices of the coupling rows."""

    feasible: bool
    worth: float  # sum of direction x what recourse adds to the objectives; 0 if infeasible
    prices: Array  # (coupling rows,) >= 0
    y: Array  # (recourse columns of the scenario,)


class Scenario:
    """Columns: the recourse of scenario s, then one slack for each limit on unmet demand.

    Rows: the coupling rows without the scores, then `exercised + feared monitored <= willing held`.
    """

    def __init__(self, structure: Structure, s: int) -> None:
        r = structure
        self.columns = np.flatnonzero(r.scenario == s)
        in_scenario = np.flatnonzero(r.row_scenario == s)
        self._rows = np.setdiff1d(in_scenario, r.scored, assume_unique=True)
        self._capped = np.flatnonzero(np.isin(self._rows, r.capped))
        mine = r.row_scenario[r.scored] == s
        self._scored, self._objective = r.scored[mine], r.row_objective[mine]
        self._fear = np.flatnonzero(r.e_fearful & (r.e_index[:, 3] == s))
        self._coupling, self._held = len(r.coupling), r.e_held[self._fear]
        self._entries = self._assemble(r)
        self._solver = Solver()
        self._loaded: Array | None = None  # columns in HiGHS

    def _assemble(self, r: Structure) -> sparse.csc_array:
        """The matrix with, for each entry, one more than the position of its value in `_values`."""
        on_y, count = r.on_y, r.on_y.nnz
        entries = sparse.csc_array((np.arange(1, count + 1), on_y.indices, on_y.indptr), shape=on_y.shape)
        at = np.full(len(r.y), -1)
        at[self.columns] = np.arange(len(self.columns))
        fear, slack = len(self._fear), len(self._capped)
        act, watch = at[r.e[self._fear]], at[r.e_monitored[self._fear]]
        ones, feared = np.full(fear, count + 1), np.arange(count + 3, count + 3 + fear)
        rows = np.tile(np.arange(fear), 2)
        shape = (fear, len(self.columns))
        below = sparse.csc_array(
            (np.concatenate([ones, feared]), (rows, np.concatenate([act, watch]))), shape
        )
        minus = np.full(slack, count + 2), (self._capped, np.arange(slack))
        beside = sparse.csc_array(minus, shape=(len(self._rows) + fear, slack))
        own = sparse.vstack([entries[self._rows][:, self.columns], below])
        return sparse.hstack([own, beside], format="csc")

    def follow(self, on_y: sparse.csc_array, sign: Array, willing: Array, feared: Array) -> None:
        """Take over the numbers of the recourse: from here on every program is another."""
        self._on_y, self._willing = on_y, willing[self._fear]
        self._values = np.concatenate([on_y.data, [1.0, -1.0], feared[self._fear]])
        self._loaded = None
        self._roomy = sign[self._rows] > 0  # doing nothing keeps these but for rounding
        self._roomy[self._capped] = False
        self._direction = np.zeros(0)

    def price(self, x: Array, most: Array, side: Array, direction: Array, clock: Clock) -> Priced:
        """Solve the recourse at a master point x, where it is at most `most` and leaves `side` of its rows.

        `direction` (G,) weighs the objectives. Where a limit on unmet demand cannot be kept, the prices are
        those of keeping it, which cut the point off.
        """
        prices = np.zeros(self._coupling)
        prices[self._scored] = direction[self._objective]
        most, side = np.append(most[self.columns], np.zeros(len(self._capped))), side[self._rows]
        side[self._roomy] = np.maximum(side[self._roomy], 0.0)
        upper = np.append(side, self._willing * x[self._held])
        loaded = self._put(most, upper, direction, prices)
        found = self._solver.run(clock)
        feasible = found.ended is Ended.OPTIMAL
        if found.ended is Ended.INFEASIBLE:
            found = self._repair(loaded, clock)
            prices[:] = 0.0
        y = np.zeros(len(self.columns))
        if found.x is None:
            return Priced(False, 0.0, np.zeros(len(prices)), y)
        prices[self._rows] = np.maximum(0.0, found.prices[: len(self._rows)])
        if feasible:
            mine = loaded < len(y)
            y[loaded[mine]] = found.x[mine]
        return Priced(feasible, found.value if feasible else 0.0, prices, y)

    def _put(self, most: Array, upper: Array, direction: Array, prices: Array) -> Array:
        """Load the program, or change the one that is loaded to this point; the columns in HiGHS."""
        needed = most > 0 if len(most) > SMALL else np.ones(len(most), bool)
        needed[len(self.columns) :] = True
        if turned := not np.array_equal(direction, self._direction):
            gain = -(self._on_y.T @ prices)[self.columns]
            self._worth, self._direction = np.append(gain, np.zeros(len(self._capped))), direction.copy()
        if self._loaded is None:
            self._loaded = np.flatnonzero(needed)
            matrix = self._chosen(self._loaded)
            lower, nothing = np.full(len(upper), -np.inf), np.zeros(len(self._loaded))
            self._solver.load(self._worth[self._loaded], matrix, lower, upper, nothing, most[self._loaded])
            return self._loaded
        if turned:
            self._solver.change_costs(self._worth[self._loaded])
        needed[self._loaded] = False
        further = np.flatnonzero(needed)
        if len(further):
            nothing = np.zeros(len(further))
            self._solver.add_columns(self._worth[further], self._chosen(further), nothing, most[further])
            self._loaded = np.concatenate([self._loaded, further])
        every = np.arange(len(self._loaded))
        self._solver.change_bounds(every, np.zeros(len(every)), most[self._loaded])
        self._solver.change_row_bounds(np.arange(len(upper)), np.full(len(upper), -np.inf), upper)
        return self._loaded

    def _chosen(self, columns: Array) -> sparse.csc_array:
        matrix = self._entries[:, columns]
        matrix.data = self._values[matrix.data - 1]
        return matrix

    def _repair(self, loaded: Array, clock: Clock) -> Outcome:
        """The least excess over limits on unmet demand."""
        slacks = np.flatnonzero(loaded >= len(self.columns))
        cost = np.zeros(len(loaded))
        cost[slacks] = -1.0
        self._solver.change_costs(cost)
        self._solver.change_bounds(slacks, 0.0 * slacks, np.full(len(slacks), np.inf))
        self._loaded = None  # it is another program now
        return self._solver.run(clock)
