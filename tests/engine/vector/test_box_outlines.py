"""The outlines of detected boxes: whole, cut to a raster, and of masks."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine

from rsdl_qgis.engine.boxes.detections import Mask
from rsdl_qgis.engine.raster.grid import Grid
from rsdl_qgis.engine.vector.box_outlines import BoxGeometry, clipped, outline

GEOMETRY = BoxGeometry(Grid(None, Affine(10, 0, 500, 0, -10, 900), 100, 80))


@pytest.mark.parametrize(
    ("corners", "expected"),
    [
        ([(10, 10), (20, 12), (18, 22), (8, 20)], [(10, 10), (20, 12), (18, 22), (8, 20)]),  # inside
        ([(-10, 10), (10, 10), (10, 20), (-10, 20)], [(0, 10), (10, 10), (10, 20), (0, 20)]),
        ([(70, 50), (90, 70), (70, 90), (50, 70)], [(70, 50), (80, 60), (80, 80), (70, 90), (50, 70)]),
        ([(-500, -500), (500, -500), (500, 500), (-500, 500)], [(0, 0), (80, 0), (80, 100), (0, 100)]),
        ([(-9, -9), (-5, -9), (-5, -5), (-9, -5)], []),  # outside
        ([(-9, 5), (0, 5), (0, 15), (-9, 15)], []),  # it touches the raster
        ([(80, 100), (90, 100), (90, 110), (80, 110)], []),  # at a corner
    ],
)
@pytest.mark.parametrize("turned", [1, -1])
def test_a_box_is_cut_to_the_raster_and_keeps_its_turn(corners, expected, turned):
    ring = clipped(np.array(corners[::turned], float), 100, 80)
    if not expected:
        assert ring.shape == (0, 2)
        return
    assert shapely.Polygon(ring).equals(shapely.Polygon(expected)) and len(ring) == len(expected) + 1
    assert shapely.LinearRing(ring).is_ccw == (turned == 1)


def test_boxes_are_anticlockwise_polygons_in_map_units():
    corners = np.array([[(0, 0), (10, 0), (10, 20), (0, 20)], [(5, 5), (8, 9), (4, 12), (1, 8)]], float)
    first, second = (shapely.from_wkb(wkb) for wkb in GEOMETRY.rectangles(corners))
    assert first.equals(shapely.box(500, 700, 600, 900)) and second.exterior.coords[0] == (550, 850)
    assert first.exterior.is_ccw and second.exterior.is_ccw and GEOMETRY.rectangles(corners[:0]) == []


def test_the_outline_of_a_mask_is_that_of_its_largest_part_with_its_holes():
    pixels = np.zeros((9, 12), bool)
    pixels[1:7, 1:7] = True
    pixels[3:5, 3:5] = False
    pixels[8, 8:] = True
    polygon = shapely.from_wkb(GEOMETRY.polygon(outline(Mask(10, 20, pixels))))
    hole = shapely.box(500 + 230, 900 - 150, 500 + 250, 900 - 130)
    assert polygon.equals(shapely.box(500 + 210, 900 - 170, 500 + 270, 900 - 110) - hole)
    assert outline(Mask(0, 0, np.zeros((3, 3), bool))) == []
