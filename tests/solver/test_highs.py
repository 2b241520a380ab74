"""The module that meets HiGHS."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from scipy import sparse

from optimiser.solver.clock import Clock
from optimiser.solver.highs import Ended, Solver


def loaded(integer: bool) -> Solver:
    """Maximise x + y below x + 2 y <= 3 and 0 <= x, y <= 1.5."""
    solver, two = Solver(), np.ones(2)
    rows = sparse.csr_array(np.array([[1.0, 2.0]]))
    solver.load(two, rows, np.array([-np.inf]), np.array([3.0]), 0 * two, 1.5 * two, np.full(2, integer))
    return solver


@pytest.mark.parametrize(("integer", "value"), [(False, 2.25), (True, 2.0)])
def test_a_solver_is_freed_as_soon_as_nothing_needs_it(integer: bool, value: float) -> None:
    """Thousands of searches each have one: waiting for the collector, they had filled the memory."""
    solver = loaded(integer)
    assert solver.run(Clock()).value == pytest.approx(value)
    gone = weakref.ref(solver)
    gc.disable()
    try:
        del solver
        assert gone() is None
    finally:
        gc.enable()


def test_iterations_that_do_not_suffice_leave_a_program_as_it_is() -> None:
    found = loaded(integer=False).run(Clock(), iterations=0)
    assert found.ended is Ended.STOPPED
    assert found.bound >= 2.25


def test_a_relaxation_is_a_linear_program_again() -> None:
    """HiGHS says a bound of 0 of what is no mixed-integer program: it is none of the relaxation's."""
    solver = loaded(integer=True)
    solver.impose_integrality(False)
    assert solver.run(Clock(), iterations=0).bound >= 2.25
    found = solver.run(Clock())
    assert (found.value, found.bound) == (pytest.approx(2.25), pytest.approx(2.25))
    solver.impose_integrality(True)
    assert solver.run(Clock()).bound == pytest.approx(2.0)
    solver.impose_integrality(False)
    assert solver.run(Clock()).bound == pytest.approx(2.25)


@pytest.mark.parametrize("whole", [False, True], ids=["linear", "relaxed"])
def test_a_program_that_is_optimal_has_a_point_however_badly_it_is_scaled(whole: bool) -> None:
    """HiGHS calls some of these optimal, and their points infeasible by a little more than it tolerates."""
    random, odd = np.random.default_rng(0), 0
    for _ in range(200):
        rows, columns = random.integers(3, 12, 2)
        matrix = random.normal(size=(rows, columns)) * (random.random((rows, columns)) < 0.6)
        matrix *= 10.0 ** random.integers(-3, 4, (rows, 1)) * 10.0 ** random.integers(-3, 4, (1, columns))
        upper = matrix @ (random.random(columns) * 10.0 ** random.integers(-3, 4, columns))
        cost, zero = np.abs(random.normal(size=columns)), np.zeros(columns)
        solver = Solver()
        least, integer = np.full(rows, -np.inf), np.full(columns, whole)
        solver.load(cost, sparse.csr_array(matrix), least, upper, zero, zero + 1e7, integer)
        solver.impose_integrality(False)
        found = solver.run(Clock())
        if found.ended is Ended.OPTIMAL:
            assert found.x is not None
            assert found.value == pytest.approx(float(cost @ found.x))
            odd += bool((matrix @ found.x > upper + 1e-7).any())
    assert odd, "every program was solved to HiGHS's tolerances: none of them tests anything"
