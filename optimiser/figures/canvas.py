"""A canvas of a few marks, written as SVG. What is written on it is text, whatever stands in it.

Colours have names. Each mark carries its colour twice: as an attribute, for files that stand alone, and as a
class, so that a page can show it otherwise in the dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import ceil, floor, log10
from xml.etree import ElementTree

from optimiser.terminal import breadth, clean

Point = tuple[float, float]
COLOURS = {
    "ink": "#1a1a1a", "mute": "#595959", "rule": "#b8b8b8", "faint": "#ececec", "paper": "#ffffff",
    "up": "#0072b2", "down": "#d55e00", "reached": "#dfe7ee", "margin": "#fdf1d6",
    # Okabe and Ito's, told apart by everyone, then lighter ones
    "c1": "#0072b2", "c2": "#e69f00", "c3": "#009e73", "c4": "#cc79a7", "c5": "#56b4e9", "c6": "#d55e00",
    "c7": "#f0e442", "c8": "#8da0cb", "c9": "#a6d854", "c10": "#e78ac3", "c11": "#b3b3b3", "c12": "#fc8d62",
    # from the centre down to the localities, dark to light
    "l1": "#08306b", "l2": "#2b7bba", "l3": "#82badb", "l4": "#cfe1f2", "l5": "#eff6fc",
}  # fmt: skip
SERIES = tuple(name for name in COLOURS if re.fullmatch(r"c\d+", name))
DASHES = (None, "7 3", "2 3", "10 3 2 3", "5 2", "12 4")  # of the series, for those who see no colours
SHADES = tuple(name for name in COLOURS if re.fullmatch(r"l\d", name))
LETTER = 0.54  # of the size of a text, what a letter of it takes up
SIZE = 13.0


class Canvas:
    """So many units wide, and as high as what is drawn on it."""

    def __init__(self, width: float) -> None:
        self.width, self.height = width, 0.0
        self.marks = ElementTree.Element("g")

    def _mark(self, tag: str, below: float, **attributes: str | float | None) -> ElementTree.Element:
        mark = ElementTree.SubElement(self.marks, tag)
        classes = list[str]()
        for name, value in attributes.items():
            if value is None:
                continue
            if name in ("fill", "stroke") and value in COLOURS:
                classes.append(f"{name[0]}-{value}")
                value = COLOURS[str(value)]
            mark.set(
                name.replace("_", "-"),
                value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip("."),
            )
        if classes:
            mark.set("class", " ".join(classes))
        self.height = max(self.height, below)
        return mark

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, stroke: str | None = None
    ) -> None:
        """A rectangle from its upper left corner."""
        self._mark(
            "rect", y + height, x=x, y=y, width=max(0.0, width), height=height, fill=fill, stroke=stroke
        )

    def line(
        self, a: Point, b: Point, stroke: str = "rule", width: float = 1.0, dash: str | None = None
    ) -> None:
        """A straight line."""
        self._mark(
            "line", max(a[1], b[1]), x1=a[0], y1=a[1], x2=b[0], y2=b[1], stroke=stroke, stroke_width=width,
            stroke_dasharray=dash,
        )  # fmt: skip

    def polyline(
        self, points: Iterable[Point], stroke: str, width: float = 1.6, dash: str | None = None
    ) -> None:
        """A line through points."""
        places = list(points)
        self._mark(
            "polyline", max(y for _, y in places), points=_corners(places), fill="none", stroke=stroke,
            stroke_width=width, stroke_dasharray=dash, stroke_linejoin="round",
        )  # fmt: skip

    def polygon(
        self, points: Iterable[Point], fill: str, stroke: str | None = None, width: float = 0.7
    ) -> ElementTree.Element:
        """What corners enclose."""
        places = list(points)
        return self._mark(
            "polygon", max(y for _, y in places), points=_corners(places), fill=fill, stroke=stroke,
            stroke_width=width if stroke else None,
        )  # fmt: skip

    def path(self, steps: str, below: float, fill: str, stroke: str) -> None:
        """Many marks of one colour, by the steps of SVG; `below` is where they end."""
        if steps:
            self._mark("path", below, d=steps, fill=fill, stroke=stroke, stroke_width=1.2)

    def circle(
        self, at: Point, radius: float, fill: str, stroke: str | None = None, width: float = 1.6
    ) -> None:
        """A dot or, filled with `none` or `paper`, a ring."""
        self._mark(
            "circle", at[1] + radius, cx=at[0], cy=at[1], r=radius, fill=fill, stroke=stroke,
            stroke_width=width if stroke else None,
        )  # fmt: skip

    def arrow(self, a: Point, b: Point, stroke: str, width: float) -> None:
        """A level line with a head at its end."""
        way = 1.0 if b[0] > a[0] else -1.0
        head = 4.0 + width
        self.line(a, (b[0] - way * head, b[1]), stroke, width)
        self.polygon(
            [b, (b[0] - way * head, b[1] - head * 0.6), (b[0] - way * head, b[1] + head * 0.6)], stroke
        )

    def text(
        self, x: float, y: float, words: str, anchor: str = "start", size: float = SIZE, fill: str = "ink",
        bold: bool = False, turn: float = 0.0,
    ) -> None:  # fmt: skip
        """Words on a line whose foot is at y, turned by so many degrees about its start."""
        mark = self._mark(
            "text", y + 0.3 * size, x=x, y=y, fill=fill, font_size=size,
            text_anchor=None if anchor == "start" else anchor, font_weight="bold" if bold else None,
            transform=f"rotate({turn:g} {x:.1f} {y:.1f})" if turn else None,
        )  # fmt: skip
        mark.text = clean(words)

    def paragraph(
        self, x: float, y: float, words: str, width: float, size: float = SIZE, fill: str = "ink"
    ) -> float:
        """Words on as many lines as they take; the foot of the next line."""
        for line in wrapped(words, width, size):
            self.text(x, y, line, size=size, fill=fill)
            y += 1.35 * size
        return y

    def line_key(self, x: float, y: float, entries: Sequence[tuple[str, str | None, str]]) -> float:
        """A legend of lines: colour, dash and words, one under the other; the foot of the next line."""
        for colour, dash, words in entries:
            self.line((x, y - 4), (x + 26, y - 4), colour, 2, dash)
            y = self.paragraph(x + 34, y, words, self.width - x - 34, SIZE - 1)
        return y

    def key(self, x: float, y: float, entries: Sequence[tuple[str, str]], size: float = SIZE - 1) -> float:
        """A legend of colours and words from x to the right end, folded; the foot of the next line."""
        at = x
        for colour, words in entries:
            room = 20 + extent(words, size) + 16
            if at > x and at + room > self.width:
                at, y = x, y + 1.6 * size
            self.rect(at, y - size + 2, 12, 12, colour, "mute")
            self.text(at + 18, y, words, size=size)
            at += room
        return y + 1.6 * size


def _corners(places: Iterable[Point]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in places)


def extent(words: str, size: float = SIZE) -> float:
    """About how wide a text is."""
    return breadth(clean(words)) * size * LETTER


def cut(words: str, width: float, size: float = SIZE) -> str:
    """As much of a text as there is room for, with a mark where it was cut."""
    words = clean(words)
    if extent(words, size) <= width:
        return words
    return words[: max(1, int(width / (size * LETTER)) - 2)].rstrip() + "\u2026"


def wrapped(words: str, width: float, size: float = SIZE) -> list[str]:
    """A text on lines that fit."""
    lines = [""]
    for word in clean(words).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and extent(longer, size) > width:
            lines.append(cut(word, width, size))
        else:
            lines[-1] = longer
    return lines


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers between two, about so many; the one number where they are the same."""
    if high - low <= 1e-12 * max(1.0, abs(high)):
        return [low]
    rough = (high - low) / about
    size = 10.0 ** floor(log10(rough))
    step = next(size * m for m in (1, 2, 5, 10) if size * m >= rough * (1 - 1e-9))
    first = ceil(low / step - 1e-9)
    return [round(step * i, 12) for i in range(first, floor(high / step + 1e-9) + 1)]
