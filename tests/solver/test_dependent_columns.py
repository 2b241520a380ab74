"""What follows from who holds what: the halves of every move add up to what the move changes."""

from __future__ import annotations

import numpy as np
import pytest
from random_instances import random_instance

from optimiser.solver.session import Session


@pytest.mark.parametrize("seed", range(800, 830))
def test_the_halves_of_a_move_are_what_it_changes(seed: int) -> None:
    session = Session(random_instance(seed, sizes=4))
    placing, rng = session.placing, np.random.default_rng(seed)
    holdings, levels = placing.placed.shape
    for _ in range(3):
        design = rng.integers(levels, size=holdings)
        halves = placing.following.halves(placing.flat(design)).toarray()
        before = placing.compact(design)
        for h in range(holdings):
            for level in np.flatnonzero(np.arange(levels) != design[h]):
                there = design.copy()
                there[h] = level
                change = halves[h * levels + design[h]] + halves[h * levels + level]
                assert before + change == pytest.approx(placing.compact(there), abs=1e-12)


@pytest.mark.parametrize("seed", range(800, 830))
def test_buffers_are_the_deviations_of_what_is_pooled(seed: int) -> None:
    session = Session(random_instance(seed, sizes=4))
    placing, rng = session.placing, np.random.default_rng(seed)
    x = placing.columns(rng.integers(placing.placed.shape[1], size=len(placing.placed)))
    for placed in session.pools.pools:
        assert x[placed.buffer] == pytest.approx(placed.pool.deviation(x[placed.members]), abs=1e-12)
