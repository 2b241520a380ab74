"""The search for a best design: a master problem over who holds what, tightened by cuts until it closes.

First the relaxation is cut until nothing is violated, then the mixed-integer program is solved, what its
solution violates is added, and the search goes on from the incumbent. The bound is the master's, the value
is that of a complete design with its exact pools and its recourse: their gap is the true one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.solver.compiled import Program
from optimiser.design import SolverError
from optimiser.solver.highs import Clock, Ended, Outcome, Solver
from optimiser.solver.placing import Placing
from optimiser.solver.pooling import Cuts

Array = np.ndarray
ROUNDS = 60  # of cutting the relaxation; it tails off long before
STALE = 3  # rounds that move the bound by less than TAIL of its value, which end the cutting of the relaxation
TAIL = 1e-5

Separator = Callable[[Array, Array | None], Cuts]  # (point of the master, prices of the floors or None) -> cuts


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An integral point of the master, made a design: perhaps a better one near by. Cuts are the point's own."""

    design: Array
    value: float  # exact; -inf: infeasible
    cuts: Cuts
    point: Array | None = None  # all columns, where more than the design must be kept


@dataclass(frozen=True, eq=False)
class Found:
    """The best design found (None: none), its exact value, and the bound."""

    design: Array | None
    value: float
    bound: float
    ended: Ended
    point: Array | None = None


class Master:
    """The master problem in HiGHS: some columns of the program, its rows on them, floors and cuts."""

    def __init__(self, program: Program, columns: Array, rows: Array, floors: Cuts, threads: int) -> None:
        self.columns, self.size = np.flatnonzero(columns), len(columns)
        self._solver = Solver(threads)
        matrix = program.matrix[np.flatnonzero(rows)][:, self.columns]
        floor = floors.matrix[:, self.columns]
        lower = np.concatenate([program.lower[rows], np.full(floors.count, -np.inf)])
        upper = np.concatenate([program.upper[rows], floors.upper])
        self.floors = slice(matrix.shape[0], len(upper))
        self._base = len(upper)
        self._solver.load(
            program.cost[self.columns],
            sparse.vstack([matrix, floor], format="csr"),
            lower,
            upper,
            program.column_lower[self.columns],
            program.column_upper[self.columns],
            program.integer[self.columns],
        )
        self._solver.impose_integrality(False)
        self._cuts = Cuts(sparse.csr_array((0, len(self.columns))), np.zeros(0))
        self.offset = program.offset

    def whole(self, x: Array) -> Array:
        """A point of the master as columns of the program, zero elsewhere."""
        full = np.zeros(self.size)
        full[self.columns] = x
        return full

    def add(self, cuts: Cuts) -> None:
        """Add cuts, given on the columns of the program."""
        if cuts.count:
            matrix = cuts.matrix[:, self.columns].tocsr()
            self._solver.add_rows(matrix, np.full(cuts.count, -np.inf), cuts.upper)
            self._cuts = join(self._cuts, Cuts(matrix, cuts.upper))

    def drop_slack(self, x: Array, tolerance: float = 1e-4) -> None:
        """Forget the cuts that are far from binding at x."""
        slack = self._cuts.upper - self._cuts.matrix @ x[self.columns]
        gone = np.flatnonzero(slack > tolerance)
        if len(gone):
            self._solver.delete_rows(self._base + gone)
            kept = np.flatnonzero(slack <= tolerance)
            self._cuts = Cuts(self._cuts.matrix[kept], self._cuts.upper[kept])

    def integral(self) -> None:
        """From here on, solve the mixed-integer program."""
        self._solver.impose_integrality(True)

    def run(self, clock: Clock, gap: float = 0.0, start: Array | None = None):  # type: ignore[no-untyped-def]
        """Solve as it stands; the outcome's bound and value carry the offset."""
        return self._solver.run(clock, gap, None if start is None else start[self.columns])


def join(*parts: Cuts) -> Cuts:
    """All cuts in one."""
    some = [part for part in parts if part.count] or [parts[0]]
    return Cuts(sparse.vstack([p.matrix for p in some], format="csr"), np.concatenate([p.upper for p in some]))


def search(
    master: Master,
    separate: Separator,
    evaluate: Callable[[Array], Evaluated],
    placing: Placing,
    gap: float,
    clock: Clock,
    tell: Callable[[str], None],
) -> Found:
    """Find a best design to the relative gap."""
    best: Evaluated | None = None
    value = bound = -np.inf
    outcome = _relax(master, separate, gap, clock, tell)
    if outcome is not None and outcome.ended is Ended.INFEASIBLE:
        return Found(None, -np.inf, -np.inf, Ended.INFEASIBLE)
    bound = np.inf if outcome is None else outcome.value + master.offset
    master.integral()
    while not clock.out:
        wide = (bound - value) / max(abs(value), 1e-9) if best is not None else 1e-2
        aim = float(np.clip(wide / 5, gap / 4, 1e-2))
        outcome = master.run(clock, aim, None if best is None else placing.columns(best.design))
        if outcome.ended is Ended.INFEASIBLE:
            return _found(best, value, Ended.INFEASIBLE if best is None else Ended.OPTIMAL)
        if np.isfinite(outcome.bound):
            bound = min(bound, outcome.bound + master.offset)
        if outcome.x is None:
            break
        x = master.whole(outcome.x)
        latest = evaluate(x)
        if latest.value > value:
            best, value = latest, latest.value
        tell(f"bound {bound:.6f}, value {value:.6f}")
        if best is not None and bound - value <= gap * max(abs(value), 1e-9):
            return _found(best, max(bound, value), Ended.OPTIMAL)
        violated = join(separate(x, None), _violated(latest.cuts, x))
        if not violated.count and aim <= gap / 4 and not clock.out:
            raise SolverError(f"the search stalled at value {value!r} and bound {bound!r}")
        master.add(violated)
    return _found(best, bound, Ended.STOPPED)


def _found(best: Evaluated | None, bound: float, ended: Ended) -> Found:
    if best is None:
        return Found(None, -np.inf, -np.inf if ended is Ended.INFEASIBLE else bound, ended)
    return Found(best.design, best.value, bound, ended, best.point)


def _relax(master, separate, gap, clock, tell):  # type: ignore[no-untyped-def]
    """Cut the relaxation until nothing is violated or it no longer moves; the last outcome."""
    best, stale, outcome = np.inf, 0, None
    for round_ in range(ROUNDS):
        latest = master.run(clock)
        if latest.ended is Ended.STOPPED:
            return outcome
        outcome = latest
        if outcome.ended is Ended.INFEASIBLE:
            return outcome
        x = master.whole(outcome.x)
        if best - outcome.value < TAIL * max(abs(outcome.value), 1e-9):
            stale += 1
        else:
            stale = 0
        best = min(best, outcome.value)
        cuts = separate(x, outcome.prices[master.floors])
        tell(f"relaxation {outcome.value + master.offset:.6f}, {cuts.count} cuts in round {round_ + 1}")
        if not cuts.count or stale >= STALE:
            return outcome
        master.drop_slack(x)
        master.add(cuts)
    return outcome


def _violated(cuts: Cuts, x: Array, tolerance: float = 1e-9) -> Cuts:
    rows = np.flatnonzero(cuts.matrix @ x > cuts.upper + tolerance)
    return Cuts(cuts.matrix[rows], cuts.upper[rows])
