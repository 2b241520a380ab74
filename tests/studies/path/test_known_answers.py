"""Paths that can be worked by hand, asked on the command line and from Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import path_cases
import pytest
from random_instances import write

import optimiser

Files = Mapping[str, str]
Asked = Callable[[Files], dict[str, dict[str, Any]]]


@pytest.fixture
def asked(run: Callable[..., Any], tmp_path: Path) -> Asked:
    """What `path --json` says of these files, by foresight; Python says the same."""

    def asks(files: Files) -> dict[str, dict[str, Any]]:
        write(tmp_path, dict(files))
        ran = run("path", tmp_path, "--json")
        assert ran.code == 0, ran.err
        document = json.loads(ran.out)
        found = optimiser.path(optimiser.read(tmp_path)).document()
        assert document["paths"] == json.loads(json.dumps(found["paths"]))
        assert all(path["verified"] == (path["status"] == "optimal") for path in document["paths"])
        return {path["foresight"]: path for path in document["paths"]}

    return asks


def levels(path: Mapping[str, Any], decision: str) -> list[str]:
    """Where a decision is held, period by period."""
    return [row["level"] for row in path["design"] if row["decision"] == decision]


def states(path: Mapping[str, Any], organisation: str, name: str) -> list[float]:
    return [row[name] for row in path["states"] if row["organisation"] == organisation]


def label(path: Mapping[str, Any], decision: str) -> str:
    (row,) = (row for row in path["decisions"] if row["decision"] == decision)
    return str(row["label"])


CENTRAL, LOCAL = "central", "local"


@pytest.mark.parametrize(
    ("local", "held", "named", "value"),
    [
        (0.6, [CENTRAL] * 4 + [LOCAL] * 3, "swings", (4 - 3 + 1.8) / 7),
        (0.4, [CENTRAL] * 7, "ratchets", (4 - 1.5) / 7),
    ],
)
def test_a_swing_and_a_ratchet(asked: Asked, local: float, held: list[str], named: str, value: float) -> None:
    """Now local. Four years of shock pay for the move up; the way back pays only at 3 x 0.6."""
    paths = asked(path_cases.pendulum(local))
    assert levels(paths["path"], "d") == held
    assert label(paths["path"], "d") == named
    assert paths["path"]["value"] == pytest.approx(value, abs=1e-7)
    assert paths["path"]["bound"] == pytest.approx(value, rel=2e-6)


@pytest.mark.parametrize("local", [0.6, 0.4])
def test_short_sight_is_inert(asked: Asked, local: float) -> None:
    """A year of shock is worth 1 and the move costs 1.5."""
    short = asked(path_cases.pendulum(local))["none"]
    assert levels(short, "d") == [LOCAL] * 7
    assert label(short, "d") == "inert"
    assert short["value"] == pytest.approx(3 * local / 7, abs=1e-7)


@pytest.mark.parametrize(
    ("years", "held", "in_all"),
    [(6, LOCAL, 4.35595703125), (5, CENTRAL, 3.5)],  # 0.5 + 0.625 + ... + 0.88134765625, or 0.7 a year
)
def test_what_is_practised_is_learnt(asked: Asked, years: int, held: str, in_all: float) -> None:
    """Half of what is missing in a year of full practice; a sixth year pays for the first two."""
    paths = asked(path_cases.lock_in(years))
    assert levels(paths["path"], "d") == [held] * years
    assert paths["path"]["value"] == pytest.approx(in_all / years, abs=1e-7)
    assert levels(paths["none"], "d") == [CENTRAL] * years
    assert paths["none"]["value"] == pytest.approx(0.7, abs=1e-7)
    assert states(paths["none"], "o", "skill") == pytest.approx([0.5] * years, abs=1e-9)
    if held == LOCAL:
        skill = [0.5, 0.625, 0.71875, 0.7890625, 0.841796875, 0.88134765625]
        assert states(paths["path"], "o", "skill") == pytest.approx(skill, abs=1e-7)


def test_being_watched_swings_without_any_shock(asked: Asked) -> None:
    """What is done locally is watched in full, and wears: morale goes to m / 4 + 1/2, unwatched to m / 2 + 1/2."""
    paths = asked(path_cases.watched(6))
    held = [LOCAL, LOCAL, CENTRAL, LOCAL, LOCAL, CENTRAL]
    morale = [1.0]
    for level in held[:-1]:
        morale.append(0.5 + morale[-1] * (0.25 if level == LOCAL else 0.5))
    assert morale[1:4] == [0.75, 0.6875, 0.84375]
    assert levels(paths["none"], "d") == held
    assert states(paths["none"], "local", "morale") == pytest.approx(morale, abs=1e-7)
    central = 0.99 * 0.7 + 0.01
    worth = [m if level == LOCAL else central for m, level in zip(morale, held, strict=True)]
    assert paths["none"]["value"] == pytest.approx(sum(worth) / 6, abs=1e-7)
    assert label(paths["none"], "d") == "swings"
    assert label(paths["path"], "d") == "stays"
    assert paths["path"]["value"] > paths["none"]["value"] + 0.1


@pytest.mark.parametrize(
    ("scenarios", "unmet", "stock"),
    [(["shock", "shock"], [0, 1], [15, 9]), (["shock", "normal", "shock"], [0, 0, 0], [15, 9, 13])],
)
@pytest.mark.parametrize("foresight", ["none", "path"])
def test_a_reserve_is_used_up_and_comes_back(
    asked: Asked, foresight: str, scenarios: list[str], unmet: list[float], stock: list[float]
) -> None:
    """15 set aside, 4 a year come in, each shock takes 10."""
    found = asked(path_cases.stockpile(*scenarios))[foresight]
    assert sum(row["unmet"] for row in found["stocks"]) == pytest.approx(sum(unmet), abs=1e-6)
    worth = [1.0 if scenario == "normal" else None for scenario in scenarios]
    at_risk = 10
    resilience = [w or 1 - row["unmet"] / at_risk for w, row in zip(worth, found["stocks"], strict=True)]
    assert [row["value"] for row in found["periods"]] == pytest.approx(resilience, abs=1e-7)
    assert found["value"] == pytest.approx(1 - sum(unmet) / at_risk / len(scenarios), abs=1e-7)
    if foresight == "none":  # each draws all that it can use
        assert [row["unmet"] for row in found["stocks"]] == pytest.approx(unmet, abs=1e-6)
        assert [row["stock"] for row in found["stocks"]] == pytest.approx(stock, abs=1e-6)


def test_short_sight_leaves_too_little(asked: Asked) -> None:
    """4 of 20 may stay unmet. Nothing comes in: who draws 10 of 15 in the first shock leaves 5 of the next 10
    unmet; who looks ahead leaves 5 in all, 4 at the most in each."""
    paths = asked(path_cases.stockpile("shock", "shock", refill=0, max_unmet=0.2))
    assert (paths["none"]["status"], paths["none"]["ended_in"]) == ("infeasible", "y2")
    assert paths["path"]["value"] == pytest.approx(1 - 5 / 10 / 2, abs=1e-7)
    assert sum(row["unmet"] for row in paths["path"]["stocks"]) == pytest.approx(5, abs=1e-6)


@pytest.mark.parametrize(
    ("scenarios", "options", "where"),
    [
        (["normal", "shock"], {"surge": 2, "max_unmet": 0.1}, "in y2 alone"),  # 5 of 30, with all 15
        (["shock", "shock"], {"max_unmet": 0.05}, "without foresight there is none in y2"),  # 5 of 40
    ],
)
def test_it_says_in_which_period_no_design_is_possible(
    run: Callable[..., Any], tmp_path: Path, scenarios: list[str], options: dict[str, float], where: str
) -> None:
    write(tmp_path, path_cases.stockpile(*scenarios, refill=0, **options))
    ran = run("path", tmp_path)
    assert ran.code == 3
    assert where in ran.err
    assert "diagnose" not in ran.err


@pytest.mark.parametrize(("lag", "in_all"), [(1, 2.4), (0, 3.0)])
def test_enabling_takes_a_year(asked: Asked, lag: int, in_all: float) -> None:
    """a may be local (1 against 0.4) only where b was central a year before, which it is not at the start."""
    found = asked(path_cases.enabled(lag))["path"]
    assert 2 * 3 * found["value"] == pytest.approx(in_all, abs=1e-6)
    assert levels(found, "a") == [CENTRAL if lag else LOCAL, LOCAL, LOCAL]
    assert levels(found, "b")[0] == CENTRAL


def test_short_sight_does_not_enable(asked: Asked) -> None:
    """b is worth a little more where it is, so that whoever looks at one year only never enables a."""
    paths = asked(path_cases.enabled(1, apart=0.05))
    assert levels(paths["none"], "a") == [CENTRAL] * 3
    assert 6 * paths["none"]["value"] == pytest.approx(3 * 0.45, abs=1e-6)
    assert levels(paths["path"], "a") == [CENTRAL, LOCAL, LOCAL]
    assert levels(paths["path"], "b") == [CENTRAL, CENTRAL, LOCAL]
    assert 6 * paths["path"]["value"] == pytest.approx(2.45, abs=1e-6)
