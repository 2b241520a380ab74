"""Values and bounds: none lies above its bound."""

from __future__ import annotations

from math import isfinite

from optimiser.errors import SolverError
from optimiser.labels import say
from optimiser.terminal import at_most, ceiling
from optimiser.tolerances import GAP, TOLERANCE, size


def above(value: float, bound: float) -> str:
    """That a value lies above its bound by more than rounding; '' where it does not."""
    if not value > bound + TOLERANCE * max(1.0, abs(value)):
        return ""
    return f"the value {value:.9g} lies above the solver's bound {bound:.9g}"


def held_to(bound: float, value: float) -> None:
    """Raise SolverError where a value lies above its bound: no answer may leave with such a pair."""
    if said := above(value, bound):
        raise SolverError(said)


def proven(value: float, bound: float) -> bool:
    """Whether a bound leaves nothing open, to the gap that is proven unless another is asked for."""
    return bound - value <= GAP * size(value)


def how_sure(value: float, bound: float) -> str:
    """How far from the best possible, in the words in which everybody says it."""
    if not isfinite(bound):
        return say("sure.unknown")
    if proven(value, bound):
        return say("sure.proven")
    return say("sure.within", gap=wide(value, bound), bound=ceiling(bound, 6))


def wide(value: float, bound: float) -> str:
    """How much more than its value the bound leaves open, in percent of it, never rounded down."""
    return f"{at_most(100 * max(0.0, bound - value) / size(value))} %"
