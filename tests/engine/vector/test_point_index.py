"""The middle of features, and the points that polygons hold."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rasterio.features import geometry_mask
from shapely import LineString, MultiPolygon, Point, Polygon, box

from rsdl_qgis.engine.raster.grid import apply
from rsdl_qgis.engine.vector.point_index import Points, middles

PLACES = st.tuples(st.floats(0, 20), st.floats(0, 20))
U = Polygon([(0, 0), (10, 0), (10, 10), (9, 10), (9, 1), (1, 1), (1, 10), (0, 10)])
RING = box(0, 0, 10, 10) - box(1, 1, 9, 9)
PARTS = MultiPolygon([box(0, 0, 1, 1), box(50, 50, 60, 52)])


def held(polygon, x, y):
    """(n,): which points a polygon holds."""
    found = np.zeros(len(x), bool)
    found[Points(np.column_stack([x, y])).within(polygon)] = True
    return found


def test_the_middle_of_a_rectangle_is_its_centre():
    assert middles([box(0, 0, 4, 2).wkb]).tolist() == [[2, 1]]


@pytest.mark.parametrize("shape", [U, RING, PARTS])
def test_the_middle_lies_inside(shape):
    (place,) = middles([shape.wkb])
    assert shape.contains(Point(place))


def test_of_several_parts_the_widest_counts():
    np.testing.assert_array_equal(middles([PARTS.wkb]), [[55, 51]])


def test_of_what_has_no_middle_it_is_not_a_number():
    several = shapely.MultiPoint([(7, 8), (9, 9)])
    shapes = [box(0, 0, 2, 2), Point(7, 8), several, Polygon(), LineString([(0, 0), (1, 1)])]
    found = middles([*(shape.wkb for shape in shapes), None])
    np.testing.assert_array_equal(found, [[1, 1], [7, 8], [7, 8], *[[np.nan] * 2] * 3])


def distance(corners, x, y):
    """(n,): how far points are from the nearest edge of a ring; NaN where an edge is too short to divide by."""
    edge = LineString([*corners, corners[0]])
    with np.errstate(divide="ignore", invalid="ignore"):
        return shapely.distance(edge, shapely.points(x, y))


@example([(0.0, 0.0), (0.0, 2.0), (3.0, 2.2250738585072014e-308)])
@example([(0.0, 0.0), (0.0, 1.0), (0.0, 1.105778674993052e-254)])
@given(st.lists(PLACES, min_size=3, max_size=9, unique=True))
@settings(max_examples=60, deadline=None)
def test_points_are_held_by_a_polygon_as_pixel_centres_are(corners):
    polygon, transform = Polygon(corners), Affine(1, 0, 0, 0, -1, 20)  # that may cross itself
    x, y = (axis.ravel() for axis in apply(transform, *np.meshgrid(np.arange(20) + 0.5, np.arange(20) + 0.5)))
    inside = ~geometry_mask([polygon], (20, 20), transform).ravel()
    away = distance(corners, x, y) > 1e-3  # on an edge both are right
    assert (held(polygon, x, y) == inside)[away].all()


def test_holes_parts_and_parts_over_one_another():
    ring = box(0, 0, 10, 10) - box(2, 2, 8, 8)
    x, y = np.array([1.0, 3.0, 5.0, 11.0]), np.full(4, 5.0)
    assert held(MultiPolygon([ring, box(4, 4, 6, 6)]), x, y).tolist() == [True, False, True, False]
    assert held(MultiPolygon([box(0, 0, 4, 10), box(2, 0, 6, 10)]), x, y).tolist() == [True, True, True, False]


def test_a_point_on_an_edge_is_held():
    places = np.array([(0, 5), (10, 5), (5, 0), (5, 10), (0, 0), (10, 10), (10.001, 5)], float)
    assert Points(places).within(box(0, 0, 10, 10)).tolist() == [0, 1, 2, 3, 4, 5]
    assert Points(places).within(box(0, 0, 10, 10) - box(5, 5, 10, 20)).tolist() == [0, 1, 2, 3, 4]


def test_points_that_are_nowhere_are_left_out_and_the_others_keep_their_numbers():
    xy = np.array([(np.nan, 1), (1, 1), (np.inf, 1), (30, 30), (2, 2)], float)
    assert Points(xy).within(box(0, 0, 10, 10)).tolist() == [1, 4]
    assert Points(xy).within(box(50, 50, 60, 60)).tolist() == []
    assert Points(np.zeros((0, 2))).within(box(0, 0, 10, 10)).tolist() == []
