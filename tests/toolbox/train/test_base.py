"""The training algorithms: what they ask of the engine, and give. The engine is fake_worker.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from qgis.core import (
    NULL,
)

from ..training_data import LEFT, TOP, chips_of, image_of, layer_of


@pytest.fixture
def image(tmp_path, write_raster):
    return image_of(tmp_path, write_raster)


@pytest.fixture
def chips(tmp_path):
    return chips_of(tmp_path)


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
            "METHOD": "lora",
            "NEIGHBOURS": 7,
            "LORA_RANK": 4,
            "LORA_ALPHA": 2.5,
            "HEAD_EPOCHS": 2,
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
            "BACKGROUND": "none",
            "RESOLUTION_TOLERANCE": 3.5,
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
        "method": "lora",
        "neighbours": 7,
        "lora_rank": 4,
        "lora_alpha": 2.5,
        "head_epochs": 2,
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
        "background": "none",
        "resolution_tolerance": 3.5,
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


def test_scenes(run, asked, image):
    labels = layer_of(values=("a;b", "a"), fields="field=kind:string")
    data = {"RASTERS": [image], "LABELS": [labels], "CLASS_FIELD": "kind"}
    run("trainsceneclassifier", {**data, "MULTILABEL": True, "LOSS": "bce", "CHIP_SIZE": 32, "SIDE": 96})
    job = asked()
    assert job["side"] == 96
    assert job["task"] == "classification" and job["multilabel"] is True and job["loss"] == ["bce"]
    assert job["chip_size"] == 32 and "unlabelled" not in job and "buffer" not in job


# Where the model goes.


def test_one_class_alone_is_enough_where_the_rest_is_background(run, asked, image):
    run("trainsegmentation", {"RASTERS": [image], "LABELS": [layer_of(fields="")], "UNLABELLED": "background"})
    assert asked()["unlabelled"] == "background"


# In a graphical model.


# Small parts.
