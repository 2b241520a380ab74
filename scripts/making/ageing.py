"""How fast an allocation loses its worth when it rests on old figures, as `replay` measures it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimiser.studies.replay.half_life import Ageing, HalfLife
from optimiser.studies.replay.pools import Pools
from optimiser.studies.replay.series import Series


@dataclass(frozen=True)
class Aged:
    """Half-lives of the gain of sharing: as the model has it, and towards a floor that never ages."""

    plain: HalfLife
    floored: HalfLife

    @property
    def days(self) -> float:
        """The half-life."""
        assert self.plain.days is not None
        return self.plain.days

    def figures(self, name: str) -> dict[str, float]:
        """What there is to fill in."""
        return {
            f"{name}_age": self.days,
            f"{name}_age_error": self.plain.residual,
            f"{name}_age_floored": self.floored.days or np.inf,
            f"{name}_floor": self.floored.floor,
        }

    def told(self) -> str:
        """The half-lives and how well they fit, in words."""
        return (
            f"half of the gain is left after {self.days:.2f} days (error {self.plain.residual:.3f}); with a "
            f"floor of {self.floored.floor:.2f}, {self.floored.days or np.inf:.2f} days (error "
            f"{self.floored.residual:.3f})"
        )


def aged(demand: pd.DataFrame, capacity: pd.DataFrame | pd.Series) -> Aged:
    """Of demand (day x place) and capacity (the same, or one figure a place), shared out among all."""
    have = np.broadcast_to(np.asarray(capacity, dtype=float), demand.shape)
    places, dates = np.arange(demand.shape[1]), tuple(day.date() for day in pd.DatetimeIndex(demand.index))
    series = Series("", "", dates, places, demand.to_numpy(dtype=float), have)
    return Aged(*Ageing(series, "", Pools(np.zeros(len(places), int), 1.0, 0)).half_lives)
