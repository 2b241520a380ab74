"""The triangle of weights: every weighting of three objectives, in the colour of the design that is best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optimiser.figures.canvas import SERIES, SIZE, Canvas, cut, wrapped
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.figures.so_far import so_far
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import at_most, percent

Document = Mapping[str, Any]
OTHERS = "faint"
TOP, SIDE = 26.0, 400.0
NAMED = 2  # localities at the most that are said by name
ROOM = 54.0  # units that a cell is wide at least to have its number on it


def triangle(
    names: Names,
    document: Document,
    named: Sequence[tuple[str, Sequence[float]]] = (),
    shown: Sequence[Mapping[str, Any]] = (),
) -> Drawing:
    """A map as `optimiser map` says it; weightings that have a name are dots on it.

    What moves is said against the design whose rows are `shown`, else against the map's first.
    """
    designs = document["designs"]
    moves = [moves_from(names, shown or designs[0]["design"], each["design"]) for each in designs]
    moves = [one or say("triangle.shown" if shown else "triangle.most_often") for one in moves]
    rows = [(each["design_id"], percent(each["area"]), one) for each, one in zip(designs, moves, strict=True)]
    said = say(
        "triangle.said", n=len(designs), share=percent(designs[0]["area"]), error=exactness(document["error"])
    )
    moving = "elsewhere" if shown else "what_moves"
    headings = tuple(label("columns", name) for name in ("design", "share_of_weightings", moving))
    return drawing(
        "triangle", say("triangle.title"), so_far(said, document["complete"]), headings, rows,
        lambda canvas: _Triangle(canvas, names, document, moves).draw(named),
    )  # fmt: skip


def exactness(error: float | None) -> str:
    """How far a map can be wrong, in words; None: that is not known."""
    if error is None:
        return say("triangle.unbounded")
    return say("triangle.exact") if error < 1e-6 else say("triangle.error", error=at_most(error))


def moves_from(names: Names, first: Sequence[Document], other: Sequence[Document]) -> str:
    """What the other design, in rows, holds elsewhere than the first; '' where nothing."""
    a, b = names.held(first), names.held(other)
    said = []
    for d, code in enumerate(names.decisions):
        for level in np.unique(b[d][a[d] != b[d]]):
            moving = (a[d] != b[d]) & (b[d] == level)
            part = "" if moving.all() else f" ({_whom(names, moving)})"
            said.append(say("triangle.to", decision=names.decision(code), level=names.levels[level]) + part)
    return "; ".join(said)


def _whom(names: Names, moving: np.ndarray) -> str:
    """For which localities (O,): by name where they, or the others, are few, else how many."""
    places = np.array([names.organisation(code) for code in names.localities])
    if moving.sum() <= NAMED:
        return ", ".join(places[moving])
    if (~moving).sum() <= NAMED:
        return say("triangle.all_but", names=", ".join(places[~moving]))
    return say("triangle.of_localities", n=int(moving.sum()), of=len(moving))


def lettered(k: int) -> str:
    """A, B, ... Z, A2, B2: what stands for the k-th person on the triangle."""
    return chr(65 + k % 26) + (str(k // 26 + 1) if k >= 26 else "")


def colour(design_id: int) -> str:
    """The colour of a design by its rank."""
    return SERIES[design_id - 1] if design_id <= len(SERIES) else OTHERS


class _Triangle:
    """The corners, the cells, and the list of the designs beside or below them."""

    def __init__(self, canvas: Canvas, names: Names, document: Document, moves: Sequence[str]) -> None:
        self.canvas, self.names, self.document, self.moves = canvas, names, document, moves
        self.phone = canvas.width <= NARROW
        side = canvas.width - 40 if self.phone else SIDE
        left = 20.0 if self.phone else 10.0
        high = side * 0.75**0.5
        self.corners = np.array([[left, TOP + high], [left + side, TOP + high], [left + side / 2, TOP]])

    def draw(self, named: Sequence[tuple[str, Sequence[float]]]) -> None:
        """All of it; the corners are said, so that a page can tell weights from places."""
        self.canvas.marks.set("data-corners", str(self.corners.round(2).tolist()))
        for cell in self.document["cells"]:
            self._cell(cell)
        names = [self.names.objective(g) for g in self.document["objectives"]]
        (left, base), (right, _), (middle, _) = self.corners
        for x, y, words, anchor in (
            (max(0.0, left - 10), base + 20, names[0], "start"),
            (right + 10, base + 20, names[1], "end"),
            (middle, TOP - 10, names[2], "middle"),
        ):
            self.canvas.text(x, y, cut(say("triangle.only", objective=words), self.canvas.width / 2), anchor)
        self._dot(self.document["own"], "")
        for k, (_, weights) in enumerate(named):
            self._dot(weights, lettered(k))
        self._list([name for name, _ in named])

    def _cell(self, cell: Document) -> None:
        places = np.array(cell["vertices"]) @ self.corners
        design = cell["design_id"]
        mark = self.canvas.polygon(map(tuple, places.tolist()), colour(design), "paper")
        mark.set("data-design", str(design))
        size = places.max(axis=0) - places.min(axis=0)
        if size.min() > ROOM / 2 and cell["area"] > 0.02 and design <= len(SERIES):
            x, y = places.mean(axis=0)
            self.canvas.circle((x, y), 9, "paper")
            self.canvas.text(x, y + 4.5, str(design), "middle")

    def _dot(self, weights: Sequence[float], letter: str) -> None:
        x, y = np.array(weights) @ self.corners
        self.canvas.circle((x, y), 9 if letter else 7, "paper" if letter else "none", "paper", 4)
        self.canvas.circle((x, y), 9 if letter else 7, "paper" if letter else "none", "ink", 2)
        if letter:
            self.canvas.text(x, y + 4, letter, "middle", 11, bold=True)

    def _list(self, named: Sequence[str]) -> None:
        """The designs, each with its colour, number, share and what moves; then what the dots are."""
        x, y = (0.0, self.corners[0, 1] + 44) if self.phone else (SIDE + 50, TOP)
        room = self.canvas.width - x - 24
        designs, size = self.document["designs"], SIZE - 1.5
        shown = designs[: 6 if self.phone else 8]
        for each, moves in zip(shown, self.moves, strict=False):
            self.canvas.rect(x, y - 11, 14, 14, colour(each["design_id"]), "mute")
            words = say(
                "triangle.entry", n=0, design=each["design_id"], share=percent(each["area"]), moves=moves
            )
            for line in _first(wrapped(words, room, size), 3):
                self.canvas.text(x + 22, y, line, size=size)
                y += 16
            y += 6
        rest = designs[len(shown) :]
        if rest:
            words = say("triangle.rest", n=len(rest), share=percent(sum(each["area"] for each in rest)))
            y = self.canvas.paragraph(x + 22, y, words, room, size) + 6
        self.canvas.circle((x + 7, y - 4), 6, "none", "ink", 2)
        y = self.canvas.paragraph(x + 22, y, say("triangle.own"), room, size) + 4
        for k, name in enumerate(named):
            self.canvas.text(x + 1, y, lettered(k), size=size, bold=True)
            y = self.canvas.paragraph(x + 22, y, name, room, size)


def _first(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1].rstrip(";, ") + " \u2026"]
