"""Studies whose answers are known: samples, and what came of them, without a solve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from optimiser import Instance
from optimiser.design.tables import design_rows
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.studies.sensitivity.study.study_file import read_study

NAMES = ("x1", "x2", "i1", "i2", "i3")  # of the indicator, and three that idle


def plan_of(
    instance: Instance, names: Sequence[str] = NAMES, grades: Sequence[str] = (), **more: Any
) -> StudyPlan:
    """A study of inputs from 0 to 1, of these grades where they are given."""
    what = {"what": "organisations.staff_hours", "how": "multiply", "range": [0.0, 1.0]}
    study = {"name": "known", "method": "latin-hypercube", "vary": [{"name": name, **what} for name in names]}
    plan = read_study({**study, **more}, instance)
    if not grades:
        return plan
    graded = [replace(varied, grade=grade) for varied, grade in zip(plan.varied, grades, strict=True)]
    return replace(plan, varied=tuple(graded))


def indicator(samples: pd.DataFrame) -> np.ndarray:
    """(n,) y = 1(x1 > .7 and x2 < .4)."""
    return ((samples["x1"] > 0.7) & (samples["x2"] < 0.4)).to_numpy()


def tables(
    instance: Instance,
    samples: pd.DataFrame,
    designs: Sequence[Mapping[str, str]],
    worth: np.ndarray,
    slack: float = 0.0,
) -> dict[str, pd.DataFrame]:
    """What a study says in whose samples each of the designs is worth so much (n, F).

    A design maps decisions to levels, the others are held at the first; NaN: it is not possible there. The bound
    lies `slack` above the best.
    """
    number, some = samples["sample"].to_numpy(), np.isfinite(worth).any(axis=1)
    ranked = np.where(np.isfinite(worth), worth, -np.inf)
    value, best = np.where(some, ranked.max(axis=1), np.nan), ranked.argmax(axis=1) + 1.0
    results = {
        "sample": number, "status": np.where(some, "optimal", "infeasible"),
        "reason": np.where(some, "", "no design keeps every requirement"), "value": value,
        "bound": value + slack, "design_id": np.where(some, best, np.nan),
    }  # fmt: skip
    levels = instance["levels"]["level"].tolist()
    rows = list[dict[str, Any]]()
    for design_id, held in enumerate(designs, 1):
        at = [levels.index(held.get(d, levels[0])) for d in instance["decisions"]["decision"]]
        codes = np.repeat(np.array(at)[:, None], len(instance.localities), axis=1)
        rows += [{"design_id": design_id, **row} for row in design_rows(instance, codes)]
    fared = [
        {
            "sample": number[s], "design": str(f + 1), "value": v, "regret": value[s] - v,
            "status": "feasible" if np.isfinite(v) else "infeasible",
            "broken": "" if np.isfinite(v) else f"staff of locality: {s + 0.5} of 3 hours planned",
        }
        for s in np.flatnonzero(some) for f, v in enumerate(worth[s])
    ]  # fmt: skip
    return {
        "samples": samples, "results": pd.DataFrame(results), "designs": pd.DataFrame(rows),
        "fared": pd.DataFrame(fared, columns=["sample", "design", "status", "value", "regret", "broken"]),
    }  # fmt: skip


def known(instance: Instance, samples: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The indicator as a decision: I1 is local where y is 1; the best is then worth 0.45, else 0.5."""
    y = indicator(samples)
    return tables(
        instance,
        samples,
        [{}, {"I1": "local"}],
        np.stack([np.where(y, 0.4, 0.5), np.where(y, 0.45, 0.44)], axis=1),
    )
