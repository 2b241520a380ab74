"""Who holds what, as columns of the program, and everything that follows from it alone."""

from __future__ import annotations

import numpy as np

from optimiser.coefficients import Coefficients
from optimiser.solver.compiled import Compiled
from optimiser.solver.pooling import PoolCuts

Array = np.ndarray


class Placing:
    """Maps designs (H,) of level positions, one a holding, to columns of the program and back."""

    def __init__(self, compiled: Compiled, c: Coefficients, pools: PoolCuts) -> None:
        columns, sets = compiled.columns, c.sets
        self.size, self._pools = len(columns.keys), pools
        run = columns["placed"]
        self.placed = np.arange(run.start, run.stop).reshape(len(sets.holding_decision), len(sets.levels))
        number = {name: n for n, name in enumerate(sets.organisations)}
        decision = {name: d for d, name in enumerate(sets.decisions)}
        locality = {name: o for o, name in enumerate(sets.localities)}
        level = {name: i for i, name in enumerate(sets.levels)}
        self._holds = [
            (column, self.placed[sets.holding[decision[d], sets.under[number[n]]], sets.level_of[number[n]]])
            for (d, n), column in columns.index("holds_somewhere").items()
        ]
        pairs = [
            (column, *(self.placed[sets.holding[decision[x], locality.get(o, 0)], level[k]] for x, k in ((a, j), (b, k))))
            for (a, b, o, j, k), column in columns.index("pair").items()
        ]
        self._pairs = np.array(pairs, int).reshape(-1, 3)
        changed = columns.index("changed")
        rows = [(changed[sets.decisions[sets.holding_decision[h]]], self.placed[h, k]) for h, k in c.lists["current"]]
        self._changed = {column: np.array([p for other, p in rows if other == column]) for column, _ in rows}

    def columns(self, design: Array) -> Array:
        """(..., columns) program columns of designs (..., H): placed, and all that follows; the rest 0."""
        x = np.zeros((*design.shape[:-1], self.size))
        np.put_along_axis(x, self.placed[np.arange(design.shape[-1]), design], 1.0, axis=-1)
        self.complete(x)
        return x

    def complete(self, x: Array) -> None:
        """Set what follows from `placed`, in place: holds, pairs, changes, buffers."""
        for column, members in self._holds:
            x[..., column] = x[..., members].max(axis=-1)
        x[..., self._pairs[:, 0]] = x[..., self._pairs[:, 1]] * x[..., self._pairs[:, 2]]
        for column, now in self._changed.items():
            x[..., column] = 1 - x[..., now].min(axis=-1)
        self._pools.complete(x)

    def design(self, x: Array) -> Array:
        """(H,) the level at which each holding is placed."""
        return np.argmax(x[self.placed], axis=1)
