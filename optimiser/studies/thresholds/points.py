"""What is best at points of one input or two: each point is asked once, and remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimiser.audit import audit
from optimiser.design.bound import held_to
from optimiser.design.evaluated import Evaluated
from optimiser.design.moves import moves
from optimiser.design.status import Status
from optimiser.design.tables import Row
from optimiser.instance.instance import Instance
from optimiser.record import Record
from optimiser.solver.answer import Answer
from optimiser.studies.inputs import Input, variant, weights_at
from optimiser.studies.rounds import Search
from optimiser.studies.study import SLICE, Study
from optimiser.tolerances import EQUAL

Array = np.ndarray
Place = tuple[float, ...]  # a value of each input


@dataclass(frozen=True, eq=False)
class Point:
    """The design that is best at a place, as far as the gap tells (None: none is possible), and the bound."""

    at: Place
    best: Evaluated | None
    bound: float

    @property
    def value(self) -> float:
        """What it is worth; -inf where none is possible."""
        return -np.inf if self.best is None else self.best.value

    @property
    def design(self) -> Array | None:
        """(H,) who holds what."""
        return None if self.best is None else self.best.design

    @property
    def rows(self) -> tuple[Row, ...]:
        """The same as in the JSON documents: decision, organisation, level; none where none is possible."""
        return () if self.best is None else tuple(self.best.rows)

    @property
    def record(self) -> Record | None:
        """What it does."""
        return None if self.best is None else self.best.record

    def moves_to(self, other: Point) -> tuple[Row, ...]:
        """What is held elsewhere there: decision, organisation, from, to; none where either has no design."""
        if self.best is None or other.best is None:
            return ()
        return tuple(moves(self.best.instance, self.best.held, other.best.held))

    def same(self, other: Point) -> bool:
        """Whether one design is best at both."""
        if self.design is None or other.design is None:
            return self.design is other.design
        return np.array_equal(self.design, other.design)


class Ground:
    """The best designs of an instance whose inputs move; `points` are those known."""

    def __init__(self, study: Study, inputs: Sequence[Input], weights: Mapping[str, float] | None) -> None:
        self.study, self.inputs = study, list(inputs)
        self.base, self.weights = study.instance, dict(study.instance.weights if weights is None else weights)
        self.points: dict[Place, Point] = {}
        self.cut = False  # whether time ran out on a point that was kept
        self._instances: dict[Place, Instance] = {}
        self._stands: Place | None = None

    @property
    def error(self) -> float:
        """The most by which any design may be better than the one named at a point that was asked."""
        over = [p.bound - p.value for p in self.points.values() if p.design is not None]
        return max([0.0, *over])

    def tolerance(self, value: float) -> float:
        """What the gap cannot tell apart, of a value."""
        return max(self.study.gap * abs(value), EQUAL)

    def instance(self, at: Place) -> Instance:
        """The instance with the inputs there."""
        if at not in self._instances:
            self._instances[at] = variant(self.base, self.inputs, at)
        return self._instances[at]

    def weights_at(self, at: Place) -> dict[str, float]:
        """Weights there, which sum to 1."""
        return weights_at(self.weights, self.inputs, at)

    def stand(self, at: Place) -> None:
        """Let the session ask about this place."""
        if self._stands != at:
            self.study.about(self.instance(at), self.weights_at(at))
            self._stands = at

    def worth(self, design: Array | None, at: Place) -> float:
        """What a design is worth there; -inf where it is not possible."""
        if design is None:
            return -np.inf
        self.stand(at)
        return self.study.worth(design)

    def record_worth(self, record: Record, at: Place) -> float:
        """What a record would be worth there, if it were possible."""
        return audit(self.instance(at), record, weights=self.weights_at(at)).value

    def search(self, at: Place, start: Array | None = None) -> Search:
        """The task of solving there."""
        weights, apart = self.weights_at(at), any(not i.objective for i in self.inputs)
        return Search(
            instance=self.instance(at) if apart else None,
            weights=np.array([weights[g] for g in self.base.objectives]),
            start=start,
        )

    def ask(self, at: Place, start: Array | None = None) -> Answer:
        """Solve there, in part of the time that is left."""
        self.stand(at)
        return self.study.ask(start=start, share=SLICE)

    def point(self, at: Place, near: Sequence[Point] = ()) -> Point | None:
        """What is best there; None where time ran out first.

        A design that is best near by is taken for the best here too where the gap cannot tell it from that.
        """
        if at in self.points:
            return self.points[at]
        known = {p.design.tobytes(): p.design for p in near if p.design is not None}
        worths = [(self.worth(design, at), design) for design in known.values()]
        worths = [(worth, design) for worth, design in worths if worth > -np.inf]
        value, start = max(worths, key=lambda pair: pair[0], default=(-np.inf, None))
        answer = self.ask(at, start)
        held_to(answer.bound, value)
        if not answer.found and answer.status is not Status.INFEASIBLE:
            return None
        if start is not None and answer.bound - value <= self.tolerance(value):
            answer = self._preferred(start, answer)
        self.cut |= answer.status is Status.FEASIBLE and np.isfinite(self.study.clock.left)
        self.points[at] = Point(at, answer if answer.found else None, answer.bound)
        return self.points[at]

    def _preferred(self, start: Array, answer: Answer) -> Answer:
        """The design that is as good as that of the answer, if it is another."""
        if answer.found and (start == answer.design).all():
            return answer
        kept = self.study.evaluate(start)
        return replace(kept, status=Status.OPTIMAL, bound=answer.bound) if kept.found else answer

    def risen(self, there: Point, tight: Point) -> Point:
        """The point, or the design of a tighter one there, where that is worth more."""
        if tight.design is None or tight.value <= there.value + EQUAL:
            return there
        self.stand(there.at)
        answer = self.study.evaluate(tight.design)
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

    def _as_good(self, record: Record | None, there: Point) -> bool:
        """Whether nothing is better there than a record, as far as the gap tells."""
        if record is None:
            return there.design is None
        worth = there.value if record is there.record else self.record_worth(record, there.at)
        return there.bound - worth <= self.tolerance(worth)

    def better_elsewhere(self, tight: Point, loose: Point) -> bool:
        """Whether a design other than theirs may be worth more at the loose end than it at the tight end."""
        if tight.design is None:
            return True
        enough = tight.value + self.tolerance(tight.value)
        self.stand(loose.at)
        answer = self.study.ask(rows=self.study.forbid(tight.design), decide=enough)
        return bool(answer.bound >= enough)
