"""The module that meets HiGHS."""

from __future__ import annotations

import gc
import weakref

import highspy
import numpy as np
import pytest
from scipy import sparse

from optimiser.errors import SolverError
from optimiser.solver import highs
from optimiser.solver.clock import Clock
from optimiser.solver.highs import Solver
from optimiser.solver.outcome import Ended


def loaded(integer: bool, most: float = 3.0) -> Solver:
    """Maximise x + y where x + 2 y <= most and 0 <= x, y <= 1.5."""
    solver, two = Solver(), np.ones(2)
    rows = sparse.csr_array(np.array([[1.0, 2.0]]))
    solver.load(two, rows, np.array([-np.inf]), np.array([most]), 0 * two, 1.5 * two, np.full(2, integer))
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
    solver = loaded(integer=True, most=2.5)
    solver.impose_integrality(False)
    assert solver.run(Clock(), iterations=0).bound >= 1.75
    found = solver.run(Clock())
    assert (found.value, found.bound) == (pytest.approx(1.75), pytest.approx(1.75))
    solver.impose_integrality(True)
    assert solver.run(Clock()).bound == pytest.approx(1.0)
    solver.impose_integrality(False)
    assert solver.run(Clock()).bound == pytest.approx(1.75)


@pytest.mark.parametrize("seed", range(6, 10))
def test_the_point_of_a_relaxation_is_no_start(seed: int) -> None:
    """HiGHS searched in a small problem about it first, whose bound was taken for that of the whole."""
    random = np.random.default_rng(seed)
    weight = random.integers(5, 60, (5, 25)).astype(float)
    cost, zero = random.random(25) / 25, np.zeros(25)
    solver, least, most = Solver(), np.full(5, -np.inf), np.floor(weight.sum(axis=1) / 3)
    solver.load(cost, sparse.csr_array(weight), least, most, zero, zero + 1, np.ones(25, bool))
    best = solver.run(Clock(), 0.0).value
    solver.impose_integrality(False)
    solver.run(Clock())
    solver.impose_integrality(True)
    assert solver.run(Clock(), 0.0, enough=1.01 * best).bound >= best - 1e-7


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


@pytest.mark.parametrize("brisk", [highs.UNLIMITED, highs.FULLY])
def test_whole_numbers_have_whole_bounds(brisk: float) -> None:
    """Left at 1.5, HiGHS's presolve makes it 1, and calls that optimal."""
    found = loaded(integer=True).run(Clock(), brisk=brisk)
    assert (found.value, found.bound) == (pytest.approx(2.0), pytest.approx(2.0))


def test_whole_numbers_between_two_that_follow_are_none() -> None:
    solver, one = Solver(), np.ones(1)
    rows = sparse.csr_array(np.array([[1.0]]))
    solver.load(one, rows, -9 * one, 9 * one, 0.2 * one, 0.8 * one, np.full(1, True))
    assert solver.run(Clock()).ended is Ended.INFEASIBLE


KINDS = highspy.HighsModelStatus.__members__
NO_ANSWER = sorted(KINDS.keys() - {kind.name for kind in highs.ANSWERS})


def failing(monkeypatch: pytest.MonkeyPatch, solver: Solver, ending: str, times: int) -> list[int]:
    """Let so many runs of the solver end in another way; returns a list that counts the runs."""
    runs, run, status = [0], solver._highs.run, solver._highs.getModelStatus

    def counted() -> highspy.HighsStatus:
        runs[0] += 1
        done = run()
        return highspy.HighsStatus.kError if ending == "error" and runs[0] <= times else done

    def ended() -> highspy.HighsModelStatus:
        return KINDS[ending] if ending != "error" and runs[0] <= times else status()

    monkeypatch.setattr(solver._highs, "run", counted)
    monkeypatch.setattr(solver._highs, "getModelStatus", ended)
    return runs


@pytest.mark.parametrize("times", range(1, len(highs.ANEW) + 1))
@pytest.mark.parametrize(("integer", "value"), [(False, 2.25), (True, 2.0)])
@pytest.mark.parametrize("ending", [*NO_ANSWER, "error"])
def test_a_run_that_ends_in_no_answer_is_begun_anew(
    monkeypatch: pytest.MonkeyPatch, ending: str, integer: bool, value: float, times: int
) -> None:
    """What is asked is bounded: such an ending is of rounding, and seldom comes back in another way."""
    solver = loaded(integer)
    runs = failing(monkeypatch, solver, ending, times)
    found = solver.run(Clock(), start=np.zeros(2) if integer else None)
    assert (found.ended, found.value) == (Ended.OPTIMAL, pytest.approx(value))
    assert found.bound == pytest.approx(value)
    assert runs == [times + 1]
    monkeypatch.undo()
    again = solver.run(Clock())
    assert (again.ended, again.value) == (Ended.OPTIMAL, pytest.approx(value))


@pytest.mark.parametrize("integer", [False, True])
@pytest.mark.parametrize("ending", [*NO_ANSWER, "error"])
def test_a_run_that_never_ends_in_an_answer_is_an_error(
    monkeypatch: pytest.MonkeyPatch, ending: str, integer: bool
) -> None:
    solver = loaded(integer)
    runs = failing(monkeypatch, solver, ending, 100)
    with pytest.raises(SolverError, match="however it began"):
        solver.run(Clock())
    assert runs == [1 + len(highs.ANEW)]


@pytest.mark.parametrize("integer", [False, True])
def test_once_time_is_out_nothing_is_begun_anew_or_claimed(
    monkeypatch: pytest.MonkeyPatch, integer: bool
) -> None:
    solver, clock = loaded(integer), Clock()
    runs, run = failing(monkeypatch, solver, "kUnbounded", 100), solver._highs.run

    def interrupted() -> highspy.HighsStatus:
        clock.interrupted = True
        return run()

    monkeypatch.setattr(solver._highs, "run", interrupted)
    found = solver.run(clock)
    assert (found.ended, found.bound, runs) == (Ended.STOPPED, np.inf, [1])


def test_a_linear_program_that_is_lost_on_its_way_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """From an earlier basis the simplex has so many iterations; then it is another way's turn."""
    solver = loaded(integer=False)
    solver.run(Clock())
    runs = failing(monkeypatch, solver, "kIterationLimit", 1)
    solver.change_costs(np.array([1.0, 3.0]))
    assert (solver.run(Clock()).value, runs) == (pytest.approx(4.5), [2])


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Solver:
    """A solver whose simplex is ended as soon as it asks, which it does before it makes an iteration."""
    monkeypatch.setattr(highs, "STUCK", -1)
    monkeypatch.setattr(highs, "LARGE", 0)
    return loaded(integer=False)


def test_a_simplex_that_makes_no_iteration_is_ended_and_begun_anew(
    stuck: Solver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for a proof row by row, it went on for minutes, and no limit of iterations ended it."""
    runs = failing(monkeypatch, stuck, "error", 0)
    found = stuck.run(Clock())
    assert (found.ended, found.value) == (Ended.OPTIMAL, pytest.approx(2.25))
    assert runs[0] > 1


def test_a_peek_that_makes_no_iteration_is_left_as_it_is(
    stuck: Solver, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = failing(monkeypatch, stuck, "error", 0)
    found = stuck.run(Clock(), iterations=10)
    assert (found.ended, found.bound, runs) == (Ended.STOPPED, np.inf, [1])


def test_a_simplex_that_never_makes_an_iteration_is_an_error(
    stuck: Solver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped by nobody and by no limit, it must not pass for that."""
    monkeypatch.setattr(highs, "ANEW", [way for way in highs.ANEW if way[:2] == ("off", "simplex")])
    with pytest.raises(SolverError, match="however it began"):
        stuck.run(Clock())
