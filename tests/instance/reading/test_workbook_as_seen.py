"""What a person sees in a workbook is what is read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from full_instance import FULL, put
from openpyxl import Workbook
from workbooks_by_hand import SMALL, Sheets, book, problems, rewrite

from optimiser.instance.checking.check import warnings
from optimiser.instance.read import read
from optimiser.instance.schema.schema import CSV_TABLES

# What a person sees is what is read.

TREE: list[list[Any]] = [
    ["organisation", "level", "parent", "staff_hours", "vacancy"],
    ["N", "central", None, None, None],
    ["A", "local", "N", 3, 0.1],
    ["B", "local", "N", None, 0.2],
    ["C", "local", "N", None, 0.3],
]


def worked(path: Path, change: Callable[[Workbook], object], sheets: Sheets | None = None) -> Path:
    """A small workbook with a table of organisations, and something done to it."""
    from openpyxl import load_workbook

    made = load_workbook(book(path, SMALL | {"organisations": TREE} | (sheets or {})))
    change(made)
    made.save(path)
    return path


def test_a_cell_merged_over_rows_counts_in_each(tmp_path: Path) -> None:
    found = read(worked(tmp_path / "a.xlsx", lambda b: b["organisations"].merge_cells("D3:D5")))
    assert found["organisations"]["staff_hours"].tolist()[1:] == [3, 3, 3]
    names: Sheets = {"workload": [["decision", "level", "hours"], ["ppe", "central", 1], [None, "local", 2]]}
    found = read(worked(tmp_path / "b.xlsx", lambda b: b["workload"].merge_cells("A2:A3"), names))
    assert list(found["workload"]["decision"]) == ["ppe", "ppe"]


def test_a_merged_cell_reaches_no_further_than_the_rows(tmp_path: Path) -> None:
    found = read(worked(tmp_path / "a.xlsx", lambda b: b["organisations"].merge_cells("D3:D900")))
    assert found["organisations"].rows == 4
    plain = read(worked(tmp_path / "b.xlsx", lambda b: b["organisations"].merge_cells("H3:J9")))
    assert plain["organisations"].rows == 4


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ("D3:E4", "a.xlsx organisations!D3: cells are merged over several columns (D3:E4); unmerge them"),
        ("D1:D2", "a.xlsx organisations!D1: cells are merged in the header (D1:D2); unmerge them"),
        ("D1:E1", "a.xlsx organisations!D1: cells are merged in the header (D1:E1); unmerge them"),
    ],
)
def test_cells_merged_otherwise_are_refused_with_their_range(cells: str, line: str, tmp_path: Path) -> None:
    assert line in problems(worked(tmp_path / "a.xlsx", lambda b: b["organisations"].merge_cells(cells)))


@pytest.mark.parametrize(
    ("value", "form", "name"),
    [(7, "000", "007"), (42, "0000", "0042"), (1234, "000", "1234"), (7, '"RX"00', "RX07"), (12345, "00-000", "12-345"),
     (7, "General", "7"), (7, "0", "7"), (7, "@", "7"), (7, "#,##0", "7"), (123456789012345, "General", "123456789012345"),
     (7, "000;[Red]-000", "007"), (7, "[$-409]000", "007"), (7, r"\T000", "T007"), (0, "000", "000")],
)  # fmt: skip
def test_codes_are_read_as_they_are_shown(value: int, form: str, name: str, tmp_path: Path) -> None:
    def change(made: Workbook) -> None:
        made["organisations"]["A3"] = value
        made["organisations"]["A3"].number_format = form

    assert read(worked(tmp_path / "a.xlsx", change))["organisations"]["organisation"][1] == name


@pytest.mark.parametrize(
    ("value", "form", "why"),
    [
        (1234567890123456, "General", "has more than 15 digits, which no workbook keeps; write it as a text"),
        (12345678901234567890, "0", "has more than 15 digits, which no workbook keeps; write it as a text"),
        (7, "0.00", "is shown in the format '0.00'; write it as a text"),
        (1234, "#,##0", "is shown in the format '#,##0'; write it as a text"),
        (7, "0%", "is shown in the format '0%'; write it as a text"),
    ],
)
def test_codes_that_are_not_what_is_shown_are_refused(
    value: int, form: str, why: str, tmp_path: Path
) -> None:
    def change(made: Workbook) -> None:
        made["organisations"]["A3"] = value
        made["organisations"]["A3"].number_format = form

    (line,) = problems(worked(tmp_path / "a.xlsx", change))
    assert line.startswith("a.xlsx organisations!A3 organisation: '")
    assert line.endswith(f"' {why}")


@pytest.mark.parametrize(("value", "form"), [(0.85, "0%"), (0.85, "0.00"), (0.85, "General"), (0.85, "000")])
def test_numbers_count_whatever_their_format(value: float, form: str, tmp_path: Path) -> None:
    def change(made: Workbook) -> None:
        made["organisations"]["E3"] = value
        made["organisations"]["E3"].number_format = form

    assert read(worked(tmp_path / "a.xlsx", change))["organisations"]["vacancy"][1] == 0.85


@pytest.mark.parametrize("empty", [b"<v></v>", b"<v/>", b""])
def test_a_formula_computed_to_nothing_is_an_empty_cell(empty: bytes, tmp_path: Path) -> None:
    path = worked(tmp_path / "a.xlsx", lambda b: b["organisations"].__setitem__("D4", '=IF(1,"","x")'))
    old = b'<c r="D4"><f>IF(1,"","x")</f><v /></c>'
    new = b'<c r="D4" t="str"><f>IF(1,"","x")</f>' + empty + b"</c>"
    found = read(rewrite(path, tmp_path / "b.xlsx", old, new))
    assert found["organisations"]["staff_hours"].tolist()[1] == 3
    assert found["organisations"].blank("staff_hours").tolist() == [True, False, True, True]
    assert problems(path) == [
        "a.xlsx organisations!D4 staff_hours: is a formula without a value; open, calculate and save the workbook"
    ]


def test_formulas_and_errors_in_many_cells_are_one_line(tmp_path: Path) -> None:
    def change(made: Workbook) -> None:
        for row in (3, 4, 5):
            made["organisations"][f"D{row}"] = "=1+1"
            made["organisations"][f"E{row}"] = "#N/A"

    assert problems(worked(tmp_path / "a.xlsx", change)) == [
        "a.xlsx organisations!D3 staff_hours: is a formula without a value; open, calculate and save the workbook; "
        "so in 3 rows, D3-D5",
        "a.xlsx organisations!E3 vacancy: '#N/A' is an error, not a value; so in 3 rows, E3-E5",
    ]


def test_what_is_hidden_counts_and_is_named(tmp_path: Path) -> None:
    def change(made: Workbook) -> None:
        page = made["organisations"]
        for row in (4, 5, 9):
            page.row_dimensions[row].hidden = True
        page.column_dimensions["E"].hidden = True
        page.column_dimensions["Z"].hidden = True
        made["decisions"].sheet_state = "hidden"
        made["instance"].sheet_state = "veryHidden"

    path = worked(tmp_path / "a.xlsx", change)
    plain = read(book(tmp_path / "b.xlsx", SMALL | {"organisations": TREE}))
    assert read(path).hash == plain.hash
    assert warnings(read(path))[0] == (
        "a.xlsx: hidden, but read like the rest: sheet instance, sheet decisions, rows organisations:4-5, "
        "column organisations!E (vacancy)"
    )


def test_nothing_is_hidden_where_nothing_is(tmp_path: Path) -> None:
    found = read(book(tmp_path / "a.xlsx", SMALL | {"organisations": TREE}))
    assert not [line for line in warnings(found) if line.startswith("a.xlsx")]


def test_sheets_that_are_no_tables_are_named_in_one_warning(tmp_path: Path) -> None:
    sheets: Sheets = SMALL | {
        "Notes": [["anything"]], "Sheet1": [], "risk": [], "Chart data": [[1, 2]], "README": [["x"]], "Pivot": [[1]],
    }  # fmt: skip
    found = warnings(read(book(tmp_path / "a.xlsx", sheets)))
    assert found[0] == (
        "a.xlsx: 5 sheets are no tables and were left alone: "
        "'Notes', 'Sheet1', 'Chart data', 'Pivot' and 'risk' (empty)"
    )


@pytest.mark.parametrize(
    ("name", "near"),
    [("Decisions", "decisions"), ("decision", "decisions"), ("risks", "risk"), ("organizations", "organisations"),
     ("Risk ", "risk"), ("needs (2)", "needs"), ("workload_1", "workload"), ("resource types", "resource_types"),
     ("Scores", "scores"), ("level", "levels")],
)  # fmt: skip
def test_a_sheet_whose_name_is_near_a_table_is_refused(name: str, near: str, tmp_path: Path) -> None:
    sheets = {key: rows for key, rows in SMALL.items() if key != near} | {
        name: [["decision", "type"], ["a", "input"]]
    }
    assert problems(book(tmp_path / "a.xlsx", sheets)) == [
        f"a.xlsx: '{name}' is not a sheet of an instance; did you mean '{near}'? (rename it, or delete it)"
    ]


def test_remarks_are_free(tmp_path: Path) -> None:
    rows = [
        [*row, note]
        for row, note in zip(TREE, ("remark", "=1+1", "#N/A", datetime.date(2020, 1, 2), 1.5), strict=True)
    ]
    found = read(book(tmp_path / "a.xlsx", SMALL | {"organisations": rows}))
    assert found.hash == read(book(tmp_path / "b.xlsx", SMALL | {"organisations": TREE})).hash


def test_blank_cells_outside_the_header_are_passed_over(tmp_path: Path) -> None:
    def change(made: Workbook) -> None:
        for cell in ("F3", "H4", "J40", "C40"):
            made["organisations"][cell].number_format = "0.00"
            made["organisations"][cell] = " "

    assert read(worked(tmp_path / "a.xlsx", change))["organisations"].rows == 4


@pytest.mark.parametrize("table", ["organisations", "decisions"])
def test_problems_name_the_cell(table: str, tmp_path: Path) -> None:
    at, column = {"organisations": (15, "ability"), "decisions": (40, "fear")}[table]
    rows = [
        list(row)
        for row in {"organisations": TREE, "decisions": [["decision", "type"], ["a", "input"]]}[table]
    ]
    for row in rows:
        row += [None] * (at - 1 - len(row))
    rows[0].append(column)
    rows[-1].append(7)
    (line,) = problems(book(tmp_path / "a.xlsx", SMALL | {"organisations": TREE} | {table: rows}))
    cell = {"organisations": "O5", "decisions": "AN2"}[table]
    assert line == f"a.xlsx {table}!{cell} {column}: 7 is not a number from 0 to 1 (7 %? write 0.07)"


@pytest.mark.parametrize("name", ["locked.xlsx", "old.xlsx"])
def test_a_locked_or_old_workbook_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert problems(tmp_path / name) == [
        f"{name}: cannot be read as a workbook: it has a password, or is an old workbook; save it as .xlsx without one"
    ]


def test_a_workbook_that_is_cut_short_is_told(tmp_path: Path) -> None:
    data = book(tmp_path / "a.xlsx", SMALL).read_bytes()
    for size in range(0, len(data), 97):
        (tmp_path / "b.xlsx").write_bytes(data[:size])
        (line,) = problems(tmp_path / "b.xlsx")
        assert line.startswith("b.xlsx: cannot be read as a workbook: ")


@pytest.mark.parametrize("table", CSV_TABLES)
def test_every_table_is_told_by_its_cells(table: str, tmp_path: Path) -> None:
    """A text where a number belongs, in the first such column of each table."""
    from openpyxl import load_workbook

    full = read(put(tmp_path / "full", FULL))
    full.write(tmp_path / "a.xlsx")
    made = load_workbook(tmp_path / "a.xlsx")
    page = made[table]
    numbers = {key for key, column in full.given(table).items() if column.kind == "number"}
    at = next((cell.column for cell in page[1] if cell.value in numbers), None)
    if at is None:
        page["A2"] = "=A1"  # a formula that nobody computed
        said = " is a formula without a value"
        at = 1
    else:
        page.cell(2, at).value = "0,85"
        said = " 0,85: write a decimal point (0.85)"
    name, letter = page.cell(1, at).value, page.cell(2, at).column_letter
    made.save(tmp_path / "b.xlsx")
    assert any(
        line.startswith(f"b.xlsx {table}!{letter}2 {name}:{said}") for line in problems(tmp_path / "b.xlsx")
    )
