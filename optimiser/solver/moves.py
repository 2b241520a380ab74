"""Designs one move away: bounded all at once by prices, evaluated exactly where the bound does not decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from optimiser.solver.cuts import Cuts
from optimiser.solver.highs import Clock
from optimiser.solver.placing import DEFINED

if TYPE_CHECKING:
    from optimiser.solver.session import Session

Array = np.ndarray
TOLERANCE = 1e-9  # of value: what differs by less is equal
EXACT = 40  # moves evaluated exactly at the most
KEPT = 1e-7  # how far a row may be off, of its limit where that is above 1
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


class Neighbourhood:
    """The moves that a session's instance allows, some holdings being fixed and further rows kept."""

    def __init__(self, session: Session, fixed: Mapping[int, int], further: Cuts | None = None) -> None:
        self.session = session
        sets = session.c.sets
        free = np.array([h not in fixed for h in range(len(sets.holding_decision))])
        self._allowed = sets.allowed[sets.holding_decision] & free[:, None]
        core = session.placing.core
        inside = np.zeros(session.placing.size, bool)
        inside[core] = True
        pattern = session.compiled.pattern
        outside = pattern @ (~inside).astype(float)
        open_rows = (outside == 0) & (np.diff(pattern.indptr) > 0)
        for name in DEFINED:  # every design keeps these
            open_rows[session.compiled.rows[name]] = False
        rows = np.flatnonzero(open_rows)
        self._rows = session.program.matrix[rows][:, core]
        self._lower, self._upper = session.program.lower[rows], session.program.upper[rows]
        if further is not None and further.count:
            self._rows = sparse.vstack([self._rows, further.matrix[:, core]], format="csr")
            self._lower = np.append(self._lower, np.full(further.count, -np.inf))
            self._upper = np.append(self._upper, further.upper)
        limit = np.where(np.isfinite(self._upper), self._upper, self._lower)
        self._scale = np.maximum(1.0, np.abs(limit))
        self._columns = self._rows.T.tocsr()

    def moves(self, design: Array, lines: list[tuple[Array, float]] | None) -> Moves:
        """Every move, bounded by lines (slope on core, constant): V_s <= constant - slope @ x for each s."""
        moves, excess = self._assess(design, lines)
        moves.bound[excess > 0] = -np.inf
        return moves

    def _assess(self, design: Array, lines: list[tuple[Array, float]] | None) -> tuple[Moves, Array]:
        """Every move with its bound, and by how much each leaves rows broken, as shares of their limits."""
        holding, level = np.nonzero(self._allowed & (np.arange(self._allowed.shape[1]) != design[:, None]))
        placing, levels = self.session.placing, self._allowed.shape[1]
        halves = placing.following.halves(placing.flat(design))
        going, coming = holding * levels + design[holding], holding * levels + level
        x = placing.compact(design)
        bound = np.full(len(holding), np.inf)
        if lines is not None:
            here = np.array([constant - slope @ x for slope, constant in lines])
            change = halves @ np.array([slope for slope, _ in lines]).T
            bound = self.session.at_risk(here - (change[going] + change[coming]))
        change = halves @ self._columns
        excess = self._excess_after(self._rows @ x, change[going] + change[coming])
        return Moves(holding, level, bound), excess

    def keeps(self, design: Array) -> bool:
        """Whether a design keeps every row that it alone decides."""
        return self._broken(design) == 0

    def _broken(self, design: Array) -> float:
        return float(self._over(slice(None), self._rows @ self.session.placing.compact(design)).sum())

    def _over(self, rows: Array | slice, activity: Array) -> Array:
        """By how much activities break the limits of these rows, in shares of these; 0: they are kept."""
        upper, lower = self._upper[rows], self._lower[rows]
        over = np.maximum(activity - upper, lower - activity) / self._scale[rows]
        return np.asarray(np.where(over > KEPT, over, 0.0))

    def _excess_after(self, activity: Array, changes: sparse.csr_array) -> Array:
        """(k,) by how much all rows are broken after each of the changes (k, rows) of their activities."""
        before = self._over(slice(None), activity)
        rows = changes.indices
        over = self._over(rows, activity[rows] + changes.data) - before[rows]
        of = np.repeat(np.arange(changes.shape[0]), np.diff(changes.indptr))
        excess = before.sum() + np.bincount(of, over, changes.shape[0])
        excess[excess < KEPT / 2] = (
            0.0  # what remains of what cancels: what is broken is so by more than KEPT
        )
        return np.asarray(excess)

    def repaired(self, design: Array, clock: Clock) -> Array | None:
        """The design, moved where that costs least for what it mends, until every row is kept, or None."""
        broken = self._broken(design)
        for _ in range(REPAIRS):
            if broken == 0 or clock.out:
                break
            lines = self.session.lines(design, clock)
            moves, excess = self._assess(design, lines)
            gain = broken - excess
            loss = np.zeros(len(moves))
            if lines is not None:
                x = self.session.placing.compact(design)
                here = float(
                    self.session.at_risk(np.array([constant - slope @ x for slope, constant in lines]))
                )
                loss = np.maximum(0.0, here - moves.bound)
            mending = np.flatnonzero(gain > KEPT)
            mending = mending[np.argsort(-(gain / (loss + TOLERANCE))[mending], kind="stable")]
            _, first = np.unique(moves.holding[mending], return_index=True)
            mending = mending[np.sort(first)]
            size = int(np.searchsorted(np.cumsum(gain[mending]), broken)) + 1
            while size and len(mending):
                there, chosen = design.copy(), mending[:size]
                there[moves.holding[chosen]] = moves.level[chosen]
                left = self._broken(there)
                if left < broken:
                    design, broken = there, left
                    break
                size //= 2
            else:
                return None
        return design if broken == 0 else None

    def check(self, design: Array, value: float, clock: Clock, floors: Cuts) -> Checked:
        """Show that no move is better, as far as `EXACT` evaluations go; the best bounds come first."""
        moves = self.moves(design, self.session.lines(design, clock))
        order = np.argsort(-moves.bound, kind="stable")
        exact = np.full(len(moves), np.nan)
        best = -np.inf
        if not np.isfinite(moves.bound).any():  # no bounds to go by: an even sample
            order = (
                order[np.linspace(0, len(order) - 1, min(EXACT, len(order))).astype(int)]
                if len(order)
                else order
            )
        for i in order[:EXACT]:
            if moves.bound[i] <= best or moves.bound[i] == -np.inf or clock.out:
                break
            there = design.copy()
            there[moves.holding[i]] = moves.level[i]
            exact[i] = self.session.evaluate(self.session.placing.columns(there), clock, floors).value
            best = max(best, exact[i])
        close = TOLERANCE * max(1.0, abs(value))
        known = np.where(np.isnan(exact), moves.bound, exact)
        return Checked(
            moves=moves,
            value=exact,
            decided=int((known <= value + close).sum() + (exact > value + close).sum()),
            better=int((exact > value + close).sum()),
            equal=np.flatnonzero(np.abs(exact - value) <= close),
        )

    def improve(self, design: Array, value: float, clock: Clock) -> tuple[Array, float]:
        """Climb: make the moves whose bounds promise most, as many at once as turn out to be better."""
        size = len(design)  # all at once at first: from a design that is far off that is most of the way
        while size and not clock.out:
            moves = self.moves(design, self.session.lines(design, clock))
            promising = np.flatnonzero(moves.bound > value + TOLERANCE)
            promising = promising[np.argsort(-moves.bound[promising], kind="stable")]
            _, first = np.unique(moves.holding[promising], return_index=True)
            promising = promising[np.sort(first)]
            size = min(size, len(promising))
            while size and not clock.out:
                there = design.copy()
                chosen = promising[:size]
                there[moves.holding[chosen]] = moves.level[chosen]
                if self.keeps(there):
                    worth = self.session.evaluate(self.session.placing.columns(there), clock).value
                    if worth > value + TOLERANCE:
                        design, value = there, worth
                        break
                size //= 2
        return design, value
