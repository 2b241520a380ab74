"""Why: what each decision adds to the value where it sits, objective by objective."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimiser.figures.canvas import SERIES, Canvas, cut
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import fixed, signed

Document = Mapping[str, Any]
ROW = 24.0


def contributions(names: Names, document: Document) -> Drawing:
    """What `explain` says that each decision adds to each objective, by its weight."""
    weights = document["weights"]
    codes = [
        g
        for g in weights
        if weights[g] and any(each["contributions"].get(g) for each in document["decisions"])
    ]
    found = [
        (names.decision(each["decision"], each["organisation"]), each["level"].replace(";", ", "),
         [weights[g] * each["contributions"].get(g, 0.0) for g in codes])
        for each in document["decisions"]
    ]  # fmt: skip
    rows = [
        (name, level, *(signed(x, 4) for x in added), signed(sum(added), 4)) for name, level, added in found
    ]
    before = (label("columns", "decision"), label("columns", "level"))
    columns = (*before, *map(names.objective, codes), label("columns", "net"))
    said = say("contributions.said", n=len(found))
    return drawing(
        "contributions", say("contributions.title"), said, columns, rows,
        lambda canvas: _draw(canvas, found, [names.objective(g) for g in codes]),
    )  # fmt: skip


def _draw(canvas: Canvas, found: list[tuple[str, str, list[float]]], codes: list[str]) -> None:
    phone = canvas.width <= NARROW
    left = 0.0 if phone else 300.0
    low = min([0.0, *(sum(x for x in added if x < 0) for *_, added in found)])
    high = max([1e-9, *(sum(x for x in added if x > 0) for *_, added in found)])
    scale = (canvas.width - left - 8) / (high - low)
    zero = left - low * scale
    y = canvas.key(left, 14, [(SERIES[k % len(SERIES)], name) for k, name in enumerate(codes)])
    for name, level, added in found:
        words = f"{name}, {level}"
        if phone:
            canvas.text(0, y + 12, cut(words, canvas.width))
            y += 16
        else:
            canvas.text(0, y + 14, cut(words, left - 12))
        ends = {True: zero, False: zero}
        for k, x in enumerate(added):
            start = ends[x >= 0]
            ends[x >= 0] = start + x * scale
            canvas.rect(
                min(start, start + x * scale), y + 3, abs(x) * scale, 14, SERIES[k % len(SERIES)], "paper"
            )
        y += ROW
    canvas.line((zero, 20), (zero, y), "ink")
    for value in {low, 0.0, high}:
        canvas.text(
            zero + value * scale, y + 13, fixed(value, 3), "end" if value == high else "start", 11, "mute"
        )
