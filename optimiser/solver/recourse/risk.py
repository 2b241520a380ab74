"""What values that differ by scenario are worth together (model/README.md, Value)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.instance.instance import Instance

Array = np.ndarray


def neutral(instance: Instance) -> Instance:
    """The instance without risk aversion: what objectives reach is an expectation, whoever asks."""
    if not instance.uncertainty["risk_aversion"]:
        return instance
    return replace(instance, uncertainty={**instance.uncertainty, "risk_aversion": 0.0})


def at_risk(values: Array, probability: Array, aversion: float, beta: float) -> Array:
    """(1 - aversion) mean + aversion CVaR of values (..., S): the mean of the worst share 1 - beta.

    A scenario at the edge of that share counts in part.
    """
    mean = values @ probability
    if aversion == 0:
        return np.asarray(mean)
    order = np.argsort(values, axis=-1, kind="stable")
    tail = 1 - beta
    mass = np.diff(np.minimum(np.cumsum(probability[order], axis=-1), tail), prepend=0.0)
    worst = (mass * np.take_along_axis(values, order, axis=-1)).sum(axis=-1)
    return np.asarray((1 - aversion) * mean + aversion * worst / tail)
