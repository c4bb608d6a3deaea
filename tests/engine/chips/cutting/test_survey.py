"""How large chips are made so that a split has enough of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rsdl_qgis.engine.chips.cutting.layers import LayerCache
from rsdl_qgis.engine.chips.cutting.rasters import open_scenes, with_labels
from rsdl_qgis.engine.chips.cutting.request import CutRequest
from rsdl_qgis.engine.chips.cutting.survey import chip_size, survey_layers
from rsdl_qgis.engine.feedback import Report

from ...training.layers import box, point, raster, source, vector


def size_for(tmp_path, side, shapes, task="segmentation", pixels=False, **arguments):
    """The side of the chips of a raster of ``side`` x ``side`` pixels with labels."""
    spec = raster(tmp_path / "scene.tif", np.ones((1, side, side), "uint8"), tiled=True, sparse_ok=True)
    labels = [vector(tmp_path / "l.geojson", [(shape, i % 2) for i, shape in enumerate(shapes)])]
    request = CutRequest.of({"task": task, "sources": [source(spec)], "labels": labels, **arguments})
    request = replace(request, pixels=pixels)
    cache = LayerCache("class")
    scenes = with_labels(open_scenes(request), request, cache)
    return chip_size(survey_layers(scenes, request, cache, Report()), request)


def halves(side):
    return [box(0, 0, side / 2, side), box(side / 2, 0, side, side)]


def apart(count, step):
    return [box(step * i, step * j, step * i + 9, step * j + 9) for i in range(count) for j in range(count)]


@pytest.mark.parametrize(("side", "shapes", "size"), [
    (2000, halves(2000), 256),
    (900, halves(900), 128),  # 4 x 4 chips of 256, 8 x 8 of 128
    (600, halves(600), 64),  # 5 x 5 of 128, 10 x 10 of 64
    (300, halves(300), 64),  # 5 x 5
    (100, halves(100), 32),
    (20, halves(20), 32),
    (1300, apart(4, 330), 128),  # 16 groups, but chips of 256 touch
    (4000, apart(4, 1000), 256),
])  # fmt: skip
def test_chips_are_as_large_as_a_split_by_blocks_allows(tmp_path, side, shapes, size):
    assert size_for(tmp_path, side, shapes) == size


@pytest.mark.parametrize(("side", "size"), [(52, 16), (100, 32), (900, 128)])
def test_where_a_pixel_is_learnt_by_itself_a_small_raster_has_smaller_chips(tmp_path, side, size):
    assert size_for(tmp_path, side, halves(side), pixels=True) == size


def test_other_splits_do_not_need_small_chips(tmp_path):
    assert size_for(tmp_path, 300, halves(300), split="files") == 256
    assert size_for(tmp_path, 200, halves(200), split="files") == 128


def test_a_size_asked_for_is_kept_and_tasks_have_their_own(tmp_path):
    assert size_for(tmp_path, 300, halves(300), chip_size=96) == 96
    assert size_for(tmp_path, 300, [point(9, 9), point(90, 90)], "classification") == 64
    assert size_for(tmp_path, 300, halves(300), "time-series") == 32


def test_background_counts_as_labelled_ground(tmp_path):
    assert size_for(tmp_path, 900, apart(2, 700), unlabelled="background") == 128
