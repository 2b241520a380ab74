"""How a solve ended."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"  # no design is better by more than the gap asked for
    FEASIBLE = "feasible"  # a design, but a limit was reached: value, bound and gap say how far
    INFEASIBLE = "infeasible"  # proven: no design keeps every promise
    UNKNOWN = "unknown"  # a limit was reached before any design was found
