"""Questions asked in rounds: the same bytes whoever answers, workers that die, and Ctrl-C."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from paths import ARCHETYPE, INSTANCES

import optimiser
from optimiser.errors import InputError, SolverError
from optimiser.studies.asker import Asker
from optimiser.studies.rounds import Search, Task
from optimiser.studies.study import LOST, Study

PAIR = ["accountability", "responsiveness"]
QUESTIONS: list[tuple[str, Path, dict[str, Any], int]] = [
    ("explain", ARCHETYPE, {"decisions": ["O2", "P1"]}, 2),
    ("alternatives", ARCHETYPE, {"count": 3, "diverse": 2}, 2),
    ("thresholds", ARCHETYPE, {"what": "weights.responsiveness"}, 2),
    ("thresholds", ARCHETYPE, {"what": "organisations.staff_hours", "range": (0, 24)}, 2),
    (
        "thresholds",
        ARCHETYPE,
        {
            "what": "organisations.staff_hours",
            "range": (0, 24),
            "tolerance": 0.5,
            "also": {"what": "weights.responsiveness"},
        },
        3,
    ),
    ("frontier", ARCHETYPE, {"objectives": PAIR}, 2),
    ("frontier", ARCHETYPE, {"objectives": PAIR, "tolerance": 0.02}, 2),
    ("frontier", ARCHETYPE, {"objectives": PAIR, "points": 6}, 2),
    ("weight_map", ARCHETYPE, {}, 2),
    ("compare", ARCHETYPE, {}, 2),
]


@dataclass(frozen=True, eq=False, kw_only=True)
class Odd(Task):
    """Ends its worker the first `deaths` times, each with a mark in a folder; or fails."""

    marks: Path | None = None
    deaths: int = 0

    def done(self, asker: Asker) -> float:
        if self.marks is None:
            raise SolverError("unlucky")
        if len(list(self.marks.iterdir())) < self.deaths:
            (self.marks / str(os.getpid())).touch()
            os._exit(5)
        return asker.ask().bound


def said(found: Any) -> str:
    """All that is found, but for the seconds."""
    document = found.to_dict()
    document["run"].pop("seconds")
    return json.dumps([document, found.tables()])


@pytest.mark.parametrize(("question", "path", "call", "workers"), QUESTIONS)
def test_the_number_of_workers_moves_no_byte(
    question: str, path: Path, call: dict[str, Any], workers: int
) -> None:
    ask, instance = getattr(optimiser, question), optimiser.read(path)
    assert said(ask(instance, **call, workers=workers)) == said(ask(instance, **call))


def test_an_answer_follows_from_what_is_asked_and_where_the_round_begins() -> None:
    instance = optimiser.read(INSTANCES / "three-levels")
    random = np.random.default_rng(0)
    tasks = [Search(weights=random.dirichlet(np.ones(len(instance.objectives)))) for _ in range(5)]
    tasks.append(Search(instance=instance.replace("organisations.staff_hours", multiply=0.9)))

    def answers(order: list[int]) -> dict[int, tuple[float, float, bytes]]:
        study = Study(instance)
        study.ask()
        found = study.each([tasks[k] for k in order])
        return {k: (one.value, one.bound, one.design.tobytes()) for k, one in zip(order, found, strict=True)}

    every = answers([0, 1, 2, 3, 4, 5])
    assert answers([5, 4, 3, 2, 1, 0]) == every
    assert {**answers([3]), **answers([5])} == {3: every[3], 5: every[5]}


def test_a_worker_that_dies_is_replaced_and_one_that_dies_again_ends_the_study(tmp_path: Path) -> None:
    once, always = tmp_path / "once", tmp_path / "always"
    once.mkdir()
    always.mkdir()
    study = Study(optimiser.read(ARCHETYPE), workers=2)
    with study.listening():
        assert len(set(study.each([Odd(marks=once, deaths=1), Odd(marks=once)]))) == 1
        assert len(list(once.iterdir())) == 1
        with pytest.raises(SolverError, match=LOST):
            study.each([Odd(marks=once), Odd(marks=always, deaths=9)])
    assert len(list(always.iterdir())) == 2


def test_what_fails_fails_as_it_would_here() -> None:
    study = Study(optimiser.read(ARCHETYPE), workers=2)
    with study.listening(), pytest.raises(SolverError, match="unlucky"):
        study.each([Odd(), Odd()])


def test_interrupted_it_keeps_what_was_found() -> None:
    """A search that is told of ends the study: of those after it nothing is known but that."""

    def interrupt(text: str) -> None:
        study.clock.interrupted = text.endswith("searches")

    study = Study(optimiser.read(ARCHETYPE), workers=2)
    study.tell = interrupt
    weights = study.weights.copy()
    with study.listening():
        found = study.each([Search(weights=weights) for _ in range(9)], what="searches")
    assert len(found) == 9
    assert any(one.found for one in found[:2])
    assert not found[-1].found


def test_workers_that_are_none_are_refused() -> None:
    with pytest.raises(InputError, match="workers: '0' is not a whole number from 1 to 10000, or auto"):
        optimiser.explain(optimiser.read(ARCHETYPE), workers=0)
