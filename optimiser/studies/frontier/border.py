"""Two objectives: what designs reach of one for each value of the other, and where something could lie above.

A chain is the upper right border of what one design reaches as its recourse changes: points (n, 2), the first
rising and the second falling, concave; a single point where recourse changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

Array = np.ndarray
CLOSE = 1e-6  # of an objective: what differs by less is not told apart


@dataclass(frozen=True)
class Piece:
    """A straight piece of the border, without its left end; a step between designs is flat."""

    left: float
    right: float
    high: float  # at the left end
    low: float  # at the right end

    @property
    def flat(self) -> bool:
        """Whether it is the step between two designs."""
        return self.high - self.low <= CLOSE

    @property
    def weights(self) -> Array:
        """(2,) for which every point of it is worth the same; equal ones for a step."""
        if self.flat:
            return np.array([0.5, 0.5])
        across = np.array([self.high - self.low, self.right - self.left])
        return np.asarray(across / across.sum())

    @property
    def worth(self) -> float:
        """What its points are worth at these weights; of a step, its lower left corner."""
        return float(self.weights @ [self.left, self.high])

    @property
    def size(self) -> float:
        """How long it is."""
        return float(np.hypot(self.right - self.left, self.high - self.low))

    def within(self, other: Piece) -> bool:
        """Whether all that lies above this one lies above the other."""
        inside = self.left >= other.left - CLOSE and self.low >= other.low - CLOSE
        ends = (self.left, self.high), (self.right, self.low)
        return inside and (other.flat or all(other.weights @ end >= other.worth - CLOSE for end in ends))


def highest_at(chain: Array, x: Array | float) -> Array:
    """The most of the second objective with at least x of the first; -inf beyond the chain."""
    return np.where(np.asarray(x) <= chain[-1, 0], np.interp(x, chain[:, 0], chain[:, 1]), -np.inf)


def border(chains: Sequence[Array]) -> list[Piece]:
    """The upper border of all chains, from the most of the second objective to the most of the first."""
    at = {float(x) for chain in chains for x in chain[:, 0]}
    first = max((chain[0, 1], chain[0, 0]) for chain in chains)[1]
    for a, b in combinations([edge for chain in chains for edge in _edges(chain, first)], 2):
        at |= _crossing(a, b)
    places = _apart([x for x in at if x >= first])
    pieces: list[Piece] = []
    for left, right in pairwise(places):
        x = np.array([left + CLOSE / 10, right])
        highest = max(chains, key=lambda chain: (highest_at(chain, x).sum(), tuple(chain[0])))
        high, low = highest_at(highest, x).tolist()
        before = pieces[-1] if pieces else None
        new = Piece(float(left), float(right), high, low)
        if before and abs(before.low - new.high) <= CLOSE and _straight(before, new):
            new = Piece(before.left, new.right, before.high, new.low)
            pieces.pop()
        pieces.append(new)
    return pieces


def _apart(numbers: Sequence[float]) -> list[float]:
    """In order, without those that are too close above one that is kept.

    Half of CLOSE: what is asked of a stretch begins at CLOSE beyond its left end, and so beyond what was left
    out.
    """
    kept: list[float] = []
    for x in sorted(numbers):
        if not kept or x - kept[-1] > CLOSE / 2:
            kept.append(x)
    return kept


def _edges(chain: Array, first: float) -> list[tuple[Array, Array]]:
    """Edges of what a chain dominates: its own, and the flat one that leads to it from `first`."""
    flat = [np.array([first, chain[0, 1]])] if first < chain[0, 0] else []
    return list(pairwise([*flat, *chain]))


def _straight(a: Piece, b: Piece) -> bool:
    rise = (b.high - b.low) * (a.right - a.left) - (a.high - a.low) * (b.right - b.left)
    return abs(rise) <= CLOSE * max(a.size, b.size)


def _crossing(a: tuple[Array, Array], b: tuple[Array, Array]) -> set[float]:
    """Where two edges cross."""
    along, other, apart = a[1] - a[0], b[1] - b[0], b[0] - a[0]
    turn = along[0] * other[1] - along[1] * other[0]
    if abs(turn) <= 1e-15:
        return set()
    s = (apart[0] * other[1] - apart[1] * other[0]) / turn
    t = (apart[0] * along[1] - apart[1] * along[0]) / turn
    return {float(a[0][0] + s * along[0])} if 0 <= s <= 1 and 0 <= t <= 1 else set()


def standing_out(chain: Array, others: Sequence[Array]) -> tuple[Array, Array]:
    """Points of the chain (n, 2) that no other dominates, and the part of the chain from first to last.

    The points are ends of stretches that stand out and their middles; an end where another chain takes over
    is one of the part and not one of them.
    """
    ends = [x for other in others for x in other[:, 0]]
    edges = [edge for other in others for edge in _edges(other, chain[0, 0])]
    ends += [x for a in pairwise(chain) for b in edges for x in _crossing(a, b)]
    inside = [x for x in (*chain[:, 0], *ends) if chain[0, 0] <= x <= chain[-1, 0]]
    places = np.unique(inside)
    middles = (places[:-1] + places[1:]) / 2
    every = np.concatenate([places, middles])
    points = np.stack([every, highest_at(chain, every)], axis=1)
    out = ~dominated(points, others)
    if not out.any():
        return points[out], points[out]
    stretch = np.flatnonzero(out[len(places) :])
    within = places[np.concatenate([np.flatnonzero(out[: len(places)]), stretch, stretch + 1])]
    first, last = within.min(), within.max()
    bends = [x for x in chain[:, 0] if first + CLOSE < x < last - CLOSE]
    part = np.array([first, *bends, last] if last > first + CLOSE else [first])
    return points[out], np.stack([part, highest_at(chain, part)], axis=1)


def dominated(points: Array, chains: Sequence[Array]) -> Array:
    """(n,) bool whether any of the chains dominates each of the points (n, 2)."""
    places, height = points.T
    found = np.zeros(len(points), bool)
    for chain in chains:
        above = highest_at(chain, places - CLOSE / 10) > height + CLOSE
        beside = highest_at(chain, places + CLOSE) >= height - CLOSE / 10
        found |= above | beside
    return found
