"""A large scenario has only the columns and rows in HiGHS that a point can use: what it says stays the same."""

from __future__ import annotations

import numpy as np
import pytest
from random_instances import random_solvable

from optimiser.solver.clock import Clock
from optimiser.solver.recourse import subproblem
from optimiser.solver.session import Session

FEATURES = (
    "three_levels asymmetric scenarios resources aid staff fear monitoring surges max_unmet flex".split()
)


def points(session: Session, seed: int) -> list[np.ndarray]:
    """Designs at random, and what lies between them, with whole and with half holdings in turn."""
    draw, sets = np.random.default_rng(seed), session.c.sets
    allowed = sets.allowed[sets.holding_decision]
    designs = [np.array([draw.choice(np.flatnonzero(row)) for row in allowed]) for _ in range(5)]
    whole = [session.placing.columns(design) for design in designs]
    return [x for a, b in zip(whole, [*whole[1:], whole[0]], strict=True) for x in (a, (a + b) / 2)]


@pytest.mark.parametrize("apart", [0.0, 0.3, np.inf])
def test_what_is_left_out_of_a_scenario_is_worth_nothing(
    apart: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = 0
    for seed in range(3):
        instance = random_solvable(seed, FEATURES)
        whole, sparse = Session(instance), Session(instance)
        for x in points(whole, seed):
            full = whole.recourse.price(x, whole.weights, Clock())
            with monkeypatch.context() as patch:
                patch.setattr(subproblem, "SMALL", 0)
                patch.setattr(subproblem, "APART", apart)
                part = sparse.recourse.price(x, sparse.weights, Clock())
            assert [one.feasible for one in part] == [one.feasible for one in full]
            assert [one.worth for one in part] == pytest.approx([one.worth for one in full], abs=1e-9)
            mine = sparse.recourse.cuts([one.prices for one in part])
            theirs = whole.recourse.cuts([one.prices for one in full])
            assert mine.matrix @ x - mine.upper == pytest.approx(theirs.matrix @ x - theirs.upper, abs=1e-7)
        columns = [len(scenario.columns) for scenario in sparse.recourse.scenarios]
        added += sum(
            len(one._loaded) < most for one, most in zip(sparse.recourse.scenarios, columns, strict=True)
        )
    assert added or apart == np.inf  # something was left out
