"""Reaching for an aim among the designs of a worth: against the enumeration of all designs."""

from __future__ import annotations

import numpy as np
import pytest
from generate import random_instance
from oracle import brute_force

from optimiser.studies.study import Study


@pytest.mark.parametrize("seed", range(700, 725))
def test_what_is_reached_is_the_most_that_designs_of_that_worth_reach(seed: int) -> None:
    instance = random_instance(seed, sizes=3)
    answer = brute_force(instance)
    if not answer.feasible:
        return
    study = Study(instance)
    sets = study.session.c.sets
    rng = np.random.default_rng(seed)
    aim = rng.random((len(sets.holding_decision), len(sets.levels))).round(3)
    for loss in (0.02, 0.3):
        worth = answer.best.value - loss
        enough = [judged.record.held for judged in answer.designs if judged.value >= worth - 1e-7]
        at = [held[sets.holding_decision, np.maximum(sets.holding_locality, 0)] for held in enough]
        sums = [float(aim[np.arange(len(design)), design].sum()) for design in at]
        found = study.reach(aim, worth)
        assert found.design is not None
        assert any((found.design == design).all() for design in at)
        assert aim[np.arange(len(found.design)), found.design].sum() == pytest.approx(max(sums), abs=2e-6)
        assert found.bound >= max(sums) - 2e-6
