"""Rows read as one equation over many indices are the rows that Pyomo writes out one by one."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
import pytest
from generate import random_instance

from optimiser.coefficients import coefficients
from optimiser.model import assemble
from optimiser.model.declare import written_out
from optimiser.solver.compiled import Compiled


@pytest.mark.parametrize("seed", range(820, 840))
def test_one_equation_reads_as_its_rows_do(seed: int) -> None:
    c = coefficients(random_instance(seed, sizes=3))
    model = assemble(c)
    kept = [row for row in model.component_data_objects(pyo.Constraint) if hasattr(row, "template_expr")]
    assert len(kept) >= len(model.EXERCISABLE), "the rows of (7) are to be kept as equations"
    together = Compiled(model)
    apart = Compiled(written_out(model))
    rng = np.random.default_rng(seed)
    for theta in (c.theta, c.theta * rng.uniform(0.5, 1.5, len(c.theta))):
        one, other = together.program(theta), apart.program(theta)
        assert abs(one.matrix - other.matrix).max() <= 1e-12 * max(1.0, abs(other.matrix).max())
        for name in ("lower", "upper", "cost"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12, abs=1e-12)
        assert one.offset == pytest.approx(other.offset, abs=1e-12)
