"""Rows read as one equation over many indices are the rows that Pyomo writes out one by one."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
import pytest
from random_instances import random_instance

from optimiser.coefficients import coefficients
from optimiser.model import assemble
from optimiser.model.declare import rows, written_out
from optimiser.solver.compile.expressions import Reader
from optimiser.solver.compile.program import Compiled


@pytest.mark.parametrize("seed", range(820, 840))
def test_one_equation_reads_as_its_rows_do(seed: int) -> None:
    c = coefficients(random_instance(seed, sizes=3))
    model = assemble(c)
    kept = [row for row in model.component_data_objects(pyo.Constraint) if hasattr(row, "template_expr")]
    assert len(kept) >= len(model.EXERCISABLE), "the rows of (7) are to be kept as equations"
    together = Compiled(model).arranged()
    apart = Compiled(written_out(assemble(c))).arranged()
    rng = np.random.default_rng(seed)
    for theta in (c.theta, c.theta * rng.uniform(0.5, 1.5, len(c.theta))):
        one, other = together.program(theta), apart.program(theta)
        assert abs(one.matrix - other.matrix).max() <= 1e-12 * max(1.0, abs(other.matrix).max())
        for name in ("lower", "upper", "cost"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12, abs=1e-12)
        assert one.offset == pytest.approx(other.offset, abs=1e-12)


def test_numbers_whose_places_have_gaps_stay_apart() -> None:
    m = pyo.ConcreteModel()
    m.x, m.a, m.b = pyo.Var([1, 2]), *(pyo.Param([1, 2], initialize=1.0, mutable=True) for _ in range(2))
    places = {id(m.a[1]): 0, id(m.a[2]): 1, id(m.b[1]): 9, id(m.b[2]): 5}  # 0 x 4 + 9 = 1 x 4 + 5

    @rows(m, [1, 2], doc="a product of two numbers")
    def limited(m, i):  # type: ignore[no-untyped-def]
        return m.x[i] <= m.a[i] * m.b[i]

    reader = Reader({id(m.x[1]): 0, id(m.x[2]): 1}, places)
    reader.read_rows(m.limited, 0)
    assert list(reader.product) == [(), (0, 9), (1, 5)]
