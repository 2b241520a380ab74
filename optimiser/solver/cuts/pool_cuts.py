"""Cuts for pools that differ by locality: how the deviation of a pool grows with who is in it.

The deviation of the localities S is sqrt(own(S) + |factors(S)|^2). Its first part h(S) = sqrt(own(S)) is
submodular, and the extended polymatroid inequalities (Edmonds 1970; Atamturk & Narayanan 2008) describe
the convex hull of its epigraph: sort the localities by x, and weigh each by what it adds to h. The second
part is a norm; the two combine as the norm of a vector, and tangents of that norm are the cuts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients
from optimiser.coefficients.pools import Pool, Pools
from optimiser.solver.compile.program import Compiled
from optimiser.solver.cuts.cuts import Cuts

Array = np.ndarray
VIOLATED = 1e-8  # share of a decision's summed deviations; below it a cut is not worth a row


@dataclass(frozen=True, eq=False)
class Placed:
    """A pool, the column of its buffer and the columns of its members."""

    buffer: int
    members: Array
    pool: Pool


@dataclass(frozen=True, eq=False)
class Place:
    """Whose pool it is, in which correlation regime, and where it stands in the program."""

    decision: int
    localities: Array
    regime: int
    buffer: int  # column
    members: Array  # columns

    def filled(self, pools: Pools) -> Placed:
        """With the deviations of these."""
        return Placed(self.buffer, self.members, pools.pool(self.decision, self.localities, self.regime))


class Stacked:
    """Many pools as one table, an entry a member, so that all are computed at once."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self.count = len(pools)
        self.of = np.repeat(np.arange(len(pools)), [len(pool.own) for pool in pools])
        self.own = np.concatenate([np.zeros(0), *(pool.own for pool in pools)])
        widths = np.array([pool.factors.shape[1] for pool in pools], int)
        self._factor_of = np.repeat(np.arange(len(pools)), widths)
        self.loadings = self._side_by_side([pool.factors for pool in pools], widths)  # (entries, factors)
        self.alone = np.asarray(self.loadings.multiply(self.loadings).sum(axis=1)).ravel() + self.own

    def _side_by_side(self, factors: Sequence[Array], widths: Array) -> sparse.csr_array:
        """Each pool's factors in columns of their own."""
        data = np.concatenate([np.zeros(0), *(each.ravel() for each in factors)])
        counts = widths[self.of]
        starts = np.concatenate([[0], np.cumsum(counts)])
        first = (np.cumsum(widths) - widths)[self.of]
        columns = np.arange(len(data)) - np.repeat(starts[:-1] - first, counts)
        return sparse.csr_array((data, columns, starts), shape=(len(self.of), len(self._factor_of)))

    def sums(self, entries: Array) -> Array:
        """(pools,) sums of (entries,) over the members of each."""
        return np.bincount(self.of, entries, self.count)

    def common(self, held: Array) -> tuple[Array, Array]:
        """(factors,) loads of what is held, and (pools,) the variance that these make."""
        loads = self.loadings.T @ held
        return loads, np.bincount(self._factor_of, loads * loads, self.count)


class PoolCuts:
    """All pools of asymmetric decisions; `separate` says where a relaxation lets a buffer be too small.

    `follow` takes over new numbers of the same layout.
    """

    def __init__(self, compiled: Compiled, c: Coefficients) -> None:
        sets = c.sets
        placed = compiled.columns.index("placed")
        number = {name: n for n, name in enumerate(sets.organisations)}
        decision = {name: d for d, name in enumerate(sets.decisions)}
        regimes = {"shared": 0} | {s: 1 + t for t, s in enumerate(sets.scenarios)}
        self.columns = len(compiled.columns.keys)
        self._places = []
        for (d, organisation, t), column in compiled.columns.index("buffer").items():
            n = number[organisation]
            under, level = sets.under[n], sets.levels[sets.level_of[n]]
            members = np.array([placed[d, sets.localities[o], level] for o in under])
            self._places.append(Place(decision[d], under, regimes[t], column, members))
        self.members = np.concatenate([np.zeros(0, int), *(place.members for place in self._places)])
        self.buffers = np.array([place.buffer for place in self._places], int)
        self._numbers: Pools | None = None
        self.follow(c.pools)

    def follow(self, pools: Pools) -> None:
        """Take over the deviations and correlations, if they are other ones."""
        if self._numbers is not None and pools.same(self._numbers):
            return
        self._numbers = pools
        self.pools = [place.filled(pools) for place in self._places]
        self.stacked = Stacked([placed.pool for placed in self.pools])

    def separate(self, x: Array, around: bool = False) -> Cuts:
        """Cuts that x violates; columns are those of the whole program.

        At an integral point one cut says little of the designs that hold one locality less: with `around`
        there is a cut for each member, tight without it too.
        """
        deviation, slope = _tangents(self.stacked, x[self.members])
        broken = deviation > x[self.buffers] + VIOLATED
        starts = np.searchsorted(self.stacked.of, np.arange(self.stacked.count + 1))
        found = []
        for k in np.flatnonzero(broken):
            placed = self.pools[k]
            found.append((placed, slope[starts[k] : starts[k + 1]]))
            if around:
                found += [(placed, turned) for turned in _turned(placed.pool, x[placed.members])]
        return self._rows(found)

    def _rows(self, found: list[tuple[Placed, Array]]) -> Cuts:
        rows, columns, data = [np.zeros(0, int)], [np.zeros(0, int)], [np.zeros(0)]
        for row, (placed, slope) in enumerate(found):
            some = np.flatnonzero(slope)
            rows.append(np.full(len(some) + 1, row))
            columns.append(np.append(placed.members[some], placed.buffer))
            data.append(np.append(slope[some], -1.0))
        entries = np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))
        return Cuts(sparse.csr_array(entries, shape=(len(found), self.columns)), np.zeros(len(found)))


def _tangents(pools: Stacked, held: Array, order: Array | None = None) -> tuple[Array, Array]:
    """(pools,) deviations at `held`, and the slopes of `buffer >= slope @ held`, which is tight there.

    Both `held` and the slopes have an entry a member. Members come in, pool by pool, in `order`: the most
    held first where none is given.
    """
    if order is None:
        order = np.lexsort((-held, pools.of))
    running = np.append(0.0, np.cumsum(pools.own[order]))
    first = np.searchsorted(pools.of, pools.of)  # where the pool of each entry begins
    before = np.sqrt(np.maximum(0.0, running[:-1] - running[first]))
    marginal = np.empty(len(held))
    marginal[order] = np.sqrt(np.maximum(0.0, running[1:] - running[first])) - before
    independent = pools.sums(marginal * held)
    loads, common = pools.common(held)
    deviation = np.sqrt(independent**2 + common)
    scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 0)
    return deviation, (scale * independent)[pools.of] * marginal + (pools.loadings @ loads) * scale[pools.of]


def _turned(pool: Pool, held: Array) -> list[Array]:
    """Slopes tight at an integral point, and at it without one of its members: for each but the last."""
    alone, order = Stacked([pool]), np.argsort(-held, kind="stable")
    inside, outside = np.split(order, [int(np.sum(held > 0.5))])
    return [
        _tangents(alone, held, np.concatenate([np.delete(inside, k), inside[[k]], outside]))[1]
        for k in range(len(inside) - 1)
    ]
