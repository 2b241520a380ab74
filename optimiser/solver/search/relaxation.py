"""The relaxation of a part of the designs: cut until it no longer moves, and made into designs.

Designs come of rounding, of small programs over the levels that a relaxation or the best design uses, and of
the best designs crossed with each other; they are repaired and improved.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimiser.solver.clock import Clock
from optimiser.solver.compile.columns import Placing
from optimiser.solver.cuts.cuts import Cuts
from optimiser.solver.outcome import Ended, Outcome
from optimiser.solver.search.master import TAIL, Candidate, Master, PointSeparator, Progress
from optimiser.tolerances import INTEGRAL, size

Array = np.ndarray
LITTLE = 1e-2  # of the gap: a round of cuts that moves the bound by less is stale too
STALE = 2  # stale rounds that end the cutting of the root, or of a small problem
ENFORCED = 3  # times that levels are fixed as a point has them: the cuts of one show a better one
NODES = 100  # of a program that looks for a design and bounds nothing
CROSSED = 3  # best designs, crossed with the latest (measured: with all of England by locality, 300 seconds
# end at a gap of 0.019 %, and without at 0.026 %)


class Relaxation:
    """A relaxed master problem, what is known of the best design, and the designs seen.

    `fresh` makes a master problem with the cuts known so far.
    """

    def __init__(
        self,
        fresh: Callable[[], Master],
        separate: PointSeparator,
        evaluate: Callable[[Array], Candidate],
        placing: Placing,
        progress: Progress,
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        self.fresh, self.separate, self.evaluate = fresh, separate, evaluate
        self.master = fresh()
        self.placing, self.progress, self.clock, self.tell = placing, progress, clock, tell
        self._seen: dict[bytes, Candidate] = {}
        self._enforced: set[bytes] = set()  # levels of uniform decisions that were tried
        self._crossed, self._wait = 0, 1  # designs seen when some were last crossed, and to wait for since
        self._latest: Array | None = None  # the last point
        self._holders = np.array([holder.column for holder in placing.holders], int)

    def _restrict(self, open_: Array, sure: Array) -> None:
        self.master.restrict(self.placing.placed.ravel(), np.zeros(open_.size), open_.ravel().astype(float))
        self.master.restrict(self._holders, sure.astype(float), np.ones(len(sure)))

    def _cut(
        self, bound: float, rounds: float = np.inf, *, root: bool = False, forget: bool = True
    ) -> Outcome | None:
        """Cut a node until it no longer moves or need not be looked at, or so many times; None: time ran out.

        Cuts that are far from binding there are forgotten, or not.
        """
        best, stale = bound, 0
        while True:
            outcome = self.master.run(self.clock)
            if outcome.ended is not Ended.OPTIMAL:
                return outcome if outcome.ended is Ended.INFEASIBLE else None
            now = outcome.value + self.master.offset
            x = self._latest = self._point(outcome)
            if root:  # what it shows holds for all
                self.progress.lower(now)
                self.tell(f"bound {self.progress.bound:.6f}")
                if not self._seen:
                    self._round(x)  # cuts halfway to a design are better than none
            if self.progress.hopeless(now):
                return outcome
            stale = stale + 1 if best - now < self._little(now) else 0
            best = min(best, now)
            cuts = self._separated(x, outcome.prices[self.master.floors], root)
            if not cuts.count or stale > STALE or not rounds:
                return outcome
            rounds -= 1
            if forget:
                self.master.drop_slack(x)
            self.master.add(cuts)

    def _separated(self, x: Array, prices: Array, root: bool) -> Cuts:
        """Cuts that a relaxation breaks: at the root those of a point halfway to the best design, if any.

        They are deeper than those of the relaxation itself, which is far from any design there (in-out
        separation, Ben-Ameur & Neto 2007; measured on England: a third of the rounds).
        """
        if root and self.progress.best is not None:
            halfway = (x + self.placing.columns(self.progress.best.design)) / 2
            if (cuts := self.separate(x, prices, halfway)).count:
                return cuts
        return self.separate(x, prices)

    def _little(self, bound: float) -> float:
        if self.progress.best is None:
            return 10 * TAIL * abs(bound)
        return max(TAIL * size(bound), LITTLE * (bound - self.progress.value))

    def _point(self, outcome: Outcome) -> Array:
        return self.master.whole(outcome.solution)

    def _round(self, x: Array) -> Candidate:
        """The design nearest to a relaxation, repaired and improved."""
        key = self.placing.design(x).tobytes()
        if key not in self._seen:
            self._seen[key] = self.evaluate(x)
            self.progress.note(self._seen[key])
        return self._seen[key]

    def _find(self) -> None:
        """Look for any design at all where rounding has found none, as where hours are short everywhere."""
        if self.progress.best is None:
            outcome = self.master.any(self.clock)
            if outcome.x is not None:
                self._round(self.master.whole(outcome.x))

    def _whole(self, open_: Array, sure: Array, x: Array) -> Array:
        """The best point of the master, all of it whole, that uses nothing that a relaxation leaves at 0."""
        self._restrict(open_ & (x[self.placing.placed] > INTEGRAL), sure)
        self.master.integral()
        outcome = self.master.run(self.clock, self.progress.gap, brisk=NODES)
        self.master.relaxed()
        return x if outcome.x is None else self.master.whole(outcome.x)

    def _enforce(self, open_: Array, sure: Array, x: Array) -> None:
        """Look for a design in which uniform decisions have levels that a point uses, or the best design has.

        With them whole, the others relaxed and nothing else open, the program is small: a tenth of a second
        on England, and ten with all levels open (relaxation enforced neighbourhood search, Berthold 2014).
        Mostly nothing in it is feasible without the levels of the best design (Danna, Rothberg & Le Pape
        2005). Its levels are then fixed, and the rest is cut and rounded. It bounds nothing.
        """
        placed, uniform, best = self.placing.placed, self.placing.uniform, self.progress.best
        known = np.zeros_like(open_) if best is None else best.design[:, None] == np.arange(placed.shape[1])
        for _ in range(ENFORCED):
            self._restrict(open_ & (x[placed] > INTEGRAL) | known, sure)
            self.master.integral(placed[uniform].ravel())
            outcome = self.master.run(self.clock, self.progress.gap, brisk=NODES)
            self.master.relaxed()
            if outcome.x is None:
                return
            fixed = open_ | known
            fixed[uniform] &= self.master.whole(outcome.x)[placed[uniform]] > 0.5
            if fixed[uniform].tobytes() in self._enforced:
                return
            self._enforced.add(fixed[uniform].tobytes())
            self._restrict(fixed, sure)
            rest = self._cut(self.progress.bound, forget=False)
            if rest is None or rest.ended is Ended.INFEASIBLE:
                return
            if not self.progress.hopeless(rest.value + self.master.offset):
                self._round(self._whole(fixed, sure, self._point(rest)))

    def _cross(self) -> None:
        """Look at the best designs and the latest for a better one that takes levels from all of them.

        With so few levels open, cuts soon show which go together (crossover, Rothberg 2007). Where that finds
        nothing better, it waits for twice as many designs (measured: else two fifths of a hard search).
        """
        seen = [design for design in self._seen.values() if design.value > -np.inf]
        if self.progress.answered or len(seen) < max(2, self._crossed + self._wait):
            return
        before = self.progress.value
        best = sorted(seen, key=lambda design: -design.value)[:CROSSED]
        designs = np.array([crossed.design for crossed in [*best, seen[-1]]])
        open_ = (designs[:, :, None] == np.arange(self.placing.placed.shape[1])).any(axis=0)
        progress = Progress(self.progress.gap, self.progress.decide, self.progress.best)
        few = Relaxation(
            self.fresh, self.separate, self.evaluate, self.placing, progress, self.clock, self.tell
        )
        few._restrict(open_, np.zeros(len(self._holders), bool))
        outcome = few._cut(self.progress.bound)
        if outcome is not None and outcome.ended is Ended.OPTIMAL:
            self._round(few._point(outcome))
        self._crossed, self._wait = len(seen), 1 if self.progress.value > before else 2 * self._wait

    def _say(self, more: str = "") -> None:
        self.tell(f"bound {self.progress.bound:.6f}, value {self.progress.value:.6f}{more}")
