"""How often each decision sits where, how sure that is, and how much of it the gap leaves open."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from optimiser.design.tables import Row
from optimiser.studies.sensitivity.findings.ensemble import Array, Ensemble
from optimiser.studies.sensitivity.findings.fixed_designs import Fixed
from optimiser.tolerances import EQUAL

SURE = 0.95  # of intervals hold the truth
Z = float(norm.ppf((1 + SURE) / 2))  # so many standard errors to either side


def wilson(times: Array, of: float) -> tuple[Array, Array]:
    """Wilson's interval for a share seen so many times of so many."""
    share = times / of
    middle = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
    half = Z / (1 + Z**2 / of) * np.sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    return np.where(share > 0, middle - half, 0.0), np.where(share < 1, middle + half, 1.0)


def levels(ensemble: Ensemble, fixed: Fixed) -> list[Row]:
    """A row for every holding and every level that is allowed."""
    if not ensemble.count:
        return []
    sets = ensemble.sets
    times = _times(ensemble)
    open_ = _undecided(ensemble, fixed)
    share = times / ensemble.count
    low, high = wilson(share * ensemble.independent, ensemble.independent)
    sure, compared = ensemble.random, ensemble.plan.foresight != "none"
    return [
        {
            "decision": sets.decisions[d], "organisation": sets.place(h), "level": sets.levels[l],
            "share": share[h, l], "low": low[h, l] if sure else None, "high": high[h, l] if sure else None,
            "unresolved": open_[h, l] / times[h, l] if times[h, l] and compared else None,
        }
        for h, d in enumerate(sets.holding_decision)
        for l in np.flatnonzero(sets.allowed[d])
    ]  # fmt: skip


def _times(ensemble: Ensemble) -> Array:
    """(H, L) in how many samples each holding is at each level."""
    often = np.bincount(ensemble.design, minlength=len(ensemble.ids))
    return np.stack([often @ (ensemble.held == l) for l in range(len(ensemble.sets.levels))], axis=1)


def _undecided(ensemble: Ensemble, fixed: Fixed) -> Array:
    """(H, L) in how many of them a design that holds it elsewhere is as near as the bound.

    Only among the designs that were evaluated in every sample: that it is decided is not proven.
    """
    found = np.zeros((ensemble.held.shape[1], len(ensemble.sets.levels)))
    known = fixed.held[:, 0] >= 0
    slack = ensemble.bound - ensemble.value + EQUAL
    near = fixed.values[:, known] >= (ensemble.value - slack)[:, None]  # never where it is not possible
    for design in np.unique(ensemble.design[near.any(axis=1)]):
        own = ensemble.held[design]
        which, often = np.unique(near[ensemble.design == design], axis=0, return_counts=True)
        elsewhere = which.astype(int) @ (fixed.held[known] != own)
        found[np.arange(len(own)), own] += often @ (elsewhere > 0)
    return found
