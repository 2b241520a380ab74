"""The samples of a study: a table with a row a sample and a column an input, the same for the same study."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib import import_module
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr, ndtri

from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.studies.sensitivity.sampling.axes import Axis, axes_of
from optimiser.studies.sensitivity.study.applying import base_sample
from optimiser.studies.sensitivity.study.plan import StudyPlan

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray
MORRIS_LEVELS = 4  # SALib's own


def sample_table(plan: StudyPlan, instance: Instance) -> pd.DataFrame:
    """The samples of a study.

    The same study has the same table whenever it is made. A longer one begins with a shorter one where
    `samples` is doubled (latin-hypercube: any other number has other strata) or raised (morris, sobol), and
    where rows are added to a table.

    Parameters
    ----------
    plan : StudyPlan
        The study.
    instance : Instance
        The instance with which it was read.

    Returns
    -------
    DataFrame
        `sample`, from 0, and a column for each of `plan.varied`. Blank (NaN): as the instance has it.

    Raises
    ------
    InputError
        Where the method needs SALib and it is not there.
    """
    import pandas as pd

    names = [varied.name for varied in plan.varied]
    if plan.method == "table":
        assert plan.futures is not None
        columns = {name: plan.futures[name].to_numpy() for name in names}
    elif plan.method in ("grid", "one-at-a-time"):
        base = base_sample(plan, instance)
        rows = _grid(plan) if plan.method == "grid" else _one_at_a_time(plan, base)
        columns = {name: np.array([row[name] for row in rows]) for name in names}
    else:
        columns = _values(axes_of(plan), unit_samples(plan))
    count = len(next(iter(columns.values())))
    return pd.DataFrame({"sample": np.arange(count), **{name: columns[name] for name in names}})


def unit_samples(plan: StudyPlan) -> Array:
    """(samples, width) where each sample stands on each axis, from 0 to 1: latin-hypercube, sobol, morris."""
    axes = axes_of(plan)
    if plan.method == "latin-hypercube":
        shares = latin_hypercube(plan.samples, sum(axis.width for axis in axes), plan.seed)
        return _correlated(shares, plan, axes)
    problem = salib_problem(plan)
    if plan.method == "morris":
        return salib("SALib.sample.morris").sample(problem, plan.samples, MORRIS_LEVELS, seed=plan.seed)
    sobol = salib("SALib.sample.sobol")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The balance properties of Sobol'")  # our pages say it
        return sobol.sample(problem, plan.samples, calc_second_order=False, seed=plan.seed)


def salib_problem(plan: StudyPlan) -> dict[str, Any]:
    """The study as SALib's analyses know it: groups are what is judged as one; all lie between 0 and 1."""
    judged = [
        (f"{axis.name} {k}" if k else axis.name, axis.judged)
        for axis in axes_of(plan)
        for k in range(axis.width)
    ]
    names = [name for name, _ in judged]
    problem: dict[str, Any] = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    return (
        problem if all(a == b for a, b in judged) else {**problem, "groups": [group for _, group in judged]}
    )


def salib(module: str) -> Any:
    """A module of SALib; raises InputError where it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise InputError(
            "method: sobol and morris need SALib, which is missing: pip install 'optimiser[sensitivity]'"
        ) from error


def latin_hypercube(samples: int, dimensions: int, seed: int) -> Array:
    """(samples, dimensions) numbers from 0 to 1: in each dimension one in each of `samples` equal strata.

    Strata are halved, and new samples put into the empty halves in random order, as often as the number of
    samples can be halved: twice as many have these at their head (a nested Latin hypercube: Qian 2009, Nested
    Latin hypercube designs, Biometrika 96:957-970).
    """
    rng = np.random.default_rng(seed)
    strata = samples // (samples & -samples)
    cells, within = _filled(np.empty((0, dimensions), dtype=int), strata, rng)
    while strata < samples:
        upper = within >= 0.5
        cells, within, strata = 2 * cells + upper, 2 * within - upper, 2 * strata
        new_cells, new_within = _filled(cells, strata, rng)
        cells, within = np.vstack([cells, new_cells]), np.vstack([within, new_within])
    return (cells + within) / strata


def _filled(taken: Array, strata: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Samples for the strata that are empty, in random order: (new, dimensions) strata, and where in them."""
    dimensions = taken.shape[1]
    empty = np.ones((strata, dimensions), dtype=bool)
    np.put_along_axis(empty, taken, False, axis=0)
    free = np.nonzero(empty.T)[1].reshape(dimensions, -1).T
    return rng.permuted(free, axis=0), rng.random(free.shape)


def _correlated(shares: Array, plan: StudyPlan, axes: Sequence[Axis]) -> Array:
    """The same with the rank correlations of the study: a Gaussian copula, each row by itself."""
    names = [axis.name for axis in axes]
    starts = np.cumsum([0, *(axis.width for axis in axes)])
    dependent = sorted({names.index(name) for pair in plan.depends for name in pair})
    if not dependent:
        return shares
    matrix = gaussian_correlation(plan.depends, [names[k] for k in dependent])
    shares, at = shares.copy(), starts[dependent]
    shares[:, at] = ndtr(ndtri(shares[:, at]) @ np.linalg.cholesky(matrix).T)
    return shares


def gaussian_correlation(depends: Any, names: Sequence[str]) -> Array:
    """The correlation matrix of normal variables that have these rank correlations (Pearson 1907)."""
    matrix = np.eye(len(names))
    for (a, b), rank in depends.items():
        i, j = names.index(a), names.index(b)
        matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * rank / 6)
    return matrix


def _values(axes: Sequence[Axis], shares: Array) -> dict[str, Array]:
    found: dict[str, Array] = {}
    start = 0
    for axis in axes:
        columns = axis.at(shares[:, start : start + axis.width])
        found |= {varied.name: column for varied, column in zip(axis.varied, columns, strict=True)}
        start += axis.width
    return found


def _grid(plan: StudyPlan) -> list[dict[str, Any]]:
    """Every place of each axis with every place of the others."""
    axes = axes_of(plan)
    names = [varied.name for axis in axes for varied in axis.varied]
    places = product(*(axis.grid(plan.steps) for axis in axes))
    return [dict(zip(names, (value for place in row for value in place), strict=True)) for row in places]


def _one_at_a_time(plan: StudyPlan, base: dict[str, Any]) -> list[dict[str, Any]]:
    """The instance itself, and each axis at each of its places, the others as they are."""
    rows = [base]
    for axis in axes_of(plan):
        names = [varied.name for varied in axis.varied]
        rows += [base | dict(zip(names, place, strict=True)) for place in axis.line(plan.steps, base)]
    return rows
