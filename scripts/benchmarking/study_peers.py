"""A study in the hands of others: the loops that a user would write, and EMA Workbench on the same function.

Whoever asks, a sample is the same variant, and is solved to the same gap.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import optimiser
from optimiser.coefficients import coefficients
from optimiser.instance.instance import Instance
from optimiser.solver.session import Session
from optimiser.studies.sensitivity.sampling.sampling import sample_table
from optimiser.studies.sensitivity.study.applying import apply_sample
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.studies.sensitivity.study.study_file import read_study

ENGLAND = Path(__file__).resolve().parents[2] / "instances" / "england"
SMALL: dict[str, Any] = {
    "name": "small",
    "method": "latin-hypercube",
    "gap": 1e-6,
    "vary": [
        {"name": "staff", "what": "organisations.staff_hours", "how": "multiply", "range": [0.8, 1.2]},
        {"name": "stakes", "what": "decisions.stake_responsiveness", "how": "multiply", "range": [0.7, 1.0]},
        {"name": "absence", "what": "scenarios.winter.absence", "range": [0.0, 0.15]},
        {"name": "urgency", "what": "scenarios.urgency", "how": "multiply", "range": [0.5, 2.0]},
    ],
}  # fmt: skip
Timed = dict[str, Any]  # seconds for all samples, values of the first of them


@cache
def asked(name: str, samples: int) -> tuple[Instance, Any, StudyPlan]:
    """The instance, its study and how it was understood: `small` is 24 decisions x 7 localities."""
    if name == "small":
        from synthetic import system

        instance, study = system(7), {**SMALL, "samples": samples}
    else:
        import tomllib

        instance = optimiser.read(ENGLAND)
        study = tomllib.loads((ENGLAND / "doubts.toml").read_text(encoding="utf-8"))
        study = {key: value for key, value in study.items() if key not in ("instance", "designs")}
        study |= {"samples": samples}
    return instance, study, read_study(study, instance)


def ours(name: str, samples: int, workers: int) -> Timed:
    """The study as optimiser runs it, from starting its workers and the anchor until all samples are kept.

    How designs fare in other samples is not counted: no peer asks.
    """
    instance, study, _ = asked(name, samples)
    began, found = time.perf_counter(), dict[int, float]()
    batch = optimiser.sensitivity(instance, study, workers=workers)
    for row in batch:
        found[row["sample"]] = row["value"]
        if len(found) == samples:
            break
    seconds = time.perf_counter() - began
    batch.close()
    return {"seconds": seconds, "values": [found[sample] for sample in range(samples)]}


def solved(name: str, row: dict[str, Any]) -> float | None:
    """One sample by `optimiser.solve`: the function that a user would give to others."""
    instance, _, plan = asked(name, 1)
    return optimiser.solve(apply_sample(plan, instance, row), gap=plan.gap).value


def rebuilt(name: str, row: dict[str, Any]) -> float:
    """One sample by a model that Pyomo builds and HiGHS solves."""
    import peers

    instance, _, plan = asked(name, 1)
    return peers.rebuilt(coefficients(apply_sample(plan, instance, row)))


def loop(function: str, name: str, samples: int, few: int) -> Timed:
    """The first few samples, one after the other."""
    ask: dict[str, Callable[[str, dict[str, Any]], float | None]] = {"solved": solved, "rebuilt": rebuilt}
    rows = _rows(name, samples, few)
    ask[function](name, rows[0])  # reading and imports are not counted
    began = time.perf_counter()
    values = [ask[function](name, row) for row in rows]
    return {"seconds": time.perf_counter() - began, "values": values}


def floor(name: str, samples: int, few: int) -> Timed:
    """HiGHS alone on the matrices of the first few samples, which are in memory."""
    import peers

    instance, _, plan = asked(name, samples)
    highs, session = peers.fresh_highs(), Session(instance)
    seconds, values = 0.0, []
    for row in _rows(name, samples, few):
        session.update(apply_sample(plan, instance, row))
        lp = peers.highs_model(session.program)
        began = time.perf_counter()
        values.append(peers.run_highs(highs, lp)[0])
        seconds += time.perf_counter() - began
    return {"seconds": seconds, "values": values}


def small_model(**row: float) -> dict[str, float | None]:
    """What EMA Workbench calls with a sample."""
    return {"value": solved("small", row)}


def ema_workbench(samples: int, few: int, workers: int) -> Timed:
    """EMA Workbench's evaluators, in a process or in several, on the samples of the small study."""
    import ema_workbench as ema

    _, study, _ = asked("small", samples)
    model = ema.Model("study", function=small_model)
    model.uncertainties = [ema.RealParameter(one["name"], *one["range"]) for one in study["vary"]]
    model.outcomes = [ema.ScalarOutcome("value")]
    rows = _rows("small", samples, few)
    scenarios = [ema.Scenario(str(k), **row) for k, row in enumerate(rows)]
    solved("small", rows[0])  # reading and imports are not counted
    began = time.perf_counter()
    one, many = ema.SequentialEvaluator, ema.MultiprocessingEvaluator
    with one(model) if workers == 1 else many(model, n_processes=workers) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=scenarios)
    seconds = time.perf_counter() - began
    order = experiments["scenario"].astype(int).argsort()
    return {"seconds": seconds, "values": outcomes["value"][order.to_numpy()].tolist()}


def _rows(name: str, samples: int, few: int) -> list[dict[str, Any]]:
    instance, _, plan = asked(name, samples)
    frame = sample_table(plan, instance)[:few].drop(columns="sample")
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
