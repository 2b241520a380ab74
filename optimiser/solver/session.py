"""Session: one compiled model, asked again and again; new numbers of the same shape need no new model."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients, coefficients
from optimiser.instance.instance import Instance
from optimiser.model import assemble
from optimiser.solver.branching import Tree
from optimiser.solver.compiled import Compiled, Program
from optimiser.solver.cuts import Cuts, dense, join
from optimiser.solver.highs import Clock, Ended
from optimiser.solver.moves import Neighbourhood
from optimiser.solver.placing import Placing
from optimiser.solver.pooling import PoolCuts
from optimiser.solver.recourse import Recourse
from optimiser.solver.risk import at_risk
from optimiser.solver.search import Evaluated, Found, Master, Progress, relax, search
from optimiser.solver.settle import Settled, settle

if TYPE_CHECKING:
    import pyomo.environ as pyo

Array = np.ndarray
KNOWN = 4  # vectors of prices kept for each scenario: the last ones say most of the next question
KEPT = 1e-9  # how far below what it should be worth a design may lie, for rounding
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


class Session:
    """The solver's side of one instance; `update` and `weigh` ask it something else.

    With `extend`, a function that adds to the Pyomo model, the program is solved whole: what was added may
    touch recourse, whose columns otherwise leave the master problem.
    """

    def __init__(
        self,
        instance: Instance,
        weights: Mapping[str, float] | None = None,
        threads: int = 1,
        extend: Callable[[pyo.ConcreteModel], Any] | None = None,
    ) -> None:
        self.threads, self.extended, self._extend = threads, extend is not None, extend
        self._shape: tuple[Any, ...] | None = None
        self.update(instance, weights)

    def update(self, instance: Instance, weights: Mapping[str, float] | None = None) -> None:
        """Ask about this instance from now on; compiles again only where its shape is another."""
        self.instance = instance
        self._take(coefficients(instance, weights))

    def weigh(self, weights: Array) -> None:
        """Replace the weights (G,), which sum to 1."""
        self._take(replace(self.c, numbers=dict(self.c.numbers) | {"weight": weights}))

    def _take(self, c: Coefficients) -> None:
        self.c = c
        if c.shape != self._shape:
            self._compile(c)
        self.program = self.compiled.program(c.theta)
        self.pools = PoolCuts(self.compiled, c)
        self.placing = Placing(self.compiled, c, self.pools)
        self.recourse.follow(self.program, c)
        keep = ~self.recourse.is_recourse
        keep[self.compiled.columns["achieved"]] = False
        scores = self.program.matrix[
            self.compiled.rows["scored"]
        ]  # without what they sum up to, and recourse
        self._bare = (scores @ sparse.diags_array(keep.astype(float))).tocsr()
        # Money spent before the scenario is known couples the scenarios, and so may an extension.
        self.coupled = self.extended or any(self._width(name) for name in ("support", "added"))

    def _compile(self, c: Coefficients) -> None:
        with without_collection():
            model = assemble(c, self.instance.name)
            if self._extend is not None:
                self._extend(model)
            self.compiled = Compiled(model)
            del model  # freed before there is a collector to walk through it
        self.recourse = Recourse(self.compiled, c)
        self._shape = c.shape
        self._known: deque[Array] = deque(maxlen=KNOWN * len(c.sets.scenarios))
        self._last: Array | None = None

    def _width(self, component: str) -> int:
        run = self.compiled.columns[component]
        return run.stop - run.start

    @property
    def weights(self) -> Array:
        """(G,) normalised weights in force."""
        return self.c["weight"]

    @property
    def _branches(self) -> bool:
        """Whether the tree is ours; else HiGHS's, which keeps all rows of itself."""
        return not (self.extended or self.c.sets.uniform.all())

    @property
    def holding_share(self) -> Array:
        """(H,) how much of its decision a holding is: all if it is uniform, else the share of population."""
        locality = self.c.sets.holding_locality
        return np.where(locality < 0, 1.0, self.c["share"][locality])

    # Searching

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
    ) -> Found:
        """A best design: `fixed` maps holdings to levels, `floors` objectives to what they must reach.

        `rows` are further rows on who holds what (`Placing.row`, `Placing.without`). With `decide` the search
        ends once a design is worth that much, or none can be. It starts from the design `start`, else from
        the last one found, repaired where that breaks any of this.
        """
        fixed, floors, rows = fixed or {}, floors or {}, rows or self._no_cuts()
        settled = {g: f for g, f in floors.items() if self._branches and not self.recourse.touches(g)}
        floors, rows = (
            {g: f for g, f in floors.items() if g not in settled},
            join(rows, self._placed(settled)),
        )
        floor = self.floors(floors)
        master = self._master(self._with_fixed(fixed), join(floor, rows), floors)
        neighbourhood = Neighbourhood(self, fixed, rows, floors)
        evaluate = self._evaluator(clock, floor, neighbourhood)
        separate = self._separator(clock, floors)
        progress = Progress(gap, np.inf if decide is None else decide)
        first = self._first(self._last if start is None else start, fixed, neighbourhood, clock)
        if first is not None:
            x = self.placing.columns(first)
            worth = self.evaluate(x, clock, floor)  # not improved yet: that pays once its prices are cuts
            progress.note(Evaluated(first, worth.value, worth.cuts, x if self.extended else None))
            master.add(worth.cuts)
        found = self._search(master, separate, evaluate, progress, clock, tell)
        if found.design is not None:
            self._last = found.design
        return found

    def _first(
        self, start: Array | None, fixed: Mapping[int, int], neighbourhood: Neighbourhood, clock: Clock
    ) -> Array | None:
        """A design to begin from: `start` with what is fixed, and repaired; None: there is none."""
        if start is None:
            return None
        first = start.copy()
        for h, level in fixed.items():
            first[h] = level
        if not self.c.sets.allowed[self.c.sets.holding_decision, first].all():
            return None
        if self.extended:  # the prices that repairs go by know nothing of it
            return first if neighbourhood.keeps(first) else None
        return neighbourhood.repaired(first, clock)

    def reach(self, aim: Array, worth: float, gap: float, clock: Clock, rows: Cuts | None = None) -> Found:
        """The design worth at least `worth` with most of `aim` (H, L), of which value and bound are given."""
        costs = np.zeros(self.placing.size)
        costs[self.placing.placed] = aim
        floor = dense(-self.program.cost[None, :], np.array([self.program.offset - worth]))
        program = replace(self.program, cost=costs, offset=0.0)
        rows = rows or self._no_cuts()
        master = self._master(program, join(floor, rows), {})
        neighbourhood = Neighbourhood(self, {}, rows)

        def evaluate(x: Array) -> Evaluated:
            design = self.placing.design(x)
            if not neighbourhood.keeps(design):
                return Evaluated(design, -np.inf, self._no_cuts(), spoilt=True)
            there = self.evaluate(self.placing.columns(design), clock)
            reached = aim[np.arange(len(design)), design].sum() if there.value >= worth - KEPT else -np.inf
            return Evaluated(design, float(reached), there.cuts, spoilt=bool(reached == -np.inf))

        separate = self._separator(clock, {})
        progress = Progress(gap, np.inf)
        return self._search(master, separate, evaluate, progress, clock, lambda text: None)

    def _search(
        self,
        master: Master,
        separate: Callable[[Array, Array | None], Cuts],
        evaluate: Callable[[Array], Evaluated],
        progress: Progress,
        clock: Clock,
        tell: Callable[[str], None],
    ) -> Found:
        """By branching where levels may differ by locality, else by mixed-integer programs."""
        if not self._branches:
            return search(master, separate, evaluate, self.placing, progress, clock, tell)
        tree = Tree(master, separate, evaluate, self.placing, progress, clock, tell)
        return tree.grow(master.upper[self.placing.placed] > 0)

    def bounds(self, clock: Clock) -> Array:
        """(H, L) no design that holds h at l is worth more: the relaxation's bound and its reduced costs."""
        progress = Progress(0.0, np.inf)
        master = self._master(self.program, self._no_cuts(), {})
        outcome = relax(master, self._separator(clock, {}), progress, clock, lambda text: None)
        if outcome is None:
            return np.full(self.placing.placed.shape, np.inf)
        if outcome.ended is Ended.INFEASIBLE:
            return np.full(self.placing.placed.shape, -np.inf)
        reduced = master.whole(outcome.reduced)[self.placing.placed]
        return outcome.value + master.offset + np.minimum(0.0, reduced)

    def _master(self, program: Program, below: Cuts, floors: Mapping[int, float]) -> Master:
        every = np.ones(len(program.cost), bool)
        columns = every if self.extended else ~self.recourse.is_recourse
        rows = np.ones(len(program.lower), bool) if self.extended else self.recourse.in_master
        master = Master(program, columns, rows, below, self.threads)
        if not self.extended:
            known = self.recourse.cuts(list(self._known))
            master.add(join(self._opening_cuts(floors), known))
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

    def floors(self, floors: Mapping[int, float]) -> Cuts:
        """Rows that keep objectives at or above a value in expectation."""
        achieved, sets = self.compiled.columns["achieved"], self.c.sets
        rows = np.zeros((len(floors), len(self.compiled.columns.keys)))
        scenarios = len(sets.scenarios)
        for row, g in zip(rows, floors, strict=True):
            begin = achieved.start + g * scenarios
            row[begin : begin + scenarios] = -self.c["probability"]
        return dense(rows, -np.array(list(floors.values()), float))

    def _placed(self, floors: Mapping[int, float]) -> Cuts:
        """The same for objectives that recourse leaves alone, as rows on who holds what."""
        if not floors:
            return self._no_cuts()
        scored, p, count = self.compiled.rows["scored"], self.c["probability"], len(self.weights)
        within = [slice(g * len(p), (g + 1) * len(p)) for g in floors]
        rows = np.array([p @ self._bare[run] for run in within]).reshape(len(within), self.placing.size)
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

    def _no_cuts(self) -> Cuts:
        return Cuts(sparse.csr_array((0, len(self.compiled.columns.keys))), np.zeros(0))

    def _separator(self, clock: Clock, floors: Iterable[int]) -> Callable[[Array, Array | None], Cuts]:
        direction, floors = self.weights.copy(), list(floors)

        def separate(x: Array, floor_prices: Array | None) -> Cuts:
            nonlocal direction
            if floor_prices is not None and floors:
                direction = self.weights.copy()
                direction[floors] += np.maximum(0.0, floor_prices[: len(floors)])
            around = self.pools.separate(x, around=floor_prices is None)
            if self.extended:
                return around
            return join(around, self.recourse.cuts(self._prices(x, direction, clock)[1]).violated(x))

        return separate

    def _prices(self, x: Array, direction: Array, clock: Clock) -> tuple[Array, list[Array]]:
        """(S,) what recourse adds in the direction (-inf: infeasible), and prices for the cuts."""
        count = len(self.c.sets.scenarios)
        if self.coupled:
            return np.full(count, np.nan), self._by_scenario(self.settle(x, clock, direction).prices)
        priced = self.recourse.price(x, direction, clock)
        worth = np.array([p.worth if p.feasible else -np.inf for p in priced])
        prices = [p.prices for p in priced if p.prices.any()]
        self._known.extend(prices)
        return worth, prices

    def _by_scenario(self, prices: Array) -> list[Array]:
        parts = [
            np.where(self.recourse.row_scenario == s, prices, 0.0) for s in range(len(self.c.sets.scenarios))
        ]
        priced = [part for part in parts if part.any()]
        self._known.extend(priced)
        return priced

    def _evaluator(
        self, clock: Clock, floor: Cuts, neighbourhood: Neighbourhood
    ) -> Callable[[Array], Evaluated]:
        climb = not self.coupled and not self.c.sets.uniform.all()

        def evaluate(x: Array) -> Evaluated:
            design, cuts = self.placing.design(x), self._no_cuts()
            if not self.extended and (floor.count or not neighbourhood.keeps(design)):
                repaired = neighbourhood.repaired(design, clock)
                if repaired is None or (repaired != design).any():
                    cuts = neighbourhood.floor_cuts(design, clock)
                if repaired is None:
                    return Evaluated(design, -np.inf, cuts, spoilt=True)
            else:
                repaired = design
            point = x.copy() if self.extended else np.zeros(len(x))
            point[self.placing.core] = self.placing.compact(repaired)
            worth = self.evaluate(point, clock, floor)
            best, value = repaired, worth.value
            if climb and np.isfinite(value):
                best, value = neighbourhood.improve(best, value, clock)
            spoilt = value == -np.inf or bool((repaired != design).any())
            return Evaluated(best, value, join(worth.cuts, cuts), point if self.extended else None, spoilt)

        return evaluate

    # Evaluating

    def evaluate(self, x: Array, clock: Clock, floor: Cuts | None = None) -> Worth:
        """The exact value of a design, given as columns that are complete but for its recourse."""
        if self.coupled or (floor is not None and floor.count):
            settled = self.settle(x, clock, floor=floor)
            cuts = self.recourse.cuts([] if self.extended else self._by_scenario(settled.prices))
            return Worth(settled.value, cuts)
        worth, prices = self._prices(x, self.weights, clock)
        cuts = self.recourse.cuts(prices)
        values = self._base(x) + worth
        return Worth(float(self.at_risk(values)) if np.isfinite(values).all() else -np.inf, cuts)

    def at_risk(self, values: Array) -> Array:
        """The value of what the scenarios are worth, (..., S), at the instance's attitude to risk."""
        attitude = self.instance.uncertainty
        return at_risk(values, self.c["probability"], attitude["risk_aversion"], attitude["beta"])

    def _base(self, x: Array) -> Array:
        """(S,) weighted objectives before recourse."""
        reached = self.program.upper[self.compiled.rows["scored"]] - self._bare @ x
        return self.weights @ reached.reshape(len(self.weights), -1)

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
        return settle(self, x, np.flatnonzero(free), clock, direction, floor or self._no_cuts(), ties)

    def point(self, found: Found) -> Array:
        """Columns of the program for what a search found."""
        assert found.design is not None
        return self.placing.columns(found.design) if found.point is None else found.point

    def lines(
        self, design: Array, clock: Clock, direction: Array | None = None
    ) -> list[tuple[Array, float]] | None:
        """For each scenario (slope, constant): V_s <= constant - slope @ core for every design, tight here.

        V_s is with the weights in force, or the `direction` (G,). None where no such line is at hand: the
        scenarios are coupled.
        """
        if self.coupled:
            return None
        weights = self.weights if direction is None else direction
        x = self.placing.columns(design)
        achieved = self.compiled.columns["achieved"]
        rows = self.compiled.rows["scored"]
        by_objective = np.arange(rows.start, rows.stop).reshape(len(self.weights), -1)
        lines = []
        prices = np.array([priced.prices for priced in self.recourse.price(x, weights, clock)])
        for s, (slope, constant) in enumerate(zip(*self.recourse.rows(prices), strict=True)):
            slope[achieved] = 0.0
            mine = by_objective[:, s]
            apart = np.where(np.isin(mine, self.recourse.coupling), 0.0, weights)  # no recourse in these
            slope += apart @ self._bare[mine - rows.start]
            constant = float(constant + apart @ self.program.upper[mine])
            lines.append((slope[self.placing.core], constant))
        return lines
