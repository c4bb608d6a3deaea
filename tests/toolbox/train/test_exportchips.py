"""rsdl:exportchips: what it asks of the engine, refuses, and gives. The engine is fake_worker.py."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsProcessingUtils, QgsVectorLayer
from qgis.PyQt.QtCore import QDate

RAMP = np.add.outer(np.arange(30) * 5.0, np.arange(36))
HALVES = ("POLYGON((500000 4599700, 500180 4599700, 500180 4600000, 500000 4600000, 500000 4599700))",
          "POLYGON((500180 4599700, 500360 4599700, 500360 4600000, 500180 4600000, 500180 4599700))")  # fmt: skip


def labels(values=("forest", "water"), kind="string"):
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:32634&field=kind:{kind}", "halves", "memory")
    for value, text in zip(values, cycle(HALVES)):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(text))
        feature.setAttributes([value])
        layer.dataProvider().addFeature(feature)
    return layer


@pytest.fixture
def rasters(tmp_path, write_raster):
    return [write_raster(tmp_path / f"r{n}.tif", [RAMP, RAMP + n], descriptions=("red", "nir")) for n in (1, 2)]


def test_rasters_with_labels(run, asked, rasters, tmp_path):
    out = str(tmp_path / "chips")
    results, _ = run(
        "exportchips",
        {
            "RASTERS": rasters,
            "LABELS": [labels()],
            "CLASS_FIELD": "kind",
            "CHIP_SIZE": 64,
            "CHIP_OVERLAP": 8,
            "ALL_TOUCHED": True,
            "SPLIT": "files",
            "VALIDATION": 30,
            "TEST": 10,
            "SEED": 5,
            "OUTPUT": out,
        },
    )
    job = asked("export_chips")
    expected = {"task": "segmentation", "chip_size": 64, "chip_overlap": 8, "split": "files", "valid": 0.3, "test": 0.1,
                "seed": 5, "unlabelled": "ignore", "all_touched": True, "output": out}  # fmt: skip
    assert {name: job[name] for name in expected} == expected
    assert [source["inputs"]["image"][0]["path"] for source in job["sources"]] == rasters
    assert job["input_bands"] == {"image": ["red", "nir"]} and job["labels"][0]["field"] == "kind"
    assert results == {"OUTPUT": out, "CHIPS": out, "COUNT": 12}


@pytest.mark.parametrize(("values", "kind"), [
    ((None, "", "  ", "forest", "water"), "string"),
    ((None, 1, 2), "integer"),
    ((None, 1.0, 2.0), "double"),
    ((None, QDate(2020, 1, 1), QDate(2021, 1, 1)), "date"),
])  # fmt: skip
def test_nulls_and_blanks_are_no_classes(run, asked, refusal, rasters, values, kind):
    data = {"TASK": "segmentation", "RASTERS": rasters[:1], "CLASS_FIELD": "kind"}
    run("exportchips", {**data, "LABELS": [labels(values, kind)]})
    assert asked("export_chips")["all_touched"] is False
    text = refusal("exportchips", {**data, "LABELS": [labels(values[:-1], kind)]})
    named = "2020-01-01" if kind == "date" else str(values[-2]).removesuffix(".0")
    assert f"All labels have the same class ({named})" in text


def test_names_that_differ_in_case_are_one_class(refusal, rasters):
    given = {"TASK": "segmentation", "RASTERS": rasters[:1], "CLASS_FIELD": "kind"}
    assert "same class" in refusal("exportchips", {**given, "LABELS": [labels(("Oak", "oak "))]})


def test_pictures_without_labels_into_a_temporary_folder(run, asked, rasters):
    results, _ = run("exportchips", {"RASTERS": rasters[:1]})
    job = asked("export_chips")
    assert job["labels"] == [] and job["split"] == "blocks"
    assert Path(results["CHIPS"]).is_relative_to(QgsProcessingUtils.tempFolder()) and Path(results["CHIPS"]).is_dir()


@pytest.mark.parametrize(
    ("names", "task", "dates"),
    [(("BEFORE", "AFTER"), "change", ["before", "after"]), (("LAYERS",), "time-series", ["date 1", "date 2"])],
)
def test_the_task_follows_from_the_rasters(run, asked, rasters, names, task, dates):
    given = dict(zip(names, [[raster] for raster in rasters])) if len(names) > 1 else {names[0]: rasters}
    run("exportchips", {**given, "LABELS": [labels()], "CLASS_FIELD": "kind"})
    job = asked("export_chips")
    assert job["task"] == task and job["input_dates"] == {"image": dates}
    (source,) = job["sources"]
    assert [spec["path"] for spec in source["inputs"]["image"]] == rasters


def test_chips_of_objects(run, asked, rasters):
    run("exportchips", {"TASK": "detection", "RASTERS": rasters[:1], "LABELS": [labels()], "SIZE": 30,
                        "UNLABELLED": "background"})  # fmt: skip
    job = asked("export_chips")
    assert (job["task"], job["object_size"], job["unlabelled"]) == ("detection", 30, "background")


def test_chips_of_scenes_and_of_numbers(run, asked, rasters):
    run("exportchips", {"TASK": "classification", "RASTERS": rasters[:1], "LABELS": [labels()], "CLASS_FIELD": "kind",
                        "MULTILABEL": True})  # fmt: skip
    assert asked("export_chips")["task"] == "classification" and asked("export_chips")["multilabel"] is True
    run("exportchips", {"TASK": "regression", "RASTERS": rasters[:1], "LABELS": [labels((1, 2), "double")],
                        "CLASS_FIELD": "kind"})  # fmt: skip
    assert asked("export_chips")["task"] == "regression"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"RASTERS": []}, ["RASTERS", "nothing to cut"]),
        ({"TASK": "change"}, ["RASTERS", "change", "BEFORE, AFTER"]),
        ({"BEFORE": "SAME", "AFTER": "SAME"}, ["RASTERS", "change"]),
        ({"TASK": "regression"}, ["text, not numbers"]),
        ({"TASK": "regression", "UNLABELLED": "background"}, ["UNLABELLED=background", "regression"]),
        ({"CLASS_FIELD": None}, ["UNLABELLED=background"]),
        ({"SPLIT": "chips"}, ["chip folder"]),
        ({"VALIDATION": 90, "TEST": 10}, ["90 %", "10 %"]),
        ({"CHIP_OVERLAP": 20}, ["CHIP_SIZE"]),
        ({"OUTPUT": "FULL"}, ["other things"]),
    ],
)
def test_refuses_with_a_sentence(refusal, asked, rasters, tmp_path, changes, words):
    known = {"SAME": rasters[:1], "FULL": str(tmp_path)}
    parameters = {"RASTERS": rasters[:1], "LABELS": [labels()], "CLASS_FIELD": "kind", **changes}
    text = refusal("exportchips", {k: known.get(v, v) if isinstance(v, str) else v for k, v in parameters.items()})
    assert all(word in text for word in words), text


@pytest.mark.parametrize(("changes", "form"), [
    ({}, "chips"),
    ({"FORMAT": "masks"}, "masks"),
    ({"FORMAT": "coco"}, "coco"),
    ({"TASK": "detection", "FORMAT": "yolo"}, "yolo"),
    ({"TASK": "classification", "FORMAT": "folders"}, "folders"),
])  # fmt: skip
def test_formats_of_other_programs(run, asked, rasters, changes, form):
    run("exportchips", {"RASTERS": rasters[:1], "LABELS": [labels()], "CLASS_FIELD": "kind", **changes})
    assert asked("export_chips")["format"] == form


@pytest.mark.parametrize(("changes", "words"), [
    ({"FORMAT": "yolo"}, ["FORMAT=yolo", "segmentation", "chips, coco, yolo-seg, masks."]),
    ({"FORMAT": "masks", "TASK": "detection"}, ["FORMAT=masks", "chips, coco, yolo, yolo-obb, dota, voc."]),
    ({"FORMAT": "masks", "LABELS": [], "CLASS_FIELD": None}, ["FORMAT=masks needs labels"]),
    ({"FORMAT": "folders", "TASK": "classification", "MULTILABEL": True}, ["FORMAT=folders", "MULTILABEL=no"]),
])  # fmt: skip
def test_a_format_that_does_not_fit_is_refused(refusal, rasters, changes, words):
    text = refusal("exportchips", {"RASTERS": rasters[:1], "LABELS": [labels()], "CLASS_FIELD": "kind", **changes})
    assert all(word in text for word in words), text


def test_a_chip_folder_may_be_replaced(run, asked, rasters, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "chips.json").write_text("{}")
    run("exportchips", {"RASTERS": rasters[:1], "OUTPUT": str(tmp_path / "old")})
    assert asked("export_chips")["output"] == str(tmp_path / "old")
