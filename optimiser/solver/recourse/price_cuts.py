"""What is left once decisions are placed: the recourse, its worth, and what its prices say of other designs.

The columns indexed by scenario (exercised, monitored, lent, borrowed, unmet) leave the master problem.
Given prices >= 0 of the rows that couple them, the Lagrangian falls apart into one small maximum for each
holder, `phi(prices) held`, so that

    prices . (coupling rows on the master's columns) <= prices . right-hand sides + sum phi(prices) held

holds for every design; at the prices of the recourse linear program it is tight for the design they come
from (Lagrangian duality; Geoffrion 1974). Unlike a Benders cut it does not depend on arbitrary duals of
levels that hold nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients
from optimiser.solver.clock import Clock
from optimiser.solver.compile.program import Compiled, Program
from optimiser.solver.compile.units import Units
from optimiser.solver.cuts.cuts import Cuts, join
from optimiser.solver.recourse.structure import Structure
from optimiser.solver.recourse.subproblem import Priced, Scenario

Array = np.ndarray


class Recourse(Structure):
    """The recourse of one program; `follow` takes over new numbers of the same shape."""

    def __init__(self, compiled: Compiled, c: Coefficients) -> None:
        super().__init__(compiled, c)
        self.scenarios = [Scenario(self, k) for k in range(len(c.sets.scenarios))]

    def follow(self, program: Program, c: Coefficients, units: Units) -> None:
        """Take over the numbers of a program, which is in these units."""
        lower, upper = program.lower[self.coupling], program.upper[self.coupling]
        self.sign = np.where(
            np.isposinf(upper), -1.0, 1.0
        )  # every coupling row as `<=`; scored counts as such
        self.side = np.where(self.sign > 0, upper, -lower)
        data = program.matrix.data
        self.on_y.data = self.sign[self._y_rows] * data[self._y_entries]
        self.on_x.data = self.sign[self._x_rows] * data[self._x_entries]
        self.bare.data = data[self._bare_entries]
        d, o, level, s = self.e_index.T
        n = c.sets.node[o, level]
        self.willing = c.autonomy.willingness[n]
        self.able = np.where(c.structure.supported[n], 1.0, c.autonomy.ability[n])
        self.feared = np.where(self.e_monitored >= 0, c.autonomy.undaunted[n] * c.autonomy.fear[d], 0.0)
        self.oversight = c.autonomy.oversight[s]
        unit = units.columns[self.y]
        most = c.slack.spare, c.slack.shortage
        self.aid_most = [
            units_of[tuple(index.T)] / unit[columns]
            for units_of, index, columns in zip(most, self.aid_index, self.aid, strict=True)
        ]
        self.unmet_most = c.slack.demand[tuple(self.unmet_index.T)] / unit[self.unmet]
        o, r, _ = self.drawn_index.T
        self.drawn_most = c.inherited.stock_most[o, r] / unit[self.drawn]
        self._pool_entries = self.on_y[:, self.pooled][self.pool_could].diagonal()
        least = np.minimum(self.willing, self.able)
        self._corners = self._best_corners(least)
        for scenario in self.scenarios:
            scenario.follow(self)

    def forget(self) -> None:
        """Solve the next point as if it were the first."""
        for scenario in self.scenarios:
            scenario.forget()

    def touches(self, g: int) -> bool:
        """Whether recourse adds anything to the objective at this position."""
        return bool((self.row_objective == g).any())

    def gained(self, priced: list[Priced]) -> Array:
        """(G, S) what the recourse so priced adds to the objectives."""
        y, gained = np.zeros(len(self.y)), np.zeros((self._objectives, len(self.scenarios)))
        for scenario, one in zip(self.scenarios, priced, strict=True):
            y[scenario.columns] = one.y
        gained[self.row_objective, self.row_scenario[self.scored]] = -(self.on_y @ y)[self.scored]
        return gained

    def cuts(self, prices: Sequence[Array]) -> Cuts:
        """Rows that hold for every design, one for each vector of prices >= 0 of the coupling rows.

        Vectors that price rows of different scenarios are taken together, as no recourse is of two: each by
        itself would take as long, and as much memory, as all.
        """
        groups = self._apart(prices)
        parts = [self._cuts([prices[k] for k in group], owner) for group, owner in groups]
        order = np.argsort(np.array([k for group, _ in groups for k in group], int))
        if not parts:
            return Cuts(sparse.csr_array((0, self.count)), np.zeros(0))
        every = join(*parts)
        return Cuts(every.matrix[order], every.upper[order])

    def _apart(self, prices: Sequence[Array]) -> list[tuple[list[int], Array]]:
        """Positions of vectors that share no scenario; and whose, among them, each scenario is: (S,)."""
        groups: list[tuple[list[int], Array]] = []
        for k, one in enumerate(prices):
            mine = np.zeros(len(self.scenarios), bool)
            mine[self.row_scenario[one != 0]] = True
            free = next((g for g in groups if (g[1][mine] < 0).all()), None)
            if free is None:
                groups.append(free := ([], np.full(len(self.scenarios), -1)))
            group, owner = free
            owner[mine] = len(group)
            group.append(k)
        return groups

    def _cuts(self, prices: list[Array], owner: Array) -> Cuts:
        """The rows of vectors that share no scenario; `owner` as in `_apart`."""
        count, owner = len(prices), np.maximum(owner, 0)  # what has no price counts for nothing
        price = np.sum(prices, axis=0)
        gain = -(price @ self.on_y)
        if len(self.pooled):
            # What a pool saves has its price somewhere: what its rows do not ask yet, the first one does.
            price[self.pool_could] += np.maximum(0.0, gain[self.pooled]) / self._pool_entries
        data = np.append(price[self._x_rows] * self.on_x.data, -self._exercise_worth(gain))
        row = np.append(owner[self.row_scenario[self._x_rows]], owner[self.e_index[:, 3]])
        some = data != 0
        entries = data[some], (row[some], np.append(self.on_x.indices, self.e_held)[some])
        matrix = sparse.csr_array(entries, shape=(count, self.count))
        side = np.bincount(owner[self.row_scenario], price * self.side, count)
        for columns, most in ((self.unmet, self.unmet_most), (self.drawn, self.drawn_most)):
            lost = np.maximum(0.0, gain[columns]) * most
            side += np.bincount(owner[self.scenario[columns]], lost, count)
        return Cuts(matrix, side)

    def _best_corners(self, least: Array) -> Array:
        """(3, 2, exercised) how far a holder exercises and is monitored: a best choice is among these three.

        Exercised in full and not watched; watched as far as oversight goes; and watched up to where
        willingness meets ability.
        """
        has = self.e_monitored >= 0
        oversight = np.where(has, self.oversight, 0.0)
        followed = np.minimum(self.able, self.willing / (1 + self.feared * oversight))
        meet = np.divide(
            self.willing - self.able, self.feared, out=np.zeros_like(least), where=self.feared > 0
        )
        meet = np.clip(meet, 0.0, oversight * least)
        return np.array([(least, 0.0 * least), (followed, oversight * followed), (least, meet)])

    def _exercise_worth(self, gain: Array) -> Array:
        """(exercised,) best of gain_e e + gain_m m over e <= min(willing - feared m, able), m <= oversight e.

        What a governing decision lends and borrows is in proportion to e, and so is its worth.
        """
        watch = np.where(self.e_monitored >= 0, gain[self.e_monitored], 0.0)
        act = gain[self.e]
        for columns, most, e in zip(self.aid, self.aid_most, self.aid_e, strict=True):
            act += np.bincount(e, np.maximum(0.0, gain[columns]) * most, len(act))
        best = np.zeros_like(act)
        for exercised, monitored in self._corners:
            best = np.maximum(best, act * exercised + watch * monitored)
        return best

    def price(self, x: Array, direction: Array, clock: Clock) -> list[Priced]:
        """Solve the recourse of every scenario at a master point, all of whose columns stay as they are."""
        most, side = self.most(x), self.side - self.on_x @ x
        return [scenario.price(x, most, side, direction, clock) for scenario in self.scenarios]

    def most(self, x: Array) -> Array:
        """(recourse columns,) upper bounds at a master point, from who holds what."""
        most = np.full(len(self.y), np.inf)
        exercised = np.minimum(self.willing, self.able) * x[self.e_held]
        most[self.e] = exercised
        has = self.e_monitored >= 0
        most[self.e_monitored[has]] = self.oversight[has] * exercised[has]
        for columns, e, limit in zip(self.aid, self.aid_e, self.aid_most, strict=True):
            most[columns] = limit * exercised[e]
        most[self.drawn] = self.drawn_most
        return most
