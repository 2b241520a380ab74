"""The geometry of weightings: polygons, the envelope of planes, and what bounds prove between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.studies.weight_map.simplex import CORNERS, Envelope, Roof, area, centre, clip, nearest, tidy


def laid(planes: np.ndarray) -> Envelope:
    envelope = Envelope()
    for plane in planes:
        envelope.add(plane)
    return envelope


def test_a_triangle_cut_in_half_and_at_a_corner() -> None:
    half = clip(CORNERS, CORNERS @ [1.0, -1.0, 0.0])
    assert area(half) == pytest.approx(0.5, abs=1e-15)
    tip = clip(CORNERS, CORNERS @ [1.0, 0.0, 0.0] - 0.9)
    assert area(tip) == pytest.approx(0.01, abs=1e-15)
    assert centre(tip) == pytest.approx([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3])
    assert len(clip(CORNERS, -np.ones(3))) == 0
    assert area(clip(CORNERS, np.array([-1.0, -1.0, 0.0]))) == 0  # a point is left


def test_the_nearest_point_of_a_polygon() -> None:
    tip = clip(CORNERS, CORNERS @ [1.0, 0.0, 0.0] - 0.5)
    assert nearest(tip, np.array([0.8, 0.1, 0.1])) == pytest.approx([0.8, 0.1, 0.1])
    assert nearest(tip, np.full(3, 1 / 3)) == pytest.approx([0.5, 0.25, 0.25])
    assert nearest(tip, np.array([0.0, 1.0, 0.0])) == pytest.approx([0.5, 0.5, 0.0])
    assert nearest(CORNERS[:1], np.full(3, 1 / 3)) == pytest.approx([1, 0, 0])


def test_a_tidy_polygon_turns_left_and_says_no_vertex_twice() -> None:
    twice = np.array([[1.0, 0, 0], [1.0, 1e-15, -1e-15], [0, 0, 1.0], [0, 1.0, 0]])
    assert tidy(twice).tolist() == [[0, 1, 0], [0, 0, 1], [1, 1e-15, 0]]


def test_equal_and_lower_planes_are_no_news() -> None:
    envelope = Envelope()
    assert envelope.add(np.array([0.3, 0.2, 0.1]))
    assert not envelope.add(np.array([0.3, 0.2, 0.1]))
    assert not envelope.add(np.array([0.3, 0.2, 0.1 + 1e-12]))
    assert not envelope.add(np.array([0.2, 0.2, 0.1]))  # touches along an edge
    assert envelope.add(np.array([0.2, 0.2, 0.2]))
    assert [area(polygon) for polygon in envelope.polygons] == pytest.approx([0.5, 0.5])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60), st.sampled_from([1.0, 1e-2, 1e-5]))
def test_cells_cover_the_triangle_and_are_where_their_plane_is_highest(
    seed: int, k: int, spread: float
) -> None:
    rng = np.random.default_rng(seed)
    planes = 0.4 + spread * rng.normal(size=(k, 3))
    envelope = laid(planes)
    assert sum(area(polygon) for polygon in envelope.polygons) == pytest.approx(1, abs=1e-9)
    at = rng.dirichlet(np.ones(3), 50)
    assert envelope.height(at) == pytest.approx((at @ planes.T).max(axis=1), abs=1e-9)
    for plane, polygon in zip(envelope.planes, envelope.polygons, strict=True):
        assert (polygon @ plane >= (polygon @ planes.T).max(axis=1) - 2e-9).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 40))
def test_the_roof_lies_above_a_convex_function_and_meets_it_where_it_was_asked(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    envelope = laid(rng.random((8, 3)))
    asked = np.vstack([CORNERS, rng.dirichlet(np.full(3, 0.5), k)])
    roof = Roof()
    for weights, value in zip(asked, envelope.height(asked), strict=True):
        roof.add(weights, value)
    at = rng.dirichlet(np.ones(3), 40)
    assert (roof.over(at) >= envelope.height(at) - 1e-9).all()
    assert (roof.over(at) <= at @ envelope.height(CORNERS) + 1e-9).all()  # the corners alone prove that
    assert roof.over(asked) == pytest.approx(envelope.height(asked), abs=1e-7)


def test_a_roof_proves_nothing_where_no_bounds_surround() -> None:
    roof = Roof()
    assert np.isinf(roof.over(CORNERS)).all()
    roof.add(CORNERS[0], 1.0)
    roof.add(CORNERS[1], 1.0)
    roof.add(CORNERS[2], np.inf)
    assert np.isinf(roof.over(CORNERS)).all()
    roof.add(np.array([0.2, 0.2, 0.6]), 2.0)
    assert np.isinf(roof.over(CORNERS[2:]))
    assert roof.over(np.array([[0.5, 0.5, 0.0], [0.35, 0.35, 0.3]])) == pytest.approx([1.0, 1.5])
