"""The value: what objectives and scenarios count, and how risk is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.sets import Array
from optimiser.instance.instance import Instance


@dataclass(frozen=True, eq=False)
class Value:
    """Numbers of the value."""

    weight: Array  # (G,) summing to 1
    probability: Array  # (S,) summing to 1
    risk_aversion: Array  # (1,) what the mean of the worst cases counts
    tail_scale: Array  # (1,) what a unit of shortfall weighs in it: 1 / (1 - beta)


def value_of(instance: Instance, weights: Mapping[str, float] | None = None) -> Value:
    """Take the instance's own weights, or those given."""
    aversion, beta = instance.uncertainty["risk_aversion"], instance.uncertainty["beta"]
    return Value(
        weight=weights_of(instance, weights),
        probability=instance["scenarios"]["probability"],
        risk_aversion=np.array([aversion]),
        tail_scale=np.array([1 / (1 - beta)]),
    )


def weights_of(instance: Instance, weights: Mapping[str, float] | None = None) -> Array:
    """(G,) weights normalised to sum to 1: the instance's own, or those given (not named: 0)."""
    chosen = instance.weights if weights is None else weights
    raw = np.array([float(chosen.get(name, 0.0)) for name in instance.objectives])
    return raw / raw.sum()
