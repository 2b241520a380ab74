"""A path that is no instance's: what it is, and what was meant."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from paths import ARCHETYPE

import optimiser
from optimiser import InputError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which one works: instances, results, studies, and what lies about."""
    for name in ("mine", "data/north", "data/south"):
        shutil.copytree(ARCHETYPE, tmp_path / name)
    optimiser.read(ARCHETYPE).write(tmp_path / "book.xlsx")
    optimiser.solve(optimiser.read(ARCHETYPE)).save(tmp_path / "results" / "one")
    (tmp_path / "empty").mkdir()
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("")
    (tmp_path / "doubts.toml").write_text('name = "doubts"\nmethod = "grid"\n')
    for name in ("mine.zip", "old.xls", "notes.txt", "broken.toml"):
        (tmp_path / name).write_bytes(b"\xff[")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (".", "'.' is not an instance, but holds some; did you mean './book.xlsx' or './mine'?"),
        ("data", "'data' is not an instance, but holds some; did you mean 'data/north' or 'data/south'?"),
        ("data/", "'data/' is not an instance, but holds some; did you mean 'data/north' or 'data/south'?"),
        ("min", "'min' does not exist; did you mean './mine'?"),
        ("book", "'book' does not exist; did you mean './book.xlsx'?"),
        ("data/nort", "'data/nort' does not exist; did you mean 'data/north'?"),
        ("dat/nort", "'dat/nort' does not exist; did you mean 'data/north'?"),
        ("mine/decisions.csv", "'mine/decisions.csv' is a part of an instance; did you mean './mine'?"),
        ("mine/instance.toml", "'mine/instance.toml' is a part of an instance; did you mean './mine'?"),
        ("results/one", "'results/one' holds a result, not an instance; an instance is a folder"),
        ("results/one/result.json", "is a result, not an instance"),
        ("results", "'results' is not an instance: it has no instance.toml"),
        ("letters", "'letters' is not an instance: it has no instance.toml"),
        ("empty", "'empty' is an empty folder; `optimiser new` writes a first instance into it"),
        ("doubts.toml", "'doubts.toml' is a study, not an instance"),
        ("broken.toml", "'broken.toml' is a file, not an instance"),
        ("notes.txt", "'notes.txt' is a file, not an instance"),
        ("mine.zip", "'mine.zip' is an archive: unpack it"),
        ("old.xls", "'old.xls' is a workbook of the old kind: save it as .xlsx"),
        ("/dev/null", "'/dev/null' is neither a file nor a folder, not an instance"),
        (
            "nothing/like/this",
            "'nothing/like/this' does not exist; an instance is a folder with instance.toml",
        ),
        ("x" * 300, "cannot be read: File name too long"),
        ("a\0b", "does not exist"),
    ],
)
def test_what_it_is_and_what_was_meant(home: Path, run, path: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        optimiser.read(path)
    (problem,) = error.value.problems
    assert said in problem
    ran = run("solve", path)
    assert (ran.code, ran.out, ran.err) == (2, "", f"{problem}\n")


def test_a_folder_that_only_lacks_its_toml_is_told_so(home: Path) -> None:
    (home / "mine" / "instance.toml").unlink()
    with pytest.raises(InputError, match=r"instance\.toml: this file must be there"):
        optimiser.read("mine")
