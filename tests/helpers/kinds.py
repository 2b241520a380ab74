"""Instances of every kind of search, and what must hold however one ended."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser import Design, Status


def holds_up(design: Design, best: Design) -> None:
    """It claims no more than is true: `best` was proven."""
    if design.status is Status.INFEASIBLE:
        assert not best.found
    if not design.found:
        return
    assert best.found
    assert design.extended or design.verified, design.problems
    assert design.bound >= best.value - 1e-7
    assert design.gap >= 0
    assert np.isfinite(design.bound)
    if not design.asked["lexicographic"]:
        assert design.value <= best.value + 1e-7
    if design.status is Status.OPTIMAL:
        assert design.value == pytest.approx(best.value, abs=2e-6)


KINDS = {
    "uniform": "staff three_levels willing_able links rules",
    "asymmetric": "asymmetric three_levels staff fixed_hours population correlation",
    "mixed": "asymmetric staff links scenarios monitoring fear max_changes",
    "averse": "asymmetric scenarios risk_aversion urgency staff",
    "coupled": "asymmetric budget support slack resources surges scenarios max_unmet willing_able",
}
