"""The population: what share of it each locality has, and means over it."""

from __future__ import annotations

import numpy as np

from optimiser.coefficients.sets import Array, Sets
from optimiser.instance.instance import Instance


def shares(instance: Instance, sets: Sets) -> Array:
    """(O,) population shares of the localities, equal where no population is given."""
    population = instance["organisations"]["population"][sets.node[:, -1]]
    if np.isnan(population).all():
        return np.full(len(population), 1 / len(population))
    return population / population.sum()


def mean_over(sets: Sets, share: Array, values: Array) -> Array:
    """(..., O, L) mean over O(n(o, l)) of `values` (..., O), over the localities that have one.

    Weighted by population; plain where none of them has any. NaN where no locality under n has a value.
    """
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    means = np.empty((*values.shape, len(sets.levels)))
    for level in range(len(sets.levels)):
        same = sets.together[level].astype(float)
        weight = (known * share) @ same
        plain = weight == 0
        total = np.where(plain, filled @ same, (filled * share) @ same)
        count = np.where(plain, known @ same, weight)
        means[..., level] = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return means
