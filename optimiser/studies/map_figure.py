"""A weight map drawn: the triangle, its cells in the colours of their designs, and what the designs are."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimiser.studies.weight_map import WeightMap

Array = np.ndarray
SIDE, LEFT, TOP = 560.0, 70.0, 60.0
BASE = TOP + SIDE * np.sqrt(0.75)
CORNERS = np.array([[LEFT, BASE], [LEFT + SIDE, BASE], [LEFT + SIDE / 2, TOP]])
COLOURS = (  # Okabe and Ito's, told apart by everyone, then lighter ones
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442",
    "#8da0cb", "#a6d854", "#e78ac3", "#b3b3b3", "#fc8d62",
)  # fmt: skip
OTHERS = "#e8e8e8"
LONG = 70  # letters of a line of the legend
LINE, WIDTH = 26, 1260


def figure(found: WeightMap) -> str:
    """The text of an SVG file. A corner has all weight on one objective; the ring is the instance."""
    height = max(BASE + 60, TOP + LINE * (len(COLOURS) + 1))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}"'
        ' font-family="sans-serif" font-size="14">',
        '<rect width="100%" height="100%" fill="white"/>',
        _text(LEFT, 26, f"{found.instance.name}: the best design under every weighting", "start"),
    ]
    for cell in found.cells:
        corners = " ".join(f"{x:.2f},{y:.2f}" for x, y in cell.vertices @ CORNERS)
        colour = COLOURS[cell.design_id - 1] if cell.design_id <= len(COLOURS) else OTHERS
        parts.append(f'<polygon points="{corners}" fill="{colour}" stroke="white" stroke-width="0.5"/>')
    for name, (x, y), below in zip(found.objectives, CORNERS, (26, 26, -12), strict=True):
        parts.append(_text(x, y + below, f"only {name}", "middle"))
    x, y = found.own @ CORNERS
    parts.append(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="6" fill="none" stroke="black" stroke-width="2"/>')
    return "\n".join([*parts, *_legend(found), "</svg>\n"])


def _legend(found: WeightMap) -> list[str]:
    """Each design's colour and share, and what differs from the first."""
    named = [
        (COLOURS[i], design.area, _moves(found, i) if i else "the design that is best most often")
        for i, design in enumerate(found.designs[: len(COLOURS)])
    ]
    rest = found.designs[len(COLOURS) :]
    if rest:
        named.append((OTHERS, sum(design.area for design in rest), f"{len(rest)} more designs"))
    x, lines = LEFT + SIDE + 60, []
    for i, (colour, share, words) in enumerate(named):
        y = TOP + LINE * i
        lines.append(f'<rect x="{x:.0f}" y="{y - 13:.0f}" width="16" height="16" fill="{colour}"/>')
        lines.append(_text(x + 24, y, f"{100 * share:.1f} %  {words}", "start"))
    return lines


def _moves(found: WeightMap, i: int) -> str:
    """What moves from the first design to this one, as far as there is room."""
    pairs = zip(found.designs[0].rows, found.designs[i].rows, strict=True)
    moves = Counter((b["decision"], b["level"]) for a, b in pairs if a["level"] != b["level"])
    total = Counter(row["decision"] for row in found.designs[0].rows)
    words = [f"{d} to {level}" + f" ({n}/{total[d]})" * (total[d] > 1) for (d, level), n in moves.items()]
    said = ", ".join(words)
    return said if len(said) <= LONG else said[: LONG - 4].rsplit(",", 1)[0] + ", ..."


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
