"""Evaluated: a design, what it does and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimiser.audit import Audit
from optimiser.design.tables import Row, Rows, design_rows
from optimiser.instance.instance import Instance
from optimiser.record import Record


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A design with its recourse, audited."""

    instance: Instance
    record: Record  # who holds what, and what is done
    audit: Audit  # what of it is broken, and what it is worth

    @property
    def value(self) -> float:
        """V at the weights that it was audited with."""
        return self.audit.value

    @property
    def held(self) -> np.ndarray:
        """(D, O) position of the level at which each decision is held for each locality."""
        return self.record.held

    @cached_property
    def design(self) -> np.ndarray:
        """(H,) the same by holding: one for a uniform decision, else one for each locality."""
        uniform = self.instance["decisions"]["uniform"]
        return np.concatenate(
            [row[:1] if same else row for same, row in zip(uniform, self.held, strict=True)]
        )

    @cached_property
    def objectives(self) -> np.ndarray:
        """(G,) expectations, in the order of `instance.objectives`."""
        return np.array([self.audit.objectives[g] for g in self.instance.objectives])

    @property
    def monitored(self) -> np.ndarray:
        """(D,) how far the centre monitors each decision, the mean over population and scenarios."""
        people = self.instance.population
        by_scenario = np.einsum("o,dos->ds", people / people.sum(), self.record.monitored)
        return by_scenario @ self.instance["scenarios"]["probability"]

    @cached_property
    def tables(self) -> Rows:
        """It as the rows of tables."""
        return Rows(self.instance, self.record, self.audit)

    @cached_property
    def rows(self) -> list[Row]:
        """The design as in the JSON documents: decision, organisation, level."""
        return design_rows(self.instance, self.held)
