"""The figures: each mark where its numbers put it, and words that say what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figure_marks import marks, words
from instance_by_hand import made
from paths import ARCHETYPE
from random_instances import random_instance

import optimiser
from optimiser.studies.frontier.figure import MARGIN, REACHED, SIDE
from optimiser.studies.frontier.frontier import Frontier
from optimiser.studies.svg import ticks

PAIR = ("accountability", "responsiveness")
THREE = ("risk_pooling", "accountability", "responsiveness")


def test_ticks_are_round_and_within() -> None:
    assert ticks(0.07, 0.29) == [0.1, 0.15, 0.2, 0.25]
    assert ticks(-1.0, 1.0, 4) == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert ticks(0.0, 0.002, 2) == [0.0, 0.001, 0.002]


def places(found: Frontier, panel: int = 0) -> np.ndarray:
    """(points, 2) where the points stand on the page."""
    count = len(found.points)
    circles = marks(found.figure(), "circle")[panel * count : (panel + 1) * count]
    return np.array([[float(circle["cx"]), float(circle["cy"])] for circle in circles])


@pytest.mark.parametrize("names", [PAIR, THREE])
def test_points_of_a_frontier_stand_where_they_should(names: tuple[str, ...]) -> None:
    found = optimiser.frontier(optimiser.read(ARCHETYPE), names)
    reached = np.array([found.reached(p) for p in found.points])
    pairs = [(0, 1)] if len(names) == 2 else [(0, 1), (0, 2), (1, 2)]
    for panel, pair in enumerate(pairs):
        x, y = places(found, panel).T
        for at, value in ((x, reached[:, pair[0]]), (-y, reached[:, pair[1]])):
            scale = np.polyfit(value, at, 1)
            assert scale[0] > 0
            assert np.polyval(scale, value) == pytest.approx(at, abs=0.02)  # linear, and drawn to hundredths
            assert 0.8 * SIDE < at.max() - at.min() < SIDE
    said = words(found.figure())
    for name in names:
        assert name in said
    assert {p.supported for p in found.points} == {True, False}
    assert "a design listed, best for some weights" in said
    assert "a design listed, best for none" in said


def test_what_a_frontier_reaches_and_its_margin_are_drawn() -> None:
    """The area ends at the points: left of and below each it is filled, right above each it is not."""
    instance = random_instance(20, most_designs=24, sizes=3)  # its designs have trade-offs of their own
    found = optimiser.frontier(instance, PAIR, tolerance=0.02)
    areas = {area["fill"]: area["points"] for area in marks(found.figure(), "polygon")}
    assert {REACHED, MARGIN} <= set(areas)
    for at in places(found):
        for fill, step, inside in ((REACHED, -2.0, True), (REACHED, 2.0, False), (MARGIN, 2.0, True)):
            assert within(areas[fill], at + np.array([step, -step])) == inside


def test_a_complete_frontier_has_no_margin_to_draw() -> None:
    drawn = optimiser.frontier(optimiser.read("instances/archetype"), PAIR).figure()
    assert MARGIN not in {area["fill"] for area in marks(drawn, "polygon")}
    assert "another may lie" not in words(drawn)


def within(polygon: str, point: np.ndarray) -> bool:
    """Whether a point lies in a polygon, by the crossings to its right."""
    corners = np.array([[float(v) for v in pair.split(",")] for pair in polygon.split()])
    x0, y0 = corners.T
    x1, y1 = np.roll(corners, -1, axis=0).T
    cross = (y0 > point[1]) != (y1 > point[1])
    at = x0[cross] + (point[1] - y0[cross]) * (x1[cross] - x0[cross]) / (y1[cross] - y0[cross])
    return bool((at > point[0]).sum() % 2)


def test_a_frontier_of_one_design_can_be_drawn(tmp_path: Path) -> None:
    instance = made(tmp_path, decisions="decision,type,levels\nd,input,central")
    assert len(places(optimiser.frontier(instance, PAIR))) == 1


def test_a_map_says_what_its_ring_is() -> None:
    assert "the instance's own weights" in words(optimiser.weight_map(optimiser.read(ARCHETYPE)).figure())


def test_names_are_escaped(tmp_path: Path) -> None:
    scores = "decision,level,risk_pooling,accountability,responsiveness"
    instance = made(
        tmp_path,
        decisions="decision,type\na<b>&,input",
        scores=f"{scores}\na<b>&,central,0,1,0\na<b>&,local,0,0,.5",
    )
    assert "a<b>& to local" in " ".join(words(optimiser.weight_map(instance).figure()))


def test_the_command_draws_a_frontier(run: Any, tmp_path: Path) -> None:
    drawn, call = tmp_path / "f.svg", ("frontier", ARCHETYPE, "--objectives", ",".join(PAIR))
    ran = run(*call, "--figure", str(drawn))
    assert ran.code == 0
    found = optimiser.frontier(optimiser.read(ARCHETYPE), PAIR)
    assert drawn.read_text(encoding="utf-8") == found.figure()
    ran = run(*call, "--figure", "f.png")
    assert (ran.code, ran.out) == (2, "")
    assert "'f.png' is not the name of an .svg file" in ran.err
    ran = run(*call, "--figure", str(tmp_path / "none" / "f.svg"))
    assert (ran.code, ran.out) == (2, "")  # before anything is solved
    assert "there is no folder" in ran.err
