"""How the current design stands among all weightings: where it is best, and how far from best it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimiser.coefficients.mechanisms import current_levels
from optimiser.rows import plain
from optimiser.solver.moves import Neighbourhood
from optimiser.studies.decompose import Decomposition, Doubt
from optimiser.studies.study import Answer, Study
from optimiser.studies.triangle import LEVEL, area, clip, nearest

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Standing:
    """The current design on the map. Without a feasible one only `feasible` and `share` may be read."""

    feasible: bool
    share: float = 0.0  # of all weightings: nothing that is known is better there
    nearest: Array | None = None  # (3,) the closest such weighting to the instance's own; None: nowhere
    distance: float | None = None  # to it, Euclidean, between weights
    loss: float | None = None  # the least by which it falls short of the best, over all weightings
    loss_at: Array | None = None  # (3,) where

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "feasible": self.feasible,
            "share": self.share,
            "nearest": _list(self.nearest),
            "distance": plain(self.distance),
            "least_loss": plain(self.loss),
            "least_loss_at": _list(self.loss_at),
        }


class Now:
    """What the current design is worth at every weighting: as recourse changes, convex and in planes too."""

    def __init__(self, values: Decomposition | None) -> None:
        self._values = values  # None: the design breaks a requirement

    @property
    def answers(self) -> list[Answer]:
        """The design with each of its recourses."""
        return [] if self._values is None else self._values.answers

    def on(self, whole: Decomposition, own: Array) -> Standing:
        """Where it stands on a map that has learnt of it; `own` (3,) are the weights of the instance."""
        if self._values is None or not self.answers:
            return Standing(feasible=self._values is not None)
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
            feasible=True,
            share=min(1.0, share),
            nearest=closest,
            distance=None if closest is None else _apart(closest, own),
            loss=max(0.0, float(short[least])),
            loss_at=vertices[least],
        )


def standing(study: Study, of: Array, own: Array, tolerance: float) -> Now | None:
    """The current design evaluated at as many weightings as it takes; None without a whole one."""
    design = _current(study)
    if design is None:
        return None
    session = study.session
    open_to = session.program.column_upper[session.placing.placed[np.arange(len(design)), design]] > 0
    if not (open_to.all() and Neighbourhood(session, {}).keeps(design)):
        return Now(None)

    def ask(doubt: Doubt) -> Answer:
        weights = np.zeros(len(study.weights))
        weights[of] = doubt.weights
        study.weigh(weights)
        answer = study.evaluate(design)
        return replace(answer, bound=answer.value) if answer.found else answer

    values = Decomposition(of, ask, tolerance / 4)
    values.explore(own, lambda: study.clock.out or (values.asked > 0 and not values.answers), study.tell)
    return Now(values if values.answers or not values.asked else None)


def _current(study: Study) -> Array | None:
    """(H,) the level of each holding now; None where the table of the current design does not say all."""
    sets = study.session.c.sets
    now = current_levels(study.instance, sets)
    design = np.array([now[d, sets.members(h)[0]] for h, d in enumerate(sets.holding_decision)])
    whole = (design[sets.holding] == now).all() and (now >= 0).all()
    return design if whole else None


def _apart(a: Array, b: Array) -> float:
    return float(np.sqrt(((a - b) ** 2).sum()))


def _list(point: Array | None) -> list[Any] | None:
    return None if point is None else [plain(weight) for weight in np.clip(point, 0.0, 1.0)]
