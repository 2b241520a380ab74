"""From an instance to the numbers of the model: pure, vectorised, one dataclass a mechanism of the model.

`sets` and `structure` say which variables and rows exist; all else are the coefficients, and every
coefficient of the model is a polynomial in them. Two instances of equal `layout` therefore share one
compiled model. Axes: D decisions, H holdings (one for a uniform decision, one a locality for an asymmetric
one), W workings (likewise, one a locality where these have work of their own), O localities, N organisations,
L levels, S scenarios, R resources, G objectives, and T = 1 + S correlations (the first a decision's own).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from optimiser.coefficients.autonomy import Autonomy, autonomy_of
from optimiser.coefficients.holding import Holding, holding_of
from optimiser.coefficients.money import Money, money_of
from optimiser.coefficients.named_arrays import named_arrays
from optimiser.coefficients.pools import Pools, pools_of
from optimiser.coefficients.scores import Scores, direct_scores, scores_of
from optimiser.coefficients.sets import Array, Sets, sets_of
from optimiser.coefficients.skill_and_morale import Inherited, inherited_of
from optimiser.coefficients.slack import Slack, slack_of
from optimiser.coefficients.staffing import Staffing, staffing_of
from optimiser.coefficients.structure import Structure, structure_of
from optimiser.coefficients.value import Value, value_of, weights_of
from optimiser.instance.instance import Instance

__all__ = ["MECHANISMS", "Coefficients", "coefficients", "weights_of"]

MECHANISMS = ("value", "holding", "staffing", "autonomy", "slack", "money", "scores", "inherited")


@dataclass(frozen=True, eq=False)
class Coefficients:
    """The sets, structure and numbers of one instance."""

    sets: Sets
    structure: Structure
    value: Value
    holding: Holding
    staffing: Staffing
    autonomy: Autonomy
    slack: Slack
    money: Money
    scores: Scores
    inherited: Inherited
    pools: Pools

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """Every array of numbers that stands in the model by its name there."""
        named = [named_arrays(getattr(self, mechanism)) for mechanism in MECHANISMS]
        return dict(chain.from_iterable(named))

    @cached_property
    def theta(self) -> Array:
        """Every number in one vector: 1 first, then the `arrays` in their order, flat."""
        return np.concatenate([[1.0], *(np.ravel(array) for array in self.arrays.values())])

    @cached_property
    def places(self) -> dict[int, tuple[str, int]]:
        """By the id of each array: its name, and where it begins in `theta`."""
        ends = 1 + np.cumsum([array.size for array in self.arrays.values()])
        begins = zip(self.arrays.items(), [1, *ends[:-1].tolist()], strict=True)
        places = {id(array): (name, begin) for (name, array), begin in begins}
        if len(places) < len(self.arrays):
            raise ValueError("two fields are one array: each needs a place of its own")
        return places

    @cached_property
    def layout(self) -> dict[str, Any]:
        """What decides over columns and rows: equal for two instances when one compiled model serves both."""
        structure = {field.name: getattr(self.structure, field.name) for field in fields(self.structure)}
        pooling = self.structure.earns[self.sets.objectives.index("risk_pooling")].any(axis=1)
        regime = np.where((pooling | self.structure.buffered)[:, None], self.pools.regime, 0)
        parts = self.sets.layout | structure | {"correlation": regime}
        return {name: x.tobytes() if isinstance(x, np.ndarray) else x for name, x in parts.items()}

    def same(self, other: Coefficients) -> bool:
        """Whether the two say the same in every equation and every pool."""
        return (
            self.layout == other.layout
            and np.array_equal(self.theta, other.theta, equal_nan=True)
            and self.pools.same(other.pools)
        )


def coefficients(instance: Instance, weights: Mapping[str, float] | None = None) -> Coefficients:
    """Compute all coefficients of an instance, with other weights than its own where some are given."""
    sets = sets_of(instance)
    pools, given = pools_of(instance, sets), direct_scores(instance, sets)
    staffing, money, slack = staffing_of(instance, sets), money_of(instance, sets), slack_of(instance, sets)
    scores = scores_of(instance, sets, given, pools, money, slack)
    autonomy, inherited = autonomy_of(instance, sets), inherited_of(instance, sets, staffing)
    return Coefficients(
        sets=sets,
        structure=structure_of(instance, sets, staffing, money, slack, scores, autonomy, inherited),
        value=value_of(instance, weights),
        holding=holding_of(instance, sets),
        staffing=staffing,
        autonomy=autonomy,
        slack=slack,
        money=money,
        scores=scores,
        inherited=inherited,
        pools=pools,
    )
