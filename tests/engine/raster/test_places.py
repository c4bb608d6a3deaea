"""The middle of features, and the points that polygons hold."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from rsdl_qgis.engine.raster.labels import covers
from rsdl_qgis.engine.raster.places import Points, middle, middles


def polygon(*rings):
    return {"type": "Polygon", "coordinates": [list(ring) for ring in rings]}


def box(x0, y0, x1, y1):
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]


def test_the_middle_of_a_rectangle_is_its_centre():
    assert middle(polygon(box(0, 0, 4, 2))) == (2, 1)


@pytest.mark.parametrize(
    "shape",
    [
        polygon([(0, 0), (10, 0), (10, 10), (9, 10), (9, 1), (1, 1), (1, 10), (0, 10), (0, 0)]),  # a U
        polygon(box(0, 0, 10, 10), box(1, 1, 9, 9)),  # a ring
        {"type": "MultiPolygon", "coordinates": [[box(0, 0, 1, 1)], [box(50, 50, 60, 52)]]},
    ],
)
def test_the_middle_lies_inside(shape):
    x, y = middle(shape)
    assert covers(shape, np.array([x]), np.array([y])).all()


def test_of_what_has_no_middle_it_is_not_a_number():
    square = struct.pack("<BIII", 1, 3, 1, 5) + np.array(box(0, 0, 2, 2), "<f8").tobytes()
    point, empty = struct.pack("<BIdd", 1, 1, 7, 8), struct.pack("<BII", 1, 3, 0)
    line = struct.pack("<BII", 1, 2, 2) + np.array([(0, 0), (1, 1)], "<f8").tobytes()
    found = middles([square, point, empty, line, None])
    np.testing.assert_array_equal(found, [[1, 1], [7, 8], *[[np.nan] * 2] * 3])


def test_points_within_are_those_that_the_polygon_covers():
    random = np.random.default_rng(0)
    xy = random.random((500, 2)) * 10
    xy[::50] = np.nan
    points = Points(xy)
    for _ in range(20):
        shape = polygon([(x, y) for x, y in random.random((3, 2)) * 10])
        shape["coordinates"][0].append(shape["coordinates"][0][0])
        expected = np.flatnonzero(covers(shape, *np.nan_to_num(xy, nan=-1).T))
        np.testing.assert_array_equal(np.sort(points.within(shape)), expected)
    assert len(points.within(polygon(box(20, 20, 30, 30)))) == 0
