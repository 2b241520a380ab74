"""The numbers of the objectives: what holding, exercising and monitoring are worth on each scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimiser.coefficients.mechanisms import staffing
from optimiser.coefficients.pools import Pools
from optimiser.coefficients.sets import Array, Sets, positions
from optimiser.instance.instance import Instance


def weights_of(instance: Instance, weights: Mapping[str, float] | None = None) -> Array:
    """(G,) weights normalised to sum to 1: the instance's own, or those given (not named: 0)."""
    chosen = instance.weights if weights is None else weights
    raw = np.array([float(chosen.get(name, 0.0)) for name in instance.objectives])
    return raw / raw.sum()


def worth(instance: Instance, sets: Sets, pools: Pools) -> tuple[dict[str, Array], dict[str, Array]]:
    """All numbers of the objectives, and the masks that say which of their columns exist.

    `worth.OBJECTIVE` (H, L) is what a decision's score gains from holding h at l (for risk_pooling with an
    axis T of regimes at the end), `base.OBJECTIVE` (D,) what it starts from.
    """
    share, scores = shares(instance, sets), direct_scores(instance, sets)
    numbers: dict[str, Array] = {"loss": instance["links"]["loss"], "share": share}
    masks: dict[str, Array] = {}
    for name in sets.objectives:
        if name != "resilience":
            numbers[f"stake.{name}"] = instance["decisions"][f"stake_{name}"]
    scored = {name: ~np.isnan(array).all(axis=(1, 2)) for name, array in scores.items()}
    accountable = _accountable(instance, sets, scores.get("accountability"))  # (D, O, L)
    effect = instance["decisions"]["monitoring_effect"][:, None, None]
    numbers["regained"] = effect * share[None, :, None] * (1 - accountable)
    numbers["responsive"] = _responsive(instance, sets, share, scores.get("responsiveness"))
    empty = len(sets.holding_decision), len(sets.levels)
    parts: dict[str, tuple[Array, Array]] = {
        name: (np.zeros(empty), np.zeros(len(sets.decisions))) for name in instance["objectives"]["objective"]
    }
    parts |= {
        "risk_pooling": _risk_pooling(sets, pools),
        "accountability": (
            _by_holding(sets, share[None, :, None] * accountable),
            np.zeros(len(sets.decisions)),
        ),
        "economy": _economy(instance, sets),
        "solidarity": _solidarity(instance, sets, share),
    }
    for name, (held, base) in parts.items():
        if name in scores and name != "accountability":
            _replace_by_scores(sets, share, scores[name], scored[name], held, base)
        numbers[f"worth.{name}"], numbers[f"base.{name}"] = held, base
    none = np.zeros(len(sets.decisions), bool)  # nobody scored it directly
    masks["buffered"] = sets.shared.any(axis=1) & (pools.total > 0) & ~scored.get("risk_pooling", none)
    fixed = _fixed_share(instance, sets)
    fixed[scored.get("economy", none)] = 0.0
    numbers["fixed_share"] = fixed  # (D, L) what an organisation's fixed cost takes from the economy score
    return numbers, masks


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
        same = (sets.node[:, level][:, None] == sets.node[:, level][None, :]).astype(float)
        weight = (known * share) @ same
        plain = weight == 0
        total = np.where(plain, filled @ same, (filled * share) @ same)
        count = np.where(plain, known @ same, weight)
        means[..., level] = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return means


def direct_scores(instance: Instance, sets: Sets) -> dict[str, Array]:
    """Objective -> (D, O, L) scores given directly, NaN where none is; a locality's own cell wins."""
    table = instance["scores"]
    d, o, level = positions(sets.decisions), positions(sets.localities), positions(sets.levels)
    found: dict[str, Array] = {}
    order = sorted(range(table.rows), key=lambda i: bool(table["organisation"][i]))
    for name in sets.objectives:
        if name not in table or np.isnan(table[name]).all():
            continue
        array = np.full((len(d), len(o), len(level)), np.nan)
        for i in order:
            if not np.isnan(table[name][i]):
                place = table["organisation"][i]
                at = o[place] if place else slice(None)
                array[d[table["decision"][i]], at, level[table["level"][i]]] = table[name][i]
        found[name] = array
    return found


def _by_holding(sets: Sets, values: Array) -> Array:
    """Sum (D, O, ...) over the localities of each holding: (H, ...)."""
    summed = np.zeros((len(sets.holding_decision), *values.shape[2:]))
    np.add.at(summed, sets.holding, values)
    return summed


def _replace_by_scores(
    sets: Sets, share: Array, scores: Array, scored: Array, held: Array, base: Array
) -> None:
    worth_of = _by_holding(sets, share[None, :, None] * np.nan_to_num(scores))
    rows = scored[sets.holding_decision]
    held[rows] = worth_of[rows].reshape(worth_of[rows].shape + (1,) * (held.ndim - 2))
    base[scored] = 0.0


def _accountable(instance: Instance, sets: Sets, scores: Array | None) -> Array:
    size = (len(sets.decisions), len(sets.localities), len(sets.levels))
    retained = np.broadcast_to(instance["levels"]["accountability"], size)
    return retained.copy() if scores is None else np.where(np.isnan(scores), retained, scores)


def _responsive(instance: Instance, sets: Sets, share: Array, scores: Array | None) -> Array:
    """(D, O, L, S) share x timeliness x fit, or share x the score given."""
    decisions, needs = instance["decisions"], instance["needs"]
    half_life = decisions["half_life_days"][:, None, None]
    wait = instance["levels"]["delay_days"][None, :, None] * instance["scenarios"]["urgency"]
    timeliness = np.where(
        np.isnan(half_life), 1.0, 2.0 ** (-wait / np.where(np.isnan(half_life), 1.0, half_life))
    )
    need = np.full((len(sets.decisions), len(sets.localities)), np.nan)
    d, o = positions(sets.decisions), positions(sets.localities)
    rows = list(zip(needs["decision"], needs["organisation"], needs["need"], strict=True))
    for decision, place, value in sorted(rows, key=lambda row: bool(row[0])):
        need[d[decision] if decision else slice(None), o[place]] = value
    distance = need[:, :, None] - mean_over(sets, share, need)
    misfit = decisions["heterogeneity"][:, None, None] * np.nan_to_num(distance) ** 2
    fit = np.maximum(0.0, 1 - misfit)  # (D, O, L); 1 for a locality without a need
    worth_of = timeliness[:, None, :, :] * fit[:, :, :, None]
    if scores is not None:
        worth_of = np.where(np.isnan(scores)[..., None], worth_of, scores[..., None])
    return share[None, :, None, None] * worth_of


def _risk_pooling(sets: Sets, pools: Pools) -> tuple[Array, Array]:
    """(H, L, T) and (D,): one minus the pooled share for a uniform decision; for an asymmetric one what a
    pool of one locality costs (larger pools have a buffer of their own in the model)."""
    alive = pools.total > 0
    share = pools.sd / np.where(alive, pools.total, 1.0)[:, None]  # (D, O)
    regimes = len(pools.regime_rho)
    pooled = np.zeros((len(sets.decisions), len(sets.levels), regimes))
    lone = np.zeros((len(sets.localities), len(sets.levels)), bool)
    for level in range(len(sets.levels)):
        same = sets.node[:, level][:, None] == sets.node[:, level][None, :]
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
    return held, alive.astype(float)


def _costs(instance: Instance, sets: Sets) -> tuple[Array, Array, Array]:
    """Costs per locality and per holder as shares of the dearest level; organisations a level."""
    work = staffing(instance, sets)
    count = np.bincount(sets.level_of, minlength=len(sets.levels))
    dearest = (work["fixed_cost"] * count + work["cost"] * len(sets.localities)).max(axis=1, keepdims=True)
    scale = np.divide(1.0, dearest, out=np.zeros_like(dearest), where=dearest > 0)
    return work["cost"] * scale, work["fixed_cost"] * scale, count


def _fixed_share(instance: Instance, sets: Sets) -> Array:
    """(D, L) fixed cost of one holder as a share of the dearest level, 0 for uniform decisions."""
    return np.where(sets.uniform[:, None], 0.0, _costs(instance, sets)[1])


def _economy(instance: Instance, sets: Sets) -> tuple[Array, Array]:
    cost, fixed, count = _costs(instance, sets)
    uniform = cost * len(sets.localities) + fixed * count
    held = -np.where(sets.uniform[:, None], uniform, cost)[sets.holding_decision]
    return held, np.ones(len(sets.decisions))


def _solidarity(instance: Instance, sets: Sets, share: Array) -> tuple[Array, Array]:
    risk, d, o = instance["risk"], positions(sets.decisions), positions(sets.localities)
    burden = np.full((len(d), len(o)), np.nan)
    for decision, place, mean in zip(risk["decision"], risk["organisation"], risk["mean"], strict=True):
        burden[d[decision], o[place]] = mean
    means = mean_over(sets, share, burden)
    apart = np.nan_to_num(np.abs(means - means[..., :1]))  # (D, O, L) distance of the pool from the centre
    weighted = share[None, :, None] * np.where(np.isnan(burden)[..., None], 0.0, apart)
    alone = weighted[..., -1].sum(axis=1)
    uneven = alone > 1e-12 * np.nanmax(np.abs(np.nan_to_num(burden)), axis=1)  # all equal: nothing to share
    scale = np.divide(1.0, alone, out=np.zeros_like(alone), where=uneven)
    return _by_holding(sets, -weighted * scale[:, None, None]), uneven.astype(float)
