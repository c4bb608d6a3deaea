"""Oriented boxes: the smallest rectangle around an outline, and what is left of rectangles that are cut."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from rsdl_qgis.engine.boxes.detections import turned
from rsdl_qgis.engine.boxes.matching import match_boxes
from rsdl_qgis.engine.boxes.oriented import corners_of, cut_off, is_rectangle, is_upright, rectangle_of
from rsdl_qgis.engine.boxes.overlap import convex_area
from rsdl_qgis.engine.evaluation.coco import Boxes


def rectangle(x, y, width, height, degrees):
    return turned(np.array([[x, y]], float), np.array([[width, height]], float), np.radians([degrees]))[0]


def test_the_smallest_rectangle_is_that_of_shapely():
    random = np.random.default_rng(0)
    for count in (3, 4, 5, 9, 30):
        for _ in range(20):
            points = random.normal(size=(count, 2)) * (30, 8) @ np.array([[0.8, -0.6], [0.6, 0.8]]) + 400
            found = rectangle_of(points)
            expected = shapely.oriented_envelope(shapely.multipoints(points))
            assert is_rectangle(found) and convex_area(found[None])[0] == pytest.approx(expected.area, rel=1e-6)
            assert shapely.multipoints(points).within(shapely.Polygon(found).buffer(1e-6))


def test_a_rectangle_keeps_its_corners_and_their_order():
    corners = rectangle(50, 40, 30, 10, 25)
    assert (rectangle_of(corners) == corners).all()
    assert (rectangle_of(np.vstack([corners, corners[:1]])) == corners).all()
    assert (
        is_upright(rectangle(5, 5, 4, 2, 90)) and not is_upright(corners) and not is_upright(rectangle(5, 5, 4, 2, 1))
    )
    assert not is_rectangle(corners + np.array([[1, 0], [0, 0], [0, 0], [0, 0]]))


def test_an_outline_without_an_area_has_an_upright_box():
    for points in ([[1, 2], [5, 9]], [[1, 2], [3, 4], [5, 6]], [[3, 3], [3, 3], [3, 3]]):
        found = rectangle_of(np.array(points, float))
        assert (found.min(0) == np.min(points, 0)).all() and (found.max(0) == np.max(points, 0)).all()


def test_what_is_cut_keeps_its_angle_and_holds_what_is_inside():
    quads = np.array([rectangle(x, y, 20, 8, a) for x, y, a in ((5, 20, 30), (30, 30, 0), (58, 62, 70), (90, 20, 10))])
    parts, share = cut_off(quads, (0, 0, 64, 64))
    image = shapely.box(0, 0, 64, 64)
    for quad, part, seen in zip(quads, parts, share):
        inside = shapely.Polygon(quad).intersection(image)
        assert seen == pytest.approx(inside.area / 160)
        if inside.is_empty:
            assert (part == quad).all()
            continue
        assert inside.within(shapely.Polygon(part).buffer(1e-9)) and is_rectangle(part)
        before, after = (math.atan2(*(c[1] - c[0])[::-1]) for c in (quad, part))
        assert math.sin(before - after) == pytest.approx(0, abs=1e-9)
        assert shapely.Polygon(part).within(shapely.Polygon(quad).buffer(1e-9))
    again, _ = cut_off(parts, (0, 0, 64, 64))
    np.testing.assert_allclose(again, parts, atol=1e-9)
    assert (parts[1] == quads[1]).all() and share[3] == 0


def test_oriented_boxes_match_by_their_own_overlap():
    """Two crossed bars have the same upright box, and share a quarter of their area."""
    one, other = (rectangle(50, 50, 40, 10, angle)[None] for angle in (45, -45))
    labels = np.zeros(1, np.int64)

    def boxes(quads, score=None, oriented=True):
        upright = np.concatenate([quads.min(1), quads.max(1)], 1)
        return Boxes(upright, labels, score, quads=quads if oriented else None)

    score = np.ones(1)
    assert match_boxes(boxes(one, score, False), boxes(other, oriented=False), 1).hit.all()
    assert not match_boxes(boxes(one, score), boxes(other), 1).hit.any()
    assert match_boxes(boxes(one, score), boxes(one), 1).hit.all()
    assert not match_boxes(boxes(one, score, False), boxes(one), 1).hit.any()  # the upright box of a diagonal bar
    upright = corners_of(np.array([[1.0, 2, 5, 9]]))[0]
    assert upright.tolist() == [[1, 2], [5, 2], [5, 9], [1, 9]]
