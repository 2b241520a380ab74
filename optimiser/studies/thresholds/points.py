"""What is best at points of one input or two: each point is asked once, and remembered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.design.bound import held_to
from optimiser.design.moves import moves
from optimiser.design.status import Status
from optimiser.design.tables import Row
from optimiser.instance.instance import Instance
from optimiser.record import Record
from optimiser.solver.answer import Best, Unfound
from optimiser.studies.inputs import Input
from optimiser.studies.paths import BestPath, PathStudy
from optimiser.studies.study import Study
from optimiser.studies.thresholds.places import Change, Found, Place, Plane, Reached, not_told
from optimiser.tolerances import EQUAL

Array = np.ndarray
Done = Record | tuple[Record, ...]


def moved(before: Found | None, after: Found | None) -> tuple[Row, ...]:
    """What is held elsewhere after: decision, organisation, from, to, of a path with the period before them;
    none where either is missing."""
    if isinstance(before, BestPath) and isinstance(after, BestPath):
        return tuple(before.moves_to(after))
    if isinstance(before, Best) and isinstance(after, Best):
        return tuple(moves(before.instance, before.held, after.held))
    return ()


@dataclass(frozen=True, eq=False)
class Point:
    """What is best at a place, as far as the gap tells (None: nothing is possible), and the bound."""

    at: Place
    best: Found | None
    bound: float

    @property
    def value(self) -> float:
        """What it is worth; -inf where nothing is possible."""
        return -np.inf if self.best is None else self.best.value

    @property
    def design(self) -> Array | None:
        """(H,) who holds what, of a path (T H,)."""
        return None if self.best is None else self.best.design

    @property
    def rows(self) -> tuple[Row, ...]:
        """The same as in the JSON documents; none where nothing is possible."""
        return () if self.best is None else tuple(self.best.rows)

    @property
    def record(self) -> Done | None:
        """What is done."""
        return None if self.best is None else self.best.record

    def same(self, other: Point) -> bool:
        """Whether one design is best at both."""
        if self.design is None or other.design is None:
            return self.design is other.design
        return np.array_equal(self.design, other.design)


class Ground(ABC):
    """What is best as inputs of an instance move, `points` being those known; what is asked there, whether
    for a design or for a path, is for those that stand on it."""

    comparable = True  # of two answers the one that is worth more at a place is the better one there

    def __init__(
        self, study: Study | PathStudy, inputs: Sequence[Input], weights: Mapping[str, float] | None
    ) -> None:
        self.study, self.inputs = study, list(inputs)
        self.base, given = study.instance, study.instance.weights if weights is None else weights
        self.plane = Plane(self.base, tuple(inputs), {g: given.get(g, 0.0) for g in self.base.objectives})
        self.points: dict[Place, Point] = {}
        self.cut = False  # whether time ran out on a point that was kept
        self._instances: dict[Place, Instance] = {}

    @abstractmethod
    def record_worth(self, record: Any, at: Place) -> float:
        """What a record would be worth there, if it were possible."""

    @abstractmethod
    def each(self, asked: Sequence[tuple[Place, Array | None]]) -> list[Any]:
        """Solve at each of these places, beginning from a design."""

    @abstractmethod
    def reach(self, asked: Mapping[Place, Sequence[Array]]) -> list[Reached]:
        """What is best at each place, where these designs are best near by."""

    @abstractmethod
    def cross(self, changes: Sequence[Change], tolerance: float) -> list[tuple[float, float]]:
        """Where within each change the one design becomes worth more than the other."""

    @abstractmethod
    def rivalled(self, asked: Sequence[tuple[Array, Place, float]]) -> list[bool]:
        """Whether another design than each may be worth so much at a place."""

    @abstractmethod
    def evaluate(self, design: Array, at: Place) -> Found | Unfound:
        """A design there with its best recourse."""

    @property
    def error(self) -> float:
        """The most by which any design may be better than the one named at a point that was asked."""
        over = [p.bound - p.value for p in self.points.values() if p.design is not None]
        return max([0.0, *over])

    def tolerance(self, value: float) -> float:
        """What the gap cannot tell apart, of a value."""
        return not_told(self.study.gap, value)

    def instance(self, at: Place) -> Instance:
        """The instance with the inputs there."""
        if at not in self._instances:
            self._instances[at] = self.plane.instance(at)
        return self._instances[at]

    def solved(self, asked: Mapping[Place, Sequence[Point]]) -> bool:
        """Have points at these places, each asked with those that are known near by; False: time ran out."""
        near = {at: self._known(points) for at, points in asked.items() if at not in self.points}
        for at, there in zip(near, self.reach(near), strict=True):
            answer = there.answer
            held_to(answer.bound, there.known)
            if answer.found or answer.status is Status.INFEASIBLE:
                self.cut |= answer.status is Status.FEASIBLE and np.isfinite(self.study.clock.left)
                self.points[at] = Point(at, answer if answer.found else None, answer.bound)
        return all(at in self.points for at in asked)

    def _known(self, points: Sequence[Point]) -> list[Array]:
        """Each of their designs once."""
        found = {p.design.tobytes(): p.design for p in points if p.design is not None and self.comparable}
        return list(found.values())

    def risen(self, there: Point, tight: Point) -> Point:
        """The point, or the design of a tighter one there, where that is worth more."""
        if tight.design is None or tight.value <= there.value + EQUAL:
            return there
        answer = self.evaluate(tight.design, there.at)
        if not answer.found or answer.value <= there.value:
            return there
        held_to(there.bound, answer.value)
        return Point(there.at, answer, there.bound)

    # What is proven between points

    def proven(self, corners: Sequence[Point]) -> bool:
        """Whether the design that is best at all corners is best everywhere between them, as the gap tells.

        A record of a corner where constraints are tightest is possible everywhere between. There the best
        value lies below what is interpolated from the bounds at the corners (it is convex along straight
        inputs and rises as constraints widen), and the record's worth is what is interpolated from its worth.
        """
        if not all(i.straight or i.widens for i in self.inputs):
            return False
        if all(p.design is None for p in corners):  # impossible where constraints are widest
            return True
        return any(
            self._tight(place, corners) and all(self._as_good(place.record, p) for p in corners)
            for place in corners
        )

    def _tight(self, place: Point, corners: Sequence[Point]) -> bool:
        return all(
            i.straight or i.widens * (other.at[k] - place.at[k]) >= 0
            for k, i in enumerate(self.inputs)
            for other in corners
        )

    def _as_good(self, record: Done | None, there: Point) -> bool:
        """Whether nothing is better there than a record, as far as the gap tells."""
        if record is None:
            return there.design is None
        worth = there.value if record is there.record else self.record_worth(record, there.at)
        return there.bound - worth <= self.tolerance(worth)

    def alone(self, ends: Sequence[tuple[Point, Point]]) -> list[bool]:
        """Whether, of each tight and loose point, no design but theirs is worth at the loose one what theirs
        is at the tight one."""
        asked = [
            (tight.design, loose.at, tight.value + self.tolerance(tight.value))
            for tight, loose in ends
            if tight.design is not None
        ]
        answers = iter(self.rivalled(asked))
        return [tight.design is not None and not next(answers) for tight, _ in ends]
