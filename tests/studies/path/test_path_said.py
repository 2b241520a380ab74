"""What is said of a path: labels, sentences, the page, the figure, and what is wrong with a call or an instance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figure_marks import marks, words
from instance_by_hand import made
from path_by_hand import random_path, with_periods
from paths import INSTANCES

import optimiser
from optimiser.errors import InputError
from optimiser.instance.checking.warnings import warnings
from optimiser.studies.path.labels import Turns, level_of_most

PENDULUM = INSTANCES / "pendulum"


@pytest.mark.parametrize(
    ("today", "held", "own", "label"),
    [
        (1, (0, 0, 1), (0, 0, 1), "swings"),
        (-1, (1, 0, 1), (1, 1, 1), "swings"),
        (1, (0, 0, 0), (0, 0, 1), "ratchets"),
        (1, (1, 1, 1), (0, 1, 1), "inert"),
        (1, (0, 0, 0), (0, 0, 0), "follows"),
        (-1, (1, 0, 0), (1, 0, 0), "follows"),
        (1, (1, 1, 1), (1, 1, -1), "stays"),
        (-1, (1, 1, 1), (1, 1, 1), "stays"),
        (0, (1, 1, 1), (2, 1, 1), "stays"),
    ],
)
def test_labels(today: int, held: tuple[int, ...], own: tuple[int, ...], label: str) -> None:
    assert Turns(today, held, own).label == label


def test_moves_are_counted_by_their_direction() -> None:
    turns = Turns(2, (0, 1, 1, 2), (0, 0, 0, 0))
    assert (turns.up, turns.down) == (1, 2)
    assert turns.against == [1, 2, 3]


def test_the_level_of_most_of_the_population() -> None:
    held = np.array([[0, 1, 1], [2, -1, 1], [-1, -1, -1]])
    assert level_of_most(held, np.array([0.6, 0.2, 0.2])).tolist() == [0, 2, -1]


def test_the_page_tells_what_foresight_is_worth(run: Any) -> None:
    said = run("path", str(PENDULUM))
    assert said.code == 0
    for words_ in ("Foresight is worth +0.142857", "swings    visits", "inert     visits", "central*"):
        assert words_ in said.out
    document = json.loads(run("path", str(PENDULUM), "--json").out)
    assert [path["value"] for path in document["paths"]] == pytest.approx([1.8 / 7, 0.4])
    assert document["paths"][1]["decisions"][0]["label"] == "swings"
    assert document["staying"]["value"] == pytest.approx(1.8 / 7)


def test_a_decision_against_its_period_has_a_sentence() -> None:
    scarce = optimiser.read(PENDULUM).replace("scores.responsiveness", set=0.4, where={"level": "local"})
    found = optimiser.path(scarce)
    assert found.turns("path")[0].label == "ratchets"
    said = found.sentences("path")["visits"]
    for part in ("goes to central in year 1", "year 5 to year 7", "1.5 years", "would cost"):
        assert part in said


def test_what_is_written_is_what_was_found(run: Any, tmp_path: Path) -> None:
    out, drawn = tmp_path / "out", tmp_path / "p.svg"
    ran = run("path", str(PENDULUM), "--foresight", "path", "--out", str(out), "--figure", str(drawn))
    assert ran.code == 0
    found = optimiser.path(optimiser.read(PENDULUM), foresight=["path"])
    assert drawn.read_text(encoding="utf-8") == found.figure()
    assert {path.stem for path in out.glob("*.csv")} == set(found.tables())
    assert len(marks(found.figure(), "polygon")) == 2 + 2  # the key; it goes up, and comes down again
    assert {"Visits in hospital", "central", "local", "year 1"} <= set(words(found.figure()))


def test_a_figure_shows_states_and_reserves() -> None:
    drawn = optimiser.path(random_path(29, ["three_levels", "resources", "surges", "monitoring"])).figure()
    said = set(words(drawn))
    assert "skill, mean by level" in said
    assert "reserve that is left, as a share of the most" in said


def test_what_is_wrong_with_a_call_is_said_at_once() -> None:
    instance = optimiser.read(INSTANCES / "archetype")
    with pytest.raises(InputError) as error:
        optimiser.path(instance)
    assert error.value.problems == ("the instance has no periods ([[periods]] in instance.toml)",)
    fix = {"visits": "locl", "visit": "local", "visits@local@year 1": "local", "visits@year9": "local"}
    with pytest.raises(InputError) as error:
        optimiser.path(optimiser.read(PENDULUM), fix=fix, gap=-1, foresight=["path"])
    said = "\n".join(error.value.problems)
    for part in (
        "did you mean 'local'",
        "did you mean 'visits'",
        "is uniform",
        "did you mean 'year 1'",
        "gap",
    ):
        assert part in said


def test_a_name_that_is_a_locality_and_a_period_is_refused(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        toml='[[periods]]\nperiod = "local"\nscenario = "normal"\n',
        decisions="decision,type,uniform\na,input,false",
    )
    with pytest.raises(InputError) as error:
        optimiser.path(instance, fix={"a@local": "central"})
    assert "is a locality and a period" in error.value.problems[0]
    held = optimiser.path(instance, fix={"a@local@local": "central"}, foresight=["none"]).frame("design")
    assert held["level"].tolist() == ["central"]


def test_two_that_hold_one_decision_at_two_levels_are_refused(tmp_path: Path) -> None:
    instance = made(
        tmp_path,
        toml='[[periods]]\nperiod = "one"\nscenario = "normal"\n',
        decisions="decision,type,uniform\na,input,false",
    )
    with pytest.raises(InputError) as error:
        optimiser.path(instance, fix={"a@one": "central", "a@local": "local"})
    assert error.value.problems == ("fix: a@one and a@local hold one decision at two levels",)


def test_everything_wrong_with_periods_is_said_at_once(tmp_path: Path) -> None:
    toml = """
[path]
hurt = 0.6
burn = 0.6
learn = 2
[[periods]]
period = "one"
scenario = "norml"
[[periods]]
period = "one"
scenario = "normal"
years = 0
weights = { accountability = 0 }
"""
    with pytest.raises(InputError) as error:
        made(tmp_path, toml=toml, decisions="decision,type,switch_cost\na,input,-1")
    said = "\n".join(error.value.problems)
    for part in (
        "hurt and burn sum to '1.2'", "learn: '2' is not", "did you mean 'normal'", "has a row already",
        "years: '0' is not", "all are 0", "switch_cost: '-1' is not",
    ):  # fmt: skip
        assert part in said


def test_check_warns_of_periods_that_nothing_links(tmp_path: Path) -> None:
    periods = '[[periods]]\nperiod = "one"\nscenario = "normal"\n'
    alone = made(tmp_path, toml=periods, decisions="decision,type\na,input")
    assert any("nothing links them" in line for line in warnings(alone))
    (tmp_path / "idle").mkdir()
    idle = made(
        tmp_path / "idle", toml="[path]\nlearn = 0.2", decisions="decision,type,switch_cost\na,input,1"
    )
    said = [line for line in warnings(idle) if "there are no periods" in line]
    assert [line.split(":")[0] for line in said] == ["decisions.csv switch_cost", "instance.toml path"]


def test_what_links_periods_counts_in_the_hash_only_where_it_says_anything(tmp_path: Path) -> None:
    instance = made(tmp_path, decisions="decision,type\na,input")
    before = "a232f5a6b478f40845011c1b8b2091b933b5d7cf6350ba10eef30500f27b52a0"  # when there were no periods
    assert instance.hash == before
    rows = [{"period": "one", "scenario": "normal"}]
    longer = with_periods(instance, rows)
    assert len({instance.hash, longer.hash, with_periods(instance, rows, learn=0.1).hash}) == 3
    assert longer.replace("path.learn", set=0.1).hash == with_periods(instance, rows, learn=0.1).hash
    assert longer.replace("periods.one.years", set=2)["periods"]["years"].tolist() == [2.0]


def test_instances_with_periods_are_written_and_read_again(tmp_path: Path) -> None:
    instance = random_path(5, ["resources", "rules", "willing_able", "scenarios"])
    for name in ("folder", "book.xlsx"):
        instance.write(tmp_path / name)
        assert optimiser.read(tmp_path / name).hash == instance.hash
