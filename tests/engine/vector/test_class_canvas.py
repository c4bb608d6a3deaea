"""Painting classes in any order: what is painted comes back, later on top, wherever it lies."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from rsdl_qgis.engine.errors import Cancelled
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.raster.grid import Grid, Window
from rsdl_qgis.engine.vector import class_canvas
from rsdl_qgis.engine.vector.class_canvas import Canvas, holds

GRID = Grid("EPSG:32634", Affine(10, 0, 500_000, 0, -10, 4_200_000), 600, 700)


@pytest.fixture
def painted(tmp_path):
    made = Canvas(tmp_path / "map.tif", GRID, "uint8", Report())
    yield made
    made.discard()
    assert not list(tmp_path.iterdir())


def whole(painted):
    return np.concatenate([pixels for _, pixels in painted.rows()])


def test_windows_in_any_order_come_back(painted, rng, monkeypatch):
    monkeypatch.setattr(class_canvas, "PIXELS", 5000)  # so that large ones are painted in parts
    wanted = np.zeros((600, 700), np.uint8)
    for value in range(1, 60):
        row, col = rng.integers(-40, 650, 2)
        height, width = rng.integers(1, 200, 2)
        inside = rng.random((height, width)) < 0.7
        painted.paint(Window(row, col, height, width), value, inside)
        rows, cols = np.nonzero(inside)
        rows, cols = rows + row, cols + col
        seen = (rows >= 0) & (rows < 600) & (cols >= 0) & (cols < 700)
        wanted[rows[seen], cols[seen]] = value
    np.testing.assert_array_equal(whole(painted), wanted)


def test_a_coarse_window_is_spread_and_keeps_to_its_shape(painted):
    ring = [(502_005, 4_199_995), (505_000, 4_196_005), (502_005, 4_196_005), (502_005, 4_199_995)]
    shape = {"type": "Polygon", "coordinates": [ring]}
    inside = np.ones((20, 15), bool)
    inside[:10] = False  # the upper half is nodata
    painted.paint(Window(0, 200, 400, 300), 7, inside, shape)
    wanted = holds(shape, GRID)
    wanted[:200] = False
    assert wanted.sum() > 10_000
    np.testing.assert_array_equal(whole(painted), wanted * 7)


def test_something_large_can_be_cancelled(tmp_path):
    class Stopped(Report):
        def check(self):
            raise Cancelled("Stopped.")

    made = Canvas(tmp_path / "map.tif", GRID, "uint8", Stopped())
    with pytest.raises(Cancelled):
        made.paint(Window(0, 0, 600, 700), 1, np.ones((1, 1), bool))
    made.discard()
