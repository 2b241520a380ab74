"""thresholds: when does the design tip? Every value of an input at which the best design changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from optimiser.design.moves import moves
from optimiser.design.tables import Row, plain
from optimiser.errors import InfeasibleError, InputError
from optimiser.instance.arguments import check_instance, pairs, unknown, wrong_number
from optimiser.instance.instance import Instance
from optimiser.instance.schema.column import a_number
from optimiser.instance.schema.result import Part
from optimiser.introduction import Cells
from optimiser.solver.answer import Answer
from optimiser.solver.call import weights_of
from optimiser.studies.finding import Finding, remembered
from optimiser.studies.inputs import Input, input_of
from optimiser.studies.parametric import Asked, trace
from optimiser.studies.study import SLICE, Study
from optimiser.studies.thresholds.bisection import Cell, Stretch, along, over, simplest
from optimiser.studies.thresholds.intervals import Interval, Patch, Tip
from optimiser.studies.thresholds.points import Ground, Point
from optimiser.studies.thresholds.schema import (
    DESIGNS,
    DESIGNS_OF_TWO,
    INTERVALS,
    MOVING,
    PATCHES,
    RESULT,
    TIPS,
)
from optimiser.terminal import counted, fixed
from optimiser.tolerances import GAP

Array = np.ndarray
FINE = 1e-6  # share of the range to which a change is located
COARSE = 1 / 16  # and of both ranges, with two inputs
TOLERABLE = a_number("", "a share of the range", low=0, above=True, high=1, below=True)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Thresholds(Finding):
    """Where the best design changes along one input (`intervals`, `tips`), or in two at once (`patches`).

    Attributes
    ----------
    inputs : tuple of Input
        One or two.
    method : str
        What is proven between the points that were solved: "lines" (the best value is convex and piecewise
        linear: the corners are exact), "limits" (constraints only widen one way), or "grid" (nothing).
    tolerance : float
        Share of the range to which a change was located; 0: exactly.
    error : float
        No design is worth more than this beyond the one named, wherever that is proven.
    intervals : tuple of Interval
        The stretches in which one design is best.
    tips : tuple of Tip
        Where it changes, and what moves.
    patches : tuple of Patch
        Of two inputs: where each design is best.
    designs : tuple of tuple of dict
        Of the patches: the first has design_id 1.
    """

    says = RESULT
    inputs: tuple[Input, ...]
    method: str
    tolerance: float
    error: float
    intervals: tuple[Interval, ...] = ()
    tips: tuple[Tip, ...] = ()
    patches: tuple[Patch, ...] = ()
    designs: tuple[tuple[Row, ...], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was found in time."""
        return not (self.intervals or self.patches)

    @property
    def proven(self) -> bool:
        """Whether no change was missed anywhere in the range."""
        whole = [
            p for p in self.patches if len(p.design_ids) == 1
        ]  # where designs meet there is nothing to prove
        return self.complete and all(i.proven for i in self.intervals) and all(p.proven for p in whole)

    @property
    def headline(self) -> str:
        """How often the best design changes."""
        count = len(self.tips)
        what = f"{counted(count, 'change') if count else 'no change'} of the best design"
        if len(self.inputs) > 1:
            what = counted(len(self.designs), "design")
        ended = "interrupted" if self.interrupted else "time ran out"
        return f"{what}{'' if self.complete else f' so far: {ended}'}"

    def _summary(self) -> Cells:
        first, rows = self.inputs[0], list[tuple[str, ...]]()
        if len(self.inputs) > 1:
            share = Counter(k for patch in self.patches for k in set(patch.design_ids))
            rows += [(str(k or "none possible"), counted(n, "rectangle")) for k, n in sorted(share.items())]
            return [("design", "is in"), *rows] if rows else []
        for part in self.intervals:
            ends = f"{first.show(part.low)} to {first.show(part.high)}"
            rows.append((ends, *(fixed(value, 6) for value in part.values)))
        return [(first.what, "value from", "to"), *rows] if rows else []

    def document(self) -> dict[str, Any]:
        """The keys of the JSON document."""
        first, *second = ({"what": i.what, "how": i.how, "where": dict(i.where), "range": [i.low, i.high],
                           "now": i.now} for i in self.inputs)  # fmt: skip
        found = first | {
            "method": self.method, "tolerance": self.tolerance, "error": plain(self.error),
            "proven": self.proven, "intervals": [part.to_dict() for part in self.intervals],
            "tips": [tip.to_dict() for tip in self.tips],
        }  # fmt: skip
        if second:
            designs = [{"design_id": i, "design": list(rows)} for i, rows in enumerate(self.designs, 1)]
            found |= {"and": second[0], "patches": [p.to_dict() for p in self.patches], "designs": designs}
        return found

    def rows(self) -> dict[Part, Iterable[Row]]:
        """Of each table: those of one input, or those of two."""
        if len(self.inputs) > 1:
            return {
                PATCHES: [
                    {"x_from": p.x[0], "x_to": p.x[1], "y_from": p.y[0], "y_to": p.y[1], "proven": p.proven}
                    | {"design_ids": ";".join(map(str, p.design_ids))}
                    for p in self.patches
                ],
                DESIGNS_OF_TWO: [
                    {"design_id": k, **row} for k, design in enumerate(self.designs, 1) for row in design
                ],
            }
        intervals, tips = list(enumerate(self.intervals, 1)), list(enumerate(self.tips, 1))
        return {
            INTERVALS: [
                {"interval": k, **i.to_dict(), "value_from": i.values[0], "value_to": i.values[1]}
                for k, i in intervals
            ],
            DESIGNS: [{"interval": k, **row} for k, i in intervals for row in i.design],
            TIPS: [{"tip": k, "at": tip.at, "low": tip.low, "high": tip.high} for k, tip in tips],
            MOVING: [{"tip": k, **row} for k, tip in tips for row in tip.moves],
        }


@remembered
def thresholds(
    instance: Instance,
    what: str,
    range: tuple[float, float] | None = None,  # noqa: A002 (the word of a study file)
    *,
    how: str | None = None,
    where: Mapping[str, Any] | None = None,
    also: Mapping[str, Any] | None = None,
    tolerance: float | None = None,
    weights: Mapping[str, float] | None = None,
    gap: float = GAP,
    time_limit: float | None = None,
    threads: int = 1,
    progress: Callable[[str], None] | None = None,
    workers: int | str = 1,
) -> Thresholds:
    """Find every value in a range of one input at which the best design changes, or map two inputs at once.

    Parameters
    ----------
    instance : Instance
        The facts.
    what : str
        The path of a numeric input, as for `Instance.replace`. ``weights.X`` is X's share of all weights, and
        moves weight from the others in proportion.
    range : pair of float, optional
        From and to. Default: 0 to 1 for weights; the plausible range of sources.csv, as multiples; 0 to 1 for
        shares.
    how : {"set", "multiply", "add"}, optional
        What becomes of the values there. Default: set.
    where : mapping, optional
        The rows that are meant, as for `Instance.replace`.
    also : mapping, optional
        A second input, with the keys what, range, how and where: the result is then a map of both.
    tolerance : float, optional
        The share of the range to which a change is located: 1e-6, for two inputs 1/16.
    weights, gap, time_limit, threads, progress
        As for `solve`.
    workers : int or "auto", default 1
        Processes that search, each with a core of its own; the answer is the same.

    Returns
    -------
    Thresholds
        `method` and `proven` say what is proven between the points that were solved.

    Raises
    ------
    InputError
        For a call that is wrong.
    InfeasibleError
        Where no design is possible anywhere in the range.

    Notes
    -----
    Where every record's value is straight in the input (weights, probabilities, stakes, scores), the search
    is exact and skips nothing (module `parametric`). Where only limits depend on it (staff hours, a budget),
    a stretch with one design at both ends is proven by its value at the tight end against the bound at the
    loose end, or against the best of all other designs there. Of other inputs only points are known (`proven`
    is False): they are no further apart than 1/16 of the range.

    Examples
    --------
    >>> import optimiser
    >>> instance = optimiser.read("instances/archetype")
    >>> found = optimiser.thresholds(instance, "weights.responsiveness", (0, 0.4))
    >>> found.frame("tips")["at"].round(4).tolist()
    [0.1429, 0.1579]
    """
    inputs, wrong = _inputs(instance, (what, range, how, where), also, weights, tolerance)
    study = Study(
        instance, wrong, weights=weights, gap=gap, time_limit=time_limit, threads=threads, workers=workers,
        progress=progress,
    )  # fmt: skip
    ground = Ground(study, inputs, weights)
    _both_ends(ground)
    with study.listening():
        if len(inputs) > 1:
            found = _mapped(ground, COARSE if tolerance is None else tolerance)
        elif inputs[0].straight:
            found = _traced(ground)
        else:
            found = _stretches(ground, FINE if tolerance is None else tolerance)
    return Thresholds(
        instance=instance,
        inputs=tuple(inputs),
        interrupted=study.clock.interrupted,
        run=study.run(instance),
        unfinished=() if found["complete"] else ("Not all of the range was searched to the end in time.",),
        **found,
    )


def _inputs(
    instance: Instance,
    given: tuple[Any, ...],
    also: Mapping[str, Any] | None,
    weights: Mapping[str, float] | None,
    tolerance: float | None,
) -> tuple[list[Input], list[str]]:
    """The inputs, and what is wrong with them."""
    check_instance(instance)
    first, problems = dict(zip(("what", "range", "how", "where"), given, strict=True)), list[str]()
    weights = weights_of(instance, weights, [])  # the study says what is wrong with them
    second = pairs("also", also, "what, range, how and where to what they are", problems)
    problems += [line for key in second for line in unknown("also", key, first, "an argument", listed=True)]
    if also is not None and "what" not in second:
        problems.append("also: it does not say what")
    inputs = list[Input]()
    for name, one in (("", first), ("also: ", second)):
        if "what" in one:
            try:
                inputs.append(
                    input_of(
                        instance, one["what"], one.get("range"), one.get("how"), one.get("where"), weights
                    )
                )
            except InputError as error:
                problems += [f"{name}{problem}" for problem in error.problems]
    if len(inputs) == 2 and all(i.objective for i in inputs):
        problems.append("two weights at once: `optimiser map` draws them exactly")
    if len(inputs) == 2 and (inputs[0].what, inputs[0].where) == (inputs[1].what, inputs[1].where):
        problems.append(f"{inputs[0].what}: both inputs are the same")
    problems += wrong_number("tolerance", tolerance, TOLERABLE, optional=True)
    return inputs, problems


def _both_ends(ground: Ground) -> None:
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


def _traced(ground: Ground) -> dict[str, Any]:
    """Exactly, along lines."""
    (i,) = ground.inputs
    study, ends = ground.study, ((i.low,), (i.high,))

    def ask(asked: list[Asked]) -> list[Answer]:
        study.tell(f"solving at {', '.join(f'{x:.6g}' for x, _ in asked)} ({study.solves} solved)")
        return study.each([ground.search((x,), start) for x, start in asked], SLICE)

    def worth(answer: Any) -> tuple[float, float]:
        return ground.record_worth(answer.record, ends[0]), ground.record_worth(answer.record, ends[1])

    traced = trace(ask, worth, i.low, i.high, study.gap, study.clock)
    pieces = traced.pieces
    intervals = []
    for p in pieces:
        values, rows = (traced.value(p.low), traced.value(p.high)), tuple(p.answer.rows)
        intervals.append(Interval(p.low, p.high, values, rows, traced.complete))
    tips = [
        Tip(b.low, b.low, b.low, tuple(moves(ground.base, a.answer.held, b.answer.held)))
        for a, b in pairwise(pieces)
    ]
    return {
        "method": "lines", "tolerance": 0.0, "error": traced.error, "complete": traced.complete,
        "intervals": tuple(intervals), "tips": tuple(tips),
    }  # fmt: skip


def _stretches(ground: Ground, tolerance: float) -> dict[str, Any]:
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
        tips.append(Tip(at, a, b, low.moves_to(high)))
        first, begin, proven = high, then, True
    last = stretches[-1].high
    intervals.append(_interval((begin, last.at[0]), (first, last), proven))
    return intervals, tips


def _interval(span: tuple[float, float], ends: tuple[Point, Point], proven: bool) -> Interval:
    first, last = ends
    return Interval(*span, (first.value, last.value), last.rows, proven)


def _mapped(ground: Ground, tolerance: float) -> dict[str, Any]:
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
