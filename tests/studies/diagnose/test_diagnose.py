"""diagnose: planted conflicts of all kinds, each found exactly, proven irreducible by solving, and repaired."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from diagnosed_by_hand import everything, repaired, solves, where
from instance_by_hand import made
from paths import ROOT
from planted_conflicts import PLANTS, Plant, planted
from random_instances import random_instance
from schema_misfits import misfits

import optimiser
from optimiser.instance.instance import Instance
from optimiser.studies.schemas import json_schema

# What is planted is found


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_conflict_is_found_proven_and_repaired(plant, tmp_path):
    instance = planted(plant, tmp_path)
    found = optimiser.diagnose(instance, fix=plant.fix, at_least=plant.at_least)
    document = found.to_dict()
    assert misfits(document, json_schema()["$defs"]["diagnose"]) == []
    assert (document["feasible"], document["complete"], document["irreducible"]) == (False, True, True)
    assert {where(requirement) for requirement in document["conflict"]} == plant.conflict

    def ask(kept: set[str]) -> bool:
        return solves(instance, plant.fix, plant.at_least, kept)

    assert not ask(plant.conflict)
    for requirement in plant.conflict:
        assert ask(plant.conflict - {requirement}), requirement
    assert document["repairs"]
    for repair in document["repairs"]:
        _check_repair(instance, plant, repair)
    assert min(len(repair["changes"]) for repair in document["repairs"]) == plant.fewest


def _check_repair(instance: Instance, plant: Plant, repair: dict[str, Any]) -> None:
    variant, fix, at_least = repaired(instance, plant.fix, plant.at_least, repair["changes"])
    design = optimiser.solve(variant, fix=fix, at_least=at_least)
    assert design.verified, repair["text"]
    for change in repair["changes"]:  # the least: a hundredth less is too little
        if isinstance(change["to"], float) and isinstance(change["from"], float):
            more = change["to"] - change["from"]
            less = change["to"] - (1 if change["column"] == "max_changes" else 0.01 * more)
            others = [other for other in repair["changes"] if other is not change]
            variant, fix, at_least = repaired(
                instance, plant.fix, plant.at_least, [*others, {**change, "to": less}]
            )
            assert not optimiser.solve(variant, fix=fix, at_least=at_least).found, (change, less)


# Random instances


def tightened(seed: int) -> tuple[Instance, dict[str, str], dict[str, float]]:
    """A random instance with less of everything, and a call that asks something of it."""
    rng = np.random.default_rng([seed, 7])
    instance = random_instance(seed, sizes=3, most_designs=32)
    organisations = instance["organisations"]
    hours = np.round(organisations["staff_hours"] * rng.uniform(0.2, 0.9), 1)
    tables = {**instance.tables, "organisations": organisations.with_column("staff_hours", hours)}
    limits = dict(instance.limits)
    if limits["budget"] is not None:
        limits["budget"] = round(limits["budget"] * rng.uniform(0.1, 0.7), 1)
    if limits["max_changes"] is not None:
        limits["max_changes"] = float(rng.integers(0, 2))
    decisions, levels = instance["decisions"]["decision"], instance["levels"]["level"]
    fix = {d: str(rng.choice(levels)) for d in decisions if rng.random() < 0.2}
    at_least = {g: round(rng.uniform(0, 0.5), 2) for g in instance.objectives if rng.random() < 0.1}
    return replace(instance, tables=tables, limits=limits), fix, at_least


def test_a_random_instance_is_infeasible_exactly_where_solving_says_so():
    verdicts = Counter()
    for seed in range(8):
        instance, fix, at_least = tightened(seed)
        found = optimiser.diagnose(instance, fix=fix, at_least=at_least)
        assert found.complete
        assert found.feasible == optimiser.solve(instance, fix=fix, at_least=at_least).found
        verdicts[found.feasible] += 1
    assert min(verdicts[True], verdicts[False]) >= 2, verdicts


@pytest.mark.parametrize("seed", range(8))
def test_a_conflict_of_a_random_instance_is_irreducible_and_repaired(seed):
    draws = (tightened(each) for each in range(seed, seed + 800, 8))
    instance, fix, at_least = next(
        draw for draw in draws if not optimiser.solve(draw[0], fix=draw[1], at_least=draw[2]).found
    )
    found = optimiser.diagnose(instance, fix=fix, at_least=at_least)
    assert found.complete
    document = found.to_dict()
    conflict = {where(requirement) for requirement in document["conflict"]}
    assert found.irreducible
    assert not solves(instance, fix, at_least, conflict)
    for requirement in conflict:
        assert solves(instance, fix, at_least, conflict - {requirement}), requirement
    for repair in document["repairs"]:
        variant, fixed, floors = repaired(instance, fix, at_least, repair["changes"])
        assert optimiser.solve(variant, fix=fixed, at_least=floors).verified, repair["text"]
    fewest = min((len(r["changes"]) for r in document["repairs"] if "requirements" in r["least"]), default=1)
    every = everything(instance, fix, at_least)
    for requirement in conflict if fewest > 1 else ():  # whatever else gives, one of these must
        scored = requirement.endswith("levels") and instance["scores"].rows > 0  # no level to add without one
        assert scored or not solves(instance, fix, at_least, every - {requirement})


def squeezed(seed: int) -> tuple[Instance, dict[str, str], dict[str, float]]:
    """A random instance with every kind of limit pulled tight, many to 0: hours, money, stocks, capacity."""
    rng = np.random.default_rng([seed, 11])
    instance = random_instance(seed, sizes=3, most_designs=32)
    tables, limits = dict(instance.tables), dict(instance.limits)
    organisations, stock = tables["organisations"], tables["resources"]
    hours = organisations["staff_hours"]
    less = np.where(rng.random(len(hours)) < 0.3, 0.0, np.round(hours * rng.uniform(0.1, 0.9), 2))
    less = np.where(np.isnan(hours), np.nan, less)
    tables["organisations"] = organisations.with_column("staff_hours", less)
    if limits["budget"] is not None:
        limits["budget"] = round(limits["budget"] * rng.choice([0, 0.3, 0.7]), 1)
    if limits["max_changes"] is not None:
        limits["max_changes"] = float(rng.integers(0, 2))
    for name, least in (("max_unmet", 0.0), ("max_occupancy", 0.3)):
        column = tables["resource_types"][name].copy()
        column[rng.random(len(column)) < 0.5] = least
        tables["resource_types"] = tables["resource_types"].with_column(name, column)
    capacity = np.where(rng.random(stock.rows) < 0.2, 0.0, stock["capacity"]) if stock.rows else np.zeros(0)
    tables["resources"] = stock.with_column("capacity", capacity)
    decisions, levels = tables["decisions"], instance["levels"]["level"]
    if not tables["scores"].rows:
        allowed = decisions["levels"].copy()
        allowed[rng.integers(0, len(allowed))] = str(rng.choice(levels))
        tables["decisions"] = decisions.with_column("levels", allowed)
    fix = {d: str(rng.choice(levels)) for d in decisions["decision"] if rng.random() < 0.2}
    at_least = {g: round(rng.uniform(0, 1), 2) for g in instance.objectives if rng.random() < 0.15}
    return replace(instance, tables=tables, limits=limits), fix, at_least


def test_every_repair_of_every_kind_makes_the_instance_feasible():
    kinds, infeasible = set(), 0
    for seed in (*range(200, 216), 231):  # between them of every kind
        instance, fix, at_least = squeezed(seed)
        document = optimiser.diagnose(instance, fix=fix, at_least=at_least).to_dict()
        assert document["complete"]
        infeasible += not document["feasible"]
        assert document["feasible"] or document["repairs"], seed
        for repair in document["repairs"]:
            for change in repair["changes"]:
                kinds.add(change["column"] or change["table"])
                assert change["from"] == standing(instance, at_least, change), change
            variant, fixed, floors = repaired(instance, fix, at_least, repair["changes"])
            assert optimiser.solve(variant, fix=fixed, at_least=floors).verified, (seed, repair["text"])
    assert infeasible > 12
    assert kinds == {
        "staff_hours", "max_occupancy", "max_unmet", "budget", "max_changes", "levels", "uniform", "min_rating",
        "then_level", "--fix", "--at-least",
    }  # fmt: skip


def standing(instance: Instance, at_least: dict[str, float], change: dict[str, Any]) -> Any:
    """What the user's own table, or call, has where a repair would change it."""
    table, row, column = change["table"], change["row"], change["column"]
    if table == "--fix":
        return row.rpartition("=")[2]
    if table == "--at-least":
        return at_least[row.rpartition("=")[0]]
    if (table, row) == ("instance.toml", "limits"):
        return instance.limits[column]
    if table == "rules.csv":
        return instance["rules"][column][row - 2]
    name = "resource_types" if table == "instance.toml" else table.removesuffix(".csv")
    key = {"resource_types": "resource"}.get(name, name.removesuffix("s"))
    at = list(instance[name][key]).index(str(row).removeprefix("resources "))
    return instance[name][column][at]


# What is said, and how it ends


def test_demand_where_there_is_no_capacity_at_all(tmp_path):
    instance = made(
        tmp_path,
        decisions="decision,type\na,input",
        resources="organisation,resource,capacity,demand\nlocal,beds,0,4",
        toml='[[resources]]\nresource="beds"\nmax_occupancy=0.9',
    )
    document = optimiser.diagnose(instance).to_dict()
    (occupancy,) = document["conflict"]
    assert (occupancy["has"], occupancy["needs"]) == (0.9, None)
    assert occupancy["text"].endswith("no number there is enough")
    assert [repair["changes"] for repair in document["repairs"]] == [
        [
            {
                "table": "instance.toml",
                "row": "resources beds",
                "column": "max_occupancy",
                "from": 0.9,
                "to": None,
            }
        ]
    ]


def test_hours_of_which_nothing_remains(tmp_path):
    instance = made(
        tmp_path,
        decisions="decision,type,levels\na,input,local",
        workload="decision,level,hours\na,local,2",
        organisations="organisation,level,parent,staff_hours,vacancy\nC,central,,,\nL,local,C,9,1",
    )
    document = optimiser.diagnose(instance).to_dict()
    assert document["facts"] == [
        "L has 9 staff hours, of which 0 remain after vacancy, absence and reserve; the decisions that only it "
        "may hold need 2 (a), and none would remain of any."
    ]
    for repair in document["repairs"]:
        variant, fixed, floors = repaired(instance, {}, {}, repair["changes"])
        assert optimiser.solve(variant, fix=fixed, at_least=floors).verified, repair["text"]


SHORT = {
    "decisions": "decision,type,levels\na,input,local\nb,process,local\nc,outcome,",
    "workload": "decision,level,hours\na,local,200\nb,local,255\nc,local,1",
    "organisations": "organisation,level,parent,staff_hours\ncentral,central,,\nlocal,local,central,412",
}


def test_arithmetic_alone_shows_hours_that_cannot_suffice(tmp_path):
    found = optimiser.diagnose(made(tmp_path, **SHORT))
    assert found.facts == (
        "local has 412 staff hours; the decisions that only it may hold need 455 (a and b).",
    )


def test_a_requirement_and_its_repair_are_said_with_both_numbers(tmp_path):
    plant = next(plant for plant in PLANTS if plant.name == "hours that vacancies and the reserve take")
    document = optimiser.diagnose(planted(plant, tmp_path)).to_dict()
    hours = document["conflict"][1]
    assert (hours["has"], hours["needs"]) == (10, 11.111112)  # as in the table, and as the repair has it
    assert hours["text"] == (
        "A has 10 staff hours, of which 7.2 remain after vacancy, absence and reserve; with the others 8 are "
        "needed: 11.111112 in staff_hours"
    )
    assert document["facts"] == [
        "A has 10 staff hours, of which 7.2 remain after vacancy, absence and reserve; the decisions that only "
        "it may hold need 8 (a): 11.111112 in staff_hours."
    ]
    repair = next(repair for repair in document["repairs"] if "hours" in repair["least"])
    assert (repair["changes"][0]["from"], repair["changes"][0]["to"]) == (10, 11.111112)
    assert repair["text"].startswith(
        "One requirement; 1.1111 more hours, the least: organisations.csv A staff"
    )


def test_a_feasible_instance_says_so_and_what_its_limits_leave(tmp_path):
    instance = made(
        tmp_path,
        decisions="decision,type,levels\na,input,local\nb,input,",
        current="decision,level\na,central\nb,central",
        workload="decision,level,cost\na,local,3\nb,central,4\nb,local,9",
        resources="organisation,resource,capacity,demand\nlocal,beds,8,10",
        toml='[limits]\nbudget=20\nmax_changes=2\n[[resources]]\nresource="beds"\nmax_unmet=0.3',
    )
    found = optimiser.diagnose(instance)
    assert (found.feasible, found.complete, found.conflict, found.repairs) == (True, True, (), ())
    assert {(n.requirement.column, n.has, n.needs) for n in found.limits} == {
        ("max_changes", 2.0, 1.0), ("budget", 20.0, 7.0), ("max_unmet", 0.3, 0.2),
    }  # fmt: skip


def test_a_first_budget_is_the_repair_where_money_buys_what_is_short(tmp_path):
    plant = next(plant for plant in PLANTS if plant.name == "beds that cannot be bought")
    document = optimiser.diagnose(planted(plant, tmp_path)).to_dict()
    money = next(repair for repair in document["repairs"] if "money" in repair["least"])
    (change,) = money["changes"]
    assert (change["column"], change["from"]) == ("budget", None)
    assert change["to"] == pytest.approx(2 * (19 / 0.9 - 20), abs=1e-5)


def test_where_nothing_is_required_nothing_can_be_wrong(tmp_path):
    found = optimiser.diagnose(made(tmp_path, decisions="decision,type\na,input"))
    assert (found.feasible, found.complete, found.limits) == (True, True, ())


def test_what_is_known_when_time_runs_out_is_kept(tmp_path):
    found = optimiser.diagnose(made(tmp_path, **SHORT), time_limit=1e-9)
    assert (found.complete, found.interrupted, found.feasible, len(found.facts)) == (False, False, False, 1)
    unsettled = optimiser.diagnose(optimiser.read(ROOT / "instances" / "archetype"), time_limit=1e-9)
    assert (unsettled.complete, unsettled.feasible, unsettled.conflict) == (False, None, ())
    assert misfits(unsettled.to_dict(), json_schema()["$defs"]["diagnose"]) == []


def test_ctrl_c_keeps_the_conflict_that_was_found(tmp_path):
    def interrupt(text: str) -> None:
        if text.startswith("looking for repairs"):
            os.kill(os.getpid(), signal.SIGINT)

    found = optimiser.diagnose(made(tmp_path, **SHORT), progress=interrupt)
    assert (found.interrupted, found.complete, found.feasible, found.irreducible) == (
        True,
        False,
        False,
        True,
    )
    assert len(found.conflict) == 3
    assert found.to_dict()["interrupted"]


def test_a_call_that_is_wrong_is_refused_with_the_nearest_name(tmp_path):
    instance = made(tmp_path, **SHORT)
    with pytest.raises(optimiser.InputError) as refused:
        optimiser.diagnose(instance, fix={"a": "locla"}, at_least={"responsivness": 1})
    assert len(refused.value.problems) == 2
    assert "did you mean 'local'?" in str(refused.value)
    assert "did you mean 'responsiveness'?" in str(refused.value)


# The command


def test_the_command_explains_an_infeasible_call(run, tmp_path):
    archetype = str(ROOT / "instances" / "archetype")
    call = ("diagnose", archetype, "--at-least", "responsiveness=0.5", "--fix", "P1=central")
    ran = run(*call, "--out", str(tmp_path / "why"))
    assert ran.code == 0
    for said in (
        "Infeasible: no design keeps every requirement.",
        "- --fix P1=central\n      P1 is held at central\n",
        "responsiveness reaches at least 0.5; with the others it reaches 0.383333 at most",
        "1. One requirement:\n       --fix P1=central: leave it out\n",
        "--at-least responsiveness=0.5: 0.5 to 0.383333",
    ):
        assert said in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100
    rows = list(csv.DictReader((tmp_path / "why" / "repairs.csv").open(encoding="utf-8")))
    assert [(row["repair"], row["to"]) for row in rows] == [("1", ""), ("2", "0.383333")]
    saved = json.loads((tmp_path / "why" / "result.json").read_text(encoding="utf-8"))
    printed = json.loads(run(*call, "--json").out)
    assert misfits(printed, json_schema()["$defs"]["diagnose"]) == []
    assert {**saved, "run": None} == {**printed, "run": None}


def test_the_command_says_that_nothing_is_wrong(run):
    ran = run("diagnose", str(ROOT / "instances" / "archetype"))
    assert (ran.code, ran.err) == (0, "")
    assert "Feasible: there is a design that keeps every requirement." in ran.out


def test_the_command_ends_with_4_when_time_runs_out(run):
    ran = run("diagnose", str(ROOT / "instances" / "archetype"), "--time-limit", "1e-9")
    assert ran.code == 4
    assert "before it was settled whether any design keeps every requirement" in ran.out


def test_the_command_refuses_what_it_does_not_know(run):
    ran = run("diagnose", str(ROOT / "instances" / "archetype"), "--fix", "P9=central")
    assert ran.code == 2
    assert "'P9' is not a decision" in ran.err
