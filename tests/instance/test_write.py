"""Writing: what is read back is the same instance, and files appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from full_instance import FULL, put
from hypothesis import given, settings
from hypothesis import strategies as st
from random_instances import random_instance

from optimiser.errors import InputError
from optimiser.instance import write
from optimiser.instance.instance import Instance
from optimiser.instance.read import read

NASTY = [
    "=1+1", "+1", "-1", "@SUM(A1)", '"quoted", and "more"', "a\nb", "\ttab ", "007", "1e5", "NaN", "true", "#N/A",
    "Łódź ☃ 東京", "[limits]", "# no comment", "'", "\\n", "_x0041_", "</w:t>", "{}", "0.1",
]  # fmt: skip


def test_a_full_instance_survives_folder_and_workbook(tmp_path: Path) -> None:
    full = read(put(tmp_path / "full", FULL))
    for name in ("again", "again.xlsx"):
        full.write(tmp_path / name)
        assert read(tmp_path / name).hash == full.hash
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == sorted(FULL)


@pytest.mark.parametrize("seed", range(40))
def test_random_instances_survive_a_folder(seed: int, tmp_path: Path) -> None:
    instance = random_instance(seed)
    instance.write(tmp_path / "again")
    assert read(tmp_path / "again").hash == instance.hash


@pytest.mark.parametrize("seed", range(6))
def test_random_instances_survive_a_workbook(seed: int, tmp_path: Path) -> None:
    instance = random_instance(seed)
    instance.write(tmp_path / "again.xlsx")
    assert read(tmp_path / "again.xlsx").hash == instance.hash


def test_nasty_texts_survive_and_formulas_stay_texts(tmp_path: Path) -> None:
    rows = [{"decision": f"d{i}", "type": "input", "note": text} for i, text in enumerate(NASTY)]
    document = {"name": "nasty", "title": NASTY[4], "description": "\n".join(NASTY), "licence": "'''"}
    instance = Instance.from_tables({"decisions": rows}, **document)
    for name in ("again", "again.xlsx"):
        instance.write(tmp_path / name)
        again = read(tmp_path / name)
        assert list(again["decisions"]["note"]) == NASTY
        assert again.hash == instance.hash


def test_names_of_all_kinds_survive(tmp_path: Path) -> None:
    names = ["Hôpital d'Été", "a.b", "x, y", "2024", "[[levels]]", "Spital №1"]
    document = {
        "name": "names",
        "levels": [{"level": "a.b"}, {"level": "[[levels]]"}],
        "resources": [{"resource": name} for name in names],
        "scenarios": [
            {
                "scenario": "s",
                "probability": 1,
                "surge": dict.fromkeys(names, 0.5),
                "correlation": dict.fromkeys(names, 0.25),
            }
        ],
    }
    rows = [{"decision": name, "type": "input", "flexes": name, "flex": 0.1} for name in names]
    instance = Instance.from_tables({"decisions": rows}, **document)
    for name in ("again", "again.xlsx"):
        instance.write(tmp_path / name)
        assert read(tmp_path / name).hash == instance.hash


@pytest.mark.parametrize("hours", ["6", "0", ""])
def test_work_of_one_locality_survives_blank_and_0(hours: str, tmp_path: Path) -> None:
    """0 hours at A2 are 0, and no blank that the row for all localities would fill, with 5."""
    work = FULL["workload.csv"].replace("discharge,local,local,6", f"discharge,local,local,{hours}")
    instance = read(put(tmp_path / "full", FULL | {"workload.csv": work}))
    assert instance["workload"]["hours"][4] == float(hours or 5)
    dearer = instance.replace("workload.hours", set=9, where={"decision": "discharge", "organisation": ""})
    for name in ("again", "again.xlsx"):
        instance.write(tmp_path / name)
        assert read(tmp_path / name).hash == instance.hash
        dearer.write(tmp_path / f"dearer-{name}")
        assert read(tmp_path / f"dearer-{name}").hash == dearer.hash


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_every_float_survives_exactly(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    rows = [{"decision": f"d{i}", "type": "input", "monitoring_hours": x} for i, x in enumerate(numbers)]
    instance = Instance.from_tables({"decisions": rows}, name="floats")
    folder = tmp_path_factory.mktemp("floats")
    for name in ("again", "again.xlsx"):
        instance.write(folder / name)
        again = read(folder / name)["decisions"]["monitoring_hours"]
        assert np.array_equal(again, np.array(numbers))


def test_nothing_is_written_over(tmp_path: Path) -> None:
    full = read(put(tmp_path / "full", FULL))
    (tmp_path / "a.xlsx").write_text("mine")
    for taken in ("full", "a.xlsx", "full/instance.toml"):
        with pytest.raises(InputError, match="exists already; nothing was written"):
            full.write(tmp_path / taken)
    with pytest.raises(InputError, match="is not a folder to write to"):
        full.write(tmp_path / "no" / "such")
    assert (tmp_path / "a.xlsx").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    full.write(tmp_path / "empty")
    assert read(tmp_path / "empty").hash == full.hash


@pytest.mark.parametrize("name", ["new", "new.xlsx"])
def test_a_write_that_fails_leaves_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = read(put(tmp_path / "full", FULL))

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(write, "_csv", fail)
    monkeypatch.setattr(write, "book_cell", fail)
    with pytest.raises(OSError, match="disk full"):
        full.write(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_only_what_is_given_is_written(tmp_path: Path) -> None:
    rows = [{"decision": "a", "type": "input", "fear": 0}, {"decision": "b", "type": "process"}]
    Instance.from_tables({"decisions": rows}, name="small").write(tmp_path / "small")
    assert (tmp_path / "small" / "decisions.csv").read_text() == "decision,type\na,input\nb,process\n"
    assert "[[resources]]" not in (tmp_path / "small" / "instance.toml").read_text()
