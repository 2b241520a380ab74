"""Where a further nondominated point could lie, and asking there until none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
from scipy.optimize import linprog

from optimiser.instance.checking.problems import listing
from optimiser.solver.answer import Answer, Best
from optimiser.studies.frontier.border import CLOSE, Piece, border, highest_at
from optimiser.studies.frontier.coverage import Ceiling, Coverage, split
from optimiser.studies.frontier.nondominated import Query, Tradeoffs
from optimiser.studies.frontier.steps import Question, step_of
from optimiser.tolerances import GAP

Array = np.ndarray
EXACTLY = 4  # times as exactly as the tolerance asks is every design found, and its trade-off followed
WITHIN = 0.999  # of the tolerance: what is closed with this much is closed for certain
RESOLVED = 3 * CLOSE  # of an objective: to within this a search that is complete has found everything
ROUND = 4  # stretches, corners or steps that are asked about at once, whoever answers
BEGUN = 3  # points known when there are more than the ends
TWINS = 20  # designs that reach what a known one does, before a stretch in which they come up is left
STEP = 1e-3  # of an objective: how finely three are searched where recourse makes a surface of a design


class OutOfTimeError(Exception):
    """Time ran out; the message says what was left."""


def by_border(found: Tradeoffs) -> list[str]:
    """Two objectives: ask above the stretches of the border of what is known, the longest first.

    Where designs differ by steps, one search finds the next point and closes the stretch up to it.
    It ends: a design that is found stands out of the border by nearly CLOSE both ways, and so takes ground
    from it; or it reaches no more than a known one does, and is left out by name, a few times; or else the
    stretch is closed. What is left unproven comes back as sentences.
    """
    said = []
    for order in ([1, 0], [0, 1]):
        there, slack = end(found, order)
        said += short(found, order[0], slack)
        found.add(there, max(slack))
    closed: list[tuple[Piece, float]] = []  # with how far above it a design may yet lie
    steps = _steps(found)
    twins: dict[Piece, list[Array]] = {}
    while True:
        pieces = border([o.chain for o in found.options])
        left = [p for p in pieces if not any(p.within(done) for done, _ in closed)]
        if not left:
            most = max((above for _, above in closed), default=0.0)
            return said + [f"A design may lie up to {most:.2g} above the border."] * (most > 2 * CLOSE)
        if found.study.clock.out:
            spans = [f"{p.left:.4f} to {p.right:.4f}" for p in left]
            raise OutOfTimeError(f"Not searched to the end: {found.names[0]} from {listing(spans)}.")
        longest = sorted(left, key=lambda p: -p.size)[:ROUND]
        found.study.tell(f"{len(found.options)} designs known, {len(left)} stretches to search")
        if steps:
            done, longest = _by_steps(found, longest, steps)
            closed += [(piece, 0.0) for piece in done]
        closed += _above(found, longest, twins)


def _above(
    found: Tradeoffs, pieces: Sequence[Piece], twins: dict[Piece, list[Array]]
) -> list[tuple[Piece, float]]:
    """Ask above each of these stretches; those that are closed, and how far above them a design may lie."""
    answers = found.find_each([_query(found, piece, twins.get(piece, [])) for piece in pieces])
    closed = []
    for piece, answer in zip(pieces, answers, strict=True):
        if answer.found and (piece.flat or piece.weights @ found.point(answer) > piece.worth + CLOSE):
            if found.add(answer, found.slack(answer, piece.weights)) is not None:
                continue
            same = twins.setdefault(piece, [])
            same.append(answer.design)
            if len(same) < TWINS:
                continue
        if answer.found or not found.study.clock.out:
            closed.append((piece, max(0.0, answer.bound - piece.worth)))
    return closed


def _query(found: Tradeoffs, piece: Piece, twins: Sequence[Array]) -> Query:
    """For a design above a stretch that is neither known nor a twin of one."""
    floors = np.array([piece.left + CLOSE, piece.low + CLOSE * piece.flat])
    # What reaches the floors by no part of its trade-off need not be left out by name, which is slow.
    known = [o for o in found.options if len(o.chain) > 1 or (o.point >= floors - CLOSE / 2).all()]
    return Query(piece.weights, floors, [*(o.answer.design for o in known), *twins])


def _steps(found: Tradeoffs) -> tuple[float, float] | None:
    """By how much designs differ in either objective; None: not known, or not to be told with a wide gap."""
    first, second = (step_of(found.study.session, g) for g in found.aims)
    return (first, second) if first and second and found.study.gap <= GAP else None


def _by_steps(
    found: Tradeoffs, pieces: Sequence[Piece], steps: tuple[float, float]
) -> tuple[list[Piece], list[Piece]]:
    """Search steps of the border from their right ends on: the parts that are done, and those not settled.

    One that has led to a third point is searched from places in between as well, so that there is a round.
    """
    asked, queries = list[tuple[Piece, Question]](), list[Query]()
    for piece in pieces:
        before = max(found.options, key=lambda o: highest_at(o.chain, piece.left))
        high = float(highest_at(before.chain, piece.left))
        count = round((high - piece.low) / steps[1])  # as many values of the second may lie between
        parts = ROUND if len(found.options) == BEGUN else 1
        for low in sorted({piece.low + steps[1] * (count * k // parts) for k in range(parts)}):
            question = Question(steps, low, high)
            gap = question.closely / max(float(question.weights @ before.point), question.closely)
            asked.append((Piece(piece.left, piece.right, piece.high, low), question))
            queries.append(Query(question.weights, question.floors, gap=gap, start=before.answer.design))
    done, open_ = list[Piece](), list[Piece]()
    for (piece, question), answer in zip(asked, found.find_each(queries), strict=True):
        if answer.found and question.settled(answer.value, answer.bound):
            found.add(answer, 0.0)
            done.append(Piece(float(found.point(answer)[0]), piece.right, piece.high, piece.low))
        else:
            open_.append(piece)
    return done, open_


def by_boxes(found: Tradeoffs) -> list[str]:
    """Any number of objectives: ask in every box that no known point dominates, until all are empty.

    A box is what exceeds its corner (k,) in every objective; a point found in it leaves k smaller ones
    (Klamroth, Lacour & Vanderpooten 2015, here for maxima). It ends: a point takes at least nearly CLOSE from
    its box in every objective, and where there is none, the box is closed.
    """
    count = len(found.aims)
    corners, unsettled, even = np.full((1, count), -np.inf), 0, np.full(count, 1 / count)
    while len(corners):
        if found.study.clock.out:
            raise OutOfTimeError(f"{len(corners)} boxes were not searched: designs may be missing.")
        found.study.tell(f"{len(found.options)} designs known, {len(corners)} boxes to search")
        surface = any(len(o.chain) > 1 for o in found.options)
        known = [o.answer.design for o in found.options if len(o.chain) == 1]
        asked = corners[:ROUND]
        answers = found.find_each(
            [Query(even, corner + (STEP if surface else CLOSE), known) for corner in asked]
        )
        for corner, answer in zip(asked, answers, strict=True):
            if answer.found and (found.point(answer) > corner).all():
                found.add(answer, found.slack(answer, even))
                corners = split(corners, found.point(answer))
            elif not found.study.clock.out:  # else it is still to be searched
                if not found.options:
                    _had(answer, found)
                unsettled += answer.bound > -np.inf
                corners = corners[(corners != corner).any(axis=1)]
    surface = any(len(o.chain) > 1 for o in found.options)
    said = [f"Recourse makes surfaces of designs: one may be missing that stands out by less than {STEP}."]
    more = [f"In {unsettled} boxes it was not settled whether there is a design."]
    return said * surface + more * bool(unsettled)


def by_tolerance(found: Tradeoffs, tolerance: float) -> list[str]:
    """Any number of objectives: ask where the error may be largest, until it is nowhere above the tolerance.

    The weights are those at which the points around a corner are worth about the same. First without floors,
    which is quick and tells of all corners; once that can tell no more, whether about as good a design lies
    amid the points, which divides the corner; else for any that exceeds the corner by the tolerance: if there
    is none it is closed. What is left unproven comes back as sentences.
    """
    cover, asked = Coverage(len(found.aims)), Counter[bytes]()
    while True:
        left = cover.errors > tolerance
        if left.any() and found.study.clock.out:
            raise OutOfTimeError(f"Time ran out before the error was within {tolerance:g}.")
        left &= [asked[corner.tobytes()] < len(WAYS) for corner in cover.corners]
        if not left.any():
            more = f"In places it was not settled whether a design stands out by more than {tolerance:g}."
            return [more] * (cover.error > tolerance)
        known = f"{len(found.options)} designs known"
        found.study.tell(f"{known}, error {cover.error:.2g}, {left.sum()} places to search")
        queries = list[Query]()
        for corner in islice(cover.apart(left), ROUND):
            query = WAYS[asked[corner.tobytes()]](cover, corner, tolerance)
            asked[corner.tobytes()] += 1
            queries += [] if query is None or any(map(query.same, queries)) else [query]
        _take(found, cover, queries, tolerance)


def _ask_all(cover: Coverage, corner: Array, tolerance: float) -> Query | None:
    """Without floors, unless what is known already shows that little can be gained."""
    weights = cover.direction(corner)
    if cover.most(weights) <= cover.worth(weights) + tolerance / 2:
        return None
    return Query(weights, np.full(len(corner), -np.inf), gap=_closely(cover, weights, tolerance))


def _ask_amid(cover: Coverage, corner: Array, tolerance: float) -> Query | None:
    """For one amid the points around a corner that is about as good as they are."""
    weights, ends = cover.direction(corner), np.isneginf(corner)
    if ends.all():
        return None
    middle = corner + np.where(ends, 0.0, cover.widths(corner)) / (2 * len(corner))
    enough = cover.worth(weights) - tolerance / EXACTLY
    decide = enough if np.isfinite(enough) else None
    return Query(weights, middle, gap=_closely(cover, weights, tolerance), decide=decide)


def _ask_any(cover: Coverage, corner: Array, tolerance: float) -> Query:
    """For all that exceed a corner by the tolerance."""
    weights = cover.direction(corner)
    return Query(weights, corner + WITHIN * tolerance, gap=_closely(cover, weights, tolerance))


WAYS: tuple[Callable[[Coverage, Array, float], Query | None], ...] = (_ask_all, _ask_amid, _ask_any)


def _closely(cover: Coverage, weights: Array, tolerance: float) -> float:
    """A gap to which a value is known to a part of the tolerance."""
    worth = cover.worth(weights)
    return float(tolerance / EXACTLY / max(worth, tolerance) if np.isfinite(worth) else tolerance)


def _take(found: Tradeoffs, cover: Coverage, queries: Sequence[Query], tolerance: float) -> None:
    """Ask, and take in the designs and the ceilings."""
    for query, answer in zip(queries, found.find_each(queries), strict=True):
        cover.limit(Ceiling(query.floors, query.weights, answer.bound))
        if answer.found:
            slack = (
                found.slack(answer, query.weights) if query.weights.all() else np.inf
            )  # may be had more of
            option = found.add(found.raised(answer, query.weights), slack)
            cover.learn([] if option is None else option.points(tolerance / EXACTLY))
        elif not found.options:
            _had(answer, found)


def supporting(chain: Array, rivals: Array) -> Array | None:
    """The weights (k,) at which a point of the chain is best by most, None where it is best at none."""
    return next((w for w in (_best_for(end, rivals) for end in chain) if w is not None), None)


def _best_for(point: Array, rivals: Array) -> Array | None:
    """By linear programming: the largest lead over all rivals."""
    k = len(point)
    result = linprog(
        np.append(np.zeros(k), -1.0),
        A_ub=np.hstack([rivals - point, np.ones((len(rivals), 1))]), b_ub=np.zeros(len(rivals)),
        A_eq=[[1.0] * k + [0.0]], b_eq=[1.0], bounds=[(0, 1)] * k + [(None, None)], method="highs",
    )  # fmt: skip
    return result.x[:k] if result.status == 0 and result.x[k] >= -CLOSE else None


def end(found: Tradeoffs, order: list[int]) -> tuple[Best, list[float]]:
    """An end of the frontier, and how far each objective may lie below the most there is."""
    answer, slack = found.lexicographic(order)
    return _had(answer, found), slack


def short(found: Tradeoffs, i: int, slack: list[float]) -> list[str]:
    """Where an end is not proven: how far the frontier may go on."""
    more = f"by up to {slack[0]:.2g}" if np.isfinite(slack[0]) else "by what is not known"
    return [f"The most of {found.names[i]} may be higher {more}."] * (slack[0] > 2 * CLOSE)


def _had(answer: Answer, found: Tradeoffs) -> Best:
    """The answer, which must have a design for the frontier to have this part."""
    if not answer.found:
        found.infeasible = not found.options and answer.bound == -np.inf
        raise OutOfTimeError(
            "Time ran out before the ends of the frontier were found." if found.options
            else "No design was found in time."
        )  # fmt: skip
    return answer
