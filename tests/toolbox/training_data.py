"""Rasters, labels and chips that the tests of training give."""

from __future__ import annotations

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)

LEFT, TOP = 500_000, 4_600_000
RAMP = np.add.outer(np.arange(40) * 5.0, np.arange(48))


def rectangle(col, row, width, height):
    x, y = LEFT + 10 * col, TOP - 10 * row
    return QgsGeometry.fromRect(QgsRectangle(x, y - 10 * height, x + 10 * width, y))


def layer_of(kind="Polygon", values=(1, 2), fields="field=kind:integer", crs="EPSG:32634", name="fields"):
    """A memory layer of rectangles (or their centres), one a value."""
    layer = QgsVectorLayer(f"{kind}?crs={crs}&{fields}", name, "memory")
    move = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:32634"), layer.crs(), QgsProject.instance())
    for place, value in enumerate(values):
        feature = QgsFeature(layer.fields())
        shape = rectangle(10 * place, 5, 8, 8)
        shape = shape.centroid() if kind == "Point" else shape
        shape.transform(move)
        feature.setGeometry(shape)
        feature.setAttributes([value] if fields else [])
        layer.dataProvider().addFeature(feature)
    return layer


def lines():
    """A layer of one line."""
    layer = QgsVectorLayer("LineString?crs=EPSG:32634", "lines", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromWkt(f"LineString({LEFT} {TOP}, {LEFT + 90} {TOP - 90})"))
    layer.dataProvider().addFeature(feature)
    return layer


def with_weights(models, name):
    (models / name / "weights.safetensors").write_text("weights")


def image_of(folder, write_raster):
    """The path of a raster of three bands, on which the labels of ``layer_of`` lie."""
    return write_raster(folder / "image.tif", [RAMP, RAMP * 2, RAMP + 9], descriptions=("red", "nir", "swir"))


def two_dates_of(folder, write_raster):
    """The paths of two rasters of two bands, with the date in the name."""
    days = ("20200105", "20200210")
    return [write_raster(folder / f"s_{day}.tif", [RAMP, RAMP], descriptions=("B4", "B8")) for day in days]


def chips_of(folder):
    """The path of what looks like a chip folder."""
    chips = folder / "chips"
    chips.mkdir()
    for name in ("chips.json", "samples.csv"):
        (chips / name).write_text("")
    return str(chips)
