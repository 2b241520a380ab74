"""How help ages: what is left of its gain when it rests on older figures, and the half-life of that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimiser.studies.replay.pools import Pools
from optimiser.studies.replay.series import Series

Array = np.ndarray
FITTED = np.arange(1, 29)  # days of delay over which a half-life is fitted
SHORTEST, LONGEST = 0.1, 3650.0  # days: what lies beyond cannot be told from at once, or from never
GRID = 201


@dataclass(frozen=True)
class HalfLife:
    """`kept = floor + (1 - floor) 2^(-delay / days)`, by least squares."""

    days: float | None  # None: no decay can be seen
    floor: float
    residual: float  # root of the mean square
    residual_after: float | None = None  # of days that were not fitted


@dataclass(frozen=True, eq=False)
class Ageing:
    """What help at one level gains with figures of any age; the first `split` days are fitted."""

    series: Series
    level: str
    pools: Pools
    split: int | None = None

    def gain(self, delay: int) -> Array:
        """(T,) what is borrowed each day, with figures so many days old."""
        if delay < len(self._gains):
            return self._gains[delay]
        return self.pools.aid(self.series, delay)[0].sum(axis=1)

    @cached_property
    def _gains(self) -> Array:
        """(29, T) the same at all delays that are fitted, and at none."""
        return np.array(
            [self.pools.aid(self.series, delay)[0].sum(axis=1) for delay in (0, *FITTED.tolist())]
        )

    @property
    def at_once(self) -> Array:
        """(T,) what is borrowed with the figures of the day."""
        return self.gain(0)

    def kept(self, delay: int) -> float | None:
        """The share of the gain at once that is left; None where there is none at once."""
        whole = self.at_once.sum()
        return float(self.gain(delay).sum() / whole) if whole > 0 else None

    @cached_property
    def half_lives(self) -> tuple[HalfLife, ...]:
        """With the floor at 0, and with the floor that fits best; none where nothing is gained at once."""
        gains = self._gains[1:]
        before, after = slice(None, self.split), slice(self.split, None)
        if not self.at_once[before].sum() > 0:
            return ()
        kept = gains[:, before].sum(axis=1) / self.at_once[before].sum()
        later = None
        if self.split is not None and self.at_once[after].sum() > 0:
            later = gains[:, after].sum(axis=1) / self.at_once[after].sum()
        return tuple(fitted(kept, later, free) for free in (False, True))


def fitted(kept: Array, later: Array | None, free: bool) -> HalfLife:
    """The half-life of what is `kept` (28,), its floor `free` or 0, and how far it is from `later` (28,)."""
    low, high = SHORTEST, LONGEST
    days = floors = squares = np.empty(0)
    best = 0
    for _ in range(8):  # each time a hundredth of the range is left, on a logarithmic scale
        days = np.geomspace(low, high, GRID)
        decay = 2.0 ** (-FITTED / days[:, None])  # (GRID, 28)
        floors = np.zeros(GRID)
        if free:  # the best floor for each half-life, which is a linear regression
            room = 1 - decay
            floors = np.clip(((kept - decay) * room).sum(axis=1) / (room**2).sum(axis=1), 0, 1)
        squares = ((kept - _curve(decay, floors[:, None])) ** 2).mean(axis=1)
        best = int(squares.argmin())
        low, high = days[max(0, best - 1)], days[min(GRID - 1, best + 1)]
    found, floor = float(days[best]), float(floors[best])
    seen = found < 0.99 * LONGEST and floor < 1 - 1e-9
    after = None
    if later is not None:
        curve = _curve(2.0 ** (-FITTED / found), floor)
        after = float(np.sqrt(((later - curve) ** 2).mean()))
    return HalfLife(found if seen else None, floor, float(np.sqrt(squares[best])), after)


def _curve(decay: Array, floor: Array | float) -> Array:
    return floor + (1 - floor) * decay
