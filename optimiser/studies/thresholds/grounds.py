"""What may be asked at points of one input or two: for the best design, or for the best path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from optimiser.audit import audit
from optimiser.audit.path import audit_path
from optimiser.instance.instance import Instance
from optimiser.record import Record
from optimiser.solver.answer import Answer
from optimiser.studies.inputs import Input
from optimiser.studies.paths import Answer as PathAnswer
from optimiser.studies.paths import PathStudy
from optimiser.studies.rounds import Search
from optimiser.studies.study import SLICE, Study
from optimiser.studies.thresholds.places import (
    Change,
    Crossing,
    DesignStanding,
    Place,
    Reached,
    Reaching,
    Rivalling,
    Standing,
    crossing,
    reached,
)
from optimiser.studies.thresholds.points import Ground

Array = np.ndarray


class DesignGround(Ground):
    """Where one design is asked for: by whoever of a study's workers is free."""

    def __init__(self, study: Study, inputs: Sequence[Input], weights: Mapping[str, float] | None) -> None:
        super().__init__(study, inputs, weights)
        self.asker = study

    def record_worth(self, record: Record, at: Place) -> float:
        """What a record would be worth there, if it were possible."""
        return audit(self.instance(at), record, weights=self.plane.weights_at(at)).value

    def each(self, asked: Sequence[tuple[Place, Array | None]]) -> list[Answer]:
        """Solve at each of these places."""
        return self.asker.each([self._search(at, start) for at, start in asked], SLICE)

    def _search(self, at: Place, start: Array | None) -> Search:
        weights, apart = self.plane.weights_at(at), any(not i.objective for i in self.inputs)
        return Search(
            instance=self.instance(at) if apart else None,
            weights=np.array([weights[g] for g in self.base.objectives]),
            start=start,
        )

    def reach(self, asked: Mapping[Place, Sequence[Array]]) -> list[Reached]:
        """What is best at each place, where these designs are best near by."""
        tasks = [
            Reaching(plane=self.plane, at=at, instance=self.instance(at), near=near)
            for at, near in asked.items()
        ]
        return self.asker.each(tasks, SLICE)

    def cross(self, changes: Sequence[Change], tolerance: float) -> list[tuple[float, float]]:
        """Where within each change the one design becomes worth more than the other."""
        tasks = [Crossing(plane=self.plane, change=change, tolerance=tolerance) for change in changes]
        return self.asker.each(tasks)

    def rivalled(self, asked: Sequence[tuple[Array, Place, float]]) -> list[bool]:
        """Whether another design than each may be worth so much at a place."""
        tasks = [
            Rivalling(plane=self.plane, at=at, instance=self.instance(at), design=design, enough=enough)
            for design, at, enough in asked
        ]
        return self.asker.each(tasks)

    def evaluate(self, design: Array, at: Place) -> Answer:
        """A design there with its best recourse."""
        with self.asker.restored():
            here = DesignStanding(self.asker, self.plane)
            here.stand(at, self.instance(at))
            return here.evaluate(design, at)


class PathGround(Ground, Standing):
    """Where a path is asked for: a program of its own at each place, one after the other.

    Without foresight the path that is taken need not be the one that is worth more.
    """

    def __init__(
        self, study: PathStudy, inputs: Sequence[Input], weights: Mapping[str, float] | None
    ) -> None:
        super().__init__(study, inputs, weights)
        self.asker, self.comparable = study, study.foresight == "path"
        self.gap, self.clock = study.gap, study.clock

    def instance(self, at: Place) -> Instance:
        """The instance with the inputs there, and the weights of periods without their own."""
        if at not in self._instances:
            self._instances[at] = replace(super().instance(at), weights=self.plane.weights_at(at))
        return self._instances[at]

    def worth(self, design: Array, at: Place) -> float:
        """What the designs of a path are worth there; -inf where they are not possible."""
        return self.asker.worth(self.instance(at), design)

    def record_worth(self, record: Sequence[Record], at: Place) -> float:
        """What records, one a period, would be worth there, if they were possible."""
        return audit_path(self.instance(at), record).value

    def ask(self, at: Place, start: Array | None) -> PathAnswer:
        """Solve there, in part of the time that is left."""
        return self.asker.ask(self.instance(at), start, SLICE)

    def each(self, asked: Sequence[tuple[Place, Array | None]]) -> list[PathAnswer]:
        """Solve at each of these places."""
        return [self.ask(at, start) for at, start in asked]

    def reach(self, asked: Mapping[Place, Sequence[Array]]) -> list[Reached]:
        """What is best at each place, where these paths are best near by."""
        return [reached(self, at, near) for at, near in asked.items()]

    def cross(self, changes: Sequence[Change], tolerance: float) -> list[tuple[float, float]]:
        """Where within each change the one path becomes worth more than the other."""
        return [crossing(self, change, tolerance, self.inputs[0].whole) for change in changes]

    def rivalled(self, asked: Sequence[tuple[Array, Place, float]]) -> list[bool]:
        """Whether a path of other designs than each may be worth so much at a place."""
        return [self.another(*one) for one in asked]

    def evaluate(self, design: Array, at: Place) -> PathAnswer:
        """The designs of a path there with their best recourse."""
        return self.asker.evaluate(self.instance(at), design)

    def another(self, design: Array, at: Place, enough: float) -> bool:
        """Whether a path of other designs than these may be worth so much there."""
        return self.asker.another(self.instance(at), design, enough)
