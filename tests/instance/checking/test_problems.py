"""Bad input: every problem at once, each in one exact line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from full_instance import FULL, put
from paths import GOLDENS

from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.read import read
from optimiser.instance.reading import folder

GOLDEN = (GOLDENS / "spoilt.txt").read_text(encoding="utf-8")
CASES = {part.split("\n")[0]: part.split("\n")[1:] for part in GOLDEN.strip().split("\n## ")[1:]}


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value) == "\n".join(error.value.problems)
    assert not any("\n" in line for line in error.value.problems)
    return list(error.value.problems)


@pytest.mark.parametrize("case", CASES)
def test_a_spoilt_cell_is_told_in_exact_lines(case: str, tmp_path: Path) -> None:
    file, old, new = (text.removeprefix(" ").replace("\\n", "\n") for text in CASES[case][0].split(" |"))
    assert old in FULL[file]
    spoilt = put(tmp_path, FULL | {file: FULL[file].replace(old, new, 1)})
    assert problems(spoilt) == [line.removeprefix("> ") for line in CASES[case][1:] if line]


def test_there_are_many_kinds_of_bad_input() -> None:
    assert len(CASES) > 100


def test_every_problem_is_told_at_once_in_the_order_of_files_lines_and_columns(tmp_path: Path) -> None:
    files = FULL | {
        "instance.toml": FULL["instance.toml"].replace("beta = 0.8", "beta = 8"),
        "decisions.csv": FULL["decisions.csv"]
        .replace("ppe,input", "ppe,output")
        .replace("true,0.9", "true,1.9"),
        "needs.csv": FULL["needs.csv"].replace("B1,-1", "C1,-1"),
        "scores.csv": b"\xff",
    }
    assert problems(put(tmp_path, files)) == [
        "instance.toml:36 uncertainty.beta: 8 is not a number from 0 to below 1 (8 %? write 0.08)",
        "decisions.csv:2 type: 'output' is not a decision type (input, process, outcome); did you mean 'outcome'?",
        "decisions.csv:2 stake_accountability: '1.9' is not a number from 0 to 1",
        "needs.csv:5 organisation: 'C1' is not a locality (an organisation at level local)",
        "scores.csv:1: byte 0xff ('ÿ' of Windows?) is not UTF-8; save the file as UTF-8 ('CSV UTF-8' in a spreadsheet)",
    ]


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("decisions.csv", "", "decisions.csv: is empty; a header row must be there"),
        ("decisions.csv", "decision,type\n", "decisions.csv:1: at least one decision must be given"),
        ("decisions.csv", "decision;type\nppe;input\n", "decisions.csv:1: columns are separated by ';', not by commas (a spreadsheet saves so where the decimal sign is a comma; points are needed, too)"),
        ("decisions.csv", None, "decisions.csv: this file must be there"),
        ("instance.toml", None, "instance.toml: this file must be there"),
        ("instance.toml", "a = " + "[" * 5000, "instance.toml: is not TOML: nested too deeply"),
        ("current.csv", None, "instance.toml:31 limits.max_changes: '3' is given, but no current design (current.csv)"),
        ("needs.csv", FULL["needs.csv"].encode("utf-16"), "needs.csv:1: is UTF-16 (a spreadsheet's 'Unicode text'), not UTF-8; save it as 'CSV UTF-8'"),
        ("needs.csv", b"organisation,need\rA1,1\r", "needs.csv:1: '\\r' is a control character (line ends of an old Mac? save the file again)"),
        ("needs.csv", b"organisation,need\nA1,\x00\n", "needs.csv:2: '\\x00' is a control character"),
        ("decision.csv", "a,b\n", "decision.csv: 'decision.csv' is not a table of an instance; did you mean 'decisions.csv'? (rename it, or move it to a sub-folder)"),
        ("zzz.csv", "a,b\n", "zzz.csv: 'zzz.csv' is not a table of an instance (rename it, or move it to a sub-folder)"),
    ],
)  # fmt: skip
def test_a_spoilt_file_is_told(file: str, content: str | bytes | None, line: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {**FULL}
    if content is None:
        files.pop(file)
    else:
        files[file] = content
    assert problems(put(tmp_path, files)) == [line]


def test_what_is_invisible_is_shown(tmp_path: Path) -> None:
    spoilt = FULL["decisions.csv"].replace("targets,", "tar\u200bgets,").replace("Moving", "Mov\x07ing")
    assert problems(put(tmp_path, FULL | {"decisions.csv": spoilt})) == [
        "decisions.csv:3: '\\x07' is a control character"
    ]
    spoilt = FULL["decisions.csv"].replace("targets,", "tar\u200bgets,")
    assert problems(put(tmp_path, {"decisions.csv": spoilt}))[0] == (
        "decisions.csv:5 decision: 'tar\\u200bgets' is not a name (no ; = @, nothing that cannot be printed)"
    )


def test_links_lead_nowhere_outside_the_folder(tmp_path: Path) -> None:
    inside = put(tmp_path / "inside", FULL)
    (tmp_path / "outside.csv").write_text(FULL["needs.csv"])
    (inside / "needs.csv").unlink()
    (inside / "needs.csv").symlink_to(tmp_path / "outside.csv")
    assert problems(inside) == ["needs.csv: is a link that leads out of the folder"]
    (inside / "needs.csv").unlink()
    (inside / "needs.csv").symlink_to(inside / "nothing")
    assert problems(inside) == ["needs.csv: is a link that leads nowhere"]
    (inside / "needs.csv").unlink()
    (inside / "needs.csv").symlink_to(inside / "needs.csv")
    assert problems(inside)[0].startswith("needs.csv: cannot be read: ")


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    put(tmp_path, FULL)
    (tmp_path / "needs.csv").unlink()
    os.mkfifo(tmp_path / "needs.csv")
    assert problems(tmp_path) == ["needs.csv: is not a regular file"]
    (tmp_path / "needs.csv").unlink()
    (tmp_path / "needs.csv").mkdir()
    assert problems(tmp_path) == ["needs.csv: is not a regular file"]


def test_files_are_limited_in_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MOST_BYTES", 2**20)
    put(tmp_path, FULL | {"needs.csv": FULL["needs.csv"] + "x" * 2**20})
    assert problems(tmp_path) == ["needs.csv: is larger than 1 MiB"]
    long = FULL["decisions.csv"].replace("said, and done", "x" * 40_000)
    assert problems(put(tmp_path, FULL | {"decisions.csv": long})) == [
        f"decisions.csv:3 note: '{'x' * 57}...' is longer than 32767 characters"
    ]
    longer = FULL["decisions.csv"].replace("said, and done", "x" * 200_000)
    assert problems(put(tmp_path, FULL | {"decisions.csv": longer}))[0] == (
        "decisions.csv:3: is not CSV: field larger than field limit (131072)"
    )


@pytest.mark.parametrize("path", ["https://example.org/instance", "nowhere", "instances/archive.zip"])
def test_only_folders_and_workbooks_that_exist_are_read(path: str) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read(path)


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b")
    with pytest.raises(InputError, match=r"is a file, not an instance; an instance is a folder"):
        read(tmp_path / "a.csv")


def test_a_blank_column_of_scores_is_still_to_be_filled(tmp_path: Path) -> None:
    scores = "decision,level,economy\nppe,central,\nppe,local,\n"
    assert problems(put(tmp_path, FULL | {"scores.csv": scores})) == [
        "scores.csv: economy is blank in 2 rows, lines 2-3; it must be a number from 0 to 1 (nothing is scored yet)"
    ]


def test_populations_that_are_all_0_are_refused(tmp_path: Path) -> None:
    rows = FULL["organisations.csv"]
    for population in ("1000", "2000", "1500"):
        rows = rows.replace(population, "0")
    assert problems(put(tmp_path, FULL | {"organisations.csv": rows})) == [
        "organisations.csv:1 population: all are 0; at least one must be above 0"
    ]


def test_tables_from_python_are_checked_as_files_are() -> None:
    decisions = [{"decision": "a", "type": "input"}, {"decision": "b", "type": "output", "fear": 2}]
    with pytest.raises(InputError) as error:
        Instance.from_tables({"decisions": decisions}, name="x", limit=1)
    assert list(error.value.problems) == [
        "instance limit: 'limit' is not a key or section of instance.toml; did you mean 'limits'?",
        "decisions:2 type: 'output' is not a decision type (input, process, outcome); did you mean 'outcome'?",
        "decisions:2 fear: '2' is not a number from 0 to 1",
    ]
    with pytest.raises(InputError, match="'decision' is not a table; did you mean 'decisions'"):
        Instance.from_tables({"decision": decisions}, name="x")
