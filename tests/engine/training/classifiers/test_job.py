"""The job "train_classifier": fitted, evaluated, written and run, for maps and for series."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS

from ..chip_folders import make_folder
from ..layers import box, raster, source, vector

FAST = {"svm-rbf": {"cost": 1, "gamma": 0.5}, "svm-linear": {"cost": 1}, "random-forest": {"trees": 9, "leaf": 2},
        "gradient-boosting": {"trees": 9, "leaf": 5}}  # fmt: skip


def train(**asked):
    return OPERATIONS["train_classifier"](asked, Report())


@pytest.mark.parametrize("method", FAST)
def test_a_map_classifier(tmp_path, method):
    folder = make_folder(tmp_path / "chips", counts=(8, 4, 4))
    output, report = tmp_path / "model", tmp_path / "report.html"
    asked = {"task": "segmentation", "chips": str(folder.path), "output": str(output), "report": str(report)}
    result = train(**asked, method=method, samples=1500, threads=1, **FAST[method])
    assert result["difference"] < 1e-5
    assert result["figures"]["overall accuracy"] > 0.95
    assert 1400 < result["pixels"] <= 1500
    about = json.loads((output / "model.json").read_text(encoding="utf-8"))["properties"]
    assert about["rsdl:provenance"]["judged_on"] == "test"
    assert about["rsdl:provenance"]["metrics"]["mean IoU"][0] == pytest.approx(result["main"])
    assert not (output / "weights.safetensors").exists()
    page = report.read_text(encoding="utf-8")
    assert "Choice of parameters" in page
    assert "Training curves" not in page
    assert "drawn by class" in page
    chip = folder.part("test")[0]
    job = {"model": str(output), "inputs": {"image": [{"path": str(folder.path / chip.images["image"][0])}]}}
    made = OPERATIONS["predict"]({**job, "output": str(tmp_path / "map.tif"), "device": "cpu"}, Report())
    shares = [item["pixels"] for item in made["classes"]]
    truth = np.bincount(folder.label(chip).ravel(), minlength=2)
    assert abs(shares[1] - truth[1]) < 0.1 * truth.sum()


def test_a_series_classifier_chooses_its_parameters(tmp_path):
    folder = make_folder(tmp_path / "chips", "time-series", counts=(6, 3, 0), side=16)
    asked = {"task": "time-series", "chips": str(folder.path), "output": str(tmp_path / "model"), "samples": 600}
    result = train(**asked, method="svm-rbf", threads=1)
    assert set(result["parameters"]) == {"cost", "gamma"}
    assert result["figures"]["macro F1"] > 0.9
    files = folder.part("valid")[0].images["image"]
    layers = [{"path": str(folder.path / files[0]), "bands": [2 * t + 1, 2 * t + 2]} for t in range(4)]
    job = {"model": str(tmp_path / "model"), "layers": layers, "output": str(tmp_path / "map.tif"), "device": "cpu"}
    made = OPERATIONS["predict_series"](job, Report())
    found = made["classes"][1]["pixels"]
    truth = (folder.label(folder.part("valid")[0]) == 1).sum()
    assert abs(found - truth) < 26  # of 256 pixels


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"task": "change"}, InputError, ["segmentation and time-series", "change"]),
        ({"trees": 5}, InputError, ["TREES", "svm-rbf", "random-forest"]),
        ({"samples": 60_000}, InputError, ["60,000", "50,000"]),
        ({"epochs": 3}, InputError, ["epochs"]),
        ({"method": "perceptron"}, InputError, ["svm-linear"]),
        ({"task": "time-series"}, MismatchError, ["segmentation", "time-series"]),
        ({"cost": 0}, InputError, ["COST"]),
    ],
)
def test_refuses_with_a_sentence(tmp_path, changes, error, words):
    folder = make_folder(tmp_path / "chips", counts=(2, 1, 0), side=16)
    asked = {"task": "segmentation", "chips": str(folder.path), "output": str(tmp_path / "model"), **changes}
    with pytest.raises(error) as caught:
        train(**asked)
    assert all(word in str(caught.value) for word in words), caught.value
    assert not (tmp_path / "model").exists()
    assert not (tmp_path / "model.training").exists()


def test_a_small_raster_of_features_is_enough(tmp_path):
    values = np.random.default_rng(0).normal(0, 0.1, (5, 52, 52)).astype("float32")
    values[0, :, 26:] += 1
    spec = raster(tmp_path / "features.tif", values)
    labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 26, 52), 0), (box(26, 0, 52, 52), 1)])]
    asked = {"task": "segmentation", "sources": [source(spec)], "labels": labels, "output": str(tmp_path / "model")}
    result = train(**asked, method="svm-rbf", threads=1, cost=1, gamma=0.1)
    assert result["main"] > 0.9
