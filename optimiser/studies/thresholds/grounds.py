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
from optimiser.studies.thresholds.points import Ground, Place

Array = np.ndarray


class DesignGround(Ground):
    """Where one design is asked for: an open session stands at one place after the other."""

    def __init__(self, study: Study, inputs: Sequence[Input], weights: Mapping[str, float] | None) -> None:
        super().__init__(study, inputs, weights)
        self.asker = study
        self._stands: Place | None = None

    def stand(self, at: Place) -> None:
        """Let the session ask about this place."""
        if self._stands != at:
            self.asker.about(self.instance(at), self.weights_at(at))
            self._stands = at

    def worth(self, design: Array | None, at: Place) -> float:
        """What a design is worth there; -inf where it is not possible."""
        if design is None:
            return -np.inf
        self.stand(at)
        return self.asker.worth(design)

    def record_worth(self, record: Record, at: Place) -> float:
        """What a record would be worth there, if it were possible."""
        return audit(self.instance(at), record, weights=self.weights_at(at)).value

    def ask(self, at: Place, start: Array | None) -> Answer:
        """Solve there, in part of the time that is left."""
        self.stand(at)
        return self.asker.ask(start=start, share=SLICE)

    def each(self, asked: Sequence[tuple[Place, Array | None]]) -> list[Answer]:
        """Solve at each of these places, whoever of the workers does."""
        return self.asker.each([self._search(at, start) for at, start in asked], SLICE)

    def _search(self, at: Place, start: Array | None) -> Search:
        weights, apart = self.weights_at(at), any(not i.objective for i in self.inputs)
        return Search(
            instance=self.instance(at) if apart else None,
            weights=np.array([weights[g] for g in self.base.objectives]),
            start=start,
        )

    def evaluate(self, design: Array, at: Place) -> Answer:
        """A design there with its best recourse."""
        self.stand(at)
        return self.asker.evaluate(design)

    def another(self, design: Array, at: Place, enough: float) -> bool:
        """Whether another design than this may be worth so much there."""
        self.stand(at)
        return bool(self.asker.ask(rows=self.asker.forbid(design), decide=enough).bound >= enough)


class PathGround(Ground):
    """Where a path is asked for: a program of its own at each place.

    Without foresight the path that is taken need not be the one that is worth more.
    """

    def __init__(
        self, study: PathStudy, inputs: Sequence[Input], weights: Mapping[str, float] | None
    ) -> None:
        super().__init__(study, inputs, weights)
        self.asker, self.comparable = study, study.foresight == "path"

    def instance(self, at: Place) -> Instance:
        """The instance with the inputs there, and the weights of periods without their own."""
        if at not in self._instances:
            self._instances[at] = replace(super().instance(at), weights=self.weights_at(at))
        return self._instances[at]

    def worth(self, design: Array | None, at: Place) -> float:
        """What the designs of a path are worth there; -inf where they are not possible."""
        return -np.inf if design is None else self.asker.worth(self.instance(at), design)

    def record_worth(self, record: Sequence[Record], at: Place) -> float:
        """What records, one a period, would be worth there, if they were possible."""
        return audit_path(self.instance(at), record).value

    def ask(self, at: Place, start: Array | None) -> PathAnswer:
        """Solve there, in part of the time that is left."""
        return self.asker.ask(self.instance(at), start, SLICE)

    def each(self, asked: Sequence[tuple[Place, Array | None]]) -> list[PathAnswer]:
        """Solve at each of these places."""
        return [self.ask(at, start) for at, start in asked]

    def evaluate(self, design: Array, at: Place) -> PathAnswer:
        """The designs of a path there with their best recourse."""
        return self.asker.evaluate(self.instance(at), design)

    def another(self, design: Array, at: Place, enough: float) -> bool:
        """Whether a path of other designs than these may be worth so much there."""
        return self.asker.another(self.instance(at), design, enough)
