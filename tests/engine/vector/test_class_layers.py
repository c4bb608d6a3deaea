"""Codes of rasters and polygons at pixels and at points."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from shapely import Polygon

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.class_tables import class_colours
from rsdl_qgis.engine.raster.grid import Grid, Window, apply
from rsdl_qgis.engine.raster.layer import Layer
from rsdl_qgis.engine.raster.number_raster import RasterNumbers
from rsdl_qgis.engine.vector.class_layers import (
    BEYOND,
    NOTHING,
    UNCLEAR,
    UNKNOWN,
    PolygonClasses,
    RasterClasses,
    Vector,
    upright_grid,
)

CRS = "EPSG:32634"


def polygon(*corners):
    return Polygon(corners)


def test_polygons_over_one_another_are_unclear_only_if_their_classes_differ():
    shapes = [polygon((0, 0), (6, 0), (6, 10), (0, 10)), polygon((4, 0), (10, 0), (10, 10), (4, 10))]
    grid = upright_grid(CRS, (0, 0, 12, 10), 1)
    for labels, expected in (((3, 3), 0), ((3, 8), UNCLEAR), ((3, None), UNKNOWN)):
        classes = PolygonClasses(Vector("v", shapes, np.empty((0, 2)), labels, {}, CRS), CRS)
        codes = classes.on(grid)
        assert (codes[:, 4:6] == expected).all() and (codes[:, 10:] == NOTHING).all() and (codes[:, :4] == 0).all()
        assert classes.at(np.array([5.0, 1.0, 11.0]), np.array([5.0] * 3), CRS).tolist() == [expected, 0, NOTHING]


def test_a_rasters_codes_say_what_is_nodata_and_what_lies_beyond(raster_file):
    values = np.arange(12, dtype="uint8").reshape(1, 3, 4)
    with RasterClasses(Layer(raster_file("r.tif", values, nodata=5))) as classes:
        around = Grid(classes.grid.crs, classes.grid.transform @ Affine.translation(-1, -1), 5, 6)
        codes = classes.on(around)
        inner = codes[1:-1, 1:-1].copy()
        assert (inner == np.where(values[0] == 5, NOTHING, values[0].astype(np.int64))).all()
        codes[1:-1, 1:-1] = BEYOND
        assert (codes == BEYOND).all()
        shifted = Grid(classes.grid.crs, classes.grid.transform @ Affine.translation(0.3, 0.3), 3, 4)
        assert (classes.on(shifted)[:2, :3] == inner[:2, :3]).all()  # centres moved, but not into the next pixel
        x, y = apply(classes.grid.transform, np.array([0.1, 3.9, 4.1]), np.array([0.1, 2.9, 1.0]))
        assert classes.at(x, y, classes.grid.crs).tolist() == [0, 11, BEYOND]


def test_a_layer_of_points_is_no_polygons():
    vector = Vector("points", [], np.zeros((1, 2)), [1], {}, CRS)
    with pytest.raises(InputError, match="no polygons"):
        PolygonClasses(vector, CRS)


def test_numbers_of_a_raster_at_the_pixels_of_a_grid(raster_file, rng):
    rows, cols = np.mgrid[0:20, 0:30]
    values = (3.0 * rows + cols).astype("float32")[None]
    values[0, :3] = -9
    with RasterNumbers(Layer(raster_file("n.tif", values, nodata=-9))) as numbers:
        grid = numbers.grid
        own = numbers.on(grid.crop(Window(1, 2, 10, 50)))  # sticks out
        np.testing.assert_array_equal(own[:2, :28], np.nan)
        np.testing.assert_array_equal(own[2:, :28], values[0, 3:11, 2:])
        assert np.isnan(own[:, 28:]).all()
        fine = numbers.on(grid.scaled(2, 2))
        np.testing.assert_allclose(fine[20:30:2, 20:30:2], values[0, 10:15, 10:15] - 1.0, atol=1e-4)
        coarse = numbers.on(grid.scaled(0.5, 0.5))
        np.testing.assert_allclose(coarse[4, 5], values[0, 8:10, 10:12].mean(), atol=1e-4)
        assert numbers.overlaps(grid) and not numbers.overlaps(Grid(grid.crs, Affine(10, 0, 0, 0, -10, 0), 9, 9))


def test_the_colour_table_of_a_raster(raster_file):
    values = np.ones((1, 3, 3), "uint8")
    assert class_colours(raster_file("plain.tif", values)) == {} == class_colours(raster_file("plain.tif", values), 2)
    colours = class_colours(raster_file("table.tif", values, colours={1: (255, 128, 0, 255)}))
    assert colours[1] == "#ff8000"
