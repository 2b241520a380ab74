"""The cases: each yields rows of what was measured. Ratios are the competitor's time over ours."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from published import Problem, problems

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 5
FLOOR = "HiGHS alone (the floor)"


@dataclass(frozen=True)
class Row:
    """One figure: seconds (or what `unit` says) and, where there is one, a ratio."""

    case: str
    competitor: str
    seconds: float
    ratio: float | None = None
    note: str = ""


def apart(function: str, *arguments: Any) -> Any:
    """Run a function of `alone` in a process of its own and return what it returns."""
    call = [sys.executable, str(Path(__file__).parent), "--alone", function, *map(json.dumps, arguments)]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{function}{arguments} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def median(run: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Median seconds of several runs."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def resolving(quick: bool) -> Iterator[Row]:
    """1. Variations of one instance, each asked of every competitor in turn."""
    ours, peers = (100, 10) if quick else (1000, 50)
    found = apart("resolve", ours, peers)
    base = statistics.median(found["ours"])
    case = f"re-solve, 24 decisions x 7 localities, {ours} variations"
    worst = max(found["ours"])
    yield Row(case, "optimiser", base, None, f"median; slowest {1e3 * worst:.0f} ms")
    for name in ("Pyomo rebuilt", "Pyomo persistent", "linopy rebuilt"):
        yield Row(case, name, statistics.median(found[name]), statistics.median(found[name]) / base)
    floor = statistics.median(found["floor"])
    yield Row(case, FLOOR, floor, base / floor, "ours over the floor")


def building(quick: bool) -> Iterator[Row]:
    """2. From an Instance to a model in HiGHS."""
    for name, size in (("7 localities", 7), ("England's size, 120 localities", 120)):
        found = apart("build", size, 3 if quick else REPEATS)
        base = found["ours"]
        case = f"build, uniform, {name}"
        yield Row(case, "optimiser", base)
        for peer in ("Pyomo's HiGHS interface", "linopy"):
            yield Row(case, peer, found[peer], found[peer] / base)


def uniform(quick: bool) -> Iterator[Row]:
    """3. England with every decision uniform."""
    for gap in (1e-6, 1e-4):
        case = f"England, uniform, to gap {gap:g}"
        found = apart("ours_uniform", gap)
        yield Row(
            case,
            "optimiser",
            found["solve"],
            None,
            f"value {found['value']:.6f}; and {found['build']:.1f} s to build",
        )
        for name, function in (("HiGHS as it is", "highs_uniform"), ("SCIP", "scip_uniform")):
            limit = (120 if quick else 400) * found["solve"]  # whether ours is a hundred times faster
            peer = apart(function, gap, limit)
            done = abs(peer["bound"] - peer["value"]) <= 2 * gap * abs(peer["value"])
            off = (peer["value"] - found["value"]) / abs(found["value"])
            if done and off > 3 * gap:
                raise SystemExit(f"{name} says {peer['value']}, optimiser {found['value']}: no ratio")
            note = "" if done else f"not finished: gap {_gap(peer):.2%} at the limit"
            if done and off < -3 * gap:  # its tolerances are absolute, and values lie near 1
                note = f"wrong: says that nothing is worth more than {peer['bound']:.6f}"
            yield Row(case, name, peer["seconds"], peer["seconds"] / found["solve"], note)


def asymmetric(quick: bool) -> Iterator[Row]:
    """4. England as it ships, and with every decision by locality: the gap after a time."""
    lasting: dict[str, tuple[int, ...]] = {
        "process decisions by locality": (60,) if quick else (30, 60, 300),
        "all decisions by locality": () if quick else (300,),
    }
    for what, limits in lasting.items():
        every = what.startswith("all")
        for limit in limits:
            case = f"England, {what}: gap after {limit} s"
            peers = [("optimiser", "ours_asymmetric")]
            if limit != 30 and not every:
                peers.append(("HiGHS with tangents", "tangents"))
            if limit == 60 and not every:  # at 300 s it did not come back in twenty minutes
                peers.append(("SCIP with cones", "scip_asymmetric"))
            for name, function in peers:
                found = apart(function, float(limit), every)
                reached = f"gap {_gap(found):.4%}, value {found['value']:.6f}"
                note = reached if np.isfinite(found["value"]) else f"no design, bound {found['bound']:.4f}"
                yield Row(case, name, found["seconds"], None, note)


def growth(quick: bool) -> Iterator[Row]:
    """5. Systems of the same structure and growing size."""
    sizes = (30, 120) if quick else (30, 120, 480, 1920)
    times: dict[str, list[float]] = {}
    for size in sizes:
        for kind in ("uniform", "asymmetric"):
            found = apart("grow", size, kind == "asymmetric")
            note = f"gap {_gap(found):.4%}, {found['gigabytes']:.2f} GB"
            case = f"{size} localities x 24 decisions x 4 scenarios"
            if kind == "uniform":
                yield Row(case, "build", found["build"], None, note)
                times.setdefault("build", []).append(found["build"])
            yield Row(case, f"solve, {kind}", found["seconds"], None, note)
            times.setdefault(kind, []).append(found["seconds"])
    for kind, seconds in times.items():
        exponent = float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
        yield Row("exponent of growth", kind, exponent, None, "seconds ~ localities ^ exponent")


def command(quick: bool) -> Iterator[Row]:
    """6. What starting costs, against importing pandas."""
    python = sys.executable
    repeats = 3 if quick else 9
    calls = {
        "python -c 'import pandas'": [python, "-c", "import pandas"],
        "optimiser --help": [python, "-m", "optimiser", "--help"],
        "optimiser check instances/archetype": [python, "-m", "optimiser", "check", "instances/archetype"],
        "optimiser solve instances/archetype": [python, "-m", "optimiser", "solve", "instances/archetype"],
    }
    run = partial(subprocess.run, cwd=ROOT, capture_output=True, check=True)
    times = {name: median(partial(run, call), repeats) for name, call in calls.items()}
    base = next(iter(times.values()))
    for name, seconds in times.items():
        yield Row("the command", name, seconds, seconds / base, "over importing pandas")


def study(quick: bool) -> Iterator[Row]:
    """7. Seconds a sample of a study, starting workers and all; peers are asked for some of the samples."""
    samples, few = (200, 10) if quick else (2000, 100)
    ours = {workers: apart("study_ours", "small", samples, workers) for workers in (1, 2)}
    for workers, own in ours.items():
        case = f"study, 24 decisions x 7 localities, {samples} samples, {workers} worker{'s' * (workers > 1)}"
        base, times = own["seconds"] / samples, ours[1]["seconds"] / own["seconds"]
        yield Row(case, "optimiser", base, None, f"{1 / base:.1f} a second, {times:.2f} times one worker's")
        peers: list[tuple[str, tuple[Any, ...]]] = [
            ("EMA Workbench over optimiser.solve", ("study_ema", samples, few, workers))
        ]
        if workers == 1:
            peers += [
                (f"a loop over {what}", ("study_loop", function, "small", samples, few))
                for function, what in (("solved", "optimiser.solve"), ("rebuilt", "Pyomo"))
            ]
            peers.append((FLOOR, ("study_floor", "small", samples, few)))
        for name, call in peers:
            found = _agreed(name, own, apart(*call), 5e-6)
            ratio, note = (base / found, "ours over the floor, ") if name == FLOOR else (found / base, "")
            yield Row(case, name, found, ratio, f"{note}of {few} samples")


def doubts(quick: bool) -> Iterator[Row]:
    """8. The same of England's doubts, beside the loop that asks `optimiser.solve` for each sample."""
    samples = 6 if quick else 24
    whole, case = apart("study_ours", "england", samples, 1), f"study, England's doubts, {samples} samples"
    base = whole["seconds"] / samples
    yield Row(case, "optimiser", base)
    found = _agreed("the loop", whole, apart("study_loop", "solved", "england", samples, samples), 1e-3)
    yield Row(case, "a loop over optimiser.solve", found, found / base)


def _agreed(name: str, ours: Any, theirs: Any, gap: float) -> float:
    """Seconds a sample of a peer whose values are ours."""
    values = theirs["values"]
    for sample, (a, b) in enumerate(zip(ours["values"], values, strict=False)):
        if (a is None) != (b is None) or (a is not None and abs(a - b) > gap * abs(a)):
            raise SystemExit(f"sample {sample}: {name} says {b}, optimiser {a}: no ratio")
    return float(theirs["seconds"] / len(values))


def public(quick: bool, folders: Sequence[str] = ()) -> Iterator[Row]:
    """9. Published problems: processor time beside HiGHS and SCIP on our file, over seeds of HiGHS."""
    limit, seeds = 60.0 if quick else 600.0, list(range(5))
    told = list[float]()
    with tempfile.TemporaryDirectory() as home:
        for problem in problems(list(folders)):
            path = str(Path(home) / f"{problem.name}.lp")
            apart("published_file", str(problem.folder), path)
            rows = _front if problem.objectives else _optimum
            for row in rows(problem, path, seeds, limit):
                yield row
                told += [row.ratio] if row.competitor == "HiGHS" and row.ratio and row.seconds > 1 else []
    if told:
        mean = float(np.exp(np.mean(np.log(told))))
        note = f"of {len(told)} problems on which HiGHS takes over a second; the least is {min(told):.2g}"
        yield Row("published problems", "HiGHS", float(np.mean(told)), mean, f"geometric mean {note}")


def _optimum(problem: Problem, path: str, seeds: list[int], limit: float) -> Iterator[Row]:
    ours = [apart("published_ours", str(problem.folder), seed, limit) for seed in seeds]
    highs = [apart("published_highs", path, seed, limit) for seed in seeds]
    known, whose = (problem.value, "published") if problem.value is not None else (ours[0]["value"], "ours")
    base = _mean(ours)
    yield Row(problem.name, "optimiser", base, None, _judged(ours, known, whose))
    for name, found in (("HiGHS", highs), ("SCIP", [apart("published_scip", path, limit)])):
        ratio = _mean(found) / base if found[0]["seconds"] else None
        yield Row(problem.name, name, _mean(found), ratio, _judged(found, known, whose))


def _front(problem: Problem, path: str, seeds: list[int], limit: float) -> Iterator[Row]:
    names = list(problem.objectives)
    ours = [apart("published_front", str(problem.folder), names, seed, limit) for seed in seeds]
    loops = [apart("published_loop", path, names, seed, limit) for seed in seeds]
    base = _mean(ours)
    for name, found in (("optimiser", ours), ("HiGHS in a plain loop", loops)):
        points = sorted({one["points"] for one in found})
        note = f"{' or '.join(map(str, points))} of {problem.points} points"
        note += "" if all(one["done"] for one in found) else ", not finished"
        yield Row(
            f"{problem.name}: frontier",
            name,
            _mean(found),
            None if found is ours else _mean(found) / base,
            note,
        )


def _mean(found: list[dict[str, Any]]) -> float:
    """Geometric, of processor seconds."""
    return float(np.exp(np.mean([np.log(max(one["seconds"], 1e-3)) for one in found])))


def _judged(found: list[dict[str, Any]], known: float | None, whose: str) -> str:
    """Whether all reach the value that is known, and prove it."""
    values = [one["value"] for one in found]
    if not any(value is not None for value in values):
        return "no design" if found[0]["seconds"] else "does not read the cones in the file"
    if known is None:
        return f"{values}, where optimiser has none"
    off = [abs(value - known) / max(abs(known), 1e-9) for value in values if value is not None]
    said = "" if all(one["done"] for one in found) else "not finished; "
    wrong = len(off) < len(values) or max(off) > 3e-6
    return said + (f"as {whose}, {known:.7g}" if not wrong else f"{values}, {whose} {known:.7g}")


def _gap(found: dict[str, float]) -> float:
    if not np.isfinite(found["value"]):
        return float("inf")
    return float((found["bound"] - found["value"]) / max(abs(found["value"]), 1e-9))


CASES = {
    "resolve": resolving,
    "build": building,
    "uniform": uniform,
    "asymmetric": asymmetric,
    "growth": growth,
    "command": command,
    "study": study,
    "doubts": doubts,
    "public": public,
}
