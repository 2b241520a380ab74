"""Cuts for pools that differ by locality: how the deviation of a pool grows with who is in it.

The deviation of the localities S is sqrt(own(S) + |factors(S)|^2). Its first part h(S) = sqrt(own(S)) is
submodular, and the extended polymatroid inequalities (Edmonds 1970; Atamturk & Narayanan 2008) describe
the convex hull of its epigraph: sort the localities by x, and weigh each by what it adds to h. The second
part is a norm; the two combine as the norm of a vector, and tangents of that norm are the cuts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimiser.coefficients import Coefficients
from optimiser.coefficients.pools import Pool
from optimiser.solver.compiled import Compiled
from optimiser.solver.cuts import Cuts

Array = np.ndarray
VIOLATED = 1e-8  # share of a decision's summed deviations; below it a cut is not worth a row


@dataclass(frozen=True, eq=False)
class Placed:
    """A pool, its decision, the column of its buffer and the columns of its members."""

    decision: int
    buffer: int
    members: Array
    pool: Pool


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
            self.pools.append(
                Placed(decision[d], column, members, c.pools.pool(decision[d], under, regimes[t]))
            )

    def separate(self, x: Array, around: bool = False) -> Cuts:
        """Cuts that x violates; columns are those of the whole program.

        At an integral point one cut says little of the designs that hold one locality less: with `around`
        there is a cut for each member, tight without it too.
        """
        found: list[tuple[Placed, Array]] = []
        for placed in self.pools:
            held = x[placed.members]
            order = np.argsort(-held, kind="stable")
            first = _tangent(placed.pool, held, order)
            if first @ held <= x[placed.buffer] + VIOLATED:
                continue
            found.append((placed, first))
            if around:
                size = int(np.sum(held > 0.5))
                inside, outside = order[:size], order[size:]
                for k in range(size - 1):
                    turned = np.concatenate([np.delete(inside, k), inside[[k]], outside])
                    found.append((placed, _tangent(placed.pool, held, turned)))
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


def _tangent(pool: Pool, held: Array, order: Array) -> Array:
    """Coefficients of the members in `buffer >= slope @ held`, tight at `held` where `order` sorts it.

    Zero where nothing is held.
    """
    running = np.sqrt(np.cumsum(pool.own[order]))
    marginal = np.empty(len(held))
    marginal[order] = np.diff(running, prepend=0.0)
    independent = float(marginal @ held)
    loads = held @ pool.factors
    common = float(np.sqrt(loads @ loads))
    norm = float(np.hypot(independent, common))
    if norm <= 0:
        return np.zeros(len(held))
    slope = (independent / norm) * marginal
    return slope + (pool.factors @ loads) / norm if common > 0 else slope
