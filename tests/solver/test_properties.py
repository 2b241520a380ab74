"""What is always true: the engine's answer held against itself, on random instances."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
import pickle
import tomllib
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much]
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
def test_a_scenario_that_correlates_more_never_helps_pooling(seed: int) -> None:
    features = ["population", "asymmetric", "scenarios", "staff"]
    instance, only = random_solvable(seed, features, sizes=3), {"risk_pooling": 1.0}
    decision, last = instance["decisions"]["decision"][0], instance["scenarios"]["scenario"][-1]
    values = [best(instance, weights=only)]
    for rho in (0.3, 0.8, 1.0):
        shaken = instance.replace(f"scenarios.{last}.correlation.{decision}", set=rho)
        values.append(best(shaken, weights=only))
    assert all(less <= more + CLOSE for more, less in pairwise(values))


@few
@given(seeds)
def test_a_locality_told_as_two_halves_pools_the_same(seed: int) -> None:
    """Halves of its deviation, population and hours, correlated 1: however far the centre exercises the decision."""
    rng = np.random.default_rng(seed)
    sd, factors = rng.uniform(1, 20, 3), rng.normal(size=(3, 3))
    factors /= np.linalg.norm(factors, axis=1)[:, None]
    hours, absence, rho = rng.uniform(1, 5, 3), float(rng.uniform(0, 0.8)), 0.9 * factors @ factors.T

    def pooled(of: list[int]) -> float:
        """`of`: the locality of which each is one, or a part."""
        names, part = [f"L{i}" for i in range(len(of))], 1 / np.bincount(of)[of]
        organisations = [{"organisation": "C", "level": "central", "staff_hours": float(hours.sum())}]
        organisations += [{"organisation": o, "level": "local", "parent": "C", "population": float(p)}
                          for o, p in zip(names, part, strict=True)]  # fmt: skip
        work = [{"decision": "d", "level": "central", "organisation": o, "hours": float(hours[i] * p)}
                for o, i, p in zip(names, of, part, strict=True)]  # fmt: skip
        risk = [
            {"decision": "d", "organisation": o, "sd": float(sd[i] * p)}
            for o, i, p in zip(names, of, part, strict=True)
        ]
        pairs = [{"decision": "d", "organisation_a": names[a], "organisation_b": names[b],
                  "correlation": 1.0 if of[a] == of[b] else float(rho[of[a], of[b]])}
                 for a in range(len(of)) for b in range(a)]  # fmt: skip
        instance = Instance.from_tables(
            {"decisions": [{"decision": "d", "type": "input"}], "organisations": organisations, "workload": work,
             "risk": risk, "correlations": pairs},
            name="halves", scenarios=[{"scenario": "wave", "probability": 1, "absence": absence}],
        )  # fmt: skip
        return best(instance, fix={"d": "central"}, weights={"risk_pooling": 1})

    assert same(pooled([0, 1, 2, 2]), pooled([0, 1, 2]))


@few
@given(seeds)
def test_what_is_said_of_all_may_be_said_of_each(seed: int) -> None:
    """The delays of levels by decision and scenario, a common correlation by name, work by locality."""
    features = [
        "scenarios",
        "common_shock",
        "urgency",
        "staff",
        "burdens",
        "costs",
        "asymmetric",
        "population",
        "risk",
    ]
    instance = random_solvable(seed, features, sizes=3)
    document, tables = said(instance)
    decisions, levels = instance["decisions"]["decision"], instance["levels"]
    tables["delays"] = [
        {"decision": d, "level": level, "days": days, "scenario": s}
        for d in decisions
        for level, days in zip(levels["level"], levels["delay_days"], strict=True)
        for s in ("", instance["scenarios"]["scenario"][0])
    ]
    for row in document["scenarios"]:
        if "correlation" in row:
            row["correlation"] = dict.fromkeys(decisions, row["correlation"])
    common = list(tables["workload"])
    for row in common:
        own = {name: cell for name, cell in row.items() if not name.startswith("fixed")}
        tables["workload"] += [{**own, "organisation": o} for o in instance.localities]
    again = Instance.from_tables(tables, **document)
    assert same(best(again), best(instance))


def said(instance: Instance) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """What the files of an instance say: instance.toml, and the rows of every table."""
    with TemporaryDirectory() as folder:
        instance.write(Path(folder) / "it")
        document = tomllib.loads((Path(folder) / "it" / "instance.toml").read_text(encoding="utf-8"))
        tables = {}
        for path in (Path(folder) / "it").glob("*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                tables[path.stem] = [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]
    return document, tables


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
