"""What `extend` adds to the model has its effect, or is refused with a sentence; nothing of it is ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyomo.environ as pyo
import pyomo.gdp as gdp
import pytest
from paths import ARCHETYPE

import optimiser
from optimiser import InputError
from optimiser.solver.compile.program import OWN

INSTANCE = optimiser.read(ARCHETYPE)
FREE = optimiser.solve(INSTANCE)
HELD = {row["decision"]: row["level"] for row in FREE.to_dict()["design"]}
P1 = HELD["P1"]
OTHER = {"central": "local", "local": "central"}[P1]


def level(extend: Callable[[Any], Any]) -> str:
    found = optimiser.solve(INSTANCE, extend=extend)
    assert found.status == "optimal"
    assert found.value <= FREE.value + 1e-9
    return {row["decision"]: row["level"] for row in found.to_dict()["design"]}["P1"]


def constraint(m: Any) -> None:
    m.mine = pyo.Constraint(expr=m.held["P1", "", OTHER] == 1)


def deactivated(m: Any) -> None:
    m.mine = pyo.Constraint(expr=m.held["P1", "", P1] == 1)
    m.mine.deactivate()
    constraint_(m)


def constraint_(m: Any) -> None:
    m.also = pyo.Constraint(expr=m.held["P1", "", OTHER] >= 1)


def fixed(m: Any) -> None:
    m.held["P1", "", OTHER].fix(1)


def bounded(m: Any) -> None:
    m.held["P1", "", P1].setub(0)


def binary(m: Any) -> None:
    m.mine = pyo.Var(within=pyo.Binary)
    m.rows = pyo.ConstraintList()
    m.rows.add(m.mine >= 0.1)
    m.rows.add(m.held["P1", "", OTHER] >= m.mine)


def integer(m: Any) -> None:
    m.mine = pyo.Var(within=pyo.Integers, bounds=(0, 5))
    m.rows = pyo.Constraint(expr=pyo.inequality(2.5, m.mine + m.held["P1", "", P1], 3))
    m.more = pyo.Constraint(expr=m.mine == 3)


def continuous(m: Any) -> None:
    m.mine = pyo.Var(bounds=(0, None))
    m.rows = pyo.Constraint(expr=m.mine + 2 * m.held["P1", "", P1] <= 1)
    m.least = pyo.Constraint(expr=m.mine >= 0.5)


def block(m: Any) -> None:
    m.b = pyo.Block([1, 2])
    m.b[1].placed = pyo.Var()
    m.b[1].row = pyo.Constraint(expr=m.b[1].placed == m.held["P1", "", P1])
    m.b[2].row = pyo.Constraint(expr=m.b[1].placed <= 0.5)


def fixed_times_variable(m: Any) -> None:
    m.mine = pyo.Var(initialize=2)
    m.mine.fix()
    m.left = pyo.Constraint(expr=m.mine * m.held["P1", "", P1] <= 1)
    m.right = pyo.Constraint(expr=m.held["P1", "", P1] * m.mine <= 1)


def parameter(m: Any) -> None:
    m.mine = pyo.Param(initialize=0.5, mutable=True)
    m.row = pyo.Constraint(expr=m.mine * m.held["P1", "", P1] <= m.mine / 2)


def expression(m: Any) -> None:
    m.mine = pyo.Expression(expr=m.held["P1", "", P1] + 1)
    m.row = pyo.Constraint(expr=m.mine / 2 <= 0.6)


@pytest.mark.parametrize(
    "extend",
    [constraint, deactivated, fixed, bounded, binary, integer, continuous, block, fixed_times_variable, parameter, expression],
)  # fmt: skip
def test_what_can_be_used_has_its_effect(extend: Callable[[Any], Any]) -> None:
    assert level(extend) == OTHER


def test_a_requirement_on_recourse_has_its_effect() -> None:
    def less(m: Any) -> None:
        m.row = pyo.Constraint(expr=sum(m.exercised.values()) <= 0)

    found = optimiser.solve(INSTANCE, extend=less)
    assert sum(row["exercised"] for row in found.to_dict()["exercised"]) == pytest.approx(0, abs=1e-6)
    assert found.value < FREE.value - 0.01


def sos(m: Any) -> None:
    m.mine = pyo.Var([1, 2], bounds=(0, 1))
    m.sets = pyo.SOSConstraint(var=m.mine, sos=1)


def piecewise(m: Any) -> None:
    m.x, m.y = pyo.Var(bounds=(0, 2)), pyo.Var()
    m.piece = pyo.Piecewise(m.y, m.x, pw_pts=[0, 1, 2], f_rule=[0, 1, 0], pw_constr_type="EQ", pw_repn="SOS2")


def disjunction(m: Any) -> None:
    m.one, m.two = gdp.Disjunct(), gdp.Disjunct()
    m.either = gdp.Disjunction(expr=[m.one, m.two])


def logical(m: Any) -> None:
    m.yes = pyo.BooleanVar()
    m.truth = pyo.LogicalConstraint(expr=m.yes)


def product(m: Any) -> None:
    m.row = pyo.Constraint(expr=m.held["P1", "", P1] * m.held["P2", "", P1] <= 0)


def product_of_initialised(m: Any) -> None:
    m.mine = pyo.Var(initialize=1)
    m.row = pyo.Constraint(expr=m.mine * m.held["P1", "", P1] <= 0)


def quotient(m: Any) -> None:
    m.mine = pyo.Var(initialize=1, bounds=(1, 2))
    m.row = pyo.Constraint(expr=m.held["P1", "", P1] / m.mine <= 0)


def power(m: Any) -> None:
    m.row = pyo.Constraint(expr=m.held["P1", "", P1] ** 2 <= 0)


def function(m: Any) -> None:
    m.row = pyo.Constraint(expr=pyo.exp(m.held["P1", "", P1]) <= 2)


def second(m: Any) -> None:
    m.mine = pyo.Objective(expr=m.held["P1", "", P1])


def instead(m: Any) -> None:
    m.value.deactivate()
    m.mine = pyo.Objective(expr=m.held["P1", "", P1], sense=pyo.maximize)


def stranger(m: Any) -> None:
    other = pyo.ConcreteModel()
    other.x = pyo.Var()
    m.row = pyo.Constraint(expr=other.x <= m.held["P1", "", P1])


def in_inactive_block(m: Any) -> None:
    m.b = pyo.Block()
    m.b.x = pyo.Var()
    m.row = pyo.Constraint(expr=m.b.x <= m.held["P1", "", P1])
    m.b.deactivate()


def single_row(m: Any) -> None:
    m.mine = pyo.Constraint([1, 2], rule=lambda m, i: m.held["P1", "", OTHER] >= i - 1)
    m.mine[2].deactivate()


def reserved(m: Any) -> None:
    name = next(name for name in sorted(OWN) if m.component(name) is None)
    m.add_component(name, pyo.Var())


def valueless(m: Any) -> None:
    m.mine = pyo.Var()
    m.mine.fix()


REFUSED: dict[Callable[[Any], Any], str] = {
    sos: "sets is a SOSConstraint, which is not used",
    piecewise: "is a SOSConstraint, which is not used",
    disjunction: "is a Disjunction, which is not used",
    logical: "truth is a LogicalConstraint, which is not used",
    product: "row is not linear",
    product_of_initialised: "row is not linear",
    quotient: "row is not linear",
    power: "row is not linear",
    function: "row is not linear",
    second: "mine is a second objective",
    instead: "value is deactivated; the objective is the model's own",
    stranger: "row has a variable that is not in the model: x",
    in_inactive_block: "row has a variable that is not in the model: b.x",
    single_row: "mine[2] is deactivated within its constraint",
    reserved: "is a name that the model keeps for itself",
    valueless: "mine is fixed without a value",
    lambda m: m.value.set_value(m.value.expr + m.held["P1", "", P1]): "value is changed; the objective is the model's own",
    lambda m: setattr(m.value, "sense", pyo.minimize): "value is to be minimised",
    lambda m: m.one_level.deactivate(): "is deactivated, but every design must keep it",
    lambda m: next(iter(m.one_level.values())).deactivate(): "is deactivated, but every design must keep it",
    lambda m: m.del_component("one_level"): "one_level of the model itself was removed or replaced",
    lambda m: next(iter(m.one_level.values())).set_value(m.held["P1", "", P1] <= 1): "is changed; leave it as it is",
    lambda m: next(iter(m.fixed_duty.values())).set_value(5): "is changed; leave it as it is",
    lambda m: next(iter(m.hours.values())).set_value(7.25): "is changed; numbers come from the instance",
    lambda m: setattr(next(iter(m.exercised.values())), "domain", pyo.Binary): "has another domain",
}  # fmt: skip


@pytest.mark.parametrize("extend", REFUSED, ids=lambda extend: extend.__name__)
def test_what_cannot_be_used_is_refused_with_a_sentence(extend: Callable[[Any], Any]) -> None:
    with pytest.raises(InputError) as error:
        optimiser.solve(INSTANCE, extend=extend)
    assert any(REFUSED[extend] in problem for problem in error.value.problems), error.value.problems
    assert all(problem.startswith("extend: ") and "\n" not in problem for problem in error.value.problems)


def test_an_error_of_the_function_itself_is_its_own() -> None:
    def broken(m: Any) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        optimiser.solve(INSTANCE, extend=broken)
