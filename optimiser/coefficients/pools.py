"""The standard deviation of a pool, for every subset of localities (model/README.md, risk_pooling).

For one decision and one correlation regime the covariance of the localities is written as
`diag(own) + factors @ factors.T`, so that the deviation of the localities S is
`sqrt(own(S) + |factors(S)|^2)`: an independent part, which is submodular in S, and a common part, which
is convex. Constant correlation needs one factor; a matrix as many as it has rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimiser.coefficients.sets import Array, Sets
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
    """Deviations and correlations of every decision; a `Pool` for any organisation and correlation on demand.

    A decision's correlations are numbered: 0 its own, 1 + s those that scenario s gives it. Scenarios that
    give it the same share the number of the first of them, and so one buffer.
    """

    sd: Array  # (D, O) stand-alone deviations
    total: Array  # (D,) their sum
    rho: Array  # (D,) correlation of a decision without a matrix
    matrix: dict[int, Array]  # decision -> (O, O) correlations, where a matrix is given
    shock: Array  # (D, S) correlation that a scenario gives a decision in place of its own, NaN for none
    regime: Array  # (D, S) number of the correlation in force

    @cached_property
    def share(self) -> Array:
        """(D, O) deviations as shares of their sum; 0 where all are 0."""
        return self.sd / np.where(self.total > 0, self.total, 1.0)[:, None]

    def same(self, other: Pools) -> bool:
        """Whether every pool is the same in both."""
        mine, theirs = ((p.sd, p.rho, p.shock) for p in (self, other))
        return (
            all(np.array_equal(a, b, equal_nan=True) for a, b in zip(mine, theirs, strict=True))
            and self.matrix.keys() == other.matrix.keys()
            and all(np.array_equal(self.matrix[d], other.matrix[d]) for d in self.matrix)
        )

    def pool(self, d: int, members: Array, regime: int) -> Pool:
        """The pool of these localities for decision d; shares are of the total over all localities."""
        if regime == 0 and d in self.matrix:
            return _split(self.share[d, members], self.matrix[d][np.ix_(members, members)])
        rho = float(self._constant_rho[d, regime])
        if rho >= 0:
            own, loadings = self._constant
            return Pool(own[d, regime][members], loadings[d, regime][members, None])
        correlation = np.full((len(members), len(members)), rho)
        np.fill_diagonal(correlation, 1.0)
        return _split(self.share[d, members], correlation)

    def saved(self, together: Array) -> Array:
        """(D, O, T) what each locality's part saves when all its pool is pooled, as a share of the total.

        Its deviation less its marginal share of the buffer (Euler's allocation; Tasche 1999). `together`
        (O, O) says who is in one pool. NaN for correlations that are in force in no scenario.
        """
        same = together.astype(float)
        own, _ = self._constant
        covariance = own + self._constant_rho[:, :, None] * (self.share * (self.share @ same))[:, None]
        for d, matrix in self.matrix.items():
            covariance[d, 0] = self.share[d] * ((matrix * same) @ self.share[d])
        variance = covariance @ same
        some = variance > 0
        part = np.where(some, covariance / np.sqrt(np.where(some, variance, 1.0)), 0.0)
        saved = np.maximum(0.0, self.share[:, None] - part)
        in_force = (self.regime[:, :, None] == np.arange(saved.shape[1])).any(axis=1)  # (D, T)
        return np.swapaxes(np.where(in_force[:, :, None], saved, np.nan), 1, 2)

    @cached_property
    def _constant_rho(self) -> Array:
        """(D, T) correlation where no matrix counts; NaN for scenarios that give none."""
        return np.concatenate([self.rho[:, None], self.shock], axis=1)

    @cached_property
    def _constant(self) -> tuple[Array, Array]:
        """(D, T, O) variances of their own, and loadings on the one common factor, where rho >= 0."""
        rho, share = self._constant_rho[:, :, None], self.share[:, None, :]
        return (1 - rho) * share**2, np.sqrt(np.maximum(0.0, rho)) * share


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
    (d, o), own = sets.rows.risk, instance["risk"]["sd"]
    some = ~np.isnan(own)
    sd[d[some], o[some]] = own[some]
    shock = instance.shared_shock
    equal = (shock[:, :, None] == shock[:, None, :]).argmax(axis=2)  # the first scenario with the same
    return Pools(
        sd=sd,
        total=sd.sum(axis=1),
        rho=instance["decisions"]["correlation"],
        matrix=_matrices(instance, sets),
        shock=shock,
        regime=np.where(np.isnan(shock), 0, 1 + equal),
    )


def _matrices(instance: Instance, sets: Sets) -> dict[int, Array]:
    """Decision -> (O, O) correlations as given, and else the decision's own."""
    (decision, a, b), value = sets.rows.correlations, instance["correlations"]["correlation"]
    found: dict[int, Array] = {}
    for d in np.unique(decision).tolist():
        found[d] = np.full(2 * (len(sets.localities),), instance["decisions"]["correlation"][d])
        mine = decision == d
        found[d][a[mine], b[mine]] = found[d][b[mine], a[mine]] = value[mine]
        np.fill_diagonal(found[d], 1.0)
    return found
