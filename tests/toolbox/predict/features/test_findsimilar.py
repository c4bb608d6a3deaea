"""rsdl:findsimilar, through the real worker."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsPointXY, QgsRasterLayer, QgsVectorLayer

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
