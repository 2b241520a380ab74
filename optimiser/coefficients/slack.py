"""Constraints 9 and 10: supply and demand of every resource, normally and in each scenario."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.sets import Array, Sets, positions
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
    o, r = positions(sets.localities), positions(sets.resources)
    size = (len(o), len(r))
    capacity, demand = np.full(size, np.nan), np.full(size, np.nan)
    where = [o[name] for name in rows["organisation"]], [r[name] for name in rows["resource"]]
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
    o, r, s = positions(sets.localities), positions(sets.resources), positions(sets.scenarios)
    scenarios, own = instance["scenarios"], instance["surges"]
    surge, loss = (
        np.array([scenarios[f"{kind}.{name}"] for name in sets.resources]).reshape(len(r), len(s))
        * np.ones((len(o), 1, 1))
        for kind in ("surge", "loss")
    )
    for i, (a, b, c) in enumerate(zip(own["scenario"], own["resource"], own["organisation"], strict=True)):
        for array, value in ((surge, own["surge"][i]), (loss, own["loss"][i])):
            if not np.isnan(value):
                array[o[c], r[b], s[a]] = value
    return surge, loss
