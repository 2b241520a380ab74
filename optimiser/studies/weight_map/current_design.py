"""How the current design stands among all weightings: where it is best, and how far from best it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimiser.coefficients.sets import current_levels
from optimiser.design.tables import plain
from optimiser.solver.answer import Answer, Best
from optimiser.solver.extraction import design_of
from optimiser.studies.judged import judge
from optimiser.studies.study import Study
from optimiser.studies.weight_map.decomposition import Decomposition, Doubt
from optimiser.studies.weight_map.simplex import LEVEL, area, clip, nearest

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Standing:
    """The current design on the map; of one that breaks a requirement nothing else is known."""

    broken: tuple[str, ...] = ()  # requirements that it breaks
    share: float = 0.0  # of all weightings: nothing that is known is better there
    nearest: Array | None = None  # (3,) the closest such weighting to the instance's own; None: nowhere
    distance: float | None = None  # to it, Euclidean, between weights
    loss: float | None = None  # the least by which it falls short of the best, over all weightings
    loss_at: Array | None = None  # (3,) where

    @property
    def feasible(self) -> bool:
        """Whether it keeps every requirement of the instance."""
        return not self.broken

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "feasible": self.feasible,
            "broken": list(self.broken),
            "share": self.share,
            "nearest": _list(self.nearest),
            "distance": plain(self.distance),
            "least_loss": plain(self.loss),
            "least_loss_at": _list(self.loss_at),
        }


class Now:
    """What the current design is worth at every weighting: as recourse changes, convex and in planes too."""

    def __init__(self, values: Decomposition | None, broken: tuple[str, ...] = ()) -> None:
        self._values, self._broken = values, broken  # no values where it breaks a requirement

    @property
    def answers(self) -> list[Best]:
        """The design with each of its recourses."""
        return [] if self._values is None else self._values.answers

    def on(self, whole: Decomposition, own: Array) -> Standing:
        """Where it stands on a map that has learnt of it; `own` (3,) are the weights of the instance."""
        if self._values is None or not self.answers:
            return Standing(self._broken)
        mine, planes = self.answers[0].rows, self._values.envelope.planes
        share, closest = 0.0, None
        for plane, polygon, answer in zip(
            whole.envelope.planes, whole.envelope.polygons, whole.answers, strict=True
        ):
            share += area(polygon) if answer.rows == mine else 0.0
            for lower in planes:
                level = clip(polygon, LEVEL - polygon @ (plane - lower))
                if len(level):
                    point = nearest(level, own)
                    if closest is None or _apart(point, own) < _apart(closest, own):
                        closest = point
        vertices = np.concatenate(whole.envelope.polygons)
        short = whole.envelope.height(vertices) - self._values.envelope.height(vertices)
        least = int(np.argmin(short))
        return Standing(
            share=min(1.0, share),
            nearest=closest,
            distance=None if closest is None else _apart(closest, own),
            loss=max(0.0, float(short[least])),
            loss_at=vertices[least],
        )


def standing(study: Study, of: Array, own: Array, tolerance: float) -> Now | None:
    """The current design evaluated at as many weightings as it takes; None without a whole one."""
    session = study.session
    held = current_levels(session.c.sets)
    if (held < 0).any():
        return None
    broken = judge(study, held, "current", "as current.csv says").broken
    if broken:
        return Now(None, broken)
    design = design_of(session, held)

    def ask(doubts: Sequence[Doubt]) -> list[Answer]:
        return [answered(doubt) for doubt in doubts]

    def answered(doubt: Doubt) -> Answer:
        weights = np.zeros(len(study.weights))
        weights[of] = doubt.weights
        study.weigh(weights)
        answer = study.surely(design)
        return replace(answer, bound=answer.value)

    values = Decomposition(of, ask, tolerance / 4)
    values.explore(own, lambda: study.clock.out, study.tell)
    return Now(values)


def _apart(a: Array, b: Array) -> float:
    return float(np.sqrt(((a - b) ** 2).sum()))


def _list(point: Array | None) -> list[Any] | None:
    return None if point is None else [plain(weight) for weight in np.clip(point, 0.0, 1.0)]
