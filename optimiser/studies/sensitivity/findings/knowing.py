"""What it would be worth to know an input before deciding: the expected value of perfect information on it.

The value of each design is regressed on the input (Strong, Oakley & Brennan 2014), here on bins of it, as
what is not possible makes it jump, and the design taken that the regression calls best. What that gains over
the one design that is best in the mean is counted in samples that were kept back: a choice fitted to noise
gains nothing there, so an input that does not matter comes out at 0, a little above or below.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import norm

from optimiser.design.tables import Row
from optimiser.studies.sensitivity.findings.ensemble import Array, Ensemble
from optimiser.studies.sensitivity.findings.fixed_designs import Fixed
from optimiser.studies.sensitivity.findings.shares import SURE, Z
from optimiser.studies.sensitivity.findings.variance import bins

FOLDS = 5
FEWEST = 50  # samples: with fewer a fold has too few to fit to


def knowing(ensemble: Ensemble, fixed: Fixed) -> list[Row]:
    """A row for each input, the one most worth knowing first."""
    values = fixed.worth
    if len(values) < FEWEST or len(fixed.names) < 2 or not ensemble.random:
        return []
    fold, block = ensemble.folds(FOLDS)[fixed.asked], ensemble.blocks[fixed.asked]
    among = ensemble.found.copy()
    among[ensemble.found] = fixed.asked
    rows, least = list[Row](), float(norm.ppf(1 - (1 - SURE) / len(ensemble.inputs)))  # of any input at all
    for input_ in ensemble.inputs:
        gains = _gains(bins(ensemble.standing(input_, among), len(values) ** (1 / 3)), values, fold)
        mean = float(gains.mean())
        error = float(np.linalg.norm(np.bincount(block, gains - mean))) / len(gains)  # blocks vary as one
        said = {
            "evppi": mean,
            "low": mean - Z * error,
            "high": mean + Z * error,
            "seen": mean > least * error,
        }
        rows.append({"input": input_.name, "grade": input_.grade, **said})
    rows.sort(key=lambda row: -row["evppi"])
    return [{**row, "rank": rank} for rank, row in enumerate(rows, 1)]


def _gains(bin_: Array, values: Array, fold: Array) -> Array:
    """(n,) what choosing by the input gains in each sample over the design that is best in the mean.

    `bin_` (n,) says where the input stands, `values` (n, F) what the designs are worth; the choice is made
    from the samples of the other folds.
    """
    n, gains, usual = len(values), np.empty(len(values)), values.mean(axis=0).argmax()
    for k in range(FOLDS):
        kept, others = fold == k, (fold != k).astype(float)
        members = csr_array((others, (bin_, np.arange(n))), shape=(bin_.max() + 1, n))
        chosen = np.where(members.sum(axis=1) > 0, (members @ values).argmax(axis=1), usual)[bin_[kept]]
        gains[kept] = values[kept][np.arange(len(chosen)), chosen] - values[kept, usual]
    return gains
