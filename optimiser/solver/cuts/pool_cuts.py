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
from optimiser.coefficients.pools import Pool
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


class Stacked:
    """Many pools as one table, an entry a member, so that all are computed at once."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self.count = len(pools)
        self.of = np.repeat(np.arange(len(pools)), [len(pool.own) for pool in pools])
        self.own = np.concatenate([np.zeros(0), *(pool.own for pool in pools)])
        factors = [pool.factors for pool in pools]
        self.loadings = sparse.block_diag(factors or [np.zeros((0, 0))], format="csr")  # (entries, factors)
        self._factor_of = np.repeat(np.arange(len(pools)), [f.shape[1] for f in factors])

    def sums(self, entries: Array) -> Array:
        """(pools,) sums of (entries,) over the members of each."""
        return np.bincount(self.of, entries, self.count)

    def common(self, held: Array) -> tuple[Array, Array]:
        """(factors,) loads of what is held, and (pools,) the variance that these make."""
        loads = self.loadings.T @ held
        return loads, np.bincount(self._factor_of, loads * loads, self.count)


class PoolCuts:
    """All pools of asymmetric decisions; `separate` says where a relaxation lets a buffer be too small."""

    def __init__(self, compiled: Compiled, c: Coefficients) -> None:
        sets = c.sets
        placed = compiled.columns.index("placed")
        number = {name: n for n, name in enumerate(sets.organisations)}
        decision = {name: d for d, name in enumerate(sets.decisions)}
        regimes = {"shared": 0} | {
            s: int(t) for s, t in zip(sets.scenarios, c.pools.regime, strict=True) if t > 0
        }
        self.columns = len(compiled.columns.keys)
        self.pools = []
        for (d, organisation, t), column in compiled.columns.index("buffer").items():
            n = number[organisation]
            under, level = sets.under[n], sets.levels[sets.level_of[n]]
            members = np.array([placed[d, sets.localities[o], level] for o in under])
            self.pools.append(Placed(column, members, c.pools.pool(decision[d], under, regimes[t])))
        self.stacked = Stacked([placed.pool for placed in self.pools])
        self.members = np.concatenate([np.zeros(0, int), *(placed.members for placed in self.pools)])
        self.buffers = np.array([placed.buffer for placed in self.pools], int)

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
