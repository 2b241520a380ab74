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

    pool: Array  # (O,) the pool of each locality, -1 for one in none
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
        member = (self.pool[:, None] == np.unique(self.pool[self.pool >= 0])).astype(float)  # (O, pools)
        u, f = short[:planned], spare[:planned]
        moved = self.mobilisation * np.minimum(u @ member, f @ member)
        given = u * (_share(moved, u @ member) @ member.T)
        taken = f * (_share(moved, f @ member) @ member.T)
        needed, there = np.minimum(short[age:], given), np.minimum(spare[age:], taken)
        arrives = np.minimum(needed @ member, there @ member)
        borrowed[age:] = needed * (_share(arrives, needed @ member) @ member.T)
        lent[age:] = there * (_share(arrives, there @ member) @ member.T)
        return borrowed, lent


def _share(part: Array, whole: Array) -> Array:
    """A part of a whole as a share of it; 0 where there is nothing."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def delay_days(instance: Instance, decision: str, level: int) -> int:  # noqa: ARG001 (all of a level are alike)
    """Whole days that a decision held at a level takes to reach practice: the one place that says so."""
    return math.ceil(instance["levels"]["delay_days"][level])


class Geography:
    """Who pools with whom at each level, and how well.

    A pool at a level above the lowest is all that one organisation answers for; at the lowest, neighbours:
    localities with the same parent.
    """

    def __init__(self, instance: Instance, mobilisation: float | None) -> None:
        """`mobilisation` replaces the levels', but not that of neighbours who lend each other nothing."""
        self.instance, self.lowest, self.sets = instance, instance["levels"].rows - 1, sets_of(instance)
        node = self.sets.node
        self._pool = np.column_stack([*node.T[:-1], node[:, max(0, self.lowest - 1)]])  # (O, L)
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
