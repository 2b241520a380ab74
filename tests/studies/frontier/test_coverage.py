"""How far a design may stand out from those listed: against points at random, and on frontiers to a tolerance."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from frontier_reach import CLOSE, FLOOR, PAIR, THREE, Reach, points_of, reaches, same
from paths import ARCHETYPE
from random_instances import random_instance

import optimiser
from optimiser import InputError
from optimiser.studies.frontier.coverage import Ceiling, Coverage, along, split
from optimiser.studies.frontier.frontier import Frontier, _unproven
from optimiser.terminal import at_most

Array = np.ndarray


def random_ceilings(random: np.random.Generator, k: int) -> list[Ceiling]:
    """Some for all designs, one for each objective alone among them, some with floors, one of no design."""
    ceilings = [Ceiling(np.full(k, -np.inf), w, 1.0) for w in np.eye(k)]
    for _ in range(4):
        weights = random.dirichlet(np.ones(k))
        ceilings.append(Ceiling(np.full(k, -np.inf), weights, random.uniform(0.5, 0.9)))
        floors = np.where(random.random(k) < 0.3, -np.inf, random.uniform(0.2, 0.7, k))
        ceilings.append(Ceiling(floors, random.dirichlet(np.ones(k)), random.uniform(0.3, 0.7)))
    return [*ceilings, Ceiling(random.uniform(0.3, 0.8, k), np.full(k, 1 / k), -np.inf)]


def permitted(points: Array, ceilings: list[Ceiling]) -> Array:
    """(n,) which points (n, k) no ceiling rules out."""
    out = [(points >= c.floors).all(axis=1) & (points @ c.weights > c.bound) for c in ceilings]
    return ~np.any(out, axis=0)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("k", [2, 3])
def test_the_error_is_the_most_by_which_a_point_that_is_permitted_stands_out(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    ceilings = random_ceilings(random, k)
    tries = random.random((4000, k))
    free = tries[permitted(tries, ceilings)]
    known, cover = free[:: max(1, len(free) // 12)], Coverage(k)
    for ceiling in ceilings[: len(ceilings) // 2]:
        cover.limit(ceiling)
    cover.learn(known)
    for ceiling in ceilings[len(ceilings) // 2 :]:
        cover.limit(ceiling)
    short = (free[:, None] - known).max(axis=2).min(axis=1)  # by how much the nearest falls short of each
    assert short.max() <= cover.error + 1e-12
    corner = cover.corners[np.argmax(cover.errors)]
    if np.isfinite(corner).all():
        worst = (corner + cover.error * (1 - 1e-9))[None]
        assert permitted(worst, ceilings).all()
        assert (worst - known).max(axis=1).min() >= cover.error * (1 - 1e-6)


def test_corners_are_those_of_what_no_point_dominates() -> None:
    corners = np.full((1, 2), -np.inf)
    for point in np.array([[1.0, 3], [3, 1], [2, 2], [1, 1]]):  # the last is dominated
        corners = split(corners, point)
    found = sorted(map(tuple, corners))
    assert found == [(-np.inf, 3), (1, 2), (2, 1), (3, -np.inf)]


def test_what_is_known_without_floors_bounds_every_weighting() -> None:
    cover = Coverage(2)
    assert cover.most(np.array([0.5, 0.5])) == np.inf
    cover.limit(Ceiling(np.full(2, -np.inf), np.array([1.0, 0.0]), 0.8))
    cover.limit(Ceiling(np.array([0.1, -np.inf]), np.array([0.0, 1.0]), 0.1))  # says nothing of all
    cover.limit(Ceiling(np.full(2, -np.inf), np.array([0.0, 1.0]), 0.4))
    assert cover.most(np.array([0.25, 0.75])) == pytest.approx(0.5)


def test_a_chain_is_followed_finely_enough() -> None:
    points = np.array(along(np.array([[0.0, 1.0], [0.5, 0.9], [0.6, 0.0]]), 0.2))
    assert np.abs(np.diff(points, axis=0)).max() <= 0.2 + 1e-12
    assert [list(p) for p in points[[0, 3, -1]]] == [[0.0, 1.0], [0.5, 0.9], [0.6, 0.0]]


def covers(found: Frontier, every: list[Reach]) -> None:
    """Whatever a design reaches, one listed reaches to within the error; what is called proven is."""
    listed = [next(reach for reach in every if same(reach, p)) for p in found.points]
    one = np.ones(len(found.objectives))
    for p, mine in zip(found.points, listed, strict=True):
        at = np.array(found.reached(p))
        more = mine.most(one, at - FLOOR)
        assert (more - at).max() <= 2 * CLOSE, "its own recourse can do better"
        if p.proven:
            better = [reach.most(one, at - FLOOR) for reach in every]
            assert max((b - np.maximum(at, more)).max() for b in better if b is not None) <= 2 * CLOSE
    for reach in every:
        for point in points_of(reach):
            floors = point - found.error - CLOSE
            near = (
                mine.most(one, floors) is not None and (len(one) == 2 or (found.reached(p) >= floors).all())
                for p, mine in zip(found.points, listed, strict=True)
            )
            assert any(near), (reach.held, point)


@pytest.mark.parametrize("tolerance", [0.1, 0.01])
@pytest.mark.parametrize("seed", [3, 20, 107, 20179])
def test_two_objectives_to_a_tolerance_against_brute_force(seed: int, tolerance: float) -> None:
    instance = random_instance(seed, most_designs=24, sizes=3)
    found = optimiser.frontier(instance, PAIR, tolerance=tolerance)
    assert found.complete, found.open
    assert found.error <= tolerance
    covers(found, reaches(instance, PAIR))


@pytest.mark.parametrize("seed", [7, 30])
def test_three_objectives_to_a_tolerance_against_brute_force(seed: int) -> None:
    names = ("accountability", "risk_pooling", "economy")
    instance = random_instance(
        seed, {"scores", "links", "asymmetric", "level_links", "costs"}, most_designs=32
    )
    found = optimiser.frontier(instance, names, tolerance=0.03)
    assert found.complete, found.open
    assert found.error <= 0.03
    covers(found, reaches(instance, names))


@pytest.mark.parametrize(("seed", "gap"), [(1, 0.3), (20, 1e-6)])
def test_a_choice_of_points_says_how_far_a_design_may_stand_out_from_it(seed: int, gap: float) -> None:
    instance = random_instance(seed, most_designs=24, sizes=3)
    found = optimiser.frontier(instance, PAIR, points=3, gap=gap)
    assert np.isfinite(found.error)
    covers(found, reaches(instance, PAIR))


def test_fewer_points_than_all_suffice() -> None:
    every, some = (optimiser.frontier(optimiser.read(ARCHETYPE), THREE, tolerance=t) for t in (0.0, 0.1))
    assert every.error <= 3e-6
    assert 1 < len(some.points) < len(every.points)
    assert 0 < some.error <= 0.1


def test_what_the_command_says_of_a_tolerance(run: Any) -> None:
    call = ("frontier", ARCHETYPE, "--objectives", ",".join(PAIR), "--tolerance", "0.1")
    document = json.loads(run(*call, "--json").out)
    assert (document["complete"], document["tolerance"]) == (True, 0.1)
    text = run(*call).out
    said = f"one of these reaches to within {at_most(document['error'])} in each of the objectives"
    assert said in " ".join(text.split())
    assert "Complete to within" not in text


def test_a_tolerance_is_checked() -> None:
    instance = optimiser.read(ARCHETYPE)
    with pytest.raises(InputError, match="tolerance: '-1' is not a number of at least 0"):
        optimiser.frontier(instance, PAIR, tolerance=-1)
    with pytest.raises(InputError, match="not both"):
        optimiser.frontier(instance, PAIR, tolerance=0.1, points=3)


@pytest.mark.parametrize(
    ("slack", "said"),
    [
        (0.25, "a design may be up to 0.25 better"),
        (33.0, "better by what is not known"),
        (np.inf, "not known"),
    ],
)
def test_a_slack_of_more_than_an_objective_has_is_no_number(slack: float, said: str) -> None:
    """A gap that is shared out over a small weight can come to more than the whole of an objective."""
    study: Any = SimpleNamespace(gap=1e-6)
    kept: Any = [SimpleNamespace(slack=slack, explored=True)]
    marked: Any = [SimpleNamespace(proven=False)]
    (line,) = _unproven(study, kept, marked, 0.0)
    assert said in line
