"""rsdl:otsuthreshold, through the real worker."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import QgsRasterLayer, QgsVectorLayer

RANDOM = np.random.default_rng(0)
WATER = np.zeros((60, 80), bool)
WATER[:, :30] = True
GREEN = np.where(WATER, 800.0, 600.0) + RANDOM.normal(0, 10, WATER.shape)
NIR = np.where(WATER, 200.0, 2500.0) + RANDOM.normal(0, 10, WATER.shape)


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [NIR, GREEN], descriptions=("B8", "B3"))


def test_maps_an_index_by_its_name(run, image, tmp_path, read_raster, feedback):
    outputs = {"OUTPUT": "out.tif", "POLYGONS": "p.gpkg", "VALUES": "v.tif"}
    parameters = {name: str(tmp_path / file) for name, file in outputs.items()}
    results, _ = run("otsuthreshold", {"INPUT": image, "INDEX": "ndwi", "SENSOR": "sentinel-2", **parameters}, feedback)
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), WATER)
    np.testing.assert_allclose(read_raster(results["VALUES"]), (GREEN - NIR) / (GREEN + NIR), rtol=1e-4)
    assert -0.5 < results["THRESHOLD_USED"] < 0.5
    assert results["ASHMAN_D"] > 10
    assert 0.9 < results["SEPARABILITY"] <= 1
    assert results["CLASS_SHARE"] == pytest.approx(WATER.mean())
    assert results["CLASS_AREA"] == pytest.approx(WATER.sum() * 100, rel=2e-3)
    layer = QgsRasterLayer(results["OUTPUT"], "map")
    assert [item.label for item in layer.renderer().classes()] == ["not water", "water"]
    polygons = QgsVectorLayer(results["POLYGONS"], "polygons", "ogr")
    assert [str(feature["class"]) for feature in polygons.getFeatures()] == ["water"]


def test_two_dates_a_band_an_expression_and_a_threshold(run, image, tmp_path, write_raster, read_raster):
    out = str(tmp_path / "out.tif")
    before = write_raster(tmp_path / "before.tif", [NIR * 0 + 2500, GREEN * 0 + 600], descriptions=("nir", "green"))
    cases = (
        ({"BEFORE": before, "INDEX": "dNDWI", "SENSOR": "sentinel-2"}, WATER),
        ({"BEFORE": before, "INDEX": "before_nir - after_B8"}, WATER),
        ({"BAND": 1, "SIDE": "below"}, WATER),
        ({"INDEX": "band2 / 100"}, WATER),
        ({"INDEX": "B3", "THRESHOLD": 800}, GREEN > 800),
        ({"INDEX": "B8", "WINDOW": 32}, ~WATER),
    )
    for changes, expected in cases:
        results, _ = run("otsuthreshold", {"INPUT": image, "OUTPUT": out, **changes})
        np.testing.assert_array_equal(read_raster(results["OUTPUT"]), expected, str(changes))


def test_warns_of_one_group_of_values(run, tmp_path, write_raster, feedback):
    noise = write_raster(tmp_path / "noise.tif", [RANDOM.normal(100, 5, (80, 80))])
    results, _ = run("otsuthreshold", {"INPUT": noise, "OUTPUT": str(tmp_path / "out.tif")}, feedback)
    assert results["ASHMAN_D"] < 2
    assert any("not clearly of two groups" in text for _, text in feedback.said)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"INDEX": "MNDWI"}, ["INPUT", "green", "B8, B3", "SENSOR"]),
        ({"INDEX": "dNBR"}, ["two dates", "BEFORE"]),
        ({"INDEX": "band9"}, ["no band 9", "2"]),
        ({"INDEX": "B8 +"}, ["no expression", "MNDWI"]),
        ({"INDEX": "__import__('os')"}, ["function"]),
        ({"INDEX": "B3", "BEFORE": "image"}, ["nothing from the image before", "BEFORE"]),
        ({"INDEX": "B3", "THRESHOLD": 1, "WINDOW": 64}, ["THRESHOLD", "WINDOW"]),
        ({"INPUT": None}, ["INPUT"]),
        ({"OUTPUT": "out.jpg"}, [".jpg"]),
    ],
)
def test_refuses_with_a_sentence(refusal, image, tmp_path, changes, words):
    changes = {name: image if value == "image" else value for name, value in changes.items()}
    text = refusal("otsuthreshold", {"INPUT": image, "OUTPUT": str(tmp_path / "out.tif"), **changes})
    assert all(word in text for word in words), text
