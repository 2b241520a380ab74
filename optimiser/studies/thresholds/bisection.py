"""Where the best design changes along one input, and along two at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from optimiser.studies.thresholds.places import Change, Place
from optimiser.studies.thresholds.points import Ground, Point
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
    how closely a change is located. All open stretches are asked about in one round.
    """
    (given,) = ground.inputs
    step = (given.high - given.low) / STEPS
    low, high = (given.low,), (given.high,)
    if not ground.solved({low: ()}) or not ground.solved({high: [ground.points[low]]}):
        return [], False
    done, todo, late = list[Stretch](), [Stretch(ground.points[low], ground.points[high])], False
    while todo and not ground.study.clock.out:
        ground.study.tell(f"{len(ground.points)} points, {len(todo)} stretches left")
        settled = _settled(ground, todo, tolerance, step)
        done += [one for one in settled if one is not None]
        todo = [one for one, end in zip(todo, settled, strict=True) if end is None]
        parts = _split(ground, todo, tolerance)
        cut = [one for one, found in zip(todo, parts, strict=True) if not found]  # time ran out
        done, late = done + cut, late or bool(cut)
        todo = [part for found in parts for part in found]
    complete = not (todo or late or ground.study.clock.out)
    return _rising(ground, sorted(done + todo, key=lambda s: s.low.at)), complete


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


def _settled(
    ground: Ground, stretches: Sequence[Stretch], tolerance: float, step: float
) -> list[Stretch | None]:
    """Each stretch, where nothing more is to be asked of it; None: there is."""
    whole = ground.inputs[0].whole
    widths = [s.high.at[0] - s.low.at[0] for s in stretches]
    proven = [
        bool(whole and width <= 1) or (s.same and ground.proven((s.low, s.high)))
        for s, width in zip(stretches, widths, strict=True)
    ]
    asked = [k for k, s in enumerate(stretches) if s.same and not proven[k]]
    for k, alone in zip(asked, _alone(ground, [stretches[k] for k in asked]), strict=True):
        proven[k] = alone
    least = max(step, float(whole)) * (1 + 1e-9)
    found = list[Stretch | None]()
    for s, sure, width in zip(stretches, proven, widths, strict=True):
        enough = width <= (least if s.same else tolerance)
        found.append(Stretch(s.low, s.high, proven=True) if sure else s if enough else None)
    return found


def _alone(ground: Ground, stretches: Sequence[Stretch]) -> list[bool]:
    """Whether constraints widen along each stretch and no other design is worth, at its loose end, what its
    own is worth at its tight end: then none is in between."""
    widens = ground.inputs[0].widens
    if not widens:
        return [False] * len(stretches)
    return ground.alone([(s.low, s.high) if widens > 0 else (s.high, s.low) for s in stretches])


def _split(ground: Ground, stretches: Sequence[Stretch], tolerance: float) -> list[list[Stretch]]:
    """Each stretch in parts, solved where they meet; none where time ran out."""
    places = _places(ground, stretches, tolerance)
    asked: dict[Place, Sequence[Point]] = {
        (x,): (s.low, s.high) for s, inside in zip(stretches, places, strict=True) for x in inside
    }
    ground.solved(asked)
    found = list[list[Stretch]]()
    for s, inside in zip(stretches, places, strict=True):
        points = [ground.points.get((x,)) for x in inside]
        known = [s.low, *(p for p in points if p is not None), s.high]
        found.append([Stretch(a, b) for a, b in pairwise(known)] if None not in points else [])
    return found


def _places(ground: Ground, stretches: Sequence[Stretch], tolerance: float) -> list[list[float]]:
    """Where to solve within each stretch: in its middle, or where its designs change places."""
    whole = ground.inputs[0].whole
    changing = [not s.same and ground.comparable for s in stretches]
    changes = [
        Change(s.low.at[0], s.high.at[0], (s.low.design, s.high.design))
        for s, changes in zip(stretches, changing, strict=True)
        if changes
    ]
    crossings = iter(ground.cross(changes, tolerance))
    found = list[list[float]]()
    for s, changes_places in zip(stretches, changing, strict=True):
        low, high = s.low.at[0], s.high.at[0]
        middle = float(round((low + high) / 2)) if whole else (low + high) / 2
        places = sorted(set(next(crossings))) if changes_places else [middle]
        if not whole and (places[0] - low <= tolerance or high - places[-1] <= tolerance):
            places = sorted({*places, middle})  # so that no stretch is pared away by its tolerance
        found.append([x for x in places if low < x < high])
    return found


def over(ground: Ground, tolerance: float) -> tuple[list[Cell], bool]:
    """Cells of the plane of two inputs, and whether time was enough: quartered where corners differ.

    A cell whose corners differ is quartered until its sides are no longer than the share `tolerance` of the
    ranges; one whose corners agree is quartered down to twice that where nothing is proven of its inside.
    Corners of all cells of one size are asked about in one round.
    """
    x, y = ground.inputs
    spans: list[tuple[Place, Place]] = [((x.low, x.high), (y.low, y.high))]
    size, done, late = 1.0, list[Cell](), False
    ground.solved({(x.low, y.low): ()})  # so that all others know of one
    while spans and not (late or ground.study.clock.out):
        ground.study.tell(f"{len(ground.points)} points, {len(spans)} cells left")
        corners = dict.fromkeys(at for span in spans for at in product(*span))
        late = not ground.solved({at: _nearest(ground, at) for at in corners})
        cells = [(span, _cell(ground, *span)) for span in spans]
        spans = []
        for (xs, ys), cell in cells:
            if cell is None:
                continue
            finer = tolerance if not cell.same else 2 * tolerance
            if cell.proven or size <= finer * (1 + 1e-9) or _atomic(ground, xs, ys):
                done.append(cell)
            else:
                spans += product(_halves(xs, x.whole), _halves(ys, y.whole))
        size /= 2
    complete = not (spans or late or ground.study.clock.out)
    return sorted(done, key=lambda cell: cell.corners[0].at), complete


def _cell(ground: Ground, xs: Place, ys: Place) -> Cell | None:
    known = [ground.points.get(at) for at in product(xs, ys)]
    corners = tuple(p for p in known if p is not None)
    if len(corners) < len(known):
        return None
    cell = Cell(corners)
    return Cell(corners, proven=cell.same and ground.proven(corners))


def _nearest(ground: Ground, at: Place, most: int = 4) -> Sequence[Point]:
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
