"""What is in a geometry, however it is wrapped."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from rsdl_qgis.engine.raster.labels import points_of, polygon_of
from rsdl_qgis.engine.raster.scene_features import is_polygon, only_polygons
from rsdl_qgis.engine.raster.vectors import geometry_of
from rsdl_qgis.engine.raster.wkb import LINE, POINT, POLYGON, multipolygon, parts_of, type_of

TRIANGLE = [[(0, 0), (1, 0), (1, 1), (0, 0)]]
HOLED = [[(0, 0), (9, 0), (9, 9), (0, 0)], [(2, 1), (3, 1), (3, 2), (2, 1)]]
ARC = [(0, 0), (1, 1), (2, 0), (1, -1), (0, 0)]
NONE = (np.nan, np.nan)


def point(place, order="<"):
    return struct.pack(order + "BIdd", order == "<", 1, *place)


def line(places, order="<", kind=2):
    return struct.pack(order + "BII", order == "<", kind, len(places)) + np.array(places, order + "f8").tobytes()


def polygon(rings, order="<"):
    parts = [struct.pack(order + "BII", order == "<", 3, len(rings))]
    parts += [struct.pack(order + "I", len(ring)) + np.array(ring, order + "f8").tobytes() for ring in rings]
    return b"".join(parts)


def several(kind, *parts, order="<"):
    return struct.pack(order + "BII", order == "<", kind, len(parts)) + b"".join(parts)


def collection(order):
    """Of a point, a line, and a collection of polygons, each in bytes of another order."""
    other = "<>"[order == "<"]
    inner = several(7, polygon(HOLED, other), several(6, polygon(TRIANGLE, order), order=order), order=other)
    return several(7, point((1, 2), other), line([(0, 0), (1, 5)], order), inner, order=order)


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_simple_parts_of_any_geometry(order):
    for wkb, expected in [
        (point((1, 2), order), [POINT]),
        (point(NONE, order), []),
        (several(4, point((1, 2), order), point((3, 4), order), order=order), [POINT, POINT]),
        (line([(0, 0), (1, 1)], order), [LINE]),
        (line([], order), []),
        (several(5, line([(0, 0), (1, 1)], order), line([(2, 2), (3, 3)], order), order=order), [LINE, LINE]),
        (polygon(HOLED, order), [POLYGON]),
        (polygon([], order), []),
        (several(6, polygon([], order), polygon(TRIANGLE, order), order=order), [POLYGON]),
        (several(7, order=order), []),
        (several(16, several(17)[:5] + polygon(TRIANGLE)[5:], order=order), [POLYGON]),
        (collection(order), [POINT, LINE, POLYGON, POLYGON]),
    ]:
        assert [kind for kind, _ in parts_of(wkb)] == expected
    places, corners, first, second = (places for _, places in parts_of(collection(order)))
    assert places == (1, 2) and (first, second) == (HOLED, TRIANGLE)
    np.testing.assert_array_equal(corners, [(0, 0), (1, 5)])


def test_nothing_is_in_nothing():
    assert list(parts_of(None)) == list(parts_of(b"")) == []


def test_curves_in_a_collection_are_parts_that_are_not_drawn():
    wkb = several(7, several(10, line(ARC, kind=8)), point((3, 4)))
    assert list(parts_of(wkb)) == [(10, None), (POINT, (3, 4))]
    assert geometry_of(wkb) is None and list(points_of(wkb)) == [(3, 4)]


def test_the_polygons_of_a_collection_are_one_multipolygon():
    wkb = several(7, point((1, 2)), polygon(TRIANGLE))
    assert geometry_of(wkb) == {"type": "MultiPolygon", "coordinates": [TRIANGLE]}
    assert is_polygon(wkb) and type_of(only_polygons(wkb)) == 6
    assert only_polygons(wkb) == multipolygon([TRIANGLE]) == several(6, polygon(TRIANGLE))
    assert only_polygons(polygon(TRIANGLE)) == polygon(TRIANGLE)
    assert not is_polygon(point((1, 2))) and only_polygons(point((1, 2))) is only_polygons(None) is None


def test_a_broken_part_does_not_take_the_others_along():
    broken, endless = [[(5, 5), (6, 6), (5, 5)]], [[(0, 0), (np.inf, 0), (1, 1), (0, 0)]]
    assert polygon_of(multipolygon([broken, TRIANGLE])) == {"type": "MultiPolygon", "coordinates": [TRIANGLE]}
    assert polygon_of(multipolygon([broken])) is None
    assert polygon_of(multipolygon([endless, TRIANGLE]))["coordinates"] == [TRIANGLE]
