"""What is measured in a process of its own; each function returns plain numbers."""

from __future__ import annotations

import csv
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from study_peers import ema_workbench as study_ema  # noqa: F401 (asked for by name, as all here)
from study_peers import floor as study_floor  # noqa: F401
from study_peers import loop as study_loop  # noqa: F401
from study_peers import ours as study_ours  # noqa: F401

import optimiser
from optimiser.coefficients import coefficients
from optimiser.instance.instance import Instance
from optimiser.instance.replace import Change, replaced
from optimiser.model import assemble
from optimiser.model.declare import written_out
from optimiser.solver.clock import Clock
from optimiser.solver.session import Session
from optimiser.studies.study import Study

ROOT = Path(__file__).resolve().parents[2]
Found = dict[str, Any]


def resolve(ours: int, peers: int) -> Found:
    """Variations of one instance; every so many of them are put to the peers too, and answers compared."""
    import linopy_peer
    import peers as others
    from synthetic import system

    base = system(7)
    study, c = Study(base), coefficients(base)
    persistent, floor = others.Persistent(written_out(assemble(c))), others.fresh_highs()
    times: dict[str, list[float]] = {"ours": []}
    for k, (instance, weights) in enumerate(_variations(base, ours)):
        began = time.perf_counter()
        study.about(instance, weights)
        answer = study.ask()
        times["ours"].append(time.perf_counter() - began)
        assert answer.found
        if k % (ours // peers):
            continue
        c = coefficients(instance, weights)
        lp = others.highs_model(study.session.program)
        asked = {
            "floor": lambda lp=lp: others.run_highs(floor, lp)[0],
            "Pyomo rebuilt": lambda c=c: others.rebuilt(c),
            "Pyomo persistent": lambda c=c: persistent.solve(c),
            "linopy rebuilt": lambda c=c: _linopy(linopy_peer, c),
        }
        for name, ask in asked.items():
            began = time.perf_counter()
            value = ask()
            times.setdefault(name, []).append(time.perf_counter() - began)
            if abs(value - answer.value) > 5e-6 * abs(answer.value):
                raise SystemExit(f"variation {k}: {name} says {value}, optimiser {answer.value}")
    return times


def _linopy(peer: Any, c: Any) -> float:
    model = peer.linopy_model(c)
    model.solve(solver_name="highs", io_api="direct", mip_rel_gap=1e-6, threads=1, output_flag=False)
    return float(model.objective.value) + peer.constant(c)


def _variations(base: Instance, count: int) -> Iterator[tuple[Instance, dict[str, float]]]:
    """Weights, staff hours, stakes and absence change: objective, right-hand sides and matrix."""
    rng = np.random.default_rng(2)
    for _ in range(count):
        changes = [
            Change("organisations.staff_hours", multiply=float(rng.uniform(0.8, 1.2))),
            Change("decisions.stake_responsiveness", multiply=float(rng.uniform(0.7, 1.0))),
            Change("scenarios.winter.absence", set=float(rng.uniform(0.0, 0.15))),
        ]
        three = rng.dirichlet([4.0, 4.0, 4.0]).tolist()
        yield replaced(base, changes), dict(zip(base.objectives, three, strict=False))


def build(localities: int, repeats: int) -> Found:
    """Seconds from an Instance to a model in HiGHS, medians; the first, with its imports, is not counted."""
    import linopy
    from linopy_peer import linopy_model
    from peers import fresh_highs, highs_model
    from pyomo.contrib.appsi.solvers.highs import Highs
    from synthetic import system

    instance = system(localities)

    def ours() -> None:
        session = Session(instance)
        fresh_highs().passModel(highs_model(session.program))

    def pyomo() -> None:
        Highs().set_instance(written_out(assemble(coefficients(instance))))

    def with_linopy() -> None:
        linopy.io.to_highspy(linopy_model(coefficients(instance)))

    return {
        name: _median(run, repeats)
        for name, run in (("ours", ours), ("Pyomo's HiGHS interface", pyomo), ("linopy", with_linopy))
    }


def _median(run: Any, repeats: int) -> float:
    run()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@contextmanager
def _england(uniform: bool | None) -> Iterator[Instance]:
    """England as it ships (None), with every decision uniform (True) or by locality (False)."""
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "england"
        shutil.copytree(ROOT / "instances" / "england", where)
        path = where / "decisions.csv"
        rows = list(csv.DictReader(path.open(encoding="utf-8")))
        for row in rows:
            row["uniform"] = row["uniform"] if uniform is None else str(uniform).lower()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        yield optimiser.read(where)


def _solved(instance: Instance, gap: float, limit: float | None) -> Found:
    """Our own solve, search and exact value; building apart."""
    began = time.perf_counter()
    session = Session(instance)
    built = time.perf_counter()
    found = session.optimise(gap, Clock(limit))
    done = time.perf_counter()
    return {"build": built - began, "solve": done - built, "seconds": done - built} | {
        "value": found.value if found.found else -np.inf,
        "bound": found.bound,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def ours_uniform(gap: float) -> Found:
    """England, uniform."""
    with _england(True) as instance:
        return _solved(instance, gap, None)


def highs_uniform(gap: float, limit: float) -> Found:
    """The same program in HiGHS with its default options."""
    from peers import fresh_highs, highs_model, run_highs

    with _england(True) as instance:
        lp = highs_model(Session(instance).program)
    highs = fresh_highs(limit)
    highs.setOptionValue("mip_rel_gap", gap)
    began = time.perf_counter()
    value, bound = run_highs(highs, lp)
    return {"value": value, "bound": bound, "seconds": time.perf_counter() - began}


def scip_uniform(gap: float, limit: float) -> Found:
    """The same model in SCIP."""
    with _england(True) as instance:
        return _scip(instance, limit, gap)


def scip_asymmetric(limit: float, every: bool) -> Found:
    """SCIP, given the cones as they stand."""
    with _england(False if every else None) as instance:
        return _scip(instance, limit, 1e-6)


def _scip(instance: Instance, limit: float, gap: float) -> Found:
    from peers import scip_gap

    session = Session(instance)
    value, bound, seconds = scip_gap(session.program, session.compiled, session.c, limit, gap)
    return {"value": value, "bound": bound, "seconds": seconds}


def ours_asymmetric(limit: float, every: bool) -> Found:
    """England by locality, to 1e-6 or the time limit, building not counted."""
    with _england(False if every else None) as instance:
        return _solved(instance, 1e-6, limit)


def tangents(limit: float, every: bool) -> Found:
    """HiGHS, given gradients of the cones."""
    from peers import tangents_only

    with _england(False if every else None) as instance:
        session = Session(instance)
        value, bound, seconds = tangents_only(session.program, session.compiled, session.c, limit)
    return {"value": value, "bound": bound, "seconds": seconds}


def grow(localities: int, asymmetric: bool) -> Found:
    """A synthetic system: built, and solved to 1e-6 (uniform) or to 1 % (processes by locality)."""
    from synthetic import system

    instance = system(localities, scenarios=4, asymmetric=8 if asymmetric else 0)
    return _solved(instance, 1e-2 if asymmetric else 1e-6, None)
