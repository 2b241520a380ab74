"""The figures: each mark where its numbers put it, and words that say what it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from figure_marks import marks, words
from instance_by_hand import made
from paths import ARCHETYPE, INSTANCES
from random_instances import random_instance

import optimiser
from optimiser.errors import InputError
from optimiser.figures.arrows import arrows_said
from optimiser.figures.canvas import COLOURS, ticks
from optimiser.figures.drawing import Drawing, drawing
from optimiser.figures.frontier import FILLS
from optimiser.figures.sensitivity import sensitivity
from optimiser.figures.thresholds import thresholds
from optimiser.instance.names import Names
from optimiser.studies.frontier.frontier import Frontier

PAIR = ("accountability", "responsiveness")
THREE = ("risk_pooling", "accountability", "responsiveness")


def test_ticks_are_round_and_within() -> None:
    assert ticks(0.07, 0.29) == [0.1, 0.15, 0.2, 0.25]
    assert ticks(-1.0, 1.0, 4) == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert ticks(0.0, 0.002, 2) == [0.0, 0.001, 0.002]
    assert ticks(0.5, 0.5) == [0.5]


def places(found: Frontier, panel: int = 0) -> np.ndarray:
    """(points, 2) where the points stand on the page."""
    fills = {COLOURS[fill] for fill in FILLS.values()}
    dots = [circle for circle in marks(found.plot().svg(), "circle") if circle["fill"] in fills]
    count = len(found.points)
    dots = dots[panel * count : (panel + 1) * count]
    return np.array([[float(dot["cx"]), float(dot["cy"])] for dot in dots])


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
            assert at.max() - at.min() > 180  # of a panel 270 units wide at least
    said = words(found.figure())
    assert {p.supported for p in found.points} == {True, False}
    assert "Accountability" in said
    assert "a design, best for some weights" in said
    assert "a design, best for none" in said


def test_what_a_frontier_reaches_and_its_margin_are_drawn() -> None:
    """Left of and below each point some area is filled, right above each none but the margin's."""
    instance = random_instance(20, most_designs=24, sizes=3)  # its designs have trade-offs of their own
    found = optimiser.frontier(instance, PAIR, tolerance=0.02)
    areas = marks(found.figure(), "polygon")
    for at in places(found):
        for fill, step, inside in (("reached", -2.0, True), ("reached", 2.0, False), ("margin", 2.0, True)):
            mine = [area["points"] for area in areas if area["fill"] == COLOURS[fill]]
            assert any(within(area, at + np.array([step, -step])) for area in mine) == inside


def test_a_complete_frontier_has_no_margin_to_draw() -> None:
    drawn = optimiser.frontier(optimiser.read(ARCHETYPE), PAIR).figure()
    assert COLOURS["margin"] not in {area["fill"] for area in marks(drawn, "polygon")}
    assert not any("another may lie" in line for line in words(drawn))


def within(polygon: str, point: np.ndarray) -> bool:
    """Whether a point lies in a polygon, by the crossings to its right."""
    corners = np.array([[float(v) for v in pair.split(",")] for pair in polygon.split()])
    x0, y0 = corners.T
    x1, y1 = np.roll(corners, -1, axis=0).T
    cross = (y0 > point[1]) != (y1 > point[1])
    at = x0[cross] + (point[1] - y0[cross]) * (x1[cross] - x0[cross]) / (y1[cross] - y0[cross])
    return bool((at > point[0]).sum() % 2)


def test_each_point_of_a_frontier_has_its_number_and_its_title_the_objectives() -> None:
    found = optimiser.frontier(optimiser.read(ARCHETYPE), PAIR)
    drawn = found.plot()
    assert drawn.title == "What one aim costs in another: Accountability, Responsiveness"
    spots = {mark["text"]: (float(mark["x"]), float(mark["y"])) for mark in written(drawn)}
    for number, (x, y) in enumerate(places(found), start=1):
        assert spots[str(number)] == pytest.approx((x + 6, y - 6), abs=0.02)


def test_where_nothing_is_known_of_today_nothing_is_said_of_it() -> None:
    drawn = optimiser.solve(optimiser.read(ARCHETYPE)).plot()
    assert drawn.title == "Where decisions would sit"
    assert not {"today", "towards the centre"} & set(words(drawn.svg()))
    known = optimiser.solve(optimiser.read(INSTANCES / "pendulum")).plot()
    assert {"today", "towards the centre"} <= set(words(known.svg()))


def test_a_threshold_says_which_rows_and_what_becomes_of_them_and_where_it_is_now() -> None:
    instance = optimiser.read(ARCHETYPE)
    asked = {"where": {"level": "local"}, "how": "multiply"}
    document = optimiser.thresholds(instance, "organisations.staff_hours", (0.5, 0.8), **asked).to_dict()
    drawn = thresholds(Names(instance), document)
    what = "the multiple of staff hours of organisations (level local)"
    assert drawn.title == f"Where the best design changes along {what}"
    assert what in " ".join(words(drawn.svg(narrow=True)))
    assert "now: 1, outside this range" in words(drawn.svg())
    assert not [mark for mark in marks(drawn.svg(), "line") if mark["stroke"] == COLOURS["down"]]
    tips = [{"at": 0.5 + 0.02 * k, "moves": []} for k in range(15)] + [{"at": 0.8, "moves": []}]
    many = thresholds(Names(instance), document | {"tips": tips, "now": 0.6})
    assert "and 4 more changes" in words(many.svg())
    assert "and 10 more changes" in words(many.svg(narrow=True))
    assert len([mark for mark in marks(many.svg(), "line") if mark["stroke"] == COLOURS["down"]]) == 2
    last = next(mark for mark in written(many) if mark["text"] == "16")
    assert last["text-anchor"] == "end"  # within the frame


def test_designs_over_two_inputs_are_told_apart_by_number_too() -> None:
    instance = optimiser.read(ARCHETYPE)
    document = optimiser.thresholds(
        instance, "organisations.staff_hours", (0, 22), tolerance=0.5,
        also={"what": "weights.responsiveness", "range": (0, 1)},
    ).to_dict()  # fmt: skip
    drawn = thresholds(Names(instance), document | {"now": 11.0})
    alone = {each["design_ids"][0] for each in document["patches"] if len(set(each["design_ids"])) == 1}
    assert {mark["text"] for mark in written(drawn) if mark["text"].isdigit() and mark["font-size"] == "11"
            and mark.get("text-anchor") == "middle"} >= {str(design) for design in alone if design}  # fmt: skip
    assert "now" in words(drawn.svg())
    assert "now" not in words(thresholds(Names(instance), document | {"now": 30.0}).svg())


def written(drawn: Drawing) -> list[dict[str, str]]:
    """What is written, each with its place."""
    found = ElementTree.fromstring(drawn.svg()).iter()
    return [{**each.attrib, "text": each.text or ""} for each in found if each.tag.endswith("}text")]


def test_letters_that_helvetica_lacks_are_embedded_in_a_pdf_or_said(tmp_path: Path) -> None:
    def named(name: str) -> Drawing:
        return drawing("x", name, "", ["a"], [(1,)], lambda canvas: canvas.text(0, 20, name))

    named("Aachen \u2212 \u2265").save(tmp_path / "plain.pdf")
    assert b"FontFile2" not in (tmp_path / "plain.pdf").read_bytes()
    assert b"untitled" not in (tmp_path / "plain.pdf").read_bytes()
    with pytest.raises(InputError, match="neither Helvetica nor DejaVu Sans, if it is installed, has \u4e2d"):
        named("\u4e2d").save(tmp_path / "none.pdf")
    assert not (tmp_path / "none.pdf").exists()
    wider = named("\u0141\u00f3d\u017a")
    if shutil.which("fc-match"):
        wider.save(tmp_path / "wider.pdf")
        assert b"FontFile2" in (tmp_path / "wider.pdf").read_bytes()
    else:
        with pytest.raises(InputError, match="has \u0141, \u017a"):
            wider.save(tmp_path / "wider.pdf")


def test_a_title_in_bold_does_not_run_out_of_the_picture() -> None:
    drawn = drawing("x", "Unmet demand: who gains and who loses", "", ["a"], [(1,)], lambda canvas: None)
    heading = [each for each in words(drawn.svg(narrow=True)) if each]
    assert heading == ["Unmet demand: who gains and who", "loses"]


def test_a_frontier_of_one_design_can_be_drawn(tmp_path: Path) -> None:
    instance = made(tmp_path, decisions="decision,type,levels\nd,input,central")
    assert len(places(optimiser.frontier(instance, PAIR))) == 1


def test_a_map_says_what_its_ring_is() -> None:
    found = optimiser.weight_map(optimiser.read(ARCHETYPE))
    assert "the instance's own weights of these three" in " ".join(words(found.figure()))
    cells = [area for area in marks(found.figure(), "polygon") if "data-design" in area]
    assert len(cells) == len(found.cells)


def test_names_are_text(tmp_path: Path) -> None:
    scores = "decision,level,risk_pooling,accountability,responsiveness"
    instance = made(
        tmp_path,
        decisions="decision,type\na<b>&,input",
        scores=f"{scores}\na<b>&,central,0,1,0\na<b>&,local,0,0,.5",
    )
    assert "a<b>& to local" in " ".join(words(optimiser.weight_map(instance).figure()))


@pytest.mark.parametrize("question", ["solve", "compare", "explain", "alternatives"])
def test_every_result_has_a_figure_for_notebooks(question: str) -> None:
    drawn = getattr(optimiser, question)(optimiser.read(ARCHETYPE)).plot()
    assert isinstance(drawn, Drawing)
    assert drawn._repr_svg_() == drawn.svg()
    assert drawn.rows
    assert all(len(row) == len(drawn.columns) for row in drawn.rows)
    for narrow in (False, True):
        right = [float(mark["x"]) for mark in marks(drawn.svg(narrow=narrow), "text")]
        assert max(right) <= (340 if narrow else 720)


def test_what_cannot_hold_is_drawn_as_what_it_has_of_what_it_needs() -> None:
    found = optimiser.diagnose(optimiser.read(ARCHETYPE), at_least={"responsiveness": 0.9})
    drawn = found.plot()
    assert drawn.said == "One requirement cannot hold."
    assert len(drawn.rows) == len(found.conflict) == 1
    assert drawn.rows[0][1:] == ("0.9", "0.533333")  # what is asked, and what could be asked


def test_a_drawing_is_saved_by_its_ending(tmp_path: Path) -> None:
    drawn = optimiser.solve(optimiser.read(ARCHETYPE)).plot()
    for name, start in (
        ("a.svg", b"<svg "),
        ("a.png", b"\x89PNG"),
        ("a.pdf", b"%PDF"),
        ("a.csv", b"Decision,"),
    ):
        drawn.save(tmp_path / name)
        written = (tmp_path / name).read_bytes()
        assert written.startswith(start)
        drawn.save(tmp_path / name)
        assert (tmp_path / name).read_bytes() == written
    with pytest.raises(InputError, match=r"ends in none of \.svg, \.png, \.pdf, \.csv"):
        drawn.save(tmp_path / "a.jpg")


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


def test_a_bar_is_as_long_as_the_share_of_samples() -> None:
    names = Names(optimiser.read(ARCHETYPE))
    shares = {decision: [0.1 * k, 1 - 0.1 * k] for k, decision in enumerate(names.decisions)}
    rows = [
        {"decision": decision, "organisation": "", "level": level, "share": share}
        for decision, found in shares.items()
        for level, share in zip(names.levels, found, strict=True)
    ]
    drawn = sensitivity(names, {"complete": True, "levels": rows})
    drawn = [mark for mark in marks(drawn.svg(), "rect") if mark["height"] == "14"]
    long = np.array([float(mark["width"]) for mark in drawn]).reshape(-1, 2)
    assert long / long.sum(axis=1, keepdims=True) == pytest.approx(np.array(list(shares.values())), abs=1e-4)
    assert np.ptp(long.sum(axis=1)) < 0.05


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ([[1, 1], [1, 1], [1, 1]], "All 3 decisions stay where they are."),
        ([[0, 0], [1, 2], [1, 1]], "2 of 3 decisions would move: 1 towards the centre, 1 towards the localities."),
        ([[0, 2], [0, 1], [1, 1]], "2 of 3 decisions would move: 1 towards the centre, 1 both ways."),
    ],
)  # fmt: skip
def test_each_decision_that_moves_is_counted_once(there: list[list[int]], said: str) -> None:
    names = Names(optimiser.read(ARCHETYPE))
    assert arrows_said(names, np.array(there), np.ones((3, 2), int)) == said
