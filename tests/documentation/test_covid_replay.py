"""The replay of covid: how directions are told, counted and compared."""

from __future__ import annotations

import numpy as np
import pytest
from covid_replay import Recorded, agreement, as_it_was, direction, in_the_pandemic, moved, recorded
from instance_by_hand import made

import optimiser

FACTS = [
    Recorded("a", "input", "up", "level"),
    Recorded("b", "input", "none", "level"),
    Recorded("c", "process", "up", "level"),
    Recorded("d", "process", "both", "level"),
    Recorded("e", "outcome", "down", "level"),
    Recorded("elsewhere", "outcome", "down", "level"),
]


def test_agreement_is_counted_beside_that_of_the_type() -> None:
    found = {"a": "up", "b": "up", "c": "up", "d": "both", "e": "none"}
    # As recorded: a, c, d. By type: a and e. The decision that is not in the instance is not counted.
    assert agreement(FACTS, found) == (3, 2, 5)
    assert agreement(FACTS, {}) == (0, 0, 0)


@pytest.mark.parametrize(
    ("up", "down", "word"),
    [(1, 0, "up"), (0, 0.5, "down"), (0.3, 0.4, "both"), (0.04, 0.01, "none"), (-0.7, 0.7, "down")],
)
def test_directions(up: float, down: float, word: str) -> None:
    assert direction(up, down) == word


def test_moves_count_by_population(tmp_path) -> None:
    instance = made(
        tmp_path,
        decisions="decision,type,uniform\na,input,false\nb,process,false\nc,process,true",
        organisations="organisation,level,parent,population\nC,central,,\nA,local,C,97\nB,local,C,3",
    )
    start, end = np.array([[1, 1], [1, 0], [0, 0]]), np.array([[0, 1], [1, 1], [0, 0]])
    assert moved(instance, start, end) == {"a": "up", "b": "none", "c": "none"}


def test_what_is_recorded_names_its_sources_and_fits_the_instance() -> None:
    england = optimiser.read("instances/england")
    types = dict(zip(england["decisions"]["decision"], england["decisions"]["type"], strict=True))
    facts = recorded()
    assert {fact.direction for fact in facts} <= {"up", "down", "both", "none"}
    assert {fact.moved for fact in facts} == {"level", "intensity", "created", "suspended", ""}
    # Discharge was recorded before it was parted into the rule and its execution.
    assert set(types) - {fact.decision for fact in facts} == {"discharge_rule", "discharge_execution"}
    assert all(types.get(fact.decision, fact.type) == fact.type for fact in facts)


def test_the_two_instances_differ_in_the_scenario_alone() -> None:
    england = optimiser.read("instances/england")
    before = as_it_was(england)
    after = in_the_pandemic(before)
    row = dict(zip(before["scenarios"]["scenario"], before["scenarios"]["probability"], strict=True))
    assert row == {"normal": 1, "winter": 0, "first_wave": 0, "second_wave": 0}
    names = [name for name in before.tables if before[name] is not after[name]]
    assert names == ["scenarios"]
    scenarios = after["scenarios"]
    for column in ("urgency", "absence", "oversight", "correlation.ppe_distribution"):
        assert scenarios[column][0] == scenarios[column][2]
