"""Nothing that was found is lost, and no more is claimed than was proven, whenever and however a search ends."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from enumeration import brute_force
from hard_permutations import permutations
from kinds import KINDS, holds_up
from paths import ARCHETYPE
from random_instances import random_instance
from rows_by_hand import rows
from scipy import sparse

import optimiser
from optimiser import Instance, Status
from optimiser.errors import SolverError
from optimiser.solver import highs, solve
from optimiser.solver.clock import Clock
from optimiser.solver.cuts.cuts import Cuts
from optimiser.solver.highs import Solver
from optimiser.solver.outcome import Ended, Outcome
from optimiser.solver.search import master as search

# A clock that is out at the k-th question, for every k


@dataclass
class Counting(Clock):
    """Out from the question after the `last` on."""

    last: int = 0
    asked: int = 0

    @property
    def left(self) -> float:
        return np.inf

    @property
    def out(self) -> bool:
        self.asked += 1
        return self.interrupted or self.asked > self.last


@dataclass
class Seen:
    """What passed through a search's hands: whether designs had a value, and the best."""

    values: list[float] = field(default_factory=list)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    found, note = Seen(), search.Progress.note

    def noting(self: search.Progress, latest: search.Candidate) -> None:
        if latest.value > -np.inf:
            found.values.append(latest.value)
        note(self, latest)

    monkeypatch.setattr(search.Progress, "note", noting)
    return found


def ended_at_every_question(
    instance: Instance, seen: Seen, monkeypatch: pytest.MonkeyPatch, most: int = 60, **asked: Any
) -> set[Status]:
    """Solve with a clock that is out at each question it is asked, evenly spaced where there are many."""
    whole = Counting(last=10**9)
    monkeypatch.setattr(solve, "Clock", lambda: whole)
    best = optimiser.solve(instance, **asked)
    assert best.status in (Status.OPTIMAL, Status.INFEASIBLE)
    statuses = set()
    for last in sorted({int(k) for k in np.linspace(0, whole.asked, most)}):
        seen.values.clear()
        monkeypatch.setattr(solve, "Clock", lambda last=last: Counting(last=last))
        design = optimiser.solve(instance, **asked)
        statuses.add(design.status)
        holds_up(design, best)
        assert design.found or not seen.values
        if design.found and not asked.get("lexicographic"):
            assert design.value >= max(seen.values) - 1e-9
    return statuses


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_clock_that_is_out_at_any_moment_loses_nothing(
    kind: str, seed: int, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = random_instance(seed, KINDS[kind].split(), most_designs=64, sizes=3)
    statuses = ended_at_every_question(instance, seen, monkeypatch, most=25)
    assert {Status.UNKNOWN} < statuses


@pytest.mark.parametrize("kind", ["uniform", "asymmetric", "coupled", "averse"])
@pytest.mark.parametrize("seed", [4, 5])
def test_nor_under_floors_and_with_what_is_fixed(
    kind: str, seed: int, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = random_instance(seed, KINDS[kind].split(), most_designs=48, sizes=3)
    free = brute_force(instance).designs
    assert free
    reached = sorted(judged.objectives["accountability"] for judged in free)
    floor = {"accountability": reached[len(reached) // 2] - 1e-3}
    top = instance["levels"]["level"][free[0].record.held[0, 0]]
    fix = {f"{instance['decisions']['decision'][0]}": top}
    statuses = ended_at_every_question(instance, seen, monkeypatch, most=15, at_least=floor)
    assert {Status.UNKNOWN, Status.OPTIMAL} <= statuses
    ended_at_every_question(instance, seen, monkeypatch, most=10, fix=fix)


@pytest.mark.parametrize("kind", ["uniform", "asymmetric", "averse"])
def test_nor_between_objectives_in_order(kind: str, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is one of the value, whichever objective was being raised."""
    instance = random_instance(6, KINDS[kind].split(), most_designs=48, sizes=3)
    order = ("responsiveness", "accountability")
    statuses = ended_at_every_question(instance, seen, monkeypatch, most=25, lexicographic=order)
    assert {Status.UNKNOWN, Status.FEASIBLE, Status.OPTIMAL} <= statuses


def test_nor_where_the_model_was_extended(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_most_two_at_the_top(model: pyo.ConcreteModel) -> None:
        first = model.LEVELS.first()
        model.few = pyo.Constraint(expr=sum(model.placed[k] for k in model.placed if k[2] == first) <= 2)

    for seed in (1, 2):
        instance = random_instance(seed, KINDS["mixed"].split(), most_designs=64, sizes=3)
        statuses = ended_at_every_question(
            instance, seen, monkeypatch, most=25, extend=at_most_two_at_the_top
        )
        assert {Status.UNKNOWN, Status.OPTIMAL} <= statuses


@pytest.mark.parametrize("kind", ["uniform", "extended"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_highs_holds_when_it_is_stopped_is_kept(
    kind: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mixed-integer run that ends as HiGHS does at a limit: with a solution, and no bound."""
    instance = random_instance(seed, KINDS["uniform"].split(), most_designs=64, sizes=4)
    extend: Callable[[Any], None] | None = (lambda model: None) if kind == "extended" else None
    best = optimiser.solve(instance)
    assert best.found
    runs, running = 0, Solver.run

    def stopped(self: Solver, clock: Clock, *rest: Any, **more: Any) -> Outcome:
        nonlocal runs
        outcome = running(self, clock, *rest, **more)
        if not self._whole_numbers or outcome.x is None:
            return outcome
        runs += 1
        clock.interrupted = True
        return replace(outcome, ended=Ended.STOPPED, bound=np.inf)

    monkeypatch.setattr(Solver, "run", stopped)
    design = optimiser.solve(instance, extend=extend, gap=0.0)
    assert runs
    assert design.found
    assert design.interrupted
    holds_up(design, best)


def test_what_highs_held_is_kept_where_it_does_not_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is left alone, with the last solution that it told of."""
    instance = permutations(tmp_path, 5)
    best = optimiser.solve(instance)
    monkeypatch.setattr(highs.threading.Event, "is_set", lambda self: False)
    monkeypatch.setattr(highs, "GRACE", 5.0)  # in truth it ends sooner
    design = optimiser.solve(instance, time_limit=10.0)
    assert design.value == pytest.approx(best.value)
    holds_up(design, best)


# While the model is built


def test_a_limit_while_the_model_is_built_ends_with_a_sentence(run: Any, tmp_path: Path) -> None:
    permutations(tmp_path, 5)
    ran = run("solve", str(tmp_path), "--time-limit", "0.001")
    assert ran.code == 5
    assert "A limit was reached before any design was found" in ran.out


def test_an_interruption_while_the_model_is_built(
    tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from optimiser.solver import problem

    assemble = problem.assemble

    def interrupting(*arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return assemble(*arguments)

    monkeypatch.setattr(problem, "assemble", interrupting)
    permutations(tmp_path, 5)
    ran = run("solve", str(tmp_path), "--json")
    assert ran.code == 130
    document = json.loads(ran.out)
    assert (document["status"], document["interrupted"]) == ("unknown", True)
    assert "design" not in document


# Neighbours


@pytest.mark.parametrize("gap", [1e-6, 10.0])
@pytest.mark.parametrize("kind", KINDS)
def test_no_design_is_reported_beside_a_better_one(kind: str, gap: float) -> None:
    """With a gap that anything closes, or with no time, what is found is at least better than its moves."""
    for seed in range(4):
        instance = random_instance(seed, KINDS[kind].split(), most_designs=64, sizes=3)
        for judged in brute_force(instance).designs[-1:]:
            start = rows(instance, judged.record.held)
            for limit in (None, 1e-9):
                design = optimiser.solve(instance, gap=gap, time_limit=limit, start=start)
                assert design.verified
                assert design.neighbours.better == 0
                assert design.neighbours.checked == design.neighbours.total
                assert design.closest is None or design.closest.cost >= 0


@pytest.mark.parametrize(
    "ends", [lambda p: p.found(Ended.OPTIMAL), lambda p: p.ended, lambda p: p.nothing_more()]
)
def test_a_bound_below_the_value_is_lifted_by_rounding_and_refused_beyond(ends: Any) -> None:
    def progress(bound: float) -> search.Progress:
        best = search.Candidate(np.zeros(1, int), 0.5, Cuts(sparse.csr_array((0, 1)), np.zeros(0)))
        return search.Progress(1e-6, np.inf, best, bound)

    assert ends(progress(0.5 - 2e-7)).bound == 0.5
    assert ends(progress(0.5)).bound == 0.5
    with pytest.raises(SolverError, match=r"the value 0\.5 lies above the solver's bound 0\.49"):
        ends(progress(0.49))


def test_a_wrong_bound_of_a_search_is_an_error_and_no_answer(monkeypatch: Any) -> None:
    """Cuts that are too tight leave a bound below the value of a design that breaks them."""
    lower = search.Progress.lower
    monkeypatch.setattr(search.Progress, "lower", lambda self, bound: lower(self, bound - 0.01))
    with pytest.raises(SolverError, match="lies above the solver's bound"):
        optimiser.solve(optimiser.read(ARCHETYPE))
