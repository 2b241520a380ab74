"""Random small instances that between them use every mechanism of the model.

`FEATURES` is the list of switches: an instance uses those it is told to, or each by the toss of a coin.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from enumeration import solvable
from hypothesis import strategies
from random_draft import Draft

from optimiser.instance.instance import Instance
from optimiser.instance.read import read

FEATURES = (
    "bare", "three_levels", "population", "asymmetric", "restricted", "stakes", "scenarios", "common_shock",
    "zero_probability", "correlation", "matrix", "risk", "means", "needs", "urgency", "monitoring", "fear",
    "staff", "fixed_hours", "burdens", "reserve", "vacancy", "willing_able", "partners", "resources", "flex",
    "aid", "local_aid", "surges", "max_unmet", "max_occupancy", "costs", "budget", "support", "slack",
    "rules", "links", "level_links", "min_rating", "max_changes", "scores", "local_scores", "own_objective",
    "all_weights", "risk_aversion", "infeasible", "delays", "scenario_delays", "spillover",
    "shock_by_decision", "local_hours", "local_costs",
)  # fmt: skip
RARE = {"bare": 0.06, "infeasible": 0.08}
NEEDS = {
    "zero_probability": "scenarios", "common_shock": "scenarios", "surges": "resources", "flex": "resources",
    "aid": "resources", "local_aid": "aid", "max_unmet": "resources", "max_occupancy": "resources",
    "slack": "resources", "support": "budget", "fixed_hours": "staff", "burdens": "staff",
    "local_scores": "scores", "delays": "urgency", "scenario_delays": "delays scenarios",
    "shock_by_decision": "scenarios", "local_hours": "staff", "local_costs": "costs",
}  # fmt: skip


def random_instance(
    seed: int, features: Iterable[str] | None = None, *, most_designs: int = 128, sizes: int = 4
) -> Instance:
    """The instance of this seed, through the reader. `sizes`: at most so many decisions and localities.

    No decision is made asymmetric that would lead to more than `most_designs`.
    """
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), random_files(seed, features, most_designs=most_designs, sizes=sizes))
        return read(Path(folder))


def random_solvable(
    seed: int, features: Iterable[str] | None = None, *, most_designs: int = 128, sizes: int = 4
) -> Instance:
    """The first of the instances of this seed, a thousand further and so on that has a design."""
    draws = (
        random_instance(each, features, most_designs=most_designs, sizes=sizes)
        for each in range(seed, seed + 100_000, 1000)
    )
    return next(instance for instance in draws if solvable(instance))


def instances(**options: Any) -> strategies.SearchStrategy[Instance]:
    """A hypothesis strategy of random instances (it shrinks to small seeds, not to small instances)."""
    return strategies.builds(random_instance, strategies.integers(0, 10**6), **{
        name: strategies.just(value) for name, value in options.items()
    })  # fmt: skip


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def random_files(
    seed: int, features: Iterable[str] | None = None, *, most_designs: int = 128, sizes: int = 4,
    draft: type[Draft] = Draft,
) -> dict[str, str]:  # fmt: skip
    """The files of an instance folder: name -> text."""
    rng = np.random.default_rng([seed, 2])
    if features is None:
        chosen = {f for f in FEATURES if rng.random() < RARE.get(f, 0.5)}
        # Each in turn for certain, so that no mechanism is left to chance.
        chosen |= {FEATURES[seed % len(FEATURES)]}
    else:
        chosen = set(features)
    for _ in range(2):
        chosen |= {need for f in chosen for need in NEEDS.get(f, "").split()}
    return draft(rng, chosen, most_designs, sizes).files()
