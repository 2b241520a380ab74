"""thresholds: known answers, every point against the enumeration of all designs, and what it says of itself."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from enumeration import brute_force
from instance_by_hand import made
from paths import ARCHETYPE
from random_instances import random_instance
from schema_misfits import misfits
from tipping import CLOSE, LIMITED, agrees

import optimiser
from optimiser import Instance
from optimiser.errors import InfeasibleError, InputError
from optimiser.studies.inputs import WIDENS, input_of, variant
from optimiser.studies.schemas import json_schema
from optimiser.studies.thresholds.bisection import simplest

TIPPING = {"P1": 0.2 / 1.4, "P2": 0.3 / 1.9, "O2": 0.7 / 1.7, "O1": 1 / 1.6, "I1": 1.4 / 2.2, "I2": 1.5 / 2.1}
LOCAL = {"level": "local"}


def local(design: Any) -> set[str]:
    return {row["decision"] for row in design if row["level"] == "local"}


# Known answers


def test_tipping_weights_of_the_archetype() -> None:
    found = optimiser.thresholds(optimiser.read(ARCHETYPE), "weights.responsiveness")
    assert found.complete
    assert found.proven
    assert found.error <= 1e-9
    assert [tip.at for tip in found.tips] == pytest.approx(sorted(TIPPING.values()), abs=1e-9)
    assert [tip.moves[0]["decision"] for tip in found.tips] == sorted(TIPPING, key=lambda d: TIPPING[d])
    for k, interval in enumerate(found.intervals):
        assert local(interval.design) == set(sorted(TIPPING, key=lambda d: TIPPING[d])[:k])
    assert found.inputs[0].now == pytest.approx(1 / 3)
    assert found.run["solves"] <= 13


def test_objectives_that_are_not_named_weigh_nothing() -> None:
    named = {"responsiveness": 1.0, "accountability": 1.0}
    one, other = (
        optimiser.thresholds(optimiser.read(ARCHETYPE), "weights.responsiveness", weights=weights)
        for weights in (named, named | {"risk_pooling": 0.0})
    )
    assert [tip.at for tip in one.tips] == [tip.at for tip in other.tips]


def test_capacity_swaps_one_process_for_another() -> None:
    found = optimiser.thresholds(optimiser.read(ARCHETYPE), "organisations.staff_hours", (0, 12), where=LOCAL)
    assert found.proven
    assert [(i.low, i.high, local(i.design)) for i in found.intervals] == [
        (0, 3, set()), (3, 4, {"P2"}), (4, 7, {"P1"}), (7, 12, {"P1", "P2"}),
    ]  # fmt: skip
    assert [i.values[0] for i in found.intervals] == pytest.approx(
        [1.733333 / 6, 1.9 / 6, 5.8 / 18, 0.35], abs=1e-6
    )
    assert [row["to"] for row in found.tips[1].moves] == ["local", "central"]  # P1 comes, P2 goes


def test_a_score_tips_where_its_decision_is_worth_as_much_at_either_level() -> None:
    where = {"decision": "O2", "level": "local"}
    found = optimiser.thresholds(optimiser.read(ARCHETYPE), "scores.responsiveness", (0, 1), where=where)
    assert [tip.at for tip in found.tips] == pytest.approx(
        [0.7], abs=1e-9
    )  # pooling 0.1 + accountability 0.6
    assert found.method == "lines"


def test_two_inputs_at_once() -> None:
    also = {"what": "organisations.staff_hours", "range": (0, 12), "where": LOCAL}
    instance = optimiser.read(ARCHETYPE)
    found = optimiser.thresholds(instance, "weights.responsiveness", (0, 0.5), also=also, tolerance=1 / 8)
    area = sum((p.x[1] - p.x[0]) * (p.y[1] - p.y[0]) for p in found.patches)
    assert area == pytest.approx(0.5 * 12)
    assert found.method == "limits"
    assert any(p.proven for p in found.patches)
    for p in [p for p in found.patches if p.proven][::5]:
        x, y = p.x[0] + 0.37 * (p.x[1] - p.x[0]), p.y[0] + 0.61 * (p.y[1] - p.y[0])
        there = instance.replace("organisations.staff_hours", set=y, where=LOCAL)
        weights = {"responsiveness": x, "risk_pooling": (1 - x) / 2, "accountability": (1 - x) / 2}
        assert local(found.designs[p.design_ids[0] - 1]) == local(
            optimiser.solve(there, weights=weights).rows("design")
        )
    assert not any(p.proven for p in found.patches if len(p.design_ids) > 1)


# Every point against the enumeration of all designs


@pytest.mark.parametrize("seed", [2, 3, 5, 11])
def test_weights_against_brute_force(seed: int) -> None:
    features = ["staff", "asymmetric", "stakes", "urgency", "monitoring", "scenarios", "links", "risk"]
    instance = random_instance(seed, features, most_designs=32, sizes=3)
    found = optimiser.thresholds(instance, f"weights.{('responsiveness', 'risk_pooling')[seed % 2]}")
    assert found.proven
    agrees(found, instance, [0.0, 0.13, 0.52, 0.87, 1.0])
    values = [value for part in found.intervals for value in part.values]
    assert values[1:-1:2] == pytest.approx(values[2::2], abs=1e-9)  # the best value has no jumps


@pytest.mark.parametrize(
    ("what", "span", "features"),
    [
        (
            "scenarios.winter.probability",
            None,
            ["scenarios", "common_shock", "urgency", "asymmetric", "staff"],
        ),
        ("uncertainty.risk_aversion", None, ["scenarios", "common_shock", "urgency", "risk_aversion"]),
        ("decisions.stake_responsiveness", None, ["stakes", "urgency", "staff", "asymmetric"]),
        ("decisions.monitoring_effect", None, ["monitoring", "staff", "fear", "asymmetric"]),
        ("levels.local.accountability", None, ["staff", "asymmetric", "monitoring", "urgency"]),
        ("links.loss", (-0.5, 1.5), ["links", "stakes", "level_links", "asymmetric"]),
    ],
)
def test_what_the_value_is_straight_in(what: str, span: Any, features: list[str]) -> None:
    instance = random_instance(3, features, most_designs=32, sizes=3)
    found = optimiser.thresholds(instance, what, span)
    assert found.method == "lines"
    assert found.proven
    agrees(found, instance, [0.05, 0.4, 0.95])


@pytest.mark.parametrize("seed", [1, 6])
@pytest.mark.parametrize("what", ["organisations.staff_hours", "workload.hours"])
def test_limits_against_brute_force(what: str, seed: int) -> None:
    features = ["staff", "fixed_hours", "asymmetric", "stakes", "urgency", "scenarios"]
    instance = random_instance(seed, features, most_designs=32, sizes=3)
    found = optimiser.thresholds(instance, what, (0.2, 1.4), how="multiply", tolerance=1e-5)
    assert found.method == "limits"
    assert found.complete
    agrees(found, instance, [0.0, 0.21, 0.48, 0.77, 1.0])
    best = [value for part in found.intervals for value in part.values]
    assert best == pytest.approx(sorted(best, reverse=what == "workload.hours"), abs=CLOSE)


@cache
def enumerated(seed: int) -> tuple[Instance, float]:
    """An instance with every limit, and the value of its best design (-inf: none)."""
    instance = random_instance(seed, LIMITED, most_designs=8, sizes=2)
    return instance, best(instance)


def best(instance: Instance) -> float:
    answer = brute_force(instance)
    return answer.best.value if answer.feasible else -np.inf


@pytest.mark.parametrize("what", sorted(WIDENS))
def test_more_of_what_widens_never_costs(what: str) -> None:
    """Each entry of the table against enumeration: the best value moves the way that it says."""
    share = 0.5 if what == "limits.max_changes" else 0.02  # so that 2 becomes a whole number
    moved = 0
    for seed in (72, 82):
        instance, value = enumerated(seed)
        try:
            path = what.replace("resource_types.", "resources.beds.")
            given = input_of(instance, path, (share, 1.0), "multiply")
            less = best(variant(instance, [given], (share,)))
        except InputError:  # nothing there to change in this one
            continue
        moved += 1
        assert less == value or WIDENS[what] * (value - less) >= -1e-7
    assert moved


def test_whole_numbers_are_asked_one_by_one(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        toml="[limits]\nmax_changes = 1",
        decisions="decision,type\na,input\nb,input\nc,process",
        current="decision,level\na,local\nb,local\nc,central",
        scores="decision,level,accountability\na,central,1\na,local,0\nb,central,0.8\nb,local,0\nc,central,0\nc,local,0.5",
    )
    found = optimiser.thresholds(instance, "limits.max_changes", (0, 5))
    assert found.proven
    assert [(part.low, part.high) for part in found.intervals] == [(0, 0), (1, 1), (2, 2), (3, 5)]
    assert [tip.at for tip in found.tips] == [1, 2, 3]


def test_where_no_design_is_possible(tmp_path: Path) -> None:
    files = {
        "decisions": "decision,type,levels\na,input,local\nb,process,",
        "organisations": "organisation,level,parent,staff_hours\nC,central,,\nL,local,C,20",
        "workload": "decision,level,hours\na,local,5\nb,local,4",
        "scores": "decision,level,accountability\na,local,1\nb,central,0\nb,local,1",
    }
    instance = made(tmp_path, **files)
    found = optimiser.thresholds(instance, "organisations.staff_hours", (0, 20), where=LOCAL)
    assert [(part.low, part.high, bool(part.design)) for part in found.intervals] == [
        (0, 5, False), (5, 9, True), (9, 20, True),
    ]  # fmt: skip
    assert found.proven
    with pytest.raises(InfeasibleError):
        optimiser.thresholds(instance, "organisations.staff_hours", (0, 4), where=LOCAL)
    short = instance.replace("organisations.staff_hours", set=2, where=LOCAL)
    with pytest.raises(InfeasibleError):
        optimiser.thresholds(short, "weights.accountability")


def test_what_is_neither_says_so(tmp_path: Path) -> None:
    levels = "".join(
        f'[[levels]]\nlevel = "{name}"\ndelay_days = {delay}\naccountability = {kept}\n'
        for name, delay, kept in (("central", 10, 0.4), ("local", 0, 0))
    )
    instance = made(
        tmp_path,
        toml="[weights]\nrisk_pooling = 0\n" + levels,
        decisions="decision,type,half_life_days\na,process,10",
    )
    found = optimiser.thresholds(instance, "levels.local.delay_days", (0, 30))
    assert (found.method, found.complete, found.proven) == ("grid", True, False)
    (tip,) = found.tips  # 0.4 + 2^-1 at the centre, 2^(-x / 10) locally
    assert tip.at == pytest.approx(10 * np.log2(1 / 0.9), abs=1e-4)
    assert tip.moves[0]["to"] == "central"
    assert found.run["solves"] >= 16  # a stretch of which nothing is proven is asked at so many places


# Degenerate cases


def test_an_objective_that_nothing_varies_and_a_decision_without_a_choice(tmp_path: Path) -> None:
    instance = made(tmp_path, decisions="decision,type,levels\na,input,central")
    found = optimiser.thresholds(instance, "weights.resilience")
    assert len(found.intervals) == 1
    assert found.tips == ()
    assert found.proven


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("weights.risk_poling",), "weights.risk_poling: 'risk_poling' is not an objective; did you mean 'risk_pooling'?"),
        (("weights.economy", (0.5, 2)), "weights.economy: a weight is its share of all, from 0 to 1"),
        (("workload.fixed_hours",), "workload.fixed_hours: say over which range, FROM,TO (sources.csv gives no plausible one)"),
        (("workload.hours", (3, 1)), "workload.hours: the range 3,1 does not go up"),
        (("decisions.type", (0, 1)), "decisions.type: is not a number, so it has no range"),
        (("limits.max_changes", (0, 1.5)), "limits.max_changes: the range 0,1.5 must be of whole numbers"),
        (("workload.hours", (-1, 1)), "workload.hours: '-1' is not a number of at least 0"),
        *((call, f"{call[0]}: only a path reads it, and the instance has no periods ([[periods]] in instance.toml)")
          for call in (("path.learn",), ("decisions.switch_cost", (0, 1)), ("organisations.hurt", (0, 1)))),
    ],
)  # fmt: skip
def test_wrong_calls(call: tuple[Any, ...], said: str) -> None:
    with pytest.raises(InputError) as error:
        optimiser.thresholds(optimiser.read(ARCHETYPE), *call)
    assert list(error.value.problems) == [said]


def test_everything_wrong_is_said_at_once() -> None:
    also = {"what": "weights.nothing"}
    with pytest.raises(InputError) as error:
        optimiser.thresholds(optimiser.read(ARCHETYPE), "workload.hour", also=also, tolerance=2)
    assert len(error.value.problems) == 3
    with pytest.raises(InputError, match="no other objective has a weight"):
        optimiser.thresholds(
            optimiser.read(ARCHETYPE), "weights.responsiveness", weights={"responsiveness": 1}
        )


def test_time_that_runs_out_is_said() -> None:
    instance = optimiser.read(ARCHETYPE)
    for what, span in (("weights.responsiveness", None), ("workload.hours", (0, 9))):
        found = optimiser.thresholds(instance, what, span, time_limit=1e-9)
        assert not found.complete
        assert not found.proven
        assert found.intervals == ()


@pytest.mark.parametrize(
    ("low", "high", "simple"), [(2.9999, 3.00001, 3), (0.12, 0.34, 0.2), (-7.2, -6.8, -7), (1234, 1239, 1240)]
)
def test_the_simplest_number_between(low: float, high: float, simple: float) -> None:
    assert simplest(low, high) == pytest.approx(simple, abs=0.0) or low <= simplest(low, high) <= high


# The command


def test_the_command(run: Any, tmp_path: Path) -> None:
    ran = run("thresholds", ARCHETYPE, "weights.responsiveness", "--out", str(tmp_path / "t"))
    assert ran.code == 0
    assert "0.142857  P1: central -> local" in ran.out
    assert "0.157895  0.411765       0.367544  0.342157  now" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100
    names = {path.name for path in (tmp_path / "t").iterdir()}
    assert names == {"result.json", "instance", "intervals.csv", "designs.csv", "tips.csv", "moves.csv"}


@pytest.mark.parametrize(
    "second", [[], ["--and", "workload.hours", "--and-where", "level=local", "--and-range", "0,9"]]
)
def test_the_document_is_as_its_schema_says(run: Any, second: list[str], tmp_path: Path) -> None:
    call = [
        "thresholds",
        ARCHETYPE,
        "organisations.staff_hours",
        "--range",
        "1,8",
        "--where",
        "level=local",
    ]
    ran = run(*call, *second, "--tolerance", "0.25", "--json", "--out", str(tmp_path / "t"))
    document = json.loads(ran.out)
    assert ran.code == 0
    assert misfits(document, json_schema()["$defs"]["thresholds"]) == []
    assert document["what"] == "organisations.staff_hours"
    assert bool(document.get("patches")) == bool(second)
    assert json.loads((tmp_path / "t" / "result.json").read_text()) == document
    ran = run(*call, *second, "--tolerance", "0.25")
    assert max(map(len, ran.out.splitlines())) <= 100


def test_the_command_says_what_is_wrong(run: Any) -> None:
    assert run("thresholds", ARCHETYPE, "weights.x").code == 2
    assert run("thresholds", ARCHETYPE, "weights.economy", "--and-range", "0,1").code == 2
    assert run("thresholds", ARCHETYPE, "workload.hours", "--range", "a").code == 2
