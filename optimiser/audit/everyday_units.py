"""What a record means in units that people know: days, volatility pooled, who answers, hours, money."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optimiser.audit.accounts import Accounts
from optimiser.audit.facts import Facts
from optimiser.record import Record


@dataclass(frozen=True)
class Hours:
    """Staff hours a week of all organisations of one level that have a limit, in the normal scenario."""

    level: str
    used: float
    available: float


@dataclass(frozen=True)
class Means:
    """What a design means; expectations over scenarios, but for the hours. None: nothing is known of it.

    Attributes
    ----------
    days_to_practice : float
        Delay of the level held, mean over decisions (by responsiveness stake) and localities (by population).
    volatility_pooled : float or None
        Share of summed deviations that pooling takes away, mean over the decisions of which burdens vary.
    answered_for : float
        Share of decisions and population that the centre exercises itself or watches.
    unmet : dict of str to float
        Units of each resource.
    hours : tuple of Hours
        By level, where anyone's hours are limited.
    spend : float
        Money a year.
    """

    days_to_practice: float
    volatility_pooled: float | None
    answered_for: float
    unmet: dict[str, float]
    hours: tuple[Hours, ...]
    spend: float

    def to_dict(self) -> dict[str, Any]:
        """As a result says it."""
        return asdict(self) | {"hours": [asdict(hours) for hours in self.hours]}


def means(facts: Facts, record: Record, accounts: Accounts, pooled: np.ndarray) -> Means:
    """What a record means; `pooled` (D, S) is the share of each decision's volatility that pooling takes."""
    delays = facts.delays[accounts.d, record.held] @ facts.probability  # (D, O)
    stakes = facts.stakes["responsiveness"]
    stakes = stakes if stakes.any() else np.ones(len(stakes))
    centre = (record.held == 0)[..., None]
    answered = np.where(centre, record.exercised, record.monitored) @ facts.probability
    varying = (facts.sd > 0).sum(axis=1) > 1  # there is something to pool it with
    taken = pooled[varying] @ facts.probability
    unmet = record.unmet.sum(axis=0) @ facts.probability
    return Means(
        days_to_practice=float(stakes @ (delays @ facts.share) / stakes.sum()),
        volatility_pooled=float(taken.mean()) if len(taken) else None,
        answered_for=float((answered @ facts.share).mean()),
        unmet=dict(zip(facts.resources, unmet.tolist(), strict=True)),
        hours=_hours(facts, accounts),
        spend=accounts.spend,
    )


def _hours(facts: Facts, accounts: Accounts) -> tuple[Hours, ...]:
    s = facts.scenarios.index("normal") if "normal" in facts.scenarios else 0
    limited = np.isfinite(accounts.present[:, s])
    found = []
    for level, name in enumerate(facts.levels):
        mine = limited & (facts.level_of == level)
        if mine.any():
            used, available = accounts.used[mine, s].sum(), accounts.present[mine, s].sum()
            found.append(Hours(name, float(used), float(available)))
    return tuple(found)
