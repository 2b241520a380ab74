"""A path drawn: a row a decision and a shade a level over the periods; skill, morale and reserves beneath."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optimiser.figures.canvas import DASHES, SERIES, Canvas, cut, extent
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.figures.frame import Frame
from optimiser.figures.shares import shade
from optimiser.instance.names import Names
from optimiser.labels import label, say

Document = Mapping[str, Any]
ROW = 24.0


def path(names: Names, document: Document) -> Drawing:
    """The foremost path of `path`: with foresight where that was found."""
    found = [each for each in document["paths"] if each["design"]]
    return one_path(names, found[-1] if found else document["paths"][-1])


def one_path(names: Names, found: Document) -> Drawing:
    """One of its paths."""
    periods = [row["period"] for row in found["periods"]]
    held = _held(names, found, periods)
    labels = {row["decision"]: row["label"] for row in found["decisions"]}
    rows = [
        (
            names.decision(code),
            *(names.levels[level] for level in held[d]),
            label("turns", labels.get(code, "")),
        )
        for d, code in enumerate(names.decisions)
    ]
    sight = label("foresights", found["foresight"])
    moving = len({row["decision"] for row in found["design"] if row["moved"]})
    said = say("path.said", n=moving, of=len(rows), periods=len(periods))
    return drawing(
        f"path_{found['foresight']}", say("path.title", sight=sight), said,
        (label("columns", "decision"), *map(names.period, periods), label("columns", "turns")), rows,
        lambda canvas: _draw(canvas, names, found, periods, held),
    )  # fmt: skip


def _held(names: Names, found: Document, periods: Sequence[str]) -> np.ndarray:
    """(D, T) the level at which most of the population has each decision held in each period."""
    people = names.instance.population
    held = np.zeros((len(names.decisions), len(periods)), dtype=int)
    for t, period in enumerate(periods):
        there = names.held(row for row in found["design"] if row["period"] == period)
        weight = np.stack([((there == level) * people).sum(axis=1) for level in range(len(names.levels))])
        held[:, t] = weight.argmax(axis=0)
    return held


def _moves(names: Names, held: np.ndarray) -> np.ndarray:
    """(D, T) in which periods a decision moves, -1 up and 1 down; from today on, where that is known."""
    now = _today(names)
    before = np.column_stack([np.where(now < 0, held[:, 0], now), held[:, :-1]])
    return np.sign(held - before)


def _today(names: Names) -> np.ndarray:
    """(D,) the level at which each decision is held today for all; -1: it differs, or is not said."""
    today = names.today
    return np.where((today == today[:, :1]).all(axis=1), today[:, 0], -1)


def _draw(canvas: Canvas, names: Names, found: Document, periods: Sequence[str], held: np.ndarray) -> None:
    phone, count = canvas.width <= NARROW, len(names.levels)
    left = 6.0 if phone else 230.0  # room for half a triangle
    step = (canvas.width - left) / max(1, len(periods))
    y = canvas.key(left, 14, [(shade(k, count), level) for k, level in enumerate(names.levels)])
    said, moves = [names.period(period) for period in periods], _moves(names, held)
    for way, key in ((-1, "up"), (1, "down")):
        if (moves == way).any():
            _triangle(canvas, left + 6, y - 4, way)
            canvas.text(left + 18, y, say(f"arrows.key_{key}"), size=12)
            y += 18
    _periods(canvas, said, left, step, y + 4)
    y += 12
    for d, code in enumerate(names.decisions):
        if phone:
            canvas.text(0, y + 13, cut(names.decision(code), canvas.width))
            y += 17
        else:
            canvas.text(0, y + 15, cut(names.decision(code), left - 12))
        for t, level in enumerate(held[d]):
            x = left + step * t
            canvas.rect(x, y + 2, step, 17, shade(int(level), count), "mute")
            if way := int(moves[d, t]):
                _triangle(canvas, x, y + 10.5, way)
        y += ROW
    for title, lines in _beneath(names, found, periods).items():
        y = _panel(canvas, title, lines, said, y + 30)


def _triangle(canvas: Canvas, x: float, y: float, way: int) -> None:
    """A move: -1 up, to the centre, 1 down."""
    tip = [(x - 5, y - 4 * way), (x + 5, y - 4 * way), (x, y + 5 * way)]
    canvas.polygon(tip, "up" if way < 0 else "down", "paper", 1.5)


def _periods(canvas: Canvas, periods: Sequence[str], left: float, step: float, y: float) -> None:
    """Their names over the columns, as many as there is room for."""
    every = max(1, int(np.ceil(58 / step)))
    for t in range(0, len(periods), every):
        said, x = cut(periods[t], step * every, 11), left + step * t + 2
        fits = x + extent(said, 11) <= canvas.width
        canvas.text(x if fits else canvas.width, y, said, "start" if fits else "end", size=11, fill="mute")


def _beneath(names: Names, found: Document, periods: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """What is drawn beneath: a panel a state that something moves, a line a level or a resource."""
    organisations = names.instance["organisations"]
    level = dict(zip(map(str, organisations["organisation"]), map(str, organisations["level"]), strict=True))
    panels: dict[str, dict[str, list[float]]] = {}
    for state in ("skill", "morale"):
        every: dict[str, dict[str, list[float]]] = {}
        for row in found["states"]:
            values = every.setdefault(level[row["organisation"]], {})
            values.setdefault(row["period"], []).append(row[state])
        lines = {name: [float(np.mean(every[name][p])) for p in periods] for name in names.levels}
        if any(value != line[0] for line in lines.values() for value in line):
            panels[say(f"path.{state}")] = lines
    stocks: dict[str, dict[str, float]] = {}
    for row in found["stocks"]:
        left = stocks.setdefault(row["resource"], dict.fromkeys(periods, 0.0))
        left[row["period"]] += row["stock"]
    shares = {
        label("resources", name): [x / max(left.values()) for x in left.values()]
        for name, left in stocks.items()
        if max(left.values()) > 0
    }
    return panels | ({say("path.stock"): shares} if shares else {})


def _panel(
    canvas: Canvas, title: str, lines: Mapping[str, Sequence[float]], periods: Sequence[str], top: float
) -> float:
    """Shares over the periods, a line each."""
    frame = Frame(canvas, 40, top, canvas.width - 72, 90, (0, max(1, len(periods) - 1)), (0, 1))
    every = max(1, -(-len(periods) // (4 if canvas.width <= NARROW else 8)))
    marks = [(float(t), cut(periods[t], 70, 11)) for t in range(0, len(periods), every)]
    end = frame.axes(beside=title, labels=marks)
    looks = [(SERIES[k % len(SERIES)], DASHES[k % len(DASHES)]) for k in range(len(lines))]
    for (colour, dash), line in zip(looks, lines.values(), strict=True):
        canvas.polyline(frame.places(enumerate(line)), colour, 2, dash)
    return canvas.line_key(40, end + 16, [(*look, name) for look, name in zip(looks, lines, strict=True)])
