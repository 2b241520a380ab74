"""Constraints 13 to 16 within a period: what it inherits, and what its successor inherits of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.population import shares
from optimiser.coefficients.sets import Array, Sets, current_levels
from optimiser.coefficients.staffing import Staffing
from optimiser.instance.instance import Instance
from optimiser.instance.period import Period


@dataclass(frozen=True, eq=False)
class Inherited:
    """Numbers of skill, morale, reserves and moves. But in a period of a path these are ability, willingness,
    nothing and nothing."""

    skill_least: Array  # (N,) share of the decision space that n is able to use, at the least
    morale_least: Array  # (N,) share of it that n is willing to use, at the least
    stock_most: Array  # (O, R) units of the reserve that are left
    practice: Array  # (O, L) what the exercise of one decision by n(o, l) for o counts in n's mean
    overload: Array  # (N,) what an hour adds to the share of hours worked beyond what is safe
    safe_load: Array  # (N,) what is subtracted from it
    moving: Array  # (H, L) what holding d at l costs in moves, a year


def inherited_of(instance: Instance, sets: Sets, staffing: Staffing) -> Inherited:
    """Of a period what it says it inherits, of any other instance its own ability and willingness."""
    org, share = instance["organisations"], shares(instance, sets)
    skill, morale, stock = org["ability"], org["willingness"], np.zeros((len(share), len(sets.resources)))
    if isinstance(instance, Period):
        least = instance.least or instance.inherited
        skill, morale, stock = least.skill, least.morale, instance.inherited.stock
    overload, safe_load = _overload(instance, staffing)
    return Inherited(
        skill_least=skill.copy(),
        morale_least=morale.copy(),
        stock_most=stock,
        practice=_practice(sets, share),
        overload=overload,
        safe_load=safe_load,
        moving=_moving(instance, sets, share),
    )


def _practice(sets: Sets, share: Array) -> Array:
    """The mean is over the decisions that may be held at the level, and over O(n) by population."""
    population = np.einsum("lop,p->ol", sets.together, share)
    plain = 1 / sets.together.sum(axis=2).T
    of_place = np.divide(share[:, None], population, out=plain, where=population > 0)
    count = sets.allowed.sum(axis=0)
    return np.asarray(of_place / np.maximum(1, count))


def _overload(instance: Instance, staffing: Staffing) -> tuple[Array, Array]:
    """NaN where nothing is ever too much: no hours are known, or all of them are safe."""
    safe = instance.rates("safe")
    spare = np.where((safe < 1) & (staffing.hours_available > 0), 1 - safe, np.nan)
    return 1 / (spare * staffing.hours_available), safe / spare


def _moving(instance: Instance, sets: Sets, share: Array) -> Array:
    """The population that moves where d is held at l, times what that costs, as a share of the value."""
    cost = np.zeros((len(sets.holding_decision), len(sets.levels)))
    if not isinstance(instance, Period):
        return cost
    each = instance["decisions"]["switch_cost"] / (len(sets.decisions) * instance.years)
    now = current_levels(sets)
    moves = (now >= 0)[..., None] & (now[..., None] != np.arange(len(sets.levels)))  # (D, O, L)
    for l in range(len(sets.levels)):
        np.add.at(cost[:, l], sets.holding, moves[..., l] * share * each[:, None])
    return cost
