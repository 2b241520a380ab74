"""The cells of a weight map and the designs that are best in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.design.tables import Row
from optimiser.solver.answer import Best

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Cell:
    """A polygon of weightings under which one supported point is best."""

    area: float  # share of all weightings
    vertices: Array  # (k, 3) weights of the three objectives, anticlockwise
    answer: Best
    design_id: int


@dataclass(frozen=True, eq=False)
class Region:
    """A design and the share of all weightings under which it is best, in one cell or several."""

    design_id: int
    area: float
    answer: Best

    @property
    def rows(self) -> list[Row]:
        """decision, organisation, level."""
        return self.answer.rows
