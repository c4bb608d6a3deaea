"""The training algorithms: what they ask of the engine, refuse, and give. The engine is fake_worker.py."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    NULL,
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsFillSymbol,
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelParameter,
    QgsProcessingParameterField,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorLayer,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsRasterRange,
    QgsRectangle,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from rsdl_qgis.toolbox import train_data

from .qgis_versions import without_step

ENGINE = Path(train_data.__file__).parents[1] / "engine" / "training"
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


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [RAMP, RAMP * 2, RAMP + 9], descriptions=("red", "nir", "swir"))


@pytest.fixture
def two_dates(tmp_path, write_raster):
    return [
        write_raster(tmp_path / f"s_{day}.tif", [RAMP, RAMP], descriptions=("B4", "B8"))
        for day in ("20200105", "20200210")
    ]


@pytest.fixture
def chips(tmp_path):
    folder = tmp_path / "chips"
    folder.mkdir()
    for name in ("chips.json", "samples.csv"):
        (folder / name).write_text("")
    return str(folder)


# What the engine is asked.


def test_a_job_of_defaults(run, asked, image, home, feedback):
    results, _ = run("trainsegmentation", {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind"}, feedback)
    job = asked()
    assert job["task"] == "segmentation" and job["chips"] is None and job["base_model"] is None
    (source,) = job["sources"]
    assert source["title"] == "image"
    (spec,) = source["inputs"]["image"]
    assert (spec["path"], spec["bands"], spec["nodata"]) == (image, [1, 2, 3], None)
    assert job["input_bands"] == {"image": ["red", "nir", "swir"]} and job["input_dates"] == {"image": ["image"]}
    (label,) = job["labels"]
    assert label["vector"] and label["field"] == "kind" and "32634" in label["crs"]
    assert (job["unlabelled"], job["split"], job["valid"], job["test"]) == ("ignore", "blocks", 0.2, 0.0)
    assert (job["network"], job["options"], job["loss"]) == (None, {}, None)  # the engine knows the usual ones
    assert (job["epochs"], job["batch_size"], job["learning_rate"]) == (None, 8, None)
    assert (job["freeze"], job["augmentation"], job["scaling"], job["seed"]) == ("nothing", "standard", "auto", 0)
    assert job["device"] == "auto" and job["resume"] is True
    assert job["extent"] is None and job["mask"] is None
    # without a place of its own the model goes to the person's models
    assert job["name"] == job["title"] == "fields-unet-light"
    assert job["output"] == str(home / "models" / "fields-unet-light")
    assert results["OUTPUT"] == results["MODEL"] == job["output"]
    assert job["output"] in feedback.text()


def test_a_detector_learns_from_boxes_and_from_points_with_a_size(run, asked, image, monkeypatch):
    monkeypatch.setenv("RSDL_FIGURES", json.dumps({"AP50": 0.8, "AP50:95": 0.5, "recall": 0.9, "F1": None}))
    results, _ = run("traindetector", {"RASTERS": [image], "LABELS": [layer_of(values=(1, 1))]})
    job = asked()
    assert (job["task"], job["network"], job["object_size"]) == ("detection", None, None) and "loss" not in job
    assert job["labels"][0]["field"] is None and job["split"] == "blocks" and job["name"] == "fields-yolo-n"
    assert "class_weights" not in job and job["sampling"] == "even" and job["unlabelled"] == "ignore"
    assert (results["AP50"], results["AP"], results["RECALL"]) == (0.8, 0.5, 0.9) and "F1" not in results
    points = {"LABELS": [layer_of("Point")], "CLASS_FIELD": "kind", "SIZE": 12.5, "UNLABELLED": "background"}
    run("traindetector", {"RASTERS": [image], **points, "NETWORK": "faster-rcnn-small", "AUGMENTATION": "mosaic"})
    job = asked()
    assert (job["object_size"], job["unlabelled"], job["augmentation"]) == (12.5, "background", "mosaic")
    assert job["network"] == "faster-rcnn-small"


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


def lines():
    """A layer of one line."""
    layer = QgsVectorLayer("LineString?crs=EPSG:32634", "lines", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromWkt(f"LineString({LEFT} {TOP}, {LEFT + 90} {TOP - 90})"))
    layer.dataProvider().addFeature(feature)
    return layer


def test_everything_that_can_be_said(run, asked, image, tmp_path, monkeypatch):
    figures = {"mean IoU": 0.75, "overall accuracy": 0.9, "kappa": None, "macro F1": 0.8}
    monkeypatch.setenv("RSDL_FIGURES", json.dumps(figures))
    place = layer_of(fields="field=kind:integer&field=parcel:string")
    results, _ = run(
        "trainsegmentation",
        {
            "RASTERS": [image],
            "LABELS": [place],
            "CLASS_FIELD": "kind",
            "PLACE_FIELD": "parcel",
            "UNLABELLED": "background",
            "EXTENT": f"{LEFT},{LEFT + 300},{TOP - 300},{TOP} [EPSG:32634]",
            "MASK": layer_of(values=(1,)),
            "BANDS": "3,1",
            "NETWORK": "unet",
            "OPTIONS": '{"widths": [4, 8]}',
            "PRETRAINED": "imagenet",
            "EPOCHS": 7,
            "LEARNING_RATE": 0.01,
            "BATCH_SIZE": 2,
            "FREEZE": "stages",
            "FREEZE_STAGES": 2,
            "LAYER_DECAY": 0.7,
            "UNFREEZE_EVERY": 3,
            "LOSS": "focal + dice",
            "CLASS_WEIGHTS": "balanced",
            "SAMPLING": "balanced",
            "OPTIMIZER": "sgd",
            "WEIGHT_DECAY": 0.1,
            "ACCUMULATE": 4,
            "AVERAGE": 0,
            "SHARPNESS": 0.1,
            "CONSISTENCY": 2.5,
            "PATIENCE": 5,
            "KEEP": "last",
            "PRECISION": "full",
            "AUGMENTATION": "strong",
            "SCALING": "robust",
            "SPLIT": "places",
            "VALIDATION": 25,
            "TEST": 15,
            "BLOCK_SIZE": 500,
            "CHIP_SIZE": 64,
            "CHIP_OVERLAP": 16,
            "BUFFER": 12.5,
            "ALL_TOUCHED": True,
            "SEED": 3,
            "DEVICE": "cpu",
            "THREADS": 2,
            "NAME": "My roofs",
            "OUTPUT": str(tmp_path / "roofs"),
            "REPORT": str(tmp_path / "r.html"),
        },
    )
    job = asked()
    expected = {
        "unlabelled": "background",
        "network": "unet",
        "options": {"widths": [4, 8]},
        "pretrained": "imagenet",
        "epochs": 7,
        "learning_rate": 0.01,
        "batch_size": 2,
        "freeze": "stages",
        "freeze_stages": 2,
        "layer_decay": 0.7,
        "unfreeze_every": 3,
        "loss": ["focal", "dice"],
        "class_weights": "balanced",
        "sampling": "balanced",
        "optimizer": "sgd",
        "weight_decay": 0.1,
        "accumulate": 4,
        "average": 0,
        "sharpness": 0.1,
        "consistency": 2.5,
        "patience": 5,
        "keep": "last",
        "precision": "full",
        "augmentation": "strong",
        "scaling": "robust",
        "split": "places",
        "valid": 0.25,
        "test": 0.15,
        "block_size": 500,
        "chip_size": 64,
        "chip_overlap": 16,
        "buffer": 12.5,
        "all_touched": True,
        "seed": 3,
        "device": "cpu",
        "threads": 2,
        "name": "My-roofs",
        "title": "My roofs",
        "output": str(tmp_path / "roofs"),
        "report": str(tmp_path / "r.html"),
        "extent": [LEFT, TOP - 300, LEFT + 300, TOP],
    }
    assert {name: job[name] for name in expected} == expected
    assert job["sources"][0]["inputs"]["image"][0]["bands"] == [3, 1]
    assert job["input_bands"] == {"image": ["swir", "red"]}
    assert job["labels"][0]["place_field"] == "parcel"
    assert job["mask"] and job["mask_key"] and "32634" in job["extent_crs"]
    assert results["REPORT"] == job["report"] and Path(results["REPORT"]).exists()
    assert results["MAIN_FIGURE"] == results["MEAN_IOU"] == 0.75
    assert results["OVERALL_ACCURACY"] == 0.9 and results["BEST_EPOCH"] == 3
    assert "KAPPA" not in results and "FW_IOU" not in results  # not known


def test_chips_in_place_of_layers(run, asked, chips, home):
    run("trainregression", {"CHIPS": chips, "CONSISTENCY": 1.5})
    job = asked()
    assert job["consistency"] == 1.5
    assert job["chips"] == chips and "sources" not in job and "labels" not in job
    assert (job["task"], job["split"]) == ("regression", None)  # as the folder says
    assert job["output"] == str(home / "models" / "chips-unet-light")
    assert "unlabelled" not in job and "class_weights" not in job


def test_pictures_of_a_chip_folder_are_brought_to_a_side(run, asked, chips):
    run("trainsceneclassifier", {"CHIPS": chips, "SIDE": 96})
    assert (asked()["chips"], asked()["side"]) == (chips, 96)


def test_nulls_of_models_are_nothing(run, asked, chips, image):
    """A model hands on what was left empty as a null, which is neither None nor a value."""
    names = ("RASTERS", "LABELS", "CLASS_FIELD", "MASK", "CHIP_SIZE", "THREADS", "NETWORK", "REPORT")
    run("trainsegmentation", {"CHIPS": chips, **dict.fromkeys(names, NULL)})
    job = asked()
    assert job["chips"] == chips and job["chip_size"] is job["threads"] is job["network"] is job["report"] is None
    data = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "CHIPS": NULL, "MASK": NULL}
    run("trainsegmentation", data)
    assert asked()["mask"] is None and asked()["chips"] is None


def test_agreement_of_parts_is_for_what_makes_maps(provider):
    names = ("trainsegmentation", "trainregression", "trainchangedetector", "distilmodel")
    others = ("trainsceneclassifier", "traindetector", "traintimeseriesclassifier")
    assert all(provider.algorithm(name).parameterDefinition("CONSISTENCY") for name in names)
    assert not any(provider.algorithm(name).parameterDefinition("CONSISTENCY") for name in others)


def test_pairs(run, asked, two_dates):
    parameters = {"LABELS": [layer_of()], "CLASS_FIELD": "kind", "CONSISTENCY": 1.5}
    run("trainchangedetector", {"BEFORE": two_dates, "AFTER": two_dates[::-1], **parameters})
    job = asked()
    assert job["consistency"] == 1.5
    assert job["input_dates"] == {"image": ["before", "after"]} and job["input_bands"] == {"image": ["B4", "B8"]}
    paths = [[spec["path"] for spec in source["inputs"]["image"]] for source in job["sources"]]
    assert paths == [two_dates, two_dates[::-1]]
    assert [spec["date"] for spec in job["sources"][0]["inputs"]["image"]] == ["before", "after"]


def test_a_series_of_dates(run, asked, two_dates):
    run("traintimeseriesclassifier", {"LAYERS": two_dates, "LABELS": [layer_of("Point")], "CLASS_FIELD": "kind"})
    job = asked()
    assert job["task"] == "time-series" and job["batch_size"] == 64
    (source,) = job["sources"]
    assert [spec["path"] for spec in source["inputs"]["image"]] == two_dates
    assert job["input_dates"] == {"image": ["2020-01-05", "2020-02-10"]}
    assert "chip_size" not in job


def test_a_series_of_variables(run, asked, tmp_path, write_raster):
    days = ("2016-09-13", "2016-09-29", "2016-10-15")
    files = [write_raster(tmp_path / f"{name}.tif", [RAMP] * 3, descriptions=days) for name in ("NDVI", "label")]
    run(
        "traintimeseriesclassifier",
        {"LAYERS": files, "LAYOUT": "variables", "BANDS": "1,3", "LABELS": [layer_of()], "CLASS_FIELD": "kind"},
    )
    job = asked()
    (source,) = job["sources"]
    # an input is not called as a column of a chip folder's table
    bands = {name: [(spec["path"], spec["bands"]) for spec in specs] for name, specs in source["inputs"].items()}
    assert bands == {"NDVI": [(files[0], [1]), (files[0], [3])], "label_": [(files[1], [1]), (files[1], [3])]}
    assert job["input_bands"] == {"NDVI": ["NDVI"], "label_": ["label"]}
    assert job["input_dates"]["NDVI"] == ["2016-09-13", "2016-10-15"]


def test_scenes(run, asked, image):
    labels = layer_of(values=("a;b", "a"), fields="field=kind:string")
    data = {"RASTERS": [image], "LABELS": [labels], "CLASS_FIELD": "kind"}
    run("trainsceneclassifier", {**data, "MULTILABEL": True, "LOSS": "bce", "CHIP_SIZE": 32, "SIDE": 96})
    job = asked()
    assert job["side"] == 96
    assert job["task"] == "classification" and job["multilabel"] is True and job["loss"] == ["bce"]
    assert job["chip_size"] == 32 and "unlabelled" not in job and "buffer" not in job


def test_numbers_from_a_raster_and_from_points(run, asked, image, tmp_path, write_raster):
    heights = write_raster(tmp_path / "heights.tif", [RAMP / 7])
    points = layer_of("Point", (1.5, 2.25), "field=height:double")
    run("trainregression", {"RASTERS": [image], "LABELS": [heights, points], "CLASS_FIELD": "height"})
    raster, vector = asked()["labels"]
    assert (raster["path"], raster["bands"]) == (heights, [1]) and vector["field"] == "height"


def test_two_rasters_with_bands_in_another_order(run, asked, image, tmp_path, write_raster):
    other = write_raster(tmp_path / "other.tif", [RAMP] * 4, descriptions=("swir", "blue", "red", "nir"))
    run("trainsegmentation", {"RASTERS": [image, other], "LABELS": [layer_of()], "CLASS_FIELD": "kind"})
    bands = [source["inputs"]["image"][0]["bands"] for source in asked()["sources"]]
    assert bands == [[1, 2, 3], [3, 4, 1]]


def with_weights(models, name):
    (models / name / "weights.safetensors").write_text("weights")


def test_a_base_model_gives_its_input_and_bands(run, asked, known_models, image):
    with_weights(known_models, "bright")
    run(
        "trainsegmentation", {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "BASE_MODEL": "bright"}
    )
    job = asked()
    assert job["base_model"] == str(known_models / "bright")
    assert job["sources"][0]["inputs"]["image"][0]["bands"] == [1, 2] and job["input_bands"] == {
        "image": ["red", "nir"]
    }


def test_a_base_model_of_other_bands_leaves_the_rasters_theirs(run, asked, known_models, image, two_dates):
    """Three bands, but not those: taking red for B11 would be wrong."""
    with_weights(known_models, "flood-s2")
    parameters = {"LABELS": [layer_of()], "CLASS_FIELD": "kind", "BASE_MODEL": "flood-s2"}
    run("trainsegmentation", {"RASTERS": [image], **parameters})
    assert asked()["input_bands"] == {"image": ["red", "nir", "swir"]}


def test_a_base_model_takes_bands_without_descriptions_in_order_and_says_so(
    run, asked, known_models, tmp_path, write_raster, feedback
):
    with_weights(known_models, "flood-s2")
    plain = write_raster(tmp_path / "plain.tif", [RAMP] * 3)
    parameters = {"LABELS": [layer_of()], "CLASS_FIELD": "kind", "BASE_MODEL": "flood-s2"}
    run("trainchangedetector", {"BEFORE": [plain], "AFTER": [plain], **parameters}, feedback)
    job = asked()
    assert job["input_bands"] == {"s2": ["B11", "B8", "B3"]} and job["input_dates"] == {"s2": ["before", "after"]}
    (told,) = [text for kind, text in feedback.said if kind == "warning"]
    assert "'plain' have no names" in told and "B11, B8, B3" in told and "'flood-s2'" in told and "BANDS" in told


@pytest.mark.parametrize(("descriptions", "numbers"), [(("B11", "B8", "B3"), ""), ((), "3,2,1")])
def test_a_base_model_whose_bands_are_known_gives_no_warning(
    run, asked, known_models, tmp_path, write_raster, feedback, descriptions, numbers
):
    with_weights(known_models, "flood-s2")
    image = write_raster(tmp_path / "image.tif", [RAMP] * 3, descriptions=descriptions)
    parameters = {"LABELS": [layer_of()], "CLASS_FIELD": "kind", "BASE_MODEL": "flood-s2", "BANDS": numbers}
    run("trainsegmentation", {"RASTERS": [image], **parameters}, feedback)
    assert asked()["input_bands"] == {"s2": ["B11", "B8", "B3"]}
    assert not [text for kind, text in feedback.said if kind == "warning"]


def test_names_and_colours_of_the_symbology(run, asked, image, tmp_path, write_raster):
    drawn = layer_of()
    categories = [
        QgsRendererCategory(value, QgsFillSymbol.createSimple({"color": colour}), name)
        for value, colour, name in ((1, "#112233", "forest"), (2, "#445566", ""))
    ]
    drawn.setRenderer(QgsCategorizedSymbolRenderer("kind", categories))
    classes = write_raster(tmp_path / "classes.tif", [(RAMP > 100) + 1], kind=gdal.GDT_Byte)
    painted = QgsRasterLayer(classes, "classes")
    entries = [QgsPalettedRasterRenderer.Class(2, QColor("#abcdef"), "water")]
    painted.setRenderer(QgsPalettedRasterRenderer(painted.dataProvider(), 1, entries))
    run("trainsegmentation", {"RASTERS": [image], "LABELS": [drawn, painted], "CLASS_FIELD": "kind"})
    job = asked()
    vector, raster = job["labels"]
    assert vector["names"] == {"1": "forest"} and vector["colors"] == {"1": "#112233", "2": "#445566"}
    assert raster["names"] == {"2": "water"} and raster["colors"] == {"2": "#abcdef"}
    assert job["colors"]["forest"] == "#112233" and job["colors"]["water"] == "#abcdef"


def test_the_colour_of_labels_without_a_field(run, asked, image):
    drawn = layer_of(values=(1,), fields="")
    drawn.renderer().setSymbol(QgsFillSymbol.createSimple({"color": "#aa0000"}))
    run("trainsegmentation", {"RASTERS": [image], "LABELS": [drawn], "UNLABELLED": "background"})
    assert asked()["labels"][0]["colors"] == {"1": "#aa0000"} and asked()["labels"][0]["field"] is None


def test_what_is_copied_has_a_key_that_follows_what_it_holds(run, asked, image, monkeypatch):
    """So that a training can go on although the copy is another file each time."""

    def job(layer, raster):
        run("trainsegmentation", {"RASTERS": [raster], "LABELS": [layer], "CLASS_FIELD": "kind"})
        spec, label = asked()["sources"][0]["inputs"]["image"][0], asked()["labels"][0]
        return (label["path"], spec["path"]), (label["key"], spec["key"])

    def raster(nodata):
        layer = QgsRasterLayer(image, "image")
        layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(nodata, nodata + 5)])
        return layer

    first = job(layer_of(), raster(0))
    again = job(layer_of(), raster(0))
    assert first[1] == again[1] and first[0] != again[0]
    other = job(layer_of(values=(1, 3)), raster(9))
    assert other[1][0] != first[1][0] and other[1][1] != first[1][1]
    assert "key" not in asked()["sources"][0]["inputs"] and "key" not in asked()


def test_a_file_has_no_key(run, asked, image):
    run("trainsegmentation", {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind"})
    assert "key" not in asked()["sources"][0]["inputs"]["image"][0]


# Where the model goes.


def test_names_of_models_are_unique(run, asked, image, home):
    parameters = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "NAME": "My roofs"}
    folders = []
    for _ in range(2):
        run("trainsegmentation", parameters)
        folders.append((asked()["output"], asked()["title"]))
    assert folders == [
        (str(home / "models" / "My-roofs"), "My roofs"),
        (str(home / "models" / "My-roofs-2"), "My-roofs-2"),
    ]


def test_a_temporary_folder_as_models_give_it_is_none(run, asked, image, home):
    temporary = QgsProcessingUtils.generateTempFilename("OUTPUT")
    parameters = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "OUTPUT": temporary}
    results, _ = run("trainsegmentation", parameters)
    assert results["OUTPUT"] == str(home / "models" / "fields-unet-light")


@pytest.mark.parametrize("geometry", [None, {"type": "Polygon", "coordinates": []}, "none at all"])
def test_a_geojson_without_geometries_is_no_table(refusal, image, tmp_path, geometry):
    """QGIS takes it for a table until a feature has a geometry."""
    path = tmp_path / "empty.geojson"
    features = [] if geometry == "none at all" else [{"type": "Feature", "properties": {"k": 1}, "geometry": geometry}]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    text = refusal("trainsegmentation", {"RASTERS": [image], "LABELS": [str(path)], "CLASS_FIELD": "k"})
    assert "'empty' has no features with a geometry. Draw or choose some" in text


def test_polygons_that_are_all_empty_are_told_of(refusal, image):
    drawn = layer_of()
    drawn.dataProvider().changeGeometryValues({f.id(): QgsGeometry() for f in drawn.getFeatures()})
    text = refusal("trainsegmentation", {"RASTERS": [image], "LABELS": [drawn], "CLASS_FIELD": "kind"})
    assert "'fields' has no features with a geometry" in text


def test_words_to_choose_from_are_listed_in_the_help(provider):
    freeze = provider.algorithm("trainsegmentation").parameterDefinition("FREEZE")
    assert freeze.help().endswith("Values: nothing, encoder, backbone, stages.")


# Stopping.


def stop(monkeypatch, how, feedback, tmp_path, image):
    monkeypatch.setenv("RSDL_STOP", how)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("rsdl:trainsegmentation")
    folder = tmp_path / "out"
    folder.mkdir()
    parameters = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "OUTPUT": str(folder / "model")}
    with pytest.raises(QgsProcessingException) as caught:
        algorithm.run(parameters, QgsProcessingContext(), feedback, catchExceptions=False)
    best = folder / "model.training" / "best"
    assert str(best) in str(caught.value) and "goes on" in str(caught.value)
    assert {path.name for path in folder.iterdir()} == {"model.training"}  # what was half written is gone
    assert {path.name for path in best.parent.iterdir()} == {"best"}
    return str(caught.value)


def test_cancelled_says_where_the_best_model_is(provider, asked, make_feedback, monkeypatch, tmp_path, image):
    text = stop(monkeypatch, "cancelled", make_feedback(cancel_at="epoch 2 of 4"), tmp_path, image)
    assert text.startswith("The job was cancelled.")


def test_killed_says_so_too(provider, asked, make_feedback, monkeypatch, tmp_path, image):
    text = stop(monkeypatch, "killed", make_feedback(), tmp_path, image)
    assert "killed" in text and "smaller batch or chip size" in text


# What is refused.

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
        ({"FREEZE": "encoder"}, ["BASE_MODEL", "PRETRAINED", "FREEZE=nothing"]),
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
        ("trainregression", {**GOOD, "CLASS_FIELD": None}, ["number to learn"]),
        ("trainregression", {**GOOD, "LABELS": ["NAMES"]}, ["texts"]),
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


def test_one_class_alone_is_enough_where_the_rest_is_background(run, asked, image):
    run("trainsegmentation", {"RASTERS": [image], "LABELS": [layer_of(fields="")], "UNLABELLED": "background"})
    assert asked()["unlabelled"] == "background"


def test_a_model_folder_may_be_replaced(run, asked, image, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "model.json").write_text("{}")
    parameters = {"RASTERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", "OUTPUT": str(tmp_path / "old")}
    run("trainsegmentation", parameters)
    assert asked()["output"] == str(tmp_path / "old")


# In a graphical model.


def test_the_example_model_is_sound_and_its_steps_hang_together(provider):
    model = provider.algorithm("trainmapassess")
    assert model.displayName() == "Train, map and assess"
    assert model.validate() == (True, [])
    children = model.childAlgorithms()

    def source(child, name):
        (found,) = children[child].parameterSources()[name]
        return found.outputChildId(), found.outputName()

    assert source("map", "MODEL") == ("train", "MODEL")
    assert source("assess", "PREDICTED") == ("map", "OUTPUT")
    given = [p.name() for p in model.parameterDefinitions()]
    assert given[:6] == ["RASTER", "LABELS", "CLASS_FIELD", "UNLABELLED", "REFERENCE", "EPOCHS"]
    assert {"MAP", "REPORT", "TRAINING_REPORT"} == set(map(without_step, given[6:]))


def test_a_model_hands_its_inputs_on(provider, asked, image, home, feedback):
    """Training as a step: its folder is a temporary one, so the model goes to the person's models."""
    source = QgsProcessingModelChildParameterSource
    model = QgsProcessingModelAlgorithm("train", "test")
    for parameter in (
        QgsProcessingParameterRasterLayer("raster", "raster"),
        QgsProcessingParameterVectorLayer("labels", "labels"),
        QgsProcessingParameterField("field", "field", None, "labels"),
    ):
        model.addModelParameter(parameter, QgsProcessingModelParameter(parameter.name()))
    child = QgsProcessingModelChildAlgorithm("rsdl:trainsegmentation")
    child.setChildId("train")
    for name, given in (("RASTERS", "raster"), ("LABELS", "labels"), ("CLASS_FIELD", "field")):
        child.addParameterSources(name, [source.fromModelParameter(given)])
    model.addChildAlgorithm(child)
    parameters = {"raster": image, "labels": layer_of(), "field": "kind"}
    results, done = model.run(parameters, QgsProcessingContext(), feedback)
    assert done, feedback.text()
    job = asked()
    assert job["labels"][0]["field"] == "kind" and job["sources"][0]["inputs"]["image"][0]["path"] == image
    assert results["CHILD_RESULTS"]["train"]["MODEL"] == job["output"] == str(home / "models" / "fields-unet-light")
    assert job["report"] is None  # not among the outputs of the model


# Small parts.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NDVI_20160913.tif", "2016-09-13"),
        ("S2A 2016-09-13 B8", "2016-09-13"),
        ("2016.09.13", "2016-09-13"),
        ("tile 12345678", ""),
        ("20161399", ""),
        ("2016-0913", ""),
        ("", ""),
    ],
)
def test_dates_in_texts(text, found):
    assert train_data.date_in(text) == found


def test_dates_that_are_not_all_known_or_not_in_order():
    assert train_data.date_names(["2020-01-01", ""]) == (("date 1", "date 2"), ())
    assert train_data.date_names(["2020-01-01", "2020-01-01"]) == (("date 1", "date 2"), ())
    names, (warning,) = train_data.date_names(["2020-02-01", "2020-01-01"])
    assert names == ("2020-02-01", "2020-01-01") and "not in order" in warning


def test_the_engine_and_its_algorithms_name_the_same_defaults():
    """The texts that people read name the networks and losses that the engine takes without being told."""

    def table(path, name):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            target = getattr(node, "target", None) or (getattr(node, "targets", None) or [None])[0]
            if getattr(target, "id", "") == name:
                return node.value
        raise AssertionError(f"{path} has no {name}")

    networks = ast.literal_eval(table(ENGINE / "request.py", "DEFAULT_NETWORKS"))
    losses = ast.literal_eval(table(ENGINE / "request.py", "DEFAULT_LOSSES"))
    dense = "+".join(ast.literal_eval(table(ENGINE / "request.py", "DENSE_LOSSES")))
    known = {key.value for key in table(ENGINE / "losses.py", "LOSSES").keys}
    algorithms = [
        train_tasks.TrainSegmentation,
        train_tasks.TrainRegression,
        train_tasks.TrainSceneClassifier,
        train_tasks.TrainDetector,
        train_tasks.TrainChangeDetector,
        train_tasks.TrainTimeSeriesClassifier,
    ]
    assert {item.TASK: item.NETWORK for item in algorithms} == networks
    maps = set(ast.literal_eval(table(ENGINE / "request.py", "DENSE")))
    assert {item.TASK for item in algorithms if item.MAP_OPTIONS} == set(distil.MAPS) == maps
    assert set().union(*(item.LOSSES for item in algorithms)) == known - {"distillation"}
    for item in algorithms:
        own = {"numbers": losses["numbers"], "scenes": losses["classes"], "objects": (*losses["boxes"], "")}
        usual = own.get(item.LABELS, (dense,))
        assert (usual[0] if item.TASK != "time-series" else losses["classes"][0]) == item.LOSS
