"""What a variant of England costs here and in another checkout, asked in turn: beside.py CHECKOUT.

A line for each input that is varied: the least seconds here, and the other checkout's over ours (the median
of the ratios of each turn, in which the two are timed right after one another).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TURNS = 15
PATHS = (
    "workload.hours", "decisions.stake_accountability", "decisions.correlation", "organisations.ability",
    "organisations.population", "scenarios.urgency",
)  # fmt: skip
Times = dict[str, float]


def answer() -> None:
    """Time what is asked for, line by line, with the optimiser that this process imports."""
    import optimiser
    from optimiser.coefficients import coefficients
    from optimiser.solver.session import Session

    england = optimiser.read(ROOT / "instances" / "england")
    session = Session(england)
    assert england.hash
    for line in sys.stdin:
        path, factor = json.loads(line)
        variant = england.replace(path, multiply=factor)
        times, calls = {}, (coefficients, session.update, lambda instance: instance.hash)
        for name, ask in zip(("coefficients", "Session.update", "hash"), calls, strict=True):
            began = time.process_time()  # whatever else the machine is doing
            ask(variant)
            times[name] = time.process_time() - began
        print(json.dumps(times), flush=True)


def asked(side: subprocess.Popen[str], path: str, factor: float) -> Times:
    """What one variant took in one of the processes."""
    assert side.stdin is not None
    assert side.stdout is not None
    print(json.dumps([path, factor]), file=side.stdin, flush=True)
    found: Times = json.loads(side.stdout.readline())
    return found


def main(other: Path) -> None:
    """Print a line for each input that is varied."""
    pipe, call = subprocess.PIPE, [sys.executable, "-P", __file__]
    sides = [
        subprocess.Popen(call, stdin=pipe, stdout=pipe, text=True, env=os.environ | {"PYTHONPATH": str(root)})
        for root in (ROOT, other.resolve())
    ]
    for path in PATHS:
        found = [[asked(side, path, 1 - (turn + 1) / 100) for side in sides] for turn in range(TURNS)]
        said = []
        for name in found[0][0]:
            least = min(here[name] for here, _ in found)
            ratio = statistics.median(there[name] / here[name] for here, there in found)
            said.append(f"{name} {1e3 * least:.1f} ms (x {ratio:.1f})")
        print(f"{path}: {', '.join(said)}", flush=True)
    for side in sides:
        side.communicate()


if __name__ == "__main__":
    main(Path(sys.argv[1])) if sys.argv[1:] else answer()
