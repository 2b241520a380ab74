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
from scipy import sparse

from optimiser.coefficients import Coefficients
from optimiser.solver.compile.program import Compiled, Program
from optimiser.solver.compile.units import Units
from optimiser.solver.cuts.cuts import Cuts, dense
from optimiser.solver.highs import Clock
from optimiser.solver.recourse.subproblem import Priced, Scenario

Array = np.ndarray
RECOURSE = ("exercised", "monitored", "lent", "borrowed", "unmet")
PRIVATE = (
    "willing_and_able willing willing_unafraid able overseen lent_if_spare borrowed_if_short".split()
)  # rows of one holder alone


class Recourse:
    """The recourse of one program; `follow` takes over new numbers of the same shape."""

    def __init__(self, compiled: Compiled, c: Coefficients) -> None:
        columns, sets = compiled.columns, c.sets
        self.count = len(columns.keys)
        self.is_recourse = np.zeros(self.count, bool)
        for name in RECOURSE:
            self.is_recourse[columns[name]] = True
        self.y = np.flatnonzero(self.is_recourse)
        scenario = {s: i for i, s in enumerate(sets.scenarios)}
        self.scenario = np.array([scenario[columns.keys[j][-1]] for j in self.y], int)
        self._structure(compiled, c)
        self._rows = compiled.rows
        self._scenarios, self._objectives = scenario, len(sets.objectives)
        self._placed = columns.index("placed")
        self._blocks(compiled, c)
        self._split(compiled)
        held = np.concatenate([self.e_held, *self.aid_held]).astype(int)
        self._by_holder = np.argsort(held, kind="stable")
        self._holders, self._holder_starts = np.unique(held[self._by_holder], return_index=True)
        fearful = np.array([c.masks["fearful"][d] for d in self.e_index[:, 0]], bool)
        self.e_fearful = fearful & (self.e_monitored >= 0)
        entries = sparse.csc_array(
            (np.arange(1, self.on_y.nnz + 1), self.on_y.indices, self.on_y.indptr), shape=self.on_y.shape
        )
        self.scenarios = [Scenario(self, k, entries) for k in range(len(sets.scenarios))]

    def _structure(self, compiled: Compiled, c: Coefficients) -> None:
        """Which rows touch recourse, and which of them belong to one holder alone."""
        pattern = compiled.pattern
        touches = pattern[:, self.y].sum(axis=1) > 0
        private = np.zeros(len(touches), bool)
        for name in PRIVATE:
            private[compiled.rows[name]] = True
        private[compiled.added_rows] = True  # with an extension all is solved whole, and nothing priced
        self.in_master = ~touches
        self.coupling = np.flatnonzero(touches & ~private)
        keys = compiled.rows.keys
        scenario = {s: i for i, s in enumerate(c.sets.scenarios)}
        self.row_scenario = np.array([scenario[keys[i][-1]] for i in self.coupling], int)
        run = compiled.rows["scored"]
        self.scored = np.flatnonzero((self.coupling >= run.start) & (self.coupling < run.stop))
        run = compiled.rows["little_unmet"]
        self.capped = np.flatnonzero((self.coupling >= run.start) & (self.coupling < run.stop))
        objective = {g: i for i, g in enumerate(c.sets.objectives)}
        self.row_objective = np.array([objective[keys[i][0]] for i in self.coupling[self.scored]], int)

    def _blocks(self, compiled: Compiled, c: Coefficients) -> None:
        """Positions of each recourse column's holder and of the numbers that bound it."""
        columns, sets = compiled.columns, c.sets
        at = {self.y[i]: i for i in range(len(self.y))}
        d = {name: i for i, name in enumerate(sets.decisions)}
        o = {name: i for i, name in enumerate(sets.localities)}
        level = {name: i for i, name in enumerate(sets.levels)}
        r = {name: i for i, name in enumerate(sets.resources)}
        self.e = _positions(columns, "exercised", at)
        keys = columns.keys[columns["exercised"]]
        self.e_index = np.array(
            [(d[a], o[b], level[k], self._scenarios[s]) for a, b, k, s in keys], int
        ).reshape(-1, 4)
        self.e_held = np.array([self._held(c, key[0], key[1], key[2]) for key in keys], int)
        monitored = columns.index("monitored")
        self.e_monitored = np.array([at[monitored[key]] if key in monitored else -1 for key in keys], int)
        governor = {sets.resources[k]: sets.decisions[g] for g, k in c.lists["governs"]}
        self.aid: list[Array] = []  # lent, then borrowed
        self.aid_index: list[Array] = []
        self.aid_held: list[Array] = []
        for name in ("lent", "borrowed"):
            self.aid.append(_positions(columns, name, at))
            keys = columns.keys[columns[name]]
            self.aid_index.append(
                np.array([(o[a], r[b], self._scenarios[s]) for a, b, _, s in keys], int).reshape(-1, 3)
            )
            self.aid_held.append(np.array([self._held(c, governor[b], a, k) for a, b, k, _ in keys], int))
        self.unmet = _positions(columns, "unmet", at)
        keys = columns.keys[columns["unmet"]]
        self.unmet_index = np.array([(o[a], r[b], self._scenarios[s]) for a, b, s in keys], int).reshape(
            -1, 3
        )

    def _split(self, compiled: Compiled) -> None:
        """The coupling rows, on recourse and on the master's columns; `follow` fills in their numbers."""
        numbered = compiled.pattern
        numbered.data = np.arange(numbered.nnz)
        rows = numbered[self.coupling]
        self._y_entries, self._y_rows, self.on_y = _part(rows[:, self.y].tocsc())
        rest = rows.tocoo()
        mine = ~self.is_recourse[rest.col]
        kept = rest.data[mine], (rest.row[mine], rest.col[mine])
        self._x_entries, self._x_rows, self.on_x = _part(sparse.csr_array(kept, shape=rows.shape))

    def _held(self, c: Coefficients, d: str, o: str, level: str) -> int:
        uniform = c.sets.uniform[c.sets.decisions.index(d)]
        return self._placed[d, "" if uniform else o, level]

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
        d, o, level, s = self.e_index.T
        n = c.sets.node[o, level]
        self.willing = c["willingness"][n]
        self.able = np.where(c.masks["supported"][n], 1.0, c["ability"][n])
        self.feared = np.where(self.e_monitored >= 0, self.willing * c["fear"][d], 0.0)
        self.oversight = c["oversight"][s]
        unit = units.columns[self.y]
        self.aid_most = [
            c[name][tuple(index.T)] / unit[columns]
            for name, index, columns in zip(("spare", "shortage"), self.aid_index, self.aid, strict=True)
        ]
        self.unmet_most = c["demand"][tuple(self.unmet_index.T)] / unit[self.unmet]
        for scenario in self.scenarios:
            scenario.follow()

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
        row = prices @ self.on_x
        worth = [self._exercise_worth(gain)]
        worth += [
            np.maximum(0.0, gain[:, columns]) * most
            for columns, most in zip(self.aid, self.aid_most, strict=True)
        ]
        if len(self._holder_starts):
            sums = np.add.reduceat(
                np.concatenate(worth, axis=1)[:, self._by_holder], self._holder_starts, axis=1
            )
            row[:, self._holders] -= sums
        constant = np.maximum(0.0, gain[:, self.unmet]) @ self.unmet_most
        return row, prices @ self.side + constant

    def _exercise_worth(self, gain: Array) -> Array:
        """Best of gain_e e + gain_m m over e <= min(willing - feared m, able), m <= oversight, one a holder.

        Concave and piecewise linear in m: the best m is 0, all, or where willingness meets ability.
        """
        has = self.e_monitored >= 0
        watch = np.where(has, gain[:, self.e_monitored], 0.0)
        act = np.maximum(0.0, gain[:, self.e])
        best = act * np.minimum(self.willing, self.able)
        full = np.where(has, self.oversight, 0.0)
        meet = np.divide(
            self.willing - self.able, self.feared, out=np.zeros_like(full), where=self.feared > 0
        )
        for m in (full, np.clip(meet, 0.0, full)):
            best = np.maximum(best, act * np.minimum(self.willing - self.feared * m, self.able) + watch * m)
        return best

    def price(self, x: Array, direction: Array, clock: Clock) -> list[Priced]:
        """Solve the recourse of every scenario at a master point, all of whose columns stay as they are."""
        most, side = self.most(x), self.side - self.on_x @ x
        return [scenario.price(x, most, side, direction, clock) for scenario in self.scenarios]

    def most(self, x: Array) -> Array:
        """(recourse columns,) upper bounds at a master point, from who holds what."""
        most = np.full(len(self.y), np.inf)
        most[self.e] = np.minimum(self.willing, self.able) * x[self.e_held]
        has = self.e_monitored >= 0
        most[self.e_monitored[has]] = self.oversight[has] * x[self.e_held[has]]
        for columns, held, limit in zip(self.aid, self.aid_held, self.aid_most, strict=True):
            most[columns] = limit * x[held]
        return most


def _part(numbered):  # type: ignore[no-untyped-def]
    """(entries of the program's matrix, their rows, a matrix to put their values into)."""
    entries = numbered.data.astype(int)
    numbered.data = np.zeros(len(entries))
    return entries, numbered.tocoo().row, numbered


def _positions(columns, name: str, at: dict[int, int]) -> Array:  # type: ignore[no-untyped-def]
    run = columns[name]
    return np.array([at[j] for j in range(run.start, run.stop)], int)
