"""Designs one move away: bounded all at once by prices, evaluated exactly where the bound does not decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from optimiser.solver.clock import Clock
from optimiser.solver.compile.columns import DEFINED
from optimiser.solver.cuts.cuts import Cuts, dense
from optimiser.tolerances import EQUAL, SOLVED

if TYPE_CHECKING:
    from optimiser.solver.evaluation import Evaluator

Array = np.ndarray
EXACT = 40  # moves evaluated so that all designs as good can be named; no more than it takes beyond that
REPAIRS = 20  # rounds of moves that repair a design


@dataclass(frozen=True, eq=False)
class Moves:
    """All moves of one holding to another allowed level, with a bound on the value of each."""

    holding: Array
    level: Array
    bound: Array  # no move is worth more; -inf where it breaks a rule, hours or a limit for certain

    def __len__(self) -> int:
        return len(self.holding)


@dataclass(frozen=True, eq=False)
class Checked:
    """What became of the moves: value of each (NaN: decided by its bound, or not looked at)."""

    moves: Moves
    value: Array
    decided: int  # moves shown to be infeasible or no better, by bound or by solving
    better: int
    equal: Array  # positions of moves as good
    cheapest: (
        int | None
    )  # position of the one that costs least, of equal ones the first; None: none is possible
    proven: bool  # is it the cheapest? False: time ran out before all others were decided

    def improved(self, design: Array) -> tuple[Array, float] | None:
        """The best of the designs (H,) one move away from this one, and its value; None: none is better."""
        if self.cheapest is None or not self.better:
            return None
        return _made(design, self.moves, np.array([self.cheapest])), float(self.value[self.cheapest])


class Limits:
    """Rows on who holds what, `lower <= matrix @ core <= upper`; excess is in shares of a limit above 1."""

    def __init__(self, matrix: sparse.csr_array, lower: Array, upper: Array) -> None:
        self.matrix, self.lower, self.upper = matrix, lower, upper
        self._scale = np.maximum(1.0, np.abs(np.where(np.isfinite(upper), upper, lower)))
        self._columns = matrix.T.tocsr()

    def and_also(self, further: Cuts) -> Limits:
        """These and further rows on core."""
        if not further.count:
            return self
        return Limits(
            sparse.vstack([self.matrix, further.matrix], format="csr"),
            np.append(self.lower, np.full(further.count, -np.inf)),
            np.append(self.upper, further.upper),
        )

    def excess(self, x: Array) -> float:
        """By how much all rows are broken at x (core,); 0: they are kept."""
        return float(self._over(slice(None), self.matrix @ x).sum())

    def excess_after(self, x: Array, halves: sparse.csr_array, going: Array, coming: Array) -> Array:
        """(moves,) the same after each move from x, made of two `halves`."""
        change = halves @ self._columns
        changes = change[going] + change[coming]
        activity, rows = self.matrix @ x, changes.indices
        before = self._over(slice(None), activity)
        over = self._over(rows, activity[rows] + changes.data) - before[rows]
        of = np.repeat(np.arange(len(going)), np.diff(changes.indptr))
        excess = before.sum() + np.bincount(of, over, len(going))
        # Less is what remains where terms cancel: what is broken is broken by more than SOLVED.
        excess[excess < SOLVED / 2] = 0.0
        return np.asarray(excess)

    def _over(self, rows: Array | slice, activity: Array) -> Array:
        over = np.maximum(activity - self.upper[rows], self.lower[rows] - activity) / self._scale[rows]
        return np.asarray(np.where(over > SOLVED, over, 0.0))


class Neighbourhood:
    """The moves that a problem allows, some holdings being fixed, further rows and floors kept."""

    def __init__(
        self,
        problem: Evaluator,
        fixed: Mapping[int, int],
        further: Cuts | None = None,
        floors: Mapping[int, float] | None = None,
    ) -> None:
        self.problem, self._floors = problem, dict(floors or {})
        sets = problem.c.sets
        free = np.array([h not in fixed for h in range(len(sets.holding_decision))])
        self._allowed = sets.allowed[sets.holding_decision] & free[:, None]
        core = problem.placing.core
        inside = np.zeros(problem.placing.size, bool)
        inside[core] = True
        pattern = problem.compiled.pattern
        outside = pattern @ (~inside).astype(float)
        open_rows = outside == 0  # a row without any column is kept by all designs or by none
        for name in DEFINED:  # every design keeps these
            open_rows[problem.compiled.rows[name]] = False
        rows = np.flatnonzero(open_rows)
        program = problem.program
        matrix = program.matrix[rows][:, core]
        matrix.eliminate_zeros()
        self._limits = Limits(matrix, program.lower[rows], program.upper[rows])
        if further is not None:
            self._limits = self._limits.and_also(Cuts(further.matrix[:, core], further.upper))

    def moves(self, design: Array, lines: list[tuple[Array, float]] | None) -> Moves:
        """Every move, bounded by lines (slope on core, constant): V_s <= constant - slope @ x for each s."""
        moves, excess = self._assess(design, lines, self._limits)
        moves.bound[excess > 0] = -np.inf
        return moves

    def _assess(
        self, design: Array, lines: list[tuple[Array, float]] | None, limits: Limits
    ) -> tuple[Moves, Array]:
        """Every move with its bound, and by how much each leaves limits broken."""
        holding, level = np.nonzero(self._allowed & (np.arange(self._allowed.shape[1]) != design[:, None]))
        placing, levels = self.problem.placing, self._allowed.shape[1]
        halves = placing.following.halves(placing.flat(design))
        going, coming = holding * levels + design[holding], holding * levels + level
        x = placing.compact(design)
        bound = np.full(len(holding), np.inf)
        if lines is not None:
            change = halves @ np.array([slope for slope, _ in lines]).T
            bound = self.problem.at_risk(_values(lines, x) - (change[going] + change[coming]))
        return Moves(holding, level, bound), limits.excess_after(x, halves, going, coming)

    def keeps(self, design: Array) -> bool:
        """Whether a design keeps every row that it alone decides."""
        return self._limits.excess(self.problem.placing.compact(design)) == 0

    def floor_cuts(self, design: Array) -> Cuts:
        """Rows of the program that every design keeps which reaches the floors; tight at this one."""
        placing, rows, sides = self.problem.placing, [np.zeros((0, self.problem.placing.size))], []
        for g, floor in self._floors.items():
            lines = self.problem.lines(design, Clock(), np.eye(len(self.problem.weights))[g])
            if lines is not None:
                p, row = self.problem.c.value.probability, np.zeros((1, placing.size))
                row[0, placing.core] = p @ np.array([slope for slope, _ in lines])
                rows.append(row)
                sides.append(float(p @ np.array([constant for _, constant in lines])) - floor)
        return dense(np.concatenate(rows), np.array(sides))

    def _with_floors(self, design: Array) -> Limits:
        cuts = self.floor_cuts(design)
        return self._limits.and_also(Cuts(cuts.matrix[:, self.problem.placing.core], cuts.upper))

    def repaired(self, design: Array, clock: Clock) -> Array | None:
        """The design, moved where that costs least for what it mends, until every row is kept, or None."""
        placing = self.problem.placing
        for _ in range(REPAIRS):
            limits, x = self._with_floors(design), placing.compact(design)
            broken = limits.excess(x)
            if broken == 0:
                return design
            if clock.out:
                break
            lines = self.problem.lines(design, Clock())
            moves, excess = self._assess(design, lines, limits)
            gain = broken - excess
            loss = np.zeros(len(moves))
            if lines is not None:
                loss = np.maximum(0.0, float(self.problem.at_risk(_values(lines, x))) - moves.bound)
            mending = np.flatnonzero(gain > SOLVED)
            mending = _first_of_each(
                mending[np.argsort(-(gain / (loss + EQUAL))[mending], kind="stable")], moves
            )
            size = int(np.searchsorted(np.cumsum(gain[mending]), broken)) + 1
            while size and len(mending):
                there = _made(design, moves, mending[:size])
                if limits.excess(placing.compact(there)) < broken:
                    design = there
                    break
                size //= 2
            else:
                return None
        return None

    def check(self, design: Array, value: float, clock: Clock) -> Checked:
        """Find the cheapest move, and whether any is better or as good as the design.

        What is sure to break a row that designs alone decide is no move; the best bounds come first, and it
        goes on until no bound leaves a move open that might be cheaper, or as cheap and earlier in the order.
        """
        moves = self._bounded(design)
        close = EQUAL * max(1.0, abs(value))
        exact, best, cheapest, seen = np.full(len(moves), np.nan), -np.inf, len(moves), 0
        proven = True
        for i in np.argsort(-moves.bound, kind="stable").tolist():
            if moves.bound[i] == -np.inf or moves.bound[i] < best - close:
                break
            settled = moves.bound[i] <= best + close and i > cheapest
            if settled and (seen >= EXACT or moves.bound[i] < value - close):
                continue
            if clock.out:
                proven = proven and settled
                continue
            exact[i] = self._evaluate(_made(design, moves, np.array([i])))
            seen += 1
            if exact[i] > -np.inf:
                best = max(best, exact[i])
                cheapest = int(np.flatnonzero(exact >= best - close)[0])
        known = np.where(np.isnan(exact), moves.bound, exact)
        return Checked(
            moves=moves,
            value=exact,
            decided=int((known <= value + close).sum() + (exact > value + close).sum()),
            better=int((exact > value + close).sum()),
            equal=np.flatnonzero(np.abs(exact - value) <= close),
            cheapest=cheapest if best > -np.inf else None,
            proven=proven,
        )

    def _bounded(self, design: Array) -> Moves:
        """Every move, bounded as well as is known."""
        moves = self.moves(design, self.problem.lines(design, Clock()))
        if not self.problem.extended and (self.problem.coupled or self._floors):
            line = self.problem.line(design, self._floors)
            if line is not None:
                whole = self.moves(design, [line] * len(self.problem.c.sets.scenarios))
                moves = replace(moves, bound=np.minimum(moves.bound, whole.bound))
        return moves

    def improve(self, design: Array, value: float, clock: Clock) -> tuple[Array, float]:
        """Climb: make the moves whose bounds promise most, as many at once as turn out to be better."""
        size = len(design)  # all at once at first: from a design that is far off that is most of the way
        while size and not clock.out:
            moves = self.moves(design, self.problem.lines(design, Clock()))
            promising = np.flatnonzero(moves.bound > value + EQUAL)
            promising = promising[np.argsort(-moves.bound[promising], kind="stable")]
            promising = _first_of_each(promising, moves)
            size = min(size, len(promising))
            while size and not clock.out:
                there = _made(design, moves, promising[:size])
                if self.keeps(there):
                    worth = self._evaluate(there)
                    if worth > value + EQUAL:
                        design, value = there, worth
                        break
                size //= 2
        return design, value

    def _evaluate(self, design: Array) -> float:
        """To the end, whatever the time: a design that is evaluated in part is lost."""
        if self.problem.extended:
            x = self.problem.completed(design, self._floors)
            return (
                -np.inf if x is None else float(self.problem.program.cost @ x + self.problem.program.offset)
            )
        return self.problem.evaluate(self.problem.placing.columns(design), Clock(), self._floors).value


def _values(lines: list[tuple[Array, float]], x: Array) -> Array:
    """(S,) what the lines allow at x (core,)."""
    return np.array([constant - slope @ x for slope, constant in lines])


def _first_of_each(order: Array, moves: Moves) -> Array:
    """Moves in order, of each holding the first alone."""
    _, first = np.unique(moves.holding[order], return_index=True)
    return np.asarray(order[np.sort(first)])


def _made(design: Array, moves: Moves, chosen: Array) -> Array:
    there = design.copy()
    there[moves.holding[chosen]] = moves.level[chosen]
    return there
