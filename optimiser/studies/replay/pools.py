"""Help between localities, planned with the figures of an earlier day: who lends, and what arrives."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.sets import sets_of
from optimiser.instance.instance import Instance
from optimiser.studies.replay.series import Series

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Pools:
    """Pools that lend within themselves: all with one delay, and one share of what is lent that arrives."""

    pool: Array  # (O,) the pool of each locality, counted from 0; -1 for one in none
    mobilisation: float
    delay: int  # days

    def aid(self, series: Series, delay: int | None = None) -> tuple[Array, Array]:
        """(T, O) what each locality borrows and lends, at this delay where that is not another."""
        age = self.delay if delay is None else delay
        borrowed, lent = np.zeros_like(series.demand), np.zeros_like(series.demand)
        planned = len(series.dates) - age  # days of which there were figures in time
        if planned <= 0:
            return borrowed, lent
        short, spare = series.short, series.spare
        u, f = short[:planned], spare[:planned]
        lacked, had = self._sums(u), self._sums(f)
        moved = self.mobilisation * np.minimum(lacked, had)
        needed = np.minimum(short[age:], u * self._each(_share(moved, lacked)))
        there = np.minimum(spare[age:], f * self._each(_share(moved, had)))
        taken, given = self._sums(needed), self._sums(there)
        arrives = np.minimum(taken, given)
        borrowed[age:] = needed * self._each(_share(arrives, taken))
        lent[age:] = there * self._each(_share(arrives, given))
        return borrowed, lent

    def _sums(self, amounts: Array) -> Array:
        """(T, pools) what the localities of each pool come to; the last is of those in none."""
        return amounts @ (self.pool[:, None] == [*range(self.pool.max() + 1), -1]).astype(float)

    def _each(self, shares: Array) -> Array:
        """(T, O) the share of each locality's pool; 0 for those in none."""
        shares[:, -1] = 0.0
        return shares[:, self.pool]


def _share(part: Array, whole: Array) -> Array:
    """A part of a whole as a share of it; 0 where there is nothing."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def delay_days(instance: Instance, decision: str, level: int) -> int:
    """Whole days that a decision held at a level takes to reach practice: its own in any scenario, or the
    level's."""
    levels, table = instance["levels"], instance["delays"]
    name = levels["level"][level]
    own = (table["decision"] == decision) & (table["level"] == name) & (table["scenario"] == "")
    return math.ceil(table["days"][own][0] if own.any() else levels["delay_days"][level])


class Geography:
    """Who pools with whom at each level, and how well.

    A pool at a level above the lowest is all that one organisation answers for; at the lowest, neighbours:
    localities with the same parent.
    """

    def __init__(self, instance: Instance, mobilisation: float | None) -> None:
        """`mobilisation` replaces the levels', but not that of neighbours who lend each other nothing."""
        self.instance, self.lowest, self.sets = instance, instance["levels"].rows - 1, sets_of(instance)
        node = self.sets.node
        pools = [*node.T[:-1], node[:, max(0, self.lowest - 1)]]
        self._pool = np.column_stack([np.unique(at, return_inverse=True)[1] for at in pools])  # (O, L)
        given = instance["levels"]["mobilisation"].astype(float)
        if mobilisation is not None:
            lending = (np.arange(len(given)) < self.lowest) | (given > 0)
            given = np.where(lending, mobilisation, given)
        self.mobilisation = given  # (L,)

    def at(self, decision: str, level: int) -> Pools:
        """The pools of everybody at a level."""
        days = delay_days(self.instance, decision, level)
        return Pools(self._pool[:, level], float(self.mobilisation[level]), days)

    def held(self, decision: str, levels: Array) -> Iterator[Pools]:
        """The pools of a design that holds the decision for each locality (O,) at a level, -1: nowhere."""
        for level in np.unique(levels[levels >= 0]):
            pools = self.at(decision, int(level))
            yield Pools(np.where(levels == level, pools.pool, -1), pools.mobilisation, pools.delay)
