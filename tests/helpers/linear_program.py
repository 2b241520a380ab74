"""Linear programmes whose variables have names, for the oracles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

Expression = dict[Any, float]  # variable -> coefficient; the variable 1 is the constant


def add(into: Expression, what: Expression, factor: float = 1.0) -> None:
    for variable, coefficient in what.items():
        into[variable] = into.get(variable, 0.0) + factor * coefficient


class Program:
    """A linear programme: rows are expressions <= 0."""

    def __init__(self) -> None:
        self.bounds: dict[Any, tuple[float, float | None]] = {}
        self.rows: list[Expression] = []

    def variable(self, *name: str) -> Expression:
        """The variable where there is one, else nothing (0)."""
        return {name: 1.0} if name in self.bounds else {}

    def at(self, expression: Expression, found: Mapping[Any, float]) -> float:
        return sum(c if v == 1 else c * found[v] for v, c in expression.items())

    def maximise(self, aim: Expression) -> tuple[float, dict[Any, float]] | None:
        column = {variable: j for j, variable in enumerate(self.bounds)}
        if not column:
            feasible = all(row.get(1, 0.0) <= 1e-9 for row in self.rows)
            return (aim.get(1, 0.0), {}) if feasible else None
        cost = np.zeros(len(column))
        for variable, coefficient in aim.items():
            if variable != 1:
                cost[column[variable]] = -coefficient
        entries = [(i, column[v], c) for i, row in enumerate(self.rows) for v, c in row.items() if v != 1]
        where = np.array([entry[:2] for entry in entries], dtype=int).reshape(-1, 2)
        matrix = csr_array(([entry[2] for entry in entries], (where[:, 0], where[:, 1])),
                           shape=(len(self.rows), len(column)))  # fmt: skip
        limits = np.array([-row.get(1, 0.0) for row in self.rows])
        result = linprog(cost, A_ub=matrix, b_ub=limits, bounds=list(self.bounds.values()), method="highs",
                         options={"primal_feasibility_tolerance": 1e-10,
                                  "dual_feasibility_tolerance": 1e-10})  # fmt: skip
        if result.status == 2:
            return None
        assert result.status == 0, result.message
        return aim.get(1, 0.0) - result.fun, dict(zip(column, result.x.tolist(), strict=True))
