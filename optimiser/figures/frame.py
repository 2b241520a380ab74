"""A frame with two scales, for what is drawn from numbers against numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from optimiser.figures.canvas import LETTER, Canvas, Point, cut, ticks, wrapped
from optimiser.terminal import exact

SMALL = 11.0


@dataclass(frozen=True)
class Frame:
    """A rectangle on a canvas in which x runs to the right and y up."""

    canvas: Canvas
    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> Point:
        """Where a pair of numbers stands; outside, on the edge."""
        return (
            self.left + self.width * _share(x, *self.x),
            self.top + self.height * (1 - _share(y, *self.y)),
        )

    def places(self, pairs: Iterable[Sequence[float]]) -> list[Point]:
        """The same of many."""
        return [self.at(x, y) for x, y in pairs]

    def axes(
        self,
        under: str = "",
        beside: str = "",
        labels: Sequence[tuple[float, str]] | None = None,
        shown: Callable[[float], str] = exact,
    ) -> float:
        """The frame with numbers on both sides, `labels` in place of those below; where it ends below."""
        canvas, base = self.canvas, self.top + self.height
        canvas.rect(self.left, self.top, self.width, self.height, "none", "mute")
        for value in ticks(*self.y, 5):
            y = self.at(self.x[0], value)[1]
            canvas.line((self.left - 4, y), (self.left, y), "mute")
            canvas.text(self.left - 7, y + 4, shown(value), "end", SMALL, "mute")
        for value, words in labels if labels is not None else [(v, exact(v)) for v in ticks(*self.x, 5)]:
            x = self.at(value, self.y[0])[0]
            canvas.line((x, base), (x, base + 4), "mute")
            half = LETTER * SMALL * len(words) / 2
            canvas.text(min(x, canvas.width - half - 2), base + 17, words, "middle", SMALL, "mute")
        lines = wrapped(under, self.width, 12) if under else []
        for k, line in enumerate(lines):
            canvas.text(self.left + self.width / 2, base + 36 + 15 * k, line, "middle", 12)
        if beside:
            canvas.text(self.left, self.top - 8, cut(beside, canvas.width - self.left, 12), size=12)
        return base + (27 + 15 * len(lines) if lines else 22)


def _share(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / ((high - low) or 1.0)))
