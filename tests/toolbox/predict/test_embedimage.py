"""rsdl:embedimage, through the real worker and the shipped scene classifier."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsRasterLayer, QgsRectangle, QgsVectorLayer

import rsdl_qgis
from rsdl_qgis.engine.published.addresses import PUBLISHED
from rsdl_qgis.toolbox import compat

MODEL = str(Path(rsdl_qgis.__file__).parents[1] / "models" / "scenes-ucmerced")
PIXELS = (500_000, 0.3, 0, 4_600_000, 0, -0.3)  # as in the pictures of the model's training


def features_style(path):
    layer = QgsVectorLayer(path, "o", "ogr")
    symbol = layer.renderer().symbol().symbolLayer(0)
    return symbol.dataDefinedProperties().property(compat.FILL_COLOR).expressionString()


@pytest.fixture
def image(tmp_path, write_raster):
    """60 x 40 pixels: noise on the left, stripes on the right."""
    noise = np.random.default_rng(0).integers(1, 255, (40, 60)).astype(float)
    noise[:, 30:] = np.where(np.arange(40) % 8 < 4, 30.0, 220.0)[:, None]
    return write_raster(tmp_path / "image.tif", [noise] * 3, transform=PIXELS, descriptions=["red", "green", "blue"])


@pytest.fixture
def parcels():
    layer = QgsVectorLayer("Polygon?crs=EPSG:32634&field=name:string", "parcels", "memory")
    for name, left in (("a", 500_000), ("b", 500_009), ("far", 900_000)):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([name])
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(left, 4_599_994, left + 6, 4_600_000)))
        layer.dataProvider().addFeature(feature)
    return layer


def test_a_raster_of_features(run, image, tmp_path):
    parameters = {"INPUT": image, "MODEL": MODEL, "SIZE": 20, "STRIDE": 10, "DEVICE": "cpu"}
    results, _ = run("embedimage", {**parameters, "STORAGE": "uint8", "OUTPUT": str(tmp_path / "o.tif")})
    layer = QgsRasterLayer(results["OUTPUT"], "o")
    assert layer.isValid() and (layer.width(), layer.height()) == (6, 4)
    assert results["PATCHES"] == 24 and results["EMPTY"] == 0 and "PLACES" not in results
    assert layer.bandCount() == results["FEATURE_COUNT"] > 100
    assert layer.dataProvider().bandScale(1) != 1
    layer.loadNamedStyle(str(tmp_path / "o.qml"))
    renderer = layer.renderer()
    assert renderer.type() == "multibandcolor" and len(set(renderer.usesBands())) == 3
    stretch = renderer.redContrastEnhancement()
    assert stretch.minimumValue() < stretch.maximumValue()


def test_features_of_parcels(run, image, parcels, tmp_path):
    parameters = {"INPUT": image, "MODEL": MODEL, "FEATURES": parcels, "DEVICE": "cpu"}
    results, _ = run("embedimage", {**parameters, "PLACES": str(tmp_path / "o.gpkg")})
    found = {f["name"]: f for f in QgsVectorLayer(results["PLACES"], "o", "ogr").getFeatures()}
    assert (results["PATCHES"], results["EMPTY"]) == (2, 1) and "OUTPUT" not in results
    one, other = (np.array([found[name][f"f{i}"] for i in range(1, 101)]) for name in "ab")
    assert not np.allclose(one, other)
    assert 'color_rgb(scale_linear("f' in features_style(results["PLACES"])
    assert found["a"]["valid"] == 1 and found["far"]["valid"] == 0 and found["far"]["f1"] in (None, found["far"]["f2"])


@pytest.mark.parametrize(
    ("given", "text"), [({"SIZE": 10, "STRIDE": 20}, "leaves gaps"), ({"FEATURES": "parcels"}, "PLACES is empty")]
)
def test_what_cannot_be(run, image, parcels, tmp_path, given, text):
    given = {name: parcels if value == "parcels" else value for name, value in given.items()}
    with pytest.raises(AssertionError, match=text):
        run("embedimage", {"INPUT": image, "MODEL": MODEL, "OUTPUT": str(tmp_path / "o.tif"), **given})


def test_dates_of_bands_by_name(run, tmp_path, write_raster, monkeypatch):
    """Presto takes the bands that it knows of several dates, and sees each pixel by itself."""
    weights = Path(os.environ.get("RSDL_DATA", "../shared/data"), "foreign", "presto", "default_model.pt")
    if not weights.is_file():
        pytest.skip("needs the data sets (RSDL_DATA)")
    monkeypatch.setenv("RSDL_HOME", str(tmp_path))
    (tmp_path / "weights").mkdir()
    shutil.copy(weights, tmp_path / "weights" / PUBLISHED["presto"].file)
    random = np.random.default_rng(0)
    names = ("red", "fog", "blue", "green", "NIR")
    images = [
        write_raster(tmp_path / f"d{i}.tif", [*random.integers(1, 3000, (5, 4, 6)).astype(float)], descriptions=names)
        for i in range(2)
    ]
    given = {"INPUT": images[0], "LAYERS": images[1:], "DATES": "2020-05-01, 2020-06-01", "DEVICE": "cpu"}
    results, _ = run("embedimage", {**given, "MODEL": "presto", "OUTPUT": str(tmp_path / "o.tif")})
    assert results["FEATURE_COUNT"] == 128 and results["PATCHES"] == 24
    with pytest.raises(AssertionError, match="LAYERS is given, and 'scenes-ucmerced' takes one image"):
        run("embedimage", {**given, "MODEL": MODEL, "BANDS": [1, 2, 3], "OUTPUT": str(tmp_path / "o.tif")})
    with pytest.raises(AssertionError, match="'presto' finds its bands by their descriptions"):
        run("embedimage", {**given, "MODEL": "presto", "BANDS": [1, 3], "OUTPUT": str(tmp_path / "o.tif")})
