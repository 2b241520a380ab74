"""Risk aversion: values are averse, objectives are expectations, and neither stands in for the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from enumeration import Answer, brute_force, reported
from random_instances import random_instance

import optimiser
from optimiser.instance.instance import Instance
from optimiser.solver import problem

CLOSE = 2e-6
ALWAYS = {"scenarios", "risk_aversion", "urgency", "monitoring", "staff", "willing_able", "population"}
SOMETIMES = ("resources flex aid surges all_weights", "asymmetric fear", "budget support slack resources", "")


def averse(seed: int) -> Instance:
    instance = random_instance(seed, ALWAYS | set(SOMETIMES[seed % 4].split()), sizes=3, most_designs=24)
    assert instance.uncertainty["risk_aversion"] > 0
    return instance


def most(instance: Instance, objective: str, at_least: dict[str, float]) -> float:
    """The highest expectation there is, by brute force."""
    neutral = instance.replace("uncertainty.risk_aversion", set=0)
    return brute_force(neutral, weights={objective: 1}, at_least=at_least).best.value


@pytest.mark.parametrize("seed", range(12))
def test_objectives_in_order_are_expectations(seed: int) -> None:
    instance = averse(seed)
    order = list(
        np.random.default_rng(seed).permutation(["responsiveness", "accountability", "risk_pooling"])
    )
    floors: dict[str, float] = {}
    for objective in order[:2]:
        floors[objective] = most(instance, objective, floors) - 1e-7
    design = optimiser.solve(instance, lexicographic=order[:2])
    assert design.status == "optimal"
    for objective, floor in floors.items():
        assert design.expectations[objective] >= floor - CLOSE
    assert design.value == pytest.approx(brute_force(instance, at_least=floors).best.value, abs=1e-5)


@pytest.mark.parametrize("seed", range(12))
def test_floors_are_under_expectations(seed: int) -> None:
    """Half way from what the best design reaches to the most that there is."""
    instance = averse(seed)
    objective = ("responsiveness", "accountability")[seed % 2]
    here = reported(instance, brute_force(instance).best.record)
    assert here is not None
    floor = (here.objectives[objective] + most(instance, objective, {})) / 2
    design = optimiser.solve(instance, at_least={objective: floor})
    assert design.expectations[objective] >= floor - CLOSE
    assert design.value == pytest.approx(
        brute_force(instance, at_least={objective: floor}).best.value, abs=CLOSE
    )


def best_with(enumerated: Answer, decision: int, level: int) -> float | None:
    held = [j.value for j in enumerated.designs if (j.record.held[decision] == level).all()]
    return max(held, default=None)


@pytest.mark.parametrize("seed", range(8))
def test_moves_and_alternatives_are_worth_what_brute_force_finds(seed: int) -> None:
    instance = averse(seed)
    enumerated = brute_force(instance)
    names, levels = list(instance["decisions"]["decision"]), list(instance["levels"]["level"])
    for one in optimiser.explain(instance).decisions:
        for move in one.moves:
            worth = best_with(enumerated, names.index(one.decision), levels.index(move.to))
            assert (move.cost is None) == (worth is None)
            if worth is not None:
                assert move.cost == pytest.approx(enumerated.best.value - worth, abs=CLOSE)
    found = optimiser.alternatives(instance, count=5)
    expected = [judged.value for judged in enumerated.designs[:5]]
    assert [ranked.answer.value for ranked in found.designs] == pytest.approx(expected, abs=CLOSE)


@pytest.mark.parametrize("seed", [1, 2, 5, 6])
def test_a_frontier_is_of_expectations(seed: int) -> None:
    instance = averse(seed)
    pair = ("accountability", "responsiveness")
    found = optimiser.frontier(instance, pair)
    assert found.complete, found.unfinished
    for k, objective in enumerate(pair):
        reached = max(end[k] for point in found.points for end in point.segment)
        assert reached == pytest.approx(most(instance, objective, {}), abs=5e-6)


@pytest.mark.parametrize(("order", "models"), [((), 1), (("responsiveness", "accountability"), 2)])
def test_a_model_is_built_once_for_each_attitude(
    order: tuple[str, ...], models: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The value's own, and where objectives are raised in order one without aversion: neither a second time."""
    built, assemble = [], problem.assemble

    def counted(*arguments: Any) -> Any:
        built.append(arguments)
        return assemble(*arguments)

    monkeypatch.setattr(problem, "assemble", counted)
    assert optimiser.solve(averse(0), lexicographic=order).found
    assert len(built) == models
