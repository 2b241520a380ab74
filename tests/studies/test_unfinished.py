"""What a question did not finish is said, and the time that is left goes to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from random_instances import random_instance

import optimiser
from optimiser.design.status import Status
from optimiser.instance.instance import Instance
from optimiser.solver.answer import Answer, Unfound
from optimiser.studies import payoff
from optimiser.studies.explain import explain
from optimiser.studies.finding import Finding
from optimiser.studies.study import Study

PAIR = ("accountability", "responsiveness")
ASKS: dict[str, Callable[..., Finding]] = {
    "explain": optimiser.explain,
    "diagnose": optimiser.diagnose,
    "compare": optimiser.compare,
    "alternatives": optimiser.alternatives,
    "frontier": lambda instance, **options: optimiser.frontier(instance, PAIR, **options),
    "map": optimiser.weight_map,
    "thresholds": lambda instance, **options: optimiser.thresholds(
        instance, "organisations.staff_hours", (1, 30), **options
    ),
}


@pytest.fixture(scope="module")
def archetype() -> Instance:
    return optimiser.read("instances/archetype")


@pytest.mark.parametrize("command", ASKS)
def test_what_ends_before_it_is_done_says_what_is_left(archetype: Instance, command: str) -> None:
    cut, whole = ASKS[command](archetype, time_limit=1e-9), ASKS[command](archetype)
    assert (cut.complete, whole.complete) == (False, True)
    assert cut.unfinished
    assert cut.to_dict()["unfinished"] == list(cut.unfinished)
    assert all(said.endswith(".") for said in cut.unfinished)
    assert whole.to_dict()["unfinished"] == []


def test_lines_of_weights_are_bounded_and_moves_are_not(monkeypatch: Any) -> None:
    instance = random_instance(5, {"asymmetric", "population", "needs", "urgency"}, sizes=3)
    whole = optimiser.explain(instance)
    monkeypatch.setattr(explain, "QUESTIONS", 1)
    some = optimiser.explain(instance)
    assert not some.complete
    assert some.unfinished[0].startswith("Not all weights were searched in 1 solves each")
    assert some.run["solves"] < whole.run["solves"]
    costs = [[move.cost for one in found.decisions for move in one.moves] for found in (whole, some)]
    assert costs[0] == pytest.approx(costs[1], abs=1e-9)
    assert optimiser.explain(instance, time_limit=600).complete  # the limit is of time then


def test_the_time_that_is_left_goes_to_what_is_not_proven(archetype: Instance, monkeypatch: Any) -> None:
    """The first answer for every objective is cut short: each is asked again, with more time."""
    asked: dict[int, list[float]] = {}
    find = payoff._most

    def cut_short(study: Any, g: int, pool: Any, gap: float, answer: Any = None) -> Any:
        asked.setdefault(g, []).append(study.clock.left)
        found = find(study, g, pool, gap, answer)
        return replace(found, bound=found.best + 1) if len(asked[g]) == 1 and g < 3 else found

    monkeypatch.setattr(payoff, "_most", cut_short)
    found = optimiser.compare(archetype, time_limit=600)
    assert found.complete
    for g, seconds in asked.items():
        assert len(seconds) == (2 if g < 3 else 1)
        assert g >= 3 or seconds[1] > seconds[0]
    asked.clear()
    unlimited = optimiser.compare(archetype)  # nothing more could be had by asking again
    assert not unlimited.complete
    assert "How far these can reach was not settled" in unlimited.unfinished[0]
    assert all(len(seconds) == 1 for seconds in asked.values())


@pytest.mark.parametrize("found", [True, False])
def test_the_best_design_is_gone_on_with_in_the_time_that_is_left(
    archetype: Instance, monkeypatch: Any, found: bool
) -> None:
    """The first answer, the best design, is cut short: with a worse design, or without any."""
    whole = optimiser.compare(archetype)
    ask, worse = Study.ask, {"fixed": {0: 1}}  # I1 is held locally

    def cut_short(study: Study, **options: Any) -> Answer:
        first = study.solves == 0
        answer = ask(study, **(worse if first else options))
        if not first:
            return answer
        short = replace(answer, status=Status.FEASIBLE, bound=1.0)
        return short if found else Unfound(Status.UNKNOWN, 1.0)

    monkeypatch.setattr(Study, "ask", cut_short)
    again = optimiser.compare(archetype, time_limit=60)
    assert again.complete
    mine, theirs = again.to_dict(), whole.to_dict()
    assert mine["designs"] == theirs["designs"]
    for one, other in zip(mine["ranges"], theirs["ranges"], strict=True):
        assert one["best"] == pytest.approx(other["best"], abs=1e-9)
