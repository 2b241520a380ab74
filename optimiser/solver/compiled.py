"""From a Pyomo model to arrays, once; from then on new numbers need no model.

Every coefficient of the model is a polynomial in the numbers of the instance, so each entry of the matrix,
the right-hand side and the objective is stored as a sum of terms `constant x product of numbers`, by their
places in `Coefficients.theta`. Evaluating all of them for other numbers is one gather, product and sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr import numeric_expr as expressions
from pyomo.core.expr import relational_expr as relations
from pyomo.core.expr.numvalue import native_numeric_types
from scipy import sparse

Array = np.ndarray
Polynomial = list[tuple[float, tuple[int, ...]]]  # terms: a constant and the places of its numbers
OWN = frozenset(
    "placed holds_somewhere changed exercised monitored support built unmet added lent borrowed buffer pair "
    "achieved threshold shortfall".split()
)  # components of variables that the model itself declares
CONSTANT = -1  # the column of terms without a variable
ONE: Polynomial = [(1.0, ())]
MINUS: Polynomial = [(-1.0, ())]


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
    """A model with its numbers left open; `program(theta)` fills them in.

    Rows whose body is `<=`, `>=` or `==` a number keep their sense; the objective is row -1 of the terms.
    """

    def __init__(self, model: pyo.ConcreteModel) -> None:
        self.columns, self._bounds, place = _columns(model)
        known = [
            np.arange(len(self.columns.keys))[run]
            for name, run in self.columns.components.items()
            if name in OWN
        ]
        self.added = np.setdiff1d(np.arange(len(self.columns.keys)), np.concatenate(known))  # by an extension
        reader = _Reader(place, model.places)
        self.rows, lower, upper = _rows(model, reader)
        self._lower_open, self._upper_open = np.isneginf(lower), np.isposinf(upper)
        self._fixed = np.where(self._lower_open, upper, lower)
        self._row, self._column = np.array(reader.rows), np.array(reader.of_columns)
        self._constant, self._product = np.array(reader.constants), np.array(reader.products)
        width = max(1, *map(len, reader.product))
        places = [p + (0,) * (width - len(p)) for p in reader.product]
        self._places = np.array(places, int).reshape(-1, width)
        self._plan_matrix(len(lower), len(self._bounds[0]))

    def _plan_matrix(self, rows: int, columns: int) -> None:
        """Sort the terms once, so that each evaluation only adds up runs of them."""
        in_matrix = (self._row >= 0) & (self._column >= 0)
        order = np.lexsort((self._column, self._row))
        order = order[in_matrix[order]]
        new = np.ones(len(order), bool)
        new[1:] = (np.diff(self._row[order]) != 0) | (np.diff(self._column[order]) != 0)
        self._order, self._starts = order, np.flatnonzero(new)
        entries = order[self._starts]
        self._indices = self._column[entries].astype(np.int32)
        counts = np.bincount(self._row[entries], minlength=rows)
        self._indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        self._size = (rows, columns)
        self._cost = np.flatnonzero((self._row < 0) & (self._column >= 0))
        self._rhs = np.flatnonzero((self._row >= 0) & (self._column < 0))
        self._offset = np.flatnonzero((self._row < 0) & (self._column < 0))

    @property
    def pattern(self) -> sparse.csr_array:
        """Ones where the matrix may have an entry."""
        return sparse.csr_array((np.ones(len(self._indices)), self._indices, self._indptr), shape=self._size)

    def program(self, theta: Array) -> Program:
        """The program at these numbers (`Coefficients.theta` of an instance of the same shape)."""
        values = self._constant * theta[self._places].prod(axis=1)[self._product]
        data = np.add.reduceat(values[self._order], self._starts) if len(self._starts) else np.zeros(0)
        matrix = sparse.csr_array((data, self._indices, self._indptr), shape=self._size)
        cost = np.bincount(self._column[self._cost], values[self._cost], self._size[1])
        moved = np.bincount(self._row[self._rhs], values[self._rhs], self._size[0])
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


def _rows(model: pyo.ConcreteModel, reader: _Reader) -> tuple[Names, Array, Array]:
    """Read the objective (row -1) and every constraint; bounds are numbers, the rest goes left."""
    objective = next(model.component_data_objects(pyo.Objective, active=True))
    reader.read(objective.expr, -1)
    runs: dict[str, slice] = {}
    keys: list[Any] = []
    lower, upper = [], []
    for component in model.component_objects(pyo.Constraint, active=True):
        begin = len(keys)
        for key, constraint in component.items():
            row = len(keys)
            keys.append(key)
            low, high = _read_row(constraint, row, reader)
            lower.append(low)
            upper.append(high)
        runs[component.name] = slice(begin, len(keys))
    return Names(runs, keys), np.array(lower, float), np.array(upper, float)


def _read_row(constraint: Any, row: int, reader: _Reader) -> tuple[float, float]:
    """Add a constraint, all of it on its left; the limits of the row but for its constant terms.

    Those that hold between two expressions, as most do, are read as they stand: Pyomo would first write their
    difference.
    """
    expression = constraint.expr
    if type(expression) in (relations.InequalityExpression, relations.EqualityExpression):
        first, second = expression.args
        turned = type(first) in native_numeric_types or not first.is_potentially_variable()
        left, right = (second, first) if turned else (first, second)
        if type(right) not in native_numeric_types or np.isfinite(right):
            reader.read(left, row)
            reader.read(right, row, MINUS)
            if type(expression) is relations.EqualityExpression:
                return 0.0, 0.0
            return (0.0, np.inf) if turned else (-np.inf, 0.0)
    low, body, high = constraint.to_bounded_expression()
    reader.read(body, row)
    side = high if high is not None else low
    if type(side) not in native_numeric_types:
        reader.read(side, row, MINUS)
        side = 0.0
    return -np.inf if low is None else float(side), np.inf if high is None else float(side)


class _Reader:
    """Walks the expressions of a model: linear in its variables, polynomial in its parameters.

    What to do with a node depends on its class alone, and is looked up: England's model has a million nodes.
    """

    def __init__(self, columns: dict[int, int], places: dict[int, int]) -> None:
        self.columns, self.places = columns, places
        # Terms, which add up to the entries of the matrix; the objective is row -1.
        self.rows: list[int] = []
        self.of_columns: list[int] = []
        self.constants: list[float] = []
        self.products: list[int] = []
        self.product: dict[tuple[int, ...], int] = {}  # places of numbers -> its position
        self._readers: dict[type, Callable[[Any, int, Polynomial], None]] = {}

    def read(self, expression: object, row: int, factor: Polynomial = ONE) -> None:
        """Add the terms of an expression to a row."""
        self._add(expression, row, factor)

    def _add(self, expression: Any, row: int, factor: Polynomial) -> None:
        kind = type(expression)
        reader = self._readers.get(kind)
        if reader is None:
            reader = self._readers[kind] = self._reader(kind, expression)
        reader(expression, row, factor)

    def _reader(self, kind: type, example: Any) -> Callable[[Any, int, Polynomial], None]:
        if kind in native_numeric_types:
            return self._add_number
        if example.is_variable_type():
            return self._add_variable
        if not example.is_potentially_variable():
            return self._add_constant
        if issubclass(kind, expressions.SumExpression):
            return self._add_sum
        if issubclass(kind, expressions.ProductExpression):  # includes parameter times variable
            return self._add_product
        if issubclass(kind, expressions.NegationExpression):
            return self._add_negation
        if example.is_named_expression_type():
            return self._add_named
        if issubclass(kind, expressions.DivisionExpression):
            return self._add_quotient
        raise TypeError(f"not linear in the variables: {example}")

    def _add_number(self, expression: float, row: int, factor: Polynomial) -> None:
        self._term(row, CONSTANT, factor, float(expression))

    def _add_variable(self, expression: Any, row: int, factor: Polynomial) -> None:
        self._term(row, self.columns[id(expression)], factor, 1.0)

    def _add_constant(self, expression: Any, row: int, factor: Polynomial) -> None:
        self._term(row, CONSTANT, _times(factor, self._polynomial(expression)), 1.0)

    def _add_sum(self, expression: Any, row: int, factor: Polynomial) -> None:
        for part in expression.args:
            reader = self._readers.get(type(part))
            if reader is None:
                self._add(part, row, factor)
            else:
                reader(part, row, factor)

    def _add_product(self, expression: Any, row: int, factor: Polynomial) -> None:
        first, second = expression.args
        place = self.places.get(id(first))
        if place is not None:  # a number times a variable, as most are
            column = self.columns.get(id(second))
            if column is None:
                self._add(second, row, _times(factor, [(1.0, (place,))]))
                return
            for multiple, places in factor:
                self._keep(row, column, multiple, (*places, place))
        elif type(first) in native_numeric_types or not first.is_potentially_variable():
            self._add(second, row, _times(factor, self._polynomial(first)))
        else:
            self._add(first, row, _times(factor, self._polynomial(second)))

    def _add_negation(self, expression: Any, row: int, factor: Polynomial) -> None:
        self._add(expression.args[0], row, _times(factor, MINUS))

    def _add_named(self, expression: Any, row: int, factor: Polynomial) -> None:
        self._add(expression.args[0], row, factor)

    def _add_quotient(self, expression: Any, row: int, factor: Polynomial) -> None:
        first, second = expression.args
        self._add(first, row, _times(factor, [(1 / pyo.value(second), ())]))

    def _term(self, row: int, column: int, factor: Polynomial, constant: float) -> None:
        for multiple, places in factor:
            if multiple * constant != 0:
                self._keep(row, column, multiple * constant, places)

    def _keep(self, row: int, column: int, constant: float, places: tuple[int, ...]) -> None:
        self.rows.append(row)
        self.of_columns.append(column)
        self.constants.append(constant)
        self.products.append(self.product.setdefault(places, len(self.product)))

    def _polynomial(self, expression: Any) -> Polynomial:
        """An expression of parameters and numbers, multiplied out."""
        kind = type(expression)
        if kind in native_numeric_types:
            return [(float(expression), ())]
        if id(expression) in self.places:
            return [(1.0, (self.places[id(expression)],))]
        if issubclass(kind, expressions.SumExpression):
            return [term for part in expression.args for term in self._polynomial(part)]
        if issubclass(kind, expressions.ProductExpression):
            first, second = expression.args
            return _times(self._polynomial(first), self._polynomial(second))
        if issubclass(kind, expressions.NegationExpression):
            return _times(MINUS, self._polynomial(expression.args[0]))
        return [(float(pyo.value(expression)), ())]  # a parameter of an extension: a number like any other


def _times(a: Polynomial, b: Polynomial) -> Polynomial:
    if a is ONE:
        return b
    return [(x * y, p + q) for x, p in a for y, q in b]
