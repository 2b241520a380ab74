"""Rows that tighten a master problem, on the columns of the whole program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

Array = np.ndarray
VIOLATED = 1e-9  # by less than this a row is kept


@dataclass(frozen=True, eq=False)
class Cuts:
    """Rows `matrix @ x <= upper` to add."""

    matrix: sparse.csr_array
    upper: Array

    @property
    def count(self) -> int:
        """How many."""
        return len(self.upper)

    def violated(self, x: Array) -> Cuts:
        """Those that x breaks."""
        if not self.count:
            return self
        broken = np.flatnonzero(self.matrix @ x > self.upper + VIOLATED)
        return Cuts(self.matrix[broken], self.upper[broken])


def dense(rows: Array, upper: Array) -> Cuts:
    """Cuts from rows (k, columns) written out."""
    k, columns = np.nonzero(rows)
    starts = np.searchsorted(k, np.arange(len(rows) + 1))
    return Cuts(sparse.csr_array((rows[k, columns], columns, starts), shape=rows.shape), upper)


def join(*parts: Cuts) -> Cuts:
    """All cuts in one."""
    some: Sequence[Cuts] = [part for part in parts if part.count] or parts[:1]
    if len(some) == 1:
        return some[0]
    matrix = sparse.vstack([part.matrix for part in some], format="csr")
    return Cuts(matrix, np.concatenate([part.upper for part in some]))
