"""frontier ends whatever the numbers, and covers what there is to within what it says: near-ties of all sizes."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from frontier_reach import PAIR, reaches
from instance_by_hand import made

import optimiser
from optimiser import Instance
from optimiser.studies.frontier.frontier import Frontier

Array = np.ndarray
NEAR = (1e-5, 1e-6, 3e-7, 1e-7, 1e-9)
GAPS = (0.0, 1e-9, 1e-6, 1e-4)
OWN = {2: ("f", "g"), 3: ("f", "g", "h")}


def near_ties(folder: Path, seed: int, near: float, count: int) -> Instance:
    """Scores on a coarse grid, each off by a few times `near`; some decisions are the same twice."""
    rng = np.random.default_rng([seed, count])
    names, aims = "abcd", OWN[count]
    rows = {(d, l): np.clip(rng.integers(0, 3, count) / 2 + near * rng.integers(-2, 3, count), 0, 1)
            for d, l in product(names, ("central", "local"))}  # fmt: skip
    rows["d", "central"], rows["d", "local"] = rows["c", "central"], rows["c", "local"]  # twins
    lines = [f"{d},{l},{','.join(repr(float(x)) for x in row)}" for (d, l), row in rows.items()]
    return made(
        folder,
        toml="".join(f'[[objectives]]\nobjective = "{g}"\n' for g in aims)
        + "[weights]\nrisk_pooling = 0\naccountability = 0\nresponsiveness = 0\n"
        + "".join(f"{g} = 1\n" for g in aims),
        decisions="decision,type\n" + "\n".join(f"{d},input" for d in names),
        scores=f"decision,level,{','.join(aims)}\n" + "\n".join(lines),
    )


def watched(folder: Path, seed: int, near: float) -> Instance:
    """Stakes nearly alike; what is held locally may be watched, which costs as much of the other aim or so."""
    rng = np.random.default_rng([seed, 5])

    def off(number: float) -> str:
        return repr(float(number + near * rng.integers(-2, 3)))

    lines = [
        ",".join([d, "input", "10", off(0.4), off(0.5), *(off(0.5 + rng.integers(0, 2) / 4) for _ in "ar")])
        for d in "abc"
    ]
    return made(
        folder,
        toml='[[levels]]\nlevel = "central"\ndelay_days = 10\n[[levels]]\nlevel = "local"\n',
        decisions="decision,type,half_life_days,monitoring_effect,fear,stake_accountability,"
        "stake_responsiveness\n" + "\n".join(lines),
    )


def scored(instance: Instance, names: tuple[str, ...]) -> Array:
    """(designs, k) what each design reaches where all is exercised in full: the mean of its scores."""
    scores = instance["scores"]
    of = {
        (d, l): np.array([float(scores[g][row]) for g in names])
        for row, (d, l) in enumerate(zip(scores["decision"], scores["level"], strict=True))
    }
    levels = product(*([(d, l) for e, l in of if e == d] for d in instance["decisions"]["decision"]))
    return np.array([np.mean([of[cell] for cell in held], axis=0) for held in levels])


def uncovered(found: Frontier, points: Array, error: float) -> Array:
    """Of these points, those that none listed reaches to within the error in every objective."""
    at = np.array([found.reached(p) for p in found.points])
    return points[~(at[None] >= points[:, None] - error).all(axis=2).any(axis=1)]


@pytest.mark.parametrize("near", NEAR)
@pytest.mark.parametrize(("gap", "count", "seed"), [(g, n, s) for s, g in enumerate(GAPS) for n in (2, 3)])
def test_near_ties_end_and_are_covered(
    tmp_path: Path, near: float, gap: float, count: int, seed: int
) -> None:
    instance = near_ties(tmp_path, seed, near, count)
    found = optimiser.frontier(instance, OWN[count], gap=gap)
    assert found.run["solves"] <= 200  # of 16 designs; it has an end
    assert found.complete == (not found.unfinished)
    if gap <= 1e-6:
        assert found.complete, found.unfinished
    if np.isfinite(found.error):
        assert not len(uncovered(found, scored(instance, OWN[count]), found.error + 1e-9))
    assert found.error <= max(3e-6, 4 * gap)


@pytest.mark.parametrize("near", NEAR)
@pytest.mark.parametrize(("gap", "seed"), [(1e-6, 0), (0.0, 1), (1e-9, 2)])
def test_near_ties_with_recourse(tmp_path: Path, near: float, gap: float, seed: int) -> None:
    """What each design reaches is a trade-off of its own, nearly the same as another's."""
    instance = watched(tmp_path, seed, near)
    found = optimiser.frontier(instance, PAIR, gap=gap)
    assert found.run["solves"] <= 200
    assert found.complete, found.unfinished
    assert any(len(p.segment) > 1 for p in found.points)
    every, margin = reaches(instance, PAIR), found.error + 1e-6
    listed = [next(r for r in every if (r.held == p.answer.record.held).all()) for p in found.points]
    for reach in every:
        points = np.array([reach.most(np.array([share, 1 - share])) for share in (1e-4, 0.3, 0.5, 1 - 1e-4)])
        for point in uncovered(found, points, margin):
            assert any(mine.most(np.ones(2), point - margin) is not None for mine in listed), point


@pytest.mark.parametrize(("near", "least"), [(2e-6, 4), (5e-7, 2)])
@pytest.mark.parametrize("gap", GAPS)
def test_four_designs_of_which_two_are_nearly_the_same(
    tmp_path: Path, near: float, least: int, gap: float
) -> None:
    """(1, 0), (.5, .5), and beside each another that is off by half of `near`."""
    instance = made(
        tmp_path,
        toml='[[objectives]]\nobjective = "f"\n[[objectives]]\nobjective = "g"\n'
        "[weights]\nrisk_pooling = 0\naccountability = 0\nresponsiveness = 0\nf = 1\ng = 1",
        decisions="decision,type\na,process\nc,process",
        scores=f"decision,level,f,g\na,central,1,0\na,local,{1 - near},{near}\nc,central,1,0\nc,local,0,1",
    )
    found = optimiser.frontier(instance, OWN[2], gap=gap)
    assert found.complete
    assert len(found.points) >= least
    assert 0 < found.error <= 3e-6
