"""What a record adds up to: who holds what, hours, money. Read by promises and objectives alike."""

from __future__ import annotations

import numpy as np

from optimiser.audit.facts import Facts
from optimiser.record import Record


class Accounts:
    """Sums over a record; comments name the sections of model/README.md."""

    def __init__(self, facts: Facts, record: Record) -> None:
        D = len(facts.decisions)
        self.d, self.o = np.arange(D)[:, None], np.arange(len(facts.localities))
        self.holder = facts.ancestor[self.o, record.held]  # (D, O) the organisation that holds d for o
        self.local = record.held == facts.bottom
        self.active = np.zeros((D, len(facts.organisations)), dtype=bool)
        self.active[self.d, self.holder] = True
        self._hours(facts, record)
        self._money(facts, record)

    def _hours(self, facts: Facts, record: Record) -> None:
        """(5) hours asked of every organisation; (6) hours present and used in every scenario."""
        N = len(facts.organisations)
        hours = facts.hours[self.d, self.o, record.held]  # (D, O, L) where they fall
        fixed = (facts.fixed_hours[:, facts.level_of] * self.active).sum(axis=0)  # (N,)
        falling, done = hours.sum(axis=0), np.einsum("dol,dos->ols", hours, record.exercised)
        every, exercise = np.zeros(N), np.zeros((N, len(facts.scenarios)))
        for level in range(len(facts.levels)):
            np.add.at(every, facts.ancestor[:, level], falling[:, level])
            np.add.at(exercise, facts.ancestor[:, level], done[:, level])
        self.asked = fixed + every  # (N,), of facts.planned
        self.longest = _longest(facts)[facts.level_of]  # (N,) hours of the longest duty that could fall there

        there = 1 - facts.absence  # (S,)
        watch = np.zeros_like(exercise)
        watch[facts.level_of == facts.bottom] = np.tensordot(facts.reporting_hours, record.monitored, axes=1)
        watch[facts.level_of == 0] = facts.monitoring_hours @ record.monitored.sum(axis=1)
        # Fixed duties are counted as used, less what is absent of them, so that `present` is what is there.
        self.used = exercise + watch + fixed[:, None] * there
        limited = np.isfinite(facts.planned)[:, None]
        self.present = np.where(limited, np.where(limited, facts.planned[:, None], 0.0) * there, np.inf)

    def _money(self, facts: Facts, record: Record) -> None:
        """(11) the cost of every decision and the whole spending."""
        fixed = (facts.fixed_cost[:, facts.level_of] * self.active).sum(axis=1)
        self.cost = fixed + facts.cost[self.d, self.o, record.held].sum(axis=1)  # (D,)
        slack, support = record.added @ facts.slack_cost, facts.support_cost @ record.support
        self.spend = float(self.cost.sum() + slack.sum() + support)
        prices = facts.fixed_cost, facts.cost, facts.support_cost
        self.dearest = max(float(price.max(initial=0.0)) for price in prices)


def _longest(facts: Facts) -> np.ndarray:
    """(L,) hours of the longest duty that can fall at each level."""
    longest = np.maximum(facts.hours.max(axis=(0, 1, 2)), facts.fixed_hours.max(axis=0))
    longest[0] = max(longest[0], facts.monitoring_hours.max())
    longest[-1] = max(longest[-1], facts.reporting_hours.max())
    return longest
