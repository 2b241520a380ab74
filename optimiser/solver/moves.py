"""Designs one move away: bounded all at once by prices, evaluated exactly where the bound does not decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from optimiser.solver.cuts import Cuts
from optimiser.solver.highs import Clock

if TYPE_CHECKING:
    from optimiser.solver.session import Session

Array = np.ndarray
TOLERANCE = 1e-9  # of value: what differs by less is equal
EXACT = 40  # moves evaluated exactly at the most
BATCH = 64  # moves tried together at first by `improve`
KEPT = 1e-9  # how far a row may be off


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
        rows = np.flatnonzero((outside == 0) & (np.diff(pattern.indptr) > 0))
        self._rows = session.program.matrix[rows][:, core]
        self._lower, self._upper = session.program.lower[rows], session.program.upper[rows]
        if further is not None and further.count:
            self._rows = sparse.vstack([self._rows, further.matrix[:, core]], format="csr")
            self._lower = np.append(self._lower, np.full(further.count, -np.inf))
            self._upper = np.append(self._upper, further.upper)

    def moves(self, design: Array, lines: list[tuple[Array, float]] | None) -> Moves:
        """Every move, bounded by lines (slope on core, constant): V_s <= constant - slope @ x for each s."""
        holding, level = np.nonzero(self._allowed & (np.arange(self._allowed.shape[1]) != design[:, None]))
        bound = np.full(len(holding), np.inf)
        for decision in np.unique(self.session.c.sets.holding_decision[holding]):
            chunk = np.flatnonzero(self.session.c.sets.holding_decision[holding] == decision)
            x = self.session.placing.moved(design, int(decision), holding[chunk], level[chunk])
            if lines is not None:
                values = np.array([constant - x @ slope for slope, constant in lines])
                bound[chunk] = [self.session.at_risk(column) for column in values.T]
            bound[chunk[~self.keeps(x)]] = -np.inf
        return Moves(holding, level, bound)

    def keeps(self, x: Array) -> Array:
        """(...,) whether compact points keep every row that they alone decide."""
        activity = (self._rows @ x.T).T
        return ((activity <= self._upper + KEPT) & (activity >= self._lower - KEPT)).all(axis=-1)

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
        size = BATCH
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
                if self.keeps(self.session.placing.compact(there)[None, :])[0]:
                    worth = self.session.evaluate(self.session.placing.columns(there), clock).value
                    if worth > value + TOLERANCE:
                        design, value = there, worth
                        break
                size //= 2
        return design, value
