"""Constraints 12 to 17 between periods, and what periods count: the numbers that link a path's blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimiser.coefficients.population import shares
from optimiser.coefficients.rows import positions
from optimiser.coefficients.sets import Array, Sets, current_levels, sets_of
from optimiser.instance.instance import Instance
from optimiser.instance.period import Period, States, first_states, in_period, reserves, within

Lagged = tuple[int, int, int, tuple[int, ...], int]  # d at l: d' at one of these so many periods before


@dataclass(frozen=True, eq=False)
class Links:
    """What links the periods T of an instance, and what each counts."""

    sets: Sets
    names: list[str]  # of the periods
    current: Array  # (D, O) level held today, -1 where that is not known
    weight: Array  # (T,) what each period's value counts; sums to 1
    move_cost: Array  # (T, H) what it takes from the value that a holding moves
    max_changes: float | None  # decisions that may change from one period to the next
    rules: list[Lagged]  # those with a lag
    learn: Array  # (T, N) how far a period takes skill to what is practised
    heal: Array  # (T, N) and morale to what circumstances allow
    ability: Array  # (N,) what skill falls to
    willingness: Array  # (N,) what morale recovers to
    hurt: Array  # (N,) share of it that being watched takes
    burn: Array  # (N,) share of it that overwork takes
    refill: Array  # (T, O, R) units that are put back after each period
    reserve: Array  # (O, R) units that are set aside at the most

    def unfit(self, t: int, designs: list[Array]) -> Array:
        """(H, L) bool: levels that lagged rules forbid in period t; `designs` (D, O) are today's and those
        of the periods before."""
        barred = np.zeros((len(self.sets.holding_decision), len(self.sets.levels)), bool)
        for a, level, b, then, lag in self.rules:
            earlier = designs[max(0, t + 1 - lag)][b]
            wrong = (earlier >= 0) & ~np.isin(earlier, then)
            barred[self.sets.holding[a][wrong], level] = True
        return barred


def links_of(instance: Instance) -> Links:
    """The links of an instance with periods."""
    sets, table, periods = sets_of(instance), instance["decisions"], instance["periods"]
    years = periods["years"]
    discounted = (1 + instance.path["discount"]) ** -(np.cumsum(years) - years)
    total = discounted @ years
    share = shares(instance, sets)
    of_holding = np.where(sets.holding_locality < 0, 1.0, share[sets.holding_locality])
    each = table["switch_cost"][sets.holding_decision] * of_holding / len(sets.decisions)
    org, aside = instance["organisations"], reserves(instance)
    refill = [within(instance["resource_types"]["refill"], y) * aside for y in years.tolist()]
    return Links(
        sets=sets,
        names=list(periods["period"]),
        current=current_levels(sets),
        weight=discounted * years / total,
        move_cost=discounted[:, None] * each / total,
        max_changes=instance.limits["max_changes"],
        rules=list(_lagged(instance, sets)),
        learn=np.array([within(instance.rates("learn"), y) for y in years.tolist()]),
        heal=np.array([within(instance.rates("heal"), y) for y in years.tolist()]),
        ability=org["ability"],
        willingness=org["willingness"],
        hurt=instance.rates("hurt"),
        burn=instance.rates("burn"),
        refill=np.array(refill),
        reserve=aside,
    )


def _lagged(instance: Instance, sets: Sets) -> Iterator[Lagged]:
    d, level, rules = positions(sets.decisions), positions(sets.levels), instance["rules"]
    names = ("if_decision", "if_level", "then_decision", "then_level", "lag")
    for a, la, b, then, lag in zip(*(rules[name].tolist() for name in names), strict=True):
        if lag:
            yield d[a], level[la], d[b], tuple(level[lb.strip()] for lb in then.split(";")), int(lag)


def periods_of(instance: Instance, links: Links) -> list[Period]:
    """Every period with the most and the least that it may inherit, whatever is done before."""
    most = least = first_states(instance)
    found = []
    for t in range(len(links.names)):
        before = links.current if t == 0 else None
        found.append(in_period(instance, t, most, before=before, least=least))
        most, least = _after(links, t, most, used=1.0), _after(links, t, least, used=0.0)
    return found


def _after(links: Links, t: int, states: States, used: float) -> States:
    """What is the most there can be after a period, or with nothing `used` the least."""
    learn, heal, spoilt = links.learn[t], links.heal[t], 1 - used
    skilled = links.ability + (1 - links.ability) * used
    calm = links.willingness * (1 - (links.hurt + links.burn) * spoilt)
    return States(
        (1 - learn) * states.skill + learn * skilled,
        (1 - heal) * states.morale + heal * calm,
        links.reserve,
    )
