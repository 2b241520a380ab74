"""Session: one problem, searched again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from optimiser.instance.instance import Instance
from optimiser.solver.clock import Clock
from optimiser.solver.compile.program import Program
from optimiser.solver.cuts.cuts import Cuts, dense, join
from optimiser.solver.evaluation import Evaluator
from optimiser.solver.outcome import Ended
from optimiser.solver.search.branch_and_cut import Tree
from optimiser.solver.search.master import (
    ROUNDS,
    Candidate,
    Found,
    Master,
    PointSeparator,
    Progress,
    Searched,
    relax,
    search,
)
from optimiser.solver.search.neighbourhood import Neighbourhood

Array = np.ndarray
FEW = 250  # levels by locality up to which HiGHS's tree is faster than ours. Measured: for 12 it takes a
# third of the time, for 190 four fifths, and for 320 half as much again
WHOLE = 1e-5  # how far from whole numbers HiGHS's may be
State = tuple[Array | None, tuple[Array, ...]]  # where a search begins: the last design (H,), known prices


class Session(Evaluator):
    """A problem that is asked for best designs; each search begins where the last one ended."""

    def update(self, instance: Instance, weights: Mapping[str, float] | None = None) -> None:
        """Ask about this instance from now on, as if it were the first."""
        super().update(instance, weights)
        self._last: Array | None = None

    @property
    def state(self) -> State:
        """Where the next search would begin."""
        return self._last, tuple(self.known)

    def stand(self, state: State) -> None:
        """Have the next search begin there, and nothing else be left of what was asked before."""
        self._last, known = state
        self.known.clear()
        self.known.extend(known)
        self.recourse.forget()

    @property
    def _branches(self) -> bool:
        """Whether the tree is ours; else HiGHS's, which keeps all rows of itself."""
        apart = self.placing.placed[~self.placing.uniform].size
        return apart > FEW and not self.extended

    def optimise(
        self,
        gap: float,
        clock: Clock,
        fixed: Mapping[int, int] | None = None,
        floors: Mapping[int, float] | None = None,
        tell: Callable[[str], None] = lambda text: None,
        rows: Cuts | None = None,
        decide: float | None = None,
        start: Array | None = None,
    ) -> Searched:
        """A best design: `fixed` maps holdings to levels, `floors` objectives to what they must reach.

        `rows` are further rows on who holds what (`Placing.row`, `Placing.without`). With `decide` the search
        ends once a design is worth that much, or none can be. It starts from the design `start`, else from
        the last one found, repaired where that breaks any of this.
        """
        fixed, floors, rows = fixed or {}, floors or {}, rows or self.no_cuts()
        placed = {g: f for g, f in floors.items() if self._branches and not self.recourse.touches(g)}
        rows = join(rows, self._floors_placed(placed))
        floors = {g: f for g, f in floors.items() if g not in placed}
        program, below = self._with_fixed(fixed), join(self.floors(floors), rows)
        neighbourhood = Neighbourhood(self, fixed, rows, floors)
        evaluate = self._evaluator(clock, floors, neighbourhood)
        separate = self._separator(clock, floors)
        progress = Progress(gap, np.inf if decide is None else decide)
        if start is None and not clock.out:  # else there was none for this question
            start = self._last
        first = self._first(start, fixed, floors, neighbourhood, clock)
        if first is not None:
            x = self.whole(first, floors)
            worth = self.evaluate(x, Clock(), floors)  # not improved yet: that pays once its prices are cuts
            progress.note(Candidate(first, worth.value, worth.cuts, x if self.extended else None))

        def fresh() -> Master:
            master = self._master(program, below, floors)
            if first is not None:
                master.add(worth.cuts)
            return master

        found = self._search(fresh, separate, evaluate, progress, clock, tell)
        if found.found:
            self._last = found.design
        return found

    def _first(
        self,
        start: Array | None,
        fixed: Mapping[int, int],
        floors: Mapping[int, float],
        neighbourhood: Neighbourhood,
        clock: Clock,
    ) -> Array | None:
        """A design to begin from: `start` with what is fixed, and repaired; None: there is none."""
        if start is None:
            return None
        allowed, levels = (
            self.c.sets.allowed[self.c.sets.holding_decision],
            np.arange(self.placing.placed.shape[1]),
        )
        apart = np.abs(levels - start[:, None]) + np.where(allowed, 0, len(levels))
        first = np.argmin(apart, axis=1)  # the nearest level that is allowed
        for h, level in fixed.items():
            first[h] = level
        if not allowed[np.arange(len(first)), first].all():
            return None
        if self.extended:  # the prices that repairs go by know nothing of it
            keeps = neighbourhood.keeps(first) and self.completed(first, floors) is not None
            return first if keeps else None
        return neighbourhood.repaired(first, clock.finishing)

    def begin(
        self, start: Array, clock: Clock, fixed: Mapping[int, int], floors: Mapping[int, float]
    ) -> tuple[Array | None, str]:
        """A design (H,) to begin from, and what became of it: kept, repaired, or (then None) unusable."""
        first = self._first(start, fixed, floors, Neighbourhood(self, fixed, floors=floors), clock)
        if first is None or self.evaluate(self.whole(first, floors), Clock(), floors).value == -np.inf:
            return None, "unusable"
        return first, "kept" if (first == start).all() else "repaired"

    def ceiling(self, clock: Clock, fixed: Mapping[int, int], floors: Mapping[int, float]) -> float:
        """No design is worth more: the bound of the relaxation as it stands; inf where time runs out."""
        master = self._master(self._with_fixed(fixed), self.floors(floors), floors)
        outcome = master.run(clock)
        return outcome.value + master.offset if outcome.ended is Ended.OPTIMAL else np.inf

    def _search(
        self,
        fresh: Callable[[], Master],
        separate: PointSeparator,
        evaluate: Callable[[Array], Candidate],
        progress: Progress,
        clock: Clock,
        tell: Callable[[str], None],
    ) -> Searched:
        """By branching where levels may differ by locality, else by mixed-integer programs."""
        if not self._branches:
            rounds = ROUNDS if self.pools.pools else 1  # more only pay where pools are to be cut (measured)
            return search(fresh(), separate, evaluate, self.placing, progress, clock, tell, rounds)
        tree = Tree(fresh, separate, evaluate, self.placing, progress, clock, tell)
        return tree.grow(tree.master.upper[self.placing.placed] > 0)

    def bounds(self, clock: Clock) -> Array:
        """(H, L) no design that holds h at l is worth more: the relaxation's bound and its reduced costs."""
        progress = Progress(0.0, np.inf)
        master = self._master(self.program, self.no_cuts(), {})
        outcome, _ = relax(master, self._separator(clock, {}), progress, clock, lambda text: None)
        if outcome is None:
            return np.full(self.placing.placed.shape, np.inf)
        if outcome.ended is Ended.INFEASIBLE:
            return np.full(self.placing.placed.shape, -np.inf)
        reduced = master.whole(outcome.reduced)[self.placing.placed]
        return outcome.value + master.offset + np.minimum(0.0, reduced)

    def _master(self, program: Program, below: Cuts, floors: Mapping[int, float]) -> Master:
        if self.extended:
            every = np.ones(len(program.cost), bool), np.ones(len(program.lower), bool)
            return Master(program, *every, below, self.threads)
        opening = self._opening_cuts(floors)
        bounded = replace(program, column_upper=_ceilings(opening, program))
        master = Master(bounded, ~self.recourse.is_recourse, self.recourse.in_master, below, self.threads)
        master.add(join(opening, self.recourse.cuts(list(self.known))))
        return master

    def _with_fixed(self, fixed: Mapping[int, int]) -> Program:
        """The program with some holdings at a level for good (at one that is not allowed: infeasible)."""
        lower, upper = self.program.column_lower.copy(), self.program.column_upper.copy()
        for h, level in fixed.items():
            columns = self.placing.placed[h]
            possible = upper[columns[level]]
            upper[columns] = 0.0
            upper[columns[level]] = possible
        return replace(self.program, column_lower=lower, column_upper=upper)

    def _floors_placed(self, floors: Mapping[int, float]) -> Cuts:
        """Floors under objectives that recourse leaves alone, as rows on who holds what."""
        if not floors:
            return self.no_cuts()
        scored, p, count = self.compiled.rows["scored"], self.c.value.probability, len(self.weights)
        within = [slice(g * len(p), (g + 1) * len(p)) for g in floors]
        rows = np.array([p @ self.recourse.bare[run] for run in within]).reshape(
            len(within), self.placing.size
        )
        most = self.program.upper[scored].reshape(count, -1)[list(floors)] @ p
        return dense(rows, most - np.array(list(floors.values()), float))

    def _opening_cuts(self, floors: Iterable[int]) -> Cuts:
        """What every objective that counts can reach if hours, partners and slack cost nothing."""
        r, opening = self.recourse, []
        for g in np.union1d(np.flatnonzero(self.weights > 0), list(floors)).astype(int):
            for s in range(len(self.c.sets.scenarios)):
                prices = np.zeros(len(r.coupling))
                prices[r.scored[(r.row_objective == g) & (r.row_scenario[r.scored] == s)]] = 1.0
                if prices.any():
                    opening.append(prices)
        return r.cuts(opening)

    def _separator(self, clock: Clock, floors: Iterable[int]) -> PointSeparator:
        direction, floors = self.weights.copy(), list(floors)

        def separate(x: Array, floor_prices: Array | None, priced_at: Array | None = None) -> Cuts:
            nonlocal direction
            if floor_prices is not None and floors:
                direction = self.weights.copy()
                direction[floors] += np.maximum(0.0, floor_prices[: len(floors)])
            around = self.pools.separate(x, around=floor_prices is None)
            if self.extended:
                return around
            priced = self.prices(x if priced_at is None else priced_at, direction, clock)
            return join(around, self.recourse.cuts(priced).violated(x))

        return separate

    def _evaluator(
        self, clock: Clock, floors: Mapping[int, float], neighbourhood: Neighbourhood
    ) -> Callable[[Array], Candidate]:
        """What makes designs of points. A design at hand is evaluated and repaired whatever the time."""
        climb = not self.coupled and not self.c.sets.uniform.all()
        integer = self.program.integer

        def evaluate(x: Array) -> Candidate:
            design, cuts = self.placing.design(x), self.no_cuts()
            if self.extended and np.abs(x - np.round(x))[integer].max(initial=0.0) > WHOLE:
                return Candidate(
                    design, -np.inf, cuts, spoilt=True
                )  # nobody knows how to round what was added
            repaired = design if self.extended else neighbourhood.repaired(design, clock.finishing)
            spoilt = repaired is None or bool((repaired != design).any())
            if spoilt:
                cuts = neighbourhood.floor_cuts(design)
            if repaired is None:
                return Candidate(design, -np.inf, cuts, spoilt=True)
            point = x.copy() if self.extended else np.zeros(len(x))
            point[self.placing.core] = self.placing.compact(repaired)
            worth = self.evaluate(point, Clock(), floors)
            best, value = repaired, worth.value
            if climb and np.isfinite(value):
                best, value = neighbourhood.improve(best, value, clock)
            spoilt = spoilt or value == -np.inf
            return Candidate(best, value, join(worth.cuts, cuts), point if self.extended else None, spoilt)

        return evaluate

    def point(self, found: Found) -> Array:
        """Columns of the program for what a search found."""
        return self.placing.columns(found.design) if found.point is None else found.point

    def whole(self, design: Array, floors: Mapping[int, float]) -> Array:
        """Columns of the program for a design (H,) that is allowed, with what an extension needs."""
        x = self.completed(design, floors) if self.extended else None
        return self.placing.columns(design) if x is None else x


def _ceilings(opening: Cuts, program: Program) -> Array:
    """Upper bounds of columns, those that cuts alone hold down bounded by the opening ones too, generously.

    So that no relaxation has a reason to be called unbounded: HiGHS once ended so on England.
    """
    m, upper = opening.matrix.tocoo(), program.column_upper.copy()
    free = np.isinf(program.column_lower[m.col])  # what an objective reaches: one in each cut
    others, of = ~free, m.col[~free]
    least = np.minimum(m.data[others] * program.column_lower[of], m.data[others] * upper[of])
    reached = (opening.upper - np.bincount(m.row[others], least, opening.count))[m.row[free]] / m.data[free]
    upper[m.col[free]] = np.minimum(upper[m.col[free]], reached + 1.0)
    return upper
