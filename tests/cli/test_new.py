"""The verb new: a first instance, one for a workshop, a copy of one that ships; as a folder or as a workbook."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from paths import INSTANCES

from optimiser.errors import InputError
from optimiser.instance import examples
from optimiser.instance.read import read

SHIPPED = sorted(path.parent.name for path in INSTANCES.glob("*/instance.toml"))
KINDS = ["", "--workshop", *(f"--example {name}" for name in SHIPPED)]


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def read_or_refused(path: Path) -> object:
    """What an instance says: itself by its hash, or what is wrong with it but for where."""
    try:
        return read(path).hash
    except InputError as error:
        told = [line.split(" ", 1)[1].rpartition(": ")[2] for line in error.problems]
        return [re.sub(r"lines (\d+-\d+)|[A-Z](\d+-)[A-Z](\d+)", r"\1\2\3", line) for line in told]


def test_examples_are_listed_where_none_is_named(run) -> None:
    assert run("new", "--example").out.split() == SHIPPED
    assert json.loads(run("new", "--example", "--json").out)["examples"] == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_an_example_is_a_copy(run, tmp_path: Path, name: str) -> None:
    ran = run("new", "--example", name, str(tmp_path / "deep" / "mine"))
    assert (ran.code, ran.err) == (0, "")
    assert content(tmp_path / "deep" / "mine") == content(INSTANCES / name)


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_says_what_the_folder_says(run, tmp_path: Path, kind: str) -> None:
    assert run("new", str(tmp_path / "mine"), *kind.split()).code == 0
    ran = run("new", str(tmp_path / "mine"), "--excel", *kind.split())
    assert ran.code == 0
    assert ran.out.startswith(str(tmp_path / "mine.xlsx"))
    assert read_or_refused(tmp_path / "mine.xlsx") == read_or_refused(tmp_path / "mine")


def test_a_name_that_ends_as_a_workbook_does_is_one(run, tmp_path: Path) -> None:
    assert run("new", str(tmp_path / "mine.xlsx")).code == 0
    assert read(tmp_path / "mine.xlsx").name == "mine"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("new", ["DIR: say into which new folder"]),
        ("new X --example", [f"--example: say which ({', '.join(SHIPPED)})"]),
        (
            "new X --example englnd",
            [f"--example: 'englnd' is none that ships ({', '.join(SHIPPED)}); did you mean 'england'?"],
        ),
        (
            "new --example nonsense --workshop",
            [
                "DIR: say into which new folder",
                f"--example: 'nonsense' is none that ships ({', '.join(SHIPPED)})",
                "--workshop and --example: an example is scored already; give one of the two",
            ],
        ),
    ],
)
def test_a_wrong_call_is_said_all_at_once_and_writes_nothing(run, tmp_path, monkeypatch, call, said) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*call.split())
    assert (ran.code, ran.out, ran.err.splitlines()) == (2, "", said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["", "--workshop", "--example archetype", "--excel"])
def test_what_is_there_is_left_alone(run, tmp_path: Path, kind: str) -> None:
    (tmp_path / "mine").mkdir()
    for file in (tmp_path / "mine" / "notes.txt", tmp_path / "mine.xlsx"):
        file.write_text("mine")
    ran = run("new", str(tmp_path / "mine"), *kind.split())
    assert (ran.code, ran.out) == (2, "")
    assert "exists already; nothing was written" in ran.err
    assert {path.read_text() for path in tmp_path.rglob("*.*")} == {"mine"}


@pytest.mark.parametrize("name", ["loop", "loop/mine", "loop.xlsx/mine.xlsx"])
def test_links_that_go_round_are_refused(run, tmp_path: Path, name: str) -> None:
    for loop in (tmp_path / "loop", tmp_path / "loop.xlsx"):
        loop.symlink_to(loop)
    ran = run("new", str(tmp_path / name))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "its links go round" in ran.err


def test_a_folder_below_a_file_is_refused(run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run("new", str(tmp_path / "file" / "mine"))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "is a file, not a folder" in ran.err


def test_every_example_can_be_had_from_python() -> None:
    assert [set(examples.texts(name)) for name in SHIPPED] == [set(content(INSTANCES / n)) for n in SHIPPED]
