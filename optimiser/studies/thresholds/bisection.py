"""Where the best design changes along one input, and along two at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, pairwise, product

import numpy as np

from optimiser.studies.thresholds.points import Ground, Place, Point
from optimiser.tolerances import TOLERANCE

STEPS = 16  # a stretch of which nothing is proven is asked at so many places at least


@dataclass(frozen=True, eq=False)
class Stretch:
    """Between two neighbouring points that were asked. `proven`: no change between them was missed."""

    low: Point
    high: Point
    proven: bool = False

    @property
    def same(self) -> bool:
        """Whether one design is best at both ends."""
        return self.low.same(self.high)


@dataclass(frozen=True, eq=False)
class Cell:
    """A rectangle of two inputs and the points at its corners (low low, low high, high low, high high)."""

    corners: tuple[Point, ...]
    proven: bool = False

    @property
    def same(self) -> bool:
        """Whether one design is best at all corners."""
        return all(self.corners[0].same(p) for p in self.corners)


def along(ground: Ground, tolerance: float) -> tuple[list[Stretch], bool]:
    """Stretches from low to high that cover what was asked, and whether time was enough for all of it.

    Where two points have different designs, the place at which the one becomes worth more than the other is
    found by evaluating these two alone, and what is best on either side of it is then solved for: either no
    other design is better, or a new one comes in and the search goes on on both sides of it. `tolerance` is
    how closely a change is located.
    """
    (given,) = ground.inputs
    step = (given.high - given.low) / STEPS
    low = ground.point((given.low,))
    high = ground.point((given.high,), [low] if low else [])
    if low is None or high is None:
        return [], False
    done, waiting, turn = list[Stretch](), list[tuple[float, int, Stretch]](), count()
    todo = [Stretch(low, high)]
    while True:
        for stretch in todo:
            heappush(waiting, (stretch.low.at[0] - stretch.high.at[0], next(turn), stretch))
        if not waiting or ground.study.clock.out:
            break
        stretch = heappop(waiting)[2]  # the widest
        ground.study.tell(f"{len(ground.points)} points, {len(waiting) + 1} stretches left")
        settled = _settled(ground, stretch, tolerance, step)
        todo = [] if settled else _split(ground, stretch, tolerance)
        if settled or not todo:
            done.append(settled or stretch)
        if not settled and not todo:  # time ran out
            break
    stretches = sorted(done + [entry[2] for entry in waiting], key=lambda s: s.low.at)
    return _rising(ground, stretches), not waiting and not ground.study.clock.out


def _rising(ground: Ground, stretches: list[Stretch]) -> list[Stretch]:
    """The same where constraints widen, no end of them worth less than a tighter one: its design is possible
    there too, and takes the place of one that the gap or the time could not tell from the best."""
    widens = ground.inputs[0].widens
    if not widens or not stretches:
        return stretches
    points = [stretches[0].low, *(stretch.high for stretch in stretches)][::widens]
    best, risen = points[0], [points[0]]
    for point in points[1:]:
        best = ground.risen(point, best)
        risen.append(best)
    return [
        old if (a, b) == (old.low, old.high) else Stretch(a, b, ground.proven((a, b)))
        for old, (a, b) in zip(stretches, pairwise(risen[::widens]), strict=True)
    ]


def _settled(ground: Ground, stretch: Stretch, tolerance: float, step: float) -> Stretch | None:
    """The stretch, where nothing more is to be asked of it."""
    low, high = stretch.low, stretch.high
    width, whole = high.at[0] - low.at[0], ground.inputs[0].whole
    if whole and width <= 1:
        return Stretch(low, high, proven=True)
    if not stretch.same:
        return stretch if width <= tolerance else None
    if ground.proven((low, high)) or _alone(ground, low, high):
        return Stretch(low, high, proven=True)
    return stretch if width <= max(step, float(whole)) * (1 + 1e-9) else None


def _alone(ground: Ground, low: Point, high: Point) -> bool:
    """Whether constraints widen along the stretch and no other design is worth, at its loose end, what this
    one is worth at its tight end: then none is in between."""
    widens = ground.inputs[0].widens
    if not widens or low.design is None:
        return False
    tight, loose = (low, high) if widens > 0 else (high, low)
    return not ground.better_elsewhere(tight, loose)


def _split(ground: Ground, stretch: Stretch, tolerance: float) -> list[Stretch]:
    """The stretch in parts, solved where they meet; none where time ran out."""
    low, high = stretch.low.at[0], stretch.high.at[0]
    whole = ground.inputs[0].whole
    middle = round((low + high) / 2) if whole else (low + high) / 2
    crossing = not stretch.same and ground.comparable
    places = list(_crossing(ground, stretch, tolerance)) if crossing else [middle]
    if not whole and (places[0] - low <= tolerance or high - places[-1] <= tolerance):
        places = sorted({*places, middle})  # so that no stretch is pared away by its tolerance
    near, points = (stretch.low, stretch.high), [stretch.low]
    for x in places:
        if points[-1].at[0] < x < high:
            found = ground.point((float(x),), near)
            if found is None:
                return []
            points.append(found)
    points.append(stretch.high)
    return [Stretch(a, b) for a, b in pairwise(points)]


def _crossing(ground: Ground, stretch: Stretch, tolerance: float) -> tuple[float, float]:
    """Two places within `tolerance`: below them the low design is worth more, above them the high one.

    Or the one place, twice, where neither is possible.
    """
    low, high = stretch.low.at[0], stretch.high.at[0]
    whole = ground.inputs[0].whole
    while high - low > (1 if whole else tolerance):
        middle = float(round((low + high) / 2)) if whole else (low + high) / 2
        if not low < middle < high:  # as close as numbers are
            break
        before, after = (ground.worth(p.design, (middle,)) for p in (stretch.low, stretch.high))
        below = before >= after
        if before == after == -np.inf:  # neither is possible: at the end that has a design it becomes so
            if stretch.low.design is not None and stretch.high.design is not None:
                return middle, middle
            below = stretch.low.design is None
        low, high = (middle, high) if below else (low, middle)
    return low, high


def over(ground: Ground, tolerance: float) -> tuple[list[Cell], bool]:
    """Cells of the plane of two inputs, and whether time was enough: quartered where corners differ.

    A cell whose corners differ is quartered until its sides are no longer than the share `tolerance` of the
    ranges; one whose corners agree is quartered down to twice that where nothing is proven of its inside.
    """
    x, y = ground.inputs
    done, waiting, turn = list[Cell](), list[tuple[float, int, Place, Place]](), count()
    heappush(waiting, (-1.0, next(turn), (x.low, x.high), (y.low, y.high)))
    while waiting and not ground.study.clock.out:
        size, _, xs, ys = heappop(waiting)
        ground.study.tell(f"{len(ground.points)} points, {len(waiting) + 1} cells left")
        cell = _cell(ground, xs, ys)
        if cell is None:
            break
        finer = tolerance if not cell.same else 2 * tolerance
        if (cell.same and cell.proven) or -size <= finer * (1 + 1e-9) or _atomic(ground, xs, ys):
            done.append(cell)
            continue
        for part in product(_halves(xs, x.whole), _halves(ys, y.whole)):
            heappush(waiting, (size / 2, next(turn), *part))
    complete = not waiting and not ground.study.clock.out
    return sorted(done, key=lambda cell: cell.corners[0].at), complete


def _cell(ground: Ground, xs: Place, ys: Place) -> Cell | None:
    corners: list[Point] = []
    for at in product(xs, ys):
        found = ground.point(at, [*corners, *_nearest(ground, at)])
        if found is None:
            return None
        corners.append(found)
    cell = Cell(tuple(corners))
    return Cell(cell.corners, proven=cell.same and ground.proven(corners))


def _nearest(ground: Ground, at: Place, most: int = 2) -> Sequence[Point]:
    """Known points close by: what is best there is likely to be good here."""
    spans = [i.high - i.low for i in ground.inputs]

    def distance(p: Point) -> float:
        return sum(abs(a - b) / span for a, b, span in zip(p.at, at, spans, strict=True))

    return sorted(ground.points.values(), key=distance)[:most]


def _halves(span: Place, whole: bool) -> Iterator[Place]:
    middle = float(round(sum(span) / 2)) if whole else sum(span) / 2
    yield from ((a, b) for a, b in ((span[0], middle), (middle, span[1])) if a < b)


def _atomic(ground: Ground, xs: Place, ys: Place) -> bool:
    return all(i.whole and span[1] - span[0] <= 1 for i, span in zip(ground.inputs, (xs, ys), strict=True))


def simplest(low: float, high: float) -> float:
    """The number with the fewest digits between two others, and of those the one nearest to their middle.

    What the tolerance cannot tell apart (a millionth of a number, in any unit) belongs to the span.
    """
    low, high = low - TOLERANCE * abs(low), high + TOLERANCE * abs(high)
    middle = (low + high) / 2
    for digits in range(-12, 17):
        near = (round(middle, digits), np.floor(high * 10.0**digits) / 10.0**digits)
        for found in near:
            if low <= found <= high:
                return float(round(found, max(0, digits))) + 0.0
    return middle
