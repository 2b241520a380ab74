"""How far two readers agree: the share that is the same, and Cohen's kappa with an interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

DRAWS = 10_000
SEED = 20200317
Array = np.ndarray


def share(one: Sequence[str], other: Sequence[str]) -> float:
    """How much of what both coded they coded the same."""
    return float(np.mean(np.array(one) == np.array(other)))


def kappa(one: Sequence[str], other: Sequence[str]) -> float:
    """Cohen's kappa: agreement beyond that of readers who code as often, but blindly.

    NaN where both use a single code throughout: blind readers could not differ either.

    >>> round(kappa(list("aabb"), list("aaba")), 3)
    0.5
    """
    return float(_kappas(_tables(one, other).sum(axis=0, keepdims=True))[0])


def interval(one: Sequence[str], other: Sequence[str], decisions: Sequence[str]) -> tuple[float, float]:
    """The middle 95 % of kappa over draws of the decisions, with replacement and with all rows of each."""
    places = sorted(set(decisions))
    of_place = np.array([[decision == place for decision in decisions] for place in places], float)
    tables = np.einsum("pn,nij->pij", of_place, _tables(one, other))
    drawn = np.random.default_rng(SEED).multinomial(len(places), np.full(len(places), 1 / len(places)), DRAWS)
    low, high = np.nanpercentile(_kappas(np.einsum("kp,pij->kij", drawn, tables)), (2.5, 97.5))
    return float(low), float(high)


def _tables(one: Sequence[str], other: Sequence[str]) -> Array:
    """(N, C, C) for each row, a 1 at the two codes that it has."""
    codes = sorted({*one, *other})
    first, second = (np.array([[code == c for c in codes] for code in read], float) for read in (one, other))
    return first[:, :, None] * second[:, None, :]


def _kappas(tables: Array) -> Array:
    """(K,) kappa of each of the tables (K, C, C) of how often which two codes met."""
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    blind = np.einsum("ki,ki->k", shares.sum(axis=1), shares.sum(axis=2))
    alike = np.trace(shares, axis1=1, axis2=2)
    return np.where(blind > 1 - 1e-12, np.nan, (alike - blind) / np.maximum(1 - blind, 1e-12))
