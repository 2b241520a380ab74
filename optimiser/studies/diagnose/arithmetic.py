"""What arithmetic alone shows to be impossible: sums that anyone can do again, and no solver.

Each fact sets the least that any design asks for beside what there is. Levels are ruled out first, one
decision at a time: by what is allowed, earned and fixed, then by rules whose condition is certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from optimiser.coefficients import coefficients
from optimiser.coefficients.sets import current_levels
from optimiser.instance.checking.problems import listing
from optimiser.instance.fixed import fixed_levels
from optimiser.instance.instance import Instance
from optimiser.studies.diagnose.requirements import about, as_text, enough, kept_hours, ratings, staff
from optimiser.tolerances import TOLERANCE

Array = np.ndarray


class Arithmetic:
    """Facts about one instance and call; `open` (D, O, L) bool are the levels that are not ruled out."""

    def __init__(self, instance: Instance, fix: Mapping[str, str], at_least: Mapping[str, float]) -> None:
        self.instance, self.at_least = instance, at_least
        self.c = c = coefficients(instance)
        self.fixed = fixed_levels(fix, instance)
        shape = len(c.sets.decisions), len(c.sets.localities), len(c.sets.levels)
        self.open = np.broadcast_to(c.sets.allowed[:, None, :], shape).copy()
        self.open[..., -1] &= c.holding.earned[c.sets.holding] > 0
        for (d, o), level in self.fixed.items():
            self.open[d, o] &= np.arange(shape[2]) == level
        self._same_everywhere()
        self.shut: Array = self.open.sum(axis=2) < 1  # before any rule
        while self.open.any(axis=2).all() and self._apply_rules():
            pass

    def facts(self) -> list[str]:
        """A sentence for each sum that does not come out; none: it takes more than a sum."""
        if not self.open.any(axis=2).all():
            return list(self._no_level())
        parts = (
            self._hours(),
            self._spending(),
            self._occupancy(),
            self._changes(),
            self._unmet(),
            self._aims(),
        )
        return [fact for part in parts for fact in part]

    def _same_everywhere(self) -> None:
        same = self.c.sets.uniform
        self.open[same] = self.open[same].all(axis=1, keepdims=True)

    def _apply_rules(self) -> bool:
        before = self.open.sum()
        for a, level, b, then in self.c.structure.rules:
            sure = self.open[a, :, level] & (self.open[a].sum(axis=1) == 1)
            self.open[b, sure] &= np.isin(np.arange(self.open.shape[2]), then)
            self.open[a, ~self.open[b][:, list(then)].any(axis=1), level] = False
        self._same_everywhere()
        return bool(self.open.sum() < before)

    def _no_level(self) -> Iterator[str]:
        sets = self.c.sets
        closed: Array = self.open.sum(axis=2) < 1
        for d in np.unique(np.nonzero(closed)[0]).tolist():
            name, shut = sets.decisions[d], np.flatnonzero(self.shut[d])
            if not len(shut):
                whom = self._whom(d, np.flatnonzero(closed[d]))
                yield f"The rules leave {name} no level{whom}."
                continue
            said = [f"allowed: {', '.join(np.array(sets.levels)[sets.allowed[d]])}"]
            below = np.flatnonzero(
                ratings(self.instance, self.c) < self.instance["decisions"]["min_rating"][d]
            )
            if len(below):
                who = listing(
                    [f"{sets.localities[o]} has {as_text(self._rating(o))}" for o in below.tolist()], 3
                )
                said.append(f"{sets.levels[-1]} only with a rating of {as_text(self._bar(d))}: {who}")
            fixed = {sets.levels[level] for (e, _), level in self.fixed.items() if e == d}
            said += (
                [f"fixed at: {', '.join(level for level in sets.levels if level in fixed)}"] if fixed else []
            )
            yield f"{name} has no level left{self._whom(d, shut)} ({'; '.join(said)})."

    def _whom(self, d: int, localities: Array) -> str:
        names = [self.c.sets.localities[o] for o in localities]
        return "" if self.c.sets.uniform[d] or not names else f" for {listing(names, 3)}"

    def _rating(self, o: int) -> float:
        return float(ratings(self.instance, self.c)[o])

    def _bar(self, d: int) -> float:
        return float(self.instance["decisions"]["min_rating"][d])

    def _least(self, per_locality: Array, once: Array, under: Array) -> Array:
        """(D,) the least that falls to a level: `per_locality` (D, O, L), `once` (D, L) where all is so."""
        sets, least = self.c.sets, np.zeros(len(self.c.sets.decisions))
        sole = self.open[:, under].sum(axis=2) == 1  # (D, under)
        for d in range(len(least)):
            there = self.open[d, under]
            if sets.uniform[d]:
                least[d] = (per_locality[d, under].sum(axis=0) + once[d])[there[0]].min()
                continue
            least[d] = np.where(there, per_locality[d, under], np.inf).min(axis=1).sum()
            certain = (there & sole[d][:, None]).any(axis=0)
            least[d] += once[d][certain].sum()
        return least

    def _hours(self) -> Iterator[str]:
        c, sets = self.c, self.c.sets
        for n in np.flatnonzero(c.structure.staffed).tolist():
            level, under, has = sets.level_of[n], sets.under[n], float(c.staffing.hours_available[n])
            once = np.where(np.arange(len(sets.levels)) == level, c.staffing.fixed_hours, 0.0)
            least = self._least(c.staffing.hours[sets.working][..., level], once, under)
            bound = [
                d
                for d in range(len(least))
                if not self.open[d, under][:, np.arange(len(sets.levels)) != level].any()
            ]
            own = float(least[bound].sum())
            who = f"{staff(self.instance, n)}; "
            if own > has + TOLERANCE * own:
                names = [sets.decisions[d] for d in bound if least[d] > 0]
                yield (
                    who
                    + f"the decisions that only it may hold need {about(own)} ({listing(names)})"
                    + f"{self._in_table(n, own)}."
                )
            elif least.sum() > has + TOLERANCE * least.sum():
                fall = float(least.sum())
                said = f"whoever holds what, at least {about(fall)} fall to it"
                yield who + said + f"{self._in_table(n, fall)}."

    def _in_table(self, n: int, hours: float) -> str:
        """What staff_hours would have to be for so many to remain; nothing where all of them do."""
        kept = kept_hours(self.instance, n)
        if kept == 1:
            return ""
        return (
            f": {as_text(enough(hours / kept))} in staff_hours"
            if kept > 0
            else ", and none would remain of any"
        )

    def _spending(self) -> Iterator[str]:
        budget = self.instance.limits["budget"]
        if budget is None:
            return
        c, sets = self.c, self.c.sets
        count = np.bincount(sets.level_of, minlength=len(sets.levels))
        once = np.where(sets.uniform[:, None], c.money.fixed_cost * count, c.money.fixed_cost)
        holding = float(self._least(c.money.cost[sets.working], once, np.arange(len(sets.localities))).sum())
        slack = float(np.nansum(self._beds_short() * c.money.slack_cost))
        if holding + slack > budget + TOLERANCE * (holding + slack):
            also = f" and the slack that max_occupancy asks for {about(slack)}" if slack else ""
            yield (f"The budget is {as_text(budget)}; holding every decision where it is cheapest costs "
                   f"{about(holding)}{also}.")  # fmt: skip

    def _beds_short(self) -> Array:
        """(O, R) units that would have to be bought for max_occupancy; NaN where there is no such limit."""
        c = self.c
        return np.maximum(0.0, c.slack.normal_demand / c.slack.max_occupancy - c.slack.capacity)

    def _occupancy(self) -> Iterator[str]:
        c, sets = self.c, self.c.sets
        short = np.nan_to_num(self._beds_short())
        for r, name in enumerate(sets.resources):
            who = np.flatnonzero(short[:, r] > TOLERANCE * np.nan_to_num(c.slack.capacity[:, r]))
            bought = c.structure.bought[r]
            if not len(who) or bought:
                continue
            wanted, most = c.slack.normal_demand[:, r], c.slack.max_occupancy[r] * c.slack.capacity[:, r]
            said = [
                f"{sets.localities[o]} has {as_text(float(wanted[o]))} of {about(most[o])}"
                for o in sorted(who, key=lambda o: -short[o, r])
            ]
            why = "it has no slack_cost" if np.isnan(c.money.slack_cost[r]) else "no budget is given"
            yield (f"Demand for {name} is above max_occupancy, and none can be bought ({why}): "
                   f"{listing(said, 3)}.")  # fmt: skip

    def _changes(self) -> Iterator[str]:
        most = self.instance.limits["max_changes"]
        if most is None:
            return
        now = current_levels(self.c.sets)
        there = np.take_along_axis(self.open, np.maximum(now, 0)[..., None], axis=2)[..., 0]
        must = np.flatnonzero(((now >= 0) & ~there).any(axis=1))
        mixed = self.c.sets.uniform & np.array([len(set(row[row >= 0])) > 1 for row in now])
        must = np.union1d(must, np.flatnonzero(mixed))
        if len(must) > most:
            names = listing([self.c.sets.decisions[d] for d in must])
            yield f"At most {as_text(most)} may change; {len(must)} cannot stay where they are ({names})."

    def _unmet(self) -> Iterator[str]:
        """Were every spare unit lent at the best level, everything flexed, and all money spent on this."""
        c, sets = self.c, self.c.sets
        budget = self.instance.limits["budget"]
        for r in np.flatnonzero(c.structure.capped).tolist():
            flexed = sum(
                (c.slack.flex[d] * self.open[d, :, -1] for d, k in c.structure.flexes if k == r), 0.0
            )
            governors = [d for d, k in c.structure.governs if k == r]
            arrives = max(
                (float((c.slack.mobilisation * self.open[d]).max()) for d in governors), default=0.0
            )
            bought = budget / c.money.slack_cost[r] if c.structure.bought[r] else 0.0
            for s, name in enumerate(sets.scenarios):
                supply, demand = (
                    np.nan_to_num(c.slack.supply[:, r, s]),
                    np.nan_to_num(c.slack.demand[:, r, s]),
                )
                short = float(np.maximum(0.0, demand - supply * (1 + flexed)).sum())
                least = short - arrives * float(np.nansum(c.slack.spare[:, r, s])) - bought
                most = float(c.slack.max_unmet[r] * c.slack.total_demand[r, s])
                if least > most + TOLERANCE * short:
                    yield (
                        f"In {name}, were all spare lent, all flexed and all money spent on it, "
                        f"{about(least)} of {sets.resources[r]} stay unmet; "
                        f"max_unmet allows {about(most)}."
                    )

    def _aims(self) -> Iterator[str]:
        """Every decision at the level that is best for this objective alone, everything at its best."""
        for name, value in self.at_least.items():
            most = 1.0 if name == "resilience" else self._best(name)
            if value > most + TOLERANCE:
                yield (f"{name} must reach {as_text(value)}; with every decision where it serves that best, "
                       f"it cannot pass {as_text(round(most, 6))}.")  # fmt: skip

    def _best(self, name: str) -> float:
        """What an objective could reach, were every decision where that is best for it, and exercised."""
        c, sets = self.c, self.c.sets
        stake = c.scores.stake[name]
        if name == "economy":
            at = np.where(
                self.open, c.scores.economy_held[sets.holding], -np.inf
            )  # a uniform one's whole worth
            best = at.max(axis=2)
            score = c.scores.economy_base + np.where(sets.uniform, best[:, 0], best.sum(axis=1))
        else:
            used = (
                c.autonomy.willingness if self.instance.limits["budget"] is not None else c.autonomy.capable
            )
            at = self._earned(name) * used[sets.node]  # (D, O, L)
            at = np.where(sets.uniform[:, None, None], at.sum(axis=1, keepdims=True), at)
            best = np.where(self.open, at, -np.inf).max(axis=2)
            score = np.where(sets.uniform, best[:, 0], best.sum(axis=1))
        gains = sum(-loss for loss, link in zip(c.scores.loss, c.structure.links, strict=True)
                    if loss < 0 and sets.objectives[link[2]] == name)  # fmt: skip
        return float((stake @ score + gains) / len(sets.decisions))

    def _earned(self, name: str) -> Array:
        """(D, O, L) what exercising in full, and being watched as far as that goes, is expected to earn."""
        c, earned = self.c, np.nan_to_num(self.c.scores.earned[name])
        chance = c.value.probability
        if name == "responsiveness":
            return np.asarray(earned @ chance)
        if name == "risk_pooling":
            in_force = np.take_along_axis(earned, c.pools.regime[:, None, None, :], axis=3)
            return np.asarray(in_force @ chance)
        if name == "accountability":
            watched = np.nan_to_num(c.scores.regained) * float(c.autonomy.oversight @ chance)
            watched[..., 0] = 0.0
            return np.asarray(earned + watched)
        return np.asarray(earned)
