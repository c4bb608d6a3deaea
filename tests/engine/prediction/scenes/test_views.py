"""What is shown of scenes: each pixel once, a cell at a time where a scene is large."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.errors import Cancelled
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.scenes.scenes import Scene
from rsdl_qgis.engine.prediction.scenes.views import Views, edges, load_view
from rsdl_qgis.engine.radiometry.scaling import radiometry
from rsdl_qgis.engine.raster.grid import Grid, Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource
from rsdl_qgis.engine.vector.class_canvas import holds

from ...training.layers import NORTH_UP, box, noise, pixels, raster
from .test_scenes import ITEM

GRID = Grid("EPSG:32634", NORTH_UP, 70, 90)
CRESCENT = {"type": "Polygon", "coordinates": [pixels((3, 3), (80, 9), (21, 20), (14, 66), (3, 3))]}


def views_of(*scenes, usual=10):
    return Views(scenes, GRID, usual, 3 * usual // 2, Report())


def around(shape, window):
    return Scene(window, b"", shape=shape)


@given(st.integers(-50, 50), st.integers(1, 5000), st.integers(1, 300))
def test_cells_are_even_and_about_as_large_as_usual(first, length, usual):
    found = np.array(edges(first, length, usual))
    assert found[0] == first and found[-1] == first + length
    sides = np.diff(found)
    assert np.ptp(sides) <= 1 and sides.min() >= min(length, usual * 2 // 3) and sides.max() <= usual * 1.5 + 1


def test_only_scenes_that_are_much_larger_are_divided():
    usual, twice = Scene(Window(0, 0, 15, 15), b""), Scene(Window(0, 0, 15, 20), b"")
    off = Scene(None, b"")
    views = views_of(usual, twice, off)
    assert [view.window for view in views] == [
        usual.window, Window(0, 0, 7, 10), Window(0, 10, 7, 10), Window(7, 0, 8, 10), Window(7, 10, 8, 10), None,
    ]  # fmt: skip
    assert [view.last for view in views] == [True, False, False, False, True, True]
    assert len(views) == 6 and views.divided == 1


def test_cells_lie_on_the_raster():
    found = list(views_of(Scene(Window(-30, 60, 60, 1000), b"", pixels=60_000)))
    rows = {(view.window.row, view.window.height) for view in found}
    assert rows == {(0, 10), (10, 10), (20, 10)} and {view.window.col for view in found} == {60, 70, 80}
    assert found[0].scene.window == Window(0, 60, 30, 30) and found[0].scene.pixels == 60_000


def test_a_polygon_that_sticks_out_is_as_large_as_it_is():
    (first, *_) = views_of(around(box(-20, 10, 20, 50), Window(10, -20, 40, 40)))
    assert first.scene.pixels == 1600 and first.scene.window == Window(10, 0, 40, 20)


@pytest.mark.parametrize("usual", [3, 7, 10, 23])
def test_each_pixel_of_a_polygon_is_seen_once_and_empty_cells_are_not(tmp_path, usual):
    image = raster(tmp_path / "s.tif", noise((2, 70, 90), "uint16") % 200 + 1)
    scaling = {"image": radiometry(ITEM, np.ma.zeros((1, 2, 1, 1)))}
    window = Window(3, 3, 63, 77)
    scene = around(CRESCENT, window)
    held, seen = holds(CRESCENT, GRID), np.zeros((70, 90), int)
    with RasterSource({"image": [Layer(image["path"])]}) as source:
        views = views_of(scene, usual=usual)
        for view in views:
            tile, cell = load_view(source, scaling, view, 16), view.window
            seen[cell.row : cell.row + cell.height, cell.col : cell.col + cell.width] += tile.valid
            assert tile.window.pixels.own == tile.window.pixels.shown == tile.valid.sum()
    np.testing.assert_array_equal(seen, held)
    assert len(views) < 0.8 * (round(63 / usual) * round(77 / usual))


def test_counting_the_views_can_be_cancelled():
    class Stopped(Report):
        def cancelled(self):
            return True

    with pytest.raises(Cancelled):
        Views([Scene(Window(0, 0, 5, 5), b"")], GRID, 10, 15, Stopped())
