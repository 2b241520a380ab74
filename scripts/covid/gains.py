"""What it is worth to move a decision up, in a wave and in normal times, between what is surely so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from covid.solves import Known, Question

NORMAL = "normal"


@dataclass(frozen=True)
class Gain:
    """What a move up is worth: as the designs found have it, and between which numbers it lies."""

    value: float
    low: float
    high: float
    level: str  # above where it was, in the design found

    def less(self, other: Gain) -> Gain:
        """This less another."""
        return Gain(self.value - other.value, self.low - other.high, self.high - other.low, self.level)


def gain(known: Known, scenario: str, decision: str, start: str) -> Gain | None:
    """What it is worth above where it was, less there; None where it cannot be at one of them."""
    up, there = (known[Question(scenario, decision, start, above)] for above in (True, False))
    if -np.inf in (up.value, there.value):
        return None
    return Gain(up.value - there.value, up.value - there.bound, up.bound - there.value, up.level)


@dataclass(frozen=True)
class Scored:
    """A decision with what moving it up is worth: the score is that in the wave less that in normal times."""

    decision: str
    start: str
    wave: Gain
    normal: Gain

    @property
    def score(self) -> Gain:
        """What the pandemic adds to the worth of moving up."""
        return self.wave.less(self.normal)


def scored(known: Known, scenario: str, starts: Mapping[str, str]) -> tuple[list[Scored], list[str]]:
    """The decisions by score, the highest first, and those that cannot be held there or above.

    `starts` is where each was in 2019.
    """
    found, impossible = [], []
    for decision, start in starts.items():
        wave, normal = (gain(known, s, decision, start) for s in (scenario, NORMAL))
        if wave is None or normal is None:
            impossible.append(decision)
        else:
            found.append(Scored(decision, start, wave, normal))
    return sorted(found, key=lambda one: -one.score.value), impossible


def questions(scenarios: Iterable[str], starts: Mapping[str, str]) -> list[Question]:
    """All that must be known to score the decisions from these levels."""
    return [
        Question(scenario, decision, level, above)
        for scenario in scenarios
        for decision, level in starts.items()
        for above in (False, True)
    ]
