"""What cannot hold together: how far apart what each requirement has and needs are, the less as a share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimiser.figures.canvas import Canvas, wrapped
from optimiser.figures.drawing import Drawing, drawing
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import exact, percent

Document = Mapping[str, Any]


def conflict(names: Names, document: Document) -> Drawing:
    """The requirements of `diagnose` that cannot all hold; of a feasible instance, its limits."""
    found = [{**row, "text": names.spoken(row["text"])} for row in document["conflict"] or document["limits"]]
    rows = [(row["text"], _number(row["has"]), _number(row["needs"])) for row in found]
    columns = tuple(label("columns", name) for name in ("requirement", "has", "needs"))
    key = "conflict" if document["conflict"] else "limits"
    return drawing(
        "conflict", say(f"{key}.title"), say(f"{key}.said", n=len(found)), columns, rows,
        lambda canvas: _draw(canvas, found),
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "\u2013" if value is None else exact(value)


def _draw(canvas: Canvas, found: Any) -> None:
    y, room = 16.0, canvas.width - 90
    for row in found:
        for line in wrapped(row["text"], canvas.width):
            canvas.text(0, y, line)
            y += 17
        if row["has"] is not None and row["needs"] is not None:
            least, most = sorted((row["has"], row["needs"]))
            share = min(1.0, max(0.0, least / most)) if most > 0 else 1.0
            canvas.rect(0, y - 8, room, 13, "faint", "mute")
            canvas.rect(0, y - 8, room * share, 13, "up", "mute")
            canvas.text(room + 8, y + 3, percent(share, 0), size=12)
            y += 17
        y += 10
    canvas.height = max(canvas.height, y)
