"""Variants: one input other, everything else the same, checked like files are."""

from __future__ import annotations

import math
import pickle
import time
from typing import Any

import numpy as np
import pytest
from full_instance import FULL, put

from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.instance.replace import Change, replaced
from optimiser.instance.schema.schema import HELD_TABLES


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return read(put(tmp_path_factory.mktemp("full"), FULL))


def differences(a: Instance, b: Instance) -> set[str]:
    """Which inputs differ."""
    found = {
        f"{name}.{column}"
        for name in HELD_TABLES
        for column in a[name]
        if a[name][column].tolist() != b[name][column].tolist()
        and not (
            a[name][column].dtype == float
            and np.array_equal(a[name][column], b[name][column], equal_nan=True)
        )
    }
    for settings in ("weights", "limits", "uncertainty"):
        old, new = getattr(a, settings), getattr(b, settings)
        found |= {f"{settings}.{key}" for key in old if old[key] != new[key]}
    return found


@pytest.mark.parametrize(
    ("path", "how", "where", "table", "expected"),
    [
        ("organisations.staff_hours", {"multiply": 1.1}, {"level": "local"}, "organisations.staff_hours",
         [500, np.nan, 200, 80 * 1.1, 90 * 1.1, 85 * 1.1]),
        ("organisations.staff_hours", {"multiply": 2}, None, "organisations.staff_hours",
         [1000, np.nan, 400, 160, 180, 170]),
        ("organisations.A1.absence", {"set": 0.5}, None, "organisations.absence", [0.04, 0, 0, 0.5, 0.05, 0.05]),
        ("organisations.ability", {"add": -0.1}, {"level": "local", "parent": ["north", "south"]},
         "organisations.ability", [0.9, 1, 1, 0.7, 0.8, 0.6]),
        ("decisions.stake_accountability", {"set": 1}, None, "decisions.stake_accountability", [1, 1, 1, 1]),
        ("decisions.uniform", {"set": False}, {"type": "process"}, "decisions.uniform", [True, False, False, True]),
        ("decisions.levels", {"set": "region;local"}, {"decision": "ppe"}, "decisions.levels",
         ["region;local", "central;region", "", ""]),
        ("decisions.fear", {"multiply": 0.5}, {"uniform": False}, "decisions.fear", [0.2, 0, 0.25, 0.4]),
        ("levels.region.delay_days", {"add": 2}, None, "levels.delay_days", [21, 12, 0]),
        ("levels.delay_days", {"multiply": 2}, None, "levels.delay_days", [42, 20, 0]),
        ("scenarios.pandemic.surge.beds", {"set": 0.5}, None, "scenarios.surge.beds", [0, 0.5]),
        ("scenarios.surge.beds", {"set": 0.1}, None, "scenarios.surge.beds", [0.1, 0.1]),
        ("scenarios.pandemic.urgency", {"set": 8}, None, "scenarios.urgency", [1, 8]),
        ("scenarios.pandemic.probability", {"set": 0.4}, None, "scenarios.probability", [0.6, 0.4]),
        ("resources.beds.max_unmet", {"set": 0.2}, None, "resource_types.max_unmet", [0.2]),
        ("resources.max_unmet", {"set": 0.2}, None, "resource_types.max_unmet", [0.2]),
        ("resources.capacity", {"multiply": 2}, {"organisation": "A1"}, "resources.capacity", [200, 200, 150]),
        ("risk.sd", {"set": 12}, {"organisation": "B1"}, "risk.sd", [30, 40, 12]),
        ("links.loss", {"multiply": -1}, None, "links.loss", [-0.2, 0.1]),
        ("needs.need", {"add": 1}, {"need": 2}, "needs.need", [1, 3, 3, -1]),
        ("decisions.spillover", {"multiply": 2}, None, "decisions.spillover", [0.1, 0, 0.2, 0]),
        ("delays.days", {"multiply": 2}, None, "delays.days", [28, 6]),
        ("delays.days", {"set": 1}, {"scenario": "pandemic"}, "delays.days", [14, 1]),
        ("scenarios.normal.correlation.discharge", {"set": 0.4}, None, "scenarios.correlation.discharge", [0.4, math.nan]),
        ("scenarios.normal.correlation.ppe", {"set": 0.3}, None, "scenarios.correlation.ppe", [0.3, math.nan]),
        ("scenarios.pandemic.correlation", {"add": -0.4}, None, "scenarios.correlation", [math.nan, 0.5]),
        ("workload.hours", {"multiply": 2}, None, "workload.hours", [4, 1, 8, 10, 12, 8]),
        ("workload.hours", {"set": 7}, {"organisation": "A2"}, "workload.hours", [2, 0.5, 4, 5, 7, 4]),
    ],
)  # fmt: skip
def test_one_column_changes_and_nothing_else(
    full: Instance,
    path: str,
    how: dict[str, Any],
    where: dict[str, Any] | None,
    table: str,
    expected: list[Any],
) -> None:
    before = full.hash
    variant = full.replace(path, **how, where=where)
    name, _, column = table.partition(".")
    if isinstance(expected[0], float | int) and not isinstance(expected[0], bool):
        assert variant[name][column] == pytest.approx(expected, nan_ok=True)
    else:
        assert list(variant[name][column]) == expected
    assert differences(full, variant) == {table}
    assert full.hash == before != variant.hash


@pytest.mark.parametrize(
    ("path", "how", "expected"),
    [
        ("weights.economy", {"set": 2}, 2),
        ("weights.local_voice", {"multiply": 4}, 2),
        ("limits.budget", {"add": 50}, 1050),
        ("limits.max_changes", {"set": 0}, 0),
        ("uncertainty.risk_aversion", {"set": 1}, 1),
    ],
)
def test_a_setting_changes_and_nothing_else(
    full: Instance, path: str, how: dict[str, float], expected: float
) -> None:
    variant = full.replace(path, **how)  # type: ignore[arg-type]
    name, _, key = path.partition(".")
    assert getattr(variant, name)[key] == expected
    assert differences(full, variant) == {path}


@pytest.mark.parametrize(
    ("path", "how", "line"),
    [
        ("organisation.absence", {"set": 0}, "'organisation' is not a table; did you mean 'organisations'?"),
        ("organisations.absense", {"set": 0}, "'absense' is not a column of organisations; did you mean 'absence'?"),
        ("organisations.A9.absence", {"set": 0}, "'A9' is not one of organisations"),
        ("levels.centra.delay_days", {"set": 0}, "'centra' is not one of levels; did you mean 'central'?"),
        ("levels.central.delay", {"set": 0}, "'delay' is not a column of levels; did you mean 'delay_days'?"),
        ("weights.economics", {"set": 1}, "'economics' is not an objective; did you mean 'economy'?"),
        ("limits.reserves", {"set": 1}, "'reserves' is not one of limits; did you mean 'reserve'?"),
        ("decisions.decision", {"set": "x"}, "this column names the rows; it cannot be changed"),
        ("decisions.fear", {}, "exactly one of set, multiply, add and odds must be given"),
        ("decisions.fear", {"set": 1, "add": 1}, "exactly one of set, multiply, add and odds must be given"),
        ("decisions.fear", {"set": 2}, "'2' is not a number from 0 to 1"),
        ("decisions.fear", {"set": "0.2"}, "'0.2' is a text, not a number from 0 to 1"),
        ("decisions.fear", {"set": float("nan")}, "'nan' is not a number from 0 to 1"),
        ("decisions.fear", {"multiply": float("inf")}, "'inf' is not a number to multiply by"),
        ("decisions.fear", {"add": True}, "'True' is not a number to add by"),
        ("decisions.fear", {"odds": -1}, "'-1' is below 0, and odds are not"),
        ("decisions.correlation", {"odds": 2}, "is not a share from 0 to 1, so it has no odds"),
        ("decisions.uniform", {"multiply": 2}, "is not a number, so it can only be set"),
        ("decisions.uniform", {"set": 1}, "'1' is not true or false (write true)"),
        ("decisions.half_life_days", {"multiply": 2, "where": {"decision": "targets"}},
         "nothing is given for targets to multiply"),
        ("scenarios.normal.correlation.pp", {"set": 0},
         "'correlation.pp' is not a column of scenarios; did you mean 'correlation.ppe'?"),
        ("decisions.fear", {"set": 0, "where": {"kind": "input"}}, "where: 'kind' is not a column of decisions"),
        ("decisions.fear", {"set": 0, "where": {"type": "inputs"}},
         "where: no row has type 'inputs'; did you mean 'input'?"),
        ("decisions.fear", {"set": 0, "where": {"type": "input", "joint": True}},
         "no row matches where, so nothing would change"),
        ("weights.economy", {"set": 0, "where": {"level": "local"}}, "where is for tables; weights has no rows"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_made_is_told(
    full: Instance, path: str, how: dict[str, Any], line: str
) -> None:
    with pytest.raises(InputError) as error:
        full.replace(path, **how)
    assert list(error.value.problems) == [f"{path}: {line}"]


@pytest.mark.parametrize(
    ("path", "how", "line"),
    [
        ("decisions.fear", {"multiply": 10}, "decisions.fear discharge: '5' is not a number from 0 to 1"),
        ("decisions.fear", {"add": -0.3}, "decisions.fear bed_moves: '-0.3' is not a number from 0 to 1"),
        (
            "limits.max_changes",
            {"multiply": 0.5},
            "limits.max_changes: '1.5' is not a whole number of at least 0",
        ),
    ],
)
def test_what_comes_out_of_range_is_told_with_its_row(
    full: Instance, path: str, how: dict[str, Any], line: str
) -> None:
    with pytest.raises(InputError) as error:
        full.replace(path, **how)
    assert list(error.value.problems) == [line]


@pytest.mark.parametrize(
    ("path", "how", "line"),
    [
        ("scenarios.probability", {"set": 0.4},
         "instance.toml scenarios probability: they sum to '0.8', not to 1"),
        ("organisations.B1.parent", {"set": "nation"},
         "organisations.csv B1 parent: 'nation' is not an organisation at level region, one above local"),
        ("decisions.correlation", {"set": -0.9, "where": {"decision": "targets"}},
         "decisions.csv targets correlation: '-0.9' is not possible between 3 localities; '-0.5' is the least"),
        ("current.level", {"set": "locl", "where": {"organisation": "A2"}},
         "current.csv discharge A2 level: 'locl' is not a level (central, region, local); did you mean 'local'?"),
        ("partners.dependence", {"set": 0.6},
         "partners.csv A1 B1 dependence: the dependence of 'A1' sums to '1.2', above 1"),
        ("decisions.flexes", {"set": "", "where": {"decision": "discharge"}},
         "decisions.csv discharge flex: '0.1' is given, but not which resource it flexes (flexes)"),
        ("scenarios.pandemic.correlation.ppe", {"set": 0.6},
         "instance.toml scenarios pandemic correlation: '0.9' is given for every decision, and others for ppe: "
         "one or the other"),
        ("scenarios.normal.correlation.targets", {"set": -0.6},
         "instance.toml scenarios normal correlation.targets: '-0.6' is not possible between 3 localities; '-0.5' "
         "is the least"),
        ("workload.organisation", {"set": "", "where": {"organisation": "A2"}},
         "workload.csv discharge local local decision, level, at, organisation: 'discharge, local, local' has a row "
         "already, above"),
        ("workload.fixed_hours", {"set": 1, "where": {"organisation": "A2"}},
         "workload.csv discharge local local A2 fixed_hours: '1' is given for 'A2' alone; it belongs on a row without "
         "an organisation"),
        ("partners.partner", {"set": "A1", "where": {"partner": "B1"}},
         "partners.csv A1 A1 partner: 'A1' is the locality itself"),
    ],
)  # fmt: skip
def test_a_variant_is_checked(full: Instance, path: str, how: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError) as error:
        full.replace(path, **how)
    assert list(error.value.problems) == [line]


def test_a_change_of_levels_is_checked_everywhere(full: Instance) -> None:
    with pytest.raises(InputError) as error:
        full.replace("organisations.level", set="region", where={"organisation": "B1"})
    assert (
        "workload.csv ppe local local B1 organisation: 'B1' is not a locality (an organisation at level local); "
        "so in 7 rows" in (error.value.problems)
    )


def test_several_changes_are_checked_when_all_are_made(full: Instance) -> None:
    halves = [Change(f"scenarios.{name}.probability", set=0.5) for name in ("normal", "pandemic")]
    assert list(replaced(full, halves)["scenarios"]["probability"]) == [0.5, 0.5]
    wrong = [Change("weights.x", set=1), Change("decisions.fear", set=3)]
    with pytest.raises(InputError) as error:
        replaced(full, wrong)
    assert len(error.value.problems) == 2
    too_much = [Change(f"scenarios.{name}.probability", set=0.7) for name in ("normal", "pandemic")]
    with pytest.raises(InputError, match=r"they sum to '1\.4', not to 1"):
        replaced(full, too_much)


def test_scenarios_that_are_not_named_share_the_rest_in_proportion() -> None:
    scenarios = [{"scenario": name, "probability": p} for name, p in (("a", 0.6), ("b", 0.3), ("c", 0.1))]
    instance = Instance.from_tables(
        {"decisions": [{"decision": "d", "type": "input"}]}, name="x", scenarios=scenarios
    )
    variant = instance.replace("scenarios.c.probability", set=0.55)
    assert variant["scenarios"]["probability"] == pytest.approx([0.3, 0.15, 0.55])
    with pytest.raises(InputError):
        instance.replace("scenarios.c.probability", set=1.5)


def test_a_variant_of_a_variant_is_a_variant(full: Instance) -> None:
    twice = full.replace("decisions.fear", multiply=0.5).replace("decisions.fear", multiply=2)
    assert twice.hash == full.hash


def test_a_variant_takes_about_a_millisecond(full: Instance) -> None:
    full.replace("organisations.staff_hours", multiply=1.1, where={"level": "local"})
    times = []
    for _ in range(20):
        start = time.perf_counter()
        full.replace("organisations.staff_hours", multiply=1.1, where={"level": "local"})
        times.append(time.perf_counter() - start)
    assert min(times) < 0.005


def test_a_variant_has_the_hash_of_an_instance_of_its_own(full: Instance) -> None:
    """Whatever has been written of the columns that it shares."""
    assert full.hash
    for path in ("workload.hours", "decisions.stake_economy", "weights.accountability"):
        variant = full.replace(path, multiply=0.5)
        apart: Instance = pickle.loads(pickle.dumps(variant))
        assert variant.hash == apart.hash != full.hash


def test_odds_move_shares_and_leave_the_ends(full: Instance) -> None:
    before = full["decisions"]["fear"]
    after = full.replace("decisions.fear", odds=2)["decisions"]["fear"]
    assert after == pytest.approx(2 * before / (1 + before))
    assert full.replace("decisions.fear", set=1).replace("decisions.fear", odds=3)["decisions"][
        "fear"
    ].tolist() == [1.0] * len(before)


def test_the_odds_of_a_scenario_leave_the_others_the_rest_in_proportion(full: Instance) -> None:
    before = full["scenarios"]["probability"]
    name = full["scenarios"]["scenario"][0]
    after = full.replace(f"scenarios.{name}.probability", odds=2)["scenarios"]["probability"]
    p = before[0]
    assert after[0] == pytest.approx(2 * p / (1 + p))
    assert after.sum() == pytest.approx(1)
    assert after[1:] / after[1:].sum() == pytest.approx(before[1:] / before[1:].sum())
