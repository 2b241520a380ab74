"""The search for a best design: a master problem over who holds what, tightened by cuts until it closes.

First the relaxation is cut until nothing is violated. Where decisions differ by locality, branching goes on
from there (module `branch_and_cut`); else the mixed-integer program is solved, what its solution violates is
added, and the search goes on from the incumbent. The bound is the master's, the value is that of a complete
design with its exact pools and its recourse: their gap is the true one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from scipy import sparse

from optimiser.design.bound import held_to
from optimiser.design.status import Status
from optimiser.solver.clock import Clock
from optimiser.solver.compile.program import Program
from optimiser.solver.cuts.cuts import Cuts, join
from optimiser.solver.highs import FULLY, LARGE, LONG, UNLIMITED, Solver
from optimiser.solver.outcome import Ended, Outcome
from optimiser.tolerances import EQUAL, SOLVED, size

Array = np.ndarray
ROUNDS = 60  # of cutting the relaxation; it tails off long before
TAIL = 1e-6  # of the bound: a round of cuts that moves it by less is stale
BRIEF = 100  # nodes of a hard program, which then gets all that HiGHS has (England's masters take 24 at most)

STATUS = {
    Ended.OPTIMAL: Status.OPTIMAL,
    Ended.INFEASIBLE: Status.INFEASIBLE,
    Ended.STOPPED: Status.FEASIBLE,
}  # of a search that found a design, or is proven to have none
Separator = Callable[
    [Array, Array | None], Cuts
]  # (point of the master, prices of the floors or None) -> cuts


class PointSeparator(Protocol):
    """What finds cuts with prices of any point."""

    def __call__(self, x: Array, floor_prices: Array | None, priced_at: Array | None = None) -> Cuts:
        """Cuts that x breaks, by prices of recourse at x or at another point; see `Separator`."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """An integral point of the master, made a design: perhaps a better one near by. The cuts are its own."""

    design: Array
    value: float  # exact; -inf: infeasible
    cuts: Cuts
    point: Array | None = None  # all columns, where more than the design must be kept
    spoilt: bool = False  # the point itself has no feasible design


@dataclass(frozen=True, eq=False)
class Found:
    """The best design found, its exact value, and the bound."""

    design: Array  # (H,)
    value: float
    bound: float
    ended: Ended
    point: Array | None = None  # all columns, where more than the design must be kept
    found: Literal[True] = True


@dataclass(frozen=True, eq=False)
class NotFound:
    """No design, and how the search ended; a bound of -inf says that there is none."""

    bound: float
    ended: Ended
    value: float = -np.inf
    found: Literal[False] = False


Searched = Found | NotFound


class Designs(Protocol):
    """What makes designs of points, and points of designs."""

    def design(self, x: Array) -> Array:
        """The level at which each holding is placed."""

    def columns(self, design: Array) -> Array:
        """The columns that a design settles; zero elsewhere."""

    def without(self, design: Array) -> Cuts:
        """A row that this design alone breaks."""


class Master:
    """The master problem in HiGHS: some columns of the program, its rows on them, floors and cuts."""

    def __init__(
        self,
        program: Program,
        columns: Array,
        rows: Array,
        floors: Cuts,
        threads: int,
        *,
        interior: bool = False,
    ) -> None:
        """With `interior`, relaxations are solved by the interior point alone (`Solver`)."""
        self.columns, self.size = np.flatnonzero(columns), len(columns)
        self._cost = program.cost[self.columns]
        self._solver = Solver(threads, interior=interior)
        matrix = program.matrix[np.flatnonzero(rows)][:, self.columns]
        floor = floors.matrix[:, self.columns]
        lower = np.concatenate([program.lower[rows], np.full(floors.count, -np.inf)])
        upper = np.concatenate([program.upper[rows], floors.upper])
        self.floors = slice(matrix.shape[0], len(upper))
        self._base = len(upper)
        self._solver.load(
            self._cost,
            sparse.vstack([matrix, floor], format="csr"),
            lower,
            upper,
            program.column_lower[self.columns],
            program.column_upper[self.columns],
            program.integer[self.columns],
        )
        self._solver.impose_integrality(False)
        self._cuts = Cuts(sparse.csr_array((0, len(self.columns))), np.zeros(0))
        self.offset, self.upper = program.offset, program.column_upper
        self._at = np.full(self.size, -1)
        self._at[self.columns] = np.arange(len(self.columns))

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

    def drop_slack(self, x: Array, tolerance: float = 1e-4) -> None:
        """Forget the cuts that are far from binding at x."""
        slack = self._cuts.upper - self._cuts.matrix @ x[self.columns]
        gone = np.flatnonzero(slack > tolerance)
        if len(gone):
            self._solver.delete_rows(self._base + gone)
            kept = np.flatnonzero(slack <= tolerance)
            self._cuts = Cuts(self._cuts.matrix[kept], self._cuts.upper[kept])

    def restrict(self, columns: Array, lower: Array, upper: Array) -> None:
        """Replace the bounds of some columns of the program."""
        self._solver.change_bounds(self._at[columns], lower, upper)

    def reduced(self, outcome: Outcome, columns: Array) -> Array:
        """Reduced costs of some columns of the program: at most 0 where they are 0."""
        return outcome.reduced[self._at[columns]]

    def integral(self, among: Array | None = None) -> None:
        """From here on, solve the mixed-integer program; with only these columns of the program whole."""
        whole = None if among is None else np.isin(self.columns, among)
        self._solver.impose_integrality(True, whole)

    def relaxed(self) -> None:
        """From here on, solve the relaxation again."""
        self._solver.impose_integrality(False)

    def run(
        self,
        clock: Clock,
        gap: float = 0.0,
        start: Array | None = None,
        enough: float = -np.inf,
        brisk: float = UNLIMITED,
    ) -> Outcome:
        """Solve as it stands, for so many nodes briskly (`Solver.run`); the outcome lacks the offset."""
        begin = None if start is None else start[self.columns]
        return self._solver.run(clock, gap, begin, enough - self.offset, brisk=brisk)

    def any(self, clock: Clock) -> Outcome:
        """Any point of it that is whole, whatever it is worth: what HiGHS finds soonest.

        With the objective in, it takes half as long again and more (measured: England short of hours).
        """
        self._solver.change_costs(np.zeros(len(self._cost)))
        self._solver.impose_integrality(True)
        outcome = self._solver.run(clock, brisk=FULLY)
        self._solver.impose_integrality(False)
        self._solver.change_costs(self._cost)
        return outcome

    def peek(self, clock: Clock, iterations: int) -> Outcome:
        """Solve the relaxation as far as some iterations go."""
        return self._solver.run(clock, iterations=iterations)


@dataclass(eq=False)
class Progress:
    """The best design so far and the bound, and whether they answer what was asked."""

    gap: float  # relative
    decide: float  # worth that is looked for; inf: the best
    best: Candidate | None = None
    bound: float = np.inf

    @property
    def value(self) -> float:
        """Of the best design; -inf without one."""
        return -np.inf if self.best is None else self.best.value

    @property
    def aim(self) -> float:
        """The gap to which a mixed-integer program is worth solving now: a quarter of that which is left."""
        wide = (self.bound - self.value) / size(self.value) if self.best is not None else 1e-2
        return float(np.clip(wide / 4, self.gap / 2, 1e-2))

    @property
    def enough(self) -> float:
        """A bound this low ends the search."""
        lost = self.decide if np.isfinite(self.decide) else -np.inf
        return max(lost, self.value + self.gap * size(self.value))

    @property
    def answered(self) -> Searched | None:
        """What was found, once that is enough."""
        if self.best is not None and self.bound - self.value <= self.gap * size(self.value):
            return self.found(Ended.OPTIMAL)
        if self.value >= self.decide or (np.isfinite(self.decide) and self.bound < self.decide):
            return self.found(Ended.STOPPED)
        return None

    def note(self, latest: Candidate) -> None:
        """Keep a design if it is better."""
        if latest.value > self.value:
            self.best = latest

    def lower(self, bound: float) -> None:
        """Take over a bound if it is tighter."""
        if np.isfinite(bound):
            self.bound = min(self.bound, bound)

    def hopeless(self, bound: float) -> bool:
        """Whether designs worth at most this need no look."""
        if np.isfinite(self.decide) and bound < self.decide:
            return True
        return self.best is not None and bound <= self.value + self.gap * size(self.value)

    def nothing_more(self) -> Searched:
        """As it stands where nothing is left that keeps all rows and cuts."""
        self.bound = min(self.bound, self.value)
        return self.found(Ended.INFEASIBLE if self.best is None else Ended.OPTIMAL)

    @property
    def ended(self) -> Searched:
        """As it stands once the search is over: optimal but for HiGHS's rounding, or not proven."""
        return self.found(Ended.OPTIMAL if self.bound - self.value <= SOLVED else Ended.STOPPED)

    def found(self, ended: Ended) -> Searched:
        """As it stands; raises SolverError where the bound is wrong, below the value of a design.

        What HiGHS's tolerances leave between the two is no error, and the bound is lifted by it.
        """
        if self.best is None:
            return NotFound(-np.inf if ended is Ended.INFEASIBLE else self.bound, ended)
        held_to(self.bound, self.value)
        return Found(self.best.design, self.value, max(self.bound, self.value), ended, self.best.point)


def search(
    master: Master,
    separate: Separator,
    evaluate: Callable[[Array], Candidate],
    placing: Designs,
    progress: Progress,
    clock: Clock,
    tell: Callable[[str], None],
    rounds: int = ROUNDS,
) -> Searched:
    """Find a best design, or what else `progress` is content with, by mixed-integer programs.

    At first the relaxation is cut for so many `rounds`. Where it breaks no cut to begin with, the program is
    thought to be whole: it is solved to the end at once, as in steps it would be solved anew in each. Else
    every step is brisk, and what is left after BRIEF nodes gets more, in the end all that HiGHS has.
    """
    relaxed, whole = relax(master, separate, progress, clock, tell, rounds)
    if relaxed is not None and relaxed.ended is Ended.INFEASIBLE:
        return progress.nothing_more()
    if progress.answered:
        return progress.answered
    master.integral()
    last = whole  # nothing is left to cut, only to solve to the end
    brisk = FULLY if whole and len(master.columns) > LARGE else BRIEF
    hurry = True  # stop a run as soon as its bound is good enough
    before: Array | None = None
    while not clock.out:
        best = progress.best
        aim = progress.gap / 4 if last else progress.aim
        start = placing.columns(best.design) if best else None
        outcome = master.run(clock, aim, start, progress.enough if hurry else -np.inf, brisk)
        hard = outcome.nodes >= brisk
        if outcome.ended is Ended.INFEASIBLE:
            return progress.nothing_more()
        progress.lower(outcome.bound + master.offset)
        if progress.answered:
            return progress.answered
        brisk = _harder(brisk, last and best is not None) if hard else brisk
        if outcome.x is None:
            hurry = hurry and hard
            continue
        x = master.whole(outcome.x)
        latest = evaluate(x)
        progress.note(latest)
        tell(f"bound {progress.bound:.6f}, value {progress.value:.6f}")
        if progress.answered:
            return progress.answered
        if clock.out:
            break
        violated = join(separate(x, None), latest.cuts.violated(x))
        back = before is not None and bool(np.abs(x - before).max() <= EQUAL)  # no cut moves it any more
        nothing_left, before = not violated.count or back, x
        if nothing_left and latest.spoilt and latest.point is None:
            # Infeasible by less than HiGHS's tolerance, so that no price cuts it off: leave it out by name.
            violated, nothing_left = placing.without(placing.design(x)), False
        if nothing_left and not hard and (last or progress.bound - progress.value <= SOLVED):
            # What remains is the rounding of HiGHS, and the bound says how much.
            return progress.ended
        last = nothing_left
        master.add(violated)
    if progress.best is None and relaxed is not None and relaxed.x is not None:
        progress.note(evaluate(master.whole(relaxed.x)))  # better a design rounded than none
    return progress.ended


def _harder(brisk: float, settled: bool) -> float:
    """How to search what is left of a program; LONG at first where a design is at hand and no cut to come.

    In small ones HiGHS then spends half of its time on better designs, in vain (measured on a frontier of
    knapsacks).
    """
    return LONG if settled and brisk < LONG else FULLY


def relax(
    master: Master,
    separate: Separator,
    progress: Progress,
    clock: Clock,
    tell: Callable[[str], None],
    rounds: int = ROUNDS,
) -> tuple[Outcome | None, bool]:
    """Cut the relaxation until nothing is violated or it no longer moves.

    The last outcome, if any, and whether it broke no cut to begin with.
    """
    best, outcome = np.inf, None
    for round_ in range(rounds):
        latest = master.run(clock)
        if latest.ended is Ended.STOPPED:
            return outcome, False
        outcome = latest
        if outcome.ended is Ended.INFEASIBLE:
            return outcome, False
        progress.lower(outcome.value + master.offset)
        stale = best - outcome.value < TAIL * size(outcome.value)
        best = min(best, outcome.value)
        x = master.whole(outcome.solution)
        cuts = separate(x, outcome.prices[master.floors])
        tell(f"relaxation {outcome.value + master.offset:.6f}, {cuts.count} cuts in round {round_ + 1}")
        if not cuts.count or stale or progress.answered:
            return outcome, not round_ and not cuts.count
        master.drop_slack(x)
        master.add(cuts)
    return outcome, False
