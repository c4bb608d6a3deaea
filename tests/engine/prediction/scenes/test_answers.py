"""What a scene has of its views: their mean, or of several labels the highest; what is not finite does not count."""

from __future__ import annotations

import numpy as np
import pytest

from rsdl_qgis.engine.prediction.scenes import views
from rsdl_qgis.engine.prediction.scenes.answers import ViewAggregator
from rsdl_qgis.engine.prediction.scenes.scenes import Scene
from rsdl_qgis.engine.prediction.scenes.views import Pixels, View
from rsdl_qgis.engine.raster.grid import Window


class Kept:
    def __init__(self):
        self.found = []

    def add(self, scene, output, valid, pixels):
        self.found.append((scene, output.tolist(), valid, pixels))

    def skip(self, scene):
        self.found.append((scene, None, None, None))


def test_the_mean_goes_by_the_valid_pixels():
    kept = Kept()
    means, scene = ViewAggregator(kept), Scene(Window(0, 0, 2, 4), b"")
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
    answers, whole = ViewAggregator(kept, several=True), np.ones((2, 2), bool)
    shares = [(1, [0.9, 0.9]), (4, [0.1, 0.6]), (3, [0.4, 0.2])]
    for i, (shown, output) in enumerate(shares):
        view = View(scene, Window(0, 2 * i, 2, 2), i == 2, Pixels(4, shown, shown))
        answers.add(view, np.float32(output), whole)
    answers.add(View(scene, Window(0, 0, 2, 2), False, Pixels(4, 1, 1)), np.float32([0.3, 0.1]), whole)
    answers.add(View(scene, Window(0, 2, 2, 2), True, Pixels(4, 1, 1)), np.float32([0.2, 0.5]), whole)
    assert [output for _, output, _, _ in kept.found] == [pytest.approx([0.4, 0.6]), pytest.approx([0.3, 0.5])]


def test_what_is_kept_of_a_very_large_scene_is_small(monkeypatch):
    monkeypatch.setattr(views, "LARGEST", 20)
    kept = Kept()
    means, scene = ViewAggregator(kept), Scene(Window(0, 0, 100, 60), b"")
    for row in range(0, 100, 10):
        valid = np.ones((10, 20), bool) if row < 50 else np.zeros((10, 20), bool)
        means.add(View(scene, Window(row, 0, 10, 60), row == 90, Pixels(600, 600, 600)), np.float32([1, 0]), valid)
    ((_, _, valid, _),) = kept.found
    np.testing.assert_array_equal(valid, np.repeat([[True], [False]], 10, axis=0) & np.ones(20, bool))


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("first", [[np.nan, 0.5], [np.inf, 0.0], [0.2, 0.8]])
def test_a_view_that_is_not_finite_leaves_the_scene_to_the_others(first, several):
    handed = []

    class Scenes:
        def add(self, scene, output, valid, pixels):
            handed.append(output)

    answers, scene = ViewAggregator(Scenes(), several), Scene(Window(0, 0, 10, 20), b"")
    for col, output in ((0, first), (10, [0.4, 0.6])):
        view = View(scene, Window(0, col, 10, 10), last=col > 0, pixels=Pixels(100, 100, 100))
        answers.add(view, np.array(output, np.float32), np.ones((10, 10), bool))
    whole = np.isfinite(first).all()
    expected = ([0.4, 0.8] if several else [0.3, 0.7]) if whole else [0.4, 0.6]
    np.testing.assert_allclose(handed[0], expected, atol=1e-6)
    answers.add(View(scene, scene.window, pixels=Pixels(1, 1, 1)), np.array([np.nan] * 2), np.ones((10, 20), bool))
    assert not np.isfinite(handed[1]).all()
