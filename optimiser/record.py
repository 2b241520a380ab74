"""Record: what a design does, in arrays. The audit and the solver both speak it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

_NONE = np.zeros(0)


@dataclass(frozen=True, eq=False)
class Record:
    """A complete answer: the level of every decision and the recourse in every scenario.

    Axes follow the rows of the instance's tables: D decisions, N organisations, S scenarios,
    R resource_types, and O localities, the organisations of the lowest level in table order.
    What can only be nonzero at the level that holds is given at that level and nowhere else.
    """

    held: np.ndarray  # (D, O) int: index of the level (0 the top) at which d, as it concerns o, is held
    exercised: np.ndarray  # (D, O, S) share of the decision space used, at the level held
    monitored: np.ndarray  # (D, O, S) how far the centre monitors, at the level held (0 at the top)
    support: np.ndarray  # (N,) ability built
    added: np.ndarray  # (O, R) slack bought, in units of r
    lent: np.ndarray  # (O, R, S) units, through the pool at the level that holds the decision governing r
    borrowed: np.ndarray  # (O, R, S) units
    unmet: np.ndarray  # (O, R, S) units
    drawn: np.ndarray = field(
        default_factory=lambda: _NONE
    )  # (O, R, S) units of the reserve, on a path; else none

    def __post_init__(self) -> None:
        if self.drawn is _NONE:
            object.__setattr__(self, "drawn", np.zeros(np.shape(self.unmet)))
