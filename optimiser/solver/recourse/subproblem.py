"""The recourse program of one scenario, kept in HiGHS between points: they differ in bounds alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import sparse

from optimiser.solver.clock import Clock
from optimiser.solver.highs import Solver
from optimiser.solver.outcome import Ended, Outcome
from optimiser.solver.recourse.structure import Structure

Array = np.ndarray
SMALL = 2000  # columns up to which all are loaded, whoever holds what; beyond, those that can be nonzero
# The share of the columns in which a point may differ from the last for its basis to be worth keeping, where
# levels differ by locality. Measured on England to 0.1 %: 28 s of processor, and 48 if it is always kept;
# where all decisions are uniform, to a millionth: 10 s, and 2.4 if it is always kept.
APART = 0.3


class Numbers(Protocol):
    """What a scenario takes over of the recourse's numbers; axes as in `Structure`."""

    on_y: sparse.csc_array
    sign: Array
    willing: Array
    feared: Array
    oversight: Array
    aid_most: list[Array]


@dataclass(frozen=True, eq=False)
class Priced:
    """The recourse of one scenario at a master point: its worth, and the prices of the coupling rows."""

    feasible: bool
    worth: float  # sum of direction x what recourse adds to the objectives; 0 if infeasible
    prices: Array  # (coupling rows,) >= 0
    y: Array  # (recourse columns of the scenario,)


class Scenario:
    """Columns: the recourse of scenario s, then one slack for each limit on unmet demand.

    Rows: the coupling rows without the scores, then those of one holder, each on `exercised` and one other
    column: `exercised + feared monitored <= willing held`, `monitored <= oversight exercised`, and what is
    lent or borrowed at most, in proportion to `exercised`.
    """

    def __init__(self, structure: Structure, s: int) -> None:
        r = structure
        self.columns = np.flatnonzero(r.scenario == s)
        in_scenario = np.flatnonzero(r.row_scenario == s)
        self._rows = np.setdiff1d(in_scenario, r.scored, assume_unique=True)
        self._capped = np.flatnonzero(np.isin(self._rows, r.capped))
        mine = r.row_scenario[r.scored] == s
        self._scored, self._objective = r.scored[mine], r.row_objective[mine]
        mine = r.e_index[:, 3] == s
        self._fear = np.flatnonzero(r.e_fearful & mine)
        self._watched = np.flatnonzero((r.e_monitored >= 0) & mine)
        self._aid = [np.flatnonzero(r.e_index[e, 3] == s) for e in r.aid_e]
        self._alike = r.alike
        self._coupling, self._held = len(r.coupling), r.e_held[self._fear]
        self._entries = self._assemble(r)
        self._solver = Solver(devex=True)
        self._loaded = self._kept = np.zeros(0, int)  # columns and rows in HiGHS; none: it is another program

    def _assemble(self, r: Structure) -> sparse.csc_array:
        """The matrix with, for each entry, one more than the position of its value in `_values`."""
        on_y = r.on_y
        numbered = np.arange(1, on_y.nnz + 1)
        entries = sparse.csc_array((numbered, on_y.indices, on_y.indptr), shape=on_y.shape)
        coupled = entries[self._rows][:, self.columns]
        self._own = coupled.data - 1  # of all there are, a copy for each scenario would fill the memory
        count = len(self._own)
        coupled.data = np.arange(1, count + 1)
        at = np.full(len(r.y), -1)
        at[self.columns] = np.arange(len(self.columns))
        acts = [r.e[self._fear], r.e[self._watched]]
        others = [r.e_monitored[self._fear], r.e_monitored[self._watched]]
        for columns, e, mine in zip(r.aid, r.aid_e, self._aid, strict=True):
            acts.append(r.e[e[mine]])
            others.append(columns[mine])
        pairs = at[np.concatenate([*acts, *others]).astype(int)]
        private, slack = len(pairs) // 2, len(self._capped)
        rows = np.tile(np.arange(private), 2)
        values = np.arange(count + 2, count + 2 + len(pairs))
        below = sparse.csc_array((values, (rows, pairs)), (private, len(self.columns)))
        minus = np.full(slack, count + 1), (self._capped, np.arange(slack))
        beside = sparse.csc_array(minus, shape=(len(self._rows) + private, slack))
        own = sparse.vstack([coupled, below])
        self._private = private
        return sparse.hstack([own, beside], format="csc")

    def follow(self, numbers: Numbers) -> None:
        """Take over the numbers of the recourse: from here on every program is another."""
        self._on_y, self._willing = numbers.on_y, numbers.willing[self._fear]
        ones = np.ones(len(self._fear)), np.ones(self._private - len(self._fear))
        aid = [-most[mine] for most, mine in zip(numbers.aid_most, self._aid, strict=True)]
        acts = [ones[0], -numbers.oversight[self._watched], *aid]
        others = [numbers.feared[self._fear], ones[1]]
        self._values = np.concatenate([self._on_y.data[self._own], [-1.0], *acts, *others])
        self.forget()
        self._roomy = numbers.sign[self._rows] > 0  # doing nothing keeps these but for rounding
        self._roomy[self._capped] = False
        self._direction = np.zeros(0)

    def forget(self) -> None:
        """Solve the next point as if it were the first, from no basis."""
        self._kept = self._kept[:0]

    def price(self, x: Array, most: Array, side: Array, direction: Array, clock: Clock) -> Priced:
        """Solve the recourse at a master point x, where it is at most `most` and leaves `side` of its rows.

        `direction` (G,) weighs the objectives. Where a limit on unmet demand cannot be kept, the prices are
        those of keeping it, which cut the point off.
        """
        prices = np.zeros(self._coupling)
        prices[self._scored] = direction[self._objective]
        most, side = np.append(most[self.columns], np.zeros(len(self._capped))), side[self._rows]
        side[self._roomy] = np.maximum(side[self._roomy], 0.0)
        upper = np.zeros(len(side) + self._private)
        upper[: len(side)] = side
        upper[len(side) : len(side) + len(self._fear)] = self._willing * x[self._held]
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
        here = np.zeros(len(most), bool)
        here[self._loaded] = True
        apart = (here != needed).sum() / max(1, needed.sum())
        if not len(self._kept) or (apart > APART and not self._alike):
            self._load(np.flatnonzero(needed), most, upper)
            return self._loaded
        if turned:
            self._solver.change_costs(self._worth[self._loaded])
        if (further := np.flatnonzero(needed & ~here)).size:
            self._extend(further, most)
        every, rows = np.arange(len(self._loaded)), np.arange(len(self._kept))
        self._solver.change_bounds(every, np.zeros(len(every)), most[self._loaded])
        self._solver.change_row_bounds(rows, np.full(len(rows), -np.inf), upper[self._kept])
        return self._loaded

    def _load(self, columns: Array, most: Array, upper: Array) -> None:
        """Load these columns, the coupling rows, and the others that any of the columns is in."""
        matrix = self._chosen(columns)
        coupling = np.arange(len(upper)) < len(self._rows)
        self._loaded, self._kept = columns, np.flatnonzero(coupling | (np.diff(matrix.indptr) > 0))
        free, nothing = np.full(len(self._kept), -np.inf), np.zeros(len(columns))
        self._solver.load(
            self._worth[columns], matrix[self._kept], free, upper[self._kept], nothing, most[columns]
        )

    def _extend(self, columns: Array, most: Array) -> None:
        """Load these columns too, and the rows that none of the others is in."""
        matrix = self._chosen(columns)
        worth, nothing = self._worth[columns], np.zeros(len(columns))
        self._solver.add_columns(worth, matrix[self._kept].tocsc(), nothing, most[columns])
        self._loaded = np.concatenate([self._loaded, columns])
        rows = np.setdiff1d(np.flatnonzero(np.diff(matrix.indptr)), self._kept, assume_unique=True)
        free = np.full(len(rows), np.inf)
        self._solver.add_rows(self._chosen(self._loaded)[rows], -free, free)
        self._kept = np.concatenate([self._kept, rows])

    def _chosen(self, columns: Array) -> sparse.csr_array:
        matrix = self._entries[:, columns]
        matrix.data = self._values[matrix.data - 1]
        return matrix.tocsr()

    def _repair(self, loaded: Array, clock: Clock) -> Outcome:
        """The least excess over limits on unmet demand."""
        slacks = np.flatnonzero(loaded >= len(self.columns))
        cost = np.zeros(len(loaded))
        cost[slacks] = -1.0
        self._solver.change_costs(cost)
        self._solver.change_bounds(slacks, 0.0 * slacks, np.full(len(slacks), np.inf))
        self.forget()  # it is another program now
        return self._solver.run(clock)
