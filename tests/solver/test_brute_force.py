"""Every answer on small random instances against the enumeration of all designs."""

from __future__ import annotations

import numpy as np
import pytest
from enumeration import Answer, brute_force, reported
from random_instances import FEATURES, random_instance, random_solvable

import optimiser
from optimiser import Design, Instance, Status

CLOSE = 2e-6  # of value: the gap proven, and the rounding of two solvers
SEEDS = range(len(FEATURES) + 14)  # each feature for certain once


def close(a: float, b: float) -> bool:
    return abs(a - b) <= CLOSE * max(1.0, abs(a))


def agrees(design: Design, answer: Answer) -> None:
    """The design is a best one of the enumeration, and says so."""
    if not answer.feasible:
        assert design.status is Status.INFEASIBLE
        return
    assert design.status is Status.OPTIMAL
    assert design.verified, design.problems
    assert close(design.value, answer.best.value)
    assert design.bound >= answer.best.value - CLOSE
    assert design.gap <= 1e-6
    best = [judged.record.held for judged in answer.designs if close(judged.value, answer.best.value)]
    assert any((design.record.held == held).all() for held in best)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_design_is_the_best_of_all(seed: int) -> None:
    instance = random_instance(seed)
    agrees(optimiser.solve(instance), brute_force(instance))


@pytest.mark.parametrize("seed", range(200, 215))
def test_other_weights(seed: int) -> None:
    instance = random_instance(seed, sizes=3)
    weights = dict(zip(instance.objectives, np.random.default_rng(seed).random(6).round(2), strict=False))
    agrees(optimiser.solve(instance, weights=weights), brute_force(instance, weights=weights))


@pytest.mark.parametrize("seed", [*range(300, 310), 20079])
def test_recourse_among_equals_is_the_one_the_model_names(seed: int) -> None:
    instance = random_solvable(seed, sizes=3)
    design = optimiser.solve(instance)
    same = reported(instance, design.record)
    assert same is not None
    for objective in ("resilience", *(g for g in instance.objectives if g != "resilience")):
        assert design.expectations[objective] == pytest.approx(same.objectives[objective], abs=2e-6)


@pytest.mark.parametrize("seed", range(400, 415))
def test_a_floor_under_an_objective(seed: int) -> None:
    instance = random_solvable(seed, sizes=3)
    free = brute_force(instance)
    objective = ("accountability", "responsiveness", "risk_pooling")[seed % 3]
    reached = sorted(judged.objectives[objective] for judged in free.designs)
    floor = {objective: reached[len(reached) // 2] + 1e-6}
    agrees(optimiser.solve(instance, at_least=floor), brute_force(instance, at_least=floor))


@pytest.mark.parametrize("seed", range(500, 512))
def test_fixed_decisions_and_the_cheapest_move(seed: int) -> None:
    instance = random_solvable(seed, most_designs=64, sizes=3)
    answer, design = brute_force(instance), optimiser.solve(instance)
    decision = instance["decisions"]["decision"][0]
    for index, level in enumerate(instance["levels"]["level"]):
        there = tuple(j for j in answer.designs if (j.record.held[0] == index).all())
        agrees(optimiser.solve(instance, fix={decision: level}), Answer(there, answer.tried))
    costs = [design.value - j.value for j in answer.designs if one_move(instance, j.record.held, design)]
    assert (design.closest is None) == (not costs)
    if costs:
        assert design.closest.cost == pytest.approx(min(costs), abs=2e-6)


def one_move(instance: Instance, held: np.ndarray, design: Design) -> bool:
    """Whether a design is one move away: another level for one uniform decision, or for one locality."""
    differs = held != design.record.held
    uniform = instance["decisions"]["uniform"].astype(bool)
    return int(differs[uniform].any(axis=1).sum() + differs[~uniform].sum()) == 1


@pytest.mark.parametrize("seed", range(600, 606))
def test_what_verify_says_of_every_design(seed: int) -> None:
    instance = random_solvable(seed, most_designs=12, sizes=2)
    for judged in brute_force(instance).designs:
        rows = [
            {"decision": d, "organisation": "" if uniform else o, "level": instance["levels"]["level"][level]}
            for d, uniform, held in zip(
                instance["decisions"]["decision"],
                instance["decisions"]["uniform"],
                judged.record.held,
                strict=True,
            )
            for o, level in list(zip(instance.localities, held, strict=True))[: 1 if uniform else None]
        ]
        import pandas as pd

        found = optimiser.verify(instance, pd.DataFrame(rows))
        assert found.verified, found.problems
        assert close(found.value, judged.value)


@pytest.mark.parametrize("seed", [1, 4, 9, 14])
def test_a_model_that_was_extended_by_nothing_has_the_same_answer(seed: int) -> None:
    instance = random_solvable(seed)
    plain, whole = optimiser.solve(instance), optimiser.solve(instance, extend=lambda model: None)
    assert plain.status == whole.status == Status.OPTIMAL
    assert close(plain.value, whole.value)
    assert whole.problems == ("what was added to the model is not verified",)
