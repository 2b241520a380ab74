"""compare: designs side by side, what moves, what each objective can reach."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from enumeration import brute_force
from instance_by_hand import made
from paths import ARCHETYPE
from random_instances import random_instance, random_solvable
from schema_misfits import misfits

import optimiser
from optimiser import InputError, Instance
from optimiser.studies.compare.compare import Comparison
from optimiser.studies.schemas import json_schema

CLOSE = 2e-6


@pytest.fixture(scope="module")
def archetype() -> Instance:
    return optimiser.read(ARCHETYPE)


def named(found: Comparison) -> dict[str, object]:
    return {each.name: each for each in (*found.designs, *found.extremes)}


def test_archetype_by_hand(archetype: Instance) -> None:
    found = optimiser.compare(archetype)
    best, central, local = found.designs
    assert [best.name, central.name, local.name] == ["best", "all-central", "all-local"]
    # All at the centre: (2.2 + 3.0) / 6 / 3; all local: 3.2 / 6 / 3, of just 22 hours.
    assert best.value == pytest.approx(0.35, abs=1e-9)
    assert central.value == pytest.approx(5.2 / 18, abs=1e-9)
    assert local.value == pytest.approx(3.2 / 18, abs=1e-9)
    assert found.complete
    assert found.moves == []
    assert {(cell["level"], cell["type"]): cell["decisions"] for cell in found.grid()} == {
        ("central", "input"): ["I1", "I2"], ("central", "process"): [], ("central", "outcome"): ["O1", "O2"],
        ("local", "input"): [], ("local", "process"): ["P1", "P2"], ("local", "outcome"): [],
    }  # fmt: skip


def test_what_each_objective_can_reach_on_the_archetype(archetype: Instance) -> None:
    short = archetype.replace("organisations.staff_hours", set=9, where={"level": "local"})
    reach = {each.objective: each for each in optimiser.compare(short).ranges}
    # Nine hours locally: P1 and P2 (7), and O1 or O2 (2) of which O2 has more; .9 + .8 + .5 = 2.2
    assert reach["responsiveness"].best == pytest.approx(2.2 / 6, abs=1e-9)
    assert reach["responsiveness"].design.name == "most responsiveness"
    assert reach["risk_pooling"].best == pytest.approx(2.2 / 6, abs=1e-9)
    assert reach["accountability"].best == pytest.approx(3.0 / 6, abs=1e-9)
    # With P1, P2 and O2 local, the centre keeps I1, I2 and O1: .9 + .8 + .1 and .5 + .7 + .9.
    assert reach["risk_pooling"].worst == pytest.approx(1.8 / 6, abs=1e-9)
    assert reach["accountability"].worst == pytest.approx(2.1 / 6, abs=1e-9)
    assert reach["responsiveness"].worst == pytest.approx(0, abs=1e-9)
    assert reach["responsiveness"].worst_in == "all-central"
    # What cannot vary is reached by the best design itself, and its range is a point.
    assert reach["resilience"].design.name == "best"
    assert reach["resilience"].best == reach["resilience"].worst == 1


def test_an_objective_that_several_designs_reach_keeps_the_one_worth_most(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        decisions="decision,type\na,input\nb,input",
        scores="decision,level,risk_pooling,accountability,responsiveness\n"
        "a,central,1,0,0\na,local,0,1,1\nb,central,.5,0,0\nb,local,.5,0,1",
    )
    reach = {each.objective: each for each in optimiser.compare(instance).ranges}
    # Most risk pooling leaves b free: local, where it is responsive.
    held = {row["decision"]: row["level"] for row in reach["risk_pooling"].design.rows}
    assert held == {"a": "central", "b": "local"}
    assert reach["responsiveness"].worst == pytest.approx(0.5)


CURRENT = {
    "decisions": "decision,type,uniform\nbeds,input,true\nwards,process,false\naudit,outcome,true\nnew,input,true",
    "organisations": "organisation,level,parent,population\nC,central,,\nA,local,C,30\nB,local,C,10",
    "current": "decision,level,organisation\nbeds,local,\nwards,central,\nwards,local,B\naudit,central,",
    "scores": "decision,level,accountability,risk_pooling,responsiveness\n"
    "beds,central,1,0,0\nbeds,local,0,0,0.5\nwards,central,0.1,0,0\nwards,local,0,0,1\n"
    "audit,central,1,0,0\naudit,local,0,0,0\nnew,central,1,0,0\nnew,local,0,0,0",
}  # fmt: skip


def test_moves_arrows_and_net_movement_by_hand(tmp_path: Path) -> None:
    found = optimiser.compare(made(tmp_path, **CURRENT))
    assert [each.name for each in found.designs] == ["best", "current", "all-central", "all-local"]
    assert found.moves == [
        {"decision": "beds", "organisation": "", "from": "local", "to": "central"},
        {"decision": "wards", "organisation": "A", "from": "central", "to": "local"},
    ]
    (shift,) = found.shifts
    assert [(a.sign, a.decision, a.start, a.end, a.localities, a.of, a.share) for a in shift.arrows] == [
        ("↑", "beds", "local", "central", 2, 2, 1.0),
        ("↓", "wards", "central", "local", 1, 2, 0.75),
    ]
    assert shift.net == [
        {"type": "input", "decisions": 1, "up": 1.0, "down": 0.0, "net": 1.0},  # `new` is held nowhere yet
        {"type": "process", "decisions": 1, "up": 0.0, "down": 0.75, "net": -0.75},
        {"type": "outcome", "decisions": 1, "up": 0.0, "down": 0.0, "net": 0.0},
    ]
    # beds: 1 of accountability for .5 of responsiveness, of 4 decisions, three weights of a third.
    assert shift.staying["beds"] == pytest.approx(0.5 / 12)
    assert shift.staying["wards"] == pytest.approx(0.75 * 0.9 / 12)
    changes = {row["decision"]: row["objectives"] for row in shift.changes}
    assert changes["beds"]["accountability"] == pytest.approx(0.25)
    assert changes["beds"]["responsiveness"] == pytest.approx(-0.125)
    assert changes["wards"]["responsiveness"] == pytest.approx(0.75 / 4)
    assert changes["new"]["accountability"] == pytest.approx(
        0
    )  # the current design leaves it open: placed best


def test_what_the_current_design_leaves_open_is_placed_best(tmp_path: Path) -> None:
    instance = made(tmp_path, **CURRENT)
    current = optimiser.compare(instance, reach=False).designs[1]
    enumerated = brute_force(instance)
    levels = {"beds": [1, 1], "wards": [0, 1], "audit": [0, 0]}
    names = list(instance["decisions"]["decision"])
    fit = [
        judged.value
        for judged in enumerated.designs
        if all((judged.record.held[names.index(d)] == held).all() for d, held in levels.items())
    ]
    assert len(fit) == 2
    assert current.value == pytest.approx(max(fit), abs=CLOSE)


def test_a_design_that_breaks_promises_says_which(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        toml="[limits]\nmax_changes = 1",
        decisions="decision,type,levels\na,input,central\nb,process,\nc,process,",
        organisations="organisation,level,parent,staff_hours\nC,central,,\nL,local,C,5",
        workload="decision,level,hours\nb,local,4\nc,local,4",
        current="decision,level\na,central\nb,central\nc,central",
    )
    found = optimiser.compare(instance)
    local = next(each for each in found.designs if each.name == "all-local")
    assert not local.feasible
    assert local.value is None
    assert set(local.objectives.values()) == {None}
    broken = "\n".join(local.broken)
    for sentence in (
        "a is held at level local for L: allowed are central",
        "8 of 5 hours planned",
        "changes: 3 of 1",
    ):
        assert sentence in broken
    assert len(local.rows) == 3  # what was judged is shown all the same
    assert found.designs[1].feasible  # the current one


def test_a_uniform_decision_that_now_differs_by_locality_is_no_design(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        decisions="decision,type\na,input\nb,input",
        organisations="organisation,level,parent\nC,central,\nA,local,C\nB,local,C",
        current="decision,level,organisation\na,local,A\na,central,B",
    )
    found = optimiser.compare(instance, reach=False)
    current = found.designs[1]
    assert not current.feasible
    assert "a is uniform, but held at level local for A and at central for B" in current.broken
    assert [(a.localities, a.of) for a in found.shifts[0].arrows] == [(1, 2)]


def test_a_limit_that_only_recourse_breaks_is_said(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        toml='[[resources]]\nresource = "beds"\nmax_unmet = 0\ngoverned_by = "beds"',
        decisions="decision,type\nbeds,input",
        organisations="organisation,level,parent\nC,central,\nA,local,C\nB,local,C",
        resources="organisation,resource,capacity,demand\nA,beds,10,5\nB,beds,5,10",
    )
    found = {each.name: each for each in optimiser.compare(instance).designs}
    assert found["all-central"].feasible
    assert not found["all-local"].feasible  # nobody lends
    assert found["all-local"].broken == ("beds in normal: 5 of 0 that may stay unmet",)


def test_design_files_tables_and_designs(archetype: Instance, tmp_path: Path) -> None:
    rows = [{"decision": d, "level": "local" if d in ("P1", "O2") else "central"}
            for d in archetype["decisions"]["decision"]]  # fmt: skip
    path = tmp_path / "mine.csv"
    path.write_text("decision,level\n" + "\n".join(f"{r['decision']},{r['level']}" for r in rows) + "\n")
    solved = optimiser.solve(archetype, weights={"responsiveness": 1})
    found = optimiser.compare(
        archetype, {"mine": path, "frame": pd.DataFrame(rows), "solved": solved}, reach=False
    )
    by_name = named(found)
    # I1, I2, P2 and O1 at the centre: 2.0 and 2.2; P1 and O2 local: 1.4
    expected = (2.0 + 2.2 + 1.4) / 18
    assert by_name["mine"].value == by_name["frame"].value == pytest.approx(expected)
    assert by_name["solved"].value == pytest.approx(3.2 / 18)
    assert [shift.start.name for shift in found.shifts] == ["mine", "frame", "solved"]
    assert [(m["decision"], m["from"]) for m in found.moves] == [("P2", "central"), ("O2", "local")]


@pytest.mark.parametrize("seed", range(900, 905))
def test_values_and_reach_on_random_instances(seed: int) -> None:
    instance = random_solvable(seed, sizes=3, most_designs=64)
    holds(instance, optimiser.compare(instance))


AVERSE = {"scenarios", "risk_aversion", "urgency", "monitoring", "staff", "willing_able", "population"}
MORE = ("resources flex aid surges", "all_weights asymmetric", "budget support slack resources", "")


@pytest.mark.parametrize("seed", range(40, 46))
def test_values_and_reach_under_risk_aversion(seed: int) -> None:
    """Ranges are of expectations, values are not: neither is found by asking for the other."""
    instance = random_instance(seed, AVERSE | set(MORE[seed % 4].split()), sizes=3, most_designs=32)
    assert instance.uncertainty["risk_aversion"] > 0
    holds(instance, optimiser.compare(instance))


def holds(instance: Instance, found: Comparison) -> None:
    """Every design is valued at its best, and every range is that of the expectation, by brute force."""
    enumerated = brute_force(instance)
    assert found.complete
    assert found.designs[0].value == pytest.approx(enumerated.best.value, abs=CLOSE)
    known = {judged.record.held.tobytes(): judged.value for judged in enumerated.designs}
    for design in (*found.designs[1:], *found.extremes):
        value = known.get(design.held.astype(enumerated.best.record.held.dtype).tobytes())
        assert design.feasible == (value is not None)
        assert bool(design.broken) != design.feasible
        if value is not None:
            assert design.value == pytest.approx(value, abs=CLOSE)
    names = [each.name for each in (*found.designs, *found.extremes)]
    assert len(set(names)) == len(names)
    neutral = instance.replace("uncertainty.risk_aversion", set=0)
    for each in found.ranges:
        reach = brute_force(neutral, weights={each.objective: 1})
        assert each.best == pytest.approx(reach.best.value, abs=CLOSE)
        assert each.bound >= reach.best.value - CLOSE
        assert each.worst <= each.best + CLOSE
        assert any(
            (judged.record.held == each.design.held).all() and judged.value >= each.best - CLOSE
            for judged in reach.designs
        )
    for shift in found.shifts:  # the changes of all decisions, and of none, are the whole change
        for g in instance.objectives if shift.changes else ():
            total = sum(row["objectives"][g] for row in shift.changes)
            assert total == pytest.approx(shift.end.objectives[g] - shift.start.objectives[g], abs=1e-9)


def test_the_most_of_an_objective_is_an_expectation(tmp_path: Path) -> None:
    """Averse to risk, local is best, .5 come what may; more is expected of the centre, which is slow."""
    instance = made(
        tmp_path,
        toml="[weights]\nrisk_pooling = 0\naccountability = 0\n[uncertainty]\nrisk_aversion = 0.5\nbeta = 0.5\n"
        '[[levels]]\nlevel = "central"\ndelay_days = 8\n[[levels]]\nlevel = "local"\n'
        '[[scenarios]]\nscenario = "calm"\nprobability = 0.5\nurgency = 0\n'
        '[[scenarios]]\nscenario = "crisis"\nprobability = 0.5\nurgency = 4',
        decisions="decision,type,half_life_days\na,input,10",
        organisations="organisation,level,parent,willingness\nc,central,,1\nl,local,c,0.5",
    )
    found = optimiser.compare(instance)
    (reach,) = [each for each in found.ranges if each.objective == "responsiveness"]
    late = 2 ** (-8 * 4 / 10)
    assert reach.best == pytest.approx((1 + late) / 2)
    assert reach.bound == pytest.approx((1 + late) / 2)
    assert found.designs[0].value == pytest.approx(0.5)
    assert {row["level"] for row in reach.design.rows} == {"central"}
    assert reach.design.value == pytest.approx(((1 + late) / 2 + late) / 2)


def test_infeasible_calls_and_instances(archetype: Instance, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("decision,level\nI1,centrall\n")
    with pytest.raises(InputError) as wrong:
        optimiser.compare(archetype, {"bad": bad, "nowhere": tmp_path / "nowhere.csv", "best": bad})
    text = "\n".join(wrong.value.problems)
    assert "'centrall' is not a level of this instance; did you mean 'central'?" in text
    assert "nowhere.csv: no such result" in text
    assert "'best' is the name of another design here" in text
    with pytest.raises(InputError, match="'A' is not a decision of this instance"):
        optimiser.compare(archetype, {"other": optimiser.solve(optimiser.read("instances/decentralisation"))})
    with pytest.raises(InputError, match="decentralisation: weights: 'own' is not an objective"):
        optimiser.compare(
            archetype, others=[optimiser.read("instances/decentralisation")], weights={"own": 1}
        )


def test_time_runs_out_with_what_is_known(archetype: Instance) -> None:
    found = optimiser.compare(archetype, time_limit=1e-9)
    assert not found.complete
    assert found.designs[0].feasible is None  # not known, which is not infeasible
    assert found.designs[1].feasible
    assert misfits(json.loads(json.dumps(found.to_dict())), json_schema()["$defs"]["compare"]) == []


def test_the_command_says_that_time_ran_out(run) -> None:
    ran = run("compare", ARCHETYPE, "--time-limit", "1e-9")
    assert ran.code == 4
    assert "None was found in time." in ran.out
    assert "Infeasible" not in ran.out


def test_the_command(run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("decision,level\nI1,local\nI2,central\nP1,central\nP2,local\nO1,central\nO2,central\n")
    out = tmp_path / "out"
    ran = run("compare", ARCHETYPE, "--design", str(mine), "--json", "--out", str(out))
    assert ran.code == 0
    document = json.loads(ran.out)
    assert misfits(document, json_schema()["$defs"]["compare"]) == []
    assert [each["name"] for each in document["designs"]][-2:] == ["all-local", "mine.csv"]
    assert document["moves"] == [
        {"decision": "I1", "organisation": "", "from": "local", "to": "central"},
        {"decision": "P1", "organisation": "", "from": "central", "to": "local"},
    ]
    assert json.loads((out / "result.json").read_text()) == document
    with (out / "arrows.csv").open() as file:
        assert [(row["decision"], row["direction"]) for row in csv.DictReader(file)] == [
            ("I1", "up"),
            ("P1", "down"),
        ]
    said = run("compare", ARCHETYPE, "--design", str(mine))
    assert said.code == 0
    assert "FROM mine.csv TO best (↑ towards the centre, ↓ towards the localities)" in said.out
    assert "↓ P1" in said.out
    assert (
        "net movement in levels, summed over decisions: input ↑ 1.00, process ↓ 1.00, outcome 0" in said.out
    )
    assert max(map(len, said.out.splitlines())) <= 100


def test_the_command_says_what_is_wrong_all_at_once(run, tmp_path: Path) -> None:
    ran = run("compare", str(tmp_path / "a"), "--with", str(tmp_path / "b"))
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 2


def test_infeasible_leaves_with_3(run, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    made(
        tmp_path / "none",
        decisions="decision,type,levels\na,input,local",
        organisations="organisation,level,parent,staff_hours\nC,central,,\nL,local,C,5",
        workload="decision,level,hours\na,local,6",
    )
    ran = run("compare", str(tmp_path / "none"), "--json")
    assert ran.code == 3
    assert json.loads(ran.out)["status"] == "infeasible"
    both = run("compare", ARCHETYPE, "--with", str(tmp_path / "none"), "--no-reach")
    assert both.code == 0
    assert "no design keeps every requirement" in both.out


def test_weights_of_the_call_count_everywhere(archetype: Instance) -> None:
    found = optimiser.compare(archetype, weights={"responsiveness": 1}, reach=False)
    assert found.designs[0].value == pytest.approx(3.2 / 6)
    assert found.designs[1].value == pytest.approx(0)
    assert found.weights["responsiveness"] == 1


def test_one_locality_one_choice(tmp_path: Path) -> None:
    instance = made(
        tmp_path, decisions="decision,type,levels\na,input,central", current="decision,level\na,central"
    )
    found = optimiser.compare(instance)
    assert found.complete
    assert found.moves == []
    assert [each.feasible for each in found.designs] == [True, True, True, False]
    assert np.array_equal(found.designs[0].held, [[0]])
    assert replace(found, run={}).to_dict()["run"] == {}
