"""What is always true: the engine's answer held against itself, on random instances."""

from __future__ import annotations

import dataclasses
import json
import math
import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from other_units import rescaled
from random_instances import random_instance, random_solvable

import optimiser
from optimiser import Instance

CLOSE = 3e-6
few = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much]
)
seeds = st.integers(0, 10**6)


def best(instance: Instance, **options: object) -> float:
    """The value of the best design, -inf where there is none."""
    design = optimiser.solve(instance, **options)
    assert not design.found or design.verified, design.problems
    return design.value if design.found else -math.inf


def same(a: float, b: float) -> bool:
    return a == b or abs(a - b) <= CLOSE * max(1.0, abs(a))


@few
@given(seeds)
def test_more_hours_never_hurt(seed: int) -> None:
    instance = random_solvable(seed, ["staff", "scenarios", "asymmetric"], sizes=3)
    more = instance.replace("organisations.staff_hours", multiply=1.3)
    assert best(more) >= best(instance) - CLOSE


@few
@given(seeds)
def test_the_best_of_all_levels_is_the_best(seed: int) -> None:
    instance = random_solvable(seed, sizes=3)
    decision = instance["decisions"]["decision"][0]
    if not instance["decisions"]["uniform"][0]:
        decision += f"@{instance.localities[0]}"
    forced = [best(instance, fix={decision: level}) for level in instance["levels"]["level"]]
    assert same(max(forced), best(instance))


@few
@given(seeds, st.floats(0.01, 1000))
def test_units_and_scales_change_nothing(seed: int, factor: float) -> None:
    instance = random_solvable(seed, sizes=3)
    value = best(instance)
    scaled = {name: weight * factor for name, weight in instance.weights.items()}
    assert same(best(dataclasses.replace(instance, weights=scaled)), value)
    assert same(best(rescaled(instance, "money", 2.0)), value)


@few
@given(seeds)
def test_a_scenario_of_probability_0_changes_no_value(seed: int) -> None:
    """Unless what it binds is a limit: none is given here."""
    instance = random_solvable(seed, ["scenarios", "urgency", "monitoring", "asymmetric"], sizes=3)
    rows = instance["scenarios"]
    again = {name: np.append(column, column[-1]) for name, column in rows.items()}
    again["scenario"][-1], again["probability"][-1] = "never", 0.0
    tables = dict(instance.tables) | {"scenarios": type(rows)(again)}
    assert same(best(dataclasses.replace(instance, tables=tables)), best(instance))


@few
@given(seeds, st.floats(0.1, 0.9))
def test_the_best_value_is_convex_in_the_weights(seed: int, share: float) -> None:
    instance = random_solvable(seed, ["staff", "asymmetric", "needs"], sizes=3)
    ends = ({"risk_pooling": 1.0}, {"accountability": 0.3, "responsiveness": 0.7})
    between = {name: share * ends[0].get(name, 0) + (1 - share) * ends[1].get(name, 0)
               for name in ("risk_pooling", "accountability", "responsiveness")}  # fmt: skip
    a, b = (best(instance, weights=end) for end in ends)
    assert best(instance, weights=between) <= share * a + (1 - share) * b + CLOSE


@few
@given(seeds)
def test_raising_risk_aversion_never_raises_the_mean(seed: int) -> None:
    instance = random_solvable(seed, ["scenarios", "risk_aversion", "urgency", "monitoring"], sizes=3)
    means = []
    for aversion in (0.0, 0.5, 1.0):
        design = optimiser.solve(instance.replace("uncertainty.risk_aversion", set=aversion))
        means.append(float(instance["scenarios"]["probability"] @ design.audit.values))
    assert all(later <= earlier + CLOSE for earlier, later in pairwise(means))


@few
@given(seeds, st.floats(0, 0.5), st.floats(0, 0.5))
def test_correlation_never_helps_pooling(seed: int, low: float, more: float) -> None:
    instance = random_solvable(seed, ["population", "asymmetric"], sizes=3)
    only = {"risk_pooling": 1.0}
    values = [
        best(instance.replace("decisions.correlation", set=rho), weights=only)
        for rho in (low, low + more, 1.0)
    ]
    assert values[0] >= values[1] - CLOSE
    assert same(values[2], 0.0)


@few
@given(seeds)
def test_without_ability_nothing_is_exercised_locally(seed: int) -> None:
    instance = random_instance(seed, ["willing_able"], sizes=3)
    local = instance["levels"]["level"][-1]
    design = optimiser.solve(instance.replace("organisations.ability", set=0.0, where={"level": local}))
    assert design.found
    assert [
        row for row in design.rows("exercised") if row["level"] == local and row["exercised"] > 1e-9
    ] == []


@few
@given(seeds)
def test_the_same_input_gives_the_same_bytes(seed: int) -> None:
    instance = random_instance(seed, sizes=3)
    documents = []
    for threads in (1, 1, 2):
        document = optimiser.solve(instance, threads=threads).to_dict()
        document["run"] = None
        documents.append(json.dumps(document))
    assert len(set(documents)) == 1


@pytest.mark.parametrize("seed", range(6))
def test_an_update_of_numbers_is_as_a_fresh_start(seed: int) -> None:
    """A session asked about other numbers of the same shape compiles nothing and gives the same answer."""
    from optimiser.solver.clock import Clock
    from optimiser.solver.session import Session

    instance = random_instance(seed, ["staff", "scenarios", "urgency", "asymmetric", "monitoring"], sizes=3)
    session = Session(instance)
    compiled = session.compiled
    for factor in (0.7, 1.5):
        variant = instance.replace("organisations.staff_hours", multiply=factor)
        session.update(variant)
        assert session.compiled is compiled
        found = session.optimise(1e-6, Clock())
        assert same(found.value, best(variant))


def test_an_instance_and_its_design_travel_to_another_process() -> None:
    instance = random_instance(3, ["scenarios", "asymmetric"], sizes=3)
    there = pickle.loads(pickle.dumps(instance))
    assert there.hash == instance.hash
    assert not there["decisions"]["decision"].flags.writeable
    design = optimiser.solve(instance)
    assert pickle.loads(pickle.dumps(design)).to_dict() == design.to_dict()
