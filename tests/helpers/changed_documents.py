"""Every number of a document, and the document with one of them changed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any


def numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], float]]:
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers(part, (*path, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


def changed(document: dict[str, Any], path: tuple[Any, ...], change: Any) -> dict[str, Any]:
    """A copy as far as the path leads; the rest is the document's own."""
    *way, last = path
    there = inner = copy.copy(document)
    for key in way:
        inner[key] = copy.copy(inner[key])
        inner = inner[key]
    if change is DELETE:
        del inner[last]
    else:
        inner[last] = change
    return there


DELETE = object()
MALFORMED = ("12", "", None, DELETE, True, [1.0], float("nan"))


def well_formed(number: float) -> list[float]:
    return [number + 1e-9 * max(1.0, abs(number)), number + 1, 1000 * number + 7, -number - 0.5]
