"""What the figures share: an SVG file of text, words, and round numbers for an axis."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import numpy as np

COLOURS = (  # Okabe and Ito's, told apart by everyone, then lighter ones
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442",
    "#8da0cb", "#a6d854", "#e78ac3", "#b3b3b3", "#fc8d62",
)  # fmt: skip


def svg(width: float, height: float, parts: Iterable[str]) -> str:
    """The text of an SVG file on white."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
        ' font-family="sans-serif" font-size="14">'
    )
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>\n"])


def text(x: float, y: float, words: str, anchor: str = "start", turn: float = 0.0) -> str:
    """Words at a place, turned by so many degrees about it."""
    turned = f' transform="rotate({turn:g} {x:.1f} {y:.1f})"' * bool(turn)
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turned}>{escape(words)}</text>'


def ring(x: float, y: float, colour: str = "black", size: float = 6.0, fill: str = "none") -> str:
    """A circle."""
    return (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{size:g}" fill="{fill}" stroke="{colour}" stroke-width="2"/>'
    )


def polygon(points: Iterable[tuple[float, float]], fill: str, stroke: str = "none") -> str:
    """What corners enclose."""
    corners = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return f'<polygon points="{corners}" fill="{fill}" stroke="{stroke}" stroke-width="0.5"/>'


def patch(x: float, y: float, fill: str) -> str:
    """The square of a colour before a line of a legend."""
    return f'<rect x="{x:.1f}" y="{y - 13:.1f}" width="16" height="16" fill="{fill}"/>'


def ticks(low: float, high: float, about: int = 7) -> list[float]:
    """Round numbers between two, about so many."""
    rough = (high - low) / about
    size = 10.0 ** np.floor(np.log10(rough))
    step = next(size * m for m in (1, 2, 5, 10) if size * m >= rough * (1 - 1e-9))
    first = int(np.ceil(low / step - 1e-9))
    return [round(step * i, 12) for i in range(first, int(np.floor(high / step + 1e-9)) + 1)]
