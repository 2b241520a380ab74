"""Session: one compiled model, asked again and again; new numbers of the same shape need no new model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients, coefficients
from optimiser.instance.instance import Instance
from optimiser.model import assemble
from optimiser.solver.compiled import Compiled, Program
from optimiser.solver.highs import Clock, Ended, Solver, SolverError
from optimiser.solver.placing import Placing
from optimiser.solver.pooling import Cuts, PoolCuts
from optimiser.solver.recourse import Recourse
from optimiser.solver.search import Found, Master, join, search
from optimiser.solver.settle import Settled, settle

Array = np.ndarray
FIRST_STAGE = ("support", "built", "added", "achieved", "threshold", "shortfall")


def at_risk(values: Array, probability: Array, aversion: float, beta: float) -> float:
    """(1 - aversion) mean + aversion CVaR: the mean of the worst share 1 - beta, its edge counted in part."""
    mean = float(probability @ values)
    if aversion == 0:
        return mean
    order = np.argsort(values, kind="stable")
    tail = 1 - beta
    mass = np.diff(np.minimum(np.cumsum(probability[order]), tail), prepend=0.0)
    return (1 - aversion) * mean + aversion * float(mass @ values[order]) / tail


@dataclass(frozen=True, eq=False)
class Worth:
    """A design evaluated exactly: value (-inf where its recourse is infeasible) and the cuts it yields."""

    value: float
    cuts: Cuts


class Session:
    """The solver's side of one instance."""

    def __init__(self, instance: Instance, weights: Mapping[str, float] | None = None, threads: int = 1) -> None:
        self.threads = threads
        self._small = Solver(1)  # for the many small recourse programs
        self._shape: tuple | None = None
        self.update(instance, weights)

    def update(self, instance: Instance, weights: Mapping[str, float] | None = None) -> None:
        """Ask about this instance from now on; compiles again only where its shape is another."""
        self.instance = instance
        self.c = coefficients(instance, weights)
        if self.c.shape != self._shape:
            self._compile(self.c)
        self.program = self.compiled.program(self.c.theta)
        self.pools = PoolCuts(self.compiled, self.c)
        self.placing = Placing(self.compiled, self.c, self.pools)
        self.recourse.follow(self.program, self.c)
        self.staged = any(self._width(name) for name in ("support", "added"))

    def _compile(self, c: Coefficients) -> None:
        self.compiled = Compiled(assemble(c))
        self.recourse = Recourse(self.compiled, c)
        self._shape = c.shape

    def _width(self, component: str) -> int:
        run = self.compiled.columns[component]
        return run.stop - run.start

    @property
    def weights(self) -> Array:
        """(G,) normalised weights in force."""
        return self.c["weight"]

    def optimise(
        self,
        gap: float,
        clock: Clock,
        fixed: Mapping[int, int] | None = None,
        floors: Mapping[int, float] | None = None,
        tell: Callable[[str], None] = lambda text: None,
    ) -> Found:
        """A best design: `fixed` maps holdings to levels, `floors` objectives to the least they must reach."""
        program = self.with_fixed(self.program, fixed or {})
        floor = self.floors(floors or {})
        master = Master(program, ~self.recourse.is_recourse, self.recourse.in_master, floor, self.threads)
        every = [np.zeros(len(self.compiled.columns.keys))]
        master.add(join(*(self._opening_cuts(every[0], floors or {}))))
        return search(master, self._separator(clock, floors or {}), self._evaluator(clock, floor), gap, clock, tell=tell)

    def with_fixed(self, program: Program, fixed: Mapping[int, int]) -> Program:
        """The program with some holdings at a level for good."""
        lower, upper = program.column_lower.copy(), program.column_upper.copy()
        for h, level in fixed.items():
            columns = self.placing.placed[h]
            allowed = upper[columns[level]]
            upper[columns] = 0.0
            lower[columns[level]], upper[columns[level]] = min(1.0, allowed), allowed
            if allowed < 1:  # at a level that is not allowed: no design
                lower[columns[level]], upper[columns[level]] = 1.0, 1.0
        return Program(
            program.cost, program.offset, program.matrix, program.lower, program.upper, lower, upper, program.integer
        )

    def floors(self, floors: Mapping[int, float]) -> Cuts:
        """Rows that keep objectives at or above a value in expectation."""
        achieved = self.compiled.columns.index("achieved")
        sets, rows = self.c.sets, sparse.lil_array((len(floors), len(self.compiled.columns.keys)))
        for row, g in enumerate(floors):
            for s, name in enumerate(sets.scenarios):
                rows[row, achieved[sets.objectives[g], name]] = -self.c["probability"][s]
        return Cuts(rows.tocsr(), -np.array(list(floors.values()), float))

    def _opening_cuts(self, x: Array, floors: Mapping[int, float]) -> list[Cuts]:
        """What every objective that counts can reach if hours, partners and slack cost nothing."""
        found = []
        for g in np.flatnonzero(self.weights > 0).tolist() + list(floors):
            for s in range(len(self.c.sets.scenarios)):
                prices = np.zeros(len(self.recourse.coupling))
                mine = (self.recourse.row_objective == g) & (self.recourse.row_scenario[self.recourse.scored] == s)
                prices[self.recourse.scored[mine]] = 1.0
                found.append(self._row(*self.recourse.cut(prices)))
        return found

    @staticmethod
    def _row(row: Array, side: float) -> Cuts:
        return Cuts(sparse.csr_array(row[None, :]), np.array([side]))

    def _separator(self, clock: Clock, floors: Mapping[int, float]) -> Callable[[Array, Array | None], Cuts]:
        direction = self.weights.copy()

        def separate(x: Array, floor_prices: Array | None) -> Cuts:
            nonlocal direction
            if floor_prices is not None and len(floors):
                direction = self.weights.copy()
                direction[list(floors)] += np.maximum(0.0, floor_prices)
            cuts = [self.pools.separate(x)]
            for prices in self._prices(x, direction, clock)[1]:
                row, side = self.recourse.cut(prices)
                if row @ x > side + 1e-9:
                    cuts.append(self._row(row, side))
            return join(*cuts)

        return separate

    def _prices(self, x: Array, direction: Array, clock: Clock) -> tuple[Array, list[Array]]:
        """(S,) what recourse adds in the direction (-inf: infeasible), and prices for the cuts."""
        count = len(self.c.sets.scenarios)
        if self.staged:
            settled = self.settle(x, clock, direction)
            prices = [np.where(self.recourse.row_scenario == s, settled.prices, 0.0) for s in range(count)]
            return np.full(count, np.nan), [p for p in prices if p.any()]
        priced = [self.recourse.price(s, x, direction, clock, self._small) for s in range(count)]
        worth = np.array([p.worth if p.feasible else -np.inf for p in priced])
        return worth, [p.prices for p in priced if p.prices.any()]

    def settle(self, x: Array, clock: Clock, direction: Array | None = None) -> Settled:
        """Solve all recourse at once with who holds what as in x."""
        free = self.recourse.is_recourse.copy()
        for name in FIRST_STAGE:
            free[self.compiled.columns[name]] = True
        most = np.full(len(free), np.inf)
        most[self.recourse.y] = self.recourse.most(x)
        free &= most > 0
        return settle(self, x, np.flatnonzero(free), clock, direction)

    def _evaluator(self, clock: Clock, floor: Cuts) -> Callable[[Array], tuple[float, Cuts]]:
        def evaluate(x: Array) -> tuple[float, Cuts]:
            for columns in self.placing.placed:  # whole numbers, exactly
                best = columns[np.argmax(x[columns])]
                x[columns] = 0.0
                x[best] = 1.0
            point = x.copy()
            self.placing.complete(point)
            worth = self.evaluate(point, clock, floor)
            return worth.value, worth.cuts

        return evaluate

    def evaluate(self, x: Array, clock: Clock, floor: Cuts | None = None) -> Worth:
        """The exact value of a design, given as columns that are complete but for its recourse."""
        nothing = Cuts(sparse.csr_array((0, len(x))), np.zeros(0))
        if self.staged or (floor is not None and floor.count):
            settled = self.settle(x, clock)
            prices = [
                np.where(self.recourse.row_scenario == s, settled.prices, 0.0) for s in range(len(self.c.sets.scenarios))
            ]
            rows = [self._row(*self.recourse.cut(p)) for p in prices if p.any()]
            return Worth(settled.value, join(nothing, *rows))
        worth, prices = self._prices(x, self.weights, clock)
        rows = [self._row(*self.recourse.cut(p)) for p in prices]
        values = self.base(x) + worth
        if not np.isfinite(values).all():
            return Worth(-np.inf, join(nothing, *rows))
        attitude = self.instance.uncertainty
        value = at_risk(values, self.c["probability"], attitude["risk_aversion"], attitude["beta"])
        return Worth(value, join(nothing, *rows))

    def base(self, x: Array) -> Array:
        """(S,) weighted objectives before recourse."""
        bare = np.where(self.recourse.is_recourse, 0.0, x)
        bare[self.compiled.columns["achieved"]] = 0.0
        rows = self.compiled.rows["scored"]
        reached = (self.program.upper[rows] - self.program.matrix[rows] @ bare).reshape(len(self.weights), -1)
        return self.weights @ reached
