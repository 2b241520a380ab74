"""What is asked at places of one input or two: of a design by whoever does it, of a path here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimiser.design.status import Status
from optimiser.instance.instance import Instance
from optimiser.solver.answer import Best, Unfound
from optimiser.solver.clock import Clock
from optimiser.studies.asker import Asker
from optimiser.studies.inputs import Input, variant, weights_at
from optimiser.studies.paths import BestPath
from optimiser.studies.rounds import Task
from optimiser.tolerances import EQUAL

Array = np.ndarray
Place = tuple[float, ...]  # a value of each input
Found = Best | BestPath  # what is asked about: one design, or one a period


def not_told(gap: float, value: float) -> float:
    """What the gap cannot tell apart, of a value."""
    return max(gap * abs(value), EQUAL)


@dataclass(frozen=True, eq=False)
class Plane:
    """An instance, the inputs that move, and the weights (of every objective) that it is asked with."""

    base: Instance
    inputs: tuple[Input, ...]
    weights: Mapping[str, float]

    def instance(self, at: Place) -> Instance:
        """The instance with the inputs there."""
        return variant(self.base, self.inputs, at)

    def weights_at(self, at: Place) -> dict[str, float]:
        """Weights there, which sum to 1."""
        return weights_at(self.weights, self.inputs, at)


class Standing(ABC):
    """Whoever can be asked at places."""

    gap: float
    clock: Clock

    @abstractmethod
    def worth(self, design: Array, at: Place) -> float:
        """What a design (H,) is worth there, of a path (T H,); -inf where it is not possible."""

    @abstractmethod
    def ask(self, at: Place, start: Array | None) -> Found | Unfound:
        """Solve there."""

    @abstractmethod
    def evaluate(self, design: Array, at: Place) -> Found | Unfound:
        """A design there with its best recourse."""

    @abstractmethod
    def another(self, design: Array, at: Place, enough: float) -> bool:
        """Whether another design than this may be worth so much there; without time for it, it may."""


@dataclass(frozen=True, eq=False)
class Reached:
    """What is best at a place, and what the best of the designs that are known near by is worth there."""

    answer: Found | Unfound
    known: float


def reached(here: Standing, at: Place, near: Sequence[Array]) -> Reached:
    """What is best at a place, where some designs are best near by.

    One of them is taken for the best here too where the gap cannot tell it from that.
    """
    worths = [here.worth(design, at) for design in near]
    k = int(np.argmax(worths)) if worths else -1
    if k < 0 or worths[k] == -np.inf:
        return Reached(here.ask(at, None), -np.inf)
    start, value, answer = near[k], worths[k], here.ask(at, near[k])
    if answer.bound - value <= not_told(here.gap, value) and not (
        answer.found and (start == answer.design).all()
    ):
        kept = here.evaluate(start, at)
        answer = replace(kept, status=Status.OPTIMAL, bound=answer.bound) if kept.found else answer
    return Reached(answer, value)


@dataclass(frozen=True, eq=False)
class Change:
    """Between two places of one input the best design changes; None: nothing is possible at that end."""

    low: float
    high: float
    designs: tuple[Array | None, Array | None]


def crossing(here: Standing, change: Change, tolerance: float, whole: bool) -> tuple[float, float]:
    """Two places within `tolerance`: below them the low design is worth more, above them the high one.

    Or the one place, twice, where neither is possible.
    """
    low, high = change.low, change.high
    while high - low > (1 if whole else tolerance):
        middle = float(round((low + high) / 2)) if whole else (low + high) / 2
        if not low < middle < high:  # as close as numbers are
            break
        before, after = (-np.inf if d is None else here.worth(d, (middle,)) for d in change.designs)
        below = before >= after
        if before == after == -np.inf:  # neither is possible: at the end that has a design it becomes so
            if all(design is not None for design in change.designs):
                return middle, middle
            below = change.designs[0] is None
        low, high = (middle, high) if below else (low, middle)
    return low, high


class DesignStanding(Standing):
    """A session that is asked about one place after the other."""

    def __init__(self, asker: Asker, plane: Plane) -> None:
        self.asker, self.plane, self.gap, self.clock = asker, plane, asker.gap, asker.clock
        self._at: Place | None = None

    def stand(self, at: Place, instance: Instance | None = None) -> None:
        """Ask about this place from now on; `instance` is the one there, where it is at hand."""
        if self._at != at:
            weights, there = self.plane.weights_at(at), instance or self.plane.instance(at)
            if self.asker.instance is not there:
                self.asker.about(there, weights)
            else:
                self.asker.weigh(np.array([weights[g] for g in there.objectives]))
            self._at = at

    def worth(self, design: Array, at: Place) -> float:
        """What a design (H,) is worth there."""
        self.stand(at)
        return self.asker.worth(design)

    def ask(self, at: Place, start: Array | None) -> Best | Unfound:
        """Solve there."""
        self.stand(at)
        return self.asker.ask(start=start)

    def evaluate(self, design: Array, at: Place) -> Best | Unfound:
        """A design (H,) there with its best recourse."""
        self.stand(at)
        return self.asker.evaluate(design)

    def another(self, design: Array, at: Place, enough: float) -> bool:
        """Whether another design than this may be worth so much there."""
        self.stand(at)
        return bool(self.asker.ask(rows=self.asker.forbid(design), decide=enough).bound >= enough)


@dataclass(frozen=True, eq=False, kw_only=True)
class AtPlace(Task):
    """A question about one place, whose instance is the task's where it is not that of the study."""

    plane: Plane
    at: Place

    def standing(self, asker: Asker) -> DesignStanding:
        """The asker, at the place."""
        here = DesignStanding(asker, self.plane)
        here.stand(self.at, self.instance)
        return here


@dataclass(frozen=True, eq=False, kw_only=True)
class Reaching(AtPlace):
    """What is best there."""

    near: Sequence[Array]

    def done(self, asker: Asker) -> Reached:
        """With what is known near by."""
        return reached(self.standing(asker), self.at, self.near)


@dataclass(frozen=True, eq=False, kw_only=True)
class Rivalling(AtPlace):
    """Whether any design but one (H,) may be worth so much there."""

    design: Array
    enough: float

    def done(self, asker: Asker) -> bool:
        """True where it may."""
        return self.standing(asker).another(self.design, self.at, self.enough)


@dataclass(frozen=True, eq=False, kw_only=True)
class Crossing(Task):
    """Where between two places one design becomes worth more than another."""

    plane: Plane
    change: Change
    tolerance: float

    def done(self, asker: Asker) -> tuple[float, float]:
        """See `crossing`."""
        whole = self.plane.inputs[0].whole
        return crossing(DesignStanding(asker, self.plane), self.change, self.tolerance, whole)
