"""The best value along a line of weights, exactly; and along any input that every record is straight in.

A record (a design with its recourse) is worth a straight line; the best value is the highest of these lines,
and so convex and piecewise linear. The search intersects the lines that it knows and solves where they meet:
either nothing is better there, which proves the corner, or a new line is found (Eisner and Severance 1976,
Mathematical techniques for efficient record segmentation in large shared databases, J. ACM 23:619-635).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

import numpy as np

from optimiser.design.bound import held_to
from optimiser.design.status import Status
from optimiser.errors import InfeasibleError
from optimiser.solver.answer import Unfound
from optimiser.solver.clock import Clock
from optimiser.tolerances import EQUAL

Array = np.ndarray
Asked = tuple[float, Array | None]  # x, and a design to begin from
ROUND = 4  # corners that are asked about at once, whoever answers; asked one by one some would be spared
TRIES = 3  # where time ran out on a corner, so often is it asked again
NARROW = 1e-12  # share of the whole line: pieces that are no longer are points


class Solved(Protocol):
    """A design that was found, or a path: as much of it as is read here."""

    @property
    def design(self) -> Array:
        """Who holds what."""

    @property
    def status(self) -> Status:
        """How the search for it ended."""

    @property
    def bound(self) -> float:
        """Nothing is worth more."""

    @property
    def found(self) -> Literal[True]:
        """It is there."""


S = TypeVar("S", bound=Solved)


@dataclass(frozen=True, eq=False)
class Line(Generic[S]):
    """What a record is worth at both ends of the line; in between it is straight."""

    at_low: float
    at_high: float
    answer: S


@dataclass(frozen=True, eq=False)
class Piece(Generic[S]):
    """A stretch of the line on which one design is the best known."""

    low: float
    high: float
    answer: S


@dataclass(frozen=True, eq=False)
class Traced(Generic[S]):
    """The best designs along the line from `low` to `high`, and how far nothing can be better."""

    low: float
    high: float
    lines: tuple[Line[S], ...]  # of the upper envelope, from low to high
    corners: Array  # (lines + 1,) where one gives way to the next, with both ends
    error: float  # no design is worth more than this beyond the best known, anywhere; inf: not known
    complete: bool

    @property
    def pieces(self) -> list[Piece[S]]:
        """Stretches of one design each: it may have several lines, its recourse changing between them."""
        found: list[Piece[S]] = []
        for line, low, high in zip(self.lines, self.corners[:-1], self.corners[1:], strict=True):
            if found and (line.answer.design == found[-1].answer.design).all():
                low, first = found[-1].low, found.pop().answer
                found.append(Piece(low, high, first))
            else:
                found.append(Piece(float(low), float(high), line.answer))
        return found

    def value(self, x: float) -> float:
        """The best value known at x."""
        return _top(list(self.lines), (x - self.low) / (self.high - self.low))


def trace(
    ask: Callable[[list[Asked]], list[S | Unfound]],
    worth: Callable[[S], tuple[float, float]],
    low: float,
    high: float,
    gap: float,
    clock: Clock,
    known: Iterable[S] = (),
    most: float = np.inf,
) -> Traced[S]:
    """Find every stretch of the line from `low` to `high` and the record that is best on it.

    `ask` solves at some x, beginning from a design at each; `worth(answer)` says what a record is worth at
    both ends; `known` are answers from elsewhere whose records are possible here; `most` is how many
    questions it may take. Raises InfeasibleError where there is no design, which is then so everywhere. The
    error is exact: between points that were solved the best value lies below the chord of their bounds, being
    convex.
    """
    lines = [Line(*worth(answer), answer) for answer in known]
    bounds: dict[float, float] = {}  # shares of the way that were solved
    tries: Counter[float] = Counter()
    settled: set[float] = set()
    while not clock.out and tries.total() < most:
        closed = settled | {at for at, count in tries.items() if count >= TRIES}
        asked = _doubtful(lines, bounds, closed, gap)[: int(min(ROUND, most - tries.total()))]
        if not asked:
            break
        answers = ask([(low + at * (high - low), _start(lines, at)) for at in asked])
        for at, answer in zip(asked, answers, strict=True):
            if answer.status is Status.INFEASIBLE:
                raise InfeasibleError
            tries[at] += 1
            in_time = clock.left == np.inf and not clock.interrupted
            if answer.status is Status.OPTIMAL or in_time:  # else there may be more to find
                settled.add(at)
            held_to(answer.bound, _top(lines, at) if lines else -np.inf)
            bounds[at] = min(answer.bound, bounds.get(at, np.inf))
            if answer.found:
                line = Line(*worth(answer), answer)
                if not lines or _height(line, at) > _top(lines, at) + EQUAL / 1000:
                    lines.append(line)
    top, corners = _envelope(lines)
    return Traced(
        low=low,
        high=high,
        lines=tuple(top),
        corners=low + corners * (high - low),
        error=max([0.0, *(_over(lines, bounds, at) for at in corners.tolist())]) if lines else np.inf,
        complete=not _doubtful(lines, bounds, settled, gap),
    )


def _height(line: Line[S], at: float) -> float:
    return (1 - at) * line.at_low + at * line.at_high


def _envelope(lines: list[Line[S]]) -> tuple[list[Line[S]], Array]:
    """The lines that are highest somewhere, in order, and the shares of the way at which they change."""
    if not lines:
        return [], np.zeros(0)
    top: list[Line[S]] = []
    begins: list[float] = []  # where each becomes the highest
    for line in sorted(lines, key=lambda line: (line.at_high - line.at_low, line.at_low)):
        while top:
            at = _meet(top[-1], line)
            if at > begins[-1] + NARROW:
                break
            top.pop()
            begins.pop()
        begin = _meet(top[-1], line) if top else 0.0
        if begin < 1 - NARROW:
            top.append(line)
            begins.append(begin)
    return top, np.array([*begins, 1.0])


def _meet(flat: Line[S], steep: Line[S]) -> float:
    """Where the steeper line overtakes the flatter one: beyond 1 if it never does."""
    ahead = flat.at_low - steep.at_low
    gained = (steep.at_high - steep.at_low) - (flat.at_high - flat.at_low)
    if gained <= 0:
        return np.inf if ahead >= 0 else -np.inf
    return ahead / gained


def _start(lines: list[Line[S]], at: float) -> Array | None:
    """The best design known at a share of the way."""
    return max(lines, key=lambda line: _height(line, at)).answer.design if lines else None


def _doubtful(
    lines: list[Line[S]], bounds: dict[float, float], closed: set[float], gap: float
) -> list[float]:
    """The corners neither proven nor closed, first that at which most may be better than is known."""
    corners = _envelope(lines)[1].tolist() if lines else [0.0, 1.0]
    over = {at: _over(lines, bounds, at) for at in corners if at not in closed}
    doubtful = [at for at in over if over[at] > max(gap * abs(_top(lines, at)), EQUAL)]
    return sorted(doubtful, key=lambda at: -over[at])


def _top(lines: list[Line[S]], at: float) -> float:
    return max((_height(line, at) for line in lines), default=0.0)


def _over(lines: list[Line[S]], bounds: dict[float, float], at: float) -> float:
    """By how much the best value may lie above the best known, by the chord of the bounds about it."""
    below = max((x for x in bounds if x <= at and bounds[x] < np.inf), default=None)
    above = min((x for x in bounds if x >= at and bounds[x] < np.inf), default=None)
    if below is None or above is None or not lines:
        return np.inf
    share = 0.0 if above == below else (at - below) / (above - below)
    return (1 - share) * bounds[below] + share * bounds[above] - _top(lines, at)
