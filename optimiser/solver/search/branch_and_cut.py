"""Branch and cut over who holds what, where levels may differ by locality.

HiGHS cannot be told a cut while it branches, and without the cuts of its own a node has the wrong pools. So
the tree is ours and HiGHS solves its relaxations, each from the basis of the last: a node is cut until it no
longer moves, what its prices rule out is closed for good below it, and it is split by the level of a uniform
decision, by whether an organisation holds a decision at all, or by the level of one locality. Before that,
uniform decisions are settled by a few mixed-integer programs. Designs come of small programs over the levels
that a relaxation uses and, once uniform decisions are whole, of rounding; they are repaired, improved, and
crossed with the best.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optimiser.solver.clock import Clock
from optimiser.solver.compile.columns import Placing
from optimiser.solver.cuts.cuts import Cuts, join
from optimiser.solver.outcome import Ended, Outcome
from optimiser.solver.search.master import TAIL, Candidate, Master, PointSeparator, Progress, Searched
from optimiser.tolerances import INTEGRAL, SOLVED, size

Array = np.ndarray
LITTLE = 1e-2  # of the gap: a round of cuts that moves the bound by less is stale too
STALE = 2  # stale rounds that end the cutting of the root, or of a small problem
ROUNDS = 1  # of cuts at any other node; measured: hard variants of England take three quarters of the time
CLOSING = 0.5  # of what is left may stay after a program that settles uniform decisions; else branching
ENFORCED = 3  # times that levels are fixed as a relaxation has them: the cuts of one show a better one
NODES = 100  # of a program that looks for a design and bounds nothing
TRIED = 4  # ways to split a node; measured: a proof to 0.01 % of accountability alone in half the time
BRIEF = 80  # iterations to try one of them; measured: more make no better choice worth their time
LONGER = 1000  # the same for a uniform decision, whose parts are farther from the node
CROSSED = 3  # best designs, crossed with the latest (measured: with all of England by locality, 300 seconds
# end at a gap of 0.019 %, and without at 0.026 %)
RETURNS = 50  # of a node to a design that breaks cuts, before what is left counts as rounding; at once, for
# the cuts that hold one design off are far from binding at the next and would be forgotten there


@dataclass(order=True)
class Node:
    """Designs left to look at: those that keep to the open levels, and have every sure holder hold something.

    The most promising comes first.
    """

    promise: float  # minus the bound
    number: int
    open: Array = field(compare=False)  # (H, L) bool
    sure: Array = field(compare=False)  # (holders,) bool


class Tree:
    """The open nodes; `closed` is the best bound of all that was given up.

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
        self.nodes: list[Node] = []
        self.closed, self._count = -np.inf, 0
        self._seen: dict[bytes, Candidate] = {}
        self._enforced: set[bytes] = set()  # levels of uniform decisions that were tried
        self._crossed, self._wait = 0, 1  # designs seen when some were last crossed; how many more to wait for
        self._latest: Array | None = None  # point of the last relaxation of a node
        self._holders = np.array([holder.column for holder in placing.holders], int)

    def grow(self, allowed: Array) -> Searched:
        """Find a best design, or what else `progress` is content with, at levels allowed, (H, L) bool."""
        self._settle_uniform(allowed)
        self._push(np.inf, allowed, np.zeros(len(self._holders), bool))
        while self.nodes and not self.progress.answered:
            node = heapq.heappop(self.nodes)
            if not self._split(node):
                return self.progress.found(Ended.STOPPED)
            self.clock.branched(1)
            self._lower()
            self._cross()
            said = f"bound {self.progress.bound:.6f}, value {self.progress.value:.6f}"
            self.tell(f"{said}, {len(self.nodes)} of {self._count} parts open")
        if not self.nodes and self.progress.best is None and self.closed == -np.inf:
            return self.progress.found(Ended.INFEASIBLE)
        return self.progress.answered or self.progress.ended

    def _settle_uniform(self, allowed: Array) -> None:
        """Cut the master with uniform decisions whole and all others relaxed; the bound holds for all.

        Uniform decisions that compete for the same hours are split in any relaxation. They are few, and of so
        few whole numbers HiGHS's covers and branching mostly make an end (measured on England, seconds of
        processor to a gap of 0.01 %: 57, and 105 by branching on relaxations alone). Once a program closes
        little of what is left (CLOSING), branching does better: without responsiveness, England is at a gap
        of 2.8 % after 120 s of them, and at 0.5 % after 150 of branching.
        """
        uniform = self.placing.placed[self.placing.uniform]
        if not uniform.size:
            return
        self._restrict(allowed, np.zeros(len(self._holders), bool))
        outcome = self._cut(np.inf, root=True)
        if outcome is None or outcome.ended is Ended.INFEASIBLE:
            return
        x = self._point(outcome)
        self._round(x)
        if (x[uniform].max(axis=1) >= 1.0 - INTEGRAL).all():
            return
        self._find()
        self.master.integral(uniform.ravel())
        closing = True
        while closing and not self.progress.answered and not self.clock.out:
            left, aim = self.progress.bound - self.progress.enough, self.progress.aim
            outcome = self.master.run(self.clock, aim, enough=self.progress.enough)
            self.progress.lower(outcome.bound + self.master.offset)
            if outcome.x is None:
                break
            x = self.master.whole(outcome.x)
            self._round(x)
            self.tell(f"bound {self.progress.bound:.6f}, value {self.progress.value:.6f}")
            cuts = self.separate(x, None)
            if not cuts.count and aim <= self.progress.gap:
                break
            # Not where no design is known: both are infinite.
            closing = self.progress.bound - self.progress.enough < CLOSING * left
            self.master.add(cuts)
        self.master.relaxed()

    def _find(self) -> None:
        """Look for any design at all where rounding has found none, as where hours are short everywhere."""
        if self.progress.best is None:
            outcome = self.master.any(self.clock)
            if outcome.x is not None:
                self._round(self.master.whole(outcome.x))

    def _lower(self) -> None:
        """The bound is that of the best part open, or of what was given up."""
        best_open = -self.nodes[0].promise if self.nodes else -np.inf
        self.progress.lower(max(self.closed, self.progress.value, best_open))

    def _push(self, bound: float, open_: Array, sure: Array) -> None:
        self._count += 1
        heapq.heappush(self.nodes, Node(-bound, self._count, open_, sure))

    def _close(self, bound: float) -> bool:
        self.closed = max(self.closed, bound)
        return True

    def _split(self, node: Node) -> bool:
        """Look at a node and put its parts in its place; False: time ran out."""
        bound = -node.promise
        if self.progress.hopeless(bound):
            return self._close(bound)
        self._restrict(node.open, node.sure)
        for _ in range(RETURNS):
            root = bound == np.inf
            outcome = self._cut(bound, root=root, rounds=np.inf if root else ROUNDS)
            if outcome is None:
                if self.progress.best is None and self._latest is not None:
                    self._round(self._latest)  # better a design rounded from half a relaxation than none
                return False
            if outcome.ended is Ended.INFEASIBLE:
                return True
            bound = min(bound, outcome.value + self.master.offset)
            if self.progress.hopeless(bound):
                break
            x = self._point(outcome)
            share = x[self.placing.placed]
            apart = 1.0 - share.max(axis=1)
            if (apart[self.placing.uniform] > INTEGRAL).any():
                self._enforce(node, x)
            else:
                latest = self._round(x)
            if apart.max() > INTEGRAL:
                left = self._worthwhile(node.open, share, bound, outcome)
                self._part(bound, left, node.sure, x, apart)
                return True
            if bound - self.progress.value <= SOLVED or not (cuts := self._broken(x, latest)).count:
                break
            self.master.add(cuts)
        return self._close(bound)

    def _broken(self, x: Array, latest: Candidate) -> Cuts:
        """Cuts that a relaxation breaks which is a design."""
        cuts = join(self.separate(x, None), latest.cuts.violated(x))
        if not cuts.count and latest.spoilt:
            # Infeasible by less than HiGHS's tolerance, so that no price cuts it off.
            cuts = self.placing.without(self.placing.design(x))
        return cuts

    def _part(self, bound: float, open_: Array, sure: Array, x: Array, apart: Array) -> None:
        """Split by what moves most: a uniform level, whether an organisation holds, one locality's level."""
        half = np.minimum(x[self._holders], 1.0 - x[self._holders])
        uniform = self.placing.uniform & (apart > INTEGRAL)
        if uniform.any():
            self._part_uniform(bound, open_, sure, x, np.where(uniform, apart, 0.0))
        elif (half > INTEGRAL).any():
            self._part_holders(bound, open_, sure, np.where(half > INTEGRAL, half, 0.0))
        else:
            h = int(np.argmax(apart))
            for level in np.flatnonzero(open_[h]):
                part = open_.copy()
                part[h] = np.arange(open_.shape[1]) == level
                self._push(bound, part, sure)

    def _part_uniform(self, bound: float, open_: Array, sure: Array, x: Array, apart: Array) -> None:
        """Split by whether a uniform decision is where most of it is: of a few, where both parts lose."""
        split = []
        for h in np.argsort(-apart, kind="stable")[:TRIED]:
            if apart[h] > 0:
                most = np.arange(open_.shape[1]) == np.argmax(x[self.placing.placed[h]])
                here, elsewhere = open_.copy(), open_.copy()
                here[h], elsewhere[h] = most, open_[h] & ~most
                split.append([(here, sure), (elsewhere, sure)])
        self._push_best(bound, split, LONGER)

    def _part_holders(self, bound: float, open_: Array, sure: Array, half: Array) -> None:
        """Split by whether an organisation holds a decision: of a few tried, where both parts lose most."""
        sizes, split = np.array([len(holder.holdings) for holder in self.placing.holders]), []
        order = np.argsort(-half * sizes, kind="stable")[:TRIED]
        for k in order[half[order] > 0]:
            holder, none, some = self.placing.holders[k], open_.copy(), sure.copy()
            none[holder.holdings, holder.level] = False
            some[k] = True
            split.append([(none, sure), (open_, some)])
        self._push_best(bound, split, BRIEF)

    def _push_best(self, bound: float, split: list[list[tuple[Array, Array]]], iterations: int) -> None:
        """Of ways to split a node in two, push the parts of the best, or what all of them leave.

        That is strong branching (Applegate, Bixby, Chvatal & Cook 1995), with the product as the score. Of
        ways with one part that is worth a look, the other part is gone whatever else is split.
        """
        best: tuple[float, list[tuple[float, Array, Array]]] = (-1.0, [])
        only: list[tuple[float, Array, Array]] = []  # parts without a rival
        for ways in split:
            parts = [(self._relaxed(*part, bound, iterations), *part) for part in ways]
            live = [part for part in parts if part[0] > -np.inf and not self.progress.hopeless(part[0])]
            if len(live) < len(parts):
                self._close(min(part[0] for part in parts) if live else max(part[0] for part in parts))
                only += live
                if not live:
                    return
            score = float(np.prod([bound - most + TAIL for most, _, _ in live]))
            best = max(best, (score, parts), key=lambda one: one[0])
        if only:
            opens, sures = [part[1] for part in only], [part[2] for part in only]
            self._push(min(part[0] for part in only), np.all(opens, axis=0), np.any(sures, axis=0))
            return
        for most, left, certain in best[1]:
            self._push(most, left, certain)

    def _relaxed(self, open_: Array, sure: Array, bound: float, iterations: int) -> float:
        """The bound of a part by the cuts that there are, where it is soon found."""
        self._restrict(open_, sure)
        outcome = self.master.peek(self.clock, iterations)
        if outcome.ended is Ended.INFEASIBLE:
            return -np.inf
        return min(bound, outcome.value + self.master.offset) if outcome.ended is Ended.OPTIMAL else bound

    def _restrict(self, open_: Array, sure: Array) -> None:
        self.master.restrict(self.placing.placed.ravel(), np.zeros(open_.size), open_.ravel().astype(float))
        self.master.restrict(self._holders, sure.astype(float), np.ones(len(sure)))

    def _cut(
        self, bound: float, *, root: bool = False, forget: bool = True, rounds: float = np.inf
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

    def _whole(self, open_: Array, sure: Array, x: Array) -> Array:
        """The best point of the master, all of it whole, that uses nothing that a relaxation leaves at 0."""
        self._restrict(open_ & (x[self.placing.placed] > INTEGRAL), sure)
        self.master.integral()
        outcome = self.master.run(self.clock, self.progress.gap, brisk=NODES)
        self.master.relaxed()
        return x if outcome.x is None else self.master.whole(outcome.x)

    def _enforce(self, node: Node, x: Array) -> None:
        """Look for a design in which uniform decisions have levels that a relaxation of a node uses.

        With them whole, the others relaxed and nothing open that the relaxation leaves at 0, the program is
        small: a tenth of a second on England, and ten with all levels open (relaxation enforced neighbourhood
        search, Berthold 2014). Its levels are then fixed, and the rest is cut and rounded. It bounds nothing.
        """
        placed, uniform = self.placing.placed, self.placing.uniform
        used = node.open & (x[placed] > INTEGRAL)
        for _ in range(ENFORCED):
            self._restrict(used, node.sure)
            self.master.integral(placed[uniform].ravel())
            outcome = self.master.run(self.clock, self.progress.gap, brisk=NODES)
            self.master.relaxed()
            if outcome.x is None:
                return
            fixed = node.open.copy()
            fixed[uniform] &= self.master.whole(outcome.x)[placed[uniform]] > 0.5
            if fixed[uniform].tobytes() in self._enforced:
                return
            self._enforced.add(fixed[uniform].tobytes())
            self._restrict(fixed, node.sure)
            rest = self._cut(self.progress.bound, forget=False)
            if rest is None or rest.ended is Ended.INFEASIBLE:
                return
            if not self.progress.hopeless(rest.value + self.master.offset):
                self._round(self._whole(fixed, node.sure, self._point(rest)))

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
        few = Tree(self.fresh, self.separate, self.evaluate, self.placing, progress, self.clock, self.tell)
        few._restrict(open_, np.zeros(len(self._holders), bool))
        outcome = few._cut(self.progress.bound)
        if outcome is not None and outcome.ended is Ended.OPTIMAL:
            self._round(few._point(outcome))
        self._crossed, self._wait = len(seen), 1 if self.progress.value > before else 2 * self._wait

    def _worthwhile(self, open_: Array, share: Array, bound: float, outcome: Outcome) -> Array:
        """Without the levels at which, by their reduced costs, nothing is worth more than what is known."""
        price = self.master.reduced(outcome, self.placing.placed.ravel()).reshape(share.shape)
        most = np.minimum(bound, outcome.value + self.master.offset + price)
        known = self.progress.value
        gone = open_ & (share <= INTEGRAL) & (most <= known + self.progress.gap * abs(known))
        if gone.any():
            self._close(float(most[gone].max()))
        return open_ & ~gone
