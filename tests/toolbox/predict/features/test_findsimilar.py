"""rsdl:findsimilar, through the real worker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsPointXY, QgsRasterLayer, QgsVectorLayer

import rsdl_qgis

MODEL = str(Path(rsdl_qgis.__file__).parents[1] / "models" / "scenes-ucmerced")
KINDS = np.zeros((30, 40), int)
KINDS[3:6, 3:6] = KINDS[20:23, 30:33] = 1
KINDS[3:6, 30:33] = 2
FEATURES = np.array([[0, 0, 0], [5, 1, 0], [0, 1, 5]], float)


@pytest.fixture
def raster(tmp_path, write_raster):
    noise = np.random.default_rng(0).normal(0, 0.01, (3, 30, 40))
    return write_raster(tmp_path / "features.tif", [*(FEATURES[KINDS].transpose(2, 0, 1) + noise)])


def points(*cells):
    """Points in the middle of pixels (row, column)."""
    layer = QgsVectorLayer("Point?crs=EPSG:32634", "points", "memory")
    for row, column in cells:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(500_000 + 10 * column + 5, 4_600_000 - 10 * row - 5)))
        layer.dataProvider().addFeature(feature)
    return layer


def test_a_map_and_places(run, raster, tmp_path):
    outputs = {"OUTPUT": str(tmp_path / "s.tif"), "PLACES": str(tmp_path / "p.gpkg")}
    given = {"INPUT": raster, "EXAMPLES": points((4, 4)), "COUNTEREXAMPLES": points((4, 31)), "LEAST": 0.2}
    results, _ = run("findsimilar", {**given, "NUMBER": 5, "DISTANCE": 50, **outputs})
    layer = QgsRasterLayer(results["OUTPUT"], "s")
    assert layer.isValid() and layer.bandCount() == 1
    layer.loadNamedStyle(str(tmp_path / "s.qml"))
    assert layer.renderer().type() == "singlebandpseudocolor"
    places = QgsVectorLayer(results["PLACES"], "p", "ogr")
    place = next(places.getFeatures())
    assert results["FOUND"] == places.featureCount() <= 5 and place["rank"] == 1 and place["score"] > 0.2
    where = place.geometry().asPoint()
    cell = int((4_600_000 - where.y()) / 10), int((where.x() - 500_000) / 10)
    assert KINDS[cell] == 1 and cell[0] >= 20
    assert places.labelsEnabled()


def test_what_cannot_be(run, raster, tmp_path):
    given = {"INPUT": raster, "EXAMPLES": points(), "OUTPUT": str(tmp_path / "s.tif")}
    with pytest.raises(AssertionError, match="EXAMPLES: 'points' has no features"):
        run("findsimilar", given)
    with pytest.raises(AssertionError, match="BANDS names band 7"):
        run("findsimilar", {**given, "EXAMPLES": points((4, 4)), "BANDS": [7]})


def test_an_image_and_a_model(run, tmp_path, write_raster):
    noise = np.random.default_rng(0).integers(1, 255, (60, 80)).astype(float)
    noise[:, 40:] = np.where(np.arange(60) % 8 < 4, 30.0, 220.0)[:, None]
    transform = (500_000, 0.3, 0, 4_600_000, 0, -0.3)
    names = ("red", "green", "blue")
    image = write_raster(tmp_path / "image.tif", [noise] * 3, transform=transform, descriptions=names)
    examples = QgsVectorLayer("Point?crs=EPSG:32634", "points", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(500_003, 4_599_990)))
    examples.dataProvider().addFeature(feature)
    given = {"INPUT": image, "EXAMPLES": examples, "MODEL": MODEL, "SIZE": 20, "DEVICE": "cpu"}
    results, _ = run("findsimilar", {**given, "OUTPUT": str(tmp_path / "s.tif")})
    layer = QgsRasterLayer(results["OUTPUT"], "s")
    assert (layer.width(), layer.height()) == (4, 3)
    block = layer.dataProvider().block(1, layer.extent(), 4, 3)
    found = np.array([[block.value(row, column) for column in range(4)] for row in range(3)])
    assert found[:, :2].min() > found[:, 2:].max()  # noise is like noise


def test_models_and_bands_that_cannot_be(run, raster, tmp_path):
    given = {"INPUT": raster, "EXAMPLES": points((4, 4)), "OUTPUT": str(tmp_path / "s.tif"), "MODEL": MODEL}
    with pytest.raises(AssertionError, match="takes 3"):
        run("findsimilar", {**given, "BANDS": [1]})
    with pytest.raises(AssertionError, match="There is no model 'nowhere'"):
        run("findsimilar", {**given, "MODEL": "nowhere"})
    with pytest.raises(AssertionError, match="is not a device"):
        run("findsimilar", {**given, "DEVICE": "abacus"})


@pytest.mark.parametrize(("name", "none"), [("findsimilar", "none: its bands are compared"), ("embedimage", None)])
def test_the_dialog_offers_encoders_too_and_says_what_no_model_means(provider, name, none):
    about = provider.algorithm(name).parameterDefinition("MODEL").metadata()["widget_wrapper"]
    assert "embedding" in about["choices"].partition(":")[2].split(",")
    assert about.get("empty") == none
