"""Polygons burned into pixels: those that they touch as rasterio has them, and who has none."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from rasterio.features import rasterize
from shapely.geometry import shape

from rsdl_qgis.engine.raster.grid import Grid, Window
from rsdl_qgis.engine.vector.burning import Burned, meeting

GRID = Grid(None, Affine(1, 0, 0, 0, -1, 20), 20, 30)
TURNED = Grid(None, Affine.rotation(30) @ Affine(1, 0, 0, 0, -1, 10), 20, 30)


def box(x0, y0, x1, y1):
    return {"type": "Polygon", "coordinates": [[(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]]}


def burned(polygons, all_touched=False):
    return Burned(polygons, np.array([shape(p).bounds for p in polygons]), all_touched)


@pytest.mark.parametrize("grid", [GRID, TURNED])
@pytest.mark.parametrize("all_touched", [False, True])
def test_polygons_apart_have_the_pixels_that_rasterio_gives_them(grid, all_touched):
    polygons = [box(2, 2, 9.4, 9.7), box(12.6, 3.1, 12.9, 15.2), box(20.1, 5.6, 20.4, 5.9)]
    size = {"out_shape": (grid.height, grid.width), "transform": grid.transform, "all_touched": all_touched}
    expected = rasterize([(p, i + 1) for i, p in enumerate(polygons)], **size)
    first, last = burned(polygons, all_touched).on(grid)
    assert (first == expected).all() and (last == expected).all() and set(np.unique(expected)) >= {0, 1}


def test_a_pixel_stays_with_the_polygon_that_holds_its_centre():
    polygons = [box(0, 0, 5.4, 5), box(5.4, 0, 10, 5), box(3.1, 3.1, 3.3, 3.3), box(20.1, 5.6, 20.4, 5.9)]
    codes = burned(polygons, all_touched=True).on(GRID)[1]
    assert (codes[15:, :5] == 1).all() and (codes[15:, 5:10] == 2).all() and codes[14, 20] == 4
    assert not (codes == 3).any()


@pytest.mark.parametrize("all_touched", [False, True])
def test_those_without_a_pixel_are_known_once_all_was_looked_at(all_touched):
    polygons = [
        *(box(0, 0, 10, 10), box(2, 2, 8, 8), box(0, 0, 10, 10)),  # one between two others
        *(box(20.1, 5.6, 20.4, 5.9), box(3.1, 3.1, 3.3, 3.3), box(100.1, 5, 100.2, 6)),  # alone, on others, outside
    ]
    found = burned(polygons, all_touched)
    for row in range(0, 20, 10):
        found.on(GRID.crop(Window(row, 0, 10, 30)))
    assert found.unseen(GRID) == ([4] if all_touched else [3, 4])


def test_rectangles_that_meet():
    outlines = np.array([[0, 0, 1, 1], [5, 5, 6, 6], [1, 1, 2, 2]])
    assert meeting(outlines, (0, 0, 1, 1)).tolist() == [0, 2]
