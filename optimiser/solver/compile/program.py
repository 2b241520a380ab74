"""From a Pyomo model to arrays, once; from then on new numbers need no model.

Every coefficient of the model is a polynomial in the numbers of the instance, so each entry of the matrix,
the right-hand side and the objective is stored as a sum of terms `constant x product of numbers`, by their
places in `Coefficients.theta`. Evaluating all of them for other numbers is one gather, product and sum.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.solver.compile.expressions import Reader

Array = np.ndarray
OWN = frozenset(
    "placed holds_somewhere changed exercised monitored support built unmet added lent borrowed buffer "
    "pooled pair achieved threshold shortfall drawn stock skill morale use watched over moved".split()
)  # components of variables that the model itself declares


@dataclass(frozen=True, eq=False)
class Program:
    """One mixed-integer program: maximise cost @ x + offset subject to lower <= matrix @ x <= upper."""

    cost: Array
    offset: float
    matrix: sparse.csr_array
    lower: Array
    upper: Array
    column_lower: Array
    column_upper: Array
    integer: Array


@dataclass(frozen=True, eq=False)
class Names:
    """Component and index of each row or column, in runs: one slice a component."""

    components: dict[str, slice]
    keys: list[Any]

    def __getitem__(self, component: str) -> slice:
        """The rows or columns of a component; an empty slice where the model has none."""
        return self.components.get(component, slice(0, 0))

    def index(self, component: str) -> dict[Any, int]:
        """Key of the component -> row or column."""
        run = self[component]
        return {key: run.start + i for i, key in enumerate(self.keys[run])}


class Compiled:
    """A model with its numbers left open; once it is `arranged`, `program(theta)` fills them in.

    The model is used up: its constraints are gone once they are read.
    Rows whose body is `<=`, `>=` or `==` a number keep their sense; the objective is row -1 of the terms.
    `own_rows` are names of the constraints that were there before an extension. `between` is called now and
    then while the model is read, and may raise what stops it.
    """

    def __init__(
        self,
        model: pyo.ConcreteModel,
        own_rows: Container[str] | None = None,
        between: Callable[[], object] = lambda: None,
    ) -> None:
        self.columns, self._bounds, place = _columns(model)
        known = [
            np.arange(len(self.columns.keys))[run]
            for name, run in self.columns.components.items()
            if name in OWN
        ]
        self.added = np.setdiff1d(np.arange(len(self.columns.keys)), np.concatenate(known))  # by an extension
        reader = Reader(place, model.places)
        self.rows, lower, upper = _rows(model, reader, between)
        every = np.arange(len(lower))
        runs = [run for name, run in self.rows.components.items() if own_rows and name not in own_rows]
        self.added_rows = np.concatenate([every[:0], *(every[run] for run in runs)])
        self._lower_open, self._upper_open = np.isneginf(lower), np.isposinf(upper)
        self._fixed = np.where(self._lower_open, upper, lower)
        self._terms = reader.terms()
        width = max(1, *map(len, reader.product))
        places = [p + (0,) * (width - len(p)) for p in reader.product]
        self._places = np.array(places, int).reshape(-1, width).T.copy()  # (factors, products)
        self._size = len(lower), len(self._bounds[0])

    def arranged(self) -> Compiled:
        """Itself, with its terms arranged: the first of each entry of the matrix, its further ones, others.

        That takes about as much memory as the model did, which is needed no more.
        """
        row, column, self._constant, self._product = self._terms
        del self._terms
        outside = (row < 0) | (column < 0)
        order = np.lexsort((column, row, outside))
        row, column, count = row[order], column[order], len(order) - int(outside.sum())
        first = np.ones(count, bool)
        first[1:] = (np.diff(row[:count]) != 0) | (np.diff(column[:count]) != 0)
        self._indices = column[:count][first].astype(np.int32)
        counts = np.bincount(row[:count][first], minlength=self._size[0])
        self._indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        arranged = np.argsort(~first, kind="stable")
        self._plan_sums(first, arranged)
        order[:count] = order[arranged]
        self._constant, self._product = self._constant[order], self._product[order]
        self._cost = np.flatnonzero((row < 0) & (column >= 0))
        self._rhs = np.flatnonzero((row >= 0) & (column < 0))
        self._offset = np.flatnonzero((row < 0) & (column < 0))
        self._cost_columns, self._rhs_rows = column[self._cost], row[self._rhs]
        return self

    def _plan_sums(self, first: Array, arranged: Array) -> None:
        """Entries that are sums of several terms, where these stand as arranged, and where each begins."""
        terms = np.diff(np.append(np.flatnonzero(first), len(first)))
        self._sums = np.flatnonzero(terms > 1)
        place = np.empty(len(first), int)
        place[arranged] = np.arange(len(first))
        self._summands = place[np.repeat(terms > 1, terms)]
        self._begins = np.cumsum(terms[self._sums]) - terms[self._sums]

    @property
    def pattern(self) -> sparse.csr_array:
        """Ones where the matrix may have an entry."""
        return sparse.csr_array((np.ones(len(self._indices)), self._indices, self._indptr), shape=self._size)

    def program(self, theta: Array) -> Program:
        """The program at these numbers (`Coefficients.theta` of an instance of the same shape)."""
        values = self._constant * theta[self._places].prod(axis=0)[self._product]
        data = values[: len(self._indices)]
        if len(self._sums):
            data[self._sums] = np.add.reduceat(values[self._summands], self._begins)
        matrix = sparse.csr_array((data, self._indices, self._indptr), shape=self._size)
        cost = np.bincount(self._cost_columns, values[self._cost], self._size[1])
        moved = np.bincount(self._rhs_rows, values[self._rhs], self._size[0])
        side = self._fixed - moved
        lower, upper, integer = self._bounds
        return Program(
            cost=cost,
            offset=float(values[self._offset].sum()),
            matrix=matrix,
            lower=np.where(self._lower_open, -np.inf, side),
            upper=np.where(self._upper_open, np.inf, side),
            column_lower=lower,
            column_upper=upper,
            integer=integer,
        )


def _columns(model: pyo.ConcreteModel) -> tuple[Names, tuple[Array, Array, Array], dict[int, int]]:
    """All variables of the model in order of declaration, with bounds; and the column of each by id."""
    runs: dict[str, slice] = {}
    keys: list[Any] = []
    place: dict[int, int] = {}
    lower, upper, integer = [], [], []
    for component in model.component_objects(pyo.Var, active=True):
        if component.is_reference():
            continue
        begin = len(keys)
        for key, variable in component.items():
            place[id(variable)] = len(keys)
            keys.append(key)
            low, high = variable.bounds if not variable.fixed else (variable.value, variable.value)
            lower.append(-np.inf if low is None else low)
            upper.append(np.inf if high is None else high)
            integer.append(not variable.is_continuous())
        runs[component.name] = slice(begin, len(keys))
    return Names(runs, keys), (np.array(lower, float), np.array(upper, float), np.array(integer, bool)), place


def _rows(
    model: pyo.ConcreteModel, reader: Reader, between: Callable[[], object]
) -> tuple[Names, Array, Array]:
    """Read the objective (row -1) and every constraint; bounds are numbers, the rest goes left."""
    objective = next(model.component_data_objects(pyo.Objective, active=True))
    reader.read(objective.expr, -1)
    runs: dict[str, slice] = {}
    keys: list[Any] = []
    lower: list[float] = []
    upper: list[float] = []
    for component in model.component_objects(pyo.Constraint, active=True):
        begin = len(keys)
        keys += component.keys()
        runs[component.name] = slice(begin, len(keys))
        for low, high in reader.read_rows(component, begin):
            lower.append(low)
            upper.append(high)
        component.clear()  # read, it is needed no more, and all of them are half of what a large model takes
        between()
    return Names(runs, keys), np.array(lower, float), np.array(upper, float)
