"""A frontier drawn: what designs reach of one objective against another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations

import numpy as np

from optimiser.studies.frontier.border import border
from optimiser.studies.frontier.nondominated import Nondominated
from optimiser.studies.frontier.search import RESOLVED
from optimiser.studies.svg import COLOURS, patch, polygon, ring, svg, text, ticks
from optimiser.terminal import at_most

Array = np.ndarray
SIDE, LEFT, TOP, BELOW, LINE = 460.0, 90.0, 70.0, 70.0, 24
REACHED, MARGIN, POINT = "#dfe7ee", "#fdf1d6", COLOURS[0]
FILLS = {True: POINT, False: "white", None: "#b9cfdf"}
WORDS = {True: "best for some weights", False: "best for none", None: "not settled whether best for any"}


class Panel:
    """One pair of objectives on a square, x to the right and y up."""

    def __init__(
        self,
        names: Sequence[str],
        points: Sequence[Nondominated],
        reached: Array,
        pair: list[int],
        left: float,
    ) -> None:
        self.names, self.points, self.left = [names[g] for g in pair], points, left
        self.whole = len(names) == 2  # the points are what there is, not its shadow
        self.reached = reached[:, pair]
        ends = np.concatenate([p.segment[:, pair] for p in points])
        low, high = ends.min(axis=0), ends.max(axis=0)
        room = 0.08 * np.where(high - low > 1e-6, high - low, 0.1)
        self.low, self.high = low - room, high + room

    def at(self, points: Array) -> Array:
        """(n, 2) places on the page."""
        share = (np.clip(points, self.low, self.high) - self.low) / (self.high - self.low)
        return np.stack([self.left + SIDE * share[:, 0], TOP + SIDE * (1 - share[:, 1])], axis=1)

    def parts(self, margin: float) -> list[str]:
        """All of it; another may lie above those listed by the margin."""
        return [*(self._below(margin) if self.whole else []), *self._axes(), *self._points()]

    def _below(self, margin: float) -> list[str]:
        """What the designs listed reach, and how far above it one may yet lie."""
        steps = border([p.segment for p in self.points])
        ends = [p.segment for p in self.points] if not steps else []
        top = max((end for p in self.points for end in p.segment), key=lambda end: (end[1], end[0]))
        line = [top, *(end for chain in ends for end in chain)]
        line += [np.array(end) for p in steps for end in ((p.left, p.high), (p.right, p.low))]
        edge = np.array([[-np.inf, line[0][1]], *line, [line[-1][0], -np.inf]])
        corner = np.array([[-np.inf, -np.inf]])
        shown = ((MARGIN, edge + margin), (REACHED, edge)) if margin else ((REACHED, edge),)
        return [
            polygon(self.at(np.clip(np.concatenate([e, corner]), self.low, self.high)), c) for c, e in shown
        ]

    def _axes(self) -> list[str]:
        right, base = self.left + SIDE, TOP + SIDE
        frame = ((self.left, TOP), (right, TOP), (right, base), (self.left, base))
        x, y = self.names
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
        parts, places = [], self.at(self.reached)
        taken = [(place - 6, place + 6) for place in places]
        for p in self.points:
            if len(p.segment) > 1 and self.whole:
                path = " ".join(f"{x:.2f},{y:.2f}" for x, y in self.at(p.segment))
                parts.append(f'<polyline points="{path}" fill="none" stroke="{POINT}" stroke-width="3"/>')
        for k, (p, (x, y)) in enumerate(zip(self.points, places, strict=True), 1):
            parts.append(ring(x, y, POINT, 5, FILLS[p.supported]))
            box = np.array([x + 8, y - 18]), np.array([x + 26, y - 6])
            if not any((box[0] < high).all() and (low < box[1]).all() for low, high in taken):
                parts.append(text(x + 8, y - 6, str(k)))
                taken.append(box)
        return parts


def figure(
    name: str, objectives: Sequence[str], points: Sequence[Nondominated], reached: Array, error: float
) -> str:
    """The text of an SVG file: a panel for each pair of objectives.

    `reached` (P, k) is what the points reach of the objectives, `error` how far another may lie above them.
    """
    pairs = list(combinations(range(len(objectives)), 2))
    width = LEFT + len(pairs) * (SIDE + LEFT)
    margin = error if RESOLVED < error < np.inf else 0.0
    parts = [text(LEFT, 30, f"{name}: what one aim costs in another")]
    for number, pair in enumerate(pairs):
        panel = Panel(objectives, points, reached, list(pair), LEFT + number * (SIDE + LEFT))
        parts += panel.parts(margin)
    legend = _legend(points, len(objectives) == 2, margin)
    return svg(width, TOP + SIDE + BELOW + LINE * len(legend) / 2, [*parts, *legend])


def _spot(fill: str, x: float, y: float) -> str:
    return ring(x + 8, y - 5, POINT, 5, fill)


def _legend(points: Sequence[Nondominated], whole: bool, margin: float) -> list[str]:
    """What the marks mean, a line each."""
    lines = [
        (partial(_spot, FILLS[mark]), f"a design listed, {WORDS[mark]}")
        for mark in FILLS
        if any(p.supported is mark for p in points)
    ]
    if whole:
        lines.append((partial(patch, fill=REACHED), "what the designs listed reach or beat"))
    if whole and margin:
        said = f"where another may lie, up to {at_most(margin)} beyond in both"
        lines.append((partial(patch, fill=MARGIN), said))
    parts = []
    for i, (mark, words) in enumerate(lines):
        y = TOP + SIDE + BELOW + 10 + LINE * i
        parts += [mark(LEFT, y), text(LEFT + 26, y, words)]
    return parts
