"""Instances from DataFrames and as DataFrames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from full_instance import FULL, put
from paths import INSTANCES
from random_instances import random_instance

from optimiser import InputError, Instance, read

DECISIONS = [{"decision": "ppe", "type": "input"}, {"decision": "care", "type": "process"}]


def same(instance: Instance, again: Instance) -> None:
    assert again.hash == instance.hash
    assert again.to_tables().keys() == instance.to_tables().keys()


@pytest.mark.parametrize(
    "name", ["archetype", "decentralisation", "england", "england-regions", "germany-icu"]
)
def test_tables_go_in_as_they_came_out(name: str) -> None:
    instance = read(INSTANCES / name)
    same(instance, Instance.from_tables(instance.to_tables()))


@pytest.mark.parametrize("seed", range(300, 320))
def test_any_instance_goes_in_as_it_came_out(seed: int) -> None:
    instance = random_instance(seed)
    same(instance, Instance.from_tables(instance.to_tables()))


def test_everything_that_the_schema_has_goes_in_as_it_came_out(tmp_path: Path) -> None:
    instance = read(put(tmp_path, FULL))
    tables = instance.to_tables()
    assert {
        "instance",
        "levels",
        "objectives",
        "resource_types",
        "scenarios",
        "weights",
        "limits",
    } <= tables.keys()
    same(instance, Instance.from_tables(tables))
    records: Any = {name: frame.to_dict("records") for name, frame in tables.items()}
    same(instance, Instance.from_tables(records))


def test_sheets_of_a_workbook_read_by_pandas_go_in(tmp_path: Path) -> None:
    instance = read(INSTANCES / "archetype")
    instance.write(tmp_path / "mine.xlsx")
    same(instance, Instance.from_tables(pd.read_excel(tmp_path / "mine.xlsx", sheet_name=None)))


def test_changing_what_came_out_leaves_the_instance_alone() -> None:
    instance = read(INSTANCES / "archetype")
    before = instance.hash
    decisions = instance.to_tables()["decisions"]
    decisions.loc[:, "type"] = "input"
    assert instance.hash == before


def test_keys_of_the_toml_are_keywords_and_win_over_tables() -> None:
    levels = [{"level": "centre"}, {"level": "trust", "delay_days": np.int64(2)}]
    made = Instance.from_tables(
        {"decisions": DECISIONS},
        name="mine", title="Mine", levels=levels, weights={"economy": np.float32(2)}, limits={"reserve": 0.25},
        scenarios=({"scenario": "surge", "probability": 1, "surge": {"beds": 0.5}},), resources=[{"resource": "beds"}],
    )  # fmt: skip
    assert (made.name, made.title, made.weights["economy"], made.limits["reserve"]) == (
        "mine",
        "Mine",
        2,
        0.25,
    )
    assert list(made["levels"]["delay_days"]) == [0, 2]
    assert made["scenarios"]["surge.beds"][0] == 0.5
    other = Instance.from_tables(made.to_tables(), name="other", weights={"accountability": 1})
    assert (other.name, other.title, other.weights["economy"]) == ("other", "Mine", 0)
    frame = Instance.from_tables({"decisions": DECISIONS}, name="mine", levels=pd.DataFrame(levels))
    assert list(frame["levels"]["level"]) == ["centre", "trust"]


@pytest.mark.parametrize("blank", [None, np.nan, pd.NA, pd.NaT, ""])
def test_blanks_of_all_kinds_are_blanks(blank: Any) -> None:
    frame = pd.DataFrame({"decision": ["a", "b"], "type": ["input", "process"], "half_life_days": [blank, 2]})
    made = Instance.from_tables({"decisions": frame.astype(object)}, name="x")
    assert np.isnan(made["decisions"]["half_life_days"][0])


def test_flags_codes_and_categories_go_in() -> None:
    frame = pd.DataFrame(
        {"decision": [7, 8], "type": pd.Categorical(["input", "process"]), "uniform": [True, False]}
    )
    made = Instance.from_tables({"decisions": frame}, name="x")
    assert list(made["decisions"]["decision"]) == ["7", "8"]
    assert list(made["decisions"]["uniform"]) == [True, False]


@pytest.mark.parametrize(
    ("tables", "keys", "said"),
    [
        (5, {}, ["tables: '5' is not a mapping of names to tables"]),
        ({"decisions": "x"}, {}, ["decisions: 'x' is not a DataFrame or a list of rows"]),
        ({"decisions": [5]}, {}, ["decisions:1 '5' is not a mapping of columns to values"]),
        (
            {"decisions": 5, "decision": DECISIONS},
            {},
            ["'decision' is not a table; did you mean 'decisions'?", "decisions: '5' is not a DataFrame or a list of rows"],
        ),
        (
            {"decisions": pd.DataFrame({"decision": ["a"], "type": ["input"], "feer": [np.nan]})},
            {},
            ["decisions: 'feer' is not a column of decisions; did you mean 'fear'?"],
        ),
        ({"decisions": DECISIONS}, {"weights": "abc"}, ["instance weights: is not a table: [weights]"]),
        ({"decisions": DECISIONS}, {"weights": {"economy": "1"}}, ["'1' is a text, not a number of at least 0"]),
        ({"decisions": DECISIONS}, {"nam": "x"}, ["'nam' is not a key or section of instance.toml"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_as_for_files(tables: Any, keys: dict[str, Any], said: list[str]) -> None:
    with pytest.raises(InputError) as error:
        Instance.from_tables(tables, **({"name": "x"} | keys))
    assert len(error.value.problems) == len(said)
    for part, problem in zip(said, error.value.problems, strict=True):
        assert part.split(": ")[-1] in problem


def test_columns_that_stand_twice_are_refused_and_not_dropped() -> None:
    frame = pd.DataFrame([["a", "input", 0.1, 0.2]], columns=["decision", "type", "fear", "fear"])
    with pytest.raises(InputError, match="'fear' is a column already"):
        Instance.from_tables({"decisions": frame}, name="x")
    with pytest.raises(InputError, match="name"):
        Instance.from_tables({"decisions": DECISIONS})
