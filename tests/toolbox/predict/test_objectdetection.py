"""rsdl:objectdetection, through the real worker."""

from __future__ import annotations

import numpy as np
import pytest
from osgeo import ogr
from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject, QgsVectorLayer

OBJECTS = [(10, 12, 90, 6, 4), (30, 33, 150, 4, 12)]  # row, col, mark, width, height
NAMES = ("mark", "width", "height")
FIELDS = ["class", "value", "score", "entropy", "width_m", "length_m", "angle"]


def bands(objects=OBJECTS, background=0.0):
    image = np.full((3, 50, 60), background)
    for row, col, *values in objects:
        image[:, row, col] = values
    return list(image)


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", bands(), descriptions=NAMES)


def features(path):
    """{class: (score, width, length, xmin, ymin, xmax, ymax)}"""
    file = ogr.Open(path)
    found = {}
    for feature in file.GetLayer():
        xmin, xmax, ymin, ymax = feature.GetGeometryRef().GetEnvelope()
        values = [feature.GetField(name) for name in ("score", "width_m", "length_m")]
        found[feature.GetField("class")] = (*values, xmin, ymin, xmax, ymax)
    return found


@pytest.mark.parametrize("tiles", [{}, {"TILE_SIZE": 32, "OVERLAP": 8}])
def test_finds_objects(run, known_models, image, tmp_path, tiles):
    results, _ = run("objectdetection", {"INPUT": image, **tiles, "OUTPUT": str(tmp_path / "out.gpkg")})
    assert results["OBJECTS"] == 2 and results["MODEL_NAME"] == "markers"
    found = features(results["OUTPUT"])
    assert found["car"] == pytest.approx((0.9, 40, 60, 500_095, 4_599_875, 500_155, 4_599_915))
    assert found["ship"][:3] == pytest.approx((0.5, 40, 120))


def test_the_options_reach_the_worker(run, known_models, tmp_path, write_raster):
    near = [(10, 12, 90, 10, 10), (10, 15, 80, 10, 10), (30, 40, 40, 4, 4)]  # IoU 0.54
    image = write_raster(tmp_path / "image.tif", bands(near), descriptions=NAMES)
    counts = {
        (): 2,
        ("CONFIDENCE", 0.5): 1,
        ("IOU", 0.6): 3,
        ("SUPPRESSION", "soft"): 3,
        ("MIN_SIZE", 50): 1,
        ("MAX_SIZE", 50): 1,
    }
    for option, count in counts.items():
        choice = dict([option]) if option else {}
        results, _ = run("objectdetection", {"INPUT": image, **choice, "OUTPUT": str(tmp_path / "out.gpkg")})
        assert results["OBJECTS"] == count, option


def test_extent_bands_and_model_are_chosen(run, known_models, tmp_path, write_raster):
    mixed = write_raster(tmp_path / "mixed.tif", [bands()[i] for i in (2, 0, 1)])
    parameters = {"INPUT": mixed, "MODEL": "markers", "BANDS": [2, 3, 1], "OUTPUT": str(tmp_path / "out.gpkg")}
    results, _ = run("objectdetection", {**parameters, "EXTENT": "500000,500200,4599800,4600000 [EPSG:32634]"})
    assert list(features(results["OUTPUT"])) == ["car"]


@pytest.mark.parametrize("empty", [False, True])
def test_result_is_styled_and_labelled(run, known_models, image, tmp_path, write_raster, feedback, empty):
    project, context = QgsProject(), QgsProcessingContext()
    context.setProject(project)
    if empty:
        image = write_raster(tmp_path / "empty.tif", bands([]), descriptions=NAMES)
    output = QgsProcessingOutputLayerDefinition(str(tmp_path / "o.gpkg"), project)
    results, _ = run("objectdetection", {"INPUT": image, "OUTPUT": output}, context=context)
    details = context.layersToLoadOnCompletion()[results["OUTPUT"]]
    layer = QgsVectorLayer(results["OUTPUT"], details.name)
    details.postProcessor().postProcessLayer(layer, context, feedback)
    assert layer.name() == "Test markers" and layer.crs().authid() == "EPSG:32634"
    assert [f.name() for f in layer.fields()][-len(FIELDS) :] == FIELDS and layer.featureCount() == (0 if empty else 2)
    categories = layer.renderer().categories()  # which own their symbols
    looks = {c.value(): (c.label(), c.symbol().symbolLayer(0).strokeColor().name()) for c in categories}
    assert looks == {1: ("car", "#ff0000"), 2: ("ship", "#0000ff")}
    assert layer.labelsEnabled() and "score" in layer.labeling().settings().fieldName
    afresh = QgsVectorLayer(results["OUTPUT"])
    renderer = afresh.renderer()
    assert [item.label() for item in renderer.categories()] == ["car", "ship"] and afresh.labelsEnabled()


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("objectdetection", {"MODEL": "bright"}, ["'bright' is for segmentation", "'Semantic segmentation'"]),
        ("semanticsegmentation", {"OUTPUT": "o.tif"}, ["'markers' is for detection", "'Object detection'"]),
        ("objectdetection", {"OUTPUT": "out.tif"}, [".gpkg"]),
        ("objectdetection", {"MIN_SIZE": 9, "MAX_SIZE": 3}, ["9", "3", "Swap"]),
        ("objectdetection", {"CONFIDENCE": 2}, ["CONFIDENCE"]),
        ("objectdetection", {"SUPPRESSION": "most"}, ["SUPPRESSION"]),
    ],
)
def test_refuses_with_a_sentence(refusal, known_models, image, tmp_path, name, changes, words):
    parameters = {"INPUT": image, "MODEL": "markers", "OUTPUT": str(tmp_path / "out.gpkg"), **changes}
    text = refusal(name, parameters)
    assert all(word in text for word in words), text
