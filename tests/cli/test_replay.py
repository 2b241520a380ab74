"""The verb replay, from files to pages, documents and tables."""

from __future__ import annotations

import csv
import inspect
import json
import shlex
from pathlib import Path

import pytest
from figure_marks import marks, words
from paths import INSTANCES
from schema_misfits import misfits

import optimiser
from optimiser.studies.schemas import json_schema

GERMANY = str(INSTANCES / "germany-icu")
ICU = f"{GERMANY}/replay/icu.csv"
ALONE = ("replay", GERMANY, ICU, "--delays", "0,3,7,14", "--mobilisation", "1")


def test_its_page_says_what_happened(run) -> None:
    ran = run(*ALONE, "--fit-until", "2021-07-01")
    page = " ".join(ran.out.split())
    assert (ran.code, ran.err) == (0, "")
    for said in (
        "Of 516 days from 2020-10-01 to 2022-02-28, 289 saw some of 16 localities short: with nobody's help "
        "126,297 of 1,431,316 would have stayed unmet.",
        "Everybody's help at once would have removed 70.5 % of that: for the rest nobody had any to spare.",
        "Of the designs, all-central removes most: 43.0 %, 61.0 % of what help could.",
        "all-central federation 14 71,991 5.0 % 43.0 %",
        "cluster 100.0 % 79.5 % 62.6 % 40.1 %",
        "With the floor at 0 it is a measured half_life_days for transfer.",
        "Fitted to the days before 2021-07-01",
        "nothing was solved",
    ):
        assert said in page


def test_the_best_design_is_solved_for_and_those_of_files_stand_beside(run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    decisions = optimiser.read(GERMANY)["decisions"]["decision"]
    mine.write_text("decision,level\n" + "".join(f"{name},cluster\n" for name in decisions))
    ran = run(
        "replay", GERMANY, ICU, "--design", str(mine), "--delays", "3", "--mobilisation", "1", "--gap", "0.01"
    )
    assert ran.code == 0
    assert "\n  best " in ran.out
    row = next(line.split() for line in ran.out.splitlines() if line.startswith("  mine.csv"))
    assert row[:4] == ["mine.csv", "cluster", "3", "110,481"]
    assert "and 1 solve with HiGHS" in ran.out


def test_its_document_and_its_tables(run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = run(*ALONE, "--json", "--out", str(out))
    document = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, f"written to {out}\n")
    assert misfits(document, json_schema()["$defs"]["replay"]) == []
    assert json.loads((out / "result.json").read_text()) == document
    assert [row["design"] for row in document["summary"]] == [
        "current", "all-central", "all-local", "nobody", "everybody at once",
    ]  # fmt: skip
    assert document["series"] == [
        {
            "resource": "icu_beds",
            "decision": "transfer",
            "from": "2020-10-01",
            "to": "2022-02-28",
            "days": 516,
            "localities": 16,
        }
    ]
    assert len(document["delays"]) == 3 * 4
    assert [
        (row["level"], round(row["days"], 2), round(row["floor"], 3)) for row in document["half_lives"][:2]
    ] == [
        ("federation", 19.74, 0),
        ("federation", 18.24, 0.053),
    ]
    for name in document["tables"]:
        with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(document[name])
        assert set(rows[0]) == set(document[name][0])
    assert run("replay", GERMANY, ICU, "--delays", "1", "--out", str(out)).code == 0  # is replaced by its own


def test_its_call_is_repeated_and_can_be_typed_again(run) -> None:
    document = json.loads(run(*ALONE, "--json").out)
    assert set(document["asked"]) == set(inspect.signature(optimiser.replay).parameters) - {
        "instance", "threads", "progress",
    }  # fmt: skip
    assert document["asked"]["delays"] == [0, 3, 7, 14]
    first = run(*ALONE).out
    head = first.split("\n  in ")[0].split("  asked: ")[1]
    again = run("replay", GERMANY, *shlex.split(head)).out
    assert again.split("\nWHAT", 1)[1] == first.split("\nWHAT", 1)[1]


def test_everything_wrong_with_the_call_and_the_series_is_said_at_once(run, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    text = Path(ICU).read_text().replace("2020-10-02,DE-03,icu_beds,24", "2020-10-02,DE-3,icu_bed,-24", 1)
    path.write_text(text)
    ran = run("replay", GERMANY, str(path), "--delays", "x", "--mobilisation", "2", "--json")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "DE-3," in row)
    assert ran.code == 2
    assert [problem.split(": ")[0] for problem in json.loads(ran.out)["problems"]] == [
        f"{path}:{line} organisation", f"{path}:{line} resource", f"{path}:{line} demand", "--delays",
        "--mobilisation",
    ]  # fmt: skip


@pytest.mark.parametrize("day", ["2020-10-01", "2022-03-01", "2019-01-01"])
def test_a_day_with_nothing_on_one_side_is_refused(run, day: str) -> None:
    ran = run(*ALONE, "--fit-until", day)
    assert (ran.code, ran.out) == (2, "")
    known = "icu_beds has days from 2020-10-01 to 2022-02-28"
    assert ran.err == f"--fit-until: nothing lies on one side of {day}: {known}\n"


def test_half_lives_need_delays(run) -> None:
    ran = run("replay", GERMANY, ICU, "--fit-until", "2021-07-01")
    assert (ran.code, ran.err) == (2, "--fit-until: half-lives are fitted where delays are asked for\n")


def test_a_limit_of_time_leaves_the_other_designs(run) -> None:
    ran = run("replay", GERMANY, ICU, "--time-limit", "1e-9", "--json")
    document = json.loads(ran.out)
    assert (ran.code, document["complete"]) == (4, False)
    assert document["unfinished"][0].startswith("best: ")
    assert {"current", "all-central", "nobody"} <= {row["design"] for row in document["summary"]}


def test_it_is_drawn(run, tmp_path: Path) -> None:
    drawn = tmp_path / "r.svg"
    assert run(*ALONE, "--figure", str(drawn)).code == 0
    figure = drawn.read_text(encoding="utf-8")
    lines = [
        [tuple(map(float, pair.split(","))) for pair in line["points"].split()]
        for line in marks(figure, "polyline")
    ]
    days = [line for line in lines if len(line) == 258]  # of 516 days
    assert (len(days), len(lines)) == (4, 4 + 2 * 3)  # designs, of which two never differ; two curves a level
    heights = [min(y for _, y in line) for line in days]  # drawn from the last design to the first
    assert heights[1] == min(heights)  # nobody's help leaves most
    assert heights[0] == max(heights)  # everybody's least
    assert len(marks(figure, "circle")) == 4 * 3  # a dot a delay and level
    said = words(figure)
    assert "everything at the centre: 71,991 in all" in said
    assert sum(line.startswith("today and everything local: ") for line in said) == 1
    assert (
        "federation: solid line, half-life 19.7 days, floor 0.00; dashed line, half-life 18.2 days, floor 0.05"
        in said
    )
