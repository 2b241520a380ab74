"""What is wrong with a series is said at once, a line each with its place; nothing is guessed or filled."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from series_by_hand import series, two

import optimiser
from optimiser import InputError
from optimiser.instance.instance import Instance
from optimiser.studies.replay.series import read_series

HEAD = "date,organisation,resource,demand"
GOOD = [f"2020-10-0{day},{name},beds,7" for day in (1, 2, 3) for name in "AB"]


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return two(tmp_path / "instance")


def problems(instance: Instance, tmp_path: Path, *rows: str, head: str = HEAD) -> list[str]:
    """The lines about a file, each without the folder it lies in."""
    path = tmp_path / "series.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_series(instance, path)
    return [line.removeprefix(f"{tmp_path}/") for line in error.value.problems]


def changed(row: int, text: str) -> list[str]:
    """The good rows with one of them other; lines of the file are counted from 2."""
    return [*GOOD[: row - 2], text, *GOOD[row - 1 :]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (changed(4, "2020-10-02,A,beds,x"), ["series.csv:4 demand: 'x' is not a number of at least 0"]),
        (changed(4, "2020-10-02,A,beds,-1"), ["series.csv:4 demand: '-1' is not a number of at least 0"]),
        (changed(4, "2020-10-02,A,beds,nan"), ["series.csv:4 demand: 'nan' is not a number of at least 0"]),
        (changed(4, "2020-10-02,A,beds,inf"), ["series.csv:4 demand: 'inf' is not a number of at least 0"]),
        (changed(4, "2020-10-02,A,beds,"), ["series.csv:4 demand: '' is not a number of at least 0"]),
        (changed(4, ",A,beds,7"), ["series.csv:4 date: '' is not a date, written as 2020-10-01"]),
        (changed(4, "2020-10-02,A,beds,1 200"), ["series.csv:4 demand: 1 200: leave out the space"]),
        (changed(4, '2020-10-02,A,beds,"1,200"'), ["series.csv:4 demand: 1,200: write 1200 or, with a decimal point, 1.200"]),
        (changed(4, "2020-10-02,A,beds,7,1"), ["series.csv:4: 5 cells, but the header has 4"]),
        (changed(4, "1.10.2020,A,beds,7"), ["series.csv:4 date: '1.10.2020' is not a date, written as 2020-10-01"]),
        (changed(4, "20201002,A,beds,7"), ["series.csv:4 date: '20201002' is not a date, written as 2020-10-01"]),
        (changed(4, "2020-02-30,A,beds,7"), ["series.csv:4 date: '2020-02-30' is not a date, written as 2020-10-01"]),
        (changed(4, "2020-10-02,a,beds,7"), ["series.csv:4 organisation: 'a' is not a locality (an organisation at level local); did you mean 'A'?"]),
        (changed(4, "2020-10-02,C,beds,7"), ["series.csv:4 organisation: 'C' is not a locality (an organisation at level local)"]),
        (changed(4, "2020-10-02,A,bed,7"), ["series.csv:4 resource: 'bed' is not a resource; did you mean 'beds'?"]),
        (changed(4, "2020-10-01,A,beds,7"), ["series.csv:4 date, organisation, resource: '2020-10-01, A, beds' has a row already, on line 2",
            "series.csv:5 organisation: 2020-10-02 lacks 'A': every date has every locality of 'beds'"]),
        (GOOD[:2] + GOOD[4:], ["series.csv:4 date: beds has no days between 2020-10-01 and 2020-10-03: delays are counted in days, so none may be missing"]),
        (GOOD[:3] + GOOD[4:], ["series.csv:4 organisation: 2020-10-02 lacks 'B': every date has every locality of 'beds'"]),
        ([row for row in GOOD if ",A," in row], ["series.csv:2 organisation: 2020-10-01 lacks 'B': every date has every locality of 'beds'; so in 3 rows, lines 2-4"]),
        ([], ["series.csv: holds no rows"]),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_has_its_line(
    instance: Instance, tmp_path: Path, rows: list[str], said: list[str]
) -> None:
    assert problems(instance, tmp_path, *rows) == said


def test_everything_wrong_is_said_at_once(instance: Instance, tmp_path: Path) -> None:
    rows = ["x,A,beds,7", "2020-10-01,Z,bed,-7", "2020-10-01,B,beds,7", "2020-10-01,B,beds,"]
    assert [line.split(": ")[0] for line in problems(instance, tmp_path, *rows)] == [
        "series.csv:2 date",
        "series.csv:3 organisation",
        "series.csv:3 resource",
        "series.csv:3 demand",
        "series.csv:5 date, organisation, resource",
        "series.csv:5 demand",
    ]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("date,organisation,resource", "series.csv:1 demand: this column must be there: what was needed that day"),
        ("day,organisation,resource,demand", "series.csv:1 day: 'day' is not a column of series; did you mean 'date'?"),
        ("date,organisation,resource,demand,demand", "series.csv:1 demand: 'demand' is a column already"),
        ("date;organisation;resource;demand", "series.csv:1: columns are separated by ';', not by commas (a spreadsheet saves so where the decimal sign is a comma; points are needed, too)"),
    ],
)  # fmt: skip
def test_columns_that_are_wrong(instance: Instance, tmp_path: Path, head: str, said: str) -> None:
    assert problems(instance, tmp_path, head=head) == [said]


def test_a_hole_in_the_capacity_is_not_filled(instance: Instance, tmp_path: Path) -> None:
    rows = [f"{row},{'' if ',B,' in row else 9}" for row in GOOD]
    assert problems(instance, tmp_path, *rows, head=f"{HEAD},capacity") == [
        "series.csv: capacity is blank in 3 rows, lines 3, 5 and 7; "
        "it must be a number of at least 0, as other rows of 'beds' have"
    ]
    assert problems(instance, tmp_path, *[f"{row},-9" for row in GOOD], head=f"{HEAD},capacity") == [
        "series.csv:2 capacity: '-9' is not a number of at least 0; so in 6 rows, lines 2-7"
    ]


def test_a_column_of_blank_capacities_and_notes_say_nothing(instance: Instance, tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.write_text("\n".join([f"{HEAD},capacity,note", *(f"{row},,why" for row in GOOD)]))
    (found,) = read_series(instance, path)
    assert found.capacity.tolist() == [[10, 10]] * 3
    assert found.dates == (date(2020, 10, 1), date(2020, 10, 2), date(2020, 10, 3))


def test_a_resource_that_nothing_governs_cannot_be_replayed(tmp_path: Path) -> None:
    loose = two(tmp_path / "loose")
    toml = tmp_path / "loose" / "instance.toml"
    toml.write_text(toml.read_text().replace('governed_by = "aid"\n', ""))
    loose = optimiser.read(tmp_path / "loose")
    assert problems(loose, tmp_path, *GOOD) == [
        "series.csv:2 resource: 'beds' is governed by no decision, so no design moves it "
        "(governed_by in instance.toml); so in 6 rows, lines 2-7"
    ]


def test_a_locality_without_the_resource_need_not_stand_in_the_series(tmp_path: Path) -> None:
    some = two(tmp_path, resources="organisation,resource,capacity,demand\nA,beds,10,8")
    (found,) = read_series(some, series({"A": [4, 5]}))
    assert (found.places.tolist(), found.demand.tolist()) == ([0], [[4, 0], [5, 0]])
    assert found.capacity.tolist() == [[10, 0], [10, 0]]


@pytest.mark.parametrize("kind", ["missing", "folder", "bytes", "empty"])
def test_files_that_cannot_be_read(instance: Instance, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "series.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "missing":
        (tmp_path / "serie.csv").write_text("")
    else:
        path.write_bytes(b"date,\xff\n" if kind == "bytes" else b"")
    said = {
        "missing": f"{path}: there is no such file; did you mean 'serie.csv'?",
        "folder": f"{path}: is not a regular file",
        "bytes": f"{path}:1: byte 0xff ('ÿ' of Windows?) is not UTF-8; save the file as UTF-8 "
        "('CSV UTF-8' in a spreadsheet)",
        "empty": f"{path}: is empty; a header row must be there",
    }
    with pytest.raises(InputError) as error:
        read_series(instance, path)
    assert error.value.problems == (said[kind],)


def test_a_table_from_python_is_checked_as_a_file_is(instance: Instance) -> None:
    table = series({"A": [7, 7], "B": [7, np.nan]})
    table.loc[0, "date"] = "yesterday"
    with pytest.raises(InputError) as error:
        read_series(instance, table)
    assert error.value.problems == (
        "series:1 date: 'yesterday' is not a date, written as 2020-10-01",
        "series:4 demand: '' is not a number of at least 0",
    )
    with pytest.raises(InputError, match="series: '5' is neither a path nor a DataFrame"):
        read_series(instance, 5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="date: '2020-10-01T07:00:00' is not a date"):
        read_series(
            instance, pd.DataFrame(series({"A": [1], "B": [1]})).assign(date=pd.Timestamp("2020-10-01 07:00"))
        )
