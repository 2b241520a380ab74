"""Published problems, and what a folder holds: ours beside HiGHS and SCIP on the file of `maths --lp`.

Each runs in a process of its own, on one thread, and tells its processor time: ours of the whole `solve`,
build and verification too; theirs with reading the file, not with its writing. Frontiers stand beside a plain
epsilon loop: the most of one objective, the other counting a little, again and again with a higher floor.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import highspy
import numpy as np

import optimiser
from optimiser.model.formulation import write_lp
from optimiser.solver.highs import Solver

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "instances" / "published"
GAP = 1e-6
STEP = (
    1e-5  # of a floor above what was reached: less is within what HiGHS tolerates, and the same comes again
)
LITTLE = 1e-3  # what the other objective counts
Found = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """An instance, and what is known of it: its value, or its objectives and how many points they have."""

    name: str
    folder: Path
    value: float | None = None
    objectives: tuple[str, ...] = ()
    points: int | None = None


def problems(folders: list[str]) -> Iterator[Problem]:
    """Those that ship, and every instance in the folders, each with what the library knows under its name."""
    with (LIBRARY / "problems.csv").open(encoding="utf-8") as file:
        known = {row["problem"]: row for row in csv.DictReader(file)}
    seen = set[str]()
    for home in [LIBRARY, *map(Path, folders)]:
        for path in sorted([*home.glob("*/instance.toml"), *home.glob("*/instance/instance.toml")]):
            name = path.relative_to(home).parts[0]
            if name in seen:
                continue
            seen.add(name)
            row = known.get(name, dict.fromkeys(("value", "objectives", "points"), ""))
            objectives = tuple(filter(None, row["objectives"].split(";")))
            value = float(row["value"]) if row["value"] else None
            yield Problem(name, path.parent, value, objectives, int(row["points"]) if row["points"] else None)


def published_file(folder: str, path: str) -> Found:
    """Write the file that the others are given."""
    write_lp(optimiser.read(folder), path)
    return {}


def published_ours(folder: str, seed: int, limit: float) -> Found:
    """Our own solve, with this seed for HiGHS."""
    _seed(seed)
    began = time.process_time()
    design = optimiser.solve(optimiser.read(folder), gap=GAP, time_limit=limit)
    return {
        "seconds": time.process_time() - began,
        "value": design.value if design.found else None,
        "done": design.status in ("optimal", "infeasible"),
    }


def _seed(seed: int) -> None:
    """Every HiGHS object of this process begins with it."""
    load = Solver.load

    def loaded(self: Solver, *arguments: Any, **named: Any) -> None:
        self._set("random_seed", seed)
        load(self, *arguments, **named)

    Solver.load = loaded  # type: ignore[method-assign]


def _highs(path: str, seed: int, limit: float) -> highspy.Highs:
    from peers import fresh_highs

    highs = fresh_highs(limit)
    highs.setOptionValue("random_seed", seed)
    highs.readModel(path)
    return highs


def published_highs(path: str, seed: int, limit: float) -> Found:
    """HiGHS as it comes."""
    began = time.process_time()
    highs = _highs(path, seed, limit)
    if not highs.getNumCol():  # it reads no cones
        return {"seconds": 0.0, "value": None, "done": False}
    highs.run()
    info, kinds = highs.getInfo(), highspy.HighsModelStatus
    found = info.primal_solution_status == highspy.kSolutionStatusFeasible
    return {
        "seconds": time.process_time() - began,
        "value": info.objective_function_value if found else None,
        "done": highs.getModelStatus() in (kinds.kOptimal, kinds.kInfeasible),
    }


def published_scip(path: str, limit: float) -> Found:
    """SCIP as it comes."""
    from pyscipopt import Model

    began = time.process_time()
    model = Model()
    model.hideOutput()
    try:
        model.readProblem(path)
    except OSError:  # it says where, on its own
        return {"seconds": 0.0, "value": None, "done": False}
    model.setParam("limits/time", limit)
    model.setParam("limits/gap", GAP)
    model.optimize()
    return {
        "seconds": time.process_time() - began,
        "value": model.getObjVal() if model.getNSols() else None,
        "done": model.getStatus() in ("optimal", "gaplimit", "infeasible"),
    }


def published_front(folder: str, objectives: list[str], seed: int, limit: float) -> Found:
    """Our own frontier."""
    _seed(seed)
    began = time.process_time()
    found = optimiser.frontier(optimiser.read(folder), objectives, time_limit=limit)
    return {"seconds": time.process_time() - began, "points": len(found.points), "done": found.complete}


def published_loop(path: str, objectives: list[str], seed: int, limit: float) -> Found:
    """A plain epsilon loop on the file: it ends where no design reaches the floor."""
    began, wall = time.process_time(), time.monotonic()
    highs = _highs(path, seed, limit)
    names = {name: j for j, name in enumerate(highs.getLp().col_names_)}
    first, second = (
        [j for name, j in names.items() if name.startswith(f"achieved({g}_")] for g in objectives
    )
    if len(first) != 1 or len(second) != 1:
        raise SystemExit("a plain loop knows one scenario alone")
    for j in range(len(names)):
        highs.changeColCost(j, 0.0)
    highs.changeColCost(first[0], 1.0)
    highs.changeColCost(second[0], LITTLE)
    points = 0
    while time.monotonic() - wall < limit:
        highs.setOptionValue("time_limit", highs.getRunTime() + limit)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            break
        points += 1
        reached = float(np.array(highs.getSolution().col_value)[second[0]])
        highs.changeColBounds(second[0], reached + STEP, highspy.kHighsInf)
    done = highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible
    return {"seconds": time.process_time() - began, "points": points, "done": done}
