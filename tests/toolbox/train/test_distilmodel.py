"""rsdl:distilmodel: what it asks of the engine, refuses, and gives. The engine is fake_worker.py."""

from __future__ import annotations

import json

import numpy as np
import pytest
from osgeo import gdal

RAMP = np.add.outer(np.arange(30) * 5.0, np.arange(36))


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [RAMP, RAMP + 1, RAMP + 2], descriptions=("blue", "nir", "red"))


@pytest.fixture
def truth(tmp_path, write_raster):
    return write_raster(tmp_path / "truth.tif", [RAMP > 100], kind=gdal.GDT_Byte)


@pytest.fixture
def chips(tmp_path):
    (tmp_path / "chips").mkdir()
    for name in ("chips.json", "samples.csv"):
        (tmp_path / "chips" / name).write_text("")
    return str(tmp_path / "chips")


def test_a_student_of_a_teacher(run, asked, known_models, image, truth, home, monkeypatch):
    monkeypatch.setenv("RSDL_FIGURES", json.dumps({"mean IoU": 0.7}))
    results, _ = run(
        "distilmodel",
        {
            "TEACHER": "bright",
            "IMAGES": [image],
            "LABELS": [truth],
            "NETWORK": "unet-light",
            "OPTIONS": '{"widths": [4, 8]}',
            "EPOCHS": 3,
            "BATCH_SIZE": 4,
            "TEMPERATURE": 3,
            "CONSISTENCY": 2,
            "SHARPNESS": 0.1,
        },
    )
    job = asked("distil")
    assert (job["teacher"], job["task"]) == (str(known_models / "bright"), "segmentation")
    # the teacher's bands, by description
    assert job["sources"][0]["inputs"]["image"][0]["bands"] == [3, 2]
    assert job["input_bands"] == {"image": ["red", "nir"]}
    assert job["labels"][0]["path"] == truth
    expected = {"network": "unet-light", "options": {"widths": [4, 8]}, "epochs": 3, "batch_size": 4,
                "temperature": 3, "consistency": 2, "sharpness": 0.1, "chips": None}  # fmt: skip
    assert {name: job[name] for name in expected} == expected
    assert job["output"] == results["MODEL"] == str(home / "models" / "bright-student")
    assert results["MAIN_FIGURE"] == results["MEAN_IOU"] == 0.7


def test_tells_when_the_teachers_bands_are_taken_in_order(run, asked, known_models, tmp_path, write_raster, feedback):
    image = write_raster(tmp_path / "image.tif", [RAMP] * 3, descriptions=("B11", "B8", "B3"))
    plain = write_raster(tmp_path / "plain.tif", [RAMP] * 3)
    run("distilmodel", {"TEACHER": "web", "IMAGES": [image, plain]}, feedback)
    unnamed, others = [text for kind, text in feedback.said if kind == "warning"]
    assert "'plain' have no names" in unnamed and "Red, Green, Blue" in unnamed and "'web'" in unnamed
    assert "'image' have other names" in others and "Red, Green, Blue" in others


def test_bands_chosen_by_number(run, asked, known_models, tmp_path, write_raster):
    four = write_raster(tmp_path / "four.tif", [RAMP] * 4)
    run("distilmodel", {"TEACHER": "web", "IMAGES": [four], "BANDS": "4,1,2"})
    assert asked("distil")["sources"][0]["inputs"]["image"][0]["bands"] == [4, 1, 2]


def test_chips_for_a_teacher_of_several_inputs(run, asked, known_models, chips):
    run("distilmodel", {"TEACHER": "flood-s1s2", "CHIPS": chips})
    job = asked("distil")
    assert job["chips"] == chips and job["split"] is None and "sources" not in job
    assert job["name"] == "flood-s1s2-student" and job["network"] is None and job["temperature"] == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"TEACHER": "none-such"}, ["none-such", "bright"]),
        ({"IMAGES": []}, ["IMAGES", "CHIPS"]),
        ({"TEACHER": "flood-s1s2"}, ["sentinel-1 before", "CHIPS", "joined by hand"]),
        ({"TEACHER": "web"}, ["IMAGES", "BANDS"]),
        ({"TEACHER": "web", "BANDS": "4,1"}, ["BANDS", "3"]),
        ({"TEACHER": "web", "BANDS": "1,2,9"}, ["BANDS", "9"]),
        ({"CHIPS": "CHIPS"}, ["IMAGES", "cannot be used with CHIPS"]),
        ({"CHIPS": "CHIPS", "IMAGES": [], "BANDS": "1,2,3"}, ["BANDS", "cannot be used with CHIPS"]),
        ({"NETWORK": "lstm"}, ["'lstm'", "unet-light"]),
        ({"OPTIONS": "4"}, ["OPTIONS"]),
        ({"AUGMENTATION": "parcels"}, ["AUGMENTATION=parcels", "classification"]),
        ({"TEACHER": "tones", "CONSISTENCY": 1, "IMAGES": [], "CHIPS": "CHIPS"}, ["CONSISTENCY", "maps", "'tones'"]),
        ({"LABELS": ["/no/such.tif"]}, ["LABELS"]),
        ({"OUTPUT": "/no/such/folder/student"}, ["/no/such/folder"]),
        ({"VALIDATION": 90, "TEST": 9}, ["90 %"]),
    ],
)
def test_refuses_with_a_sentence(refusal, asked, known_models, image, chips, tmp_path, write_raster, changes, words):
    four = write_raster(tmp_path / "four.tif", [RAMP] * 4)
    parameters = {"TEACHER": "bright", "IMAGES": [four if changes.get("TEACHER") == "web" else image], **changes}
    parameters = {name: chips if value == "CHIPS" else value for name, value in parameters.items()}
    text = refusal("distilmodel", parameters)
    assert all(word in text for word in words), text
