"""Problem: one compiled instance, and what designs are worth in it; new numbers need no new model."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients, coefficients
from optimiser.instance.instance import Instance
from optimiser.model import assemble
from optimiser.solver.compile.columns import Placing
from optimiser.solver.compile.extension import extend
from optimiser.solver.compile.program import OWN, Compiled
from optimiser.solver.compile.units import Measure
from optimiser.solver.cuts.cuts import Cuts, dense
from optimiser.solver.cuts.pool_cuts import PoolCuts
from optimiser.solver.highs import Clock, Ended, Solver
from optimiser.solver.recourse.lagrangian import Recourse
from optimiser.solver.recourse.recourse_lp import Settled, line, settle
from optimiser.solver.recourse.risk import at_risk, neutral
from optimiser.solver.recourse.subproblem import Priced

if TYPE_CHECKING:
    import pyomo.environ as pyo

Array = np.ndarray
KNOWN = 4  # vectors of prices kept for each scenario: the last ones say most of the next question
ROUNDING = 1e-8  # of an objective: short of a floor by more, a design does not reach it
FIRST_STAGE = ("support", "built", "added", "achieved", "threshold", "shortfall")


@contextmanager
def without_collection() -> Iterator[None]:
    """Pause the collector: millions of small objects are made, none of them garbage (a fifth of the time)."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


@dataclass(frozen=True, eq=False)
class Worth:
    """A design evaluated exactly: value (-inf where its recourse is infeasible) and the cuts it yields."""

    value: float
    cuts: Cuts


class Problem:
    """The solver's side of one instance; `update` and `weigh` make it another.

    `rebuilt` says why the last update had to build a model; it is empty where new numbers were enough.

    With `extend`, a function that adds to the Pyomo model, the program is solved whole: what was added may
    touch recourse, whose columns otherwise leave the master problem. `between` is called now and then while
    the model is built, and may raise what stops it.
    """

    def __init__(
        self,
        instance: Instance,
        weights: Mapping[str, float] | None = None,
        threads: int = 1,
        extend: Callable[[pyo.ConcreteModel], Any] | None = None,
        between: Callable[[], object] = lambda: None,
    ) -> None:
        self.threads, self.extended, self._extend = threads, extend is not None, extend
        self._shape: dict[str, Any] | None = None
        self.rebuilt = ""
        self._between: Callable[[], object] = between
        self.update(instance, weights)
        self._between = lambda: None  # built again, it is built to the end: something may have been found

    def update(self, instance: Instance, weights: Mapping[str, float] | None = None) -> None:
        """Ask about this instance from now on, as if it were the first: what was asked before is forgotten.

        Compiles again only where columns or rows appear or vanish.
        """
        c = coefficients(instance, weights)
        self.instance = instance
        self.rebuilt = self._why_anew(c)
        self.known: deque[Array] = deque(maxlen=KNOWN * len(c.sets.scenarios))
        if self.rebuilt:
            self._compile(c)
        self._take(c)

    def weigh(self, weights: Array) -> None:
        """Replace the weights (G,), which sum to 1."""
        self._take(replace(self.c, numbers=dict(self.c.numbers) | {"weight": weights}))

    @contextmanager
    def neutral(self) -> Iterator[None]:
        """Within, designs are worth what is expected of them: risk aversion plays no part.

        The weights within are those from before, and afterwards again.
        """
        averse, own = self.instance, self.weights.copy()
        if averse.uncertainty["risk_aversion"]:
            self.update(neutral(averse))
            self.weigh(own)
        try:
            yield
        finally:
            if self.instance is not averse:
                self.update(averse)
            if not np.array_equal(self.weights, own):
                self.weigh(own)

    def _take(self, c: Coefficients) -> None:
        self.c = c
        program = self.compiled.program(c.theta)
        self.units = self._measure.units(program, c)
        self.program = self.units.scaled(program)
        self.pools = PoolCuts(self.compiled, c)
        self.placing = Placing(self.compiled, c, self.pools)
        self.recourse.follow(self.program, c, self.units)
        keep = ~self.recourse.is_recourse
        keep[self.compiled.columns["achieved"]] = False
        scores = self.program.matrix[
            self.compiled.rows["scored"]
        ]  # without what they sum up to, and recourse
        self.bare = (scores @ sparse.diags_array(keep.astype(float))).tocsr()
        self.bare.eliminate_zeros()
        # Money spent before the scenario is known couples the scenarios, and so may an extension.
        self.coupled = self.extended or any(self._width(name) for name in ("support", "added"))

    def _why_anew(self, c: Coefficients) -> str:
        """Why the compiled model does not serve these coefficients; empty where it does."""
        if self._shape is None:
            return "nothing was built yet"
        if self.extended:
            return "an extension may have read other numbers"
        names = [name for name, part in c.shape.items() if part != self._shape.get(name)]
        return f"columns or rows appear or vanish: {', '.join(names)}" if names else ""

    def _compile(self, c: Coefficients) -> None:
        with without_collection():
            model = assemble(c, self.instance.name, self._between)
            own = None if self._extend is None else extend(model, self._extend, OWN)
            self.compiled = Compiled(model, own, self._between)
            del model  # freed before there is a collector to walk through it
        self._measure = Measure(self.compiled, c)
        self.recourse = Recourse(self.compiled, c)
        self._shape = c.shape

    def _width(self, component: str) -> int:
        run = self.compiled.columns[component]
        return run.stop - run.start

    @property
    def weights(self) -> Array:
        """(G,) normalised weights in force."""
        return self.c["weight"]

    @property
    def holding_share(self) -> Array:
        """(H,) how much of its decision a holding is: all if it is uniform, else the share of population."""
        locality = self.c.sets.holding_locality
        return np.where(locality < 0, 1.0, self.c["share"][locality])

    def evaluate(self, x: Array, clock: Clock, floors: Mapping[int, float] | None = None) -> Worth:
        """The exact value of a design, given as columns that are complete but for its recourse.

        `floors` maps objectives (their position) to what they must reach in expectation.
        """
        floors = floors or {}
        if self.coupled:
            return self._settled(x, clock, floors)
        priced = self._priced(x, self.weights, clock)
        values, cuts = self._values(x, self.weights, priced), self.recourse.cuts(_prices(priced))
        if not np.isfinite(values).all():
            return Worth(-np.inf, cuts)
        if not floors or self._reaches(x, priced, floors):
            return Worth(float(self.at_risk(values)), cuts)
        for g, floor in floors.items():  # quicker to refute than all at once
            alone = np.eye(len(self.weights))[g]
            priced = self._priced(x, alone, clock)
            if self.c["probability"] @ self._values(x, alone, priced) < floor - ROUNDING:
                return Worth(-np.inf, self.recourse.cuts(_prices(priced)))
        return self._settled(x, clock, floors)

    def expectations(self, x: Array, direction: Array, clock: Clock) -> Array:
        """(G,) what a design reaches with the recourse that is best in a direction (G,).

        Only objectives that weigh something there are sure to be reached in full.
        """
        if not self.coupled:
            served = any(self.recourse.touches(int(g)) for g in np.flatnonzero(direction))
            priced = self._priced(x, direction, clock) if served else []
            return self._expected(x, priced) if served else self._before(x) @ self.c["probability"]
        settled = self.settle(x, clock, direction).x
        assert settled is not None
        achieved = settled[self.compiled.columns["achieved"]].reshape(len(direction), -1)
        return np.asarray(achieved @ self.c["probability"])

    def completed(self, design: Array, floors: Mapping[int, float] | None = None) -> Array | None:
        """All columns of an extended program with who holds what as in a design (H,), the rest as is best.

        What was added may bound and round whatever it likes, so the program is solved whole. None: what was
        added, or a floor, does not allow the design.
        """
        program, below = self.program, self.floors(floors or {})
        core, whole = self.placing.core, self.placing.columns(design)
        lower, upper = program.column_lower.copy(), program.column_upper.copy()
        if (np.maximum(lower[core] - whole[core], whole[core] - upper[core]) > ROUNDING).any():
            return None
        lower[core] = upper[core] = whole[core]
        solver = Solver(self.threads)
        solver.load(
            program.cost,
            sparse.vstack([program.matrix, below.matrix], format="csr"),
            np.append(program.lower, np.full(below.count, -np.inf)),
            np.append(program.upper, below.upper),
            lower,
            upper,
            program.integer,
        )
        found = solver.run(Clock(), 0.0)
        return found.x if found.ended is Ended.OPTIMAL else None

    def _settled(self, x: Array, clock: Clock, floors: Mapping[int, float]) -> Worth:
        settled = self.settle(x, clock, floor=self.floors(floors))
        cuts = self.recourse.cuts([] if self.extended else self._by_scenario(settled.prices))
        return Worth(settled.value, cuts)

    def _reaches(self, x: Array, priced: list[Priced], floors: Mapping[int, float]) -> bool:
        expected = self._expected(x, priced)
        return all(expected[g] >= floor for g, floor in floors.items())

    def _expected(self, x: Array, priced: list[Priced]) -> Array:
        """(G,) expectations with the recourse so priced."""
        achieved = self._before(x) + self.recourse.gained(priced)
        return np.asarray(achieved @ self.c["probability"])

    def at_risk(self, values: Array) -> Array:
        """The value of what the scenarios are worth, (..., S), at the instance's attitude to risk."""
        attitude = self.instance.uncertainty
        return at_risk(values, self.c["probability"], attitude["risk_aversion"], attitude["beta"])

    def _before(self, x: Array) -> Array:
        """(G, S) objectives before recourse."""
        reached = self.program.upper[self.compiled.rows["scored"]] - self.bare @ x
        return reached.reshape(len(self.weights), -1)

    def _values(self, x: Array, direction: Array, priced: list[Priced]) -> Array:
        """(S,) weighted objectives with the recourse priced in this direction (G,); -inf: infeasible."""
        return direction @ self._before(x) + [p.worth if p.feasible else -np.inf for p in priced]

    def settle(
        self,
        x: Array,
        clock: Clock,
        direction: Array | None = None,
        floor: Cuts | None = None,
        ties: bool = False,
    ) -> Settled:
        """Solve all recourse at once with who holds what as in x."""
        free = np.zeros(len(x), bool)
        free[self.recourse.y] = self.recourse.most(x) > 0
        for name in FIRST_STAGE:
            free[self.compiled.columns[name]] = True
        free[self.compiled.added] = ~self.program.integer[self.compiled.added]
        return settle(self, x, np.flatnonzero(free), clock, direction, floor or self.no_cuts(), ties)

    def lines(
        self, design: Array, clock: Clock, direction: Array | None = None
    ) -> list[tuple[Array, float]] | None:
        """For each scenario (slope, constant): V_s <= constant - slope @ core for every design, tight here.

        V_s is with the weights in force, or the `direction` (G,). None where no such line is at hand: the
        scenarios are coupled, or the recourse of one is infeasible or was not solved in time.
        """
        if self.coupled:
            return None
        weights = self.weights if direction is None else direction
        x = self.placing.columns(design)
        priced = self.recourse.price(x, weights, clock)
        if not all(one.feasible for one in priced):
            return None
        achieved = self.compiled.columns["achieved"]
        rows = self.compiled.rows["scored"]
        by_objective = np.arange(rows.start, rows.stop).reshape(len(self.weights), -1)
        lines = []
        prices = np.array([one.prices for one in priced])
        for s, (slope, constant) in enumerate(zip(*self.recourse.rows(prices), strict=True)):
            slope[achieved] = 0.0
            mine = by_objective[:, s]
            apart = np.where(np.isin(mine, self.recourse.coupling), 0.0, weights)  # no recourse in these
            slope += apart @ self.bare[mine - rows.start]
            constant = float(constant + apart @ self.program.upper[mine])
            lines.append((slope[self.placing.core], constant))
        return lines

    def line(self, design: Array, floors: Mapping[int, float]) -> tuple[Array, float] | None:
        """(slope, constant): V <= constant - slope @ core for every design that keeps the floors; tight here.

        Unlike `lines` it is of the value itself, and knows what support, slack and floors take from each
        other. None where the design is infeasible, or HiGHS's prices are too far off to bound anything.
        """
        floor = self.floors(floors)
        settled = self.settle(self.placing.columns(design), Clock(), floor=floor)
        return None if settled.x is None else line(self, settled, floor)

    def prices(self, x: Array, direction: Array, clock: Clock) -> list[Array]:
        """Prices for the cuts, of the recourse at a point of the master in a direction (G,)."""
        if self.coupled:
            return self._by_scenario(self.settle(x, clock, direction).prices)
        return _prices(self._priced(x, direction, clock))

    def _priced(self, x: Array, direction: Array, clock: Clock) -> list[Priced]:
        priced = self.recourse.price(x, direction, clock)
        self.known.extend(_prices(priced))
        return priced

    def _by_scenario(self, prices: Array) -> list[Array]:
        parts = [
            np.where(self.recourse.row_scenario == s, prices, 0.0) for s in range(len(self.c.sets.scenarios))
        ]
        priced = [part for part in parts if part.any()]
        self.known.extend(priced)
        return priced

    def floors(self, floors: Mapping[int, float]) -> Cuts:
        """Rows that keep objectives at or above a value in expectation."""
        achieved, sets = self.compiled.columns["achieved"], self.c.sets
        rows = np.zeros((len(floors), len(self.compiled.columns.keys)))
        scenarios = len(sets.scenarios)
        for row, g in zip(rows, floors, strict=True):
            begin = achieved.start + g * scenarios
            row[begin : begin + scenarios] = -self.c["probability"]
        return dense(rows, -np.array(list(floors.values()), float))

    def no_cuts(self) -> Cuts:
        """None."""
        return Cuts(sparse.csr_array((0, len(self.compiled.columns.keys))), np.zeros(0))


def _prices(priced: list[Priced]) -> list[Array]:
    """Those that cut anything."""
    return [one.prices for one in priced if one.prices.any()]
