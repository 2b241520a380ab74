"""Constraints 3 and 12: who may hold locally, and how much may change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.sets import Array, Sets, given
from optimiser.instance.instance import Instance


@dataclass(frozen=True, eq=False)
class Holding:
    """Numbers of earned autonomy and of limited change."""

    earned: Array  # (H,) 1 where no locality concerned is rated below the bar, else 0
    max_changes: Array  # (1,) decisions that may change at the most, NaN where any number may


def holding_of(instance: Instance, sets: Sets) -> Holding:
    """Hold every rating against every bar."""
    rating = instance["organisations"]["rating"][sets.node[:, -1]]
    bar = instance["decisions"]["min_rating"]
    below = rating[None, :] < bar[:, None]  # comparisons with NaN are False: none missing, none barred
    failed = np.zeros(len(sets.holding_decision), bool)
    np.logical_or.at(failed, sets.holding.ravel(), below.ravel())
    return Holding(earned=(~failed).astype(float), max_changes=given(instance.limits["max_changes"]))
