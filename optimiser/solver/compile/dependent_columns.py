"""The columns that follow from who holds what, and how each changes when one holding comes or goes.

Holders, parted links, changes and buffers are functions of `placed`. A move takes a holding from one level
to another, and no function of these has an argument at both: what a move changes is the sum of what its
two halves change. So the halves, a sparse row each, say all there is to know of every move from a design.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from optimiser.solver.cuts.pool_cuts import PoolCuts

Array = np.ndarray
AnyOf = tuple[int, Array, bool]  # column that is 1 if any of these is placed (or, if False, is not placed)


class Following:
    """Columns are positions among `size`; holdings at levels, flat, are positions 0..len(placed).

    The members of `pools` are the flat positions `members`, their deviations the columns `buffers`.
    """

    def __init__(
        self,
        size: int,
        placed: Array,
        any_of: Sequence[AnyOf],
        pairs: Array,
        pools: PoolCuts,
        buffers: Array,
        members: Array,
    ) -> None:
        self.size, self.placed = size, placed
        self._any_column = np.array([column for column, _, _ in any_of], int)
        self._any, self._any_member = _members([members for _, members, _ in any_of])
        self._any_sense = np.array([1.0 if sense else -1.0 for _, _, sense in any_of])[self._any]
        self._pairs = pairs  # (k, 3): column, and the two that make it 1
        self._pools, self._buffers, self._pooled = pools, buffers, members
        self._lay_out()

    def _lay_out(self) -> None:
        """Where each entry of `halves` stands: placed, any of, pairs from either side, pools."""
        column, first, second = self._pairs.T
        rows = [np.arange(len(self.placed)), self._any_member, first, second, self._pooled]
        columns = [
            self.placed,
            self._any_column[self._any],
            column,
            column,
            self._buffers[self._pools.stacked.of],
        ]
        row, self._columns = np.concatenate(rows), np.concatenate(columns)
        self._order = np.lexsort((self._columns, row))
        self._columns = self._columns[self._order]
        self._starts = np.searchsorted(row[self._order], np.arange(len(self.placed) + 1))

    def point(self, p: Array) -> Array:
        """(size,) all columns where p (placed,) of zeros and ones is placed."""
        x = np.zeros(self.size)
        x[self.placed] = p
        x[self._any_column] = self._counts(p) > 0
        column, first, second = self._pairs.T
        x[column] = p[first] * p[second]
        x[self._buffers] = np.sqrt(self._variances(p)[0])
        return x

    def halves(self, p: Array) -> sparse.csr_array:
        """(placed, size) how the columns change if this one, placed now, goes, or if not so now, comes."""
        turn = 1.0 - 2.0 * p
        counts = self._counts(p)[self._any]
        counted = (counts + self._any_sense * turn[self._any_member] > 0).astype(float) - (counts > 0)
        _, first, second = self._pairs.T
        variances, loads = self._variances(p)
        pools, turned = self._pools.stacked, turn[self._pooled]
        here, left = variances[pools.of], pools.sums(p[self._pooled])[pools.of] + turned
        there = here + 2.0 * turned * (pools.loadings @ loads)
        there += np.where(turned > 0, pools.alone, pools.alone - 2.0 * pools.own)
        there[left <= 0] = 0.0  # exactly, where the last one goes
        deviations = np.sqrt(np.maximum(0.0, there)) - np.sqrt(here)
        parted = turn[first] * p[second], turn[second] * p[first]
        data = np.concatenate([turn, counted, *parted, deviations])[self._order]
        return sparse.csr_array((data, self._columns, self._starts), shape=(len(self.placed), self.size))

    def _counts(self, p: Array) -> Array:
        """How many of each `any of` are as they must be."""
        term = np.where(self._any_sense > 0, p[self._any_member], 1.0 - p[self._any_member])
        return np.bincount(self._any, term, len(self._any_column))

    def _variances(self, p: Array) -> tuple[Array, Array]:
        """(pools,) variances, and the loads that make their common part."""
        pools, inside = self._pools.stacked, p[self._pooled]
        loads, common = pools.common(inside)
        return pools.sums(pools.own * inside) + common, loads


def _members(lists: Sequence[Array]) -> tuple[Array, Array]:
    """(which list, member) of all entries."""
    of = np.repeat(np.arange(len(lists)), [len(members) for members in lists])
    return of, np.concatenate([np.zeros(0, int), *lists]).astype(int)
