"""A bound for paths: what links the periods has a price, and then each is by itself but for its moves.

The rows that link states (14 to 16) become prices >= 0. Whatever these are, no path is worth more than the
best of what is left: a small master program over who holds what, its moves, lagged rules and limits on
changes as they stand, with what each period is worth at these prices above it. That is concave in who holds
what, so that lines bound it (`recourse_lp.line`), each tight where a linear program of one period was solved.
At the prices of a path's own recourse that path is worth what it is (Lagrangian duality; Geoffrion 1974),
and what the bound loses on others is small as long as they lead to much the same states.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace

import numpy as np
from scipy import sparse

from optimiser.solver.clock import Clock
from optimiser.solver.compile.program import Program
from optimiser.solver.cuts.cuts import Cuts, join
from optimiser.solver.path.whole import Whole
from optimiser.solver.recourse.recourse_lp import line, settle
from optimiser.solver.search.master import Candidate, Master, Progress, relax, search
from optimiser.solver.session import Session
from optimiser.tolerances import EQUAL

Array = np.ndarray
ROUNDS = 6  # of lines from the relaxation; whole numbers move the bound further than more of them (measured)
LARGE = 20_000  # columns from which whole numbers are out of reach, and a simplex too (England by locality:
# 78,000; its relaxation takes the interior point half a minute, and the simplex had not ended after four)
PATIENT = 50  # rounds of lines there


def bounded(
    whole: Whole, program: Program, progress: Progress, clock: Clock, tell: Callable[[str], None]
) -> None:
    """Lower the bound on all paths of a program, from the prices of the best that is known to those of the
    next, until that is answer enough or no better path turns up."""
    while progress.best is not None and not progress.answered:
        best = progress.best
        prices = whole.prices(best.design, clock)
        if prices is None:
            return
        priced = Priced(whole, program, prices, progress, clock)
        opening = priced.lines(whole.columns(best.design))
        if opening.count < len(whole.sessions):
            return  # nothing is above what a period is worth
        priced.look(opening, tell)
        if progress.best is best or clock.out:
            return


class Priced:
    """The program of all periods with prices in place of what links their states.

    Columns are those of the whole, then one a period for what it is worth at these prices.
    """

    def __init__(
        self, whole: Whole, program: Program, prices: Array, progress: Progress, clock: Clock
    ) -> None:
        self.whole, self.progress, self.clock = whole, progress, clock
        kept = np.arange(len(program.cost)) < whole.blocks[0].start
        own = kept.copy()
        kept[whole.settled_columns] = True
        linked = np.diff(program.matrix[:, ~kept].tocsr().indptr) > 0
        links = np.flatnonzero(linked[: whole.linking])
        self.prices = _signed(prices[links], program.lower[links], program.upper[links])
        paid = -(self.prices @ program.matrix[links])
        parts = zip(whole.sessions, whole.blocks, whole.links.weight, strict=True)
        self.periods = [_repriced(session, paid[block] / weight) for session, block, weight in parts]
        self.columns_kept = np.append(kept, np.ones(len(self.periods), bool))
        self.rows_kept = ~linked
        self.program = self._with_periods(program, own, links)

    def look(self, opening: Cuts, tell: Callable[[str], None]) -> None:
        """Lower the bound with these lines to begin with, and look for a better path."""
        large = int(self.columns_kept.sum()) > LARGE
        master = Master(
            self.program,
            self.columns_kept,
            self.rows_kept,
            self.no_cuts(),
            self.whole.threads,
            interior=large,
        )
        master.add(opening)
        if not large:
            search(master, self.separate, self.evaluate, self, self.progress, self.clock, tell, ROUNDS)
            return
        relaxed, _ = relax(master, self.separate, self.progress, self.clock, tell, PATIENT)
        if relaxed is not None and relaxed.x is not None and not self.progress.answered:
            self.progress.note(self.evaluate(master.whole(relaxed.x)))

    def _with_periods(self, program: Program, own: Array, links: Array) -> Program:
        """What counts is what moves cost and what each period is worth; and what the links pay for all."""
        periods = len(self.periods)
        sides = np.where(self.prices > 0, program.upper[links], program.lower[links])
        priced = np.flatnonzero(self.prices)
        nothing = sparse.csr_array((program.matrix.shape[0], periods))
        return replace(
            program,
            cost=np.append(np.where(own, program.cost, 0.0), self.whole.links.weight),
            offset=float(self.prices[priced] @ sides[priced]),
            matrix=sparse.hstack([program.matrix, nothing], format="csr"),
            column_lower=np.append(program.column_lower, np.full(periods, -np.inf)),
            column_upper=np.append(program.column_upper, np.full(periods, np.inf)),
            integer=np.append(program.integer, np.zeros(periods, bool)),
        )

    def no_cuts(self) -> Cuts:
        """None."""
        return Cuts(sparse.csr_array((0, len(self.program.cost))), np.zeros(0))

    def design(self, x: Array) -> Array:
        """(T H,) the level at which each holding is placed in each period."""
        return self.whole.design(x)

    def columns(self, design: Array) -> Array:
        """The columns that a design settles; zero elsewhere."""
        return np.append(self.whole.columns(design), np.zeros(len(self.periods)))

    def without(self, design: Array) -> Cuts:
        """A row that this design alone breaks."""
        return self._beside(self.whole.without(design))

    def _beside(self, cuts: Cuts) -> Cuts:
        """Cuts of the whole on these columns."""
        none = sparse.csr_array((cuts.count, len(self.periods)))
        return Cuts(sparse.hstack([cuts.matrix, none], format="csr"), cuts.upper)

    def separate(self, x: Array, prices: Array | None) -> Cuts:
        """Cuts that a point breaks; at that of a design, `evaluate` has drawn the lines.

        Those of a point halfway to the best path are tried first: they are deeper, as in
        `branch_and_cut.Tree`.
        """
        pools = self._beside(self.whole.separate(x, around=prices is None))
        if prices is not None:
            best = self.progress.best
            halfway = x if best is None else (x + self.columns(best.design)) / 2
            lines = self.lines(halfway).violated(x)
            pools = join(pools, lines if lines.count else self.lines(x).violated(x))
        return pools

    def lines(self, x: Array) -> Cuts:
        """For each period a line above what it is worth at these prices, tight at this point; fewer where
        time is out, or one cannot be told."""
        rows, upper, first = [], [], len(self.program.cost) - len(self.periods)
        for t, (period, block) in enumerate(zip(self.periods, self.whole.blocks, strict=True)):
            if self.clock.out:
                break
            above = _line(period, x[block])
            if above is not None:
                slope, constant = above
                columns = np.append(block.start + period.placing.core, first + t)
                entries = np.append(slope, 1.0), (np.zeros(len(columns), int), columns)
                rows.append(sparse.csr_array(entries, shape=(1, len(self.program.cost))))
                upper.append(constant)
        return Cuts(sparse.vstack(rows, format="csr"), np.array(upper)) if rows else self.no_cuts()

    def evaluate(self, x: Array) -> Candidate:
        """The design of a point, and what it is worth as a path where that may be more than is known."""
        design = self.design(x)
        point = self.columns(design)
        lines = self.lines(point)
        most = lines.upper - lines.matrix @ point  # of each period
        promise = self.program.offset + self.program.cost[: -len(most)] @ x[: -len(most)]
        promise += self.whole.links.weight @ most if lines.count == len(self.periods) else np.inf
        if self.clock.out or promise <= self.progress.value + EQUAL:
            return Candidate(design, -np.inf, lines)
        value, _ = self.whole.settle(design, self.clock)
        return Candidate(design, value, lines, spoilt=value == -np.inf)


def _line(period: Session, x: Array) -> tuple[Array, float] | None:
    """Slope and constant on who holds what, tight where that is as in x."""
    core, free = period.placing.core, np.ones(len(x), bool)
    placed = np.zeros(len(x))
    placed[core] = x[core]
    free[core] = False
    free[period.recourse.y] = period.recourse.most(placed) > 0
    settled = settle(period, placed, np.flatnonzero(free), Clock(), None, period.no_cuts(), ties=False)
    return None if settled.x is None else line(period, settled, period.no_cuts())


def _signed(prices: Array, lower: Array, upper: Array) -> Array:
    """Without what the rounding of a solver leaves on the side that does not bind."""
    prices = np.where(np.isposinf(upper), np.minimum(prices, 0.0), prices)
    return np.asarray(np.where(np.isneginf(lower), np.maximum(prices, 0.0), prices))


def _repriced(session: Session, paid: Array) -> Session:
    """A period that is paid for what it leaves, and pays for what it inherits: the most and the least of that
    are known."""
    period, program, columns = copy(session), session.program, session.compiled.columns
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    number = {name: n for n, name in enumerate(session.c.sets.organisations)}
    most, least = session.c.autonomy, session.c.inherited
    states = (("skill", most.ability, least.skill_least), ("morale", most.willingness, least.morale_least))
    for state, highest, lowest in states:
        n = [number[key] for key in columns.keys[columns[state]]]
        lower[columns[state]], upper[columns[state]] = lowest[n], highest[n]
    upper[columns["stock"]] = 1.0  # its unit is the most that it can be
    period.program = replace(program, cost=program.cost + paid, column_lower=lower, column_upper=upper)
    return period
