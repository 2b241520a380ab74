"""How an answer is followed along one input, and over the plane of two: by lines, or by points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from optimiser.design.tables import Row
from optimiser.errors import InfeasibleError, InputError
from optimiser.studies.parametric import Asked, Traced, trace
from optimiser.studies.thresholds.bisection import Cell, Stretch, along, over, simplest
from optimiser.studies.thresholds.intervals import Interval, Patch, Tip
from optimiser.studies.thresholds.points import Ground, Point, moved


def both_ends(ground: Ground) -> None:
    """Refuse a range at whose ends the instance would not be sound."""
    problems: list[str] = []
    for k, i in enumerate(ground.inputs):
        for x in (i.low, i.high):
            at = tuple(x if j == k else other.low for j, other in enumerate(ground.inputs))
            try:
                ground.instance(at)
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(list(dict.fromkeys(problems)))


def traced(ground: Ground) -> dict[str, Any]:
    """Exactly, along lines."""
    (i,) = ground.inputs
    study, ends = ground.study, ((i.low,), (i.high,))

    def ask(asked: list[Asked]) -> list[Any]:
        study.tell(f"solving at {', '.join(f'{x:.6g}' for x, _ in asked)} ({study.solves} solved)")
        return ground.each([((x,), start) for x, start in asked])

    def worth(answer: Any) -> tuple[float, float]:
        return ground.record_worth(answer.record, ends[0]), ground.record_worth(answer.record, ends[1])

    found: Traced[Any] = trace(ask, worth, i.low, i.high, study.gap, study.clock)
    pieces = found.pieces
    intervals = []
    for p in pieces:
        values, rows = (found.value(p.low), found.value(p.high)), tuple(p.answer.rows)
        intervals.append(Interval(p.low, p.high, values, rows, found.complete))
    tips = [Tip(b.low, b.low, b.low, moved(a.answer, b.answer)) for a, b in pairwise(pieces)]
    return {
        "method": "lines", "tolerance": 0.0, "error": found.error, "complete": found.complete,
        "intervals": tuple(intervals), "tips": tuple(tips),
    }  # fmt: skip


def stretched(ground: Ground, tolerance: float) -> dict[str, Any]:
    """By points, and what is proven between them."""
    (i,) = ground.inputs
    wide = tolerance * (i.high - i.low)
    stretches, complete = along(ground, wide)
    if stretches and complete and all(p.design is None for s in stretches for p in (s.low, s.high)):
        raise InfeasibleError
    complete = complete and not ground.cut
    intervals, tips = _joined(ground, stretches, wide)
    return {
        "method": "limits" if i.widens else "grid", "tolerance": tolerance, "error": ground.error,
        "complete": complete, "intervals": tuple(intervals), "tips": tuple(tips),
    }  # fmt: skip


def _joined(ground: Ground, stretches: Sequence[Stretch], wide: float) -> tuple[list[Interval], list[Tip]]:
    """Stretches of one design put together, and the changes between them: located if within `wide`."""
    intervals: list[Interval] = []
    tips: list[Tip] = []
    if not stretches:
        return intervals, tips
    first = stretches[0].low
    begin, proven, whole = first.at[0], True, ground.inputs[0].whole
    for stretch in stretches:
        low, high = stretch.low, stretch.high
        if stretch.same:
            proven &= stretch.proven
            continue
        (a,), (b,) = low.at, high.at
        at = b if whole else simplest(a, b)
        end, then = (at, at) if b - a <= wide and not whole else (a, b)
        intervals.append(_interval((begin, end), (first, low), proven))
        tips.append(Tip(at, a, b, moved(low.best, high.best)))
        first, begin, proven = high, then, True
    last = stretches[-1].high
    intervals.append(_interval((begin, last.at[0]), (first, last), proven))
    return intervals, tips


def _interval(span: tuple[float, float], ends: tuple[Point, Point], proven: bool) -> Interval:
    first, last = ends
    return Interval(*span, (first.value, last.value), last.rows, proven)


def mapped(ground: Ground, tolerance: float) -> dict[str, Any]:
    """Two inputs at once."""
    cells, complete = over(ground, tolerance)
    complete = complete and not ground.cut
    if cells and complete and all(p.design is None for cell in cells for p in cell.corners):
        raise InfeasibleError
    numbers: dict[bytes, int] = {}
    designs: list[tuple[Row, ...]] = []

    def number(point: Point) -> int:
        if point.design is None:
            return 0
        key = point.design.tobytes()
        if key not in numbers:
            numbers[key] = len(numbers) + 1
            designs.append(point.rows)
        return numbers[key]

    patches = [_patch(cell, [number(p) for p in cell.corners]) for cell in cells]
    x, y = ground.inputs
    known = all(i.straight or i.widens for i in ground.inputs)
    return {
        "method": "grid" if not known else "lines" if x.straight and y.straight else "limits",
        "tolerance": tolerance, "error": ground.error, "complete": complete,
        "patches": tuple(patches), "designs": tuple(designs),
    }  # fmt: skip


def _patch(cell: Cell, numbers: list[int]) -> Patch:
    (x, y), (to_x, to_y) = cell.corners[0].at, cell.corners[-1].at
    return Patch((x, to_x), (y, to_y), tuple(dict.fromkeys(numbers)), cell.proven)
