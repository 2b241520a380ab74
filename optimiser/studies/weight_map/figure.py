"""A weight map drawn: the triangle, its cells in the colours of their designs, and what the designs are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from optimiser.studies.svg import COLOURS, patch, polygon, ring, svg, text
from optimiser.studies.weight_map.cells import Cell, Region

Array = np.ndarray
SIDE, LEFT, TOP = 560.0, 70.0, 60.0
BASE = TOP + SIDE * np.sqrt(0.75)
CORNERS = np.array([[LEFT, BASE], [LEFT + SIDE, BASE], [LEFT + SIDE / 2, TOP]])
OTHERS = "#e8e8e8"
LONG = 70  # letters of a line of the legend
LINE, WIDTH = 26, 1260


def figure(
    name: str, objectives: Sequence[str], own: Array, cells: Sequence[Cell], designs: Sequence[Region]
) -> str:
    """The text of an SVG file. A corner has all weight on one objective; the ring is the instance."""
    parts = [text(LEFT, 26, f"{name}: the best design under every weighting")]
    for cell in cells:
        colour = COLOURS[cell.design_id - 1] if cell.design_id <= len(COLOURS) else OTHERS
        parts.append(polygon(cell.vertices @ CORNERS, colour, "white"))
    for objective, (x, y), below in zip(objectives, CORNERS, (26, 26, -12), strict=True):
        parts.append(text(x, y + below, f"only {objective}", "middle"))
    legend = _legend(designs)
    height = max(BASE + 60, TOP + LINE * (len(COLOURS) + 2))
    return svg(WIDTH, height, [*parts, ring(*(own @ CORNERS)), *legend])


def _legend(designs: Sequence[Region]) -> list[str]:
    """Each design's colour and share, and what differs from the first."""
    named = [
        (COLOURS[i], design.area, _moves(designs[0], design) if i else "the design that is best most often")
        for i, design in enumerate(designs[: len(COLOURS)])
    ]
    rest = designs[len(COLOURS) :]
    if rest:
        named.append((OTHERS, sum(design.area for design in rest), f"{len(rest)} more designs"))
    x, lines = LEFT + SIDE + 60, []
    for i, (colour, share, words) in enumerate(named):
        y = TOP + LINE * i
        lines.append(patch(x, y, colour))
        lines.append(text(x + 24, y, f"{100 * share:.1f} %  {words}"))
    y = TOP + LINE * len(named)
    return [*lines, ring(x + 8, y - 5), text(x + 24, y, "the instance's own weights")]


def _moves(first: Region, other: Region) -> str:
    """What moves from the first design to this one, as far as there is room."""
    pairs = zip(first.rows, other.rows, strict=True)
    moves = Counter((b["decision"], b["level"]) for a, b in pairs if a["level"] != b["level"])
    total = Counter(row["decision"] for row in first.rows)
    words = [f"{d} to {level}" + f" ({n}/{total[d]})" * (total[d] > 1) for (d, level), n in moves.items()]
    said = ", ".join(words)
    return said if len(said) <= LONG else said[: LONG - 4].rsplit(",", 1)[0] + ", ..."
