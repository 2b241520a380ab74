"""Workers that come and go: killed, interrupted, unguarded, of an executor that breaks, of a cluster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import distributed
import pandas as pd
import pytest
from kill_study import STUDY, answers, begun, differing, kill_often
from marked_work import POISON, SLOW, opened, square

import optimiser
from optimiser.studies.workers.cluster import Cluster
from optimiser.studies.workers.crew import finished
from optimiser.studies.workers.executors import Executed
from optimiser.studies.workers.processes import GUARD, Processes
from optimiser.studies.workers.work import Died, Failed, Opening

ROOT = Path(__file__).resolve().parents[3]


def asked(crew: Any, numbers: list[int]) -> dict[int, list[Any]]:
    """What comes of numbers; one whose worker died is given once more."""
    left, came = list(numbers), dict[int, list[Any]]()

    def give() -> tuple[int, int] | None:
        return (left[0], left.pop(0)) if left else None

    try:
        for results in finished(crew, give, lambda: False):
            for x, result in results:
                came.setdefault(x, []).append(result)
                if isinstance(result, Died) and len(came[x]) < 2 and not getattr(crew, "broken", False):
                    left.insert(0, x)
    finally:
        crew.close()
    return came


def test_only_the_task_that_ended_its_worker_is_blamed(tmp_path: Path) -> None:
    numbers = [1, 2, POISON, 3, 4, 13, SLOW, 5]
    came = asked(Processes(Opening.of(opened, str(tmp_path)), square, 2), numbers)
    assert came.pop(POISON) == [Died(alone=True), Died(alone=True)]
    assert came.pop(13) == [Failed("ValueError: unlucky")]
    assert came == {x: [x * x] for x in (1, 2, 3, 4, 5, SLOW)}
    marks = {path.name: len(path.read_text()) for path in tmp_path.iterdir()}
    assert marks == {str(x): 2 if x == POISON else 1 for x in numbers}  # nothing was done twice


def test_workers_that_cannot_start_are_given_up(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="end as they start"):
        asked(Processes(Opening.of(os._exit, 3), square, 1), [1])


def test_an_executor_that_breaks_ends_the_run_and_blames_nobody_for_sure(tmp_path: Path) -> None:
    opening = Opening.of(opened, str(tmp_path))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        crew = Executed(executor, opening, square, 3)
        came = asked(crew, [1, POISON, 2, 3, 4])
    assert crew.broken
    assert came[1] == [1]
    assert came[POISON] == [Died(alone=False)]
    assert 4 not in came


def test_a_cluster_blames_only_the_task_that_ended_its_worker(tmp_path: Path) -> None:
    study = STUDY.format(samples=6)
    (tmp_path / "study.toml").write_text(study)
    instance = optimiser.read(ROOT / "instances" / "archetype")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        client = distributed.Client(cluster)
        came = asked(Cluster(client, Opening.of(opened, str(tmp_path)), square), [1, POISON, 2, 3])
        assert came == {1: [1], 2: [4], 3: [9], POISON: [Died(alone=True), Died(alone=True)]}
        batch = optimiser.sensitivity(instance, tmp_path / "study.toml", scheduler=cluster.scheduler_address)
        there = batch.run()
    with ThreadPoolExecutor(1) as executor:
        here = optimiser.sensitivity(instance, tmp_path / "study.toml", executor=executor).run()
    for name, table in here.every.items():
        pd.testing.assert_frame_equal(table, there.frame(name), check_exact=True)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "study.toml").write_text(STUDY.format(samples=24))
    return tmp_path / "study.toml"


@pytest.fixture
def alone(study: Path) -> Path:
    folder = study.with_name("alone")
    with ThreadPoolExecutor(1) as executor:
        batch = optimiser.sensitivity(
            optimiser.read(ROOT / "instances" / "archetype"), study, out=folder, executor=executor
        )
        batch.run()
        batch.close()
    return folder


def test_killed_at_any_moment_it_goes_on_and_says_the_same(study: Path, alone: Path) -> None:
    killed = study.with_name("killed")
    counts = kill_often(lambda: begun(study, killed, workers=1), killed, 1, lambda: 0.1)
    assert counts == {"kills": 1, "lost": 0, "changed": 0, "finished early": 0}
    assert differing(killed, alone) == []


@pytest.fixture
def running(study: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A run that has kept some answers."""
    study.write_text(STUDY.format(samples=4000))
    folder = study.with_name("running")
    process = begun(study, folder, workers=1)
    while len(answers(folder)) < 2:
        assert process.poll() is None
        time.sleep(0.02)
    yield process, folder
    if process.poll() is None:
        process.kill()
        process.wait()


def worker_of(process: subprocess.Popen[bytes]) -> int:
    """The process that solves for another."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        pytest.skip("this system does not tell who a process's children are")
    every = children.read_text().split()
    (worker,) = [pid for pid in every if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return int(worker)


def test_a_killed_worker_is_replaced_and_an_interrupted_run_says_how_to_go_on(
    running: tuple[subprocess.Popen[bytes], Path],
) -> None:
    process, folder = running
    instance = optimiser.read(ROOT / "instances" / "archetype")
    with pytest.raises(optimiser.InputError, match="another run is at work"):
        optimiser.sensitivity(instance, folder.with_name("study.toml"), out=folder)
    os.kill(worker_of(process), signal.SIGKILL)
    before = len(answers(folder))
    while len(answers(folder)) <= before + 1:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "the same command goes on" in said.decode()
    document = json.loads((folder / "result.json").read_text())
    assert not document["complete"]
    assert document["interrupted"]
    assert {row["status"] for row in document["results"]} == {"optimal"}
    assert len(document["results"]) == len(answers(folder)) > before


def test_a_script_without_the_guard_is_told_so(tmp_path: Path) -> None:
    study = {
        "name": "x", "method": "latin-hypercube", "samples": 2,
        "vary": [{"name": "a", "what": "organisations.staff_hours", "how": "multiply", "range": [0.5, 1]}],
    }  # fmt: skip
    script = tmp_path / "script.py"
    script.write_text(
        f"import optimiser\nbatch = optimiser.sensitivity(optimiser.read('instances/archetype'), {study}, workers=1)\n"
        "print(batch.frame('results'))\n"
    )
    ran = subprocess.run(
        [sys.executable, script], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stderr.strip().splitlines()[-1].endswith(GUARD)
    assert ran.stderr.count("Traceback") == 1  # the parent's alone
