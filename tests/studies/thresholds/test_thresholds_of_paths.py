"""thresholds of what a path reads: tipping values in closed form, and every point against all sequences."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import path_cases
import pytest
from path_by_hand import random_path, scored_path
from path_enumeration import Paths
from paths import ARCHETYPE, INSTANCES
from random_instances import FEATURES, write
from random_paths import random_path_files

import optimiser
from optimiser import Instance
from optimiser.errors import InfeasibleError, InputError
from optimiser.studies.inputs import WIDENS, WIDENS_PATH, input_of, variant
from optimiser.studies.thresholds import bisection

PENDULUM = INSTANCES / "pendulum"
TWO = ("accountability", "responsiveness")
ALL = [f for f in FEATURES if f not in ("bare", "infeasible", "scores")]


def levels(design: Any) -> str:
    """The path of one decision, a letter a period."""
    return "".join(row["level"][0] for row in design)


# Known answers


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stretch of which nothing is proven is asked at few places."""
    monkeypatch.setattr(bisection, "STEPS", 4)


def test_what_a_move_may_cost_before_nothing_moves() -> None:
    """Four years of 1 at the centre, three of 0.6 locally, where it is now. The way back pays up to 1.8, the
    way there up to 4 - 1.8."""
    found = optimiser.thresholds(optimiser.read(PENDULUM), "decisions.switch_cost", (0, 4))
    assert (found.foresight, found.method, found.complete, found.proven) == ("path", "lines", True, True)
    assert [tip.at for tip in found.tips] == pytest.approx([1.8, 2.2], abs=1e-9)
    assert [levels(part.design) for part in found.intervals] == ["cccclll", "ccccccc", "lllllll"]
    assert [row["period"] for row in found.tips[0].moves] == ["year 5", "year 6", "year 7"]
    assert {(row["from"], row["to"]) for row in found.tips[1].moves} == {("central", "local")}


@pytest.mark.parametrize(("foresight", "last"), [("path", 1.4), ("none", 1.0)])
def test_short_sight_looks_at_one_period_only(few: None, foresight: str, last: float) -> None:
    """Two years of 1 at l0, then one of 0.6 at l1, where it is now: 0.6 pays for the way back, 2 less that
    for the way there, or with short sight 1."""
    worth = [{TWO[0]: 1.0, TWO[1]: 0.0}, {TWO[0]: 0.0, TWO[1]: 0.6}]
    found = optimiser.thresholds(
        scored_path([TWO[0], *TWO], worth, now=1),
        "decisions.switch_cost",
        (0, 3),
        foresight=foresight,
        tolerance=1e-3,
    )
    assert (found.complete, found.proven) == (True, foresight == "path")
    assert [tip.at for tip in found.tips] == pytest.approx([0.6, last], abs=4e-3)
    assert [[row["level"] for row in part.design] for part in found.intervals] == [
        ["l0", "l0", "l1"], ["l0", "l0", "l0"], ["l1", "l1", "l1"],
    ]  # fmt: skip


@pytest.mark.parametrize(("how", "tip"), [("set", 0.6), ("multiply", 2.0), ("add", 0.3)])
def test_two_periods_tip_where_the_second_pays_for_the_move(how: str, tip: float) -> None:
    instance = scored_path(TWO, [{TWO[0]: 1.0, TWO[1]: 0.0}, {TWO[0]: 0.0, TWO[1]: 0.6}], switch=0.3, now=0)
    found = optimiser.thresholds(instance, "decisions.switch_cost", (0, 4), how=how)
    assert found.proven
    assert [each.at for each in found.tips] == pytest.approx([tip], abs=1e-9)
    assert [row["period"] for row in found.tips[0].moves] == ["p1"]


def test_so_fast_must_be_learnt_what_is_to_stay_local(few: None, tmp_path: Path) -> None:
    """Half is known; of what is missing half the rate is learnt in the first of two years: locally that is
    worth 0.5 + 1 - 0.5 (1 - rate / 2), at the centre twice 0.6."""
    write(tmp_path, path_cases.lock_in(2))
    where = {"level": "central"}
    instance = optimiser.read(tmp_path).replace("scores.responsiveness", set=0.6, where=where)
    found = optimiser.thresholds(instance, "path.learn", tolerance=1e-3)
    assert (found.method, found.complete, found.proven) == ("grid", True, False)
    assert [tip.at for tip in found.tips] == pytest.approx([0.8], abs=2e-3)
    assert [levels(part.design) for part in found.intervals] == ["cc", "ll"]


def test_nobody_watches_where_it_hurts(tmp_path: Path) -> None:
    """Local, and watched in the second year only: 0.99 and 1, where for nothing it would be 1 twice."""
    write(tmp_path, path_cases.watched(2))
    found = optimiser.thresholds(optimiser.read(tmp_path), "path.hurt", (0, 1))
    assert (found.method, found.complete, found.proven) == ("limits", True, True)
    (part,) = found.intervals
    assert levels(part.design) == "ll"
    assert part.values == pytest.approx((1.0, 0.995), abs=1e-6)


def test_so_much_must_be_known_at_the_start(few: None, tmp_path: Path) -> None:
    """0.25 + 1.75 of it locally, in two years, against twice 0.6."""
    write(tmp_path, path_cases.lock_in(2))
    instance = optimiser.read(tmp_path).replace("scores.responsiveness", set=0.6, where={"level": "central"})
    found = optimiser.thresholds(instance, "organisations.skill", where={"organisation": "o"}, tolerance=1e-3)
    assert (found.method, found.complete) == ("limits", True)
    assert [tip.at for tip in found.tips] == pytest.approx([0.95 / 1.75], abs=2e-3)
    assert [levels(part.design) for part in found.intervals] == ["cc", "ll"]
    assert found.intervals[0].proven


# Against every sequence of designs


@pytest.mark.parametrize(("seed", "what"), [(35, "learn"), (196, "heal")])
def test_no_sequence_is_better_anywhere(few: None, tmp_path: Path, seed: int, what: str) -> None:
    files = random_path_files(seed)
    toml = re.sub(rf"(?m)^{what} = .*$", "", files["instance.toml"])

    def at(value: float) -> dict[str, str]:
        return files | {"instance.toml": toml.replace("[path]", f"[path]\n{what} = {value}")}

    write(tmp_path, at(0.5))
    instance = optimiser.read(tmp_path)
    found = optimiser.thresholds(instance, f"path.{what}", (0.1, 0.9), tolerance=0.05)
    for value in (0.1, 0.37, 0.9):
        part = next(part for part in found.intervals if part.low <= value <= part.high)
        write(tmp_path, at(value))
        there = Paths(optimiser.read(tmp_path), at(value))
        best = there.best()
        assert best is not None
        held = [
            {
                (row["decision"], o): row["level"]
                for row in part.design
                if row["period"] == period["period"]
                for o in ([row["organisation"]] if row["organisation"] else there.the[0].localities)
            }
            for period in there.facts.periods
        ]
        worth = there.value(tuple(there.designs.index(each) for each in held))
        assert worth == pytest.approx(best.value, abs=3e-6)
        if value in (part.low, part.high):
            assert part.values[value == part.high] == pytest.approx(best.value, abs=3e-6)


@cache
def known() -> tuple[Instance, float]:
    """An instance with all that links periods, and the value of its best path."""
    instance = random_path(9, ALL).replace("organisations.morale", set=0.8)
    return instance, best(instance)


def best(instance: Instance) -> float:
    try:
        return optimiser.path(instance, foresight=["path"]).walks["path"].value
    except InfeasibleError:
        return -np.inf


PATH_ALONE = set(WIDENS_PATH.keys() - WIDENS.keys()) - {
    f"organisations.{rate}" for rate in ("hurt", "burn", "safe")
}  # as in [path]


@pytest.mark.parametrize("what", sorted({*PATH_ALONE, "organisations.staff_hours", "workload.hours"}))
def test_more_of_what_widens_never_costs(what: str) -> None:
    """Each entry of the table: the value of the best path moves the way that it says."""
    instance, value = known()
    path = what.replace("resource_types.", f"resources.{instance.resources[0]}.")
    less = best(variant(instance, [input_of(instance, path, (0.3, 1), "multiply", foresight="path")], (0.3,)))
    assert less == value or WIDENS_PATH[what] * (value - less) >= -1e-6


# What is asked, and what is said


def test_a_weight_moves_only_periods_without_their_own(tmp_path: Path) -> None:
    """And of what both read a design is asked, unless foresight is given."""
    rows = '[[periods]]\nperiod = "a"\nscenario = "normal"\nweights = { accountability = 1 }\n[[periods]]\nperiod = "b"\nscenario = "normal"\n'
    files = path_cases.files(
        rows,
        decisions=["decision,type,switch_cost", "d,process,0.1"],
        scores=[
            "decision,level,accountability,responsiveness,risk_pooling",
            "d,central,1,0,0",
            "d,local,0,1,0",
        ],
        current=["decision,level", "d,central"],
    )
    write(tmp_path, files)
    instance = optimiser.read(tmp_path)
    weights = {"accountability": 1, "responsiveness": 1}
    one = optimiser.thresholds(instance, "weights.responsiveness", weights=weights)
    assert [tip.at for tip in one.tips] == pytest.approx([0.5])
    assert "period" not in one.intervals[0].design[0]
    path = optimiser.thresholds(instance, "weights.responsiveness", weights=weights, foresight="path")
    assert path.method == "lines"
    assert [tip.at for tip in path.tips] == pytest.approx([0.55])  # w - 0.1 against 1 - w
    assert [levels(part.design) for part in path.intervals] == ["cc", "cl"]


@pytest.mark.parametrize(
    ("call", "named", "said"),
    [
        (("decisions.switch_cost", (0, 1)), {"foresight": "both"}, "foresight: 'both' is not one of none, path"),
        (("weights.responsiveness",), {"foresight": "path"}, "weights.responsiveness: every period has weights of its own"),
        (("path.learn",), {"workers": 0}, "workers: '0' is not a whole number from 1 to 10000, or auto"),
        (("path.burn", (0, 2)), {}, "path.burn: '2' is not a number from 0 to 1"),
    ],
)  # fmt: skip
def test_wrong_calls(call: tuple[Any, ...], named: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        optimiser.thresholds(optimiser.read(PENDULUM), *call, **named)
    assert list(error.value.problems) == [said]


def test_without_periods_there_is_no_path() -> None:
    with pytest.raises(InputError, match="foresight: it is that of a path, and the instance has no periods"):
        optimiser.thresholds(optimiser.read(ARCHETYPE), "workload.hours", (0, 1), foresight="path")


def test_an_interruption_keeps_what_is_known() -> None:
    told = list[str]()

    def stop(text: str) -> None:
        if text.startswith("5 points") and not told:
            told.append(text)
            os.kill(os.getpid(), signal.SIGINT)

    found = optimiser.thresholds(optimiser.read(PENDULUM), "path.learn", progress=stop)
    assert (found.interrupted, found.complete, found.proven) == (True, False, False)
    assert [levels(part.design) for part in found.intervals] == ["cccclll"]


@pytest.mark.parametrize("what", [("resources.reserve", "0,14"), ("decisions.switch_cost", "0,1")])
def test_where_no_path_is_possible(run: Callable[..., Any], tmp_path: Path, what: tuple[str, str]) -> None:
    """20 are asked for in each of two shocks, 10 are there: a reserve of 15 leaves 5 of 40 unmet, 1 may be."""
    write(tmp_path, path_cases.stockpile("shock", "shock", refill=0, max_unmet=0.05))
    ran = run("thresholds", tmp_path, what[0], "--range", what[1])
    assert ran.code == 3
    assert "no sequence of designs keeps every requirement anywhere in this range" in ran.err
    assert "diagnose" not in ran.err


def test_a_reserve_that_suffices(few: None, tmp_path: Path) -> None:
    """What is left unmet must be 2 in all: 18 of the reserve, and none is needed beyond 20."""
    write(tmp_path, path_cases.stockpile("shock", "shock", refill=0, max_unmet=0.05))
    found = optimiser.thresholds(optimiser.read(tmp_path), "resources.reserve", (10, 30), tolerance=1e-3)
    assert [bool(part.design) for part in found.intervals] == [False, True]
    assert [tip.at for tip in found.tips] == pytest.approx([18], abs=0.05)
    assert found.intervals[-1].values == pytest.approx((0.9, 1.0), abs=5e-3)


def test_out_of_time_nothing_is_said(run: Callable[..., Any]) -> None:
    ran = run("thresholds", PENDULUM, "path.learn", "--time-limit", "1e-9")
    assert ran.code == 5
    assert "time ran out" in ran.out
    assert "No path beats" not in ran.out


def test_what_is_printed_and_drawn(run: Callable[..., Any], tmp_path: Path) -> None:
    ran = run("thresholds", PENDULUM, "decisions.switch_cost", "--range", "0,4", "--out", tmp_path / "out")
    assert ran.code == 0
    for line in (
        "the path over 7 periods, with foresight",
        "2 changes of the best path",
        "central, local from year 5: visits",
        "1.8  visits: local -> central in year 5 to year 7",
    ):
        assert line in ran.out
    rows = (tmp_path / "out" / "moves.csv").read_text(encoding="utf-8").splitlines()
    assert rows[:2] == ["tip,period,decision,organisation,from,to", "1,year 5,visits,,local,central"]
    page = tmp_path / "page.html"
    assert run("report", tmp_path / "out", "--out", page).code == 0
    text = page.read_text(encoding="utf-8")
    assert "Where the path changes along" in text
    assert "Visits in hospital from local to central in year 5 to year 7" in text


def test_short_sight_is_not_called_the_best(few: None, run: Callable[..., Any]) -> None:
    given = ("decisions.switch_cost", "--range", "0,4", "--foresight", "none", "--tolerance", "0.2")
    ran = run("thresholds", PENDULUM, *given)
    assert ran.code == 0
    assert "the path over 7 periods, without foresight" in ran.out
    assert "THE VALUE BETWEEN" in ran.out
    assert "each period does its best with what it inherits" in ran.out


def test_two_inputs_are_a_map_of_paths(run: Callable[..., Any], tmp_path: Path) -> None:
    given = ("decisions.switch_cost", "--range", "0,4", "--and", "path.discount", "--and-range", "0,0.5")
    ran = run("thresholds", PENDULUM, *given, "--tolerance", "0.5", "--out", tmp_path / "out")
    assert ran.code == 0
    assert "A  central, local from year 5: visits" in ran.out
    assert "as A, but visits: central -> local in year 1 to year 4" in ran.out
    assert run("report", tmp_path / "out", "--out", tmp_path / "page.html").code == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Visits in hospital from central to local in year 1 to year 4" in text
