"""What a worker does with a sample where the study asks for paths: the best path of the variant, and what
others are worth there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optimiser.coefficients.sets import sets_of
from optimiser.design.status import Status
from optimiser.instance.instance import Instance
from optimiser.solver.clock import Clock
from optimiser.studies.paths import PathStudy, placed
from optimiser.studies.sensitivity.running.answering import (
    TOO_SOON,
    Anchor,
    Answer,
    Answering,
    Fared,
    anchored,
    clock_of,
    packed,
)
from optimiser.studies.sensitivity.study.applying import apply_sample
from optimiser.studies.sensitivity.study.plan import StudyPlan

Array = np.ndarray
NO_PATH = {
    "path": "no sequence of designs keeps every requirement",
    "none": "without foresight a period comes in which no design keeps every requirement",
}


class PathAnswering(Answering):
    """Answers one sample after another with a path."""

    def __init__(self, plan: StudyPlan, instance: Instance, anchor: Anchor | None) -> None:
        self.plan, self.instance, self.anchor = plan, instance, anchor
        self.foresight = plan.foresight or "path"
        self.study = PathStudy(instance, self.foresight, gap=plan.gap)
        self._variant = instance
        self._apart = "what links the periods"  # built anew for each sample

    def _put(self, row: Mapping[str, Any]) -> None:
        """Be about a sample."""
        self._variant = apply_sample(self.plan, self.instance, row)
        self.study.clock = clock_of(self.plan)

    def _solved(self, check: bool) -> Answer:  # noqa: ARG002 (of designs it looks at those next to the best)
        start = None if self.anchor is None else placed(self._variant, self._by_period(self.anchor.held))
        best = self.study.ask(self._variant, start)
        if not best.found:
            if best.status is Status.INFEASIBLE:
                return Answer("infeasible", NO_PATH[self.foresight])
            return Answer("unknown", TOO_SOON)
        return Answer(
            best.status.value,
            value=best.value,
            bound=best.bound,
            objectives=tuple(best.objectives.values()),
            held=packed(np.concatenate([record.held for record in best.record])),
            verified=True,
            neighbours=False,
        )

    def _worth(self, held: Array) -> Fared:
        there = self._by_period(held)
        design = placed(self._variant, there)
        each = design.reshape(len(there), -1)[:, sets_of(self._variant).holding]
        self.study.clock = Clock()
        value = self.study.worth(self._variant, design) if np.array_equal(each, there) else -np.inf
        if np.isfinite(value):
            return Fared(float(value))
        return Fared(None, self.study.broken(self._variant, there))

    def _by_period(self, held: Array) -> Array:
        """(T, D, O) from (T D, O)."""
        return held.reshape(self.instance["periods"].rows, -1, held.shape[1])


def answering_of(plan: StudyPlan, instance: Instance, anchor: Anchor | None) -> Answering:
    """Who answers the samples of a study, with designs or with paths."""
    return (PathAnswering if plan.foresight else Answering)(plan, instance, anchor)


def anchor_of(plan: StudyPlan, instance: Instance, clock: Clock) -> Anchor | None:
    """The best of the instance itself; None where there is none, or none was found in time."""
    if not plan.foresight:
        return anchored(plan, instance, clock)
    study = PathStudy(instance, plan.foresight, gap=plan.gap)
    study.clock = clock
    best = study.ask(instance)
    return Anchor(np.concatenate([record.held for record in best.record]), ()) if best.found else None
