"""The scores: what holding, exercising and monitoring are worth on each objective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.money import Money
from optimiser.coefficients.pools import Pools
from optimiser.coefficients.rows import EVERY
from optimiser.coefficients.sets import Array, Sets
from optimiser.coefficients.slack import Slack
from optimiser.instance.instance import Instance


@dataclass(frozen=True, eq=False)
class Scores:
    """Numbers of the objectives; those kept by objective have none for resilience."""

    loss: Array  # (rows of links,)
    share: Array  # (O,) of the population
    stake: Mapping[str, Array]  # objective -> (D,)
    regained: Array  # (D, O, L) accountability that full monitoring wins back
    responsive: Array  # (D, O, L, S) what exercising in full is worth for responsiveness
    worth: Mapping[
        str, Array
    ]  # objective -> (H, L) what the score gains from holding; risk_pooling (H, L, T)
    base: Mapping[str, Array]  # objective -> (D,) what the score starts from
    fixed_share: Array  # (D, L) what one more holder's fixed cost takes from economy
    unmet_weight: Array  # (R, S) what a unit unmet takes from resilience


def scores_of(
    instance: Instance, sets: Sets, given: Mapping[str, Array], pools: Pools, money: Money, slack: Slack
) -> Scores:
    """All numbers of the objectives; `given` are the `direct_scores`."""
    share = shares(instance, sets)
    accountable = _accountable(instance, sets, given.get("accountability"))  # (D, O, L)
    effect = instance["decisions"]["monitoring_effect"][:, None, None]
    parts: dict[str, tuple[Array, Array]] = {
        name: _nothing(sets) for name in instance["objectives"]["objective"]
    }
    parts |= {
        "risk_pooling": _risk_pooling(sets, pools),
        "accountability": (
            _by_holding(sets, share[None, :, None] * accountable),
            np.zeros(len(sets.decisions)),
        ),
        "economy": _economy(sets, money),
        "solidarity": _solidarity(instance, sets, share),
    }
    for name, (worth, base) in parts.items():
        if name in given and name != "accountability":
            _replace_by_scores(sets, share, given[name], scored(sets, given, name), worth, base)
    fixed = _fixed_share(sets, money)
    fixed[scored(sets, given, "economy")] = 0.0
    return Scores(
        loss=instance["links"]["loss"],
        share=share,
        stake={
            name: instance["decisions"][f"stake_{name}"] for name in sets.objectives if name != "resilience"
        },
        regained=effect * share[None, :, None] * (1 - accountable),
        responsive=_responsive(instance, sets, share, given.get("responsiveness")),
        worth={name: worth for name, (worth, _) in parts.items()},
        base={name: base for name, (_, base) in parts.items()},
        fixed_share=fixed,
        unmet_weight=_unmet_weight(slack),
    )


def _unmet_weight(slack: Slack) -> Array:
    total = slack.total_demand
    ratio = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    weight: Array = ratio / max(1, len(total))
    return weight


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


def _by_holding(sets: Sets, values: Array) -> Array:
    """Sum (D, O, L) over the localities of each holding: (H, L)."""
    size = len(sets.holding_decision), values.shape[2]
    place = sets.holding[:, :, None] * size[1] + np.arange(size[1])
    return np.bincount(place.ravel(), values.ravel(), size[0] * size[1]).reshape(size)


def _replace_by_scores(
    sets: Sets, share: Array, scores: Array, rows: Array, worth: Array, base: Array
) -> None:
    """Where a decision (`rows`) is scored directly, nothing else counts."""
    direct = _by_holding(sets, share[None, :, None] * np.nan_to_num(scores))
    held = rows[sets.holding_decision]
    worth[held] = direct[held].reshape(direct[held].shape + (1,) * (worth.ndim - 2))
    base[rows] = 0.0


def _nothing(sets: Sets) -> tuple[Array, Array]:
    """Of an objective of one's own, where nothing is scored."""
    return np.zeros((len(sets.holding_decision), len(sets.levels))), np.zeros(len(sets.decisions))


def _accountable(instance: Instance, sets: Sets, scores: Array | None) -> Array:
    size = (len(sets.decisions), len(sets.localities), len(sets.levels))
    retained = np.broadcast_to(instance["levels"]["accountability"], size)
    return retained.copy() if scores is None else np.where(np.isnan(scores), retained, scores)


def _responsive(instance: Instance, sets: Sets, share: Array, scores: Array | None) -> Array:
    """(D, O, L, S) share x timeliness x fit, or share x the score given."""
    decisions = instance["decisions"]
    half_life = decisions["half_life_days"][:, None, None]
    wait = instance["levels"]["delay_days"][None, :, None] * instance["scenarios"]["urgency"]
    timeliness = np.where(
        np.isnan(half_life), 1.0, 2.0 ** (-wait / np.where(np.isnan(half_life), 1.0, half_life))
    )
    need = _needs(instance, sets)
    distance = need[:, :, None] - mean_over(sets, share, need)
    misfit = decisions["heterogeneity"][:, None, None] * np.nan_to_num(distance) ** 2
    fit = np.maximum(0.0, 1 - misfit)  # (D, O, L); 1 for a locality without a need
    worth_of = timeliness[:, None, :, :] * fit[:, :, :, None]
    if scores is not None:
        worth_of = np.where(np.isnan(scores)[..., None], worth_of, scores[..., None])
    return share[None, :, None, None] * worth_of


def _needs(instance: Instance, sets: Sets) -> Array:
    """(D, O) needs, NaN where none is given; a decision's own wins."""
    need = np.full((len(sets.decisions), len(sets.localities)), np.nan)
    (d, o), given = sets.rows.needs, instance["needs"]["need"]
    every = d == EVERY
    need[:, o[every]] = given[every]
    need[d[~every], o[~every]] = given[~every]
    return need


def _risk_pooling(sets: Sets, pools: Pools) -> tuple[Array, Array]:
    """(H, L, T) and (D,): one minus the pooled share for a uniform decision; for an asymmetric one what a
    pool of one locality costs (larger pools have a buffer of their own in the model)."""
    share, regimes = pools.share, len(pools.regime_rho)
    pooled = np.zeros((len(sets.decisions), len(sets.levels), regimes))
    lone = np.zeros((len(sets.localities), len(sets.levels)), bool)
    for level in range(len(sets.levels)):
        same = sets.together[level]
        lone[:, level] = same.sum(axis=1) == 1
        head = np.flatnonzero(np.argmax(same, axis=1) == np.arange(len(same)))  # one locality of each pool
        for regime, imposed in enumerate(pools.regime_rho):
            rho = (pools.rho if np.isnan(imposed) else np.full_like(pools.rho, imposed))[:, None]
            squares, sums = (share**2) @ same[:, head], share @ same[:, head]
            variance = (1 - rho) * squares + rho * sums**2
            if np.isnan(imposed):
                for d, matrix in pools.matrix.items():
                    covariance = share[d][:, None] * matrix * share[d]
                    variance[d] = ((covariance * same).sum(axis=1) @ same)[head]
            pooled[:, level, regime] = np.sqrt(np.maximum(0.0, variance)).sum(axis=1)
    held = (
        -np.where(sets.uniform, 1.0, 0.0)[sets.holding_decision, None, None] * pooled[sets.holding_decision]
    )
    asymmetric = np.flatnonzero(sets.holding_locality >= 0)
    place = sets.holding_locality[asymmetric]
    own = share[sets.holding_decision[asymmetric], place]
    held[asymmetric] = -(own[:, None] * lone[place])[:, :, None]
    return held, (pools.total > 0).astype(float)


def _costs(sets: Sets, money: Money) -> tuple[Array, Array, Array]:
    """Costs per locality and per holder as shares of the dearest level; organisations a level."""
    count = np.bincount(sets.level_of, minlength=len(sets.levels))
    dearest = (money.fixed_cost * count + money.cost * len(sets.localities)).max(axis=1, keepdims=True)
    scale = np.divide(1.0, dearest, out=np.zeros_like(dearest), where=dearest > 0)
    return money.cost * scale, money.fixed_cost * scale, count


def _fixed_share(sets: Sets, money: Money) -> Array:
    """(D, L) fixed cost of one holder as a share of the dearest level, 0 for uniform decisions."""
    return np.where(sets.uniform[:, None], 0.0, _costs(sets, money)[1])


def _economy(sets: Sets, money: Money) -> tuple[Array, Array]:
    cost, fixed, count = _costs(sets, money)
    uniform = cost * len(sets.localities) + fixed * count
    held = -np.where(sets.uniform[:, None], uniform, cost)[sets.holding_decision]
    return held, np.ones(len(sets.decisions))


def _solidarity(instance: Instance, sets: Sets, share: Array) -> tuple[Array, Array]:
    burden = np.full((len(sets.decisions), len(sets.localities)), np.nan)
    burden[sets.rows.risk] = instance["risk"]["mean"]
    means = mean_over(sets, share, burden)
    apart = np.nan_to_num(np.abs(means - means[..., :1]))  # (D, O, L) distance of the pool from the centre
    weighted = share[None, :, None] * np.where(np.isnan(burden)[..., None], 0.0, apart)
    alone = weighted[..., -1].sum(axis=1)
    uneven = alone > 1e-12 * np.nanmax(np.abs(np.nan_to_num(burden)), axis=1)  # all equal: nothing to share
    scale = np.divide(1.0, alone, out=np.zeros_like(alone), where=uneven)
    return _by_holding(sets, -weighted * scale[:, None, None]), uneven.astype(float)
