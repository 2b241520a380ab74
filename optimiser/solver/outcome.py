"""What a run of the solver found, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

import numpy as np

from optimiser.errors import SolverError

Array = np.ndarray


class Ended(Enum):
    """How a run ended."""

    OPTIMAL = auto()
    INFEASIBLE = auto()
    STOPPED = auto()  # by a limit, or by someone


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run found; `x` is None where there is no solution."""

    ended: Ended
    x: Array | None
    value: float
    bound: float
    # In the sense of maximisation, of rows (>= 0 where `<=` binds) and columns (>= 0 where an upper bound
    # binds); empty for a mixed-integer program.
    prices: Array = field(default_factory=lambda: np.zeros(0))
    reduced: Array = field(default_factory=lambda: np.zeros(0))
    nodes: int = 0  # of a mixed-integer program

    @property
    def solution(self) -> Array:
        """The solution of a run that must have one."""
        if self.x is None:
            raise SolverError("HiGHS ended with neither a solution nor a proof that there is none")
        return self.x
