"""The standard deviation of a pool, for every subset of localities (model/README.md, risk_pooling).

For one decision and one correlation regime the covariance of the localities is written as
`diag(own) + factors @ factors.T`, so that the deviation of the localities S is
`sqrt(own(S) + |factors(S)|^2)`: an independent part, which is submodular in S, and a common part, which
is convex. Constant correlation needs one factor; a matrix as many as it has rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.sets import Array, Sets, positions
from optimiser.instance.instance import Instance


@dataclass(frozen=True, eq=False)
class Pool:
    """The localities that an organisation may pool for one decision, as shares of their total deviation."""

    own: Array  # (m,) variance that no other locality shares, >= 0
    factors: Array  # (m, k) loadings on the common factors

    def deviation(self, held: Array) -> Array:
        """Exact deviation of the members held, as a share: (..., m) zeros and ones to (...)."""
        common = held @ self.factors
        return np.sqrt(np.maximum(0.0, held @ self.own + (common * common).sum(axis=-1)))


@dataclass(frozen=True, eq=False)
class Pools:
    """Deviations and correlations of every decision; a `Pool` for any organisation and regime on demand."""

    sd: Array  # (D, O) stand-alone deviations
    total: Array  # (D,) their sum
    rho: Array  # (D,) correlation of a decision without a matrix
    matrix: dict[int, Array]  # decision -> (O, O) correlations, where a matrix is given
    regime: Array  # (S,) correlation regime of each scenario, 0 the shared one
    regime_rho: Array  # (T,) correlation that a regime imposes on every decision, NaN for none

    def same(self, other: Pools) -> bool:
        """Whether every pool is the same in both."""
        mine, theirs = ((p.sd, p.rho, p.regime, p.regime_rho) for p in (self, other))
        return (
            all(np.array_equal(a, b, equal_nan=True) for a, b in zip(mine, theirs, strict=True))
            and self.matrix.keys() == other.matrix.keys()
            and all(np.array_equal(self.matrix[d], other.matrix[d]) for d in self.matrix)
        )

    def pool(self, d: int, members: Array, regime: int) -> Pool:
        """The pool of these localities for decision d; shares are of the total over all localities."""
        share = self.sd[d, members] / self.total[d] if self.total[d] > 0 else np.zeros(len(members))
        imposed = self.regime_rho[regime]
        if np.isnan(imposed) and d in self.matrix:
            correlation = self.matrix[d][np.ix_(members, members)]
        else:
            rho = self.rho[d] if np.isnan(imposed) else imposed
            if rho >= 0:
                return Pool((1 - rho) * share**2, (np.sqrt(rho) * share)[:, None])
            correlation = np.full((len(members), len(members)), rho)
            np.fill_diagonal(correlation, 1.0)
        return _split(share, correlation)


def _split(share: Array, correlation: Array) -> Pool:
    """Take the smallest eigenvalue out as everyone's own part: what is left is a covariance too."""
    values, vectors = np.linalg.eigh(correlation)
    least = max(0.0, float(values[0]))
    loadings = vectors * np.sqrt(np.maximum(0.0, values - least))
    return Pool(least * share**2, share[:, None] * loadings)


def pools_of(instance: Instance, sets: Sets) -> Pools:
    """Deviations, matrices and regimes of an instance."""
    population = instance["organisations"]["population"][sets.node[:, -1]]
    size = (len(sets.decisions), len(sets.localities))
    sd = np.tile(np.sqrt(np.where(np.isnan(population), 1.0, population)), (size[0], 1))
    d, o, risk = positions(sets.decisions), positions(sets.localities), instance["risk"]
    for decision, place, value in zip(risk["decision"], risk["organisation"], risk["sd"], strict=True):
        if not np.isnan(value):
            sd[d[decision], o[place]] = value
    rho, given = instance["decisions"]["correlation"], instance["correlations"]
    matrix: dict[int, Array] = {}
    columns = (given[c] for c in ("decision", "organisation_a", "organisation_b", "correlation"))
    for decision, a, b, value in zip(*columns, strict=True):
        i = d[decision]
        if i not in matrix:
            matrix[i] = np.full((size[1], size[1]), rho[i])
            np.fill_diagonal(matrix[i], 1.0)
        if a != b:
            matrix[i][o[a], o[b]] = matrix[i][o[b], o[a]] = value
    imposed = instance["scenarios"]["correlation"]
    own = np.flatnonzero(~np.isnan(imposed))
    regime = np.zeros(len(imposed), int)
    regime[own] = np.arange(1, len(own) + 1)
    return Pools(sd, sd.sum(axis=1), rho, matrix, regime, np.concatenate([[np.nan], imposed[own]]))
