"""rsdl:cloudmask by a model, through the real worker; by quality bands it is in test_products."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import QgsVectorLayer

VALUES = np.add.outer(np.arange(40) * 4.0, np.arange(50))  # 0..205


@pytest.fixture
def given(known_models, tmp_path, write_raster):
    image = write_raster(tmp_path / "image.tif", [VALUES * 0, VALUES], descriptions=("nir", "red"))
    return {"INPUT": image, "MODEL": "bright", "OUTPUT": str(tmp_path / "clouds.tif")}


def test_a_model_finds_the_clouds(run, given, tmp_path, read_raster):
    polygons = str(tmp_path / "clouds.gpkg")
    results, _ = run("cloudmask", {**given, "CLASSES": "shadow=bright", "POLYGONS": polygons})
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), np.where(VALUES > 100, 3, 0))
    assert {feature["class"] for feature in QgsVectorLayer(polygons).getFeatures()} == {"shadow"}
    run("cloudmask", {**given, "CLASSES": "cloud=1", "BANDS": [1, 2], "GROW": 2})
    assert not read_raster(given["OUTPUT"]).any()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "No class of model 'bright' is known to be cloud: it has dark, bright"),
        ({"CLASSES": "bright"}, "does not say which classes are cloud"),
        ({"CLASSES": "cloud=fog"}, "has no class 'fog'"),
        ({"CLASSES": "cloud=bright", "QUALITY": "snow"}, "is known to be snow"),
        ({"CLASSES": "cloud=bright", "MODEL": ""}, "CLASSES is for a model, and MODEL is empty"),
        ({"MODEL": "peak", "CLASSES": "cloud=1"}, "is for time-series, but this algorithm is for segmentation"),
    ],
)
def test_refuses_with_a_sentence(refusal, given, changes, words):
    text = refusal("cloudmask", {**given, **changes})
    assert words in text, text
