"""A frontier drawn: what designs reach of one objective against another, a panel a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from optimiser.figures.canvas import Canvas
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.figures.frame import Frame
from optimiser.figures.so_far import so_far
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import at_most, fixed

Document = Mapping[str, Any]
RESOLVED = 3e-6  # of an objective: a smaller error leaves nothing to draw
REACHED, MARGIN, POINT = "reached", "margin", "up"
FILLS = {True: POINT, False: "paper", None: "l3"}
WORDS = {True: "best", False: "never", None: "unsettled"}


def frontier(names: Names, document: Document) -> Drawing:
    """The nondominated designs of `frontier`."""
    codes, points = document["objectives"], document["points"]
    rows = [
        (k, *(fixed(p["objectives"][g], 4) for g in codes), label("supported", WORDS[p["supported"]]))
        for k, p in enumerate(points, 1)
    ]
    columns = (label("columns", "design"), *map(names.objective, codes), label("columns", "supported"))
    error = "" if document["error"] is None else at_most(document["error"])
    said = say(
        "frontier.said", n=len(points), first=names.objective(codes[0]), second=names.objective(codes[1])
    )
    said = so_far(said, document["complete"])
    said += " " + say("frontier.error" if error else "frontier.unknown", error=error)
    return drawing(
        "frontier", say("frontier.title", names=", ".join(map(names.objective, codes))), said, columns, rows,
        lambda canvas: _draw(canvas, names, document),
    )  # fmt: skip


def _draw(canvas: Canvas, names: Names, document: Document) -> None:
    codes = document["objectives"]
    pairs = list(combinations(codes, 2))
    phone = canvas.width <= NARROW
    across = 1 if phone else min(2, len(pairs))
    side = canvas.width / across - 70
    height = side if side < 320 else 320.0
    y = 30.0
    for k, pair in enumerate(pairs):
        left = 56 + (k % across) * (side + 70)
        panel = _Panel(canvas, names, document, pair, left, y, side, height)
        end = panel.draw()
        if (k + 1) % across == 0 or k + 1 == len(pairs):
            y = end + 40
    _key(canvas, document, y - 10, whole=len(pairs) == 1)


class _Panel:
    """One pair of objectives, x to the right and y up."""

    def __init__(
        self, canvas: Canvas, names: Names, document: Document, pair: Sequence[str], left: float, top: float,
        side: float, height: float,
    ) -> None:  # fmt: skip
        self.canvas, self.names, self.pair = canvas, names, pair
        self.points, self.whole = document["points"], len(document["objectives"]) == 2
        self.margin = _margin(document)
        self.reached = np.array([[p["objectives"][g] for g in pair] for p in self.points])
        self.chains = [np.array([[end[g] for g in pair] for end in p["segment"]]) for p in self.points]
        ends = np.concatenate([*self.chains, self.reached])
        low, high = ends.min(axis=0), ends.max(axis=0)
        room = 0.08 * np.where(high - low > 1e-6, high - low, 0.1)
        (x0, y0), (x1, y1) = (low - room).tolist(), (high + room).tolist()
        self.frame = Frame(canvas, left, top, side, height, (x0, x1), (y0, y1))

    def draw(self) -> float:
        """All of it; where it ends."""
        if self.whole and self.margin:
            self._area(MARGIN, self.margin)
        if self.whole:
            self._area(REACHED, 0.0)
        x, y = map(self.names.objective, self.pair)
        end = self.frame.axes(x, y)
        places = np.array(self.frame.places(self.reached))
        for point, chain, (across, down) in zip(self.points, self.chains, places.tolist(), strict=True):
            if len(chain) > 1 and self.whole:
                self.canvas.polyline(self.frame.places(chain), POINT, 2.4)
            self.canvas.circle((across, down), 4.5, FILLS[point["supported"]], POINT)
        self._numbers(places)
        return end

    def _numbers(self, places: np.ndarray) -> None:
        """The number of each point up and right of it, where that covers no other point or number."""
        taken = list[np.ndarray]()
        for k, place in enumerate(places):
            spot = place + np.array([9, -10])
            others = [*np.delete(places, k, axis=0), *taken]
            if all(np.abs(spot - other).max() > 10 for other in others):
                x, y = place.tolist()
                self.canvas.text(x + 6, y - 6, str(k + 1), size=11)
                taken.append(spot)

    def _area(self, fill: str, margin: float) -> None:
        """What is left of and below what some design reaches: the union of an area a design."""
        (x0, _), (y0, _) = self.frame.x, self.frame.y
        for chain in self.chains:
            edge = chain[np.argsort(chain[:, 0], kind="stable")] + margin
            corners = [(x0, edge[0, 1]), *map(tuple, edge.tolist()), (edge[-1, 0], y0), (x0, y0)]
            self.canvas.polygon(self.frame.places(corners), fill)


def _margin(document: Document) -> float:
    error = document["error"]
    return error if error is not None and error > RESOLVED else 0.0


def _key(canvas: Canvas, document: Document, y: float, *, whole: bool) -> None:
    lines = [
        (
            partial(canvas.circle, radius=4.5, fill=fill, stroke=POINT),
            label("supported", f"key_{WORDS[mark]}"),
        )
        for mark, fill in FILLS.items()
        if any(p["supported"] is mark for p in document["points"])
    ]
    for mark, words in lines:
        mark((12.0, y - 4))
        canvas.text(26, y, words, size=12)
        y += 19
    areas = [(REACHED, say("frontier.reached"))] * whole
    areas += [(MARGIN, say("frontier.margin", error=at_most(_margin(document))))] * bool(
        whole and _margin(document)
    )
    for fill, words in areas:
        canvas.rect(6, y - 10, 12, 12, fill, "mute")
        canvas.paragraph(26, y, words, canvas.width - 30, 12)
        y += 19
