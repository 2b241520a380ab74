"""Values and bounds: none lies above its bound."""

from __future__ import annotations

from optimiser.errors import SolverError
from optimiser.tolerances import TOLERANCE


def above(value: float, bound: float) -> str:
    """That a value lies above its bound by more than rounding; '' where it does not."""
    if not value > bound + TOLERANCE * max(1.0, abs(value)):
        return ""
    return f"the value {value:.9g} lies above the solver's bound {bound:.9g}"


def held_to(bound: float, value: float) -> None:
    """Raise SolverError where a value lies above its bound: no answer may leave with such a pair."""
    if said := above(value, bound):
        raise SolverError(said)
