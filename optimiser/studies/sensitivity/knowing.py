"""What it would be worth to know an input before deciding: the expected value of perfect information on it.

The value of each design is regressed on the input (Strong, Oakley & Brennan 2014), here on a polynomial of
where it stands among its samples, and the design taken that the regression calls best. What that gains over
the one design that is best in the mean is counted in samples that were kept back: a choice fitted to noise
gains nothing there, so an input that does not matter comes out at 0, a little above or below.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np

from optimiser.design.tables import Row
from optimiser.studies.sensitivity.ensemble import Array, Ensemble
from optimiser.studies.sensitivity.fixed_designs import Fixed
from optimiser.studies.sensitivity.shares import Z

DEGREE = 3  # of the polynomials
FOLDS = 5
FEWEST = 50  # samples: with fewer a fold has too few to fit to


def usable(fixed: Fixed) -> Array:
    """(n,) the samples in which each of the designs to live with is possible."""
    return np.isfinite(fixed.values[:, fixed.sturdy]).all(axis=1)


def knowing(ensemble: Ensemble, fixed: Fixed) -> list[Row]:
    """A row for each input, the one most worth knowing first."""
    use = usable(fixed)
    if use.sum() < FEWEST or len(fixed.sturdy) < 2:
        return []
    values = fixed.values[np.ix_(use, fixed.sturdy)]
    fold = np.random.default_rng(ensemble.plan.seed).permutation(len(values)) % FOLDS
    among = ensemble.found.copy()
    among[ensemble.found] = use
    rows = list[Row]()
    for input_ in ensemble.inputs:
        gains = _gains(_polynomials(ensemble.standing(input_, among)), values, fold)
        half = Z * float(gains.std(ddof=1)) / np.sqrt(len(gains))
        mean = float(gains.mean())
        rows.append(
            {
                "input": input_.name,
                "grade": input_.grade,
                "evppi": mean,
                "low": mean - half,
                "high": mean + half,
            }
        )
    rows.sort(key=lambda row: -row["evppi"])
    return [{**row, "rank": rank} for rank, row in enumerate(rows, 1)]


def _gains(terms: Array, values: Array, fold: Array) -> Array:
    """(n,) what choosing by the input gains in each sample over the design that is best in the mean.

    `terms` (n, t) are functions of the input, `values` (n, F) those of the designs; the choice is made from
    the samples of the other folds.
    """
    gains, usual = np.empty(len(values)), values.mean(axis=0).argmax()
    for k in range(FOLDS):
        kept, others = fold == k, fold != k
        fitted = np.linalg.lstsq(terms[others], values[others], rcond=None)[0]
        chosen = (terms[kept] @ fitted).argmax(axis=1)
        gains[kept] = values[kept][np.arange(len(chosen)), chosen] - values[kept, usual]
    return gains


def _polynomials(standing: Array) -> Array:
    """(n, t) every product of at most so many of the ranks (n, k) from 0 to 1."""
    ranks = 2 * standing - 1
    powers = [
        ranks[:, list(chosen)].prod(axis=1)
        for degree in range(DEGREE + 1)
        for chosen in combinations_with_replacement(range(ranks.shape[1]), degree)
    ]
    return np.stack(powers, axis=1)
