"""The triangle of weightings of three objectives, cut into polygons in which one plane lies above the others.

Points are barycentric: three weights >= 0 that sum to 1. A plane is three numbers, its height at the corners.
Heights are of the order of 1, and what differs by less than `LEVEL` is level: the areas of polygons between
planes whose slopes differ by 0.001 or more are then right to 1e-9.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull

Array = np.ndarray
CORNERS = np.eye(3)
LEVEL = 1e-9  # of height: a plane that is higher by less is no other plane
ON_LINE = 1e-13  # of height: a vertex this close to where two planes meet lies there
THIN = 1e-10  # a triangle of less area carries no interpolation of its own
APART = 1e-9  # weightings closer than this are one


def clip(polygon: Array, side: Array) -> Array:
    """The part of a convex polygon (k, 3) where a linear function, `side` (k,) at its vertices, is >= 0."""
    side = np.where(np.abs(side) <= ON_LINE, 0.0, side)
    if (side >= 0).all():
        return polygon
    kept: list[Array] = []
    for here, there, a, b in zip(polygon, np.roll(polygon, -1, axis=0), side, np.roll(side, -1), strict=True):
        if a >= 0:
            kept.append(here)
        if a * b < 0:
            kept.append(here + (there - here) * (a / (a - b)))
    return np.array(kept).reshape(-1, 3)


def area(polygon: Array) -> float:
    """Share of the triangle that a polygon (k, 3) covers."""
    if len(polygon) < 3:
        return 0.0
    x, y = (polygon - polygon[0])[:, :2].T  # from a vertex, so that small polygons keep their digits
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def tidy(polygon: Array) -> Array:
    """The polygon without vertices that are one with the next, anticlockwise; shares between 0 and 1."""
    apart = np.abs(polygon - np.roll(polygon, -1, axis=0)).max(axis=1) > 1e-12
    kept = np.clip(polygon[apart], 0.0, 1.0)
    x, y = kept[:, :2].T
    return kept if x @ np.roll(y, -1) >= y @ np.roll(x, -1) else kept[::-1]


def centre(polygon: Array) -> Array:
    """Centre of gravity of a polygon (k, 3)."""
    corners = np.stack(
        [np.broadcast_to(polygon[0], polygon.shape), polygon, np.roll(polygon, -1, axis=0)], axis=1
    )
    sizes = np.abs(np.linalg.det(corners))
    return np.asarray(sizes @ corners.mean(axis=1) / sizes.sum()) if sizes.sum() else polygon.mean(axis=0)


def nearest(polygon: Array, point: Array) -> Array:
    """The point of a convex polygon (k, 3), k >= 1, that is closest to a point of the plane."""
    ahead = np.roll(polygon, -1, axis=0) - polygon
    toward = point - polygon
    turn = ahead[:, 0] * toward[:, 1] - ahead[:, 1] * toward[:, 0]
    if len(polygon) > 2 and ((turn >= 0).all() or (turn <= 0).all()):
        return point
    length = np.maximum((ahead**2).sum(axis=1), 1e-300)
    along = np.clip((toward * ahead).sum(axis=1) / length, 0.0, 1.0)
    closest = polygon + along[:, None] * ahead
    return np.asarray(closest[np.argmin(((closest - point) ** 2).sum(axis=1))])


class Envelope:
    """The upper envelope of planes over the triangle, and the polygon in which each of them is highest."""

    def __init__(self) -> None:
        self.planes = np.zeros((0, 3))
        self.polygons: list[Array] = []  # (k, 3), k = 0 where a plane is nowhere highest
        self.upper: list[Array] = []  # (k,) no value is higher at the vertices; inf: not known

    def height(self, at: Array) -> Array:
        """(m,) height of the envelope at weightings (m, 3); -inf without a plane."""
        return (at @ self.planes.T).max(axis=1, initial=-np.inf)

    def add(self, plane: Array) -> bool:
        """Lay a plane over the others; False where it is nowhere higher by more than `LEVEL`."""
        above = [(plane - own) @ polygon.T for own, polygon in zip(self.planes, self.polygons, strict=True)]
        if above and max(side.max(initial=-np.inf) for side in above) <= LEVEL:
            return False
        own = CORNERS
        for other in self.planes:
            own = clip(own, own @ (plane - other))
        for i, side in enumerate(above):
            if (side > ON_LINE).any():
                self.polygons[i] = clip(self.polygons[i], -side)
                if area(self.polygons[i]) <= ON_LINE:
                    self.polygons[i] = np.zeros((0, 3))
                self.upper[i] = np.full(len(self.polygons[i]), np.inf)
        self.planes = np.vstack([self.planes, plane])
        self.polygons.append(own)
        self.upper.append(np.full(len(own), np.inf))
        return True


class Roof:
    """The lowest that bounds at some weightings prove of a convex function everywhere.

    A convex function lies below every triangle between points that lie above it; the lowest of these
    triangles are the lower faces of the convex hull of the points.
    """

    def __init__(self) -> None:
        self.at = np.zeros((0, 3))
        self.bounds = np.zeros(0)
        self._faces: tuple[Array, Array] | None = None  # (F, 3, 3) inverse corners, (F, 3) bounds

    def add(self, weights: Array, bound: float) -> None:
        """No value is higher than `bound` at these weights."""
        if np.isfinite(bound):
            self.at, self.bounds = np.vstack([self.at, weights]), np.append(self.bounds, bound)
            self._faces = None

    def over(self, at: Array) -> Array:
        """(m,) what the bounds prove at weightings (m, 3); inf where they surround none."""
        if not len(at):
            return np.zeros(0)
        if self._faces is None:
            self._faces = self._lower_faces()
        inverse, bounds = self._faces
        if not len(bounds):
            return np.full(len(at), np.inf)
        shares = np.einsum("mi,fij->mfj", at, inverse)
        inside = shares.min(axis=2)
        shares = np.maximum(shares, 0.0)
        heights = (shares / shares.sum(axis=2, keepdims=True) * bounds).sum(axis=2)
        heights[inside < np.minimum(inside.max(axis=1), 0.0)[:, None] - APART] = np.inf
        return np.where(inside.max(axis=1) > -1e-7, heights.min(axis=1), np.inf)

    def _lower_faces(self) -> tuple[Array, Array]:
        nothing = np.zeros((0, 3, 3)), np.zeros((0, 3))
        spread = self.at[:, :2] - self.at[:1, :2]
        if len(self.at) < 3 or np.linalg.matrix_rank(spread, tol=THIN) < 2:
            return nothing
        points = np.column_stack([self.at[:, :2], self.bounds])
        apex = np.append(points.mean(axis=0)[:2], self.bounds.max() + 1.0)  # so that the hull is never flat
        hull = ConvexHull(np.vstack([points, apex]))
        low = (hull.simplices < len(points)).all(axis=1) & (hull.equations[:, 2] < 0)
        corners = self.at[hull.simplices[low]]
        wide = np.abs(np.linalg.det(corners)) > THIN
        return np.linalg.inv(corners[wide]), self.bounds[hull.simplices[low]][wide]
