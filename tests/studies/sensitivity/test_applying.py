"""A sample put to an instance is the variant that it means, or is refused with the reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from paths import INSTANCES

import optimiser
from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.studies.sensitivity.sampling.sampling import sample_table
from optimiser.studies.sensitivity.study.applying import Refused, apply_sample, base_sample
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.studies.sensitivity.study.study_file import read_study

STAFF = {
    "name": "staff",
    "what": "organisations.staff_hours",
    "where": {"level": "hospital"},
    "how": "multiply",
}
ABSENCE = {"name": "absence", "what": "scenarios.absence", "how": "odds"}
WEIGHTS = {"name": "weights", "simplex": ["risk_pooling", "accountability", "responsiveness"]}
FEAR = {"name": "fear", "what": "decisions.fear", "how": "add", "each": "decision"}
RESERVE = {"name": "reserve", "what": "limits.reserve"}
CHANGES = {"name": "changes", "what": "limits.max_changes"}


@pytest.fixture(scope="module")
def instance() -> Instance:
    return read(INSTANCES / "three-levels")


def plan(instance: Instance, *vary: dict[str, Any], **more: Any) -> StudyPlan:
    vary = tuple(one if "simplex" in one else {"range": [0, 1], **one} for one in vary)
    return read_study(
        {"name": "d", "method": "latin-hypercube", "samples": 4, "vary": list(vary), **more}, instance
    )


def test_every_input_has_the_value_of_the_sample(instance: Instance) -> None:
    asked = plan(instance, STAFF, ABSENCE, WEIGHTS, FEAR, RESERVE, CHANGES)
    row = dict.fromkeys((varied.name for varied in asked.varied), np.nan)
    weights = {"weights.risk_pooling": 0.5, "weights.accountability": 0.3, "weights.responsiveness": 0.2}
    row |= {"staff": 0.8, "absence": 2.0, "fear[rota]": 0.25, "reserve": 0.125, "changes": 2.0, **weights}
    found = apply_sample(asked, instance, row)
    before, after = instance["organisations"], found["organisations"]
    local = before["level"] == "hospital"
    assert after["staff_hours"][local] == pytest.approx(0.8 * before["staff_hours"][local])
    assert after["staff_hours"][~local] == pytest.approx(before["staff_hours"][~local], nan_ok=True)
    share = instance["scenarios"]["absence"]
    assert found["scenarios"]["absence"] == pytest.approx(2 * share / (1 + share))
    rota = instance["decisions"]["decision"] == "rota"
    assert found["decisions"]["fear"] == pytest.approx(instance["decisions"]["fear"] + 0.25 * rota)
    assert (found.limits["reserve"], found.limits["max_changes"]) == (0.125, 2)
    total = sum(instance.weights[name.removeprefix("weights.")] for name in weights)
    assert total == 3
    assert {name: found.weights[name.removeprefix("weights.")] / total for name in weights} == pytest.approx(
        weights
    )
    assert {g: found.weights[g] for g in ("economy", "resilience")} == {
        g: instance.weights[g] for g in ("economy", "resilience")
    }


def test_the_base_sample_is_the_instance(instance: Instance) -> None:
    hours = {"name": "hours", "what": "organisations.population"}
    asked = plan(instance, STAFF, ABSENCE, WEIGHTS, FEAR, RESERVE, CHANGES, {**hours, "range": [1, 9e5]})
    base = base_sample(asked, instance)
    assert apply_sample(asked, instance, base).hash == instance.hash
    assert (base["staff"], base["fear[rota]"], base["weights.accountability"]) == (1, 0, pytest.approx(1 / 3))
    assert base["reserve"] == instance.limits["reserve"]
    assert np.isnan([base["changes"], base["hours"]]).all()


def test_values_that_are_no_numbers_are_set(instance: Instance) -> None:
    asked = plan(
        instance,
        {"name": "uniform", "what": "decisions.uniform", "where": {"decision": "rota"}, "values": [True, False],
         "range": None},
        {"name": "governor", "what": "resource_types.governed_by", "values": ["supplies", "icu_transfer"],
         "range": None},
    )  # fmt: skip
    drawn = sample_table(asked, instance)
    for row in drawn.to_dict("records"):
        found = apply_sample(asked, instance, row)
        at = list(found["decisions"]["decision"]).index("rota")
        assert found["decisions"]["uniform"][at] == row["uniform"]
        assert set(found["resource_types"]["governed_by"]) == {row["governor"]}
    assert sorted(drawn["governor"]) == ["icu_transfer", "icu_transfer", "supplies", "supplies"]


def test_entries_that_move_the_same_values_do_so_together(instance: Instance) -> None:
    """Only what comes out at the end has to be in range."""
    one = {"name": "all", "what": "decisions.fear", "how": "multiply", "range": [0, 9]}
    each = {**one, "name": "own", "each": "decision"}
    asked = plan(instance, one, each)
    row = dict.fromkeys((varied.name for varied in asked.varied), 1 / 8)
    found = apply_sample(asked, instance, {**row, "all": 8.0})
    assert (8 * instance["decisions"]["fear"] > 1).any()
    assert found["decisions"]["fear"] == pytest.approx(instance["decisions"]["fear"])


def test_the_odds_of_scenarios_leave_probabilities_that_sum_to_one(instance: Instance) -> None:
    asked = plan(instance, {"name": "p", "what": "scenarios.probability", "how": "odds", "each": "scenario"})
    p, q = instance["scenarios"]["probability"]
    found = apply_sample(asked, instance, {"p[normal]": 0.5, "p[epidemic]": 3.0})
    assert found["scenarios"]["probability"] == pytest.approx(np.array([0.5 * p, 3 * q]) / (0.5 * p + 3 * q))
    alone = apply_sample(asked, instance, {"p[normal]": 1.0, "p[epidemic]": 3.0})["scenarios"]["probability"]
    assert alone[1] / alone[0] == pytest.approx(3 * q / p)


REFUSED = [
    ({**ABSENCE, "how": "multiply"}, "absence", 50.0, "scenarios.absence epidemic: '7.5' is not a number from 0 to 1"),
    (FEAR, "fear[rota]", -1.0, "decisions.fear rota: '-0.5' is not a number from 0 to 1"),
    ({"name": "rho", "what": "decisions.correlation", "where": {"decision": "targets"}, "how": "add"}, "rho", -0.9,
     "decisions.csv targets correlation: '-0.9' is not possible between 4 localities; '-0.333333' is the least"),
    ({"name": "rho", "what": "decisions.correlation", "where": {"decision": "targets"}, "how": "add"}, "rho", -0.6000000000000001,
     "decisions.csv targets correlation: '-0.6' is not possible between 4 localities; '-0.333333' is the least"),
    ({"name": "p", "what": "scenarios.probability", "how": "multiply"}, "p", 0.5,
     "instance.toml scenarios probability: they sum to '0.5', not to 1"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "name", "value", "reason"), REFUSED)
def test_what_a_rule_refuses_is_never_clipped(
    instance: Instance, entry: dict[str, Any], name: str, value: float, reason: str
) -> None:
    asked = plan(instance, entry)
    row = {**base_sample(asked, instance), name: value}
    with pytest.raises(Refused) as error:
        apply_sample(asked, instance, row)
    assert error.value.reason == reason


def test_a_sample_that_many_rules_refuse_names_a_few(instance: Instance) -> None:
    names = ("fear", "monitoring_effect", "stake_accountability", "stake_responsiveness", "stake_economy")
    asked = plan(instance, *({"name": n, "what": f"decisions.{n}", "how": "add"} for n in names))
    with pytest.raises(Refused) as error:
        apply_sample(asked, instance, dict.fromkeys(names, 2.0))
    assert error.value.reason.count("is not a number from 0 to 1") == 3
    assert error.value.reason.endswith("; and 2 more")


def test_the_archetype_is_local_as_often_as_theory_says() -> None:
    """Over all weightings, with hours enough: R^2/((R+P)(R+A)) of them (the weight map's exact areas)."""
    instance = optimiser.read(INSTANCES / "archetype")
    asked = read_study(
        {"name": "d", "method": "latin-hypercube", "samples": 4096, "vary": [WEIGHTS]}, instance
    )
    shares = sample_table(asked, instance).filter(like="weights").to_numpy()
    scores = {"I1": (0.9, 0.5, 0.4), "P1": (0.1, 0.2, 0.9), "O2": (0.1, 0.6, 0.5)}
    for p, a, r in scores.values():
        local = shares @ [p, a, 0] < shares @ [0, 0, r]
        assert local.mean() == pytest.approx(r**2 / ((r + p) * (r + a)), abs=0.015)
