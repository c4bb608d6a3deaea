"""Notes on maps and references that are not compared as they are."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.errors import InputError

from .test_maps import Listening, centre, compare, raster, square, vector, write_features


@pytest.fixture
def layer(make_raster):
    """Writes classes (rows, columns) as a raster of its own."""
    numbers = count()
    return lambda classes: str(make_raster(classes[None], f"layer{next(numbers)}.tif"))


@pytest.fixture
def truth():
    """(20, 30) classes 1 to 3."""
    return np.random.default_rng(0).integers(1, 4, (20, 30)).astype("uint8")


@pytest.mark.parametrize(("dtype", "fill"), [("uint8", 255), ("int16", -9999), ("float32", -9999), ("uint16", 65_535)])
@pytest.mark.parametrize("side", ["map", "reference"])
def test_undeclared_nodata_is_left_out_on_either_side_and_reported(layer, truth, dtype, fill, side):
    values = truth.astype(dtype)
    values[:5] = fill
    layers = [layer(values), layer(truth)]
    log = Listening()
    result = compare(*(layers if side == "map" else layers[::-1]), log)
    assert result["figures"]["overall_accuracy"] == 1 and result["figures"]["pixels"] == 15 * 30
    assert any(f"declares no nodata. Taken for it, and left out: {fill} (150 places)" in note for note in log.said)
    assert result["notes"] == log.said and [entry["value"] for entry in result["classes"]] == [1, 2, 3]


def test_undeclared_nodata_can_be_background_and_follows_from_all_maps(layer, truth):
    first, second = truth.copy(), np.ones_like(truth)
    first[:5], second[:5] = 255, 255
    maps = [layer(first), layer(second)]
    reference = layer(np.where(truth > 1, truth, 1))
    result = compare(maps, [reference, reference])
    assert result["left_out"]["unmapped"] == 300 and [entry["value"] for entry in result["classes"]] == [1, 2, 3]
    result = compare(maps, [reference, reference], unmapped="background")
    assert result["figures"]["pixels"] == 1200 and [entry["value"] for entry in result["classes"]] == [0, 1, 2, 3]


def test_a_mask_of_0_and_255_and_what_has_a_name_are_classes(layer, tmp_path, truth):
    two = np.where(truth > 1, 255, 0).astype("uint8")
    log = Listening()
    assert compare(layer(two), layer(two), log)["figures"]["pixels"] == two.size and not log.said
    values = np.where(truth == 3, 255, truth).astype("uint8")
    named = raster(layer(values), names={"255": "cloud"})
    assert compare(named, layer(values), log)["figures"]["pixels"] == two.size and not log.said
    shapes = [("Polygon", square(0, 0, 10, 20), {"class": 1}), ("Polygon", square(10, 0, 20, 20), {"class": 255})]
    reference = vector(write_features(tmp_path / "v.geojson", shapes), "class")
    result = compare(layer(values), reference)
    assert [entry["value"] for entry in result["classes"]] == [1, 2, 255]


def test_numbers_that_no_class_has(layer, truth):
    values = truth.astype("float32")
    values[:5] = -3.4e38
    log = Listening()
    assert compare(layer(values), layer(truth), log)["figures"]["pixels"] == 450
    assert "numbers such as -3.4e+38 are taken for it" in log.said[-1]


@pytest.mark.parametrize("side", ["map", "reference"])
def test_a_image_is_no_map(layer, tmp_path, truth, side):
    path = tmp_path / "picture.tif"
    where = {"crs": "EPSG:32634", "transform": rasterio.Affine(10, 0, 500_000, 0, -10, 4_200_000)}
    with rasterio.open(
        path, "w", driver="GTiff", count=3, height=20, width=30, dtype="uint8", photometric="rgb", **where
    ) as file:
        file.write(np.stack([truth, truth * 2, truth * 0]))
    layers = [str(path), layer(truth)]
    with pytest.raises(InputError, match="its bands are red, green and blue"):
        compare(*(layers if side == "map" else layers[::-1]))


@pytest.mark.parametrize(("change", "text"), [
    ({1: 0, 2: 1, 3: 2}, "If 1 were added to the map's numbers, 100 % would agree in place of 0 %"),
    ({1: 2, 2: 3, 3: 4}, "If 1 were taken from the map's numbers, 100 % would agree in place of 0 %"),
    ({1: 1, 2: 20, 3: 30}, "If the map's numbers, in order, meant the reference's, 100 % would agree"),
])  # fmt: skip
def test_classes_that_are_numbered_otherwise_are_reported(layer, truth, change, text):
    values = np.vectorize(change.get)(truth).astype("uint8")
    log = Listening()
    compare(layer(values), layer(truth), log)
    assert any(text in note for note in log.said)


def test_a_poor_map_is_no_other_numbering(layer, truth):
    log = Listening()
    compare(layer(np.random.default_rng(1).integers(1, 4, truth.shape).astype("uint8")), layer(truth), log)
    assert not log.said


def test_points_outside_without_a_class_or_a_geometry(layer, tmp_path, truth):
    points = [("Point", centre(col, row), {"class": int(truth[row, col])}) for col in range(5) for row in range(4)]
    points += [("Point", centre(500 + col, 0), {"class": 1}) for col in range(7)]
    points += [("Point", centre(5, 5), {"class": None}), ("Point", centre(6, 5), {"class": 1})]
    path = tmp_path / "v.geojson"
    about = json.loads(Path(write_features(path, points)).read_text())
    about["features"][-1]["geometry"] = None
    path.write_text(json.dumps(about))
    log = Listening()
    result = compare(layer(truth), vector(str(path), "class"), log)
    assert result["figures"]["overall_accuracy"] == 1 and result["figures"]["pixels"] == 20
    assert "7 points lie outside the map, and are left out." in log.said
    assert "1 points are left out because their label has no class." in log.said
    assert any("1 features have no usable geometry" in note for note in log.said)


def test_polygons_smaller_than_a_pixel(layer, tmp_path, truth):
    shapes = [("Polygon", square(0, 0, 30, 10), {"class": 1}), ("Polygon", square(0, 10, 30, 5), {"class": 2})]
    shapes += [("Polygon", square(3.6 + i, 17.6, 0.3, 0.3), {"class": 3}) for i in range(4)]
    log = Listening()
    compare(layer(truth), vector(write_features(tmp_path / "v.geojson", shapes), "class"), log)
    assert "v.geojson: 4 polygons hold no pixel's centre, and so are not compared: 3 (4)." in log.said
