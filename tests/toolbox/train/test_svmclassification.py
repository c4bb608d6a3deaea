"""rsdl:svmclassification: what it asks of the engine; and through the real worker, with the map of its model."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ..training_data import image_of, layer_of


@pytest.fixture
def image(tmp_path, write_raster):
    return image_of(tmp_path, write_raster)


def test_a_job_of_defaults(run, asked, image, home):
    results, _ = run("svmclassification", {"LAYERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind"})
    job = asked("train_classifier")
    assert (job["task"], job["method"], job["shares"], job["split"]) == (
        "segmentation",
        "svm-rbf",
        "proportional",
        "blocks",
    )
    assert all(job[name] is None for name in ("cost", "gamma", "trees", "leaf", "samples", "chips"))
    assert "resume" not in job
    assert job["name"] == "fields-svm-rbf"
    assert results["MODEL"] == str(home / "models" / "fields-svm-rbf")


def test_a_stack_and_a_series(run, asked, image, tmp_path, write_raster):
    other = write_raster(tmp_path / "radar 20200105.tif", [np.ones((40, 48))], descriptions=("VV",))
    labels = {"LABELS": [layer_of()], "CLASS_FIELD": "kind"}
    run("svmclassification", {"LAYERS": [image, other], **labels, "METHOD": "random-forest", "TREES": 30, "LEAF": 2})
    job = asked("train_classifier")
    (source,) = job["sources"]
    assert job["input_bands"] == {"image": ["red", "nir", "swir"], "radar_20200105": ["VV"]}
    assert list(source["inputs"]) == list(job["input_bands"])
    assert (job["method"], job["trees"], job["leaf"]) == ("random-forest", 30, 2)
    later = write_raster(tmp_path / "later.tif", [np.ones((40, 48))] * 3, descriptions=("red", "nir", "swir"))
    run("svmclassification", {"LAYERS": [image, later], **labels, "LAYOUT": "dates"})
    job = asked("train_classifier")
    assert job["task"] == "time-series"
    assert len(job["input_dates"]["image"]) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"LAYERS": None}, ["LAYERS", "CHIPS"]),
        ({"LABELS": None}, ["LABELS"]),
        ({"TREES": 10}, ["TREES", "svm-rbf"]),
        ({"METHOD": "random-forest", "COST": 1}, ["COST", "random-forest"]),
        ({"SAMPLES": 60_000}, ["SAMPLES", "50000"]),
        ({"CLASS_FIELD": None}, ["one class"]),
        ({"CHIPS": "/tmp"}, ["LAYERS", "CHIPS"]),
        ({"LAYOUT": "dates"}, ["LAYOUT=dates"]),
    ],
)
def test_refuses_with_a_sentence(refusal, image, tmp_path, changes, words):
    given = {"LAYERS": [image], "LABELS": [layer_of()], "CLASS_FIELD": "kind", **changes}
    text = refusal("svmclassification", given)
    assert all(word in text for word in words), text


def test_the_model_maps_a_stack_of_two_layers(run, tmp_path, write_raster, read_raster, known_models):
    random = np.random.default_rng(0)
    truth = np.add.outer(np.arange(96) // 16, np.arange(96) // 16) % 2
    first = write_raster(tmp_path / "a.tif", [truth * 40 + random.normal(0, 4, truth.shape)])
    second = write_raster(tmp_path / "b.tif", [random.normal(0, 1, truth.shape), truth * 9.0], descriptions=("x", "y"))
    labels = write_raster(tmp_path / "labels.tif", [truth])
    model = str(tmp_path / "model")
    report = str(tmp_path / "report.html")
    asked = {"LAYERS": [first, second], "LABELS": [labels], "METHOD": "svm-linear", "OUTPUT": model, "REPORT": report}
    results, _ = run("svmclassification", asked)
    assert results["OVERALL_ACCURACY"] > 0.99
    card = json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))
    assert card["properties"]["mlm:architecture"] == "svm-linear"
    assert "Choice of parameters" in (tmp_path / "report.html").read_text(encoding="utf-8")
    asked = {"INPUT": first, "LAYERS": [second], "MODEL": model, "OUTPUT": str(tmp_path / "map.tif")}
    results, _ = run("semanticsegmentation", asked)
    assert (read_raster(results["OUTPUT"]) == truth).mean() > 0.99
