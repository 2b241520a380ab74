"""Acceptability: under which share of all weightings each decision sits at each level.

The area of the cells in which it does is its exact acceptability index (SMAA, without sampling; Lahdelma,
Hokkanen & Salminen 1998).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.coefficients import Coefficients
from optimiser.instance.instance import Instance
from optimiser.studies.weight_map.cells import Region


def acceptability(designs: tuple[Region, ...], c: Coefficients, instance: Instance) -> dict[str, Any]:
    """Shares by holding, by decision and by type; rows for the levels that are allowed."""
    sets, kinds = c.sets, instance["decisions"]["type"]
    share = np.zeros((len(sets.holding_decision), len(sets.levels)))
    for region in designs:
        share[np.arange(len(share)), region.answer.design] += region.area
    share = np.minimum(share, 1.0)
    people = np.where(sets.holding_locality < 0, 1.0, c.scores.share[sets.holding_locality])
    decided = np.zeros(sets.allowed.shape)
    np.add.at(decided, sets.holding_decision, people[:, None] * share)
    return {
        "acceptability": tuple(
            {
                "decision": sets.decisions[d], "organisation": sets.place(h), "level": sets.levels[l],
                "share": float(share[h, l]),
            }
            for h, d in enumerate(sets.holding_decision)
            for l in np.flatnonzero(sets.allowed[d])
        ),
        "by_decision": tuple(
            {"decision": name, "type": kinds[d], "level": sets.levels[l], "share": float(decided[d, l])}
            for d, name in enumerate(sets.decisions)
            for l in np.flatnonzero(sets.allowed[d])
        ),
        "by_type": tuple(
            {"type": kind, "level": level, "share": float(decided[kinds == kind, l].mean())}
            for kind in dict.fromkeys(kinds)
            for l, level in enumerate(sets.levels)
        ),
    }  # fmt: skip
