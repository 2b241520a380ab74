"""compare --with: the inputs that differ, the instances between, and parts that sum to the whole."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from enumeration import solvable
from instance_by_hand import made
from random_instances import random_solvable
from schema_misfits import misfits

import optimiser
from optimiser import InputError, Instance
from optimiser.instance.differences import differences, differing_sets, exchanged
from optimiser.studies.compare.attribution import DRAWN, divided, orders_of
from optimiser.studies.schemas import json_schema

LOCAL = {"level": "local"}


@pytest.fixture(scope="module")
def archetype() -> Instance:
    return optimiser.read("instances/archetype")


def parts(found: optimiser.studies.compare.compare.Comparison) -> dict[str, dict[str, float]]:
    document = found.others[0].to_dict()["attribution"]
    return {row["decision"]: row["levels"] for row in document["decisions"]}


def test_hours_alone_swap_the_process(archetype: Instance) -> None:
    short = archetype.replace("organisations.staff_hours", set=3, where=LOCAL)
    found = optimiser.compare(archetype, others=[short], reach=False)
    assert [(m["decision"], m["from"], m["to"]) for m in found.moves] == [("P1", "local", "central")]
    assert parts(found) == {"P1": {"organisations.staff_hours": 1.0}}
    other = found.others[0]
    assert other.best.value == pytest.approx(1.9 / 6, abs=1e-9)
    assert other.kept.value is None  # seven hours of three
    assert other.attribution.value.sum() == pytest.approx(1.9 / 6 - 0.35, abs=1e-9)
    assert other.best.name == "best of archetype (2)"


def test_hours_and_weights_by_hand(archetype: Instance) -> None:
    """22 hours: .1 .1 .8 takes all down, 3 hours leave P2 alone, whatever the weights."""
    other = archetype.replace("organisations.staff_hours", set=3, where=LOCAL)
    for objective, weight in (("risk_pooling", 0.1), ("accountability", 0.1), ("responsiveness", 0.8)):
        other = other.replace(f"weights.{objective}", set=weight)
    found = optimiser.compare(archetype, others=[other], reach=False)
    hours = "organisations.staff_hours"
    # Weights alone bring I1, I2, O1 and O2 down, hours then back up: half the way in each order.
    for decision in ("I1", "I2", "O1", "O2"):
        assert parts(found)[decision] == {"weights": -0.5, hours: 0.5}
    assert parts(found)["P1"] == {"weights": 0.0, hours: 1.0}
    assert "P2" not in parts(found)
    # 0.35 -> 1.13/6; weights alone 2.56/6, hours alone 1.9/6.
    value = dict(zip(found.others[0].attribution.inputs, found.others[0].attribution.value, strict=True))
    expected = ((2.56 / 6 - 0.35) + (1.13 - 1.9) / 6) / 2
    assert value["weights"] == pytest.approx(expected, abs=1e-8)


def test_three_inputs_in_all_orders() -> None:
    """A game with a known Shapley value: the glove game of one left and two right gloves."""
    worth = {
        frozenset(s): np.array(float(0 in s and (1 in s or 2 in s)))
        for s in [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
    }
    assert divided(orders_of(3), worth) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_drawn_orders_come_with_their_reverse_and_are_always_the_same() -> None:
    orders = orders_of(8)
    assert len(orders) == 2 * DRAWN
    assert orders == orders_of(8)
    assert all(b == a[::-1] for a, b in zip(orders[::2], orders[1::2], strict=True))
    assert all(sorted(order) == list(range(8)) for order in orders)


CHANGES = (
    ("organisations.staff_hours", {"multiply": 0.6}),
    ("decisions.stake_responsiveness", {"multiply": 0.3}),
    ("levels.delay_days", {"multiply": 3.0}),
    ("scenarios.absence", {"add": 0.2}),
    ("weights.accountability", {"set": 4.0}),
)


def two_instances(seed: int) -> tuple[Instance, Instance]:
    """Both have a design, and they differ."""
    features = ["staff", "scenarios", "asymmetric", "urgency", "willing_able", "stakes", "population"]
    for draw in range(seed, seed + 10_000, 100):
        first = random_solvable(draw, features, sizes=3, most_designs=64)
        second = first
        for path, how in [CHANGES[(seed + k) % len(CHANGES)] for k in range(3)]:
            with suppress(InputError):  # nothing is given there
                second = second.replace(path, **how)
        if second.hash != first.hash and solvable(second):
            return first, second
    raise AssertionError


@pytest.mark.parametrize("seed", range(950, 955))
def test_parts_sum_to_the_whole_on_random_instances(seed: int) -> None:
    first, second = two_instances(seed)
    found = optimiser.compare(first, others=[second], reach=False)
    (other,) = found.others
    assert other.attribution is not None, other.reason
    share = first.population / first.population.sum()
    whole = (found.designs[0].held - other.best.held) @ share
    assert other.attribution.levels.sum(axis=0) == pytest.approx(whole, abs=1e-12)
    assert other.attribution.value.sum() == pytest.approx(
        other.best.value - found.designs[0].value, abs=1e-12
    )
    assert other.best.value == pytest.approx(optimiser.solve(second).value, abs=2e-6)
    assert other.shift.steps @ share == pytest.approx(whole, abs=1e-12)
    assert misfits(json.loads(json.dumps(found.to_dict())), json_schema()["$defs"]["compare"]) == []


def test_the_same_instance_moves_nothing(archetype: Instance) -> None:
    again = replace(archetype, name="again", title="in other words")
    found = optimiser.compare(archetype, others=[again], reach=False)
    assert found.moves == []
    assert found.others[0].attribution.inputs == ()
    assert found.others[0].kept.value == pytest.approx(0.35)


def test_a_difference_within_the_gap_is_none(archetype: Instance) -> None:
    """Responsiveness of O2 weighs a shade more than what tips it, by less than the gap can tell."""
    tip = 0.411764706 + 1e-6
    weights = {"risk_pooling": (1 - tip) / 2, "accountability": (1 - tip) / 2, "responsiveness": tip}
    other = archetype
    for objective, weight in weights.items():
        other = other.replace(f"weights.{objective}", set=weight)
    assert optimiser.compare(archetype, others=[other], reach=False, gap=1e-4).moves == []
    exact = optimiser.compare(archetype, others=[other], reach=False, gap=0)
    assert [move["decision"] for move in exact.moves] == ["O2"]


def test_other_decisions_are_compared_by_name(archetype: Instance, tmp_path: Path) -> None:
    other = made(
        tmp_path,
        toml='[[levels]]\nlevel = "central"\n[[levels]]\nlevel = "region"\n[[levels]]\nlevel = "local"',
        decisions="decision,type,levels\nI1,input,local\nP2,process,local\nX,outcome,central",
    )
    found = optimiser.compare(archetype, others=[other], reach=False)
    assert [(m["decision"], m["from"], m["to"]) for m in found.moves] == [("I1", "central", "local")]
    assert found.others[0].attribution is None
    assert "decisions, levels" in found.others[0].reason


def test_nothing_in_common_is_said(archetype: Instance, run) -> None:
    ran = run("compare", "instances/archetype", "--with", "instances/decentralisation", "--no-reach")
    assert ran.code == 0
    assert "No attribution: they have no decision in common." in ran.out


def test_differences_are_named_by_what_replace_calls_them(archetype: Instance) -> None:
    other = archetype.replace("organisations.staff_hours", set=3, where=LOCAL)
    other = other.replace("limits.reserve", set=0.1).replace("weights.economy", set=1)
    other = other.replace("decisions.note", set="in other words")
    names = [each.name for each in differences(archetype, other)]
    assert names == ["weights", "limits.reserve", "organisations.staff_hours"]
    assert differing_sets(archetype, other) == []
    assert exchanged(archetype, other, differences(archetype, other)).hash != archetype.hash
    doubled = archetype
    for objective in ("risk_pooling", "accountability", "responsiveness"):
        doubled = doubled.replace(f"weights.{objective}", set=2)
    assert differences(archetype, doubled) == []  # weights are shares


def test_rows_in_another_order_are_no_difference(tmp_path: Path) -> None:
    files = {
        "decisions": "decision,type\na,input\nb,process",
        "organisations": "organisation,level,parent,population\nC,central,,\nL1,local,C,4\nL2,local,C,6",
        "rules": "if_decision,if_level,then_decision,then_level\na,local,b,local",
    }
    turned = {
        name: "\n".join([text.split("\n")[0], *text.split("\n")[:0:-1]]) for name, text in files.items()
    }
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = made(tmp_path / "a", **files), made(tmp_path / "b", **turned)
    assert differences(first, second) == []
    (tmp_path / "c").mkdir()
    third = made(tmp_path / "c", **files | {"rules": files["rules"] + "\nb,central,a,central"})
    assert [each.name for each in differences(first, third)] == ["rules"]
    assert exchanged(first, third, differences(first, third))["rules"].rows == 2


def test_inputs_that_make_no_sense_alone_go_together(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    decisions = "decision,type\na,input\nb,process"
    first = made(tmp_path / "a", decisions=decisions)
    second = made(
        tmp_path / "b", toml="[limits]\nmax_changes = 0", decisions=decisions,
        current="decision,level\na,local\nb,local",
    )  # fmt: skip
    (difference,) = differences(first, second)
    assert set(difference.inputs) == {("limits", "max_changes"), ("current", "")}
    found = optimiser.compare(first, others=[second], reach=False)
    assert found.others[0].attribution.inputs == (difference.name,)


def test_a_variant_without_a_design_is_said(archetype: Instance, tmp_path: Path) -> None:
    """Local alone needs the hours that only the second has: between them stands an infeasible instance."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    tables = {"workload": "decision,level,hours\na,local,6"}
    staff = "organisation,level,parent,staff_hours\nC,central,,\nL,local,C,{}"
    first = made(
        tmp_path / "a", decisions="decision,type,levels\na,input,", organisations=staff.format(5), **tables
    )
    second = made(
        tmp_path / "b",
        decisions="decision,type,levels\na,input,local",
        organisations=staff.format(7),
        **tables,
    )
    found = optimiser.compare(first, others=[second], reach=False)
    assert [(m["from"], m["to"]) for m in found.moves] == [("central", "local")]
    assert found.others[0].attribution is None
    assert "with decisions.levels alone as in" in found.others[0].reason
    assert "no design keeps every requirement" in found.others[0].reason
