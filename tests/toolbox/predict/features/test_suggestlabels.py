"""rsdl:suggestlabels, through the real worker."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsRectangle, QgsVectorLayer

VALUES = np.add.outer(np.arange(60) * 2.0, np.arange(80))  # bright from 100 on: undecided along a line


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [VALUES, VALUES * 0], descriptions=("red", "nir"))


def rectangle(left, right):
    """Pixels from one column to another, all rows."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:32634", "labels", "memory")
    feature = QgsFeature()
    box = QgsRectangle(500_000 + 10 * left, 4_599_400, 500_000 + 10 * right, 4_600_000)
    feature.setGeometry(QgsGeometry.fromRect(box))
    layer.dataProvider().addFeature(feature)
    return layer


def test_points_where_the_model_is_uncertain(run, known_models, image, tmp_path):
    given = {"INPUT": image, "MODEL": "bright", "NUMBER": 3, "DISTANCE": 100, "UNCERTAINTY_MEASURE": "margin"}
    results, _ = run("suggestlabels", {**given, "LABELS": rectangle(0, 40), "OUTPUT": str(tmp_path / "p.gpkg")})
    layer = QgsVectorLayer(results["OUTPUT"], "p", "ogr")
    found = list(layer.getFeatures())
    assert results["SUGGESTED"] == len(found) == 3 and results["DIVERSITY"] == "ground"
    assert [feature["rank"] for feature in found] == [1, 2, 3] and layer.labelsEnabled()
    columns = [(feature.geometry().asPoint().x() - 500_000) / 10 for feature in found]
    assert min(columns) > 49  # 10 pixels from the labels
    first = found[0].geometry().asPoint()
    value = VALUES[int((4_600_000 - first.y()) / 10), int(columns[0])]
    assert abs(value - 100) < 3 and found[0]["uncertainty"] > 0


def test_what_cannot_be(run, known_models, image, tmp_path):
    labels = QgsVectorLayer("Polygon?crs=EPSG:32634", "labels", "memory")
    with pytest.raises(AssertionError, match="LABELS: 'labels' has no features"):
        run("suggestlabels", {"INPUT": image, "MODEL": "bright", "LABELS": labels, "OUTPUT": str(tmp_path / "p.gpkg")})
