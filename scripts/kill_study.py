"""Kill a study again and again (-9), let it go on each time, and hold what it says against one left alone.

`scripts/kill_study.py [KILLS] [SEED]` prints how many kills there were, how many answers any of them lost,
doubled or changed, and how many tables differ in the end.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import optimiser
import optimiser.studies.sensitivity.sensitivity  # now, and not in every run

ROOT = Path(__file__).resolve().parents[1]
INSTANCE = ROOT / "instances" / "archetype"
STUDY = """
name = "killed"
method = "latin-hypercube"
samples = {samples}
designs = ["best"]
vary = [
    {{ name = "staff", what = "organisations.staff_hours", how = "multiply", range = [0.2, 1.2] }},
    {{ name = "weights", simplex = ["risk_pooling", "accountability", "responsiveness"] }},
]
"""
PATIENCE = 300  # seconds for a run to come to its first new answer


def begun(study: Path, folder: Path, workers: int = 2) -> subprocess.Popen[bytes]:
    """A run of a study, in a process of its own."""
    call = [sys.executable, "-m", "optimiser", "sensitivity", str(INSTANCE), str(study), "--out", str(folder)]
    return subprocess.Popen(
        [*call, "--workers", str(workers)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


class Run(Protocol):
    """A process at work."""

    @property
    def pid(self) -> int:
        """Its number."""

    def poll(self) -> int | None:
        """How it ended; None: it has not."""

    def wait(self) -> int:
        """Wait until it ends: how."""


class Fork:
    """A run in a copy of this process, which has imported everything: quick to begin."""

    def __init__(self, study: Path, folder: Path) -> None:
        self._ended: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                with ThreadPoolExecutor(1) as executor:
                    batch = optimiser.sensitivity(
                        optimiser.read(INSTANCE), study, out=folder, executor=executor
                    )
                    code = int(not batch.run().complete)
            finally:
                os._exit(code)

    def poll(self) -> int | None:
        """How it ended; None: it has not."""
        if self._ended is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._ended = os.waitstatus_to_exitcode(status) if pid else None
        return self._ended

    def wait(self) -> int:
        """Wait until it ends: how."""
        while (code := self.poll()) is None:
            time.sleep(0.01)
        return code


def answers(folder: Path) -> dict[bytes, tuple[Any, ...]]:
    """What the store of a study has kept by now."""
    store = folder / "study.sqlite"
    if not store.exists():
        return {}
    base = sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)
    try:
        rows = base.execute("SELECT sample, status, value, bound, design FROM answers").fetchall()
    except sqlite3.OperationalError:  # its tables are not made yet
        rows = []
    finally:
        base.close()
    return {row[0]: row for row in rows}


def kill_often(
    begin: Callable[[], Run], folder: Path, kills: int, pause: Callable[[], float]
) -> dict[str, int]:
    """Kill runs of a study so often, each so long after its first new answer; then let it come to its end."""
    counts = {"kills": 0, "lost": 0, "changed": 0, "finished early": 0}
    before = answers(folder)
    while counts["kills"] < kills and not counts["finished early"]:
        run, since = begin(), time.monotonic()
        while run.poll() is None and len(answers(folder)) <= len(before):
            if time.monotonic() - since > PATIENCE:
                os.kill(run.pid, signal.SIGKILL)
                raise TimeoutError("no new answer came")
            time.sleep(0.01)
        time.sleep(pause())
        counts["finished early"] += run.poll() is not None
        if run.poll() is None:
            os.kill(run.pid, signal.SIGKILL)
            run.wait()
            counts["kills"] += 1
        after = answers(folder)
        counts["lost"] += len(before.keys() - after.keys())
        counts["changed"] += sum(after[key] != row for key, row in before.items() if key in after)
        before = after
    if begin().wait() != 0:
        raise RuntimeError("the last run failed")
    return counts


def differing(one: Path, other: Path) -> list[str]:
    """Tables of two folders that are not the same, byte for byte."""
    names = sorted({path.name for path in [*one.glob("*.csv"), *other.glob("*.csv")]})
    return [name for name in names if (one / name).read_bytes() != (other / name).read_bytes()]


def main(kills: int = 50, seed: int = 1) -> int:
    """Kill so often; the number of things that went wrong."""
    rng, samples = random.Random(seed), 30 * kills
    with tempfile.TemporaryDirectory() as folder:
        study, killed, alone = (Path(folder) / name for name in ("killed.toml", "killed", "alone"))
        study.write_text(STUDY.format(samples=samples))
        counts = kill_often(lambda: Fork(study, killed), killed, kills, lambda: rng.uniform(0, 0.5))
        Fork(study, alone).wait()
        rows = (killed / "results.csv").read_text().splitlines()
        counts["doubled"] = len(rows) - 1 - samples
        counts["tables that differ"] = len(differing(killed, alone))
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))
    return sum(count for name, count in counts.items() if name != "kills")


if __name__ == "__main__":
    sys.exit(min(1, main(*map(int, sys.argv[1:]))))
