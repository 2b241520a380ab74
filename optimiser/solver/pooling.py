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

Array = np.ndarray
VIOLATED = 1e-8  # share of a decision's summed deviations; below it a cut is not worth a row


@dataclass(frozen=True, eq=False)
class Cuts:
    """Rows `matrix @ x <= upper` to add."""

    matrix: sparse.csr_array
    upper: Array

    @property
    def count(self) -> int:
        return len(self.upper)


@dataclass(frozen=True, eq=False)
class Placed:
    """A pool, the column of its buffer and the columns of its members."""

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
            self.pools.append(Placed(column, members, c.pools.pool(decision[d], under, regimes[t])))

    def separate(self, x: Array) -> Cuts:
        """Cuts that x violates; columns are those of the whole program."""
        rows, columns, data = [], [], []
        count = 0
        for placed in self.pools:
            held = x[placed.members]
            slope = _tangent(placed.pool, held)
            if slope is None or slope @ held <= x[placed.buffer] + VIOLATED:
                continue
            some = np.flatnonzero(slope)
            rows.append(np.full(len(some) + 1, count))
            columns.append(np.append(placed.members[some], placed.buffer))
            data.append(np.append(slope[some], -1.0))
            count += 1
        if not count:
            return Cuts(sparse.csr_array((0, self.columns)), np.zeros(0))
        entries = np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))
        return Cuts(sparse.csr_array(entries, shape=(count, self.columns)), np.zeros(count))


def _tangent(pool: Pool, held: Array) -> Array | None:
    """Coefficients of the members in `buffer >= slope @ held`, tight at `held`; None where nothing is held."""
    order = np.argsort(-held, kind="stable")
    running = np.sqrt(np.cumsum(pool.own[order]))
    marginal = np.empty(len(held))
    marginal[order] = np.diff(running, prepend=0.0)
    independent = float(marginal @ held)
    loads = held @ pool.factors
    common = float(np.sqrt(loads @ loads))
    norm = float(np.hypot(independent, common))
    if norm <= 0:
        return None
    slope = (independent / norm) * marginal
    return slope + (pool.factors @ loads) / norm if common > 0 else slope
