"""Responsiveness: timeliness by the days that a decision takes, and how well it fits where it applies."""

from __future__ import annotations

import numpy as np

from optimiser.coefficients.population import mean_over
from optimiser.coefficients.rows import EVERY
from optimiser.coefficients.sets import Array, Sets
from optimiser.instance.instance import Instance


def responsiveness(instance: Instance, sets: Sets, share: Array, scores: Array | None) -> Array:
    """(D, O, L, S) share x timeliness x fit, or share x the score given."""
    decisions = instance["decisions"]
    half_life = decisions["half_life_days"][:, None, None]
    wait = delays(instance, sets) * instance["scenarios"]["urgency"]
    timeliness = np.where(
        np.isnan(half_life), 1.0, 2.0 ** (-wait / np.where(np.isnan(half_life), 1.0, half_life))
    )
    need = _needs(instance, sets)
    distance = need[:, :, None] - mean_over(sets, share, need)
    misfit = decisions["heterogeneity"][:, None, None] * np.nan_to_num(distance) ** 2  # none without a need
    ignored = decisions["spillover"][:, None, None] * _outside(sets, share)
    fit = np.maximum(0.0, 1 - misfit - ignored)  # (D, O, L)
    worth_of = timeliness[:, None, :, :] * fit[:, :, :, None]
    if scores is not None:
        worth_of = np.where(np.isnan(scores)[..., None], worth_of, scores[..., None])
    return share[None, :, None, None] * worth_of


def delays(instance: Instance, sets: Sets) -> Array:
    """(D, L, S) days from a decision to practice: the level's, the decision's own, or that in a scenario."""
    usual, (d, level, s), own = instance["levels"]["delay_days"], sets.rows.delays, instance["delays"]["days"]
    days = np.tile(usual[None, :, None], (len(sets.decisions), 1, len(sets.scenarios)))
    every = s == EVERY
    days[d[every], level[every]] = own[every, None]
    days[d[~every], level[~every], s[~every]] = own[~every]
    return days


def _needs(instance: Instance, sets: Sets) -> Array:
    """(D, O) needs, NaN where none is given; a decision's own wins."""
    need = np.full((len(sets.decisions), len(sets.localities)), np.nan)
    (d, o), given = sets.rows.needs, instance["needs"]["need"]
    every = d == EVERY
    need[:, o[every]] = given[every]
    need[d[~every], o[~every]] = given[~every]
    return need


def _outside(sets: Sets, share: Array) -> Array:
    """(O, L) the share of the others that n(o, l) does not answer for: 0 at the centre, 1 on one's own."""
    outside = np.zeros(sets.node.shape)
    others = 1 - share
    for level in range(1, len(sets.levels)):
        answers = sets.together[level] @ share - share
        outside[:, level] = np.divide(
            others - answers, others, out=np.zeros_like(share), where=others > 1e-12
        )
    return outside
