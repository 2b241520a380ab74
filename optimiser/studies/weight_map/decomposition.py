"""Weight-set decomposition: the best value as a function of the weights, found by asking at finitely many.

The best value is the upper envelope of planes, one for each supported point, and convex. Where the envelope
of known planes has its vertices, one asks: either the answer is a plane that lies higher there, or the vertex
is proven. When all are, the envelope is the function. Between vertices nothing can hide: a convex function
less a plane is greatest at a vertex, so the largest of (bound - best) over the vertices bounds the error
everywhere (Benson & Sun 2000; Przybylski, Gandibleux & Ehrgott 2010). Bounds at some weightings bound the
value at all that they surround, and the vertex with the largest error comes first: to a tolerance, this is a
sandwich algorithm (Bokrantz & Forsgren 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.solver.answer import Answer, Best
from optimiser.studies.weight_map.simplex import APART, CORNERS, LEVEL, Envelope, Roof

Array = np.ndarray
ROUND = 4  # vertices that are asked about at once, whoever answers
HALVED = 0.6  # an answer that leaves more of an error has said all it can


@dataclass(frozen=True, eq=False)
class Doubt:
    """A weighting to be asked about, the best that is known there, and how much more there may be."""

    weights: Array  # (3,)
    known: Best | None
    height: float  # of the envelope; -inf where nothing is known
    error: float  # inf where no bounds surround it


Ask = Callable[[Sequence[Doubt]], Sequence[Answer]]


class Decomposition:
    """The envelope so far, the answer behind each plane, and what the bounds prove.

    `of` (3,) are the positions of the objectives, and `ask` answers doubts: a best design at each, or as much
    as was worth finding out, with its bound.
    """

    def __init__(self, of: Array, ask: Ask, tolerance: float) -> None:
        self.of, self.tolerance, self._ask = of, tolerance, ask
        self.envelope, self.roof = Envelope(), Roof()
        self.answers: list[Best] = []
        self.asked = 0
        self._closed = np.zeros((0, 3))  # asking here again would bring nothing

    def learn(self, answer: Answer) -> None:
        """Take in a design that is known."""
        if answer.found and self.envelope.add(answer.objectives[self.of]):
            self.answers.append(answer)

    def explore(self, first: Array, stop: Callable[[], bool], tell: Callable[[str], None]) -> bool:
        """Ask at `first` and the corners, and then where the error may be largest, until it is in tolerance.

        False where `stop` came first.
        """
        left = [first, *(corner for corner in CORNERS if np.abs(corner - first).max() >= APART)]
        while left and not stop():
            self._ask_at(left)
            left = self._worst(max(self.tolerance, LEVEL))
            tell(f"{len(self.answers)} points, error {self.error:.2g} after {self.asked} questions")
        return not left

    @property
    def error(self) -> float:
        """By how much a design may be worth more than the envelope, anywhere; inf where nothing is known."""
        error = self._errors()[1]
        return float(max(0.0, error.max())) if len(error) else np.inf

    def _ask_at(self, places: Sequence[Array]) -> None:
        doubts = [self._doubt(weights) for weights in places]
        answers = self._ask(doubts)
        self.asked += len(doubts)
        for doubt, answer in zip(doubts, answers, strict=True):
            self.roof.add(doubt.weights, answer.bound)
            self.learn(answer)
        for doubt in doubts:
            left = self._doubt(doubt.weights).error
            if self.tolerance <= LEVEL or left > HALVED * doubt.error:
                self._closed = np.vstack([self._closed, doubt.weights])

    def _doubt(self, weights: Array) -> Doubt:
        heights = self.envelope.planes @ weights
        i = int(np.argmax(heights)) if len(heights) else -1
        height = float(heights[i]) if len(heights) else -np.inf
        error = float(self.roof.over(weights[None, :])[0]) - height
        return Doubt(weights, self.answers[i] if len(heights) else None, height, error)

    def _is_closed(self, weights: Array) -> bool:
        return _among(weights, list(self._closed))

    def _errors(self) -> tuple[Array, Array, Array]:
        """All vertices (m, 3), how far the truth may lie above the envelope there (m,), and the bounds (m,).

        What once was proven of a vertex stays true: only new vertices are bounded.
        """
        envelope = self.envelope
        vertices = np.concatenate([np.zeros((0, 3)), *envelope.polygons])
        upper = np.concatenate([np.zeros(0), *envelope.upper])
        new = np.isinf(upper)
        upper[new] = self.roof.over(vertices[new])
        self._keep(upper)
        return vertices, upper - envelope.height(vertices), upper

    def _worst(self, tolerance: float) -> list[Array]:
        """The open vertices with the largest errors above tolerance, as many as make a round.

        Only the largest are bounded anew.
        """
        vertices, error, upper = self._errors()
        worst = list[Array]()
        while len(worst) < ROUND and error.max(initial=-np.inf) > tolerance:
            i = int(np.argmax(error))
            over = self.roof.over(vertices[i : i + 1])[0]
            if over < upper[i] - 1e-12:
                error[i] -= upper[i] - over
                upper[i] = over
                continue
            error[i] = -np.inf
            if not self._is_closed(vertices[i]) and not _among(vertices[i], worst):
                worst.append(vertices[i])
        self._keep(upper)
        return worst

    def _keep(self, upper: Array) -> None:
        ends = np.cumsum([len(polygon) for polygon in self.envelope.polygons])[:-1]
        self.envelope.upper = np.split(upper, ends) if len(self.answers) else []


def _among(weights: Array, others: Sequence[Array]) -> bool:
    """Whether a weighting is one of these: polygons that meet share their vertices."""
    return any(np.abs(weights - other).max() < APART for other in others)
