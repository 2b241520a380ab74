"""Reading: what is given comes in as it stands, what is not gets its default, and nothing changes afterwards."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from full_instance import FULL, put

from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.instance.schema.schema import HELD_TABLES, TABLES

SMALL = {"instance.toml": 'name = "small"\n', "decisions.csv": "decision,type\nppe,input\ncare,process\n"}


@pytest.fixture
def full(tmp_path: Path) -> Instance:
    return read(put(tmp_path / "full", FULL))


@pytest.fixture
def small(tmp_path: Path) -> Instance:
    return read(put(tmp_path / "small", SMALL))


def test_two_files_are_enough(small: Instance) -> None:
    assert list(small["levels"]["level"]) == ["central", "local"]
    assert list(small["levels"]["accountability"]) == [1, 0]
    assert list(small["levels"]["mobilisation"]) == [1, 0]
    assert list(small["organisations"]["organisation"]) == ["central", "local"]
    assert list(small["organisations"]["parent"]) == ["", "central"]
    assert list(small["scenarios"]["scenario"]) == ["normal"]
    assert small["scenarios"]["probability"][0] == small["scenarios"]["oversight"][0] == 1
    assert np.isnan(small["scenarios"]["correlation"][0])
    assert list(small["decisions"]["uniform"]) == [True, True]
    assert list(small["decisions"]["stake_solidarity"]) == [1, 1]
    assert np.isnan(small["decisions"]["half_life_days"]).all()
    assert dict(small.weights) == {
        "risk_pooling": 1,
        "accountability": 1,
        "responsiveness": 1,
        "economy": 0,
        "solidarity": 0,
        "resilience": 0,
    }
    assert dict(small.limits) == {"budget": None, "max_changes": None, "reserve": 0}
    assert dict(small.uncertainty) == {"risk_aversion": 0, "beta": 0.9}


def test_every_table_has_every_column(small: Instance, full: Instance) -> None:
    for instance in (small, full):
        assert tuple(instance.tables) == HELD_TABLES
        for name, table in instance.tables.items():
            assert list(table) == list(TABLES[name].expand(*instance.axes))
            for key, column in TABLES[name].expand(*instance.axes).items():
                kinds = {"number": "f", "flag": "b"}
                assert table[key].dtype.kind == kinds.get(column.kind, "O")


def test_defaults_are_worked_out(full: Instance) -> None:
    assert list(full["levels"]["accountability"]) == [1, 0.7, 0]
    assert list(full["levels"]["mobilisation"]) == [0.6, 1, 0]
    assert list(full["workload"]["at"]) == ["central", "local", "local", "local", "local", "local"]
    # What a locality leaves blank on a row of its own is what the row for all of them says.
    assert list(full["workload"]["hours"]) == [2, 0.5, 4, 5, 6, 4]
    assert list(full["workload"]["cost"]) == [1, 0, 3, 0, 0, 4]
    assert list(full["scenarios"]["surge.beds"]) == [0, 0.25]
    normal, pandemic = full.shared_shock.T.tolist()
    assert normal == [pytest.approx(np.nan, nan_ok=True)] * 2 + [0.6, pytest.approx(np.nan, nan_ok=True)]
    assert pandemic == [0.9] * 4
    assert full.weights["local_voice"] == 0.5
    assert full.weights["accountability"] == 1
    assert full.localities == ("A1", "A2", "B1")
    assert full.sd[0].tolist() == [30, 40, pytest.approx(1500**0.5)]
    assert full.sd[1].tolist() == pytest.approx([1000**0.5, 2000**0.5, 1500**0.5])


def test_accountability_falls_in_even_steps(tmp_path: Path) -> None:
    levels = "".join(f'[[levels]]\nlevel = "{name}"\n' for name in "abcde")
    instance = read(put(tmp_path, SMALL | {"instance.toml": f'name = "five"\n{levels}'}))
    assert list(instance["levels"]["accountability"]) == [1, 0.75, 0.5, 0.25, 0]
    assert list(instance["organisations"]["parent"]) == ["", "a", "b", "c", "d"]
    assert instance.localities == ("e",)


def test_swings_become_weights(tmp_path: Path) -> None:
    toml = 'name = "s"\n[swings]\nrisk_pooling = { from = 0.1, to = 0.6, points = 100 }\n'
    weights = read(put(tmp_path, SMALL | {"instance.toml": toml})).weights
    assert weights["risk_pooling"] == pytest.approx(200)
    assert weights["accountability"] == 0


def test_byte_order_marks_and_line_ends_change_nothing(full: Instance, tmp_path: Path) -> None:
    files = {name: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for name, text in FULL.items()}
    assert read(put(tmp_path / "windows", files)).hash == full.hash


def test_blank_lines_and_quotes_change_nothing(full: Instance, tmp_path: Path) -> None:
    needs = '\n"organisation","need","decision"\n\n"A1",1,\nA2,2,""\nA2,3,discharge\n\nB1,-1,\n\n'
    assert read(put(tmp_path / "quoted", FULL | {"needs.csv": needs})).hash == full.hash


def test_the_order_of_columns_and_keys_changes_nothing(full: Instance, tmp_path: Path) -> None:
    rows = [line.split(",") for line in FULL["risk.csv"].split()]
    turned = "\n".join(",".join(row[::-1]) for row in rows) + "\n"
    toml = FULL["instance.toml"].replace(
        "risk_pooling = 2\nlocal_voice = 0.5", "local_voice = 0.5\nrisk_pooling = 2"
    )
    assert (
        read(put(tmp_path / "turned", FULL | {"risk.csv": turned, "instance.toml": toml})).hash == full.hash
    )


def test_codes_stay_what_they_are(tmp_path: Path) -> None:
    decisions = "decision,type,label\n007,input,NA\nnull,process,\nNaN,outcome,1e5\n"
    instance = read(put(tmp_path, SMALL | {"decisions.csv": decisions}))
    assert list(instance["decisions"]["decision"]) == ["007", "null", "NaN"]
    assert list(instance["decisions"]["label"]) == ["NA", "", "1e5"]


@pytest.mark.parametrize("beside", ["README.md", "LICENSE", ".DS_Store", ".gitignore"])
def test_some_files_may_lie_beside(beside: str, full: Instance, tmp_path: Path) -> None:
    assert read(put(tmp_path / "with", {**FULL, beside: b"\xff\x00 anything"})).hash == full.hash


def test_a_link_within_the_folder_is_followed(full: Instance, tmp_path: Path) -> None:
    folder = put(tmp_path / "linked", FULL)
    (folder / "needs.csv").rename(folder / ".needs.csv")
    (folder / "needs.csv").symlink_to(".needs.csv")
    assert read(folder).hash == full.hash
    (tmp_path / "elsewhere").symlink_to(folder)
    assert read(tmp_path / "elsewhere").hash == full.hash


def test_an_instance_never_changes(full: Instance) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        full.name = "other"  # type: ignore[misc]
    for mapping in (full.tables, full.weights, full.limits, full.uncertainty):
        with pytest.raises(TypeError):
            mapping["economy"] = 1  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        full["decisions"]["fear"][0] = 1
    frame = full["decisions"].frame()
    frame.loc[0, "fear"] = 1
    assert full["decisions"]["fear"][0] == 0.2


def test_an_instance_travels_to_other_processes(full: Instance) -> None:
    copy = pickle.loads(pickle.dumps(full))
    assert copy.hash == full.hash
    assert copy.replace("decisions.fear", set=0)["decisions"]["fear"].sum() == 0
    with pytest.raises(TypeError):
        copy.weights["economy"] = 1


def test_the_hash_is_of_what_it_says(full: Instance, tmp_path: Path) -> None:
    assert len(full.hash) == 64
    same = FULL["decisions.csv"].replace("30,0,0.05,0.1", "30.0,-0,5e-2,1e-1")
    assert read(put(tmp_path / "same", FULL | {"decisions.csv": same})).hash == full.hash
    other = FULL["decisions.csv"].replace("30,0,0.05,0.1", "30,0,0.05,0.10000001")
    assert read(put(tmp_path / "other", FULL | {"decisions.csv": other})).hash != full.hash


def test_tables_from_python_make_the_same_instance(full: Instance, tmp_path: Path) -> None:
    small = read(put(tmp_path / "small", SMALL))
    rows = [{"decision": "ppe", "type": "input"}, {"decision": "care", "type": "process", "fear": None}]
    assert Instance.from_tables({"decisions": rows}, name="small").hash == small.hash
    assert Instance.from_tables({"decisions": pd.DataFrame(rows)}, name="small").hash == small.hash
    document = {"name": "full", "levels": [{"level": "central"}, {"level": "local", "delay_days": 2}]}
    frames = {"decisions": pd.DataFrame({"decision": ["a"], "type": ["input"], "half_life_days": [np.nan]})}
    made = Instance.from_tables(frames, **document)
    assert list(made["levels"]["delay_days"]) == [0, 2]
    assert np.isnan(made["decisions"]["half_life_days"][0])


def test_a_dataframe_goes_in_as_it_came_out(full: Instance) -> None:
    tables = {
        name: full[name].frame() for name in HELD_TABLES if TABLES[name].shape == "csv" and full[name].rows
    }
    document = {
        "name": "full",
        "levels": full["levels"].frame().to_dict("records"),
        "objectives": full["objectives"].frame().to_dict("records"),
        "resources": full["resource_types"].frame().to_dict("records"),
        "limits": dict(full.limits),
        "scenarios": [{"scenario": "pandemic", "probability": 1, "surge": {"beds": 0.25}}],
    }
    again = Instance.from_tables(tables, **document)
    for name in tables:
        pd.testing.assert_frame_equal(again[name].frame(), full[name].frame())


def test_an_input_error_carries_its_problems() -> None:
    error = InputError(["one", "two"])
    assert error.problems == ("one", "two")
    assert str(error) == "one\ntwo"
    assert InputError("one").problems == ("one",)
    assert isinstance(error, ValueError)
