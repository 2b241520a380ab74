"""The audit of a path: every period's promises and objectives, what links them, and the value of the whole.

States are computed forward, with equality, from what was done: plain arithmetic that has never met the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.audit import Audit, audit
from optimiser.audit.accounts import Accounts
from optimiser.audit.facts import Facts, facts_of
from optimiser.instance.instance import Instance
from optimiser.instance.period import Period, States, first_states, in_period, reserves, within
from optimiser.record import Record

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Step:
    """One period of a path, judged: what it inherits, what is done, and what that is worth."""

    period: Period
    record: Record
    audit: Audit
    load: Array  # (N,) hours worked, those of fixed duties among them, as a share of those there are
    moved: Array  # (D, O) bool: held elsewhere than in the period before
    move_cost: float  # years of value that the moves cost
    broken: tuple[str, ...]  # promises of this period that it breaks


@dataclass(frozen=True, eq=False)
class PathAudit:
    """What a path keeps and is worth."""

    steps: tuple[Step, ...]
    value: float

    @property
    def broken(self) -> tuple[str, ...]:
        """A sentence for each promise that it breaks."""
        return tuple(line for step in self.steps for line in step.broken)


def weighting(instance: Instance) -> Array:
    """(T,) what a year's value counts in each period, times its years: not normalised."""
    years = instance["periods"]["years"]
    before = np.cumsum(years) - years
    return np.asarray((1 + instance.path["discount"]) ** -before * years)


def audit_path(instance: Instance, records: Sequence[Record]) -> PathAudit:
    """Recompute all that the records, one a period, claim together."""
    states, steps = first_states(instance), list[Step]()
    designs = [facts_of(instance).current]  # that of today, and of every period
    for t, record in enumerate(records):
        period = in_period(instance, t, states, before=designs[-1])
        step = judged_step(instance, t, period, record, designs)
        steps.append(step)
        states = states_after(instance, step)
        designs.append(record.held)
    weight, years = weighting(instance), instance["periods"]["years"]
    each = [s.audit.value - s.move_cost / y for s, y in zip(steps, years, strict=True)]
    return PathAudit(tuple(steps), float(weight @ np.array(each) / weight.sum()))


def judged_step(instance: Instance, t: int, period: Period, record: Record, designs: Sequence[Array]) -> Step:
    """Period t with what is done in it; `designs` are today's and those of the periods before."""
    facts, before = facts_of(period), designs[-1]
    found = audit(period, record)
    name = instance["periods"]["period"][t]
    moved = (before >= 0) & (before != record.held)
    cost = instance["decisions"]["switch_cost"] @ (moved @ facts.share) / len(facts.decisions)
    lagging = _lagging(instance, facts, t, record, designs)
    broken = tuple(f"{name}: {line}" for line in (*found.broken, *lagging))
    return Step(period, record, found, _load(facts, record), moved, float(cost), broken)


def _load(facts: Facts, record: Record) -> Array:
    used = Accounts(facts, record).used[:, 0]
    limited = np.isfinite(facts.planned) & (facts.planned > 0)
    return np.where(limited, used / np.where(limited, facts.planned, 1.0), 0.0)


def _lagging(
    instance: Instance, facts: Facts, t: int, record: Record, designs: Sequence[Array]
) -> Iterator[str]:
    """(17) What enables takes so many periods."""
    rules, d, l = instance["rules"], facts.decisions, facts.levels
    for row in np.flatnonzero(rules["lag"] > 0):
        a, b = d.index(rules["if_decision"][row]), d.index(rules["then_decision"][row])
        level = l.index(rules["if_level"][row])
        then = [l.index(name.strip()) for name in rules["then_level"][row].split(";")]
        lag = int(rules["lag"][row])
        earlier = designs[max(0, t + 1 - lag)][b]
        wrong = (record.held[a] == level) & (earlier >= 0) & ~np.isin(earlier, then)
        for o in np.flatnonzero(wrong):
            meant = " or ".join(l[i] for i in then)
            yield (f"rule for {facts.localities[o]}: with {d[a]} at level {l[level]}, {d[b]} was at "
                   f"{l[earlier[o]]} {lag} period{'s' * (lag > 1)} before, not {meant}")  # fmt: skip


def states_after(instance: Instance, step: Step) -> States:
    """(14) to (16): what the next period inherits."""
    facts, period, record = facts_of(step.period), step.period, step.record
    now, years = period.inherited, period.years
    learn, heal = (within(instance.rates(name), years) for name in ("learn", "heal"))
    hurt, burn, safe = (instance.rates(name) for name in ("hurt", "burn", "safe"))
    skilled = facts.ability + (1 - facts.ability) * _mean(facts, record, record.exercised[..., 0])
    watched = _mean(facts, record, record.monitored[..., 0])
    spare = np.where(safe < 1, 1 - safe, 1.0)
    over = np.where(safe < 1, np.maximum(0.0, (step.load - safe) / spare), 0.0)
    calm = facts.willingness * (1 - hurt * watched - burn * over)
    aside = reserves(instance)
    refill = within(instance["resource_types"]["refill"], years) * aside
    return States(
        skill=(1 - learn) * now.skill + learn * skilled,
        morale=(1 - heal) * now.morale + heal * calm,
        stock=np.minimum(aside, np.maximum(0.0, now.stock - record.drawn[..., 0]) + refill),
    )


def _mean(facts: Facts, record: Record, done: Array) -> Array:
    """(N,) the mean of something done, (D, O), at n: over the decisions that its level may hold, and over
    O(n) by population, plain where none of them has any."""
    sums, population, count = np.zeros((3, len(facts.organisations)))
    plain = np.zeros_like(sums)
    for level in range(len(facts.levels)):
        here = (done * (record.held == level)).sum(axis=0)
        n, may = facts.ancestor[:, level], facts.allowed[:, level].sum()
        np.add.at(population, n, facts.share)
        np.add.at(count, n, 1.0)
        if may:
            np.add.at(sums, n, here * facts.share / may)
            np.add.at(plain, n, here / may)
    some = population > 0
    mean: Array = np.where(some, sums / np.where(some, population, 1.0), plain / np.maximum(1, count))
    return mean
