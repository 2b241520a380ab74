"""From Pyomo's expressions to terms: a constant, the places of the numbers it is multiplied by, a column.

Most rows of a large model are one equation over many indices. Those that the model declares as such
(`optimiser.model.declare.rows`) are read once, and written out for all their indices together.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr import numeric_expr as expressions
from pyomo.core.expr import relational_expr as relations
from pyomo.core.expr.numvalue import native_numeric_types
from pyomo.core.expr.template_expr import GetItemExpression

Array = np.ndarray
Polynomial = list[tuple[float, tuple[int, ...]]]  # terms: a constant and the places of its numbers
SHORT = np.int32  # of a position: there are millions
CONSTANT = -1  # the column of terms without a variable
ONE: Polynomial = [(1.0, ())]
MINUS: Polynomial = [(-1.0, ())]
Term = tuple[float, tuple[Any, ...], Any]  # of an equation over indices: constant, numbers, variable or None


class Reader:
    """Walks the expressions of a model: linear in its variables, polynomial in its parameters.

    What to do with a node depends on its class alone, and is looked up: England's model has a million nodes.
    """

    def __init__(self, columns: dict[int, int], places: dict[int, int]) -> None:
        self.columns, self.places = columns, places  # by the id of a variable, of a parameter
        self._past = 1 + max(places.values(), default=0)  # more than any place
        # Terms, which add up to the entries of the matrix; the objective is row -1.
        self._rows, self._of_columns, self._products = array("i"), array("i"), array("i")
        self._constants = array("d")
        self._many: list[tuple[Array, Array, Array, Array]] = []  # the same, of rows read together
        self.product: dict[tuple[int, ...], int] = {}  # places of numbers -> its position
        self._readers: dict[type, Callable[[Any, int, Polynomial], None]] = {}
        self._where: dict[int, dict[Any, int]] = {}  # of a component: key -> column, or place

    def terms(self) -> tuple[Array, Array, Array, Array]:
        """Row, column, constant and product of every term read."""
        single = (
            np.array(self._rows, SHORT),
            np.array(self._of_columns, SHORT),
            np.array(self._constants, float),
            np.array(self._products, SHORT),
        )
        parts = zip(single, *self._many, strict=True)
        rows, columns, constants, products = (np.concatenate(part) for part in parts)
        return rows, columns, constants, products

    def read(self, expression: object, row: int, factor: Polynomial = ONE) -> None:
        """Add the terms of an expression to a row."""
        self._add(expression, row, factor)

    def read_rows(self, component: Any, first: int) -> list[tuple[float, float]]:
        """Add all rows of a constraint, from row `first` on; their limits but for their constant terms."""
        one = _template(component)
        if one is None:
            return [self._read_row(row, first + i) for i, row in enumerate(component.values())]
        relation, indices = one
        keys = [key if isinstance(key, tuple) else (key,) for key in component]
        along = {id(index): i for i, index in enumerate(indices)}
        left, right = relation.args
        for constant, numbers, variable in _terms(left) + _negated(_terms(right)):
            columns = np.full(len(keys), CONSTANT)
            if variable is not None:
                columns = self._looked_up(variable, keys, along)
            products = self._interned([self._looked_up(node, keys, along) for node in numbers], len(keys))
            rows = np.arange(first, first + len(keys))
            constants = np.full(len(keys), constant)
            self._many.append((rows.astype(SHORT), columns.astype(SHORT), constants, products.astype(SHORT)))
        equal = type(relation) is relations.EqualityExpression
        return [(0.0 if equal else -np.inf, 0.0)] * len(keys)

    def _looked_up(self, node: Any, keys: list[tuple[Any, ...]], along: dict[int, int]) -> Array:
        """The column of a variable, or the place of a number, for every key of a constraint."""
        component = node.arg(0)
        where = self._where.get(id(component))
        if where is None:
            ids = self.columns if component.ctype is pyo.Var else self.places
            where = self._where[id(component)] = {key: ids[id(data)] for key, data in component.items()}
        return np.array([where[key] for key in _indices(node, keys, along)], int)

    def _interned(self, numbers: list[Array], count: int) -> Array:
        """The position of each product of numbers, whose places are given factor by factor."""
        code = np.zeros(count, int)
        for places in numbers:
            code = code * self._past + places
        _, examples, inverse = np.unique(code, return_index=True, return_inverse=True)
        factors = zip(*(places[examples].tolist() for places in numbers), strict=True)
        distinct = factors if numbers else [()]
        positions = [self.product.setdefault(places, len(self.product)) for places in distinct]
        return np.array(positions, int)[inverse]

    def _read_row(self, constraint: Any, row: int) -> tuple[float, float]:
        """Add a constraint, all of it on its left; the limits of the row but for its constant terms.

        Those that hold between two expressions, as most do, are read as they stand: Pyomo would first write
        their difference.
        """
        expression = constraint.expr
        if type(expression) in (relations.InequalityExpression, relations.EqualityExpression):
            first, second = expression.args
            turned = type(first) in native_numeric_types or not first.is_potentially_variable()
            left, right = (second, first) if turned else (first, second)
            if type(right) not in native_numeric_types or np.isfinite(right):
                self.read(left, row)
                self.read(right, row, MINUS)
                if type(expression) is relations.EqualityExpression:
                    return 0.0, 0.0
                return (0.0, np.inf) if turned else (-np.inf, 0.0)
        low, body, high = constraint.to_bounded_expression()
        self.read(body, row)
        side = high if high is not None else low
        if type(side) not in native_numeric_types:
            self.read(side, row, MINUS)
            side = 0.0
        return -np.inf if low is None else float(side), np.inf if high is None else float(side)

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
        elif type(first) in native_numeric_types or first.is_fixed():
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
        self._rows.append(row)
        self._of_columns.append(column)
        self._constants.append(constant)
        self._products.append(self.product.setdefault(places, len(self.product)))

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


def _template(component: Any) -> tuple[Any, tuple[Any, ...]] | None:
    """The one equation of a constraint and its indices, unless its rows were written out one by one."""
    rows = list(component.values())
    if not rows or not all(hasattr(row, "template_expr") for row in rows):
        return None
    return rows[0].template_expr()


def _terms(node: Any) -> list[Term]:
    """The terms of an equation over indices: a constant, numbers and at most one variable, each indexed."""
    kind = type(node)
    if kind in native_numeric_types:
        return [(float(node), (), None)]
    if issubclass(kind, GetItemExpression):
        return [(1.0, (), node) if node.is_potentially_variable() else (1.0, (node,), None)]
    if issubclass(kind, expressions.NegationExpression):
        return _negated(_terms(node.arg(0)))
    if issubclass(kind, expressions.SumExpression):
        return [term for part in node.args for term in _terms(part)]
    if issubclass(kind, expressions.ProductExpression):
        pairs = product(*map(_terms, node.args))
        return [(a * b, p + q, v if w is None else w) for (a, p, v), (b, q, w) in pairs]
    raise TypeError(f"not a sum of products over indices: {node}")


def _negated(terms: list[Term]) -> list[Term]:
    return [(-constant, numbers, variable) for constant, numbers, variable in terms]


def _indices(node: Any, keys: list[tuple[Any, ...]], along: dict[int, int]) -> Any:
    """The key at which an indexed component is taken, for every key of the constraint."""
    columns = []
    for index in node.args[1:]:
        if id(index) in along:
            i = along[id(index)]
            columns.append([key[i] for key in keys])
        else:  # a component that names the index, such as the organisation of a locality at a level
            component = index.arg(0)
            columns.append([component[key] for key in _indices(index, keys, along)])
    return columns[0] if len(columns) == 1 else zip(*columns, strict=True)
