"""What is left to decide once it is known who holds what, as a linear programme, straight from model/README.md."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from linear_program import Expression, Program, add
from reference_model import Held, Reference

from optimiser.record import Record


@dataclass(frozen=True)
class Judged:
    """A feasible design and the best that recourse makes of it."""

    value: float
    objectives: dict[str, float]
    record: Record = field(repr=False)


class Recourse(Program):
    """The linear programme that is left once `held` is known."""

    def __init__(self, reference: Reference, held: Held, at_least: Mapping[str, float]) -> None:
        super().__init__()
        self.the, self.held = reference, held
        self.most_pooled: dict[Any, tuple[Expression, Expression]] = {}
        self._variables()
        self._staff()
        self._autonomy()
        self._slack()
        self._pooling()
        self.spend = self._budget()
        self.f = {
            (g, s): self._objective(g, s) for g in reference.instance.objectives for s in reference.scenario
        }
        for g, least in at_least.items():
            row: Expression = {1: least}
            add(row, self.expected(g), -1)
            self.rows.append(row)
        self.promises = list(self.rows)
        self.value = self._value()

    def _variables(self) -> None:
        the = self.the
        for n, row in the.organisation.items():
            if the.budget is not None and not math.isnan(row["support_cost"]):
                self.bounds["support", n] = (0, 1 - row["ability"])
        for r, row in the.resource.items():
            for o in the.localities:
                if the.budget is not None and not math.isnan(row["slack_cost"]):
                    self.bounds["added", o, r] = (0, None)
                for s in the.scenario:
                    self.bounds["unmet", o, r, s] = (0, None)
                    self._aid_variables(o, r, s)
        for (d, o), level in self.held.items():
            for s, scenario in the.scenario.items():
                self.bounds["exercised", d, o, s] = (0, 1)
                if level != the.top:
                    self.bounds["monitored", d, o, s] = (0, scenario["oversight"])

    def _aid_variables(self, o: str, r: str, s: str) -> None:
        spare, short = self.the.apart(o, r, s)
        if self.the.resource[r]["governed_by"]:
            self.bounds["lent", o, r, s] = (0, spare)
            self.bounds["borrowed", o, r, s] = (0, short)

    def work(self, n: str, s: str) -> Expression:
        """What is exercised, and watched, takes of n's hours: the left side of (6)."""
        the, level = self.the, self.the.organisation[n]["level"]
        work: Expression = {}
        for d, decision in the.decision.items():
            for o in the.under[n]:
                hours = the.duty("hours", d, self.held[d, o], o, level)
                add(work, self.variable("exercised", d, o, s), hours)
                if level == the.top:
                    add(work, self.variable("monitored", d, o, s), decision["monitoring_hours"])
                elif level == the.bottom:
                    add(work, self.variable("monitored", d, o, s), decision["reporting_hours"])
        return work

    def _staff(self) -> None:
        """(6)"""
        for n, (s, scenario) in itertools.product(self.the.organisation, self.the.scenario.items()):
            most = self.the.staff(n)
            if most is not None:
                left = (1 - scenario["absence"]) * (most - self.the.fixed_hours(self.held, n))
                self.rows.append(self.work(n, s) | {1: -left})

    def will(self, n: str) -> Expression:
        """How far n is willing, where nobody watches."""
        return {1: self.the.organisation[n]["willingness"]}

    def skill(self, n: str) -> Expression:
        """How far n is able, without support."""
        return {1: self.the.organisation[n]["ability"]}

    def _autonomy(self) -> None:
        """(7), (8)"""
        the = self.the
        for ((d, o), level), s in itertools.product(self.held.items(), the.scenario):
            n = the.ancestor[o, level]
            watched = self.variable("monitored", d, o, s)
            if watched:
                most = dict(watched)
                add(most, self.variable("exercised", d, o, s), -the.scenario[s]["oversight"])
                self.rows.append(most)
            willing, able = self.variable("exercised", d, o, s), self.variable("exercised", d, o, s)
            add(willing, self.will(n), -1)
            add(willing, watched, the.organisation[n]["willingness"] * the.decision[d]["fear"])
            add(able, self.skill(n), -1)
            add(able, self.variable("support", n), -1)
            self.rows += [willing, able]
            if the.decision[d]["joint"] and level == the.bottom and the.partners.get(o):
                row = self.variable("exercised", d, o, s) | {1: -(1 - sum(the.partners[o].values()))}
                for p, dependence in the.partners[o].items():
                    if self.held[d, p] == the.bottom:
                        add(row, self.variable("exercised", d, p, s), -dependence)
                self.rows.append(row)

    def _slack(self) -> None:
        """(9), (10)"""
        the = self.the
        for r, resource in the.resource.items():
            for s in the.scenario:
                limit: Expression = {1: -sum(the.demand(o, r, s) for o in the.localities)}
                limit[1] *= resource["max_unmet"]
                for o in the.localities:
                    self.rows.append(self._uncovered(o, r, s))
                    add(limit, self.variable("unmet", o, r, s))
                if not math.isnan(resource["max_unmet"]):
                    self.rows.append(limit)
                self._aid(r, s)
            for o in the.localities:
                stock = the.stock.get((o, r))
                if stock and not math.isnan(resource["max_occupancy"]):
                    row: Expression = {1: stock["demand"] - resource["max_occupancy"] * stock["capacity"]}
                    add(row, self.variable("added", o, r), -resource["max_occupancy"])
                    self.rows.append(row)

    def _uncovered(self, o: str, r: str, s: str) -> Expression:
        the = self.the
        row: Expression = {1: the.demand(o, r, s) - the.supply(o, r, s)}
        for name, sign in (("borrowed", -1), ("lent", 1), ("unmet", -1)):
            add(row, self.variable(name, o, r, s), sign)
        add(row, self.variable("added", o, r), -1)
        for d, decision in the.decision.items():
            if decision["flexes"] == r and self.held[d, o] == the.bottom:
                add(row, self.variable("exercised", d, o, s), -decision["flex"] * the.supply(o, r, s))
        return row

    def _aid(self, r: str, s: str) -> None:
        """What the governing decision, as far as it is exercised, lends and borrows through its pools."""
        the, governing = self.the, self.the.resource[r]["governed_by"]
        if not governing:
            return
        pools: dict[tuple[str, str], list[str]] = defaultdict(list)
        for o in the.localities:
            level = self.held[governing, o]
            head = the.organisation[o]["parent"] if level == the.bottom else the.ancestor[o, level]
            pools[level, head].append(o)
            for name, most in zip(("lent", "borrowed"), the.apart(o, r, s), strict=True):
                row = self.variable(name, o, r, s)
                add(row, self.variable("exercised", governing, o, s), -most)
                self.rows.append(row)
        for (level, _), members in pools.items():
            row = Expression()
            for o in members:
                add(row, self.variable("borrowed", o, r, s))
                add(row, self.variable("lent", o, r, s), -the.level[level]["mobilisation"])
            self.rows.append(row)

    def _pooling(self) -> None:
        """What every pool saves: no more than it could, nor than is done of it. Told as shares of all sd."""
        the = self.the
        for d, s in itertools.product(the.decision, the.scenario):
            alone = sum(the.sd(d, o) for o in the.localities)
            for n, pool in the.pools(self.held, d).items() if alone > 0 else ():
                could, done = Expression({1: the.could_save(d, s, pool) / alone}), Expression()
                for o in pool:
                    saved = the.saved(d, o, self.held[d, o], s) / alone
                    add(done, self.variable("exercised", d, o, s), saved)
                self.bounds["pooled", d, n, s] = (-math.inf, None)
                self.most_pooled["pooled", d, n, s] = could, done
                for most in (could, done):
                    row = self.variable("pooled", d, n, s)
                    add(row, most, -1)
                    self.rows.append(row)

    def _budget(self) -> Expression:
        """(11)"""
        the = self.the
        spend: Expression = {1: sum(the.costs(d, the.levels_of(self.held, d)) for d in the.decision)}
        for n, row in the.organisation.items():
            if ("support", n) in self.bounds:
                add(spend, self.variable("support", n), row["support_cost"])
        for o, r in itertools.product(the.localities, the.resource):
            if ("added", o, r) in self.bounds:
                add(spend, self.variable("added", o, r), the.resource[r]["slack_cost"])
        if the.budget is not None:
            over: Expression = {1: -float(the.budget)}
            add(over, spend)
            self.rows.append(over)
        return spend

    # Objectives.

    def _objective(self, g: str, s: str) -> Expression:
        the, D = self.the, len(self.the.decision)
        f: Expression = {1: 0.0}
        if g == "resilience":
            add(f, self._resilience(s))
        else:
            for d in the.decision:
                add(f, self._score(g, d, s), the.decision[d][f"stake_{g}"] / D)
        for link in the.links:
            if link["objective"] == g:
                lost = sum(the.share[o] for o in the.localities if the.lost(link, self.held, o))
                f[1] -= link["loss"] / D * lost
        return f

    def _score(self, g: str, d: str, s: str) -> Expression:
        the, score = self.the, Expression({1: 0.0})
        if g == "economy":
            return {1: the.economy(self.held, d)}
        if g == "risk_pooling" and (d, g) not in the.has_score:
            for n in the.pools(self.held, d):
                add(score, self.variable("pooled", d, n, s))
            return score
        for o in the.localities:
            earned = the.earned(g, d, o, self.held[d, o], s)
            add(score, self.variable("exercised", d, o, s), earned)
            if g == "accountability":
                effect = the.decision[d]["monitoring_effect"] * (the.share[o] - earned)
                add(score, self.variable("monitored", d, o, s), effect)
        return score

    def _resilience(self, s: str) -> Expression:
        at_risk = {r: units for r in self.the.resource if (units := self.the.at_risk(r)) > 0}
        f: Expression = {1: 1.0}
        for (r, units), o in itertools.product(at_risk.items(), self.the.localities):
            add(f, self.variable("unmet", o, r, s), -1 / units / len(at_risk))
        return f

    def expected(self, g: str) -> Expression:
        mean: Expression = {1: 0.0}
        for s, row in self.the.scenario.items():
            add(mean, self.f[g, s], row["probability"])
        return mean

    def _value(self) -> Expression:
        the = self.the
        aversion, beta = the.instance.uncertainty["risk_aversion"], the.instance.uncertainty["beta"]
        value: Expression = {1: 0.0}
        for s, row in the.scenario.items():
            worth: Expression = {1: 0.0}  # V_s
            for g, weight in the.weight.items():
                add(worth, self.f[g, s], weight)
            add(value, worth, (1 - aversion) * row["probability"])
            if aversion > 0:  # Rockafellar & Uryasev: shortfall_s >= eta - V_s
                self.bounds["eta",] = (-math.inf, None)
                self.bounds["shortfall", s] = (0, None)
                below: Expression = {("eta",): 1.0, ("shortfall", s): -1.0}
                add(below, worth, -1)
                self.rows.append(below)
                value["shortfall", s] = -aversion * row["probability"] / (1 - beta)
        if aversion > 0:
            value["eta",] = aversion
        return value

    # Solving.

    def best(self, ties: bool) -> Judged | None:
        """Rows are kept to 1e-9; ties are broken in the order of model/README.md."""
        answer = self.maximise(self.value)
        if answer is None:
            return None
        value, objectives = answer[0], self.the.instance.objectives
        if ties:
            less = {variable: -coefficient for variable, coefficient in self.spend.items()}
            aims = [self.value, self.expected("resilience"), less, *map(self.expected, objectives),
                    self.sum_of("exercised"), self.sum_of("monitored", -1.0)]  # fmt: skip
            for aim, following in itertools.pairwise(aims):
                row: Expression = {1: self.at(aim, answer[1]) - 1e-9}
                add(row, aim, -1)
                self.rows.append(row)
                answer = self.maximise(following) or answer
        found = answer[1] | self._savings(answer[1])
        return Judged(
            value=value,
            objectives={g: self.at(self.expected(g), found) for g in objectives},
            record=self._record(found),
        )

    def sum_of(self, name: str, sign: float = 1.0) -> Expression:
        return {variable: sign for variable in self.bounds if variable[0] == name}

    def _savings(self, found: Mapping[Any, float]) -> dict[Any, float]:
        """What every pool saves: a programme that weighs it 0 does not say."""
        return {pool: min(self.at(most, found) for most in both) for pool, both in self.most_pooled.items()}

    def held_against(self, record: Record) -> tuple[float, dict[str, float]]:
        found = {}
        for name, axes in self._axes().items():
            for index, at in enumerate(itertools.product(*axes)):
                found[name, *at] = float(getattr(record, name).flat[index])
        made = dict(found)
        found |= self._savings(found)
        breaches = [self.at(row, found) for row in self.promises]
        for variable, value in made.items():
            low, high = self.bounds.get(variable, (0.0, 0.0))  # what is no variable is 0
            breaches += [low - value, value - (math.inf if high is None else high)]
        return max(breaches), {g: self.at(self.expected(g), found) for g in self.the.instance.objectives}

    def _axes(self) -> dict[str, list[list[str]]]:
        the = self.the
        D, R, S = list(the.decision), list(the.resource), list(the.scenario)
        at = the.localities
        shapes = {"exercised": [D, at, S], "monitored": [D, at, S], "support": [list(the.organisation)],
                  "added": [at, R]}  # fmt: skip
        return shapes | {name: [at, R, S] for name in ("lent", "borrowed", "unmet")}

    def _record(self, found: dict[Any, float]) -> Record:
        arrays = {
            name: np.array([found.get((name, *cell), 0.0) for cell in itertools.product(*axes)]).reshape(
                [len(axis) for axis in axes]
            )
            for name, axes in self._axes().items()
        }
        held = [
            [self.the.levels.index(self.held[d, o]) for o in self.the.localities] for d in self.the.decision
        ]
        return Record(held=np.array(held), **arrays)
