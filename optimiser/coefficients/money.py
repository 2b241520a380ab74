"""Constraint 11: what slack, support and holding decisions cost, and the budget."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.sets import Array, Sets, given
from optimiser.coefficients.staffing import by_level, by_working
from optimiser.instance.instance import Instance


@dataclass(frozen=True, eq=False)
class Money:
    """Numbers of the budget."""

    budget: Array  # (1,) NaN where none is given
    slack_cost: Array  # (R,) of a unit of slack, NaN where none can be bought
    support_cost: Array  # (N,) of ability 1 more, NaN where none can be built
    fixed_cost: Array  # (D, L) once for each organisation that holds d at l
    cost: Array  # (W, L) for a locality for which d is held at l


def money_of(instance: Instance, sets: Sets) -> Money:
    """Read costs off the tables."""
    return Money(
        budget=given(instance.limits["budget"]),
        slack_cost=instance["resource_types"]["slack_cost"],
        support_cost=instance["organisations"]["support_cost"],
        fixed_cost=by_level(instance, sets, "fixed_cost"),
        cost=np.einsum("wll->wl", by_working(instance, sets, "cost")),
    )
