"""What came of a series under one design: who borrowed, who lent, and what stayed unmet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimiser.design.tables import Row
from optimiser.studies.replay.pools import Pools
from optimiser.studies.replay.series import Series

Array = np.ndarray
ROUNDING = 1e-12  # of what a locality lacks
NOBODY, EVERYBODY = "nobody", "everybody at once"


@dataclass(frozen=True, eq=False)
class Outcome:
    """One design, run through one series."""

    series: Series
    design: str
    levels: tuple[str, ...]  # at which the decision is held
    delay: int | None  # days; None: no help, or several delays
    borrowed: Array  # (T, O)
    lent: Array  # (T, O)

    @classmethod
    def of(cls, series: Series, design: str, levels: Sequence[str], pools: Iterable[Pools]) -> Outcome:
        """Help within all these pools, which share no locality."""
        borrowed, lent, delays = np.zeros_like(series.demand), np.zeros_like(series.demand), set[int]()
        for each in pools:
            had, gave = each.aid(series)
            borrowed, lent = borrowed + had, lent + gave
            delays.add(each.delay)
        return cls(series, design, tuple(levels), min(delays) if len(delays) == 1 else None, borrowed, lent)

    @cached_property
    def left(self) -> Array:
        """(T, O) what stays unmet; less than rounding can tell from nothing is nothing."""
        left = self.series.short - self.borrowed
        return np.where(left > ROUNDING * self.series.short, left, 0.0)

    @property
    def demand(self) -> float:
        """What was needed, over all days."""
        return float(self.series.demand.sum())

    @property
    def unmet(self) -> float:
        """What stays unmet, over all days."""
        return float(self.left.sum())

    @property
    def removed(self) -> float | None:
        """The share of what nobody's help would leave that is removed; None where that is nothing."""
        short = float(self.series.short.sum())
        return float(self.borrowed.sum()) / short if short else None

    def to_dict(self) -> Row:
        """As in the summary."""
        return {
            "resource": self.series.resource, "design": self.design, "level": ";".join(self.levels),
            "delay": self.delay, "demand": self.demand, "unmet": self.unmet, "removed": self.removed,
        }  # fmt: skip

    def days(self) -> list[Row]:
        """Day by day."""
        demand, unmet = self.series.demand.sum(axis=1), self.left.sum(axis=1)
        of = {"resource": self.series.resource, "design": self.design}
        return [
            {"date": day.isoformat(), **of, "demand": needed, "unmet": lacked}
            for day, needed, lacked in zip(self.series.dates, demand.tolist(), unmet.tolist(), strict=True)
        ]

    def localities(self, names: Sequence[str]) -> list[Row]:
        """Locality by locality."""
        sums = {
            name: amount.sum(axis=0)
            for name, amount in (
                ("demand", self.series.demand), ("unmet", self.left),
                ("borrowed", self.borrowed), ("lent", self.lent),
            )
        }  # fmt: skip
        of = {"resource": self.series.resource, "design": self.design}
        return [
            {**of, "organisation": names[o], **{name: float(each[o]) for name, each in sums.items()}}
            for o in self.series.places
        ]
