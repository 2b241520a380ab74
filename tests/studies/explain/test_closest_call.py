"""The closest call is exactly the cheapest move of one holding with nothing else moving, whatever couples them.

Held against enumeration: every design, its recourse solved straight from model/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from enumeration import brute_force
from random_instances import random_instance

import optimiser
from optimiser import Design, Instance, Status

FEATURES = {
    "uniform": "staff three_levels willing_able monitoring fear links",
    "asymmetric": "asymmetric staff fixed_hours population correlation links",
    "many": "asymmetric three_levels rules max_changes min_rating local_scores own_objective",
    "budget": "budget costs slack resources surges scenarios max_unmet max_occupancy all_weights",
    "support": "asymmetric budget support willing_able staff monitoring fear scenarios",
    "partners": "asymmetric partners willing_able staff scenarios",
    "aid": "asymmetric resources aid local_aid surges scenarios flex all_weights max_unmet",
    "averse": "asymmetric scenarios risk_aversion urgency staff monitoring",
    "averse support": "scenarios risk_aversion budget support slack resources surges willing_able urgency",
}
SEEDS = range(6)


def moves(instance: Instance, design: Design, held: np.ndarray) -> list[tuple[int, int, int]]:
    """(decision, locality or 0, level) of every holding that sits elsewhere in `held`."""
    uniform = instance["decisions"]["uniform"].astype(bool)
    differs = held != design.record.held
    return [
        (d, o, int(held[d, o]))
        for d, whole in enumerate(uniform)
        for o in range(1 if whole else held.shape[1])
        if differs[d, o]
    ]


def agrees(
    instance: Instance,
    design: Design,
    fix: Mapping[str, str] | None = None,
    at_least: Mapping[str, float] | None = None,
) -> bool:
    """Hold the closest call against enumeration; False where there is none to hold."""
    answer = brute_force(instance, at_least=at_least)
    assert (design.status is Status.OPTIMAL) or (design.status is Status.INFEASIBLE)
    if not design.found:
        return False
    names, levels = list(instance["decisions"]["decision"]), list(instance["levels"]["level"])
    costs = {}
    for judged in answer.designs:
        made = moves(instance, design, judged.record.held)
        if len(made) == 1 and names[made[0][0]] not in (fix or {}):
            costs[made[0]] = design.value - judged.value
    assert (design.closest is None) == (not costs)
    if design.closest is None:
        return False
    closest, least = design.closest, min(costs.values())
    place = instance.localities.index(closest.organisation) if closest.organisation else 0
    move = names.index(closest.decision), place, levels.index(closest.to)
    assert closest.proven
    assert costs[move] == pytest.approx(least, abs=2e-6)
    assert closest.cost == pytest.approx(least, abs=2e-6)
    assert not [earlier for earlier, cost in costs.items() if earlier < move and cost < least + 1e-8]
    return True


@pytest.mark.parametrize("features", FEATURES)
def test_it_is_the_cheapest_of_all_moves(features: str) -> None:
    held = 0
    for seed in SEEDS:
        instance = random_instance(seed, FEATURES[features].split(), most_designs=48, sizes=3)
        held += agrees(instance, optimiser.solve(instance))
    assert held >= len(SEEDS) / 2


@pytest.mark.parametrize("features", FEATURES)
def test_what_is_fixed_stays_and_floors_are_kept(features: str) -> None:
    held = 0
    for seed in SEEDS:
        instance = random_instance(seed, FEATURES[features].split(), most_designs=48, sizes=3)
        free = brute_force(instance)
        if not free.feasible:
            continue
        decision, levels = instance["decisions"]["decision"][-1], instance["levels"]["level"]
        some = free.designs[len(free.designs) // 2]
        fix = {decision: levels[some.record.held[-1, 0]]} if len(set(some.record.held[-1])) == 1 else {}
        objective = ("accountability", "responsiveness", "risk_pooling")[seed % 3]
        reached = sorted(judged.objectives[objective] for judged in free.designs)
        floor = {objective: reached[len(reached) // 2] - 1e-3}
        for asked in ({"fix": fix}, {"at_least": floor}):
            held += agrees(instance, optimiser.solve(instance, **asked), **asked)
    assert held >= len(SEEDS) / 2


@pytest.mark.parametrize("seed", range(25))
def test_it_is_the_cheapest_whatever_an_instance_uses(seed: int) -> None:
    """Drawn until there is a move to hold it against."""
    draws = (random_instance(each, most_designs=64, sizes=3) for each in range(7000 + seed, 17000, 100))
    assert any(agrees(instance, optimiser.solve(instance)) for instance in draws)
