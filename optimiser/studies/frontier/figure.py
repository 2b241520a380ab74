"""A frontier drawn: what designs reach of one objective against another."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from optimiser.page import at_most
from optimiser.studies.drawing import COLOURS, patch, polygon, ring, svg, text, ticks
from optimiser.studies.frontier.border import border
from optimiser.studies.frontier.search import RESOLVED

if TYPE_CHECKING:
    from optimiser.studies.frontier.frontier import Frontier

Array = np.ndarray
SIDE, LEFT, TOP, BELOW, LINE = 460.0, 90.0, 70.0, 70.0, 24
REACHED, MARGIN, POINT = "#dfe7ee", "#fdf1d6", COLOURS[0]
FILLS = {True: POINT, False: "white", None: "#b9cfdf"}
WORDS = {True: "best for some weights", False: "best for none", None: "not settled whether best for any"}


class Panel:
    """One pair of objectives on a square, x to the right and y up."""

    def __init__(self, found: Frontier, pair: tuple[int, int], number: int) -> None:
        self.found, self.pair = found, list(pair)
        self.left = LEFT + number * (SIDE + LEFT)
        self.points = np.array([found.reached(p) for p in found.points])[:, self.pair]
        ends = np.concatenate([p.segment[:, self.pair] for p in found.points])
        low, high = ends.min(axis=0), ends.max(axis=0)
        room = 0.08 * np.where(high - low > 1e-6, high - low, 0.1)
        self.low, self.high = low - room, high + room

    def at(self, points: Array) -> Array:
        """(n, 2) places on the page."""
        share = (np.clip(points, self.low, self.high) - self.low) / (self.high - self.low)
        return np.stack([self.left + SIDE * share[:, 0], TOP + SIDE * (1 - share[:, 1])], axis=1)

    def parts(self) -> list[str]:
        """All of it."""
        whole = len(self.found.objectives) == 2
        return [*(self._reached() if whole else []), *self._axes(), *self._points()]

    def _reached(self) -> list[str]:
        """What the designs listed reach, and how far above it one may yet lie."""
        steps = border([p.segment for p in self.found.points])
        ends = [p.segment for p in self.found.points] if not steps else []
        top = max((end for p in self.found.points for end in p.segment), key=lambda end: (end[1], end[0]))
        line = [top, *(end for chain in ends for end in chain)]
        line += [np.array(end) for p in steps for end in ((p.left, p.high), (p.right, p.low))]
        edge = np.array([[-np.inf, line[0][1]], *line, [line[-1][0], -np.inf]])
        corner = np.array([[-np.inf, -np.inf]])
        margin = _margin(self.found)
        shown = ((MARGIN, edge + margin), (REACHED, edge)) if margin else ((REACHED, edge),)
        return [
            polygon(self.at(np.clip(np.concatenate([e, corner]), self.low, self.high)), c) for c, e in shown
        ]

    def _axes(self) -> list[str]:
        right, base = self.left + SIDE, TOP + SIDE
        frame = ((self.left, TOP), (right, TOP), (right, base), (self.left, base))
        x, y = (self.found.objectives[g] for g in self.pair)
        parts = [polygon(frame, "none", "black"), text(self.left + SIDE / 2, base + 48, x, "middle")]
        parts.append(text(self.left - 62, TOP + SIDE / 2, y, "middle", turn=-90))
        for value in ticks(self.low[0], self.high[0]):
            place = self.at(np.array([[value, self.low[1]]]))[0]
            parts.append(text(place[0], base + 22, f"{value:g}", "middle"))
        for value in ticks(self.low[1], self.high[1]):
            place = self.at(np.array([[self.low[0], value]]))[0]
            parts.append(text(self.left - 8, place[1] + 5, f"{value:g}", "end"))
        return parts

    def _points(self) -> list[str]:
        """The points, numbered as in the table where there is room, and the designs' own trade-offs."""
        parts, places = [], self.at(self.points)
        taken = [(place - 6, place + 6) for place in places]
        for p in self.found.points:
            if len(p.segment) > 1 and len(self.found.objectives) == 2:
                path = " ".join(f"{x:.2f},{y:.2f}" for x, y in self.at(p.segment))
                parts.append(f'<polyline points="{path}" fill="none" stroke="{POINT}" stroke-width="3"/>')
        for k, (p, (x, y)) in enumerate(zip(self.found.points, places, strict=True), 1):
            parts.append(ring(x, y, POINT, 5, FILLS[p.supported]))
            box = np.array([x + 8, y - 18]), np.array([x + 26, y - 6])
            if not any((box[0] < high).all() and (low < box[1]).all() for low, high in taken):
                parts.append(text(x + 8, y - 6, str(k)))
                taken.append(box)
        return parts


def figure(found: Frontier) -> str:
    """The text of an SVG file: a panel for each pair of objectives."""
    pairs = list(combinations(range(len(found.objectives)), 2))
    width = LEFT + len(pairs) * (SIDE + LEFT)
    parts = [text(LEFT, 30, f"{found.instance.name}: what one aim costs in another")]
    for number, pair in enumerate(pairs):
        parts += Panel(found, pair, number).parts()
    legend = _legend(found)
    return svg(width, TOP + SIDE + BELOW + LINE * len(legend) / 2, [*parts, *legend])


def _spot(fill: str, x: float, y: float) -> str:
    return ring(x + 8, y - 5, POINT, 5, fill)


def _margin(found: Frontier) -> float:
    """How far another may lie above those listed, where there is anything to draw."""
    return found.error if RESOLVED < found.error < np.inf else 0.0


def _legend(found: Frontier) -> list[str]:
    """What the marks mean, a line each."""
    lines = [
        (partial(_spot, FILLS[mark]), f"a design listed, {WORDS[mark]}")
        for mark in FILLS
        if any(p.supported is mark for p in found.points)
    ]
    if len(found.objectives) == 2:
        lines.append((partial(patch, fill=REACHED), "what the designs listed reach or beat"))
        if margin := _margin(found):
            said = f"where another may lie, up to {at_most(margin)} beyond in both"
            lines.append((partial(patch, fill=MARGIN), said))
    parts = []
    for i, (mark, words) in enumerate(lines):
        y = TOP + SIDE + BELOW + 10 + LINE * i
        parts += [mark(LEFT, y), text(LEFT + 26, y, words)]
    return parts
