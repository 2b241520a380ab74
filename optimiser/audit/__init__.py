"""The audit: every promise and every objective of model/README.md, recomputed from instance and record.

Plain arithmetic that has never met the model: nothing here knows coefficients, model or solver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimiser.audit.accounts import Accounts
from optimiser.audit.constraints import Constraints, unreadable
from optimiser.audit.everyday_units import Means, means
from optimiser.audit.facts import Facts, facts_of
from optimiser.audit.objectives import Worth, weighed
from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.record import Record


@dataclass(frozen=True, eq=False)
class Audit:
    """What a record keeps and what it is worth. Axes as in Record."""

    broken: tuple[str, ...]  # a sentence for each promise it breaks, "used of available"
    value: float  # V, averse to risk as the instance says
    objectives: dict[str, float]  # expectations, whatever their weight
    values: np.ndarray  # (S,) V_s
    scores: dict[str, np.ndarray]  # (D,) expected score of each decision, links not included
    localities: dict[str, np.ndarray]  # (O,) accountability, responsiveness (own means), unmet (units)
    staff_available: np.ndarray  # (N, S) hours a week, inf where not limited
    staff_used: np.ndarray  # (N, S) hours a week: exercise, burdens, monitoring, fixed duties
    demand: np.ndarray  # (O, R, S) units
    supply: np.ndarray  # (O, R, S) units, before aid, slack and flexing
    spend: float  # money a year
    means: Means | None  # in units that people know; None for a record that cannot be judged
    no_data: tuple[str, ...] = ()  # objectives about which the instance says nothing (see `no_data`)


def audit(
    instance: Instance,
    record: Record,
    *,
    weights: Mapping[str, float] | None = None,
) -> Audit:
    """Recompute everything a record claims.

    `weights` default to the instance's; where given, objectives not named weigh 0. They are normalised.
    A promise is broken when what is used exceeds what is available by more than `tolerances.TOLERANCE`
    of the larger of the two.
    A record that cannot be judged (wrong shapes, NaN) has its faults in `broken` and NaN everywhere else.
    Raises InputError for weights that name no objective of the instance, are negative or all zero.
    """
    facts = facts_of(instance)
    shares = _normalised(facts, facts.weights if weights is None else weights)
    if faults := unreadable(facts, record):
        return _unjudged(facts, tuple(faults))
    accounts = Accounts(facts, record)
    worth = Worth(facts, record, accounts)
    values, value = weighed(facts, worth.by_scenario, shares)
    expected = worth.by_scenario @ facts.probability
    return Audit(
        broken=tuple(Constraints(facts, record, accounts).broken()),
        value=value,
        objectives=dict(zip(facts.objectives, expected.tolist(), strict=True)),
        values=values,
        scores={g: scores @ facts.probability for g, scores in worth.scores.items()},
        localities=worth.localities,
        staff_available=accounts.present,
        staff_used=accounts.used,
        demand=facts.demand.copy(),
        supply=facts.supply.copy(),
        spend=accounts.spend,
        means=means(facts, record, accounts, worth.pooled),
        no_data=no_data(instance),
    )


def no_data(instance: Instance) -> tuple[str, ...]:
    """The objectives about which an instance says nothing: what they reach is a default, whatever is held."""
    facts = facts_of(instance)
    limited = np.isfinite(facts.planned).any() or (np.minimum(facts.willingness, facts.ability) < 1).any()
    hindered = limited or (facts.joint.any() and facts.dependence.any()) or facts.fear.any()
    says = {
        "risk_pooling": ((facts.sd > 0).sum(axis=1) > 1).any(),  # two to pool
        "accountability": True,  # levels differ, unless the instance says otherwise
        "responsiveness": hindered or (facts.worth != 1).any(),
        "economy": facts.cost.any() or facts.fixed_cost.any(),
        "solidarity": not np.isnan(facts.mean).all(),
        "resilience": (facts.short @ facts.probability).any(),
    }
    spoken = {g for g, scored in facts.scored.items() if scored.any()}
    spoken |= {g for g, said in says.items() if said} | {facts.objectives[g] for g in facts.link_objective}
    return tuple(g for g in facts.objectives if g not in spoken)


def past_mending(instance: Instance, idle: Record) -> tuple[str, ...]:
    """A sentence for each promise that a record in which nothing is done breaks and no recourse can mend.

    These are the promises on who holds what, (1) to (5) and (12), and (11), of which an idle record spends
    the least.
    """
    facts = facts_of(instance)
    promises = Constraints(facts, idle, Accounts(facts, idle))
    return (*promises.on_who_holds_what(), *promises.budget(), *promises.change())


def taken(instance: Instance, held: np.ndarray) -> tuple[np.ndarray, float]:
    """(N,) the hours that each must have left for who holds what (D, O), and the money that this costs."""
    facts = facts_of(instance)
    (D, O), S = held.shape, len(facts.scenarios)
    acts, stock = np.zeros((D, O, S)), np.zeros(facts.demand.shape)
    support = np.zeros(len(facts.organisations))
    accounts = Accounts(facts, Record(held, acts, acts, support, stock[..., 0], stock, stock, stock))
    return accounts.asked, accounts.spend


def _normalised(facts: Facts, weights: Mapping[str, float]) -> dict[str, float]:
    problems = [f"weights: '{g}' is not an objective" for g in weights if g not in facts.objectives]
    problems += [f"weights.{g}: {w} is not at least 0" for g, w in weights.items() if not 0 <= w < np.inf]
    total = sum(weights.values())
    if not problems and total <= 0:
        problems = ["weights: all are 0"]
    if problems:
        raise InputError(problems)
    return {g: weights.get(g, 0.0) / total for g in facts.objectives}


def _unjudged(facts: Facts, broken: tuple[str, ...]) -> Audit:
    D, N, S = len(facts.decisions), len(facts.organisations), len(facts.scenarios)
    unknown = np.nan
    return Audit(
        broken=broken,
        value=unknown,
        objectives=dict.fromkeys(facts.objectives, unknown),
        values=np.full(S, unknown),
        scores={g: np.full(D, unknown) for g in facts.stakes},
        localities={
            name: np.full(len(facts.localities), unknown)
            for name in ("accountability", "responsiveness", "unmet")
        },
        staff_available=np.full((N, S), unknown),
        staff_used=np.full((N, S), unknown),
        demand=facts.demand.copy(),
        supply=facts.supply.copy(),
        spend=unknown,
        means=None,
    )
