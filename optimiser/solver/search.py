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

from optimiser.design import Status
from optimiser.solver.compiled import Program
from optimiser.solver.cuts import Cuts, join
from optimiser.solver.highs import Clock, Ended, Outcome, Solver
from optimiser.solver.placing import Placing
from optimiser.solver.pooling import Placed, PoolCuts

Array = np.ndarray
ROUNDS = 60  # of cutting the relaxation; it tails off long before
STALE = (
    3  # rounds that move the bound by less than TAIL of its value, which end the cutting of the relaxation
)
ROUNDING = 1e-7  # of value, that HiGHS's tolerances leave where the gap asked for is smaller still
TAIL = 1e-5

STATUS = {
    Ended.OPTIMAL: Status.OPTIMAL,
    Ended.INFEASIBLE: Status.INFEASIBLE,
    Ended.STOPPED: Status.FEASIBLE,
}  # of a search that found a design, or is proven to have none
Separator = Callable[
    [Array, Array | None], Cuts
]  # (point of the master, prices of the floors or None) -> cuts


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An integral point of the master, made a design: perhaps a better one near by. The cuts are its own."""

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
        self._at = np.full(self.size, -1)
        self._at[self.columns] = np.arange(len(self.columns))
        self._width = len(self.columns)
        self._segmented: dict[int, int] = {}  # buffer column -> how often its pool was segmented

    def whole(self, x: Array) -> Array:
        """A point of the master as columns of the program, zero elsewhere."""
        full = np.zeros(self.size)
        full[self.columns] = x[: len(self.columns)]
        return full

    def add(self, cuts: Cuts) -> None:
        """Add cuts, given on the columns of the program."""
        if cuts.count:
            m = cuts.matrix
            matrix = sparse.csr_array(
                (m.data, self._at[m.indices], m.indptr), (cuts.count, len(self.columns))
            )
            self._solver.add_rows(matrix, np.full(cuts.count, -np.inf), cuts.upper)
            self._cuts = join(self._cuts, Cuts(matrix, cuts.upper))

    def segment(self, placed: Placed, x: Array) -> None:
        """Model the deviation of a pool as what it is, concave in the variance held, finely around x.

        The variance lies in one of several segments, and on each the square root lies above its chord. The
        more often a pool turns out short, the finer the segments.
        """
        own, members = placed.pool.own, self._at[placed.members]
        held = float(own @ x[placed.members])
        if held <= 0:
            return
        finer = self._segmented[placed.buffer] = self._segmented.get(placed.buffer, -1) + 1
        steps = held * np.exp2(np.linspace(-1.5, 1.5, 13) / 4**finer)
        points = np.unique(np.concatenate([[0.0, own.sum()], steps[steps < own.sum()]]))
        low, high, count = points[:-1], points[1:], len(points) - 1
        slope = (np.sqrt(high) - np.sqrt(low)) / (high - low)
        most = np.concatenate([np.ones(count), np.full(count + 1, np.inf)])
        empty = sparse.csc_array((self._solver.rows, len(most)))
        first = self._solver.add_columns(
            np.zeros(len(most)), empty, np.zeros(len(most)), most, np.arange(len(most)) < count
        )
        chosen, part, root = first[:count], first[count : 2 * count], first[-1]
        self._width = int(root) + 1
        loads = x[placed.members] @ placed.pool.factors
        deviation = float(placed.pool.deviation(x[placed.members]))
        common = placed.pool.factors @ loads / deviation
        buffer = self._at[placed.buffer]
        rows = [
            (chosen, np.ones(count), 1.0, 1.0),
            (np.append(members, part), np.append(own, -np.ones(count)), 0.0, 0.0),
            (
                np.concatenate([chosen, part, [root]]),
                np.concatenate([np.sqrt(low) - slope * low, slope, [-1.0]]),
                -np.inf,
                0.0,
            ),
            (
                np.concatenate([members, [root, buffer]]),
                np.concatenate([common, [np.sqrt(held) / deviation, -1.0]]),
                -np.inf,
                0.0,
            ),
            *(
                (np.array([p, c]), np.array([1.0, -b]), -np.inf, 0.0)
                for p, c, b in zip(part, chosen, high, strict=True)
            ),
            *(
                (np.array([p, c]), np.array([-1.0, a]), -np.inf, 0.0)
                for p, c, a in zip(part, chosen, low, strict=True)
            ),
        ]
        self._add_rows(rows)

    def _add_rows(self, rows: list[tuple[Array, Array, float, float]]) -> None:
        """Add rows (columns, coefficients, lower, upper) on the columns of the master."""
        starts = np.cumsum([0, *(len(columns) for columns, *_ in rows)])
        columns, data = (np.concatenate([row[i] for row in rows]) for i in (0, 1))
        matrix = sparse.csr_array((data, columns, starts), shape=(len(rows), self._width))
        self._solver.add_rows(matrix, np.array([row[2] for row in rows]), np.array([row[3] for row in rows]))

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

    def run(
        self, clock: Clock, gap: float = 0.0, start: Array | None = None, enough: float = -np.inf
    ) -> Outcome:
        """Solve as it stands; the outcome lacks the offset."""
        begin = None if start is None else start[self.columns]
        return self._solver.run(clock, gap, begin, enough - self.offset)


@dataclass(eq=False)
class Progress:
    """The best design so far and the bound, and whether they answer what was asked."""

    gap: float  # relative
    decide: float  # worth that is looked for; inf: the best
    best: Evaluated | None = None
    bound: float = np.inf

    @property
    def value(self) -> float:
        """Of the best design; -inf without one."""
        return -np.inf if self.best is None else self.best.value

    @property
    def enough(self) -> float:
        """A bound this low ends the search."""
        lost = self.decide if np.isfinite(self.decide) else -np.inf
        return max(lost, self.value + self.gap * max(abs(self.value), 1e-9))

    @property
    def answered(self) -> Found | None:
        """What was found, once that is enough."""
        if self.best is not None and self.bound - self.value <= self.gap * max(abs(self.value), 1e-9):
            return self.found(Ended.OPTIMAL)
        if self.value >= self.decide or (np.isfinite(self.decide) and self.bound < self.decide):
            return self.found(Ended.STOPPED)
        return None

    def note(self, latest: Evaluated) -> None:
        """Keep a design if it is better."""
        if latest.value > self.value:
            self.best = latest

    def lower(self, bound: float) -> None:
        """Take over a bound if it is tighter."""
        if np.isfinite(bound):
            self.bound = min(self.bound, bound)

    def found(self, ended: Ended) -> Found:
        """As it stands."""
        if self.best is None:
            return Found(None, -np.inf, -np.inf if ended is Ended.INFEASIBLE else self.bound, ended)
        return Found(
            self.best.design, self.best.value, max(self.bound, self.best.value), ended, self.best.point
        )


def search(
    master: Master,
    separate: Separator,
    evaluate: Callable[[Array], Evaluated],
    placing: Placing,
    pools: PoolCuts,
    progress: Progress,
    clock: Clock,
    tell: Callable[[str], None],
) -> Found:
    """Find a best design, or what else `progress` is content with."""
    outcome = _relax(master, separate, progress, clock, tell)
    if outcome is not None and outcome.ended is Ended.INFEASIBLE:
        return progress.found(Ended.INFEASIBLE)
    if progress.answered:
        return progress.answered
    master.integral()
    last = False  # nothing is left to cut, only to solve to the end
    hurry = True  # stop a run as soon as its bound is good enough
    while not clock.out:
        best = progress.best
        wide = (progress.bound - progress.value) / max(abs(progress.value), 1e-9) if best else 1e-2
        aim = progress.gap / 4 if last else float(np.clip(wide / 4, progress.gap / 2, 1e-2))
        start = placing.columns(best.design) if best else None
        outcome = master.run(clock, aim, start, progress.enough if hurry else -np.inf)
        if outcome.ended is Ended.INFEASIBLE:
            progress.bound = progress.value
            return progress.found(Ended.OPTIMAL if best else Ended.INFEASIBLE)
        progress.lower(outcome.bound + master.offset)
        if progress.answered:
            return progress.answered
        if outcome.x is None:
            hurry = False
            continue
        x = master.whole(outcome.x)
        latest = evaluate(x)
        progress.note(latest)
        tell(f"bound {progress.bound:.6f}, value {progress.value:.6f}")
        if progress.answered:
            return progress.answered
        violated, short = join(separate(x, None), latest.cuts.violated(x)), pools.short(x)
        nothing_left = not violated.count and not short
        if nothing_left and latest.value == -np.inf and latest.point is None:
            # Infeasible by less than HiGHS's tolerance, so that no price cuts it off: leave it out by name.
            violated, nothing_left = placing.without(latest.design), False
        if nothing_left and (last or progress.bound - progress.value <= ROUNDING):
            # What remains is the rounding of HiGHS, and the bound says how much.
            close = progress.bound - progress.value <= ROUNDING
            return progress.found(Ended.OPTIMAL if close else Ended.STOPPED)
        last = nothing_left
        master.add(violated)
        for placed in short:
            master.segment(placed, x)
    return progress.found(Ended.STOPPED)


def _relax(master, separate, progress, clock, tell):  # type: ignore[no-untyped-def]
    """Cut the relaxation until nothing is violated or it no longer moves; the last outcome."""
    best, stale, outcome = np.inf, 0, None
    for round_ in range(ROUNDS):
        latest = master.run(clock)
        if latest.ended is Ended.STOPPED:
            return outcome
        outcome = latest
        if outcome.ended is Ended.INFEASIBLE:
            return outcome
        progress.lower(outcome.value + master.offset)
        x = master.whole(outcome.x)
        if best - outcome.value < TAIL * max(abs(outcome.value), 1e-9):
            stale += 1
        else:
            stale = 0
        best = min(best, outcome.value)
        cuts = separate(x, outcome.prices[master.floors])
        tell(f"relaxation {outcome.value + master.offset:.6f}, {cuts.count} cuts in round {round_ + 1}")
        if not cuts.count or stale >= STALE or progress.answered:
            return outcome
        master.drop_slack(x)
        master.add(cuts)
    return outcome
