"""Thresholds held against every point solved afresh."""

from __future__ import annotations

import pytest
from enumeration import brute_force

from optimiser import Instance
from optimiser.studies.inputs import variant, weights_at
from optimiser.studies.thresholds.thresholds import Thresholds

CLOSE = 3e-6


def agrees(found: Thresholds, instance: Instance, shares: list[float]) -> None:
    """At these shares of the range, the design named is the best of all, as its value says."""
    (i,), held_to = found.inputs, 0
    for share in shares:
        x = i.low + share * (i.high - i.low)
        x = float(round(x)) if i.whole else x
        if any(tip.low - 1e-9 <= x <= tip.high + 1e-9 for tip in found.tips):
            continue
        part = next(p for p in found.intervals if p.low <= x <= p.high)
        weights = weights_at(instance.weights, found.inputs, (x,))
        answer = brute_force(variant(instance, found.inputs, (x,)), weights=weights)
        assert answer.feasible == bool(part.design)
        if part.design:
            levels = list(instance["levels"]["level"])
            held = {(r["decision"], r["organisation"]): levels.index(r["level"]) for r in part.design}
            same = [j for j in answer.designs if all(
                j.record.held[list(instance["decisions"]["decision"]).index(d), instance.localities.index(o) if o else 0] == at
                for (d, o), at in held.items())]  # fmt: skip
            assert same[0].value == pytest.approx(answer.best.value, abs=CLOSE)
            held_to += 1
    assert held_to >= 2


LIMITED = [
    "staff", "fixed_hours", "burdens", "asymmetric", "urgency", "scenarios", "monitoring", "fear", "reserve",
    "vacancy", "willing_able", "partners", "resources", "flex", "aid", "local_aid", "surges", "max_unmet",
    "max_occupancy", "costs", "budget", "support", "slack", "min_rating", "max_changes", "all_weights",
]  # fmt: skip
