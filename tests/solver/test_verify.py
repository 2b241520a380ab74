"""`verify`: every number of a result is held against what it should be, whatever the result is of."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyomo.environ as pyo
import pytest
from changed_documents import MALFORMED, changed, numbers, well_formed
from full_instance import FULL, put
from paths import ARCHETYPE

import optimiser
from optimiser.audit import audit
from optimiser.design.claimed_result import MAYBE, TEXTS, read_claim
from optimiser.design.design_rows import held_from_rows, read_design_rows
from optimiser.design.evaluated import Evaluated
from optimiser.design.result_folder import numbers_hash
from optimiser.design.status import Status

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("archetype", {}),
    "weights": ("archetype", {"weights": {"responsiveness": 2, "accountability": 1}}),
    "fix": ("archetype", {"fix": {"P1": "central"}}),
    "floor": ("full", {"at_least": {"responsiveness": 0.5}}),
    "order": ("full", {"lexicographic": ["responsiveness", "accountability"]}),
    "all": ("full", {}),
    "all fixed": (
        "full",
        {"fix": {"discharge@A1": "local", "targets": "region"}, "weights": {"resilience": 1, "economy": 1}},
    ),
    "limit": ("full", {"gap": 0.5}),
}


@pytest.fixture(scope="module")
def instances(tmp_path_factory) -> dict[str, optimiser.Instance]:
    folder = put(tmp_path_factory.mktemp("all") / "full", FULL)
    full = optimiser.read(folder).replace("limits.max_changes", set=4)
    return {"archetype": optimiser.read(ARCHETYPE), "full": full}


@pytest.fixture(scope="module")
def results(instances, tmp_path_factory) -> dict[str, Path]:
    """A saved result of each call."""
    folder = tmp_path_factory.mktemp("results")
    for name, (instance, options) in CALLS.items():
        design = optimiser.solve(instances[instance], **options)
        assert design.verified, name
        if name == "limit":
            design = replace(design, status=Status.FEASIBLE, bound=design.value + 0.1)
        design.save(folder / name)
    return {name: folder / name for name in CALLS}


def judged(instance, result) -> list[str]:
    """What verify says against a result; nothing for a verified one."""
    try:
        found = optimiser.verify(instance, result)
    except optimiser.InputError as error:
        return list(error.problems)
    assert found.verified == (not found.problems)
    return list(found.problems)


@pytest.mark.parametrize("name", CALLS)
def test_what_was_solved_is_verified(instances, results, name):
    instance, saved = instances[CALLS[name][0]], results[name]
    assert judged(instance, saved) == []
    assert judged(instance, saved / "result.json") == []
    found = optimiser.verify(instance, saved)
    assert judged(instance, found) == []
    found.save(saved.parent / f"{name} verified")  # what verify says of it is as true
    assert judged(instance, saved.parent / f"{name} verified") == []


def faults(instance: optimiser.Instance, folder: Path, document: dict[str, Any]) -> list[str]:
    """What verify says against a document, at length only where what is quick says nothing."""
    (folder / "result.json").write_text(json.dumps(document))
    try:
        claim = read_claim(folder / "result.json")
        rows = read_design_rows(folder / "result.json", instance)
        quick = claim.faults(claim.design(instance, held_from_rows(instance, rows)))
    except optimiser.InputError as error:
        return list(error.problems)
    return quick or judged(instance, folder / "result.json")


@pytest.mark.parametrize("name", ["plain", "floor"])
def test_no_number_of_a_document_can_be_changed_unnoticed(instances, results, name, tmp_path):
    instance = instances[CALLS[name][0]]
    document = json.loads((results[name] / "result.json").read_text())
    every = [(path, number) for path, number in numbers(document) if path != ("run", "seconds")]
    assert len(every) > 30
    for path, number in every:
        rows = {key for key in path if isinstance(key, int)}
        malformed = MALFORMED if rows <= {0} else ()  # all rows of a table have one form
        for change in (*malformed, *well_formed(number)):
            assert faults(instance, tmp_path, changed(document, path, change)), (path, number, change)


HAND_IN_HAND = {  # what nothing else in a result depends on: there the hash of its numbers alone tells
    ("run", "gap"), ("run", "threads"), ("asked", "gap"), ("asked", "time_limit"), ("neighbours", "checked"),
}  # fmt: skip


def sealed(document: dict[str, Any]) -> dict[str, Any]:
    """With the hash of the numbers that it now has."""
    return {**document, "run": {**document["run"], "result_hash": numbers_hash(document)}}


@pytest.mark.parametrize("name", ["weights", "order"])
def test_nor_by_someone_who_renews_the_hash(instances, results, name, tmp_path):
    instance = instances[CALLS[name][0]]
    document, told = json.loads((results[name] / "result.json").read_text()), 0
    for path, number in numbers(document):
        if path[:2] in HAND_IN_HAND or path == ("run", "seconds"):
            continue
        for change in well_formed(number)[1:]:
            if path[:2] == ("asked", "at_least") and change < number:
                continue  # the design keeps it
            if (path[-1] == "lent" and change > number) or (path[-1] == "monitored" and change == number + 1):
                continue  # recourse as good: lent to no one, monitored to no effect
            there = sealed(changed(document, path, change))
            assert faults(instance, tmp_path, there), (path, number, change)
            told += 1
    assert told > 60


@pytest.mark.parametrize("name", ["plain", "all fixed", "order"])
def test_no_number_of_a_table_can_be_changed_unnoticed(instances, results, name, tmp_path):
    instance = instances[CALLS[name][0]]
    claim = read_claim(results[name])
    held = held_from_rows(instance, read_design_rows(results[name], instance))
    computed = claim.design(instance, held)
    assert set(claim.sheets) == {path.stem for path in results[name].glob("*.csv")}
    for table, rows in claim.sheets.items():
        for i, row in enumerate(rows):
            for column, value in row.items():
                if isinstance(value, str):
                    there = [value + "x"]
                else:
                    there = [None, *well_formed(0.0 if value is None else value)]
                for change in there:
                    if change == value:
                        continue
                    spoilt = [*rows[:i], {**row, column: change}, *rows[i + 1 :]]
                    sheets = {**claim.sheets, table: spoilt}
                    assert replace(claim, sheets=sheets).faults(computed), (table, i, column, change)
            for spoilt in ([*rows[:i], *rows[i + 1 :]], [*rows, row]):
                sheets = {**claim.sheets, table: spoilt}
                assert replace(claim, sheets=sheets).faults(computed), (table, i)


@pytest.mark.parametrize("cell", ["", "x", "nan", "inf", "1e999", "0,5", "1 000"])
def test_what_is_no_number_in_a_table_is_refused(instances, results, tmp_path, cell):
    told = 0
    for path in sorted(results["all fixed"].glob("*.csv")):
        shutil.copytree(results["all fixed"], tmp_path / path.stem)
        header, first, *rest = list(csv.reader(path.read_text().splitlines()))
        assert first, path
        for k, column in enumerate(header):
            if column in TEXTS or (cell == "" and column in MAYBE):
                continue
            spoilt = [header, [*first[:k], cell, *first[k + 1 :]], *rest]
            sheet = io.StringIO()
            csv.writer(sheet, lineterminator="\n").writerows(spoilt)
            (tmp_path / path.stem / path.name).write_text(sheet.getvalue())
            said = f"{tmp_path / path.stem / path.name}:2 {column}: {cell!r} is not a number"
            assert judged(instances["full"], tmp_path / path.stem) == [said]
            told += 1
    assert told >= 5


def test_a_table_that_is_not_there_or_has_other_columns_is_refused(instances, results, tmp_path):
    shutil.copytree(results["plain"], tmp_path / "r")
    (tmp_path / "r" / "staff.csv").unlink()
    said = f"{tmp_path / 'r' / 'staff.csv'}: this table of the result is missing"
    assert judged(instances["archetype"], tmp_path / "r") == [said]
    (tmp_path / "r" / "staff.csv").write_text("organisation,scenario,used,available\n")
    assert (
        "its columns are organisation, scenario, used, available, not"
        in judged(instances["archetype"], tmp_path / "r")[0]
    )


@pytest.mark.parametrize("table", ["localities", "exercised", "monitored", "slack", "staff", "support"])
def test_rows_that_are_missing_doubled_or_of_nothing_are_said(instances, results, table, tmp_path):
    document = json.loads((results["all fixed"] / "result.json").read_text())
    rows = document[table]
    strange = {**rows[0], "organisation": "nowhere"}
    for there, said in (
        (rows[1:], "it is missing"),
        ([*rows, rows[0]], "it stands twice"),
        ([*rows, strange], "the design has no such row"),
    ):
        found = faults(instances["full"], tmp_path, sealed({**document, table: there}))
        assert any(line.startswith(f"result.json {table}, row ") and said in line for line in found), found


def test_the_sentence_names_table_row_column_and_both_numbers(instances, results, tmp_path):
    shutil.copytree(results["plain"], tmp_path / "r")
    path = tmp_path / "r" / "staff.csv"
    path.write_text(path.read_text().replace("locality,normal,22.0,7.0", "locality,normal,22.0,6.5"))
    said = "staff.csv, row locality, normal: used is said to be 6.5; recomputed it is 7"
    assert judged(instances["archetype"], tmp_path / "r") == [said]


# What it says is proven, and what was asked


def spoilt(results, name: str, **changes: Any) -> dict[str, Any]:
    document = json.loads((results[name] / "result.json").read_text())
    return sealed({**document, **changes})


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("plain", {"bound": 0.3, "gap": 0.0}, "bound: it is said to be 0.3; the design is worth 0.35"),
        ("plain", {"bound": None, "gap": None}, "without one nothing is proven to be optimal"),
        ("plain", {"bound": 0.7, "gap": 1.0}, "status: optimal at a gap of 1, where 1e-06 was asked for"),
        ("plain", {"gap": 0.25}, "the gap is said to be 0.25; recomputed it is 0"),
        ("plain", {"verified": False}, "verified: false, with 0 problems"),
        ("plain", {"problems": ["it is a guess"]}, "the result says of itself: it is a guess"),
        ("plain", {"no_data": []}, "no_data: []"),
        ("plain", {"closest": None}, "closest: it is said to be none"),
        ("plain", {"neighbours": {"checked": 6, "total": 6, "better": 1, "equal": []}}, "1 are said to be better"),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_said(instances, results, name, changes, said, tmp_path):
    found = faults(instances[CALLS[name][0]], tmp_path, spoilt(results, name, **changes))
    found += judged(instances[CALLS[name][0]], tmp_path / "result.json")
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"fix": {"P1": "central"}}, "asked.fix: P1 is at local, where central was asked for"),
        ({"at_least": {"responsiveness": 0.9}}, "asked.at_least: responsiveness reaches 0.28"),
        ({"lexicographic": ["responsiveness"]}, "asked.lexicographic: responsiveness reaches 0.28"),
    ],
)
def test_a_design_that_is_not_what_was_asked_for_is_no_answer(instances, results, asked, said, tmp_path):
    document = json.loads((results["plain"] / "result.json").read_text())
    there = sealed({**document, "asked": {**document["asked"], **asked}})
    (tmp_path / "result.json").write_text(json.dumps(there))
    found = judged(instances["archetype"], tmp_path / "result.json")
    assert any(line.startswith(said) for line in found), found


def test_a_better_neighbour_is_named_with_what_it_gains(run, instances, tmp_path):
    archetype = instances["archetype"]
    worse = optimiser.solve(archetype, fix={"P1": "central"})
    said = "moving P1 to local would gain 0.0333"
    claims = replace(worse, asked={**worse.asked, "fix": {}})
    found = judged(archetype, claims)
    assert any(line.startswith(said) for line in found), found
    worse.table.to_csv(tmp_path / "mine.csv", index=False)
    ran = run("verify", ARCHETYPE, str(tmp_path / "mine.csv"))  # it claims nothing
    assert ran.code == 0
    assert said.capitalize() in ran.out
    assert "gap" not in ran.out


def test_a_recourse_that_is_not_the_best_or_not_possible_is_said(instances, tmp_path):
    full = instances["full"]
    design = optimiser.solve(full)
    lazy = replace(design.record, exercised=design.record.exercised * 0.5)
    keen = replace(design.record, exercised=design.record.exercised * 0 + 1)
    for record, said in ((lazy, "its recourse is worth"), (keen, "its recourse breaks a promise: ")):
        audited = audit(full, record)
        best = Evaluated(full, record, audited)
        other = replace(design, best=best, bound=audited.value, claimed=None)
        found = judged(full, replace(other, closest=design.closest))
        assert any(line.startswith(said) for line in found), found


def test_a_changed_instance_is_said_and_judged_as_it_is_now(run, tmp_path):
    shutil.copytree(ARCHETYPE, tmp_path / "mine")
    out = str(tmp_path / "out")
    assert run("solve", str(tmp_path / "mine"), "--out", out).code == 0
    toml = tmp_path / "mine" / "instance.toml"
    toml.write_text(toml.read_text().replace('licence = "MIT; invented numbers"', 'licence = "none"'))
    ran = run("verify", str(tmp_path / "mine"), out)
    assert ran.code == 0  # nothing that counts
    assert "The instance has changed since the result was found" in " ".join(ran.out.split())
    scores = tmp_path / "mine" / "scores.csv"
    scores.write_text(scores.read_text().replace("P1,local,0,0,0.9", "P1,local,0,0,0.1"))
    ran = run("verify", str(tmp_path / "mine"), out)
    said = " ".join(ran.out.split())
    assert (ran.code, "the value is said to be 0.35; recomputed it is 0.305" in said) == (6, True)
    assert "has changed since" in said
    decisions = tmp_path / "mine" / "decisions.csv"
    for path in (decisions, scores, tmp_path / "mine" / "workload.csv"):
        path.write_text(path.read_text().replace("P1,", "P3,"))
    ran = run("verify", str(tmp_path / "mine"), out)
    assert (ran.code, "'P1' is not a decision" in ran.err, "has changed since" in ran.err) == (2, True, True)


def test_another_engine_is_said(instances, results, tmp_path):
    document = json.loads((results["plain"] / "result.json").read_text())
    document["run"]["engine"] = "0.0.1"
    (tmp_path / "result.json").write_text(json.dumps(document))
    found = optimiser.verify(instances["archetype"], tmp_path / "result.json")
    assert found.verified
    assert any("engine 0.0.1" in line for line in found.checks)


def test_a_result_of_an_extended_model_is_not_verified(instances):
    def extend(model):
        model.mine = pyo.Constraint(expr=model.held["P1", "", "central"] >= 1)

    design = optimiser.solve(instances["archetype"], extend=extend)
    assert design.asked["extend"]
    said = "what was added to the model is not verified"
    assert judged(instances["archetype"], design) == [f"the result says of itself: {said}", said]


@pytest.mark.parametrize("status", ["infeasible", "unknown"])
def test_a_result_without_a_design_is_refused(run, results, tmp_path, status):
    out = tmp_path / "none"
    options = ["--at-least", "responsiveness=0.99"] if status == "infeasible" else ["--time-limit", "1e-9"]
    assert run("solve", ARCHETYPE, *options, "--out", str(out)).code in (3, 5)
    ran = run("verify", ARCHETYPE, str(out))
    assert (ran.code, ran.err) == (2, f"{out}: holds no design (its status is {status})\n")
    document = json.loads((results["plain"] / "result.json").read_text())
    (tmp_path / "result.json").write_text(json.dumps({**document, "status": status}))
    ran = run("verify", ARCHETYPE, str(tmp_path / "result.json"))
    assert ran.code == 2
    assert "result.json.value: 0.35 is not meant to be here" in ran.err


def test_results_of_questions_are_refused_with_what_designs_they_have(run, tmp_path):
    for command, options, said in (
        (
            "compare",
            ["--no-reach"],
            "a result of `compare`, which has the designs best, all-central, all-local;",
        ),
        ("alternatives", ["--count", "2"], "a result of `alternatives`, which has the designs 1, 2;"),
        ("diagnose", [], "a result of `diagnose`, which has none\n"),
    ):
        assert run(command, ARCHETYPE, *options, "--out", str(tmp_path / command)).code == 0
        ran = run("verify", ARCHETYPE, str(tmp_path / command))
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err, ran.err


def test_a_design_by_hand_claims_nothing_and_is_judged(instances):
    archetype = instances["archetype"]
    mine = pd.DataFrame({"decision": ["I1", "I2", "P1", "P2", "O1", "O2"], "level": ["local"] * 6})
    found = optimiser.verify(archetype, mine)
    assert found.verified
    assert found.to_dict()["command"] == "verify"
    assert found.asked["fix"] == {}


TORN = {  # accountability is won by monitoring, responsiveness lost by the fear of it
    "instance.toml": 'name = "torn"\n',
    "decisions.csv": "decision,type,levels,monitoring_effect,fear\na,process,local,0.8,0.5\n",
}


def test_a_floor_of_the_call_is_kept_by_the_recourse_that_is_judged(run, tmp_path):
    """Without the floor the best recourse of this design is worth more, and the result would seem wrong."""
    instance = put(tmp_path / "i", TORN)
    free = json.loads(run("solve", str(instance), "--json").out)
    for i, asked in enumerate((["--at-least", "responsiveness=0.8"], ["--lexicographic", "responsiveness"])):
        out = str(tmp_path / f"out{i}")
        assert run("solve", str(instance), *asked, "--out", out).code == 0
        assert json.loads((tmp_path / f"out{i}" / "result.json").read_text())["value"] < free["value"]
        ran = run("verify", str(instance), out, "--json")
        assert (ran.code, json.loads(ran.out)["problems"]) == (0, [])
