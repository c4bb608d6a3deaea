"""rsdl:suggestlabels, through the real worker and a shipped model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsRectangle, QgsVectorLayer

import rsdl_qgis

MODEL = str(Path(rsdl_qgis.__file__).parents[1] / "models" / "forest")


@pytest.fixture
def image(tmp_path, write_raster):
    noise = np.random.default_rng(0).integers(1, 255, (96, 128)).astype(float)
    noise[:, 100:] = 90
    return write_raster(tmp_path / "image.tif", [noise, noise[::-1], noise], descriptions=("red", "green", "blue"))


def rectangle(left, right):
    """Pixels from one column to another, all rows."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:32634", "labels", "memory")
    feature = QgsFeature()
    box = QgsRectangle(500_000 + 10 * left, 4_599_000, 500_000 + 10 * right, 4_600_000)
    feature.setGeometry(QgsGeometry.fromRect(box))
    layer.dataProvider().addFeature(feature)
    return layer


def test_points_where_the_model_is_uncertain(run, image, tmp_path):
    given = {"INPUT": image, "MODEL": MODEL, "NUMBER": 4, "DISTANCE": 100, "DEVICE": "cpu"}
    results, _ = run("suggestlabels", {**given, "LABELS": rectangle(0, 40), "OUTPUT": str(tmp_path / "p.gpkg")})
    layer = QgsVectorLayer(results["OUTPUT"], "p", "ogr")
    found = list(layer.getFeatures())
    assert results["SUGGESTED"] == len(found) == 4 and results["DIVERSITY"] == "features"
    assert [feature["rank"] for feature in found] == [1, 2, 3, 4] and layer.labelsEnabled()
    assert all(0 < feature["uncertainty"] <= 1 and feature["diversity"] > 0 for feature in found)
    columns = [(feature.geometry().asPoint().x() - 500_000) / 10 for feature in found]
    assert min(columns) > 49  # 10 pixels from the labels


def test_what_cannot_be(run, known_models, image, tmp_path):
    labels = QgsVectorLayer("Polygon?crs=EPSG:32634", "labels", "memory")
    given = {"INPUT": image, "MODEL": MODEL, "OUTPUT": str(tmp_path / "p.gpkg")}
    with pytest.raises(AssertionError, match="LABELS: 'labels' has no features"):
        run("suggestlabels", {**given, "LABELS": labels})
