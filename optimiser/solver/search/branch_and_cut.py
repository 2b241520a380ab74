"""Branch and cut over who holds what, where levels may differ by locality.

HiGHS cannot be told a cut while it branches, and without the cuts of its own a node has the wrong pools. So
the tree is ours and HiGHS solves its relaxations, each from the basis of the last: a node is cut, what its
prices rule out is closed for good below it, and it is split by the level of a uniform decision, by whether an
organisation holds a decision at all, or by the level of one locality. Before that, uniform decisions are
settled by a few mixed-integer programs.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from optimiser.solver.cuts.cuts import Cuts, join
from optimiser.solver.outcome import Ended, Outcome
from optimiser.solver.search.master import TAIL, Candidate, Searched
from optimiser.solver.search.relaxation import Relaxation
from optimiser.tolerances import INTEGRAL, SOLVED

Array = np.ndarray
ROUNDS = 1  # of cuts at any node but the root; measured: two hard variants of England take a fifth less
CLOSING = 0.5  # of what is left may stay after a program that settles uniform decisions; else branching
TRIED = 4  # ways to split a node; measured: a proof to 0.01 % of accountability alone in half the time
BRIEF = 80  # iterations to try one of them; measured: more make no better choice worth their time
LONGER = 1000  # the same for a uniform decision, whose parts are farther from the node
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


class Tree(Relaxation):
    """The open nodes of a search; `closed` is the best bound of all that was given up."""

    def grow(self, allowed: Array) -> Searched:
        """Find a best design, or what else `progress` is content with, at levels allowed, (H, L) bool."""
        self.nodes: list[Node] = []
        self.closed, self._count = -np.inf, 0
        self._settle_uniform(allowed)
        self._push(np.inf, allowed, np.zeros(len(self._holders), bool))
        while self.nodes and not self.progress.answered:
            node = heapq.heappop(self.nodes)
            if not self._split(node):
                return self.progress.ended
            self.clock.branched(1)
            self._lower()
            self._cross()
            self._say(f", {len(self.nodes)} of {self._count} parts open")
        if not self.nodes and self.progress.best is None and self.closed == -np.inf:
            return self.progress.found(Ended.INFEASIBLE)
        return self.progress.answered or self.progress.ended

    def _settle_uniform(self, allowed: Array) -> None:
        """Cut the master with uniform decisions whole and all others relaxed; the bound holds for all.

        Uniform decisions that compete for the same hours are split in any relaxation. They are few, and of so
        few whole numbers HiGHS's covers and branching mostly make an end (measured on England, to a gap of
        0.01 %: half the time of branching on relaxations alone). Once a program closes little of what is left
        (CLOSING), branching does better.
        """
        uniform, nobody = self.placing.placed[self.placing.uniform], np.zeros(len(self._holders), bool)
        if not uniform.size:
            return
        self._restrict(allowed, nobody)
        outcome = self._cut(np.inf, root=True)
        if outcome is None or outcome.ended is Ended.INFEASIBLE:
            return
        x = self._point(outcome)
        self._round(x)
        if (x[uniform].max(axis=1) >= 1.0 - INTEGRAL).all():
            return
        self._find()
        closing = True
        while closing and not self.progress.answered and not self.clock.out:
            self._enforce(allowed, nobody, x)
            left, aim = self.progress.bound - self.progress.enough, self.progress.aim
            self._restrict(allowed, nobody)
            self.master.integral(uniform.ravel())
            outcome = self.master.run(self.clock, aim, enough=self.progress.enough)
            self.master.relaxed()
            self.progress.lower(outcome.bound + self.master.offset)
            if outcome.x is None:
                break
            x = self.master.whole(outcome.x)
            self._round(x)
            self._say()
            cuts = self.separate(x, None)
            if not cuts.count and aim <= self.progress.gap:
                break
            # Not where no design is known: both are infinite.
            closing = self.progress.bound - self.progress.enough < CLOSING * left
            self.master.add(cuts)
        if not self.progress.answered:
            self._enforce(allowed, nobody, x)

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
            outcome = self._cut(bound, ROUNDS if bound < np.inf else np.inf, root=bound == np.inf)
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
                self._enforce(node.open, node.sure, x)
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

    def _worthwhile(self, open_: Array, share: Array, bound: float, outcome: Outcome) -> Array:
        """Without the levels at which, by their reduced costs, nothing is worth more than what is known."""
        price = self.master.reduced(outcome, self.placing.placed.ravel()).reshape(share.shape)
        most = np.minimum(bound, outcome.value + self.master.offset + price)
        known = self.progress.value
        gone = open_ & (share <= INTEGRAL) & (most <= known + self.progress.gap * abs(known))
        if gone.any():
            self._close(float(most[gone].max()))
        return open_ & ~gone
