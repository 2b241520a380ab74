"""Constraints 9 and 10: supply and demand of every resource, normally and in each scenario."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.sets import Array, Sets
from optimiser.instance.instance import Instance


@dataclass(frozen=True, eq=False)
class Slack:
    """Numbers of the resources; NaN where a locality has none of the resource."""

    capacity: Array  # (O, R) normally
    normal_demand: Array  # (O, R)
    demand: Array  # (O, R, S)
    supply: Array  # (O, R, S)
    spare: Array  # (O, R, S) supply above demand
    shortage: Array  # (O, R, S) demand above supply
    total_demand: Array  # (R, S)
    flex: Array  # (D,) share of supply that exercising d locally adds
    mobilisation: Array  # (L,) share of what is lent that arrives in time
    max_occupancy: Array  # (R,) share of capacity in use normally, at the most; NaN where any may be
    max_unmet: Array  # (R,) share of demand unmet, at the most; NaN where any may be


def slack_of(instance: Instance, sets: Sets) -> Slack:
    """Spread surges and losses over the localities: of the scenario, or a locality's own."""
    types, rows = instance["resource_types"], instance["resources"]
    size, where = (len(sets.localities), len(sets.resources)), sets.rows.resources
    capacity, demand = np.full(size, np.nan), np.full(size, np.nan)
    capacity[where], demand[where] = rows["capacity"], rows["demand"]
    surge, loss = _shocks(instance, sets)
    wanted, supply = demand[:, :, None] * (1 + surge), capacity[:, :, None] * (1 - loss)
    return Slack(
        capacity=capacity,
        normal_demand=demand,
        demand=wanted,
        supply=supply,
        spare=np.maximum(0, supply - wanted),
        shortage=np.maximum(0, wanted - supply),
        total_demand=np.nansum(wanted, axis=0),
        flex=instance["decisions"]["flex"],
        mobilisation=instance["levels"]["mobilisation"],
        max_occupancy=types["max_occupancy"],
        max_unmet=types["max_unmet"],
    )


def _shocks(instance: Instance, sets: Sets) -> tuple[Array, Array]:
    """(O, R, S) how much demand rises, and how much supply falls, as shares."""
    scenarios, (o, r, s) = instance["scenarios"], sets.rows.surges

    def spread(kind: str) -> Array:
        shared = np.array([scenarios[f"{kind}.{name}"] for name in sets.resources])
        everywhere = shared.reshape(len(sets.resources), len(sets.scenarios))
        array = np.tile(everywhere, (len(sets.localities), 1, 1))
        own = instance["surges"][kind]
        some = ~np.isnan(own)
        array[o[some], r[some], s[some]] = own[some]
        return array

    return spread("surge"), spread("loss")
