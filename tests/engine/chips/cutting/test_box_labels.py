"""Objects cut from layers: where they are in the pixels of any raster, and what borders and nodata leave of them."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from rsdl_qgis.engine.chips.box_table import Box
from rsdl_qgis.engine.chips.cutting.box_labels import pixel_corners, shown
from rsdl_qgis.engine.chips.cutting.cutter import cut
from rsdl_qgis.engine.chips.cutting.layers import read_layer
from rsdl_qgis.engine.chips.cutting.request import CutRequest
from rsdl_qgis.engine.chips.cutting.specs import LabelSpec
from rsdl_qgis.engine.chips.folder import read_chips
from rsdl_qgis.engine.chips.prepare import run_export_chips
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.raster.grid import Grid

from ...training.layers import CRS, NORTH_UP, Log, box, line, noise, point, raster, source, vector


def cut_up(tmp_path, spec, labels, report=None, **arguments):
    layers = {"sources": [source(spec)], "labels": labels}
    request = CutRequest.of({"task": "detection", "chip_size": 32, **layers, **arguments}, True)
    cut(request, tmp_path / "chips", report or Report())
    return read_chips(tmp_path / "chips")


def on_raster(folder, difficult=False):
    """All objects in pixels of the raster, with their class; each once."""
    found = set()
    for chip in folder.chips:
        row, col = round((NORTH_UP.f - chip.bounds[3]) / 10), round((chip.bounds[0] - NORTH_UP.c) / 10)
        for x1, y1, x2, y2, label, marked in folder.label(chip).tolist():
            if bool(marked) == difficult:
                corners = np.round([x1 + col, y1 + row, x2 + col, y2 + row], 1).tolist()
                found.add((*corners, folder.classes[int(label)].name))
    return sorted(found)


@pytest.fixture
def scene(tmp_path):
    """A raster of 64 x 96 pixels."""
    return raster(tmp_path / "scene.tif", noise((2, 64, 96), "uint16"))


@pytest.mark.parametrize("crs", ["EPSG:32634", "EPSG:4326", "EPSG:32635"])
def test_boxes_in_any_crs_are_where_they_were_drawn(tmp_path, scene, crs):
    given = [(box(4, 5, 14, 12, crs=crs), "ship"), (box(40, 34, 52, 60, crs=crs), "crane")]
    folder = cut_up(tmp_path, scene, [vector(tmp_path / "v.geojson", given, crs=crs)])
    exact = crs == "EPSG:32634"
    for found, expected in zip(on_raster(folder), [(4, 5, 14, 12, "ship"), (40, 34, 52, 60, "crane")]):
        assert found[:4] == pytest.approx(expected[:4], abs=0 if exact else 0.6) and found[4] == expected[4]
    assert folder.labels == "boxes" and len(folder.chips) == 2 and folder.size == 32


def test_polygons_count_by_the_rectangle_around_them_and_points_by_their_size(tmp_path, scene):
    a, b, c, *_ = box(10, 10, 20, 18)["coordinates"][0]
    triangle = {"type": "Polygon", "coordinates": [[a, b, c, a]]}
    layer = vector(tmp_path / "v.geojson", [(triangle, "a")])
    assert on_raster(cut_up(tmp_path, scene, [layer])) == [(10, 10, 20, 18, "a")]
    points = vector(tmp_path / "p.geojson", [(point(15, 12), "a"), (point(70, 40), "b")])
    folder = cut_up(tmp_path, scene, [points], object_size=60)
    assert on_raster(folder) == [(12, 9, 18, 15, "a"), (67, 37, 73, 43, "b")]


def test_an_object_on_a_border_is_in_both_chips_and_where_too_little_is_left_it_is_ignored(tmp_path, scene):
    layer = vector(tmp_path / "v.geojson", [(box(24, 5, 44, 15), "a"), (box(30, 20, 50, 30), "a")])
    report = Log()
    folder = cut_up(tmp_path, scene, [layer], report)
    assert on_raster(folder) == [(24, 5, 32, 15, "a"), (32, 5, 44, 15, "a"), (32, 20, 50, 30, "a")]
    assert on_raster(folder, difficult=True) == [(30, 20, 32, 30, "a")]
    assert any("1 objects in a chip" in text for text in report.said)


def test_chips_without_objects_are_cut_only_where_the_rest_is_background(tmp_path, scene):
    layer = vector(tmp_path / "v.geojson", [(box(4, 5, 14, 12), "a")])
    assert len(cut_up(tmp_path, scene, [layer]).chips) == 1
    folder = cut_up(tmp_path, scene, [layer], unlabelled="background")
    assert len(folder.chips) == 6 and sum(chip.label == "" for chip in folder.chips) == 5
    assert [item.name for item in folder.classes] == ["a"] and on_raster(folder) == [(4, 5, 14, 12, "a")]


def test_nodata_and_ground_outside_the_area_hide_objects_and_pixels(tmp_path):
    values = noise((1, 64, 64), "uint16")
    values[:, :, 20:32] = 0
    spec = raster(tmp_path / "scene.tif", values, nodata=0)
    boxes = [box(4, 5, 14, 12), box(18, 20, 30, 30), box(40, 40, 50, 50)]
    layer = vector(tmp_path / "v.geojson", [(shape, "a") for shape in boxes])
    folder = cut_up(tmp_path, spec, [layer])
    assert on_raster(folder) == [(4, 5, 14, 12, "a"), (40, 40, 50, 50, "a")]
    assert on_raster(folder, difficult=True) == [(18, 20, 30, 30, "a")]
    mask = vector(tmp_path / "m.geojson", [(box(0, 0, 16, 16), 1)])
    folder = cut_up(tmp_path, spec, [layer], mask=mask["path"])
    assert on_raster(folder) == [(4, 5, 14, 12, "a")]
    (image,) = folder.images(folder.chips[0]).values()
    assert image.mask[..., 16:, :].all() and not image.mask[..., :16, :16].any()


def test_objects_on_a_turned_raster_are_parallel_to_its_pixels(tmp_path):
    turned = Affine.translation(500_000, 4_200_000) @ Affine.rotation(30) @ Affine.scale(10, -10)
    ring = [turned @ corner for corner in ((10, 8), (20, 8), (20, 14), (10, 14), (10, 8))]
    layer = vector(tmp_path / "v.geojson", [({"type": "Polygon", "coordinates": [ring]}, "a")])
    features = read_layer(LabelSpec.of(layer), "class").features
    assert pixel_corners(features, Grid(CRS, turned, 40, 40), None)[0] == pytest.approx((10, 8, 20, 14))


def test_an_object_without_a_class_is_neither_learned_nor_judged_by(tmp_path, scene):
    layer = vector(tmp_path / "v.geojson", [(box(4, 5, 14, 12), "a"), (box(20, 5, 28, 12), None)])
    folder = cut_up(tmp_path, scene, [layer])
    assert on_raster(folder) == [(4, 5, 14, 12, "a")] and on_raster(folder, True) == [(20, 5, 28, 12, "a")]


def test_without_a_field_all_are_of_one_class(tmp_path, scene):
    layer = vector(tmp_path / "trees.geojson", [(box(4, 5, 14, 12), 3)], field=None)
    (item,) = cut_up(tmp_path, scene, [layer]).classes
    assert item.name == "trees"


def test_chips_are_large_enough_for_the_objects(tmp_path):
    spec = raster(tmp_path / "wide.tif", noise((1, 300, 300)))
    layer = vector(tmp_path / "v.geojson", [(box(10 + 90 * i, 10, 80 + 90 * i, 80), "a") for i in range(3)])
    assert cut_up(tmp_path, spec, [layer], chip_size=None).size == 256


@pytest.mark.parametrize(("shape", "more", "message"), [
    (line((1, 1), (9, 9)), {}, "lines, which are not objects"),
    (point(5, 5), {}, "points, which have no size"),
    (box(500, 500, 510, 510), {}, "lie outside"),
    (box(1, 1, 5, 5), {"object_size": -2}, "OBJECT_SIZE cannot be -2"),
])  # fmt: skip
def test_labels_that_are_no_objects(tmp_path, scene, shape, more, message):
    with pytest.raises(InputError, match=message):
        cut_up(tmp_path, scene, [vector(tmp_path / "v.geojson", [(shape, "a")])], **more)
    assert not (tmp_path / "chips").exists()


def test_a_raster_does_not_tell_objects(tmp_path, scene):
    with pytest.raises(InputError, match="one object from the next"):
        cut_up(tmp_path, scene, [raster(tmp_path / "r.tif", noise((1, 64, 96)) % 2)])


def test_what_is_shown_of_boxes():
    valid = np.ones((20, 20), bool)
    valid[:, 15:] = False
    sides = {"a": (-5, 5), "b": (-8, 2), "c": (12, 20), "d": (16, 19), "e": (3, 3)}
    given = [Box(left, 2, right, 6, name) for name, (left, right) in sides.items()]
    assert [(box.name, box.x1, box.x2, box.difficult) for box in shown(given, valid)] == [
        ("a", 0, 5, False), ("b", 0, 2, True), ("c", 12, 20, False)
    ]  # fmt: skip


def test_chips_with_boxes_are_exported_and_divided_by_blocks(tmp_path):
    spec = raster(tmp_path / "wide.tif", noise((1, 256, 256)))
    random = np.random.default_rng(0)
    places = random.integers(0, 246, (80, 2)).tolist()
    layer = vector(tmp_path / "v.geojson", [(box(x, y, x + 8, y + 8), "a") for x, y in places])
    asked = {"task": "detection", "sources": [source(spec)], "labels": [layer], "chip_size": 32, "valid": 0.3}
    result = run_export_chips({**asked, "output": str(tmp_path / "out")}, Log())
    assert result["splits"]["train"] and result["splits"]["valid"] and result["classes"][0]["pixels"] > 60


def test_each_part_of_a_feature_is_an_object(tmp_path, scene):
    rings = [box(*corners)["coordinates"] for corners in ((4, 5, 14, 12), (40, 34, 52, 60), (80, 2, 90, 9))]
    several = {"type": "MultiPolygon", "coordinates": rings[:2]}
    mixed = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": rings[2]}, point(1, 1)]}
    log = Log()
    folder = cut_up(tmp_path, scene, [vector(tmp_path / "v.geojson", [(several, "car"), (mixed, "bus")])], log)
    expected = [(4, 5, 14, 12, "car"), (40, 34, 52, 60, "car"), (80, 2, 90, 9, "bus")]
    assert on_raster(folder) == expected
    assert any("1 features hold more than polygons" in text for text in log.said)
