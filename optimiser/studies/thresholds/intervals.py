"""What thresholds finds along one input, or in two: stretches with one design, and where it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optimiser.design.tables import Row, plain


@dataclass(frozen=True)
class Interval:
    """A stretch of the input on which one design is the best; `design` is empty where none is possible."""

    low: float
    high: float
    values: tuple[float, float]  # best value at both ends; -inf where no design is possible
    design: tuple[Row, ...]
    proven: bool  # no change within it was missed

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "from": plain(self.low), "to": plain(self.high), "feasible": bool(self.design),
            "values": [plain(value) for value in self.values], "proven": self.proven,
            "design": list(self.design),
        }  # fmt: skip


@dataclass(frozen=True)
class Tip:
    """A change of the best design, between `low` and `high`; `at` is the simplest number there."""

    at: float
    low: float
    high: float
    moves: tuple[Row, ...]  # decision, organisation, from, to; none where a side has no design

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "at": plain(self.at),
            "between": [plain(self.low), plain(self.high)],
            "moves": list(self.moves),
        }


@dataclass(frozen=True)
class Patch:
    """A rectangle of two inputs; `design_ids` are those of its corners, 0 for none possible."""

    x: tuple[float, float]
    y: tuple[float, float]
    design_ids: tuple[int, ...]
    proven: bool  # its one design is the best in all of it

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON document."""
        return {
            "x": list(map(plain, self.x)), "y": list(map(plain, self.y)),
            "design_ids": list(self.design_ids), "proven": self.proven,
        }  # fmt: skip
