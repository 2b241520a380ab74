"""A model that somebody extends: what was done to it is either used or refused, never ignored."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any

import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from optimiser.instance.arguments import raise_any
from optimiser.model.declare import written_out

USABLE = (  # what may be added: it is read, or says nothing of its own
    pyo.Var, pyo.Constraint, pyo.Objective, pyo.Expression, pyo.Param, pyo.Set, pyo.RangeSet, pyo.Block,
    pyo.BuildAction, pyo.BuildCheck, pyo.Suffix,
)  # fmt: skip
MOST = 10  # lines about one call


def extend(
    model: pyo.ConcreteModel, change: Callable[[pyo.ConcreteModel], Any], own: frozenset[str]
) -> frozenset[str]:
    """Let a function change the model; the names of what was there before.

    Raises InputError with what was done and could not be used. `own` are names that the model keeps.
    """
    before = _Before(written_out(model))
    change(model)
    lines = [*before.changed(model), *_unusable(model, before, own)]
    more = [f"extend: and {len(lines) - MOST} more"] if len(lines) > MOST else []
    raise_any([f"extend: {line}" for line in lines[:MOST]] + more)
    return frozenset(before.components)


class _Before:
    """What a model held, to be told from what was made of it."""

    def __init__(self, model: pyo.ConcreteModel) -> None:
        self.components = {c.name: c for c in model.component_objects()}
        self.stated = [
            (row, row.expr) for kind in (pyo.Constraint, pyo.Expression) for row in _data(model, kind)
        ]
        self.numbers = [(p, p.value) for p in _data(model, pyo.Param) if hasattr(p, "value")]
        self.domains = [(v, v.domain) for v in _data(model, pyo.Var)]
        (self.objective,) = _data(model, pyo.Objective)
        self.aim = self.objective.expr

    def changed(self, model: pyo.ConcreteModel) -> Iterator[str]:
        """What of the model itself is another now: no design would be judged by it."""
        now = {c.name: c for c in model.component_objects()}
        for name, component in self.components.items():
            if now.get(name) is not component:
                yield f"{name} of the model itself was removed or replaced; it can only be added to"
        for row, expression in self.stated:
            if row.ctype is pyo.Constraint and not (row.active and row.parent_component().active):
                yield f"{row.name} is deactivated, but every design must keep it; change the instance"
            elif row.expr is not expression:
                yield f"{row.name} is changed; leave it as it is and add a constraint beside it"
        for number, value in self.numbers:
            if number.value != value:
                yield f"{number.name} is changed; numbers come from the instance (Instance.replace)"
        for variable, domain in self.domains:
            if variable.domain is not domain:
                yield f"{variable.name} has another domain; bounds and fixed values can be used"
        yield from self._objective()

    def _objective(self) -> Iterator[str]:
        name = self.objective.name
        if not self.objective.active:
            yield f"{name} is deactivated; the objective is the model's own, its weights are yours"
        if self.objective.expr is not self.aim:
            yield f"{name} is changed; the objective is the model's own, its weights are yours"
        if self.objective.sense != pyo.maximize:
            yield f"{name} is to be minimised; it can only be maximised"


def _unusable(model: pyo.ConcreteModel, before: _Before, own: frozenset[str]) -> Iterator[str]:
    """What was added, or fixed, and cannot be used."""
    variables = {id(v): v for v in _data(model, pyo.Var, active=True)}
    for variable in variables.values():
        if variable.fixed and variable.value is None:
            yield f"{variable.name} is fixed without a value"
    for component in model.component_objects(active=True):
        name, kind = component.name, component.ctype
        if before.components.get(name) is component:
            continue
        if kind not in USABLE:
            yield f"{name} is a {kind.__name__}, which is not used; variables and linear constraints are"
        elif kind is pyo.Objective:
            yield f"{name} is a second objective; weigh what there is (weights), or constrain it"
        elif kind is pyo.Var and name in own:
            yield f"{name} is a name that the model keeps for itself; take another"
        elif kind is pyo.Constraint:
            yield from (line for row in component.values() for line in _row(row, variables))


def _row(row: Any, known: Container[int]) -> Iterator[str]:
    """What keeps a row from being used."""
    if not row.active:
        yield f"{row.name} is deactivated within its constraint; leave it out"
        return
    try:
        form = generate_standard_repn(row.body, compute_values=True)
    except ValueError as error:
        yield f"{row.name} cannot be read: {' '.join(str(error).split())}"
        return
    if not form.is_linear():
        yield f"{row.name} is not linear (a product of variables, a power, a function)"
    elif strange := [v.name for v in form.linear_vars if id(v) not in known]:
        yield f"{row.name} has a variable that is not in the model: {strange[0]}"


def _data(model: pyo.ConcreteModel, kind: type, active: bool | None = None) -> Iterator[Any]:
    """The data of all components of a kind, references to others left out; of `active` blocks alone."""
    for component in model.component_objects(kind, active=active, descend_into=True):
        if not component.is_reference():
            yield from component.values()
