"""Instances with periods: a random one made of a random instance, and small ones to be worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from random_instances import random_instance

import optimiser
from optimiser.errors import InfeasibleError
from optimiser.instance.instance import Instance
from optimiser.studies.path.path import Path

RATES = {"discount": 0.05, "learn": 0.4, "heal": 0.5, "hurt": 0.3, "burn": 0.3, "safe": 0.3}


def with_periods(instance: Instance, rows: Sequence[dict[str, object]], **path: float) -> Instance:
    """The instance with these periods, and what [path] says."""
    tables = instance.to_tables() | {"periods": pd.DataFrame(rows)}
    return Instance.from_tables(tables | ({"path": pd.DataFrame([path])} if path else {}))


def random_path(
    seed: int, features: Sequence[str], *, periods: int = 2, sizes: int = 2, linked: bool = True
) -> Instance:
    """A random instance with random periods and, where `linked`, everything that links them."""
    rng = np.random.default_rng([seed, 9])
    found = random_instance(seed, features, sizes=sizes)
    if not linked and found.limits["max_changes"] is not None:
        tables = found.to_tables()
        tables["limits"] = tables["limits"].drop(columns="max_changes")
        found = Instance.from_tables(tables)
    scenarios = found["scenarios"]["scenario"].tolist()
    rows: list[dict[str, object]] = []
    for t in range(periods):
        row = {"period": f"t{t}", "scenario": scenarios[rng.integers(len(scenarios))]}
        row["years"] = float(rng.choice([0.5, 1, 2]))
        if rng.random() < 0.4:
            row |= {"weights.responsiveness": 1.0, "weights.accountability": float(rng.integers(0, 3))}
        rows.append(row)
    if not linked:
        return with_periods(found, rows)
    tables = found.to_tables()
    count = found["organisations"].rows
    tables["decisions"]["switch_cost"] = rng.choice([0, 0.1, 0.3], found["decisions"].rows)
    tables["organisations"]["skill"] = rng.choice([0.4, 0.8, np.nan], count)
    tables["organisations"]["learn"] = rng.choice([0, 0.5, np.nan], count)
    if "resources" in tables:
        tables["resources"]["reserve"] = rng.choice([0, 10, 30], len(tables["resources"]))
    if "rules" in tables:
        tables["rules"]["lag"] = rng.integers(0, 3, len(tables["rules"]))
    return with_periods(Instance.from_tables(tables), rows, **RATES)


def random_walk(seed: int, features: Sequence[str], **options: Any) -> Path:
    """The best paths of the first of the instances of this seed, a thousand further and so on, that has any."""
    for each in range(seed, seed + 100_000, 1000):
        try:
            return optimiser.path(random_path(each, features, **options))
        except InfeasibleError:
            continue
    raise AssertionError


def scored_path(
    weights: Sequence[str], levels: Sequence[dict[str, float]], *, switch: float = 0.0, now: int | None = None
) -> Instance:
    """One decision whose level is scored on accountability and responsiveness, and one of them a period."""
    names = [f"l{i}" for i in range(len(levels))]
    scores = [{"decision": "a", "level": name, **each} for name, each in zip(names, levels, strict=True)]
    periods = [{"period": f"p{t}", "scenario": "normal", f"weights.{g}": 1.0} for t, g in enumerate(weights)]
    tables = {
        "levels": [{"level": name} for name in names],
        "decisions": [{"decision": "a", "type": "process", "switch_cost": switch}],
        "scores": scores,
        "periods": periods,
    }
    if now is not None:
        tables["current"] = [{"decision": "a", "level": names[now]}]
    return Instance.from_tables(tables, name="scored")
