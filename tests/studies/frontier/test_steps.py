"""Objectives that come in steps: how large these are, and that a frontier needs one search a point."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from frontier_reach import reaches
from instance_by_hand import made
from paths import ARCHETYPE

import optimiser
from optimiser.solver.session import Session
from optimiser.studies.frontier.search import ROUND
from optimiser.studies.frontier.steps import LEAST, Question, common_step, step_of


@pytest.mark.parametrize(
    ("numbers", "step"),
    [
        ([0.6, -0.4, 1.0], 0.2),
        ([0.31 / 7, 0.05 / 7], 0.01 / 7),
        ([1 / 3, 1 / 2, 1.0], 1 / 6),
        ([0.5], 0.5),
        ([0.5, 0.5 + LEAST / 2], 0.0),  # told from none only where it is more than what is not told apart
        ([1.0, 2**0.5], 0.0),
        ([], 0.0),
    ],
)
def test_the_largest_number_of_which_all_are_multiples(numbers: list[float], step: float) -> None:
    assert common_step(np.array(numbers)) == pytest.approx(step, rel=1e-12)


def test_what_a_search_by_steps_proves() -> None:
    """Steps 0.1 and 0.2 above 0.4, at most 0.9: the second counts 0.1, all of it half a step of the first."""
    asked = Question((0.1, 0.2), low=0.4, high=0.9)
    assert asked.share == pytest.approx(0.1)
    assert asked.floors == pytest.approx([-np.inf, 0.5])
    value = float(asked.weights @ [0.3, 0.6])
    for better in ([0.4, 0.6], [0.3, 0.8], [0.4, 0.59]):  # dominate it, or lie between it and the floor
        assert not asked.settled(value, float(asked.weights @ better))
    assert asked.settled(value, value + asked.closely)


def test_designs_of_the_archetype_differ_by_steps() -> None:
    instance = optimiser.read(ARCHETYPE)
    session = Session(instance)
    for g in ("accountability", "responsiveness"):
        step = step_of(session, instance.objectives.index(g))
        levels = [reach.most(np.ones(1), np.full(1, -9.0))[0] for reach in reaches(instance, (g,))]
        whole = (np.array(levels) - levels[0]) / step
        assert step > LEAST
        assert whole == pytest.approx(np.round(whole), abs=1e-6)


FILES = {
    name: (Path(ARCHETYPE) / f"{name}.csv").read_text() for name in ("scores", "workload", "organisations")
}
SCENARIO = '[[scenarios]]\nscenario = "winter"\nprobability = 1\nabsence = {}'
DECISIONS = "decision,type,monitoring_effect\n" + "".join(
    f"{d},input,{{}}\n" for d in "I1 I2 P1 P2 O1 O2".split()
)


@pytest.mark.parametrize(
    ("absence", "effect", "steps"), [(0.0, 0.0, True), (0.5, 0.0, False), (0.0, 0.5, False)]
)
def test_where_recourse_is_held_back_or_more_than_exercise_there_are_no_steps(
    tmp_path: Path, absence: float, effect: float, steps: bool
) -> None:
    decisions = DECISIONS.format(*[effect] * 6)
    instance = made(tmp_path, toml=SCENARIO.format(absence), decisions=decisions, **FILES)
    assert bool(step_of(Session(instance), 1)) is steps


def test_a_frontier_in_steps_takes_one_search_a_point() -> None:
    """Two ends take two searches each, if the second objective is then raised; each further point one, and
    one more each part of a round that meets the next."""
    instance = optimiser.read(ARCHETYPE)
    found = optimiser.frontier(instance, ["accountability", "responsiveness"])
    assert found.complete
    assert len(found.points) == 9
    assert found.run["solves"] <= 4 + 8 + ROUND - 1
