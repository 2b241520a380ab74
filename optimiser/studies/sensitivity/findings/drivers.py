"""What moves each decision, the best value, and whether there is a design: a measure for each method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from optimiser.design.tables import Row
from optimiser.studies.sensitivity.findings.ensemble import GRADES, Array, Ensemble
from optimiser.studies.sensitivity.findings.outcomes import FEASIBLE, VALUE, Outcomes, outcomes_of
from optimiser.studies.sensitivity.findings.shares import SURE, Z
from optimiser.studies.sensitivity.findings.variance import first_order
from optimiser.studies.sensitivity.sampling.sampling import salib, salib_problem, unit_samples
from optimiser.tolerances import EQUAL

FEWEST = 10  # samples from which an index is computed
RESAMPLES = 200  # for the intervals of SALib
ADDING = ("first-order", "sobol first-order")  # shares of one variance: those of several inputs add up


@dataclass(frozen=True, eq=False)
class Index:
    """How much an input moves each of M outcomes, in the sense of a method, and its interval."""

    input: str
    grade: str
    method: str
    index: Array  # (M,)
    low: Array
    high: Array
    seen: Array  # (M,) whether it can be told from chance that the input moves it
    used: int


Measure = Callable[[Ensemble, Outcomes], Iterator[Index]]


def drivers(ensemble: Ensemble) -> list[Row]:
    """A row for each outcome, input and method, and for each grade of evidence."""
    measure = MEASURES.get(ensemble.plan.method, _first_order)
    rows = list[Row]()
    for outcomes in outcomes_of(ensemble):
        found = list(measure(ensemble, outcomes))
        rows += [row for each in [*found, *_by_grade(found)] for row in _rows(outcomes, each)]
    order = {of: k for k, of in enumerate([*ensemble.sets.decisions, VALUE, FEASIBLE])}
    levels = {level: k for k, level in enumerate(["", *ensemble.sets.levels])}
    return sorted(rows, key=lambda row: (order[row["of"]], levels[row["level"]]))


def _rows(outcomes: Outcomes, found: Index) -> Iterator[Row]:
    for m, (of, level) in enumerate(outcomes.of):
        if np.isfinite(found.index[m]):
            yield {
                "of": of, "level": level, "input": found.input, "grade": found.grade,
                "index": found.index[m], "low": found.low[m], "high": found.high[m],
                "method": found.method, "samples_used": found.used, "seen": bool(found.seen[m]),
            }  # fmt: skip


def _by_grade(found: Sequence[Index]) -> Iterator[Index]:
    """The inputs of each grade together."""
    for method in dict.fromkeys(each.method for each in found):
        for grade in ("", *GRADES):
            mine = [each for each in found if (each.method, each.grade) == (method, grade)]
            if mine and method != "sobol total":
                yield _added(mine) if method in ADDING else _averaged(mine)


def _added(found: Sequence[Index]) -> Index:
    """The sum of those that can be seen; where none can, nothing, and the most that any may be."""
    index, low, high, seen = (
        np.stack([getattr(each, name) for each in found]) for name in ("index", "low", "high", "seen")
    )
    total = np.where(seen | np.isnan(index), index, 0.0).sum(axis=0)  # of what is not known there is no sum
    half = np.sqrt((np.where(seen, high - low, 0.0) ** 2).sum(axis=0)) / 2
    some = np.asarray(seen.any(axis=0))
    most = np.where(some, total + half, high.max(axis=0))
    return replace(found[0], input="", index=total, low=total - half, high=most, seen=some)


def _averaged(found: Sequence[Index]) -> Index:
    """The mean over all their steps."""
    steps = np.array([each.used for each in found], float)
    mean = steps @ np.stack([each.index for each in found]) / steps.sum()
    spread = [(each.high - each.low) * each.used for each in found]
    half = np.sqrt((np.stack(spread) ** 2).sum(axis=0)) / steps.sum() / 2
    some = np.asarray(np.stack([each.seen for each in found]).any(axis=0))
    low, high, used = mean - half, mean + half, int(steps.sum())
    return replace(found[0], input="", index=mean, low=low, high=high, seen=some, used=used)


# The methods


def _first_order(ensemble: Ensemble, outcomes: Outcomes) -> Iterator[Index]:
    """From bins along each input, whatever the sample; of a grid, which is no sample, without an error."""
    n, whole = len(outcomes.values), ensemble.plan.method == "grid"
    for input_ in ensemble.inputs if n >= FEWEST else ():
        standing = ensemble.standing(input_, outcomes.among)
        index, influence, chance = first_order(standing, outcomes.values, whole=whole)
        half = 0.0 * index if whole else Z * np.sqrt((influence**2).mean(axis=0) / n)
        seen = index - half > EQUAL
        if not whole:
            seen &= chance < (1 - SURE) / len(ensemble.inputs)  # that any input at all seems to move it
        yield Index(input_.name, input_.grade, "first-order", index, index - half, index + half, seen, n)


def _steps(ensemble: Ensemble, outcomes: Outcomes) -> Iterator[Index]:
    """The mean change from the first sample, in which nothing is moved, over the steps of one input alone."""
    for input_ in ensemble.inputs if outcomes.among[0] else ():
        columns = ensemble.numbers[list(input_.columns)].to_numpy()
        mine = (columns != columns[0]).any(axis=1)[outcomes.among]
        if mine.any():
            change = np.abs(outcomes.values[mine] - outcomes.values[0]).mean(axis=0)
            used = int(mine.sum())
            yield Index(
                input_.name, input_.grade, "one-at-a-time", change, change, change, change > EQUAL, used
            )


def _sobol(ensemble: Ensemble, outcomes: Outcomes) -> Iterator[Index]:
    """SALib's first-order and total indices, from the blocks of samples that are whole."""
    analyse = partial(salib("SALib.analyze.sobol").analyze, calc_second_order=False)
    size = len(ensemble.inputs) + 2
    of, values = outcomes.blocks(size)
    ends = values[np.isin(np.arange(len(values)) % size, (0, size - 1))]  # SALib takes the variance of these
    said = _said(ensemble, values, ends, analyse)
    yield from _indices(ensemble, "sobol first-order", "S1", said, len(of))
    yield from _indices(ensemble, "sobol total", "ST", said, len(of))


def _morris(ensemble: Ensemble, outcomes: Outcomes) -> Iterator[Index]:
    """SALib's mean absolute elementary effects, from the trajectories that are whole."""
    analyse = salib("SALib.analyze.morris").analyze
    of, values = outcomes.blocks(len(ensemble.inputs) + 1)
    said = _said(ensemble, values, values, analyse, unit_samples(ensemble.plan)[of])
    yield from _indices(ensemble, "morris", "mu_star", said, len(of))


def _said(
    ensemble: Ensemble, values: Array, varying: Array, analyse: Callable[..., Any], *x: Array
) -> list[Any]:
    """What SALib says of each outcome (n, M); None of one that is constant where it looks for a variance."""
    how = {"num_resamples": RESAMPLES, "conf_level": SURE, "seed": ensemble.plan.seed + 1}  # 0: SALib draws
    problem, enough = salib_problem(ensemble.plan), len(values) >= FEWEST
    pairs = zip(values.T, varying.T, strict=True)
    return [analyse(problem, *x, y, **how) if enough and np.ptp(v) > EQUAL else None for y, v in pairs]


def _indices(ensemble: Ensemble, method: str, key: str, said: list[Any], used: int) -> Iterator[Index]:
    """One of SALib's indices, input by input."""
    none = np.full(len(ensemble.inputs), np.nan)
    index, half = (
        np.array([none if one is None else np.asarray(one[name], float) for one in said])
        for name in (key, f"{key}_conf")
    )
    for input_, i, h in zip(ensemble.inputs, index.T, half.T, strict=True):
        yield Index(input_.name, input_.grade, method, i, i - h, i + h, i - h > EQUAL, used)


MEASURES: dict[str, Measure] = {"sobol": _sobol, "morris": _morris, "one-at-a-time": _steps}
