"""The scores: what holding, exercising and monitoring are worth on each objective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.money import Money
from optimiser.coefficients.pools import Pools
from optimiser.coefficients.population import mean_over, shares
from optimiser.coefficients.responsiveness import responsiveness
from optimiser.coefficients.rows import EVERY
from optimiser.coefficients.sets import Array, Sets
from optimiser.coefficients.slack import Slack
from optimiser.instance.instance import Instance


@dataclass(frozen=True, eq=False)
class Scores:
    """Numbers of the objectives; those by objective have none for resilience. NaN where no term exists."""

    loss: Array  # (rows of links,)
    share: Array  # (O,) of the population
    stake: Mapping[str, Array]  # objective -> (D,)
    earned: Mapping[str, Array]  # objective but economy -> (D, O, L), what exercising in full adds to the
    # score; for responsiveness in each scenario (D, O, L, S), for risk_pooling by correlation (D, O, L, T)
    regained: Array  # (D, O, L) accountability that full monitoring wins back
    deviation: Array  # (D, O) share of the summed deviations, where pools differ by who is in them
    economy_held: Array  # (H, L) what the score on economy gains from holding
    economy_base: Array  # (D,) what it starts from
    fixed_share: Array  # (D, L) what one more holder's fixed cost takes from it
    unmet_weight: Array  # (R,) what a unit unmet takes from resilience


def scores_of(
    instance: Instance, sets: Sets, given: Mapping[str, Array], pools: Pools, money: Money, slack: Slack
) -> Scores:
    """All numbers of the objectives; `given` are the `direct_scores`."""
    share, decisions = shares(instance, sets), instance["decisions"]
    buffered = sets.shared.any(axis=1) & (pools.total > 0) & ~scored(sets, given, "risk_pooling")
    accountable = _accountable(instance, sets, share, given.get("accountability"))
    monitorable = (decisions["monitoring_effect"] > 0) & sets.allowed[:, 1:].any(axis=1)
    regained = decisions["monitoring_effect"][:, None, None] * (share[None, :, None] - accountable)
    held, base, fixed = _economy(sets, share, money, given)
    return Scores(
        loss=instance["links"]["loss"],
        share=share,
        stake={name: decisions[f"stake_{name}"] for name in sets.objectives if name != "resilience"},
        earned=_earned(instance, sets, given, pools, share, accountable, buffered),
        regained=np.where(monitorable[:, None, None], regained, np.nan),
        deviation=np.where(buffered[:, None], pools.share, np.nan),
        economy_held=held,
        economy_base=base,
        fixed_share=fixed,
        unmet_weight=_unmet_weight(instance, slack),
    )


def _unmet_weight(instance: Instance, slack: Slack) -> Array:
    """Resilience is the mean over the resources of which anything is at risk."""
    at_risk = np.nansum(slack.shortage, axis=0) @ instance["scenarios"]["probability"]
    weight = np.divide(1.0, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)
    return np.asarray(weight / max(1, (at_risk > 0).sum()))


def direct_scores(instance: Instance, sets: Sets) -> dict[str, Array]:
    """Objective -> (D, O, L) scores given directly, NaN where none is; a locality's own cell wins."""
    table, (d, o, level) = instance["scores"], sets.rows.scores
    found: dict[str, Array] = {}
    for name in sets.objectives:
        if name not in table or np.isnan(table[name]).all():
            continue
        array = np.full((len(sets.decisions), len(sets.localities), len(sets.levels)), np.nan)
        there = ~np.isnan(table[name])
        every, own = there & (o == EVERY), there & (o != EVERY)
        array[d[every], :, level[every]] = table[name][every, None]
        array[d[own], o[own], level[own]] = table[name][own]
        found[name] = array
    return found


def scored(sets: Sets, given: Mapping[str, Array], objective: str) -> Array:
    """(D,) whether a decision is scored directly on an objective, anywhere."""
    if objective not in given:
        return np.zeros(len(sets.decisions), bool)
    some: Array = ~np.isnan(given[objective]).all(axis=(1, 2))
    return some


def _earned(
    instance: Instance,
    sets: Sets,
    given: Mapping[str, Array],
    pools: Pools,
    share: Array,
    accountable: Array,
    buffered: Array,
) -> dict[str, Array]:
    """What exercising in full earns of every objective that is earned so; scores given directly win."""
    earned = {
        "risk_pooling": _saved(sets, pools),
        "accountability": accountable,
        "responsiveness": responsiveness(instance, sets, share, given.get("responsiveness")),
        "solidarity": _solidarity(instance, sets, share),
    }
    empty = np.zeros((len(sets.decisions), len(sets.localities), len(sets.levels)))
    for name in sets.objectives:
        if name in ("economy", "resilience"):
            continue
        values = earned.get(name, empty)
        if name in given and name not in ("accountability", "responsiveness"):
            values = _or_direct(values, share[None, :, None] * given[name], scored(sets, given, name))
        there = np.nan_to_num(values).reshape(*empty.shape, -1).any(axis=(1, 3)) & sets.allowed  # (D, L)
        if name == "risk_pooling":
            there |= buffered[:, None] & sets.shared
        along = there[:, None, :].reshape(len(there), 1, -1, *(1,) * (values.ndim - 3))
        earned[name] = np.where(along, values, np.nan)
    return earned


def _or_direct(values: Array, direct: Array, rows: Array) -> Array:
    """Where a decision (`rows`) is scored directly, nothing else counts; what is not in force stays NaN."""
    further = (1,) * (values.ndim - 3)
    direct = np.where(np.isnan(values), np.nan, np.nan_to_num(direct).reshape(*direct.shape, *further))
    return np.where(rows.reshape(-1, 1, 1, *further), direct, values)


def _by_holding(sets: Sets, values: Array) -> Array:
    """Sum (D, O, L) over the localities of each holding: (H, L)."""
    size = len(sets.holding_decision), values.shape[2]
    place = sets.holding[:, :, None] * size[1] + np.arange(size[1])
    return np.bincount(place.ravel(), values.ravel(), size[0] * size[1]).reshape(size)


def _accountable(instance: Instance, sets: Sets, share: Array, scores: Array | None) -> Array:
    """(D, O, L) share x the level's retained accountability, or the score given."""
    size = (len(sets.decisions), len(sets.localities), len(sets.levels))
    retained = np.broadcast_to(instance["levels"]["accountability"], size)
    return share[None, :, None] * (
        retained if scores is None else np.where(np.isnan(scores), retained, scores)
    )


def _saved(sets: Sets, pools: Pools) -> Array:
    """(D, O, L, T) what each part saves by being pooled; NaN for correlations that are not in force."""
    by_level = []
    for together in sets.together:
        several = together.sum(axis=1) > 1
        by_level.append(pools.saved(together) * several[:, None])
    return np.stack(by_level, axis=2)


def _economy(
    sets: Sets, share: Array, money: Money, given: Mapping[str, Array]
) -> tuple[Array, Array, Array]:
    """Costs as shares of the dearest level: (H, L) of a holding, (D,) what that is taken from, and (D, L) of
    one holder of an asymmetric decision."""
    count, uniform = np.bincount(sets.level_of, minlength=len(sets.levels)), sets.uniform[:, None]
    cost = money.cost[sets.working]  # (D, O, L)
    dearest = (money.fixed_cost * count + cost.sum(axis=1)).max(axis=1)
    scale = np.divide(1.0, dearest, out=np.zeros_like(dearest), where=dearest > 0)[:, None]
    fixed = money.fixed_cost * scale
    held = -_by_holding(sets, cost * scale[:, None])
    held -= np.where(uniform, fixed * count, 0.0)[sets.holding_decision]
    base, fixed = np.ones(len(sets.decisions)), np.where(uniform, 0.0, fixed)
    if "economy" in given:
        direct = scored(sets, given, "economy")
        rows = direct[sets.holding_decision]
        held[rows] = _by_holding(sets, share[None, :, None] * np.nan_to_num(given["economy"]))[rows]
        base[direct], fixed[direct] = 0.0, 0.0
    return held, base, fixed


def _solidarity(instance: Instance, sets: Sets, share: Array) -> Array:
    """(D, O, L) the part of what could be shared that is, when o's burden is shared at l."""
    burden = np.full((len(sets.decisions), len(sets.localities)), np.nan)
    burden[sets.rows.risk] = instance["risk"]["mean"]
    means = mean_over(sets, share, burden)
    apart = np.nan_to_num(np.abs(means - means[..., :1]))  # (D, O, L) distance of the pool from the centre
    weighted = share[None, :, None] * np.where(np.isnan(burden)[..., None], 0.0, apart)
    alone = weighted[..., -1].sum(axis=1)
    uneven = alone > 1e-12 * np.nanmax(np.abs(np.nan_to_num(burden)), axis=1)  # all equal: nothing to share
    scale = np.divide(1.0, alone, out=np.zeros_like(alone), where=uneven)
    return (weighted[..., -1:] - weighted) * scale[:, None, None]
