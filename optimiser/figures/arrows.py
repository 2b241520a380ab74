"""The arrows: where each decision sits today and where it would sit, a rail a level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from optimiser.figures.canvas import SIZE, Canvas, cut
from optimiser.figures.drawing import NARROW, Drawing, drawing
from optimiser.instance.names import Names
from optimiser.labels import label, say
from optimiser.terminal import percent

LARGEST = 8.0  # radius of all localities
ROW, HEAD = 26.0, 30.0


def arrows(names: Names, held: np.ndarray) -> Drawing:
    """From today to a design (D, O), the share of localities as the area of a dot."""
    now, then = names.shares(names.today), names.shares(held)
    rows = [
        (
            names.decision(code),
            label("types", names.types[code]),
            level,
            _share(now[d, k]) if now[d].any() else "\u2013",
            _share(then[d, k]),
        )
        for d, code in enumerate(names.decisions)
        for k, level in enumerate(names.levels)
        if now[d, k] or then[d, k]
    ]
    headings = tuple(
        label("columns", name) for name in ("decision", "type", "level", "today_share", "best_share")
    )
    title = say("arrows.title" if now.any() else "arrows.title_no_today")
    return drawing(
        "arrows", title, arrows_said(names, held), headings, rows,
        lambda canvas: _Rails(canvas, names).draw(now, then, held),
    )  # fmt: skip


def arrows_said(names: Names, held: np.ndarray, now: np.ndarray | None = None) -> str:
    """How many decisions move where from `now` (D, O), which is today, in a sentence."""
    now = names.today if now is None else now
    if not (now >= 0).any():
        return say("arrows.no_today", n=len(held), where=", ".join(_places(names, held)))
    moves = (ways(before, after) for before, after in zip(now, held, strict=True))
    count = Counter("both" if len(way) > 1 else next(iter(way)) for way in moves if way)
    if not count:
        return say("arrows.none", n=len(held))
    said = say("arrows.said", n=count.total(), of=len(held))
    parts = [say(f"arrows.{way}", n=count[way]) for way in ("up", "down", "both") if count[way]]
    return f"{said}: {', '.join(parts)}."


def ends_said(names: Names, held: np.ndarray) -> str:
    """Where those that move from today would be, and how many have no place today; "" where neither is."""
    here = names.today >= 0
    if not here.any():
        return ""
    moving = [bool(ways(before, after)) for before, after in zip(names.today, held, strict=True)]
    said = [say("arrows.ends", where=", ".join(_places(names, held[moving])))] if any(moving) else []
    without = int((~here.any(axis=1)).sum())
    return " ".join([*said, *([say("arrows.uncounted", n=without)] if without else [])])


def _places(names: Names, held: np.ndarray) -> Iterator[str]:
    """How many decisions a design holds at each level, and how many at several."""
    whole = (held == held[:, :1]).all(axis=1)
    for level, name in enumerate(names.levels):
        if count := int((whole & (held[:, 0] == level)).sum()):
            yield say("arrows.at", n=count, level=name)
    if not whole.all():
        yield say("arrows.several", n=int((~whole).sum()))


def moved(names: Names, held: np.ndarray) -> list[str]:
    """The decisions that sit elsewhere for somebody than they do today."""
    return [code for d, code in enumerate(names.decisions) if ways(names.today[d], held[d])]


def ways(now: np.ndarray, then: np.ndarray) -> set[str]:
    """Whether a decision (O,) moves up, towards the centre, down, or both."""
    known = now >= 0
    return {way for way, moves in (("up", then < now), ("down", then > now)) if (known & moves).any()}


def _share(share: float) -> str:
    return percent(float(share), 0)


class _Rails:
    """The rails, and a row a decision."""

    def __init__(self, canvas: Canvas, names: Names) -> None:
        self.canvas, self.names = canvas, names
        self.phone = canvas.width <= NARROW
        left = 24.0 if self.phone else 300.0
        right = canvas.width - (24.0 if self.phone else 50.0)
        count = len(names.levels)
        self.rails = [
            left + (right - left) * (k + 0.5 * (count == 1)) / max(1, count - 1) for k in range(count)
        ]

    def draw(self, now: np.ndarray, then: np.ndarray, held: np.ndarray) -> None:
        """All of it."""
        y = self._levels()
        for kind in ("input", "process", "outcome"):
            mine = [d for d, code in enumerate(self.names.decisions) if self.names.types[code] == kind]
            if mine:
                self.canvas.text(0, y + 18, label("types", kind), bold=True)
                y += HEAD
            for d in mine:
                y = self._row(d, y, now[d], then[d], held[d])
        self._key(y + 22, today=bool(now.any()))

    def _levels(self) -> float:
        room = (self.rails[-1] - self.rails[0]) / max(1, len(self.rails) - 1) - 6
        for k, (x, level) in enumerate(zip(self.rails, self.names.levels, strict=True)):
            ends = self.phone and len(self.rails) > 1
            anchor = "start" if ends and k == 0 else "end" if ends and k == len(self.rails) - 1 else "middle"
            shift = {"start": -24.0, "end": 24.0}.get(anchor, 0.0)
            self.canvas.text(x + shift, 14, cut(level, room + 30, SIZE), anchor, bold=True)
        return 20.0

    def _row(self, d: int, y: float, now: np.ndarray, then: np.ndarray, held: np.ndarray) -> float:
        code = list(self.names.decisions)[d]
        said = self.names.decision(code)
        if self.phone:
            self.canvas.text(0, y + 14, cut(said, self.canvas.width))
            y += 18
        else:
            self.canvas.text(0, y + 17, cut(said, self.rails[0] - 24))
        middle = y + ROW / 2
        self.canvas.line((self.rails[0], middle), (self.rails[-1], middle), "rule")
        for x in self.rails:
            self.canvas.line((x, middle - 5), (x, middle + 5), "rule")
        self._moves(d, middle, held)
        for x, share in zip(self.rails, now, strict=True):
            if share:
                self.canvas.circle((x, middle), LARGEST * share**0.5, "paper", "ink", 1.4)
        for x, share in zip(self.rails, then, strict=True):
            if share:
                self.canvas.circle((x, middle), 0.68 * LARGEST * share**0.5, "ink")
        return y + ROW

    def _moves(self, d: int, y: float, held: np.ndarray) -> None:
        """An arrow from each level to each other, as thick as there are localities that go that way."""
        pairs = Counter(zip(self.names.today[d].tolist(), held.tolist(), strict=True))
        for (start, end), count in sorted(pairs.items()):
            if start >= 0 and start != end:
                towards = 1.0 if end > start else -1.0
                share = count / held.size
                a = self.rails[start] + towards * LARGEST
                b = self.rails[end] - towards * (2 + LARGEST * 0.8)
                self.canvas.arrow((a, y), (b, y), "down" if end > start else "up", 1.2 + 2.2 * share)

    def _key(self, y: float, *, today: bool) -> None:
        canvas, x = self.canvas, 10.0
        best = x + 110 if today else x
        canvas.circle((best, y - 4), 5.5, "ink")
        canvas.text(best + 14, y, say("arrows.key_best"), size=12)
        if not today:
            return
        canvas.circle((x, y - 4), 7, "paper", "ink", 1.4)
        canvas.text(x + 14, y, say("arrows.key_today"), size=12)
        for k, way in enumerate(("up", "down")):
            place, at = (x + 240 + 200 * k, y) if not self.phone else (x - 6, y + 20 * (k + 1))
            a, b = (
                ((place + 28, at - 4), (place, at - 4))
                if way == "up"
                else ((place, at - 4), (place + 28, at - 4))
            )
            canvas.arrow(a, b, way, 2.4)
            canvas.text(place + 36, at, say(f"arrows.key_{way}"), size=12)
