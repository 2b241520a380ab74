"""What must, may and never be: a mark a decision and level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from optimiser.figures.canvas import Canvas, cut
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.figures.so_far import so_far
from optimiser.instance.names import Names
from optimiser.labels import label, say

ROW = 24.0
FILLS = {"must": "ink", "may": "l3", "possible": "l4", "never": "paper", "undecided": "c7"}
OPEN = {"undecided", "possible"}  # not settled; "possible" where a design that was found has it there
Document = Mapping[str, Any]


def verdicts(names: Names, document: Document) -> Drawing:
    """The verdicts of `alternatives`, where localities differ what they share."""
    cells: dict[str, dict[str, set[str]]] = {code: {} for code in names.decisions}
    for row in document["verdicts"]:
        seen = row["verdict"] == "undecided" and row["share"] > 0
        cells[row["decision"]].setdefault(row["level"], set()).add("possible" if seen else row["verdict"])
    found = {
        code: {level: _together(said) for level, said in levels.items()} for code, levels in cells.items()
    }
    count = Counter("must" in levels.values() for levels in found.values())
    rows = [
        (
            names.decision(code),
            *(label("verdicts", levels[name]) if name in levels else "\u2013" for name in names.levels),
        )
        for code, levels in found.items()
    ]
    told = [verdict for levels in found.values() for verdict in levels.values()]
    settled = sum(verdict not in OPEN for verdict in told)
    said = so_far(say("verdicts.said", n=count[True], of=len(found)), settled == len(told))
    if settled < len(told):
        said = f"{say('verdicts.settled', settled=settled, verdicts=len(told))} {said}"
    return drawing(
        "verdicts", say("verdicts.title"), said,
        (label("columns", "decision"), *names.levels), rows, lambda canvas: _draw(canvas, names, found),
    )  # fmt: skip


def _together(said: set[str]) -> str:
    """What localities share."""
    if len(said) == 1:
        return next(iter(said))
    if said == {"never", "undecided"}:
        return "undecided"
    return "possible" if said == OPEN else "may"


def _draw(canvas: Canvas, names: Names, found: Mapping[str, Mapping[str, str]]) -> None:
    phone = canvas.width <= NARROW
    left = 0.0 if phone else 300.0
    step = (canvas.width - left) / len(names.levels)
    y = canvas.key(left, 14, [(FILLS[name], label("verdicts", name)) for name in FILLS])
    for k, level in enumerate(names.levels):
        canvas.text(left + step * (k + 0.5), y + 4, cut(level, step - 6), "middle", bold=True)
    y += 12
    for code, levels in found.items():
        if phone:
            canvas.text(0, y + 14, cut(names.decision(code), canvas.width))
            y += 16
        else:
            canvas.text(0, y + 16, cut(names.decision(code), left - 12))
        for k, level in enumerate(names.levels):
            if level in levels:
                size = {"must": 18.0, "may": 14.0, "possible": 14.0}.get(levels[level], 10.0)
                x, middle = left + step * (k + 0.5), y + 12
                canvas.rect(x - size / 2, middle - size / 2, size, size, FILLS[levels[level]], "mute")
                if levels[level] == "never":
                    canvas.line((x - 5, middle + 5), (x + 5, middle - 5), "mute")
        y += ROW
