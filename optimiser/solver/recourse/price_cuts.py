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

import numpy as np

from optimiser.coefficients import Coefficients
from optimiser.solver.clock import Clock
from optimiser.solver.compile.program import Compiled, Program
from optimiser.solver.compile.units import Units
from optimiser.solver.cuts.cuts import Cuts, dense
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

    def cuts(self, prices: list[Array]) -> Cuts:
        """Rows that hold for every design, one for each vector of prices of the coupling rows."""
        rows, sides = self.rows(np.array(prices).reshape(-1, len(self.coupling)))
        return dense(rows, sides)

    def rows(self, prices: Array) -> tuple[Array, Array]:
        """(rows (k, columns), sides (k,)): `row @ x <= side` for every design, from prices (k, coupling)."""
        gain = -(prices @ self.on_y)
        if len(self.pooled):
            # What a pool saves has its price somewhere: what its rows do not ask yet, the first one does.
            left = np.maximum(0.0, gain[:, self.pooled])
            prices = prices.copy()
            prices[:, self.pool_could] += left / self._pool_entries
        row = prices @ self.on_x
        if len(self._holder_starts):
            worth = self._exercise_worth(gain)[:, self._by_holder]
            row[:, self._holders] -= np.add.reduceat(worth, self._holder_starts, axis=1)
        constant = np.maximum(0.0, gain[:, self.unmet]) @ self.unmet_most
        constant += np.maximum(0.0, gain[:, self.drawn]) @ self.drawn_most
        return row, prices @ self.side + constant

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
        """Best of gain_e e + gain_m m over e <= min(willing - feared m, able), m <= oversight e, by holder.

        What a governing decision lends and borrows is in proportion to e, and so is its worth.
        """
        watch = np.where(self.e_monitored >= 0, gain[:, self.e_monitored], 0.0)
        act = gain[:, self.e]
        for columns, most, e in zip(self.aid, self.aid_most, self.aid_e, strict=True):
            np.add.at(act.T, e, (np.maximum(0.0, gain[:, columns]) * most).T)
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
