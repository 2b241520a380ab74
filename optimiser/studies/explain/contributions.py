"""What each decision contributes to a design, and which limits it meets: sums over a record, no solver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.audit import Audit
from optimiser.audit.accounts import Accounts
from optimiser.audit.facts import facts_of
from optimiser.audit.objectives import link_losses
from optimiser.design.tables import plain
from optimiser.instance.checking.problems import number_text
from optimiser.instance.instance import Instance
from optimiser.instance.names import Names
from optimiser.labels import label
from optimiser.record import Record
from optimiser.tolerances import TOLERANCE

Array = np.ndarray


def contributions(instance: Instance, record: Record, audit: Audit) -> dict[str, Array]:
    """Objective -> (D,) what each decision adds to it: they sum to the objective.

    What a link loses is halved between its two decisions. Resilience is of the system and has no shares.
    """
    facts, count = facts_of(instance), instance["decisions"].rows
    found = {g: facts.stakes[g] * scores / count for g, scores in audit.scores.items()}
    for k, loss in enumerate(link_losses(facts, record)):
        g = facts.objectives[facts.link_objective[k]]
        if g in found:
            for d in (facts.link_a[k], facts.link_b[k]):
                found[g][d] -= loss / 2
    return found


@dataclass(frozen=True)
class Limit:
    """A limit that binds a decision where it sits (`to` empty), or that moving it alone would break."""

    table: str
    row: Any
    available: float | None  # None: a rule, which has no numbers
    used: float | None
    to: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "table": self.table, "row": self.row, "available": plain(self.available),
            "used": plain(self.used), "to": self.to, "text": self.text,
        }  # fmt: skip


class Limits:
    """The limits of an instance, as one design meets them."""

    def __init__(self, instance: Instance, record: Record, audit: Audit) -> None:
        self.instance, self.record, self.audit = instance, record, audit
        self.facts, self.names = facts_of(instance), Names(instance)
        self.accounts = Accounts(self.facts, record)

    def binding(self, d: int, localities: Array) -> list[Limit]:
        """Limits with nothing left that the decision takes part in where it sits."""
        return [
            *self._full_hours(d, localities),
            *self._full_budget(d),
            *self._full_unmet(d),
            *self._full_changes(d),
        ]

    def broken(self, d: int, localities: Array, level: int) -> list[Limit]:
        """Limits that would be broken were the decision alone moved there for these localities."""
        facts = self.facts
        held = self.record.held.copy()
        held[d, localities] = level
        moved = Accounts(facts, _idle(self.record, held))
        to = facts.levels[level]
        return [
            *self._rating(d, localities, level),
            *self._rules(d, held, to),
            *self._hours(moved, to),
            *self._money(moved, to),
            *self._changes(held, to),
        ]

    # Where it sits

    def _full_hours(self, d: int, localities: Array) -> Iterator[Limit]:
        """Hours planned away by whoever holds (5), else hours used up in a scenario (6)."""
        facts, accounts = self.facts, self.accounts
        held, watched = self._takes(d, localities)
        full = held & np.isfinite(facts.planned) & (accounts.asked >= facts.planned * (1 - TOLERANCE))
        used = np.isfinite(accounts.present) & (accounts.used >= accounts.present * (1 - TOLERANCE))
        for n in np.flatnonzero(held | watched).tolist():
            name = facts.organisations[n]
            if full[n]:
                yield self._hours_limit(name, facts.planned[n], accounts.asked[n], "", "in use")
            for s in np.flatnonzero(used[n] & ~full[n]).tolist():
                where = f"in use in {label('scenarios', facts.scenarios[s])}"
                yield self._hours_limit(name, accounts.present[n, s], accounts.used[n, s], "", where)

    def _takes(self, d: int, localities: Array) -> tuple[Array, Array]:
        """Two times (N,) bool: whose hours the decision takes by being held, and by being watched."""
        facts = self.facts
        held, watched = np.zeros((2, len(facts.organisations)), bool)
        for o in localities.tolist():
            level = self.record.held[d, o]
            held[facts.ancestor[o, facts.hours[d, o, level] > 0]] = True
            held[facts.ancestor[o, level]] |= facts.fixed_hours[d, level] > 0
            if self.record.monitored[d, o].any():
                watched[facts.ancestor[o, 0]] |= facts.monitoring_hours[d] > 0
                watched[facts.ancestor[o, -1]] |= facts.reporting_hours[d] > 0
        return held, watched

    def _full_budget(self, d: int) -> Iterator[Limit]:
        budget = self.facts.budget
        if budget is not None and self.accounts.cost[d] > 0 and self.audit.spend >= budget * (1 - TOLERANCE):
            yield _budget_limit(budget, self.audit.spend, "")

    def _full_unmet(self, d: int) -> Iterator[Limit]:
        facts = self.facts
        mine = (facts.governed_by == d) | (np.arange(len(facts.resources)) == facts.flexes[d])
        for r in np.flatnonzero(mine & ~np.isnan(facts.max_unmet)).tolist():
            for s, scenario in enumerate(facts.scenarios):
                most = float(facts.max_unmet[r] * facts.demand[:, r, s].sum())
                unmet = float(self.record.unmet[:, r, s].sum())
                if most > 0 and unmet >= most * (1 - TOLERANCE):
                    name = facts.resources[r]
                    whole = f"{_as_text(unmet)} of {_as_text(most)} {label('resources', name)}"
                    text = f"{whole} that may stay unmet in {label('scenarios', scenario)} do"
                    yield Limit("instance.toml", f"resources {name} max_unmet", most, unmet, "", text)

    def _full_changes(self, d: int) -> Iterator[Limit]:
        most, count = self.facts.max_changes, self._changed(self.record.held)
        if most is not None and (self.facts.current[d] >= 0).any() and count >= most:
            yield _changes_limit(most, count, "")

    # Where it does not

    def _rating(self, d: int, localities: Array, level: int) -> Iterator[Limit]:
        facts = self.facts
        if level != facts.bottom or np.isnan(facts.min_rating[d]):
            return
        below = [o for o in localities.tolist() if facts.rating[o] < facts.min_rating[d]]
        for o in sorted(below, key=lambda o: facts.rating[o]):
            bar, rating = float(facts.min_rating[d]), float(facts.rating[o])
            who = self.names.organisation(facts.localities[o])
            text = f"{who} has a rating of {_as_text(rating)}, {_as_text(bar)} is asked for"
            yield Limit(
                "organisations.csv", f"{facts.localities[o]} rating", rating, bar, facts.levels[level], text
            )

    def _rules(self, d: int, held: Array, to: str) -> Iterator[Limit]:
        facts = self.facts
        for row, (a, at, b, then) in enumerate(facts.rules):
            if d in (a, b) and ((held[a] == at) & ~np.isin(held[b], then)).any():
                may = " or ".join(facts.levels[level] for level in then)
                first, second = (self.names.decision(facts.decisions[k]) for k in (a, b))
                text = f"where {first} is at {facts.levels[at]}, {second} must be at {may}"
                yield Limit("rules.csv", row + 2, None, None, to, text)  # line 1 is the header

    def _hours(self, moved: Accounts, to: str) -> Iterator[Limit]:
        facts = self.facts
        over = moved.asked - facts.planned * (1 + TOLERANCE)
        over = np.where(np.isfinite(facts.planned), over, -np.inf)
        share = np.where(over > 0, over, 0.0) / np.where(over > 0, moved.asked, 1.0)
        for n in sorted(np.flatnonzero(over > 0).tolist(), key=lambda n: -share[n]):
            name = facts.organisations[n]
            yield self._hours_limit(name, facts.planned[n], moved.asked[n], to, "would be needed")

    def _money(self, moved: Accounts, to: str) -> Iterator[Limit]:
        budget = self.facts.budget
        spend = self.audit.spend + float(moved.cost.sum() - self.accounts.cost.sum())
        if budget is not None and spend > budget * (1 + TOLERANCE):
            yield _budget_limit(budget, spend, to)

    def _changes(self, held: Array, to: str) -> Iterator[Limit]:
        most, count = self.facts.max_changes, self._changed(held)
        if most is not None and count > most:
            yield _changes_limit(most, count, to)

    def _hours_limit(self, code: str, has: float, used: float, to: str, how: str) -> Limit:
        name = self.names.organisation(code)
        text = f"{_as_text(float(used))} of {name}'s {_as_text(float(has))} staff hours {how}"
        if to:
            text = f"{name} has {_as_text(float(has))} staff hours, {_as_text(float(used))} {how}"
        return Limit("organisations.csv", f"{code} staff_hours", float(has), float(used), to, text)

    def _changed(self, held: Array) -> int:
        current = self.facts.current
        return int(((current >= 0) & (current != held)).any(axis=1).sum())


def _idle(record: Record, held: Array) -> Record:
    """The record with other levels, for sums that recourse does not enter."""
    parts: Mapping[str, Any] = vars(record)
    return Record(**{**parts, "held": held})


def _as_text(number: float) -> str:
    return f"{number:,.6g}"


def _budget_limit(budget: float, spend: float, to: str) -> Limit:
    said = f"{_as_text(spend)} would be spent of a budget of" if to else f"{_as_text(spend)} is spent of"
    return Limit("instance.toml", "limits budget", float(budget), spend, to, f"{said} {_as_text(budget)}")


def _changes_limit(most: float, count: int, to: str) -> Limit:
    verb = "would differ" if to else "differ"
    text = f"{count} decisions {verb} from the current design, {number_text(most)} may"
    return Limit("instance.toml", "limits max_changes", float(most), float(count), to, text)
