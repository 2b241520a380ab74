"""What is looked at in samples: where decisions sit, what the best is worth, whether there is a design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.studies.sensitivity.findings.ensemble import Array, Ensemble
from optimiser.tolerances import EQUAL

VALUE, FEASIBLE = "value", "feasible"


@dataclass(frozen=True, eq=False)
class Outcomes:
    """M outcomes in n of the N samples, those alone that differ between samples.

    Attributes
    ----------
    of : list of (str, str)
        What is looked at, and at which level; "" where there is none.
    among : (N,) bool
        In which samples.
    values : (n, M)
        What it was.
    """

    of: list[tuple[str, str]]
    among: Array
    values: Array

    def blocks(self, size: int) -> tuple[Array, Array]:
        """Which of the N samples stand in blocks of `size` that are whole, and their outcomes."""
        among = self.among[: len(self.among) // size * size]
        whole = np.repeat(among.reshape(-1, size).all(axis=1), size)
        of = np.flatnonzero(whole)
        return of, self.values[(np.cumsum(self.among) - 1)[of]]


def outcomes_of(ensemble: Ensemble) -> list[Outcomes]:
    """Of the samples that have a design, and of those for which it is known whether there is one."""
    sets = ensemble.sets
    named = [(d, l) for d in sets.decisions for l in sets.levels]
    values = np.column_stack([ensemble.sits.reshape(ensemble.count, len(named)), ensemble.value])
    answered = ensemble.found | (ensemble.status == "infeasible")
    every = (
        _varying([*named, (VALUE, "")], ensemble.found, values),
        _varying([(FEASIBLE, "")], answered, ensemble.found[answered, None].astype(float)),
    )
    return [outcomes for outcomes in every if outcomes.of]


def _varying(of: list[tuple[str, str]], among: Array, values: Array) -> Outcomes:
    moves = np.ptp(values, axis=0) > EQUAL if len(values) else np.zeros(len(of), bool)
    return Outcomes([each for each, does in zip(of, moves, strict=True) if does], among, values[:, moves])
