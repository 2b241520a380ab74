"""Paths, replays and studies drawn: each mark where its number puts it, a table behind it, and words for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from figure_marks import marks, words
from paths import ARCHETYPE, INSTANCES
from series_by_hand import series, two

import optimiser
from optimiser.figures.canvas import COLOURS
from optimiser.figures.drawing import Drawing
from optimiser.figures.path import one_path
from optimiser.figures.replay import replay
from optimiser.figures.sensitivity import drivers
from optimiser.figures.shares import shade
from optimiser.instance.names import Names


def check_told(drawn: Drawing, *said: str) -> None:
    """What it shows is in words, and in a table whose rows are as long as its headings."""
    assert all(part in drawn.said for part in said)
    assert 'role="img"' in drawn.inline()
    for narrow in (False, True):
        assert f"{drawn.title}. {drawn.said}" in drawn.inline(narrow=narrow)
        wide = 340 if narrow else 720
        assert all(0 <= float(mark["x"]) <= wide for mark in marks(drawn.svg(narrow=narrow), "text"))
    assert drawn.rows
    assert {len(row) for row in drawn.rows} == {len(drawn.columns)}
    assert drawn.csv().count("\n") == len(drawn.rows) + 1


def corners(mark: dict[str, str]) -> np.ndarray:
    return np.array([[float(v) for v in pair.split(",")] for pair in mark["points"].split()])


def test_a_path_is_a_shade_a_period_and_a_triangle_a_move() -> None:
    instance = optimiser.read(INSTANCES / "pendulum")
    found = optimiser.path(instance)
    drawn = found.plot()
    check_told(drawn, "1 of 1 decisions moves over 7 periods.")
    assert drawn.rows == [("Visits in hospital", *["central"] * 4, *["local"] * 3, "swings")]
    cells = [mark for mark in marks(drawn.svg(), "rect") if mark["height"] == "17"]
    assert [mark["fill"] for mark in cells] == [COLOURS["l1"]] * 4 + [
        COLOURS[cells[-1]["class"].split()[0][2:]]
    ] * 3
    assert cells[3]["fill"] != cells[4]["fill"]
    *key, up, down = marks(drawn.svg(), "polygon")
    assert len(key) == 2
    assert {"towards the centre", "towards the localities"} <= set(words(drawn.svg()))
    for triangle, cell, way in ((up, cells[0], -1), (down, cells[4], 1)):
        a, b, tip = corners(triangle)
        assert tip[0] == pytest.approx(float(cell["x"]))  # where its period begins
        assert np.sign(tip[1] - a[1]) == way
        assert a[1] == b[1]
    none = one_path(Names(instance), found.to_dict()["paths"][0])
    assert none.said == "0 of 1 decisions move over 7 periods."
    assert marks(none.svg(), "polygon") == []
    assert "towards the centre" not in words(none.svg())


def test_a_path_that_moves_at_once_moves_from_today() -> None:
    instance = optimiser.read(INSTANCES / "pendulum")
    found = optimiser.path(instance, foresight=["path"], fix={"visits": "central"})
    assert found.plot().said == "1 of 1 decisions moves over 7 periods."


def test_lines_of_a_replay_are_as_high_as_what_is_unmet(tmp_path: Path) -> None:
    found = optimiser.replay(two(tmp_path), series({"A": [8, 14, 16, 8], "B": [8, 4, 8, 8]}), delays=[0, 1])
    document = found.to_dict()
    drawn = found.plot()
    check_told(drawn, "day")
    designs = {row["design"] for row in document["days"]}
    assert {row[1] for row in drawn.rows} >= {"nobody helps", "everybody at once", "everything local"}
    assert any("beds: unmet on each day" in line for line in words(drawn.svg()))
    unmet = {
        name: [row["unmet"] for row in document["days"] if row["design"] == name]
        for name in ("nobody", "everybody at once")
    }
    assert unmet["nobody"] == [0, 4, 6, 0]
    lines = {mark["stroke"]: corners(mark) for mark in marks(drawn.svg(), "polyline")}
    ink = lines[COLOURS["ink"]]
    heights = ink[0, 1] - ink[:, 1]
    assert heights / heights.max() == pytest.approx(np.array(unmet["nobody"]) / 6, abs=1e-3)
    help_ = lines[COLOURS["c11"]]
    assert (help_[0, 1] - help_[:, 1]) / heights.max() == pytest.approx(
        np.array(unmet["everybody at once"]) / 6, abs=1e-3
    )
    looks = [(mark["stroke"], mark.get("stroke-dasharray")) for mark in marks(drawn.svg(), "polyline")]
    key = [(mark["stroke"], mark.get("stroke-dasharray")) for mark in marks(drawn.svg(), "line")]
    alike = {tuple(row["unmet"] for row in document["days"] if row["design"] == name) for name in designs}
    days = looks[: len(alike)]  # then come the curves that were fitted
    assert set(days) <= set(key)
    assert len({dash for _, dash in days}) == len(alike) > 2  # to be told apart without colours
    dots = [mark for mark in marks(drawn.svg(), "circle") if mark["r"] == "3"]
    assert len(dots) == sum(row["kept"] is not None for row in document["delays"]) > 0


def test_what_cannot_be_told_from_chance_is_pale() -> None:
    names = Names(optimiser.read(ARCHETYPE))
    rows = [
        {"of": decision, "input": name, "index": index, "seen": seen and decision == "I1"}
        for decision in ("I1", "P1")
        for name, index, seen in (
            ("weights", 0.6, True),
            ("staff", 0.3, False),
            ("scores.risk_pooling[O1]", 0.1, True),
        )
    ]
    drawn = drivers(names, {"drivers": rows})
    check_told(drawn, "What is seen to move most is weights.")
    assert [row[0] for row in drawn.rows] == ["weights", "staff", "scores of Risk pooling (Inspecting)"]
    bars = [mark for mark in marks(drawn.svg(), "rect") if mark["height"] == "14"]
    long = np.array([float(mark["width"]) for mark in bars])
    assert long / long.max() == pytest.approx([1, 0.5, 1 / 6], abs=1e-3)
    assert [mark["fill"] == COLOURS["faint"] for mark in bars] == [False, True, False]
    unseen = drivers(names, {"drivers": [row | {"seen": False} for row in rows]})
    assert unseen.said.startswith("No input is seen to move a decision")


def test_a_replay_without_help_says_no_share(tmp_path: Path) -> None:
    found = optimiser.replay(two(tmp_path), series({"A": [8, 8], "B": [8, 8]})).to_dict()
    assert {row[-1] for row in replay(Names(two(tmp_path / "again")), found).rows} == {"\u2013"}


@pytest.mark.parametrize("count", range(1, 9))
def test_levels_have_shades_of_their_own_as_far_as_there_are_any(count: int) -> None:
    shades = [int(shade(k, count)[1:]) for k in range(count)]
    assert shades == sorted(shades)  # dark to light
    assert len(set(shades)) == min(count, 5)
    assert count != 2 or shades[1] - shades[0] == 2
