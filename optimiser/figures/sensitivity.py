"""A study of other facts drawn: where each decision sits how often, and what moves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimiser.figures.canvas import Canvas, wrapped
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.figures.shares import shares
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import fixed

Document = Mapping[str, Any]
ROW, MOST = 24.0, 12


def sensitivity(names: Names, document: Document) -> Drawing:
    """In which share of the samples each decision sits at each level."""
    whole = document["complete"] and all(row["status"] != "feasible" for row in document.get("results", ()))
    return shares(names, document.get("levels", ()), "samples", whole)


def drivers(names: Names, document: Document) -> Drawing:
    """How much each input moves decisions: its mean index over them, the largest first."""
    found, seen, moved = dict[str, list[float]](), set[str](), set[str]()
    for row in document.get("drivers", ()):
        if row["of"] in names.decisions and row["input"] and row["index"] is not None:
            found.setdefault(row["input"], []).append(row["index"])
            seen |= {row["input"]} if row["seen"] else set()
            moved.add(row["of"])
    means = sorted(((sum(v) / len(v), name) for name, v in found.items()), key=lambda pair: -pair[0])
    rows = [(names.input(name), fixed(mean, 3)) for mean, name in means]
    columns = tuple(label("columns", name) for name in ("input", "index"))
    first = next((names.input(name) for _, name in means if name in seen), "")
    said = say("drivers.said", first=first, n=len(moved)) if first else say("drivers.unseen", n=len(moved))
    bars = [(names.input(name), max(0.0, mean), name in seen) for mean, name in means[:MOST]]
    return drawing(
        "drivers", say("drivers.title"), said, columns, rows,
        lambda canvas: _bars(canvas, bars),
    )  # fmt: skip


def _bars(canvas: Canvas, bars: list[tuple[str, float, bool]]) -> None:
    phone = canvas.width <= NARROW
    left, y = (0.0 if phone else 300.0), 6.0
    room = canvas.width - left - 60
    most = max([1e-9, *(value for _, value, _ in bars)])
    for name, value, seen in bars:
        lines = wrapped(name, (canvas.width if phone else left) - 12)
        for k, line in enumerate(lines):
            canvas.text(0, y + (13 if phone else 15) + 15 * k, line)
        y += 15 * len(lines) + 2 if phone else 7.5 * (len(lines) - 1)
        canvas.rect(left, y + 3, room * value / most, 14, "up" if seen else "faint", "mute")
        canvas.text(left + room * value / most + 6, y + 15, fixed(value, 2), size=12)
        y += ROW if phone else ROW + 7.5 * (len(lines) - 1)
    canvas.height = max(canvas.height, y)
