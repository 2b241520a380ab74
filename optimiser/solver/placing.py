"""Who holds what, as columns of the program, and everything that follows from it alone."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients
from optimiser.solver.compiled import Compiled
from optimiser.solver.cuts import Cuts
from optimiser.solver.pooling import PoolCuts

Array = np.ndarray
FOLLOWING = ("placed", "holds_somewhere", "pair", "changed", "buffer")


class Placing:
    """Maps designs (H,) of level positions, one a holding, to columns of the program and back.

    A design settles the columns of `core`; points on them alone are `compact`.
    """

    def __init__(self, compiled: Compiled, c: Coefficients, pools: PoolCuts) -> None:
        columns, sets = compiled.columns, c.sets
        self.size = len(columns.keys)
        self.core = np.concatenate([np.arange(self.size)[columns[name]] for name in FOLLOWING])
        at = np.full(self.size, -1)
        at[self.core] = np.arange(len(self.core))
        run = columns["placed"]
        self.placed = np.arange(run.start, run.stop).reshape(len(sets.holding_decision), len(sets.levels))
        self._placed = at[self.placed]
        number = {name: n for n, name in enumerate(sets.organisations)}
        decision = {name: d for d, name in enumerate(sets.decisions)}
        locality = {name: o for o, name in enumerate(sets.localities)}
        level = {name: i for i, name in enumerate(sets.levels)}
        self._holds = [
            (
                decision[d],
                at[column],
                self._placed[sets.holding[decision[d], sets.under[number[n]]], sets.level_of[number[n]]],
            )
            for (d, n), column in columns.index("holds_somewhere").items()
        ]
        pairs = [
            (
                at[column],
                self._placed[sets.holding[decision[a], locality.get(o, 0)], level[j]],
                self._placed[sets.holding[decision[b], locality.get(o, 0)], level[k]],
            )
            for (a, b, o, j, k), column in columns.index("pair").items()
        ]
        self._pairs = np.array(pairs, int).reshape(-1, 3)
        changed = columns.index("changed")
        rows = [
            (at[changed[sets.decisions[sets.holding_decision[h]]]], self._placed[h, k])
            for h, k in c.lists["current"]
        ]
        self._changed = {column: np.array([p for other, p in rows if other == column]) for column, _ in rows}
        self._pools = [(p.decision, at[p.buffer], at[p.members], p.pool) for p in pools.pools]

    def compact(self, design: Array) -> Array:
        """(core,) what a design (H,) settles: `placed`, and all that follows from it."""
        x = np.zeros(len(self.core))
        x[self._placed[np.arange(len(design)), design]] = 1.0
        self._follow(x, None)
        return x

    def moved(self, design: Array, d: int, holding: Array, level: Array) -> Array:
        """(moves, core) what is settled after each of these moves of holdings of one decision d."""
        x = np.tile(self.compact(design), (len(holding), 1))
        row = np.arange(len(holding))
        x[row, self._placed[holding, design[holding]]] = 0.0
        x[row, self._placed[holding, level]] = 1.0
        self._follow(x, d)
        return x

    def _follow(self, x: Array, only: int | None) -> None:
        """Set what follows from `placed`, in place; `only` where no other decision has moved."""
        for d, column, members in self._holds:
            if only is None or d == only:
                x[..., column] = x[..., members].max(axis=-1)
        x[..., self._pairs[:, 0]] = x[..., self._pairs[:, 1]] * x[..., self._pairs[:, 2]]
        for column, now in self._changed.items():
            x[..., column] = 1 - x[..., now].min(axis=-1)
        for d, column, members, pool in self._pools:
            if only is None or d == only:
                x[..., column] = pool.deviation(x[..., members])

    def columns(self, design: Array) -> Array:
        """(columns,) of the program, zero where a design settles nothing."""
        x = np.zeros(self.size)
        x[self.core] = self.compact(design)
        return x

    def without(self, design: Array) -> Cuts:
        """A row that this design alone breaks."""
        columns = self.placed[np.arange(len(design)), design]
        entries = np.ones(len(design)), (np.zeros(len(design), int), columns)
        return Cuts(sparse.csr_array(entries, shape=(1, self.size)), np.array([len(design) - 1.0]))

    def row(self, coefficients: Array, upper: float) -> Cuts:
        """The row `sum coefficients[h, l] placed[h, l] <= upper`, coefficients (H, L)."""
        row = np.zeros((1, self.size))
        row[0, self.placed] = coefficients
        return Cuts(sparse.csr_array(row), np.array([float(upper)]))

    def design(self, x: Array) -> Array:
        """(H,) the level at which each holding is placed at a point of the program."""
        return np.argmax(x[self.placed], axis=1)
