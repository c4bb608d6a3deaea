"""What the training algorithms refuse, in a sentence."""

from __future__ import annotations

import json

import pytest
from osgeo import gdal
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..training_data import RAMP, chips_of, image_of, layer_of, lines, two_dates_of, with_weights


@pytest.fixture
def image(tmp_path, write_raster):
    return image_of(tmp_path, write_raster)


@pytest.fixture
def two_dates(tmp_path, write_raster):
    return two_dates_of(tmp_path, write_raster)


@pytest.fixture
def chips(tmp_path):
    return chips_of(tmp_path)


@pytest.mark.parametrize(("changes", "words"), [
    ({"LABELS": "Point"}, ["points, which have no size", "SIZE"]),
    ({"LABELS": "LineString"}, ["has lines"]),
    ({"LABELS": "RASTER"}, ["is a raster", "boxes, polygons or points"]),
    ({"NETWORK": "unet"}, ["unet"]),
    ({"CLASS_FIELD": "none"}, ["no field 'none'"]),
])  # fmt: skip
def test_a_detector_refuses_what_are_no_objects(refusal, image, changes, words):
    kind = changes.get("LABELS", "Polygon")
    labels = image if kind == "RASTER" else layer_of(kind) if kind != "LineString" else lines()
    text = refusal("traindetector", {"RASTERS": [image], **changes, "LABELS": [labels]})
    assert all(word in text for word in words), text


@pytest.mark.parametrize("geometry", [None, {"type": "Polygon", "coordinates": []}, "none at all"])
def test_a_geojson_without_geometries_is_no_table(refusal, image, tmp_path, geometry):
    """QGIS takes it for a table until a feature has a geometry."""
    path = tmp_path / "empty.geojson"
    features = [] if geometry == "none at all" else [{"type": "Feature", "properties": {"k": 1}, "geometry": geometry}]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    text = refusal("trainsegmentation", {"RASTERS": [image], "LABELS": [str(path)], "CLASS_FIELD": "k"})
    assert "'empty' has no features with a geometry. Draw or select some" in text


def test_polygons_that_are_all_empty_are_told_of(refusal, image):
    drawn = layer_of()
    drawn.dataProvider().changeGeometryValues({f.id(): QgsGeometry() for f in drawn.getFeatures()})
    text = refusal("trainsegmentation", {"RASTERS": [image], "LABELS": [drawn], "CLASS_FIELD": "kind"})
    assert "'fields' has no features with a geometry" in text


GOOD = {"RASTERS": ["IMAGE"], "LABELS": ["KINDS"], "CLASS_FIELD": "kind"}


@pytest.fixture
def refused(refusal, asked, known_models, image, two_dates, chips, tmp_path, write_raster):
    """The sentence for parameters in which some names stand for layers."""
    with_weights(known_models, "bright")
    known = {
        "IMAGE": image,
        "OTHER": write_raster(tmp_path / "other.tif", [RAMP], descriptions=("pan",)),
        "DATES": two_dates[0],
        "CLASSES": write_raster(tmp_path / "classes.tif", [RAMP > 9], kind=gdal.GDT_Byte),
        "KINDS": layer_of(),
        "POINTS": layer_of("Point"),
        "LINES": QgsVectorLayer("LineString?crs=EPSG:32634&field=kind:integer", "lines", "memory"),
        "PLAIN": layer_of(fields=""),
        "ONE": layer_of(values=(4, 4)),
        "EMPTY": layer_of(values=()),
        "NAMES": layer_of(values=("a", "b"), fields="field=kind:string"),
        "TABLE": QgsVectorLayer("None?field=kind:integer", "table", "memory"),
        "CHIPS": chips,
        "WEB": QgsRasterLayer("type=xyz&url=http://localhost/{z}/{x}/{y}.png", "web", "wms"),
        "FULL": str(tmp_path),
    }
    line = QgsFeature(known["LINES"].fields())
    line.setGeometry(QgsGeometry.fromWkt("LineString(500000 4599900, 500100 4599900)"))
    known["LINES"].dataProvider().addFeature(line)

    def resolve(value):
        if isinstance(value, list):
            return [resolve(item) for item in value]
        return known.get(value, value) if isinstance(value, str) else value

    return lambda name, parameters: refusal(name, {key: resolve(value) for key, value in parameters.items()})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"RASTERS": [], "LABELS": []}, ["RASTERS", "LABELS", "CHIPS"]),
        ({"RASTERS": ["/no/such.tif"]}, ["RASTERS"]),
        ({"LABELS": ["/no/such.gpkg"]}, ["LABELS"]),
        ({"RASTERS": ["IMAGE", "OTHER"]}, ["'other'", "'image'", "BANDS"]),
        ({"RASTERS": ["WEB"]}, ["web", "EXTENT"]),
        ({"BANDS": "1,9"}, ["BANDS", "band 9", "3"]),
        ({"BANDS": "red"}, ["'red'"]),
        ({"CHIPS": "CHIPS"}, ["RASTERS", "LABELS", "CLASS_FIELD", "cannot be used with CHIPS"]),
        ({"LABELS": []}, ["LABELS is empty"]),
        ({"LABELS": ["TABLE"]}, ["'table'", "geometries"]),
        ({"LABELS": ["EMPTY"]}, ["no features with a geometry"]),
        ({"CLASS_FIELD": "type"}, ["'type'", "kind"]),
        ({"PLACE_FIELD": "parcel"}, ["'parcel'", "kind"]),
        ({"LABELS": ["KINDS", "PLAIN"]}, ["'kind'", "-"]),
        ({"LABELS": ["PLAIN"], "CLASS_FIELD": None}, ["UNLABELLED=background"]),
        ({"LABELS": ["ONE"]}, ["(4)", "'kind'", "UNLABELLED=background"]),
        ({"NETWORK": "resnet18"}, ["'resnet18'", "unet-light"]),
        ({"NETWORK": "unet-encoder", "OPTIONS": '{"encoder": "resnet9"}'}, ["resnet9", "resnet34"]),
        ({"OPTIONS": "{widths: 3}"}, ["OPTIONS is not JSON"]),
        ({"OPTIONS": "[1]"}, ["OPTIONS is not JSON", "object"]),
        ({"LOSS": "cross_entropy+mse"}, ["'mse'", "dice"]),
        ({"AUGMENTATION": "parcels"}, ["AUGMENTATION=parcels", "classification", "standard"]),
        ({"BASE_MODEL": "none-such"}, ["none-such", "bright"]),
        ({"BASE_MODEL": "web"}, ["web", "weights.safetensors"]),
        ({"BASE_MODEL": "bright", "PRETRAINED": "imagenet"}, ["BASE_MODEL", "PRETRAINED"]),
        ({"PRETRAINED": "/no/such.pth"}, ["/no/such.pth"]),
        ({"FREEZE": "encoder"}, ["BASE_MODEL", "PRETRAINED", "leave FREEZE as it is"]),
        ({"VALIDATION": 60, "TEST": 38}, ["60 %", "38 %", "10 %"]),
        ({"CHIP_SIZE": 32, "CHIP_OVERLAP": 20}, ["20", "32"]),
        ({"SPLIT": "chips"}, ["chip folder"]),
        ({"DEVICE": "gpu"}, ["'gpu'", "cuda"]),
        ({"OUTPUT": "/no/such/folder/model"}, ["/no/such/folder"]),
        ({"OUTPUT": "IMAGE"}, ["is a file"]),
        ({"OUTPUT": "FULL"}, ["other things"]),
        ({"REPORT": "report.pdf"}, [".html"]),
    ],
)
def test_refuses_with_a_sentence(refused, changes, words):
    text = refused("trainsegmentation", {**GOOD, **changes})
    assert all(word in text for word in words), text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("trainsceneclassifier", {**GOOD, "LABELS": ["CLASSES"]}, ["'classes'", "raster", "points"]),
        ("trainsceneclassifier", {**GOOD, "LABELS": ["LINES"]}, ["lines", "points"]),
        ("trainsceneclassifier", {**GOOD, "CLASS_FIELD": None}, ["class of each scene", "CLASS_FIELD"]),
        ("trainsceneclassifier", {**GOOD, "LABELS": ["ONE"]}, ["(4)", "another class"]),
        ("trainsceneclassifier", {**GOOD, "LOSS": "bce"}, ["'bce'", "cross_entropy"]),
        ("trainsceneclassifier", {**GOOD, "AUGMENTATION": "mosaic"}, ["AUGMENTATION=mosaic", "detection", "standard"]),
        ("trainsceneclassifier", {**GOOD, "MULTILABEL": True, "LOSS": "focal"}, ["'focal'", "bce"]),
        ("trainregression", {**GOOD, "CLASS_FIELD": None}, ["number to predict"]),
        ("trainregression", {**GOOD, "LABELS": ["NAMES"]}, ["text, not numbers"]),
        ("trainregression", {**GOOD, "LOSS": "dice"}, ["'dice'", "huber"]),
        ("trainchangedetector", {"LABELS": ["KINDS"], "CLASS_FIELD": "kind"}, ["BEFORE, AFTER", "CHIPS"]),
        ("trainchangedetector", {**GOOD, "BEFORE": ["IMAGE"]}, ["1 raster(s) before", "0 after"]),
        ("trainchangedetector", {**GOOD, "BEFORE": ["IMAGE"], "AFTER": ["DATES"]}, ["AFTER", "'s_20200105'", "BANDS"]),
        ("traintimeseriesclassifier", {**GOOD, "LAYERS": ["IMAGE", "DATES"], "LAYOUT": "variables"},
            ["'image' has 3 dates", "has 2"]),
        ("traintimeseriesclassifier", {**GOOD, "LAYERS": ["IMAGE"], "NETWORK": "unet"}, ["'unet'", "lstm"]),
        ("trainsegmentation", {"CHIPS": "/no/such/folder"}, ["CHIPS", "/no/such/folder"]),
    ],
)  # fmt: skip
def test_the_others_refuse_what_is_theirs(refused, name, parameters, words):
    parameters = dict(parameters)
    if name in ("trainchangedetector", "traintimeseriesclassifier"):
        parameters.pop("RASTERS", None)
    text = refused(name, parameters)
    assert all(word in text for word in words), text
