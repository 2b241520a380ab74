"""A path of designs as one linear programme, straight from "The path" in model/README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from linear_program import Expression, Program, add
from path_facts import PathFacts
from recourse_program import Recourse
from reference_model import Held, Reference

from optimiser.instance.instance import Instance

State = tuple[str, ...]  # ("skill", n), ("morale", n) or ("stock", o, r)


class OfPeriod(Reference):
    """An instance as a period sees it: with its scenario for certain, and its weights."""

    def __init__(self, instance: Instance, facts: PathFacts, t: int) -> None:
        super().__init__(instance, facts.periods[t]["weights"])
        self.facts, self.t, self.s = facts, t, facts.periods[t]["scenario"]
        self.scenario = {self.s: self.scenario[self.s] | {"probability": 1.0}}

    def starts(self) -> dict[State, float]:
        """The states of the first period."""
        starts: dict[State, float] = {}
        for n, row in self.organisation.items():
            for name, otherwise in (("skill", "ability"), ("morale", "willingness")):
                own = self.facts.own(n, name)
                starts[name, n] = float(row[otherwise]) if own is None else own
        return starts | {("stock", *at): reserve for at, reserve in self.facts.reserve.items()}

    def at_most(self) -> dict[State, float]:
        """What no state can exceed, whatever was done before."""
        return {state: start if state[0] == "stock" else 1.0 for state, start in self.starts().items()}

    def practised(self, n: str) -> list[str]:
        """The decisions that n's level may hold."""
        level = self.organisation[n]["level"]
        return [d for d, row in self.decision.items() if level in (row["levels"] or level).split(";")]


class PeriodProgram(Recourse):
    """What is left to decide in a period once `held` is known: (14) to (16) in place of will and ability."""

    the: OfPeriod

    def __init__(self, the: OfPeriod, held: Held) -> None:
        super().__init__(the, held, {})
        for o, r in the.facts.reserve:
            self.rows.append({("drawn", o, r): 1.0, ("stock", o, r): -1.0})
        for n in the.organisation:
            self._overwork(n)

    def _variables(self) -> None:
        super()._variables()
        for state, most in self.the.at_most().items():
            self.bounds[state] = (0, most)
        for o, r in self.the.facts.reserve:
            self.bounds["drawn", o, r] = (0, None)

    def will(self, n: str) -> Expression:
        return {("morale", n): 1.0}

    def skill(self, n: str) -> Expression:
        return {("skill", n): 1.0}

    def _uncovered(self, o: str, r: str, s: str) -> Expression:
        row = super()._uncovered(o, r, s)
        add(row, self.variable("drawn", o, r), -1)
        return row

    def _value(self) -> Expression:
        value: Expression = {1: 0.0}
        for g, weight in self.the.weight.items():
            add(value, self.f[g, self.the.s], weight)
        return value

    def value_at(self, t: int) -> Expression:
        """The value of the period in the names of a path of which it is period t."""
        return told(t, self.value)

    def mean(self, name: str, n: str) -> Expression:
        """What n itself exercises (or has watched), over its people and the decisions it may hold."""
        the, mean = self.the, Expression()
        people, practised = sum(the.population[o] for o in the.under[n]), the.practised(n)
        for o in the.under[n]:
            part = the.population[o] / people if people > 0 else 1 / len(the.under[n])
            for d in practised:
                if self.held[d, o] == the.organisation[n]["level"]:
                    add(mean, self.variable(name, d, o, the.s), part / len(practised))
        return mean

    def load(self, n: str) -> Expression:
        """The share of n's hours that is taken."""
        the, hours = self.the, self.the.staff(n)
        load: Expression = {1: 0.0}
        if hours:
            there = 1 - the.scenario[the.s]["absence"]
            add(load, self.work(n, the.s), 1 / hours)
            load[1] += there * the.fixed_hours(self.held, n) / hours
        return load

    def _overwork(self, n: str) -> None:
        self.bounds["over", n] = (0, None)
        row = self.overload(n)
        row["over", n] = -1.0
        self.rows.append(row)

    def overload(self, n: str) -> Expression:
        """How far n works more than it safely can; below 0 where it does not."""
        safe, overload = self.the.facts.rate(n, "safe"), Expression({1: 0.0})
        if safe < 1 and self.the.staff(n):
            overload[1] = -safe / (1 - safe)
            add(overload, self.load(n), 1 / (1 - safe))
        return overload

    def left(self) -> dict[State, Expression]:
        """What this period leaves to the next."""
        the, left = self.the, dict[State, Expression]()
        for n, row in the.organisation.items():
            rate = {name: the.facts.rate(n, name) for name in ("learn", "heal", "hurt", "burn")}
            learn, heal = (the.facts.over(the.t, rate[name]) for name in ("learn", "heal"))
            skill: Expression = {("skill", n): 1 - learn, 1: learn * row["ability"]}
            add(skill, self.mean("exercised", n), learn * (1 - row["ability"]))
            will = heal * row["willingness"]
            morale: Expression = {("morale", n): 1 - heal, 1: will, ("over", n): -will * rate["burn"]}
            add(morale, self.mean("monitored", n), -will * rate["hurt"])
            left["skill", n], left["morale", n] = skill, morale
        for (o, r), reserve in the.facts.reserve.items():
            refilled = the.facts.over(the.t, the.facts.refill[r]) * reserve
            left["stock", o, r] = {("stock", o, r): 1.0, ("drawn", o, r): -1.0, 1: refilled}
        return left


class PathProgram(Program):
    """All periods, each of which hands on its states. A variable's name begins with its period."""

    def __init__(self, periods: Sequence[PeriodProgram], starts: Mapping[State, float]) -> None:
        super().__init__()
        self.value: Expression = {1: 0.0}
        for t, period in enumerate(periods):
            the, facts = period.the, period.the.facts
            self.bounds |= {(t, *name): bounds for name, bounds in period.bounds.items()}
            self.rows += [told(t, row) for row in period.rows]
            add(self.value, told(t, period.value), facts.discounted(the.t) * facts.periods[the.t]["years"])
            for state, most in periods[t - 1].left().items() if t else ():
                row: Expression = {(t, *state): 1.0}
                add(row, told(t - 1, most), -1)
                self.rows.append(row)
        for state, start in starts.items():
            self.bounds[(0, *state)] = (start, start)

    def tied(self, t: int, period: PeriodProgram) -> float:
        """The value of a path of one period, which from now on has the recourse that is reported of its equals."""
        objectives = period.the.instance.objectives
        less = {variable: -c for variable, c in period.spend.items()}
        aims = [period.value, period.expected("resilience"), less, *map(period.expected, objectives),
                period.sum_of("exercised"), period.sum_of("monitored", -1.0)]  # fmt: skip
        reached = []
        for aim in (told(t, aim) for aim in aims):
            answer = self.maximise(aim)
            assert answer is not None
            reached.append(answer[0])
            self.no_worse(aim, answer[0] - 1e-9)
        self.cap_overwork(t, period)
        return reached[0]

    def no_worse(self, aim: Expression, least: float) -> None:
        """From now on the aim is at least so much."""
        row: Expression = {1: least}
        add(row, aim, -1)
        self.rows.append(row)

    def cap_overwork(self, t: int, period: PeriodProgram) -> None:
        """`over` is no more than the most that can come of what is done."""
        for n in period.the.organisation:
            _, most = self.range(told(t, period.overload(n)))
            self.bounds[t, "over", n] = (0, max(0.0, most))

    def range(self, expression: Expression) -> tuple[float, float]:
        """Between what an expression lies."""
        lowest = self.maximise({variable: -c for variable, c in expression.items()})
        highest = self.maximise(expression)
        assert lowest is not None
        assert highest is not None
        return -lowest[0], highest[0]


def told(t: int, expression: Expression) -> Expression:
    """An expression of a period in the names of the path."""
    return {v if v == 1 else (t, *v): c for v, c in expression.items()}
