"""What is shown of scenes: each pixel once, a cell at a time where a scene is large, and the mean of the cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine import scene_views
from rsdl_qgis.engine.errors import Cancelled
from rsdl_qgis.engine.raster.canvas import holds
from rsdl_qgis.engine.raster.grid import Grid, Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource
from rsdl_qgis.engine.report import Report
from rsdl_qgis.engine.scaling import radiometry
from rsdl_qgis.engine.scene_answers import SceneAnswers
from rsdl_qgis.engine.scene_views import Pixels, View, Views, edges, load_view
from rsdl_qgis.engine.scenes import Scene

from .test_scenes import ITEM
from .training.layers import NORTH_UP, box, noise, pixels, raster

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


class Kept:
    def __init__(self):
        self.found = []

    def add(self, scene, output, valid, pixels):
        self.found.append((scene, output.tolist(), valid, pixels))

    def skip(self, scene):
        self.found.append((scene, None, None, None))


def test_the_mean_goes_by_the_valid_pixels():
    kept = Kept()
    means, scene = SceneAnswers(kept), Scene(Window(0, 0, 2, 4), b"")
    some = np.array([[True, False], [False, False]])
    empty = View(scene, Window(0, 2, 1, 2), False, Pixels(own=2))
    means.add(View(scene, Window(0, 0, 2, 2), False, Pixels(4, 1, 1)), np.float32([0.5, 0.5]), some)
    means.skip(empty)
    means.add(View(scene, Window(1, 2, 1, 2), True, Pixels(2, 2, 3)), np.float32([0.1, 0.9]), np.ones((1, 2), bool))
    means.skip(View(scene, None))
    (first, mean, valid, found), (_, none, _, _) = kept.found
    assert mean == pytest.approx([0.2, 0.8]) and found == Pixels(8, 3, 4) and first is scene and none is None
    np.testing.assert_array_equal(valid, [[True, False, False, False], [False, False, True, True]])


def test_of_several_labels_each_has_its_highest_of_the_views_that_are_not_mostly_masked():
    kept, scene = Kept(), Scene(Window(0, 0, 2, 6), b"")
    answers, whole = SceneAnswers(kept, several=True), np.ones((2, 2), bool)
    shares = [(1, [0.9, 0.9]), (4, [0.1, 0.6]), (3, [0.4, 0.2])]
    for i, (shown, output) in enumerate(shares):
        view = View(scene, Window(0, 2 * i, 2, 2), i == 2, Pixels(4, shown, shown))
        answers.add(view, np.float32(output), whole)
    answers.add(View(scene, Window(0, 0, 2, 2), False, Pixels(4, 1, 1)), np.float32([0.3, 0.1]), whole)
    answers.add(View(scene, Window(0, 2, 2, 2), True, Pixels(4, 1, 1)), np.float32([0.2, 0.5]), whole)
    assert [output for _, output, _, _ in kept.found] == [pytest.approx([0.4, 0.6]), pytest.approx([0.3, 0.5])]


def test_what_is_kept_of_a_very_large_scene_is_small(monkeypatch):
    monkeypatch.setattr(scene_views, "LARGEST", 20)
    kept = Kept()
    means, scene = SceneAnswers(kept), Scene(Window(0, 0, 100, 60), b"")
    for row in range(0, 100, 10):
        valid = np.ones((10, 20), bool) if row < 50 else np.zeros((10, 20), bool)
        means.add(View(scene, Window(row, 0, 10, 60), row == 90, Pixels(600, 600, 600)), np.float32([1, 0]), valid)
    ((_, _, valid, _),) = kept.found
    np.testing.assert_array_equal(valid, np.repeat([[True], [False]], 10, axis=0) & np.ones(20, bool))


def test_counting_the_views_can_be_cancelled():
    class Stopped(Report):
        def cancelled(self):
            return True

    with pytest.raises(Cancelled):
        Views([Scene(Window(0, 0, 5, 5), b"")], GRID, 10, 15, Stopped())


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("first", [[np.nan, 0.5], [np.inf, 0.0], [0.2, 0.8]])
def test_a_view_that_is_not_finite_leaves_the_scene_to_the_others(first, several):
    handed = []

    class Scenes:
        def add(self, scene, output, valid, pixels):
            handed.append(output)

    answers, scene = SceneAnswers(Scenes(), several), Scene(Window(0, 0, 10, 20), b"")
    for col, output in ((0, first), (10, [0.4, 0.6])):
        view = View(scene, Window(0, col, 10, 10), last=col > 0, pixels=Pixels(100, 100, 100))
        answers.add(view, np.array(output, np.float32), np.ones((10, 10), bool))
    whole = np.isfinite(first).all()
    expected = ([0.4, 0.8] if several else [0.3, 0.7]) if whole else [0.4, 0.6]
    np.testing.assert_allclose(handed[0], expected, atol=1e-6)
    answers.add(View(scene, scene.window, pixels=Pixels(1, 1, 1)), np.array([np.nan] * 2), np.ones((10, 20), bool))
    assert not np.isfinite(handed[1]).all()
