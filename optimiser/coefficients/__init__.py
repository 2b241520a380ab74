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
    masks: Mapping[str, Array]  # which columns and rows exist; a term of 0 is no structure
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
    def shape(self) -> dict[str, Any]:
        """What decides over columns and rows: equal for two instances when one compiled model serves both."""
        s = self.sets
        names = ("decisions", "levels", "organisations", "scenarios", "resources", "objectives")
        return {
            **{name: tuple(getattr(s, name)) for name in names},
            **{name: getattr(s, name).tobytes() for name in ("uniform", "allowed", "node")},
            **{name: mask.tobytes() for name, mask in self.masks.items()},
            **{name: tuple(rows) for name, rows in self.lists.items()},
            "correlation": self.pools.regime.tobytes(),
        }

    def same(self, other: Coefficients) -> bool:
        """Whether the two say the same in every equation and every pool."""
        return (
            self.shape == other.shape
            and np.array_equal(self.theta, other.theta, equal_nan=True)
            and self.pools.same(other.pools)
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
    budgeted = instance.limits["budget"] is not None
    monitorable = (decisions["monitoring_effect"] > 0) & sets.allowed[:, 1:].any(axis=1)
    masks: dict[str, Array] = {
        "averse": np.array([instance.uncertainty["risk_aversion"] > 0]),
        "limited": np.array([instance.limits[name] is not None for name in ("budget", "max_changes")]),
        "fixed": ((numbers["fixed_hours"] > 0) | (numbers["fixed_cost"] > 0)) & sets.shared,
        "barred": ~np.isnan(decisions["min_rating"]),
        "staffed": ~np.isnan(organisations["staff_hours"]),
        "fearful": (decisions["fear"] > 0) & monitorable,
        "monitorable": monitorable,
        "supported": ~np.isnan(organisations["support_cost"]) & budgeted,
        "present": ~np.isnan(numbers["capacity"]),
        **{name: ~np.isnan(numbers[name]) for name in ("max_occupancy", "max_unmet")},
        "bought": ~np.isnan(numbers["slack_cost"]) & budgeted,
        **worth_masks,
    }
    return Coefficients(sets, masks, holding_lists(instance, sets), numbers, pooled)
