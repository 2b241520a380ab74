"""What the dataclasses of the mechanisms have in common: each of their fields is an array of numbers.

Or one array for each objective; such a field maps the objective to its array.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from optimiser.coefficients.sets import Array


def named_arrays(mechanism: Any) -> Iterator[tuple[str, Array]]:
    """The arrays of a mechanism, called as their fields: `hours`, and of an objective `stake_economy`."""
    for field in fields(mechanism):
        value = getattr(mechanism, field.name)
        if isinstance(value, Mapping):
            yield from ((f"{field.name}_{objective}", array) for objective, array in value.items())
        else:
            yield field.name, value
