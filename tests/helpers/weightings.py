"""Weightings at random, and which cell of a map is theirs."""

from __future__ import annotations

import numpy as np
from random_instances import FEATURES

from optimiser.studies.weight_map.weight_map import WeightMap

Array = np.ndarray
CLOSE = 2e-6  # of value: the rounding of two solvers
DRAWN = tuple(f for f in FEATURES if f not in ("infeasible", "risk_aversion"))
WATCHED = {
    "decisions": "decision,type,levels,monitoring_effect,fear\nd,process,local,0.5,0.6",
}  # monitored by m, it earns 0.5 m of accountability and 1 - 0.6 m of responsiveness


def planes(found: WeightMap) -> Array:
    return np.array([[cell.answer.audit.objectives[g] for g in found.objectives] for cell in found.cells])


def cell_at(found: WeightMap, weights: Array) -> int:
    return int(np.argmax(planes(found) @ weights))


def weightings(seed: int, count: int) -> Array:
    return np.random.default_rng(seed).dirichlet(np.ones(3), count)
