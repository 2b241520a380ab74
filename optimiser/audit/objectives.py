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
        shared = facts.shared[accounts.d, accounts.o, record.held]
        self.scores = {
            "accountability": np.einsum("o,dos->ds", facts.share, kept),
            "responsiveness": np.einsum("o,dos->ds", facts.share, prompt),
        }
        self.pooled = _volatility_pooled(facts, record, accounts)
        computed = {
            "risk_pooling": self.pooled,
            "economy": _economy(facts, accounts),
            "solidarity": np.einsum("do,dos->ds", shared, record.exercised),
        }
        for g in facts.stakes:  # every objective but resilience
            if g not in self.scores:
                self.scores[g] = _direct(facts, record, accounts, g, computed.get(g))
        losses = _links(facts, record)
        means = {g: facts.stakes[g] @ scores / len(kept) for g, scores in self.scores.items()}
        means["resilience"] = _resilience(facts, record)
        self.by_scenario = np.stack([means[g] for g in facts.objectives]) - losses


def _accountability(facts: Facts, record: Record, accounts: Accounts) -> np.ndarray:
    kept = facts.accountability[accounts.d, accounts.o, record.held][..., None]  # (D, O, 1)
    regained = facts.monitoring_effect[:, None, None] * (1 - kept) * record.monitored
    return kept * record.exercised + regained


def _volatility_pooled(facts: Facts, record: Record, accounts: Accounts) -> np.ndarray:
    """(D, S): what every pool saves, as far as it is exercised, as a share of the deviations alone.

    A pool of the localities S saves no more than their deviations less its own, and no more than Euler's
    shares of what all under its organisation would save, each as far as its locality's part is exercised.
    """
    D, S, N = len(facts.decisions), len(facts.scenarios), len(facts.organisations)
    pool = accounts.d * N + accounts.holder

    def by_pool(where: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return np.bincount(where.ravel(), weights=weights.ravel(), minlength=D * N).reshape(D, N)

    sums, squares = by_pool(pool, facts.sd), by_pool(pool, facts.sd**2)
    cross = sums**2 - squares  # sum over o != o' of sd_o sd_o'
    pair_pool = pool[facts.pair_d, facts.pair_a]
    together = pair_pool == pool[facts.pair_d, facts.pair_b]
    beyond = 2 * by_pool(pair_pool, facts.pair_beyond * together)
    alone = facts.sd.sum(axis=1)
    scores = np.zeros((D, S))
    for s in range(S):
        shock = facts.shock[:, s, None]
        own = squares + facts.rho[:, None] * cross + beyond
        variance = np.where(np.isnan(shock), own, squares + np.nan_to_num(shock) * cross)
        could = sums - np.sqrt(np.maximum(variance, 0.0))
        saved = facts.saved[accounts.d, accounts.o, record.held, s] * record.exercised[..., s]
        done = np.minimum(could, by_pool(pool, saved)).sum(axis=1)
        scores[:, s] = np.where(alone > 0, done / np.where(alone > 0, alone, 1.0), 0.0)
    return scores


def _economy(facts: Facts, accounts: Accounts) -> np.ndarray:
    """(D, 1): 1 less the cost as a share of the dearest level's, 1 where nothing costs anything."""
    dearest = np.where(facts.dearest > 0, facts.dearest, 1.0)
    scores: np.ndarray = np.where(facts.dearest > 0, 1 - accounts.cost / dearest, 1.0)
    return scores[:, None]


def _direct(
    facts: Facts, record: Record, accounts: Accounts, g: str, computed: np.ndarray | None
) -> np.ndarray:
    """(D, S): the scores given directly where there are any, else those computed (0 for the user's own).

    What is scored is earned as far as it is exercised; economy comes with what is held.
    """
    scores = np.zeros((len(facts.decisions), len(facts.scenarios)))
    if computed is not None:
        scores[:] = computed
    scored = facts.scored[g]
    if scored.any():
        given = facts.direct[g][accounts.d, accounts.o, record.held] * facts.share
        done = np.ones_like(record.exercised) if g == "economy" else record.exercised
        scores[scored] = np.einsum("do,dos->ds", given, done)[scored]
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
    """(S,): 1 less what is unmet in each scenario, as a share of what is at risk over all of them.

    The mean is over the resources of which something is at risk; 1 where none is.
    """
    at_risk = facts.short.sum(axis=0) @ facts.probability  # (R,) units
    some = at_risk > 0
    if not some.any():
        return np.ones(len(facts.scenarios))
    shares: np.ndarray = record.unmet.sum(axis=0)[some] / at_risk[some, None]
    return 1 - shares.mean(axis=0)


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
