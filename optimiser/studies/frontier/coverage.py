"""How far any design may stand out from the points that are known: the coverage error of a frontier.

What is known of all designs are ceilings, each from one question that was asked: of those that reach its
floors none is worth more than its bound at its weights. What the known points do not dominate is the union
of what lies above corners (Klamroth, Lacour & Vanderpooten 2015, here for maxima). Along the diagonal of a
corner every ceiling ends what may lie there, so the least of them is how much better than all known points a
design may yet be in every objective at once (the coverage error of Sayin 2000, one-sided; the epsilon of
Papadimitriou & Yannakakis 2000).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linprog

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Ceiling:
    """No design that reaches the floors (k,) is worth more than `bound` at these weights (k,)."""

    floors: Array  # -inf: none
    weights: Array  # at least 0; they sum to 1
    bound: float  # -inf: no design reaches the floors

    def above(self, corners: Array) -> Array:
        """(m,) how much more than each corner (m, k) a design may reach in every objective at once."""
        limited, weighs = np.isfinite(self.floors), self.weights > 0
        within = (self.floors[limited] - corners[:, limited]).max(axis=1, initial=-np.inf)
        if self.bound == -np.inf:
            return within
        return np.maximum(within, self.bound - corners[:, weighs] @ self.weights[weighs])


class Coverage:
    """Points of designs, the corners (m, k) of what none of them dominates, and the ceilings above."""

    def __init__(self, objectives: int) -> None:
        self.corners = np.full((1, objectives), -np.inf)
        self.errors = np.full(1, np.inf)  # (m,) how much more than a corner may be reached in all at once
        self._points: list[Array] = []
        self._ceilings: list[Ceiling] = []

    @property
    def error(self) -> float:
        """Whatever a design reaches, one of the points reaches it to within this in every objective."""
        return float(max(0.0, self.errors.max(initial=0.0)))

    def limit(self, ceiling: Ceiling) -> None:
        """Take in what one more question has shown of all designs."""
        self._ceilings.append(ceiling)
        self.errors = np.minimum(self.errors, ceiling.above(self.corners))

    def learn(self, points: Iterable[Array]) -> None:
        """Take in points (k,) that are reached."""
        for point in points:
            self._points.append(point)
            if (point > self.corners).all(axis=1).any():
                self.corners = split(self.corners, point)
        self.errors = np.full(len(self.corners), np.inf)
        for ceiling in self._ceilings:
            self.errors = np.minimum(self.errors, ceiling.above(self.corners))

    def widths(self, corner: Array) -> Array:
        """(k,) how far the points around a corner lie beyond it; inf where it is an end."""
        points = np.array(self._points).reshape(-1, len(corner))
        return (points[(points >= corner).all(axis=1)] - corner).max(axis=0, initial=0.0)

    def apart(self, among: Array) -> Iterator[Array]:
        """The corners (k,) `among` (m,) them whose errors are at least half of the largest, those first, of
        which no two share a point around them: what is asked about one of them seldom tells of another."""
        points = np.array(self._points).reshape(-1, self.corners.shape[1])
        errors, taken = np.where(among, self.errors, -np.inf), np.zeros(len(points), bool)
        for i in np.argsort(-errors, kind="stable"):
            around = (points >= self.corners[i]).all(axis=1)
            if among[i] and errors[i] >= errors.max() / 2 and not (around & taken).any():
                taken |= around
                yield self.corners[i]

    def direction(self, corner: Array) -> Array:
        """(k,) weights at which the points around a corner are worth about the same; of an end, its own."""
        widths = self.widths(corner)
        with np.errstate(divide="ignore"):
            weights = np.where(widths > 0, 1 / widths, 1.0)
        return weights / weights.sum() if weights.any() else np.full(len(corner), 1 / len(corner))

    def worth(self, weights: Array) -> float:
        """The most that a point is worth at these weights; -inf: none is known."""
        return float(max((weights @ point for point in self._points), default=-np.inf))

    def most(self, weights: Array) -> float:
        """What no design is worth more than at these weights, by the ceilings that hold without floors."""
        free = [c for c in self._ceilings if np.isneginf(c.floors).all()]
        if not free:
            return np.inf
        rows, bounds = [c.weights for c in free], [c.bound for c in free]
        found = linprog(-weights, A_ub=rows, b_ub=bounds, bounds=(None, None), method="highs")
        return float(-found.fun) if found.status == 0 else np.inf


def split(corners: Array, point: Array) -> Array:
    """The corners (m, k) once the point is known, none within what lies above another."""
    inside = (point > corners).all(axis=1)
    kept, parts = corners[~inside], []
    for corner in corners[inside]:
        parts += [np.where(np.arange(len(point)) == i, point, corner) for i in range(len(point))]
    for part in sorted(parts, key=tuple):
        if not (kept <= part).all(axis=1).any():
            kept = np.concatenate([kept[~(part <= kept).all(axis=1)], part[None]])
    return kept


def along(chain: Array, step: float) -> list[Array]:
    """Points of a chain (n, k), ends among them, no further apart than `step` in any objective."""
    points = [chain[0]]
    for a, b in pairwise(chain):
        count = int(np.ceil(np.abs(b - a).max() / step))
        points += [a + (b - a) * share for share in np.linspace(0, 1, count + 1)[1:]]
    return points
