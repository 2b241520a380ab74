"""What each design can reach of some objectives: what a frontier is held against."""

from __future__ import annotations

from typing import Any

import numpy as np
from recourse_program import Recourse
from reference_model import Reference

from optimiser import Instance
from optimiser.studies.frontier.frontier import Nondominated

PAIR = ("accountability", "responsiveness")
THREE = ("risk_pooling", "accountability", "responsiveness")
CLOSE = 5e-6  # of an objective: gaps proven, floors kept and the rounding of two solvers

FLOOR = 2e-7  # of an objective: how far below what it reached a design may stay, for rounding

Array = np.ndarray


class Reach:
    """What one design can reach of some objectives, by linear programs of its own."""

    def __init__(
        self, reference: Reference, held: dict[tuple[str, str], str], names: tuple[str, ...]
    ) -> None:
        self.make, self.names = lambda floors: Recourse(reference, held, floors), names
        self.held = np.array(
            [[reference.levels.index(held[d, o]) for o in reference.localities] for d in reference.decision]
        )

    def most(self, weights: Array, floors: Array | None = None) -> Array | None:
        """The point that is best at these weights among those that reach the floors."""
        some = {} if floors is None else dict(zip(self.names, floors.tolist(), strict=True))
        program = self.make(some)
        aim: dict[Any, float] = {1: 0.0}
        for g, weight in zip(self.names, weights, strict=True):
            for variable, coefficient in program.expected(g).items():
                aim[variable] = aim.get(variable, 0.0) + weight * coefficient
        answer = program.maximise(aim)
        if answer is None:
            return None
        return np.array([program.at(program.expected(g), answer[1]) for g in self.names])


def reaches(instance: Instance, names: tuple[str, ...]) -> list[Reach]:
    """Every feasible design."""
    reference = Reference(instance)
    every = [Reach(reference, held, names) for held in reference.designs() if reference.held_is_allowed(held)]
    return [reach for reach in every if reach.most(np.ones(len(names))) is not None]


def points_of(reach: Reach) -> list[Array]:
    """Points it can reach: the best at many weights, ends among them."""
    k = len(reach.names)
    grid = [*np.eye(k) + 1e-4, *np.random.default_rng(1).dirichlet(np.ones(k), 6), np.ones(k)]
    return [point for point in (reach.most(weights) for weights in grid) if point is not None]


def same(reach: Reach, point: Nondominated) -> bool:
    return bool((reach.held == point.answer.record.held).all())
