"""How many workers: as many as are asked for, or one a core."""

from __future__ import annotations

from typing import Any

from optimiser.instance.arguments import whole, wrong_number
from optimiser.solver.call import cores

MOST = 10_000


def wrong_workers(workers: Any) -> list[str]:
    """What is wrong with a number of workers."""
    problems = [] if workers == "auto" else wrong_number("workers", workers, whole(1, MOST))
    return [f"{line}, or auto" for line in problems]


def number_of(workers: int | str) -> int:
    """How many these are."""
    return cores() if isinstance(workers, str) else workers
