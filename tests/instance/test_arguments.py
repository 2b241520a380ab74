"""Arguments from Python: what is wrong is an InputError with the argument's name, for every public function."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from paths import ARCHETYPE, INSTANCES

import optimiser
from optimiser import InputError

INSTANCE = optimiser.read(ARCHETYPE)
QUESTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(optimiser, name)
    for name in optimiser.__all__
    if inspect.isfunction(getattr(optimiser, name)) and name not in ("read", "report")
}
NEEDED = {
    "thresholds": {"what": "weights.responsiveness"},
    "verify": {"result": {"decision": []}},
    "replay": {"series": "no/such/series.csv"},
    "path": {"instance": optimiser.read(INSTANCES / "pendulum")},
    "sensitivity": {
        "study": {
            "name": "one",
            "method": "grid",
            "steps": 2,
            "vary": [
                {"name": "hours", "what": "workload.hours", "how": "multiply", "range": [0.5, 1.0]},
            ],
        }
    },
}
ODD: list[Any] = [5, "text", object()]
WRONG: dict[str, list[Any]] = {
    "instance": ["instances/archetype", ARCHETYPE, None, *ODD],
    "weights": [
        *ODD, ["responsiveness"], {}, {"responsiveness": "1"}, {"responsivness": 1}, {"responsiveness": True}, {5: 1},
        {"responsiveness": math.nan}, {"responsiveness": -1}, {"responsiveness": None}, {"responsiveness": 0},
    ],
    "fix": [*ODD, ["P1"], "P1=central", {"P1": 5}, {"P1": None}, {5: "central"}, {"P1": "centrl"}, {"P9": "local"}],
    "lexicographic": [*ODD, None, "accountability", [5], ["acountability"], ["accountability"] * 2],
    "at_least": [
        *ODD, ["responsiveness"], {"responsiveness": "0.5"}, {"responsiveness": 85}, {"responsiveness": -0.1},
        {"responsiveness": math.inf}, {"economics": 0.5}, {"responsiveness": True},
    ],
    "gap": ["0.1", None, True, math.nan, math.inf, -1, [1e-6], object()],
    "time_limit": ["5", True, 0, -1, math.nan, [5], object()],
    "threads": [1.5, "2", 0, 2000, True, None, object()],
    "extend": ODD,
    "progress": ODD,
    "decisions": [*ODD, "P1", None, ["P9"], [5]],
    "locality": [*ODD, "localty"],
    "count": ["3", 0, 1.5, True, object()],
    "within": ["0.1", -1, math.nan, True, object()],
    "diverse": ["3", -1, 1.5, True, None],
    "by_locality": ["yes", 1, None],
    "objectives": [*ODD, "accountability,responsiveness", ["acountability", "economy"], [5, 6], ["economy"]],
    "points": ["3", 1, 2.5, True],
    "tolerance": ["0.1", -1, True, math.nan, object()],
    "designs": [*ODD, ["x"], {"mine": 5}, {"mine": None}, {"mine": "no/such/file"}, {"best": ARCHETYPE}],
    "others": [*ODD, INSTANCE, None, ["instances/archetype"], [INSTANCE, None]],
    "reach": ["no", 1, None],
    "what": [5, None, "staff_hours", "organisations.staf_hours", object()],
    "range": ["0,1", 5, (1,), ("0", 1), (0, 1, 2), (math.nan, 1), (1, 0)],
    "how": [5, "sett"],
    "where": [5, "level=local", {"levl": "local"}],
    "also": [5, "x", {"what": 5}, {"whta": "weights.economy"}, {}],
    "start": [*ODD, ["x"], "no/such/file", ARCHETYPE, pd.DataFrame({"decision": ["P1"]})],
    "series": [5, None, object(), "no/such/file", ARCHETYPE, pd.DataFrame({"date": ["2020-10-01"]})],
    "delays": [*ODD, "3", None, [1.5], [-1], ["x"]],
    "mobilisation": ["1", -0.1, 1.1, True, math.nan, object()],
    "fit_until": ["yesterday", 5, "1.1.2021", object()],
    "foresight": [*ODD, "path", [], ["blind"], [5]],
    "study": [5, object(), None, {}, "no/such/study.toml"],
    "from_sources": [5, "measurd", object()],
    "out": [5, object()],
    "executor": ODD,
    "scheduler": [5, "here", object()],
    "workers": ["many", 0, 1.5, None, object()],
    "limit": ["3", -1, 1.5, True, object()],
    "retry": [5, "all", object()],
    "fresh": ["yes", 1, None],
    "format": [5, "xlsx", None],
    "result": [*ODD, None, ["x"], "no/such/file", ARCHETYPE, pd.DataFrame({"decision": ["P1"]})],
}  # fmt: skip
NAMED_BY_WHAT_IT_IS = {
    "result",
    "designs",
    "series",
    "start",
    "study",
    "from_sources",
    "out",
}  # a path: the file, and what is wrong with it


def refused(question: Callable[..., Any], call: dict[str, Any]) -> tuple[str, ...]:
    try:
        question(**call)
    except InputError as error:
        return error.problems
    pytest.fail(f"{call} was taken")


CASES = [
    (question, parameter)
    for question, function in QUESTIONS.items()
    for parameter in inspect.signature(function).parameters
]


@pytest.mark.parametrize(("question", "parameter"), CASES)
def test_a_wrong_argument_is_an_input_error_with_its_name(question: str, parameter: str) -> None:
    for value in WRONG[parameter]:
        call = {"instance": INSTANCE} | NEEDED.get(question, {}) | {parameter: value}
        problems = refused(QUESTIONS[question], call)
        assert not any("\n" in problem for problem in problems)
        if parameter not in NAMED_BY_WHAT_IT_IS:
            names = (
                (parameter, str(call["what"])) if parameter in ("where", "range", "what") else (parameter,)
            )
            assert any(problem.startswith(names) for problem in problems), (value, problems)


def test_a_path_is_asked_for_with_some_foresight() -> None:
    (problem,) = refused(
        optimiser.path, {"instance": optimiser.read(INSTANCES / "pendulum"), "foresight": None}
    )
    assert problem.startswith("foresight")


def test_everything_wrong_with_a_call_is_said_at_once() -> None:
    wrong = {
        "weights": "abc",
        "fix": 5,
        "lexicographic": "a",
        "at_least": [1],
        "gap": "x",
        "time_limit": True,
    }
    wrong |= {"threads": 1.5, "extend": 3, "progress": 3}
    with pytest.raises(InputError) as error:
        optimiser.solve(INSTANCE, **wrong)  # type: ignore[arg-type]
    assert [problem.partition(":")[0] for problem in error.value.problems] == list(wrong)


def test_numbers_of_other_libraries_are_numbers() -> None:
    numbers = {"gap": np.float32(1e-6), "time_limit": np.int64(60), "threads": np.int32(1)}
    plain = optimiser.solve(INSTANCE, weights={"responsiveness": 1}, at_least={"accountability": 0.1})
    weights: Any = pd.Series({"responsiveness": np.float64(1)})
    other = optimiser.solve(
        INSTANCE, weights=weights, at_least={"accountability": np.float32(0.1)}, **numbers
    )
    assert other.to_dict()["design"] == plain.to_dict()["design"]
    assert optimiser.alternatives(INSTANCE, count=np.int64(2)).to_dict()["designs"][1]["rank"] == 2


@pytest.mark.parametrize("path", [None, 5, ["x"], object()])
def test_no_path_is_an_input_error(path: Any) -> None:
    with pytest.raises(InputError, match=r"^path: "):
        optimiser.read(path)
    with pytest.raises(InputError, match=r"^path: "):
        INSTANCE.write(path)


def test_threads_are_no_more_than_the_machine_has(run) -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    for ran in (
        run("solve", ARCHETYPE, "--threads", "2000"),
        run("map", ARCHETYPE, "--threads", "2000"),
    ):
        assert ran.code == 2
        assert (
            ran.err
            == f"--threads: '2000' is not a whole number from 1 to {cores} (as many as this machine has)\n"
        )


def test_what_can_be_caught_can_be_imported() -> None:
    for name in ("InputError", "InfeasibleError", "NoDesignError", "SolverError"):
        assert issubclass(getattr(optimiser, name), Exception)
        assert name in dir(optimiser)
    none = INSTANCE.replace("decisions.levels", set="local").replace("organisations.staff_hours", set=1)
    with pytest.raises(optimiser.NoDesignError):
        optimiser.solve(none).value  # noqa: B018
    with pytest.raises(optimiser.InfeasibleError):
        optimiser.frontier(none)
