"""What is in a geometry, however it is wrapped."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from shapely.geometry import mapping

from rsdl_qgis.engine.vector.geometries import (
    geometry_from,
    lines_in,
    parts_of,
    points_in,
    polygon_of,
    polygons_in,
    polygons_wkb,
)
from rsdl_qgis.engine.vector.scene_features import only_polygons

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


def kinds(wkb):
    return [part and part.geom_type for part in parts_of(geometry_from(wkb))]


def tin(order="<"):
    return several(16, triangle(order), triangle(order), order=order)


def triangle(order="<"):
    return several(17, order=order)[:5] + polygon(TRIANGLE, order)[5:]


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_simple_parts_of_any_geometry(order):
    for wkb, expected in [
        (point((1, 2), order), ["Point"]),
        (point(NONE, order), []),
        (several(4, point((1, 2), order), point((3, 4), order), order=order), ["Point", "Point"]),
        (line([(0, 0), (1, 1)], order), ["LineString"]),
        (line([], order), []),
        (several(5, line([(0, 0), (1, 1)], order), line([(2, 2), (3, 3)], order), order=order), ["LineString"] * 2),
        (polygon(HOLED, order), ["Polygon"]),
        (polygon([], order), []),
        (several(6, polygon([], order), polygon(TRIANGLE, order), order=order), ["Polygon"]),
        (several(7, order=order), []),
        (collection(order), ["Point", "LineString", "Polygon", "Polygon"]),
    ]:
        assert kinds(wkb) == expected
    place, corners, *polygons = parts_of(geometry_from(collection(order)))
    assert place.coords[0] == (1, 2) and list(corners.coords) == [(0, 0), (1, 5)]
    assert [mapping(one)["coordinates"] for one in polygons] == [tuple(map(tuple, r)) for r in (HOLED, TRIANGLE)]


@pytest.mark.parametrize("wkb", [None, b"", polygon(HOLED)[:-8], line([(0, 0)])])
def test_nothing_is_in_nothing_and_in_what_cannot_be_read(wkb):
    geometry = geometry_from(wkb)
    assert len(parts_of(geometry)) == len(points_in(geometry)) == len(lines_in(geometry)) == 0
    assert polygons_in(geometry) is polygon_of(wkb) is only_polygons(wkb) is None


def test_curves_in_a_collection_are_parts_that_are_not_drawn():
    wkb = several(7, several(10, line(ARC, kind=8)), point((3, 4)))
    assert kinds(wkb) == [None, "Point"]
    geometry = geometry_from(wkb)
    assert polygons_in(geometry) is None and points_in(geometry).tolist() == [[3, 4]]


def test_a_surface_is_the_polygons_that_it_is_made_of():
    for wkb in (tin(), several(15, polygon(TRIANGLE), polygon(TRIANGLE)), several(7, tin())):
        assert only_polygons(wkb) == several(6, polygon(TRIANGLE), polygon(TRIANGLE))
    assert only_polygons(triangle()) == polygon(TRIANGLE)
    assert kinds(several(7, tin(), point((1, 2)))) == ["Polygon", "Polygon", "Point"]


def test_the_polygons_of_a_collection_are_one_multipolygon():
    wkb = several(7, point((1, 2)), polygon(TRIANGLE))
    assert only_polygons(wkb) == several(6, polygon(TRIANGLE))
    assert only_polygons(polygon(HOLED)) == polygon(HOLED) == polygons_wkb([HOLED])[0]
    assert only_polygons(point((1, 2))) is only_polygons(None) is None


def test_polygons_are_written_with_their_holes():
    assert polygons_wkb([HOLED, TRIANGLE]) == [polygon(HOLED), polygon(TRIANGLE)] and polygons_wkb([]) == []


def test_an_open_ring_is_closed():
    for ring in (TRIANGLE[0], HOLED[0]):
        assert polygon_of(polygon([ring[:-1]])).wkb == polygon([ring])


def test_a_broken_part_does_not_take_the_others_along():
    broken, endless = [[(5, 5), (6, 6), (5, 5)]], [[(0, 0), (np.inf, 0), (1, 1), (0, 0)]]
    nowhere = [TRIANGLE[0], [(0, 0), (np.nan, 0), (1, 1), (0, 0)]]
    for bad in (broken, endless, nowhere):
        assert polygon_of(several(6, polygon(bad), polygon(TRIANGLE))).wkb == several(6, polygon(TRIANGLE))
        assert polygon_of(several(6, polygon(bad))) is polygon_of(polygon(bad)) is None
