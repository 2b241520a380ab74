"""Plausible ranges that are legal: every end, applied alone to all of a column, leaves a sound instance."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from making.tables import cell
from optimiser.errors import InputError
from optimiser.instance.instance import Instance
from optimiser.instance.read import read

STEPS = 1000  # ends are given in thousandths


def paths(instance: Instance, table: str, column: str) -> Iterator[str]:
    """What one row of sources.csv speaks of, as Instance.replace names it.

    Probabilities are changed one scenario at a time, the others sharing what is left.
    """
    if (table, column) == ("scenarios", "probability"):
        yield from (f"scenarios.{name}.probability" for name in instance["scenarios"]["scenario"])
    elif (table, column) == ("scenarios", "correlation"):
        scenarios = instance["scenarios"]
        named = (name for name in scenarios if name.startswith("correlation."))
        by_decision = [f"scenarios.{name}" for name in named if not np.isnan(scenarios[name]).all()]
        yield from by_decision or ["scenarios.correlation"]
    else:
        yield f"{table}.{column}"


def allows(instance: Instance, table: str, column: str, times: float) -> bool:
    """Whether the instance stays sound when what the row speaks of is multiplied."""
    try:
        for path in paths(instance, table, column):
            instance.replace(path, multiply=times)
    except InputError:
        return False
    return True


def legal_end(allowed: Callable[[float], bool], end: float) -> float:
    """The end itself or, where that is not allowed, the farthest from 1 on the way to it, in thousandths."""
    if allowed(end):
        return end
    way = 1 if end > 1 else -1
    near, far = 0, round(abs(end - 1) * STEPS)
    while far - near > 1:
        middle = (near + far) // 2
        near, far = (middle, far) if allowed((STEPS + way * middle) / STEPS) else (near, middle)
    return (STEPS + way * near) / STEPS


def make_legal(folder: Path) -> list[str]:
    """Shorten the ranges of sources.csv as far as they must be; says which, from what."""
    instance, file, said = read(folder), folder / "sources.csv", []
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    for row in rows:
        table, column = row["table"], row["column"]
        for end in ("low", "high") if row["low"] else ():
            wanted = float(row[end])
            legal = legal_end(partial(allows, instance, table, column), wanted)
            if legal != wanted:
                row[end] = cell(legal)
                said.append(f"{table}.{column} {end}: {wanted:g} is not legal, {legal:g} is")
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return said
