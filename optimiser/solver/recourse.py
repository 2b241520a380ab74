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

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients
from optimiser.solver.compiled import Compiled, Program
from optimiser.solver.highs import Clock, Ended, Solver

Array = np.ndarray
RECOURSE = ("exercised", "monitored", "lent", "borrowed", "unmet")
PRIVATE = ("willing_and_able", "willing", "overseen", "lent_if_spare", "borrowed_if_short")


@dataclass(frozen=True, eq=False)
class Priced:
    """The recourse of one scenario at a master point: its worth, and the prices of the coupling rows."""

    feasible: bool
    worth: float  # sum of direction x what recourse adds to the objectives; 0 if infeasible
    prices: Array  # (coupling rows,) >= 0


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
        self._scenarios = scenario
        self._placed = columns.index("placed")
        self._blocks(compiled, c)

    def _structure(self, compiled: Compiled, c: Coefficients) -> None:
        """Which rows touch recourse, and which of them belong to one holder alone."""
        pattern = compiled.pattern
        touches = pattern[:, self.y].sum(axis=1) > 0
        private = np.zeros(len(touches), bool)
        for name in PRIVATE:
            private[compiled.rows[name]] = True
        able = compiled.rows["able"]
        with_support = pattern[able][:, np.arange(*_ends(compiled.columns["built"]))].sum(axis=1) > 0
        private[able] = ~with_support
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

    def _held(self, c: Coefficients, d: str, o: str, level: str) -> int:
        uniform = c.sets.uniform[c.sets.decisions.index(d)]
        return self._placed[d, "" if uniform else o, level]

    def follow(self, program: Program, c: Coefficients) -> None:
        """Take over the numbers of a program."""
        lower, upper = program.lower[self.coupling], program.upper[self.coupling]
        self.sign = np.where(
            np.isposinf(upper), -1.0, 1.0
        )  # every coupling row as `<=`; scored counts as such
        self.side = np.where(self.sign > 0, upper, -lower)
        rows = sparse.diags_array(self.sign).tocsr() @ program.matrix[self.coupling]
        self.on_y = rows[:, self.y].tocsc()
        self.on_x = (rows @ sparse.diags_array((~self.is_recourse).astype(float)).tocsr()).tocsr()
        self.on_x.eliminate_zeros()
        d, o, level, s = self.e_index.T
        n = c.sets.node[o, level]
        self.willing = c["willingness"][n]
        supported = c.masks["supported"] & c.masks["limited"][0]
        self.able = np.where(supported[n], 1.0, c["ability"][n])
        self.feared = np.where(self.e_monitored >= 0, self.willing * c["fear"][d], 0.0)
        self.oversight = c["oversight"][s]
        self.aid_most = [
            c[name][tuple(index.T)] for name, index in zip(("spare", "shortage"), self.aid_index, strict=True)
        ]
        self.unmet_most = c["demand"][tuple(self.unmet_index.T)]
        self._by_scenario = [self._slice(k) for k in range(len(c.sets.scenarios))]

    def _slice(self, s: int) -> tuple[Array, Array]:
        """Recourse columns and coupling rows (without the scores) of one scenario."""
        rows = np.flatnonzero(self.row_scenario == s)
        return np.flatnonzero(self.scenario == s), np.setdiff1d(rows, self.scored, assume_unique=True)

    def cut(self, prices: Array) -> tuple[Array, float]:
        """(row, side): `row @ x <= side` for every design, from prices of the coupling rows."""
        gain = -(self.on_y.T @ prices)
        row = self.on_x.T @ prices
        np.subtract.at(row, self.e_held, self._exercise_worth(gain))
        for columns, held, most in zip(self.aid, self.aid_held, self.aid_most, strict=True):
            np.subtract.at(row, held, np.maximum(0.0, gain[columns]) * most)
        constant = float(np.maximum(0.0, gain[self.unmet]) @ self.unmet_most)
        return row, float(prices @ self.side) + constant

    def _exercise_worth(self, gain: Array) -> Array:
        """Best of gain_e e + gain_m m over e <= min(willing - feared m, able), m <= oversight, one a holder.

        Concave and piecewise linear in m: the best m is 0, all, or where willingness meets ability.
        """
        has = self.e_monitored >= 0
        watch = np.where(has, gain[self.e_monitored], 0.0)
        act = np.maximum(0.0, gain[self.e])
        best = act * np.minimum(self.willing, self.able)
        full = np.where(has, self.oversight, 0.0)
        meet = np.divide(
            self.willing - self.able, self.feared, out=np.zeros_like(full), where=self.feared > 0
        )
        for m in (full, np.clip(meet, 0.0, full)):
            best = np.maximum(best, act * np.minimum(self.willing - self.feared * m, self.able) + watch * m)
        return best

    def most(self, x: Array) -> Array:
        """(recourse columns,) upper bounds at a master point, from who holds what."""
        most = np.full(len(self.y), np.inf)
        most[self.e] = np.minimum(self.willing, self.able) * x[self.e_held]
        has = self.e_monitored >= 0
        most[self.e_monitored[has]] = self.oversight[has] * x[self.e_held[has]]
        for columns, held, limit in zip(self.aid, self.aid_held, self.aid_most, strict=True):
            most[columns] = limit * x[held]
        return most

    def price(self, s: int, x: Array, direction: Array, clock: Clock, solver: Solver) -> Priced:
        """Solve the recourse of scenario s at a master point, all of whose columns stay as they are.

        `direction` (G,) weighs the objectives. Where a limit on unmet demand cannot be kept, the prices are
        those of keeping it, which cut the point off.
        """
        columns, rows = self._by_scenario[s]
        most = self.most(x)[columns]
        columns, most = columns[most > 0], most[most > 0]
        scored = self.scored[self.row_scenario[self.scored] == s]
        prices = np.zeros(len(self.coupling))
        prices[scored] = direction[self.row_objective[self.row_scenario[self.scored] == s]]
        worth = -(self.on_y.T @ prices)[columns]
        fear, fear_side = self._fear(x, columns)
        capped = np.flatnonzero(np.isin(rows, self.capped))
        side = (self.side - self.on_x @ x)[rows]
        roomy = self.sign[rows] > 0  # doing nothing keeps these but for rounding; the others have `unmet`
        roomy[capped] = False
        side[roomy] = np.maximum(side[roomy], 0.0)
        upper = np.concatenate([side, fear_side])
        matrix = sparse.vstack([self.on_y[rows][:, columns], fear], format="csr")
        matrix = sparse.hstack([matrix, _slacks(capped, len(upper))], format="csr")
        lower, excess = np.full(len(upper), -np.inf), np.zeros(len(capped))
        cost = np.concatenate([worth, excess])
        solver.load(cost, matrix, lower, upper, 0 * cost, np.concatenate([most, excess]))
        found = solver.run(clock)
        feasible = found.ended is Ended.OPTIMAL
        if found.ended is Ended.INFEASIBLE:
            cost = np.concatenate([0 * worth, -1 / np.maximum(1e-9, np.abs(side[capped]))])
            solver.load(cost, matrix, lower, upper, 0 * cost, np.concatenate([most, excess + np.inf]))
            found = solver.run(clock)
            prices[:] = 0.0
        if found.x is None:
            return Priced(False, 0.0, np.zeros(len(prices)))
        prices[rows] = np.maximum(0.0, found.prices[: len(rows)])
        return Priced(feasible, found.value if feasible else 0.0, prices)

    def _fear(self, x: Array, columns: Array) -> tuple[sparse.csr_array, Array]:
        """Rows `exercised + feared monitored <= willing held` among the columns given."""
        where = np.full(len(self.y), -1)
        where[columns] = np.arange(len(columns))
        k = np.flatnonzero((self.feared > 0) & (where[self.e] >= 0) & (where[self.e_monitored] >= 0))
        count = len(k)
        data = np.concatenate([np.ones(count), self.feared[k]])
        at = np.concatenate([where[self.e[k]], where[self.e_monitored[k]]])
        rows = np.tile(np.arange(count), 2)
        matrix = sparse.csr_array((data, (rows, at)), shape=(count, len(columns)))
        return matrix, self.willing[k] * x[self.e_held[k]]


def _slacks(rows: Array, count: int) -> sparse.csr_array:
    """One column -1 for each of the rows."""
    entries = -np.ones(len(rows)), (rows, np.arange(len(rows)))
    return sparse.csr_array(entries, shape=(count, len(rows)))


def _ends(run: slice) -> tuple[int, int]:
    return run.start, run.stop


def _positions(columns, name: str, at: dict[int, int]) -> Array:  # type: ignore[no-untyped-def]
    run = columns[name]
    return np.array([at[j] for j in range(run.start, run.stop)], int)
