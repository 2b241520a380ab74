"""From an instance to the numbers of the model: pure, vectorised, one named array a coefficient.

The sets, masks and lists of `Coefficients` say which variables and rows exist (its `shape`); `numbers` are
the coefficients, and every coefficient of the model is a polynomial in them. Two instances of equal shape
therefore share one compiled model. Axes: D decisions, H holdings (one for a uniform decision, one a
locality for an asymmetric one), O localities, N organisations, L levels, S scenarios, R resources, and
T correlation regimes (the first shared by every scenario without a correlation of its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optimiser.coefficients.mechanisms import autonomy, change, holding_lists, risk_attitude, slack, staffing
from optimiser.coefficients.pools import Pools, pools
from optimiser.coefficients.sets import Array, Sets, sets_of
from optimiser.coefficients.worth import weights_of, worth
from optimiser.instance.instance import Instance

__all__ = ["Coefficients", "coefficients", "weights_of"]


@dataclass(frozen=True, eq=False)
class Coefficients:
    """The sets, masks, lists and numbers of one instance."""

    sets: Sets
    masks: Mapping[str, Array]  # which terms, columns and rows exist
    lists: Mapping[str, list[tuple[Any, ...]]]  # rules, links, partners: rows of positions
    numbers: Mapping[str, Array]
    pools: Pools

    def __getitem__(self, name: str) -> Array:
        return self.numbers[name]

    @cached_property
    def theta(self) -> Array:
        """Every number in one vector: 1 first, then the arrays of `numbers` in their order, flat."""
        return np.concatenate([[1.0], *(np.ravel(array) for array in self.numbers.values())])

    @cached_property
    def offsets(self) -> dict[str, int]:
        """Where each array begins in `theta`."""
        ends = 1 + np.cumsum([array.size for array in self.numbers.values()])
        return dict(zip(self.numbers, [1, *ends[:-1].tolist()], strict=True))

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        """Equal for two instances exactly when one compiled model serves both."""
        s = self.sets
        names = (s.decisions, s.levels, s.organisations, s.scenarios, s.resources, s.objectives)
        return (
            *map(tuple, names),
            *(array.tobytes() for array in (s.uniform, s.allowed, s.node)),
            *((name, mask.tobytes()) for name, mask in self.masks.items()),
            *((name, tuple(rows)) for name, rows in self.lists.items()),
            self.pools.regime.tobytes(),
        )


def coefficients(instance: Instance, weights: Mapping[str, float] | None = None) -> Coefficients:
    """Compute all coefficients of an instance, with other weights than its own where some are given."""
    sets = sets_of(instance)
    pooled = pools(instance, sets)
    worth_numbers, worth_masks = worth(instance, sets, pooled)
    numbers: dict[str, Array] = {
        "weight": weights_of(instance, weights),
        "probability": instance["scenarios"]["probability"],
        **risk_attitude(instance),
        **change(instance, sets),
        **staffing(instance, sets),
        **autonomy(instance, sets),
        **slack(instance, sets),
        **worth_numbers,
    }
    organisations, decisions = instance["organisations"], instance["decisions"]
    masks: dict[str, Array] = {
        "averse": np.array([instance.uncertainty["risk_aversion"] > 0]),
        "limited": np.array([instance.limits[name] is not None for name in ("budget", "max_changes")]),
        "fixed": (numbers["fixed_hours"] > 0) | (numbers["fixed_cost"] > 0),
        "busy": numbers["hours"] > 0,
        "barred": ~np.isnan(decisions["min_rating"]),
        "staffed": ~np.isnan(organisations["staff_hours"]),
        "fearful": decisions["fear"] > 0,
        "monitorable": decisions["monitoring_effect"] > 0,
        "supported": ~np.isnan(organisations["support_cost"]),
        "present": ~np.isnan(numbers["capacity"]),
        **{name: ~np.isnan(numbers[name]) for name in ("max_occupancy", "max_unmet", "slack_cost")},
        **worth_masks,
    }
    return Coefficients(sets, masks, holding_lists(instance, sets), numbers, pooled)
