"""Evaluation: what designs are worth in one problem, exactly, and what their recourse says of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.errors import SolverError
from optimiser.solver.clock import Clock
from optimiser.solver.cuts.cuts import Cuts
from optimiser.solver.highs import Solver
from optimiser.solver.outcome import Ended
from optimiser.solver.problem import Problem
from optimiser.solver.recourse.recourse_lp import Settled, line, settle
from optimiser.solver.recourse.risk import at_risk
from optimiser.solver.recourse.subproblem import Priced
from optimiser.tolerances import EVALUATED

Array = np.ndarray
FIRST_STAGE = ("support", "built", "added", "achieved", "threshold", "shortfall")


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A design evaluated exactly: value (-inf where its recourse is infeasible) and the cuts it yields."""

    value: float
    cuts: Cuts


class Evaluator(Problem):
    """A problem that says what designs are worth in it."""

    def evaluate(self, x: Array, clock: Clock, floors: Mapping[int, float] | None = None) -> Evaluation:
        """The exact value of a design, given as columns that are complete but for its recourse.

        `floors` maps objectives (their position) to what they must reach in expectation.
        """
        floors = floors or {}
        if self.coupled:
            return self._settled(x, clock, floors)
        priced = self._priced(x, self.weights, clock)
        values, cuts = self._values(x, self.weights, priced), self.recourse.cuts(_prices(priced))
        if not np.isfinite(values).all():
            return Evaluation(-np.inf, cuts)
        if not floors or self._reaches(x, priced, floors):
            return Evaluation(float(self.at_risk(values)) + self._of_placing(x), cuts)
        for g, floor in floors.items():  # quicker to refute than all at once
            alone = np.eye(len(self.weights))[g]
            priced = self._priced(x, alone, clock)
            if self.c.value.probability @ self._values(x, alone, priced) < floor - EVALUATED:
                return Evaluation(-np.inf, self.recourse.cuts(_prices(priced)))
        return self._settled(x, clock, floors)

    def expectations(self, x: Array, direction: Array, clock: Clock) -> Array:
        """(G,) what a design reaches with the recourse that is best in a direction (G,).

        Only objectives that weigh something there are sure to be reached in full.
        """
        if not self.coupled:
            served = any(self.recourse.touches(int(g)) for g in np.flatnonzero(direction))
            priced = self._priced(x, direction, clock) if served else []
            return self._expected(x, priced) if served else self._before(x) @ self.c.value.probability
        settled = self.settle(x, clock, direction).x
        if settled is None:
            raise SolverError("a design that keeps every requirement has no recourse")
        achieved = settled[self.compiled.columns["achieved"]].reshape(len(direction), -1)
        return np.asarray(achieved @ self.c.value.probability)

    def completed(self, design: Array, floors: Mapping[int, float] | None = None) -> Array | None:
        """All columns of an extended program with who holds what as in a design (H,), the rest as is best.

        What was added may bound and round whatever it likes, so the program is solved whole. None: what was
        added, or a floor, does not allow the design.
        """
        program, below = self.program, self.floors(floors or {})
        core, whole = self.placing.core, self.placing.columns(design)
        lower, upper = program.column_lower.copy(), program.column_upper.copy()
        if (np.maximum(lower[core] - whole[core], whole[core] - upper[core]) > EVALUATED).any():
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

    def _settled(self, x: Array, clock: Clock, floors: Mapping[int, float]) -> Evaluation:
        settled = self.settle(x, clock, floor=self.floors(floors))
        cuts = self.recourse.cuts([] if self.extended else self._by_scenario(settled.prices))
        return Evaluation(settled.value, cuts)

    def _reaches(self, x: Array, priced: list[Priced], floors: Mapping[int, float]) -> bool:
        expected = self._expected(x, priced)
        return all(expected[g] >= floor for g, floor in floors.items())

    def _expected(self, x: Array, priced: list[Priced]) -> Array:
        """(G,) expectations with the recourse so priced."""
        achieved = self._before(x) + self.recourse.gained(priced)
        return np.asarray(achieved @ self.c.value.probability)

    def at_risk(self, values: Array) -> Array:
        """The value of what the scenarios are worth, (..., S), at the instance's attitude to risk."""
        attitude = self.instance.uncertainty
        return at_risk(values, self.c.value.probability, attitude["risk_aversion"], attitude["beta"])

    def _before(self, x: Array) -> Array:
        """(G, S) objectives before recourse."""
        reached = self.program.upper[self.compiled.rows["scored"]] - self.recourse.bare @ x
        return reached.reshape(len(self.weights), -1)

    def _of_placing(self, x: Array) -> float:
        """What who holds what is worth of itself: on a path moves cost something."""
        core = self.placing.core
        return float(self.program.cost[core] @ x[core])

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
        rows, core = self.compiled.rows["scored"], self.placing.core
        by_objective = np.arange(rows.start, rows.stop).reshape(len(self.weights), -1)
        priced_out = self.recourse.cuts([one.prices for one in priced])
        slopes, bare = priced_out.matrix[:, core].toarray(), self.recourse.bare[:, core]
        placing = 0.0 if direction is not None else self.program.cost[core]
        lines = []
        for s, (slope, constant) in enumerate(zip(slopes, priced_out.upper, strict=True)):
            mine = by_objective[:, s]
            apart = np.where(np.isin(mine, self.recourse.coupling), 0.0, weights)  # no recourse in these
            slope += apart @ bare[mine - rows.start]
            lines.append((slope - placing, float(constant + apart @ self.program.upper[mine])))
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


def _prices(priced: list[Priced]) -> list[Array]:
    """Those that cut anything."""
    return [one.prices for one in priced if one.prices.any()]
