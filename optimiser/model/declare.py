"""How numbers and rows enter the model: numbers remember their place, large constraints stay one equation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.base import constraint
from pyomo.core.expr import template_expr

from optimiser.coefficients import Coefficients


def number(
    m: pyo.ConcreteModel, c: Coefficients, array: np.ndarray, *axes: Sequence[Any], doc: str
) -> pyo.Param:
    """Declare an array of the coefficients, `c.staffing.hours` say, as a mutable parameter over its axes.

    Entries that are not there (NaN) are left out: whether an entry is there is structure. The component
    is called as the array. Each place has one datum, which expressions find: a second one under a key that
    Pyomo would have flattened would keep the numbers of the instance it was made for.
    """
    name, begin = c.places[id(array)]
    keys = [_flat(key) for key in (product(*axes) if len(axes) != 1 else axes[0])]
    values = np.ravel(array)
    if len(keys) != len(values):
        raise ValueError(f"{name} has {len(values)} entries and its axes {len(keys)}")
    there = np.flatnonzero(~np.isnan(values))
    entries = {keys[i]: values[i] for i in there.tolist()}
    component = pyo.Param(list(entries), initialize=0.0, mutable=True, within=pyo.Any, doc=doc)
    m.add_component(name, component)
    component.store_values(entries, check=False)  # a third faster than one by one, checked
    if not hasattr(m, "places"):
        m.places = {}  # id of a parameter's datum -> its place in Coefficients.theta
    if list(component) != list(entries) or len(component) != len(there):
        raise ValueError(f"{name} has {len(component)} data for {len(there)} places")
    for datum, i in zip(component.values(), there.tolist(), strict=True):
        m.places[id(datum)] = begin + i
    return component


def _flat(key: Any) -> Any:
    """A key as Pyomo keeps it: tuples within it opened."""
    if not isinstance(key, tuple):
        return key
    return tuple(part for each in key for part in (each if isinstance(each, tuple) else (each,)))


def rows(m: pyo.ConcreteModel, keys: Any, *, doc: str) -> Callable[[Callable[..., Any]], None]:
    """Declare a constraint, as `m.Constraint` does, that Pyomo keeps as one equation over its indices.

    Its rule is called once, not once a row, so all that it looks up must be a component of the model, and it
    may ask nothing of the indices. Rows are written out when their `expr` is asked for (`written_out`).
    """

    def declare(rule: Callable[..., Any]) -> None:
        with _one_equation(len(keys) > 0):
            m.Constraint(keys, doc=doc)(rule)

    return declare


class _OwnSums(template_expr._template_iter_context):
    """What Pyomo puts in place of the builtin `sum` while it calls a rule: for the thread that calls it only.

    Elsewhere numbers may be added up meanwhile: a study can be solved by threads.
    """

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()

    def sum_template(self, terms: Iterable[Any], /, start: Any = 0) -> Any:
        """A sum over indices that stand for all."""
        if threading.get_ident() == self._thread:
            return super().sum_template(terms)
        return template_expr._TemplateIterManager.builtin_sum(terms, start)


@contextmanager
def _one_equation(wanted: bool) -> Iterator[None]:
    """Have Pyomo keep a constraint as one equation, for which it has no argument."""
    before = template_expr._template_iter_context
    constraint.TEMPLATIZE_CONSTRAINTS, template_expr._template_iter_context = wanted, _OwnSums
    try:
        yield
    finally:
        constraint.TEMPLATIZE_CONSTRAINTS, template_expr._template_iter_context = False, before


def written_out(m: pyo.ConcreteModel) -> pyo.ConcreteModel:
    """The model itself, every row an expression of its own, for whoever reads or changes single rows."""
    for row in m.component_data_objects(pyo.Constraint):
        row.expr  # noqa: B018 - asking for it is what writes it out
    return m
