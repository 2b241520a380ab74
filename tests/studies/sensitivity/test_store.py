"""What is kept stays kept: whoever writes, whatever the disk does, and whatever was changed meanwhile."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import optimiser
from optimiser.instance.instance import Instance
from optimiser.studies.sensitivity import sensitivity
from optimiser.studies.sensitivity.outcome import Outcome
from optimiser.studies.sensitivity.running import export, store
from optimiser.studies.sensitivity.running.answering import Answer, Fared, Solve
from optimiser.studies.sensitivity.running.store import Store, design_key, sample_key

STAFF = {"name": "staff", "what": "organisations.staff_hours", "how": "multiply", "range": [0.3, 1.2]}
DOUBTS = {"name": "doubts", "method": "latin-hypercube", "samples": 4, "vary": [STAFF]}


@pytest.fixture(scope="module")
def archetype() -> Instance:
    return optimiser.read("instances/archetype")


@pytest.fixture(scope="module")
def begun(archetype: Instance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study that has come to its end."""
    folder = tmp_path_factory.mktemp("begun") / "doubts"
    ran(archetype, folder)
    return folder


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(begun, tmp_path / "doubts"))


def ran(instance: Instance, folder: Path, study: dict[str, Any] = DOUBTS, **how: Any) -> Outcome:
    with ThreadPoolExecutor(1) as executor:
        batch = optimiser.sensitivity(instance, study, out=folder, executor=executor, **how)
        try:
            return batch.run()
        finally:
            batch.close()


def answer(k: int) -> tuple[bytes, Answer]:
    held = bytes([k % 3, 1, 0])
    return sample_key({"k": k}), Answer("optimal", "", 0.1 * k, 0.2 * k, (0.1, k / 3), held, True, False)


def test_what_is_kept_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    kept = Store(tmp_path / "study")
    kept.keep(map(answer, range(7)))
    kept.keep([answer(3)])
    kept.keep_fared(
        [(answer(1)[0], b"design", Fared(1 / 3)), (answer(2)[0], b"design", Fared(None, "staff"))]
    )
    kept.say(begun={"a": [1.5]})
    kept.close()
    again = Store(tmp_path / "study")
    found = again.answers()
    assert len(found) == 7
    for key, one in map(answer, range(7)):
        assert (found[key].value, found[key].bound, found[key].objectives) == (
            one.value,
            one.bound,
            one.objectives,
        )
        assert (found[key].verified, found[key].neighbours, found[key].better) == (True, False, False)
        assert again.held(found[key].design or b"") == one.held
    assert again._base.execute("SELECT count(*) FROM designs").fetchone() == (3,)  # each once
    assert again.fared(b"design") == {answer(1)[0]: Fared(1 / 3), answer(2)[0]: Fared(None, "staff")}
    assert again.about("begun") == {"a": [1.5]}
    assert again._base.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert again._base.execute("PRAGMA synchronous").fetchone() == (2,)  # full
    again.close()


def test_samples_and_designs_are_told_apart_by_every_bit() -> None:
    x = 0.1
    assert sample_key({"a": x, "b": 1}) == sample_key({"b": 1, "a": np.float64(x)})
    keys = [sample_key(row) for row in ({"a": x}, {"a": np.nextafter(x, 1)}, {"b": x}, {"a": "0.1"})]
    assert len(set(keys)) == 4
    assert design_key(b"\0\1") != design_key(b"\1\0")


def test_a_second_run_says_so_and_leaves(archetype: Instance, folder: Path) -> None:
    first = optimiser.sensitivity(archetype, DOUBTS, out=folder)
    with pytest.raises(optimiser.InputError, match="another run is at work on this study"):
        optimiser.sensitivity(archetype, DOUBTS, out=folder)
    with pytest.raises(optimiser.InputError, match="another run"):
        optimiser.sensitivity(archetype, DOUBTS, out=folder, fresh=True)
    first.close()
    optimiser.sensitivity(archetype, DOUBTS, out=folder).close()


def test_a_lock_ends_with_whoever_held_it(folder: Path) -> None:
    hold = (
        "import os, sys, pathlib\nfrom optimiser.studies.sensitivity.running.store import Store\n"
        "store = Store(pathlib.Path(sys.argv[1]))\nos._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", hold, folder], check=False).returncode == 9
    Store(folder).close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gap": 0.01}, "the study has changed since it was begun"),
        ({"seed": 2}, "the study has changed"),
        ({"vary": [STAFF | {"range": [0.3, 1.1]}]}, "the study has changed"),
        ({"samples": 5}, "4 of the samples kept there are none of the study as it is now"),
    ],
)
def test_another_study_is_refused(
    archetype: Instance, folder: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(optimiser.InputError, match=said):
        ran(archetype, folder, DOUBTS | change)
    found = ran(archetype, folder, DOUBTS | change, fresh=True)
    assert found.complete


def test_another_instance_and_another_engine_are_refused(
    archetype: Instance, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = archetype.replace("organisations.staff_hours", multiply=1.01)
    with pytest.raises(optimiser.InputError, match="the instance has changed since it was begun"):
        ran(other, folder)
    monkeypatch.setattr(sensitivity, "VERSION", "HiGHS 9")
    with pytest.raises(optimiser.InputError, match=r"it was begun with .* and this is .*HiGHS 9"):
        ran(archetype, folder)


def test_twice_as_many_samples_keep_those_that_are_there(
    archetype: Instance, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pd.read_csv(folder / "results.csv")
    asked = list[int]()
    monkeypatch.setattr(
        "optimiser.studies.sensitivity.running.running.Solve",
        lambda row, check: [asked.append(1), Solve(row, check)][1],
    )
    found = ran(archetype, folder, DOUBTS | {"samples": 8})
    assert (len(asked), len(found.frame("results"))) == (4, 8)
    after = pd.read_csv(folder / "results.csv")
    pd.testing.assert_series_equal(after["value"][:4], before["value"])


def test_failed_samples_are_solved_again_when_asked(archetype: Instance, folder: Path) -> None:
    kept = Store(folder)
    first = next(iter(kept.answers()))
    kept.keep([(first, Answer("failed", "the machine caught fire"))])
    kept.blame(first, sure=True)
    kept.close()
    found = ran(archetype, folder)
    assert found.failed == 1
    assert not found.complete
    assert ran(archetype, folder, retry="failed").complete


def test_network_drives_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drive = tmp_path / "far away"
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"/dev/sda / ext4 rw 0 0\nhere:/x {str(drive).replace(' ', chr(92) + '040')} nfs4 rw 0 0\n"
    )
    assert store.file_system(drive / "study", mounts) == "nfs4"
    assert store.file_system(tmp_path, mounts) == "ext4"
    monkeypatch.setattr(store, "MOUNTS", mounts)
    with pytest.raises(optimiser.InputError, match=r"network drive \(nfs4\)"):
        Store(drive)


def test_what_is_no_store_is_left_alone(
    archetype: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study.sqlite").write_bytes(b"my diary" * 1000)
    opened, connect = list[sqlite3.Connection](), sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda place: [opened.append(connect(place)), opened[-1]][1])
    with pytest.raises(optimiser.InputError, match="is no store of a study"):
        ran(archetype, tmp_path)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")
    monkeypatch.setattr(sqlite3, "connect", connect)
    assert (tmp_path / "study.sqlite").read_bytes() == b"my diary" * 1000
    (tmp_path / "study.sqlite").unlink()
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(optimiser.InputError, match=r"it holds 'diary.txt', which is no part of a study"):
        ran(archetype, tmp_path)


# Tables


def test_tables_are_renewed_whole_or_not_at_all(
    archetype: Instance, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in folder.glob("*.csv")}

    def broken(self: Any, *arguments: Any, **named: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pd.DataFrame, "to_csv", broken)
        with pytest.raises(OSError, match="No space"):
            ran(archetype, folder, DOUBTS | {"samples": 8})
    assert {path.name: path.read_bytes() for path in folder.glob("*.csv")} == before
    assert (folder / "result.json").exists()
    found = ran(archetype, folder, DOUBTS | {"samples": 8})  # nothing is solved again
    assert len(pd.read_csv(folder / "results.csv")) == 8 == len(found.frame("results"))


def test_a_renewal_that_was_ended_between_is_brought_to_its_end(folder: Path) -> None:
    for moved in range(4):
        made = folder / export.MADE
        made.mkdir()
        for path in [*folder.glob("*.csv"), folder / "study.toml", folder / "result.json"]:
            (made / path.name).write_text("new")
        order = sorted(
            (p.name for p in made.iterdir()), key=lambda n: (n == "result.json", n != "study.toml", n)
        )
        for name in order[:moved]:
            (made / name).replace(folder / name)
        export.settle(folder)
        assert {path.read_text() for path in folder.glob("*.csv")} == {"new"}
        assert (folder / "result.json").read_text() == "new"
        assert not made.exists()


def test_parquet_has_what_csv_has(archetype: Instance, folder: Path) -> None:
    csv = pd.read_csv(folder / "results.csv")
    ran(archetype, folder, format="parquet")
    assert not list(folder.glob("*.csv"))
    parquet = pd.read_parquet(folder / "results.parquet")
    np.testing.assert_array_equal(parquet["value"], csv["value"])


# A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "none", disk], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield disk
    gc.collect()  # a failure remembers its cursors, and these keep the store open
    subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(os.name != "posix", reason="mount is for POSIX systems")
def test_a_full_disk_ends_it_and_loses_nothing(archetype: Instance, small_disk: Path) -> None:
    study = DOUBTS | {"samples": 32}
    folder = small_disk / "doubts"
    ran(archetype, folder, study, limit=3)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(b"x" * 1024)
            except OSError:
                break
    with pytest.raises(OSError, match="what was found before is kept, and once there is room") as failed:
        ran(archetype, folder, study)
    assert "doubts" in str(failed.value)
    filler.unlink()
    found = ran(archetype, folder, study)
    assert found.complete
    assert len(pd.read_csv(folder / "results.csv")) == 32


def test_a_store_that_is_forgotten_closes_itself() -> None:
    kept = Store(None)
    base = kept._base
    del kept
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        base.execute("SELECT 1")
