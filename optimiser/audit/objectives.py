"""Every objective of model/README.md for a record: scores (D, S), what links take away, the value."""

from __future__ import annotations

import numpy as np

from optimiser.audit.accounts import Accounts
from optimiser.audit.facts import Facts
from optimiser.record import Record


class Worth:
    """What a record is worth: `scores[g]` (D, S), `by_scenario` (G, S), and what each locality has of it."""

    def __init__(self, facts: Facts, record: Record, accounts: Accounts) -> None:
        kept = _accountability(facts, record, accounts)  # (D, O, S)
        prompt = facts.worth[accounts.d, accounts.o, record.held] * record.exercised
        expected = facts.probability
        self.localities = {
            "accountability": facts.stakes["accountability"] @ (kept @ expected) / len(kept),
            "responsiveness": facts.stakes["responsiveness"] @ (prompt @ expected) / len(kept),
            "unmet": record.unmet.sum(axis=1) @ expected,
        }
        whole = {
            "risk_pooling": _risk_pooling(facts, accounts),
            "economy": _share(facts.dearest - accounts.cost, facts.dearest, none=1.0),
            "solidarity": _solidarity(facts, record, accounts),
        }
        self.scores = {
            "accountability": np.einsum("o,dos->ds", facts.share, kept),
            "responsiveness": np.einsum("o,dos->ds", facts.share, prompt),
        }
        for g in facts.stakes:  # every objective but resilience
            if g not in self.scores:
                self.scores[g] = _direct(facts, record, accounts, g, whole.get(g))
        losses = _links(facts, record)
        means = {g: facts.stakes[g] @ scores / len(kept) for g, scores in self.scores.items()}
        means["resilience"] = _resilience(facts, record)
        self.by_scenario = np.stack([means[g] for g in facts.objectives]) - losses


def _share(part: np.ndarray, of: np.ndarray, none: float) -> np.ndarray:
    """part / of, and `none` where there is nothing to share."""
    return np.where(of > 0, part / np.where(of > 0, of, 1.0), none)


def _accountability(facts: Facts, record: Record, accounts: Accounts) -> np.ndarray:
    kept = facts.accountability[accounts.d, accounts.o, record.held][..., None]  # (D, O, 1)
    return kept + facts.monitoring_effect[:, None, None] * (1 - kept) * record.monitored


def _risk_pooling(facts: Facts, accounts: Accounts) -> np.ndarray:
    """(D, S): 1 - the standard deviations of all pools / those of the localities alone."""
    D, S, N = len(facts.decisions), len(facts.scenarios), len(facts.organisations)
    pool = accounts.d * N + accounts.holder

    def by_pool(where: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return np.bincount(where.ravel(), weights=weights.ravel(), minlength=D * N).reshape(D, N)

    squares = by_pool(pool, facts.sd**2)
    cross = by_pool(pool, facts.sd) ** 2 - squares  # sum over o != o' of sd_o sd_o'
    pair_pool = pool[facts.pair_d, facts.pair_a]
    together = pair_pool == pool[facts.pair_d, facts.pair_b]
    beyond = 2 * by_pool(pair_pool, facts.pair_beyond * together)
    alone = facts.sd.sum(axis=1)
    scores = np.empty((D, S))
    # One buffer for the scenarios without a correlation, one for each that has its own.
    scores[:] = _pooled(squares + facts.rho[:, None] * cross + beyond, alone)[:, None]
    for s in np.flatnonzero(~np.isnan(facts.common)):
        scores[:, s] = _pooled(squares + facts.common[s] * cross, alone)
    return scores


def _pooled(variance: np.ndarray, alone: np.ndarray) -> np.ndarray:
    buffer = np.sqrt(np.maximum(variance, 0.0)).sum(axis=1)
    return _share(alone - buffer, alone, none=0.0)


def _solidarity(facts: Facts, record: Record, accounts: Accounts) -> np.ndarray:
    unshared = facts.unshared[accounts.d, accounts.o, record.held].sum(axis=1)
    return _share(facts.unshared_alone - unshared, facts.unshared_alone, none=0.0)


def _direct(
    facts: Facts, record: Record, accounts: Accounts, g: str, computed: np.ndarray | None
) -> np.ndarray:
    """(D, S): the scores given directly where there are any, else those computed (0 for the user's own)."""
    scores = np.zeros((len(facts.decisions), len(facts.scenarios)))
    if computed is not None:
        scores[:] = computed if computed.ndim == 2 else computed[:, None]
    scored = facts.scored[g]
    if scored.any():
        given = facts.direct[g][accounts.d, accounts.o, record.held] @ facts.share
        scores[scored] = given[scored, None]
    return scores


def _links(facts: Facts, record: Record) -> np.ndarray:
    """(G, 1): what each objective loses by links."""
    losses = link_losses(facts, record)
    return np.bincount(facts.link_objective, weights=losses, minlength=len(facts.objectives))[:, None]


def link_losses(facts: Facts, record: Record) -> np.ndarray:
    """(links,): what each loses where its decisions are parted, or held at its two named levels."""
    a, b = record.held[facts.link_a], record.held[facts.link_b]
    level_a, level_b = facts.link_levels[:, :, None]
    lost = np.where(level_a >= 0, (a == level_a) & (b == level_b), a != b)
    losses: np.ndarray = facts.link_loss * (lost @ facts.share) / len(facts.decisions)
    return losses


def _resilience(facts: Facts, record: Record) -> np.ndarray:
    """(S,): 1 - the mean over resources of the share of demand that nothing covers."""
    if not facts.resources:
        return np.ones(len(facts.scenarios))
    return 1 - _share(record.unmet.sum(axis=0), facts.demand.sum(axis=0), none=0.0).mean(axis=0)


def weighed(facts: Facts, by_scenario: np.ndarray, weights: dict[str, float]) -> tuple[np.ndarray, float]:
    """V_s (S,) and (1 - risk_aversion) E[V_s] + risk_aversion CVaR_beta[V_s]; weights sum to 1."""
    values = np.array([weights[g] for g in facts.objectives]) @ by_scenario
    mean = float(facts.probability @ values)
    tail, left = 0.0, 1 - facts.beta
    for s in np.argsort(values, kind="stable"):  # the worst scenarios first, the last one in part
        part = min(left, facts.probability[s])
        tail, left = tail + part * values[s], left - part
    # Probabilities may sum to a shade less than the tail: what is left belongs to the best scenario.
    worst = (tail + left * values.max()) / (1 - facts.beta)
    return values, (1 - facts.risk_aversion) * mean + facts.risk_aversion * float(worst)
