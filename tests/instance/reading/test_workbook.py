"""Workbooks: read like folders, and no less carefully."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from full_instance import FULL, put
from openpyxl import Workbook
from workbooks_by_hand import SMALL, book, problems, rewrite

from optimiser.instance.read import read
from optimiser.instance.reading import workbook


def test_a_workbook_made_by_hand_is_read(tmp_path: Path) -> None:
    sheets = SMALL | {
        "README": [["anything", 1], [None, "=1+1"]],
        "levels": [["level", "delay_days"], ["nation", 21], ["trust", 0]],
        "weights": [["objective", "weight"], ["economy", 2]],
        "limits": [["key", "value"], ["reserve", 0.1]],
        "resource_types": [["resource", "max_unmet"], ["beds", "0.1"]],
        "resources": [["organisation", "resource", "capacity", "demand"], ["trust", "beds", 10, 9]],
        "scenarios": [["scenario", "probability", "surge.beds", "correlation.ppe", "correlation.7"],
                      ["normal", 0.9, None, None, None], ["winter", 0.1, 0.2, None, 0.6]],
        "delays": [["decision", "level", "days", "scenario"], [7, "nation", 3, "winter"]],
    }  # fmt: skip
    instance = read(book(tmp_path / "small.xlsx", sheets))
    assert list(instance["decisions"]["decision"]) == ["ppe", "7"]
    assert list(instance["decisions"]["joint"]) == [True, False]
    assert list(instance["decisions"]["fear"]) == [0.5, 0]
    assert instance.weights["economy"] == 2
    assert instance.limits["reserve"] == 0.1
    assert list(instance["scenarios"]["surge.beds"]) == [0, 0.2]
    assert instance.shared_shock[1, 1] == 0.6
    assert np.isnan(instance.shared_shock).sum() == 3
    assert list(instance["delays"]["days"]) == [3]
    assert list(instance["resource_types"]["max_unmet"]) == [0.1]
    assert list(instance["resources"]["capacity"]) == [10]
    assert instance.localities == ("trust",)


def test_a_section_may_stand_as_one_row(tmp_path: Path) -> None:
    sheets = SMALL | {
        "instance": [["name", "title"], ["small", "A title"]],
        "weights": [["economy", "accountability"], [2, 3]],
    }
    instance = read(book(tmp_path / "rows.xlsx", sheets))
    assert instance.title == "A title"
    assert (instance.weights["economy"], instance.weights["accountability"]) == (2, 3)


def test_blank_rows_and_columns_at_the_ends_are_nothing(tmp_path: Path) -> None:
    rows = [[None], ["decision", "type", None], [], ["ppe", "input"], [None, None, None]]
    instance = read(book(tmp_path / "a.xlsx", SMALL | {"decisions": rows}))
    assert list(instance["decisions"]["decision"]) == ["ppe"]


@pytest.mark.parametrize(
    ("sheet", "rows", "lines"),
    [
        ("decisions", [["decision", "type"], ["ppe", "output"]], [
            "a.xlsx decisions!B2 type: 'output' is not a decision type (input, process, outcome); "
            "did you mean 'outcome'?"
        ]),
        ("decisions", [["decision", "type"], ["ppe", "input", 3]], [
            "a.xlsx decisions!C2: '3' stands outside the table, whose header ends at B1"
        ]),
        ("decisions", [["decision", "type", "fear"], ["ppe", "input", "=0.2+0.3"]], [
            "a.xlsx decisions!C2 fear: is a formula without a value; open, calculate and save the workbook"
        ]),
        ("decisions", [["decision", "type", "fear"], ["ppe", "input", "#REF!"]], [
            "a.xlsx decisions!C2 fear: '#REF!' is an error, not a value"
        ]),
        ("decisions", [["decision", "type", "fear"], ["ppe", "input", datetime.date(2020, 3, 1)]], [
            "a.xlsx decisions!C2 fear: '2020-03-01 00:00:00' is a date or time; write it as a text or a number"
        ]),
        ("decisions", [["decision", "type", "fear"], ["ppe", "input", True]], [
            "a.xlsx decisions!C2 fear: 'true' is not a number from 0 to 1"
        ]),
        ("decisions", [["decision", "type"], [1.5, "input"]], [
            "a.xlsx decisions!A2 decision: '1.5' is not a name"
        ]),
        ("decisions", [], ["a.xlsx: the sheet 'decisions' is empty"]),
        ("decision", [["decision"]], ["a.xlsx: 'decision' is not a sheet of an instance; did you mean 'decisions'? (rename it, or delete it)"]),
        ("limits", [["key", "value"], ["reserve", 2], ["budgets", 1]], [
            "a.xlsx limits!B2 reserve: '2' is not a number from 0 to 1",
            "a.xlsx limits!B3 budgets: 'budgets' is not a column of limits; did you mean 'budget'?",
        ]),
        ("weights", [["objective", "weight"], ["economics", 1]], [
            "a.xlsx weights!A2 objective: 'economics' is not an objective; did you mean 'economy'?"
        ]),
    ],
)  # fmt: skip
def test_a_spoilt_sheet_is_told(sheet: str, rows: list[list[Any]], lines: list[str], tmp_path: Path) -> None:
    assert problems(book(tmp_path / "a.xlsx", SMALL | {sheet: rows})) == lines


def test_a_computed_formula_counts_by_its_value(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx", SMALL | {"decisions": [["decision", "type", "fear"], ["ppe", "input", "=1/4"]]}
    )
    computed = rewrite(path, tmp_path / "b.xlsx", b"<f>1/4</f><v />", b"<f>1/4</f><v>0.25</v>")
    assert read(computed)["decisions"]["fear"][0] == 0.25


def test_instance_and_decisions_must_be_there(tmp_path: Path) -> None:
    assert problems(book(tmp_path / "a.xlsx", {"needs": [["organisation", "need"], ["local", 1]]})) == [
        "a.xlsx: there must be a sheet 'instance'",
        "a.xlsx: there must be a sheet 'decisions'",
    ]


def test_what_only_looks_like_a_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("no zip")
    assert problems(tmp_path / "a.xlsx") == ["a.xlsx: cannot be read as a workbook: File is not a zip file"]
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as parts:
        parts.writestr("a.txt", "no workbook")
    assert problems(tmp_path / "b.xlsx")[0].startswith("b.xlsx: cannot be read as a workbook: ")


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_BYTES", 2**20)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 2**21)
    assert problems(tmp_path / "a.xlsx") == [
        "a.xlsx: cannot be read as a workbook: it is larger than 1 MiB when unpacked"
    ]


def test_xml_entities_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", SMALL)
    bomb = rewrite(path, tmp_path / "b.xlsx", b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet')
    assert problems(bomb) == [
        "b.xlsx: cannot be read as a workbook: it declares XML entities, as no workbook does"
    ]


@pytest.mark.parametrize(
    ("cell", "limit"), [("ZZ1", "MOST_COLUMNS"), ("C5000", "MOST_ROWS"), ("Z5000", "MOST_CELLS")]
)
def test_dimensions_are_limited(
    cell: str, limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, limit, 20)
    made = Workbook()
    made.active.title = "decisions"
    made.active[cell] = 1
    made.active["B1"] = 1
    made.save(tmp_path / "a.xlsx")
    assert problems(tmp_path / "a.xlsx")[0].startswith("a.xlsx: cannot be read as a workbook: more than ")


def test_a_workbook_and_a_folder_say_the_same(tmp_path: Path) -> None:
    full = read(put(tmp_path / "full", FULL))
    full.write(tmp_path / "full.xlsx")
    assert read(tmp_path / "full.xlsx").hash == full.hash


def test_a_correlation_for_all_and_others_by_name_are_one_too_many(tmp_path: Path) -> None:
    header = ["scenario", "probability", "correlation", "correlation.ppe"]
    sheets = SMALL | {"scenarios": [header, ["normal", 0.9, 0.5, None], ["winter", 0.1, 0.5, 0.6]]}
    assert problems(book(tmp_path / "small.xlsx", sheets)) == [
        "small.xlsx scenarios!C3 correlation: '0.5' is given for every decision, and others for ppe: one or the other"
    ]
    sheets["scenarios"] = [["scenario", "probability", "correlation.pp"], ["normal", 1, 0.6]]
    assert problems(book(tmp_path / "small.xlsx", sheets)) == [
        "small.xlsx scenarios!C1 correlation.pp: 'pp' is not a decision; did you mean 'ppe'?"
    ]
