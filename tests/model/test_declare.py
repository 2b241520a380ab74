"""How rows enter the model, whatever else goes on."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pyomo.environ as pyo

from optimiser.model.declare import rows


def test_a_rule_that_is_called_leaves_the_sums_of_other_threads_alone() -> None:
    m = pyo.ConcreteModel()
    m.I, m.J = pyo.Set(initialize=[1, 2]), pyo.Set(initialize=[1, 2, 3])
    m.x = pyo.Var(m.I, m.J)
    found: list[Any] = []

    def at_most_one(m: pyo.ConcreteModel, i: int) -> Any:
        elsewhere = Thread(target=lambda: found.append((sum(k for k in (1, 2)), sum((1, 2), 0.5))))
        elsewhere.start()
        elsewhere.join()
        return sum(m.x[i, j] for j in m.J) <= 1

    rows(m, m.I, doc="at most one")(at_most_one)
    assert found == [(3, 3.5)]
    assert all(hasattr(row, "template_expr") for row in m.at_most_one.values())
    assert str(m.at_most_one[2].expr) == "x[2,1] + x[2,2] + x[2,3]  <=  1"
