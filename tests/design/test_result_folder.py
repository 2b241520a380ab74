"""Results on disk: whole or not at all, in their place, and nothing of anyone else's lost."""

from __future__ import annotations

import csv
import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import design_by_hand
import pytest
from full_instance import FULL, put
from paths import ARCHETYPE

import optimiser
from optimiser import atomic_writing
from optimiser.design.result_folder import check_target, write_result
from optimiser.design.status import Status
from optimiser.errors import SolverError

COMMANDS = {
    "solve": [], "verify": [], "explain": [], "diagnose": [], "compare": ["--no-reach"],
    "alternatives": ["--count", "1"], "frontier": ["--objectives", "accountability,responsiveness"],
    "map": [], "thresholds": ["weights.responsiveness"],
}  # fmt: skip


def call(command: str, tmp_path: Path) -> list[str]:
    """How a command is called, but for --out."""
    design = []
    if command == "verify":
        names = ("I1", "I2", "P1", "P2", "O1", "O2")
        (tmp_path / "mine.csv").write_text("decision,level\n" + "".join(f"{name},local\n" for name in names))
        design = [str(tmp_path / "mine.csv")]
    return [command, ARCHETYPE, *design, *COMMANDS[command]]


def contents(folder: Path) -> dict[str, bytes]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def nothing(status: Status = Status.UNKNOWN):
    return design_by_hand.design(status=status, best=None, closest=None, neighbours=None)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_result_is_written_and_replaced_by_its_own_command_alone(run, tmp_path, command):
    out = tmp_path / "deep" / "result"
    asked = [*call(command, tmp_path), "--out", str(out)]
    for _ in "again":
        ran = run(*asked)
        assert (ran.code, ran.err) == (0, f"written to {out}\n")
    document = json.loads((out / "result.json").read_text())
    assert document["command"] == command
    tables = (f"{table}.csv" for table in document["tables"])
    assert {path.name for path in out.iterdir()} == {"result.json", "instance", *tables}
    assert optimiser.read(out / "instance").hash == document["run"]["instance_hash"]
    before = contents(out)
    other = "solve" if command != "solve" else "verify"
    ran = run(*call(other, tmp_path), "--out", str(out))
    said = f"{str(out)!r} is not written: the folder holds a result of `{command}`, not of `{other}`; "
    assert (ran.code, ran.out, ran.err) == (2, "", said + "name another folder\n")
    assert contents(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["result"]


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.INFEASIBLE])
def test_a_run_that_found_nothing_leaves_an_earlier_result(run, tmp_path, monkeypatch, status):
    out = tmp_path / "result"
    assert run("solve", ARCHETYPE, "--out", str(out)).code == 0
    before = contents(out)
    monkeypatch.setattr("optimiser.solver.solve.solve", lambda *_, **__: nothing(status))
    ran = run("solve", ARCHETYPE, "--out", str(out))
    assert (ran.code, ran.err) == (
        3 if status is Status.INFEASIBLE else 5,
        f"nothing was found, and {out} is left as it was\n",
    )
    assert contents(out) == before
    assert run("solve", ARCHETYPE, "--out", str(tmp_path / "new")).err == f"written to {tmp_path / 'new'}\n"
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"result.json", "instance"}


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in ("solve", "verify")])
def test_so_does_a_question_without_an_answer(run, tmp_path, command):
    out = tmp_path / "result"
    asked = call(command, tmp_path)
    assert run(*asked, "--out", str(out)).code == 0
    before = contents(out)
    ran = run(*asked, "--time-limit", "1e-9", "--out", str(out))
    assert ran.code in (4, 5)
    document = json.loads(run(*asked, "--time-limit", "1e-9", "--json").out)
    if "left as it was" in ran.err:
        assert contents(out) == before
    else:  # it has something to say
        assert any(document.get(key) for key in ("designs", "decisions", "cells", "facts", "intervals"))


def refused(run, out: str | Path, reason: str) -> None:
    ran = run("solve", ARCHETYPE, "--out", str(out))
    assert (ran.code, ran.out) == (2, ""), ran
    assert len(ran.err.splitlines()) == 1
    assert ran.err.count("is not written") == 1
    assert reason in ran.err


def test_a_place_that_cannot_be_written_is_refused_before_solving(run, tmp_path, monkeypatch):
    def never(*_, **__):
        raise SolverError("it was asked")

    monkeypatch.setattr("optimiser.solver.solve.solve", never)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    put(tmp_path / "noted", {"note.txt": ""})
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    refused(run, ".", "the folder you are in")
    refused(run, tmp_path, "the folder you are in")
    refused(run, "", "no name")
    refused(run, "/", "'/' is not written")
    refused(run, "file", "it is a file")
    refused(run, "file/result", f"{tmp_path / 'file'} is a file, not a folder")
    refused(run, "file/deep/result", f"{tmp_path / 'file'} is a file, not a folder")
    refused(run, "x" * 300, "the name is too long")
    refused(run, "x" * 250, "the name is too long")  # there is no room beside it
    refused(run, f"{'y' * 300}/result", "the name is too long")
    refused(run, "/".join(["deep"] * 2000), "the name is too long")
    refused(run, "noted", "holds 'note.txt', which is no earlier result")
    refused(run, "loop", "its links go round")
    refused(run, "loop/result", "its links go round")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "loop", "noted"]


@pytest.mark.parametrize("note", ["note.txt", "note.csv", "other.json", ".hidden", "sub"])
def test_a_result_with_something_else_beside_it_is_not_replaced(tmp_path, note):
    design_by_hand.design().save(tmp_path / "result")
    if note == "sub":
        (tmp_path / "result" / note).mkdir()
    else:
        (tmp_path / "result" / note).write_text("mine")
    before = sorted(path.name for path in (tmp_path / "result").iterdir())
    with pytest.raises(optimiser.InputError, match=f"beside an earlier result the folder holds '{note}'"):
        design_by_hand.design().save(tmp_path / "result")
    assert sorted(path.name for path in (tmp_path / "result").iterdir()) == before


@pytest.mark.parametrize("document", ["", "[]", "{", '{"a": 1}', '{"format": 1, "tables": 3}'])
def test_a_document_of_another_kind_is_no_result(tmp_path, document):
    put(tmp_path / "mine", {"result.json": document, "design.csv": ""})
    with pytest.raises(optimiser.InputError, match="is not written"):
        check_target(tmp_path / "mine", "solve")


def test_permissions_are_those_of_any_other_folder(tmp_path):
    mask = os.umask(0o027)
    try:
        design_by_hand.design().save(tmp_path / "deep" / "result")
    finally:
        os.umask(mask)
    mode = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep").rglob("*")}
    assert mode[tmp_path / "deep" / "result"] == 0o750
    assert {m for path, m in mode.items() if path.is_file()} == {0o640}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_is_said_with_code_1_and_costs_nothing(run, tmp_path, monkeypatch, code):
    out = tmp_path / "result"
    assert run("solve", ARCHETYPE, "--out", str(out)).code == 0
    before = contents(out)

    def full(*_, **__):
        raise OSError(code, os.strerror(code), str(out))

    monkeypatch.setattr("os.fsync", full)
    ran = run("solve", ARCHETYPE, "--out", str(out))
    assert (ran.code, "value 0.35" in ran.out) == (1, True)  # what was found is said all the same
    assert os.strerror(code) in ran.err
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


@pytest.mark.parametrize("error", [OSError(errno.EACCES, "no"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", [1, 2])
def test_an_end_between_two_renames_loses_nothing(tmp_path, monkeypatch, error, step):
    design_by_hand.design().save(tmp_path / "result")
    before, count = contents(tmp_path / "result"), iter(range(1, 9))

    def ending(move):
        def ends(self, target):
            if next(count) == step:
                raise error
            return move(self, target)

        return ends

    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, ending(getattr(Path, name)))
    with pytest.raises(type(error)):
        design_by_hand.design(bound=0.6).save(tmp_path / "result")
    assert contents(tmp_path / "result") == before
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


KILLED = """
import os, signal, sys
from pathlib import Path
from optimiser import atomic_writing
moment, target = sys.argv[1], Path(sys.argv[2])
def kill(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
if moment == "writing": os.fsync = kill
if moment == "between": Path.replace = kill
if moment == "after": atomic_writing.shutil.rmtree = kill
atomic_writing.write_folder(target, {"result.json": "new"})
"""


@pytest.mark.skipif(atomic_writing.fcntl is None, reason="nothing tells whether a process still writes")
@pytest.mark.parametrize(("moment", "kept"), [("writing", "old"), ("between", "old"), ("after", "new")])
def test_what_a_killed_process_left_is_put_right_by_the_next(tmp_path, moment, kept):
    target = tmp_path / "res[ul]t"
    atomic_writing.write_folder(target, {"result.json": "old"})
    ran = subprocess.run([sys.executable, "-c", KILLED, moment, str(target)], check=False)
    assert ran.returncode == -9
    assert len(list(tmp_path.iterdir())) > 1
    assert atomic_writing.check_place(target) == target
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert contents(target) == {"result.json": kept.encode()}


@pytest.mark.skipif(atomic_writing.fcntl is None, reason="nothing tells whether a process still writes")
def test_what_another_process_still_writes_is_left_to_it(tmp_path):
    new = tmp_path / ".result.0123abcd.new"
    new.mkdir()
    with atomic_writing._locked(new) as mine:
        assert mine
        atomic_writing.write_folder(atomic_writing.check_place(tmp_path / "result"), {"result.json": ""})
        assert new.exists()
    atomic_writing.check_place(tmp_path / "result")
    assert not new.exists()


def test_every_decision_stands_for_every_locality_with_labels_and_populations(tmp_path):
    instance = optimiser.read(put(tmp_path / "full", FULL)).replace("limits.max_changes", set=4)
    design = optimiser.solve(instance)
    design.save(tmp_path / "out")
    with (tmp_path / "out" / "design_by_locality.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 3
    assert rows[0] | {"level": ""} == {
        "decision": "ppe", "label": "Protective equipment", "type": "input", "organisation": "A1",
        "name": "First", "population": "1000.0", "level": "",
    }  # fmt: skip
    levels = instance["levels"]["level"]
    assert [row["level"] for row in rows] == [levels[held] for held in design.held.ravel()]


def test_numbers_have_twelve_significant_digits(tmp_path):
    instance = optimiser.read(put(tmp_path / "full", FULL)).replace("limits.max_changes", set=4)
    optimiser.solve(instance).save(tmp_path / "out")

    def numbers(value):
        if isinstance(value, dict | list):
            for part in value.values() if isinstance(value, dict) else value:
                yield from numbers(part)
        elif isinstance(value, float):
            yield value

    document = json.loads((tmp_path / "out" / "result.json").read_text())
    found = list(numbers(document))
    for path in (tmp_path / "out").glob("*.csv"):
        for row in list(csv.reader(path.read_text().splitlines()))[1:]:
            found += [float(cell) for cell in row if cell and cell[0].isdigit()]
    assert len(found) > 200
    assert all(float(f"{number:.12g}") == number for number in found)


def test_a_result_without_a_command_is_one_of_solve(tmp_path):
    write_result(tmp_path / "r", {"format": 1, "tables": []}, {}, optimiser.read(ARCHETYPE))
    assert check_target(tmp_path / "r", "solve") == tmp_path / "r"
