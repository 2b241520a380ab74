"""Brute force: every sequence of designs of a small instance with periods, straight from model/README.md.

Slow and plain on purpose, and independent of everything it is a witness about.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from path_facts import PathFacts
from path_program import OfPeriod, PathProgram, PeriodProgram, State, told
from reference_model import Held

from optimiser.instance.instance import Instance

Sequence = tuple[int, ...]  # which of the designs, period by period


@dataclass(frozen=True)
class Best:
    """The sequences of the highest value, within what two solvers may differ."""

    value: float
    sequences: list[Sequence]


class Paths:
    """The designs that may be held at all, and what becomes of them one after the other."""

    def __init__(self, instance: Instance, files: Mapping[str, str]) -> None:
        self.facts = PathFacts(files)
        self.the = [OfPeriod(instance, self.facts, t) for t in range(len(self.facts.periods))]
        self.designs = [held for held in self.the[0].designs() if self.the[0].staffed(held)]
        self.current = {
            (d, o): level
            for d, o in itertools.product(self.the[0].decision, self.the[0].localities)
            if (level := self.the[0].current.get((d, o), self.the[0].current.get((d, ""))))
        }
        self.period = cache(self.period)
        self.alone = cache(self.alone)
        self.few_changes = cache(self.few_changes)

    # One period.

    def period(self, t: int, i: int) -> PeriodProgram:
        return PeriodProgram(self.the[t], self.designs[i])

    def alone(self, t: int, i: int, start: bool) -> float | None:
        """The best of a design in a period with the states as they start, or at their most."""
        states = self.the[t].starts() if start else self.the[t].at_most()
        return self.given(t, i, states)

    def given(self, t: int, i: int, states: Mapping[State, float]) -> float | None:
        """The best of a design in a period that inherits these states."""
        program = PathProgram([self.period(t, i)], states)
        answer = program.maximise(self.period(t, i).value_at(0))
        return None if answer is None else answer[0]

    def own_best(self, t: int) -> list[int]:
        """The best designs of a period on its own: moves free, no lags, states as they start."""
        rules = [rule for rule in self.facts.rules if rule["lag"] == 0]
        obeying = (
            i for i, held in enumerate(self.designs) if all(self.the[t].obeys(r, held, held) for r in rules)
        )
        values = {i: value for i in obeying if (value := self.alone(t, i, True)) is not None}
        return [i for i, value in values.items() if value >= max(values.values()) - 1e-6]

    # From period to period.

    def held(self, sequence: Sequence, t: int) -> Held:
        """The design of a period; before the first, the current one."""
        return self.designs[sequence[t]] if t >= 0 else self.current

    def few_changes(self, before: int, after: int) -> bool:
        """(12); before -1 stands the current design."""
        the = self.the[0]
        the.current = self.current if before < 0 else self.designs[before]
        return the.few_changes(self.designs[after])

    def allowed(self, sequence: Sequence, t: int) -> bool:
        """(12), (4) and (17) in a period."""
        if not self.few_changes(sequence[t - 1] if t else -1, sequence[t]):
            return False
        now = self.held(sequence, t)
        return all(
            self.the[t].obeys(rule, now, self.held(sequence, t - rule["lag"])) for rule in self.facts.rules
        )

    def move_cost(self, sequence: Sequence, t: int) -> float:
        """(13): years of a decision's whole score."""
        before, now, the = self.held(sequence, t - 1), self.held(sequence, t), self.the[0]
        return sum(
            the.share[o] * self.facts.switch[d]
            for (d, o), level in now.items()
            if before.get((d, o), level) != level
        ) / len(the.decision)

    def total(self, sequence: Sequence, values: list[float]) -> float:
        """The value of a path whose periods are worth so much."""
        worth = sum(
            self.facts.discounted(t) * (self.facts.periods[t]["years"] * value - self.move_cost(sequence, t))
            for t, value in enumerate(values)
        )
        return worth / self.facts.worth

    # Whole paths.

    def sequences(self) -> Iterator[tuple[float, Sequence]]:
        """Every sequence that (4), (5), (12) and (17) allow, and a value that it cannot exceed."""
        reach: list[dict[int, float]] = [
            {i: most for i in range(len(self.designs)) if (most := self.alone(t, i, False)) is not None}
            for t in range(len(self.the))
        ]
        found: list[Sequence] = [()]
        for t, designs in enumerate(reach):
            longer = ((*sequence, i) for sequence in found for i in designs)
            found = [sequence for sequence in longer if self.allowed(sequence, t)]
        for sequence in found:
            yield self.total(sequence, [reach[t][i] for t, i in enumerate(sequence)]), sequence

    def program(self, sequence: Sequence) -> PathProgram:
        return PathProgram([self.period(t, i) for t, i in enumerate(sequence)], self.the[0].starts())

    def value(self, sequence: Sequence) -> float | None:
        """What recourse over the whole path makes of a sequence."""
        program = self.program(sequence)
        answer = program.maximise(program.value)
        if answer is None:
            return None
        costs = self.total(sequence, [0.0] * len(sequence))
        return costs + answer[0] / self.facts.worth

    def best(self) -> Best | None:
        """The best of all sequences: those that cannot be as good as one found are not solved."""
        values: dict[Sequence, float] = {}
        for most, sequence in sorted(self.sequences(), reverse=True):
            if values and most < max(values.values()) - 1e-6:
                break
            value = self.value(sequence)
            if value is not None:
                values[sequence] = value
        if not values:
            return None
        top = max(values.values())
        return Best(top, [sequence for sequence, value in values.items() if value >= top - 1e-6])

    def best_now(self, sequence: Sequence, states: Mapping[State, float]) -> dict[int, float]:
        """What each design would be worth in the period after a sequence, less its moves: years of score."""
        t, worth = len(sequence), {}
        for i in range(len(self.designs)):
            longer = (*sequence, i)
            if self.allowed(longer, t) and (value := self.given(t, i, states)) is not None:
                worth[i] = self.facts.periods[t]["years"] * value - self.move_cost(longer, t)
        return worth

    def greedy(self) -> list[tuple[int, float]] | None:
        """Without foresight: designs and values until no design is possible; None where equals leave it open."""
        states, found = self.the[0].starts(), list[tuple[int, float]]()
        while len(found) < len(self.the):
            t, before = len(found), tuple(i for i, _ in found)
            now = self.best_now(before, states)
            if not now:
                break
            first, *others = sorted(now, key=lambda i: -now[i])
            if others and now[others[0]] > now[first] - 1e-5:
                return None
            program = PathProgram([self.period(t, first)], states)
            value = program.tied(0, self.period(t, first))
            states = {}
            for state, left in self.period(t, first).left().items():
                lowest, highest = program.range(told(0, left))
                if highest - lowest > 1e-6:
                    return None
                states[state] = highest
            found.append((first, value))
        return found

    # Labels.

    def most_held(self, held: Held, d: str) -> str:
        """The level of most of the population; empty where none is known."""
        people: Counter[str] = Counter()
        for o in self.the[0].localities:
            if (d, o) in held:
                people[held[d, o]] += self.the[0].share[o]
        levels = self.the[0].levels
        return max(people, key=lambda level: (people[level] + 1e-12, -levels.index(level)), default="")


def label(levels: list[str], own: list[str]) -> str:
    """What a decision does over a path: levels from the current one on, its periods' own best beside them."""
    left = set[str]()
    for before, now in itertools.pairwise(levels):
        if before != now and before:
            if now in left:
                return "swings"
            left.add(before)
    held, came_from = levels[1:], ""
    for before, now, best in zip(levels, held, own, strict=False):
        if before and before != now:
            came_from = before
        elif came_from and best == came_from:
            return "ratchets"
    if not left:
        return "inert" if any(now != best for now, best in zip(held, own, strict=True)) else "stays"
    return "follows" if held == own else "stays"
