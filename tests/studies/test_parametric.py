"""The exact search along a line, against the upper envelope of lines that are all known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.design.status import Status
from optimiser.errors import InfeasibleError
from optimiser.solver.clock import Clock
from optimiser.studies.parametric import ROUND, Asked, Traced, trace

ENDS = st.tuples(st.integers(0, 20), st.integers(0, 20))


@dataclass
class Told:
    """As much of an answer as the search reads."""

    at: tuple[float, float]
    design: np.ndarray
    value: float
    bound: float
    status: Status = Status.OPTIMAL
    found: bool = True


def one_by_one(ask: Callable[[float, np.ndarray | None], Told]) -> Callable[[list[Asked]], list[Told]]:
    return lambda asked: [ask(x, start) for x, start in asked]


@dataclass
class Oracle:
    """Knows every line; may say less than the best by a share of it, as a solver with a gap does."""

    lines: list[tuple[float, float]]
    slack: float = 0.0
    seed: int = 0
    asked: list[float] = field(default_factory=list)

    def best(self, x: float) -> float:
        return max((1 - x) * a + x * b for a, b in self.lines)

    def ask(self, x: float, start: np.ndarray | None) -> Told:
        self.asked.append(x)
        best = self.best(x)
        near = [
            k
            for k, (a, b) in enumerate(self.lines)
            if (1 - x) * a + x * b >= best - self.slack * abs(best) / 2
        ]
        k = int(np.random.default_rng([self.seed, len(self.asked)]).choice(near))
        a, b = self.lines[k]
        value = (1 - x) * a + x * b
        return Told((a, b), np.array([k]), value, value + self.slack * abs(value))

    def trace(self, gap: float = 1e-9, clock: Clock | None = None) -> Traced:
        return trace(one_by_one(self.ask), lambda told: told.at, 0.0, 1.0, gap, clock or Clock())


@settings(deadline=None, max_examples=150)
@given(st.lists(ENDS, min_size=1, max_size=12), st.integers(0, 99))
def test_it_finds_the_whole_envelope(lines: list[tuple[int, int]], seed: int) -> None:
    oracle = Oracle([(float(a), float(b)) for a, b in lines], seed=seed)
    traced = oracle.trace()
    assert traced.complete
    assert traced.error <= 1e-9
    for x in np.linspace(0, 1, 41):
        assert traced.value(x) == pytest.approx(oracle.best(x), abs=1e-9)
    for line, low, high in zip(traced.lines, traced.corners[:-1], traced.corners[1:], strict=True):
        assert low < high
        middle = (low + high) / 2
        a, b = line.answer.at
        assert (1 - middle) * a + middle * b == pytest.approx(oracle.best(middle), abs=1e-9)
    assert traced.corners[0] == 0
    assert traced.corners[-1] == 1
    assert len(oracle.asked) <= 3 * len(set(lines)) + 2  # a corner is asked once


@settings(deadline=None, max_examples=80)
@given(st.lists(ENDS, min_size=1, max_size=12), st.integers(0, 99), st.sampled_from([0.001, 0.05, 0.3]))
def test_its_error_bounds_what_a_gap_hides(lines: list[tuple[int, int]], seed: int, gap: float) -> None:
    oracle = Oracle([(float(a), float(b)) for a, b in lines], slack=gap, seed=seed)
    traced = oracle.trace(gap)
    for x in np.linspace(0, 1, 41):
        assert oracle.best(x) <= traced.value(x) + traced.error + 1e-9


@settings(deadline=None, max_examples=80)
@given(st.lists(ENDS, min_size=3, max_size=12), st.integers(2, 5))
def test_what_is_known_when_time_runs_out_has_a_true_error(lines: list[tuple[int, int]], most: int) -> None:
    clock = Clock()
    oracle = Oracle([(float(a), float(b)) for a, b in lines])
    ask = oracle.ask

    def hurried(x: float, start: np.ndarray | None) -> Told:
        clock.interrupted = len(oracle.asked) + 1 >= most
        return ask(x, start)

    traced = trace(one_by_one(hurried), lambda told: told.at, 0.0, 1.0, 1e-9, clock)
    assert len(oracle.asked) < most + ROUND  # what has begun is ended
    for x in np.linspace(0, 1, 41):
        assert oracle.best(x) <= traced.value(x) + traced.error + 1e-9
    assert traced.complete == (traced.error <= 1e-7)


def test_a_design_with_several_lines_is_one_piece() -> None:
    oracle = Oracle([(0.0, 3.0), (1.0, 2.5), (3.0, 0.0)])

    def ask(x: float, start: np.ndarray | None) -> Told:
        told = oracle.ask(x, start)
        told.design = np.minimum(told.design, 1)  # the last two are one design
        return told

    pieces = trace(one_by_one(ask), lambda told: told.at, 0.0, 1.0, 1e-9, Clock()).pieces
    assert [p.answer.design.tolist() for p in pieces] == [[1], [0]]
    assert pieces[0].high == pieces[1].low == pytest.approx(2 / 3)


def test_what_is_infeasible_is_so_everywhere() -> None:
    def ask(x: float, start: np.ndarray | None) -> Told:
        return Told((0, 0), np.zeros(0), -np.inf, -np.inf, Status.INFEASIBLE, False)

    with pytest.raises(InfeasibleError):
        trace(one_by_one(ask), lambda told: told.at, 0.0, 1.0, 1e-9, Clock())


def test_without_time_nothing_is_claimed() -> None:
    traced = Oracle([(0.0, 1.0)]).trace(clock=Clock(interrupted=True))
    assert not traced.complete
    assert traced.pieces == []
    assert traced.error == np.inf
