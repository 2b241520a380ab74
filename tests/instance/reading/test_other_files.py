"""What lies beside the tables: left alone and named, passed over, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from full_instance import FULL, put

from optimiser.errors import InputError
from optimiser.instance.checking.check import warnings
from optimiser.instance.read import read

LEFT_ALONE = [
    ".DS_Store", "._decisions.csv", "Thumbs.db", "desktop.ini", "ehthumbs.db", "~$book.xlsx", "~$decisions.csv",
    ".~lock.decisions.csv#", "decisions.csv~", "#decisions.csv#", ".decisions.csv.swp", "decisions.csv.bak",
    "decisions.csv.gz", "decisions.tsv", "decisions.txt", "notes.txt", "notes.md", "notes.docx", "LICENSE", "LICENCE.txt",
    "README", "README.txt", "analysis.ipynb", "paper.pdf", "book.xlsx", "old.xls", "sheet.ods", "plot.png", "make.py",
    "run.R", ".gitignore", ".gitattributes", "Icon\r", "instance.toml.txt", "instance.json", "data.parquet",
]  # fmt: skip


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_is_no_table_is_named_and_left_alone(name: str, tmp_path: Path) -> None:
    plain = read(put(tmp_path / "plain", FULL))
    found = read(put(tmp_path / "full", {**FULL, name: b"\xff\x00 anything"}))
    assert found.hash == plain.hash
    shown = name.replace("\r", "\\r")
    assert set(warnings(found)) - set(warnings(plain)) == {f"'{shown}' is no table and was left alone"}


def test_all_of_them_are_named_in_one_warning(tmp_path: Path) -> None:
    plain = read(put(tmp_path / "plain", FULL))
    found = read(put(tmp_path / "full", {**FULL, **dict.fromkeys(LEFT_ALONE[:8], "x")}))
    (line,) = set(warnings(found)) - set(warnings(plain))
    assert line.endswith(" are no tables and were left alone")
    assert all(name in line for name in LEFT_ALONE[:8])


def test_studies_and_sub_folders_are_passed_over_without_a_word(tmp_path: Path) -> None:
    plain = read(put(tmp_path / "plain", FULL))
    folder = put(tmp_path / "full", {**FULL, "study.toml": "no = toml =", "README.md": "# Mine"})
    for name in ("results", ".git", "old.csv", "__pycache__"):
        put(folder / name, {"decisions.csv": "x"})
    assert warnings(read(folder)) == warnings(plain)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("decision.csv", "; did you mean 'decisions.csv'?"), ("Risks.csv", "; did you mean 'risk.csv'?"),
        ("decisions (1).csv", "; did you mean 'decisions.csv'?"), ("Copy of needs.CSV", ""), ("organizations.csv", "; did you mean 'organisations.csv'?"),
        ("zzz.csv", ""), ("delay.csv", "; did you mean 'delays.csv'?"), ("times.csv", ""), ("futures.csv", ""),
    ],
)  # fmt: skip
def test_an_unknown_table_is_refused_with_what_to_do(name: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(put(tmp_path, {**FULL, name: "a,b\n1,2\n"}))
    (line,) = error.value.problems
    assert line.startswith(f"{name}: '{name}' is not a table of an instance{hint}")
    assert line.endswith(" (rename it, or move it to a sub-folder)")


@pytest.mark.parametrize(
    ("missing", "there", "lines"),
    [
        ("decisions.csv", "Decision.csv",
         ["Decision.csv: 'Decision.csv' is not a table of an instance; did you mean 'decisions.csv'? (rename it, or move it to a sub-folder)"]),
        ("decisions.csv", "decisions.csv.txt", ["decisions.csv: this file must be there (rename 'decisions.csv.txt'?)"]),
        ("instance.toml", "instance.toml.txt", ["instance.toml: this file must be there (rename 'instance.toml.txt'?)"]),
        ("instance.toml", "book.xlsx",
         ["instance.toml: this file must be there (to read the workbook, give 'book.xlsx' in place of its folder)"]),
    ],
)  # fmt: skip
def test_a_file_that_must_be_there_may_have_another_name(
    missing: str, there: str, lines: list[str], tmp_path: Path
) -> None:
    files = {"instance.toml": 'name = "x"\n', "decisions.csv": "decision,type\na,input\n"}
    files[there] = files.pop(missing)
    with pytest.raises(InputError) as error:
        read(put(tmp_path, files))
    assert list(error.value.problems) == lines
